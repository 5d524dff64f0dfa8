//! One element of a tensor that is computed ahead, and its arithmetic as ONNX defines it.
//!
//! Fractions are rounded to 32 bits after each operation unless they are of 64, since exporters
//! compute sizes that way and a size depends on it.

use super::element::ElementType;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// Of a type of whole numbers, or a truth as 0 or 1.
    Whole(i64),
    Fraction(f64),
}

use Number::{Fraction, Whole};

impl Number {
    pub(super) fn real(self) -> f64 {
        match self {
            Whole(x) => x as f64,
            Fraction(x) => x,
        }
    }

    pub(super) fn whole(self) -> Option<i64> {
        match self {
            Whole(x) => Some(x),
            Fraction(_) => None,
        }
    }

    pub(super) fn is_true(self) -> bool {
        self.real() != 0.0
    }

    /// As an element of this type; `None` for what it cannot hold.
    pub(super) fn cast(self, to: ElementType) -> Option<Self> {
        if to == ElementType::BOOL {
            return Some(Whole(i64::from(self.is_true())));
        }
        if to.is_whole() {
            return match self {
                Whole(x) => Some(Whole(x)),
                Fraction(x) if x.is_finite() && x.abs() < 9.2e18 => Some(Whole(x.trunc() as i64)),
                Fraction(_) => None,
            };
        }
        Some(Fraction(rounded(self.real(), to == ElementType::DOUBLE)))
    }
}

fn rounded(x: f64, is_double: bool) -> f64 {
    if is_double { x } else { f64::from(x as f32) }
}

fn truth(is_true: bool) -> Option<Number> {
    Some(Whole(i64::from(is_true)))
}

/// An elementwise operator of one operand.
pub(super) fn unary(op: &str, x: Number, is_double: bool) -> Option<Number> {
    match (op, x) {
        ("Identity" | "Dropout", x) => Some(x),
        ("Neg", Whole(x)) => x.checked_neg().map(Whole),
        ("Abs", Whole(x)) => x.checked_abs().map(Whole),
        ("Sign", Whole(x)) => Some(Whole(x.signum())),
        ("Not", x) => truth(!x.is_true()),
        ("Relu", Whole(x)) => Some(Whole(x.max(0))),
        (_, Whole(_)) => None,
        (op, Fraction(x)) => {
            let y = match op {
                "Neg" => -x,
                "Abs" => x.abs(),
                "Floor" => x.floor(),
                "Ceil" => x.ceil(),
                "Round" => x.round_ties_even(),
                "Sqrt" => x.sqrt(),
                "Exp" => x.exp(),
                "Log" => x.ln(),
                "Reciprocal" => 1.0 / x,
                "Relu" => x.max(0.0),
                "Sign" if x == 0.0 => 0.0,
                "Sign" => x.signum(),
                _ => return None,
            };
            Some(Fraction(rounded(y, is_double)))
        }
    }
}

/// An elementwise operator of two operands of one type.
pub(super) fn binary(op: &str, a: Number, b: Number, is_double: bool) -> Option<Number> {
    match op {
        "And" => return truth(a.is_true() && b.is_true()),
        "Or" => return truth(a.is_true() || b.is_true()),
        "Xor" => return truth(a.is_true() != b.is_true()),
        _ => {}
    }
    if let (Whole(a), Whole(b)) = (a, b) {
        let whole = match op {
            "Add" | "Sum" => a.checked_add(b),
            "Sub" => a.checked_sub(b),
            "Mul" => a.checked_mul(b),
            "Div" => a.checked_div(b),
            // The remainder has the divisor's sign.
            "Mod" => a.checked_rem(b).map(|r| {
                if r != 0 && (r < 0) != (b < 0) {
                    r + b
                } else {
                    r
                }
            }),
            "FMod" => a.checked_rem(b),
            "Pow" => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
            "Min" => Some(a.min(b)),
            "Max" => Some(a.max(b)),
            "Equal" => return truth(a == b),
            "Greater" => return truth(a > b),
            "GreaterOrEqual" => return truth(a >= b),
            "Less" => return truth(a < b),
            "LessOrEqual" => return truth(a <= b),
            _ => None,
        };
        return whole.map(Whole);
    }
    let is_whole_base = matches!(a, Whole(_));
    let (x, y) = (a.real(), b.real());
    let z = match op {
        "Add" | "Sum" => x + y,
        "Sub" => x - y,
        "Mul" => x * y,
        "Div" => x / y,
        "Mod" | "FMod" => x % y,
        "Pow" if is_whole_base => return Fraction(x.powf(y)).cast(ElementType::INT64),
        "Pow" => x.powf(y),
        "Min" => x.min(y),
        "Max" => x.max(y),
        "Equal" => return truth(x == y),
        "Greater" => return truth(x > y),
        "GreaterOrEqual" => return truth(x >= y),
        "Less" => return truth(x < y),
        "LessOrEqual" => return truth(x <= y),
        _ => return None,
    };
    Some(Fraction(rounded(z, is_double)))
}
