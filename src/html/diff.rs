//! Two runs side by side as a page of tables.

use serde_json::Value;

use crate::causes;
use crate::format::{joules, signed_percent, thousands};
use crate::html::checks::{facts, tabled, verdict};
use crate::html::page::{Card, Page, Table};
use crate::html::read::{amount, list, number, text};

/// The page of `diff`.
pub fn page(run: &Value) -> Page {
    let mut sections = Vec::new();
    let inputs = list(run, "inputs");
    if !inputs.is_empty() {
        let table = leaves("Every input that differs", inputs);
        let lead = "Options, files and fields that differ; - is what a run does not have.";
        sections.push(tabled("What went in", lead, table));
    }
    let differing = list(run, "layers");
    if !differing.is_empty() {
        let lead = "Layers whose figures differ, with the cause of stalls that changed most; cycles of the \
                    array's clock. Changes are from A to B. The total is of all layers, of those too that \
                    are equal.";
        sections.push(tabled("Layers", lead, layers(differing, &run["total"])));
    }
    let results = list(run, "results");
    if !results.is_empty() {
        let table = leaves("Every figure that differs", results);
        let lead = "Every figure and word that differs, by its place in the JSON of the runs.";
        sections.push(tabled("What came out", lead, table));
    }
    let names = |path: &str| {
        let names = list(run, path).iter().filter_map(Value::as_str);
        match names.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "none".to_owned(),
            names => names,
        }
    };
    let change = |path: &str| {
        let [a, b] = ["a", "b"].map(|side| number(run, &format!("total.{path}.{side}")));
        let pair = a.zip(b).filter(|(a, _)| *a > 0.0);
        pair.map(|(a, b)| signed_percent(b / a - 1.0))
    };
    let mut cards = vec![
        verdict(&run["equal"], "equal", "they differ"),
        Card::new(
            "Figures that differ",
            thousands(results.len() as u64),
            format!("{} compared", thousands(amount(run, "compared") as u64)),
        ),
    ];
    for (label, path) in [("Cycles", "cycles"), ("Energy", "energy_pj")] {
        cards.extend(change(path).map(|change| Card::new(label, change, "from A to B")));
    }
    let mut facts = facts(run, &[("A", "a"), ("B", "b")]);
    facts.extend([
        ("Layers only A has".to_owned(), names("layers_removed")),
        ("Layers only B has".to_owned(), names("layers_added")),
    ]);
    Page {
        kind: "Comparison of runs",
        title: format!("{} and {}", text(run, "a"), text(run, "b")),
        subtitle: "Two runs side by side: what went in and what came out.".to_owned(),
        cards,
        sections,
        facts,
        ..Page::default()
    }
}

fn layers(layers: &[Value], total: &Value) -> Table {
    let head = [
        "layer",
        "most of it",
        "cycles A",
        "cycles B",
        "change",
        "energy A",
        "energy B",
        "change",
    ];
    let mut table = Table::new("Layers that differ", &head, 2);
    let row = |name: &str, of: &Value| {
        let pair = |path: &str| ["a", "b"].map(|side| number(of, &format!("{path}.{side}")));
        let change = |[a, b]: [Option<f64>; 2]| {
            let pair = a.zip(b).filter(|(a, _)| *a > 0.0);
            pair.map_or("-".to_owned(), |(a, b)| signed_percent(b / a - 1.0))
        };
        let (cycles, energy) = (pair("cycles"), pair("energy_pj"));
        let most = list(of, "stalls").first();
        let most = most.map_or("-".to_owned(), |stall| causes::words(text(stall, "cause")));
        let whole = |n: Option<f64>| n.map_or("-".to_owned(), |n| thousands(n as u64));
        let spent = |n: Option<f64>| n.map_or("-".to_owned(), joules);
        vec![
            name.to_owned(),
            most,
            whole(cycles[0]),
            whole(cycles[1]),
            change(cycles),
            spent(energy[0]),
            spent(energy[1]),
            change(energy),
        ]
    };
    let rows = layers.iter().map(|layer| row(text(layer, "name"), layer));
    table.rows.extend(rows);
    if !total.is_null() {
        table.rows.push(row("total", total));
    }
    table
}

/// A JSON value in a cell; fractions in seven digits, which tell figures apart.
fn shown(value: &Value) -> String {
    let rounded = |fraction: f64| format!("{fraction:.6e}").parse::<f64>().unwrap_or(fraction);
    match value {
        Value::Number(number) if number.is_f64() => number
            .as_f64()
            .map_or(String::new(), |n| rounded(n).to_string()),
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn leaves(caption: &str, leaves: &[Value]) -> Table {
    let mut table = Table::new(caption, &["path", "A", "B", "change"], 1);
    for leaf in leaves {
        table.rows.push(vec![
            text(leaf, "path").to_owned(),
            shown(&leaf["a"]),
            shown(&leaf["b"]),
            number(leaf, "change").map_or(String::new(), signed_percent),
        ]);
    }
    table
}
