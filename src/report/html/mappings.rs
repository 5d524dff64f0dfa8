//! `search map` as a page.

use serde_json::Value;

use crate::report::format::{metric, percent, thousands};
use crate::report::html::bars::{Columns, columns};
use crate::report::html::page::{Card, Page, Section, Table, drawings};
use crate::report::html::parity::{Pair, parity};
use crate::report::html::read::{amount, list, text};

/// The page of a search for mappings.
pub fn page(run: &Value) -> Page {
    let layers = list(run, "layers");
    let pairs: Vec<Pair> = layers
        .iter()
        .map(|l| Pair {
            name: text(l, "name").to_owned(),
            model: amount(l, "model"),
            machine: amount(l, "machine"),
            causes: String::new(),
        })
        .collect();
    let total = amount(run, "total.machine");
    let first: f64 = layers
        .iter()
        .map(|l| amount(l, "model_choice_machine"))
        .sum();
    let bound: f64 = layers.iter().map(|l| amount(l, "lower_bound")).sum();
    let tried: f64 = layers.iter().map(|l| amount(l, "candidates")).sum();
    let mut table = Table::new(
        "Every layer's winner",
        &[
            "layer",
            "candidates",
            "model",
            "machine",
            "above the bound",
            "gain of re-check",
        ],
        1,
    );
    for l in layers {
        let machine = amount(l, "machine");
        table.rows.push(vec![
            text(l, "name").to_owned(),
            thousands(amount(l, "candidates") as u64),
            thousands(amount(l, "model") as u64),
            thousands(machine as u64),
            percent(machine / amount(l, "lower_bound").max(1.0) - 1.0),
            percent(amount(l, "model_choice_machine") / machine.max(1.0) - 1.0),
        ]);
    }
    let group = |title: &str, class, value: &dyn Fn(&Value) -> f64| Columns {
        title: title.to_owned(),
        class,
        values: layers
            .iter()
            .map(|l| (text(l, "name").to_owned(), value(l)))
            .collect(),
    };
    let above = |l: &Value| {
        100.0 * (amount(l, "machine") / amount(l, "lower_bound").max(1.0) - 1.0).max(0.0)
    };
    let groups = [
        group("cycles", "s1", &|l| amount(l, "machine")),
        group("% above the lower bound", "s2", &above),
    ];
    let winners = Section {
        title: "Winners by layer".to_owned(),
        lead: "Cycles of each layer's best mapping on the machine, and how far they are above what no \
               mapping like it can go below."
            .to_owned(),
        legend: Vec::new(),
        drawings: vec![(
            "Cycles and distance from the bound for each layer".to_owned(),
            drawings(|size| columns(&groups, size)),
        )],
        table,
    };
    Page {
        kind: "Search",
        title: format!(
            "Mappings of {} on {}",
            text(run, "network"),
            text(run, "arch")
        ),
        subtitle: "The best mapping of each layer, confirmed on the machine.".to_owned(),
        cards: vec![
            Card::new("Cycles", thousands(total as u64), "on the machine"),
            Card::new(
                "Gain of the re-check",
                percent(first / total.max(1.0) - 1.0),
                "over the model's choice",
            ),
            Card::new(
                "Above the bound",
                percent(total / bound.max(1.0) - 1.0),
                "of these mappings",
            ),
            Card::new(
                "Candidates",
                metric(tried),
                format!("for {} layers", layers.len()),
            ),
        ],
        findings: Vec::new(),
        sections: vec![winners, parity(&pairs, "")],
        facts: vec![
            ("Accelerator".to_owned(), text(run, "arch").to_owned()),
            ("Dataflow".to_owned(), text(run, "dataflow").to_owned()),
            ("Seed".to_owned(), amount(run, "seed").to_string()),
        ],
    }
}
