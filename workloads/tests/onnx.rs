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
}

#[test]
fn recurrent_layers_multiply_their_state_a_step_at_a_time() {
    let mut sizes = vec![[1, 1, 1024, 128, 50, 1, 1, 1]];
    sizes.extend([[1, 1, 1024, 256, 1, 1, 1, 1]; 50]);
    assert_eq!(check("lstm", &sizes).macs(), 19_660_800);
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
}
