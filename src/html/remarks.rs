//! What a document says beside its figures: what its costs rest on, and what is to be known besides.

use serde_json::Value;

use crate::html::page::{Finding, Page};
use crate::html::read::{list, text};

/// Puts the remarks of a document, and of the tasks of a comparison, last among the findings.
pub fn add(page: &mut Page, document: &Value) {
    let tasks = list(document, "instances");
    let documents = || std::iter::once(document).chain(tasks);
    for (head, field) in [("Note", "notes"), ("Costs", "caveats")] {
        let mut texts: Vec<&str> = Vec::new();
        let said = documents().flat_map(|document| list(document, field));
        for text in said.filter_map(Value::as_str) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        page.findings.extend(texts.into_iter().map(|text| Finding {
            head,
            text: text.to_owned(),
        }));
    }
    // Why a search ran fewer on the machine than it was asked for.
    let few = text(document, "recheck.note");
    if !few.is_empty() {
        page.findings.push(Finding {
            head: "Note",
            text: few.to_owned(),
        });
    }
}
