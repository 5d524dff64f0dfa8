//! Tables that fit the width they are shown at.
//!
//! ```text
//! while the columns at their narrowest are too wide: leave out the next that may go
//! share what the numbers leave among the columns of text, which break into lines
//! say below what was left out
//! ```
//!
//! Numbers never break; words and layer names do, after a blank or a separator.

use std::fmt;

use unicode_width::UnicodeWidthStr;

use crate::output;

/// Blanks between columns.
const GAP: usize = 2;
/// A column of text is broken no narrower than this as long as other columns may go.
const NARROW: usize = 20;
/// And this is the least in any case.
const NARROWEST: usize = 8;

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
        let place = |title: &&str| {
            let found = self.columns.iter().position(|c| c.title == *title);
            found.expect("the header has the columns that may be left out")
        };
        self.optional = titles.iter().map(place).collect();
        self
    }

    /// Adds a row, a cell a column.
    pub fn add_row<T: Into<String>>(&mut self, row: impl IntoIterator<Item = T>) {
        self.rows.push(row.into_iter().map(Into::into).collect());
    }

    /// The row below all others.
    pub fn total<T: Into<String>>(&mut self, row: impl IntoIterator<Item = T>) {
        self.total = Some(row.into_iter().map(Into::into).collect());
    }

    /// The text at a width; no line break at the end.
    pub fn text(&self, width: usize) -> String {
        let (shown, widths) = self.layout(width);
        let line = shown.len().saturating_sub(1) * GAP + widths.iter().sum::<usize>();
        let rule = "\u{2500}".repeat(line);
        let mut lines = Vec::new();
        let titles: Vec<&str> = shown
            .iter()
            .map(|&at| self.columns[at].title.as_str())
            .collect();
        if titles.iter().any(|title| !title.is_empty()) {
            self.draw(&titles, &shown, &widths, &mut lines);
            lines.push(rule.clone());
        }
        let cells = |row: &'_ Vec<String>| -> Vec<String> {
            let cell = |at: &usize| row.get(*at).cloned().unwrap_or_default();
            shown.iter().map(cell).collect()
        };
        for row in &self.rows {
            self.draw(&cells(row), &shown, &widths, &mut lines);
        }
        lines.push(rule.clone());
        if let Some(total) = &self.total {
            self.draw(&cells(total), &shown, &widths, &mut lines);
            lines.push(rule);
        }
        let missing = (0..self.columns.len()).filter(|at| !shown.contains(at));
        let missing: Vec<&str> = missing.map(|at| self.columns[at].title.as_str()).collect();
        if !missing.is_empty() {
            lines.push(format!(
                "(a wider terminal also shows: {})",
                missing.join(", ")
            ));
        }
        lines.join("\n")
    }

    /// The columns that are shown, and their widths.
    fn layout(&self, width: usize) -> (Vec<usize>, Vec<usize>) {
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let mut optional = self.optional.iter();
        loop {
            let sizes: Vec<Size> = shown.iter().map(|&at| self.size(at)).collect();
            let gaps = shown.len().saturating_sub(1) * GAP;
            let room = width.saturating_sub(gaps);
            if sizes.iter().map(|size| size.full).sum::<usize>() <= room {
                return (shown, sizes.iter().map(|size| size.full).collect());
            }
            let narrow = sizes.iter().map(|size| size.least(NARROW)).sum::<usize>();
            if narrow <= room {
                return (shown, share(&sizes, room, NARROW));
            }
            let Some(next) = optional.next() else {
                return (shown, share(&sizes, room, NARROWEST));
            };
            shown.retain(|at| at != next);
        }
    }

    fn size(&self, at: usize) -> Size {
        let column = &self.columns[at];
        let cells = self.rows.iter().chain(&self.total);
        let cells = cells.filter_map(|row| row.get(at));
        let cells = cells.map(|cell| cell.width()).max().unwrap_or(0);
        let words = pieces(&column.title).map(|word| word.trim_end().width());
        Size {
            full: cells.max(column.title.width()),
            // A title of several words may stand in several lines.
            titled: cells.max(words.max().unwrap_or(0)),
            is_text: column.is_text,
        }
    }

    /// One row, in as many lines as its tallest cell takes.
    fn draw<T: AsRef<str>>(
        &self,
        cells: &[T],
        shown: &[usize],
        widths: &[usize],
        lines: &mut Vec<String>,
    ) {
        let cells: Vec<Vec<String>> = (cells.iter().zip(widths))
            .map(|(cell, width)| wrap(cell.as_ref(), *width))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for at in 0..height {
            let mut line = String::new();
            for ((cell, width), column) in cells.iter().zip(widths).zip(shown) {
                let text = cell.get(at).map_or("", String::as_str);
                let blanks = " ".repeat(width.saturating_sub(text.width()));
                if !line.is_empty() || *column != shown[0] {
                    line.push_str(&" ".repeat(GAP));
                }
                if self.columns[*column].is_text {
                    line.push_str(text);
                    line.push_str(&blanks);
                } else {
                    line.push_str(&blanks);
                    line.push_str(text);
                }
            }
            lines.push(line.trim_end().to_owned());
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(output::width()))
    }
}

/// What a column needs.
struct Size {
    /// With everything in one line.
    full: usize,
    /// With the title in several.
    titled: usize,
    is_text: bool,
}

impl Size {
    fn least(&self, narrow: usize) -> usize {
        if self.is_text {
            self.full.min(narrow)
        } else {
            self.titled
        }
    }
}

/// Widths within a room: columns of text get what the numbers leave, those that need little first.
fn share(sizes: &[Size], room: usize, narrow: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = sizes.iter().map(|size| size.least(narrow)).collect();
    let mut rest = room.saturating_sub(widths.iter().sum());
    let mut by_need: Vec<usize> = (0..sizes.len()).collect();
    by_need.sort_by_key(|&at| sizes[at].full);
    for (done, &at) in by_need.iter().enumerate() {
        let fair = rest / (by_need.len() - done);
        let more = (sizes[at].full - widths[at]).min(fair);
        widths[at] += more;
        rest -= more;
    }
    // What others did not take goes to the widest.
    for &at in by_need.iter().rev() {
        let more = (sizes[at].full - widths[at]).min(rest);
        widths[at] += more;
        rest -= more;
    }
    widths
}

/// A text in lines of at most so many columns, broken after blanks and separators, and anywhere in
/// pieces that are longer.
fn wrap(text: &str, width: usize) -> Vec<String> {
    if text.width() <= width {
        return vec![text.to_owned()];
    }
    let mut lines = vec![String::new()];
    let mut put = |piece: &str| {
        let last = lines.last_mut().expect("there is one");
        if last.is_empty() || last.width() + piece.trim_end().width() <= width {
            last.push_str(piece);
        } else {
            lines.push(piece.to_owned());
        }
    };
    for piece in pieces(text) {
        if piece.trim_end().width() <= width {
            put(piece);
            continue;
        }
        let letters: Vec<char> = piece.chars().collect();
        for part in letters.chunks(width.max(1)) {
            put(&part.iter().collect::<String>());
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '.', '/', ':', ',', '_'])
}

/// What is printed for people: tables and sentences.
pub fn page(text: &str) -> String {
    fold(text, output::width())
}

/// Paragraphs in lines of at most so many columns, broken at blanks; what follows a break is set in.
/// Lines of a table are left as they are.
fn fold(text: &str, width: usize) -> String {
    let mut folded = String::new();
    for line in text.lines() {
        let mut column = 0;
        let is_table = line.contains("  ") || line.starts_with('\u{2500}');
        if is_table || line.width() <= width {
            folded.push_str(line);
        } else {
            for word in line.split(' ') {
                let wide = word.width();
                if column > 0 && column + 1 + wide > width {
                    folded.push_str("\n  ");
                    column = 2;
                } else if column > 0 {
                    folded.push(' ');
                    column += 1;
                }
                folded.push_str(word);
                column += wide;
            }
        }
        folded.push('\n');
    }
    folded
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
    fn a_long_word_breaks_anywhere() {
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("ab cd ef", 5), ["ab cd", "ef"]);
        assert_eq!(wrap("network:psum_out", 8), ["network:", "psum_out"]);
    }

    #[test]
    fn sentences_fold_and_tables_stay() {
        assert_eq!(fold("a bc def\n\nx", 5), "a bc\n  def\n\nx\n");
        let table = layers().text(90);
        assert_eq!(fold(&table, 90).trim_end(), table);
    }
}
