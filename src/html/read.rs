//! What a document has, without complaint about what it lacks: reports of older runs are shorter.

use serde_json::Value;

use crate::format::signed_percent;

/// The number at a path, such as `total.cycles`.
pub fn number(value: &Value, path: &str) -> Option<f64> {
    at(value, path).and_then(Value::as_f64)
}

/// The number at a path, or 0.
pub fn amount(value: &Value, path: &str) -> f64 {
    number(value, path).unwrap_or(0.0)
}

/// The text at a path, or none.
pub fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    at(value, path).and_then(Value::as_str).unwrap_or("")
}

/// The list at a path, or an empty one.
pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// The value at a path; `null` is none.
pub fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let found = path.split('.').try_fold(value, |value, key| value.get(key));
    found.filter(|value| !value.is_null())
}

/// A signed share as print has it.
pub fn signed(share: f64) -> String {
    signed_percent(share).replace('-', "\u{2212}")
}
