//! What sizes a layer may have: both sides of every limit.

use stationary_workloads::{Convolution, Dim, Layer, LayerError, RightOperand};

#[test]
fn a_kernel_may_fill_the_padded_input_and_no_more() {
    let filling = Convolution {
        dilation: [2; 2],
        ..Convolution::square(3, [1, 1], 3, 1, 1)
    };
    let layer = Layer::convolution("any", filling).unwrap();
    assert_eq!((layer.size(Dim::P), layer.size(Dim::Q)), (1, 1));

    let exceeding = Convolution {
        padding: [1, 1, 1, 0],
        ..filling
    };
    assert_eq!(
        Layer::convolution("any", exceeding),
        Err(LayerError::KernelExceedsInput {
            axis: "columns",
            kernel: 5,
            padded: 4
        })
    );
}

#[test]
fn every_size_must_be_at_least_one() {
    let good = Convolution::square(8, [4, 4], 3, 1, 1);
    for (field, bad) in [
        ("batch", Convolution { batch: 0, ..good }),
        ("groups", Convolution { groups: 0, ..good }),
        (
            "in_channels",
            Convolution {
                in_channels: 0,
                ..good
            },
        ),
        (
            "out_channels",
            Convolution {
                out_channels: 0,
                ..good
            },
        ),
        (
            "input rows",
            Convolution {
                input: [0, 8],
                ..good
            },
        ),
        (
            "input columns",
            Convolution {
                input: [8, 0],
                ..good
            },
        ),
        (
            "kernel rows",
            Convolution {
                kernel: [0, 3],
                ..good
            },
        ),
        (
            "kernel columns",
            Convolution {
                kernel: [3, 0],
                ..good
            },
        ),
        (
            "row stride",
            Convolution {
                stride: [0, 1],
                ..good
            },
        ),
        (
            "column stride",
            Convolution {
                stride: [1, 0],
                ..good
            },
        ),
        (
            "row dilation",
            Convolution {
                dilation: [0, 1],
                ..good
            },
        ),
        (
            "column dilation",
            Convolution {
                dilation: [1, 0],
                ..good
            },
        ),
    ] {
        assert_eq!(
            Layer::convolution("any", bad),
            Err(LayerError::Zero { field })
        );
    }
    for (field, heads, sizes) in [
        ("heads", 0, [1, 1, 1]),
        ("m", 1, [0, 1, 1]),
        ("k", 1, [1, 0, 1]),
        ("c", 1, [1, 1, 0]),
    ] {
        let layer = Layer::matmul("any", heads, sizes, RightOperand::Parameters);
        assert_eq!(layer, Err(LayerError::Zero { field }));
    }
}

#[test]
fn channels_must_divide_into_groups() {
    let groups =
        |channels| Layer::convolution("any", Convolution::square(8, channels, 3, 1, 1).grouped(4));
    assert!(groups([8, 12]).is_ok());
    assert_eq!(
        groups([9, 12]),
        Err(LayerError::Groups {
            which: "input",
            channels: 9,
            groups: 4
        })
    );
    assert_eq!(
        groups([8, 13]),
        Err(LayerError::Groups {
            which: "output",
            channels: 13,
            groups: 4
        })
    );
}

#[test]
fn counters_hold_less_than_two_to_the_53() {
    let product = |m, k| Layer::matmul("any", 1, [m, k, 1], RightOperand::Parameters);
    assert_eq!(product((1 << 53) - 1, 1).unwrap().macs(), (1 << 53) - 1);
    let too_many = |quantity| Err(LayerError::TooLarge { quantity });
    assert_eq!(product(1 << 52, 2), too_many("multiply-accumulates"));
    assert_eq!(
        product(u64::MAX, u64::MAX),
        too_many("multiply-accumulates")
    );
    // One output and one MAC, but an input that the counters do not hold.
    let sparse = Convolution {
        stride: [1 << 27; 2],
        ..Convolution::square(1 << 27, [1, 1], 1, 1, 0)
    };
    assert_eq!(
        Layer::convolution("any", sparse),
        too_many("elements of input")
    );
    // Two outputs along each axis, between which lie more zeros than anything counts.
    let padded = Convolution {
        stride: [1 << 30; 2],
        padding: [1 << 30; 4],
        ..Convolution::square(8, [1, 1], 1, 1, 0)
    };
    assert_eq!(
        Layer::convolution("any", padded),
        too_many("elements of input with padding")
    );
}

#[test]
fn steps_and_padding_stay_below_two_to_the_53() {
    let few = Convolution::square(8, [1, 1], 3, 1, 0);
    let of = |field: &'static str, conv: Convolution| {
        let layer = Layer::convolution("any", conv);
        let value = 1 << 53;
        assert_eq!(layer, Err(LayerError::TooFar { field, value }));
    };
    let [high, wide] = [[1 << 53, 1], [1, 1 << 53]];
    let conv = |stride, dilation, padding| Convolution {
        stride,
        dilation,
        padding,
        ..few
    };
    of("row stride", conv(high, [1, 1], [0; 4]));
    of("column stride", conv(wide, [1, 1], [0; 4]));
    of("row dilation", conv([1, 1], high, [0; 4]));
    of("column dilation", conv([1, 1], wide, [0; 4]));
    for (side, field) in ["above", "on the left", "below", "on the right"]
        .into_iter()
        .enumerate()
    {
        let mut padding = [0; 4];
        padding[side] = 1 << 53;
        let layer = Layer::convolution("any", conv([1, 1], [1, 1], padding));
        let message = layer.expect_err("too far").to_string();
        assert_eq!(
            message,
            format!(
                "the padding {field} is {}; it must be below 2^53",
                1_u64 << 53
            )
        );
    }
}
