//! `search map` as a page.

use serde_json::Value;

use crate::format::{metric, percent, thousands};
use crate::html::breakdown;
use crate::html::checks::tabled;
use crate::html::page::{Card, Page, Table};
use crate::html::parity::{Pair, parity};
use crate::html::read::{amount, list, signed, text};

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
    let model: f64 = layers.iter().map(|l| amount(l, "model")).sum();
    let bound: f64 = layers.iter().map(|l| amount(l, "lower_bound")).sum();
    let tried: f64 = layers.iter().map(|l| amount(l, "candidates")).sum();
    let mut table = Table::new(
        "Every layer's winner",
        &[
            "layer",
            "candidates",
            "model",
            "machine",
            "above its own bound",
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
    let winners = tabled(
        "Winners by layer",
        "What was tried for each layer, and what running the best on the machine gained.",
        table,
    );
    Page {
        kind: "Search",
        title: format!(
            "Mappings of {} on {}",
            text(run, "network"),
            text(run, "arch")
        ),
        subtitle: "The best of the mapper's candidates for each layer, confirmed on the machine."
            .to_owned(),
        cards: vec![
            Card::new(
                "Cycles",
                thousands(total as u64),
                format!(
                    "on the machine; the model says {} ({})",
                    thousands(model as u64),
                    signed(model / total.max(1.0) - 1.0)
                ),
            ),
            proof(run),
            Card::new(
                "Gain of the re-check",
                percent(first / total.max(1.0) - 1.0),
                "over the model's choice",
            ),
            Card::new(
                "Above their own bounds",
                percent(total / bound.max(1.0) - 1.0),
                "what these mappings cannot go below; other candidates may",
            ),
            Card::new(
                "Candidates",
                metric(tried),
                format!("for {} layers", layers.len()),
            ),
        ],
        findings: Vec::new(),
        sections: vec![
            breakdown::bounds(layers),
            breakdown::energy(layers),
            winners,
            parity(&pairs, "", "a layer"),
        ],
        facts: vec![
            ("Accelerator".to_owned(), text(run, "arch").to_owned()),
            ("Dataflow".to_owned(), text(run, "dataflow").to_owned()),
            ("Seed".to_owned(), amount(run, "seed").to_string()),
        ],
    }
}

/// What is proved, of which of the two, over what.
fn proof(run: &Value) -> Card {
    let simulations = thousands(amount(run, "certificate.simulations") as u64);
    let over = match text(run, "certificate.over") {
        "" => "over the mapper's candidates",
        over => over,
    };
    match text(run, "certificate.kind") {
        "proved" => Card::new(
            "Proof",
            "proved".to_owned(),
            format!(
                "of the {}, {over}; {simulations} of them ran",
                text(run, "certificate.of")
            ),
        ),
        _ => Card::new(
            "Proof",
            "none".to_owned(),
            format!(
                "the best of {simulations} that ran; --certify proves which is the best {over}"
            ),
        ),
    }
}
