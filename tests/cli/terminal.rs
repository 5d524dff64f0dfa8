//! What is printed for people fits the terminal, whatever its width.

use std::process::Command;

use crate::{file, text};

/// What is printed in a terminal of some width.
fn shown(arguments: &[&str], width: usize) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_stationary"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("COLUMNS", width.to_string())
        .output()
        .expect("the binary runs");
    assert!(!output.stdout.is_empty(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// No line is wider than the terminal, but for mappings as JSON, which are copied whole; and none begins
/// with what belongs to a number before it.
fn check(arguments: &str) {
    let arguments: Vec<&str> = arguments.split(' ').collect();
    for width in [80, 100, 160] {
        let page = shown(&arguments, width);
        let lines = page.lines().filter(|line| !line.starts_with("  {"));
        let widest = lines.map(|line| line.chars().count()).max();
        assert!(widest <= Some(width), "{arguments:?} in {width}:\n{page}");
        for line in page.lines() {
            let is_torn = line.trim_start().starts_with("% ") || line.trim() == "%";
            assert!(!is_torn, "{arguments:?} in {width}: {line}\n{page}");
        }
    }
}

#[test]
fn runs_fit() {
    check("estimate --arch eyeriss --network alexnet");
    check("estimate --arch vta --network resnet18 --layer 19 --layer 20");
    check("simulate --arch systolic --network bert_base --layer 0 --layer 3 -v");
    check("simulate --arch nvdla-small --network mobilenet_v2 --layer 52 --functional");
    check("estimate --arch eyeriss --network alexnet --counting timeloop");
    check("validate --arch eyeriss --network mobilenet_v2 --layer 0 --layer 1 --layer 50");
    check("validate --arch eyeriss --network alexnet --mappings 4 --layer fc8 -v");
    check("dram --dram ddr4-2400 --trace tests/data/dram/rand_read.trace.gz");
}

#[test]
fn searches_fit() {
    check("search assign --network alexnet --dataflow mix --pes 1,8");
    check("search map --arch systolic --network alexnet --layer conv5 --layer fc8");
    check(
        "search codesign --arch vta --network resnet18 --layer 1 --optimizer random --measurements 4",
    );
    check(
        "compare --network alexnet --layer 2 --layer 3 --pes 1,8 --optimizer exact --optimizer genetic \
         --optimizer local-genetic --seeds 2 --evaluations 20 --epochs 2",
    );
}

#[test]
fn comparisons_of_runs_and_certificates_fit() {
    let run = |name: &str, set: &str| {
        let arguments =
            format!("estimate --quiet --arch eyeriss --network mobilenet_v2 --format json{set}");
        let arguments: Vec<&str> = arguments.split(' ').collect();
        file(name, &shown(&arguments, 80))
    };
    let a = run("a.json", "");
    let b = run("b.json", " --set dram.words_per_cycle=8");
    check(&format!("diff {a} {b}"));
    let certificate = file("fits.json", "");
    let search =
        "search map --arch systolic --network resnet18 --layer fc --certify --simulations 2";
    let search = format!("{search} --certificate {certificate}");
    check(&search);
    check(&format!("verify --quick {certificate}"));
}

#[test]
fn lists_fit_and_their_names_are_whole() {
    let lists = [
        "archs",
        "networks",
        "dataflows",
        "drams",
        "optimizers",
        "mappings",
        "budgets",
    ];
    for what in lists {
        check(&format!("list {what}"));
        let rows = shown(&["list", what, "--format", "csv"], 80);
        let names = rows
            .lines()
            .skip(1)
            .filter_map(|line| line.split(',').next());
        let table = shown(&["list", what], 80);
        for name in names {
            let is_there = |line: &str| line.split(' ').next() == Some(name);
            assert!(table.lines().any(is_there), "{name} is broken:\n{table}");
        }
    }
}
