//! `validate` as a page.

use serde_json::Value;

use crate::report::format::percent;
use crate::report::html::layers::worst_causes;
use crate::report::html::page::{Card, Finding, Page, Section, Table};
use crate::report::html::parity::{Pair, parity};
use crate::report::html::read::{amount, list, number, signed, text};

/// The page of a validation.
pub fn page(run: &Value) -> Page {
    let dataflows = list(run, "dataflows");
    let mut sections = Vec::new();
    if dataflows.len() > 1 {
        sections.push(overview(dataflows));
    }
    for d in dataflows {
        let pairs: Vec<Pair> = list(d, "layers").iter().flat_map(pairs).collect();
        let name = if dataflows.len() > 1 {
            text(d, "dataflow")
        } else {
            ""
        };
        sections.push(parity(&pairs, name));
    }
    let sum = |path: &str| dataflows.iter().map(|d| amount(d, path)).sum::<f64>();
    let most = |path: &str| {
        dataflows
            .iter()
            .map(|d| amount(d, path))
            .fold(0.0, f64::max)
    };
    let count = dataflows.len().max(1) as f64;
    let violations = sum("bound_violations") + sum("count_mismatches");
    let mut cards = vec![
        Card::new(
            "Mean absolute error",
            percent(sum("mean_abs_error") / count),
            "",
        ),
        Card::new("Greatest error", percent(most("max_abs_error")), ""),
        Card::new("Bias", signed(sum("bias") / count), "of the model"),
        Card::new(
            "Bounds broken",
            format!("{:.0}", sum("bound_violations")),
            format!("{:.0} counts that differ", sum("count_mismatches")),
        ),
    ];
    if let Some(tau) = dataflows.first().and_then(|d| number(d, "kendall_tau")) {
        cards.push(Card::new(
            "Kendall's tau",
            format!("{tau:.3}"),
            "within a layer",
        ));
    }
    let verdict = if violations == 0.0 {
        "Every lower bound held, and model and machine counted the same words."
    } else {
        "A bound or a count did not hold: the model and the machine contradict each other."
    };
    Page {
        kind: "Validation",
        title: format!("{} on {}", text(run, "network"), text(run, "arch")),
        subtitle: "The analytical model against the cycle-level machine.".to_owned(),
        cards,
        findings: vec![Finding {
            head: "What was checked",
            text: format!("{verdict} Mappings a layer: {}.", amount(run, "mappings")),
        }],
        sections,
        facts: vec![
            ("Accelerator".to_owned(), text(run, "arch").to_owned()),
            ("Network".to_owned(), text(run, "network").to_owned()),
            ("Seed".to_owned(), amount(run, "seed").to_string()),
        ],
    }
}

fn pairs(layer: &Value) -> Vec<Pair> {
    let pair = |m: &Value| Pair {
        name: text(layer, "name").to_owned(),
        model: amount(m, "model_cycles"),
        machine: amount(m, "machine_cycles"),
        causes: worst_causes(m),
    };
    list(layer, "mappings").iter().map(pair).collect()
}

fn overview(dataflows: &[Value]) -> Section {
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
        let share = |path: &str| number(d, path).map_or("-".to_owned(), percent);
        table.rows.push(vec![
            text(d, "dataflow").to_owned(),
            text(d, "max_abs_error_layer").to_owned(),
            share("mean_abs_error"),
            share("max_abs_error"),
            signed(amount(d, "bias")),
            number(d, "kendall_tau").map_or("-".to_owned(), |tau| format!("{tau:.3}")),
            share("regret.1"),
        ]);
    }
    Section {
        title: "Dataflows".to_owned(),
        lead: "How far the model is off under each.".to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    }
}
