//! Documents that check something: values, certificates, and two runs side by side. Their pages are
//! tables.

use serde_json::Value;

use crate::report::format::{joules, signed_percent, thousands};
use crate::report::html::page::{Card, Page, Section, Table};
use crate::report::html::read::{amount, list, number, text};

/// A section of numbers alone.
pub fn tabled(title: &str, lead: &str, table: Table) -> Section {
    Section {
        title: title.to_owned(),
        lead: lead.to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    }
}

fn verdict(value: &Value, yes: &str, no: &str) -> String {
    if value == true { yes } else { no }.to_owned()
}

/// The page of `simulate --functional`.
pub fn functional(run: &Value) -> Page {
    let layers = list(run, "layers");
    let head = ["layer", "each MAC once", "outputs", "differ", "cycles"];
    let mut table = Table::new("Values of every layer", &head, 2);
    for layer in layers {
        let whole = |path: &str| thousands(amount(layer, path) as u64);
        table.rows.push(vec![
            text(layer, "name").to_owned(),
            verdict(&layer["each_mac_once"], "yes", "no"),
            whole("outputs"),
            whole("wrong"),
            whole("cycles"),
        ]);
    }
    let sum = |path: &str| layers.iter().map(|l| amount(l, path)).sum::<f64>() as u64;
    Page {
        kind: "Check of values",
        title: "Outputs against the convolution".to_owned(),
        subtitle:
            "The machine's output values, compared with the layer computed by its definition."
                .to_owned(),
        cards: vec![
            Card::new(
                "Verdict",
                verdict(&run["equal"], "equal", "they differ"),
                "",
            ),
            Card::new(
                "Outputs that differ",
                thousands(sum("wrong")),
                format!("of {}", thousands(sum("outputs"))),
            ),
            Card::new("Cycles", thousands(sum("cycles")), "on the machine"),
        ],
        sections: vec![tabled(
            "Layers",
            "What was compared, layer by layer.",
            table,
        )],
        ..Page::default()
    }
}

/// The page of `verify`.
pub fn verify(run: &Value) -> Page {
    let checks = list(run, "checks");
    let mut table = Table::new("Every check", &["check", "holds", "found"], 3);
    for check in checks {
        table.rows.push(vec![
            text(check, "check").to_owned(),
            verdict(&check["holds"], "yes", "NO"),
            text(check, "detail").to_owned(),
        ]);
    }
    let held = checks.iter().filter(|check| check["holds"] == true).count();
    Page {
        kind: "Verification",
        title: "A certificate, checked again".to_owned(),
        subtitle: "Each claim of the certificate, and what was found by other means.".to_owned(),
        cards: vec![
            Card::new(
                "Verdict",
                verdict(&run["holds"], "holds", "does not hold"),
                "",
            ),
            Card::new("Checks", format!("{held} of {}", checks.len()), "hold"),
        ],
        sections: vec![tabled(
            "Checks",
            "In the order in which they were made.",
            table,
        )],
        ..Page::default()
    }
}

/// A JSON value in a cell.
fn shown(value: &Value) -> String {
    match value {
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

/// The page of `diff`.
pub fn diff(run: &Value) -> Page {
    let mut sections = Vec::new();
    let inputs = list(run, "inputs");
    if !inputs.is_empty() {
        let table = leaves("Every input that differs", inputs);
        sections.push(tabled(
            "What went in",
            "Options, files and fields that differ.",
            table,
        ));
    }
    let layers = list(run, "layers");
    if !layers.is_empty() {
        let head = [
            "layer",
            "most of it",
            "cycles A",
            "cycles B",
            "change",
            "energy A",
            "energy B",
        ];
        let mut table = Table::new("Layers that differ", &head, 2);
        for layer in layers {
            let [a, b] = ["cycles.a", "cycles.b"].map(|path| number(layer, path));
            let change = a.zip(b).filter(|(a, _)| *a > 0.0);
            let cycles = |n: Option<f64>| n.map_or("-".to_owned(), |n| thousands(n as u64));
            let energy = |path: &str| number(layer, path).map_or("-".to_owned(), joules);
            let most = list(layer, "stalls").first();
            table.rows.push(vec![
                text(layer, "name").to_owned(),
                most.map_or("-".to_owned(), |stall| {
                    crate::report::causes::words(text(stall, "cause"))
                }),
                cycles(a),
                cycles(b),
                change.map_or("-".to_owned(), |(a, b)| signed_percent(b / a - 1.0)),
                energy("energy_pj.a"),
                energy("energy_pj.b"),
            ]);
        }
        let lead = "Layers whose figures differ, with the cause of stalls that changed most.";
        sections.push(tabled("Layers", lead, table));
    }
    let results = list(run, "results");
    if !results.is_empty() {
        let table = leaves("Every figure that differs", results);
        sections.push(tabled(
            "What came out",
            "Every figure and word that differs.",
            table,
        ));
    }
    let names = |path: &str| {
        let names = list(run, path).iter().filter_map(Value::as_str);
        match names.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "none".to_owned(),
            names => names,
        }
    };
    Page {
        kind: "Comparison of runs",
        title: format!("{} and {}", text(run, "a"), text(run, "b")),
        subtitle: "Two runs side by side: what went in and what came out.".to_owned(),
        cards: vec![
            Card::new(
                "Verdict",
                verdict(&run["equal"], "equal", "they differ"),
                "",
            ),
            Card::new(
                "Figures that differ",
                thousands(results.len() as u64),
                format!("{} compared", thousands(amount(run, "compared") as u64)),
            ),
        ],
        sections,
        facts: vec![
            ("A".to_owned(), text(run, "a").to_owned()),
            ("B".to_owned(), text(run, "b").to_owned()),
            ("Layers only A has".to_owned(), names("layers_removed")),
            ("Layers only B has".to_owned(), names("layers_added")),
        ],
        ..Page::default()
    }
}
