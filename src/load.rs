//! Accelerators, networks and mappings by the names of presets or of files.

pub(crate) mod embedded;

use std::path::Path;

use stationary_document::{Diagnostic, Node};

use self::embedded::Embedded;
use crate::arch::dram::{Pipe, Standard, presets};
use crate::arch::import::Imported;
use crate::arch::{Accelerator, ArchError};
use crate::error::Error;
use crate::files::{bytes, is_file, read, read_expanded};
use crate::mappings::{self, MappingFile, ScheduleFile};
use crate::sim::Dataflow;
use crate::workloads::{Network, onnx, parse_with_notes, zoo};

/// What was read, and what of it is not used, counted otherwise or left open.
#[derive(Clone, Debug)]
pub struct Noted<T> {
    /// What was read.
    pub value: T,
    /// Notes, those that alter answers first.
    pub notes: Vec<Diagnostic>,
}

/// An accelerator by preset name or file (YAML, Timeloop or ZigZag YAML, SCALE-Sim `.cfg`), with fields that
/// are overridden by path, as text. The override `dram.kind` also takes the name of a DRAM standard's file, whose
/// fields the accelerator then has.
///
/// ```
/// let eyeriss = stationary::load::accelerator("eyeriss", &[("array.rows", "24")])?;
/// assert_eq!(eyeriss.value.array.rows, 24);
/// # Ok::<(), stationary::Error>(())
/// ```
///
/// # Errors
/// Names that no preset has; files that cannot be read; fields with line, path, what was found and what is
/// allowed.
pub fn accelerator(name: &str, sets: &[(&str, &str)]) -> Result<Noted<Accelerator>, Error> {
    if !is_file(name) {
        let embedded = Embedded::of(sets)?;
        let sets = embedded.sets();
        let read = Accelerator::preset(name, &sets);
        let priced = read.and_then(|preset| preset.priced(&format!("preset {name}"), &sets));
        return Ok(Noted {
            value: priced.map_err(|error| embedded.named(error))?,
            notes: embedded.notes,
        });
    }
    let (name, text) = read_expanded(name)?;
    accelerator_of_text(name, &text, sets)
}

/// The same of a text that stands in no file, or was read from one; messages call it `name`, whose end tells
/// SCALE-Sim's `.cfg` from YAML.
///
/// ```
/// let text = stationary::load::accelerator("eyeriss", &[])?.value.to_yaml();
/// let same = stationary::load::accelerator_of_text("mine.yaml", &text, &[("array.rows", "24")])?;
/// assert_eq!(same.value.array.rows, 24);
/// # Ok::<(), stationary::Error>(())
/// ```
///
/// # Errors
/// As [`accelerator`].
pub fn accelerator_of_text(
    name: &str,
    text: &str,
    sets: &[(&str, &str)],
) -> Result<Noted<Accelerator>, Error> {
    let embedded = Embedded::of(sets)?;
    let imported = Imported::read(name, text, &embedded.sets())
        .map_err(|error| of_accelerator(text)(embedded.named(error)))?;
    let mut notes = imported.notes;
    notes.extend(embedded.notes);
    Ok(Noted {
        value: imported.accelerator,
        notes,
    })
}

fn of_accelerator(text: &str) -> impl Fn(ArchError) -> Error + use<'_> {
    |error| Error::content(text, error.diagnostics(text), error)
}

/// A DRAM standard by preset name or file (YAML, DRAMsim3 `.ini`).
///
/// # Errors
/// As [`accelerator`]; kinds of memory that are no standard.
pub fn standard(name: &str) -> Result<Noted<Standard>, Error> {
    let mut notes = Vec::new();
    let value = if is_file(name) {
        let text = read(Path::new(name))?;
        match name.to_lowercase().ends_with(".ini") {
            true => {
                let (standard, left_out) =
                    Standard::from_dramsim(name, &text).map_err(of_accelerator(&text))?;
                notes = left_out;
                standard
            }
            false => Standard::from_yaml(name, &text).map_err(of_accelerator(&text))?,
        }
    } else if matches!(name, "ideal" | "bandwidth") || Pipe::names().any(|pipe| pipe == name) {
        let standards = presets::names().collect::<Vec<_>>().join(", ");
        let needed = format!(
            "it has no banks and no rows, and is for --set dram.kind={name} only; a replay needs a \
             standard: {standards}"
        );
        return Err(Error::option("dram", name, needed));
    } else {
        Standard::preset(name)?
    };
    Ok(Noted { value, notes })
}

/// A network by preset name or file (YAML, Timeloop or ZigZag YAML, SCALE-Sim or ConfuciuX CSV, MAESTRO `.m`,
/// ONNX); `dims` are sizes that an ONNX model leaves open, by name.
///
/// ```
/// let alexnet = stationary::load::network("alexnet", &[])?.value;
/// assert_eq!(alexnet.layers().len(), 8);
/// # Ok::<(), stationary::Error>(())
/// ```
///
/// # Errors
/// As [`accelerator`]; `dims` of a network that leaves none open.
pub fn network(name: &str, dims: &[(&str, u64)]) -> Result<Noted<Network>, Error> {
    let mut notes = Vec::new();
    let value = if name.ends_with(".onnx") {
        let bytes = bytes(Path::new(name))?;
        let (network, left_out) = onnx::read(name, &bytes, dims)?;
        notes = left_out;
        network
    } else if let Some((dim, size)) = dims.first() {
        let needed = format!("{name} is no ONNX model, and leaves no dimension open");
        return Err(Error::option("dim", &format!("{dim}={size}"), needed));
    } else if is_file(name) {
        let (name, text) = read_expanded(name)?;
        return network_of_text(name, &text);
    } else {
        zoo::find(name)?
    };
    Ok(Noted { value, notes })
}

/// The same of a text that stands in no file, or was read from one; messages call it `name`, whose end tells
/// YAML, `.csv` and MAESTRO's `.m` apart.
///
/// # Errors
/// As [`network`].
pub fn network_of_text(name: &str, text: &str) -> Result<Noted<Network>, Error> {
    let parsed = parse_with_notes(name, text);
    let (value, notes) =
        parsed.map_err(|error| Error::content(text, error.diagnostics(text), error))?;
    Ok(Noted { value, notes })
}

/// A dataflow of one's own, by file; none for a bundled one's name, or one that is no file's.
///
/// # Errors
/// A file that cannot be read, is no dataflow's, or has one that no machine runs.
pub fn own_dataflow(name: &str) -> Result<Option<Dataflow>, Error> {
    if Dataflow::find(name).is_some() || !is_file(name) {
        return Ok(None);
    }
    let text = read(Path::new(name))?;
    match Dataflow::from_yaml(name, &text) {
        Ok(dataflow) => Ok(Some(dataflow)),
        Err(error) => Err(Error::content(&text, error.diagnostics().to_vec(), &error)),
    }
}

/// Mappings by preset name or file.
///
/// # Errors
/// As [`accelerator`].
pub fn mappings(name: &str) -> Result<MappingFile, Error> {
    if !is_file(name) {
        let text = mappings::find(name)
            .ok_or_else(|| Error::unknown("mapping", name, mappings::names()))?;
        let parsed = MappingFile::parse(name, text);
        return parsed.map_err(|error| Error::content("", error.diagnostics().to_vec(), &error));
    }
    let (bare, text) = read_expanded(name)?;
    let root = Node::parse(bare, &text).ok();
    if root.is_some_and(|root| root.get("mapping").is_some()) {
        return Err(Error::kind(
            Path::new(bare),
            "a Timeloop mapping; it goes with Timeloop's --arch and --network files, in estimate \
             --counting timeloop",
        ));
    }
    MappingFile::parse(bare, &text)
        .map_err(|error| Error::content(&text, error.diagnostics().to_vec(), &error))
}

/// Schedules of a machine that instructions control, by file.
///
/// # Errors
/// As [`accelerator`].
pub fn schedules(name: &str) -> Result<ScheduleFile, Error> {
    let text = read(Path::new(name))?;
    ScheduleFile::parse(name, &text).map_err(|diagnostics| {
        let plain = format!("{name}: not a file of schedules");
        Error::content(&text, diagnostics, plain)
    })
}
