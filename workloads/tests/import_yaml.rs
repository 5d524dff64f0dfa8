//! Networks of Timeloop, ZigZag and MAESTRO.

use stationary_workloads::{Dim, Layer, parse, parse_with_notes};

fn sizes(layer: &Layer) -> [u64; 8] {
    layer.sizes().0
}

#[track_caller]
fn refuses(file: &str, text: &str, expected: &str) {
    let error = parse(file, text).expect_err("it is wrong").to_string();
    assert!(error.contains(expected), "{error}");
}

const CONVOLUTION: &str = "\
problem:
  version: 0.4
  shape:
    name: conv
    dimensions: [C, M, R, S, N, P, Q]
    coefficients:
    - {name: Wstride, default: 1}
    - {name: Wdilation, default: 1}
    data_spaces:
    - {name: Weights, projection: [[[C]], [[M]], [[R]], [[S]]]}
    - {name: Inputs, projection: [[[N]], [[C]], [[R, Wdilation], [P, Wstride]], [[S], [Q, 2]]]}
    - {name: Outputs, projection: [[[N]], [[M]], [[Q]], [[P]]], read_write: True}
  instance: {C: 3, M: 64, R: 7, S: 7, P: 112, Q: 112, N: 2, Wstride: 2, densities: {Weights: 0.5}}
";

#[test]
fn timeloop_problems_are_layers() {
    let (network, notes) = parse_with_notes("p.yaml", CONVOLUTION).expect("it reads");
    let layer = &network.layers()[0];
    assert_eq!(
        (layer.name(), sizes(layer)),
        ("conv", [2, 1, 64, 3, 112, 112, 7, 7])
    );
    assert_eq!((layer.rows().stride, layer.cols().stride), (2, 2));
    assert_eq!(layer.rows().input, 229);
    assert!(
        notes[0].to_string().contains("densities: not used"),
        "{notes:?}"
    );
    let product = "problem: {shape: {name: gemm, dimensions: [M, N, K], data-spaces: [
      {name: A, projection: [[[M]], [[K]]]}, {name: B, projection: [[[K]], [[N]]]},
      {name: Z, projection: [[[M]], [[N]]], read-write: True}]}, instance: {M: 12, N: 34, K: 56}}";
    let network = parse("gemm.yaml", product).expect("it reads");
    assert_eq!(sizes(&network.layers()[0]), [1, 1, 34, 56, 12, 1, 1, 1]);
    let depthwise = CONVOLUTION
        .replace("[[[C]], [[M]], [[R]], [[S]]]", "[[[C]], [[R]], [[S]]]")
        .replace(
            "[[[N]], [[M]], [[Q]], [[P]]]",
            "[[[N]], [[C]], [[Q]], [[P]]]",
        )
        .replace("M, R", "R")
        .replace("M: 64, ", "");
    assert_eq!(
        sizes(&parse("d.yaml", &depthwise).expect("it reads").layers()[0]),
        [2, 3, 1, 1, 112, 112, 7, 7]
    );
}

#[test]
fn timeloop_problems_that_are_no_layers_say_why_and_where() {
    refuses(
        "p.yaml",
        &CONVOLUTION.replace("[[C]], [[M]]", "[[C]], [[X]]"),
        "p.yaml:10:45: problem.shape.data_spaces[0].projection: unknown dimension `X`",
    );
    refuses(
        "p.yaml",
        &CONVOLUTION.replace("C: 3, ", ""),
        "problem.instance: missing field `C`",
    );
    refuses(
        "p.yaml",
        &CONVOLUTION.replace(", read_write: True", ""),
        "exactly one data space with read-write",
    );
    refuses(
        "p.yaml",
        &CONVOLUTION.replace("M: 64", "M: 99999999999999999"),
        "2^53",
    );
    let three = CONVOLUTION.replace(
        "    - {name: Outputs",
        "    - {name: Bias, projection: [[[M]]]}\n    - {name: Outputs",
    );
    refuses("p.yaml", &three, "not a layer: it has 3 operands");
    // Everything at once.
    let both = CONVOLUTION.replace("C: 3, ", "").replace("P: 112", "P: x");
    refuses("p.yaml", &both, "missing field `C`");
    refuses("p.yaml", &both, "problem.instance.P: found `x`");
}

const ZIGZAG: &str = "\
- id: 0
  operator_type: Conv
  equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, K, C, OY, OX, FY, FX]
  loop_sizes: [1, 64, 3, 112, 112, 7, 7]
  operand_precision: {W: 8, I: 8, O: 16, O_final: 8}
  operand_source: {I: 0, W: 0}
- id: 1
  operator_type: Gemm
  equation: O[b][k]+=W[k][c]*I[b][c]
  loop_dims: [B, K, C]
  loop_sizes: [4, 1000, 512]
";

#[test]
fn zigzag_workloads_are_networks() {
    let (network, notes) = parse_with_notes("net.yaml", ZIGZAG).expect("it reads");
    let [conv, gemm] = network.layers() else {
        panic!("two layers")
    };
    assert_eq!(
        (conv.name(), sizes(conv)),
        ("Conv0", [1, 1, 64, 3, 112, 112, 7, 7])
    );
    assert_eq!(conv.rows().stride, 2);
    assert_eq!(sizes(gemm), [1, 1, 1000, 512, 4, 1, 1, 1]);
    assert_eq!(notes.len(), 1, "operand_precision: {notes:?}");
    refuses(
        "net.yaml",
        &ZIGZAG.replace("iy=2*oy+1*fy", "iy=2*oz+1*fy"),
        "net.yaml:4:39: [0].dimension_relations: found `iy=2*oz+1*fy`",
    );
    refuses(
        "net.yaml",
        &ZIGZAG.replace("[4, 1000, 512]", "[4, 1000]"),
        "2 sizes for 3 loop dimensions",
    );
}

const MAESTRO: &str = "\
// made for this test
Constant Filters 96;
Network small {
  Layer conv1 {
    Type: CONV
    Stride { X: 2, Y: 2 }
    Dimensions { K: Filters, C: 3, R: 7, S: 7, Y: 229, X: 229 }
    Dataflow {
      SpatialMap(1,1) K;
      TemporalMap(Sz(R),1) Y;
      Cluster(64, P);
    }
  }
  Layer dw { Type: DSCONV Dimensions { K: 1, C: 32, R: 3, S: 3, Y: 58, X: 58 } }
  Layer fc { Type: GEMM Dimensions { M: 4, N: 10, K: 64 } }
}
";

#[test]
fn maestro_networks() {
    let (network, notes) = parse_with_notes("small.m", MAESTRO).expect("it reads");
    assert_eq!(network.name(), "small");
    let all: Vec<_> = network.layers().iter().map(sizes).collect();
    assert_eq!(
        all,
        [
            [1, 1, 96, 3, 112, 112, 7, 7],
            [1, 32, 1, 1, 56, 56, 3, 3],
            [1, 1, 10, 64, 4, 1, 1, 1]
        ]
    );
    assert_eq!(network.layers()[0].size(Dim::K), 96);
    assert_eq!(
        notes[0].to_string(),
        "small.m:8:5: layer `conv1`: Dataflow of 3 directives is not used"
    );
    refuses(
        "small.m",
        &MAESTRO.replace("DSCONV", "TRCONV"),
        "small.m:14:20: unknown Type `TRCONV`; allowed: CONV, DSCONV",
    );
    refuses(
        "small.m",
        &MAESTRO.replace("K: Filters", "K: Filtrs"),
        "small.m:7:21: found `Filtrs`; needed a whole number",
    );
    refuses(
        "small.m",
        &MAESTRO.replace("TemporalMap", "TemporlMap"),
        "did you mean `TemporalMap`?",
    );
    refuses(
        "small.m",
        "Network a { Layer b {",
        "small.m:1:21: the text ends; needed a part of a layer",
    );
}
