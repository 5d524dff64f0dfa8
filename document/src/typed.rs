//! A typed file, with all its errors instead of the first.
//!
//! The reader of types stops at the first error. So something harmless is written where it was wrong,
//! without moving anything else, and the text is read again:
//!
//! ```text
//! loop { read(text) -> error at a place; mend the value or the unknown field there }
//! ```

use serde::de::{DeserializeOwned, IgnoredAny};

use crate::diagnostic::Diagnostic;
use crate::merged;
use crate::near::nearest;
use crate::outline::outline;
use crate::position::Position;
use crate::tree::{Node, NodeKind};
use crate::wording::{OPEN_QUOTE, in_words};

/// More than a reader's fill at a time.
const MOST_ERRORS: usize = 20;

/// Reads the text of a YAML file into a type. `file` is the name that errors carry.
///
/// # Errors
/// All unknown fields and wrong types, up to the first missing field, at which the search ends; or that the
/// text is no YAML, is nested too deep or holds a second document.
pub fn from_yaml<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, Vec<Diagnostic>> {
    // The reader of types takes time that grows with the square of the depth, and gives a second
    // document no place.
    outline(file, text).map_err(|error| vec![error])?;
    let first = match serde_yaml::from_str(text) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if let Some(read) = merged::read(file, text) {
        return read.map_err(|error| vec![error]);
    }
    // A reader of types stops at the first field that it does not know, where the rest may be no YAML.
    if let Err(error) = serde_yaml::from_str::<IgnoredAny>(text) {
        return Err(vec![broken(file, text, &error)]);
    }
    let mut errors = vec![diagnostic(file, text, &first)];
    // A file of another tool's may be taken for one of these, only because its tree cannot be read.
    if let Err(error) = Node::parse(file, text) {
        errors.insert(0, error);
        return Err(errors);
    }
    let mut rest = text.to_owned();
    while errors.len() < MOST_ERRORS {
        let last = errors.last().expect("there is at least one");
        // A stand-in fits if what is wrong next is wrong elsewhere.
        let next = stand_ins(last).into_iter().find_map(|stand_in| {
            let mended = mended(&rest, last, &stand_in)?;
            let error = match serde_yaml::from_str::<T>(&mended) {
                Ok(_) => return Some((mended, None)),
                Err(error) => diagnostic(file, text, &error),
            };
            let is_same = |e: &Diagnostic| e.place == error.place || path(e) == path(&error);
            (!errors.iter().any(is_same)).then_some((mended, Some(error)))
        });
        let Some((mended, Some(next))) = next else {
            break;
        };
        rest = mended;
        errors.push(next);
    }
    Err(errors)
}

/// What is wrong with a text that is no YAML, where it begins to be wrong.
fn broken(file: &str, text: &str, error: &serde_yaml::Error) -> Diagnostic {
    // The end of the text is where a quote was missed at last, not where it begins.
    match Node::parse(file, text) {
        Err(open) if open.message == OPEN_QUOTE => open,
        _ => {
            let found = diagnostic(file, text, error);
            let opened = error.to_string();
            match opened.split_once(", while parsing a flow ") {
                Some((_, opened)) if !opened.starts_with("node") => Diagnostic {
                    message: format!("{}, of the {opened}", found.message),
                    ..found
                },
                _ => found,
            }
        }
    }
}

fn path(error: &Diagnostic) -> Option<&str> {
    error.message.split_once(": ").map(|(path, _)| path)
}

/// What may stand where something was wrong: nothing, a number, a list, or a name that the message
/// says is allowed.
fn stand_ins(error: &Diagnostic) -> Vec<String> {
    if error.message.contains("unknown field") {
        return vec![String::new()];
    }
    let mut texts: Vec<_> = ["", "1", "[]"].map(str::to_owned).into();
    texts.extend(error.message.split('`').nth(3).map(str::to_owned));
    texts
}

fn diagnostic(file: &str, text: &str, error: &serde_yaml::Error) -> Diagnostic {
    let mut message = error.to_string();
    let location = error.location();
    if let Some(at) = &location {
        // The place stands before the message, where editors look for it.
        let tail = format!(" at line {} column {}", at.line(), at.column());
        if let Some(cut) = message.rfind(&tail) {
            message.truncate(cut);
        }
    }
    let line = (location.as_ref()).and_then(|at| text.lines().nth(at.line().saturating_sub(1)));
    let mut message = in_words(&message, line.unwrap_or_default());
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    if !text.lines().any(is_content) {
        let has_comment = text.lines().any(|line| line.trim_start().starts_with('#'));
        message.push_str(match has_comment {
            true => "; the file holds comments alone",
            false => "; the file is empty",
        });
        // The reader of types is at the end by then.
        return Diagnostic::new(file, Position::FIRST, message);
    }
    let place = location.map(|at| {
        let start = text
            .split_inclusive('\n')
            .take(at.line().saturating_sub(1))
            .map(|line| line.chars().count())
            .sum::<usize>()
            + at.column().saturating_sub(1);
        let word = text
            .chars()
            .skip(start)
            .take_while(|c| is_of_a_word(*c))
            .count();
        Position {
            line: at.line(),
            column: at.column(),
            start,
            end: start + word.max(1),
        }
    });
    let place = match message.split('`').nth(1) {
        Some(name) if message.contains("duplicate field") => {
            place.map(|place| second(text, place.start, name).unwrap_or(place))
        }
        _ => place,
    };
    Diagnostic {
        near: suggestion_in(&message),
        ..Diagnostic::new(file, place, message)
    }
}

/// Where a field stands for the second time in the mapping that begins at `start`.
fn second(text: &str, start: usize, name: &str) -> Option<Position> {
    fn within(node: &Node, start: usize, name: &str) -> Option<Position> {
        match &node.kind {
            NodeKind::List(items) => items.iter().find_map(|item| within(item, start, name)),
            NodeKind::Mapping(fields) => {
                let is_it = fields
                    .first()
                    .is_some_and(|(key, _)| key.place.start == start)
                    || node.place.start == start;
                let named = fields.iter().filter(|(key, _)| key.text() == Some(name));
                let here = is_it
                    .then(|| named.map(|(key, _)| key.place).nth(1))
                    .flatten();
                here.or_else(|| {
                    let inner = fields.iter();
                    inner
                        .map(|(_, value)| value)
                        .find_map(|value| within(value, start, name))
                })
            }
            _ => None,
        }
    }
    within(&Node::parse("", text).ok()?, start, name)
}

fn is_of_a_word(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, ',' | ':' | '}' | ']' | '{' | '[')
}

/// The near match in a message such as "unknown field `row`, expected `rows` or `cols`", whose quoted words are
/// the name found and those allowed; None if none is near.
#[must_use]
pub fn suggestion_in(message: &str) -> Option<String> {
    let words = &message[message
        .find("unknown field")
        .or_else(|| message.find("unknown variant"))
        .or_else(|| message.find("unknown name"))?..];
    let mut quoted = words.split('`').skip(1).step_by(2);
    let found = quoted.next()?;
    nearest(found, quoted).map(str::to_owned)
}

/// The text with something else for the value, or for the field that is unknown there; lines and
/// columns stay as they are.
fn mended(text: &str, error: &Diagnostic, stand_in: &str) -> Option<String> {
    let root = Node::parse("", text).ok()?;
    let is_field = error.message.contains("unknown field");
    let (start, end) = span(&root, error.place?.start, is_field)?;
    let mut characters: Vec<char> = text.chars().collect();
    let mut letters = stand_in.chars();
    for c in characters.get_mut(start..end)? {
        if !matches!(*c, '\n' | '\r') {
            *c = letters.next().unwrap_or(' ');
        }
    }
    if letters.next().is_some() {
        return None;
    }
    if is_field {
        // A comma behind a field goes with it.
        let after = characters[end..].iter().position(|c| !c.is_whitespace());
        if let Some(gap) = after.filter(|gap| characters[end + gap] == ',') {
            characters[end + gap] = ' ';
        }
    }
    Some(characters.into_iter().collect())
}

fn span(node: &Node, at: usize, is_field: bool) -> Option<(usize, usize)> {
    match &node.kind {
        NodeKind::List(items) => {
            let of_item = |item| self::span(item, at, is_field);
            items.iter().find_map(of_item)
        }
        NodeKind::Mapping(fields) => fields.iter().find_map(|(key, value)| {
            if is_field && key.place.start == at {
                return Some((key.place.start, value.place.end.max(key.place.end + 1)));
            }
            if !is_field && value.place.start == at && !matches!(value.kind, NodeKind::Null) {
                return Some((value.place.start, value.place.end));
            }
            span(value, at, is_field)
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Toy {
        rows: Option<u64>,
        cols: Option<u64>,
        inner: Option<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Inner {
        depth: Option<u64>,
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let errors = from_yaml::<Toy>("toy.yaml", text).expect_err("the file is wrong");
        let found: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.contains(expected), "{expected}\n{found}");
        }
    }

    #[test]
    fn every_error_of_a_file_is_named_at_its_place() {
        check(
            "rows: four\ncolz: 3\ninner: {depht: 1, depth: x}\n",
            &[
                "toy.yaml:1:7: rows: invalid type",
                "toy.yaml:2:1: unknown field `colz`",
                "toy.yaml:3:9: inner: unknown field `depht`",
                "toy.yaml:3:26: inner.depth: invalid type",
            ],
        );
        check("rows: four\n", &["toy.yaml:1:7: rows"]);
        check("rows: [\n", &["toy.yaml:"]);
    }

    #[test]
    fn slips_of_the_hand_are_named_where_they_are() {
        check(
            "rows: 1\ncols: 2\nrows: 1\n",
            &["toy.yaml:3:1: duplicate field `rows`"],
        );
        check(
            "rows: 1\ninner:\n  depth: 1\n  depth: 2\n",
            &["toy.yaml:4:3: inner: duplicate field `depth`"],
        );
        check(
            "inner:\n\tdepth: 1\n",
            &["toy.yaml:2:1: a tab in the indentation"],
        );
        check("inner:\n  depth 1\n", &["is a colon missing?"]);
    }

    #[test]
    fn text_that_is_no_yaml_is_said_to_be_none_whatever_its_fields() {
        let quote = "a quote begins here and is not closed";
        check(
            "colz: 3\nrows: \"a\ncols: 3\n",
            &[&format!("toy.yaml:2:7: {quote}")],
        );
        check(
            "rows: 'a\ncols: 3\ninner: 'x'\n",
            &[&format!("toy.yaml:1:7: {quote}")],
        );
        check(
            "inner: {depth: 1\ncols: 3\n",
            &["toy.yaml:2:5: did not find expected ',' or '}', of the mapping at line 1 column 8"],
        );
        // What the reader of types takes, and the tree's does not.
        check(
            "colz: &p [*p]\n",
            &[
                "toy.yaml:1:11: an alias of no anchor",
                "unknown field `colz`",
            ],
        );
        check(
            "colz: 3\n\tdepth: 1\n",
            &["toy.yaml:2:1: a tab in the indentation"],
        );
    }
}
