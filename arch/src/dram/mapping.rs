//! Which bits of an address name the channel, rank, bank group, bank, row and column.

/// A field of an address, named as DRAMsim3 names it in a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AddressField {
    /// `ch`: the channel.
    Channel,
    /// `ra`: the rank in its channel.
    Rank,
    /// `bg`: the bank group in its rank.
    BankGroup,
    /// `ba`: the bank in its group.
    Bank,
    /// `ro`: the row in its bank.
    Row,
    /// `co`: the burst in its row.
    Column,
}

impl AddressField {
    /// Every field.
    pub const ALL: [Self; 6] = [
        Self::Channel,
        Self::Rank,
        Self::BankGroup,
        Self::Bank,
        Self::Row,
        Self::Column,
    ];

    /// The two letters by which mappings name the field.
    #[must_use]
    pub const fn letters(self) -> &'static str {
        match self {
            Self::Channel => "ch",
            Self::Rank => "ra",
            Self::BankGroup => "bg",
            Self::Bank => "ba",
            Self::Row => "ro",
            Self::Column => "co",
        }
    }
}

/// An address mapping: the fields of an address from the highest bits to the lowest, each once. Below them are
/// the bits inside of a burst.
///
/// Written as DRAMsim3 does, in two letters a field:
///
/// ```
/// use stationary_arch::dram::{AddressMapping, AddressField};
///
/// let mapping = AddressMapping::parse("rochrababgco").unwrap();
/// assert_eq!(mapping.fields()[5], AddressField::Column);
/// assert_eq!(mapping.to_string(), "rochrababgco");
/// assert_eq!(AddressMapping::parse("rorochrababgco"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AddressMapping([AddressField; 6]);

impl AddressMapping {
    /// Reads a mapping of two letters a field; `None` unless it has each field once.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = AddressField::ALL;
        if text.len() != 2 * fields.len() || !text.is_ascii() {
            return None;
        }
        for (i, field) in fields.iter_mut().enumerate() {
            let letters = &text[2 * i..2 * i + 2];
            *field = AddressField::ALL
                .into_iter()
                .find(|f| f.letters() == letters)?;
        }
        let is_whole = AddressField::ALL.iter().all(|field| fields.contains(field));
        is_whole.then_some(Self(fields))
    }

    /// The fields, from the highest bits to the lowest.
    #[must_use]
    pub fn fields(&self) -> [AddressField; 6] {
        self.0
    }
}

impl std::fmt::Display for AddressMapping {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0
            .iter()
            .try_for_each(|field| f.write_str(field.letters()))
    }
}
