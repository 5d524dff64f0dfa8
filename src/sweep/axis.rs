//! An axis: a name and its values.

use super::file::{AxisFile, Number};
use crate::documents::SweepValue;

/// More values of one axis are no sweep.
const MOST: usize = 100_000;

/// The kind of input that an axis varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisRole {
    /// The accelerator.
    Arch,
    /// The network.
    Network,
    /// The dataflow.
    Dataflow,
    /// Images a run.
    Batch,
    /// A field of the accelerator.
    Field,
}

impl AxisRole {
    /// The kind that an axis of this name has.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "arch" => Self::Arch,
            "network" => Self::Network,
            "dataflow" => Self::Dataflow,
            "batch" => Self::Batch,
            _ => Self::Field,
        }
    }
}

/// An axis of a sweep: what varies, and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The name of the input, or the path of the field of the accelerator.
    pub name: String,
    /// The kind of input that it varies.
    pub role: AxisRole,
    /// Its values: at least one, none twice.
    pub values: Vec<SweepValue>,
}

impl Axis {
    /// The axis of this name, with the values that a plan's file gives.
    ///
    /// # Errors
    /// A sentence: no values, a value that is there twice, steps that lead nowhere.
    pub fn new(name: &str, file: &AxisFile) -> Result<Self, String> {
        let values = match file {
            AxisFile::List(values) => values.clone(),
            AxisFile::Steps { from, to, step } => steps(*from, *to, *step)?,
            AxisFile::Times { from, to, times } => ratios(*from, *to, *times)?,
        };
        if values.is_empty() {
            return Err("it has no value; needed one at least".to_owned());
        }
        let mut texts: Vec<String> = values.iter().map(ToString::to_string).collect();
        texts.sort_unstable();
        if let Some(twice) = texts.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("it has the value {} twice", twice[0]));
        }
        Ok(Self {
            name: name.to_owned(),
            role: AxisRole::of(name),
            values,
        })
    }
}

fn steps(from: Number, to: Number, step: Number) -> Result<Vec<SweepValue>, String> {
    if !(step.real() > 0.0 && step.real().is_finite()) {
        return Err("found a step that is not above 0".to_owned());
    }
    collect(from, to, |last, at| match (from, step) {
        (Number::Whole(_), Number::Whole(step)) => match last {
            Number::Whole(last) => last.checked_add(step).map(Number::Whole),
            Number::Real(_) => None,
        },
        // From the first, so that errors do not add up.
        _ => Some(Number::Real(from.real() + at as f64 * step.real())),
    })
}

fn ratios(from: Number, to: Number, times: Number) -> Result<Vec<SweepValue>, String> {
    if !(times.real() > 1.0 && times.real().is_finite() && from.real() > 0.0) {
        return Err(
            "found a ratio that is not above 1, or a first value that is not above 0".to_owned(),
        );
    }
    collect(from, to, |last, at| match (from, times) {
        (Number::Whole(_), Number::Whole(times)) => match last {
            Number::Whole(last) => last.checked_mul(times).map(Number::Whole),
            Number::Real(_) => None,
        },
        _ => Some(Number::Real(from.real() * times.real().powi(at as i32))),
    })
}

/// The values from the first on that are not above the last.
fn collect(
    from: Number,
    to: Number,
    next: impl Fn(Number, usize) -> Option<Number>,
) -> Result<Vec<SweepValue>, String> {
    let mut values = Vec::new();
    let mut last = from;
    while rounded(last.real()) <= to.real() {
        if values.len() == MOST {
            return Err(format!("it has more than {MOST} values"));
        }
        values.push(match last {
            Number::Whole(number) => SweepValue::Whole(number),
            Number::Real(number) => SweepValue::Real(rounded(number)),
        });
        match next(last, values.len()) {
            Some(next) => last = next,
            None => break,
        }
    }
    Ok(values)
}

/// In twelve digits, so that 0.1 + 2 x 0.1 is 0.3.
fn rounded(number: f64) -> f64 {
    format!("{number:.11e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(yaml: &str, expected: &str) {
        let file: AxisFile = serde_yaml::from_str(yaml).expect("it is an axis");
        let found = match Axis::new("array.rows", &file) {
            Ok(axis) => axis
                .values
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" "),
            Err(why) => why,
        };
        assert_eq!(found, expected, "{yaml}");
    }

    #[test]
    fn values_are_listed_stepped_or_multiplied() {
        check("[8, 16, ws, true, 0.5]", "8 16 ws true 0.5");
        check("{from: 8, to: 20, step: 4}", "8 12 16 20");
        check("{from: 8, to: 19, step: 4}", "8 12 16");
        check("{from: 8, to: 64, times: 2}", "8 16 32 64");
        check("{from: 0.1, to: 0.3, step: 0.1}", "0.1 0.2 0.3");
        check("{from: 1, to: 4, times: 1.5}", "1 1.5 2.25 3.375");
    }

    #[test]
    fn what_is_no_axis_is_told() {
        check("[]", "it has no value; needed one at least");
        check("[8, 8]", "it has the value 8 twice");
        check(
            "{from: 9, to: 8, step: 1}",
            "it has no value; needed one at least",
        );
        check(
            "{from: 1, to: 8, step: 0}",
            "found a step that is not above 0",
        );
        check(
            "{from: 0, to: 900000, step: 1}",
            "it has more than 100000 values",
        );
        check(
            "{from: 0, to: 8, times: 2}",
            "found a ratio that is not above 1, or a first value that is not above 0",
        );
    }
}
