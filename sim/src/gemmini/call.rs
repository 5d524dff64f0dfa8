//! A layer and how it is cut into calls: what the C function is given.
//!
//! ```text
//! for each tile, in the order of the C loops: one call of the unroller
//! ```

use thiserror::Error;

/// A loop over tiles of Gemmini's C library, by the dimension that it steps along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Loop {
    /// The loop over input channels; of a matmul over the columns of its left operand.
    Channels,
    /// The loop over columns of the kernel.
    KernelColumns,
    /// The loop over rows of the kernel.
    KernelRows,
    /// The loop over output channels; of a matmul over the columns of its right operand.
    Filters,
    /// The loop over output columns; of a matmul over the rows of its left operand.
    Columns,
    /// The loop over output rows.
    Rows,
    /// The loop over images.
    Images,
}

impl Loop {
    /// Every loop, in the order of the C function when a mapping names none.
    pub const ALL: [Loop; 7] = [
        Loop::Channels,
        Loop::KernelColumns,
        Loop::KernelRows,
        Loop::Filters,
        Loop::Columns,
        Loop::Rows,
        Loop::Images,
    ];
}

/// The operator that a call computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A `tiled_matmul`: a matrix of `columns` x `channels` times one of `channels` x `filters`.
    Matmul,
    /// A `tiled_conv` with square outputs and a square kernel, padded by half the kernel.
    Convolution {
        /// Output rows, and as many columns.
        outputs: u64,
        /// Kernel rows, and as many columns.
        kernel: u64,
        /// The distance from one window to the next along rows and columns, in inputs.
        stride: u64,
        /// Input rows, and as many columns.
        inputs: u64,
    },
}

/// A layer for Gemmini with its tile, loop order and mesh, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub(super) kind: Kind,
    pub(super) mesh: u64,
    /// Extents of the loops, in the order of [`Loop::ALL`]; of a matmul padded to the mesh.
    pub(super) extents: [u64; 7],
    /// Elements of a tile, likewise.
    pub(super) tile: [u64; 7],
    /// Innermost first.
    pub(super) order: [Loop; 7],
    /// Channels, filters and columns as they are, without padding to the mesh.
    pub(super) channels: u64,
    pub(super) filters: u64,
    pub(super) columns: u64,
}

/// The reason why a call cannot be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CallError {
    /// The mesh has another size than those of the measured chips: 4, 8, 16, 32 and 64.
    #[error("a mesh of {0} x {0}; it is 4, 8, 16, 32 or 64")]
    Mesh(u64),
    /// The size or tile along a loop is zero.
    #[error("{0:?} has no elements")]
    Empty(Loop),
    /// The size along a loop exceeds the 16 bits that the C function and the unroller have for it.
    #[error("{0:?} has {1} elements, more than 65535")]
    Wide(Loop, u64),
    /// The tile of a matmul along a loop is not a multiple of the mesh's size.
    #[error("a tile of {1} in {0:?} is no multiple of the mesh")]
    Block(Loop, u64),
    /// The loop order names a loop twice.
    #[error("{0:?} occurs twice in the order of the loops")]
    Twice(Loop),
    /// The tiles take more bytes than the 2 MiB of a half of the scratchpad or of the accumulator.
    #[error("a tile needs {0} bytes of {1}, more than half of it")]
    Capacity(u128, &'static str),
    /// The tensors take more bytes than the 4 GiB of main memory.
    #[error("the layer's arrays need {0} bytes, more than 4 GiB")]
    Memory(u128),
    /// A tile of kernel positions and outputs lies wholly in the padding, where the unroller's unsigned sizes
    /// wrap.
    #[error("a tile lies in the padding, away from the inputs")]
    Padding,
}

/// Bytes of half the scratchpad, and of half the accumulator.
const HALF_BYTES: u128 = 2 << 20;
/// Bytes of main memory.
const MEMORY_BYTES: u128 = 4 << 30;

impl Call {
    /// A convolution with square outputs on a chip whose mesh has `mesh` rows and columns. `tile` has the
    /// elements of a tile in the order of [`Loop::ALL`]; `order` names the loops from the innermost to the
    /// outermost.
    ///
    /// # Errors
    /// A [`CallError`], if the chip has no such mesh, a size or tile is out of range, or the tile does not fit
    /// the local memories.
    pub fn convolution(
        mesh: u64,
        [channels, filters]: [u64; 2],
        [outputs, inputs]: [u64; 2],
        [kernel, stride]: [u64; 2],
        tile: [u64; 7],
        order: [Loop; 7],
    ) -> Result<Self, CallError> {
        let kind = Kind::Convolution {
            outputs,
            kernel,
            stride,
            inputs,
        };
        let extents = [channels, kernel, kernel, filters, outputs, outputs, 1];
        Self {
            kind,
            mesh,
            extents,
            tile,
            order,
            channels,
            filters,
            columns: outputs,
        }
        .checked()
    }

    /// A product of `columns` x `channels` and `channels` x `filters` on a chip whose mesh has `mesh` rows and
    /// columns. `tile` has the elements of a tile, in whole blocks of the mesh; `order` is as for
    /// [`Call::convolution`].
    ///
    /// # Errors
    /// As [`Call::convolution`], and [`CallError::Block`] for a tile of other than whole blocks.
    pub fn matmul(
        mesh: u64,
        [channels, filters, columns]: [u64; 3],
        tile: [u64; 7],
        order: [Loop; 7],
    ) -> Result<Self, CallError> {
        // What is too wide stays so.
        let padded = |extent: u64| extent.min(1 << 16).next_multiple_of(mesh.clamp(1, 64));
        let extents = [
            padded(channels),
            1,
            1,
            padded(filters),
            padded(columns),
            1,
            1,
        ];
        Self {
            kind: Kind::Matmul,
            mesh,
            extents,
            tile,
            order,
            channels,
            filters,
            columns,
        }
        .checked()
    }

    fn checked(self) -> Result<Self, CallError> {
        if !matches!(self.mesh, 4 | 8 | 16 | 32 | 64) {
            return Err(CallError::Mesh(self.mesh));
        }
        for (index, which) in Loop::ALL.into_iter().enumerate() {
            let (extent, tile) = (self.extents[index], self.tile[index]);
            if extent == 0 || tile == 0 {
                return Err(CallError::Empty(which));
            }
            if extent > 0xffff || tile > 0xffff {
                return Err(CallError::Wide(which, extent.max(tile)));
            }
            if self.order[..index].contains(&self.order[index]) {
                return Err(CallError::Twice(self.order[index]));
            }
        }
        if let Kind::Convolution { stride, inputs, .. } = self.kind {
            if stride == 0 || inputs == 0 {
                return Err(CallError::Empty(Loop::Columns));
            }
            if stride.max(inputs) > 0xffff {
                return Err(CallError::Wide(Loop::Columns, stride.max(inputs)));
            }
            self.check_padding(Loop::KernelColumns, Loop::Columns)?;
            self.check_padding(Loop::KernelRows, Loop::Rows)?;
        } else {
            for which in [Loop::Channels, Loop::Filters, Loop::Columns] {
                let tile = self.tile[which as usize];
                if !tile.is_multiple_of(self.mesh) {
                    return Err(CallError::Block(which, tile));
                }
            }
        }
        self.check_capacity()
    }

    /// Every tile of kernel positions touches the inputs with every tile of outputs.
    fn check_padding(&self, kernel: Loop, outputs: Loop) -> Result<(), CallError> {
        let Kind::Convolution {
            kernel: taps,
            stride,
            inputs,
            ..
        } = self.kind
        else {
            return Ok(());
        };
        let pad = taps / 2;
        let (step, tile) = (self.tile[kernel as usize], self.tile[outputs as usize]);
        for tap in (0..taps).step_by(step as usize) {
            let taps = step.min(taps - tap);
            for output in (0..self.extents[outputs as usize]).step_by(tile as usize) {
                let outputs = tile.min(self.extents[outputs as usize] - output);
                let first = output * stride + tap;
                let end = first + (outputs - 1) * stride + taps;
                if end < pad || first > inputs + pad {
                    return Err(CallError::Padding);
                }
            }
        }
        Ok(())
    }

    fn check_capacity(self) -> Result<Self, CallError> {
        let [channels, taps, lines, filters, columns, rows, _] = self.tile.map(u128::from);
        let mesh = u128::from(self.mesh);
        let wide = |count: u128| count.next_multiple_of(mesh);
        let [all_channels, all_filters, all_columns] =
            [self.channels, self.filters, self.columns].map(u128::from);
        let (left, right, results, arrays) = match self.kind {
            Kind::Matmul => (
                columns * channels,
                channels * filters,
                columns * filters,
                all_columns * all_channels + all_channels * all_filters + all_columns * all_filters,
            ),
            Kind::Convolution {
                outputs,
                kernel,
                stride,
                inputs,
            } => {
                let [outputs, kernel, stride, inputs] =
                    [outputs, kernel, stride, inputs].map(u128::from);
                (
                    (rows * stride + lines) * (columns * stride + taps) * wide(channels),
                    taps * lines * channels * wide(filters),
                    rows * columns * wide(filters),
                    inputs * inputs * all_channels
                        + kernel * kernel * all_channels * all_filters
                        + outputs * outputs * all_filters,
                )
            }
        };
        if arrays > MEMORY_BYTES {
            return Err(CallError::Memory(arrays));
        }
        // The weights end a block before the half does.
        let operands = left + right + mesh * mesh;
        if operands > HALF_BYTES {
            return Err(CallError::Capacity(operands, "the scratchpad"));
        }
        if 4 * results > HALF_BYTES {
            return Err(CallError::Capacity(4 * results, "the accumulator"));
        }
        Ok(self)
    }

    /// The operator that the call computes.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The number of rows, and of columns, of the mesh.
    pub fn mesh(&self) -> u64 {
        self.mesh
    }

    /// The number of calls of the unroller that the C loops make.
    pub fn calls(&self) -> u64 {
        (0..7).map(|index| self.trips(index)).product()
    }

    /// Tiles along a loop, by its place in [`Loop::ALL`].
    pub(super) fn trips(&self, index: usize) -> u64 {
        self.extents[index].div_ceil(self.tile[index])
    }
}
