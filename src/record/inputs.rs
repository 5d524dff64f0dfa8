//! The files of a request.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stationary_record::digest;

use super::Artifact;
use super::invocation::Invocation;
use crate::arch::{dram, presets};
use crate::error::Error;
use crate::files::{self, is_file};
use crate::load::{self, embedded};
use crate::mappings;
use crate::workloads::zoo;

/// A file or a preset that a run read, and where its copy is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// The option that names it.
    pub option: String,
    /// As it was named.
    pub name: String,
    /// A file, or else a preset of the tool.
    pub is_file: bool,
    /// Its copy.
    #[serde(flatten)]
    pub kept: Artifact,
}

impl Input {
    /// Whether the file still is what was copied.
    pub(super) fn check(&self) -> Result<(), Error> {
        let same = |bytes: Vec<u8>| digest(&bytes) == self.kept.sha256;
        if !self.is_file || files::read_alone(&self.name).is_ok_and(same) {
            return Ok(());
        }
        let found = "it changed while it was read; the results may be of either content";
        Err(Error::kind(Path::new(&self.name), found))
    }
}

/// Options that name a file or a preset; `set` may name files in values.
const OPTIONS: [&str; 9] = [
    "arch", "set", "network", "mapping", "table", "dram", "hardware", "dataflow", "plan",
];

/// Each input with its content.
pub(super) fn of(request: &Invocation) -> Result<Vec<(Input, Vec<u8>)>, Error> {
    let mut inputs: Vec<(Input, Vec<u8>)> = Vec::new();
    for option in OPTIONS {
        let values = request.values(option);
        let names: Vec<&str> = match option {
            "set" => embedded::files(values).collect(),
            _ => values.iter().map(String::as_str).collect(),
        };
        for name in names {
            let is_file = matches!(option, "table" | "plan") || is_file(name);
            if matches!(option, "hardware" | "dataflow") && !is_file {
                // A word, not a preset with a text of its own.
                continue;
            }
            let bytes = if is_file {
                files::read_alone(name)?
            } else {
                preset(option, name)?.as_bytes().to_vec()
            };
            let place = place(option, name, is_file);
            let taken = |file: &str| inputs.iter().any(|(input, _)| input.kept.file == file);
            let mut file = format!("inputs/{place}");
            let mut number = 2;
            while taken(&file) {
                file = format!("inputs/{number}.{place}");
                number += 1;
            }
            let kept = Artifact {
                file,
                sha256: digest(&bytes),
            };
            let input = Input {
                option: option.to_owned(),
                name: name.to_owned(),
                is_file,
                kept,
            };
            inputs.push((input, bytes));
        }
    }
    Ok(inputs)
}

fn place(option: &str, name: &str, is_file: bool) -> String {
    if !is_file {
        return format!("{option}.{name}.yaml");
    }
    // A template is kept as what it expands to.
    let base = Path::new(files::expanded_name(name));
    let base = base.file_name().unwrap_or_default();
    format!("{option}.{}", base.to_string_lossy())
}

/// The text of a preset. The messages for unknown names are those of the verbs.
fn preset(option: &str, name: &str) -> Result<&'static str, Error> {
    let found = match option {
        "arch" => presets::find(name),
        "mapping" => mappings::find(name),
        "dram" => dram::presets::find(name),
        _ => return Ok(zoo::yaml(name)?),
    };
    match (found, option) {
        (Some(text), _) => Ok(text),
        (None, "arch") => Err(match load::accelerator(name, &[]) {
            Ok(_) => Error::unknown("accelerator", name, presets::names()),
            Err(error) => error,
        }),
        (None, "mapping") => Err(Error::unknown("mapping", name, mappings::names())),
        (None, _) => Err(Error::unknown("memory", name, dram::presets::names())),
    }
}
