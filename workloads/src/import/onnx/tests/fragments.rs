//! What is characteristic of the exports of well-known networks, with their products counted by hand.

use super::builder::{Builder, body};
use super::{ints, read, text};
use crate::{Network, RightOperand};

/// The last index of a slice, as exporters write it.
const END: i64 = i64::MAX;

fn network(model: &[u8], dims: &[(&str, u64)]) -> Network {
    let (network, _) = read("m.onnx", model, dims).unwrap_or_else(|e| panic!("{e}"));
    network
}

/// All of a model is read, with so many multiply-accumulates.
#[track_caller]
fn whole(model: &[u8], dims: &[(&str, u64)], macs: u64) -> Network {
    let network = network(model, dims);
    assert_eq!(network.macs(), macs);
    let coverage = network.coverage();
    assert!(coverage.is_complete(), "{coverage:?}");
    network
}

fn of_activations(network: &Network) -> usize {
    let layers = network.layers().iter();
    layers
        .filter(|layer| layer.right_operand() == RightOperand::Activations)
        .count()
}

/// TorchScript's Swin: windows that are shifted by slices, cut by computed shapes, and biased by a
/// table of relative positions.
#[test]
fn shifted_windows() {
    let mut b = Builder::new();
    let x = b.input("x", &[1, 3, 224, 224]);
    let w = b.weights(&[96, 3, 4, 4]);
    let y = b.op("Conv", &[&x, &w], vec![ints("strides", &[4, 4])]);
    let mut y = b.op("Transpose", &[&y], vec![ints("perm", &[0, 2, 3, 1])]);
    let shape = b.op("Shape", &[&y], vec![]);
    for axis in [1, 2] {
        let [zero, three, end, on] = [&[0][..], &[3], &[END], &[axis]].map(|list| b.ints(list));
        let back = b.op("Slice", &[&y, &three, &end, &on], vec![]);
        let front = b.op("Slice", &[&y, &zero, &three, &on], vec![]);
        y = b.op("Concat", &[&back, &front], vec![ints("axis", &[axis])]);
    }
    // A division of sizes goes through `Cast`.
    let seven = b.int(7);
    let counts = [1, 2].map(|axis| {
        let at = b.int(axis);
        let size = b.op("Gather", &[&shape, &at], vec![]);
        let size = b.op("Cast", &[&size], vec![ints("to", &[7])]);
        let count = b.op("Div", &[&size, &seven], vec![]);
        let zero = b.ints(&[0]);
        b.op("Unsqueeze", &[&count, &zero], vec![])
    });
    let [one, side, channels, many, words] = [1, 7, 96, -1, 49].map(|size| b.ints(&[size]));
    let joined = [&one, &counts[0], &side, &counts[1], &side, &channels].map(|name| &**name);
    let cut = b.op("Concat", &joined, vec![ints("axis", &[0])]);
    let y = b.op("Reshape", &[&y, &cut], vec![]);
    let y = b.op("Transpose", &[&y], vec![ints("perm", &[0, 1, 3, 2, 4, 5])]);
    let windows = b.op(
        "Concat",
        &[&many, &words, &channels],
        vec![ints("axis", &[0])],
    );
    let y = b.op("Reshape", &[&y, &windows], vec![]);
    let w = b.weights(&[96, 288]);
    let y = b.op("MatMul", &[&y, &w], vec![]);
    let split = b.ints(&[64, 49, 3, 3, 32]);
    let y = b.op("Reshape", &[&y, &split], vec![]);
    let y = b.op("Transpose", &[&y], vec![ints("perm", &[2, 0, 3, 1, 4])]);
    let [q, k, v] = [0, 1, 2].map(|which| {
        let at = b.int(which);
        b.op("Gather", &[&y, &at], vec![ints("axis", &[0])])
    });
    let k = b.op("Transpose", &[&k], vec![ints("perm", &[0, 1, 3, 2])]);
    let scores = b.op("MatMul", &[&q, &k], vec![]);
    let (table, places, square) = (
        b.weights(&[169, 3]),
        b.ints(&[0; 2401]),
        b.ints(&[49, 49, -1]),
    );
    let bias = b.op("Gather", &[&table, &places], vec![]);
    let bias = b.op("Reshape", &[&bias, &square], vec![]);
    let bias = b.op("Transpose", &[&bias], vec![ints("perm", &[2, 0, 1])]);
    let scores = b.op("Add", &[&scores, &bias], vec![]);
    let scores = b.op("Softmax", &[&scores], vec![]);
    let y = b.op("MatMul", &[&scores, &v], vec![]);
    let y = b.op("Transpose", &[&y], vec![ints("perm", &[0, 2, 1, 3])]);
    let y = b.op("Reshape", &[&y, &windows], vec![]);
    let w = b.weights(&[96, 96]);
    b.op("MatMul", &[&y, &w], vec![]);
    let (patches, tokens) = (56 * 56 * 96 * 48, 64 * 49 * 96 * (288 + 96));
    let network = whole(
        &b.model(17),
        &[],
        patches + tokens + 2 * 64 * 3 * 49 * 49 * 32,
    );
    assert_eq!(of_activations(&network), 2);
}

/// Silero's voice detector: a branch for each sampling rate, a transform as a convolution, and LSTM.
#[test]
fn branches_by_sampling_rate() {
    let branch = |prefix: &str, window: i64| {
        let mut b = Builder::inside(prefix);
        let one = b.ints(&[1]);
        let y = b.op("Unsqueeze", &["input", &one], vec![]);
        let pads = b.ints(&[0, 0, 0, 0, 0, window / 4]);
        let y = b.op("Pad", &[&y, &pads], vec![text("mode", "reflect")]);
        let w = b.weights(&[window + 2, 1, window]);
        let y = b.op("Conv", &[&y, &w], vec![ints("strides", &[window / 2])]);
        let half = b.ints(&[window / 2 + 1]);
        let zero = b.ints(&[0]);
        let real = b.op("Slice", &[&y, &zero, &half, &one], vec![]);
        let w = b.weights(&[128, window / 2 + 1, 3]);
        let y = b.op("Conv", &[&real, &w], vec![ints("pads", &[1, 1])]);
        let y = b.op("Transpose", &[&y], vec![ints("perm", &[2, 0, 1])]);
        let (w, r) = (b.weights(&[1, 512, 128]), b.weights(&[1, 512, 128]));
        let y = b.op("LSTM", &[&y, &w, &r], vec![ints("hidden_size", &[128])]);
        let y = b.op("Squeeze", &[&y, &one], vec![]);
        let y = b.op("Transpose", &[&y], vec![ints("perm", &[1, 2, 0])]);
        let w = b.weights(&[1, 128, 1]);
        let y = b.op("Conv", &[&y, &w], vec![]);
        b.graph(&[&y])
    };
    let mut b = Builder::new();
    b.input("input", &[1, 512]);
    let rate = b.number("sr");
    let high = b.int(16000);
    let is_high = b.op("Equal", &[&rate, &high], vec![]);
    let branches = vec![
        body("then_branch", branch("high", 256)),
        body("else_branch", branch("low", 128)),
    ];
    b.op("If", &[&is_high], branches);
    let model = b.model(16);
    // Taps on the padding count, as they do of every convolution; (512 + 64 - 256) / 128 + 1 = 3 frames; (512 + 32 - 128) / 64 + 1 = 7.
    let padded = |frames: u64, window: u64| {
        let transform = (window + 2) * window + 128 * (window / 2 + 1) * 3;
        frames * (transform + 2 * 512 * 128 + 128)
    };
    whole(&model, &[("sr", 16000)], padded(3, 256));
    whole(&model, &[("sr", 8000)], padded(7, 128));
    let open = read("m.onnx", &model, &[]).expect_err("no branch is known");
    let open = open.to_string();
    assert!(
        open.contains("a value of `sr` may decide what runs"),
        "{open}"
    );
}

/// Three axes, each with a stride, padding and taps of its own.
#[test]
fn convolutions_of_videos() {
    let mut b = Builder::new();
    let x = b.input("x", &[1, 3, 16, 112, 112]);
    let w = b.weights(&[64, 3, 3, 7, 7]);
    let attributes = vec![
        ints("strides", &[1, 2, 2]),
        ints("pads", &[1, 3, 3, 1, 3, 3]),
    ];
    let y = b.op("Conv", &[&x, &w], attributes);
    let w = b.weights(&[128, 64, 3, 3, 3]);
    let attributes = vec![ints("strides", &[2, 2, 2]), ints("pads", &[1; 6])];
    let z = b.op("Conv", &[&y, &w], attributes);
    let w = b.weights(&[128, 64, 1, 1, 1]);
    let short = b.op("Conv", &[&y, &w], vec![ints("strides", &[2, 2, 2])]);
    let y = b.op("Add", &[&z, &short], vec![]);
    let y = b.op("GlobalAveragePool", &[&y], vec![]);
    let y = b.op("Flatten", &[&y], vec![]);
    let w = b.weights(&[400, 128]);
    b.op("Gemm", &[&y, &w], vec![ints("transB", &[1])]);
    let first = 16 * 56 * 56 * 64 * 3 * 3 * 7 * 7;
    let others = 8 * 28 * 28 * 128 * 64 * (27 + 1);
    whole(&b.model(13), &[], first + others + 128 * 400);
}

/// Detection: a resized map, anchors of a shape, boxes of which as many stay as the values say.
#[test]
fn detections() {
    let head = |keep: &dyn Fn(&mut Builder, &str, &str) -> String| {
        let mut b = Builder::new();
        let x = b.input("x", &[1, 64, 25, 25]);
        let scales = b.floats(&[1.0, 1.0, 2.0, 2.0]);
        let x = b.op("Resize", &[&x, "", &scales], vec![text("mode", "nearest")]);
        let w = b.weights(&[15, 64, 1, 1]);
        let scores = b.op("Conv", &[&x, &w], vec![]);
        let flat = b.ints(&[-1]);
        let scores = b.op("Reshape", &[&scores, &flat], vec![]);
        // Anchors: one for each score.
        let size = b.op("Shape", &[&scores], vec![]);
        let ones = b.op("ConstantOfShape", &[&size], vec![]);
        let four = b.ints(&[1, 4]);
        let column = b.ints(&[-1, 1]);
        let boxes = b.op("Reshape", &[&ones, &column], vec![]);
        let boxes = b.op("Tile", &[&boxes, &four], vec![]);
        let kept = keep(&mut b, &scores, &boxes);
        let boxes = b.op("Gather", &[&boxes, &kept], vec![]);
        let size = b.op("Shape", &[&kept], vec![]);
        let images = b.op("ConstantOfShape", &[&size], vec![]);
        let sides = vec![ints("output_height", &[7]), ints("output_width", &[7])];
        let parts = b.op("RoiAlign", &[&x, &boxes, &images], sides);
        let parts = b.op("Flatten", &[&parts], vec![]);
        let w = b.weights(&[256, 64 * 49]);
        b.op("Gemm", &[&parts, &w], vec![ints("transB", &[1])]);
        b.model(16)
    };
    let map = 50 * 50 * 15 * 64;
    let highest = head(&|b, scores, _| {
        let most = b.ints(&[300]);
        let there = b.op("Shape", &[scores], vec![]);
        let count = b.op("Min", &[&most, &there], vec![]);
        b.op_of("TopK", &[scores, &count], vec![], 2).remove(1)
    });
    whole(&highest, &[], map + 300 * 64 * 49 * 256);
    let apart = head(&|b, scores, boxes| {
        let outer = b.ints(&[0, 1]);
        let zero = b.ints(&[0]);
        let scores = b.op("Unsqueeze", &[scores, &outer], vec![]);
        let boxes = b.op("Unsqueeze", &[boxes, &zero], vec![]);
        let most = b.ints(&[1000]);
        let found = b.op("NonMaxSuppression", &[&boxes, &scores, &most], vec![]);
        let two = b.int(2);
        b.op("Gather", &[&found, &two], vec![ints("axis", &[1])])
    });
    // How many stay hangs on the values; the operator that knows is named.
    let apart = network(&apart, &[]);
    assert_eq!(apart.macs(), map);
    let left_out = &apart.coverage().left_out;
    assert_eq!(left_out[0].operator, "Gemm");
    let lost = left_out[0].first_lost.as_deref().unwrap_or_default();
    assert!(lost.contains("NonMaxSuppression"), "{lost}");
}

/// A decoder that joins its keys and values to those of earlier steps, which may be none.
#[test]
fn caches_of_keys_and_values() {
    let mut b = Builder::new();
    let x = b.input("x", &[2, 4, 384]);
    let [past_k, past_v] = ["k", "v"].map(|name| b.input(name, &[2, 6, -1, 64]));
    let split = b.ints(&[0, 0, 6, 64]);
    let [q, k, v] = [(); 3].map(|()| {
        let w = b.weights(&[384, 384]);
        let y = b.op("MatMul", &[&x, &w], vec![]);
        let y = b.op("Reshape", &[&y, &split], vec![]);
        b.op("Transpose", &[&y], vec![ints("perm", &[0, 2, 1, 3])])
    });
    let k = b.op("Concat", &[&past_k, &k], vec![ints("axis", &[2])]);
    let v = b.op("Concat", &[&past_v, &v], vec![ints("axis", &[-2])]);
    let k = b.op("Transpose", &[&k], vec![ints("perm", &[0, 1, 3, 2])]);
    let scores = b.op("MatMul", &[&q, &k], vec![]);
    b.op("MatMul", &[&scores, &v], vec![]);
    let model = b.model(17);
    for past in [0, 16] {
        let attention = 2 * 2 * 6 * 4 * (past + 4) * 64;
        let network = whole(&model, &[("open", past)], 3 * 2 * 4 * 384 * 384 + attention);
        assert_eq!(of_activations(&network), 2);
    }
}

/// Weights of four bits, and attention of which several heads share their keys, as ONNX Runtime has them.
#[test]
fn language_models_of_four_bits() {
    const MS: &str = "com.microsoft";
    let mut b = Builder::new();
    let x = b.input("x", &[1, 16, 256]);
    let [past_k, past_v] = ["k", "v"].map(|name| b.input(name, &[1, 2, -1, 32]));
    let of_bits = |b: &mut Builder, x: &str, c: i64, k: i64| {
        let (packed, scales) = (b.bytes(&[k, c / 32, 16]), b.weights(&[k * c / 32]));
        let sizes = [("K", c), ("N", k), ("bits", 4), ("block_size", 32)];
        let attributes = sizes.map(|(name, value)| ints(name, &[value])).to_vec();
        b.op(
            &format!("{MS}:MatMulNBits"),
            &[x, &packed, &scales],
            attributes,
        )
    };
    let [q, k, v] = [256, 64, 64].map(|width| of_bits(&mut b, &x, 256, width));
    let (last, total) = (b.ints(&[15]), b.int(16));
    let heads = vec![ints("num_heads", &[8]), ints("kv_num_heads", &[2])];
    let inputs = [&*q, &k, &v, &past_k, &past_v, &last, &total];
    let y = b
        .op_of(&format!("{MS}:GroupQueryAttention"), &inputs, heads, 3)
        .remove(0);
    of_bits(&mut b, &y, 256, 256);
    let tokens = 16 * 256 * (256 + 64 + 64 + 256);
    let network = whole(&b.model(18), &[("open", 0)], tokens + 2 * 8 * 16 * 16 * 32);
    let attention: Vec<_> = network.layers().iter().collect();
    let attention = attention
        .iter()
        .filter(|l| l.right_operand() == RightOperand::Activations);
    // 16 keys of two heads, each read for four heads of queries.
    let words: Vec<u64> = attention.map(|layer| layer.weights()).collect();
    assert_eq!(words, [2 * 16 * 32; 2]);
}

/// A state that goes from step to step, as of a selective scan.
#[test]
fn scans() {
    let mut inner = Builder::inside("body");
    inner.input("h", &[1, 32]);
    inner.input("s", &[1, 24]);
    let w = inner.weights(&[24, 32]);
    let new = inner.op("MatMul", &["s", &w], vec![]);
    let h = inner.op("Add", &["h", &new], vec![]);
    let w = inner.weights(&[32, 16]);
    let y = inner.op("MatMul", &[&h, &w], vec![]);
    let mut b = Builder::new();
    let (state, steps) = (b.input("h0", &[1, 32]), b.input("steps", &[10, 1, 24]));
    let attributes = vec![
        body("body", inner.graph(&[&h, &y])),
        ints("num_scan_inputs", &[1]),
    ];
    let y = b.op_of("Scan", &[&state, &steps], attributes, 2).remove(1);
    let w = b.weights(&[16, 8]);
    b.op("MatMul", &[&y, &w], vec![]);
    whole(&b.model(17), &[], 10 * (24 * 32 + 32 * 16 + 16 * 8));
}

/// Equations of every form.
#[test]
fn einsums() {
    let macs = |equation: &str, shapes: &[&[i64]]| {
        let mut b = Builder::new();
        let named = shapes.iter().enumerate();
        let inputs: Vec<String> = named
            .map(|(at, shape)| b.input(&format!("x{at}"), shape))
            .collect();
        let inputs: Vec<&str> = inputs.iter().map(|name| &**name).collect();
        let y = b.op("Einsum", &inputs, vec![text("equation", equation)]);
        // The result's last axis is what is meant, too.
        let w = b.weights(&[6, 1]);
        b.op("MatMul", &[&y, &w], vec![]);
        let network = network(&b.model(17), &[]);
        assert!(network.coverage().is_complete(), "{equation}");
        let layers = network.layers().len() as u64;
        (network.macs(), layers)
    };
    let expected = |products: u64, rows: u64, layers| (products + rows * 6, layers);
    for (equation, shapes, result) in [
        (
            "bhid,bhjd->bhij",
            &[&[2, 4, 8, 16][..], &[2, 4, 6, 16]][..],
            expected(2 * 4 * 8 * 6 * 16, 64, 2),
        ),
        (
            "...ij,...jk->...ik",
            &[&[2, 3, 8, 16], &[2, 3, 16, 6]],
            expected(6 * 8 * 6 * 16, 48, 2),
        ),
        (
            "...ij,jk",
            &[&[2, 3, 8, 16], &[16, 6]],
            expected(6 * 8 * 6 * 16, 48, 2),
        ),
        (
            "b...c,kc->b...k",
            &[&[2, 3, 5, 16], &[6, 16]],
            expected(30 * 6 * 16, 30, 2),
        ),
        (" i , j -> i j ", &[&[8], &[6]], expected(48, 8, 2)),
        (
            "kj,ik->ij",
            &[&[16, 6], &[8, 16]],
            expected(8 * 16 * 6, 8, 2),
        ),
        // The first two, then what they make with the third.
        (
            "abc,cd,de->abe",
            &[&[2, 8, 16], &[16, 10], &[10, 6]],
            expected(16 * 16 * 10 + 16 * 10 * 6, 16, 3),
        ),
        (
            "ab,ac,ad->bcd",
            &[&[3, 4], &[3, 5], &[3, 6]],
            expected(3 * 4 * 5 + 3 * 4 * 5 * 6, 20, 3),
        ),
        // One operand's own letter is summed up before.
        ("iz,ij->ij", &[&[8, 9], &[8, 6]], expected(8 * 6, 8, 2)),
    ] {
        assert_eq!(macs(equation, shapes), result, "{equation}");
    }
}
