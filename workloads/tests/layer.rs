//! Layers against their definition: the loop nest walked step by step.

use rand::RngExt;
use rand::SeedableRng;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_workloads::{Convolution, Dim, Layer, LayerError, RightOperand, Window};

const SEEDS: std::ops::Range<u64> = 0..300;

fn random_convolution(seed: u64) -> Convolution {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    let groups = rng.random_range(1..=3);
    let kernel = [(); 2].map(|()| rng.random_range(1..=3));
    let dilation = [(); 2].map(|()| rng.random_range(1..=2));
    let extent = |axis: usize| (kernel[axis] - 1) * dilation[axis] + 1;
    let slack = [(); 2].map(|()| rng.random_range(0..=5));
    Convolution {
        batch: rng.random_range(1..=2),
        groups,
        in_channels: groups * rng.random_range(1..=3),
        out_channels: groups * rng.random_range(1..=3),
        input: [extent(0) + slack[0], extent(1) + slack[1]],
        kernel,
        stride: [(); 2].map(|()| rng.random_range(1..=3)),
        dilation,
        padding: [(); 4].map(|()| rng.random_range(0..=2)),
    }
}

/// Positions of an axis's first tap, from the input's first element, found by sliding.
fn slide(c: &Convolution, axis: usize) -> Vec<i64> {
    let [input, kernel, stride, dilation] =
        [c.input, c.kernel, c.stride, c.dilation].map(|v| i64::try_from(v[axis]).unwrap());
    let [before, after] = [c.padding[axis], c.padding[axis + 2]].map(|v| i64::try_from(v).unwrap());
    let mut first = -before;
    let mut positions = Vec::new();
    while first + (kernel - 1) * dilation < input + after {
        positions.push(first);
        first += stride;
    }
    positions
}

#[test]
fn a_convolution_counts_what_its_loops_count() {
    for seed in SEEDS {
        let c = random_convolution(seed);
        let layer = Layer::convolution("any", c).unwrap();
        let (rows, cols) = (slide(&c, 0), slide(&c, 1));

        let mut macs = 0;
        let mut outputs = 0;
        for _n in 0..c.batch {
            for k in 0..c.out_channels {
                for _output in rows.iter().flat_map(|_| &cols) {
                    outputs += 1;
                    let group = k / (c.out_channels / c.groups);
                    for channel in 0..c.in_channels {
                        if channel / (c.in_channels / c.groups) == group {
                            macs += c.kernel[0] * c.kernel[1];
                        }
                    }
                }
            }
        }
        assert_eq!(layer.macs(), macs, "seed {seed}: {c:?}");
        assert_eq!(layer.outputs(), outputs, "seed {seed}: {c:?}");
        assert_eq!(layer.size(Dim::P), rows.len() as u64, "seed {seed}: {c:?}");
        assert_eq!(layer.size(Dim::Q), cols.len() as u64, "seed {seed}: {c:?}");
    }
}

#[test]
fn work_is_conserved_between_operands() {
    for seed in SEEDS {
        let c = random_convolution(seed);
        let layer = Layer::convolution("any", c).unwrap();
        let size = |d| layer.size(d);
        // Every output sums its window; every weight is used once for each output of its channel.
        let window = size(Dim::C) * size(Dim::R) * size(Dim::S);
        let uses = size(Dim::N) * size(Dim::P) * size(Dim::Q);
        assert_eq!(layer.macs(), layer.outputs() * window, "seed {seed}: {c:?}");
        assert_eq!(layer.macs(), layer.weights() * uses, "seed {seed}: {c:?}");
        assert_eq!(
            layer.inputs(),
            c.batch * c.in_channels * c.input[0] * c.input[1],
            "seed {seed}"
        );
        // Splitting channels into groups divides work and weights.
        let dense = Layer::convolution("dense", c.grouped(1)).unwrap();
        assert_eq!(dense.macs(), layer.macs() * c.groups, "seed {seed}: {c:?}");
        assert_eq!(
            dense.weights(),
            layer.weights() * c.groups,
            "seed {seed}: {c:?}"
        );
    }
}

#[test]
fn the_last_window_fits_and_the_next_would_not() {
    for seed in SEEDS {
        let c = random_convolution(seed);
        let layer = Layer::convolution("any", c).unwrap();
        for (axis, (window, outputs)) in [
            (layer.rows(), layer.size(Dim::P)),
            (layer.cols(), layer.size(Dim::Q)),
        ]
        .into_iter()
        .enumerate()
        {
            let end =
                |output: u64| output * window.stride + (c.kernel[axis] - 1) * window.dilation + 1;
            let padded = window.pad + window.input + c.padding[axis + 2];
            assert!(end(outputs - 1) <= padded, "seed {seed}: {c:?}");
            assert!(end(outputs) > padded, "seed {seed}: {c:?}");
            assert_eq!(window.pad, c.padding[axis], "seed {seed}");
        }
    }
}

#[test]
fn a_batch_multiplies_work_and_keeps_parameters() {
    for seed in SEEDS {
        let layer = Layer::convolution("any", random_convolution(seed)).unwrap();
        let batched = layer.batched(3).unwrap();
        assert_eq!(batched.macs(), 3 * layer.macs(), "seed {seed}");
        assert_eq!(batched.inputs(), 3 * layer.inputs(), "seed {seed}");
        assert_eq!(batched.outputs(), 3 * layer.outputs(), "seed {seed}");
        assert_eq!(batched.weights(), layer.weights(), "seed {seed}");
        assert_eq!(layer.batched(1).unwrap(), layer, "seed {seed}");
    }
    let scores = Layer::matmul("scores", 12, [384, 384, 64], RightOperand::Activations).unwrap();
    let batched = scores.batched(3).unwrap();
    assert_eq!(batched.macs(), 3 * scores.macs());
    assert_eq!(batched.weights(), 3 * scores.weights());
    assert_eq!(batched.size(Dim::G), 36);
    assert_eq!(scores.batched(0), Err(LayerError::Zero { field: "batch" }));
}

#[test]
fn a_product_is_a_one_by_one_convolution_over_rows() {
    let product = Layer::matmul("any", 1, [7, 5, 3], RightOperand::Parameters).unwrap();
    let convolution = Layer::convolution(
        "any",
        Convolution {
            input: [7, 1],
            ..Convolution::square(1, [3, 5], 1, 1, 0)
        },
    );
    assert_eq!(convolution, Ok(product.clone()));
    assert_eq!(
        (
            product.macs(),
            product.inputs(),
            product.outputs(),
            product.weights()
        ),
        (105, 21, 35, 15)
    );
    assert_eq!(
        (product.rows(), product.cols()),
        (Window::none(7), Window::none(1))
    );
}
