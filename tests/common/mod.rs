//! Random layers, machines and mappings, small enough for the oracles.
#![allow(dead_code, reason = "each test file uses its part")]

pub mod invariants;

use std::sync::Arc;

use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use stationary_arch::dram::{Standard, presets};
use stationary_arch::units::{Bits, Kilohertz, Nanometres};
use stationary_arch::{
    Accelerator, Arbitration, Array, Banks, Constants, Drain, Dram, DramKind, GlobalBuffer,
    LoadOrder, Network, Networks, Operand, OutputProcessor, Padding, Partition, Passes, PerOperand,
    Ports, Precision, ResidentLoad, RunLength, Scratchpad, Sequencer, Sharing, Skew, Strides,
    Topology,
};
use stationary_sim::{Dataflow, Mapping, Staging, Tiling};
use stationary_workloads::{Convolution, Dim, Layer, PerDim, RightOperand, zoo};

/// Runs a property for each dataflow, and for as many random ones, on random triples, the dataflows
/// beside each other; on failure prints dataflow and seed.
pub fn for_random_mappings(
    cases: u64,
    size: Size,
    property: impl Fn(&Dataflow, &Mapping, u64) + Sync,
) {
    kinds().into_par_iter().for_each(|kind| {
        let mut done = 0;
        for seed in 0.. {
            if done == cases {
                break;
            }
            let dataflow = of_kind(kind, seed);
            done += u64::from(with_random_mapping(&dataflow, size, seed, &property));
        }
    });
}

/// Each bundled dataflow, and none for those that are drawn.
pub fn kinds() -> Vec<Option<&'static Dataflow>> {
    Dataflow::ALL.map(Some).into_iter().chain([None]).collect()
}

/// The bundled dataflow, or else the one that a seed draws.
pub fn of_kind(kind: Option<&'static Dataflow>, seed: u64) -> Dataflow {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(!seed);
    kind.map_or_else(|| dataflow(&mut rng), Dataflow::clone)
}

/// Runs a property on the triple of a seed; whether the triple is legal.
fn with_random_mapping(
    dataflow: &Dataflow,
    size: Size,
    seed: u64,
    property: impl Fn(&Dataflow, &Mapping, u64),
) -> bool {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let layer = layer(&mut rng, size);
    let accelerator = accelerator(&mut rng, dataflow);
    let tiling = tiling(&mut rng, &layer, &accelerator, dataflow);
    let Ok(mapping) = Mapping::new(layer, accelerator, dataflow, tiling) else {
        return false;
    };
    let guard = PrintOnPanic { dataflow, seed };
    property(dataflow, &mapping, seed);
    std::mem::forget(guard);
    true
}

struct PrintOnPanic<'a> {
    dataflow: &'a Dataflow,
    seed: u64,
}

impl Drop for PrintOnPanic<'_> {
    #[allow(clippy::print_stderr, reason = "a failed case must name its seed")]
    fn drop(&mut self) {
        let (dataflow, seed) = (self.dataflow.to_yaml(), self.seed);
        eprintln!("failed with seed {seed} for the dataflow\n{dataflow}");
    }
}

/// A dataflow that some machine runs: beats with which one operand stays, the other dimensions on rows,
/// on columns, inside a PE, in several of these or in none.
pub fn dataflow(rng: &mut impl Rng) -> Dataflow {
    let streams: [&[Dim]; 3] = [
        &[Dim::N, Dim::P, Dim::Q],
        &[Dim::C, Dim::R, Dim::S],
        &[Dim::K],
    ];
    let mut beats = streams[rng.random_range(0..3)].to_vec();
    beats.shuffle(rng);
    beats.truncate(rng.random_range(1..=beats.len()));
    let mut some = || {
        let others = Dim::ALL.into_iter().filter(|dim| !beats.contains(dim));
        others.filter(|_| rng.random()).collect::<Vec<_>>().into()
    };
    let [rows, cols, local] = [some(), some(), some()];
    let dataflow = Dataflow {
        name: "random".into(),
        title: "random".into(),
        rows,
        cols,
        beats: beats.into(),
        local,
    };
    assert_eq!(dataflow.check(), Ok(()));
    dataflow
}

/// Cases to run: `default`, or as many times more as STATIONARY_CASES says.
pub fn cases(default: u64) -> u64 {
    let factor = std::env::var("STATIONARY_CASES")
        .ok()
        .and_then(|v| v.parse::<f64>().ok());
    (default as f64 * factor.unwrap_or(1.0)).ceil() as u64
}

/// The layers of all bundled networks, each shape once.
pub fn distinct_layers() -> Vec<Layer> {
    let mut seen = std::collections::HashSet::new();
    let networks = zoo::names().map(|name| zoo::find(name).expect("a bundled network"));
    let layers = networks.flat_map(|network| network.layers().to_vec());
    let distinct = layers.filter(|l| seen.insert((*l.sizes(), l.rows(), l.cols())));
    distinct.collect()
}

/// One of so many of [`distinct_layers`], or as many times more as STATIONARY_CASES says, on each preset that maps
/// layers and each of its dataflows: others on each.
pub fn for_layers_on_presets(
    share: u64,
    visit: impl Fn(&Accelerator, &'static Dataflow, &Layer) + Sync,
) {
    let step = share.div_ceil(cases(1)).max(1) as usize;
    let layers = distinct_layers();
    let machines: Vec<_> = stationary_arch::presets::names()
        .map(|name| Accelerator::preset(name, &[]).expect("a bundled preset is valid"))
        .collect();
    let mut turn = 0;
    for accelerator in &machines {
        for name in &accelerator.dataflows {
            let dataflow = Dataflow::find(name).expect("presets name known dataflows");
            turn += 1;
            let share: Vec<_> = layers.iter().skip(turn % step).step_by(step).collect();
            (share.par_iter()).for_each(|layer| visit(accelerator, dataflow, layer));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A few thousand MACs.
    Tiny,
    /// Up to some hundred thousand MACs.
    Small,
}

pub fn layer(rng: &mut impl Rng, size: Size) -> Layer {
    let big = if size == Size::Tiny { 5 } else { 10 };
    loop {
        let layer = if rng.random_bool(0.2) {
            let m = [0; 3].map(|_| rng.random_range(1..=4 * big));
            let right = if rng.random() {
                RightOperand::Parameters
            } else {
                RightOperand::Activations
            };
            Layer::matmul("random", rng.random_range(1..=3), m, right)
        } else {
            let groups = rng.random_range(1..=3);
            Layer::convolution(
                "random",
                Convolution {
                    batch: rng.random_range(1..=2),
                    groups,
                    in_channels: groups * rng.random_range(1..=big),
                    out_channels: groups * rng.random_range(1..=big),
                    input: [0; 2].map(|_| rng.random_range(1..=2 * big)),
                    kernel: [0; 2].map(|_| rng.random_range(1..=4)),
                    stride: [0; 2].map(|_| rng.random_range(1..=3)),
                    dilation: [0; 2].map(|_| rng.random_range(1..=2)),
                    padding: [0; 4].map(|_| rng.random_range(0..=2)),
                },
            )
        };
        let limit = if size == Size::Tiny { 4_000 } else { 200_000 };
        match layer {
            Ok(layer) if layer.macs() <= limit => return layer,
            _ => {}
        }
    }
}

pub fn accelerator(rng: &mut impl Rng, dataflow: &Dataflow) -> Accelerator {
    let topologies = [
        Topology::Multicast,
        Topology::Systolic,
        Topology::Tree,
        Topology::Mesh,
    ];
    let mut network = || Network {
        words_per_cycle: rng.random_range(1..=6),
        latency: rng.random_range(0..=4),
        topology: topologies[rng.random_range(0..4)],
        fifo_words: rng.random_range(0..=4),
        tagged: rng.random(),
    };
    let networks = Networks {
        input: network(),
        weight: network(),
        psum_in: network(),
        psum_out: network(),
    };
    let mut bits = || Bits([8, 16, 32][rng.random_range(0..3)]);
    let precision = Precision {
        input: bits(),
        weight: bits(),
        output: bits(),
        partial_sum: bits(),
    };
    let partitions = if rng.random() {
        vec![partition(rng, &Operand::ALL)]
    } else {
        let alone = Operand::ALL.iter().map(|o| partition(rng, &[*o]));
        alone.collect()
    };
    let kind = if rng.random_bool(0.2) {
        DramKind::Ideal
    } else if rng.random_bool(0.3) {
        let names: Vec<_> = presets::names().collect();
        let name = names[rng.random_range(0..names.len())];
        DramKind::Standard(Arc::new(
            Standard::preset(name).expect("a bundled standard"),
        ))
    } else {
        DramKind::Bandwidth {
            words_per_cycle: rng.random_range(1..=8),
            latency: rng.random_range(0..=30),
        }
    };
    let clock = rng.random_range(100_000..1_000_000);
    Accelerator {
        name: "random".into(),
        technology: Nanometres(45),
        clock: Kilohertz(clock),
        dataflows: match dataflow.is_bundled() {
            true => vec![dataflow.name.to_string()],
            false => vec!["ws".to_owned()],
        },
        array: Array {
            rows: rng.random_range(1..=7),
            cols: rng.random_range(1..=7),
            lanes: rng.random_range(1..=3),
            mac_latency: rng.random_range(0..=4),
            passes: [Passes::Overlapped, Passes::Serial, Passes::Exclusive][rng.random_range(0..3)],
            resident_load: [ResidentLoad::Network, ResidentLoad::ShiftIn][rng.random_range(0..2)],
            load_order: [LoadOrder::Parallel, LoadOrder::ResidentFirst][rng.random_range(0..2)],
            skew: [Skew::Used, Skew::Flow, Skew::Whole][rng.random_range(0..3)],
            psum_hop: rng.random_range(1..=2),
            drain: [Drain::Network, Drain::ShiftOut][rng.random_range(0..2)],
            pass_overhead: rng.random_range(0..=3),
            corner_overhead: rng.random_range(0..=1),
            // Of the clock, so that other draws stay as they were.
            mac_interval: [1, 1, 1, 2, 3, 4][clock as usize % 6],
            ..Array::new(1, 1)
        },
        sequencer: Sequencer::default(),
        scratchpads: PerOperand::from_fn(|_| Scratchpad {
            words: rng.random_range(1..=200),
            double_buffered: rng.random(),
        }),
        networks,
        global_buffer: GlobalBuffer {
            partitions,
            padding: [Padding::Skipped, Padding::Stored][rng.random_range(0..2)],
            strides: [Strides::Skipped, Strides::Stored][rng.random_range(0..2)],
            channel_atom: [1, 1, 2, 5][rng.random_range(0..4)],
            delivery: rng.random_bool(0.3).then(|| OutputProcessor {
                words: rng.random_range(1..=200),
                words_per_cycle: rng.random_range(1..=5),
                latency: rng.random_range(0..=20),
            }),
        },
        dram: Dram {
            kind,
            clock: Kilohertz(rng.random_range(50_000..1_000_000)),
            word: Bits([8, 16, 64][rng.random_range(0..3)]),
            run_length: rng.random_bool(0.3).then(|| {
                let run_bits = rng.random_range(1..=6);
                let pair = run_bits + precision.input.0.max(precision.weight.0);
                RunLength {
                    run_bits,
                    pairs: rng.random_range(1..=64 / pair.max(run_bits + precision.output.0)),
                    word: Bits(64),
                }
            }),
            duplex: rng.random(),
            arbitration: [Arbitration::Program, Arbitration::RoundRobin][rng.random_range(0..2)],
        },
        precision,
        decoupled: None,
        zeros: PerOperand::from_fn(|_| rng.random_range(0..=10_000)),
        cost: Constants::default(),
    }
}

fn partition(rng: &mut impl Rng, operands: &[Operand]) -> Partition {
    let banks = rng.random_bool(0.5).then(|| Banks {
        count: rng.random_range(1..=6),
        width: Bits([8, 24, 64, 128][rng.random_range(0..4)]),
        ports: [Ports::One, Ports::ReadWrite][rng.random_range(0..2)],
        sharing: [Sharing::Interleaved, Sharing::WholeBanks, Sharing::Ring][rng.random_range(0..3)],
    });
    let rows = |banks: Banks| u64::from(banks.count * banks.width.0 / 8);
    let bytes = rng.random_range(100..200_000u64);
    Partition {
        operands: operands.to_vec(),
        bytes: bytes.next_multiple_of(banks.map_or(1, rows)),
        double_buffered: rng.random(),
        banks,
    }
}

pub fn tiling(
    rng: &mut impl Rng,
    layer: &Layer,
    accelerator: &Accelerator,
    dataflow: &Dataflow,
) -> Tiling {
    let mut t = Tiling::trivial(layer.sizes());
    for dim in Dim::ALL {
        let size = layer.size(dim);
        if dataflow.beats.contains(&dim) {
            t.local[dim] = if rng.random() {
                size
            } else {
                rng.random_range(1..=size)
            };
        } else if dataflow.local.contains(&dim) {
            t.local[dim] = rng.random_range(1..=size.min(4));
        }
        if rng.random_bool(0.15) {
            t.part[dim] = rng.random_range(1..=size);
            t.block[dim] = t.part[dim];
        }
        if rng.random_bool(0.5) {
            t.block[dim] = rng.random_range(1..=t.part[dim]);
        }
    }
    for (dims, total, rows) in [
        (&dataflow.rows, accelerator.array.rows, true),
        (&dataflow.cols, accelerator.array.cols, false),
    ] {
        let mut left = u64::from(total);
        let mut dims = dims.to_vec();
        dims.shuffle(rng);
        for dim in dims {
            let most = left.min(layer.size(dim)).max(1);
            let factor = if rng.random_bool(0.6) {
                rng.random_range(1..=most)
            } else {
                1
            };
            left /= factor;
            let target = if rows { &mut t.rows } else { &mut t.cols };
            target[dim] = factor;
        }
    }
    t.block_order.shuffle(rng);
    t.pass_order.shuffle(rng);
    let mut staging = || match rng.random_range(0..8) {
        0 => Staging::Layer,
        1 | 2 => Staging::Pass,
        _ => Staging::Block,
    };
    t.staging = PerOperand {
        input: staging(),
        weight: staging(),
        output: Staging::Block,
    };
    if rng.random_bool(0.2) {
        t.banks = PerOperand::from_fn(|_| rng.random_range(0..=2));
    }
    t
}

/// Values for a layer's tensors.
pub fn tensors(rng: &mut impl Rng, layer: &Layer) -> stationary_sim::Tensors {
    let mut values = |n: u64| (0..n).map(|_| rng.random_range(-9..=9)).collect();
    stationary_sim::Tensors {
        input: values(layer.inputs()),
        weight: values(layer.weights()),
        ..stationary_sim::Tensors::default()
    }
}

/// The layer by its definition: `[N][G][K][P][Q]`.
pub fn reference(layer: &Layer, tensors: &stationary_sim::Tensors) -> Vec<i64> {
    let s: PerDim<u64> = *layer.sizes();
    let (rows, cols) = (layer.rows(), layer.cols());
    let mut output = Vec::new();
    for n in 0..s[Dim::N] {
        for g in 0..s[Dim::G] {
            for k in 0..s[Dim::K] {
                for p in 0..s[Dim::P] {
                    for q in 0..s[Dim::Q] {
                        let mut sum = 0;
                        for c in 0..s[Dim::C] {
                            for r in 0..s[Dim::R] {
                                for t in 0..s[Dim::S] {
                                    let y = (p * rows.stride + r * rows.dilation)
                                        .wrapping_sub(rows.pad);
                                    let x = (q * cols.stride + t * cols.dilation)
                                        .wrapping_sub(cols.pad);
                                    if y >= rows.input || x >= cols.input {
                                        continue;
                                    }
                                    let at = ((n * s[Dim::G] + g) * s[Dim::C] + c) * rows.input + y;
                                    let input = tensors.input[(at * cols.input + x) as usize];
                                    let at = ((g * s[Dim::K] + k) * s[Dim::C] + c) * s[Dim::R] + r;
                                    sum += input * tensors.weight[(at * s[Dim::S] + t) as usize];
                                }
                            }
                        }
                        output.push(sum);
                    }
                }
            }
        }
    }
    output
}
