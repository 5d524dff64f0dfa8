//! What a point has to keep: an expression over the values of axes and of what is set.

use std::collections::HashMap;

use stationary_document::arithmetic::{self, Value};

use crate::documents::SweepValue;

/// Names with their values.
pub type Names<'a> = HashMap<&'a str, &'a SweepValue>;

/// Whether an expression holds.
///
/// # Errors
/// In words: what is no expression, no name, or neither yes nor no.
pub fn holds(expression: &str, names: &Names<'_>) -> Result<bool, String> {
    let value = arithmetic::evaluate(expression, &|path| {
        let name = path.join(".");
        match names.get(name.as_str()) {
            Some(value) => Ok(of(value)),
            None => {
                let mut known: Vec<&str> = names.keys().copied().collect();
                known.sort_unstable();
                Err(format!(
                    "`{name}` is neither an axis nor set; there are {}",
                    known.join(", ")
                ))
            }
        }
    })?;
    match value {
        Value::Flag(flag) => Ok(flag),
        other => Err(format!(
            "it is {other}; needed a comparison, such as array.rows * array.cols <= 1024"
        )),
    }
}

fn of(value: &SweepValue) -> Value {
    match value {
        SweepValue::Flag(flag) => Value::Flag(*flag),
        SweepValue::Whole(number) => Value::Whole(*number),
        SweepValue::Real(number) => Value::Real(*number),
        SweepValue::Text(text) => Value::Text(text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, expected: Result<bool, &str>) {
        let (rows, cols) = (SweepValue::Whole(16), SweepValue::Whole(64));
        let network = SweepValue::Text("alexnet".to_owned());
        let names = [
            ("array.rows", &rows),
            ("array.cols", &cols),
            ("network", &network),
        ];
        let found = holds(expression, &names.into());
        match expected {
            Ok(expected) => assert_eq!(found, Ok(expected), "{expression}"),
            Err(part) => {
                let why = found.expect_err(expression);
                assert!(why.contains(part), "{expression}: {why}");
            }
        }
    }

    #[test]
    fn expressions_are_held_against_a_point() {
        check("array.rows * array.cols <= 1024", Ok(true));
        check("array.rows * array.cols < 1024", Ok(false));
        check(
            "array.cols % array.rows == 0 and network == 'alexnet'",
            Ok(true),
        );
        check("array.rows", Err("needed a comparison"));
        check(
            "array.row < 3",
            Err("there are array.cols, array.rows, network"),
        );
        check("array.rows <", Err("it ends where a value is needed"));
    }
}
