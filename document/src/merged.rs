//! A typed file with what the reader of types leaves to others: merges (`<<: *base`) and digits in groups
//! (`1_000`), as YAML 1.1 has them.

use serde::de::DeserializeOwned;
use serde_yaml::{Mapping, Value};

use crate::number;
use crate::tree::{Node, NodeKind};

/// The value of a text that has merges or digits in groups; nothing if it is wrong all the same.
pub(crate) fn read<T: DeserializeOwned>(file: &str, text: &str) -> Option<T> {
    let may_help = |line: &str| line.contains("<<") || has_groups(line);
    if !text.lines().any(may_help) {
        return None;
    }
    let tree = Node::parse(file, text).ok()?;
    serde_yaml::from_value(value(&tree)?).ok()
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
        NodeKind::Plain(text) if has_groups(text) && number::whole(text).is_some() => {
            Value::Number(number::whole(text)?.into())
        }
        NodeKind::Plain(text) => serde_yaml::from_str(text).ok()?,
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
        let read: Option<Fields> = read("a.yaml", text);
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
}
