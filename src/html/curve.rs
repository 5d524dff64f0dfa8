//! The best over evaluations, and what nothing can go below.

use serde_json::Number;

use crate::format::{joules, thousands};
use crate::html::axis::Axis;
use crate::html::chart::{Chart, Dot, Line};
use crate::html::page::{Section, Table, drawings};

/// What a search knew when.
pub struct Curve<'a> {
    pub optimizer: &'a str,
    pub objective: &'a str,
    /// Evaluations, and the best after them.
    pub points: Vec<[f64; 2]>,
    /// Evaluations in all, where they are counted.
    pub spent: Option<u64>,
    pub bound: Option<f64>,
}

/// A value of an objective as documents have it.
pub fn float(value: &Number) -> f64 {
    value.as_f64().expect("any number is near a float")
}

/// A value of an objective, with its unit.
pub fn show(objective: &str, value: f64) -> String {
    match objective {
        "energy" => joules(1e3 * value),
        "edp" => format!("{} cycles", joules(1e3 * value)),
        _ => format!("{} cycles", thousands(value.round() as u64)),
    }
}

/// An objective and the unit of its plots.
pub fn with_unit(objective: &str) -> String {
    let unit = match objective {
        "energy" => "nJ",
        "edp" => "nJ cycles",
        _ => "cycles",
    };
    format!("{objective}, {unit}")
}

/// The plot and its numbers; none of a search that found nothing.
pub fn section(curve: &Curve<'_>) -> Option<Section> {
    let Curve {
        optimizer,
        objective,
        points,
        ..
    } = curve;
    let show = |value| show(objective, value);
    let last = points.last()?;
    let spent = curve.spent.map_or(last[0], |spent| spent as f64);
    let spent = spent.max(last[0]);
    let bound = curve.bound.filter(|bound| *bound > 0.0);
    let values = points.iter().map(|p| p[1]).chain(bound);
    let (x, y) = (
        Axis::log(
            "evaluations",
            points.iter().map(|p| p[0].max(1.0)).chain([spent]),
        ),
        Axis::log(&with_unit(objective), values),
    );
    let mut steps = points.clone();
    steps.push([spent, last[1]]);
    let mut lines = Vec::new();
    if let Some(bound) = bound {
        lines.push(Line {
            points: vec![[x.least, bound], [x.most, bound]],
            class: "line proof".to_owned(),
            label: format!("proved bound {}", show(bound)),
            is_step: false,
        });
    }
    lines.push(Line {
        points: steps,
        class: "line s1".to_owned(),
        label: format!("{optimizer} {}", show(last[1])),
        is_step: true,
    });
    let dots = points.iter().map(|p| Dot {
        at: *p,
        radius: 3.0,
        class: "s1".to_owned(),
        hint: format!(
            "{} after {} evaluations",
            show(p[1]),
            thousands(p[0] as u64)
        ),
        label: String::new(),
    });
    let chart = Chart {
        dots: dots.collect(),
        x,
        y,
        // A single answer needs no height.
        shape: if points.len() > 1 { 0.4 } else { 0.2 },
        lines,
    };
    let mut table = Table::new("Every improvement", &["evaluations", objective], 0);
    let rows = points.iter();
    let rows = rows.map(|p| vec![thousands(p[0] as u64), show(p[1])]);
    table.rows = rows.collect();
    Some(Section {
        title: "Anytime curve".to_owned(),
        lead: "The best that was known after so many evaluations, and what nothing can go below."
            .to_owned(),
        legend: Vec::new(),
        drawings: vec![(
            "Best objective over evaluations, with the proved bound".to_owned(),
            drawings(|size| chart.draw(size)),
        )],
        table,
    })
}
