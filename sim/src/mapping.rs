//! The checked mapping: the one description that the model, the walk and the machine read.

pub(crate) mod bank_allocation;
mod capacity;
pub(crate) mod check;

use std::sync::Arc;

use stationary_arch::{Accelerator, Network, Operand, Padding, PerOperand, Topology};
use stationary_workloads::{Dim, Layer, PerDim, Window};

use crate::dataflow::{Dataflow, bit, is_reduction, relevant_bits};
use crate::dram_width::DramWidths;
use crate::error::MappingError;
use crate::tiling::{Level, Loop, Staging, Tiling};
use crate::window::{Axis, Span};

use bank_allocation::slots;
use check::Rules;

/// How the elements of one sliding-window axis reach the PEs within a pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum WindowMulticast {
    /// Neither loop advances from beat to beat; each distinct element once a beat.
    #[default]
    Once,
    /// Neither advances; an element for every (output, tap) pair.
    Each,
    /// Outputs advance; only what the window uncovers is sent (a scratchpad keeps the rest).
    Sliding,
    /// Outputs advance; every tap's element is sent for every output.
    EachOutput,
    /// Taps advance; PEs hand elements on, so that only new ones are sent.
    Forwarded,
    /// Taps advance; every output's element is sent for every tap.
    EachTap,
}

/// A layer, an accelerator, a dataflow and a tiling that fit one another, checked by the only constructor,
/// [`Mapping::new`]. A clone costs little: clones share layer, accelerator and dataflow.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub(crate) layer: Arc<Layer>,
    pub(crate) accelerator: Arc<Accelerator>,
    pub(crate) dataflow: Arc<Dataflow>,
    pub(crate) tiling: Tiling,
    /// Extent of a whole pass.
    pub(crate) pass: PerDim<u64>,
    /// Indices that a beat covers; 0 for dimensions that do not advance with beats.
    pub(crate) beat_step: PerDim<u64>,
    /// Indices of a dimension that a local step covers.
    pub(crate) lane_step: PerDim<u64>,
    /// The window along rows (P, R) and columns (Q, S).
    pub(crate) axes: [Axis; 2],
    /// Pairs of an output and a tap whose element exists, along each axis.
    pub(crate) pairs: [u64; 2],
    pub(crate) multicast: [WindowMulticast; 2],
    pub(crate) resident: Operand,
    /// The loops that iterate, outer to inner.
    pub(crate) loops: [Loop; 24],
    pub(crate) loop_count: u8,
    /// A part's tile is exchanged when one of this many outermost loops advances.
    pub(crate) part_depth: PerOperand<u8>,
    /// A block tile is exchanged when one of this many outermost loops advances.
    pub(crate) block_depth: PerOperand<u8>,
    /// A pass tile is exchanged when one of this many outermost loops advances.
    pub(crate) pass_depth: PerOperand<u8>,
    /// Width of the words in DRAM.
    pub(crate) dram: DramWidths,
    /// Bytes of the global buffer that one tile of each operand takes.
    pub(crate) tile_bytes: PerOperand<u64>,
    /// Tiles of each operand that the global buffer has places for.
    pub(crate) slots: PerOperand<u64>,
}

/// Output and tap dimension of the two window axes.
pub(crate) const PAIRS: [(Dim, Dim); 2] = [(Dim::P, Dim::R), (Dim::Q, Dim::S)];

/// Dimensions of an operand outside of its sliding window.
pub(crate) const PLAIN: PerOperand<&[Dim]> = PerOperand {
    input: &[Dim::N, Dim::G, Dim::C],
    weight: &[Dim::G, Dim::K, Dim::C, Dim::R, Dim::S],
    output: &[Dim::N, Dim::G, Dim::K, Dim::P, Dim::Q],
};

impl Mapping {
    /// Checks a tiling against the layer, the dataflow and the accelerator's capacities. On an array that
    /// unfolds convolutions ([`Array::im2col`](stationary_arch::Array)), the layer of the mapping, to which
    /// the tiling belongs, is the [product](Layer::product) that the given one comes to.
    ///
    /// # Errors
    /// A [`MappingError`]: the first limit that the tiling exceeds, with what was needed and what there is.
    pub fn new(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        dataflow: impl Into<Arc<Dataflow>>,
        tiling: Tiling,
    ) -> Result<Self, MappingError> {
        Self::of(
            Rules::new(&layer.into(), &accelerator.into(), &dataflow.into())?,
            tiling,
        )
    }

    fn of(rules: Rules, tiling: Tiling) -> Result<Self, MappingError> {
        rules.check(&tiling)?;
        let mut mapping = Self::base(&rules)?;
        mapping.place(tiling);
        mapping
            .check_scratchpads()
            .and_then(|()| mapping.check_buffer())
            .map_err(|shortage| shortage.error(&mapping.accelerator))?;
        Ok(mapping)
    }

    /// What all mappings of a layer have in common; the tiling is the trivial one.
    pub(crate) fn base(rules: &Rules) -> Result<Self, MappingError> {
        let Rules {
            layer,
            accelerator,
            dataflow,
            ..
        } = rules;
        let lanes = u64::from(accelerator.array.lanes);
        let is_beat = |dim| dataflow.beats.contains(&dim);
        let step = |dim| if dim == Dim::C { lanes } else { 1 };
        let resident = Operand::ALL
            .into_iter()
            .find(|o| dataflow.is_resident(*o))
            .expect("a dataflow that is checked leaves an operand where it is");
        let axes = [0, 1].map(|axis| {
            let strides = accelerator.global_buffer.strides;
            Axis::new(memory_window(layer, accelerator, axis), strides)
        });
        let whole = |d| Span {
            start: 0,
            extent: layer.size(d),
        };
        let mut mapping = Self {
            layer: Arc::clone(layer),
            accelerator: Arc::clone(accelerator),
            dataflow: Arc::clone(dataflow),
            tiling: Tiling::trivial(layer.sizes()),
            pass: PerDim::splat(1),
            beat_step: PerDim::from_fn(|d| if is_beat(d) { step(d) } else { 0 }),
            lane_step: PerDim::from_fn(step),
            pairs: [0, 1].map(|i| axes[i].pairs(whole(PAIRS[i].0), whole(PAIRS[i].1))),
            axes,
            multicast: [WindowMulticast::Once; 2],
            resident,
            loops: [Loop {
                dim: Dim::N,
                level: Level::Block,
            }; 24],
            loop_count: 0,
            part_depth: PerOperand::default(),
            block_depth: PerOperand::default(),
            pass_depth: PerOperand::default(),
            dram: DramWidths::new(layer, accelerator),
            tile_bytes: PerOperand::default(),
            slots: PerOperand::default(),
        };
        mapping.place(mapping.tiling);
        Ok(mapping)
    }

    /// Takes another tiling, whose shape has been checked.
    fn place(&mut self, tiling: Tiling) {
        self.tiling = tiling;
        for dim in Dim::ALL {
            self.set_pass(dim);
        }
        self.set_multicast();
        self.list_loops();
        self.tile_bytes = PerOperand::from_fn(|o| {
            let windows = (0..2).map(|axis| self.held_footprint(axis));
            self.bytes_of(o, windows.product())
        });
        self.set_slots();
    }

    pub(crate) fn set_slots(&mut self) {
        self.slots = slots(self);
    }

    pub(crate) fn set_pass(&mut self, dim: Dim) {
        let t = &self.tiling;
        self.pass[dim] = (t.local[dim] * t.rows[dim] * t.cols[dim]).min(t.block[dim]);
    }

    pub(crate) fn set_multicast(&mut self) {
        self.multicast = PAIRS.map(|(output, tap)| {
            multicast(&self.accelerator, &self.dataflow, &self.tiling, output, tap)
        });
    }

    /// The layer as the array runs it.
    #[must_use]
    pub fn layer(&self) -> &Arc<Layer> {
        &self.layer
    }

    /// The accelerator that the layer runs on.
    #[must_use]
    pub fn accelerator(&self) -> &Arc<Accelerator> {
        &self.accelerator
    }

    /// The dataflow of the mapping.
    #[must_use]
    pub fn dataflow(&self) -> &Arc<Dataflow> {
        &self.dataflow
    }

    /// The tile sizes, unrolling and loop orders.
    #[must_use]
    pub fn tiling(&self) -> &Tiling {
        &self.tiling
    }

    /// The number of PEs at work in a whole pass.
    #[must_use]
    pub fn active_pes(&self) -> u64 {
        Dim::ALL
            .iter()
            .map(|d| self.chunks(*d, self.pass[*d]))
            .product()
    }

    /// The operand that stays in the array for a pass (the stationary one).
    #[must_use]
    pub fn resident(&self) -> Operand {
        self.resident
    }

    /// PEs along a dimension that an extent of a pass occupies.
    pub(crate) fn chunks(&self, dim: Dim, extent: u64) -> u64 {
        extent.div_ceil(self.tiling.local[dim])
    }

    /// Beats along a dimension.
    pub(crate) fn beats_along(&self, dim: Dim, extent: u64) -> u64 {
        match self.beat_step[dim] {
            0 => 1,
            step => extent.div_ceil(step),
        }
    }

    /// The network that brings an operand into the array.
    pub(crate) fn feed_network(&self, operand: Operand) -> Network {
        let networks = &self.accelerator.networks;
        match operand {
            Operand::Input => networks.input,
            Operand::Weight => networks.weight,
            Operand::Output => networks.psum_in,
        }
    }

    /// Whether a box of indices ends the reduction of its outputs.
    pub(crate) fn finishes(&self, tile: &PerDim<Span>) -> bool {
        let mut reductions = Dim::ALL.into_iter().filter(|d| is_reduction(*d));
        reductions.all(|d| tile[d].end() == self.layer.size(d))
    }

    /// Distinct words of an operand in a box of indices, as buffer and DRAM hold them.
    pub(crate) fn words(&self, operand: Operand, tile: &PerDim<Span>) -> u64 {
        let plain = self.plain_words(operand, |d| tile[d].extent);
        if operand == Operand::Input {
            plain * self.window_words(tile)
        } else {
            plain
        }
    }

    /// Distinct words of an operand that the layer touches, however tiles are held.
    pub(crate) fn touched_words(&self, operand: Operand) -> u64 {
        let plain: u64 = PLAIN[operand].iter().map(|d| self.layer.size(*d)).product();
        if operand != Operand::Input {
            return plain;
        }
        let whole = self.whole();
        let window = PAIRS.iter().zip(&self.axes);
        let window = window.map(|((output, tap), axis)| axis.union(whole[*output], whole[*tap]));
        plain * window.product::<u64>()
    }

    /// Words outside of the sliding window: channels of feature maps in whole atoms.
    pub(crate) fn plain_words(&self, operand: Operand, extent: impl Fn(Dim) -> u64) -> u64 {
        let plain: u64 = PLAIN[operand].iter().map(|d| extent(*d)).product();
        let Some(channel) = channel(operand) else {
            return plain;
        };
        if self.accelerator.global_buffer.channel_atom == 1 {
            return plain;
        }
        let channels = extent(Dim::G) * extent(channel);
        plain / channels * self.in_atoms(channels)
    }

    /// So many channels in whole atoms.
    pub(crate) fn in_atoms(&self, channels: u64) -> u64 {
        channels.next_multiple_of(u64::from(self.accelerator.global_buffer.channel_atom))
    }

    /// The window along rows (0) or columns (1) of the input as DRAM and buffer hold it.
    pub(crate) fn memory_window(&self, axis: usize) -> Window {
        memory_window(&self.layer, &self.accelerator, axis)
    }

    fn window_words(&self, tile: &PerDim<Span>) -> u64 {
        (0..2)
            .map(|i| self.axes[i].held(tile[PAIRS[i].0], tile[PAIRS[i].1]))
            .product()
    }

    /// Width of an operand's words in the global buffer.
    pub(crate) fn buffer_bits(&self, operand: Operand) -> u64 {
        let p = &self.accelerator.precision;
        u64::from(match operand {
            Operand::Input => p.input.0,
            Operand::Weight => p.weight.0,
            Operand::Output => p.partial_sum.0,
        })
    }

    pub(crate) fn list_loops(&mut self) {
        self.loop_count = 0;
        self.part_depth = PerOperand::default();
        self.block_depth = PerOperand::default();
        self.pass_depth = PerOperand::default();
        let t = &self.tiling;
        for level in [Level::Part, Level::Block, Level::Pass] {
            let order = match level {
                Level::Part | Level::Block => &t.block_order,
                Level::Pass => &t.pass_order,
            };
            for &dim in order {
                let (extent, step) = match level {
                    Level::Part => (self.layer.size(dim), t.part[dim]),
                    Level::Block => (t.part[dim], t.block[dim]),
                    Level::Pass => (t.block[dim], self.pass[dim]),
                };
                if extent <= step {
                    continue;
                }
                self.loops[usize::from(self.loop_count)] = Loop { dim, level };
                self.loop_count += 1;
                for operand in Operand::ALL {
                    const RELEVANT: PerOperand<u8> = PerOperand {
                        input: relevant_bits(Operand::Input),
                        weight: relevant_bits(Operand::Weight),
                        output: relevant_bits(Operand::Output),
                    };
                    if RELEVANT[operand] & bit(dim) != 0 {
                        self.pass_depth[operand] = self.loop_count;
                        if level != Level::Pass {
                            self.block_depth[operand] = self.loop_count;
                        }
                        if level == Level::Part {
                            self.part_depth[operand] = self.loop_count;
                        }
                    }
                }
            }
        }
    }

    /// Words of an operand that one PE's scratchpad holds at a time.
    #[must_use]
    pub fn scratchpad_words(&self, operand: Operand) -> u64 {
        let plain: u64 = PLAIN[operand].iter().map(|d| self.held_in_pe(*d)).product();
        if operand != Operand::Input {
            return plain;
        }
        plain * self.window_in_pe(0) * self.window_in_pe(1)
    }

    /// Indices of a dimension that one PE holds at a time.
    pub(crate) fn held_in_pe(&self, dim: Dim) -> u64 {
        match self.beat_step[dim] {
            0 => self.tiling.local[dim],
            step => step.min(self.tiling.local[dim]),
        }
    }

    /// Whether a PE has several outputs and several taps of a window axis at once, so that some of what it
    /// takes serves more than one of them.
    pub(crate) fn keeps_window(&self, i: usize) -> bool {
        let (output, tap) = PAIRS[i];
        self.held_in_pe(output) > 1 && self.held_in_pe(tap) > 1
    }

    /// Elements of the input along a window axis that one PE holds.
    fn window_in_pe(&self, i: usize) -> u64 {
        let (output, tap) = PAIRS[i];
        self.window_of(i, self.held_in_pe(output), self.held_in_pe(tap))
    }

    /// Elements of the input along a window axis that a PE holds if it holds so many outputs and taps.
    pub(crate) fn window_of(&self, i: usize, outputs: u64, taps: u64) -> u64 {
        match self.multicast[i] {
            WindowMulticast::Sliding => self.axes[i].line(taps),
            WindowMulticast::Forwarded => 1,
            _ => self.axes[i].footprint(outputs, taps),
        }
    }

    /// Bytes of the global buffer that one tile of an operand takes.
    #[must_use]
    pub fn tile_bytes(&self, operand: Operand) -> u64 {
        self.tile_bytes[operand]
    }

    /// Extents of an operand's tile in the global buffer.
    pub(crate) fn staged_extents(&self, operand: Operand) -> &PerDim<u64> {
        match self.tiling.staging[operand] {
            Staging::Block => &self.tiling.block,
            Staging::Pass => &self.pass,
            Staging::Layer => &self.tiling.part,
        }
    }

    /// Elements of the input that the buffer holds of a tile along a window axis.
    pub(crate) fn held_footprint(&self, axis: usize) -> u64 {
        let extents = self.staged_extents(Operand::Input);
        let (output, tap) = PAIRS[axis];
        self.axes[axis].held_footprint(extents[output], extents[tap])
    }

    /// Bytes of a tile in the global buffer; of the input with so many elements under the window.
    pub(crate) fn bytes_of(&self, operand: Operand, window: u64) -> u64 {
        let extents = self.staged_extents(operand);
        let plain = self.plain_words(operand, |d| extents[d]);
        let words = if operand == Operand::Input {
            plain * window
        } else {
            plain
        };
        (words * self.buffer_bits(operand)).div_ceil(8)
    }
}

/// A layer as an accelerator runs it: its product where the array unfolds convolutions (im2col), else the layer
/// itself.
///
/// # Errors
/// [`MappingError::Unfolded`], if a convolution has no product.
pub fn lowered(layer: &Arc<Layer>, accelerator: &Accelerator) -> Result<Arc<Layer>, MappingError> {
    if accelerator.array.im2col {
        layer.product().map_err(MappingError::Unfolded)
    } else {
        Ok(Arc::clone(layer))
    }
}

/// The dimension that is, with the groups, an operand's channels; weights have none.
pub(crate) const fn channel(operand: Operand) -> Option<Dim> {
    match operand {
        Operand::Input => Some(Dim::C),
        Operand::Weight => None,
        Operand::Output => Some(Dim::K),
    }
}

/// A window as the memory holds the input. Stored padding makes an input of its own: the words from
/// the first that a window touches to the last.
fn memory_window(layer: &Layer, accelerator: &Accelerator, axis: usize) -> Window {
    let window = [layer.rows(), layer.cols()][axis];
    if accelerator.global_buffer.padding == Padding::Skipped {
        return window;
    }
    let (output, tap) = PAIRS[axis];
    let last = (layer.size(output) - 1) * window.stride + (layer.size(tap) - 1) * window.dilation;
    Window {
        pad: 0,
        input: last + 1,
        ..window
    }
}

fn multicast(
    accelerator: &Accelerator,
    dataflow: &Dataflow,
    tiling: &Tiling,
    output: Dim,
    tap: Dim,
) -> WindowMulticast {
    let topology = accelerator.networks.input.topology;
    let shared = topology != Topology::Systolic;
    let innermost = dataflow.beats.last() == Some(&output);
    let in_pe = tiling.rows[tap] == 1 && tiling.cols[tap] == 1;
    match (
        dataflow.beats.contains(&output),
        dataflow.beats.contains(&tap),
    ) {
        (true, _) if shared && innermost && in_pe => WindowMulticast::Sliding,
        (true, _) => WindowMulticast::EachOutput,
        // From PE to PE goes what one output of each takes.
        (false, true) if topology == Topology::Mesh && tiling.local[output] == 1 => {
            WindowMulticast::Forwarded
        }
        (false, true) => WindowMulticast::EachTap,
        (false, false) if shared => WindowMulticast::Once,
        (false, false) => WindowMulticast::Each,
    }
}

/// Whether two tiles hold the same outputs.
pub(crate) fn same_outputs(tile: &PerDim<Span>, other: &PerDim<Span>) -> bool {
    let mut outputs = Dim::ALL.into_iter().filter(|d| !is_reduction(*d));
    outputs.all(|d| tile[d] == other[d])
}

/// Whether a box of indices starts the reduction of its outputs.
pub(crate) fn is_first(tile: &PerDim<Span>) -> bool {
    Dim::ALL
        .iter()
        .all(|d| !is_reduction(*d) || tile[*d].start == 0)
}
