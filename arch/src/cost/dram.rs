//! Which DRAM interface prices a memory.
//!
//! ```text
//! a standard's line: one with a part of its family; else the one with the nearest part,
//!     among those of its kind (the letters of its family) if there are any
//! distance(standard, part) = |ln(data rates' ratio)| + |ln(widths' ratio)|
//! ```

use std::collections::BTreeMap;

use crate::accelerator::DramKind;
use crate::constants::{DramEnergy, DramPart};
use crate::dram::Standard;

/// The interface of the kinds without a standard.
const SYSTEM: &str = "system";

/// pJ per bit of a memory, and what to say if the figure is another's.
pub(super) fn energy(
    interfaces: &BTreeMap<String, DramEnergy>,
    memory: &DramKind,
) -> (f64, Option<String>) {
    let standard = match memory {
        DramKind::Ideal | DramKind::Bandwidth { .. } => {
            return (interfaces[SYSTEM].picojoules_per_bit, None);
        }
        DramKind::Standard(standard) => standard,
    };
    let lines = interfaces.values();
    let parts = lines.flat_map(|line| line.standards.iter().map(move |part| (line, part)));
    let family = standard.family().unwrap_or_default();
    // Of equals the first by name.
    let nearest = parts.min_by(|(_, a), (_, b)| {
        let [a, b] = [a, b].map(|part| (likeness(family, part), distance(standard, part)));
        (a.0.cmp(&b.0)).then(a.1.total_cmp(&b.1))
    });
    let Some((line, part)) = nearest else {
        let line = &interfaces[SYSTEM];
        let name = standard.name();
        let caveat = format!("no published energy for `{name}`: priced as `{SYSTEM}`");
        return (line.picojoules_per_bit, Some(caveat));
    };
    let energy = line.picojoules_per_bit;
    let caveat = (part.family != family).then(|| {
        format!(
            "no published energy for `{}` ({}): priced as the nearest standard, {} at {} Mb/s a pin, {energy} pJ a bit",
            standard.name(),
            standard.family().unwrap_or("its file names no family"),
            part.family,
            part.megabits_per_pin
        )
    });
    (energy, caveat)
}

/// Less for what is more alike: the same family, the same kind, others.
fn likeness(family: &str, part: &DramPart) -> u8 {
    let kind = |family: &str| family.find(|c: char| !c.is_ascii_alphabetic());
    let kind = |family: &str| family[..kind(family).unwrap_or(family.len())].to_owned();
    match family {
        _ if part.family == family => 0,
        _ if kind(&part.family) == kind(family) => 1,
        _ => 2,
    }
}

fn distance(standard: &Standard, part: &DramPart) -> f64 {
    let rate = standard.megabits_per_pin() / part.megabits_per_pin;
    let width = f64::from(standard.organization().device_bits) / part.device_bits;
    rate.ln().abs() + width.ln().abs()
}
