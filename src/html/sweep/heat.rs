//! Two axes as a heat map: the least of an objective for each pair of values.

use std::collections::HashMap;

use super::Ran;
use crate::documents::Sweep;
use crate::html::bars::BarKind;
use crate::html::chart::Size;
use crate::html::page::{Section, Table, drawings, tabled};
use crate::html::svg::{Anchor, Svg, cut, text_width};
use crate::sweep::SweepObjective;

/// Values of an axis that there is room for.
const MOST: usize = 40;
/// Shades.
const SHADES: [&str; 7] = [
    "heat-1", "heat-2", "heat-3", "heat-4", "heat-5", "heat-6", "heat-7",
];

/// The map of the first two axes that vary; none where fewer do, or where they have too many values.
pub fn section(sweep: &Sweep, objective: SweepObjective, ran: &[Ran<'_>]) -> Option<Section> {
    let axes = sweep.axes.iter().enumerate();
    let mut axes = axes.filter(|(_, axis)| (2..=MOST).contains(&axis.values.len()));
    let ((up, rows), (along, columns)) = (axes.next()?, axes.next()?);
    let mut least: HashMap<(usize, usize), Ran<'_>> = HashMap::new();
    for ran in ran {
        let place = |at: usize, values: &[_]| {
            let value = ran.point.values.get(at);
            values.iter().position(|one| Some(one) == value)
        };
        let Some(cell) = place(up, &rows.values).zip(place(along, &columns.values)) else {
            continue;
        };
        let value = objective.of(ran.figures);
        let known = least.get(&cell);
        if known.is_none_or(|known| value < objective.of(known.figures)) {
            least.insert(cell, *ran);
        }
    }
    let values = || least.values().map(|ran| objective.of(ran.figures));
    let (low, high) = values().fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    let shade = |value: f64| -> usize {
        if !(low > 0.0 && high > low) {
            return 0;
        }
        let share = (value / low).ln() / (high / low).ln();
        ((share * SHADES.len() as f64) as usize).min(SHADES.len() - 1)
    };
    let cells: HashMap<(usize, usize), (usize, String, String)> = least
        .iter()
        .map(|(cell, ran)| {
            let shown = objective.show(ran.figures);
            let hint = format!(
                "{} {}, {} {}: {shown} (point {})",
                rows.name,
                rows.values[cell.0],
                columns.name,
                columns.values[cell.1],
                ran.point.point
            );
            (*cell, (shade(objective.of(ran.figures)), shown, hint))
        })
        .collect();
    let texts = |values: &[crate::documents::SweepValue]| -> Vec<String> {
        values.iter().map(ToString::to_string).collect()
    };
    let map = Map {
        title: format!(
            "{} by {} (down) and {} (across)",
            objective.name(),
            rows.name,
            columns.name
        ),
        rows: texts(&rows.values),
        columns: texts(&columns.values),
        cells,
    };
    let head: Vec<&str> = [rows.name.as_str()]
        .into_iter()
        .chain(map.columns.iter().map(String::as_str))
        .collect();
    let mut table = Table::new(map.title.clone(), &head, 1);
    for (row, name) in map.rows.iter().enumerate() {
        let cells = (0..map.columns.len()).map(|column| {
            let cell = map.cells.get(&(row, column));
            cell.map_or("-".to_owned(), |(_, shown, _)| shown.clone())
        });
        table
            .rows
            .push([name.clone()].into_iter().chain(cells).collect());
    }
    let mut section = tabled(
        "Two axes",
        &format!(
            "The least {} for each pair of values, whatever the other axes have; darker is more, in equal ratios.",
            objective.name()
        ),
        table,
    );
    section.legend = vec![
        BarKind::of((SHADES[0], "least")),
        BarKind::of((SHADES[SHADES.len() - 1], "most")),
    ];
    section.drawings = vec![(map.title.clone(), drawings(|size| map.draw(size)))];
    Some(section)
}

struct Map {
    title: String,
    rows: Vec<String>,
    columns: Vec<String>,
    cells: HashMap<(usize, usize), (usize, String, String)>,
}

impl Map {
    fn draw(&self, size: Size) -> Svg {
        let width = size.width();
        let names = self.rows.iter().map(|name| text_width(name));
        let left = names.fold(30.0, f64::max).min(width / 3.0) + 8.0;
        let cell = (width - left) / self.columns.len() as f64;
        let tall = cell.clamp(14.0, 34.0);
        let top = 22.0;
        let bottom = top + tall * self.rows.len() as f64;
        let mut svg = Svg::new(width, bottom + 22.0);
        svg.text(0.0, 12.0, Anchor::Start, "title", &cut(&self.title, width));
        for (row, name) in self.rows.iter().enumerate() {
            let y = top + tall * row as f64;
            let name = cut(name, left - 8.0);
            svg.text(left - 8.0, y + tall / 2.0 + 4.0, Anchor::End, "tick", &name);
            for column in 0..self.columns.len() {
                let Some((shade, shown, hint)) = self.cells.get(&(row, column)) else {
                    continue;
                };
                let x = left + cell * column as f64;
                svg.rect([x, y, cell - 1.0, tall - 1.0], SHADES[*shade], hint);
                if text_width(shown) + 6.0 < cell && tall >= 16.0 {
                    let middle = x + cell / 2.0;
                    svg.text(middle, y + tall / 2.0 + 4.0, Anchor::Middle, "name", shown);
                }
            }
        }
        let every = (60.0 / cell).ceil().max(1.0) as usize;
        for (column, name) in self.columns.iter().enumerate().step_by(every) {
            let x = left + cell * (column as f64 + 0.5);
            let name = cut(name, cell.max(60.0));
            svg.text(x, bottom + 14.0, Anchor::Middle, "tick", &name);
        }
        svg
    }
}
