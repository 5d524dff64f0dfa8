//! ONNX models as an exporter writes them, against the bundled networks.

use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use stationary::workloads::{Layer, Network, RightOperand, onnx, zoo};

fn bytes(name: &str) -> Vec<u8> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/onnx/{name}.onnx.gz"));
    let file = std::fs::File::open(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut bytes = Vec::new();
    GzDecoder::new(file)
        .read_to_end(&mut bytes)
        .expect("a data file of this test");
    bytes
}

/// The loops that do work, biggest bounds first: exporters merge and swap dimensions.
fn shapes(network: &Network) -> Vec<(u64, bool)> {
    let of = |layer: &Layer| {
        (
            layer.macs(),
            layer.right_operand() == RightOperand::Parameters,
        )
    };
    let mut shapes: Vec<_> = network.layers().iter().map(of).collect();
    shapes.sort_unstable();
    shapes
}

fn check(model: &str, bundled: &str, dims: &[(&str, u64)]) -> (Network, Network) {
    let (network, notes) = onnx::read(model, &bytes(model), dims).unwrap_or_else(|e| panic!("{e}"));
    let missed: Vec<_> = notes
        .iter()
        .filter(|n| n.message.contains("not imported"))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
    let bundled = zoo::find(bundled).expect("a bundled network");
    assert_eq!(network.macs(), bundled.macs(), "MACs of {model}");
    (network, bundled)
}

#[test]
fn resnet50_is_the_bundled_one_layer_by_layer() {
    let (network, bundled) = check("resnet50", "resnet50", &[]);
    let same = |(mine, theirs): (&Layer, &Layer)| {
        (mine.sizes(), mine.rows(), mine.cols()) == (theirs.sizes(), theirs.rows(), theirs.cols())
    };
    assert_eq!(network.layers().len(), bundled.layers().len());
    assert_eq!(shapes(&network), shapes(&bundled));
    assert!(same((&network.layers()[0], &bundled.layers()[0])));
}

#[test]
fn mobilenet_v2_is_the_bundled_one() {
    let (network, bundled) = check("mobilenet_v2", "mobilenet_v2", &[]);
    assert_eq!(shapes(&network), shapes(&bundled));
    assert_eq!(network.weights(), bundled.weights());
}

#[test]
fn bert_base_is_the_bundled_one() {
    let (network, bundled) = check("bert_base", "bert_base", &[("sequence", 384)]);
    assert_eq!(shapes(&network), shapes(&bundled));
    assert_eq!(network.weights(), bundled.weights());
}

#[test]
fn gpt2_has_the_bundled_ones_work() {
    // The exporter has one product for queries, keys and values.
    let (network, bundled) = check("gpt2", "gpt2_prefill", &[("sequence", 1024)]);
    assert_eq!(network.layers().len() + 24, bundled.layers().len());
    assert_eq!(network.weights(), bundled.weights());
}

#[test]
fn open_dimensions_are_given_or_asked_for() {
    let refuse = |dims: &[(&str, u64)]| {
        onnx::read("bert.onnx", &bytes("bert_base"), dims)
            .unwrap_err()
            .to_string()
    };
    let message = refuse(&[]);
    assert!(message.contains("bert.onnx: input `input_ids`: dimension 1 has no size in the file; give it with --dim sequence=SIZE"), "{message}");
    assert_eq!(message.lines().count(), 2, "both inputs: {message}");
    let message = refuse(&[("sequence", 128), ("sequenz", 3)]);
    assert!(message.ends_with("did you mean `sequence`?"), "{message}");
    let of = |dims: &[(&str, u64)]| {
        onnx::read("bert.onnx", &bytes("bert_base"), dims)
            .expect("it reads")
            .0
            .macs()
    };
    assert_eq!(
        of(&[("sequence", 128), ("batch", 4)]),
        4 * of(&[("sequence", 128)])
    );
}
