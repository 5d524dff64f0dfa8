//! Documents as lists of paths and values.

use std::collections::BTreeMap;

use serde_json::Value;

/// A path at which two documents differ, with both values.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// The path, such as `layers.conv1.stalls.fill`.
    pub path: String,
    /// The first document's value; null if it has none.
    pub a: Value,
    /// The second document's value; null if it has none.
    pub b: Value,
}

impl Leaf {
    /// The change from the first number to the second, as a share of the first; None if they are no numbers
    /// or the first is 0.
    pub fn change(&self) -> Option<f64> {
        let (a, b) = (self.a.as_f64()?, self.b.as_f64()?);
        (a != 0.0).then(|| b / a - 1.0)
    }
}

/// The paths at which two documents differ, in the order of the first, then those that only the second has.
/// Numbers within `tolerance` (a share of the greater one) count as equal.
pub fn differences(prefix: &str, a: &Value, b: &Value, tolerance: f64) -> Vec<Leaf> {
    let [a, b] = [a, b].map(|document| {
        let mut leaves = Vec::new();
        list(prefix, document, &mut leaves);
        leaves
    });
    let lookup: BTreeMap<&str, &Value> = b.iter().map(|(path, v)| (path.as_str(), *v)).collect();
    let mut found = Vec::new();
    for (path, a) in &a {
        let b = lookup.get(path.as_str()).copied().unwrap_or(&Value::Null);
        if !is_near(a, b, tolerance) {
            let (path, a, b) = (path.clone(), (*a).clone(), b.clone());
            found.push(Leaf { path, a, b });
        }
    }
    let first: BTreeMap<&str, ()> = a.iter().map(|(path, _)| (path.as_str(), ())).collect();
    for (path, b) in &b {
        if !first.contains_key(path.as_str()) && !b.is_null() {
            let (path, a, b) = (path.clone(), Value::Null, (*b).clone());
            found.push(Leaf { path, a, b });
        }
    }
    found
}

/// The number of values in a document, those of lists and objects counted singly.
pub fn count(document: &Value) -> usize {
    let mut leaves = Vec::new();
    list("", document, &mut leaves);
    leaves.len()
}

fn list<'a>(path: &str, value: &'a Value, leaves: &mut Vec<(String, &'a Value)>) {
    let join = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                list(&join(name), value, leaves);
            }
        }
        Value::Array(entries) => {
            let mut names: Vec<String> = Vec::new();
            for (at, value) in entries.iter().enumerate() {
                let layer = || Some(format!("layer {}", value["layer"].as_u64()?));
                let name = value["name"].as_str().map(str::to_owned).or_else(layer);
                // Names that repeat say nothing.
                let name = name
                    .filter(|n| !names.contains(n))
                    .unwrap_or(at.to_string());
                list(&join(&name), value, leaves);
                names.push(name);
            }
        }
        leaf => leaves.push((path.to_owned(), leaf)),
    }
}

fn is_near(a: &Value, b: &Value, tolerance: f64) -> bool {
    match (a.as_f64(), b.as_f64()) {
        (Some(x), Some(y)) => a == b || (x - y).abs() <= tolerance * x.abs().max(y.abs()),
        _ => a == b,
    }
}
