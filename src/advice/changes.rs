//! What could widen a bottleneck.

use crate::advice::bottleneck::Bottleneck;
use crate::advice::change::{self, Change, Present};
use crate::arch::Operand;
use crate::control;

/// The changes that could widen a bottleneck on this machine.
pub fn changes(bottleneck: Bottleneck, present: &Present<'_>) -> Vec<Change> {
    let a = present.accelerator;
    let n = &a.networks;
    let widen = |network: &str, width: u32| {
        vec![Change::set(
            format!("networks.{network}.words_per_cycle"),
            2 * u64::from(width),
        )]
    };
    match bottleneck {
        Bottleneck::Network(Operand::Input) => widen("input", n.input.words_per_cycle),
        Bottleneck::Network(Operand::Weight) => {
            let mut changes = widen("weight", n.weight.words_per_cycle);
            changes.push(change::batch(present));
            changes
        }
        Bottleneck::Network(Operand::Output) => widen("psum_in", n.psum_in.words_per_cycle),
        Bottleneck::PsumOut => widen("psum_out", n.psum_out.words_per_cycle),
        Bottleneck::Banks => change::banks(a),
        Bottleneck::Delivery => change::delivery(a),
        // Nothing of it is a field of the machine.
        Bottleneck::Reset => Vec::new(),
        _ => control::of(a).changes(bottleneck, present),
    }
}

/// What could move fewer words, whatever cycles go by.
pub(super) fn frugal(present: &Present<'_>) -> Vec<Change> {
    let mut changes = vec![change::batch(present)];
    changes.extend(change::dataflows(present));
    changes.extend(control::of(present.accelerator).buffers(present.accelerator));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::{Accelerator, DramKind, presets};
    use crate::sim::{Dataflow, Stall};

    /// What a preset can wait for.
    fn bottlenecks(a: &Accelerator) -> Vec<Bottleneck> {
        let has_banks = a.global_buffer.partitions.iter().any(|p| p.banks.is_some());
        let is_there = |bottleneck: &Bottleneck| match bottleneck {
            Bottleneck::Dram => !matches!(a.dram.kind, DramKind::Ideal),
            Bottleneck::Banks => has_banks,
            Bottleneck::Delivery => a.global_buffer.delivery.is_some(),
            // The length of a reset is that of its sums.
            Bottleneck::Reset => false,
            _ => true,
        };
        let all: Vec<Bottleneck> = match a.decoupled {
            None => Stall::OF_SEQUENCER.map(Bottleneck::of_stall).to_vec(),
            Some(_) => Stall::OF_INSTRUCTIONS.map(Bottleneck::of_stall).to_vec(),
        };
        let all = all.into_iter().chain([Bottleneck::Work]);
        all.filter(is_there).collect()
    }

    #[test]
    fn every_cause_of_every_preset_has_a_change_that_the_machine_takes() {
        for name in presets::names() {
            let accelerator = Accelerator::preset(name, &[]).expect("a preset");
            let first = accelerator.dataflows.first();
            let dataflow = first.and_then(|name| Dataflow::find(name));
            let present = Present {
                accelerator: &accelerator,
                dataflow,
                batch: 1,
            };
            for bottleneck in bottlenecks(&accelerator) {
                let tried = changes(bottleneck, &present);
                let is_taken = |change: &Change| match change {
                    Change::Set { path, value } => {
                        Accelerator::preset(name, &[(path.as_str(), value.as_str())]).is_ok()
                    }
                    Change::Batch(_) | Change::Dataflow(_) => true,
                };
                assert!(
                    tried.iter().any(is_taken),
                    "{name}: nothing for {bottleneck:?} of {tried:?}"
                );
            }
        }
    }
}
