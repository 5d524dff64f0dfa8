//! From addresses to banks, rows and columns.

use stationary_arch::dram::{AddressField, Standard};

/// The place of an address in a memory; all numbers are indices from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Location {
    /// The index of the channel.
    pub channel: u32,
    /// The index of the bank in the channel: ranks, bank groups and banks counted through, ranks outermost.
    pub bank: u32,
    /// The index of the row in the bank.
    pub row: u32,
    /// The index of the burst in the row.
    pub column: u32,
}

/// The address mapping of a DRAM standard: from bytes to channel, bank, row and column.
///
/// Bits of an address above the memory's capacity are left out, as no wire carries them.
///
/// ```
/// use stationary_arch::dram::Standard;
/// use stationary_sim::dram::Locator;
///
/// // From the lowest bits: 64 bytes of a burst, 128 bursts of a row, four bank groups.
/// let locator = Locator::new(&Standard::preset("ddr4-2400")?);
/// assert_eq!(locator.locate(0x40).column, 1);
/// assert_eq!((locator.locate(0x2000).bank, locator.locate(0x2000).column), (4, 0));
/// # Ok::<(), stationary_arch::ArchError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Locator {
    fields: [Bits; 6],
    banks_per_group: u32,
    banks_per_rank: u32,
}

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
struct Bits {
    position: u32,
    mask: u32,
}

impl Bits {
    fn of(self, address: u64) -> u32 {
        (address >> self.position) as u32 & self.mask
    }
}

impl Locator {
    /// The address mapping of a standard.
    #[must_use]
    pub fn new(standard: &Standard) -> Self {
        let organization = standard.organization();
        let mut position = organization.burst_bytes().trailing_zeros();
        let mut fields = [Bits::default(); 6];
        for field in standard
            .controller()
            .address_mapping
            .fields()
            .into_iter()
            .rev()
        {
            let extent = organization.extent(field);
            fields[field as usize] = Bits {
                position,
                mask: extent - 1,
            };
            position += extent.trailing_zeros();
        }
        Self {
            fields,
            banks_per_group: organization.banks_per_group,
            banks_per_rank: organization.banks_per_rank(),
        }
    }

    /// The channel that an address lies in.
    #[must_use]
    pub(super) fn channel(&self, address: u64) -> u32 {
        self.fields[AddressField::Channel as usize].of(address)
    }

    /// The place of an address, which is in bytes.
    #[must_use]
    pub fn locate(&self, address: u64) -> Location {
        let of = |field: AddressField| self.fields[field as usize].of(address);
        let in_rank = of(AddressField::BankGroup) * self.banks_per_group + of(AddressField::Bank);
        Location {
            channel: of(AddressField::Channel),
            bank: of(AddressField::Rank) * self.banks_per_rank + in_rank,
            row: of(AddressField::Row),
            column: of(AddressField::Column),
        }
    }
}
