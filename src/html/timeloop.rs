//! `estimate --counting timeloop` as a page: accesses level by level.

use serde_json::Value;

use crate::format::{joules, percent, thousands};
use crate::html::bars::{BarKind, BarRow, Stack};
use crate::html::checks::tabled;
use crate::html::page::{Card, Page, Section, Table, drawings};
use crate::html::parts::{Parts, Whole};
use crate::html::read::{amount, list, text};

/// The page of what was counted.
pub fn page(run: &Value) -> Page {
    let layers = list(run, "layers");
    let sum = |path: &str| layers.iter().map(|l| amount(l, path)).sum::<f64>();
    let (cycles, spent) = (sum("counts.cycles"), sum("counts.energy_pj"));
    let busy: f64 = layers
        .iter()
        .map(|l| amount(l, "counts.cycles") * amount(l, "counts.utilization"))
        .sum();
    Page {
        kind: "Estimate",
        title: format!("{} on {}", text(run, "network"), text(run, "arch")),
        subtitle: "Words counted as Timeloop counts them, level by level.".to_owned(),
        cards: vec![
            Card::new("Cycles", thousands(cycles as u64), "by Timeloop's model"),
            Card::new("Energy", joules(spent), "all levels and the multipliers"),
            Card::new("Multipliers busy", percent(busy / cycles.max(1.0)), ""),
        ],
        sections: vec![energy(layers), levels(layers)],
        facts: vec![
            ("Accelerator".to_owned(), text(run, "arch").to_owned()),
            ("Network".to_owned(), text(run, "network").to_owned()),
        ],
        ..Page::default()
    }
}

/// Colours of levels, no two of them alike.
const CLASSES: [&str; 16] = [
    "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "net-1", "core-1", "dram-4", "bank-1",
    "core-3", "net-4", "dram-3", "bank-3",
];

/// The energy of each layer by level and space. What no level accounts for is the multipliers' own.
fn energy(layers: &[Value]) -> Section {
    let spent = |level: &Value| {
        let name = format!("{} {}", text(level, "level"), text(level, "space"));
        (name, amount(level, "energy_pj"))
    };
    let whole = |layer: &Value| Whole {
        parts: list(layer, "counts.levels").iter().map(spent).collect(),
        total: amount(layer, "counts.energy_pj"),
    };
    let wholes: Vec<Whole> = layers.iter().map(whole).collect();
    let mut parts = Parts::of(&[], &wholes);
    for (at, kind) in parts.kinds.iter_mut().enumerate() {
        *kind = match kind.class {
            "rest" => BarKind::of(("idle", "multipliers")),
            _ => BarKind::of((CLASSES[at % CLASSES.len()], &kind.label)),
        };
    }
    let mut head = vec!["layer", "total"];
    head.extend(parts.kinds.iter().map(|kind| kind.label.as_str()));
    let mut table = Table::new("Energy of every layer by level", &head, 1);
    let row = |name: &str, parts: &[f64]| {
        let mut row = vec![name.to_owned(), joules(parts.iter().sum())];
        row.extend(parts.iter().map(|part| joules(*part)));
        row
    };
    let named = || {
        layers
            .iter()
            .map(|layer| text(layer, "name"))
            .zip(&parts.rows)
    };
    table
        .rows
        .extend(named().map(|(name, parts)| row(name, parts)));
    table.rows.push(row("total", &parts.totals()));
    let bars = named().map(|(name, parts)| BarRow {
        name: name.to_owned(),
        parts: parts.clone(),
        label: joules(parts.iter().sum()),
    });
    let stack = Stack {
        kinds: parts.kinds.clone(),
        rows: bars.collect(),
    };
    Section {
        title: "Energy".to_owned(),
        lead: format!(
            "Each layer's energy by level and data space; what the mouse shows is in picojoules.{}",
            parts.caveat("the layer's energy")
        ),
        legend: parts.kinds.clone(),
        drawings: vec![(
            "Energy of each layer by level".to_owned(),
            drawings(|size| stack.draw(size)),
        )],
        table,
    }
}

/// What each level does for each space.
fn levels(layers: &[Value]) -> Section {
    let numbers = ["tile", "instances", "reads", "updates", "fills", "cycles"];
    let mut head = vec!["layer", "level", "space"];
    head.extend(numbers);
    head.push("energy");
    let mut table = Table::new("Levels of every layer", &head, 3);
    for layer in layers {
        for level in list(layer, "counts.levels") {
            let mut row = vec![
                text(layer, "name").to_owned(),
                text(level, "level").to_owned(),
                text(level, "space").to_owned(),
            ];
            row.extend(numbers.map(|name| thousands(amount(level, name) as u64)));
            row.push(joules(amount(level, "energy_pj")));
            table.rows.push(row);
        }
    }
    tabled(
        "Levels",
        "Words are of one instance: those it holds at a time (tile), and those read, updated by sums from \
         inside and filled from outside. Cycles are the level's at its bandwidth; energy is of all instances.",
        table,
    )
}
