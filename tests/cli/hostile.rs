//! Files that would have a terminal do something, and files without end.

use std::process::Command;

use crate::{ARCH, file, json, refuses, stationary, text};

/// Names that clear the screen, ring, begin a line of their own, and turn what follows around.
const NETWORK: &str = "name: \"net\\e[31m\\a\\nerror: no\"\nsource: made up\nlayers:\n\
    \x20 - {name: \"a\\e[2J\\nb\\u202Ex\\t\\x9b\", matmul: {m: 4, k: 3, c: 5}}\n\
    \x20 - {name: plain, matmul: {m: 4, k: 3, c: 9}}\n";

/// Whether a text has nothing that a terminal obeys but the ends of its lines.
fn is_harmless(text: &str) -> bool {
    let is_hidden = |c: char| stationary_document::is_hidden(c) && c != '\n';
    !text.contains(is_hidden)
}

#[test]
fn names_do_nothing_to_a_terminal() {
    let network = file("hostile.yaml", NETWORK);
    let arch = ARCH.replace("name: mine", "name: \"mine\\e[8m\\nnote: no\"");
    let arch = file("hostile.arch.yaml", &arch);
    let on = ["--arch", &arch, "--network", &network];
    let certificate = file("hostile.proof.json", "");
    let proved = [
        &["search", "map"][..],
        &on,
        &["--certify", "--certificate", &certificate],
    ];
    let verbs: [&[&str]; 6] = [
        &[&["estimate"][..], &on].concat(),
        &[&["simulate", "-v"][..], &on].concat(),
        &[&["validate"][..], &on].concat(),
        &proved.concat(),
        &["verify", &certificate],
        &[
            "search",
            "assign",
            "--network",
            &network,
            "--budget",
            "area=iot",
        ],
    ];
    for arguments in verbs {
        let output = stationary(arguments);
        let [shown, said] = [&output.stdout, &output.stderr].map(|bytes| text(bytes));
        assert!(output.status.success(), "{arguments:?}: {said}");
        assert!(
            is_harmless(&shown) && is_harmless(&said),
            "{arguments:?}: {shown}{said}"
        );
        assert!(
            !shown.contains("\nerror") && !shown.contains("\nnote"),
            "{arguments:?}: {shown}"
        );
    }
    let output = stationary(&["estimate", "--arch", &arch, "--network", &network]);
    let shown = text(&output.stdout);
    assert!(
        shown.contains("a\\u001b[2J\\nb\\u202ex\\t\\u009b"),
        "{shown}"
    );
    // Programs get the same name, and it names the layer.
    let all = [&["estimate"][..], &on, &["--format", "json"]].concat();
    let name = json(&all)["layers"][0]["name"].clone();
    let name = name.as_str().expect("a name");
    assert_eq!(name, "a\\u001b[2J\\nb\\u202ex\\t\\u009b");
    let one = [&all[..], &["--layer", name]].concat();
    assert_eq!(json(&one)["layers"][0]["name"], name);
}

#[test]
fn messages_do_nothing_to_a_terminal() {
    let layer = "layers:\n  - {name: ok, matmul: {m: 4, k: 3, c: 5}, bo\u{202e}gus: 2}\n";
    let network = file(
        "hostile.field.yaml",
        &format!("name: n\nsource: x\n{layer}"),
    );
    let table = file("hostile.table.csv", "layer,pe\n\u{1b}]0;title\u{7},1\n");
    let trace = file("hostile.trace", "0x0 R\n0x40 \u{1b}[31mQ\n");
    let report = file("hostile.json", "{\"schema\": \"\\u001b[31m\\u202e\"}");
    let cases: [&[&str]; 6] = [
        &["estimate", "--arch", "systolic", "--network", &network],
        &[
            "estimate",
            "--arch",
            "systolic",
            "--network",
            "alexnet",
            "--layer",
            "\u{1b}[2J",
        ],
        &[
            "search", "assign", "--table", &table, "--budget", "area=iot",
        ],
        &["dram", "--dram", "ddr4-2400", "--trace", &trace],
        &["verify", &report],
        &["report", &report, "-o", &format!("{report}.html")],
    ];
    for arguments in cases {
        let output = stationary(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(is_harmless(&said), "{arguments:?}: {said:?}");
    }
}

/// What has no end is read to a limit that the message names.
#[cfg(unix)]
#[test]
fn files_without_end_are_refused() {
    let zero = "/dev/zero";
    let cases: [(&[&str], &str); 4] = [
        (&["verify", zero], "more than 256 MiB"),
        (&["report", zero, "-o", "never.html"], "more than 256 MiB"),
        (
            &["estimate", "--arch", "systolic", "--network", zero],
            "more than 256 MiB",
        ),
        (
            &["dram", "--dram", "ddr4-2400", "--trace", zero],
            "a line of more than 4096 bytes",
        ),
    ];
    for (arguments, limit) in cases {
        refuses(arguments, 2, &[zero, limit]);
    }
    let giant = file("giant.json", "");
    let truncate = Command::new("truncate").args(["-s", "1T", &giant]).status();
    if truncate.is_ok_and(|status| status.success()) {
        refuses(
            &["verify", &giant],
            2,
            &["giant.json", "more than 1024 MiB"],
        );
        std::fs::remove_file(&giant).expect("it is ours");
    }
}
