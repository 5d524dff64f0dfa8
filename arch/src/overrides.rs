//! Overrides of single fields, applied to the YAML tree before it is checked.

use std::sync::LazyLock;

use serde_yaml::{Mapping, Value};
use stationary_document::{from_yaml, grouped, in_words, suggestion_in};

use crate::accelerator::Config;
use crate::constants;
use crate::error::{ArchError, InvalidField};
use crate::expected::Expected;
use crate::field::Takes;
use crate::reference::fields;
use stationary_document::near::nearest;

/// Applies `sets` to the file in order. Types are read anew after each, so that an error names the
/// override that brought it.
pub(crate) fn apply(file: &str, text: &str, sets: &[(&str, &str)]) -> Result<Config, ArchError> {
    let mut tree: Value = from_yaml(file, text).map_err(ArchError::Unreadable)?;
    for &(path, value) in sets {
        let wrong = |message: String| ArchError::Override {
            path: path.to_owned(),
            value: value.to_owned(),
            near: suggestion_in(&message),
            message,
        };
        let parsed: Value = serde_yaml::from_str(value).map_err(|e| wrong(e.to_string()))?;
        let parsed = grouped(value).map_or(parsed, Value::from);
        if value.trim().is_empty() {
            return Err(wrong("found no value; give one after the `=`".to_owned()));
        }
        let refusal = |error: &serde_yaml::Error| {
            let refusal = Expected::at(path).and_then(|it| it.refusal(path, &parsed));
            refusal.unwrap_or_else(|| in_words(&error.to_string(), ""))
        };
        *field(&mut tree, &EVERY_FIELD, path)? = parsed.clone();
        let read: Result<Config, _> = serde_yaml::from_value(tree.clone());
        read.map_err(|error| wrong(refusal(&error)))?;
    }
    Ok(serde_yaml::from_value(tree).expect("it was read after the last override"))
}

/// Says of each problem that the file alone has not which overrides brought it: those of its field, of a
/// part of it or of what it is part of, else all.
pub(crate) fn blame(problems: &mut [InvalidField], alone: &[InvalidField], sets: &[(&str, &str)]) {
    for problem in problems {
        if alone.contains(problem) {
            continue;
        }
        let mut brought = near(problem, sets);
        if brought.is_empty() {
            brought = sets.iter().map(written).collect();
        }
        problem.sets = brought;
    }
}

/// A problem of a value, which an override may have given.
pub(crate) fn given(problem: InvalidField, sets: &[(&str, &str)]) -> InvalidField {
    let sets = near(&problem, sets);
    InvalidField { sets, ..problem }
}

/// The overrides of a problem's field, of a part of it or of what it is part of; of one path the last.
fn near(problem: &InvalidField, sets: &[(&str, &str)]) -> Vec<String> {
    let places = (0..sets.len()).filter(|at| {
        let is_last = sets[at + 1..].iter().all(|(path, _)| *path != sets[*at].0);
        is_last && is_within(sets[*at].0, &problem.path)
    });
    places.map(|at| written(&sets[at])).collect()
}

fn written((path, value): &(&str, &str)) -> String {
    format!("{path}={value}")
}

/// Whether one of two paths names a part of what the other does.
fn is_within(set: &str, problem: &str) -> bool {
    // What follows a space is a unit.
    let problem = problem.split(' ').next().unwrap_or_default();
    let mut pairs = set.split('.').zip(problem.split('.'));
    pairs.all(|(a, b)| a == b)
}

/// The place in `tree` that `path` names, made where the file leaves it out. `known` is a tree in
/// which every field has a value.
fn field<'t>(
    mut tree: &'t mut Value,
    known: &Value,
    path: &str,
) -> Result<&'t mut Value, ArchError> {
    let mut known = known;
    let mut at = String::new();
    for name in path.split('.') {
        let unknown = |allowed: Vec<String>| ArchError::UnknownField {
            path: path.to_owned(),
            at: at.clone(),
            field: name.to_owned(),
            near: nearest(name, allowed.iter().map(String::as_str)).map(str::to_owned),
            allowed,
        };
        match known {
            Value::Mapping(fields) => {
                known = fields.get(name).ok_or_else(|| unknown(names(fields)))?;
                tree = entry(tree, name);
            }
            Value::Sequence(elements) => {
                let list = tree
                    .as_sequence_mut()
                    .map(Vec::as_mut_slice)
                    .unwrap_or_default();
                let places = (0..list.len()).map(|place| place.to_string()).collect();
                // Every element of a list has the fields of the first. One that may be empty is of
                // words or of numbers, and is given as a whole.
                known = elements.first().ok_or_else(|| unknown(Vec::new()))?;
                tree = name
                    .parse()
                    .ok()
                    .and_then(|place: usize| list.get_mut(place))
                    .ok_or_else(|| unknown(places))?;
            }
            _ => return Err(unknown(Vec::new())),
        }
        at = if at.is_empty() {
            name.to_owned()
        } else {
            format!("{at}.{name}")
        };
    }
    Ok(tree)
}

/// The value under `name` of a mapping; what is not yet a mapping becomes one.
fn entry<'t>(tree: &'t mut Value, name: &str) -> &'t mut Value {
    if !tree.is_mapping() {
        *tree = Value::Mapping(Mapping::new());
    }
    let fields = tree
        .as_mapping_mut()
        .expect("it was made a mapping just now");
    fields.entry(Value::from(name)).or_insert(Value::Null)
}

fn names(fields: &Mapping) -> Vec<String> {
    fields
        .keys()
        .filter_map(|key| key.as_str().map(str::to_owned))
        .collect()
}

/// A tree in which every field has a value, whatever it is: the same for every file.
static EVERY_FIELD: LazyLock<Value> = LazyLock::new(every_field);

fn every_field() -> Value {
    let mut tree = Value::Mapping(Mapping::new());
    for field in fields().into_iter().filter(|field| field.is_read) {
        let mut at = &mut tree;
        for name in field.path.split('.') {
            at = match (name, &mut *at) {
                ("N", list) => {
                    if !list.is_sequence() {
                        *list = Value::Sequence(vec![Value::Null]);
                    }
                    &mut list[0]
                }
                (name, fields) => entry(fields, name),
            };
        }
        *at = match field.takes {
            Takes::List(_) => Value::Sequence(vec![Value::Null]),
            _ => Value::Null,
        };
    }
    *entry(&mut tree, "cost") = Value::Mapping(constants::tree());
    tree
}
