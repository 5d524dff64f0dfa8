//! Functions that an expression may call.

use super::value::{Value, too_large};

/// A function of one number, by its name.
type OfOne = (&'static str, fn(f64) -> f64);

/// Functions of one number.
const OF_ONE: [OfOne; 9] = [
    ("sqrt", f64::sqrt),
    ("log2", f64::log2),
    ("log10", f64::log10),
    ("exp", f64::exp),
    ("sin", f64::sin),
    ("cos", f64::cos),
    ("tan", f64::tan),
    ("fabs", f64::abs),
    ("tanh", f64::tanh),
];

/// The value of a call.
pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, String> {
    let wrong = || {
        let arguments: Vec<_> = arguments.iter().map(|a| format!("`{a}`")).collect();
        format!("`{name}` of {}", arguments.join(", "))
    };
    if let Some((_, function)) = OF_ONE.iter().find(|(known, _)| *known == name) {
        let [value] = arguments else {
            return Err(wrong());
        };
        return Value::finite(function(value.real().ok_or_else(wrong)?));
    }
    match (name, arguments) {
        ("ceil" | "floor" | "trunc" | "round" | "int", [value]) => rounded(name, value),
        ("round", [value, digits]) => {
            let number = value.real().ok_or_else(wrong)?;
            let digits = digits.whole().and_then(|d| i32::try_from(d).ok());
            let scale = 10f64.powi(digits.ok_or_else(wrong)?);
            Value::finite((number * scale).round_ties_even() / scale)
        }
        ("abs", [Value::Whole(number)]) => {
            number.checked_abs().map(Value::Whole).ok_or_else(too_large)
        }
        ("abs", [value]) => Value::finite(value.real().ok_or_else(wrong)?.abs()),
        ("log", [value]) => Value::finite(value.real().ok_or_else(wrong)?.ln()),
        ("log", [value, base]) => {
            let [value, base] = [value, base].map(Value::real);
            Value::finite(value.ok_or_else(wrong)?.log(base.ok_or_else(wrong)?))
        }
        ("pow", [base, exponent]) => base.with("**", exponent),
        ("float", [Value::Text(text)]) => match Value::of(text).real() {
            Some(number) => Value::finite(number),
            None => Err(wrong()),
        },
        ("float", [value]) => Value::finite(value.real().ok_or_else(wrong)?),
        ("bool", [value]) => Ok(Value::Flag(value.is_true())),
        ("str", [value]) => Ok(Value::Text(value.to_string())),
        ("len", [Value::List(items)]) => Ok(Value::Whole(items.len() as i64)),
        ("len", [Value::Text(text)]) => Ok(Value::Whole(text.chars().count() as i64)),
        ("list" | "tuple", [Value::List(items)]) => Ok(Value::List(items.clone())),
        ("sum", [Value::List(items)]) => folded("+", Value::Whole(0), items),
        ("prod", [Value::List(items)]) => folded("*", Value::Whole(1), items),
        ("min" | "max", [Value::List(items)]) => extreme(name, items).ok_or_else(wrong)?,
        ("min" | "max", items @ [_, _, ..]) => extreme(name, items).ok_or_else(wrong)?,
        ("sum" | "prod" | "min" | "max" | "abs" | "pow" | "len" | "int" | "ceil", _) => {
            Err(wrong())
        }
        _ => Err(format!("`{name}` is no function that is known here")),
    }
}

fn folded(operator: &str, first: Value, items: &[Value]) -> Result<Value, String> {
    let mut items = items.iter();
    items.try_fold(first, |total, item| total.with(operator, item))
}

/// The first of the least or greatest items.
fn extreme(name: &str, items: &[Value]) -> Option<Result<Value, String>> {
    let operator = if name == "min" { "<" } else { ">" };
    let (first, others) = items.split_first()?;
    let mut best = first.clone();
    for item in others {
        match item.with(operator, &best) {
            Ok(Value::Flag(true)) => best = item.clone(),
            Ok(_) => {}
            Err(why) => return Some(Err(why)),
        }
    }
    Some(Ok(best))
}

fn rounded(name: &str, value: &Value) -> Result<Value, String> {
    if let Some(whole) = value.whole() {
        return Ok(Value::Whole(whole));
    }
    let number = match value {
        Value::Text(text) => Value::of(text).real(),
        value => value.real(),
    };
    let number = number.ok_or_else(|| format!("`{name}` of `{value}`"))?;
    let rounded = match name {
        "ceil" => number.ceil(),
        "floor" => number.floor(),
        // Python rounds halves to the even neighbour.
        "round" => number.round_ties_even(),
        _ => number.trunc(),
    };
    if rounded.abs() < 9.0e15 {
        Ok(Value::Whole(rounded as i64))
    } else {
        Err(too_large())
    }
}
