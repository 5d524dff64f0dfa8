//! `compare` as a page.

mod tables;

use crate::documents::{Compare, CompareInstance};
use crate::format::{percent, thousands};
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::chart::{Chart, Line};
use crate::html::page::{Card, Finding, Page, Section, Table, drawings};
use tables::{optima, pairs, speedups};

const CLASSES: [&str; 8] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"];

/// The page of a comparison.
pub fn page(run: &Compare) -> Page {
    let instances = &run.instances;
    let ranked = ranking(run);
    let mut sections = vec![optima(instances), reached(run)];
    let anytime = |instance| anytime(run, instance, instances.len() > 1);
    sections.extend(instances.iter().filter_map(anytime));
    sections.push(speedups(run));
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
    let [seeds, evaluations] = [run.seeds, run.evaluations].map(thousands);
    Page {
        kind: "Comparison",
        title: "Optimisers side by side".to_owned(),
        subtitle: format!(
            "Optimisers: {}; instances: {}; seeds: {seeds}; {evaluations} evaluations each.",
            run.optimizers.len(),
            instances.len()
        ),
        cards: ranked
            .iter()
            .take(5)
            .map(|(name, share)| Card::new(name, percent(*share), "of targets reached"))
            .collect(),
        findings,
        sections,
        facts: vec![
            ("Evaluations", evaluations),
            ("Seeds", seeds),
            ("Against", run.against.clone()),
        ],
    }
    .said("Note", &run.notes)
    .said("Costs", instances.iter().flat_map(|of| &of.caveats))
}

/// The shares of targets that an optimiser has reached, by checkpoint.
fn shares<'a>(run: &'a Compare, name: &str) -> &'a [f64] {
    let own = run.ecdf.iter().find(|shares| shares.optimizer == name);
    own.map_or(&[], |own| &own.shares)
}

/// Optimisers by the share of targets that they reached in the end.
fn ranking(run: &Compare) -> Vec<(&str, f64)> {
    let last = |name: &str| shares(run, name).last().copied().unwrap_or(0.0);
    let names = run.optimizers.iter();
    let mut ranked: Vec<_> = names.map(|name| (name.as_str(), last(name))).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
    ranked
}

fn class(index: usize) -> &'static str {
    CLASSES[index % CLASSES.len()]
}

fn reached(run: &Compare) -> Section {
    let times = &run.checkpoints;
    let heads: Vec<String> = times.iter().map(|t| thousands(*t)).collect();
    let mut head = vec!["optimiser"];
    head.extend(heads.iter().map(String::as_str));
    let mut table = Table::new(
        "Share of targets reached after so many evaluations",
        &head,
        1,
    );
    let mut lines = Vec::new();
    let mut legend = Vec::new();
    for (i, name) in run.optimizers.iter().enumerate() {
        let shares = shares(run, name);
        let mut row = vec![name.clone()];
        row.extend(shares.iter().map(|s| percent(*s)));
        table.rows.push(row);
        legend.push(BarKind::of((class(i), name)));
        lines.push(Line {
            points: (times.iter().zip(shares))
                .map(|(t, s)| [*t as f64, *s])
                .collect(),
            class: format!("line {}", class(i)),
            label: name.clone(),
            is_step: false,
        });
    }
    let chart = Chart {
        x: Axis::log("evaluations", times.iter().map(|t| *t as f64)),
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

fn anytime(run: &Compare, instance: &CompareInstance, several: bool) -> Option<Section> {
    let times = &run.checkpoints;
    let name = &instance.name;
    let own = run.runs.iter().filter(|run| run.instance == *name);
    let place = |name: &str| run.optimizers.iter().position(|o| o == name).unwrap_or(0);
    // A gap of 0 has no place on an axis of ratios: it stands at a ten-thousandth.
    let least = 1e-4;
    let mut lines = Vec::new();
    let mut legend = Vec::new();
    let mut table = Table::new(
        format!("Gaps at the end: {name}"),
        &["optimiser", "median", "lower quartile", "upper quartile"],
        1,
    );
    for r in own {
        let class = class(place(&r.optimizer));
        let known = (times.iter().zip(&r.anytime_gap))
            .filter_map(|(t, [_, median, _])| Some([*t as f64, median.as_ref()?.max(least)]));
        lines.push(Line {
            points: known.collect(),
            class: format!("line {class}"),
            label: r.optimizer.clone(),
            is_step: false,
        });
        legend.push(BarKind::of((class, &r.optimizer)));
        let [lower, median, upper] = r
            .final_gap
            .map(|gap| gap.map_or("-".to_owned(), |gap| format!("{:.3} %", 100.0 * gap)));
        table
            .rows
            .push(vec![r.optimizer.clone(), median, lower, upper]);
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
        x: Axis::log("evaluations", times.iter().map(|t| *t as f64)),
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
