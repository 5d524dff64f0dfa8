//! How much of a file its layers stand for.
//!
//! ```text
//! every operator of the file is one of
//!     simulated         it became one layer or more
//!     left out          it multiplies matrices, or may do so, and is no layer
//!     without products  it multiplies nothing, and is no layer
//! ```
//!
//! What is not known counts as unknown, never as nothing.

/// What became of a file's operators. A network that states its layers itself is
/// [complete](Coverage::is_complete).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Operators that became layers, each counted as often as it runs.
    pub simulated: u64,
    /// Operators that multiply matrices, or may do so, and are no layers: those of one kind that are
    /// left out for one reason are one entry.
    pub left_out: Vec<LeftOut>,
    /// Operators that multiply nothing and are no layers; what they read and write is not simulated.
    pub without_products: Vec<LeftOut>,
}

/// Operators of one kind that are left out for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Its type, such as `NonMaxSuppression`.
    pub operator: String,
    /// Why it is no layer; empty for operators without products.
    pub reason: String,
    /// How many there are.
    pub count: u64,
    /// Multiply-accumulates of those whose number is known.
    pub macs: u64,
    /// How many of `count` have an unknown number of multiply-accumulates.
    pub macs_unknown: u64,
    /// Bytes of trained operands, of those whose shapes are known.
    pub weight_bytes: u64,
    /// Bytes of computed operands and of results, of those whose shapes are known.
    pub activation_bytes: u64,
    /// How many of `count` have an operand or a result of unknown size.
    pub bytes_unknown: u64,
    /// The operator at which a shape that these needed was lost first: its name and, in brackets, its
    /// type. Of several, the first in the file's order.
    pub first_lost: Option<String>,
}

impl LeftOut {
    /// Bytes of operands and results, as far as known.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.weight_bytes.saturating_add(self.activation_bytes)
    }
}

impl Coverage {
    /// A network of which nothing is left out.
    #[must_use]
    pub fn complete(simulated: u64) -> Self {
        Self {
            simulated,
            ..Self::default()
        }
    }

    /// Whether nothing that multiplies is left out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.left_out.is_empty()
    }

    /// Known multiply-accumulates of what is left out.
    #[must_use]
    pub fn macs_left_out(&self) -> u64 {
        let macs = self.left_out.iter().map(|entry| entry.macs);
        macs.fold(0, u64::saturating_add)
    }

    /// How many operators are left out whose multiply-accumulates are not known.
    #[must_use]
    pub fn macs_unknown(&self) -> u64 {
        self.left_out.iter().map(|entry| entry.macs_unknown).sum()
    }

    /// Operators that may multiply and are left out.
    #[must_use]
    pub fn operators_left_out(&self) -> u64 {
        self.left_out.iter().map(|entry| entry.count).sum()
    }

    /// Known bytes of operands and results of what is left out, operators without products included.
    #[must_use]
    pub fn bytes_left_out(&self) -> u64 {
        let entries = self.left_out.iter().chain(&self.without_products);
        entries.fold(0, |sum, entry| sum.saturating_add(entry.bytes()))
    }

    /// The share of the known multiply-accumulates that layers of `simulated_macs` stand for, from 0
    /// to 1. An upper bound if [some are unknown](Coverage::macs_unknown).
    #[must_use]
    pub fn share(&self, simulated_macs: u64) -> f64 {
        let all = u128::from(simulated_macs) + u128::from(self.macs_left_out());
        if all == 0 {
            1.0
        } else {
            simulated_macs as f64 / all as f64
        }
    }

    /// The same on `batch` times as many images: weights stay.
    pub(crate) fn batched(&self, batch: u64) -> Self {
        let grow = |entry: &LeftOut| LeftOut {
            macs: entry.macs.saturating_mul(batch),
            activation_bytes: entry.activation_bytes.saturating_mul(batch),
            ..entry.clone()
        };
        Self {
            simulated: self.simulated,
            left_out: self.left_out.iter().map(grow).collect(),
            without_products: self.without_products.iter().map(grow).collect(),
        }
    }
}
