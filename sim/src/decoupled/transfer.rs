//! Where tiles lie in memory, and the bursts that move them.

use super::lowered_layer::{INSTRUCTION_BYTES, LoweredLayer, MICRO_OP_BYTES};
use super::program::Tile;

/// Rows of bytes at a stride, with zeros around them.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub(super) struct Rows {
    pub(super) address: u64,
    pub(super) rows: u64,
    pub(super) row_bytes: u64,
    pub(super) stride: u64,
    /// Vectors of zeros above all rows, beside each, and below all.
    pub(super) zeros: [u64; 3],
}

impl Rows {
    fn line(address: u64, bytes: u64) -> Self {
        Self {
            address,
            rows: 1,
            row_bytes: bytes,
            stride: 0,
            zeros: [0; 3],
        }
    }

    /// Bytes moved.
    pub(super) fn bytes(&self) -> u64 {
        self.rows * self.row_bytes
    }

    /// Vectors of zeros in all.
    pub(super) fn all_zeros(&self) -> u64 {
        self.zeros[0] + self.rows * self.zeros[1] + self.zeros[2]
    }
}

/// Where the tensors begin, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Layout {
    weight: u64,
    bias: u64,
    residual: u64,
    output: u64,
    micro_ops: u64,
    instructions: u64,
}

impl Layout {
    pub(super) fn new(k: &LoweredLayer) -> Self {
        // Allocations begin at pages.
        let page = |bytes: u64| bytes.next_multiple_of(4096);
        let weight = page(input_tensor(k));
        let bias = weight + page(weight_tensor(k));
        let channels = k.blocks.groups * k.blocks.co;
        let residual = bias + page(channels * k.bytes.accumulator);
        let outputs = page(output_tensor(k));
        let output = residual + outputs * u64::from(k.operands() > 0);
        let micro_ops = output + outputs;
        Self {
            weight,
            bias,
            residual,
            output,
            micro_ops,
            instructions: micro_ops + page(k.control().micro_op_bytes),
        }
    }

    /// One block of a tile's inputs: images `b` and channels `ci`, both in blocks of the layer.
    pub(super) fn input(&self, k: &LoweredLayer, tile: &Tile, b: u64, ci: u64) -> Rows {
        let (rows, cols) = (k.layer().rows(), k.layer().cols());
        let [height, width] = k.window();
        let clip = |tile: u64, size: u64, window: stationary_workloads::Window, extent: u64| {
            let from = (tile * size * window.stride) as i64 - window.pad as i64;
            let to = from + extent as i64;
            let input = window.input as i64;
            let before = (-from).clamp(0, extent as i64) as u64;
            let after = (to - input).clamp(0, extent as i64 - before as i64) as u64;
            (from.max(0) as u64, before, extent - before - after, after)
        };
        let (y, above, inner_rows, below) = clip(tile.h, k.schedule().tile_h, rows, height);
        let (x, left, inner_cols, right) = clip(tile.w, k.schedule().tile_w, cols, width);
        let plane = (b * k.blocks.groups + tile.g) * k.blocks.ci + ci;
        let vector = (plane * rows.input + y) * cols.input + x;
        let address = vector * k.bytes.input;
        if inner_rows == 0 || inner_cols == 0 {
            return Rows {
                zeros: [height * width, 0, 0],
                ..Rows::default()
            };
        }
        let is_padded = rows.pad + cols.pad + above + below + left + right > 0;
        if !is_padded && inner_cols == cols.input {
            // Whole rows lie one behind the other.
            return Rows::line(address, inner_rows * inner_cols * k.bytes.input);
        }
        Rows {
            address,
            rows: inner_rows,
            row_bytes: inner_cols * k.bytes.input,
            stride: cols.input * k.bytes.input,
            zeros: [above * width, left + right, below * width],
        }
    }

    /// A tile's weights for the channels from block `ci` on.
    pub(super) fn weight(&self, k: &LoweredLayer, tile: &Tile, ci: u64) -> Rows {
        let [r, s] = k.blocks.kernel;
        let channels = k.schedule().tile_co;
        let row = k.blocks.ci * r * s * k.bytes.weight;
        let co = tile.g * k.blocks.co + tile.co * channels;
        let address = self.weight + co * row + ci * r * s * k.bytes.weight;
        if k.tiles.ci == 1 {
            return Rows::line(address, channels * row);
        }
        Rows {
            address,
            rows: channels,
            row_bytes: k.weight_row() * k.bytes.weight,
            stride: row,
            zeros: [0; 3],
        }
    }

    pub(super) fn bias(&self, k: &LoweredLayer, tile: &Tile) -> Rows {
        let channels = k.schedule().tile_co;
        let first = tile.g * k.blocks.co + tile.co * channels;
        Rows::line(
            self.bias + first * k.bytes.accumulator,
            channels * k.bytes.accumulator,
        )
    }

    /// A tile's transfer number `part` of an operand of an addition.
    pub(super) fn operand(&self, k: &LoweredLayer, tile: &Tile, which: u64, part: u64) -> Rows {
        let tensor = if which == 0 { 0 } else { self.residual };
        self.of_tile(k, tile, part, tensor)
    }

    /// A tile's transfer number `part` to memory.
    pub(super) fn output(&self, k: &LoweredLayer, tile: &Tile, part: u64) -> Rows {
        self.of_tile(k, tile, part, self.output)
    }

    /// A tile's transfer number `part` of a tensor with the shape of outputs.
    fn of_tile(&self, k: &LoweredLayer, tile: &Tile, part: u64, tensor: u64) -> Rows {
        let s = k.schedule();
        let per_image = k.stores() / s.tile_b;
        let b = tile.b * s.tile_b + part / per_image;
        let co = tile.co * s.tile_co + part % per_image;
        let plane = (b * k.blocks.groups + tile.g) * k.blocks.co + co;
        let first = (plane * k.blocks.h + tile.h * s.tile_h) * k.blocks.w + tile.w * s.tile_w;
        let address = tensor + first * k.bytes.output;
        let line = k.blocks.w * k.bytes.output;
        if s.tile_w < k.blocks.w {
            return Rows {
                address,
                rows: s.tile_h,
                row_bytes: s.tile_w * k.bytes.output,
                stride: line,
                zeros: [0; 3],
            };
        }
        if s.tile_h == k.blocks.h {
            return Rows::line(address, s.tile_co * s.tile_h * line);
        }
        Rows {
            address,
            rows: s.tile_co,
            row_bytes: s.tile_h * line,
            stride: k.blocks.h * line,
            zeros: [0; 3],
        }
    }

    pub(super) fn micro_ops(&self, count: u64) -> Rows {
        Rows::line(self.micro_ops, count * MICRO_OP_BYTES)
    }

    pub(super) fn instructions(&self, from: u64, count: u64) -> Rows {
        Rows::line(
            self.instructions + from * INSTRUCTION_BYTES,
            count * INSTRUCTION_BYTES,
        )
    }
}

/// Bytes of all outputs, padded to blocks; an operand of an addition has as many.
fn output_tensor(k: &LoweredLayer) -> u64 {
    let b = &k.blocks;
    b.batch * b.groups * b.co * b.h * b.w * k.bytes.output
}

/// Whether the cache in front of memory holds all inputs, weights and outputs.
pub(super) fn cached(k: &LoweredLayer) -> [bool; 3] {
    let cache = k.control().memory.cache_bytes;
    [input_tensor(k), weight_tensor(k), output_tensor(k)].map(|bytes| bytes <= cache)
}

/// Bytes of all inputs, padded to blocks; of an addition, of its first operand.
fn input_tensor(k: &LoweredLayer) -> u64 {
    if k.is_addition() {
        return output_tensor(k);
    }
    let b = &k.blocks;
    let planes = b.batch * b.groups * b.ci;
    planes * k.layer().rows().input * k.layer().cols().input * k.bytes.input
}

/// Bytes of all weights, padded to blocks.
fn weight_tensor(k: &LoweredLayer) -> u64 {
    if k.is_addition() {
        return 0;
    }
    let b = &k.blocks;
    b.groups * b.co * b.ci * b.kernel[0] * b.kernel[1] * k.bytes.weight
}

/// One burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Burst {
    pub(super) address: u64,
    pub(super) bytes: u64,
    pub(super) axi_beats: u64,
    /// Whether it is the first of its row.
    pub(super) opens_row: bool,
}

/// The bursts of a transfer, row by row. None crosses a multiple of the greatest burst.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub(super) struct Bursts {
    rows: Rows,
    row: u64,
    done: u64,
    bus: u64,
    longest: u64,
}

impl Bursts {
    pub(super) fn new(rows: Rows, bus: u64, longest: u64) -> Self {
        Self {
            rows,
            row: 0,
            done: 0,
            bus,
            longest,
        }
    }

    pub(super) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Whether no burst was taken yet.
    pub(super) fn is_at_start(&self) -> bool {
        self.row == 0 && self.done == 0
    }

    pub(super) fn peek(&self) -> Option<Burst> {
        if self.row == self.rows.rows {
            return None;
        }
        let address = self.rows.address + self.row * self.rows.stride + self.done;
        let bytes = (self.rows.row_bytes - self.done).min(self.longest - address % self.longest);
        let axi_beats = (address + bytes).div_ceil(self.bus) - address / self.bus;
        Some(Burst {
            address,
            bytes,
            axi_beats,
            opens_row: self.done == 0,
        })
    }

    pub(super) fn next(&mut self) -> Option<Burst> {
        let burst = self.peek()?;
        self.done += burst.bytes;
        if self.done == self.rows.row_bytes {
            self.done = 0;
            self.row += 1;
        }
        Some(burst)
    }
}
