//! Documents that check something: values, and certificates. Their pages are tables.

use crate::documents::{Functional, Verified};
use crate::format::thousands;
use crate::html::page::{Card, Finding, Page, Table, sum, tabled};

fn word(holds: bool, yes: &str, no: &str) -> String {
    if holds { yes } else { no }.to_owned()
}

/// The card that every check begins with.
pub fn verdict(holds: bool, yes: &str, no: &str) -> Card {
    Card::new("Verdict", word(holds, yes, no), "")
}

/// What is checked where, as a title; a network may be without a name.
fn subject(network: &str, arch: &str, otherwise: &str) -> String {
    match (network, arch) {
        ("", _) | (_, "") => otherwise.to_owned(),
        (network, arch) => format!("{network} on {arch}"),
    }
}

/// How it came about, as far as it has names.
fn named(facts: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    let named = facts.iter().filter(|(_, name)| !name.is_empty());
    named.map(|(of, name)| (*of, (*name).to_owned())).collect()
}

/// The page of `simulate --functional`.
pub fn functional(run: &Functional) -> Page {
    let head = ["layer", "each MAC once", "outputs", "differ", "cycles"];
    let mut table = Table::new("Values of every layer", &head, 2);
    let mut totals = [0; 3];
    for layer in &run.layers {
        let figures = [layer.outputs, layer.wrong, layer.cycles];
        let mut row = vec![layer.name.clone(), word(layer.each_mac_once, "yes", "NO")];
        row.extend(figures.map(thousands));
        table.rows.push(row);
        for (total, figure) in totals.iter_mut().zip(figures) {
            *total = sum([*total, figure]);
        }
    }
    let totals = totals.map(thousands);
    let mut total = vec!["total".to_owned(), String::new()];
    total.extend(totals.clone());
    table.rows.push(total);
    let [outputs, wrong, cycles] = totals;
    Page {
        kind: "Check of values",
        title: subject(&run.network, &run.arch, "Outputs against the convolution"),
        subtitle:
            "The machine's output values, compared with each layer computed by its definition."
                .to_owned(),
        cards: vec![
            verdict(run.equal, "equal", "they differ"),
            Card::new("Outputs that differ", wrong, format!("of {outputs}")),
            Card::new("Cycles", cycles, "on the machine"),
        ],
        sections: vec![tabled(
            "Layers",
            "Output words compared and how many of them differ; whether each multiply-accumulate was \
             done once and once only; cycles of the array's clock.",
            table,
        )],
        facts: named(&[
            ("Accelerator", &run.arch),
            ("Network", &run.network),
            ("Dataflow", &run.dataflow),
        ]),
        ..Page::default()
    }
    .covering(&run.coverage)
}

/// The page of `verify`.
pub fn verify(run: &Verified) -> Page {
    let mut table = Table::new("Every check", &["check", "holds", "found"], 3);
    for check in &run.checks {
        table.rows.push(vec![
            check.check.clone(),
            word(check.holds, "yes", "NO"),
            check.detail.clone(),
        ]);
    }
    let held = run.checks.iter().filter(|check| check.holds).count();
    let about = |name: &str| run.about.get(name).map_or("", String::as_str);
    let claim = match (about("objective"), about("of")) {
        ("", _) | (_, "") => Vec::new(),
        (objective, of) => vec![Finding {
            head: "What is claimed",
            text: format!(
                "The least {objective}, by the costs of {of}, over {}.",
                about("over")
            ),
        }],
    };
    Page {
        kind: "Verification",
        title: subject(about("network"), about("arch"), "A certificate"),
        subtitle:
            "A certificate, checked again: each of its claims, and what was found by other means."
                .to_owned(),
        cards: vec![
            verdict(run.holds, "holds", "does not hold"),
            Card::new(
                "Checks that hold",
                held.to_string(),
                format!("of {}", run.checks.len()),
            ),
            Card::new(
                "Runs made again",
                thousands(run.runs_again),
                format!("of {} on the machine", thousands(run.runs)),
            ),
        ],
        findings: claim,
        sections: vec![tabled(
            "Checks",
            "In the order in which they were made. Hashes (SHA-256) are of what the certificate rests on, \
             found again from its own fields.",
            table,
        )],
        facts: named(&[
            ("Accelerator", about("arch")),
            ("Settings", about("set")),
            ("Network", about("network")),
            ("Part of it", about("part")),
            ("Batch", about("batch")),
            ("Dataflow", about("dataflow")),
        ]),
    }
}
