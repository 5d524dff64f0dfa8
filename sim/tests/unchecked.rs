//! Accelerators that were changed in code into what no file could describe: refused wherever one is taken.

use stationary_arch::{Accelerator, ArchError, DramKind};
use stationary_sim::decoupled::{self, LoweredLayer, Schedule, ScheduleError, ScheduleSpace};
use stationary_sim::mapper::{MapperEffort, MapperError};
use stationary_sim::{Dataflow, Evaluator, Mapping, MappingError, mapper, space_bound};
use stationary_workloads::{Convolution, Layer};

fn layer() -> Layer {
    Layer::convolution("conv", Convolution::square(8, [16, 32], 3, 1, 1)).expect("a layer")
}

type Change = fn(&mut Accelerator);

/// Changes, and the field that each makes impossible.
const CHANGES: [(Change, &str); 7] = [
    (|a| a.array.rows = 0, "array.rows"),
    (|a| a.array.cols = u32::MAX, "array.cols"),
    (|a| a.array.lanes = 0, "array.lanes"),
    (|a| a.precision.input.0 = 0, "precision.input"),
    (|a| a.clock.0 = 0, "clock_mhz"),
    (
        |a| {
            a.dram.kind = DramKind::Bandwidth {
                words_per_cycle: 0,
                latency: 1,
            }
        },
        "dram.words_per_cycle",
    ),
    (
        |a| a.global_buffer.partitions[0].bytes = 0,
        "global_buffer.",
    ),
];

#[track_caller]
fn is_about(error: &ArchError, path: &str) {
    let ArchError::Invalid { problems, .. } = error else {
        panic!("{error}");
    };
    assert!(
        problems
            .iter()
            .any(|problem| problem.path.starts_with(path)),
        "{path}: {error}"
    );
}

#[test]
fn no_mapping_is_made_on_what_no_machine_is() {
    let (layer, dataflow) = (&layer(), Dataflow::find("ws").expect("a bundled dataflow"));
    let sound = Accelerator::preset("systolic", &[]).expect("a preset");
    let mapping = mapper::map(layer, &sound, dataflow).expect("it fits");
    for (change, path) in CHANGES {
        let mut broken = sound.clone();
        change(&mut broken);
        let refused = |error: MappingError| match error {
            MappingError::Accelerator(error) => is_about(&error, path),
            other => panic!("{path}: {other}"),
        };
        let MapperError::NoMapping { reason, .. } =
            mapper::map(layer, &broken, dataflow).expect_err(path);
        refused(*reason);
        let made = Mapping::new(layer, &broken, dataflow, *mapping.tiling());
        refused(made.expect_err(path));
        refused(space_bound(layer, &broken, dataflow, u64::MAX, 1).expect_err(path));
        let evaluated = Evaluator::new(layer, &broken, dataflow).map(|_| ());
        refused(evaluated.expect_err(path));
        let listed = mapper::Survey::new(layer, &broken, dataflow, &MapperEffort::default());
        let MapperError::NoMapping { reason, .. } = listed.map(|_| ()).expect_err(path);
        refused(*reason);
    }
}

#[test]
fn no_schedule_is_made_on_what_no_machine_is() {
    let layer = &layer();
    let sound = Accelerator::preset("vta", &[]).expect("a preset");
    for (change, path) in CHANGES {
        let mut broken = sound.clone();
        change(&mut broken);
        let refused = |error: Option<ScheduleError>| match error {
            Some(ScheduleError::Accelerator(error)) => is_about(&error, path),
            other => panic!("{path}: {other:?}"),
        };
        refused(decoupled::map(layer, &broken).err());
        refused(LoweredLayer::new(layer, &broken, Schedule::ONE).err());
        refused(LoweredLayer::demands(layer, &broken, Schedule::ONE).err());
        refused(LoweredLayer::addition(layer, &broken, Schedule::ONE).err());
        refused(ScheduleSpace::new(layer, &broken).err());
    }
}
