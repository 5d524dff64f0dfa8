//! A larger buffer is never worse, within what the mapper's goal trades.
//!
//! ```text
//! cycles  <=  (1 + slack) x the fewest cycles with any smaller buffer
//! bytes of DRAM  <=  bytes with the smaller buffer, unless there are fewer cycles, or could be,
//!                    or what moves less takes more energy: a word of a larger buffer does
//! ```
//!
//! Fewer cycles may cost bytes: a mapping that the smaller buffer had no room for may be faster by more
//! than the slack and read more. And as the slack counts from the fewest cycles that there could be, what
//! moved less may be beyond it where those are fewer.

#[path = "../../tests/common/mod.rs"]
mod common;

use common::for_layers_on_presets;
use stationary_arch::{Accelerator, CostModel, Operand, Sharing};
use stationary_sim::mapper::{self, Goal, MapperEffort, Objective, Slack};
use stationary_sim::{Dataflow, Energy, Mapping, Staging, dram_bits, estimate};
use stationary_workloads::{Convolution, Layer, RightOperand};

/// Of how many shapes one is tried with each preset and dataflow; STATIONARY_CASES=48 tries them all.
const SHARE: u64 = 48;

/// Sixteenths of a preset's buffers.
const SIZES: [u64; 7] = [4, 8, 16, 32, 64, 128, 256];

/// What cycles, and bytes of DRAM, may be exceeded by, in thousandths: unrollings and parts are tried in steps,
/// which need not be the same for two buffers.
const STEPS: [u64; 2] = [10, 0];

/// The same where operands share a ring of banks. Banks grow with the ring, so that a split of the smaller ring
/// may have no like in the larger; and what a larger ring loads ahead keeps the first beat waiting, so that
/// what moved less may be beyond the slack.
const RING_STEPS: [u64; 2] = [20, 330];

/// What a layer takes with a buffer.
#[derive(Clone, Copy, Debug)]
struct Taken {
    cycles: u64,
    /// Of DRAM.
    bytes: u64,
    /// Picojoules, and those of the mapping of the size before, if it is legal.
    energy: [f64; 2],
    /// The fewest cycles without slack.
    fewest: u64,
    /// Whether the layer goes as the sequencer wants it. Where a buffer has no room for that, it goes as any
    /// other machine has it, and may be faster.
    is_own: bool,
}

/// What it takes with each of the sizes that hold anything.
fn sweep(layer: &Layer, preset: &Accelerator, dataflow: &'static Dataflow) -> Vec<Taken> {
    let goal = Goal {
        objective: Objective::Cycles,
        slack: Slack::NONE,
    };
    let fastest = MapperEffort {
        goal,
        ..MapperEffort::default()
    };
    let mut swept = Vec::new();
    let mut tiling = None;
    for size in SIZES {
        let mut machine = preset.clone();
        // Accumulators of a stripe are part of the pipeline.
        let is_accumulator = machine.sequencer.stripe.is_some();
        for partition in &mut machine.global_buffer.partitions {
            if !is_accumulator || partition.operands != [Operand::Output] {
                partition.bytes = partition.bytes * size / 16;
            }
        }
        let Ok(mapping) = mapper::map(layer, &machine, dataflow) else {
            assert!(swept.is_empty(), "what fits, fits a larger buffer");
            continue;
        };
        let fewest = mapper::map_with(layer, &machine, dataflow, &fastest);
        let fewest = estimate(&fewest.expect("the layer has a mapping")).cycles;
        let model = estimate(&mapping);
        // Beyond the largest buffer that has a price nothing is said of energy.
        let cost = CostModel::of(&machine).ok();
        let spent = |mapping: &Mapping| {
            let model = estimate(mapping);
            let of = |cost| Energy::of(mapping, cost, &model.counters, model.cycles);
            cost.as_ref().map_or(0.0, |cost| of(cost).total().0)
        };
        let before = tiling.replace(*mapping.tiling());
        let before = before.and_then(|tiling| Mapping::new(layer, &machine, dataflow, tiling).ok());
        let staging = &mapping.tiling().staging;
        let mut stages = machine.sequencer.staging.iter();
        swept.push(Taken {
            cycles: model.cycles,
            bytes: dram_bits(&mapping, &model.counters) as u64 / 8,
            energy: [
                spent(&mapping),
                before.map_or(0.0, |mapping| spent(&mapping)),
            ],
            fewest,
            is_own: stages.all(|(operand, stage)| staging[*operand] == Staging::from(*stage)),
        });
    }
    swept
}

#[test]
fn a_larger_buffer_is_not_worse() {
    for_layers_on_presets(SHARE, |preset, dataflow, layer| {
        let swept = sweep(layer, preset, dataflow);
        let partitions = &preset.global_buffer.partitions;
        let is_ring = partitions.iter().any(|p| {
            let banks = p.banks.as_ref();
            banks.is_some_and(|banks| banks.sharing == Sharing::Ring)
        });
        let [more_cycles, more_bytes] = if is_ring { RING_STEPS } else { STEPS };
        let mut fewest = u64::MAX;
        for pair in swept.windows(2).filter(|pair| pair[0].is_own) {
            let (before, now) = (pair[0], pair[1]);
            fewest = fewest.min(before.cycles);
            let what = || {
                format!(
                    "{} {} {}: {swept:?}",
                    preset.name,
                    dataflow.name,
                    layer.name()
                )
            };
            let may_take = (1020 + more_cycles) * fewest;
            assert!(1000 * now.cycles <= may_take, "{}", what());
            let is_faster = now.cycles < before.cycles || now.fewest < before.fewest;
            let is_frugal = now.energy[0] < now.energy[1];
            let may_move = (1000 + more_bytes) * before.bytes;
            let moves_no_more = 1000 * now.bytes <= may_move;
            assert!(is_faster || is_frugal || moves_no_more, "{}", what());
        }
    });
}

/// Where a tensor that fits is read again, that saves time beyond the slack: with enough of it each word
/// is read once.
#[test]
fn what_fits_is_read_again_for_time_alone() {
    let product = Layer::matmul("product", 1, [128, 768, 256], RightOperand::Parameters);
    let convolution = Layer::convolution("conv", Convolution::square(28, [64, 64], 3, 1, 1));
    for layer in [product, convolution] {
        let layer = layer.expect("a layer");
        let least = layer.inputs() + layer.weights() + layer.outputs();
        for (name, flow) in [("systolic", "ws"), ("systolic", "os"), ("gemmini", "os")] {
            let accelerator = Accelerator::preset(name, &[]).expect("a bundled preset");
            let dataflow = Dataflow::find(flow).expect("a bundled dataflow");
            let of = |slack: &str| {
                let goal = Goal {
                    slack: slack.parse().expect("a slack"),
                    ..Goal::default()
                };
                let effort = MapperEffort {
                    goal,
                    ..MapperEffort::default()
                };
                let mapping = mapper::map_with(&layer, &accelerator, dataflow, &effort);
                let model = estimate(&mapping.expect("it maps"));
                let (read, written) = (model.counters.dram_read, model.counters.dram_write);
                let words = read.input + read.weight + read.output + written.output;
                (model.cycles, words)
            };
            let (fewest, often) = of("0");
            let (cycles, words) = of("1");
            assert!(100 * cycles <= 101 * fewest && words <= often);
            let (_, once) = of("30");
            // Halos of the convolution's tiles may come again.
            assert!(10 * once <= 11 * least, "{name} {flow}: {once} of {least}");
        }
    }
}
