//! Which open dimensions have to be asked for.

use prost::Message;

use super::super::proto::{
    Dimension, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type, ValueInfo,
};
use super::{ints, node, read};

/// A model of one input `x` with these dimensions, a number or a name each.
fn model(x: &[&str], weights: &[(&str, &[i64])], node: Vec<Node>) -> Vec<u8> {
    let dim = |size: &&str| Dimension {
        dim_value: size.parse().ok(),
        dim_param: size.trim_matches(char::is_numeric).to_owned(),
    };
    let shape = Some(Shape {
        dim: x.iter().map(dim).collect(),
    });
    let tensor_type = Some(TensorType {
        elem_type: 1,
        shape,
    });
    let weight = |(name, dims): &(&str, &[i64])| Tensor {
        name: (*name).to_owned(),
        dims: dims.to_vec(),
        data_type: 1,
        ..Tensor::default()
    };
    let graph = Graph {
        node,
        input: vec![ValueInfo {
            name: "x".to_owned(),
            r#type: Some(Type { tensor_type }),
        }],
        initializer: weights.iter().map(weight).collect(),
        ..Graph::default()
    };
    Model {
        graph: Some(graph),
        opset_import: vec![OperatorSet {
            domain: String::new(),
            version: 17,
        }],
        ..Model::default()
    }
    .encode_to_vec()
}

/// What is said of the sizes: errors begin with `error`, and notes are those on inputs.
#[track_caller]
fn check(model: &[u8], expected: &[&str]) {
    let said: Vec<String> = match read("m.onnx", model, &[]) {
        Ok((_, notes)) => notes
            .iter()
            .map(ToString::to_string)
            .filter(|note| note.contains("input `"))
            .collect(),
        Err(error) => vec![format!("error {error}")],
    };
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn lengths_are_asked_for_and_batches_are_not() {
    let product = || vec![node("MatMul", &["x", "w"], "y", vec![])];
    let w: &[(&str, &[i64])] = &[("w", &[64, 10])];
    for name in [
        "seq",
        "seq_len",
        "time",
        "sequence_length",
        "num_tokens",
        "T",
    ] {
        let ask = format!("give it with --dim {name}=SIZE");
        check(&model(&[name, "64"], w, product()), &[&ask]);
        check(&model(&[name, "batch", "64"], w, product()), &[&ask]);
    }
    for name in ["batch", "batch_size", "N"] {
        check(&model(&[name, "64"], w, product()), &[]);
    }
    check(
        &model(&["s_zero", "64"], w, product()),
        &["its open dimension `s_zero` is taken as the batch, and as 1; --dim s_zero=SIZE"],
    );
    check(&model(&["", "64"], w, product()), &[]);
    check(
        &model(&["0", "64"], w, product()),
        &["dimension 0 is 0 in the file; it is taken as the batch, and as 1; --dim x.0=SIZE"],
    );
    check(
        &model(&["1", "0", "64"], w, product()),
        &["dimension 1 has no size in the file; give it with --dim x.1=SIZE"],
    );
    let words: &[(&str, &[i64])] = &[("e", &[1000, 64]), ("w", &[64, 10])];
    let looked_up = vec![
        node("Gather", &["e", "x"], "v", vec![]),
        node("MatMul", &["v", "w"], "y", vec![]),
    ];
    check(
        &model(&["seq_len"], words, looked_up),
        &["--dim seq_len=SIZE"],
    );
}

#[test]
fn steps_of_a_recurrent_layer_are_never_the_batch() {
    let w: &[(&str, &[i64])] = &[("w", &[1, 64, 8]), ("r", &[1, 64, 16])];
    let recurrent = |layout: i64| {
        let attributes = vec![ints("layout", &[layout])];
        node("LSTM", &["x", "w", "r"], "y", attributes)
    };
    // Without a name, under the batch's, and under one that says nothing.
    for (name, ask) in [("", "x.0"), ("batch", "batch"), ("d", "d")] {
        let ask = format!("dimension 0 has no size in the file; give it with --dim {ask}=SIZE");
        check(&model(&[name, "2", "8"], w, vec![recurrent(0)]), &[&ask]);
    }
    check(&model(&["5", "", "8"], w, vec![recurrent(0)]), &[]);
    check(&model(&["", "5", "8"], w, vec![recurrent(1)]), &[]);
    // With the batch first, and turned for the layer.
    let turned = |x: &[&str]| {
        let turn = node("Transpose", &["x"], "t", vec![ints("perm", &[1, 0, 2])]);
        let relu = node("Relu", &["t"], "u", vec![]);
        let layer = node("LSTM", &["u", "w", "r"], "y", vec![]);
        model(x, w, vec![turn, relu, layer])
    };
    check(&turned(&["", "5", "8"]), &[]);
    check(&turned(&["2", "", "8"]), &["--dim x.1=SIZE"]);
}
