//! `diff`: what differs between two runs, in what went in and in what came out.

use anyhow::{Result, bail};
use serde_json::{Number, Value};
use stationary::documents::{self, Both, DiffLayer, DiffStall, DiffTotal, Document};
use stationary::format::{joules, signed_percent, thousands};

use crate::Answer;
use crate::cli::{Common, Diff, Format};
use crate::diff::{Difference, LayerFigures, LayerPair, Leaf, Side, pairs};
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
        Format::Json => serde_json::to_string_pretty(&page.document())?,
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
        self.a.run.is_some()
    }

    fn differing(&self) -> Vec<LayerPair<'_>> {
        let pairs = pairs(self.a, self.b).into_iter();
        pairs.filter(|pair| pair.a != pair.b).collect()
    }

    fn document(&self) -> documents::Diff {
        let d = &self.difference;
        let number = |value: &dyn Fn(&Side) -> Option<Number>| Both {
            a: value(self.a),
            b: value(self.b),
        };
        let layer = |pair: &LayerPair<'_>| {
            let of = |figure: &dyn Fn(&LayerFigures) -> Option<Number>| Both {
                a: figure(pair.a),
                b: figure(pair.b),
            };
            let stalls = stalls(pair).into_iter().map(|(cause, a, b)| DiffStall {
                cause: cause.to_owned(),
                a,
                b,
            });
            DiffLayer {
                name: pair.name().to_owned(),
                cycles: of(&|layer| layer.cycles.map(Number::from)),
                energy_pj: of(&|layer| layer.energy().and_then(Number::from_f64)),
                stalls: stalls.collect(),
            }
        };
        let total = self.is_run().then(|| DiffTotal {
            cycles: number(&|side| side.run.as_ref()?.total.cycles.map(Number::from)),
            energy_pj: number(&|side| {
                side.run
                    .as_ref()?
                    .total
                    .energy_pj
                    .and_then(Number::from_f64)
            }),
        });
        documents::Diff {
            schema: documents::Diff::NAME.to_owned(),
            a: self.a.name.clone(),
            b: self.b.name.clone(),
            equal: d.is_equal(),
            compared: d.compared as u64,
            inputs: d.inputs.iter().map(leaf).collect(),
            layers_removed: d.layers[0].clone(),
            layers_added: d.layers[1].clone(),
            layers: self.differing().iter().map(layer).collect(),
            total,
            results: d.results.iter().map(leaf).collect(),
        }
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
        let mut row =
            |name: &str, cycles: [Option<u64>; 2], energy: [Option<f64>; 2], most: String| {
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
        for pair in self.differing() {
            let both = [pair.a, pair.b];
            row(
                pair.name(),
                both.map(|layer| layer.cycles),
                both.map(LayerFigures::energy),
                most(&pair),
            );
        }
        if let (Some(a), Some(b)) = (&self.a.run, &self.b.run) {
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
    let mut causes: Vec<&str> = Vec::new();
    for cause in pair.a.stalls.keys().chain(pair.b.stalls.keys()) {
        if !causes.contains(&cause.as_str()) {
            causes.push(cause);
        }
    }
    let of = |layer: &LayerFigures, cause: &str| layer.stalls.get(cause).copied().unwrap_or(0);
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
    let (Some(a), Some(b)) = (pair.a.busy_cycles, pair.b.busy_cycles) else {
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

fn leaf(leaf: &Leaf) -> documents::Difference {
    documents::Difference {
        path: leaf.path.clone(),
        a: leaf.a.clone(),
        b: leaf.b.clone(),
        change: leaf.change(),
    }
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
