//! The YAML form of networks: what it expands to, and the message for each mistake.

use stationary_workloads::{Dim, Network, RightOperand, parse};

/// A network with these entries, each on a line of its own; the first is on line 4.
fn network(entries: &str) -> Result<Network, String> {
    let text = format!("name: test\nsource: none\nlayers:\n{entries}\n");
    parse("nets/test.yaml", &text).map_err(|error| error.to_string())
}

/// Checks a mistake that the YAML reader finds; a `^` stands before the column that it must name.
fn check_located(entries: &str, expected: &str) {
    let mark = entries.find('^').expect("the entries mark a column");
    let before = &entries[..mark];
    let line = 4 + before.matches('\n').count();
    let column = mark - before.rfind('\n').map_or(0, |end| end + 1) + 1;
    assert_eq!(
        network(&entries.replacen('^', "", 1)).unwrap_err(),
        format!("nets/test.yaml:{line}:{column}: {expected}")
    );
}

fn check_error(entries: &str, expected: &str) {
    assert_eq!(
        network(entries).unwrap_err(),
        format!("nets/test.yaml: {expected}")
    );
}

#[test]
fn a_convolution_has_defaults_and_rectangles() {
    let network = network(
        "  - {name: short, conv: {input: 28, channels: [2, 4], kernel: 3}}
  - {name: long, conv: {input: [28, 14], channels: [2, 4], kernel: [3, 5], stride: [2, 1], pad: [1, 2, 0, 3], groups: 2, dilation: [1, 2]}}
  - {name: axes, conv: {input: 28, channels: [2, 4], kernel: 3, pad: [0, 1]}}",
    )
    .unwrap();
    let sizes: Vec<[u64; 8]> = network.layers().iter().map(|l| l.sizes().0).collect();
    assert_eq!(sizes[0], [1, 1, 4, 2, 26, 26, 3, 3]);
    // (28 + 1 + 0 - 3) / 2 + 1 = 14 rows; (14 + 2 + 3 - 9) + 1 = 11 columns.
    assert_eq!(sizes[1], [1, 2, 2, 1, 14, 11, 3, 5]);
    assert_eq!(sizes[2], [1, 1, 4, 2, 26, 28, 3, 3]);
    let long = &network.layers()[1];
    assert_eq!(
        (long.rows().pad, long.cols().pad, long.cols().dilation),
        (1, 2, 2)
    );
}

#[test]
fn depthwise_and_products() {
    let network = network(
        "  - {name: dw, depthwise: {input: 112, channels: 32, kernel: 3, stride: 2, pad: 1}}
  - {name: fc, matmul: {m: 2, k: 10, c: 64}}
  - {name: scores, matmul: {heads: 12, m: 3, k: 5, c: 7, right: activations}}",
    )
    .unwrap();
    let sizes: Vec<[u64; 8]> = network.layers().iter().map(|l| l.sizes().0).collect();
    assert_eq!(
        sizes,
        [
            [1, 32, 1, 1, 56, 56, 3, 3],
            [1, 1, 10, 64, 2, 1, 1, 1],
            [1, 12, 5, 7, 3, 1, 1, 1]
        ]
    );
    assert_eq!(
        network.layers()[1].right_operand(),
        RightOperand::Parameters
    );
    assert_eq!(
        network.layers()[2].right_operand(),
        RightOperand::Activations
    );
    // Activations are no parameters.
    assert_eq!(network.weights(), 32 * 9 + 640);
}

#[test]
fn groups_repeat_and_nest() {
    let network = network(
        "  - repeat: 2
    name: block
    layers:
      - {name: q, matmul: {m: 1, k: 1, c: 1}}
      - repeat: 2
        name: head
        first: 1
        layers: [{name: a, matmul: {m: 1, k: 2, c: 1}}]",
    )
    .unwrap();
    let names: Vec<&str> = network.layers().iter().map(|l| l.name()).collect();
    assert_eq!(
        names,
        [
            "block0.q",
            "block0.head1.a",
            "block0.head2.a",
            "block1.q",
            "block1.head1.a",
            "block1.head2.a"
        ]
    );
    assert_eq!(network.macs(), 2 * (1 + 2 * 2));
    assert_eq!(network.layers()[1].size(Dim::K), 2);
}

#[test]
fn sizes_of_the_wrong_type_or_range() {
    check_located(
        "  - {name: a, conv: {input: ^-3, channels: [1, 1], kernel: 1}}",
        "layers[0].conv.input: invalid value: integer `-3`, expected a whole number of at least 1, or [rows, columns] of such",
    );
    check_located(
        "  - {name: a, conv: {input: 3, channels: [1, 1], kernel: 1, stride: [1, ^0]}}",
        "layers[0].conv.stride[1]: invalid value: integer `0`, expected a whole number of at least 1, or [rows, columns] of such",
    );
    check_located(
        "  - {name: a, conv: {input: ^[3, 4, 5], channels: [1, 1], kernel: 1}}",
        "layers[0].conv.input: invalid length 3, expected a whole number of at least 1, or [rows, columns] of such",
    );
    check_located(
        "  - {name: a, conv: {input: 3, channels: ^4, kernel: 1}}",
        "layers[0].conv.channels: invalid type: integer `4`, expected [input channels, output channels], whole numbers of at least 1",
    );
    check_located(
        "  - {name: a, conv: {input: 3, channels: [1, 1], kernel: 1, pad: ^[1, 2, 3]}}",
        "layers[0].conv.pad: invalid length 3, expected a whole number of at least 0, or [rows, columns] or [top, left, bottom, right] of such",
    );
    check_located(
        "  - {name: a, conv: {input: 3, channels: [1, 1], kernel: 1, pad: ^-1}}",
        "layers[0].conv.pad: invalid value: integer `-1`, expected a whole number of at least 0, or [rows, columns] or [top, left, bottom, right] of such",
    );
    check_located(
        "  - {name: a, matmul: {m: ^0, k: 1, c: 1}}",
        "layers[0].matmul.m: invalid value: integer `0`, expected a whole number of at least 1",
    );
    check_located(
        "  - {name: a, matmul: {m: ^1.5, k: 1, c: 1}}",
        "layers[0].matmul.m: invalid type: floating point `1.5`, expected a whole number of at least 1",
    );
    check_located(
        "  - {name: a, matmul: {m: ^[1], k: 1, c: 1}}",
        "layers[0].matmul.m: invalid type: a list, expected a whole number of at least 1",
    );
    check_located(
        "  - {name: a, matmul: {m: ^big, k: 1, c: 1}}",
        "layers[0].matmul.m: invalid type: string \"big\", expected a whole number of at least 1",
    );
    check_located(
        "  - {name: a, matmul: {m: ^18446744073709551616, k: 1, c: 1}}",
        "layers[0].matmul.m: invalid value: integer `18446744073709551616`, expected less than 2^64",
    );
}

#[test]
fn fields_unknown_or_missing() {
    check_located(
        "  - {name: a, conv: {input: 3, channels: [1, 1], kernel: 1, ^strid: 2}}",
        "layers[0].conv: unknown field `strid`, expected one of `input`, `channels`, `kernel`, `stride`, `pad`, `groups`, `dilation`; did you mean `stride`?",
    );
    check_located(
        "  - {name: a, ^convolution: {}}",
        "layers[0]: unknown field `convolution`, expected one of `name`, `conv`, `depthwise`, `matmul`, `zeros`, `batch`, `repeat`, `first`, `layers`, `source`",
    );
    check_located(
        "  - {name: a, matmul: {m: 1, k: 1, c: 1, right: ^activation}}",
        "layers[0].matmul.right: unknown name `activation`, expected `parameters` or `activations`; did you mean `activations`?",
    );
    check_located(
        "  - {name: a, conv: ^{input: 3, kernel: 1}}",
        "layers[0].conv: missing field `channels`",
    );
    check_located(
        "  - {name: a, matmul: {m: 1, k: 1, c: 1}}\n^version: 2",
        "unknown field `version`, expected one of `name`, `source`, `layers`",
    );
}

#[test]
fn an_entry_is_exactly_one_kind() {
    let one_of =
        "it must have exactly one of `conv`, `depthwise`, `matmul` or (with `layers`) `repeat`";
    check_error(
        "  - {name: a}",
        &format!("layers[0]: entry `a` has no kind; {one_of}"),
    );
    check_error(
        "  - {name: a, repeat: 2, matmul: {m: 1, k: 1, c: 1}}",
        &format!("layers[0]: entry `a` has `matmul` and `repeat`; {one_of}"),
    );
    check_error(
        "  - {name: a, repeat: 2}",
        &format!("layers[0]: entry `a` has only `repeat`; {one_of}"),
    );
    check_error(
        "  - {name: a, repeat: 2, layers: []}",
        &format!("layers[0]: entry `a` has only `repeat`; {one_of}"),
    );
    check_error(
        "  - {name: a, matmul: {m: 1, k: 1, c: 1}, first: 2}",
        "layers[0]: entry `a` has `first` without `repeat`; only a repeated group may have it",
    );
}

#[test]
fn sizes_that_do_not_fit_together() {
    check_error(
        "  - {name: fits, matmul: {m: 1, k: 1, c: 1}}
  - {name: stem, conv: {input: [3, 9], channels: [1, 1], kernel: 7, pad: 1}}",
        "layers[1].conv: layer `stem`: the kernel's rows (7 after dilation) exceed the input's rows (5 after padding)",
    );
    check_error(
        "  - {repeat: 1, name: block, layers: [{name: dw, depthwise: {input: 3, channels: 1, kernel: 5}}]}",
        "layers[0].layers[0].depthwise: layer `block0.dw`: the kernel's rows (5 after dilation) exceed the input's rows (3 after padding)",
    );
    check_error(
        "  - {name: a, conv: {input: 3, channels: [3, 4], kernel: 1, groups: 2}}",
        "layers[0].conv: layer `a`: 3 input channels do not divide into 2 groups",
    );
    check_error(
        "  - {name: a, matmul: {m: 9007199254740992, k: 1, c: 1}}",
        "layers[0].matmul: layer `a`: the layer has more than 2^53 multiply-accumulates",
    );
}

#[test]
fn a_repeat_may_not_fill_the_memory() {
    let many = |repeat: u64| {
        format!(
            "  - {{repeat: {repeat}, name: b, layers: [{{name: a, matmul: {{m: 1, k: 1, c: 1}}}}]}}"
        )
    };
    assert_eq!(network(&many(100_000)).unwrap().layers().len(), 100_000);
    check_error(
        &many(100_001),
        "the network has more than 100000 layers after `repeat`",
    );
    check_error(
        &many(u64::MAX),
        "the network has more than 100000 layers after `repeat`",
    );
    // Indices may begin anywhere.
    let late = "  - {repeat: 2, first: 18446744073709551615, name: b, layers: [{name: a, matmul: {m: 1, k: 1, c: 1}}]}";
    assert_eq!(
        network(late).unwrap().layers()[1].name(),
        "b18446744073709551616.a"
    );
}

#[test]
fn the_text_must_be_yaml() {
    let error = parse("a.yml", "name: [").unwrap_err().to_string();
    assert_eq!(error, "a.yml:2:1: did not find expected node content");
    let error = parse("a.yml", "name: [a,\nlayers: []\n")
        .unwrap_err()
        .to_string();
    let open = "a.yml:3:1: did not find expected ',' or ']', of the sequence at line 1 column 7";
    assert_eq!(error, open);
    assert_eq!(
        parse("a.yaml", "").unwrap_err().to_string(),
        "a.yaml:1:1: missing field `name`; the file is empty"
    );
}

/// What is written is read as equal layers: bundled networks, batches of them, and the odd ones.
#[test]
fn written_networks_are_read_back() {
    use stationary_workloads::{Convolution, Layer, Network, zoo};
    let check = |network: &Network| {
        let text = network.to_yaml();
        let again = parse("again.yaml", &text).expect(&text);
        assert_eq!(again.layers(), network.layers(), "{text}");
        assert_eq!(again.name(), network.name());
    };
    for name in zoo::names() {
        let network = zoo::find(name).expect("a bundled network");
        check(&network);
        check(&network.batched(3).expect("a small batch"));
    }
    let odd = Convolution {
        batch: 2,
        groups: 2,
        in_channels: 6,
        out_channels: 4,
        input: [13, 8],
        kernel: [3, 2],
        stride: [2, 3],
        dilation: [2, 1],
        padding: [1, 0, 3, 2],
    };
    let odd = Layer::convolution("it's: {odd}, #1", odd).expect("a layer");
    let zeros = stationary_workloads::Zeros {
        input: 1234,
        weight: 0,
        output: 10_000,
    };
    let padded = odd.padded_to([9, 9]).expect("a layer");
    let padded = Network::new("padded", vec![padded]).expect("a network");
    check(&padded);
    check(&Network::new("true", vec![odd.with_zeros(zeros)]).expect("a network"));
    let group = "name: a\nlayers: [{name: b, repeat: 2, batch: 2, layers: [{name: c, matmul: {m: 1, n: 1, k: 1}}]}]";
    let error = parse("a.yaml", group).expect_err("a group has no images");
    let expected = "a.yaml: layers[0]: group `b` has `batch`; only the layers in it may have it";
    assert_eq!(error.to_string(), expected);
}
