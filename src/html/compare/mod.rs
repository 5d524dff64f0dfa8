//! `compare` as a page.

mod tables;

use serde_json::Value;

use crate::format::{percent, thousands};
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::chart::{Chart, Line};
use crate::html::page::{Card, Finding, Page, Section, Table, drawings};
use crate::html::read::{amount, list, number, text};
use tables::{optima, pairs, speedups};

const CLASSES: [&str; 8] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

/// The page of a comparison.
pub fn page(run: &Value) -> Page {
    let optimizers: Vec<&str> = list(run, "optimizers")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let instances = list(run, "instances");
    let ranked = ranking(run, &optimizers);
    let mut sections = vec![optima(instances), reached(run, &optimizers)];
    let several = instances.len() > 1;
    for (at, instance) in instances.iter().enumerate() {
        sections.extend(anytime(run, at, instance, several));
    }
    sections.push(speedups(run, &optimizers));
    sections.push(pairs(run));
    let mut findings = Vec::new();
    if let Some((best, share)) = ranked.first() {
        findings.push(Finding {
            head: "What was found",
            text: format!(
                "{best} reached {} of all targets within the budget{}.",
                percent(*share),
                ranked.get(1).map_or(String::new(), |(second, share)| {
                    format!("; {second} comes next with {}", percent(*share))
                })
            ),
        });
    }
    let number = |path: &str| thousands(amount(run, path) as u64);
    Page {
        kind: "Comparison",
        title: "Optimisers side by side".to_owned(),
        subtitle: format!(
            "Optimisers: {}; instances: {}; seeds: {}; {} evaluations each.",
            optimizers.len(),
            instances.len(),
            number("seeds"),
            number("evaluations")
        ),
        cards: ranked
            .iter()
            .take(5)
            .map(|(name, share)| Card::new(name, percent(*share), "of targets reached"))
            .collect(),
        findings,
        sections,
        facts: vec![
            ("Evaluations".to_owned(), number("evaluations")),
            ("Seeds".to_owned(), number("seeds")),
            ("Against".to_owned(), text(run, "against").to_owned()),
        ],
    }
}

/// Optimisers by the share of targets that they reached in the end.
fn ranking<'a>(run: &Value, optimizers: &[&'a str]) -> Vec<(&'a str, f64)> {
    let last = |name: &str| {
        let own = list(run, "ecdf")
            .iter()
            .find(|e| text(e, "optimizer") == name);
        let shares = own.map_or(&[][..], |e| list(e, "shares"));
        shares.last().and_then(Value::as_f64).unwrap_or(0.0)
    };
    let mut ranked: Vec<_> = optimizers.iter().map(|name| (*name, last(name))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

fn class(index: usize) -> &'static str {
    CLASSES[index % CLASSES.len()]
}

fn checkpoints(run: &Value) -> Vec<f64> {
    list(run, "checkpoints")
        .iter()
        .filter_map(Value::as_f64)
        .collect()
}

fn reached(run: &Value, optimizers: &[&str]) -> Section {
    let times = checkpoints(run);
    let heads: Vec<String> = times.iter().map(|t| thousands(*t as u64)).collect();
    let mut head = vec!["optimiser"];
    head.extend(heads.iter().map(String::as_str));
    let mut table = Table::new(
        "Share of targets reached after so many evaluations",
        &head,
        1,
    );
    let mut lines = Vec::new();
    let mut legend = Vec::new();
    for (i, name) in optimizers.iter().enumerate() {
        let own = list(run, "ecdf")
            .iter()
            .find(|e| text(e, "optimizer") == *name);
        let shares = own.map_or(&[][..], |e| list(e, "shares"));
        let shares: Vec<f64> = shares.iter().filter_map(Value::as_f64).collect();
        let mut row = vec![(*name).to_owned()];
        row.extend(shares.iter().map(|s| percent(*s)));
        table.rows.push(row);
        legend.push(BarKind::of((class(i), name)));
        lines.push(Line {
            points: times.iter().zip(&shares).map(|(t, s)| [*t, *s]).collect(),
            class: format!("line {}", class(i)),
            label: (*name).to_owned(),
            is_step: false,
        });
    }
    let chart = Chart {
        x: Axis::log("evaluations", times.iter().copied()),
        y: Axis::share("targets reached"),
        shape: 0.45,
        lines,
        dots: Vec::new(),
    };
    Section {
        title: "Targets reached".to_owned(),
        lead: "Over all instances, seeds and targets (within 50, 10, 5, 2, 1 and 0 % of the optimum): \
               the share that is reached after so many evaluations. An optimiser that reads the whole table \
               first is charged with as many as that takes."
            .to_owned(),
        legend,
        drawings: vec![(
            "Share of targets reached over evaluations, by optimiser".to_owned(),
            drawings(|size| chart.draw(size)),
        )],
        table,
    }
}

fn anytime(run: &Value, at: usize, instance: &Value, several: bool) -> Option<Section> {
    let times = checkpoints(run);
    let name = text(instance, "name");
    let own = list(run, "runs")
        .iter()
        .filter(|r| text(r, "instance") == name || amount_is(r, "instance", at));
    let own: Vec<&Value> = own.collect();
    let optimizers: Vec<&str> = list(run, "optimizers")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let place = |name: &str| optimizers.iter().position(|o| *o == name).unwrap_or(0);
    let median = |gap: &Value| gap.get(1).and_then(Value::as_f64);
    // A gap of 0 has no place on an axis of ratios: it stands at a ten-thousandth.
    let least = 1e-4;
    let mut lines = Vec::new();
    let mut legend = Vec::new();
    let mut table = Table::new(
        format!("Gaps at the end: {name}"),
        &["optimiser", "median", "lower quartile", "upper quartile"],
        1,
    );
    for r in &own {
        let (optimizer, gaps) = (text(r, "optimizer"), list(r, "anytime_gap"));
        let known = times
            .iter()
            .zip(gaps)
            .filter_map(|(t, g)| Some([*t, median(g)?.max(least)]));
        lines.push(Line {
            points: known.collect(),
            class: format!("line {}", class(place(optimizer))),
            label: optimizer.to_owned(),
            is_step: false,
        });
        legend.push(BarKind::of((class(place(optimizer)), optimizer)));
        let end = list(r, "final_gap");
        let cell = |i: usize| {
            let gap = end.get(i).and_then(Value::as_f64);
            gap.map_or("-".to_owned(), |g| format!("{:.3} %", 100.0 * g))
        };
        table
            .rows
            .push(vec![optimizer.to_owned(), cell(1), cell(0), cell(2)]);
    }
    lines.retain(|line| !line.points.is_empty());
    if lines.is_empty() {
        return None;
    }
    let gaps = lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|p| 100.0 * p[1]);
    let y = Axis::log("% above the optimum", gaps);
    for line in &mut lines {
        for point in &mut line.points {
            point[1] *= 100.0;
        }
    }
    let chart = Chart {
        x: Axis::log("evaluations", times.iter().copied()),
        y,
        shape: 0.42,
        lines,
        dots: Vec::new(),
    };
    Some(Section {
        title: if several {
            format!("Gap to the optimum: {name}")
        } else {
            "Gap to the optimum".to_owned()
        },
        lead: format!(
            "{name}: the median gap to the optimum over the seeds. 0.01 % stands for none."
        ),
        legend,
        drawings: vec![(
            format!("Median gap to the optimum over evaluations: {name}"),
            drawings(|size| chart.draw(size)),
        )],
        table,
    })
}

fn amount_is(value: &Value, path: &str, wanted: usize) -> bool {
    number(value, path) == Some(wanted as f64)
}
