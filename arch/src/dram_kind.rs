//! The kind of DRAM: two simple ones, a pipe by name, or a standard by name.

use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::declaration::plain;
use crate::dram::{Pipe, Standard, presets};
use crate::field::Takes;

/// As written in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DramKindConfig {
    Ideal,
    Bandwidth,
    Standard(Arc<Standard>),
    Pipe(Pipe),
}

impl<'de> Deserialize<'de> for DramKindConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        match name.as_str() {
            "ideal" => return Ok(Self::Ideal),
            "bandwidth" => return Ok(Self::Bandwidth),
            _ => {}
        }
        if let Some(pipe) = Pipe::find(&name) {
            return Ok(Self::Pipe(pipe));
        }
        if presets::find(&name).is_some() {
            let standard = Standard::preset(&name).map_err(D::Error::custom)?;
            return Ok(Self::Standard(Arc::new(standard)));
        }
        let simple = ["ideal", "bandwidth"].into_iter();
        let known = simple.chain(Pipe::names()).chain(presets::names());
        let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
        Err(D::Error::custom(format_args!(
            "unknown variant `{name}`, expected one of {}",
            known.join(", ")
        )))
    }
}

impl Serialize for DramKindConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Ideal => "ideal",
            Self::Bandwidth => "bandwidth",
            Self::Standard(standard) => standard.name(),
            Self::Pipe(pipe) => pipe.name,
        })
    }
}

plain! {
    DramKindConfig = Self::Bandwidth, Takes::words::<Self>();
}
