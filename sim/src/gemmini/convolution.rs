//! The unroller of convolutions (`LoopConv.scala`).
//!
//! ```text
//! loads     clear sums: row, column block, filters      (if the null bias has an offset)
//!           weights: filters by 64 bytes, kernel row, kernel column, channels by the mesh
//!           inputs: row, column block, channels by 64 bytes; padding as zeros
//! pairs     filter block, kernel row, kernel column, channel block, row, column block
//! stores    row, column block, filter block
//! ```

use super::call::{Call, Kind, Loop};
use super::chip::Chip;
use super::command::{Block, Load, LocalRows, Pair, Store};
use super::layout::{Halves, Layout};
use super::walk::Position;

/// One call's sizes and addresses.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConvolutionTile {
    chip: Chip,
    halves: Halves,
    columns: u64,
    rows: u64,
    filters: u64,
    kernel_columns: u64,
    kernel_rows: u64,
    channels: u64,
    stride: u64,
    /// Columns and rows of inputs with their padding, and the padding of each side.
    input_columns: u64,
    input_rows: u64,
    left: u64,
    right: u64,
    top: u64,
    bottom: u64,
    /// Addresses of the first input that is no padding, the first weight and the first output.
    input: u64,
    weight: u64,
    output: u64,
    /// Bytes from row to row, from column to column of inputs.
    input_row: u64,
    input_column: u64,
    /// Bytes from row to row of the kernel, from column to column, and from channel to channel.
    kernel_row: u64,
    kernel_column: u64,
    weight_channel: u64,
    output_row: u64,
    output_column: u64,
    clears: bool,
}

impl ConvolutionTile {
    pub(super) fn new(
        call: &Call,
        chip: Chip,
        layout: Layout,
        halves: Halves,
        at: &Position,
    ) -> Self {
        let Kind::Convolution {
            outputs,
            kernel,
            stride,
            inputs,
        } = call.kind
        else {
            unreachable!("a convolution's unroller takes a convolution");
        };
        let pad = kernel / 2;
        let axis = |outputs: Loop, taps: Loop| {
            let first = at.start(outputs) * stride + at.start(taps);
            let seen = (at.length(outputs) - 1) * stride + at.length(taps);
            let before = pad.saturating_sub(first);
            let after = (first + seen).saturating_sub(inputs + pad);
            // The unroller counts a whole stride for the last output, too.
            let whole = at.length(outputs) * stride + at.length(taps) - 1;
            (whole, before, after, first + before - pad)
        };
        let (input_columns, left, right, column) = axis(Loop::Columns, Loop::KernelColumns);
        let (input_rows, top, bottom, row) = axis(Loop::Rows, Loop::KernelRows);
        let (channel, filter) = (at.start(Loop::Channels), at.start(Loop::Filters));
        let (channels, filters) = (call.channels, call.filters);
        Self {
            chip,
            halves,
            columns: at.length(Loop::Columns),
            rows: at.length(Loop::Rows),
            filters: at.length(Loop::Filters),
            kernel_columns: at.length(Loop::KernelColumns),
            kernel_rows: at.length(Loop::KernelRows),
            channels: at.length(Loop::Channels),
            stride,
            input_columns,
            input_rows,
            left,
            right,
            top,
            bottom,
            input: layout.inputs + (row * inputs + column) * channels + channel,
            weight: layout.weights
                + ((at.start(Loop::KernelRows) * kernel + at.start(Loop::KernelColumns))
                    * channels
                    + channel)
                    * filters
                + filter,
            output: layout.outputs
                + (at.start(Loop::Rows) * outputs + at.start(Loop::Columns)) * filters
                + filter,
            input_row: inputs * channels,
            input_column: channels,
            kernel_row: kernel * channels * filters,
            kernel_column: channels * filters,
            weight_channel: filters,
            output_row: outputs * filters,
            output_column: filters,
            clears: at.begins_sums() && filter > 0,
        }
    }

    fn sums(&self, filter: u64, row: u64, column: u64, rows: u64) -> LocalRows {
        let block = filter / self.chip.mesh;
        let start = (block * self.rows + row) * self.columns + column;
        LocalRows::new(self.halves.sums + start, rows)
    }

    fn weights(&self) -> u64 {
        let rows = self.filters.div_ceil(self.chip.mesh)
            * self.kernel_rows
            * self.kernel_columns
            * self.channels;
        self.halves.weights_end - rows
    }

    /// Filters of a load of weights, channels of one of inputs, and filters that a load clears.
    fn steps(&self) -> (u64, u64, u64) {
        let Chip {
            mesh,
            blocks,
            clear_blocks,
            ..
        } = self.chip;
        (
            self.filters.min(blocks * mesh),
            self.channels.min(blocks * mesh),
            self.filters.min(clear_blocks * mesh),
        )
    }

    fn clear(&self, at: &LoadCursor) -> Load {
        let [row, column, filter, _] = at.counters;
        let mesh = self.chip.mesh;
        let elements = self.steps().2.min(self.filters - filter);
        let rows = mesh.min(self.columns - column);
        let apart = (elements.div_ceil(mesh) - 1) * self.rows * self.columns;
        Load {
            is_zero: true,
            rows,
            elements,
            address: 0,
            stride: 0,
            local: self.sums(filter, row, column, apart + rows),
            block: Block::Clear,
        }
    }

    fn load_weights(&self, at: &LoadCursor) -> Load {
        let [filter, line, tap, channel] = at.counters;
        let mesh = self.chip.mesh;
        let elements = self.steps().0.min(self.filters - filter);
        let rows = mesh.min(self.channels - channel);
        let taps = self.kernel_rows * self.kernel_columns;
        let start =
            ((filter / mesh) * taps + line * self.kernel_columns + tap) * self.channels + channel;
        let apart = (elements.div_ceil(mesh) - 1) * taps * self.channels;
        Load {
            is_zero: false,
            rows,
            elements,
            address: self.weight
                + line * self.kernel_row
                + tap * self.kernel_column
                + channel * self.weight_channel
                + filter,
            stride: self.weight_channel,
            local: LocalRows::new(self.weights() + start, apart + rows),
            block: Block::Right,
        }
    }

    /// Columns that a command at this column covers, and whether they are padding.
    fn span(&self, column: u64) -> (u64, bool) {
        let edge = self.input_columns - self.right;
        let (end, is_padding) = if column < self.left {
            (self.left, true)
        } else if column >= edge {
            (self.input_columns, true)
        } else {
            (edge, false)
        };
        (self.chip.mesh.min(end - column), is_padding)
    }

    fn load_inputs(&self, at: &LoadCursor) -> Load {
        let [row, column, channel, _] = at.counters;
        let mesh = self.chip.mesh;
        let (rows, is_padding) = self.span(column);
        let is_zero = is_padding || row < self.top || row >= self.input_rows - self.bottom;
        let elements = self.steps().1.min(self.channels - channel);
        let plane = self.input_rows * self.input_columns;
        let start = (channel / mesh) * plane + row * self.input_columns + column;
        let apart = (elements.div_ceil(mesh) - 1) * plane;
        let address = if is_zero {
            0
        } else {
            self.input
                + (row - self.top) * self.input_row
                + (column - self.left) * self.input_column
                + channel
        };
        Load {
            is_zero,
            rows,
            elements,
            address,
            stride: self.input_column,
            local: LocalRows::new(self.halves.inputs + start, apart + rows),
            block: Block::Left,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Clear,
    Weights,
    Inputs,
    Done,
}

/// Where a convolution's loads are.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadCursor {
    phase: Phase,
    counters: [u64; 4],
}

impl LoadCursor {
    pub(super) fn new(tile: &ConvolutionTile) -> Self {
        Self {
            phase: if tile.clears {
                Phase::Clear
            } else {
                Phase::Weights
            },
            counters: [0; 4],
        }
    }

    /// The next load, and the cursor behind it.
    pub(super) fn next(&mut self, tile: &ConvolutionTile) -> Option<Load> {
        let mesh = tile.chip.mesh;
        let (filters, channels, clears) = tile.steps();
        let (load, ends, steps, then) = match self.phase {
            Phase::Clear => (
                tile.clear(self),
                [tile.rows, tile.columns, tile.filters, 1],
                [1, mesh, clears, 1],
                Phase::Weights,
            ),
            Phase::Weights => (
                tile.load_weights(self),
                [
                    tile.filters,
                    tile.kernel_rows,
                    tile.kernel_columns,
                    tile.channels,
                ],
                [filters, 1, 1, mesh],
                Phase::Inputs,
            ),
            Phase::Inputs => {
                let load = tile.load_inputs(self);
                (
                    load,
                    [tile.input_rows, tile.input_columns, tile.channels, 1],
                    [1, load.rows, channels, 1],
                    Phase::Done,
                )
            }
            Phase::Done => return None,
        };
        if !advance(&mut self.counters, ends, steps) {
            self.phase = then;
        }
        Some(load)
    }
}

/// Where a convolution's pairs are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PairCursor {
    counters: [u64; 6],
    is_done: bool,
}

impl PairCursor {
    /// The next pair, and the cursor behind it.
    pub(super) fn next(&mut self, tile: &ConvolutionTile) -> Option<Pair> {
        if self.is_done {
            return None;
        }
        let mesh = tile.chip.mesh;
        let [filter, line, tap, channel, row, column] = self.counters;
        let rows = mesh.min(tile.columns - column);
        let weights = if (row, column) == (0, 0) {
            let taps = tile.kernel_rows * tile.kernel_columns;
            let start = ((filter / mesh) * taps + line * tile.kernel_columns + tap) * tile.channels
                + channel;
            LocalRows::new(tile.weights() + start, mesh.min(tile.channels - channel))
        } else {
            LocalRows::NONE
        };
        let start = ((channel / mesh) * tile.input_rows + row * tile.stride + line)
            * tile.input_columns
            + column * tile.stride
            + tap;
        let pair = Pair {
            rows,
            weights,
            inputs: LocalRows::new(tile.halves.inputs + start, rows * tile.stride),
            sums: tile.sums(filter, row, column, rows),
            left: 0,
            right: 0,
            is_last_pass: false,
        };
        self.is_done = !advance(
            &mut self.counters,
            [
                tile.filters,
                tile.kernel_rows,
                tile.kernel_columns,
                tile.channels,
                tile.rows,
                tile.columns,
            ],
            [mesh, 1, 1, mesh, 1, mesh],
        );
        Some(pair)
    }
}

/// Where a convolution's stores are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StoreCursor {
    counters: [u64; 3],
    is_done: bool,
}

impl StoreCursor {
    /// The next store, and the cursor behind it.
    pub(super) fn next(&mut self, tile: &ConvolutionTile) -> Option<Store> {
        if self.is_done {
            return None;
        }
        let mesh = tile.chip.mesh;
        let [row, column, filter] = self.counters;
        let rows = mesh.min(tile.columns - column);
        let store = Store {
            rows,
            blocks: 1,
            bytes: mesh.min(tile.filters - filter),
            address: tile.output + row * tile.output_row + column * tile.output_column + filter,
            stride: tile.output_column,
            sums: tile.sums(filter, row, column, rows),
            last: 0,
        };
        self.is_done = !advance(
            &mut self.counters,
            [tile.rows, tile.columns, tile.filters],
            [1, mesh, mesh],
        );
        Some(store)
    }
}

/// Steps nested counters, the last one fastest; false when all are back at zero.
pub(super) fn advance<const N: usize>(
    counters: &mut [u64; N],
    ends: [u64; N],
    steps: [u64; N],
) -> bool {
    for index in (0..N).rev() {
        counters[index] += steps[index];
        if counters[index] < ends[index] {
            return true;
        }
        counters[index] = 0;
    }
    false
}
