//! `search map` as a page.

use crate::documents::{Map, MapLayer};
use crate::format::{metric, percent, thousands};
use crate::html::breakdown::{self, Spent};
use crate::html::page::{Card, Page, Table, signed, sum, tabled};
use crate::html::parity::{Pair, parity};

/// The page of a search for mappings.
pub fn page(run: &Map) -> Page {
    let layers = &run.layers;
    let pairs: Vec<Pair> = layers.iter().map(pair).collect();
    let spent: Vec<Spent<'_>> = layers.iter().map(spent).collect();
    let sum = |of: fn(&MapLayer) -> u64| sum(layers.iter().map(of));
    let (total, model) = (run.total.machine, sum(|layer| layer.model));
    // By how much the first is above the second.
    let above = |first: u64, second: u64| first as f64 / second.max(1) as f64 - 1.0;
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
    for layer in layers {
        table.rows.push(vec![
            layer.name.clone(),
            thousands(layer.candidates),
            thousands(layer.model),
            thousands(layer.machine),
            percent(above(layer.machine, layer.lower_bound)),
            percent(above(layer.model_choice_machine, layer.machine)),
        ]);
    }
    let winners = tabled(
        "Winners by layer",
        "What was tried for each layer, and what running the best on the machine gained.",
        table,
    );
    Page {
        kind: "Search",
        title: format!("Mappings of {} on {}", run.network, run.arch),
        subtitle: "The best of the mapper's candidates for each layer, confirmed on the machine."
            .to_owned(),
        cards: vec![
            Card::new(
                "Cycles",
                thousands(total),
                format!(
                    "on the machine; the model says {} ({})",
                    thousands(model),
                    signed(above(model, total))
                ),
            ),
            proof(run),
            Card::new(
                "Gain of the re-check",
                percent(above(sum(|layer| layer.model_choice_machine), total)),
                "over the model's choice",
            ),
            Card::new(
                "Above their own bounds",
                percent(above(total, sum(|layer| layer.lower_bound))),
                "what these mappings cannot go below; other candidates may",
            ),
            Card::new(
                "Candidates",
                metric(sum(|layer| layer.candidates) as f64),
                format!("for {} layers", layers.len()),
            ),
        ],
        findings: Vec::new(),
        sections: vec![
            breakdown::bounds(&pairs, layers.iter().map(|layer| layer.lower_bound)),
            breakdown::energy(&spent),
            winners,
            parity(&pairs, "", "a layer"),
        ],
        facts: vec![
            ("Accelerator", run.arch.clone()),
            ("Dataflow", run.dataflow.clone()),
            ("Seed", run.seed.to_string()),
        ],
    }
    .covering(&run.coverage)
    .said("Note", &run.notes)
    .said("Costs", &run.caveats)
    .said("Note", &run.recheck.note)
}

fn pair(layer: &MapLayer) -> Pair {
    Pair {
        name: layer.name.clone(),
        model: layer.model,
        machine: layer.machine,
        causes: String::new(),
    }
}

fn spent(layer: &MapLayer) -> Spent<'_> {
    Spent {
        name: layer.name.clone(),
        energy: &layer.energy_pj,
        least: Some(layer.energy_lower_bound_pj),
    }
}

/// What is proved, of which of the two, over what.
fn proof(run: &Map) -> Card {
    let claim = &run.certificate;
    let simulations = thousands(claim.simulations);
    let over = &claim.over;
    match claim.kind.as_str() {
        "proved" => Card::new(
            "Proof",
            "proved".to_owned(),
            format!("of the {}, {over}; {simulations} of them ran", claim.of),
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
