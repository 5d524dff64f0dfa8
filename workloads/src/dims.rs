//! The eight loop dimensions of every layer.
//!
//! ```text
//! for n in N, g in G, k in K, p in P, q in Q:          // one output
//!     for c in C, r in R, s in S:                       // one MAC
//!         out[n, g, k, p, q] += in[n, g, c, p*stride + r*dilation - pad, ...q, s] * w[g, k, c, r, s]
//! ```

use std::fmt;
use std::ops::{Index, IndexMut};

use serde::{Deserialize, Serialize};

/// A loop dimension. `K` and `C` count channels *per group*.
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
pub enum Dim {
    /// Images of a batch.
    N,
    /// Groups (independent slices of channels; heads of a batched matrix product).
    G,
    /// Output channels per group (columns of a GEMM's right operand).
    K,
    /// Input channels per group (the reduction of a GEMM).
    C,
    /// Output rows (rows of a GEMM's left operand).
    P,
    /// Output columns.
    Q,
    /// Kernel rows.
    R,
    /// Kernel columns.
    S,
}

impl Dim {
    /// Every dimension, in the order of the fields of [`PerDim`].
    pub const ALL: [Dim; 8] = [
        Dim::N,
        Dim::G,
        Dim::K,
        Dim::C,
        Dim::P,
        Dim::Q,
        Dim::R,
        Dim::S,
    ];

    /// The index in [`Dim::ALL`].
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The one-letter name.
    #[must_use]
    #[inline]
    pub const fn name(self) -> &'static str {
        ["N", "G", "K", "C", "P", "Q", "R", "S"][self as usize]
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One value for each dimension, indexed by [`Dim`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PerDim<T>(pub [T; 8]);

impl<T: Copy> PerDim<T> {
    /// The same value for every dimension.
    #[must_use]
    pub const fn splat(value: T) -> Self {
        Self([value; 8])
    }

    /// Computes the value of each dimension.
    #[must_use]
    #[inline]
    pub fn from_fn(mut f: impl FnMut(Dim) -> T) -> Self {
        // Spelt out, since a map over an array is not inlined.
        Self([
            f(Dim::N),
            f(Dim::G),
            f(Dim::K),
            f(Dim::C),
            f(Dim::P),
            f(Dim::Q),
            f(Dim::R),
            f(Dim::S),
        ])
    }

    /// The values with that of one dimension replaced.
    #[must_use]
    pub fn with(mut self, dim: Dim, value: T) -> Self {
        self[dim] = value;
        self
    }
}

impl<T> Index<Dim> for PerDim<T> {
    type Output = T;
    #[inline]
    fn index(&self, dim: Dim) -> &T {
        &self.0[dim.index()]
    }
}

impl<T> IndexMut<Dim> for PerDim<T> {
    #[inline]
    fn index_mut(&mut self, dim: Dim) -> &mut T {
        &mut self.0[dim.index()]
    }
}
