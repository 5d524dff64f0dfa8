//! The Pareto front of an objective and a budget.

use crate::documents::{Search, Vertex};
use crate::format::{area, watts};
use crate::html::axis::Axis;
use crate::html::chart::{Chart, Dot, Line};
use crate::html::curve::{float, show, with_unit};
use crate::html::page::{Section, Table, drawings};

/// The plot and its numbers; none where none was asked for.
pub fn section(run: &Search) -> Option<Section> {
    let vertices = run.front.as_ref()?;
    let objective = run.objective.as_str();
    let show = |value| show(objective, value);
    let is_area = (run.budgets.keys().next()).is_none_or(|resource| resource == "area_um2");
    let (resource, scale) = match is_area {
        true => ("area in mm\u{b2}", 1e6),
        false => ("power in mW", 1.0),
    };
    let place = |v: &Vertex| Some([v.used? / scale, float(v.objective.as_ref()?)]);
    let solved = || (vertices.iter()).filter_map(|v| Some((place(v)?, v)));
    let points: Vec<[f64; 2]> = solved().map(|(place, _)| place).collect();
    if points.is_empty() {
        return None;
    }
    let dots = solved().map(|(p, v)| Dot {
        at: p,
        radius: 4.0,
        class: "s1".to_owned(),
        hint: format!("{} at {:.3} ({})", show(p[1]), p[0], v.kind),
        label: String::new(),
    });
    let chosen = run.best.found().map(|best| {
        let used = match is_area {
            true => best.used.area_um2,
            false => best.used.power_mw,
        };
        let at = [used / scale, float(&best.objective)];
        Dot {
            at,
            radius: 5.5,
            class: "s2".to_owned(),
            hint: format!("{} at {:.3}: the design of this search", show(at[1]), at[0]),
            label: "this search".to_owned(),
        }
    });
    let chart = Chart {
        x: Axis::log(resource, points.iter().map(|p| p[0])),
        y: Axis::log(&with_unit(objective), points.iter().map(|p| p[1])),
        shape: 0.42,
        lines: vec![Line {
            points: points.clone(),
            class: "line s1".to_owned(),
            label: String::new(),
            is_step: true,
        }],
        dots: dots.chain(chosen).collect(),
    };
    let mut table = Table::new(
        "Every point of the front",
        &["proof", "limit", "used", objective, "bound"],
        1,
    );
    for v in vertices {
        let value = |value: Option<f64>| value.map_or("-".to_owned(), show);
        let used = |used| budgeted(resource, used);
        table.rows.push(vec![
            v.kind.clone(),
            used(v.limit),
            v.used.map_or("-".to_owned(), used),
            value(v.objective.as_ref().map(float)),
            value(v.lower_bound),
        ]);
    }
    let proved = solved().filter(|(_, v)| v.kind == "proved").count();
    Some(Section {
        title: "Pareto front".to_owned(),
        lead: format!(
            "The best {objective} under each limit on {}; {proved} of {} points are proved over these options.",
            resource.split(' ').next().unwrap_or(""),
            points.len()
        ),
        legend: Vec::new(),
        drawings: vec![(
            format!("Pareto front of {objective} and {resource}"),
            drawings(|size| chart.draw(size)),
        )],
        table,
    })
}

/// An amount of a resource, with its unit.
pub fn budgeted(resource: &str, value: f64) -> String {
    match resource.starts_with("area") {
        true => area(value),
        false => watts(value),
    }
}
