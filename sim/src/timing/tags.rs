//! Transfers on buses with row and column tags: the words of a cycle share one tag.

use stationary_arch::{Network, Operand};

use crate::mapping::Mapping;

/// How many words of a packet go to the same PEs; 0 on networks whose words go anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct TagWords(u64);

impl TagWords {
    pub(crate) fn new(m: &Mapping, operand: Operand, network: Network) -> Self {
        if !network.tagged {
            return Self(0);
        }
        Self(m.tag_words(operand))
    }

    /// So many words that share a tag, on a network that may have tags.
    pub(crate) fn of(words: u64, network: Network) -> Self {
        Self(if network.tagged { words } else { 0 })
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

    /// Words that pass in so many cycles of so many that are left, which must not all pass.
    fn after(self, left: u64, cycles: u64, width: u64) -> u64 {
        if self.0 == 0 {
            return cycles * width;
        }
        let of_tag = (left - 1) % self.0 + 1;
        let Some(later) = cycles.checked_sub(of_tag.div_ceil(width)) else {
            return cycles * width;
        };
        let each = self.0.div_ceil(width);
        of_tag + later / each * self.0 + later % each * width
    }

    /// Cycles in which so many words pass.
    pub(crate) fn cycles(self, words: u64, width: u64) -> u64 {
        if self.0 == 0 {
            return words.div_ceil(width);
        }
        words / self.0 * self.0.div_ceil(width) + (words % self.0).div_ceil(width)
    }
}

impl Mapping {
    /// Words of a packet that go to the same PEs, at least one.
    pub(crate) fn tag_words(&self, operand: Operand) -> u64 {
        if operand == self.resident {
            self.scratchpad_words(operand).max(1)
        } else {
            self.beat_words_per_pe(operand)
        }
    }
}

/// A packet on its way over a network: what is left of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    left: u64,
    pub(crate) width: u64,
    tags: TagWords,
}

impl Flow {
    pub(crate) fn new(left: u64, width: u64, tags: TagWords) -> Self {
        Self { left, width, tags }
    }

    /// The same, when so many words have gone.
    pub(crate) fn without(&self, words: u64) -> Self {
        Self {
            left: self.left - words,
            ..*self
        }
    }

    /// Words left, words of a cycle, and words that share a tag (0: any).
    pub(crate) fn parts(&self) -> (u64, u64, u64) {
        (self.left, self.width, self.tags.0)
    }

    /// Cycles before the one in which it ends, if nothing holds it back.
    pub(crate) fn cycles(&self) -> u64 {
        self.tags.cycles(self.left, self.width).saturating_sub(1)
    }

    /// Words that pass in so many of them.
    pub(crate) fn words(&self, cycles: u64) -> u64 {
        self.tags.after(self.left, cycles, self.width)
    }
}
