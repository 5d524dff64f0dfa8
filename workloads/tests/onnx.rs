//! ONNX models, each with one thing that readers get wrong: the products that they hold.

use std::path::PathBuf;

use stationary_workloads::{Network, RightOperand, onnx};

fn read(name: &str, dims: &[(&str, u64)]) -> Result<(Network, Vec<String>), String> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/onnx/{name}.onnx"));
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let (network, notes) = onnx::read(name, &bytes, dims).map_err(|e| e.to_string())?;
    Ok((network, notes.iter().map(ToString::to_string).collect()))
}

/// The sizes of all layers, N G K C P Q R S.
#[track_caller]
fn check(name: &str, expected: &[[u64; 8]]) -> Network {
    let (network, notes) = read(name, &[]).unwrap_or_else(|e| panic!("{e}"));
    let sizes: Vec<_> = network.layers().iter().map(|l| l.sizes().0).collect();
    assert_eq!(sizes, expected, "{notes:#?}");
    assert!(network.coverage().is_complete(), "{notes:#?}");
    network
}

#[test]
fn fused_products_may_be_transposed_along_the_batch() {
    let network = check("fused_matmul_batch", &[[1, 12, 197, 64, 197, 1, 1, 1]]);
    assert_eq!(network.macs(), 29_805_312);
}

#[test]
fn constant_operators_hold_weights() {
    let network = check("constant_weights", &[[1, 1, 1024, 1024, 1, 1, 1, 1]]);
    let layer = &network.layers()[0];
    assert_eq!(layer.right_operand(), RightOperand::Parameters);
    let batched = network.batched(16).expect("it fits");
    assert_eq!(batched.layers()[0].weights(), 1 << 20);
}

#[test]
fn heads_that_are_expanded_share_their_keys() {
    let network = check("grouped_query_expand", &[[1, 8, 4096, 128, 4, 1, 1, 1]]);
    assert_eq!(network.layers()[0].weights(), 4_194_304);
}

#[test]
fn heads_share_their_keys_however_they_are_repeated() {
    for how in [
        "tile",
        "concat",
        "gather",
        "broadcast",
        "bshd",
        "torch",
        "ones",
    ] {
        check(
            &format!("grouped_query_{how}"),
            &[[1, 8, 512, 128, 4, 1, 1, 1]],
        );
    }
    let attention = [[1, 8, 512, 128, 4, 1, 1, 1], [1, 8, 128, 512, 4, 1, 1, 1]];
    check("grouped_query_attention_expand", &attention);
    // 511 keys of earlier calls and one of this; 32 heads of 128 words go on.
    let output = [1, 1, 64, 4096, 1, 1, 1, 1];
    let sizes = [attention[0], attention[1], output];
    check("grouped_query_attention_past", &sizes);
    check("grouped_query_of_runtime", &sizes);
}

#[test]
fn one_activation_meets_stacked_weights_once() {
    for name in [
        "stacked_weights",
        "stacked_weights_expand",
        "stacked_weights_einsum",
    ] {
        let network = check(name, &[[1, 1, 4096, 256, 64, 1, 1, 1]]);
        assert_eq!(network.layers()[0].inputs(), 64 * 256, "{name}");
    }
}

#[test]
fn experts_that_are_taken_are_multiplied() {
    // 128 tokens take two experts each: 32 for each of eight.
    let sizes = [
        [1, 8, 1024, 256, 32, 1, 1, 1],
        [1, 8, 256, 1024, 32, 1, 1, 1],
    ];
    check("moe", &sizes);
}

#[test]
fn operators_of_the_newest_sets_are_products() {
    // 24 channels, 4 taps each, on 10 places; what is left out is known.
    let (network, notes) = read("state_space", &[]).expect("it reads");
    assert_eq!(network.layers()[0].sizes().0, [1, 24, 1, 1, 1, 10, 1, 4]);
    // 10 steps on 2 states of 4 x 4 words: written, and read for 2 queries.
    assert_eq!(
        network.coverage().macs_left_out(),
        10 * 4 * 4 * 4,
        "{notes:#?}"
    );
    assert_eq!(network.layers()[1].sizes().0, [1, 1, 3, 8, 10, 1, 1, 1]);
}

#[test]
fn types_of_elements_are_told() {
    let (network, _) = read("int4_weights", &[]).expect("it reads");
    let [types] = network.element_types() else {
        panic!("{:?}", network.element_types());
    };
    let named = [types.input, types.weight].map(|t| t.map(|t| (t.name, t.bits)));
    assert_eq!(named, [Some(("float16", 16)), Some(("int4", 4))]);
    assert_eq!(types.layers, 1);
    let network = check(
        "nbits",
        &[[1, 1, 1024, 4096, 1, 1, 1, 1], [1, 1, 64, 1024, 1, 1, 1, 1]],
    );
    let weights: Vec<_> = network
        .element_types()
        .iter()
        .map(|t| t.weight.map(|w| w.name))
        .collect();
    assert_eq!(weights, [Some("float32"), Some("uint4")]);
}

#[test]
fn what_runs_may_hang_on_shapes_or_on_a_number_that_is_given() {
    check("if_shape", &[[1, 1, 16, 256, 64, 1, 1, 1]]);
    let (network, notes) = read("if_data", &[]).expect("it reads");
    assert_eq!(
        (network.layers().len(), network.coverage().macs_unknown()),
        (1, 1)
    );
    assert!(
        notes[0].contains("operator If: 1 not imported: its condition depends on the data"),
        "{notes:#?}"
    );
    assert!(
        notes[1].contains("`sr` may decide what runs; --dim NAME=VALUE"),
        "{notes:#?}"
    );
    let (network, _) = read("if_data", &[("sr", 16000)]).expect("it reads");
    assert_eq!(network.macs(), 2 * 64 * 256 * 8);
    assert!(network.coverage().is_complete());
}

#[test]
fn what_a_scan_stacks_goes_on() {
    let mut sizes = [[1, 1, 32, 32, 1, 1, 1, 1], [1, 1, 32, 16, 1, 1, 1, 1]].repeat(10);
    sizes.push([1, 1, 4, 32, 10, 1, 1, 1]);
    check("scan", &sizes);
}

#[test]
fn loops_inside_of_loops_end() {
    let (network, _) = read("loops_counted", &[]).expect("it reads");
    assert_eq!(network.coverage().macs_left_out(), 1000 * 1000 * 1000 * 256);
    let (network, notes) = read("loops_computed", &[]).expect("it reads");
    assert_eq!(network.coverage().macs_unknown(), 1);
    assert!(notes[0].contains("too long to run through"), "{notes:#?}");
}

#[test]
fn functions_take_attributes_from_their_call() {
    let (network, notes) = read("functions", &[]).expect("it reads");
    let sizes: Vec<_> = network.layers().iter().map(|l| l.sizes().0).collect();
    assert_eq!(sizes, [[1, 1, 8, 16, 4, 1, 1, 1], [1, 1, 3, 8, 4, 1, 1, 1]]);
    assert_eq!(network.layers()[0].name(), "first/r");
    // One calls itself.
    assert_eq!(network.coverage().operators_left_out(), 1, "{notes:#?}");
}

#[test]
fn sizes_that_depend_on_data_are_said_to() {
    let (network, notes) = read("nms", &[]).expect("it reads");
    let left_out = &network.coverage().left_out;
    assert_eq!(
        left_out[0].first_lost.as_deref(),
        Some("sel (NonMaxSuppression)")
    );
    assert!(
        notes[0].ends_with("whose size depends on the data"),
        "{notes:#?}"
    );
}

#[test]
fn an_aspect_ratio_is_kept() {
    // 20 x 40 into 30 x 30: 15 x 30.
    check("resize_aspect", &[[1, 1, 8, 3, 15, 30, 1, 1]]);
}

#[test]
fn the_last_window_of_a_pool_begins_in_the_input() {
    assert_eq!(
        check("pool_rounded_up", &[[1, 1, 8, 8, 3, 3, 1, 1]]).macs(),
        576
    );
}

#[test]
fn shapes_are_computed_by_tensors_of_any_rank_and_by_fractions() {
    assert_eq!(
        check("pad_of_torchscript", &[[1, 1, 16, 3, 30, 30, 3, 3]]).macs(),
        388_800
    );
    assert_eq!(
        check("fractional_shapes", &[[1, 1, 8, 8, 12, 12, 1, 1]]).macs(),
        9_216
    );
}

#[test]
fn newer_operator_sets_are_read() {
    assert_eq!(
        read("operator_set_22", &[]).expect("it reads").0.macs(),
        6_291_456
    );
}

#[test]
fn what_runs_inside_of_operators_counts_as_often_as_it_runs() {
    assert_eq!(
        check("if_known", &[[1, 1, 512, 256, 64, 1, 1, 1]]).macs(),
        8_388_608
    );
    let network = check("loop", &[[1, 1, 256, 256, 64, 1, 1, 1]; 11]);
    assert_eq!(network.macs(), 11 * 4_194_304);
    let sizes = [
        [1, 1, 768, 768, 128, 1, 1, 1],
        [1, 1, 64, 768, 128, 1, 1, 1],
    ];
    assert_eq!(check("local_function", &sizes).macs(), 81_788_928);
}

#[test]
fn attention_is_two_products_a_head() {
    let projection = [1, 1, 768, 768, 128, 1, 1, 1];
    let scores = [1, 12, 128, 64, 128, 1, 1, 1];
    let values = [1, 12, 64, 128, 128, 1, 1, 1];
    let sizes = [
        projection, projection, projection, scores, values, projection,
    ];
    let network = check("multi_head_attention", &sizes);
    assert_eq!(network.macs(), 226_492_416 + 25_165_824 + 75_497_472);
}

#[test]
fn a_third_axis_is_folded_into_channels() {
    let network = check("conv_3d", &[[8, 1, 32, 48, 56, 56, 3, 3]]);
    assert_eq!(network.macs(), 346_816_512);
    assert_eq!(network.weights(), 32 * 16 * 27);
    // Kernels of one tap along an axis fold without a word more.
    let sizes = [[16, 1, 45, 3, 56, 56, 3, 3], [56, 1, 64, 45, 16, 56, 3, 1]];
    let network = check("conv_2_plus_1d", &sizes);
    assert_eq!(network.layers()[1].inputs(), 45 * 16 * 56 * 56);
}

#[test]
fn recurrent_layers_multiply_their_state_a_step_at_a_time() {
    let mut sizes = vec![[1, 1, 1024, 128, 50, 1, 1, 1]];
    sizes.extend([[1, 1, 1024, 256, 1, 1, 1, 1]; 50]);
    assert_eq!(check("lstm", &sizes).macs(), 19_660_800);
    let mut sizes = vec![[1, 1, 256, 16, 20, 1, 1, 1]];
    sizes.extend([[1, 2, 128, 32, 1, 1, 1, 1]; 20]);
    sizes.push([1, 1, 5, 64, 20, 1, 1, 1]);
    check("lstm_both_ways", &sizes);
}

#[test]
fn dimensions_that_only_share_a_mark_are_asked_for_one_by_one() {
    let message = read("question_mark", &[]).expect_err("open dimensions");
    for place in ["x.2", "x.3"] {
        let asked = format!("give it with --dim {place}=SIZE");
        assert!(message.contains(&asked), "{message}");
    }
    let message = read("question_mark", &[("?", 48)]).expect_err("no name");
    assert!(message.contains("allowed: N, x.0, x.2, x.3"), "{message}");
    let (network, _) = read("question_mark", &[("x.2", 48), ("x.3", 192)]).expect("it reads");
    let layer = &network.layers()[0];
    assert_eq!((layer.rows().input, layer.cols().input), (48, 192));
    // A name that is first in one shape and second in another is asked for; the batch is 1.
    let message = read("sequence_first", &[]).expect_err("an open dimension");
    assert!(
        message.contains("--dim sequence=SIZE") && !message.contains("batch"),
        "{message}"
    );
    let (network, _) = read("sequence_first", &[("sequence", 12)]).expect("it reads");
    assert_eq!(network.layers()[0].sizes().0, [1, 1, 12, 8, 12, 1, 1, 1]);
}

#[test]
fn dimensions_that_are_computed_from_others() {
    let name = "computed_dimensions";
    let message = read(name, &[]).expect_err("open dimensions");
    let asked = "input `kt`: dimension 0 has no size in the file; give it with --dim heads=SIZE";
    assert!(message.contains(asked), "{message}");
    let asked = "give it with --dim past_sequence=SIZE --dim sequence=SIZE";
    assert!(message.contains(asked), "{message}");
    let dims = [("heads", 12), ("past_sequence", 20), ("sequence", 10)];
    let (network, notes) = read(name, &dims).expect("it reads");
    let sizes: Vec<_> = network.layers().iter().map(|l| l.sizes().0).collect();
    let expected = [[1, 12, 30, 64, 10, 1, 1, 1], [1, 12, 32, 30, 10, 1, 1, 1]];
    assert_eq!(sizes, expected, "{notes:#?}");
    // What an expression is given as a whole goes before what it comes to.
    let whole = [
        ("heads", 12),
        ("past_sequence + sequence", 7),
        ("sequence", 10),
    ];
    let (network, _) = read(name, &whole).expect("it reads");
    assert_eq!(network.layers()[0].sizes().0[2], 7);
}

#[test]
fn shapes_that_lie_in_another_file_are_said_to() {
    let message = read("external_shape", &[]).expect_err("nothing is left");
    let why = "the first shape was lost at to, whose numbers are kept in weights.bin";
    assert!(message.contains(why), "{message}");
}

#[test]
fn an_image_is_put_together_from_columns() {
    let network = check("columns_to_image", &[[1, 1, 4, 3, 10, 6, 1, 1]]);
    assert_eq!(network.macs(), 4 * 3 * 10 * 6);
}
