//! The banks that a part of the global buffer is made of.

use crate::choice::choice;
use crate::collector::Collector;
use crate::declaration::section;
use crate::limits;
use crate::units::Bits;

section! {
    /// Banks of one width, each of which is accessed a row at a time.
    #[derive(Copy, Eq, Hash)]
    pub struct Banks, file BanksConfig {
        /// How many there are.
        count: u32 = required, in limits::BANKS, unit "banks";
        /// Width of a row: what one access reads or writes.
        width "bits": Bits = (Bits(64)), in limits::BANK_BITS, unit "bits";
        /// What a bank does in a cycle.
        ports: Ports = default;
        /// How operands divide the banks.
        sharing: Sharing = default;
    }
}

choice! {
    /// What a bank does in a cycle.
    #[derive(Default)]
    pub enum Ports {
        /// It reads or writes a row.
        #[default]
        One,
        /// It reads a row and writes another.
        ReadWrite,
    }
}

choice! {
    /// How the operands of a partition divide its banks.
    #[derive(Default)]
    pub enum Sharing {
        /// Consecutive rows lie in consecutive banks, whatever they hold.
        #[default]
        Interleaved,
        /// Each bank holds one operand, as a mapping needs them; an operand's rows are interleaved over
        /// its banks.
        WholeBanks,
        /// As `whole_banks`, and an operand's banks are a ring of as many tiles as they have room for; a
        /// mapping says how many banks it gets, or the last operand that comes in several tiles gets
        /// what the others leave.
        Ring,
    }
}

impl Sharing {
    /// Whether each bank holds words of one operand only.
    #[must_use]
    #[inline]
    pub const fn is_by_operand(self) -> bool {
        matches!(self, Sharing::WholeBanks | Sharing::Ring)
    }
}

impl Banks {
    /// Notes banks that do not divide their bytes into whole rows.
    pub(crate) fn check_rows(self, path: &str, bytes: u64, problems: &mut Collector) {
        let (count, width) = (u64::from(self.count), u64::from(self.width.0));
        let row = count * width;
        let is_whole =
            row > 0 && bytes <= *limits::BUFFER_BYTES.end() && (8 * bytes).is_multiple_of(row);
        if row > 0 && !is_whole {
            problems.add(
                path,
                format!("{count} banks of {width} bits in {bytes} bytes"),
                "as many whole rows in each bank",
            );
        }
    }
}
