//! The decoupled machine: values, counts, paces and bounds over random layers, schedules and
//! hardware.

mod common;
#[path = "common/stops.rs"]
mod stops;

use std::sync::Arc;

use common::{Size, cases, layer, reference};
use rand::{Rng, RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_arch::dram::{Standard, presets};
use stationary_arch::units::{Bits, Kilohertz};
use stationary_arch::{Accelerator, CostModel, DramKind, EpilogueStep, RowOrder};
use stationary_sim::decoupled::{
    Buffer, LoweredLayer, Schedule, ScheduleError, ScheduleSpace, energy, estimate, least_energy,
    map_addition, run, run_functional,
};
use stationary_sim::{Event, Pace, Plan, Tensors, TextTrace, Unit};
use stationary_workloads::{Convolution, Dim, Layer};
use stops::{in_parts, stops};

/// A machine of any proportions; buffers large enough for most tiles of small layers.
fn hardware(rng: &mut impl Rng) -> Accelerator {
    let mut machine = Accelerator::preset("vta", &[]).expect("a bundled preset");
    let array = &mut machine.array;
    array.rows = rng.random_range(1..=3);
    array.cols = [1, 2, 4, 32, 128][rng.random_range(0..5)];
    array.lanes = [1, 2, 4, 16][rng.random_range(0..4)];
    for partition in &mut machine.global_buffer.partitions {
        partition.bytes = rng.random_range(200..200_000);
    }
    machine.clock = Kilohertz(rng.random_range(50_000..500_000));
    let dram = &mut machine.dram;
    dram.clock = Kilohertz(rng.random_range(50_000..500_000));
    dram.word = Bits([8, 32, 64][rng.random_range(0..3)]);
    dram.duplex = rng.random();
    dram.kind = match rng.random_range(0..6) {
        0 => DramKind::Ideal,
        1 => {
            let names: Vec<_> = presets::names().collect();
            let name = names[rng.random_range(0..names.len())];
            let standard = Standard::preset(name).expect("a bundled standard");
            DramKind::Standard(Arc::new(standard))
        }
        _ => DramKind::Bandwidth {
            words_per_cycle: rng.random_range(1..=8),
            latency: rng.random_range(0..=40),
        },
    };
    let control = machine.decoupled.as_mut().expect("a decoupled machine");
    control.queue = rng.random_range(1..=8);
    control.sync = rng.random_range(1..=4);
    control.fetch = rng.random_range(1..=12);
    control.gemm.interval = rng.random_range(1..=4);
    control.gemm.latency = rng.random_range(0..=6);
    control.gemm.loop_overhead = rng.random_range(0..=2);
    control.alu.immediate = rng.random_range(1..=2);
    control.alu.tensor = rng.random_range(1..=3);
    control.alu.latency = rng.random_range(0..=6);
    control.alu.loop_overhead = rng.random_range(0..=2);
    control.micro_op_bytes = rng.random_range(200..4_000);
    let memory = &mut control.memory;
    memory.bus = Bits([8, 32, 64, 128][rng.random_range(0..4)]);
    memory.burst_beats = rng.random_range(1..=40);
    memory.outstanding = rng.random_range(1..=4);
    memory.request = rng.random_range(0..=5);
    memory.rows = [RowOrder::Overlapped, RowOrder::OneByOne][rng.random_range(0..2)];
    memory.zero_cycles = rng.random_range(0..=2);
    memory.store_gap = rng.random_range(0..=2);
    memory.cache_bytes = [0, 500, 1 << 20][rng.random_range(0..3)];
    let steps = [
        EpilogueStep::Bias,
        EpilogueStep::Residual,
        EpilogueStep::Max(0),
        EpilogueStep::Add(8),
        EpilogueStep::Shift(3),
        EpilogueStep::Max(-100),
        EpilogueStep::Min(90),
    ];
    control.epilogue = steps.into_iter().filter(|_| rng.random()).collect();
    // Of the clock, so that other draws stay as they were.
    machine.array.mac_interval = [1, 1, 1, 2, 3, 4][machine.clock.0 as usize % 6];
    machine.check().expect("the ranges are valid");
    machine
}

/// A lowered layer that runs, drawn from all; one in four adds to the layer's outputs in its place.
fn lowered_layer(rng: &mut impl Rng, layer: &Layer, machine: &Accelerator) -> Option<LoweredLayer> {
    let space = ScheduleSpace::new(layer, machine).expect("a decoupled machine");
    let is_addition = rng.random_range(0..4) == 0;
    (0..20).find_map(|_| {
        let schedule = space.point(rng.random_range(0..space.points()));
        if is_addition {
            return LoweredLayer::addition(layer, machine, alone(schedule)).ok();
        }
        LoweredLayer::new(layer, machine, schedule).ok()
    })
}

/// What an addition can have of a schedule.
fn alone(schedule: Schedule) -> Schedule {
    Schedule {
        tile_ci: 1,
        oc_nthread: 1,
        h_nthread: 1,
        ..schedule
    }
}

fn for_random_layers(count: u64, size: Size, mut property: impl FnMut(&LoweredLayer, u64)) {
    let mut done = 0;
    for seed in 0.. {
        if done == count {
            break;
        }
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let layer = layer(&mut rng, size);
        let machine = hardware(&mut rng);
        let Some(lowered) = lowered_layer(&mut rng, &layer, &machine) else {
            continue;
        };
        done += 1;
        let guard = Seed(seed);
        property(&lowered, seed);
        std::mem::forget(guard);
    }
}

#[test]
fn schedules_that_fit_are_those_of_all_that_do() {
    for_random_layers(cases(100), Size::Small, |lowered, _| {
        let (layer, machine) = (lowered.layer(), lowered.accelerator());
        let space = ScheduleSpace::new(layer, machine).expect("a decoupled machine");
        let check = |fits: &dyn Fn(Schedule) -> bool| {
            let all: Vec<u64> = (0..space.points())
                .filter(|number| fits(space.point(*number)))
                .collect();
            let mut found = Vec::new();
            space.for_each_fitting(|s| fits(s).then_some(()), |number, ()| found.push(number));
            assert_eq!(found, all);
        };
        check(&|schedule| LoweredLayer::new(layer.clone(), machine.clone(), schedule).is_ok());
        check(&|schedule| LoweredLayer::addition(layer.clone(), machine.clone(), schedule).is_ok());
    });
}

struct Seed(u64);

impl Drop for Seed {
    #[allow(clippy::print_stderr, reason = "a failed case must name its seed")]
    fn drop(&mut self) {
        eprintln!("failed with seed {}", self.0);
    }
}

/// Whether a lowered layer adds two tensors: it makes no products.
fn is_addition(lowered: &LoweredLayer) -> bool {
    estimate(lowered).busy == 0
}

/// The layer by its definition, its sums cut to 32 bits, through the epilogue, cut to outputs.
fn expected(lowered: &LoweredLayer, operands: &Tensors) -> Vec<i64> {
    let layer = lowered.layer();
    let control = lowered.accelerator().decoupled.as_ref().expect("decoupled");
    let cut = 64 - lowered.accelerator().precision.output.0;
    let plane = layer.size(Dim::P) * layer.size(Dim::Q);
    let channels = layer.size(Dim::G) * layer.size(Dim::K);
    let sums: Vec<i64> = if is_addition(lowered) {
        operands.addends[0].iter().map(|v| i64::from(*v)).collect()
    } else {
        reference(layer, operands)
    };
    let sums = sums.into_iter().enumerate();
    sums.map(|(i, sum)| {
        let channel = i as u64 / plane % channels;
        let steps = control.epilogue.iter();
        let value = steps.fold(sum as i32, |v, step| match step {
            EpilogueStep::Residual => v + operands.addends[1][i],
            _ => step.apply(v, operands.bias[channel as usize]),
        });
        i64::from(value) << cut >> cut
    })
    .collect()
}

/// Inputs, weights and addends of eight bits, biases of sixteen.
fn values(rng: &mut impl Rng, layer: &Layer) -> Tensors {
    let mut bytes = |n: u64| (0..n).map(|_| rng.random_range(-128..=127)).collect();
    let (input, weight) = (bytes(layer.inputs()), bytes(layer.weights()));
    let channels = layer.size(Dim::G) * layer.size(Dim::K);
    let bias = (0..channels).map(|_| rng.random_range(-30_000..=30_000));
    let bias = bias.collect();
    let outputs = layer.outputs();
    let addends = [(); 2].map(|()| (0..outputs).map(|_| rng.random_range(-128..=127)).collect());
    Tensors {
        input,
        weight,
        bias,
        addends,
    }
}

#[test]
fn outputs_equal_the_reference_convolution() {
    for_random_layers(cases(500), Size::Tiny, |lowered, seed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 1);
        let operands = values(&mut rng, lowered.layer());
        let result = run_functional(lowered, &operands, Pace::SkipIdle);
        assert_eq!(result.output, expected(lowered, &operands));
        assert_eq!(
            result.run,
            run(lowered, Pace::SkipIdle, &mut ()),
            "values change no time"
        );
    });
}

/// Stopped anywhere, written, read and run on: the same in cycles, counts and trace as in one go.
#[test]
fn runs_that_stop_go_on_the_same() {
    for_random_layers(cases(100), Size::Tiny, |lowered, seed| {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let plan = Plan::from(lowered.clone());
        for pace in [Pace::EveryCycle, Pace::SkipIdle] {
            let (mut once, mut parts) = (Vec::<Event>::new(), Vec::<Event>::new());
            let whole = run(lowered, pace, &mut once);
            let stops = stops(&mut rng, whole.cycles);
            assert_eq!(in_parts(&plan, pace, &stops, &mut parts), whole);
            assert_eq!(once, parts);
            assert_eq!(whole.busy + whole.stalls.total(), whole.cycles);
        }
    });
}

#[test]
fn paces_agree_and_cycles_are_conserved() {
    for_random_layers(cases(250), Size::Tiny, |lowered, _| {
        let (mut skipped, mut ticked) = (Vec::<Event>::new(), Vec::<Event>::new());
        let fast = run(lowered, Pace::SkipIdle, &mut skipped);
        assert_eq!(fast, run(lowered, Pace::EveryCycle, &mut ticked));
        assert_eq!(skipped, ticked);
        assert_eq!(fast.busy + fast.stalls.total(), fast.cycles);
        assert_eq!(fast.control.instructions, skipped.len() as u64);
        let array = &lowered.accelerator().array;
        let macs = u64::from(array.rows) * u64::from(array.cols) * u64::from(array.lanes);
        let interval = lowered
            .accelerator()
            .decoupled
            .as_ref()
            .expect("decoupled")
            .gemm
            .interval;
        let blocks = fast.busy / u64::from(interval) * macs;
        assert!(fast.counters.macs <= blocks, "work in, work out");
        if !is_addition(lowered) {
            assert_eq!(fast.counters.macs, lowered.layer().macs());
        }
        // A unit's instructions and waits fill its time.
        let mut free = [0; Unit::ALL.len()];
        for event in &skipped {
            let Event::Instruction {
                unit,
                from,
                to,
                stalls,
                ..
            } = event
            else {
                panic!("{event:?} is no instruction");
            };
            assert!(from < to && *to <= fast.cycles);
            let free = &mut free[*unit as usize];
            assert_eq!(*free + stalls.total(), *from, "{event:?}");
            *free = *to;
        }
        assert!(fast.first_work <= fast.first_mac || is_addition(lowered));
        assert!(fast.last_result <= fast.cycles);
    });
}

#[test]
fn counts_are_exact_and_the_bound_holds() {
    let (mut errors, mut done) = (0.0, 0.0);
    for_random_layers(cases(2_000), Size::Small, |lowered, _| {
        let (model, machine) = (estimate(lowered), run(lowered, Pace::SkipIdle, &mut ()));
        assert_eq!(model.counters, machine.counters);
        assert_eq!(model.control, machine.control);
        assert_eq!(model.busy, machine.busy);
        assert!(
            model.lower_bound <= machine.cycles,
            "{} > {}",
            model.lower_bound,
            machine.cycles
        );
        assert!(model.lower_bound <= model.cycles);
        assert!(model.compute_cycles <= machine.cycles);
        errors += (model.cycles as f64 / machine.cycles as f64 - 1.0).abs();
        done += 1.0;
    });
    let mean: f64 = errors / done;
    assert!(mean < 0.2, "the estimate is off by {mean} on the mean");
}

/// Cores as wide as those that a search may choose: an epilogue's first micro-ops put off its store, so
/// that less of the store is left once the round has ended.
#[test]
fn the_bound_holds_on_wide_cores() {
    let layer = Convolution::square(4, [64, 256], 1, 1, 0);
    let layer = Layer::convolution("pointwise", layer).expect("a layer");
    for preset in ["vta", "vta-pipelined"] {
        for cols in [16, 32, 64, 128] {
            let mut machine = Accelerator::preset(preset, &[]).expect("a bundled preset");
            machine.array.cols = cols;
            let space = ScheduleSpace::new(&layer, &machine).expect("a decoupled machine");
            for schedule in (0..space.points()).map(|point| space.point(point)) {
                let Ok(lowered) = LoweredLayer::new(&layer, &machine, schedule) else {
                    continue;
                };
                let (model, machine) = (estimate(&lowered), run(&lowered, Pace::SkipIdle, &mut ()));
                assert!(
                    model.lower_bound <= machine.cycles,
                    "{preset}, {cols} columns, {schedule:?}: {} > {}",
                    model.lower_bound,
                    machine.cycles
                );
            }
        }
    }
}

fn vta() -> Accelerator {
    Accelerator::preset("vta", &[]).expect("a bundled preset")
}

fn convolution(input: u64, channels: [u64; 2]) -> Layer {
    let conv = Convolution::square(input, channels, 3, 1, 1);
    Layer::convolution("conv", conv).expect("a layer")
}

#[test]
fn what_does_not_fit_is_refused_with_the_buffer_and_the_bytes() {
    let (machine, layer) = (vta(), convolution(56, [64, 64]));
    let refused = |schedule| LoweredLayer::new(&layer, &machine, schedule).err();
    // 58 x 58 vectors of 16 bytes, for a 56 x 56 tile and its border.
    let whole = Schedule {
        tile_h: 56,
        tile_w: 56,
        ..Schedule::ONE
    };
    assert_eq!(
        refused(whole),
        Some(ScheduleError::Capacity {
            buffer: Buffer::Input,
            bytes: 58 * 58 * 16,
            capacity: 32 << 10,
            threads: 1,
        })
    );
    let deep = Schedule {
        tile_h: 28,
        tile_w: 28,
        h_nthread: 2,
        ..Schedule::ONE
    };
    assert!(refused(deep).is_none(), "2 x 30 x 30 x 16 bytes fit");
    let deeper = Schedule { tile_co: 2, ..deep };
    assert_eq!(
        refused(deeper),
        Some(ScheduleError::Capacity {
            buffer: Buffer::Accumulator,
            bytes: 2 * 28 * 28 * 2 * 64,
            capacity: 128 << 10,
            threads: 2,
        })
    );
    let odd = Schedule {
        tile_h: 3,
        ..Schedule::ONE
    };
    assert_eq!(
        refused(odd),
        Some(ScheduleError::Divisor {
            knob: "tile_h",
            value: 3,
            extent: 56,
        })
    );
}

/// The pipelined machine with a residual network's addition behind a layer.
fn adder() -> Accelerator {
    let mut machine = Accelerator::preset("vta-pipelined", &[]).expect("a bundled preset");
    let control = machine.decoupled.as_mut().expect("it is decoupled");
    control.epilogue = vec![
        EpilogueStep::Residual,
        EpilogueStep::Max(0),
        EpilogueStep::Min(127),
    ];
    machine
}

#[test]
fn an_addition_unit_by_unit() {
    let (machine, layer) = (adder(), convolution(8, [32, 32]));
    let schedule = Schedule {
        tile_h: 4,
        tile_w: 8,
        tile_co: 2,
        ..Schedule::ONE
    };
    let lowered = LoweredLayer::addition(&layer, &machine, schedule).expect("it fits");
    let mut trace = TextTrace::default();
    let cycles = run(&lowered, Pace::SkipIdle, &mut trace).cycles;
    insta::assert_snapshot!("addition", format!("{cycles} cycles\n{}", trace.finish()));
}

#[test]
fn an_addition_moves_each_word_once_and_makes_no_products() {
    let (machine, layer) = (adder(), convolution(14, [64, 64]));
    let lowered = map_addition(&layer, &machine).expect("some tile fits");
    let cost = CostModel::of(&machine).expect("its technology is known");
    let result = run(&lowered, Pace::SkipIdle, &mut ());
    let outputs = layer.outputs();
    assert_eq!(result.counters.dram_read.output, 2 * outputs);
    assert_eq!(result.counters.dram_write.output, outputs);
    assert_eq!((result.busy, result.counters.macs), (0, 0));
    let spent = energy(
        &lowered,
        &cost,
        &result.counters,
        &result.control,
        result.cycles,
    );
    let least = least_energy(&lowered, &cost).total();
    assert!(0.0 < least.0 && least.0 < spent.total().0);
}

#[test]
fn additions_are_refused_what_their_template_lacks() {
    let (machine, layer) = (adder(), convolution(56, [64, 64]));
    let refused = |machine, schedule| LoweredLayer::addition(&layer, machine, schedule).err();
    let threads = Schedule {
        h_nthread: 2,
        ..Schedule::ONE
    };
    let knob = "h_nthread";
    let error = ScheduleError::OneThread { knob, value: 2 };
    assert_eq!(refused(&machine, threads), Some(error));
    let other = vta();
    let accelerator = other.name.clone();
    let error = ScheduleError::NoResidual { accelerator };
    assert_eq!(refused(&other, Schedule::ONE), Some(error));
    // Both operands have a place in the accumulators.
    let half = Schedule {
        tile_h: 28,
        tile_w: 28,
        ..Schedule::ONE
    };
    assert_eq!(refused(&machine, half), None);
    let whole = Schedule { tile_h: 56, ..half };
    assert_eq!(
        refused(&machine, whole),
        Some(ScheduleError::Capacity {
            buffer: Buffer::Accumulator,
            bytes: 2 * 56 * 28 * 64,
            capacity: 128 << 10,
            threads: 1,
        })
    );
}

#[test]
fn a_small_convolution_unit_by_unit() {
    let (machine, layer) = (vta(), convolution(8, [32, 32]));
    let schedule = Schedule {
        tile_h: 8,
        tile_w: 8,
        oc_nthread: 2,
        ..Schedule::ONE
    };
    let lowered = LoweredLayer::new(&layer, &machine, schedule).expect("it fits");
    let mut trace = TextTrace::default();
    let cycles = run(&lowered, Pace::SkipIdle, &mut trace).cycles;
    insta::assert_snapshot!("decoupled", format!("{cycles} cycles\n{}", trace.finish()));
}
