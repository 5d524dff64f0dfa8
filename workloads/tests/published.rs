//! The bundled convolutional networks against their published sizes.
//!
//! Parameters are compared exactly: biases and the two trained parameters of a batch normalisation,
//! which are no layers here, are added from the layers' output channels. torchvision publishes the
//! parameters and the multiply-accumulates (`_ops`, in 10^9, three decimals) of each model in the
//! metadata of its weights.

use stationary_workloads::{Dim, Layer, Network, zoo};

fn find(name: &str) -> Network {
    zoo::find(name).unwrap_or_else(|error| panic!("{error}"))
}

fn out_channels(layer: &Layer) -> u64 {
    layer.size(Dim::G) * layer.size(Dim::K)
}

/// Fully-connected layers are products: a single column.
fn is_convolution(layer: &Layer) -> bool {
    layer.size(Dim::Q) > 1
}

/// Parameters where every layer has a bias.
fn with_biases(network: &Network) -> u64 {
    network.weights() + network.layers().iter().map(out_channels).sum::<u64>()
}

/// Parameters where every convolution is batch-normalised and every other layer has a bias.
fn with_normalisation(network: &Network) -> u64 {
    let extra = |l: &Layer| out_channels(l) * if is_convolution(l) { 2 } else { 1 };
    network.weights() + network.layers().iter().map(extra).sum::<u64>()
}

fn check(name: &str, macs: u64, weights: u64, parameters: (fn(&Network) -> u64, u64)) {
    let network = find(name);
    assert_eq!(network.name(), name);
    assert_eq!(network.macs(), macs, "MACs of {name}");
    assert_eq!(network.weights(), weights, "weights of {name}");
    assert_eq!(parameters.0(&network), parameters.1, "parameters of {name}");
}

/// `_ops` of torchvision, rounded there to 10^6.
fn check_torchvision_ops(name: &str, millions: u64) {
    let macs = find(name).macs();
    assert_eq!(
        (macs + 500_000) / 1_000_000,
        millions,
        "{name}: {macs} MACs"
    );
}

#[test]
fn alexnet() {
    // Parameters: Caffe's bvlc_alexnet, 60,965,224.
    check(
        "alexnet",
        724_406_816,
        60_954_656,
        (with_biases, 60_965_224),
    );
    // MACs of the convolutions for four images, in 10^4: Chen et al., Eyeriss, JSSC 2017, as
    // transcribed by nn_dataflow's tests (421.66, 895.79, 598.1, 448.6 and 299.0 million).
    let network = find("alexnet");
    for (layer, published) in network
        .layers()
        .iter()
        .zip([42_166, 89_579, 59_808, 44_856, 29_904])
    {
        assert_eq!(
            (4 * layer.macs()).div_euclid(10_000),
            published,
            "{}",
            layer.name()
        );
    }
}

#[test]
fn vgg() {
    // torchvision: vgg11, vgg13, vgg16, vgg19.
    check(
        "vgg11",
        7_609_090_048,
        132_851_392,
        (with_biases, 132_863_336),
    );
    check(
        "vgg13",
        11_308_466_176,
        133_035_712,
        (with_biases, 133_047_848),
    );
    check(
        "vgg16",
        15_470_264_320,
        138_344_128,
        (with_biases, 138_357_544),
    );
    check(
        "vgg19",
        19_632_062_464,
        143_652_544,
        (with_biases, 143_667_240),
    );
    check_torchvision_ops("vgg11", 7_609);
    check_torchvision_ops("vgg13", 11_308);
    check_torchvision_ops("vgg16", 15_470);
    check_torchvision_ops("vgg19", 19_632);
}

#[test]
fn resnet() {
    // torchvision: resnet18, resnet34, resnet50, resnext50_32x4d.
    check(
        "resnet18",
        1_814_073_344,
        11_678_912,
        (with_normalisation, 11_689_512),
    );
    check(
        "resnet34",
        3_663_761_408,
        21_779_648,
        (with_normalisation, 21_797_672),
    );
    check(
        "resnet50",
        4_089_184_256,
        25_502_912,
        (with_normalisation, 25_557_032),
    );
    check(
        "resnext50",
        4_230_479_872,
        24_959_680,
        (with_normalisation, 25_028_904),
    );
    check_torchvision_ops("resnet18", 1_814);
    check_torchvision_ops("resnet34", 3_664);
    check_torchvision_ops("resnet50", 4_089);
    check_torchvision_ops("resnext50", 4_230);
}

#[test]
fn mobile_networks() {
    // torchvision: mobilenet_v2, mnasnet1_0, efficientnet_b0.
    check(
        "mobilenet_v2",
        300_774_272,
        3_469_760,
        (with_normalisation, 3_504_872),
    );
    check(
        "mnasnet_b1",
        314_415_872,
        4_344_392,
        (with_normalisation, 4_383_312),
    );
    check(
        "efficientnet_b0",
        385_814_752,
        5_236_192,
        (with_normalisation, 5_288_548),
    );
    check_torchvision_ops("mobilenet_v2", 301);
    check_torchvision_ops("mnasnet_b1", 314);
    check_torchvision_ops("efficientnet_b0", 386);
}

#[test]
fn googlenet() {
    // Parameters: Caffe's bvlc_googlenet without the auxiliary classifiers, 6,998,552.
    check(
        "googlenet",
        1_582_671_872,
        6_990_272,
        (with_biases, 6_998_552),
    );
}

#[test]
fn googlenet_modules_are_those_of_the_paper() {
    // Szegedy et al., table 1: operations in 10^6 of each module, partly rounded down. For 5a the
    // paper prints 54, but its own channels give 49 * (832 * (256 + 160 + 32 + 128) + 9 * 160 * 320
    // + 25 * 32 * 128) = 51.1 * 10^6.
    let network = find("googlenet");
    for (module, operations) in [
        ("3a", 128),
        ("3b", 304),
        ("4a", 73),
        ("4b", 88),
        ("4c", 100),
        ("4d", 119),
        ("4e", 170),
        ("5a", 51),
        ("5b", 71),
    ] {
        let prefix = format!("inception_{module}.");
        let layers = network
            .layers()
            .iter()
            .filter(|l| l.name().starts_with(&prefix));
        let macs: u64 = layers.map(Layer::macs).sum();
        assert!(
            macs.abs_diff(operations * 1_000_000) < 1_000_000,
            "{module}: {macs} MACs"
        );
    }
}

#[test]
fn googlenet_with_small_kernels_is_torchvisions() {
    // torchvision's googlenet has 3 x 3 kernels in place of 5 x 5, and batch normalisation:
    // 6,624,904 parameters and 1.498 * 10^9 MACs.
    let network = find("googlenet");
    let small = |layer: &Layer, count: u64| {
        if layer.size(Dim::R) == 5 {
            count * 9 / 25
        } else {
            count
        }
    };
    let sum = |count: fn(&Layer) -> u64| {
        network
            .layers()
            .iter()
            .map(|l| small(l, count(l)))
            .sum::<u64>()
    };
    let extra = with_normalisation(&network) - network.weights();
    assert_eq!(sum(Layer::weights) + extra, 6_624_904);
    assert_eq!((sum(Layer::macs) + 500_000) / 1_000_000, 1_498);
}
