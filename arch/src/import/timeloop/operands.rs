//! Which operands a storage holds: by the data spaces that it keeps, or by its name.

use super::Storage;
use crate::operand::Operand;

/// Words of names that speak of an operand.
const WORDS: [(Operand, &[&str]); 3] = [
    (Operand::Output, &["psum", "output", "ofmap", "accu"]),
    (Operand::Weight, &["weight", "filter", "wght"]),
    (Operand::Input, &["input", "ifmap", "iact"]),
];

/// A word that speaks of the input where no other speaks of anything, as outputs are activations too.
const ACTIVATION: &str = "act";

/// Data spaces of Timeloop's own matrix product (`problem-shapes/gemm-ABZ.yaml`).
const OF_PRODUCT: [(&str, Operand); 3] = [
    ("a", Operand::Input),
    ("b", Operand::Weight),
    ("z", Operand::Output),
];

/// The operands that a name speaks of, what it most plainly means first.
fn named(name: &str) -> Vec<Operand> {
    let name = name.to_lowercase();
    if let Some((_, operand)) = OF_PRODUCT.iter().find(|(known, _)| *known == name) {
        return vec![*operand];
    }
    let is_named = |words: &&[&str]| words.iter().any(|word| name.contains(word));
    let of_words = WORDS.iter().filter(|(_, words)| is_named(words));
    let mut operands: Vec<Operand> = of_words.map(|(operand, _)| *operand).collect();
    if operands.is_empty() && name.contains(ACTIVATION) {
        operands.push(Operand::Input);
    }
    operands
}

/// The operand that a data space is by its name.
pub(super) fn operand(name: &str) -> Option<Operand> {
    named(name).first().copied()
}

/// How it is known what a storage holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// The file says.
    Kept,
    /// Its name speaks of it.
    Named,
    /// Nothing says; it holds all.
    Open,
}

/// The operands that a storage holds, and how that is known.
pub(super) fn held(storage: &Storage) -> (Vec<Operand>, Known) {
    if let Some(kept) = &storage.keep {
        let operands: Option<Vec<Operand>> = kept.iter().map(|name| operand(name)).collect();
        if let Some(operands) = operands {
            return (operands, Known::Kept);
        }
    }
    let named = named(&storage.name);
    if named.is_empty() {
        (Operand::ALL.to_vec(), Known::Open)
    } else {
        (named, Known::Named)
    }
}

/// Operands in words.
pub(super) fn listed(operands: &[Operand]) -> String {
    let names: Vec<_> = operands.iter().map(|operand| operand.name()).collect();
    names.join(" and ")
}
