//! Tables that fit the width they are shown at: `layout` says which columns stand and how wide, `wrap`
//! breaks what is wider, `comfy-table` draws. What was left out is said below.
//!
//! Numbers never break; words and layer names do, after a blank or a separator.

mod layout;
mod wrap;

use std::fmt;

use comfy_table::{CellAlignment, ColumnConstraint, LineStyle, TableStyle, Width};
use layout::{GAP, Size};
use stationary_document::visible_lines;
use unicode_width::UnicodeWidthStr;

use crate::output;

pub use wrap::page;

const RULE: char = '\u{2500}';
/// A rule below the header. Those below the last row and the total are drawn here: of the rows of a
/// table, `comfy-table` can only set all apart or none.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill(RULE));

/// Rows under a header.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    /// Stands below a rule of its own.
    total: Option<Vec<String>>,
    /// Columns that may be left out, the first to go first.
    optional: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Column {
    title: String,
    is_text: bool,
}

/// A table of text in the first columns, and numbers in the others.
pub fn table(header: &[&str], texts: usize) -> Table {
    let column = |(at, title): (usize, &&str)| Column {
        title: (*title).to_owned(),
        is_text: at < texts,
    };
    Table {
        columns: header.iter().enumerate().map(column).collect(),
        rows: Vec::new(),
        total: None,
        optional: Vec::new(),
    }
}

impl Table {
    /// Columns that may be left out where all are too wide, the first to go first.
    ///
    /// # Panics
    /// A title that the header has not.
    pub fn optional(mut self, titles: &[&str]) -> Self {
        self.optional = titles.iter().map(|title| self.place(title)).collect();
        self
    }

    /// Columns of text besides the first.
    ///
    /// # Panics
    /// A title that the header has not.
    pub fn texts(mut self, titles: &[&str]) -> Self {
        for title in titles {
            let at = self.place(title);
            self.columns[at].is_text = true;
        }
        self
    }

    fn place(&self, title: &str) -> usize {
        let found = self.columns.iter().position(|c| c.title == title);
        found.expect("the header has the columns that are named")
    }

    /// Adds a row, a cell a column.
    pub fn add_row<T: Into<String>>(&mut self, row: impl IntoIterator<Item = T>) {
        self.rows.push(row.into_iter().map(shown).collect());
    }

    /// The row below all others.
    pub fn total<T: Into<String>>(&mut self, row: impl IntoIterator<Item = T>) {
        self.total = Some(row.into_iter().map(shown).collect());
    }

    /// The text at a width; no line break at the end.
    pub fn text(&self, width: usize) -> String {
        let kept: Vec<usize> = (0..self.columns.len())
            .filter(|at| !self.is_empty(*at))
            .collect();
        let sizes: Vec<Size> = kept.iter().map(|at| self.size(*at)).collect();
        let place = |at: &usize| kept.iter().position(|kept| kept == at);
        let optional: Vec<usize> = self.optional.iter().filter_map(place).collect();
        let shown = layout::layout(&sizes, &optional, width).into_iter();
        let shown: Vec<(usize, usize)> = shown.map(|(at, width)| (kept[at], width)).collect();
        let titles: Vec<&str> = self.columns.iter().map(|c| c.title.as_str()).collect();
        let is_titled = shown.iter().any(|(at, _)| !titles[*at].is_empty());
        let widths: usize = shown.iter().map(|(_, width)| width).sum();
        let rule = RULE
            .to_string()
            .repeat(widths + GAP * shown.len().saturating_sub(1));
        let body = self.draw(is_titled.then_some(&titles), &self.rows, &shown);
        let mut lines = vec![body, rule.clone()];
        if let Some(total) = &self.total {
            lines.extend([self.draw(None, std::slice::from_ref(total), &shown), rule]);
        }
        let is_shown = |at: usize| shown.iter().any(|(column, _)| *column == at);
        let missing = titles
            .iter()
            .enumerate()
            .filter(|(at, _)| kept.contains(at) && !is_shown(*at));
        let missing: Vec<&str> = missing.map(|(_, title)| *title).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            lines.push(format!("(a wider terminal also shows: {missing})"));
        }
        lines.join("\n")
    }

    /// Whether a column may be left out and no row has anything in it.
    fn is_empty(&self, at: usize) -> bool {
        let has_none = |row: &Vec<String>| row.get(at).is_none_or(String::is_empty);
        self.optional.contains(&at) && !self.rows.is_empty() && self.rows.iter().all(has_none)
    }

    fn size(&self, at: usize) -> Size {
        let column = &self.columns[at];
        let rows = self.rows.iter().chain(&self.total);
        let cells = rows.filter_map(|row| row.get(at));
        let widest = cells.clone().map(|cell| cell.width()).max().unwrap_or(0);
        let title = wrap::widest_word(&column.title);
        let words = cells.map(|cell| wrap::widest_word(cell)).max().unwrap_or(0);
        Size {
            full: widest.max(column.title.width()),
            // A title of several words may stand in several lines.
            titled: widest.max(title),
            word: words.max(title),
            is_text: column.is_text,
        }
    }

    /// Rows in columns of these places and widths, each in as many lines as its tallest cell takes.
    fn draw(
        &self,
        header: Option<&Vec<&str>>,
        rows: &[Vec<String>],
        shown: &[(usize, usize)],
    ) -> String {
        let mut drawn = comfy_table::Table::new();
        drawn.load_style(STYLE);
        if let Some(titles) = header {
            drawn.set_header(
                shown
                    .iter()
                    .map(|(at, width)| wrap::cell(titles[*at], *width)),
            );
        }
        for row in rows {
            let cell = |at: usize| row.get(at).map_or("", String::as_str);
            drawn.add_row(
                shown
                    .iter()
                    .map(|(at, width)| wrap::cell(cell(*at), *width)),
            );
        }
        drawn.discover_columns();
        let columns = drawn.column_iter_mut().zip(shown).enumerate();
        for (place, (column, (at, width))) in columns {
            let gap = if place + 1 == shown.len() { 0 } else { GAP };
            let wide = u16::try_from(width + gap).unwrap_or(u16::MAX);
            column.set_padding((0, gap as u16));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(wide)));
            column.set_cell_alignment(match self.columns[*at].is_text {
                true => CellAlignment::Left,
                false => CellAlignment::Right,
            });
        }
        drawn.trim_fmt()
    }
}

/// A cell as it takes its width.
fn shown(cell: impl Into<String>) -> String {
    let cell: String = cell.into();
    visible_lines(&cell).into_owned()
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(output::width()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers() -> Table {
        let header = ["layer", "shape", "PEs", "cycles", "DRAM words"];
        let mut rows = table(&header, 2).optional(&["PEs"]);
        rows.add_row([
            "features.12.block.depthwise",
            "G32 K1 C1 112x112 k3x3 /2",
            "168",
            "1,355,199",
            "1.27M",
        ]);
        rows.total(["total", "", "", "1,355,199", "1.27M"]);
        rows
    }

    #[test]
    fn a_wide_terminal_shows_a_line_a_layer() {
        let text = layers().text(100);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(
            lines,
            [
                "layer                        shape                      PEs     cycles  DRAM words",
                &"\u{2500}".repeat(82),
                "features.12.block.depthwise  G32 K1 C1 112x112 k3x3 /2  168  1,355,199       1.27M",
                &"\u{2500}".repeat(82),
                "total                                                        1,355,199       1.27M",
                &"\u{2500}".repeat(82),
            ]
        );
    }

    #[test]
    fn optional_columns_with_nothing_in_them_go_without_a_word() {
        let mut rows = table(&["layer", "dataflow", "cycles"], 1).optional(&["dataflow"]);
        rows.add_row(["conv1", "", "12"]);
        let first = rows.text(80);
        assert_eq!(first.lines().next(), Some("layer  cycles"));
        assert!(!first.contains("dataflow"), "{first}");
        rows.add_row(["conv2", "ws", "14"]);
        assert!(rows.text(80).contains("dataflow"));
    }

    #[test]
    fn names_break_and_columns_go_where_there_is_no_room() {
        for width in 44..100 {
            let text = layers().text(width);
            let widest = text.lines().map(UnicodeWidthStr::width).max();
            assert!(widest <= Some(width), "{width}:\n{text}");
            let is_complete = text.contains("168");
            let says_so = text.contains("(a wider terminal also shows: PEs)");
            assert!(is_complete != says_so, "{width}:\n{text}");
            // Numbers are whole.
            assert!(text.contains("1,355,199"), "{width}:\n{text}");
            let letters: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            assert!(width < 70 || letters.contains("blockdepthwise") || text.contains("block."));
        }
        let text = layers().text(60);
        assert!(text.contains("\nfeatures.12.block."), "{text}");
        assert!(text.contains("\ndepthwise"), "{text}");
        assert!(!text.contains("168"), "{text}");
    }

    #[test]
    fn columns_of_text_may_stand_last() {
        let mut rows = table(&["name", "share", "about"], 1).texts(&["about"]);
        rows.add_row(["iot", "0.100", "a tenth of the way, as ConfuciuX has it"]);
        let text = rows.text(30);
        let lines: Vec<&str> = text.lines().collect();
        let rule = "\u{2500}".repeat(30);
        assert_eq!(
            lines,
            [
                "name  share  about",
                &rule,
                "iot   0.100  a tenth of the",
                "             way, as ConfuciuX",
                "             has it",
                &rule,
            ]
        );
    }
}
