//! Two runs side by side as a page of tables.

use serde_json::{Number, Value};

use crate::causes;
use crate::documents::{Both, Diff, DiffLayer, DiffStall, DiffTotal, Difference};
use crate::format::{joules, signed_percent, thousands};
use crate::html::checks::verdict;
use crate::html::page::{Card, Page, Table, tabled};

/// The page of `diff`.
pub fn page(run: &Diff) -> Page {
    let mut sections = Vec::new();
    if !run.inputs.is_empty() {
        let table = leaves("Every input that differs", &run.inputs);
        let lead = "Options, files and fields that differ; - is what a run does not have.";
        sections.push(tabled("What went in", lead, table));
    }
    if !run.layers.is_empty() {
        let lead = "Layers whose figures differ, with the cause of stalls that changed most; cycles of the \
                    array's clock. Changes are from A to B. The total is of all layers, of those too that \
                    are equal.";
        let table = layers(&run.layers, run.total.as_ref());
        sections.push(tabled("Layers", lead, table));
    }
    if !run.results.is_empty() {
        let table = leaves("Every figure that differs", &run.results);
        let lead = "Every figure and word that differs, by its place in the JSON of the runs.";
        sections.push(tabled("What came out", lead, table));
    }
    let names = |names: &[String]| match names.join(", ") {
        none if none.is_empty() => "none".to_owned(),
        names => names,
    };
    let mut cards = vec![
        verdict(run.equal, "equal", "they differ"),
        Card::new(
            "Figures that differ",
            thousands(run.results.len() as u64),
            format!("{} compared", thousands(run.compared)),
        ),
    ];
    if let Some(total) = &run.total {
        for (label, both) in [("Cycles", &total.cycles), ("Energy", &total.energy_pj)] {
            cards.extend(change(both).map(|change| Card::new(label, change, "from A to B")));
        }
    }
    Page {
        kind: "Comparison of runs",
        title: format!("{} and {}", run.a, run.b),
        subtitle: "Two runs side by side: what went in and what came out.".to_owned(),
        cards,
        sections,
        facts: vec![
            ("A", run.a.clone()),
            ("B", run.b.clone()),
            ("Layers only A has", names(&run.layers_removed)),
            ("Layers only B has", names(&run.layers_added)),
        ],
        ..Page::default()
    }
}

/// How much greater the second figure is, where that can be said.
fn change(both: &Both) -> Option<String> {
    let [a, b] = [&both.a, &both.b].map(|side| side.as_ref().and_then(Number::as_f64));
    let pair = a.zip(b).filter(|(a, _)| *a > 0.0);
    pair.map(|(a, b)| signed_percent(b / a - 1.0))
}

fn layers(layers: &[DiffLayer], total: Option<&DiffTotal>) -> Table {
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
    let row = |name: &str, most: Option<&DiffStall>, cycles: &Both, energy: &Both| {
        let none = || "-".to_owned();
        let shown = |side: &Option<Number>, show: fn(f64) -> String| {
            let figure = side.as_ref().and_then(Number::as_f64);
            figure.map_or_else(none, show)
        };
        let whole = |side| shown(side, |figure| thousands(figure as u64));
        let spent = |side| shown(side, joules);
        vec![
            name.to_owned(),
            most.map_or_else(none, |stall| causes::words(&stall.cause)),
            whole(&cycles.a),
            whole(&cycles.b),
            change(cycles).unwrap_or_else(none),
            spent(&energy.a),
            spent(&energy.b),
            change(energy).unwrap_or_else(none),
        ]
    };
    for layer in layers {
        let most = layer.stalls.first();
        let row = row(&layer.name, most, &layer.cycles, &layer.energy_pj);
        table.rows.push(row);
    }
    if let Some(total) = total {
        let row = row("total", None, &total.cycles, &total.energy_pj);
        table.rows.push(row);
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

fn leaves(caption: &str, leaves: &[Difference]) -> Table {
    let mut table = Table::new(caption, &["path", "A", "B", "change"], 1);
    for leaf in leaves {
        table.rows.push(vec![
            leaf.path.clone(),
            shown(&leaf.a),
            shown(&leaf.b),
            leaf.change.map_or(String::new(), signed_percent),
        ]);
    }
    table
}
