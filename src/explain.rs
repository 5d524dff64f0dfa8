//! What `--explain` says.

use std::fmt::Write as _;

use crate::arch::Accelerator;
use crate::sim::{Change, Dataflow, MappingError, Tiling, explain, explain_mapper, mapper};
use crate::workloads::Layer;

use crate::format::{percent, thousands};

/// How many changes of the tiling are shown.
const MOST: usize = 8;

/// By how much a tiling exceeds a limit, and what would make it legal.
pub fn mapping(
    layer: &Layer,
    accelerator: &Accelerator,
    dataflow: &Dataflow,
    tiling: Tiling,
) -> String {
    let Some(explanation) = explain(layer, accelerator, dataflow, tiling) else {
        return String::new();
    };
    let mut text = excess(&explanation.limit);
    if explanation.repairs.is_empty() {
        text.push_str("\nno smaller tiles would do");
    } else {
        text.push_str("\nlegal with one of these (the model's cycles):");
    }
    for repair in explanation.repairs.iter().take(MOST) {
        let _ = write!(
            text,
            "\n  {}: {}",
            list(&repair.changes),
            thousands(repair.cycles)
        );
    }
    let more = explanation.repairs.len().saturating_sub(MOST);
    if more > 0 {
        let _ = write!(text, "\n  and {more} slower ones");
    }
    if !explanation.accelerator.is_empty() {
        let _ = write!(
            text,
            "\nlegal as it is on a larger {}: {}",
            accelerator.name,
            list(&explanation.accelerator)
        );
    }
    if let Ok(own) = mapper::map(layer, accelerator, dataflow) {
        let cycles = crate::sim::estimate(&own).cycles;
        let _ = write!(
            text,
            "\nthe mapper's own choice: {} cycles",
            thousands(cycles)
        );
    }
    text
}

/// What an accelerator lacks for a layer that no mapping fits.
pub fn no_mapping(layer: &Layer, accelerator: &Accelerator, dataflow: &Dataflow) -> String {
    match explain_mapper(layer, accelerator, dataflow).as_slice() {
        [] => "\nno size of the accelerator would do".to_owned(),
        changes => format!(
            "\nthe least that would do on {}: {}",
            accelerator.name,
            list(changes)
        ),
    }
}

fn list(changes: &[Change]) -> String {
    let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
    changes.join(", ")
}

fn excess(limit: &MappingError) -> String {
    let (needed, available, unit) = match limit {
        MappingError::Array {
            needed,
            available,
            axis,
            ..
        } => (needed, available, *axis),
        MappingError::Scratchpad {
            needed, available, ..
        } => (needed, available, "words"),
        MappingError::GlobalBuffer {
            needed, available, ..
        } => (needed, available, "bytes"),
        MappingError::Banks {
            needed, available, ..
        } => (needed, available, "banks"),
        _ => return String::new(),
    };
    format!(
        "\n{} {unit} too many: {} over what there is",
        thousands(needed.saturating_sub(*available)),
        percent(*needed as f64 / (*available).max(1) as f64 - 1.0)
    )
}
