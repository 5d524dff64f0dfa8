//! Pages of documents that check or compare something.

use super::parts::{bars_are_whole, parts_are_the_whole};
use super::{check, figure, names_layers, page, table};
use crate::{file, refuses, stationary, text};

#[test]
fn what_checks_something_has_a_page_of_its_own() {
    // Values are carried one by one: few of them.
    let fc = [
        "--arch",
        "systolic",
        "--network",
        "resnet18",
        "--layer",
        "fc",
    ];
    let simulate = ["simulate", "--functional"];
    let (answer, functional) = page("functional", &[&simulate[..], &fc].concat());
    check(&functional);
    names_layers(&functional, &answer, "/layers");
    assert!(functional.contains("<dd>equal</dd>"));
    assert!(functional.contains("<h1>resnet18 on systolic</h1>"));

    let certificate = file("page-certificate.json", "");
    let map = ["search", "map", "--certify", "--certificate", &certificate];
    let short = [&fc[..5], &["layer4.0.downsample"]].concat();
    let (_, mapped) = page("certified", &[&map[..], &short].concat());
    check(&mapped);
    assert!(
        mapped.contains("<dd>proved<small>of the machine, "),
        "{mapped}"
    );
    let (_, verified) = page("verified", &["verify", &certificate]);
    check(&verified);
    assert!(verified.contains("<dd>holds</dd>"));
    assert!(verified.contains("<h1>resnet18 on systolic</h1>"));
    assert!(verified.contains("What is claimed"));
    assert!(verified.contains("1 of 21 layers"), "{verified}");
    refuses(&["report", &certificate], 2, &["verify FILE --format json"]);

    let trace = file("page.trace", "0x0 R\n0x40 R\n0x80000 W\n0x100000 R\n");
    let (answer, replayed) = page(
        "replayed",
        &["dram", "--dram", "ddr4-2400", "--trace", &trace],
    );
    check(&replayed);
    let (_, rows) = table(&replayed, "What requests found");
    let found: f64 = rows.iter().map(|row| figure(&row[1])).sum();
    // One of them is the write, which no bus has carried when the last read is served.
    assert_eq!(answer["bursts"], 3);
    assert_eq!(found, answer["requests"].as_f64().expect("a number"));

    let timeloop = |name: &str| {
        format!(
            "{}/tests/data/timeloop/ws_r18_conv2/{name}.yaml",
            env!("CARGO_MANIFEST_DIR")
        )
    };
    let [arch, network, mapping] = ["arch", "prob", "map"].map(timeloop);
    let (_, counted) = page(
        "counted",
        &[
            "estimate",
            "--counting",
            "timeloop",
            "--arch",
            &arch,
            "--network",
            &network,
            "--mapping",
            &mapping,
        ],
    );
    check(&counted);
    parts_are_the_whole(&counted, "Energy of every layer by level", 1, 1e-3);
    bars_are_whole(&counted, 1.0);
    let (_, rows) = table(&counted, "Levels of every layer");
    assert!(rows.len() > 4, "{rows:?}");
}

#[test]
fn two_runs_side_by_side_have_a_page() {
    let run = |cols: &str| {
        let set = format!("array.cols={cols}");
        let arguments = [
            "estimate",
            "--arch",
            "systolic",
            "--network",
            "alexnet",
            "--layer",
            "fc8",
            "-q",
            "--set",
            &set,
            "--format",
            "json",
        ];
        file(
            &format!("side-{cols}.json"),
            &text(&stationary(&arguments).stdout),
        )
    };
    let (a, b) = (run("16"), run("8"));
    let output = stationary(&["diff", &a, &b, "--format", "json"]);
    let document = file("sides.json", &text(&output.stdout));
    let to = document.replace(".json", ".html");
    assert!(
        stationary(&["report", &document, "-o", &to])
            .status
            .success()
    );
    let page = std::fs::read_to_string(&to).expect("the page is written");
    check(&page);
    let (_, rows) = table(&page, "Layers that differ");
    // The layer, and the total.
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0][2..], rows[1][2..], "one layer is all of them");
    let (_, inputs) = table(&page, "Every input that differs");
    assert!(
        inputs.contains(
            &["settings.0", "array.cols=16", "array.cols=8", ""]
                .map(str::to_owned)
                .to_vec()
        )
    );
}
