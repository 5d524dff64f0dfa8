//! A typed file with what the reader of types leaves to others: merges (`<<: *base`) and digits in groups
//! (`1_000`), as YAML 1.1 has them.

use serde::de::DeserializeOwned;
use serde_yaml::{Mapping, Value};

use crate::diagnostic::Diagnostic;
use crate::number;
use crate::position::Position;
use crate::tree::{Node, NodeKind};
use crate::wording::in_words;

/// The value of a text that has merges or digits in groups, or what is wrong with it besides; nothing of another
/// text, or of one whose tree says no more.
pub(crate) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Option<Result<T, Diagnostic>> {
    let content = |line: &str| !line.trim_start().starts_with('#');
    let before = |line: &str| line.find(" #").unwrap_or(line.len());
    let may_help = |line: &str| {
        let line = &line[..before(line)];
        content(line) && (line.contains("<<:") || has_groups(line))
    };
    if !text.lines().any(may_help) {
        return None;
    }
    let tree = Node::parse(file, text).ok()?;
    let read: Result<T, _> = serde_yaml::from_value(value(&tree)?);
    Some(read.map_err(|error| {
        let message = in_words(&error.to_string(), "");
        // Of an unknown field the tree knows where it stands, of a wrong value not which it is.
        let unknown = message
            .contains("unknown field")
            .then(|| message.split('`').nth(1));
        let place = unknown.flatten().and_then(|field| place_of(&tree, field));
        Diagnostic::new(file, place, message)
    }))
}

/// The place of the first field of this name.
fn place_of(node: &Node, field: &str) -> Option<Position> {
    match &node.kind {
        NodeKind::Mapping(fields) => fields.iter().find_map(|(key, value)| {
            let is_it = key.text() == Some(field);
            is_it
                .then_some(key.place)
                .or_else(|| place_of(value, field))
        }),
        NodeKind::List(items) => items.iter().find_map(|item| place_of(item, field)),
        _ => None,
    }
}

/// Reads a whole number with digits in groups, such as `1_000`; None for any other text.
///
/// ```
/// assert_eq!(stationary_document::grouped("1_000"), Some(1000));
/// assert_eq!(stationary_document::grouped("1000"), None);
/// ```
#[must_use]
pub fn grouped(text: &str) -> Option<u64> {
    has_groups(text).then(|| number::whole(text)).flatten()
}

fn has_groups(line: &str) -> bool {
    let is_group = |w: &[u8]| w[0].is_ascii_digit() && w[1] == b'_' && w[2].is_ascii_digit();
    line.as_bytes().windows(3).any(is_group)
}

/// A tree as the reader of types has it; nothing for tags, and for a field that stands twice.
fn value(node: &Node) -> Option<Value> {
    if node.tag.is_some() {
        return None;
    }
    Some(match &node.kind {
        NodeKind::Null => Value::Null,
        NodeKind::Quoted(text) => Value::String(text.clone()),
        NodeKind::Plain(text) => match grouped(text) {
            Some(number) => Value::Number(number.into()),
            None => serde_yaml::from_str(text).ok()?,
        },
        NodeKind::List(items) => Value::Sequence(items.iter().map(value).collect::<Option<_>>()?),
        NodeKind::Mapping(fields) => {
            let mut mapping = Mapping::new();
            for (key, own) in fields {
                if mapping.insert(value(key)?, value(own)?).is_some() {
                    return None;
                }
            }
            Value::Mapping(mapping)
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    type Fields = BTreeMap<String, BTreeMap<String, u64>>;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let read: Option<Result<Fields, _>> = read("a.yaml", text);
        let read = read.and_then(Result::ok);
        let shown = read.map(|read| format!("{read:?}").replace('"', ""));
        assert_eq!(shown.as_deref(), expected, "{text}");
    }

    #[test]
    fn merges_and_groups_of_digits_are_read() {
        check(
            "a: &a {x: 1_000}\nb: {<<: *a, y: 2}",
            Some("{a: {x: 1000}, b: {x: 1000, y: 2}}"),
        );
        check(
            "a: &a {x: 1}\nb: {<<: *a, x: 3}",
            Some("{a: {x: 1}, b: {x: 3}}"),
        );
        check("a: {x: 65_536}", Some("{a: {x: 65536}}"));
    }

    #[test]
    fn what_is_wrong_stays_wrong() {
        check("a: {x: 1_000, x: 2}", None);
        check("a: {x: '1_000'}", None);
        check("a: {x: !t 1_000}", None);
        check("a: {x: 1_000_}", None);
    }

    #[test]
    fn what_is_wrong_besides_is_named() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Size {
            #[expect(dead_code, reason = "only read")]
            m: u64,
        }
        type Sizes = BTreeMap<String, Size>;
        let read: Option<Result<Sizes, _>> = read("a.yaml", "a: &a {m: 1_000}\nb: {<<: *a, mm: 2}");
        let error = read.expect("it merges").expect_err("`mm` is no field");
        assert_eq!(
            error.to_string(),
            "a.yaml:2:13: unknown field `mm`, expected `m`"
        );
    }
}
