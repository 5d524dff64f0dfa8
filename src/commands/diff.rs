//! `diff`: what differs between two runs, in what went in and in what came out.

use anyhow::Result;
use serde_json::Value;
use stationary::diff::{Difference, LayerFigures, LayerPair, Leaf, Side, shown};
use stationary::format::{joules, signed_percent, thousands};
use stationary::record::Answer;

use crate::cli::{Common, Diff, Format};
use crate::output;
use crate::report::table::page as fitted;
use crate::report::table::table;

/// Compares; the answer is no if what came out differs.
pub fn diff(args: &Diff, common: &Common) -> Result<Answer> {
    let sides = (Side::read(&args.a)?, Side::read(&args.b)?);
    let difference = Difference::of(sides.0, sides.1, args.tolerance)?;
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&difference.document())?,
        Format::Csv => difference.csv(),
        Format::Table => fitted(&page(&difference)),
    })?;
    Ok(match difference.is_equal() {
        true => Answer::Yes,
        false => Answer::No,
    })
}

fn page(d: &Difference) -> String {
    let mut text = String::new();
    if !d.inputs.is_empty() {
        let mut rows = table(&["input", "A", "B"], 3);
        for leaf in &d.inputs {
            rows.add_row([leaf.path.clone(), brief(&leaf.a), brief(&leaf.b)]);
        }
        text.push_str(&format!("{rows}\n"));
    }
    for (what, names) in ["only A has", "only B has"].into_iter().zip(&d.layers) {
        if !names.is_empty() {
            text.push_str(&format!("layers that {what}: {}\n", names.join(", ")));
        }
    }
    if d.is_equal() {
        text.push_str(&format!(
            "the same results: {} figures and words\n",
            thousands(d.compared as u64)
        ));
    } else if d.is_run() {
        text.push_str(&layers(d));
    } else {
        text.push_str(&places(&d.results));
    }
    text
}

fn layers(d: &Difference) -> String {
    let header = [
        "layer",
        "cycles A",
        "cycles B",
        "change",
        "energy A",
        "energy B",
        "change",
        "most of it",
    ];
    let optional = ["energy A", "energy B", "cycles A", "most of it"];
    let mut rows = table(&header, 1).optional(&optional);
    let mut row = |name: &str, cycles: [Option<u64>; 2], energy: [Option<f64>; 2], most: String| {
        let change = |both: [Option<f64>; 2]| match both {
            [Some(a), Some(b)] if a != 0.0 => signed_percent(b / a - 1.0),
            _ => "-".to_owned(),
        };
        let [ca, cb] = cycles.map(|cycles| cycles.map_or("-".to_owned(), thousands));
        let [ea, eb] = energy.map(|energy| energy.map_or("-".to_owned(), joules));
        let cells = [
            name.to_owned(),
            ca,
            cb,
            change(cycles.map(|cycles| cycles.map(|c| c as f64))),
            ea,
            eb,
            change(energy),
            most,
        ];
        if name == "total" {
            rows.total(cells);
        } else {
            rows.add_row(cells);
        }
    };
    for pair in d.pairs() {
        let both = [pair.a, pair.b];
        row(
            pair.name(),
            both.map(|layer| layer.cycles),
            both.map(LayerFigures::energy),
            most(&pair),
        );
    }
    if let (Some(a), Some(b)) = (&d.a.run, &d.b.run) {
        let both = [&a.total, &b.total];
        let (cycles, energy) = (both.map(|t| t.cycles), both.map(|t| t.energy_pj));
        row("total", cycles, energy, String::new());
    }
    let total = |leaf: &&Leaf| leaf.path.starts_with("total.");
    let named = |leaf: &&Leaf| {
        leaf.path.ends_with(".cycles")
            || leaf.path.ends_with("energy_pj.total")
            || leaf.path.contains(".stalls.")
    };
    let results = &d.results;
    let others = results
        .iter()
        .filter(|leaf| !named(leaf) && !total(leaf))
        .count();
    let more = match others {
        0 => String::new(),
        n => format!(
            "{} more figures of layers and names differ; --format json or csv lists them\n",
            thousands(n as u64)
        ),
    };
    format!("{rows}\n{more}")
}

fn places(leaves: &[Leaf]) -> String {
    const MOST: usize = 40;
    let mut rows = table(&["result", "A", "B", "change"], 3);
    for leaf in leaves.iter().take(MOST) {
        let change = leaf.change().map_or(String::new(), signed_percent);
        rows.add_row([leaf.path.clone(), brief(&leaf.a), brief(&leaf.b), change]);
    }
    let more = match leaves.len().saturating_sub(MOST) {
        0 => String::new(),
        n => format!(
            "{} more; --format json or csv lists them\n",
            thousands(n as u64)
        ),
    };
    format!("{rows}\n{more}")
}

/// Where most of the change in cycles comes from.
fn most(pair: &LayerPair<'_>) -> String {
    let (Some(a), Some(b)) = (pair.a.busy_cycles, pair.b.busy_cycles) else {
        return String::new();
    };
    let busy = (a, b);
    let stall = pair.stalls().first().copied().unwrap_or(("", 0, 0));
    let (what, (a, b)) = if busy.0.abs_diff(busy.1) >= stall.1.abs_diff(stall.2) {
        ("busy", busy)
    } else {
        (stall.0, (stall.1, stall.2))
    };
    if a == b {
        return String::new();
    }
    let sign = if b > a { '+' } else { '-' };
    format!("{what} {sign}{}", thousands(a.abs_diff(b)))
}

/// For a cell: hashes and other long words by their beginning.
fn brief(value: &Value) -> String {
    const MOST: usize = 24;
    let text = match value {
        Value::Null => "-".to_owned(),
        value => shown(value),
    };
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}...", &text[..at]),
        None => text,
    }
}
