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
    assert_eq!(notes.len(), 1);
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

/// Version 0.4: sizes over variables and over each other.
#[test]
fn timeloop_problems_have_expressions() {
    let text = CONVOLUTION
        .replace("M: 64,", "M: 2 ** EXPONENT,")
        .replace("Q: 112,", "Q: P // STEP * STEP,")
        .replace("Wstride: 2", "Wstride: STEP")
        .replace(
            "problem:\n",
            "variables: {version: 0.4, EXPONENT: 6, STEP: 'two', STEP: 1 + 1}\nproblem:\n",
        );
    let network = parse("p.yaml", &text).expect("it reads");
    let plain = parse("p.yaml", CONVOLUTION).expect("it reads");
    assert_eq!(network, plain);
    refuses(
        "p.yaml",
        &text.replace("EXPONENT,", "EXPONET,"),
        "problem.instance.M: found `2 ** EXPONET`; no variable is named `EXPONET`; did you mean `EXPONENT`?",
    );
    refuses(
        "p.yaml",
        &text.replace("M: 2 ** EXPONENT", "M: M"),
        "refers to itself",
    );
}

/// Keys that are nothing to Timeloop, such as the input's sizes, are nothing here.
#[test]
fn timeloop_problems_may_say_more() {
    let more = CONVOLUTION
        .replace(
            "N: 2,",
            "N: 2, H: 224, W: 224, Hpad: 1, Wpad: 1, Wdilaton: 3,",
        )
        .replace("problem:\n", "problem:\n  dnn_name: net\n  notes: one\n");
    let (network, notes) = parse_with_notes("p.yaml", &more).expect("it reads");
    let (plain, _) = parse_with_notes("p.yaml", CONVOLUTION).expect("it reads");
    assert_eq!(network, plain);
    let notes: Vec<String> = notes.iter().map(|note| note.to_string()).collect();
    assert!(notes[0].contains("densities: not used"), "{notes:?}");
    assert!(
        notes[1].ends_with("Wdilaton: not used; did you mean `Wdilation`?"),
        "{notes:?}"
    );
    assert!(
        notes[2].ends_with("not used: `dnn_name`, `notes`, `H`, `W`, `Hpad`, `Wpad`"),
        "{notes:?}"
    );
}

#[test]
fn timeloop_has_a_shape_of_its_own() {
    let sizes_of = |text: &str| sizes(&parse("p.yaml", text).expect("it reads").layers()[0]);
    let expected = [2, 1, 8, 3, 5, 6, 3, 3];
    let instance = "{C: 3, K: 8, R: 3, S: 3, P: 5, Q: 6, N: 2, Wstride: 2}";
    assert_eq!(
        sizes_of(&format!("problem: {{instance: {instance}}}")),
        expected
    );
    assert_eq!(sizes_of(&format!("problem: {instance}")), expected);
    let named = format!("problem: {{shape: cnn-layer, instance: {instance}}}");
    assert_eq!(sizes_of(&named), expected);
    refuses(
        "p.yaml",
        &named.replace("cnn-layer", "mine"),
        "p.yaml:1:18: problem.shape: a shape of another file, named `mine`; allowed: cnn-layer",
    );
}

/// Bases by anchors, merges of Timeloop's readers, numbers as YAML writes them.
#[test]
fn timeloop_has_a_shape_of_products() {
    for name in ["gemm_ABZ", "gemm-ABZ", "gemm_ABZ.yaml"] {
        let text = format!("problem: {{shape: {name}, instance: {{M: 10, N: 12, K: 16}}}}\n");
        let network = parse("p.yaml", &text).expect("it reads");
        assert_eq!(sizes(&network.layers()[0]), [1, 1, 12, 16, 10, 1, 1, 1]);
    }
    let other = "problem: {shape: attention, instance: {M: 10}}\n";
    refuses(
        "p.yaml",
        other,
        "named `attention`; allowed: cnn-layer, gemm_ABZ",
    );
}

#[test]
fn timeloop_problems_merge_their_base() {
    let (shape, instance) = CONVOLUTION.split_once("  instance: ").expect("it has one");
    let base = shape.replace("problem:", "base: &base");
    let instance = instance
        .replace("M: 64", "M: 0x40")
        .replace("R: 7, S: 7, ", "");
    let text = format!(
        "{base}  instance: {{R: 1, S: 7}}\nproblem:\n  <<<: *base\n  instance: {}",
        instance.replace("C: 3", "C: 3, R: 1, R: 7")
    );
    let (network, notes) = parse_with_notes("p.yaml", &text).expect("it reads");
    assert_eq!(sizes(&network.layers()[0]), [2, 1, 64, 3, 112, 112, 7, 7]);
    let twice = "field `R` stands here twice; the last counts";
    assert!(
        notes.iter().any(|note| note.to_string().contains(twice)),
        "{notes:?}"
    );
}

#[test]
fn a_third_axis_is_folded() {
    let text = "problem: {shape: {dimensions: [C, M, T, R, S, D, P, Q], data-spaces: [
      {name: Weights, projection: [[[C]], [[M]], [[T]], [[R]], [[S]]]},
      {name: Inputs, projection: [[[C]], [[D], [T]], [[P], [R]], [[Q], [S]]]},
      {name: Outputs, projection: [[[M]], [[D]], [[P]], [[Q]]], read-write: True}]},
      instance: {C: 16, M: 32, T: 3, R: 3, S: 3, D: 8, P: 56, Q: 56}}";
    let (network, notes) = parse_with_notes("p.yaml", text).expect("it reads");
    assert_eq!(network.macs(), 32 * 16 * 27 * 8 * 56 * 56);
    assert_eq!(sizes(&network.layers()[0]), [8, 1, 32, 48, 56, 56, 3, 3]);
    assert!(notes[0].to_string().contains("three axes"), "{notes:?}");
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

/// Equations as ZigZag's validator takes them, and what they leave out.
#[test]
fn zigzag_operators_without_products_are_counted() {
    let text = format!(
        "{ZIGZAG}\
- id: 2
  operator_type: Pooling
  equation: O[b][g][oy][ox]+=W[fx][fy]*I[b][g][iy][ix]
  dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
  loop_dims: [B, G, OY, OX, FX, FY]
  loop_sizes: [1, 64, 56, 56, 3, 3]
  operand_precision: {{W: 0, I: 8, O: 16}}
- {{id: 3, operator_type: Add, equation: 'O[b][g]=W[b][g]+I[b][g]', loop_dims: [B, G], loop_sizes: [1, 64]}}
- {{id: 4, operator_type: Adding, equation: 'O[b][g]=W[b][g]+I[b][g]', loop_dims: [B, G], loop_sizes: [1, 64]}}
- {{id: 5, operator_type: MaxPool, equation: 'O[b][g]+=W[]*I[b][g]', loop_dims: [B, G], loop_sizes: [1, 64]}}
- {{id: 6, name: key, operator_type: Gemm, equation: 'O[b][k][d]=W[k][c]*I[b][c][d]', loop_dims: [B, K, D, C],
   loop_sizes: [2, 96, 10, 64], operand_source: {{W: 6, I: 5}}}}
"
    );
    let (network, notes) = parse_with_notes("net.yaml", &text).expect("it reads");
    let names: Vec<_> = network.layers().iter().map(Layer::name).collect();
    assert_eq!(names, ["Conv0", "Gemm1", "key"]);
    assert_eq!(network.layers()[2].macs(), 2 * 96 * 10 * 64);
    let coverage = network.coverage();
    assert!(
        coverage.is_complete() && coverage.simulated == 3,
        "{coverage:?}"
    );
    let plain = coverage
        .without_products
        .iter()
        .map(|o| (o.operator.as_str(), o.count));
    let expected = [("Add", 1), ("Adding", 1), ("MaxPool", 1), ("Pooling", 1)];
    assert_eq!(plain.collect::<Vec<_>>(), expected);
    let left_out =
        "operators without products are no layers: Add 1, Adding 1, MaxPool 1, Pooling 1";
    assert!(
        notes.iter().any(|note| note.message == left_out),
        "{notes:?}"
    );
    refuses(
        "net.yaml",
        "- {id: 3, operator_type: Add, equation: 'O[b]=W[b]+I[b]', loop_dims: [B], loop_sizes: [1]}",
        "the network has no layers",
    );
}

#[test]
fn zigzag_padding_is_no_input() {
    let padded = |more: &str| {
        let text = ZIGZAG.replace("  operand_source: {I: 0, W: 0}\n", more);
        parse("net.yaml", &text).map(|network| network.layers()[0].clone())
    };
    let bare = padded("").expect("it reads");
    assert_eq!((bare.rows().input, bare.rows().pad), (229, 0));
    let dims = "  pr_loop_dims: [IY, IX]\n";
    let layer = padded(&format!("{dims}  padding: [[3, 2], [0, 0]]\n")).expect("it reads");
    assert_eq!(sizes(&layer), sizes(&bare));
    assert_eq!((layer.rows().input, layer.rows().pad), (224, 3));
    assert_eq!((layer.cols().input, layer.cols().pad), (229, 0));
    let sized = "  pr_loop_sizes: [224, 226]\n  padding: [[3, 3], [3, 3]]\n";
    let layer = padded(&format!("{dims}{sized}")).expect("it reads");
    assert_eq!(sizes(&layer), sizes(&bare));
    assert_eq!((layer.rows().input, layer.cols().input), (224, 226));
    // The loops are what counts, also where the input goes on behind the last window: 3 rows of
    // zeros and 227 of input hold 112 windows of 7 at a stride of 2, whatever follows.
    let long = "  pr_loop_sizes: [300, 300]\n  padding: [[3, 3], [3, 3]]\n";
    let layer = padded(&format!("{dims}{long}")).expect("it reads");
    assert_eq!(sizes(&layer), sizes(&bare));
    assert_eq!((layer.rows().input, layer.rows().pad), (227, 3));
    for (wrong, message) in [
        ("  padding: [[3, 3]]\n", "missing field `pr_loop_dims`"),
        ("  pr_loop_dims: [IZ]\n", "unknown related dimension `iz`"),
        (
            "  pr_loop_dims: [IX]\n  padding: [[3]]\n",
            "needed the zeros before and after",
        ),
        (
            "  pr_loop_dims: [IX]\n  padding: [[229, 0]]\n",
            "not a layer: 229 rows of padding",
        ),
    ] {
        let error = padded(wrong).expect_err("it is wrong").to_string();
        assert!(error.contains(message), "{error}");
    }
}

/// A right operand that another layer gives is no parameter.
#[test]
fn zigzag_operands_of_other_layers_are_activations() {
    let text = ZIGZAG.replace(
        "loop_sizes: [4, 1000, 512]\n",
        "loop_sizes: [4, 1000, 512]\n  operand_source: {W: 0, I: 0}\n",
    );
    let network = parse("net.yaml", &text).expect("it reads");
    assert_eq!(network.weights(), 64 * 3 * 7 * 7);
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
        "small.m:8:5: Dataflow of 1 layers, 3 directives in all, is not used"
    );
    refuses(
        "small.m",
        &MAESTRO.replace("DSCONV", "DSCOVN"),
        "small.m:14:20: unknown Type `DSCOVN`; allowed: CONV, DSCONV",
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

/// Each type as MAESTRO's cost model couples its dimensions with tensors.
#[test]
fn maestro_types() {
    let of = |kind: &str, dims: &str| {
        let text = format!("Network n {{ Layer a {{ Type: {kind} Dimensions {{ {dims} }} }} }}");
        let (network, notes) = parse_with_notes("n.m", &text).expect("it reads");
        (sizes(&network.layers()[0]), notes.len())
    };
    let window = "R: 3, S: 3, Y: 6, X: 6";
    // K and C of a grouped convolution are those of a group.
    let grouped = of("NGCONV", &format!("G: 2, K: 4, C: 8, {window}"));
    assert_eq!(grouped, ([1, 2, 4, 8, 4, 4, 3, 3], 0));
    let many = of("NGCONV", &format!("G: 32, K: 4, C: 4, {window}"));
    assert_eq!(many.0[..4], [1, 32, 4, 4]);
    assert_eq!(
        of("CONV", &format!("G: 2, K: 4, C: 8, {window}")),
        (grouped.0, 1)
    );
    assert_eq!(
        of("DSCONV", &format!("K: 2, C: 8, {window}")),
        ([1, 8, 2, 1, 4, 4, 3, 3], 0)
    );
    assert_eq!(
        of("PWCONV", "N: 3, K: 4, C: 8, Y: 6, X: 6"),
        ([3, 1, 4, 8, 6, 6, 1, 1], 0)
    );
    assert_eq!(of("FC", "K: 4, C: 8"), ([1, 1, 4, 8, 1, 1, 1, 1], 0));
    let transposed = of("TRCONV", "K: 512, C: 1024, R: 2, S: 2, Y: 28, X: 28");
    assert_eq!(transposed, ([1, 1, 512, 1024, 27, 27, 2, 2], 1));
    assert_eq!(
        of("GEMM", "M: 4, N: 10, K: 64"),
        ([1, 1, 10, 64, 4, 1, 1, 1], 0)
    );
    assert_eq!(
        of("BMM", "B: 6, M: 4, N: 10, K: 64"),
        ([1, 6, 10, 64, 4, 1, 1, 1], 0)
    );
    // The output's sizes stand for the input's.
    assert_eq!(
        of("CONV", "K: 4, C: 8, R: 3, S: 3, Y': 4, X': 5"),
        ([1, 1, 4, 8, 4, 5, 3, 3], 0)
    );
}

/// Files as MAESTRO, its scripts and the tools around it write them.
#[test]
fn maestro_files_of_other_hands() {
    let text = "\
Network torchvision.models.net {
FPS: 30
Layer Conv2d-1 {
Type: CONV
Stride: { X: 2, Y: 2 }
Dimensions: { N 4, K 16, C: 3; R: 3, S: 3, Y: 33, X: 33 };
Dataflow { TemporalMap(1,1) X'; SpatialMap(Sz(R), 1) Y' Cluster(8,P) }
}
Layer Conv2d-1 { Type: CONV Dimensions { K: 8, C: 16, R: 1, S: 1, Y: 16, X: 16 } }
Layer pool { Type: POOL Dimensions { K: 1, C: 16, R: 2, S: 2, Y: 16, X: 16 } }
Layer add { Type: RESIDUAL_IDENTITY }
Layer rnn { Type: LSTM Dimensions { K: 1, C: 16 } }
}
Network tail { Layer fc one { Type: GEMM Dimensions { M: 1, N: 10, K: 64 } } }
Accelerator { PE { NumPEs: 128; VectorWidth: 4 } Buffer { GlobalL2: 2048 } }
}
";
    let (network, notes) = parse_with_notes("n.m", text).expect("it reads");
    assert_eq!(network.name(), "torchvision.models.net");
    let names: Vec<_> = network.layers().iter().map(Layer::name).collect();
    assert_eq!(names, ["Conv2d-1", "Conv2d-1#2", "fc one"]);
    assert_eq!(sizes(&network.layers()[0]), [4, 1, 16, 3, 16, 16, 3, 3]);
    let coverage = network.coverage();
    assert_eq!(coverage.left_out[0].operator, "LSTM");
    assert_eq!(
        (
            coverage.left_out[0].macs_unknown,
            coverage.without_products.len()
        ),
        (1, 2)
    );
    let notes: Vec<String> = notes.iter().map(|note| note.to_string()).collect();
    for part in [
        "n.m:12:7: layer `rnn`: LSTM is left out",
        "n.m:16:1: a `}` too many",
        "n.m:7:1: Dataflow of 1 layers, 3 directives in all",
        "operators without products are no layers: POOL 1, RESIDUAL_IDENTITY 1",
        "such as `Conv2d-1#2` for a second `Conv2d-1`",
        "not used: `FPS`, `Accelerator`",
    ] {
        assert!(
            notes.iter().any(|note| note.contains(part)),
            "{part}: {notes:#?}"
        );
    }
    refuses(
        "n.m",
        "Dataflow { }",
        "n.m:1:1: found `Dataflow`; needed `Constant` or `Network`",
    );
    refuses(
        "n.m",
        "Network n { Layer a { Type: CONV Dimensions { Y: 3, Y': 3 } } }",
        "layer `a` has both Y and Y'",
    );
}

#[test]
fn zigzag_precisions_are_types_of_the_layers() {
    let text = format!(
        "{ZIGZAG}{}",
        ZIGZAG
            .replace("W: 8", "W: 4")
            .replace("id: 0", "id: 2")
            .replace("id: 1", "id: 3")
    );
    let (network, notes) = parse_with_notes("net.yaml", &text).expect("it reads");
    let types: Vec<_> = network
        .element_types()
        .iter()
        .map(|types| {
            (
                types.input.map(|t| t.name),
                types.weight.map(|t| t.name),
                types.layers,
            )
        })
        .collect();
    assert_eq!(
        types,
        [
            (Some("int8"), Some("int8"), 1),
            (None, None, 2),
            (Some("int8"), Some("int4"), 1),
        ]
    );
    let about = notes
        .iter()
        .filter(|note| note.message.contains("operand_precision"));
    assert_eq!(about.count(), 1, "{notes:?}");
}

#[test]
fn maestro_dimensions_are_told_where_they_stand() {
    let dims = |dims: &str| {
        format!(
            "Network n {{\n Layer a {{\n  Type: CONV\n  Dimensions {{ {dims}, C: 3, R: 3, S: 3, Y: 8, X: 8 }}\n }}\n}}\n"
        )
    };
    let error = parse_with_notes("n.m", &dims("k: 3"))
        .expect_err("no dimension")
        .to_string();
    assert!(
        error.starts_with("n.m:4:16: layer `a`: unknown dimension `k`"),
        "{error}"
    );
    let (network, notes) = parse_with_notes("n.m", &dims("K: 4, K: 8")).expect("it reads");
    assert_eq!(sizes(&network.layers()[0])[2], 8);
    let twice = "n.m:4:22: dimension K stands here twice; the last counts";
    assert!(
        notes.iter().any(|note| note.to_string() == twice),
        "{notes:?}"
    );
}
