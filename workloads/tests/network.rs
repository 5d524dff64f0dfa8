//! Networks, the bundled ones' names, and the choice of a format.

use stationary_workloads::near::nearest;
use stationary_workloads::{Layer, Network, RightOperand, parse, zoo};

fn product(name: &str, m: u64) -> Layer {
    Layer::matmul(name, 1, [m, 2, 3], RightOperand::Parameters).unwrap()
}

fn check_error<T: std::fmt::Debug, E: ToString>(result: Result<T, E>, expected: &str) {
    assert_eq!(result.unwrap_err().to_string(), expected);
}

#[test]
fn totals_are_sums_over_layers() {
    let attention = Layer::matmul("scores", 4, [5, 5, 2], RightOperand::Activations).unwrap();
    let network = Network::new("net", vec![product("a", 7), attention]).unwrap();
    assert_eq!(network.macs(), 7 * 6 + 4 * 50);
    assert_eq!(network.weights(), 6);

    let batched = network.batched(3).unwrap();
    assert_eq!((batched.macs(), batched.weights()), (3 * network.macs(), 6));
    assert_eq!(batched.name(), "net");
    assert_eq!(network.batched(1).unwrap(), network);
}

#[test]
fn networks_have_layers_with_different_names() {
    check_error(
        Network::new("net", vec![]),
        "net: the network has no layers; it must have at least 1",
    );
    check_error(
        Network::new(
            "net",
            vec![product("a", 1), product("b", 1), product("a", 2)],
        ),
        "net: layers 0 and 2 (counted from 0) are both named `a`; names must differ",
    );
    check_error(
        Network::new("net", vec![product("a", 1), product("", 1)]),
        "net: layer 1 (counted from 0) has an empty name; it must have a name",
    );
}

#[test]
fn totals_stay_below_two_to_the_53() {
    let half = |name| Layer::matmul(name, 1, [1 << 52, 1, 1], RightOperand::Parameters).unwrap();
    check_error(
        Network::new("net", vec![half("a"), half("b")]),
        "net: the network has more than 2^53 multiply-accumulates",
    );
    let network = Network::new("net", vec![half("a")]).unwrap();
    check_error(
        network.batched(2),
        "net: batch 2: layer `a`: the layer has more than 2^53 multiply-accumulates",
    );
    check_error(
        network.batched(0),
        "net: batch 0: layer `a`: batch is 0; it must be at least 1",
    );
}

#[test]
fn every_bundled_network_has_its_own_name_and_a_source() {
    assert_eq!(zoo::names().count(), 21);
    for name in zoo::names() {
        assert_eq!(
            zoo::find(name).unwrap_or_else(|e| panic!("{e}")).name(),
            name
        );
        assert!(
            zoo::yaml(name).unwrap().contains("\nsource: >-\n  "),
            "{name}"
        );
    }
}

#[test]
fn every_bundled_network_runs_in_batches() {
    for name in zoo::names() {
        let network = zoo::find(name).unwrap();
        let batched = network.batched(4).unwrap();
        assert_eq!(batched.macs(), 4 * network.macs(), "{name}");
        assert_eq!(batched.weights(), network.weights(), "{name}");
    }
}

#[test]
fn a_misspelt_preset_gets_a_suggestion() {
    let allowed = "alexnet, vgg11, vgg13, vgg16, vgg19, googlenet, resnet18, resnet34, resnet50, resnext50, \
                   mobilenet_v2, mnasnet_b1, efficientnet_b0, bert_base, gpt2_prefill, gpt2_decode, \
                   llama7b_prefill, llama7b_decode, gnmt, ncf, transformer_base";
    check_error(
        zoo::find("resnet-50"),
        &format!("unknown network `resnet-50` (did you mean `resnet50`?); bundled are {allowed}"),
    );
    check_error(
        zoo::yaml("yolo"),
        &format!("unknown network `yolo`; bundled are {allowed}"),
    );
}

#[test]
fn the_nearest_name_is_near_enough() {
    let near = |found| nearest(found, zoo::names());
    assert_eq!(near("MobileNet-V2"), Some("mobilenet_v2"));
    assert_eq!(near("alxnet"), Some("alexnet"));
    // Seven letters allow two mistakes and no third.
    assert_eq!(nearest("alexnxy", ["alexnet"]), Some("alexnet"));
    assert_eq!(nearest("alexxyz", ["alexnet"]), None);
    assert_eq!(nearest("anything", []), None);
}

#[test]
fn the_extension_chooses_the_format() {
    let yaml = "name: a\nsource: b\nlayers: [{name: c, matmul: {m: 1, k: 1, c: 1}}]";
    assert_eq!(parse("x.YML", yaml).unwrap().name(), "a");
    assert_eq!(
        parse("dir.csv/x.yaml", &format!("\u{feff}{yaml}"))
            .unwrap()
            .name(),
        "a"
    );
    let readable = "networks are read from .yaml, .yml (networks, Timeloop, ZigZag), .csv (SCALE-Sim, ConfuciuX), .m (MAESTRO) and .onnx";
    check_error(
        parse("x.toml", yaml),
        &format!("x.toml: found the extension .toml; {readable}"),
    );
    check_error(
        parse("dir.csv/x", yaml),
        &format!("dir.csv/x: found no extension; {readable}"),
    );
}
