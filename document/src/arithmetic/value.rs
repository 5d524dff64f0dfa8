//! Values and their operators.

use std::fmt;

use crate::number;

/// A value of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Whole(i64),
    /// A number in floating point.
    Real(f64),
    /// A text.
    Text(String),
    /// A truth value.
    Flag(bool),
    /// A list.
    List(Vec<Value>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(number) => write!(f, "{number}"),
            Self::Real(number) => write!(f, "{number:?}"),
            Self::Text(text) => f.write_str(text),
            Self::Flag(true) => f.write_str("True"),
            Self::Flag(false) => f.write_str("False"),
            Self::List(items) => write!(f, "a list of {}", items.len()),
        }
    }
}

/// Why a number is none.
pub(super) fn too_large() -> String {
    "too large a number".to_owned()
}

impl Value {
    /// The value of a text that is no expression: a number if it reads as one, else the text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let whole = number::whole(text).and_then(|number| i64::try_from(number).ok());
        let number = whole.map(Self::Whole);
        number
            .or_else(|| number::real(text).map(Self::Real))
            .unwrap_or_else(|| Self::Text(text.to_owned()))
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Whole(number) => *number != 0,
            Self::Real(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Flag(flag) => *flag,
            Self::List(items) => !items.is_empty(),
        }
    }

    /// It as a number; yes is 1.
    pub(super) fn real(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Real(number) => Some(*number),
            Self::Flag(flag) => Some(f64::from(u8::from(*flag))),
            _ => None,
        }
    }

    pub(super) fn whole(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(*number),
            Self::Flag(flag) => Some(i64::from(*flag)),
            _ => None,
        }
    }

    /// A finite fraction.
    pub(super) fn finite(number: f64) -> Result<Self, String> {
        let finite = number.is_finite().then_some(Self::Real(number));
        finite.ok_or_else(too_large)
    }

    /// An item of a list; negative indices count from the end.
    pub(super) fn at(&self, index: &Self) -> Result<Self, String> {
        let (Self::List(items), Some(index)) = (self, index.whole()) else {
            return Err(format!("`{self}` has no item `{index}`"));
        };
        let length = items.len() as i64;
        let place = if index < 0 { length + index } else { index };
        let item = usize::try_from(place).ok().and_then(|at| items.get(at));
        let missing = || format!("no item {index} in a list of {length}");
        item.cloned().ok_or_else(missing)
    }

    /// The result of an operator.
    pub(super) fn with(&self, operator: &str, other: &Self) -> Result<Self, String> {
        if let (Self::Text(a), Self::Text(b)) = (self, other) {
            match operator {
                "+" if a.len() + b.len() <= 1 << 16 => return Ok(Self::Text(format!("{a}{b}"))),
                "==" => return Ok(Self::Flag(a == b)),
                "!=" => return Ok(Self::Flag(a != b)),
                _ => {}
            }
        }
        let (Some(a), Some(b)) = (self.real(), other.real()) else {
            return match operator {
                "==" => Ok(Self::Flag(self == other)),
                "!=" => Ok(Self::Flag(self != other)),
                _ => Err(format!("`{operator}` of `{self}` and `{other}`")),
            };
        };
        match operator {
            "<" => return Ok(Self::Flag(a < b)),
            ">" => return Ok(Self::Flag(a > b)),
            "<=" => return Ok(Self::Flag(a <= b)),
            ">=" => return Ok(Self::Flag(a >= b)),
            "==" => return Ok(Self::Flag(a == b)),
            "!=" => return Ok(Self::Flag(a != b)),
            "/" | "//" | "%" if b == 0.0 => return Err("division by 0".to_owned()),
            _ => {}
        }
        if let (Some(a), Some(b)) = (self.whole(), other.whole())
            && let Some(whole) = of_whole(a, operator, b)
        {
            return whole.map(Self::Whole).ok_or_else(too_large);
        }
        match operator {
            "+" => Self::finite(a + b),
            "-" => Self::finite(a - b),
            "*" => Self::finite(a * b),
            "/" => Self::finite(a / b),
            "//" => Self::finite((a / b).floor()),
            "%" => Self::finite(a - b * (a / b).floor()),
            "**" => Self::finite(a.powf(b)),
            _ => Err(format!("`{operator}` of `{self}` and `{other}`")),
        }
    }
}

/// Operators that make whole numbers of whole numbers: nothing for the others, and no number where
/// it is too large.
fn of_whole(a: i64, operator: &str, b: i64) -> Option<Option<i64>> {
    let shift = u32::try_from(b).ok().filter(|shift| *shift < 63);
    Some(match operator {
        "+" => a.checked_add(b),
        "-" => a.checked_sub(b),
        "*" => a.checked_mul(b),
        "//" => a
            .checked_div_euclid(b)
            .map(|quotient| match a.checked_rem_euclid(b) {
                // Python rounds down, also where the divisor is negative.
                Some(rest) if rest != 0 && b < 0 => quotient - 1,
                _ => quotient,
            }),
        "%" => a
            .checked_rem_euclid(b)
            .map(|rest| if rest != 0 && b < 0 { rest + b } else { rest }),
        "**" if b >= 0 => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        "<<" => shift.and_then(|shift| a.checked_mul(1 << shift)),
        ">>" => shift.map(|shift| a >> shift),
        "&" => Some(a & b),
        "|" => Some(a | b),
        "^" => Some(a ^ b),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a == b * (a // b) + a % b`, with the rest on the divisor's side.
    #[test]
    fn quotient_and_rest_belong_together() {
        for a in -9..=9 {
            for b in (-4..=4).filter(|b| *b != 0) {
                let of = |operator| of_whole(a, operator, b).flatten().expect("a small number");
                let (quotient, rest) = (of("//"), of("%"));
                assert_eq!(a, b * quotient + rest, "{a} {b}");
                assert!(rest == 0 || (rest < 0) == (b < 0), "{a} % {b} = {rest}");
                assert_eq!(quotient, (a as f64 / b as f64).floor() as i64, "{a} // {b}");
            }
        }
    }
}
