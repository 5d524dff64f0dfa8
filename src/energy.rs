//! Energy by component and operand, and the figures that chips are compared by.

use crate::arch::units::Picojoules;
use crate::arch::{Operand, PerOperand, PerPart};
use crate::sim::Energy;
use serde_json::{Map, Value, json};

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
    let mut map = Map::new();
    for (name, energy) in components(e) {
        map.insert(name.to_owned(), json!(energy.0));
    }
    map.insert("total".to_owned(), json!(e.total().0));
    Value::Object(map)
}

/// What each component consists of; `events` is what counts alone decide.
pub fn parts_json(e: &Energy) -> Value {
    let operands = |of: &PerOperand<Picojoules>, clock: Picojoules| json!({"input": of.input.0, "weight": of.weight.0, "output": of.output.0, "clock": clock.0});
    let (events, clock) = (&e.events, &e.clock);
    json!({
        "mac": {"events": events.mac.0, "clock": clock.pes.0},
        "scratchpad": operands(&events.scratchpad, clock.scratchpads),
        "network": operands(&events.network, clock.networks),
        "global_buffer": operands(&events.global_buffer, clock.global_buffer),
        "dram": operands(&events.dram, clock.dram_interface),
        "leakage": by_part(&e.leakage.map(|energy| energy.0)),
    })
}

/// Figures by part of the chip.
pub fn by_part(parts: &PerPart<f64>) -> Value {
    json!({
        "pes": parts.pes, "scratchpads": parts.scratchpads, "networks": parts.networks,
        "global_buffer": parts.global_buffer, "dram_interface": parts.dram_interface,
    })
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
