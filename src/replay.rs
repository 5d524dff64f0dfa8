//! The figures of a replay as they are read.

use serde_json::Value;

use crate::format::{percent, thousands, time};

/// A figure's name and value, in words.
pub fn figure(name: &str, value: &Value) -> [String; 2] {
    let shown = match (name, value.as_u64(), value.as_f64()) {
        ("nanoseconds", _, Some(number)) => return ["time".to_owned(), time(1e-9 * number)],
        ("peak_share", _, Some(share)) => percent(share),
        (_, Some(number), _) => thousands(number),
        (_, _, Some(number)) => format!("{number:.2}"),
        _ if value.is_null() => "-".to_owned(),
        _ => value.as_str().map_or(value.to_string(), str::to_owned),
    };
    [name.replace('_', " "), shown]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn figures_have_units_that_suit() {
        let check = |name: &str, value: Value, expected: [&str; 2]| {
            assert_eq!(figure(name, &value), expected);
        };
        check("nanoseconds", json!(76_900.0), ["time", "76.90 us"]);
        check("nanoseconds", json!(8.3e12), ["time", "8300 s"]);
        check("row_hits", json!(12_345), ["row hits", "12,345"]);
        check("peak_share", json!(0.5), ["peak share", "50.0 %"]);
        check(
            "max_read_latency_cycles",
            Value::Null,
            ["max read latency cycles", "-"],
        );
    }
}
