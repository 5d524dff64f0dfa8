//! How wide words are in DRAM: as wide as the precision says, or packed.

use stationary_arch::{Accelerator, Operand, PerOperand};
use stationary_workloads::Layer;

/// A width in parts of a bit, so that the average width of packed words is a whole number.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    serde::Serialize,
    serde::Deserialize,
)]
pub(crate) struct Width(u64);

impl Width {
    /// Parts of a bit.
    pub(crate) const PARTS: u64 = 1024;

    fn of(bits: f64) -> Self {
        Self((bits * Self::PARTS as f64).ceil() as u64)
    }

    /// Parts of a bit that so many words take.
    pub(crate) fn parts(self, words: u64) -> u128 {
        u128::from(self.0) * u128::from(words)
    }

    /// Whole bytes that hold so many words.
    pub(crate) fn bytes(self, words: u64) -> u64 {
        let parts = self.parts(words).div_ceil(8 * u128::from(Self::PARTS));
        u64::try_from(parts).unwrap_or(u64::MAX)
    }

    /// Whole bytes before a word.
    pub(crate) fn bytes_before(self, words: u64) -> u64 {
        let parts = self.parts(words) / (8 * u128::from(Self::PARTS));
        u64::try_from(parts).unwrap_or(u64::MAX)
    }

    pub(crate) fn bits(self) -> f64 {
        self.0 as f64 / Self::PARTS as f64
    }
}

/// The shares of words that are zero: the network's, or the accelerator's where that does not say.
pub(crate) fn zeros(layer: &Layer, accelerator: &Accelerator) -> PerOperand<f64> {
    let shares = layer.zeros().map_or(accelerator.zeros, |zeros| PerOperand {
        input: zeros.input,
        weight: zeros.weight,
        output: zeros.output,
    });
    PerOperand::from_fn(|operand| f64::from(shares[operand]) / 1e4)
}

/// Widths of the words that DRAM holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DramWidths {
    input: Width,
    weight: Width,
    /// Finished outputs.
    output: Width,
    /// Outputs that lack part of their sum; never packed, as few of them are zero.
    partial_sum: Width,
}

impl DramWidths {
    pub(crate) fn new(layer: &Layer, accelerator: &Accelerator) -> Self {
        let precision = &accelerator.precision;
        let zeros = zeros(layer, accelerator);
        let packed = |raw: u32, operand| {
            let raw = f64::from(raw);
            Width::of(
                accelerator
                    .dram
                    .run_length
                    .map_or(raw, |packing| packing.bits_per_value(raw, zeros[operand])),
            )
        };
        Self {
            input: packed(precision.input.0, Operand::Input),
            weight: packed(precision.weight.0, Operand::Weight),
            output: packed(precision.output.0, Operand::Output),
            partial_sum: Width::of(f64::from(precision.partial_sum.0)),
        }
    }

    /// Of words that are loaded; outputs are loaded as partial sums.
    pub(crate) fn load(&self, operand: Operand) -> Width {
        match operand {
            Operand::Input => self.input,
            Operand::Weight => self.weight,
            Operand::Output => self.partial_sum,
        }
    }

    /// Of outputs that are stored.
    pub(crate) fn store(&self, is_partial: bool) -> Width {
        if is_partial {
            self.partial_sum
        } else {
            self.output
        }
    }
}
