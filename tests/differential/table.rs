//! Recorded tables: CSV with a header; lines that start with `#` are comments.

use std::collections::HashMap;
use std::path::Path;

/// One line, by column.
pub struct Row(HashMap<String, String>);

impl Row {
    pub fn text(&self, column: &str) -> &str {
        let text = self.0.get(column);
        text.unwrap_or_else(|| panic!("no column `{column}`"))
    }

    pub fn count(&self, column: &str) -> u64 {
        let text = self.text(column);
        text.parse()
            .unwrap_or_else(|_| panic!("{column} is `{text}`"))
    }

    pub fn number(&self, column: &str) -> f64 {
        let text = self.text(column);
        text.parse()
            .unwrap_or_else(|_| panic!("{column} is `{text}`"))
    }
}

/// The lines of a file of `tests/data`.
pub fn rows(file: &str) -> Vec<Row> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(file);
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_path(path)
        .expect("the file is here");
    reader
        .deserialize()
        .map(|row| Row(row.expect("as many fields as the header")))
        .collect()
}
