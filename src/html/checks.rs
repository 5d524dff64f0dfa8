//! Documents that check something: values, and certificates. Their pages are tables.

use serde_json::Value;

use crate::format::thousands;
use crate::html::page::{Card, Finding, Page, Section, Table};
use crate::html::read::{amount, list, text};

/// A section of numbers alone.
pub fn tabled(title: &str, lead: &str, table: Table) -> Section {
    Section {
        title: title.to_owned(),
        lead: lead.to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    }
}

fn word(value: &Value, yes: &str, no: &str) -> String {
    if value == true { yes } else { no }.to_owned()
}

/// The card that every check begins with.
pub fn verdict(value: &Value, yes: &str, no: &str) -> Card {
    Card::new("Verdict", word(value, yes, no), "")
}

/// Fields of a document as facts: how they are called, and where they stand.
pub fn facts(run: &Value, fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let fact = |(name, path): &(&str, &str)| {
        let value = text(run, path);
        (!value.is_empty()).then(|| ((*name).to_owned(), value.to_owned()))
    };
    fields.iter().filter_map(fact).collect()
}

/// What is checked where, as a title.
fn subject(run: &Value, at: &str, otherwise: &str) -> String {
    let of = |field: &str| text(run, &format!("{at}{field}"));
    match (of("network"), of("arch")) {
        ("", _) | (_, "") => otherwise.to_owned(),
        (network, arch) => format!("{network} on {arch}"),
    }
}

/// The page of `simulate --functional`.
pub fn functional(run: &Value) -> Page {
    let layers = list(run, "layers");
    let head = ["layer", "each MAC once", "outputs", "differ", "cycles"];
    let mut table = Table::new("Values of every layer", &head, 2);
    for layer in layers {
        let whole = |path: &str| thousands(amount(layer, path) as u64);
        table.rows.push(vec![
            text(layer, "name").to_owned(),
            word(&layer["each_mac_once"], "yes", "NO"),
            whole("outputs"),
            whole("wrong"),
            whole("cycles"),
        ]);
    }
    let sum = |path: &str| layers.iter().map(|l| amount(l, path)).sum::<f64>() as u64;
    let sums = ["outputs", "wrong", "cycles"].map(|path| thousands(sum(path)));
    let mut total = vec!["total".to_owned(), String::new()];
    total.extend(sums.clone());
    table.rows.push(total);
    let [outputs, wrong, cycles] = sums;
    Page {
        kind: "Check of values",
        title: subject(run, "", "Outputs against the convolution"),
        subtitle:
            "The machine's output values, compared with each layer computed by its definition."
                .to_owned(),
        cards: vec![
            verdict(&run["equal"], "equal", "they differ"),
            Card::new("Outputs that differ", wrong, format!("of {outputs}")),
            Card::new("Cycles", cycles, "on the machine"),
        ],
        sections: vec![tabled(
            "Layers",
            "Output words compared and how many of them differ; whether each multiply-accumulate was \
             done once and once only; cycles of the array's clock.",
            table,
        )],
        facts: facts(
            run,
            &[
                ("Accelerator", "arch"),
                ("Network", "network"),
                ("Dataflow", "dataflow"),
            ],
        ),
        ..Page::default()
    }
}

/// The page of `verify`.
pub fn verify(run: &Value) -> Page {
    let checks = list(run, "checks");
    let mut table = Table::new("Every check", &["check", "holds", "found"], 3);
    for check in checks {
        table.rows.push(vec![
            text(check, "check").to_owned(),
            word(&check["holds"], "yes", "NO"),
            text(check, "detail").to_owned(),
        ]);
    }
    let held = checks.iter().filter(|check| check["holds"] == true).count();
    let [runs, again] = ["runs", "runs_again"].map(|path| thousands(amount(run, path) as u64));
    let claim = match (text(run, "about.objective"), text(run, "about.of")) {
        ("", _) | (_, "") => Vec::new(),
        (objective, of) => vec![Finding {
            head: "What is claimed",
            text: format!(
                "The least {objective}, by the costs of {of}, over {}.",
                text(run, "about.over")
            ),
        }],
    };
    Page {
        kind: "Verification",
        title: subject(run, "about.", "A certificate"),
        subtitle:
            "A certificate, checked again: each of its claims, and what was found by other means."
                .to_owned(),
        cards: vec![
            verdict(&run["holds"], "holds", "does not hold"),
            Card::new(
                "Checks that hold",
                held.to_string(),
                format!("of {}", checks.len()),
            ),
            Card::new(
                "Runs made again",
                again,
                format!("of {runs} on the machine"),
            ),
        ],
        findings: claim,
        sections: vec![tabled(
            "Checks",
            "In the order in which they were made. Hashes (SHA-256) are of what the certificate rests on, \
             found again from its own fields.",
            table,
        )],
        facts: facts(
            run,
            &[
                ("Accelerator", "about.arch"),
                ("Settings", "about.set"),
                ("Network", "about.network"),
                ("Part of it", "about.part"),
                ("Batch", "about.batch"),
                ("Dataflow", "about.dataflow"),
            ],
        ),
    }
}
