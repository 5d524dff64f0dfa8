//! No extent is too large to be estimated: what a mapper and a model do for a layer grows with the digits of
//! its extents, on every preset. Overflow is a panic here, as tests are built to check for it.

use std::time::{Duration, Instant};

use rayon::prelude::*;
use stationary_arch::{Accelerator, CostModel, presets};
use stationary_sim::mapper::{Goal, MapperEffort, MapperError, Objective, candidates, map_with};
use stationary_sim::{Dataflow, Energy, MappingError, Reach, decoupled, estimate};
use stationary_workloads::{Convolution, Layer, RightOperand};

/// A power of two, what is just below it, and the prime next to that.
const LARGE: [u64; 3] = [1 << 32, (1 << 32) - 1, 4_294_967_291];

/// More than any mapping of one of the layers below took when this was written, by a factor of twenty.
const SOON: Duration = Duration::from_secs(30);

fn product(name: String, heads: u64, extents: [u64; 3]) -> Layer {
    Layer::matmul(name, heads, extents, RightOperand::Parameters).expect("it is representable")
}

fn convolution(name: String, convolution: Convolution) -> Layer {
    Layer::convolution(name, convolution).expect("it is representable")
}

fn layers() -> Vec<Layer> {
    let mut layers = vec![
        product("2^50".to_owned(), 1, [1 << 17, 1 << 17, 1 << 16]),
        product("ragged".to_owned(), 1, [131_071, 131_071, 65_537]),
    ];
    let base = Convolution::square(8, [16, 16], 3, 1, 1);
    let mut add = |name: &str, extent: u64, conv: Convolution| {
        layers.push(convolution(format!("{name} {extent}"), conv));
    };
    for n in LARGE {
        add(
            "wide",
            n,
            Convolution {
                input: [1, n],
                kernel: [1, 3],
                padding: [0, 1, 0, 1],
                ..base
            },
        );
        add(
            "high",
            n,
            Convolution {
                input: [n, 1],
                kernel: [3, 1],
                padding: [1, 0, 1, 0],
                ..base
            },
        );
        add(
            "rows",
            n,
            Convolution {
                input: [3, n],
                ..base
            },
        );
        add(
            "strided",
            n,
            Convolution {
                input: [1, n],
                kernel: [1, 1],
                stride: [1, 1 << 10],
                padding: [0; 4],
                ..base
            },
        );
        add(
            "dilated",
            n,
            Convolution {
                input: [1, n],
                kernel: [1, 3],
                dilation: [1, n / 2 - 9],
                padding: [0; 4],
                ..base
            },
        );
        add(
            "padded",
            n,
            Convolution {
                padding: [0, n, 0, n],
                ..base
            },
        );
        add(
            "long kernel",
            n,
            Convolution {
                input: [1, n],
                kernel: [1, n - 5],
                padding: [0; 4],
                ..base
            },
        );
    }
    add(
        "square",
        1 << 20,
        Convolution {
            input: [1 << 20; 2],
            ..base
        },
    );
    let grouped = Convolution {
        in_channels: 1 << 20,
        out_channels: 1 << 20,
        groups: 1 << 20,
        ..base
    };
    add("depthwise", 1 << 20, grouped);
    let batch = convolution("batch".to_owned(), base).batched(1 << 31);
    layers.push(batch.expect("it is representable"));
    for n in LARGE {
        layers.push(product(format!("M {n}"), 1, [n, 64, 64]));
        layers.push(product(format!("N {n}"), 1, [64, n, 64]));
        layers.push(product(format!("K {n}"), 1, [64, 64, n]));
        layers.push(product(format!("heads {n}"), n, [4, 4, 16]));
    }
    layers
}

fn goals() -> [Goal; 2] {
    [Objective::Cycles, Objective::Energy].map(|objective| Goal {
        objective,
        ..Goal::default()
    })
}

fn hardwired(layer: &Layer, accelerator: &Accelerator, dataflow: &'static Dataflow) {
    let of = || format!("{} on {}", layer.name(), accelerator.name);
    let cost = CostModel::of(accelerator).expect("its technology is known");
    for goal in goals() {
        let effort = MapperEffort {
            goal,
            ..MapperEffort::default()
        };
        let mapping = match map_with(layer, accelerator, dataflow, &effort) {
            Ok(mapping) => mapping,
            // A window that reaches over more than the buffer, where strides are stored.
            Err(MapperError::NoMapping { reason, .. })
                if matches!(*reason, MappingError::GlobalBuffer { .. }) =>
            {
                return;
            }
            Err(error) => panic!("{error}"),
        };
        let model = estimate(&mapping);
        assert!(model.lower_bound <= model.cycles, "{}", of());
        let energy = Energy::of(&mapping, &cost, &model.counters, model.cycles).total();
        assert!(energy.0.is_finite() && energy.0 > 0.0, "{}", of());
    }
}

fn by_instructions(layer: &Layer, accelerator: &Accelerator) {
    for goal in goals() {
        // Tiles of one output may reach over more than the buffer.
        let Ok(kernel) = decoupled::map_with(layer, accelerator, goal) else {
            return;
        };
        let model = decoupled::estimate(&kernel);
        assert!(model.lower_bound <= model.cycles, "{}", layer.name());
        assert_eq!(model.counters.macs, layer.macs());
    }
}

#[test]
fn any_extent_is_estimated_soon_on_every_preset() {
    let layers = layers();
    for name in presets::names() {
        let accelerator = Accelerator::preset(name, &[]).expect("a bundled preset is valid");
        layers.par_iter().for_each(|layer| {
            let start = Instant::now();
            Reach::of(layer, &accelerator).unwrap_or_else(|error| panic!("{error}"));
            if accelerator.decoupled.is_some() {
                by_instructions(layer, &accelerator);
            }
            for dataflow in &accelerator.dataflows {
                let dataflow = Dataflow::find(dataflow).expect("presets name known dataflows");
                hardwired(layer, &accelerator, dataflow);
            }
            assert!(start.elapsed() < SOON, "{} on {name}", layer.name());
        });
    }
}

#[test]
fn candidates_are_no_more_for_large_extents() {
    let large = product("large".to_owned(), 1, [1 << 32, 64, 64]);
    let vta = Accelerator::preset("vta", &[]).expect("a bundled preset is valid");
    let mut fitting = 0;
    let space = decoupled::ScheduleSpace::new(&large, &vta).expect("a decoupled machine");
    let with = |schedule| decoupled::LoweredLayer::new(&large, &vta, schedule).ok();
    space.for_each_fitting(with, |_, _| fitting += 1);
    assert!((1..20_000).contains(&fitting), "{fitting} schedules");
    for name in ["eyeriss", "nvdla-small", "systolic", "tpu-v1"] {
        let accelerator = Accelerator::preset(name, &[]).expect("a bundled preset is valid");
        let dataflow = Dataflow::find(&accelerator.dataflows[0]).expect("a known dataflow");
        let mut count = 0;
        candidates(&large, &accelerator, dataflow, &mut |_, _| count += 1);
        assert!(
            (1..200_000).contains(&count),
            "{count} candidates on {name}"
        );
    }
}

#[test]
fn what_may_not_be_counted_is_refused_with_its_limit() {
    let most = product("most".to_owned(), 1, [(1 << 53) - 1, 1, 1]);
    for (name, quantity) in [
        ("tpu-v1", "cycles may come to 2^63"),
        ("vta", "bits moved may come to 2^"),
    ] {
        let accelerator = Accelerator::preset(name, &[]).expect("a bundled preset is valid");
        let message = Reach::of(&most, &accelerator)
            .expect_err("too many")
            .to_string();
        let expected = format!("layer `most` on {name}: {quantity}");
        assert!(message.starts_with(&expected), "{message}");
        assert!(
            message.ends_with("; they are counted up to 2^62"),
            "{message}"
        );
    }
    // Each fits, and all together do not.
    let systolic = Accelerator::preset("systolic", &[]).expect("a bundled preset is valid");
    assert!(Reach::of(&most, &systolic).is_ok());
    let all = vec![most; 100_000];
    let message = Reach::of_all(&all, &systolic)
        .expect_err("too many")
        .to_string();
    assert!(
        message.starts_with("100000 layers together on systolic: "),
        "{message}"
    );
}
