//! Energy by component and operand, and the figures that chips are compared by.

use crate::arch::Operand;
use crate::arch::units::Picojoules;
use crate::documents::{self, EnergyByComponent, EnergyParts};
use crate::sim::Energy;
use serde_json::Value;

use crate::format::percent;

/// The components of the contract, in its order; they sum to the total.
pub fn components(e: &Energy) -> [(&'static str, Picojoules); 6] {
    [
        ("mac", e.mac()),
        ("scratchpad", e.scratchpad()),
        ("network", e.network()),
        ("global_buffer", e.global_buffer()),
        ("dram", e.dram()),
        ("leakage", e.leakage()),
    ]
}

/// The components and their total.
pub fn json(e: &Energy) -> Value {
    documents::value(EnergyByComponent::from(e))
}

/// What each component consists of; `events` is what counts alone decide.
pub fn parts_json(e: &Energy) -> Value {
    documents::value(EnergyParts::from(e))
}

/// Columns of a line of CSV: the components, then the operands of those that have them.
pub fn columns(e: &Energy) -> Vec<(String, f64)> {
    let mut columns: Vec<(String, f64)> = components(e)
        .map(|(name, energy)| (format!("energy_{name}_pj"), energy.0))
        .to_vec();
    let events = &e.events;
    for (name, operands) in [
        ("scratchpad", &events.scratchpad),
        ("network", &events.network),
        ("global_buffer", &events.global_buffer),
        ("dram", &events.dram),
    ] {
        for operand in Operand::ALL {
            columns.push((format!("energy_{name}_{operand}_pj"), operands[operand].0));
        }
    }
    columns
}

/// The sum of several runs.
pub fn sum<'a>(energies: impl Iterator<Item = &'a Energy>) -> Energy {
    energies.fold(Energy::default(), |a, b| a + *b)
}

/// Shares of the total, by component and then by operand.
pub fn shares(e: &Energy) -> String {
    let total = e.total().0;
    let share = |energy: Picojoules| percent(energy.0 / total);
    let listed =
        components(e).map(|(name, energy)| format!("{} {}", name.replace('_', " "), share(energy)));
    let events = &e.events;
    let operands = Operand::ALL.map(|operand| {
        let moved = [
            &events.scratchpad,
            &events.network,
            &events.global_buffer,
            &events.dram,
        ];
        let energy = moved
            .into_iter()
            .map(|by_operand| by_operand[operand])
            .sum();
        format!("{operand} {}", share(energy))
    });
    format!(
        "energy: {}; clock {}; moving {}\n",
        listed.join(", "),
        share(e.clock.total()),
        operands.join(", ")
    )
}
