//! `diff`: what differs between two runs, in what went in and in what came out.

use anyhow::{Result, bail};
use serde_json::{Value, json};
use stationary::format::{joules, signed_percent, thousands};

use crate::Answer;
use crate::cli::{Common, Diff, Format};
use crate::diff::{Difference, LayerPair, Leaf, Side, pairs};
use crate::output;
use crate::report::table::page as fitted;
use crate::report::table::table;

/// Compares; the answer is no if what came out differs.
pub fn diff(args: &Diff, common: &Common) -> Result<Answer> {
    if !(0.0..1.0).contains(&args.tolerance) {
        bail!(
            "--tolerance {}: needed a share from 0 to less than 1",
            args.tolerance
        );
    }
    let (a, b) = (Side::read(&args.a)?, Side::read(&args.b)?);
    if a.schema() != b.schema() {
        bail!(
            "{} is {}, {} is {}: only runs of one kind can be compared",
            a.name,
            a.schema(),
            b.name,
            b.schema()
        );
    }
    let page = Page {
        difference: Difference::of(&a, &b, args.tolerance),
        a: &a,
        b: &b,
    };
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&page.json())?,
        Format::Csv => page.csv()?,
        Format::Table => fitted(&page.table()),
    })?;
    Ok(if page.difference.is_equal() {
        Answer::Yes
    } else {
        Answer::No
    })
}

struct Page<'a> {
    difference: Difference,
    a: &'a Side,
    b: &'a Side,
}

impl Page<'_> {
    /// Whether the results are those of estimate or simulate.
    fn is_run(&self) -> bool {
        self.a.schema() == "stationary/run/1"
    }

    fn differing(&self) -> Vec<LayerPair<'_>> {
        let pairs = pairs(self.a, self.b).into_iter();
        pairs.filter(|pair| pair.a != pair.b).collect()
    }

    fn json(&self) -> Value {
        let d = &self.difference;
        let leaves = |leaves: &[Leaf]| -> Value { leaves.iter().map(leaf).collect() };
        let layer = |pair: &LayerPair<'_>| {
            let stalls = stalls(pair);
            let stalls = stalls
                .iter()
                .map(|(cause, a, b)| json!({"cause": cause, "a": a, "b": b}));
            json!({
                "name": pair.name,
                "cycles": {"a": pair.a["cycles"], "b": pair.b["cycles"]},
                "energy_pj": {"a": pair.a["energy_pj"]["total"], "b": pair.b["energy_pj"]["total"]},
                "stalls": stalls.collect::<Vec<_>>(),
            })
        };
        let total = |of: &str| {
            let [a, b] = [self.a, self.b].map(|side| &side.result["total"][of]);
            json!({"a": a, "b": b})
        };
        let total = match self.is_run() {
            true => json!({"cycles": total("cycles"), "energy_pj": total("energy_pj")}),
            false => Value::Null,
        };
        let layers: Vec<Value> = if self.is_run() {
            self.differing().iter().map(layer).collect()
        } else {
            Vec::new()
        };
        json!({
            "schema": "stationary/diff/1", "a": self.a.name, "b": self.b.name,
            "equal": d.is_equal(), "compared": d.compared,
            "inputs": leaves(&d.inputs),
            "layers_removed": d.layers[0], "layers_added": d.layers[1],
            "layers": layers, "total": total,
            "results": leaves(&d.results),
        })
    }

    /// A line for each place.
    fn csv(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(["part", "path", "a", "b", "change"])?;
        let d = &self.difference;
        for (part, leaves) in [("input", &d.inputs), ("result", &d.results)] {
            for leaf in leaves {
                let change = leaf.change().map_or(String::new(), |c| c.to_string());
                out.write_record([part, &leaf.path, &shown(&leaf.a), &shown(&leaf.b), &change])?;
            }
        }
        Ok(String::from_utf8(out.into_inner()?)?)
    }

    fn table(&self) -> String {
        let d = &self.difference;
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
        } else if self.is_run() {
            text.push_str(&self.layers());
        } else {
            text.push_str(&self.places(&d.results));
        }
        text
    }

    fn layers(&self) -> String {
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
        let mut row = |name: &str, cycles: [&Value; 2], energy: [&Value; 2], most: String| {
            let change = |[a, b]: [&Value; 2]| match (a.as_f64(), b.as_f64()) {
                (Some(a), Some(b)) if a != 0.0 => signed_percent(b / a - 1.0),
                _ => "-".to_owned(),
            };
            let [ca, cb] = cycles.map(|c| c.as_u64().map_or("-".to_owned(), thousands));
            let [ea, eb] = energy.map(|e| e.as_f64().map_or("-".to_owned(), joules));
            let cells = [
                name.to_owned(),
                ca,
                cb,
                change(cycles),
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
        for pair in self.differing() {
            row(
                pair.name,
                [&pair.a["cycles"], &pair.b["cycles"]],
                [&pair.a["energy_pj"]["total"], &pair.b["energy_pj"]["total"]],
                most(&pair),
            );
        }
        let [a, b] = [self.a, self.b].map(|side| &side.result["total"]);
        row(
            "total",
            [&a["cycles"], &b["cycles"]],
            [&a["energy_pj"], &b["energy_pj"]],
            String::new(),
        );
        let total = |leaf: &&Leaf| leaf.path.starts_with("total.");
        let named = |leaf: &&Leaf| {
            leaf.path.ends_with(".cycles")
                || leaf.path.ends_with("energy_pj.total")
                || leaf.path.contains(".stalls.")
        };
        let results = &self.difference.results;
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

    fn places(&self, leaves: &[Leaf]) -> String {
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
}

/// Stall causes with other cycles, the greatest change first.
fn stalls<'a>(pair: &LayerPair<'a>) -> Vec<(&'a str, u64, u64)> {
    let [a, b] = [pair.a, pair.b].map(|layer| layer["stalls"].as_object());
    let mut causes: Vec<&str> = Vec::new();
    for (cause, _) in a.into_iter().flatten().chain(b.into_iter().flatten()) {
        if !causes.contains(&cause.as_str()) {
            causes.push(cause);
        }
    }
    let of = |layer: &Value, cause: &str| layer["stalls"][cause].as_u64().unwrap_or(0);
    let mut stalls: Vec<_> = causes
        .into_iter()
        .map(|cause| (cause, of(pair.a, cause), of(pair.b, cause)))
        .filter(|(_, a, b)| a != b)
        .collect();
    stalls.sort_by_key(|(_, a, b)| std::cmp::Reverse(a.abs_diff(*b)));
    stalls
}

/// Where most of the change in cycles comes from.
fn most(pair: &LayerPair<'_>) -> String {
    let of = |layer: &Value| layer["busy_cycles"].as_u64();
    let (Some(a), Some(b)) = (of(pair.a), of(pair.b)) else {
        return String::new();
    };
    let busy = (a, b);
    let stall = stalls(pair).first().copied().unwrap_or(("", 0, 0));
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

fn leaf(leaf: &Leaf) -> Value {
    json!({"path": leaf.path, "a": leaf.a, "b": leaf.b, "change": leaf.change()})
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
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
