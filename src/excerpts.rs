//! Errors with the lines that they are about.

use std::fmt::Display;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use stationary_document::{Diagnostic, Position};

/// What is wrong in a file: each of its diagnostics with the line and a caret under what is wrong, or
/// `plain` if there are none.
pub(crate) fn text(text: &str, diagnostics: &[Diagnostic], plain: impl Display) -> String {
    if diagnostics.iter().all(|d| d.place.is_none()) {
        return plain.to_string();
    }
    let reports: Vec<_> = diagnostics.iter().map(|d| excerpt(text, d)).collect();
    reports.join("\n")
}

/// One line that programs read, as `file:line:column: message`, and the excerpt for people.
fn excerpt(text: &str, diagnostic: &Diagnostic) -> String {
    let Some(span) = diagnostic.place.and_then(|place| bytes(text, place)) else {
        return diagnostic.to_string();
    };
    let label = diagnostic.near.as_ref();
    let label = label.map(|near| format!("did you mean `{near}`?"));
    let mut annotation = AnnotationKind::Primary.span(span);
    if let Some(label) = &label {
        annotation = annotation.label(label.as_str());
    }
    let snippet = Snippet::source(text).fold(true).annotation(annotation);
    let group = Group::with_level(Level::ERROR).element(snippet);
    let excerpt = Renderer::plain().render(&[group]);
    format!("{diagnostic}\n{}", excerpt.trim_end())
}

/// The place in bytes, no further than the end of its line.
fn bytes(text: &str, place: Position) -> Option<std::ops::Range<usize>> {
    let mut starts = text.char_indices().map(|(byte, _)| byte);
    let start = starts.nth(place.start)?;
    let line = text[start..].split(['\n', '\r']).next().unwrap_or_default();
    let width = place.end.saturating_sub(place.start).max(1);
    let end = line
        .char_indices()
        .nth(width)
        .map_or(line.len(), |(byte, _)| byte);
    Some(start..start + end)
}
