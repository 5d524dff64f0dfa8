//! Readers of other tools' accelerator files. What a file says beyond a plain machine, or leaves open, becomes
//! a note; what has no counterpart here is refused.

mod scale_sim;
pub mod timeloop;
mod zigzag;

use std::path::Path;

use stationary_document::{Diagnostic, Node};

use crate::accelerator::Accelerator;
use crate::error::ArchError;
use crate::operand::Operand;

/// An accelerator that was read from a file, with notes on what reading left out or assumed.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The checked accelerator.
    pub accelerator: Accelerator,
    /// The notes: what the file says that the machine does not have, and what the file leaves open.
    pub notes: Vec<Diagnostic>,
}

impl Imported {
    /// Reads the text of an accelerator file of any known format: one of ours, a Timeloop architecture (YAML of
    /// versions 0.1 to 0.4), a ZigZag accelerator, or a SCALE-Sim configuration (`.cfg`). YAML files are told
    /// apart by their first fields. `file` is the name that errors carry.
    ///
    /// `sets` override fields, as in [`Accelerator::from_yaml_with`], of what the file stands for.
    ///
    /// # Errors
    /// As [`Accelerator::from_yaml_with`].
    pub fn read(file: &str, text: &str, sets: &[(&str, &str)]) -> Result<Self, ArchError> {
        let is_configuration = Path::new(file)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("cfg"));
        let read = if is_configuration {
            scale_sim::read(file, text)
        } else {
            // A text that is no YAML is reported by our own format's reader.
            match Node::parse(file, text) {
                Ok(root) if timeloop::is_architecture(&root) => timeloop::read(file, &root),
                Ok(root) if zigzag::is_accelerator(&root) => zigzag::read(file, &root),
                _ => {
                    let read = Accelerator::from_yaml_with(file, text, sets)?;
                    let accelerator = read.priced(file, sets)?;
                    let notes = Vec::new();
                    return Ok(Self { accelerator, notes });
                }
            }
        };
        let (ours, notes) = read.map_err(ArchError::Unreadable)?;
        let file = format!("{file} (as an accelerator)");
        let accelerator = Accelerator::from_yaml_with(&file, &ours, sets)?;
        Ok(Self { accelerator, notes })
    }
}

/// A text as a quoted YAML value.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''").replace(['\n', '\r'], " "))
}

/// Less than this is too little for the mapper to cut tiles from.
const LEAST_TRANSIT_KIB: f64 = 1.0;

/// Room in the buffer for an operand that no buffer of the file holds: every machine of ours has it
/// on the way from DRAM. Twice what the array holds of it, so that the next can come while the last
/// is used; and what there is to say of it.
fn transit(operand: Operand, words: u64, bits: u64) -> (f64, String) {
    let bytes = u128::from(words) * u128::from(bits) * 2 / 8;
    let kib = (bytes as f64 / 1024.0).max(LEAST_TRANSIT_KIB);
    let message = format!(
        "no buffer holds the {operand} on its way from DRAM; taken is room for what the array holds, \
         twice ({kib} KiB)"
    );
    (kib, message)
}
