//! Transfers on buses with row and column tags: the words of a cycle share one tag.

use stationary_arch::{Network, Operand};

use crate::mapping::Mapping;

/// How many words of a parcel go to the same PEs; 0 on networks whose words go anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TagWords(u64);

impl TagWords {
    pub(crate) fn new(m: &Mapping<'_>, operand: Operand, network: Network) -> Self {
        if !network.tagged {
            return Self(0);
        }
        Self(if operand == m.resident {
            m.scratchpad_words(operand).max(1)
        } else {
            m.beat_words_per_pe(operand)
        })
    }

    /// Whether a cycle has one tag only.
    pub(crate) fn is_tagged(self) -> bool {
        self.0 > 0
    }

    /// Words that one transfer moves of so many that are left: no more than are left for its tag.
    pub(crate) fn transfer(self, left: u64, budget: u64) -> u64 {
        if self.0 == 0 || left == 0 {
            return left.min(budget);
        }
        let of_tag = (left - 1) % self.0 + 1;
        of_tag.min(budget)
    }

    /// Cycles in which so many words pass.
    pub(crate) fn cycles(self, words: u64, width: u64) -> u64 {
        if self.0 == 0 {
            return words.div_ceil(width);
        }
        words / self.0 * self.0.div_ceil(width) + (words % self.0).div_ceil(width)
    }
}
