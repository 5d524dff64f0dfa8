//! The table as comma-separated text.
//!
//! ```text
//! layer,pe,tile,latency_cycles,energy_nj,area_um2,power_mw
//! 0,1,1,47312641,82202.754872,363219562905.513,2854553.4317
//! ```
//!
//! A column `dataflow` (dla, shi or eye) after `layer` marks options of several
//! styles. Rows may come in any order; within a layer the options keep the order of
//! the text. Layers count from 0 without a gap.

use std::collections::HashSet;
use std::fmt::Write;
use std::str::FromStr;

use thiserror::Error;

use crate::style::DataflowStyle;
use crate::table::{CostEntry, CostTable, TableError};

const HEADER: &str = "layer,pe,tile,latency_cycles,energy_nj,area_um2,power_mw";
const MIXED_HEADER: &str = "layer,dataflow,pe,tile,latency_cycles,energy_nj,area_um2,power_mw";

/// The first fault in the text of a table.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: found {found}; expected {expected}")]
pub struct ParseError {
    /// The file's name, as the caller gave it.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The text that is wrong.
    pub found: String,
    /// What is allowed in its place.
    pub expected: String,
}

impl CostTable {
    /// Reads a table from the text of a file, whose name is used in messages.
    ///
    /// # Errors
    /// The first fault, with its line.
    ///
    /// ```
    /// use stationary_search::CostTable;
    /// let text = "layer,pe,tile,latency_cycles,energy_nj,area_um2,power_mw\n0,1,1,9,1.5,2.0,-3\n";
    /// let error = CostTable::parse("costs.csv", text).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "costs.csv:2: found power_mw `-3`; expected a finite number, not negative"
    /// );
    /// ```
    pub fn parse(file: &str, text: &str) -> Result<Self, ParseError> {
        let fault = |line, found: String, expected: String| ParseError {
            file: file.to_owned(),
            line,
            found,
            expected,
        };
        let mut lines = text
            .lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line.trim()));
        let expected = || format!("the header `{HEADER}`, or with `dataflow` after `layer`");
        let header = match lines.next() {
            Some((at, line)) => [HEADER, MIXED_HEADER]
                .into_iter()
                .find(|header| line.trim_start_matches('\u{feff}') == *header)
                .ok_or_else(|| fault(at, format!("`{line}`"), expected()))?,
            None => return Err(fault(1, "an empty file".to_owned(), expected())),
        };
        let mut rows: Vec<(usize, usize, CostEntry)> = Vec::new();
        let mut seen = HashSet::new();
        for (at, line) in lines.filter(|(_, line)| !line.is_empty()) {
            let (layer, entry) =
                row(line, header).map_err(|(found, expected)| fault(at, found, expected))?;
            if !seen.insert((layer, entry.levels())) {
                let found = format!("layer {layer}, {} again", entry.levels());
                return Err(fault(at, found, "each of them once".to_owned()));
            }
            rows.push((at, layer, entry));
        }
        if rows.is_empty() {
            let expected = "at least one row below it".to_owned();
            return Err(fault(1, "only the header".to_owned(), expected));
        }
        let present: HashSet<usize> = rows.iter().map(|&(_, layer, _)| layer).collect();
        let missing = (0..).find(|layer| !present.contains(layer)).unwrap_or(0);
        if let Some(&(at, layer, _)) = rows.iter().find(|&&(_, layer, _)| layer > missing) {
            let expected = format!("layer {missing}, which has no row");
            return Err(fault(at, format!("layer {layer}"), expected));
        }
        let last = rows.last().map_or(1, |&(at, ..)| at);
        let mut layers = vec![Vec::new(); missing];
        for (_, layer, entry) in rows {
            layers[layer].push(entry);
        }
        CostTable::new(layers).map_err(|error: TableError| {
            fault(
                last,
                format!("a table in which {error}"),
                "a valid table".to_owned(),
            )
        })
    }

    /// The table as text that [`CostTable::parse`] reads back to an equal table.
    pub fn to_csv(&self) -> String {
        let is_mixed = self.layers().iter().flatten().any(|e| e.style.is_some());
        let mut text = format!("{}\n", if is_mixed { MIXED_HEADER } else { HEADER });
        for (layer, options) in self.layers().iter().enumerate() {
            for e in options {
                let CostEntry {
                    style,
                    pe,
                    tile,
                    latency,
                    energy,
                    area,
                    power,
                } = e;
                let style = style.map_or(String::new(), |style| format!("{style},"));
                writeln!(
                    text,
                    "{layer},{style}{pe},{tile},{latency},{energy},{area},{power}"
                )
                .expect("writing to a string does not fail");
            }
        }
        text
    }
}

type Fault = (String, String);

fn row(line: &str, header: &str) -> Result<(usize, CostEntry), Fault> {
    let mut fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let needed = header.split(',').count();
    if fields.len() != needed {
        let found = format!("{} fields in `{line}`", fields.len());
        return Err((found, format!("{needed} fields: {header}")));
    }
    let style = match header {
        MIXED_HEADER => Some(style(fields.remove(1))?),
        _ => None,
    };
    let entry = CostEntry {
        style,
        pe: integer("pe", fields[1])?,
        tile: integer("tile", fields[2])?,
        latency: integer("latency_cycles", fields[3])?,
        energy: cost("energy_nj", fields[4])?,
        area: cost("area_um2", fields[5])?,
        power: cost("power_mw", fields[6])?,
    };
    Ok((integer("layer", fields[0])?, entry))
}

fn style(field: &str) -> Result<DataflowStyle, Fault> {
    let names = || DataflowStyle::ALL.map(DataflowStyle::name).join(", ");
    field
        .parse()
        .map_err(|_| (format!("dataflow `{field}`"), format!("one of {}", names())))
}

fn integer<T: FromStr>(column: &str, field: &str) -> Result<T, Fault> {
    let expected = || format!("an integer, not negative, below 2^{}", 8 * size_of::<T>());
    field
        .parse()
        .map_err(|_| (format!("{column} `{field}`"), expected()))
}

fn cost(column: &str, field: &str) -> Result<f64, Fault> {
    match field.parse::<f64>() {
        Ok(value) if value.is_finite() && value >= 0.0 => Ok(value),
        _ => {
            let expected = "a finite number, not negative".to_owned();
            Err((format!("{column} `{field}`"), expected))
        }
    }
}
