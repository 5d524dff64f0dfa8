//! Lists of presets: the same columns as a table, as JSON and as CSV.

use anyhow::Result;
use serde_json::{Map, Value};

use crate::cli::Format;
use crate::report::table::table;

/// A column: what programs call it, and what people read above it.
pub struct ListingColumn {
    /// The key in JSON and CSV, with the unit.
    pub key: &'static str,
    /// The heading of the table.
    pub heading: &'static str,
}

/// Rows of cells, one for each column.
pub struct Listing {
    /// The columns.
    pub columns: &'static [ListingColumn],
    /// The cells; lists are shown as words.
    pub rows: Vec<Vec<Value>>,
}

impl Listing {
    /// The list in a format.
    pub fn write(&self, format: Format) -> Result<String> {
        match format {
            Format::Table => Ok(self.table()),
            Format::Json => self.json(),
            Format::Csv => self.csv(),
        }
    }

    fn json(&self) -> Result<String> {
        let object = |row: &Vec<Value>| -> Map<String, Value> {
            let keys = self.columns.iter().map(|column| column.key.to_owned());
            keys.zip(row.iter().cloned()).collect()
        };
        let objects: Vec<_> = self.rows.iter().map(object).collect();
        Ok(serde_json::to_string_pretty(&objects)?)
    }

    fn csv(&self) -> Result<String> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns.iter().map(|column| column.key))?;
        for row in &self.rows {
            writer.write_record(row.iter().map(plain))?;
        }
        Ok(String::from_utf8(writer.into_inner()?)?)
    }

    fn table(&self) -> String {
        let header: Vec<&str> = self.columns.iter().map(|c| c.heading).collect();
        let is_text = |at: usize| {
            let mut cells = self.rows.iter().map(|row| &row[at]);
            cells.any(|cell| cell.is_string() || cell.is_array())
        };
        let texts = header.iter().enumerate().filter(|(at, _)| is_text(*at));
        let texts: Vec<&str> = texts.map(|(_, heading)| *heading).collect();
        let mut rows = table(&header, 0).texts(&texts);
        for row in &self.rows {
            rows.add_row(row.iter().map(short));
        }
        format!("{rows}\n")
    }
}

/// A cell for programs.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(plain).collect::<Vec<_>>().join(" "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A cell for people: fractions have a few digits.
fn short(value: &Value) -> String {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_f64()) {
            (None, Some(fraction)) if fraction < 1.0 => format!("{fraction:.3}"),
            (None, Some(fraction)) if fraction < 10.0 => format!("{fraction:.2}"),
            (None, Some(fraction)) => format!("{fraction:.1}"),
            _ => number.to_string(),
        },
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Null => "-".to_owned(),
        Value::Array(values) if values.is_empty() => "-".to_owned(),
        other => plain(other),
    }
}
