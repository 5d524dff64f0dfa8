//! What is limited.

use std::fmt;
use std::str::FromStr;

use crate::name::UnknownName;

/// A resource that a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// Area in square microns.
    Area,
    /// Power in milliwatts.
    Power,
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Area => "area",
            Self::Power => "power",
        })
    }
}

impl FromStr for Resource {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        match text {
            "area" => Ok(Self::Area),
            "power" => Ok(Self::Power),
            _ => Err(UnknownName::new("resource", text, vec!["area", "power"])),
        }
    }
}
