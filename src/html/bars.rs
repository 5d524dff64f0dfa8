//! Bars: a stacked one for each row, and columns.

use crate::format::{metric, percent};
use crate::html::chart::Size;
use crate::html::svg::{Anchor, Svg, cut, text_width};

/// What a part of a bar is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BarKind {
    pub class: &'static str,
    pub label: String,
}

impl BarKind {
    /// From its class and its words.
    pub fn of((class, label): (&'static str, &str)) -> Self {
        Self {
            class,
            label: label.to_owned(),
        }
    }
}

/// A bar.
#[derive(Clone, Debug)]
pub struct BarRow {
    pub name: String,
    /// One for each kind.
    pub parts: Vec<f64>,
    /// What stands at its end.
    pub label: String,
}

/// Stacked bars under each other, of one scale.
#[derive(Clone, Debug)]
pub struct Stack {
    pub kinds: Vec<BarKind>,
    pub rows: Vec<BarRow>,
}

impl Stack {
    /// The drawing: on a desk names stand before the bars, on a phone above them.
    pub fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let (pitch, left, right) = match size {
            Size::Wide => (22.0, 176.0, 84.0),
            Size::Narrow => (34.0, 0.0, 0.0),
        };
        let mut svg = Svg::new(width, pitch * self.rows.len() as f64 + 4.0);
        let longest = self.rows.iter().map(total).fold(0.0, f64::max);
        let scale = if longest > 0.0 {
            (width - left - right) / longest
        } else {
            0.0
        };
        for (i, row) in self.rows.iter().enumerate() {
            let top = pitch * i as f64;
            let (bar, text) = match size {
                Size::Wide => (top + 4.0, top + 15.0),
                Size::Narrow => (top + 18.0, top + 13.0),
            };
            let mut x = left;
            for (kind, part) in self.kinds.iter().zip(&row.parts) {
                let hint = format!(
                    "{}: {} {} ({})",
                    row.name,
                    kind.label,
                    metric(*part),
                    percent(part / total(row).max(f64::MIN_POSITIVE))
                );
                if *part > 0.0 {
                    svg.rect([x, bar, part * scale, 14.0], kind.class, &hint);
                }
                x += part * scale;
            }
            match size {
                Size::Wide => {
                    let name = cut(&row.name, left - 14.0);
                    svg.text(left - 10.0, text, Anchor::End, "name", &name);
                    svg.text(x + 7.0, text, Anchor::Start, "value", &row.label);
                }
                Size::Narrow => {
                    svg.text(0.0, text, Anchor::Start, "name", &cut(&row.name, 240.0));
                    svg.text(width, text, Anchor::End, "value", &row.label);
                }
            }
        }
        svg
    }
}

fn total(row: &BarRow) -> f64 {
    row.parts.iter().sum()
}

/// Columns beside each other, the greatest of which fills the height.
#[derive(Clone, Debug)]
pub struct Columns {
    pub title: String,
    pub class: &'static str,
    /// Name and value.
    pub values: Vec<(String, f64)>,
}

/// The drawing of columns that share their names, under each other.
pub fn columns(groups: &[Columns], size: Size) -> Svg {
    let (width, height) = (size.width(), 112.0);
    let mut svg = Svg::new(width, height * groups.len() as f64 + 18.0);
    for (i, group) in groups.iter().enumerate() {
        let (top, base) = (height * i as f64, height * (i + 1) as f64 - 14.0);
        let most = group.values.iter().map(|(_, v)| *v).fold(0.0, f64::max);
        let title = format!("{} (at most {})", group.title, metric(most));
        svg.text(0.0, top + 12.0, Anchor::Start, "title", &title);
        let pitch = width / group.values.len().max(1) as f64;
        let gap = (pitch * 0.2).min(6.0);
        for (j, (name, value)) in group.values.iter().enumerate() {
            let tall = value / most.max(f64::MIN_POSITIVE) * (base - top - 24.0);
            let wide = (pitch - gap).min(60.0);
            let x = pitch * (j as f64 + 0.5) - wide / 2.0;
            let hint = format!("{name}: {} {}", group.title, metric(*value));
            let area = [x, base - tall, wide, tall];
            svg.rect(area, group.class, &hint);
        }
        svg.line(&[[0.0, base], [width, base]], "axis");
    }
    let names = groups.first().map_or(&[][..], |group| &group.values);
    let pitch = width / names.len().max(1) as f64;
    // On a phone, or of many, only some are named; the table has all.
    let every = (names.len() as f64 * 52.0 / width).ceil().max(1.0) as usize;
    let base = height * groups.len() as f64;
    for (j, (name, _)) in names.iter().enumerate().step_by(every) {
        let (x, room) = (pitch * (j as f64 + 0.5), pitch * every as f64 - 6.0);
        let x = x.max(text_width(&cut(name, room)) / 2.0);
        svg.text(x, base, Anchor::Middle, "tick", &cut(name, room));
    }
    svg
}
