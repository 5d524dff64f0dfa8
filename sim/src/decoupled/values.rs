//! The machine with values: scratchpads hold what the instructions put there.
//!
//! Every instruction reads and writes when it is done. A tile that is overwritten while it is in use,
//! or used before it is there, gives wrong outputs.

use stationary_arch::EpilogueStep;
use stationary_workloads::Dim;

use super::lowered_layer::LoweredLayer;
use super::machine::Machine;
use super::program::{Instruction, Operation, Tile};
use crate::pace::Pace;
use crate::payload::Payload;
use crate::run::FunctionalRun;
use crate::tensors::Tensors;

/// Runs a lowered layer on the machine with values in its words.
///
/// Memory and time grow with the layer's MACs; meant for small layers. Sums wrap at 32 bits.
///
/// # Panics
/// If the tensors do not have the layer's sizes.
pub fn run_functional(k: &LoweredLayer, tensors: &Tensors, pace: Pace) -> FunctionalRun {
    let layer = k.layer();
    let Tensors { bias, addends, .. } = tensors;
    if !k.is_addition() {
        assert_eq!(tensors.input.len() as u64, layer.inputs(), "inputs");
        assert_eq!(tensors.weight.len() as u64, layer.weights(), "weights");
    }
    let channels = layer.size(Dim::G) * layer.size(Dim::K);
    assert_eq!(bias.len() as u64, channels, "biases");
    for addend in &addends[2 - k.operands() as usize..] {
        assert_eq!(addend.len() as u64, layer.outputs(), "what is added");
    }
    let mut machine = Machine::new(k, Values::new(k, tensors));
    let run = machine.run(pace, None, &mut ());
    let run = run.expect("nothing stops it");
    let values = machine.payload;
    FunctionalRun {
        run,
        output: values.output,
        each_mac_once: None,
    }
}

struct Values<'t> {
    k: &'t LoweredLayer,
    tensors: &'t Tensors,
    input: Vec<i32>,
    weight: Vec<i32>,
    sums: Vec<i32>,
    /// The biases of each thread's tile.
    biases: Vec<i32>,
    /// What is added to each thread's tile.
    residuals: Vec<i32>,
    output: Vec<i64>,
}

/// Sizes of a tile in words, and of the blocks.
struct Sizes {
    batch: u64,
    cols: u64,
    lanes: u64,
    window: [u64; 2],
    input: u64,
    weight: u64,
    sums: u64,
}

impl Sizes {
    fn of(k: &LoweredLayer) -> Self {
        let array = &k.accelerator().array;
        let [batch, cols, lanes] = [array.rows, array.cols, array.lanes].map(u64::from);
        let window = k.window();
        Self {
            batch,
            cols,
            lanes,
            window,
            input: k.input_loads() * window[0] * window[1] * batch * lanes,
            weight: k.schedule().tile_co * k.weight_row() * cols * lanes,
            sums: k.vectors() * batch * cols,
        }
    }
}

impl<'t> Values<'t> {
    fn new(k: &'t LoweredLayer, tensors: &'t Tensors) -> Self {
        let sizes = Sizes::of(k);
        let places = |words: u64| vec![0; (k.width() * words) as usize];
        Self {
            k,
            tensors,
            input: places(sizes.input),
            weight: places(sizes.weight),
            sums: places(sizes.sums),
            biases: places(k.schedule().tile_co * sizes.cols),
            residuals: places(sizes.sums * u64::from(k.operands() > 0)),
            output: vec![0; k.layer().outputs() as usize],
        }
    }

    fn load_input(&mut self, at: &Instruction, b: u64, ci: u64) {
        let k = self.k;
        let (sizes, s, layer) = (Sizes::of(k), k.schedule(), k.layer());
        let (rows, cols) = (layer.rows(), layer.cols());
        let place = at.thread * sizes.input
            + (b * s.tile_ci + ci) * sizes.window[0] * sizes.window[1] * sizes.batch * sizes.lanes;
        let first = [
            (at.tile.h * s.tile_h * rows.stride, rows.pad),
            (at.tile.w * s.tile_w * cols.stride, cols.pad),
        ];
        for i in 0..sizes.window[0] * sizes.window[1] {
            let y = (first[0].0 + i / sizes.window[1]).wrapping_sub(first[0].1);
            let x = (first[1].0 + i % sizes.window[1]).wrapping_sub(first[1].1);
            for j in 0..sizes.batch * sizes.lanes {
                let n = (at.tile.b * s.tile_b + b) * sizes.batch + j / sizes.lanes;
                let c = (at.ci * s.tile_ci + ci) * sizes.lanes + j % sizes.lanes;
                let is_there = n < layer.size(Dim::N)
                    && c < layer.size(Dim::C)
                    && y < rows.input
                    && x < cols.input;
                let value = if is_there {
                    let plane = (n * layer.size(Dim::G) + at.tile.g) * layer.size(Dim::C) + c;
                    self.tensors.input[((plane * rows.input + y) * cols.input + x) as usize] as i32
                } else {
                    0
                };
                self.input[(place + i * sizes.batch * sizes.lanes + j) as usize] = value;
            }
        }
    }

    fn load_weight(&mut self, at: &Instruction) {
        let k = self.k;
        let (sizes, s, layer) = (Sizes::of(k), k.schedule(), k.layer());
        let taps = k.blocks.kernel[0] * k.blocks.kernel[1];
        let block = sizes.cols * sizes.lanes;
        for i in 0..sizes.weight {
            let (word, rest) = (i % block, i / block);
            let tap = rest % taps;
            let c =
                (at.ci * s.tile_ci + rest / taps % s.tile_ci) * sizes.lanes + word % sizes.lanes;
            let out = at.tile.co * s.tile_co + rest / taps / s.tile_ci;
            let o = out * sizes.cols + word / sizes.lanes;
            let is_there = c < layer.size(Dim::C) && o < layer.size(Dim::K);
            self.weight[(at.thread * sizes.weight + i) as usize] = if is_there {
                let filter = (at.tile.g * layer.size(Dim::K) + o) * layer.size(Dim::C) + c;
                self.tensors.weight[(filter * taps + tap) as usize] as i32
            } else {
                0
            };
        }
    }

    fn load_bias(&mut self, at: &Instruction) {
        let k = self.k;
        let (sizes, s) = (Sizes::of(k), k.schedule());
        let channels = k.layer().size(Dim::K);
        for i in 0..s.tile_co * sizes.cols {
            let o = at.tile.co * s.tile_co * sizes.cols + i;
            let value = if o < channels {
                self.tensors.bias[(at.tile.g * channels + o) as usize]
            } else {
                0
            };
            self.biases[(at.thread * s.tile_co * sizes.cols + i) as usize] = value;
        }
    }

    /// Each sum of the tile, by images, channels, rows and columns, in words.
    fn sums_of(k: &LoweredLayer) -> impl Iterator<Item = [u64; 4]> + use<> {
        let (sizes, s) = (Sizes::of(k), k.schedule());
        let all = sizes.sums;
        (0..all).map(move |i| {
            let (word, vector) = (
                i % (sizes.batch * sizes.cols),
                i / (sizes.batch * sizes.cols),
            );
            let (x, vector) = (vector % s.tile_w, vector / s.tile_w);
            let (y, vector) = (vector % s.tile_h, vector / s.tile_h);
            let (co, b) = (vector % s.tile_co, vector / s.tile_co);
            [
                b * sizes.batch + word / sizes.cols,
                co * sizes.cols + word % sizes.cols,
                y,
                x,
            ]
        })
    }

    fn multiply(&mut self, at: &Instruction) {
        let k = self.k;
        let (sizes, s, layer) = (Sizes::of(k), k.schedule(), k.layer());
        let [r, c] = k.blocks.kernel;
        let taps = r * c;
        for (i, [n, o, y, x]) in (0u64..).zip(Self::sums_of(k)) {
            let mut sum = 0i32;
            for tap in 0..taps {
                let row = y * layer.rows().stride + tap / c * layer.rows().dilation;
                let col = x * layer.cols().stride + tap % c * layer.cols().dilation;
                for ci in 0..s.tile_ci {
                    let plane = (n / sizes.batch * s.tile_ci + ci) * sizes.window[0] + row;
                    let vector = (plane * sizes.window[1] + col) * sizes.batch + n % sizes.batch;
                    let block = (o / sizes.cols * s.tile_ci + ci) * taps + tap;
                    let input = at.thread * sizes.input + vector * sizes.lanes;
                    let weight = at.thread * sizes.weight
                        + (block * sizes.cols + o % sizes.cols) * sizes.lanes;
                    for lane in 0..sizes.lanes {
                        let a = self.input[(input + lane) as usize];
                        let b = self.weight[(weight + lane) as usize];
                        sum = sum.wrapping_add(a.wrapping_mul(b));
                    }
                }
            }
            let place = &mut self.sums[(at.thread * sizes.sums + i) as usize];
            *place = place.wrapping_add(sum);
        }
    }

    fn step(&mut self, at: &Instruction, step: usize) {
        let k = self.k;
        let sizes = Sizes::of(k);
        let biases = at.thread * k.schedule().tile_co * sizes.cols;
        let step = k.steps()[step];
        for (i, [_, o, _, _]) in (0u64..).zip(Self::sums_of(k)) {
            let place = (at.thread * sizes.sums + i) as usize;
            let other = match step {
                EpilogueStep::Bias => self.biases[(biases + o) as usize],
                EpilogueStep::Residual => self.residuals[place],
                _ => 0,
            };
            self.sums[place] = step.apply(self.sums[place], other);
        }
    }

    /// A transfer's part of the tile: places in the buffer, and in a tensor of the outputs' shape
    /// where there is one.
    fn part<'k>(
        k: &'k LoweredLayer,
        at: &Instruction,
        part: u64,
    ) -> impl Iterator<Item = (usize, Option<usize>)> + use<'k> {
        let (sizes, s, layer) = (Sizes::of(k), k.schedule(), k.layer());
        let per_image = k.stores() / s.tile_b;
        let (Tile { g, b, h, co, w }, thread) = (at.tile, at.thread);
        let all = (0u64..).zip(Self::sums_of(k));
        all.filter_map(move |(i, [n, o, y, x])| {
            let is_in = n / sizes.batch == part / per_image
                && (per_image == 1 || o / sizes.cols == part % per_image);
            let n = b * s.tile_b * sizes.batch + n;
            let o = co * s.tile_co * sizes.cols + o;
            let is_there = n < layer.size(Dim::N) && o < layer.size(Dim::K);
            let plane = (n * layer.size(Dim::G) + g) * layer.size(Dim::K) + o;
            let row = plane * k.blocks.h + h * s.tile_h + y;
            let word = (row * k.blocks.w + w * s.tile_w + x) as usize;
            is_in.then_some(((thread * sizes.sums + i) as usize, is_there.then_some(word)))
        })
    }

    /// The first operand of an addition goes where sums are.
    fn load_operand(&mut self, at: &Instruction, which: u64, part: u64) {
        let k = self.k;
        let tensor = &self.tensors.addends[which as usize];
        let into = match which {
            0 => &mut self.sums,
            _ => &mut self.residuals,
        };
        for (place, word) in Self::part(k, at, part) {
            into[place] = word.map_or(0, |word| tensor[word]);
        }
    }

    /// The last words of an output are cut off as the bus does it.
    fn store(&mut self, at: &Instruction, part: u64) {
        let k = self.k;
        let cut = 64 - k.accelerator().precision.output.0;
        for (place, word) in Self::part(k, at, part) {
            if let Some(word) = word {
                self.output[word] = i64::from(self.sums[place]) << cut >> cut;
            }
        }
    }
}

impl Payload<Instruction> for Values<'_> {
    fn done(&mut self, at: &Instruction) {
        match at.work {
            Operation::Input { b, ci } => self.load_input(at, b, ci),
            Operation::Weight => self.load_weight(at),
            Operation::Bias => self.load_bias(at),
            Operation::Operand { which, part } => self.load_operand(at, which, part),
            Operation::Reset => {
                let words = Sizes::of(self.k).sums;
                let from = (at.thread * words) as usize;
                self.sums[from..from + words as usize].fill(0);
            }
            Operation::Gemm => self.multiply(at),
            Operation::Alu(step) => self.step(at, step),
            Operation::Store(part) => self.store(at, part),
            Operation::MicroOps(_) | Operation::Sync | Operation::Finish => {}
        }
    }
}
