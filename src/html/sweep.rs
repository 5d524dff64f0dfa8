//! `sweep` as a page: the front, how values of axes lead to figures, and two axes as a heat map.

mod heat;
mod parallel;

use std::collections::HashSet;

use crate::documents::{Sweep, SweepFigures, SweepPoint};
use crate::format::thousands;
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::chart::{Chart, Dot, Line};
use crate::html::page::{Card, Page, Section, Table, drawings, tabled};
use crate::sweep::{SweepObjective, objectives};

/// Points that are drawn besides those of the front, at most.
const MOST: usize = 1_500;
/// Rows of a table at most.
const ROWS: usize = 500;

/// A point that ran.
#[derive(Clone, Copy)]
struct Ran<'d> {
    point: &'d SweepPoint,
    figures: &'d SweepFigures,
}

/// The page of a sweep.
pub fn page(sweep: &Sweep) -> Page {
    let objectives = objectives(sweep);
    let ran: Vec<Ran<'_>> = (sweep.points.iter())
        .filter_map(|point| {
            let figures = point.figures.as_ref()?;
            Some(Ran { point, figures })
        })
        .collect();
    let front: HashSet<u64> = sweep.front.iter().copied().collect();
    let (best, others): (Vec<Ran<'_>>, Vec<Ran<'_>>) =
        ran.iter().partition(|ran| front.contains(&ran.point.point));
    let every = others.len().div_ceil(MOST).max(1);
    let shown: Vec<Ran<'_>> = others.iter().copied().step_by(every).collect();
    let mut sections = Vec::new();
    if !ran.is_empty() && !objectives.is_empty() {
        sections.extend(scatter(sweep, &objectives, &best, &shown, every));
        sections.push(parallel::section(sweep, &objectives, &best, &shown));
        sections.extend(heat::section(sweep, objectives[0], &ran));
        sections.push(tabled(
            "Front",
            "Points that no other is as good as in every objective and better in one; of equal ones the first.",
            table(sweep, &objectives, &best),
        ));
    }
    sections.extend(failures(sweep));
    let failed: u64 = sweep
        .failed
        .iter()
        .fold(0, |all, failure| all.saturating_add(failure.points));
    let mut cards = vec![
        Card::new(
            "Points",
            thousands(sweep.points.len() as u64),
            format!("{} cannot run", thousands(failed)),
        ),
        Card::new("On the front", thousands(sweep.front.len() as u64), ""),
    ];
    for objective in &objectives {
        let number = sweep.best.get(objective.name());
        let found = number.and_then(|n| ran.iter().find(|ran| ran.point.point == *n));
        cards.extend(found.map(|found| {
            let label = format!("Least {}", objective.name());
            let at = values(sweep, found.point);
            Card::new(&label, objective.show(found.figures), at)
        }));
    }
    let fixed = sweep.fixed.iter();
    let fixed: Vec<String> = fixed
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    let axes: Vec<&str> = sweep.axes.iter().map(|axis| axis.name.as_str()).collect();
    let page = Page {
        kind: "Sweep",
        title: format!("Sweep over {}", axes.join(", ")),
        subtitle: format!("By {}; {}.", sweep.verb, fixed.join(", ")),
        cards,
        sections,
        facts: vec![
            ("Verb", sweep.verb.clone()),
            ("Points by", sweep.points_by.clone()),
            (
                "Seed",
                sweep.seed.map_or("-".to_owned(), |seed| seed.to_string()),
            ),
            ("Where", sweep.constraints.join("; ")),
            ("Plan", sweep.plan.clone()),
            ("Version", sweep.version.clone()),
        ],
        ..Page::default()
    };
    // Of several networks the table of the command and the document say it each.
    match &sweep.networks[..] {
        [only] => page.covering(&only.coverage),
        _ => page,
    }
}

/// The values of the axes that vary, in words.
fn values(sweep: &Sweep, point: &SweepPoint) -> String {
    let pairs = sweep.axes.iter().zip(&point.values);
    let varied = pairs.filter(|(axis, _)| axis.values.len() > 1);
    let words: Vec<String> = varied
        .map(|(axis, value)| format!("{} {value}", axis.name))
        .collect();
    words.join(", ")
}

fn hint(sweep: &Sweep, objectives: &[SweepObjective], ran: &Ran<'_>) -> String {
    let figures = objectives.iter().map(|one| one.show(ran.figures));
    let figures: Vec<String> = figures.collect();
    format!(
        "point {}: {}: {}",
        ran.point.point,
        values(sweep, ran.point),
        figures.join(", ")
    )
}

/// The first two objectives; none of a sweep with one.
fn scatter(
    sweep: &Sweep,
    objectives: &[SweepObjective],
    best: &[Ran<'_>],
    others: &[Ran<'_>],
    every: usize,
) -> Option<Section> {
    let [first, second, more @ ..] = objectives else {
        return None;
    };
    let [(x, of_x), (y, of_y)] = [first.drawn(), second.drawn()];
    let place = |ran: &Ran<'_>| [first.of(ran.figures) * of_x, second.of(ran.figures) * of_y];
    let dots = |rans: &[Ran<'_>], radius: f64, class: &str| -> Vec<Dot> {
        rans.iter()
            .map(|ran| Dot {
                at: place(ran),
                radius,
                class: class.to_owned(),
                hint: hint(sweep, objectives, ran),
                label: String::new(),
            })
            .collect()
    };
    let all = || best.iter().chain(others).map(place);
    let mut line: Vec<[f64; 2]> = best.iter().map(place).collect();
    line.sort_by(|a, b| a[0].total_cmp(&b[0]).then(b[1].total_cmp(&a[1])));
    // With more objectives the front is no line between two of them.
    let lines = more.is_empty().then(|| Line {
        points: line,
        class: "line s2".to_owned(),
        label: String::new(),
        is_step: true,
    });
    let chart = Chart {
        x: Axis::log(x, all().map(|at| at[0])),
        y: Axis::log(y, all().map(|at| at[1])),
        shape: 0.42,
        lines: lines.into_iter().collect(),
        dots: [dots(others, 2.5, "s1"), dots(best, 4.5, "s2")].concat(),
    };
    let some = match every {
        1 => String::new(),
        every => format!(" Of the other points every {every}th is drawn."),
    };
    let mut section = tabled(
        "Pareto front",
        &format!(
            "Each point by {} and {}; left and below is better.{some}",
            first.name(),
            second.name()
        ),
        table(sweep, objectives, best),
    );
    section.legend = vec![
        BarKind::of(("s2", "on the front")),
        BarKind::of(("s1", "other points")),
    ];
    section.drawings = vec![(
        format!("Points by {} and {}", first.name(), second.name()),
        drawings(|size| chart.draw(size)),
    )];
    Some(section)
}

fn table(sweep: &Sweep, objectives: &[SweepObjective], rans: &[Ran<'_>]) -> Table {
    let axes = sweep.axes.iter().map(|axis| axis.name.as_str());
    let names = objectives.iter().map(|one| one.name());
    let head: Vec<&str> = ["point"].into_iter().chain(axes).chain(names).collect();
    let mut table = Table::new("Points of the front", &head, 0);
    for ran in rans.iter().take(ROWS) {
        let mut row = vec![ran.point.point.to_string()];
        row.extend(ran.point.values.iter().map(ToString::to_string));
        row.extend(objectives.iter().map(|one| one.show(ran.figures)));
        table.rows.push(row);
    }
    table
}

fn failures(sweep: &Sweep) -> Option<Section> {
    if sweep.failed.is_empty() {
        return None;
    }
    let head = ["why", "points", "first"];
    let mut table = Table::new("Points that cannot run", &head, 1);
    for failure in sweep.failed.iter().take(ROWS) {
        table.rows.push(vec![
            failure.error.clone(),
            thousands(failure.points),
            failure.first.to_string(),
        ]);
    }
    let lead = "Reasons that differ in their numbers alone are one; the words are those of the first point.";
    Some(tabled("Points that cannot run", lead, table))
}
