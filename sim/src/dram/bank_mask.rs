//! Bitmasks of banks.

/// A set of a channel's banks, as bits: 64 banks a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct BankMask {
    words: Vec<u64>,
}

impl BankMask {
    /// The empty set among so many banks.
    pub(super) fn new(banks: usize) -> Self {
        Self {
            words: vec![0; banks.div_ceil(64)],
        }
    }

    pub(super) fn contains(&self, bank: usize) -> bool {
        self.words[bank / 64] >> (bank % 64) & 1 == 1
    }

    pub(super) fn insert(&mut self, bank: usize) {
        self.words[bank / 64] |= 1 << (bank % 64);
    }

    pub(super) fn remove(&mut self, bank: usize) {
        self.words[bank / 64] &= !(1 << (bank % 64));
    }

    /// Whether it has a bank that another has not.
    pub(super) fn exceeds(&self, other: &Self) -> bool {
        let mut words = self.words.iter().zip(&other.words);
        words.any(|(own, other)| own & !other != 0)
    }
}
