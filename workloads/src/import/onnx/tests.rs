//! Operators one by one, in models made here.

mod builder;
mod counts;
mod fragments;
mod inputs;

use prost::Message;

use super::proto::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type,
    ValueInfo,
};
use super::read;
use crate::{Dim, Layer, Network, RightOperand};

fn ints(name: &str, values: &[i64]) -> Attribute {
    Attribute {
        name: name.to_owned(),
        ints: values.to_vec(),
        i: values.first().copied().unwrap_or(0),
        ..Attribute::default()
    }
}

fn text(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        s: value.into(),
        ..Attribute::default()
    }
}

fn node(op: &str, input: &[&str], output: &str, attribute: Vec<Attribute>) -> Node {
    Node {
        op_type: op.to_owned(),
        input: input.iter().map(|s| (*s).to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute,
        ..Node::default()
    }
}

/// Positive sizes are given, others are open; `x` is the input, the rest are weights.
fn model(opset: i64, x: &[i64], weights: &[(&str, &[i64])], node: Vec<Node>) -> Vec<u8> {
    let dim = |size: &i64| Dimension {
        dim_value: Some(*size).filter(|size| *size > 0),
        dim_param: if *size > 0 {
            String::new()
        } else {
            format!("d{}", -size)
        },
    };
    let shape = Shape {
        dim: x.iter().map(dim).collect(),
    };
    let input = ValueInfo {
        name: "x".to_owned(),
        r#type: Some(Type {
            tensor_type: Some(TensorType {
                elem_type: 1,
                shape: Some(shape),
            }),
        }),
    };
    let weight = |(name, dims): &(&str, &[i64])| Tensor {
        name: (*name).to_owned(),
        dims: dims.to_vec(),
        data_type: 1,
        ..Tensor::default()
    };
    let graph = Graph {
        node,
        input: vec![input],
        initializer: weights.iter().map(weight).collect(),
        ..Graph::default()
    };
    let opset_import = vec![OperatorSet {
        domain: String::new(),
        version: opset,
    }];
    Model {
        graph: Some(graph),
        opset_import,
        ..Model::default()
    }
    .encode_to_vec()
}

fn network(bytes: &[u8]) -> (Network, Vec<String>) {
    let (network, notes) = read("m.onnx", bytes, &[]).unwrap_or_else(|e| panic!("{e}"));
    (network, notes.iter().map(ToString::to_string).collect())
}

#[track_caller]
fn check(x: &[i64], weights: &[(&str, &[i64])], op: Node, expected: [u64; 8]) -> Layer {
    for opset in [7, 9, 21, 28] {
        let (network, _) = network(&model(opset, x, weights, vec![op.clone()]));
        let layer = &network.layers()[0];
        assert_eq!(layer.sizes().0, expected, "{}", op.op_type);
    }
    network(&model(13, x, weights, vec![op])).0.layers()[0].clone()
}

#[test]
fn convolutions() {
    let w: &[(&str, &[i64])] = &[("w", &[8, 2, 3, 5])];
    let grouped = vec![
        ints("group", &[2]),
        ints("strides", &[2, 1]),
        ints("dilations", &[1, 2]),
        ints("pads", &[1, 2, 0, 3]),
    ];
    let layer = check(
        &[3, 4, 28, 14],
        w,
        node("Conv", &["x", "w"], "y", grouped),
        [3, 2, 4, 2, 14, 11, 3, 5],
    );
    assert_eq!(
        (layer.rows().pad, layer.cols().pad, layer.name()),
        (1, 2, "y")
    );
    let same = vec![text("auto_pad", "SAME_UPPER"), ints("strides", &[2, 2])];
    let layer = check(
        &[1, 2, 28, 28],
        w,
        node("Conv", &["x", "w"], "y", same),
        [1, 1, 8, 2, 14, 14, 3, 5],
    );
    // 3 taps at stride 2 on 28 rows lack one, which goes below; 5 taps lack three.
    assert_eq!((layer.rows().pad, layer.cols().pad), (0, 1));
    let list: &[(&str, &[i64])] = &[("w", &[8, 2, 3])];
    check(
        &[1, 2, 30],
        list,
        node("Conv", &["x", "w"], "y", vec![]),
        [1, 1, 8, 2, 1, 28, 1, 3],
    );
}

#[test]
fn transposed_convolutions_multiply_each_input_by_each_filter() {
    let w: &[(&str, &[i64])] = &[("w", &[4, 8, 2, 2])];
    let up = || {
        node(
            "ConvTranspose",
            &["x", "w"],
            "up",
            vec![ints("strides", &[2, 2])],
        )
    };
    check(&[1, 4, 7, 7], w, up(), [1, 1, 32, 4, 49, 1, 1, 1]);
    // What follows sees twice the extent.
    let v: &[(&str, &[i64])] = &[("w", &[4, 8, 2, 2]), ("v", &[16, 8, 1, 1])];
    let (network, _) = network(&model(
        13,
        &[1, 4, 7, 7],
        v,
        vec![up(), node("Conv", &["up", "v"], "y", vec![])],
    ));
    assert_eq!(network.layers()[1].size(Dim::P), 14);
}

#[test]
fn products() {
    let w: &[(&str, &[i64])] = &[("w", &[64, 10])];
    check(
        &[4, 64],
        w,
        node("Gemm", &["x", "w"], "y", vec![]),
        [1, 1, 10, 64, 4, 1, 1, 1],
    );
    let turned: &[(&str, &[i64])] = &[("w", &[10, 64])];
    check(
        &[4, 64],
        turned,
        node("Gemm", &["x", "w"], "y", vec![ints("transB", &[1])]),
        [1, 1, 10, 64, 4, 1, 1, 1],
    );
    let layer = check(
        &[2, 3, 64],
        w,
        node("MatMul", &["x", "w"], "y", vec![]),
        [1, 1, 10, 64, 6, 1, 1, 1],
    );
    assert_eq!(layer.right_operand(), RightOperand::Parameters);
    let einsum =
        |equation: &str| node("Einsum", &["x", "w"], "y", vec![text("equation", equation)]);
    check(
        &[2, 3, 64],
        w,
        einsum("abc, cd -> abd"),
        [1, 1, 10, 64, 6, 1, 1, 1],
    );
    let heads: &[(&str, &[i64])] = &[("w", &[5, 64, 10])];
    check(
        &[5, 3, 64],
        heads,
        einsum("hmc,hck->hmk"),
        [1, 5, 10, 64, 3, 1, 1, 1],
    );
    // Trained on the left.
    let left: &[(&str, &[i64])] = &[("w", &[10, 64])];
    check(
        &[64, 7],
        left,
        node("MatMul", &["w", "x"], "y", vec![]),
        [1, 1, 10, 64, 7, 1, 1, 1],
    );
}

#[test]
fn attention_blocks_multiply_activations() {
    let nodes = vec![
        node("Transpose", &["x"], "t", vec![ints("perm", &[0, 1, 3, 2])]),
        node("MatMul", &["x", "t"], "scores", vec![]),
        node("Softmax", &["scores"], "p", vec![]),
        node("MatMul", &["p", "x"], "values", vec![]),
    ];
    let (network, notes) = network(&model(13, &[2, 12, 16, 64], &[], nodes));
    let sizes: Vec<_> = network.layers().iter().map(|l| l.sizes().0).collect();
    assert_eq!(
        sizes,
        [[1, 24, 16, 64, 16, 1, 1, 1], [1, 24, 64, 16, 16, 1, 1, 1]]
    );
    assert!(
        network
            .layers()
            .iter()
            .all(|l| l.right_operand() == RightOperand::Activations)
    );
    assert_eq!(
        notes,
        ["m.onnx: operators without products are no layers: Softmax 1, Transpose 1"]
    );
}

#[test]
fn what_is_not_imported_is_listed_with_its_share() {
    let weights: &[(&str, &[i64])] = &[("v", &[16, 10])];
    let nodes = vec![
        node("Frobnicate", &["x"], "z", vec![]),
        node("Frobnicate", &["x"], "z2", vec![]),
        node("MatMul", &["z", "v"], "a", vec![]),
        node("NonZero", &["x"], "places", vec![]),
        node("Relu", &["places"], "places2", vec![]),
        node("Gemm", &["places2", "v"], "b", vec![]),
        node("Relu", &["x"], "r", vec![]),
        node("MatMul", &["r", "v"], "c", vec![]),
    ];
    let (network, notes) = network(&model(13, &[5, 16], weights, nodes));
    assert_eq!(network.macs(), 5 * 16 * 10);
    let expected = [
        "operator Frobnicate: 2 not imported: it is not supported; how many multiply-accumulates that is, is not known",
        "operator Gemm: 1 not imported: the shape of an operand is not known; how many multiply-accumulates that is, is not known; \
         the first shape was lost at places (NonZero), whose size depends on the data",
        "operator MatMul: 1 not imported: the shape of an operand is not known; how many multiply-accumulates that is, is not known; \
         the first shape was lost at z (Frobnicate)",
        "operators without products are no layers: NonZero 1, Relu 2",
    ];
    assert_eq!(notes.len(), expected.len(), "{notes:#?}");
    for (note, expected) in notes.iter().zip(expected) {
        assert_eq!(note, &format!("m.onnx: {expected}"));
    }
    let coverage = network.coverage();
    assert_eq!((coverage.simulated, coverage.operators_left_out()), (1, 4));
    assert_eq!((coverage.macs_left_out(), coverage.macs_unknown()), (0, 4));
    let relu = &coverage.without_products[1];
    // One of known size: 5 x 16 words of 4 bytes, read and written.
    assert_eq!((relu.count, relu.bytes(), relu.bytes_unknown), (2, 640, 1));
    let gemm = &coverage.left_out[1];
    assert_eq!((gemm.weight_bytes, gemm.bytes_unknown), (640, 1));
    assert_eq!(gemm.first_lost.as_deref(), Some("places (NonZero)"));
}

#[test]
fn what_is_known_of_it_counts_by_its_share() {
    // A loop whose trips are known and too many.
    let body = Graph {
        node: vec![
            node("Identity", &["go"], "go2", vec![]),
            node("MatMul", &["s", "w"], "s2", vec![]),
        ],
        input: ["i", "go", "s"].map(named).to_vec(),
        output: ["go2", "s2"].map(named).to_vec(),
        ..Graph::default()
    };
    let inside = Attribute {
        name: "body".to_owned(),
        g: Some(Box::new(body)),
        ..Attribute::default()
    };
    let nodes = vec![
        node(
            "Constant",
            &[],
            "trips",
            vec![ints("value_int", &[1_000_000])],
        ),
        node("Loop", &["trips", "", "x"], "y", vec![inside]),
        node("MatMul", &["y", "w"], "z", vec![]),
    ];
    let (network, notes) = network(&model(13, &[4, 8], &[("w", &[8, 8])], nodes));
    assert_eq!(network.macs(), 256);
    assert!(
        notes[0].contains("about 256000000 multiply-accumulates, 100.0 %"),
        "{notes:#?}"
    );
    let coverage = network.coverage();
    assert!((coverage.share(256) - 1.0 / 1_000_001.0).abs() < 1e-12);
    let batched = network.batched(3).expect("it fits");
    assert_eq!(batched.coverage().macs_left_out(), 3 * 256_000_000);
}

fn named(name: &str) -> ValueInfo {
    ValueInfo {
        name: name.to_owned(),
        ..ValueInfo::default()
    }
}

#[test]
fn shapes_are_followed_through_what_exporters_write_around_a_reshape() {
    let list = |values: &[i64]| {
        let tensor = Tensor {
            dims: vec![values.len() as i64],
            data_type: 7,
            int64_data: values.to_vec(),
            ..Tensor::default()
        };
        vec![Attribute {
            name: "value".to_owned(),
            t: Some(tensor),
            ..Attribute::default()
        }]
    };
    let nodes = vec![
        node("Shape", &["x"], "s", vec![]),
        node("Constant", &[], "first", list(&[0])),
        node("Gather", &["s", "first"], "n", vec![]),
        node("Constant", &[], "rest", list(&[-1])),
        node("Concat", &["n", "rest"], "to", vec![ints("axis", &[0])]),
        node(
            "MaxPool",
            &["x"],
            "m",
            vec![ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])],
        ),
        node("Reshape", &["m", "to"], "flat", vec![]),
        node("Gemm", &["flat", "w"], "y", vec![]),
    ];
    let (network, _) = network(&model(13, &[-1, 8, 14, 14], &[("w", &[392, 10])], nodes));
    assert_eq!(network.layers()[0].sizes().0, [1, 1, 10, 392, 1, 1, 1, 1]);
}

#[test]
fn other_versions_and_other_files_are_refused() {
    for (opset, is_allowed, notes) in [(6, false, 0), (7, true, 0), (28, true, 0), (29, true, 1)] {
        let nodes = vec![node("Gemm", &["x", "w"], "y", vec![])];
        let read = read(
            "m.onnx",
            &model(opset, &[4, 64], &[("w", &[64, 10])], nodes),
            &[],
        );
        assert_eq!(read.is_ok(), is_allowed, "operator set {opset}");
        let found = read.map_or(0, |(_, notes)| notes.len());
        assert_eq!(found, notes, "operator set {opset}");
    }
    let error = read("m.onnx", b"name: not a model", &[])
        .expect_err("text")
        .to_string();
    assert!(error.starts_with("m.onnx: not an ONNX model"), "{error}");
    assert!(read("m.onnx", b"", &[]).is_err());
}
