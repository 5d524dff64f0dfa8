//! Dimensions that are written by others, such as `past_sequence + sequence` or `2*s0 + 1`.

use std::collections::HashSet;

use stationary_document::arithmetic::{Value, evaluate};

/// The names in a dimension that is an expression; `None` for what is none: a number, a name alone, or
/// a name in whose middle a sign stands, such as `batch-size`.
pub(super) fn names_in(dimension: &str) -> Option<HashSet<String>> {
    let is_sign = |mark: &str| dimension.contains(mark);
    if !["+", "*", "/", "%", "(", " - "].into_iter().any(is_sign) {
        return None;
    }
    let names = std::cell::RefCell::new(HashSet::new());
    let any = |path: &[String]| {
        names.borrow_mut().insert(path.join("."));
        Ok(Value::Whole(1))
    };
    evaluate(dimension, &any).ok()?;
    Some(names.into_inner()).filter(|names| !names.is_empty())
}

/// What an expression comes to where all its names have sizes.
pub(super) fn size(dimension: &str, mut of: impl FnMut(&str) -> Option<u64>) -> Option<u64> {
    let names = names_in(dimension)?;
    let sizes: Vec<(String, i64)> = names
        .into_iter()
        .map(|name| Some((i64::try_from(of(&name)?).ok()?, name)))
        .map(|found| found.map(|(size, name)| (name, size)))
        .collect::<Option<_>>()?;
    let size = |path: &[String]| {
        let name = path.join(".");
        let found = sizes.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, size)| Value::Whole(*size))
            .ok_or_else(String::new)
    };
    match evaluate(dimension, &size).ok()? {
        Value::Whole(size) => u64::try_from(size).ok(),
        Value::Real(size) => {
            let is_size = size >= 0.0 && size.fract() == 0.0 && size < (1u64 << 53) as f64;
            is_size.then_some(size as u64)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(dimension: &str, expected: Option<u64>) {
        let size = size(dimension, |name| match name {
            "past" => Some(20),
            "seq" => Some(11),
            _ => None,
        });
        assert_eq!(size, expected, "{dimension}");
    }

    #[test]
    fn expressions_come_to_sizes() {
        check("past + seq", Some(31));
        check("2*seq+1", Some(23));
        check("past//seq", Some(1));
        check("floor(seq/2)", Some(5));
        check("past - seq", Some(9));
        check("seq - past", None);
        check("seq/2", None);
        check("past + other", None);
    }

    #[test]
    fn names_are_no_expressions() {
        for name in ["seq", "past-seq", "batch_size", "12", "?", "past seq", "+"] {
            check(name, None);
            assert_eq!(names_in(name), None, "{name}");
        }
    }
}
