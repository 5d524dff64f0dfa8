//! A CSV file whose first line names the columns, with errors that name file, line and column.

use stationary_document::{Diagnostic, Position};

use crate::error::{LayerError, NetworkError};
use crate::layer::Layer;

/// A header and rows, all trimmed. Empty lines are gone, and so are trailing commas and comments.
pub(super) struct CsvTable<'a> {
    file: &'a str,
    text: &'a str,
    header_line: u64,
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

pub(super) struct CsvRow<'a> {
    table: &'a CsvTable<'a>,
    line: u64,
    values: &'a [String],
}

impl<'a> CsvTable<'a> {
    /// Reads a text. Columns are separated by commas, or by tabs if the first line has no comma.
    pub(super) fn read(file: &'a str, text: &'a str) -> Result<Self, NetworkError> {
        let first = text.lines().find(|line| !line.trim().is_empty());
        let has_tabs = first.is_some_and(|line| !line.contains(',') && line.contains('\t'));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(if has_tabs { b'\t' } else { b',' })
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut lines = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|e| NetworkError::Csv {
                file: file.to_owned(),
                message: e.to_string(),
            })?;
            let mut values: Vec<String> = record.iter().map(str::to_owned).collect();
            // SCALE-Sim's files end each row in a comma, some of them with a comment behind it.
            while values
                .last()
                .is_some_and(|v| v.is_empty() || v.starts_with('#'))
            {
                values.pop();
            }
            let is_comment =
                !lines.is_empty() && values.first().is_some_and(|v| v.starts_with('#'));
            if !values.is_empty() && !is_comment {
                lines.push((record.position().map_or(0, csv::Position::line), values));
            }
        }
        if lines.is_empty() {
            return Err(NetworkError::Empty {
                file: file.to_owned(),
            });
        }
        without_index(&mut lines);
        let (header_line, header) = lines.remove(0);
        Ok(Self {
            file,
            text,
            header_line,
            header,
            rows: lines,
        })
    }

    /// Names of the columns, as they stand.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// The header's columns as they compare: letters and digits only, in lower case.
    pub(super) fn columns(&self) -> Vec<String> {
        self.header.iter().map(|column| folded(column)).collect()
    }

    /// The fewest and the most values of a row; `None` without rows.
    pub(super) fn widths(&self) -> Option<(usize, usize)> {
        let widths = || self.rows.iter().map(|(_, values)| values.len());
        Some((widths().min()?, widths().max()?))
    }

    /// A file without a header: its first line is a row like the others.
    pub(super) fn without_header(mut self, columns: &[&str]) -> Self {
        let names = columns.iter().map(|&name| name.to_owned()).collect();
        let first = std::mem::replace(&mut self.header, names);
        self.rows.insert(0, (self.header_line, first));
        self
    }

    /// A message about the header.
    pub(super) fn note(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(self.file, self.place(self.header_line), message)
    }

    fn place(&self, line: u64) -> Option<Position> {
        crate::error::line_of(self.text, line)
    }

    /// The layers of all rows of exactly as many values as there are columns, or everything that is
    /// wrong with any.
    pub(super) fn layers(
        &self,
        layer: impl FnMut(usize, &CsvRow<'_>) -> Result<Layer, NetworkError>,
    ) -> Result<Vec<Layer>, NetworkError> {
        let columns = self.header.len();
        self.layers_within(columns..=columns, layer)
    }

    /// The layers of all rows of so many values.
    pub(super) fn layers_within(
        &self,
        widths: std::ops::RangeInclusive<usize>,
        mut layer: impl FnMut(usize, &CsvRow<'_>) -> Result<Layer, NetworkError>,
    ) -> Result<Vec<Layer>, NetworkError> {
        let (mut layers, mut errors) = (Vec::new(), Vec::new());
        for (index, (line, values)) in self.rows.iter().enumerate() {
            let row = CsvRow {
                table: self,
                line: *line,
                values,
            };
            let read = if widths.contains(&values.len()) {
                layer(index, &row)
            } else {
                Err(NetworkError::Row {
                    file: self.file.to_owned(),
                    line: *line,
                    found: values.len(),
                    expected: *widths.start(),
                    columns: self.header.join(", "),
                })
            };
            match read {
                Ok(layer) => layers.push(layer),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            Ok(layers)
        } else {
            Err(NetworkError::of_all(errors))
        }
    }

    /// Values of a column that are there, with the first line of any.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |(_, values)| {
            let value = values.get(column)?.as_str();
            (!value.is_empty()).then_some(value)
        })
    }

    pub(super) fn unknown_header(&self, allowed: &[&str]) -> NetworkError {
        NetworkError::Header {
            file: self.file.to_owned(),
            line: self.header_line,
            found: self.header.join(", "),
            allowed: allowed
                .iter()
                .map(|h| format!("`{h}`"))
                .collect::<Vec<_>>()
                .join(", "),
        }
    }
}

/// Drops the column that pandas writes before the others: of no name, and counted from 0.
fn without_index(lines: &mut [(u64, Vec<String>)]) {
    let Some(((_, header), rows)) = lines.split_first() else {
        return;
    };
    let is_nameless = matches!(header[0].as_str(), "" | "Unnamed: 0");
    let is_count = |(at, (_, row)): (usize, &(u64, Vec<String>))| row[0].parse() == Ok(at);
    if is_nameless && !rows.is_empty() && rows.iter().enumerate().all(is_count) {
        for (_, values) in lines {
            values.remove(0);
        }
    }
}

/// Letters and digits only, in lower case.
fn folded(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters.collect::<String>().to_lowercase()
}

impl CsvRow<'_> {
    /// The text in a column; empty if there is none.
    pub(super) fn text(&self, column: usize) -> &str {
        self.values.get(column).map_or("", String::as_str)
    }

    /// The number in a column; at least 1.
    pub(super) fn size(&self, column: usize) -> Result<u64, NetworkError> {
        match self.text(column).parse() {
            Ok(value) if value > 0 => Ok(value),
            _ => Err(self.value(column, "a whole number of at least 1")),
        }
    }

    /// The error that a column's value is not what is expected.
    pub(super) fn value(&self, column: usize, expected: &str) -> NetworkError {
        let header = self.table.header.get(column);
        NetworkError::Value {
            file: self.table.file.to_owned(),
            line: self.line,
            column: header.map_or_else(|| format!("column {}", column + 1), String::clone),
            found: self.text(column).to_owned(),
            expected: expected.to_owned(),
        }
    }

    /// Places the error of a layer's sizes on this line.
    pub(super) fn layer(
        &self,
        name: &str,
        layer: Result<Layer, LayerError>,
    ) -> Result<Layer, NetworkError> {
        layer.map_err(|cause| NetworkError::Sizes {
            file: self.table.file.to_owned(),
            place: format!("line {}", self.line),
            layer: name.to_owned(),
            cause,
        })
    }
}
