//! What a field takes, in words of whoever writes it: what its schema says, where the reader of types
//! would name its own types.

use serde_json::Value;

use crate::schema;

/// What a field may hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// One of these.
    Words(Vec<String>),
    /// One of these, or fields.
    WordsOrFields(Vec<String>),
    /// Fields of these names.
    Fields(Vec<String>),
    /// Several of something.
    List,
}

impl Expected {
    /// Of the field that a path names; `None` where it takes a number, a flag or a text.
    pub(crate) fn at(path: &str) -> Option<Self> {
        let root = schema::accelerator().to_value();
        let mut node = target(&root, &root);
        for name in path.split('.') {
            let next = match name.parse::<usize>() {
                Ok(_) => &node["items"],
                Err(_) => &node["properties"][name],
            };
            node = target(&root, next);
        }
        if let Some(fields) = node["properties"].as_object() {
            return Some(Self::Fields(fields.keys().cloned().collect()));
        }
        if !node["items"].is_null() {
            return Some(Self::List);
        }
        let words = words(node);
        let fields = node["anyOf"].as_array().into_iter().flatten();
        let has_fields = { fields }.any(|kind| target(&root, kind)["properties"].is_object());
        match (words.is_empty(), has_fields) {
            (true, _) => None,
            (false, true) => Some(Self::WordsOrFields(words)),
            (false, false) => Some(Self::Words(words)),
        }
    }

    /// Why a value is none of it; `None` where it is of the right kind, and wrong inside.
    pub(crate) fn refusal(&self, path: &str, value: &serde_yaml::Value) -> Option<String> {
        match self {
            Self::Words(words) if !value.is_string() => {
                Some(format!("needed one of {}", words.join(", ")))
            }
            Self::WordsOrFields(words) if !value.is_string() && !value.is_mapping() => {
                Some(format!(
                    "needed one of {}, or a file's name or fields",
                    words.join(", ")
                ))
            }
            Self::Fields(names) if !value.is_mapping() => Some(format!(
                "needed the field that is meant, as in --set {path}.{}=VALUE; it has {}",
                names[0],
                names.join(", ")
            )),
            Self::List if !value.is_sequence() => Some("needed a list, as in [A, B]".to_owned()),
            _ => None,
        }
    }
}

/// What a part of a schema stands for: references followed, and what may be left out taken as given.
fn target<'s>(root: &'s Value, mut node: &'s Value) -> &'s Value {
    loop {
        let name = node["$ref"].as_str();
        let name = name.and_then(|name| name.strip_prefix("#/$defs/"));
        let some = node["anyOf"].as_array().and_then(|kinds| {
            let is_null = |kind: &&Value| kind["type"] == "null";
            (kinds.len() == 2 && kinds.iter().any(|kind| is_null(&kind)))
                .then(|| kinds.iter().find(|kind| !is_null(kind)))?
        });
        node = match (name, some) {
            (Some(name), _) => &root["$defs"][name],
            (None, Some(some)) => some,
            (None, None) => return node,
        };
    }
}

fn words(node: &Value) -> Vec<String> {
    let list = |name: &str| node[name].as_array().into_iter().flatten();
    let given = list("enum").chain(node.get("const"));
    let given = given.filter_map(Value::as_str).map(str::to_owned);
    let below = list("oneOf").chain(list("anyOf"));
    given.chain(below.flat_map(words)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, value: &str, expected: Option<&str>) {
        let value = serde_yaml::from_str(value).expect("YAML");
        let found = Expected::at(path).and_then(|e| e.refusal(path, &value));
        assert_eq!(found.as_deref(), expected, "{path}");
    }

    #[test]
    fn words_fields_and_lists_are_named() {
        check("array.skew", "3", Some("needed one of used, flow, whole"));
        check("array.skew", "flwo", None);
        check("array.rows", "abc", None);
        check(
            "networks.input.topology",
            "[1]",
            Some("needed one of multicast, systolic, tree, mesh"),
        );
        check(
            "global_buffer.banks",
            "4",
            Some(
                "needed the field that is meant, as in --set global_buffer.banks.count=VALUE; it has \
                 count, bits, ports, sharing",
            ),
        );
        check("global_buffer.banks", "{count: x}", None);
        check("dataflows", "3", Some("needed a list, as in [A, B]"));
        check(
            "global_buffer.partitions.0.operands",
            "x",
            Some("needed a list, as in [A, B]"),
        );
        check("no.such.field", "3", None);
    }
}
