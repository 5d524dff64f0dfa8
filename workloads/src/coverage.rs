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

/// What part of a file's operators became layers. A network that states its layers itself is
/// [complete](Coverage::is_complete).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The number of operators that became layers, each counted as often as it runs.
    pub simulated: u64,
    /// The operators that multiply matrices, or may do so, and did not become layers: one entry for those of
    /// one kind and one reason.
    pub left_out: Vec<LeftOut>,
    /// The operators that multiply nothing and did not become layers; the words that they read and write are
    /// not simulated.
    pub without_products: Vec<LeftOut>,
}

/// ONNX operators whose result is words of their operand under another shape. `Expand` repeats words
/// by reading them again; what reads sizes alone moves nothing of weight.
const VIEWS: [&str; 8] = [
    "Expand",
    "Flatten",
    "Identity",
    "Reshape",
    "Shape",
    "Size",
    "Squeeze",
    "Unsqueeze",
];

/// Operators of one kind that are left out for one reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// The type of the operators, such as `NonMaxSuppression`.
    pub operator: String,
    /// The reason why they are no layers; empty for operators without products.
    pub reason: String,
    /// The number of these operators.
    pub count: u64,
    /// Multiply-accumulates of those operators whose number is known.
    pub macs: u64,
    /// The number of operators with an unknown number of multiply-accumulates.
    pub macs_unknown: u64,
    /// Bytes of trained operands whose shapes are known.
    pub weight_bytes: u64,
    /// Bytes of computed operands and of results whose shapes are known.
    pub activation_bytes: u64,
    /// The number of operators with an operand or a result of unknown size.
    pub bytes_unknown: u64,
    /// The operator at which a shape that these operators need was first lost: its name and, in brackets, its
    /// type. Of several, the first in the file's order; None if no shape was lost.
    pub first_lost: Option<String>,
}

impl LeftOut {
    /// Whether these operators only give a tensor's words another name or shape, or repeat them where they are
    /// read: then they move no words.
    #[must_use]
    pub fn is_view(&self) -> bool {
        VIEWS.contains(&self.operator.as_str())
    }

    /// The number of operators with an operand or a result of unknown size, without those that move no words.
    #[must_use]
    pub fn moves_unknown(&self) -> u64 {
        if self.is_view() {
            0
        } else {
            self.bytes_unknown
        }
    }

    /// Known bytes of operands and results; 0 for [views](LeftOut::is_view).
    #[must_use]
    pub fn bytes(&self) -> u64 {
        if self.is_view() {
            return 0;
        }
        self.weight_bytes.saturating_add(self.activation_bytes)
    }
}

impl Coverage {
    /// The coverage of a network of which nothing is left out; `simulated` is the number of its layers.
    #[must_use]
    pub fn complete(simulated: u64) -> Self {
        Self {
            simulated,
            ..Self::default()
        }
    }

    /// Whether no operator that multiplies is left out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.left_out.is_empty()
    }

    /// Known multiply-accumulates of the operators that are left out.
    #[must_use]
    pub fn macs_left_out(&self) -> u64 {
        let macs = self.left_out.iter().map(|entry| entry.macs);
        macs.fold(0, u64::saturating_add)
    }

    /// The number of operators that are left out and have an unknown number of multiply-accumulates.
    #[must_use]
    pub fn macs_unknown(&self) -> u64 {
        self.left_out.iter().map(|entry| entry.macs_unknown).sum()
    }

    /// The number of operators that may multiply and are left out.
    #[must_use]
    pub fn operators_left_out(&self) -> u64 {
        self.left_out.iter().map(|entry| entry.count).sum()
    }

    /// Known bytes of operands and results of the operators that are left out, operators without products
    /// included.
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

    /// The number of operators that are left out and move an unknown number of bytes.
    #[must_use]
    pub fn moves_unknown(&self) -> u64 {
        let entries = self.left_out.iter().chain(&self.without_products);
        entries.map(LeftOut::moves_unknown).sum()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn views_move_nothing() {
        let entry = |operator: &str| LeftOut {
            operator: operator.to_owned(),
            count: 2,
            activation_bytes: 640,
            bytes_unknown: 1,
            ..LeftOut::default()
        };
        let check = |operator: &str, expected: (u64, u64)| {
            let coverage = Coverage {
                without_products: vec![entry(operator)],
                ..Coverage::default()
            };
            let found = (coverage.bytes_left_out(), coverage.moves_unknown());
            assert_eq!(found, expected, "{operator}");
        };
        check("Relu", (640, 1));
        check("Transpose", (640, 1));
        check("Reshape", (0, 0));
        check("Expand", (0, 0));
    }
}
