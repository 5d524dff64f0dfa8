//! Beats of a pass, and the words that each operand moves at each of them.

use stationary_arch::Operand;
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::is_relevant;
use crate::mapping::{Mapping, PAIRS, PLAIN, WindowMulticast};
use crate::window::{Axis, Span};

/// Which beat of a pass: one index for each of the dataflow's beat dimensions.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub(crate) struct Beat {
    at: [u64; 4],
}

impl Beat {
    /// Steps to the next beat; the innermost beat dimension runs fastest. The place of the outermost
    /// that advanced, or `None` past the last beat.
    #[inline]
    pub(crate) fn advance(&mut self, mapping: &Mapping, pass: &PerDim<Span>) -> Option<u8> {
        for (i, dim) in mapping.dataflow.beats.iter().enumerate().rev() {
            self.at[i] += 1;
            if self.at[i] < mapping.beats_along(*dim, pass[*dim].extent) {
                return Some(i as u8);
            }
            self.at[i] = 0;
        }
        None
    }

    /// The index along one of the beat dimensions.
    pub(crate) fn index(&self, place: usize) -> u64 {
        self.at[place]
    }

    /// Steps along one of the beat dimensions.
    pub(crate) fn step_along(&mut self, place: usize, steps: u64) {
        self.at[place] += steps;
    }

    /// Moves on by the distance from an earlier beat, times over.
    pub(crate) fn move_on(&mut self, before: &Beat, times: u64) {
        for (at, before) in self.at.iter_mut().zip(before.at) {
            *at = at.wrapping_add(at.wrapping_sub(before).wrapping_mul(times));
        }
    }

    /// The box of indices that this beat covers.
    pub(crate) fn tile(&self, mapping: &Mapping, pass: &PerDim<Span>) -> PerDim<Span> {
        let mut tile = *pass;
        for (i, dim) in mapping.dataflow.beats.iter().enumerate() {
            tile[*dim] = self.span(i, *dim, mapping, pass);
        }
        tile
    }

    #[inline]
    fn span(&self, i: usize, dim: Dim, mapping: &Mapping, pass: &PerDim<Span>) -> Span {
        let step = mapping.beat_step[dim];
        let start = pass[dim].start + self.at[i] * step;
        Span {
            start,
            extent: step.min(pass[dim].end() - start),
        }
    }
}

/// What of an operand's words per beat is the same for all beats of a pass, so that a beat costs a
/// few operations.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct BeatWords {
    fixed: u64,
    /// Position of the beat dimension whose last step may be narrower (channels over lanes).
    ragged: Option<(usize, Dim)>,
    axes: [Option<Advancing>; 2],
}

#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
struct Advancing {
    axis: Axis,
    multicast: WindowMulticast,
    /// Position of the advancing dimension among the beats.
    position: usize,
    dim: Dim,
    outputs: Span,
    taps: Span,
}

impl BeatWords {
    pub(crate) fn new(mapping: &Mapping, operand: Operand, pass: &PerDim<Span>) -> Self {
        let mut shape = Self {
            fixed: 1,
            ragged: None,
            axes: [None; 2],
        };
        for dim in PLAIN[operand] {
            match mapping.beat_step[*dim] {
                0 => shape.fixed *= pass[*dim].extent,
                1 => {}
                _ => shape.ragged = position(mapping, *dim).map(|i| (i, *dim)),
            }
        }
        if operand != Operand::Input {
            return shape;
        }
        for (i, (output, tap)) in PAIRS.into_iter().enumerate() {
            let (axis, multicast) = (mapping.axes[i], mapping.multicast[i]);
            let (outputs, taps) = (pass[output], pass[tap]);
            let dim = match multicast {
                WindowMulticast::Once => {
                    shape.fixed *= axis.union(outputs, taps);
                    continue;
                }
                WindowMulticast::Each => {
                    shape.fixed *= axis.pairs(outputs, taps);
                    continue;
                }
                WindowMulticast::Sliding | WindowMulticast::EachOutput => output,
                WindowMulticast::Forwarded | WindowMulticast::EachTap => tap,
            };
            let position = position(mapping, dim).unwrap_or(0);
            shape.axes[i] = Some(Advancing {
                axis,
                multicast,
                position,
                dim,
                outputs,
                taps,
            });
        }
        shape
    }

    /// Words at one beat.
    #[inline]
    pub(crate) fn at(&self, mapping: &Mapping, pass: &PerDim<Span>, beat: &Beat) -> u64 {
        let mut words = self.fixed;
        if let Some((i, dim)) = self.ragged {
            words *= beat.span(i, dim, mapping, pass).extent;
        }
        for advancing in self.axes.iter().flatten() {
            let index = pass[advancing.dim].start + beat.at[advancing.position];
            words *= advancing.words(index);
        }
        words
    }
}

impl Advancing {
    #[inline]
    fn words(&self, index: u64) -> u64 {
        match self.multicast {
            WindowMulticast::Sliding => self.axis.fresh_at_output(index, self.outputs, self.taps),
            WindowMulticast::EachOutput => self.axis.taps_at(index, self.taps),
            WindowMulticast::Forwarded => self.axis.fresh_at_tap(index, self.outputs, self.taps),
            WindowMulticast::EachTap => self.axis.outputs_at(index, self.outputs),
            WindowMulticast::Once | WindowMulticast::Each => 1,
        }
    }
}

fn position(mapping: &Mapping, dim: Dim) -> Option<usize> {
    mapping.dataflow.beats.iter().position(|d| *d == dim)
}

impl Mapping {
    /// Beats of a pass.
    pub(crate) fn beats(&self, pass: &PerDim<Span>) -> u64 {
        self.dataflow
            .beats
            .iter()
            .map(|d| self.beats_along(*d, pass[*d].extent))
            .product()
    }

    /// Words of a streamed operand that one PE takes at a beat, at least one.
    pub(crate) fn beat_words_per_pe(&self, operand: Operand) -> u64 {
        let held = |dim: Dim| self.held_in_pe(dim);
        let plain: u64 = PLAIN[operand].iter().map(|d| held(*d)).product();
        if operand != Operand::Input {
            return plain.max(1);
        }
        (plain * self.window_at_beat(0) * self.window_at_beat(1)).max(1)
    }

    /// Elements of the input along a window axis that one PE takes at a beat.
    pub(crate) fn window_at_beat(&self, i: usize) -> u64 {
        let [outputs, taps] = [PAIRS[i].0, PAIRS[i].1].map(|d| self.held_in_pe(d));
        match self.multicast[i] {
            WindowMulticast::Sliding => self.axes[i].advance(taps),
            WindowMulticast::Forwarded => 1,
            WindowMulticast::Once if self.keeps_window(i) => self.axes[i].footprint(outputs, taps),
            _ => outputs * taps,
        }
    }

    /// PEs that take each word of an operand in a pass.
    pub(crate) fn copies(&self, operand: Operand, pass: &PerDim<Span>) -> u64 {
        Dim::ALL
            .into_iter()
            .filter(|d| !is_relevant(operand, *d))
            .map(|d| self.chunks(d, pass[d].extent))
            .product()
    }

    /// Words of the input that PEs take at a beat, each PE's own counted, copies not.
    pub(crate) fn window_receives(&self, pass: &PerDim<Span>, tile: &PerDim<Span>) -> u64 {
        let plain: u64 = PLAIN.input.iter().map(|d| tile[*d].extent).product();
        let windows: u64 = (0..2)
            .map(|i| {
                let (output, tap) = PAIRS[i];
                let axis = &self.axes[i];
                match self.multicast[i] {
                    WindowMulticast::Sliding => {
                        axis.fresh_at_output(tile[output].start, pass[output], pass[tap])
                    }
                    WindowMulticast::Once if self.keeps_window(i) => {
                        let of = |dim: Dim| tile[dim].pieces(self.tiling.local[dim]);
                        let unions = |o: Span| of(tap).map(move |t| axis.union(o, t)).sum::<u64>();
                        of(output).map(unions).sum()
                    }
                    _ => axis.pairs(tile[output], tile[tap]),
                }
            })
            .product();
        plain * windows
    }
}
