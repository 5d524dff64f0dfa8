//! Layer tables of SCALE-Sim and ConfuciuX, and the message for each mistake in them.

use stationary_workloads::{Network, RightOperand, parse, parse_with_notes};

const CONVOLUTIONS: &str = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";

fn sizes(network: &Network) -> Vec<[u64; 8]> {
    network.layers().iter().map(|l| l.sizes().0).collect()
}

fn read(text: &str) -> Network {
    parse("nets/test.csv", text).unwrap_or_else(|error| panic!("{error}"))
}

/// What a file's notes say, without its name.
fn notes(text: &str) -> Vec<String> {
    let (_, notes) = parse_with_notes("nets/test.csv", text).expect("it reads");
    notes.into_iter().map(|note| note.message).collect()
}

fn check_error(text: &str, expected: &str) {
    let error = parse("nets/test.csv", text).unwrap_err().to_string();
    assert_eq!(error, format!("nets/test.csv: {expected}"));
}

#[test]
fn scale_sim_convolutions() {
    // Written as SCALE-Sim's own files are: blank lines, tabs, comments, a missing last comma.
    let network = read(&format!(
        "{CONVOLUTIONS}\n\nConv1, 227, 227, 11, 11, 3, 96, 4,\n\tConv2,31,29,5,3,96,256,1\nDPConv,114,114,3,3,32,1,1,#dw\n\n"
    ));
    assert_eq!(network.name(), "test");
    let names: Vec<&str> = network.layers().iter().map(|l| l.name()).collect();
    assert_eq!(names, ["Conv1", "Conv2", "DPConv"]);
    assert_eq!(
        sizes(&network),
        [
            [1, 1, 96, 3, 55, 55, 11, 11],
            [1, 1, 256, 96, 27, 27, 5, 3],
            [1, 32, 1, 1, 112, 112, 3, 3]
        ]
    );
}

#[test]
fn scale_sim_rounds_outputs_up() {
    for input in 7..40u64 {
        for stride in 1..=9 {
            let layer = read(&format!(
                "{CONVOLUTIONS}\nc,{input},{input},7,5,1,1,{stride},"
            ));
            // topology_utils.py: ceil((ifmap - filter + stride) / stride).
            let outputs = |kernel: u64| (input - kernel + stride).div_ceil(stride);
            assert_eq!(
                sizes(&layer)[0][4..6],
                [outputs(7), outputs(5)],
                "input {input}, stride {stride}"
            );
            assert_eq!(layer.layers()[0].rows().pad, 0);
        }
    }
}

#[test]
fn scale_sim_strides_of_each_axis() {
    // The header that SCALE-Sim itself writes.
    let header = CONVOLUTIONS.replace("Strides,", "Stride height,Stride width,");
    let network = read(&format!("{header}\nc,9,9,3,3,1,1,2,3,"));
    assert_eq!(sizes(&network), [[1, 1, 1, 1, 4, 3, 3, 3]]);
}

#[test]
fn scale_sim_products() {
    let network = read("Layer, M, N, K,\nfc1, 128, 2048, 4096,\n2,1,2,3\n");
    assert_eq!(
        sizes(&network),
        [[1, 1, 2048, 4096, 128, 1, 1, 1], [1, 1, 2, 3, 1, 1, 1, 1]]
    );
    assert_eq!(network.layers()[1].name(), "2");
}

#[test]
fn confuciux_layers() {
    let network = read(
        "K,C,Y,X,R,S,T\n32,3,224,224,3,3,1\n1,32,112,56,3,5,2\n32,32,112,112,3,3,2\n16,32,112,112,1,1,1\n",
    );
    assert_eq!(
        sizes(&network),
        [
            [1, 1, 32, 3, 222, 222, 3, 3],
            [1, 32, 1, 1, 110, 52, 3, 5],
            [1, 32, 1, 1, 110, 110, 3, 3],
            [1, 1, 16, 32, 112, 112, 1, 1]
        ]
    );
    let names: Vec<&str> = network.layers().iter().map(|l| l.name()).collect();
    assert_eq!(names, ["layer0", "layer1", "layer2", "layer3"]);
}

#[test]
fn scale_sim_takes_columns_by_place() {
    // Heads of SCALE-Sim's own files, and some that people write.
    let expected = [[1, 1, 8, 4, 14, 14, 3, 3]];
    for header in [
        "Layer name,Ifmap height,ifmap width,filter height,filter width,channels,num filters,strides,",
        "Layer, IFMAP Width, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,",
        "Layer name,IFMAP Height,IFMAP Width,Filter Height,Filter Width,Channel,Num_Filter,Stride",
        "L,H,W,R,S,C,K,Stride,",
        "Layer,H,W,FH,FW,C,N,S,",
        "Layer, A1, A2, A3, A4, A5, A6, A7,",
        "name,ifmap_h,ifmap_w,filt_h,filt_w,num_ch,num_filt,stride,",
        "\u{feff}Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,",
    ] {
        let network = read(&format!("{header}\r\n\r\na,16,16,3,3,4,8,1,\r\n"));
        assert_eq!(sizes(&network), expected, "{header}");
    }
    let tabs = CONVOLUTIONS.replace(", ", "\t").replace(',', "\t");
    assert_eq!(
        sizes(&read(&format!("{tabs}\na\t16\t16\t3\t3\t4\t8\t1\t"))),
        expected
    );
    for header in [
        "L, M, N, K,",
        "Layer,M,N,K",
        "Layer Name, m, n, k, Sparsity,",
        "Layer, M, K, N,",
    ] {
        let network = read(&format!("{header}\na,16,8,4,"));
        assert_eq!(sizes(&network), [[1, 1, 8, 4, 16, 1, 1, 1]], "{header}");
    }
    assert_eq!(
        notes("Layer, M, K, N,\na,16,8,4,"),
        ["columns are named M, K, N; taken by place as M, N, K, as SCALE-Sim does"]
    );
    assert_eq!(notes("L, M, N, K,\na,16,8,4,"), [] as [&str; 0]);
}

#[test]
fn scale_sim_columns_behind_the_stride() {
    let sized = |columns: &str, values: &str| {
        let text = format!("{CONVOLUTIONS}{columns}\na,9,9,3,3,1,1,2,{values}");
        (sizes(&read(&text))[0][4..6].to_vec(), notes(&text))
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(sized("", ""), (vec![4, 4], none.clone()));
    // Without a name the value behind the stride is the columns' stride, as for SCALE-Sim.
    assert_eq!(sized("", "3,"), (vec![4, 3], none));
    let not_used = vec!["column `note`: not used".to_owned()];
    assert_eq!(sized(",,note,", ",,7,"), (vec![4, 4], not_used));
    let not_used = vec!["column `batch size`: not used".to_owned()];
    assert_eq!(sized("batch size,", "3,"), (vec![4, 4], not_used));
    let sparse = "sparsity (such as 2:4) is not used: every word counts".to_owned();
    assert_eq!(
        sized("Sparsity,", "2:4,"),
        (vec![4, 4], vec![sparse.clone()])
    );
    assert_eq!(sized("Sparsity,", "4:4,"), (vec![4, 4], Vec::new()));
    // What matters stands first.
    let both = vec![sparse, "column `x`: not used".to_owned()];
    assert_eq!(sized("x,Sparsity,", "1,2:4,"), (vec![4, 4], both));
}

#[test]
fn headers_are_known() {
    let allowed = format!("`{CONVOLUTIONS}`, `Layer, M, N, K,`, `K,C,Y,X,R,S,T`, `M,N,K`");
    for header in [
        "layer, pe, tile, latency_cycles",
        // Columns that are named as other ones would be taken for them in silence.
        "Layer, Channels, Filters, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Stride",
        // A layer, and no header.
        "conv1, 1, 1, 1, 1, 1, 1, 1",
    ] {
        check_error(
            &format!("{header},\nx,1,1,1,1,1,1,1,"),
            &format!("line 1: found the header `{header}`; allowed are {allowed}"),
        );
    }
    check_error("", "the network has no layers; it must have at least 1");
    check_error(
        "K,C,Y,X,R,S,T\n",
        "the network has no layers; it must have at least 1",
    );
}

#[test]
fn confuciux_layers_without_a_header_or_types() {
    let text = "32,3,224,224,3,3,1\n1,32,112,112,3,3,2\n";
    assert_eq!(
        sizes(&read(text)),
        sizes(&read(&format!("K,C,Y,X,R,S,T\n{text}")))
    );
    assert!(notes(text)[0].starts_with("no header"), "{:?}", notes(text));
    assert_eq!(
        sizes(&read("K,C,Y,X,R,S\n32,3,224,224,3,3")),
        [[1, 1, 32, 3, 222, 222, 3, 3]]
    );
}

#[test]
fn rows_have_a_value_for_each_column() {
    check_error(
        "Layer, M, N, K,\n\nfc1,1,2,3,\nfc2,1,2,",
        "line 4: found 3 values; expected 4: Layer, M, N, K",
    );
    check_error(
        "K,C,Y,X,R,S,T\n1,1,1,1,1,1,1,1",
        "line 2: found 8 values; expected 7: K, C, Y, X, R, S, T",
    );
}

#[test]
fn values_are_whole_numbers_of_at_least_one() {
    for bad in ["0", "-4", "1.5", "many", "", "18446744073709551616"] {
        check_error(
            &format!("{CONVOLUTIONS}\nConv1,9,9,{bad},3,1,1,1,\n"),
            &format!("line 2: Filter Height: found `{bad}`; expected a whole number of at least 1"),
        );
    }
    // A name is nothing to SCALE-Sim.
    assert_eq!(read("Layer, M, N, K,\n,1,2,3").layers()[0].name(), "layer0");
}

#[test]
fn kernels_fit_into_their_inputs() {
    check_error(
        &format!("{CONVOLUTIONS}\n\nConv1,9,9,3,3,1,1,1,\nConv2,9,2,3,3,1,1,1,\n"),
        "line 4: layer `Conv2`: the kernel's columns (3 after dilation) exceed the input's columns (2 after padding)",
    );
    check_error(
        "K,C,Y,X,R,S,T\n1,1,2,2,3,3,1",
        "line 2: layer `layer0`: the kernel's rows (3 after dilation) exceed the input's rows (2 after padding)",
    );
}

#[test]
fn confuciux_types_are_known() {
    check_error(
        "K,C,Y,X,R,S,T\n1,1,2,2,1,1,1\n1,1,2,2,1,1,3",
        "line 3: T: found `3`; expected 1 (convolution) or 2 (depthwise convolution)",
    );
    check_error(
        "K,C,Y,X,R,S,T\n4,8,2,2,1,1,2",
        "line 2: K: found `4`; expected 1, or 8 as C is, for T = 2 is a depthwise convolution",
    );
}

#[test]
fn layer_names_that_repeat_are_told_apart() {
    let text = "Layer, M, N, K,\nfc,1,2,3,\nfc,1,2,4,\nfc,1,2,5,";
    let network = read(text);
    let names: Vec<&str> = network.layers().iter().map(|l| l.name()).collect();
    assert_eq!(names, ["fc", "fc#2", "fc#3"]);
    assert_eq!(
        notes(text),
        ["layers share names; 2 of them got another, such as `fc#2` for a second `fc`"]
    );
}

/// SCALE-Sim's `topology_utils.py`: a whole number in the fifth column is the batch, `N:M` is sparsity,
/// and with both the batch is the sixth.
#[test]
fn products_may_have_a_batch() {
    let product = |text: &str| {
        let network = read(text);
        let layer = &network.layers()[0];
        (layer.macs(), layer.right_operand())
    };
    let expected = |batch: u64, right| (batch * 16 * 8 * 4, right);
    let (own, shared) = (RightOperand::Activations, RightOperand::Parameters);
    for (text, batch, right) in [
        ("Layer, M, N, K,\na,16,8,4,", 1, shared),
        ("Layer, M, N, K, Batch,\na,16,8,4,12,", 12, own),
        ("Layer, M, N, K,\na,16,8,4,12,", 12, own),
        ("Layer, M, N, K, B,\na,16,8,4,1,", 1, shared),
        ("Layer, M, N, K, Sparsity,\na,16,8,4,2:4,", 1, shared),
        ("Layer, M, N, K, Sparsity,\na,16,8,4,1:1,6,", 6, own),
        ("Layer, M, N, K, Remark,\na,16,8,4,dense,", 1, shared),
    ] {
        assert_eq!(product(text), expected(batch, right), "{text}");
    }
    assert_eq!(
        notes("L, M, N, K\na,16,8,4,12,3"),
        [
            "column 5 is taken as the batch of each product, as SCALE-Sim does",
            "column 6: not used"
        ]
    );
}

/// Tables of sizes alone: by their names, or M, N, K where there are none.
#[test]
fn products_without_names_are_read() {
    let sizes = |text: &str| {
        let network = read(text);
        let layers = network.layers();
        let last = layers.last().expect("it has one");
        let [_, _, n, k, m, ..] = last.sizes().0;
        (
            layers.len(),
            last.name().to_owned(),
            [m, n, k],
            notes(text).len(),
        )
    };
    let expected = |layers, notes| (layers, format!("layer{}", layers - 1), [16, 8, 4], notes);
    assert_eq!(sizes("1,2,3\n16,8,4\n"), expected(2, 1));
    assert_eq!(sizes("M,N,K\n16,8,4\n"), expected(1, 0));
    assert_eq!(sizes("m, k, n,\n16, 4, 8,\n"), expected(1, 0));
    check_error(
        "M,N,K\n16,8\n",
        "line 2: found 2 values; expected 3: M, N, K",
    );
}

#[test]
fn the_index_that_pandas_writes_is_no_column() {
    let plain = read("K,C,Y,X,R,S,T\n64,3,8,8,3,3,1\n32,64,6,6,1,1,1\n");
    for first in ["", "Unnamed: 0"] {
        let indexed = read(&format!(
            "{first},K,C,Y,X,R,S,T\n0,64,3,8,8,3,3,1\n1,32,64,6,6,1,1,1\n"
        ));
        assert_eq!(sizes(&indexed), sizes(&plain));
    }
}

#[test]
fn layers_of_one_name_are_told_with_the_second_line() {
    let text = "Layer,M,N,K\nfc,1,2,3\nfc,4,5,6\n";
    let (_, notes) = parse_with_notes("nets/test.csv", text).expect("it reads");
    assert!(
        notes[0]
            .to_string()
            .starts_with("nets/test.csv:3:1: layers share names"),
        "{notes:?}"
    );
    let text = "name: n\nlayers:\n  - name: a\n    matmul: {m: 1, n: 2, k: 3}\n  - name: a\n    matmul: {m: 1, n: 2, k: 3}\n";
    let error = parse("n.yaml", text).expect_err("two of one name");
    let diagnostics = error.diagnostics(text);
    assert!(
        diagnostics[0]
            .to_string()
            .starts_with("n.yaml:5:11: layers 0 and 1"),
        "{diagnostics:?}"
    );
}
