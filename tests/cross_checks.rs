//! The model, the reference counts and the machine read one mapping: their counts are equal, and the model's
//! bound holds.

mod common;
#[path = "common/stops.rs"]
mod stops;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use common::invariants::broken;
use common::{Size, cases, for_random_mappings};
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary::mappings::MappingFile;
use stationary_arch::{Accelerator, Operand};
use stationary_sim::{
    Activity, Dataflow, Event, Mapping, Pace, Plan, Repeat, Run, Sample, Stall, Trace, estimate,
    mapper, reference_counts, run,
};
use stationary_workloads::{Convolution, Layer, parse};
use stops::{in_parts, stops};

#[test]
fn model_walk_and_machine_count_the_same() {
    for_random_mappings(cases(500), Size::Tiny, |_, mapping, _| {
        let model = estimate(mapping);
        assert_eq!(
            model.counters,
            reference_counts(mapping),
            "model against walk"
        );
        let machine = run(mapping, Pace::SkipIdle, &mut ());
        assert_eq!(broken(mapping, &model, &machine), [""; 0]);
    });
}

#[test]
fn paces_agree() {
    let skipped = AtomicU64::new(0);
    for_random_mappings(cases(250), Size::Small, |_, mapping, _| {
        let repeats = same_at_every_pace(mapping);
        skipped.fetch_add(u64::from(repeats > 0), Ordering::Relaxed);
    });
    assert!(skipped.into_inner() > 0, "some runs repeat themselves");
}

/// The mappings of `tests/data/regressions/`, whose README says what went wrong; by name, their images.
#[test]
fn paces_agree_where_they_did_not() {
    let cases = [
        ("is_convolution", 2),
        ("os_convolution", 2),
        ("random_dataflow", 1),
        ("rs_convolution", 2),
        ("rs_product", 1),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/regressions");
    let entries = folder.read_dir().expect("a folder").flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    assert_eq!(folders.count(), cases.len(), "each folder is a case");
    for (name, images) in cases {
        let read = |file| fs::read_to_string(folder.join(name).join(file)).expect("a file");
        let accelerator = Accelerator::from_yaml(name, &read("accelerator.yaml"));
        let accelerator = accelerator.expect("an accelerator");
        let network = parse("network.yaml", &read("network.yaml")).expect("a network");
        let network = network.batched(images).expect("a batch");
        let [layer] = network.layers() else {
            panic!("{name}: one layer a case");
        };
        let file = MappingFile::parse(name, &read("mapping.yaml")).expect("a mapping");
        let (dataflow, tiling) = file.tiling(name, layer, &accelerator).expect("an entry");
        let mapping = Mapping::new(layer, &accelerator, dataflow, tiling).expect("it is legal");
        same_at_every_pace(&mapping);
    }
}

/// Loops of few long passes, over channels and taps, in which passes take the course of earlier ones.
#[test]
fn paces_agree_on_long_passes() {
    let shapes = [
        Convolution::square(14, [64, 64], 3, 1, 1),
        Convolution::square(15, [24, 40], 3, 2, 1),
        Convolution::square(12, [96, 48], 1, 1, 0),
    ];
    for (preset, dataflow) in [
        ("systolic", "ws"),
        ("nvdla-large", "ws"),
        ("systolic", "is"),
    ] {
        for dram in [None, Some(("dram.kind", "ddr4-2400"))] {
            let machine = Accelerator::preset(preset, dram.as_slice()).expect("a bundled preset");
            let dataflow = Dataflow::find(dataflow).expect("a bundled dataflow");
            for shape in shapes {
                let layer = Layer::convolution("conv", shape).expect("a layer");
                same_at_every_pace(&mapper::map(&layer, &machine, dataflow).expect("it maps"));
            }
        }
    }
}

/// Checks that a mapping runs alike at every pace; how many repeats were found.
fn same_at_every_pace(mapping: &Mapping) -> u64 {
    let (mut every, mut skip) = (Vec::<Event>::new(), Vec::new());
    let slow = run(mapping, Pace::EveryCycle, &mut every);
    let fast = run(mapping, Pace::SkipIdle, &mut skip);
    assert_eq!(slow, fast);
    same_events(&every, &skip);
    let mut periods = Unfolded::default();
    let fastest = run(mapping, Pace::SkipPeriods, &mut periods);
    assert_eq!(fast, fastest);
    same_events(&in_order(every), &in_order(periods.events));
    let (mut all, mut idle) = (Joined::default(), Joined::default());
    assert_eq!(slow, run(mapping, Pace::EveryCycle, &mut all));
    assert_eq!(fast, run(mapping, Pace::SkipPeriods, &mut idle));
    assert_eq!(all.0, idle.0);
    seen(&fast, &idle.0);
    assert_eq!(broken(mapping, &estimate(mapping), &fast), [""; 0]);
    periods.repeats
}

/// Stopped anywhere, written, read and run on: the same in cycles, counts and trace as in one go.
#[test]
fn runs_that_stop_go_on_the_same() {
    for (size, count) in [(Size::Tiny, 60), (Size::Small, 6)] {
        for_random_mappings(cases(count), size, |_, mapping, seed| {
            let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
            let plan = Plan::from(mapping.clone());
            let whole = run(mapping, Pace::SkipPeriods, &mut ());
            let stops = stops(&mut rng, whole.cycles);
            for pace in [Pace::EveryCycle, Pace::SkipIdle] {
                let (mut once, mut parts) = (Vec::<Event>::new(), Vec::new());
                assert_eq!(run(mapping, pace, &mut once), whole);
                assert_eq!(in_parts(&plan, pace, &stops, &mut parts), whole);
                same_events(&once, &parts);
            }
            let (mut once, mut parts) = (Unfolded::default(), Unfolded::default());
            assert_eq!(run(mapping, Pace::SkipPeriods, &mut once), whole);
            assert_eq!(
                in_parts(&plan, Pace::SkipPeriods, &stops, &mut parts),
                whole
            );
            same_events(&in_order(once.events), &in_order(parts.events));
            let (mut once, mut parts) = (Joined::default(), Joined::default());
            run(mapping, Pace::SkipIdle, &mut once);
            in_parts(&plan, Pace::SkipIdle, &stops, &mut parts);
            assert_eq!(once.0, parts.0);
            seen(&whole, &parts.0);
        });
    }
}

/// At its fastest pace only, so that a million triples can be run: `STATIONARY_CASES=230`.
#[test]
fn no_run_is_faster_than_its_bound() {
    for (size, count) in [(Size::Tiny, 1000), (Size::Small, 100)] {
        for_random_mappings(cases(count), size, |_, mapping, _| {
            let machine = run(mapping, Pace::SkipPeriods, &mut ());
            assert_eq!(broken(mapping, &estimate(mapping), &machine), [""; 0]);
        });
    }
}

/// A trace with its repeats unfolded, and how many there were.
#[derive(Default)]
struct Unfolded {
    events: Vec<Event>,
    repeats: u64,
}

impl Trace for Unfolded {
    fn event(&mut self, event: Event) {
        self.events.event(event);
    }

    fn repeat(&mut self, repeat: &Repeat) {
        self.repeats += 1;
        self.events.repeat(repeat);
    }
}

fn same_events(slow: &[Event], fast: &[Event]) {
    let differ = slow.iter().zip(fast).position(|(slow, fast)| slow != fast);
    if let Some(at) = differ {
        panic!("event {at}: {:#?} against {:#?}", slow[at], fast[at]);
    }
    assert_eq!(slow.len(), fast.len(), "events");
}

/// Events in the order of their times; of the same cycle, loads and stores first.
fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    events.sort_by_key(|event| (event.at(), matches!(event, Event::Pass { .. })));
    events
}

/// A trace's samples, equal neighbours joined.
#[derive(Default)]
struct Joined(Vec<Sample>);

impl Trace for Joined {
    const SAMPLES: bool = true;

    fn event(&mut self, _: Event) {}

    fn repeat(&mut self, _: &Repeat) {
        unreachable!("samples are of every cycle");
    }

    fn sample(&mut self, sample: &Sample) {
        match self.0.last_mut() {
            Some(last) if last.is_alike(sample) => last.to = sample.to,
            _ => self.0.push(sample.clone()),
        }
    }
}

/// Samples cover every cycle once, and have the run's totals.
fn seen(run: &Run, samples: &[Sample]) {
    let mut end = 0;
    for sample in samples {
        assert_eq!(sample.from, end, "samples follow each other");
        end = sample.to;
    }
    assert_eq!(end, run.cycles);
    let sum = |of: &dyn Fn(&Sample) -> u64| -> u64 {
        samples.iter().map(|s| (s.to - s.from) * of(s)).sum()
    };
    for sample in samples {
        let waits = &sample.waits;
        // A cycle is charged to the first of what it waits for, unless the array itself is not free.
        match (
            sample.activity,
            waits.weight.or(waits.input).or(waits.output),
        ) {
            (Activity::Work, first) => assert_eq!(first, None),
            (Activity::Stall(Stall::Drain | Stall::Network(_)), _) => {}
            (Activity::Stall(Stall::Delivery | Stall::Dram(Operand::Output)), None) => {}
            (Activity::Stall(cause), first) => assert_eq!(first, Some(cause)),
        }
    }
    let during = |activity| sum(&|s: &Sample| u64::from(s.activity == activity));
    assert_eq!(during(Activity::Work), run.busy);
    for cause in Stall::ALL {
        let lost = during(Activity::Stall(cause));
        assert_eq!(lost, run.stalls.of(cause), "{}", cause.name());
    }
    for operand in Operand::ALL {
        let sent = sum(&|s: &Sample| s.sent[operand]);
        assert_eq!(sent, run.counters.buffer_read[operand], "{operand}");
    }
    assert_eq!(
        sum(&|s: &Sample| s.written),
        run.counters.buffer_write.output
    );
}
