//! The three operands of a layer, each of which has scratchpads, networks and buffer space of its own.

use std::fmt;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// An operand of a layer.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Operand {
    /// The left operand: feature maps, activations.
    Input,
    /// The right operand: filters, or the other activations of a matrix product.
    Weight,
    /// The result, partial sums included.
    Output,
}

impl Operand {
    /// Every operand, in the order of the fields of [`PerOperand`].
    pub const ALL: [Operand; 3] = [Operand::Input, Operand::Weight, Operand::Output];

    /// The name in files and tables.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["input", "weight", "output"][self as usize]
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One value for each operand.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct PerOperand<T> {
    /// The value of the input.
    pub input: T,
    /// The value of the weight.
    pub weight: T,
    /// The value of the output.
    pub output: T,
}

impl<T> PerOperand<T> {
    /// Computes each entry from its operand.
    #[inline]
    pub fn from_fn(mut f: impl FnMut(Operand) -> T) -> Self {
        Self {
            input: f(Operand::Input),
            weight: f(Operand::Weight),
            output: f(Operand::Output),
        }
    }
}

impl<T> Index<Operand> for PerOperand<T> {
    type Output = T;
    #[inline]
    fn index(&self, operand: Operand) -> &T {
        match operand {
            Operand::Input => &self.input,
            Operand::Weight => &self.weight,
            Operand::Output => &self.output,
        }
    }
}

impl<T> IndexMut<Operand> for PerOperand<T> {
    #[inline]
    fn index_mut(&mut self, operand: Operand) -> &mut T {
        match operand {
            Operand::Input => &mut self.input,
            Operand::Weight => &mut self.weight,
            Operand::Output => &mut self.output,
        }
    }
}
