//! The kind of DRAM: two simple ones, a pipe by name, or a standard by name or by its fields.

use std::fmt;
use std::sync::Arc;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::declaration::plain;
use crate::dram::{Pipe, Standard, StandardConfig, presets};
use crate::field::Takes;

/// As written in the file.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum DramKindConfig {
    Ideal,
    Bandwidth,
    Standard(Arc<Standard>),
    /// A standard that a file gives in full, not yet checked.
    Fields(Box<StandardConfig>),
    Pipe(Pipe),
}

impl DramKindConfig {
    /// The words that name a kind.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        let simple = ["ideal", "bandwidth"].into_iter();
        simple.chain(Pipe::names()).chain(presets::names())
    }
}

impl<'de> Deserialize<'de> for DramKindConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = DramKindConfig;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a kind of memory by name, or the fields of a DRAM standard")
            }
            fn visit_str<E: Error>(self, name: &str) -> Result<DramKindConfig, E> {
                match name {
                    "ideal" => return Ok(DramKindConfig::Ideal),
                    "bandwidth" => return Ok(DramKindConfig::Bandwidth),
                    _ => {}
                }
                if let Some(pipe) = Pipe::find(name) {
                    return Ok(DramKindConfig::Pipe(pipe));
                }
                if presets::find(name).is_some() {
                    let standard = Standard::preset(name).map_err(E::custom)?;
                    return Ok(DramKindConfig::Standard(Arc::new(standard)));
                }
                let known: Vec<_> = DramKindConfig::names()
                    .map(|name| format!("`{name}`"))
                    .collect();
                Err(E::custom(format_args!(
                    "unknown name `{name}`, expected one of {}",
                    known.join(", ")
                )))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<DramKindConfig, A::Error> {
                let fields = StandardConfig::deserialize(MapAccessDeserializer::new(map))?;
                Ok(DramKindConfig::Fields(Box::new(fields)))
            }
        }
        deserializer.deserialize_any(Reader)
    }
}

impl Serialize for DramKindConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = match self {
            Self::Ideal => "ideal",
            Self::Bandwidth => "bandwidth",
            Self::Standard(standard) if standard.is_bundled() => standard.name(),
            Self::Standard(standard) => return standard.fields().serialize(serializer),
            Self::Fields(fields) => return fields.serialize(serializer),
            Self::Pipe(pipe) => pipe.name,
        };
        serializer.serialize_str(name)
    }
}

plain! {
    DramKindConfig = Self::Bandwidth, Takes::words::<Self>();
}
