//! The leaves of an accelerator file, with messages that name what is allowed.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A whole number that is not negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct Count(pub(crate) u64);

/// A number with or without a fraction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

/// A network's width: a number, or as many words as the array has rows, columns or PEs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Width {
    Words(u64),
    Rows,
    Cols,
    All,
}

const COUNT: &str = "a whole number, not negative";
const NUMBER: &str = "a number";
const WIDTH: &str = "a whole number of words, `rows`, `cols` or `all`";

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Count;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(COUNT)
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Count, E> {
                Ok(Count(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Count, E> {
                not_negative(value, &self).map(Count)
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(NUMBER)
            }
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number(value as f64))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number(value))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Every whole number below 2^53 is exact as an f64, and reads better without its point.
        if self.0.fract() == 0.0 && (0.0..9e15).contains(&self.0) {
            serializer.serialize_u64(self.0 as u64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Width {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Width;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(WIDTH)
            }
            fn visit_u64<E: Error>(self, value: u64) -> Result<Width, E> {
                Ok(Width::Words(value))
            }
            fn visit_i64<E: Error>(self, value: i64) -> Result<Width, E> {
                not_negative(value, &self).map(Width::Words)
            }
            fn visit_str<E: Error>(self, value: &str) -> Result<Width, E> {
                match value {
                    "rows" => Ok(Width::Rows),
                    "cols" => Ok(Width::Cols),
                    "all" => Ok(Width::All),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for Width {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Width::Words(words) => serializer.serialize_u64(*words),
            Width::Rows => serializer.serialize_str("rows"),
            Width::Cols => serializer.serialize_str("cols"),
            Width::All => serializer.serialize_str("all"),
        }
    }
}

fn not_negative<E: Error>(value: i64, allowed: &dyn serde::de::Expected) -> Result<u64, E> {
    u64::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), allowed))
}
