//! How much of its network a page is for; nothing where that is all of it.

use crate::documents::{Coverage, LeftOut};
use crate::format::{metric, percent, thousands};
use crate::html::page::{Finding, Page, Section, Table, tabled};

impl Page {
    /// With what is left out first, and its operators last.
    pub fn covering<'a>(mut self, coverage: impl Into<Option<&'a Coverage>>) -> Self {
        let Some(coverage) = coverage.into() else {
            return self;
        };
        if let Some(picked) = coverage.picked {
            let text = format!(
                "This is an answer for {} of {} layers, which have {} of their multiply-accumulates.",
                picked.layers,
                picked.of,
                percent(picked.macs)
            );
            let head = "A part of the network";
            self.findings.insert(0, Finding { head, text });
        }
        let (left_out, plain) = (&coverage.left_out, &coverage.without_products);
        if left_out.is_empty() && plain.is_empty() {
            return self;
        }
        let operators = coverage.operators;
        let mut text = format!(
            "{} of the multiply-accumulates are simulated: {} operators became layers, {} are \
             left out",
            share(coverage),
            thousands(operators.simulated),
            thousands(operators.left_out),
        );
        if operators.of_unknown_size > 0 {
            text.push_str(&format!(
                ", {} of them of unknown size",
                thousands(operators.of_unknown_size)
            ));
        }
        text.push_str(&format!(
            "; {} multiply nothing. At least {}B of operands and results are left out.",
            thousands(operators.without_products),
            metric(coverage.bytes_left_out as f64)
        ));
        let head = match left_out.is_empty() {
            true => "Coverage",
            false => "Not the whole network",
        };
        self.findings.insert(0, Finding { head, text });
        self.sections.push(section(left_out, plain));
        self
    }
}

/// The share as it is read, and whether it is a bound.
fn share(coverage: &Coverage) -> String {
    let shown = match percent(coverage.macs) {
        text if text == "0.0 %" => "less than 0.1 %".to_owned(),
        text => text,
    };
    match coverage.is_upper_bound {
        true => format!("At most {shown}"),
        false => shown,
    }
}

fn section(left_out: &[LeftOut], plain: &[LeftOut]) -> Section {
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
    let known = |known: u64, unknown: u64| match (known, unknown) {
        (number, 0) => metric(number as f64),
        (0, _) => "unknown".to_owned(),
        (number, _) => format!("{} or more", metric(number as f64)),
    };
    for entry in left_out.iter().chain(plain) {
        let why = match entry.reason.as_str() {
            "" => "it multiplies nothing",
            reason => reason,
        };
        table.rows.push(vec![
            entry.operator.clone(),
            why.to_owned(),
            entry.first_lost.clone().unwrap_or_default(),
            thousands(entry.count),
            known(entry.macs, entry.macs_unknown),
            thousands(entry.macs_unknown),
            known(entry.bytes, entry.bytes_unknown),
        ]);
    }
    tabled(
        "What is left out",
        "Operators of the network that no layer stands for. Their time and energy are in no figure of this page.",
        table,
    )
}
