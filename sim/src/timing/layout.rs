//! Where tensors lie in DRAM, and the bursts that a tile takes.
//!
//! Each operand is row-major, `[N][G][C][row][column]` for inputs, `[G][K][C][R][S]` for weights and
//! `[N][G][K][P][Q]` for outputs, one after the other from address 0 and each at a multiple of
//! 4 KiB. A tile is a box in it: the runs of neighbouring words are fetched by whole bursts, a burst
//! that two runs share once. Packed words lie as densely as their average width says.

use stationary_arch::{Operand, Strides};
use stationary_workloads::{Dim, PerDim};

use crate::dram_width::Width;
use crate::mapping::{Mapping, PAIRS};
use crate::window::Span;

/// Start of each operand's tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Layout {
    bases: [u64; 3],
    burst: u64,
}

/// A dimension of a tensor: the part that a tile covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct LayoutAxis {
    size: u64,
    part: Span,
}

impl LayoutAxis {
    fn is_whole(&self) -> bool {
        self.part.start == 0 && self.part.extent == self.size
    }
}

/// The bursts of a tile, from the lowest address to the highest of each run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Bursts {
    base: u64,
    burst: u64,
    width: Width,
    /// Outer to inner; the innermost are merged into one run.
    axes: [LayoutAxis; 5],
    outer: usize,
    run: Span,
    run_size: u64,
    at: [u64; 5],
    /// Rows of the window that a tile with a stride steps over.
    rows: Option<Rows>,
    /// The next burst and the end of the run, in bursts; `None` when all are out.
    next: Option<(u64, u64)>,
}

/// Which rows of an input a tile touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Rows {
    stride: u64,
    dilation: u64,
    pad: u64,
    outputs: Span,
    taps: Span,
}

impl Rows {
    fn touches(&self, row: u64) -> bool {
        (self.taps.start..self.taps.end()).any(|tap| {
            let Some(at) = (row + self.pad).checked_sub(tap * self.dilation) else {
                return false;
            };
            let output = at / self.stride;
            at.is_multiple_of(self.stride)
                && (self.outputs.start..self.outputs.end()).contains(&output)
        })
    }
}

impl Layout {
    pub(crate) fn new(m: &Mapping, burst: u64) -> Self {
        let mut bases = [0; 3];
        let mut end = 0u64;
        for (i, operand) in Operand::ALL.into_iter().enumerate() {
            bases[i] = end;
            let words: u64 = axes(m, operand, &m.whole())
                .iter()
                .map(|a| a.size)
                .product();
            // A tensor may be written in two widths; the wider of them is its place.
            let width = m.dram.load(operand).max(m.dram.store(true));
            end = (end + width.bytes(words) + burst).next_multiple_of(4096);
        }
        Self { bases, burst }
    }

    /// The bursts of an operand's tile, of words so wide.
    pub(crate) fn bursts(
        &self,
        m: &Mapping,
        operand: Operand,
        tile: &PerDim<Span>,
        width: Width,
    ) -> Bursts {
        let axes = axes(m, operand, tile);
        let is_box = m.accelerator.global_buffer.strides == Strides::Stored;
        let rows = (operand == Operand::Input && !is_box).then(|| {
            let window = m.memory_window(0);
            Rows {
                stride: window.stride,
                dilation: window.dilation,
                pad: window.pad,
                outputs: tile[PAIRS[0].0],
                taps: tile[PAIRS[0].1],
            }
        });
        // Rows with gaps between them are no run, even if all of them are in the tile's range.
        let has_gaps = rows.is_some_and(|rows| {
            let range = axes[3].part;
            (range.start..range.end()).any(|row| !rows.touches(row))
        });
        let (outer, run, run_size) = merge(&axes, has_gaps);
        let mut bursts = Bursts {
            base: self.bases[operand as usize],
            burst: self.burst,
            width,
            axes,
            outer,
            run,
            run_size,
            at: axes.map(|a| a.part.start),
            rows: rows.filter(|_| has_gaps && outer > 3),
            next: None,
        };
        bursts.open_run(None);
        bursts
    }
}

impl Bursts {
    /// The address of the next burst.
    pub(crate) fn peek(&self) -> Option<u64> {
        self.next.map(|(burst, _)| burst * self.burst)
    }

    /// Steps past the next burst.
    pub(crate) fn advance(&mut self) {
        let Some((burst, end)) = self.next else {
            return;
        };
        self.next = Some((burst + 1, end));
        while self.next.is_some_and(|(burst, end)| burst >= end) {
            if !self.step() {
                self.next = None;
                return;
            }
            self.open_run(Some(burst));
        }
    }

    /// How many there are.
    pub(crate) fn count(mut self) -> u64 {
        let mut count = 0;
        while let Some((burst, end)) = self.next {
            count += end - burst;
            self.next = Some((end - 1, end));
            self.advance();
        }
        count
    }

    /// The bursts of the run at hand, without the one that was sent last.
    fn open_run(&mut self, last: Option<u64>) {
        let rows = self.rows;
        let skips = |row: u64| rows.is_some_and(|rows| !rows.touches(row));
        while skips(self.at[3]) {
            if !self.step() {
                self.next = None;
                return;
            }
        }
        let offset = (0..self.outer).fold(0, |offset, i| offset * self.axes[i].size + self.at[i]);
        let first = offset * self.run_size + self.run.start;
        let (from, to) = (
            self.base + self.width.bytes_before(first),
            self.base + self.width.bytes(first + self.run.extent),
        );
        let mut start = from / self.burst;
        if last == Some(start) {
            start += 1;
        }
        self.next = Some((start, to.div_ceil(self.burst)));
    }

    /// Moves to the next run; whether there is one.
    fn step(&mut self) -> bool {
        for i in (0..self.outer).rev() {
            self.at[i] += 1;
            if self.at[i] < self.axes[i].part.end() {
                return true;
            }
            self.at[i] = self.axes[i].part.start;
        }
        false
    }
}

/// The innermost axes as one run, as far as a tile covers whole ones: how many axes are outside of
/// it, its part, and the size of which it is a part.
fn merge(axes: &[LayoutAxis; 5], has_gaps: bool) -> (usize, Span, u64) {
    let (mut outer, mut run, mut run_size) = (4, axes[4].part, axes[4].size);
    while outer > 0 && run.start == 0 && run.extent == run_size {
        let axis = axes[outer - 1];
        if outer - 1 == 3 && has_gaps {
            break;
        }
        run = Span {
            start: axis.part.start * run_size,
            extent: axis.part.extent * run_size,
        };
        run_size *= axis.size;
        outer -= 1;
        if !axis.is_whole() {
            break;
        }
    }
    (outer, run, run_size)
}

/// Bursts that a tile takes, about: as if each run began anywhere in a burst.
pub(crate) fn expected_bursts(
    m: &Mapping,
    operand: Operand,
    tile: &PerDim<Span>,
    width: Width,
    burst: u64,
) -> u64 {
    let axes = axes(m, operand, tile);
    let (outer, run, run_size) = merge(&axes, false);
    let bits = |words: u64| width.bits() * words as f64;
    let of = |bits: f64| (bits / (8 * burst) as f64) + 1.0 - (8.0 / (8 * burst) as f64);
    let mut bursts = of(bits(run.extent));
    let mut distance = run_size;
    for axis in axes[..outer].iter().rev() {
        let count = axis.part.extent;
        // Neighbouring runs share bursts if they are close.
        let span = of(bits((count - 1) * distance + run.extent));
        bursts = (bursts * count as f64).min(span.max(bursts));
        distance *= axis.size;
    }
    bursts.ceil() as u64
}

/// An operand's tensor, outer to inner, and the part of it under a tile.
fn axes(m: &Mapping, operand: Operand, tile: &PerDim<Span>) -> [LayoutAxis; 5] {
    let plain = |dim: Dim| LayoutAxis {
        size: m.layer.size(dim),
        part: tile[dim],
    };
    let axes = match operand {
        Operand::Weight => [Dim::G, Dim::K, Dim::C, Dim::R, Dim::S].map(plain),
        Operand::Output => [Dim::N, Dim::G, Dim::K, Dim::P, Dim::Q].map(plain),
        Operand::Input => {
            let window = |i: usize| {
                let (output, tap) = PAIRS[i];
                let w = m.memory_window(i);
                let first = tile[output].start * w.stride + tile[tap].start * w.dilation;
                let stepped_over = match m.accelerator.global_buffer.strides {
                    Strides::Skipped => 0,
                    Strides::Stored => w.stride - 1,
                };
                let last = (tile[output].end() - 1) * w.stride
                    + (tile[tap].end() - 1) * w.dilation
                    + stepped_over;
                let start = first.saturating_sub(w.pad).min(w.input - 1);
                let end = (last + 1).saturating_sub(w.pad).min(w.input);
                LayoutAxis {
                    size: w.input,
                    part: Span {
                        start,
                        extent: end.saturating_sub(start).max(1),
                    },
                }
            };
            [
                plain(Dim::N),
                plain(Dim::G),
                plain(Dim::C),
                window(0),
                window(1),
            ]
        }
    };
    in_atoms(m, operand, tile, axes)
}

/// The axes of a feature map in atoms of channels, `[N][1][GC / atom][row][column * atom]`.
fn in_atoms(
    m: &Mapping,
    operand: Operand,
    tile: &PerDim<Span>,
    [batch, groups, channels, rows, columns]: [LayoutAxis; 5],
) -> [LayoutAxis; 5] {
    let atom = u64::from(m.accelerator.global_buffer.channel_atom);
    if atom == 1 || operand == Operand::Weight {
        return [batch, groups, channels, rows, columns];
    }
    let first = tile[Dim::G].start * channels.size + channels.part.start;
    let atoms = (groups.part.extent * channels.part.extent).div_ceil(atom);
    let size = (groups.size * channels.size).div_ceil(atom);
    // A tile's own channels fill its atoms, so that the last may lie past the tensor's end.
    let part = Span {
        start: (first / atom).min(size - atoms.min(size)),
        extent: atoms.min(size),
    };
    let one = Span {
        start: 0,
        extent: 1,
    };
    [
        batch,
        LayoutAxis { size: 1, part: one },
        LayoutAxis { size, part },
        rows,
        LayoutAxis {
            size: columns.size * atom,
            part: Span {
                start: columns.part.start * atom,
                extent: columns.part.extent * atom,
            },
        },
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::{RngExt, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use stationary_arch::Accelerator;
    use stationary_workloads::{Convolution, Layer};

    use super::*;
    use crate::reference_counts::{each, word};
    use crate::tiling::Tiling;

    #[test]
    fn bursts_cover_the_words_of_a_tile() -> Result<(), Box<dyn std::error::Error>> {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(11);
        for _ in 0..400 {
            let padding = ["skipped", "stored"][rng.random_range(0..2)];
            let machine = Accelerator::preset("systolic", &[("global_buffer.padding", padding)])?;
            let layer = Layer::convolution(
                "random",
                Convolution {
                    batch: rng.random_range(1..=2),
                    groups: 2,
                    in_channels: 2 * rng.random_range(1..=4),
                    out_channels: 2 * rng.random_range(1..=9),
                    input: [0; 2].map(|_| rng.random_range(3..=12)),
                    kernel: [0; 2].map(|_| rng.random_range(1..=3)),
                    stride: [0; 2].map(|_| rng.random_range(1..=3)),
                    dilation: [1; 2],
                    padding: [rng.random_range(0..=1); 4],
                },
            )?;
            let sizes = *layer.sizes();
            let dataflow = &crate::WEIGHT_STATIONARY;
            let mapping = Mapping::new(&layer, &machine, dataflow, Tiling::trivial(&sizes))?;
            let tile = PerDim::from_fn(|d| {
                let start = rng.random_range(0..sizes[d]);
                let extent = rng.random_range(1..=sizes[d] - start);
                Span { start, extent }
            });
            let burst = 1 << rng.random_range(3..=6);
            let layout = Layout::new(&mapping, burst);
            for operand in Operand::ALL {
                let width = mapping.dram.load(operand);
                if mapping.words(operand, &tile) == 0 {
                    continue;
                }
                let bursts = layout.bursts(&mapping, operand, &tile, width);
                let (mut left, mut found) = (bursts, Vec::new());
                while let Some(address) = left.peek() {
                    found.push(address);
                    left.advance();
                }
                assert_eq!(bursts.count(), found.len() as u64);
                assert!(
                    found.is_sorted_by(|a, b| a < b),
                    "each burst once, in order"
                );
                let mut needed = BTreeSet::new();
                each(&tile, |at| {
                    let Some(word) = word(&mapping, operand, at) else {
                        return;
                    };
                    let dims = match operand {
                        Operand::Input => [Dim::N, Dim::G, Dim::C, Dim::P, Dim::Q],
                        Operand::Weight => [Dim::G, Dim::K, Dim::C, Dim::R, Dim::S],
                        Operand::Output => [Dim::N, Dim::G, Dim::K, Dim::P, Dim::Q],
                    };
                    let axes = axes(&mapping, operand, &tile);
                    let index = dims.iter().zip(axes).fold(0, |index, (dim, axis)| {
                        index * axis.size + word[dim.index()]
                    });
                    let from = layout.bases[operand as usize] + width.bytes_before(index);
                    let to = layout.bases[operand as usize] + width.bytes(index + 1);
                    needed.extend((from / burst..to.div_ceil(burst)).map(|line| line * burst));
                });
                let found: BTreeSet<u64> = found.into_iter().collect();
                assert!(needed.is_subset(&found), "every word is fetched");
                // Columns that a stride steps over lie in the runs; nothing else is fetched.
                let has_gaps = operand == Operand::Input && layer.cols().stride > 1;
                assert!(has_gaps || found == needed, "nothing else is fetched");
            }
        }
        Ok(())
    }
}
