//! Constants that a file gives in the place of ours.
//!
//! ```text
//! merged(ours, given): each name of `given` is one of ours, and a mapping like ours, a list whose
//!                      elements are like our first, or a value of our kind; or a new name beside
//!                      others of its kind, whole
//! ```
//!
//! A group of constants that gives something loses the source of what it replaces: its own, or that
//! none was named, stands in its place.

use serde_yaml::{Mapping, Value};
use stationary_document::near::nearest;

use crate::collector::Collector;

/// The source of a constant that was given without one.
const NO_SOURCE: &str = "given with the accelerator, which names no source";
/// Where names are free.
const OPEN: [&str; 2] = ["cost.families", "cost.dram"];

/// Our constants with those given; none if something is wrong with those.
pub(super) fn merged(ours: &Mapping, given: &Mapping, problems: &mut Collector) -> Option<Value> {
    fields("cost", ours, given, problems)
}

fn value(path: &str, ours: &Value, given: &Value, problems: &mut Collector) -> Option<Value> {
    match (ours, given) {
        (Value::Mapping(ours), Value::Mapping(given)) => fields(path, ours, given, problems),
        (Value::Sequence(ours), Value::Sequence(given)) => elements(path, ours, given, problems),
        (Value::Number(_), Value::Number(number)) if is_allowed(path, number) => {
            Some(given.clone())
        }
        (Value::String(_), Value::String(_)) => Some(given.clone()),
        _ => {
            problems.add(path, text(given), kind(path, ours));
            None
        }
    }
}

fn fields(path: &str, ours: &Mapping, given: &Mapping, problems: &mut Collector) -> Option<Value> {
    let mut all = ours.clone();
    let mut is_right = true;
    for (key, new) in given {
        let name = key.as_str().unwrap_or_default();
        let path = format!("{path}.{name}");
        let merged = match ours.get(key) {
            Some(old) => value(&path, old, new, problems),
            None => match ours.values().next().filter(|_| is_open(&path)) {
                Some(example) => whole(&path, example, new, problems),
                None => {
                    unknown(&path, name, ours, problems);
                    None
                }
            },
        };
        is_right &= merged.is_some();
        all.insert(key.clone(), merged.unwrap_or_default());
    }
    if ours.contains_key("source") && !given.is_empty() && !given.contains_key("source") {
        all.insert("source".into(), NO_SOURCE.into());
    }
    is_right.then_some(Value::Mapping(all))
}

fn elements(
    path: &str,
    ours: &[Value],
    given: &[Value],
    problems: &mut Collector,
) -> Option<Value> {
    // Ours may be empty where the elements are names.
    let name = Value::from("");
    let example = ours.first().unwrap_or(&name);
    let mut all = Vec::new();
    for (index, element) in given.iter().enumerate() {
        all.extend(whole(
            &format!("{path}.{index}"),
            example,
            element,
            problems,
        ));
    }
    (all.len() == given.len()).then_some(Value::Sequence(all))
}

/// What has no counterpart among ours, and so must be there in full.
fn whole(path: &str, example: &Value, given: &Value, problems: &mut Collector) -> Option<Value> {
    let is_whole = has_all(path, example, given, problems);
    value(path, example, given, problems).filter(|_| is_whole)
}

fn has_all(path: &str, example: &Value, given: &Value, problems: &mut Collector) -> bool {
    let (Value::Mapping(example), Value::Mapping(given)) = (example, given) else {
        return true;
    };
    let mut has_all = true;
    for (key, example) in example {
        let name = key.as_str().unwrap_or_default();
        let path = format!("{path}.{name}");
        has_all &= match given.get(key) {
            Some(given) => self::has_all(&path, example, given, problems),
            None if name == "source" => true,
            None => {
                problems.add(&path, "nothing", kind(&path, example));
                false
            }
        };
    }
    has_all
}

fn is_open(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(parent, _)| OPEN.contains(&parent))
}

/// Numbers are more than zero, but for the coefficients of a polynomial.
fn is_allowed(path: &str, number: &serde_yaml::Number) -> bool {
    let number = number.as_f64().unwrap_or(f64::NAN);
    number.is_finite() && (number > 0.0 || is_coefficient(path))
}

fn is_coefficient(path: &str) -> bool {
    path.starts_with("cost.scaling.nodes")
        && [".a", ".b", ".c"].iter().any(|end| path.ends_with(end))
}

fn kind(path: &str, ours: &Value) -> String {
    match ours {
        Value::Mapping(fields) => format!("fields: {}", names(fields).join(", ")),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Number(_) if is_coefficient(path) => "a number".to_owned(),
        Value::Number(_) => "a number above 0".to_owned(),
        _ => "a text".to_owned(),
    }
}

fn unknown(path: &str, name: &str, ours: &Mapping, problems: &mut Collector) {
    let allowed = names(ours);
    let near = nearest(name, allowed.iter().copied());
    let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    problems.add(path, format!("`{name}`"), allowed.join(", ") + &near);
}

fn names(fields: &Mapping) -> Vec<&str> {
    fields.keys().filter_map(Value::as_str).collect()
}

fn text(value: &Value) -> String {
    let text = serde_yaml::to_string(value).unwrap_or_default();
    format!("`{}`", text.trim().replace('\n', " "))
}
