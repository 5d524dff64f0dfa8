//! `estimate --counting timeloop` as a page: accesses level by level.

use crate::documents::{Timeloop, TimeloopLayer};
use crate::format::{joules, percent, thousands};
use crate::html::bars::{BarKind, BarRow, Stack};
use crate::html::page::{Card, Page, Section, Table, drawings, sum, tabled};
use crate::html::parts::{Parts, Whole};
use crate::timeloop::Count;

/// The page of what was counted.
pub fn page(run: &Timeloop) -> Page {
    let counts = || run.layers.iter().map(|layer| &layer.counts);
    let cycles = sum(counts().map(|counts| counts.cycles));
    let spent = counts().map(|counts| counts.energy_pj).sum();
    let busy: f64 = counts()
        .map(|counts| counts.cycles as f64 * counts.utilization)
        .sum();
    Page {
        kind: "Estimate",
        title: format!("{} on {}", run.network, run.arch),
        subtitle: "Words counted as Timeloop counts them, level by level.".to_owned(),
        cards: vec![
            Card::new("Cycles", thousands(cycles), "by Timeloop's model"),
            Card::new("Energy", joules(spent), "all levels and the multipliers"),
            Card::new("Multipliers busy", percent(busy / cycles.max(1) as f64), ""),
        ],
        sections: vec![energy(&run.layers), levels(&run.layers)],
        facts: vec![
            ("Accelerator", run.arch.clone()),
            ("Network", run.network.clone()),
        ],
        ..Page::default()
    }
    .covering(&run.coverage)
}

/// Colours of levels, no two of them alike.
const CLASSES: [&str; 16] = [
    "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "net-1", "core-1", "dram-4", "bank-1",
    "core-3", "net-4", "dram-3", "bank-3",
];

/// The energy of each layer by level and space. What no level accounts for is the multipliers' own.
fn energy(layers: &[TimeloopLayer]) -> Section {
    let spent = |level: &Count| {
        let name = format!("{} {}", level.level, level.space);
        (name, level.energy_pj)
    };
    let whole = |layer: &TimeloopLayer| Whole {
        parts: layer.counts.levels.iter().map(spent).collect(),
        total: layer.counts.energy_pj,
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
    let named = || layers.iter().map(|layer| &layer.name).zip(&parts.rows);
    table
        .rows
        .extend(named().map(|(name, parts)| row(name, parts)));
    table.rows.push(row("total", &parts.totals()));
    let bars = named().map(|(name, parts)| BarRow {
        name: name.clone(),
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
fn levels(layers: &[TimeloopLayer]) -> Section {
    let head = [
        "layer",
        "level",
        "space",
        "tile",
        "instances",
        "reads",
        "updates",
        "fills",
        "cycles",
        "energy",
    ];
    let mut table = Table::new("Levels of every layer", &head, 3);
    for layer in layers {
        for level in &layer.counts.levels {
            let mut row = vec![layer.name.clone(), level.level.clone(), level.space.clone()];
            let numbers = [
                level.tile,
                level.instances,
                level.reads,
                level.updates,
                level.fills,
                level.cycles,
            ];
            row.extend(numbers.map(thousands));
            row.push(joules(level.energy_pj));
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
