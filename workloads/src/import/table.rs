//! A CSV file whose first line names the columns, with errors that name file, line and column.

use crate::error::{LayerError, NetworkError};
use crate::layer::Layer;

/// A header and rows, all trimmed. Empty lines are gone, and so are trailing commas.
pub(super) struct Table<'a> {
    file: &'a str,
    header_line: u64,
    header: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

/// One row, with as many values as the header has columns.
pub(super) struct Row<'a> {
    table: &'a Table<'a>,
    line: u64,
    values: &'a [String],
}

impl<'a> Table<'a> {
    pub(super) fn read(file: &'a str, text: &str) -> Result<Self, NetworkError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
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
            if !values.is_empty() {
                lines.push((record.position().map_or(0, csv::Position::line), values));
            }
        }
        if lines.is_empty() {
            return Err(NetworkError::Empty {
                file: file.to_owned(),
            });
        }
        let (header_line, header) = lines.remove(0);
        Ok(Self {
            file,
            header_line,
            header,
            rows: lines,
        })
    }

    /// The header's columns as they compare: letters and digits only, in lower case.
    pub(super) fn columns(&self) -> Vec<String> {
        let folded = |c: &String| {
            c.chars()
                .filter(char::is_ascii_alphanumeric)
                .collect::<String>()
        };
        self.header
            .iter()
            .map(|column| folded(column).to_lowercase())
            .collect()
    }

    fn rows(&self) -> impl Iterator<Item = Result<Row<'_>, NetworkError>> {
        self.rows.iter().map(|(line, values)| {
            if values.len() == self.header.len() {
                return Ok(Row {
                    table: self,
                    line: *line,
                    values,
                });
            }
            Err(NetworkError::Row {
                file: self.file.to_owned(),
                line: *line,
                found: values.len(),
                expected: self.header.len(),
                columns: self.header.join(", "),
            })
        })
    }

    /// The layers of all rows, or everything that is wrong with any.
    pub(super) fn layers(
        &self,
        mut layer: impl FnMut(usize, &Row<'_>) -> Result<Layer, NetworkError>,
    ) -> Result<Vec<Layer>, NetworkError> {
        let (mut layers, mut errors) = (Vec::new(), Vec::new());
        for (index, row) in self.rows().enumerate() {
            match row.and_then(|row| layer(index, &row)) {
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

impl Row<'_> {
    /// The text in a column; not empty.
    pub(super) fn text(&self, column: usize) -> Result<&str, NetworkError> {
        let text = self.values[column].as_str();
        if text.is_empty() {
            return Err(self.value(column, "a value"));
        }
        Ok(text)
    }

    /// The number in a column; at least 1.
    pub(super) fn size(&self, column: usize) -> Result<u64, NetworkError> {
        match self.values[column].parse() {
            Ok(value) if value > 0 => Ok(value),
            _ => Err(self.value(column, "a whole number of at least 1")),
        }
    }

    /// The error that a column's value is not what is expected.
    pub(super) fn value(&self, column: usize, expected: &str) -> NetworkError {
        NetworkError::Value {
            file: self.table.file.to_owned(),
            line: self.line,
            column: self.table.header[column].clone(),
            found: self.values[column].clone(),
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
