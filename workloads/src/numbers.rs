//! Sizes in a YAML file: one number for both axes, or a list. Read by hand rather than by derived
//! untagged enums, whose errors say neither what was found nor where.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, SeqAccess, Unexpected, Visitor};

/// A whole number of at least 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size(pub(crate) u64);

/// Rows and columns, both at least 1: `3` or `[3, 5]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent(pub(crate) [u64; 2]);

/// Input and output channels, both at least 1: `[3, 96]`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channels(pub(crate) [u64; 2]);

/// Top, left, bottom, right: `1`, `[rows, columns]` or all four.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Padding(pub(crate) [u64; 4]);

/// Numbers of at least `least`: alone if `lengths` has 1, else in a list of an allowed length.
#[derive(Clone, Copy)]
struct Numbers {
    least: u64,
    lengths: &'static [usize],
    expected: &'static str,
}

const SIZE: Numbers = Numbers {
    least: 1,
    lengths: &[1],
    expected: "a whole number of at least 1",
};
const EXTENT: Numbers = Numbers {
    least: 1,
    lengths: &[1, 2],
    expected: "a whole number of at least 1, or [rows, columns] of such",
};
const CHANNELS: Numbers = Numbers {
    least: 1,
    lengths: &[2],
    expected: "[input channels, output channels], whole numbers of at least 1",
};
const PADDING: Numbers = Numbers {
    least: 0,
    lengths: &[1, 2, 4],
    expected: "a whole number of at least 0, or [rows, columns] or [top, left, bottom, right] of such",
};

impl<'de> Deserialize<'de> for Size {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(SIZE.deserialize(deserializer)?[0]))
    }
}

impl<'de> Deserialize<'de> for Extent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = EXTENT.deserialize(deserializer)?;
        Ok(Self([n[0], n[n.len() - 1]]))
    }
}

impl<'de> Deserialize<'de> for Channels {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = CHANNELS.deserialize(deserializer)?;
        Ok(Self([n[0], n[1]]))
    }
}

impl<'de> Deserialize<'de> for Padding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let n = PADDING.deserialize(deserializer)?;
        Ok(Self([0, 1, 2, 3].map(|side| n[side % n.len()])))
    }
}

impl Numbers {
    const fn element(self) -> Self {
        Self {
            lengths: &[1],
            ..self
        }
    }
}

impl<'de> DeserializeSeed<'de> for Numbers {
    type Value = Vec<u64>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<u64>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Numbers {
    type Value = Vec<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Vec<u64>, E> {
        if !self.lengths.contains(&1) {
            return Err(E::invalid_type(Unexpected::Unsigned(value), &self));
        }
        if value < self.least {
            return Err(E::invalid_value(Unexpected::Unsigned(value), &self));
        }
        Ok(vec![value])
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Vec<u64>, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_u128<E: Error>(self, value: u128) -> Result<Vec<u64>, E> {
        Err(E::custom(format_args!(
            "invalid value: integer `{value}`, expected less than 2^64"
        )))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<u64>, A::Error> {
        if self.lengths == [1] {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        let mut numbers = Vec::new();
        while let Some(number) = list.next_element_seed(self.element())? {
            numbers.extend(number);
        }
        // A list of one number is no short form of that number.
        if numbers.len() < 2 || !self.lengths.contains(&numbers.len()) {
            return Err(A::Error::invalid_length(numbers.len(), &self));
        }
        Ok(numbers)
    }
}

/// A share between 0 and 1, in ten-thousandths.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fraction(pub(crate) u16);

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        if (0.0..=1.0).contains(&share) {
            return Ok(Self((share * 1e4).round() as u16));
        }
        let allowed = &"a share of words between 0 and 1";
        Err(D::Error::invalid_value(Unexpected::Float(share), allowed))
    }
}

macro_rules! schemas {
    ($($kind:ty, $name:literal, $schema:tt;)*) => { $(
        impl schemars::JsonSchema for $kind {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    )* };
}

schemas! {
    Size, "Size", {"type": "integer", "minimum": 1};
    Extent, "Extent", {"description": "one number for both, or [rows, columns]", "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "array", "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2}
    ]};
    Channels, "Channels", {
        "description": "[input channels, output channels]", "type": "array",
        "items": {"type": "integer", "minimum": 1}, "minItems": 2, "maxItems": 2
    };
    Padding, "Padding", {"description": "one number, [rows, columns] or [top, left, bottom, right]", "anyOf": [
        {"type": "integer", "minimum": 0},
        {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2},
        {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 4, "maxItems": 4}
    ]};
    Fraction, "Fraction", {"type": "number", "minimum": 0, "maximum": 1};
}
