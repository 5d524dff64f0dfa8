//! A layer under a schedule, checked against a machine.

use std::sync::Arc;

use stationary_arch::{Accelerator, Decoupled, EpilogueStep, Operand};
use stationary_workloads::{Dim, Layer};

use super::schedule::{Buffer, Demand, Schedule, ScheduleError};

pub(super) const MICRO_OP_BYTES: u64 = 4;
pub(super) const INSTRUCTION_BYTES: u64 = 16;

/// A layer lowered with a schedule for a decoupled machine, ready to run; its only constructors check it.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::decoupled::{LoweredLayer, Schedule};
/// use stationary_workloads::{Convolution, Layer};
///
/// let vta = Accelerator::preset("vta", &[])?;
/// let layer = Layer::convolution("conv", Convolution::square(7, [512, 512], 3, 1, 1))?;
/// let tiles = Schedule { tile_h: 7, tile_w: 7, tile_co: 16, oc_nthread: 2, ..Schedule::ONE };
/// assert!(LoweredLayer::new(&layer, &vta, tiles).is_ok());
/// let more = LoweredLayer::new(&layer, &vta, Schedule { tile_ci: 4, ..tiles });
/// assert_eq!(
///     more.unwrap_err().to_string(),
///     "the weight buffer holds 262144 bytes; the tiles of 2 threads take 294912"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LoweredLayer {
    layer: Arc<Layer>,
    accelerator: Arc<Accelerator>,
    schedule: Schedule,
    body: Body,
    pub(super) blocks: Blocks,
    pub(super) bytes: VectorBytes,
    /// Tiles of each loop.
    pub(super) tiles: Tiles,
    /// Virtual threads that have work.
    pub(super) threads: [u64; 2],
}

/// What becomes of a tile before the epilogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Body {
    /// Sums of products.
    Convolution,
    /// It is loaded: the epilogue adds another tensor.
    Addition,
}

/// Extents of the loops, channels and images in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Blocks {
    pub(super) batch: u64,
    pub(super) groups: u64,
    pub(super) ci: u64,
    pub(super) co: u64,
    pub(super) h: u64,
    pub(super) w: u64,
    pub(super) kernel: [u64; 2],
}

/// Bytes of a vector (or block) of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VectorBytes {
    pub(super) input: u64,
    pub(super) weight: u64,
    pub(super) accumulator: u64,
    pub(super) output: u64,
}

/// How many tiles each loop has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Tiles {
    pub(super) b: u64,
    pub(super) h: u64,
    pub(super) w: u64,
    pub(super) ci: u64,
    pub(super) co: u64,
}

impl Blocks {
    pub(super) fn of(layer: &Layer, accelerator: &Accelerator) -> Self {
        let array = &accelerator.array;
        let size = |dim| layer.size(dim);
        Self {
            batch: size(Dim::N).div_ceil(array.rows.into()),
            groups: size(Dim::G),
            ci: size(Dim::C).div_ceil(array.lanes.into()),
            co: size(Dim::K).div_ceil(array.cols.into()),
            h: size(Dim::P),
            w: size(Dim::Q),
            kernel: [size(Dim::R), size(Dim::S)],
        }
    }
}

impl LoweredLayer {
    /// Checks a schedule of a layer on an accelerator.
    ///
    /// # Errors
    /// A [`ScheduleError`]: the first knob or buffer that is wrong.
    pub fn new(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        schedule: Schedule,
    ) -> Result<Self, ScheduleError> {
        let accelerator = accelerator.into();
        accelerator.check()?;
        Self::fitting(layer.into(), accelerator, schedule)
    }

    /// The same on an accelerator that is checked, for whoever asks for many schedules.
    pub(super) fn fitting(
        layer: Arc<Layer>,
        accelerator: Arc<Accelerator>,
        schedule: Schedule,
    ) -> Result<Self, ScheduleError> {
        let lowered = Self::of(layer, accelerator, schedule, Body::Convolution)?;
        lowered.fits()?;
        Ok(lowered)
    }

    /// The bytes that the tiles of a schedule take of each buffer, whether they fit or not, in the order of
    /// [`Buffer`].
    ///
    /// ```
    /// use stationary_arch::Accelerator;
    /// use stationary_sim::decoupled::{Buffer, LoweredLayer, Schedule};
    /// use stationary_workloads::{Convolution, Layer};
    ///
    /// let vta = Accelerator::preset("vta", &[])?;
    /// let layer = Layer::convolution("conv", Convolution::square(7, [512, 512], 3, 1, 1))?;
    /// let tiles = Schedule { tile_ci: 2, tile_co: 32, ..Schedule::ONE };
    /// let demands = LoweredLayer::demands(&layer, &vta, tiles)?;
    /// assert_eq!(demands[1].buffer, Buffer::Weight);
    /// assert_eq!((demands[1].bytes, demands[1].capacity), (147_456, 262_144));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`ScheduleError`]: the first knob that is wrong.
    pub fn demands(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        schedule: Schedule,
    ) -> Result<[Demand; 4], ScheduleError> {
        let accelerator = accelerator.into();
        accelerator.check()?;
        Ok(Self::of(layer.into(), accelerator, schedule, Body::Convolution)?.own_demands())
    }

    /// A lowered layer whose tiles may not fit.
    pub(super) fn of(
        layer: Arc<Layer>,
        accelerator: Arc<Accelerator>,
        schedule: Schedule,
        body: Body,
    ) -> Result<Self, ScheduleError> {
        if accelerator.decoupled.is_none() {
            return Err(ScheduleError::NotDecoupled {
                accelerator: accelerator.name.clone(),
            });
        }
        let mut blocks = Blocks::of(&layer, &accelerator);
        if body == Body::Addition {
            (blocks.ci, blocks.kernel) = (1, [1, 1]);
        }
        let tiled = |knob, value: u64, extent: u64| {
            if value == 0 || !extent.is_multiple_of(value) {
                return Err(ScheduleError::Divisor {
                    knob,
                    value,
                    extent,
                });
            }
            Ok(extent / value)
        };
        let tiles = Tiles {
            b: tiled("tile_b", schedule.tile_b, blocks.batch)?,
            h: tiled("tile_h", schedule.tile_h, blocks.h)?,
            w: tiled("tile_w", schedule.tile_w, blocks.w)?,
            ci: tiled("tile_ci", schedule.tile_ci, blocks.ci)?,
            co: tiled("tile_co", schedule.tile_co, blocks.co)?,
        };
        for (knob, value) in [
            ("oc_nthread", schedule.oc_nthread),
            ("h_nthread", schedule.h_nthread),
        ] {
            if !(1..=2).contains(&value) {
                return Err(ScheduleError::Threads { knob, value });
            }
        }
        Ok(Self {
            bytes: VectorBytes::of(&accelerator),
            layer,
            accelerator,
            schedule,
            body,
            blocks,
            tiles,
            threads: [
                schedule.h_nthread.min(tiles.h),
                schedule.oc_nthread.min(tiles.co),
            ],
        })
    }

    pub(super) fn fits(&self) -> Result<(), ScheduleError> {
        let over = self
            .own_demands()
            .into_iter()
            .find(|demand| demand.bytes > demand.capacity);
        let Some(Demand {
            buffer,
            bytes,
            capacity,
        }) = over
        else {
            return Ok(());
        };
        let threads = match buffer {
            Buffer::MicroOp => 1,
            _ => self.schedule.threads(),
        };
        Err(ScheduleError::Capacity {
            buffer,
            bytes,
            capacity,
            threads,
        })
    }

    fn own_demands(&self) -> [Demand; 4] {
        let threads = self.schedule.threads();
        let partition = |operand: Operand| {
            let partitions = &self.accelerator.global_buffer.partitions;
            let holder = partitions.iter().find(|p| p.operands.contains(&operand));
            holder.map_or(0, |holder| holder.bytes)
        };
        let of = |buffer, tile: u64, operand| Demand {
            buffer,
            bytes: threads * tile,
            capacity: partition(operand),
        };
        // What is added lies beside the sums.
        let places = 1 + u64::from(self.operands() > 0);
        let sums = places * self.vectors() * self.bytes.accumulator;
        let [input, weight] = match self.body {
            Body::Convolution => [self.input_bytes(), self.weight_bytes()],
            Body::Addition => [0, 0],
        };
        let [reset, gemm, alu] = self.loops().map(|l| l.micro_ops * MICRO_OP_BYTES);
        [
            of(Buffer::Input, input, Operand::Input),
            of(Buffer::Weight, weight, Operand::Weight),
            of(Buffer::Accumulator, sums, Operand::Output),
            Demand {
                buffer: Buffer::MicroOp,
                bytes: reset.max(gemm).max(alu),
                capacity: self.control().micro_op_bytes,
            },
        ]
    }

    /// The layer that runs.
    #[must_use]
    pub fn layer(&self) -> &Arc<Layer> {
        &self.layer
    }

    /// The accelerator that it runs on.
    #[must_use]
    pub fn accelerator(&self) -> &Arc<Accelerator> {
        &self.accelerator
    }

    /// The schedule of its tiles and threads.
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        self.schedule
    }

    /// The number of PEs of the array: all of them work at each step, as a product is of whole blocks.
    #[must_use]
    pub fn active_pes(&self) -> u64 {
        let array = &self.accelerator.array;
        u64::from(array.rows) * u64::from(array.cols)
    }

    pub(super) fn control(&self) -> &Decoupled {
        let decoupled = self.accelerator.decoupled.as_ref();
        decoupled.expect("the constructor refuses machines without instructions")
    }

    /// Rows and columns of inputs that a tile covers, padding included.
    pub(super) fn window(&self) -> [u64; 2] {
        let (rows, cols) = (self.layer.rows(), self.layer.cols());
        let [r, s] = self.blocks.kernel;
        [
            (self.schedule.tile_h - 1) * rows.stride + (r - 1) * rows.dilation + 1,
            (self.schedule.tile_w - 1) * cols.stride + (s - 1) * cols.dilation + 1,
        ]
    }

    /// Of a tile, which is loaded at a time.
    pub(super) fn input_bytes(&self) -> u64 {
        let [rows, cols] = self.window();
        self.schedule.tile_b * self.schedule.tile_ci * rows * cols * self.bytes.input
    }

    /// Of a tile, which is loaded at a time.
    pub(super) fn weight_bytes(&self) -> u64 {
        self.schedule.tile_co * self.weight_row() * self.bytes.weight
    }

    /// Blocks of weights that one block of output channels takes at a time.
    pub(super) fn weight_row(&self) -> u64 {
        let [r, s] = self.blocks.kernel;
        self.schedule.tile_ci * r * s
    }

    /// Vectors of sums in a tile.
    pub(super) fn vectors(&self) -> u64 {
        let s = &self.schedule;
        s.tile_b * s.tile_h * s.tile_w * s.tile_co
    }

    /// Products of blocks in a GEMM instruction.
    pub(super) fn products(&self) -> u64 {
        self.vectors() * self.weight_row()
    }

    /// Loads of inputs at a time: a 2-D transfer for each block of images and channels.
    pub(super) fn input_loads(&self) -> u64 {
        self.schedule.tile_b * self.schedule.tile_ci
    }

    /// Stores of a tile: whole rows of outputs lie one behind the other, and are one transfer.
    pub(super) fn stores(&self) -> u64 {
        if self.schedule.tile_w == self.blocks.w {
            self.schedule.tile_b
        } else {
            self.schedule.tile_b * self.schedule.tile_co
        }
    }

    /// How often a tile is worked on.
    pub(super) fn all_tiles(&self) -> u64 {
        self.blocks.groups * self.tiles.b * self.tiles.h * self.tiles.w * self.tiles.co
    }

    /// Threads in each round.
    pub(super) fn width(&self) -> u64 {
        self.threads[0] * self.threads[1]
    }

    /// The loops of resetting, products and ALU steps: the hardware has two, micro-ops unroll the
    /// others.
    pub(super) fn loops(&self) -> [Loops; 3] {
        let s = &self.schedule;
        let [r, c] = self.blocks.kernel;
        let alu = Loops::of([s.tile_b, s.tile_co, s.tile_h, s.tile_w, 1, 1, 1]);
        match self.body {
            Body::Convolution => [
                Loops::of([s.tile_b, s.tile_w, s.tile_co, s.tile_h, 1, 1, 1]),
                Loops::of([s.tile_b, s.tile_ci, s.tile_w, c, r, s.tile_co, s.tile_h]),
                alu,
            ],
            Body::Addition => [Loops::NONE, Loops::NONE, alu],
        }
    }

    /// Whether all micro-ops of the program stay in their buffer; else each instruction loads its
    /// own anew.
    pub(super) fn keeps_micro_ops(&self) -> bool {
        let [reset, gemm, alu] = self.loops().map(|l| l.micro_ops);
        let steps = self.steps().len() as u64;
        let all = self.width() * (reset + gemm + steps * alu);
        all * MICRO_OP_BYTES <= self.control().micro_op_bytes
    }

    pub(super) fn steps(&self) -> &[EpilogueStep] {
        &self.control().epilogue
    }

    /// Whether biases are loaded with each tile.
    pub(super) fn has_bias(&self) -> bool {
        self.steps().contains(&EpilogueStep::Bias)
    }

    /// Whether tiles are loaded instead of summed up.
    pub(super) fn is_addition(&self) -> bool {
        self.body == Body::Addition
    }

    /// Tensors that are loaded with each tile and are of its shape: both of an addition, or what is
    /// added to a convolution's sums.
    pub(super) fn operands(&self) -> u64 {
        u64::from(self.is_addition()) + u64::from(self.steps().contains(&EpilogueStep::Residual))
    }

    /// Words of these tensors, padded to blocks.
    pub(super) fn operand_words(&self) -> u64 {
        let array = &self.accelerator.array;
        let words = u64::from(array.rows) * u64::from(array.cols);
        self.operands() * self.all_tiles() * self.vectors() * words
    }
}

/// The loops of one instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loops {
    /// Turns of the two outer loops, which the hardware counts.
    pub(super) turns: u64,
    /// Micro-ops of one turn.
    pub(super) micro_ops: u64,
}

impl Loops {
    const NONE: Self = Self {
        turns: 0,
        micro_ops: 0,
    };

    fn of(extents: [u64; 7]) -> Self {
        let mut real = extents.into_iter().filter(|extent| *extent > 1);
        let turns = real.next().unwrap_or(1) * real.next().unwrap_or(1);
        Self {
            turns,
            micro_ops: real.product(),
        }
    }
}

impl VectorBytes {
    pub(super) fn of(accelerator: &Accelerator) -> Self {
        let array = &accelerator.array;
        let [rows, cols, lanes] = [array.rows, array.cols, array.lanes].map(u64::from);
        let precision = &accelerator.precision;
        let bytes = |words: u64, bits: u32| (words * u64::from(bits)).div_ceil(8);
        Self {
            input: bytes(rows * lanes, precision.input.0),
            weight: bytes(cols * lanes, precision.weight.0),
            accumulator: bytes(rows * cols, precision.partial_sum.0),
            output: bytes(rows * cols, precision.output.0),
        }
    }
}
