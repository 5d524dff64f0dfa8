//! `estimate --counting timeloop` as a page: accesses level by level.

use serde_json::Value;

use crate::report::format::{joules, metric, percent, thousands};
use crate::report::html::bars::{Row, Stack};
use crate::report::html::page::{Card, Page, Section, Table, drawings};
use crate::report::html::parts::{Parts, Whole};
use crate::report::html::read::{amount, list, text};

/// The page of what was counted.
pub fn page(run: &Value) -> Page {
    let layers = list(run, "layers");
    let sum = |path: &str| layers.iter().map(|l| amount(l, path)).sum::<f64>();
    let (cycles, energy) = (sum("counts.cycles"), sum("counts.energy_pj"));
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
            Card::new("Energy", joules(energy), "all levels and the multipliers"),
            Card::new("Multipliers busy", percent(busy / cycles.max(1.0)), ""),
        ],
        sections: layers.iter().map(levels).collect(),
        facts: vec![
            ("Accelerator".to_owned(), text(run, "arch").to_owned()),
            ("Network".to_owned(), text(run, "network").to_owned()),
        ],
        ..Page::default()
    }
}

fn levels(layer: &Value) -> Section {
    let levels = list(layer, "counts.levels");
    let numbers = ["tile", "instances", "reads", "updates", "fills", "cycles"];
    let mut head = vec!["level", "space"];
    head.extend(numbers);
    head.push("energy");
    let mut table = Table::new(format!("Levels of {}", text(layer, "name")), &head, 2);
    for level in levels {
        let mut row = vec![
            text(level, "level").to_owned(),
            text(level, "space").to_owned(),
        ];
        row.extend(numbers.map(|name| thousands(amount(level, name) as u64)));
        row.push(joules(amount(level, "energy_pj")));
        table.rows.push(row);
    }
    let spent = |level: &Value| {
        let name = format!("{} {}", text(level, "level"), text(level, "space"));
        (name, amount(level, "energy_pj"))
    };
    // What no level accounts for is the multipliers' own.
    let whole = Whole {
        parts: levels.iter().map(spent).collect(),
        total: amount(layer, "counts.energy_pj"),
    };
    let mut parts = Parts::of(&[], &[whole]);
    for kind in &mut parts.kinds {
        if kind.class == "rest" {
            *kind = crate::report::html::bars::Kind::of(("work", "multipliers"));
        }
    }
    let classes = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];
    let others = parts.kinds.iter_mut().filter(|kind| kind.class != "work");
    for (at, kind) in others.enumerate() {
        kind.class = classes[at % classes.len()];
    }
    let legend = parts.kinds.clone();
    let row = Row {
        name: text(layer, "name").to_owned(),
        parts: parts.rows[0].clone(),
        label: metric(parts.rows[0].iter().sum()),
    };
    let stack = Stack {
        kinds: parts.kinds,
        rows: vec![row],
    };
    Section {
        title: format!("Levels: {}", text(layer, "name")),
        lead: "Energy by level and space in picojoules; the table has the words.".to_owned(),
        legend,
        drawings: vec![(
            format!("Energy of {} by level", text(layer, "name")),
            drawings(|size| stack.draw(size)),
        )],
        table,
    }
}
