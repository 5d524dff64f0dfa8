//! Parallel coordinates: a line a point, from the values of the axes to the figures.

use super::{Ran, hint, table};
use crate::documents::{Sweep, SweepAxis};
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::chart::Size;
use crate::html::page::{Section, drawings, tabled};
use crate::html::svg::{Anchor, Svg, cut};
use crate::sweep::SweepObjective;

/// Lines of points besides the front, at most.
const MOST: usize = 300;
/// Values of an axis that are named.
const NAMED: usize = 9;

/// One of the upright lines.
enum Upright<'d> {
    /// An axis of the sweep, its values in equal steps.
    Values(usize, &'d SweepAxis),
    /// An objective, in equal ratios.
    Figures(SweepObjective, Axis),
}

impl Upright<'_> {
    /// How far up a point is, from 0 to 1.
    fn place(&self, ran: &Ran<'_>) -> f64 {
        match self {
            Self::Values(at, axis) => {
                let value = ran.point.values.get(*at);
                let place = axis.values.iter().position(|one| Some(one) == value);
                let steps = axis.values.len().saturating_sub(1).max(1);
                place.unwrap_or(0) as f64 / steps as f64
            }
            Self::Figures(objective, axis) => {
                axis.place(objective.of(ran.figures) * objective.drawn().1)
            }
        }
    }

    fn ticks(&self) -> Vec<(f64, String)> {
        match self {
            Self::Values(_, axis) => {
                let steps = axis.values.len().saturating_sub(1).max(1);
                let every = axis.values.len().div_ceil(NAMED).max(1);
                let values = axis.values.iter().enumerate().step_by(every);
                values
                    .map(|(at, value)| (at as f64 / steps as f64, value.to_string()))
                    .collect()
            }
            Self::Figures(_, axis) => {
                let ticks = axis.ticks(6).into_iter();
                ticks
                    .map(|(value, label)| (axis.place(value), label))
                    .collect()
            }
        }
    }

    fn title(&self) -> &str {
        match self {
            Self::Values(_, axis) => &axis.name,
            Self::Figures(objective, _) => objective.drawn().0,
        }
    }
}

/// The plot; its numbers are those of the front.
pub fn section(
    sweep: &Sweep,
    objectives: &[SweepObjective],
    best: &[Ran<'_>],
    others: &[Ran<'_>],
) -> Section {
    let every = others.len().div_ceil(MOST).max(1);
    let others: Vec<Ran<'_>> = others.iter().copied().step_by(every).collect();
    let axes = sweep.axes.iter().enumerate();
    let axes = axes.filter(|(_, axis)| axis.values.len() > 1);
    let mut uprights: Vec<Upright<'_>> = axes.map(|(at, axis)| Upright::Values(at, axis)).collect();
    for objective in objectives {
        let (title, factor) = objective.drawn();
        let all = best.iter().chain(&others);
        let axis = Axis::log(title, all.map(|ran| objective.of(ran.figures) * factor));
        uprights.push(Upright::Figures(*objective, axis));
    }
    let lines = |rans: &[Ran<'_>]| -> Vec<(Vec<f64>, String)> {
        rans.iter()
            .map(|ran| {
                let places = uprights.iter().map(|upright| upright.place(ran));
                (places.collect(), hint(sweep, objectives, ran))
            })
            .collect()
    };
    let (back, fore) = (lines(&others), lines(best));
    let lead = format!(
        "A line a point, from the values of the axes to the figures; {} of the points that are not on the front \
         are drawn. Below is better on the axes of figures.",
        others.len()
    );
    let mut section = tabled(
        "From values to figures",
        &lead,
        table(sweep, objectives, best),
    );
    section.legend = vec![
        BarKind::of(("s2", "on the front")),
        BarKind::of(("idle", "other points")),
    ];
    section.drawings = vec![(
        "Parallel coordinates of the points".to_owned(),
        drawings(|size| draw(&uprights, &back, &fore, size)),
    )];
    section
}

fn draw(
    uprights: &[Upright<'_>],
    back: &[(Vec<f64>, String)],
    fore: &[(Vec<f64>, String)],
    size: Size,
) -> Svg {
    let width = size.width();
    let height = 380.0;
    let mut svg = Svg::new(width, height);
    let (left, right, top, bottom) = (40.0, width - 40.0, 46.0, height - 16.0);
    let gap = (right - left) / uprights.len().saturating_sub(1).max(1) as f64;
    let across = |at: usize| left + at as f64 * gap;
    let up = |place: f64| bottom - place.clamp(0.0, 1.0) * (bottom - top);
    let points = |places: &[f64]| -> Vec<[f64; 2]> {
        let places = places.iter().enumerate();
        places.map(|(at, place)| [across(at), up(*place)]).collect()
    };
    for (places, _) in back {
        svg.line(&points(places), "axis");
    }
    for (places, _) in fore {
        svg.line(&points(places), "line s2");
    }
    for (at, upright) in uprights.iter().enumerate() {
        let x = across(at);
        svg.line(&[[x, top], [x, bottom]], "line");
        let anchor = match at {
            0 => Anchor::Start,
            at if at + 1 == uprights.len() => Anchor::End,
            _ => Anchor::Middle,
        };
        let title = cut(upright.title(), gap.max(60.0));
        // Titles of neighbours stand in two lines, so that they have room.
        let y = if at % 2 == 0 { 14.0 } else { 30.0 };
        svg.text(x, y, anchor, "title", &title);
        for (place, label) in upright.ticks() {
            let label = cut(&label, 0.8 * gap.max(40.0));
            svg.text(x + 4.0, up(place) + 4.0, Anchor::Start, "name", &label);
        }
    }
    // What the mouse finds, where lines are too thin for it.
    for (places, hint) in fore {
        if let (Some(place), Some(last)) = (places.last(), uprights.len().checked_sub(1)) {
            svg.circle(across(last), up(*place), 3.5, "s2", hint);
        }
    }
    svg
}
