//! What a YAML text must be before anything reads it: one document, not too deep.

use saphyr_parser::{Event, Parser};

use crate::diagnostic::Diagnostic;
use crate::tree::{MOST_DEPTH, at, is_too_deep, place};

/// Checks a text in one pass that keeps nothing. Text that is no YAML passes: whoever reads it says
/// what is wrong with it.
///
/// # Errors
/// The place at which a value is nested too deep or a second document begins.
pub(crate) fn outline(file: &str, text: &str) -> Result<(), Diagnostic> {
    let mut depth = 0_usize;
    let mut documents = 0;
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) if is_too_deep(&error) => {
                let message = format!("nested deeper than {MOST_DEPTH} levels");
                return Err(Diagnostic::new(file, at(*error.marker()), message));
            }
            Err(_) => return Ok(()),
        };
        match event {
            Event::SequenceStart(..) | Event::MappingStart(..) => {
                depth += 1;
                if depth > MOST_DEPTH {
                    let message = format!("nested deeper than {MOST_DEPTH} levels");
                    return Err(Diagnostic::new(file, place(span), message));
                }
            }
            Event::SequenceEnd | Event::MappingEnd => depth -= 1,
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    let message = "a second document begins here; a file holds one";
                    return Err(Diagnostic::new(file, place(span), message));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let found = outline("a.yaml", text).err().map(|error| error.to_string());
        match (found, expected) {
            (Some(found), Some(expected)) => assert!(found.starts_with(expected), "{found}"),
            (found, expected) => assert_eq!(found.as_deref(), expected),
        }
    }

    #[test]
    fn one_document_not_too_deep() {
        check("a: {b: [1]}\n...\n", None);
        check("a: [1", None);
        check("--- 1\n--- 2\n", Some("a.yaml:2:1: a second document"));
        let deep = format!("a: 1\nb: {}1{}\n", "[".repeat(200_000), "]".repeat(200_000));
        check(&deep, Some("a.yaml:2:"));
        let blocks: String = (0..200)
            .map(|depth| format!("{}a:\n", " ".repeat(depth)))
            .collect();
        check(&blocks, Some("a.yaml:129:"));
        let keys = format!("{}x", "{a: ".repeat(129));
        check(&keys, Some("a.yaml:1:"));
    }
}
