//! The unroller of matmuls (`LoopMatmul.scala`); sizes count in blocks of the mesh.
//!
//! ```text
//! loads     clear sums: block column group, block row   (if the null bias has an offset)
//!           left operand: group of block columns, block row
//!           right operand: block row, group of block columns, interleaved with the left one
//! pairs     reduction block, block column, block row
//! stores    group of block columns, block row
//! ```

use super::call::{Call, Loop};
use super::chip::Chip;
use super::command::{Block, Load, LocalRows, Pair, Store};
use super::convolution::advance;
use super::layout::{Halves, Layout};
use super::walk::Position;

/// One call's sizes and addresses.
#[derive(Clone, Copy, Debug)]
pub(super) struct MatmulTile {
    chip: Chip,
    halves: Halves,
    /// Blocks of rows, columns and of the reduction; elements that are missing in the last ones.
    rows: u64,
    columns: u64,
    depth: u64,
    row_padding: u64,
    column_padding: u64,
    depth_padding: u64,
    left: u64,
    right: u64,
    output: u64,
    /// Bytes of a row of the left operand; of the right one and of the outputs.
    left_row: u64,
    right_row: u64,
    clears: bool,
}

impl MatmulTile {
    pub(super) fn new(
        call: &Call,
        chip: Chip,
        layout: Layout,
        halves: Halves,
        at: &Position,
    ) -> Self {
        let padding = |which: Loop, whole: u64| {
            if at.is_last(which) {
                whole.next_multiple_of(chip.mesh) - whole
            } else {
                0
            }
        };
        let (row, column, depth) = (
            at.start(Loop::Columns),
            at.start(Loop::Filters),
            at.start(Loop::Channels),
        );
        Self {
            chip,
            halves,
            rows: at.length(Loop::Columns) / chip.mesh,
            columns: at.length(Loop::Filters) / chip.mesh,
            depth: at.length(Loop::Channels) / chip.mesh,
            row_padding: padding(Loop::Columns, call.columns),
            column_padding: padding(Loop::Filters, call.filters),
            depth_padding: padding(Loop::Channels, call.channels),
            left: layout.inputs + row * call.channels + depth,
            right: layout.weights + depth * call.filters + column,
            output: layout.outputs + row * call.filters + column,
            left_row: call.channels,
            right_row: call.filters,
            clears: at.begins_sums() && column > 0,
        }
    }

    fn rows_of(&self, row: u64) -> u64 {
        let padding = if row + 1 == self.rows {
            self.row_padding
        } else {
            0
        };
        self.chip.mesh - padding
    }

    fn right_local(&self) -> u64 {
        self.halves.weights_end - self.depth * self.columns * self.chip.mesh
    }

    fn sums(&self, row: u64, column: u64, rows: u64) -> LocalRows {
        let start = (row * self.columns + column) * self.chip.mesh;
        LocalRows::new(self.halves.sums + start, rows)
    }

    fn clear(&self, column: u64, row: u64) -> Load {
        let mesh = self.chip.mesh;
        let blocks = self.clear_step().min(self.columns - column);
        Load {
            is_zero: true,
            rows: self.rows_of(row),
            elements: blocks * mesh,
            address: 0,
            stride: 0,
            local: self.sums(row, column, blocks * mesh),
            block: Block::Clear,
        }
    }

    fn clear_step(&self) -> u64 {
        self.columns.min(self.chip.clear_blocks)
    }

    fn left_step(&self) -> u64 {
        self.depth.min(self.chip.blocks)
    }

    fn right_step(&self) -> u64 {
        self.columns.min(self.chip.blocks)
    }

    fn load_left(&self, depth: u64, row: u64) -> Load {
        let mesh = self.chip.mesh;
        let blocks = self.left_step().min(self.depth - depth);
        let padding = if depth + blocks >= self.depth {
            self.depth_padding
        } else {
            0
        };
        let start = (row * self.depth + depth) * mesh;
        Load {
            is_zero: false,
            rows: self.rows_of(row),
            elements: blocks * mesh - padding,
            address: self.left + row * mesh * self.left_row + depth * mesh,
            stride: self.left_row,
            local: LocalRows::new(self.halves.inputs + start, blocks * mesh),
            block: Block::Left,
        }
    }

    /// Rows of the right operand are never cut off at the end: the hardware compares a bound with
    /// itself.
    fn load_right(&self, depth: u64, column: u64) -> Load {
        let mesh = self.chip.mesh;
        let blocks = self.right_step().min(self.columns - column);
        let padding = if column + blocks >= self.columns {
            self.column_padding
        } else {
            0
        };
        let start = (depth * self.columns + column) * mesh;
        Load {
            is_zero: false,
            rows: mesh,
            elements: blocks * mesh - padding,
            address: self.right + depth * mesh * self.right_row + column * mesh,
            stride: self.right_row,
            local: LocalRows::new(self.right_local() + start, blocks * mesh),
            block: Block::Right,
        }
    }

    /// Groups of block columns of the right operand.
    fn groups(&self) -> u64 {
        self.columns.div_ceil(self.right_step())
    }
}

/// Where a matmul's loads are: counters of the block that is next, none when the operand is done.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadCursor {
    clear: Option<[u64; 2]>,
    left: Option<[u64; 2]>,
    right: Option<[u64; 2]>,
}

impl LoadCursor {
    pub(super) fn new(tile: &MatmulTile) -> Self {
        Self {
            clear: tile.clears.then_some([0; 2]),
            left: Some([0; 2]),
            right: Some([0; 2]),
        }
    }

    /// The next load, and the cursor behind it. The right operand goes first, then whichever has
    /// come less far into the reduction, the left one if they are equal.
    pub(super) fn next(&mut self, tile: &MatmulTile) -> Option<Load> {
        if let Some([column, row]) = self.clear {
            step(
                &mut self.clear,
                [tile.columns, tile.rows],
                [tile.clear_step(), 1],
            );
            return Some(tile.clear(column, row));
        }
        let is_right = match (self.left, self.right) {
            (None, None) => return None,
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (Some([left, _]), Some(right)) => left > right[0] || right == [0; 2],
        };
        let operand = if is_right {
            &mut self.right
        } else {
            &mut self.left
        };
        let [depth, other] = operand.expect("it has blocks left");
        if is_right {
            step(operand, [tile.depth, tile.columns], [1, tile.right_step()]);
            Some(tile.load_right(depth, other))
        } else {
            step(operand, [tile.depth, tile.rows], [tile.left_step(), 1]);
            Some(tile.load_left(depth, other))
        }
    }
}

fn step(counters: &mut Option<[u64; 2]>, ends: [u64; 2], steps: [u64; 2]) {
    let mut next = counters.expect("it has blocks left");
    *counters = advance(&mut next, ends, steps).then_some(next);
}

/// Where a matmul's pairs are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PairCursor {
    counters: [u64; 3],
    is_done: bool,
}

impl PairCursor {
    /// The next pair, and the cursor behind it.
    pub(super) fn next(&mut self, tile: &MatmulTile) -> Option<Pair> {
        if self.is_done {
            return None;
        }
        let mesh = tile.chip.mesh;
        let [depth, column, row] = self.counters;
        let rows = tile.rows_of(row);
        let weights = if row == 0 {
            let start = (depth * tile.columns + column) * mesh;
            LocalRows::new(tile.right_local() + start, mesh)
        } else {
            LocalRows::NONE
        };
        let start = (row * tile.depth + depth) * mesh;
        let pair = Pair {
            rows,
            weights,
            inputs: LocalRows::new(tile.halves.inputs + start, rows),
            sums: tile.sums(row, column, rows),
            left: (depth / tile.left_step() * tile.rows + row) as u32,
            right: (depth * tile.groups() + column / tile.right_step()) as u32,
            is_last_pass: depth + 1 == tile.depth,
        };
        self.is_done = !advance(
            &mut self.counters,
            [tile.depth, tile.columns, tile.rows],
            [1; 3],
        );
        Some(pair)
    }
}

/// Where a matmul's stores are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct StoreCursor {
    counters: [u64; 2],
    is_done: bool,
}

impl StoreCursor {
    /// The next store, and the cursor behind it.
    pub(super) fn next(&mut self, tile: &MatmulTile) -> Option<Store> {
        if self.is_done {
            return None;
        }
        let mesh = tile.chip.mesh;
        let [column, row] = self.counters;
        let blocks = tile.right_step().min(tile.columns - column);
        let padding = if column + blocks >= tile.columns {
            tile.column_padding
        } else {
            0
        };
        let store = Store {
            rows: tile.rows_of(row),
            blocks,
            bytes: blocks * mesh - padding,
            address: tile.output + row * mesh * tile.right_row + column * mesh,
            stride: tile.right_row,
            sums: tile.sums(row, column, blocks * mesh),
            last: ((column + blocks - 1) * tile.rows + row) as u32,
        };
        self.is_done = !advance(
            &mut self.counters,
            [tile.columns, tile.rows],
            [tile.right_step(), 1],
        );
        Some(store)
    }
}
