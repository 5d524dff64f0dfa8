//! `validate` as a page.

use serde_json::Value;

use crate::format::percent;
use crate::html::layers::worst_causes;
use crate::html::page::{Card, Finding, Page, Section, Table};
use crate::html::parity::{Pair, parity};
use crate::html::read::{amount, list, number, signed, text};

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
        let several = amount(run, "mappings") > 1.0;
        let dot = if several {
            "a mapping of a layer"
        } else {
            "a layer"
        };
        sections.push(parity(&pairs, name, dot));
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
    let worst = dataflows
        .iter()
        .max_by(|a, b| amount(a, "max_abs_error").total_cmp(&amount(b, "max_abs_error")));
    let worst = worst.map_or("", |d| text(d, "max_abs_error_layer"));
    let mut cards = vec![
        Card::new(
            "Mean absolute error",
            percent(sum("mean_abs_error") / count),
            "of the model's cycles",
        ),
        Card::new("Greatest error", percent(most("max_abs_error")), worst),
        Card::new(
            "Bias",
            signed(sum("bias") / count),
            "mean error with its sign: above 0 the model is slow",
        ),
        Card::new(
            "Energy",
            percent(sum("energy_mean_abs_error") / count),
            format!(
                "off on average, {} at most",
                percent(most("energy_max_abs_error"))
            ),
        ),
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
            "1: model and machine rank a layer's mappings alike",
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
        lead: "How far the model's cycles are off under each: errors without sign, bias with it. With more \
               than one mapping a layer (--mappings), tau is 1 where both rank them alike, and regret what \
               the model's first choice loses to the machine's best."
            .to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    }
}
