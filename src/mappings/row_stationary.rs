//! Row-stationary mappings in the parameters that Eyeriss publishes.
//!
//! ```yaml
//! layers:
//!   - layer: conv2
//!     row_stationary: {m: 64, n: 1, e: 27, p: 16, q: 2, r: 1, t: 1}
//! ```
//!
//! | parameter | what |
//! |---|---|
//! | `m` | output channels whose partial sums stay in the global buffer |
//! | `n` | images in a pass |
//! | `e` | output rows in a pass: the width of a PE set |
//! | `p`, `q` | filters and channels that a PE interleaves |
//! | `r`, `t` | PE sets side by side that work on other channels, on other filters |
//!
//! A PE set is R x e PEs. One that is wider than the array becomes segments that stand on each
//! other. Sets for other channels stack along the rows, where their sums join; those for other
//! filters stack as far as rows are left and stand beside each other for the rest. Around a pass go,
//! from the inside out, the filters of `m`, channels, strips of `e` rows, images, and groups of `m`
//! filters (JSSC 2017, Table III and Section V).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::arch::{Accelerator, PerOperand};
use crate::sim::{Dataflow, ROW_STATIONARY, Staging, Tiling};
use crate::workloads::{Dim, Layer, PerDim};

/// The parameters of a row-stationary mapping as the Eyeriss papers publish them (Chen et al., JSSC 2017).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowStationary {
    /// Output channels whose partial sums stay in the global buffer.
    m: u64,
    /// The number of images in a pass.
    n: u64,
    /// Output rows in a pass: the width of a set of PEs.
    e: u64,
    /// The number of filters that a PE interleaves.
    p: u64,
    /// The number of input channels that a PE interleaves.
    q: u64,
    /// PE sets side by side that work on other channels.
    r: u64,
    /// PE sets side by side that work on other filters.
    t: u64,
}

impl RowStationary {
    /// The tiling that the parameters stand for.
    ///
    /// # Errors
    /// A parameter that is zero or does not fit the layer or the array, with what is allowed.
    pub(super) fn tiling(
        &self,
        layer: &Layer,
        accelerator: &Accelerator,
    ) -> Result<(Arc<Dataflow>, Tiling), String> {
        let array = &accelerator.array;
        let [rows, cols] = [array.rows, array.cols].map(u64::from);
        let size = |d| layer.size(d);
        let within = |name: &str, value: u64, most: u64, what: &str| {
            if (1..=most).contains(&value) {
                Ok(())
            } else {
                Err(format!(
                    "{name} is {value}; it must lie between 1 and {most}, {what}"
                ))
            }
        };
        within("m", self.m, size(Dim::K), "the filters of a group")?;
        within("n", self.n, size(Dim::N), "the images")?;
        within("e", self.e, size(Dim::P), "the output rows")?;
        within("p", self.p, self.m, "which is m")?;
        within("q", self.q, size(Dim::C), "the channels of a group")?;
        within("r", self.r, size(Dim::C), "the channels of a group")?;
        within("t", self.t, self.m, "which is m")?;
        let kernel = size(Dim::R).min(rows);
        let segments = self.e.div_ceil(cols);
        let width = self.e.div_ceil(segments);
        let height = kernel * segments;
        within(
            "r",
            self.r,
            rows / height,
            "the sets that stack in the array",
        )?;
        let stacked = (1..=self.t)
            .rev()
            .find(|s| self.t.is_multiple_of(*s) && height * self.r * s <= rows)
            .unwrap_or(1);
        let beside = self.t / stacked;
        let most = if segments == 1 { cols / width } else { 1 };
        within(
            "t",
            self.t,
            stacked * most,
            "the sets that the array has room for",
        )?;
        let one = PerDim::splat(1);
        let whole = *layer.sizes();
        let tiling = Tiling {
            part: whole,
            banks: PerOperand::default(),
            block: whole
                .with(Dim::N, self.n)
                .with(Dim::G, 1)
                .with(Dim::K, self.m)
                .with(Dim::C, (self.q * self.r).min(size(Dim::C)))
                .with(Dim::P, self.e),
            local: one
                .with(Dim::N, self.n)
                .with(Dim::Q, size(Dim::Q))
                .with(Dim::K, self.p)
                .with(Dim::C, self.q)
                .with(Dim::S, size(Dim::S)),
            rows: one
                .with(Dim::R, kernel)
                .with(Dim::C, self.r)
                .with(Dim::K, stacked)
                .with(Dim::P, segments),
            cols: one.with(Dim::P, width).with(Dim::K, beside),
            block_order: {
                use Dim::{C, G, K, N, P, Q, R, S};
                [G, K, N, P, C, Q, R, S]
            },
            pass_order: {
                use Dim::{C, G, K, N, P, Q, R, S};
                [G, N, P, C, K, Q, R, S]
            },
            staging: PerOperand {
                input: Staging::Block,
                weight: Staging::Pass,
                output: Staging::Block,
            },
        };
        Ok((Arc::from(&ROW_STATIONARY), tiling))
    }
}
