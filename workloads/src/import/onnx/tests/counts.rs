//! What layers count, and what is said where that is not what the operator does.

use super::builder::Builder;
use super::{ints, read, text};
use crate::Dim;

/// Sizes of the layers, and the notes on what they count.
fn layers(builder: Builder) -> (Vec<[u64; 8]>, Vec<String>) {
    let (network, notes) =
        read("m.onnx", &builder.model(17), &[]).unwrap_or_else(|error| panic!("{error}"));
    let coverage = network.coverage();
    assert!(coverage.is_complete(), "{coverage:?}");
    let notes = notes.iter().map(ToString::to_string);
    (
        network.layers().iter().map(|l| l.sizes().0).collect(),
        notes.filter(|note| note.contains(" imported: ")).collect(),
    )
}

#[track_caller]
fn says(builder: Builder, expected: &[&str]) {
    let (_, notes) = layers(builder);
    assert_eq!(notes.len(), expected.len(), "{notes:#?}");
    for (note, expected) in notes.iter().zip(expected) {
        assert!(note.contains(expected), "{note}");
    }
}

#[test]
fn words_of_transposed_convolutions_that_are_added_up_are_told() {
    let of = |stride: i64| {
        let mut b = Builder::new();
        let (x, w) = (b.input("x", &[1, 4, 8, 8]), b.weights(&[4, 8, 4, 4]));
        let attributes = vec![ints("strides", &[stride; 2]), ints("pads", &[1; 4])];
        b.op("ConvTranspose", &[&x, &w], attributes);
        b
    };
    // 64 positions x 16 taps for 16 x 16 outputs.
    says(
        of(2),
        &[
            "1 imported: the products of each input with all taps are words of their own, to be added up where they overlap: output words count 4.00 times",
        ],
    );
    // Nothing overlaps.
    says(of(4), &["count 1.14 times"]);
    let mut b = Builder::new();
    let (x, w) = (b.input("x", &[1, 4, 8, 8]), b.weights(&[4, 8, 2, 2]));
    b.op("ConvTranspose", &[&x, &w], vec![ints("strides", &[2, 2])]);
    says(b, &[]);
}

#[test]
fn axes_that_are_folded_are_told_once_an_operator() {
    let mut b = Builder::new();
    let (x, w) = (
        b.input("x", &[1, 2, 6, 6, 6, 6]),
        b.weights(&[4, 2, 3, 3, 3, 3]),
    );
    b.op("Conv", &[&x, &w], vec![ints("pads", &[1; 8])]);
    says(
        b,
        &[
            "1 imported: its axes of 3 and 3 taps are folded into channels, as layers have two axes: input words count 9.00 times",
        ],
    );
}

#[test]
fn taps_that_the_data_moves_are_told() {
    let mut b = Builder::new();
    let (x, w) = (b.input("x", &[1, 4, 8, 8]), b.weights(&[4, 4, 3, 3]));
    let offsets = b.input("offsets", &[1, 18, 6, 6]);
    b.op("DeformConv", &[&x, &w, &offsets], vec![]);
    says(b, &["1 imported: as a convolution without offsets: "]);
}

/// What repeats words of another tensor moves nothing, and what reads such a tensor moves its words once.
#[test]
fn copies_are_not_moved() {
    let moved = |repeats: i64| {
        let mut b = Builder::new();
        let (x, times) = (b.input("x", &[1, 8, 1, 64]), b.ints(&[1, 1, repeats, 1]));
        let tiled = b.op("Tile", &[&x, &times], vec![]);
        b.op("Relu", &[&tiled], vec![]);
        let w = b.weights(&[64, 64]);
        b.op("MatMul", &[&x, &w], vec![]);
        let (network, _) = read("m.onnx", &b.model(17), &[]).expect("a model");
        network.coverage().bytes_left_out()
    };
    // Without copies, the tiling reads how often as well: four numbers of eight bytes.
    assert_eq!(moved(1), 2 * 2 * 8 * 64 * 4 + 4 * 8);
    assert_eq!(moved(4), 2 * 8 * 64 * 4);
}

#[test]
fn a_window_of_keys_is_all_that_one_query_reads() {
    let of = |queries: i64, past: i64, window: i64| {
        let mut b = Builder::new();
        let q = b.input("q", &[1, queries, 2048]);
        let [k, v] = ["k", "v"].map(|name| b.input(name, &[1, queries, 512]));
        let [pk, pv] = ["pk", "pv"].map(|name| b.input(name, &[1, 8, past, 64]));
        let attributes = vec![
            ints("num_heads", &[32]),
            ints("kv_num_heads", &[8]),
            ints("local_window_size", &[window]),
        ];
        b.op_of(
            "com.microsoft:GroupQueryAttention",
            &[&q, &k, &v, &pk, &pv],
            attributes,
            3,
        );
        b
    };
    let keys = |builder| {
        let (layers, notes) = layers(builder);
        assert_eq!(notes, [""; 0]);
        [layers[0][Dim::K as usize], layers[1][Dim::C as usize]]
    };
    assert_eq!(keys(of(1, 4095, 128)), [128, 128]);
    assert_eq!(keys(of(1, 100, 128)), [101, 101]);
    assert_eq!(keys(of(1, 4095, -1)), [4096, 4096]);
    says(
        of(16, 4080, 128),
        &["each query sees a window of 128 keys, and is multiplied by all 4096"],
    );
}

#[test]
fn a_region_that_is_resized_is_a_part() {
    let rows = |mode: &str| {
        let mut b = Builder::new();
        let x = b.input("x", &[1, 3, 10, 12]);
        let region = b.floats(&[0.0, 0.0, 0.25, 0.25, 1.0, 1.0, 0.75, 0.75]);
        let scales = b.floats(&[1.0, 1.0, 2.0, 2.0]);
        let attributes = vec![text("coordinate_transformation_mode", mode)];
        let y = b.op("Resize", &[&x, &region, &scales], attributes);
        let w = b.weights(&[1, 3, 1, 1]);
        b.op("Conv", &[&y, &w], vec![]);
        layers(b).0[0]
    };
    assert_eq!(rows("tf_crop_and_resize")[4..6], [10, 12]);
    assert_eq!(rows("half_pixel")[4..6], [20, 24]);
}

#[test]
fn sums_over_diagonals_and_over_axes_of_one() {
    let of = |equation: &str, shapes: [&[i64]; 2]| {
        let mut b = Builder::new();
        let [x, y] = [0, 1].map(|at| b.input(&format!("x{at}"), shapes[at]));
        b.op("Einsum", &[&x, &y], vec![text("equation", equation)]);
        layers(b)
            .0
            .iter()
            .map(|sizes| sizes.iter().product::<u64>())
            .sum::<u64>()
    };
    assert_eq!(of("ii,ij->j", [&[5, 5], &[5, 7]]), 35);
    assert_eq!(of("iik,kj->ij", [&[5, 5, 3], &[3, 7]]), 105);
    assert_eq!(of("ij,jk->ik", [&[4, 1], &[6, 8]]), 4 * 6 * 8);
    assert_eq!(of("bij,bjk->bik", [&[1, 4, 6], &[3, 6, 8]]), 3 * 4 * 6 * 8);
}

#[test]
fn what_is_too_large_is_not_unknown() {
    let mut b = Builder::new();
    let x = b.input("x", &[1 << 30, 1 << 20]);
    let (v, w) = (b.weights(&[1 << 20, 1 << 30]), b.weights(&[1 << 20, 1]));
    b.op("MatMul", &[&x, &v], vec![]);
    b.op("MatMul", &[&x, &w], vec![]);
    let (_, notes) = read("m.onnx", &b.model(17), &[]).expect("one product is a layer");
    let notes: Vec<String> = notes.iter().map(ToString::to_string).collect();
    assert!(
        notes[0].contains("2^53") && notes[0].ends_with("so many are not counted"),
        "{notes:#?}"
    );
}

#[test]
fn graphs_that_are_nested_too_deep_are_told() {
    let mut inner = Builder::inside("i").graph(&[]);
    for depth in 0..60 {
        let mut b = Builder::inside(&format!("d{depth}"));
        b.op(
            "If",
            &["x"],
            vec![super::builder::body("then_branch", inner)],
        );
        inner = b.graph(&[]);
    }
    let mut b = Builder::new();
    b.op(
        "If",
        &["x"],
        vec![super::builder::body("then_branch", inner)],
    );
    let error = read("m.onnx", &b.model(17), &[])
        .expect_err("it is too deep")
        .to_string();
    assert!(
        error.contains("nested deeper than can be read here"),
        "{error}"
    );
}
