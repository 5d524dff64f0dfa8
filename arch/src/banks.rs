//! The banks that a part of the global buffer is made of.

use crate::choice::choice;
use crate::units::Bits;

/// Banks of one width, each of which is accessed a row at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Banks {
    /// How many there are.
    pub count: u32,
    /// Width of a row: what one access reads or writes.
    pub width: Bits,
    /// Accesses that a bank takes in a cycle.
    pub ports: Ports,
    /// How operands divide the banks.
    pub sharing: Sharing,
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
        /// As `WholeBanks`, and an operand's banks are a ring of as many tiles as they have room for; a
        /// mapping says how many banks it gets, or the last operand that comes in several tiles gets
        /// what the others leave.
        Ring,
    }
}

impl Sharing {
    /// Whether operands share no bank.
    #[must_use]
    pub const fn is_by_operand(self) -> bool {
        matches!(self, Sharing::WholeBanks | Sharing::Ring)
    }
}
