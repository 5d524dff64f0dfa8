//! `validate` as a page.

use crate::documents::{Validate, ValidateDataflow, ValidateLayer, ValidateMapping};
use crate::format::percent;
use crate::html::layers::worst_causes;
use crate::html::page::{Card, Finding, Page, Section, Table, signed, sum, tabled};
use crate::html::parity::{Pair, parity};

/// The page of a validation.
pub fn page(run: &Validate) -> Page {
    let dataflows = &run.dataflows;
    let mut sections = Vec::new();
    if dataflows.len() > 1 {
        sections.push(overview(dataflows));
    }
    for d in dataflows {
        let pairs: Vec<Pair> = d.layers.iter().flat_map(pairs).collect();
        let name = if dataflows.len() > 1 { &d.dataflow } else { "" };
        let dot = if run.mappings > 1 {
            "a mapping of a layer"
        } else {
            "a layer"
        };
        sections.push(parity(&pairs, name, dot));
    }
    let count = dataflows.len().max(1) as f64;
    let mean = |of: fn(&ValidateDataflow) -> f64| dataflows.iter().map(of).sum::<f64>() / count;
    let most = |of: fn(&ValidateDataflow) -> f64| dataflows.iter().map(of).fold(0.0, f64::max);
    let violations = sum(dataflows.iter().map(|d| d.bound_violations));
    let mismatches = sum(dataflows.iter().map(|d| d.count_mismatches));
    let worst = dataflows.iter();
    let worst = worst.max_by(|a, b| a.max_abs_error.total_cmp(&b.max_abs_error));
    let worst = worst.map_or("", |d| &d.max_abs_error_layer);
    let mut cards = vec![
        Card::new(
            "Mean absolute error",
            percent(mean(|d| d.mean_abs_error)),
            "of the model's cycles",
        ),
        Card::new("Greatest error", percent(most(|d| d.max_abs_error)), worst),
        Card::new(
            "Bias",
            signed(mean(|d| d.bias)),
            "mean error with its sign: above 0 the model is slow",
        ),
        Card::new(
            "Energy",
            percent(mean(|d| d.energy_mean_abs_error)),
            format!(
                "off on average, {} at most",
                percent(most(|d| d.energy_max_abs_error))
            ),
        ),
        Card::new(
            "Bounds broken",
            violations.to_string(),
            format!("{mismatches} counts that differ"),
        ),
    ];
    if let Some(tau) = dataflows.first().and_then(|d| d.kendall_tau) {
        cards.push(Card::new(
            "Kendall's tau",
            format!("{tau:.3}"),
            "1: model and machine rank a layer's mappings alike",
        ));
    }
    let verdict = if violations == 0 && mismatches == 0 {
        "Every lower bound held, and model and machine counted the same words."
    } else {
        "A bound or a count did not hold: the model and the machine contradict each other."
    };
    Page {
        kind: "Validation",
        title: format!("{} on {}", run.network, run.arch),
        subtitle: "The analytical model against the cycle-level machine.".to_owned(),
        cards,
        findings: vec![Finding {
            head: "What was checked",
            text: format!("{verdict} Mappings a layer: {}.", run.mappings),
        }],
        sections,
        facts: vec![
            ("Accelerator", run.arch.clone()),
            ("Network", run.network.clone()),
            ("Seed", run.seed.to_string()),
        ],
    }
    .covering(&run.coverage)
    .said("Costs", &run.caveats)
}

fn pairs(layer: &ValidateLayer) -> Vec<Pair> {
    let pair = |m: &ValidateMapping| Pair {
        name: layer.name.clone(),
        model: m.model_cycles,
        machine: m.machine_cycles,
        causes: worst_causes(&m.stalls),
    };
    layer.mappings.iter().map(pair).collect()
}

fn overview(dataflows: &[ValidateDataflow]) -> Section {
    let head = [
        "dataflow",
        "worst layer",
        "mean error",
        "greatest",
        "bias",
        "tau",
        "regret at 1",
    ];
    let mut table = Table::new("By dataflow", &head, 2);
    for d in dataflows {
        table.rows.push(vec![
            d.dataflow.clone(),
            d.max_abs_error_layer.clone(),
            percent(d.mean_abs_error),
            percent(d.max_abs_error),
            signed(d.bias),
            d.kendall_tau
                .map_or("-".to_owned(), |tau| format!("{tau:.3}")),
            d.regret.one.map_or("-".to_owned(), percent),
        ]);
    }
    tabled(
        "Dataflows",
        "How far the model's cycles are off under each: errors without sign, bias with it. With more \
               than one mapping a layer (--mappings), tau is 1 where both rank them alike, and regret what \
               the model's first choice loses to the machine's best.",
        table,
    )
}
