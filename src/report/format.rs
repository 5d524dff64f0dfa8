//! Numbers and tables for people.

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{CellAlignment, ContentArrangement, Table};
use stationary::workloads::{Dim, Layer};

/// A number with thousands apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with a metric prefix and three digits.
pub fn metric(number: f64) -> String {
    let scales = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let (scale, prefix) = scales
        .into_iter()
        .find(|(scale, _)| number.abs() >= *scale)
        .unwrap_or((1.0, ""));
    let value = number / scale;
    let digits = if value.abs() >= 100.0 || prefix.is_empty() {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}{prefix}")
}

/// Picojoules in a unit that suits.
pub fn joules(picojoules: f64) -> String {
    let scales = [(1e12, "J"), (1e9, "mJ"), (1e6, "uJ"), (1e3, "nJ")];
    let (scale, unit) = scales
        .into_iter()
        .find(|(scale, _)| picojoules >= *scale)
        .unwrap_or((1.0, "pJ"));
    format!("{:.3} {unit}", picojoules / scale)
}

/// 2.25 mJ rather than 2.249 mJ.
pub fn short_joules(picojoules: f64) -> String {
    let text = joules(picojoules);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let digits = match number.find('.') {
        Some(1 | 2) => 4,
        Some(point) => point,
        None => number.len(),
    };
    format!("{} {unit}", &number[..digits.min(number.len())])
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A signed share as a percentage.
pub fn signed_percent(share: f64) -> String {
    format!("{:+.1} %", 100.0 * share)
}

/// The shape of a layer in a few characters.
pub fn shape(layer: &Layer) -> String {
    let [n, g, k, c, p, q, r, s] = Dim::ALL.map(|d| layer.size(d));
    let mut text = String::new();
    if n > 1 {
        text.push_str(&format!("N{n} "));
    }
    if g > 1 {
        text.push_str(&format!("G{g} "));
    }
    text.push_str(&format!("K{k} C{c}"));
    if p * q > 1 {
        text.push_str(&format!(" {p}x{q}"));
    }
    if r * s > 1 {
        text.push_str(&format!(" k{r}x{s}"));
    }
    if layer.rows().stride > 1 {
        text.push_str(&format!(" /{}", layer.rows().stride));
    }
    text
}

/// A table with a header, numbers to the right.
pub fn table(header: &[&str], left: usize) -> Table {
    let mut table = Table::new();
    table
        .load_preset(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header.to_vec());
    if !crate::output::has_colour() {
        table.force_no_tty();
    }
    for (i, column) in table.column_iter_mut().enumerate() {
        if i >= left {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
