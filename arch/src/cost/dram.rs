//! Which DRAM interface prices a memory.

use std::collections::BTreeMap;

use super::constants::DramEnergy;
use crate::accelerator::DramKind;

/// The interface of the kinds without a standard, and of standards that no line names.
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
        DramKind::Standard(standard) => standard.name(),
    };
    // The longest beginning says most.
    let find = |names: fn(&DramEnergy) -> &[String]| {
        let fits = |line: &DramEnergy| {
            let fitting = names(line)
                .iter()
                .filter(|name| standard.starts_with(*name));
            fitting.map(String::len).max()
        };
        let lines = interfaces
            .iter()
            .filter_map(|(name, line)| Some((fits(line)?, name)));
        lines.max().map(|(_, name)| name.as_str())
    };
    if let Some(name) = find(|line| &line.standards) {
        return (interfaces[name].picojoules_per_bit, None);
    }
    let name = find(|line| &line.nearest).unwrap_or(SYSTEM);
    let energy = interfaces[name].picojoules_per_bit;
    let caveat =
        format!("no published energy for `{standard}`: priced as `{name}`, {energy} pJ a bit");
    (energy, Some(caveat))
}
