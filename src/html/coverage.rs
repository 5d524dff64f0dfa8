//! How much of its network a page is for; nothing where that is all of it.

use serde_json::Value;

use crate::format::{metric, percent, thousands};
use crate::html::page::{Finding, Page, Section, Table};
use crate::html::read::{amount, at, list, text};

/// Puts what is left out first on a page, and its operators last.
pub fn add(page: &mut Page, document: &Value) {
    let Some(coverage) = at(document, "coverage") else {
        return;
    };
    if let Some(picked) = at(coverage, "picked") {
        let text = format!(
            "This is an answer for {} of {} layers, which have {} of their multiply-accumulates.",
            amount(picked, "layers"),
            amount(picked, "of"),
            percent(amount(picked, "macs"))
        );
        let head = "A part of the network";
        page.findings.insert(0, Finding { head, text });
    }
    let left_out = list(coverage, "left_out");
    let plain = list(coverage, "without_products");
    if left_out.is_empty() && plain.is_empty() {
        return;
    }
    let (share, bound) = share(coverage);
    let count = |what: &str| thousands(amount(coverage, &format!("operators.{what}")) as u64);
    let mut text = format!(
        "{bound}{share} of the multiply-accumulates are simulated: {} operators became layers, {} are \
         left out",
        count("simulated"),
        count("left_out"),
    );
    if amount(coverage, "operators.of_unknown_size") > 0.0 {
        text.push_str(&format!(
            ", {} of them of unknown size",
            count("of_unknown_size")
        ));
    }
    text.push_str(&format!(
        "; {} multiply nothing. At least {}B of operands and results are left out.",
        count("without_products"),
        metric(amount(coverage, "bytes_left_out"))
    ));
    let head = match left_out.is_empty() {
        true => "Coverage",
        false => "Not the whole network",
    };
    page.findings.insert(0, Finding { head, text });
    page.sections.push(section(left_out, plain));
}

/// The share as it is read, and whether it is a bound.
fn share(coverage: &Value) -> (String, &'static str) {
    let share = amount(coverage, "macs");
    let is_bound = at(coverage, "is_upper_bound").and_then(Value::as_bool);
    let shown = match percent(share) {
        text if text == "0.0 %" => "less than 0.1 %".to_owned(),
        text => text,
    };
    let bound = if is_bound == Some(true) {
        "At most "
    } else {
        ""
    };
    (shown, bound)
}

fn section(left_out: &[Value], plain: &[Value]) -> Section {
    let head = [
        "Operator",
        "Why",
        "First shape lost at",
        "Count",
        "MACs",
        "Of unknown size",
        "Bytes",
    ];
    let mut table = Table::new("Operators that are left out", &head, 3);
    let known = |entry: &Value, field: &str, unknown: &str| {
        let is_unknown = amount(entry, unknown) > 0.0;
        match (amount(entry, field), is_unknown) {
            (0.0, true) => "unknown".to_owned(),
            (number, true) => format!("{} or more", metric(number)),
            (number, false) => metric(number),
        }
    };
    for entry in left_out.iter().chain(plain) {
        let why = match text(entry, "reason") {
            "" => "it multiplies nothing",
            reason => reason,
        };
        table.rows.push(vec![
            text(entry, "operator").to_owned(),
            why.to_owned(),
            text(entry, "first_lost").to_owned(),
            thousands(amount(entry, "count") as u64),
            known(entry, "macs", "macs_unknown"),
            thousands(amount(entry, "macs_unknown") as u64),
            known(entry, "bytes", "bytes_unknown"),
        ]);
    }
    Section {
        title: "What is left out".to_owned(),
        lead: "Operators of the network that no layer stands for. Their time and energy are in no \
               figure of this page."
            .to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    }
}
