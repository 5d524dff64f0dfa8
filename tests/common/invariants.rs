//! What must hold between model, machine and layer, as a list of what does not.

use stationary_arch::Operand;
use stationary_sim::{Counters, Estimate, Mapping, Run};
use stationary_workloads::Dim;

/// What is broken of all invariants, a phrase each; nothing if all hold.
pub fn broken(mapping: &Mapping, model: &Estimate, machine: &Run) -> Vec<String> {
    let mut broken = Vec::new();
    let mut invariant = |holds: bool, what: String| {
        if !holds {
            broken.push(what);
        }
    };
    invariant(
        model.counters == machine.counters,
        format!(
            "model counts {:?}, machine {:?}",
            model.counters, machine.counters
        ),
    );
    invariant(
        model.busy == machine.busy,
        format!("model busy {}, machine {}", model.busy, machine.busy),
    );
    invariant(
        model.lower_bound <= machine.cycles,
        format!(
            "bound {} exceeds {} cycles",
            model.lower_bound, machine.cycles
        ),
    );
    broken.extend(conservation(mapping, &machine.counters));
    broken.extend(time(mapping, machine));
    broken
}

/// Laws that hold whatever the model says: what goes in comes out, and all of it is used.
pub fn conservation(mapping: &Mapping, c: &Counters) -> Vec<String> {
    let layer = mapping.layer();
    let mut broken = Vec::new();
    let mut equal = |what: String, found: u64, expected: u64| {
        if found != expected {
            broken.push(format!("{what}: {found}, not {expected}"));
        }
    };
    let macs = layer.sizes().0.iter().product::<u64>();
    equal("each MAC is done once".to_owned(), c.macs, macs);
    for o in Operand::ALL {
        equal(
            format!("DRAM to buffer, {o}"),
            c.buffer_fill[o],
            c.dram_read[o],
        );
        equal(
            format!("buffer to DRAM, {o}"),
            c.buffer_drain[o],
            c.dram_write[o],
        );
        equal(
            format!("array to buffer, {o}"),
            c.buffer_write[o],
            c.array_send[o],
        );
        let lost = c.buffer_read[o].saturating_sub(c.array_receive[o]);
        equal(format!("lost on the way, {o}"), lost, 0);
    }
    let started = c.buffer_write.output.wrapping_sub(c.buffer_read.output);
    equal(
        "each output is started once".to_owned(),
        started,
        layer.outputs(),
    );
    let finished = c.dram_write.output.wrapping_sub(c.dram_read.output);
    equal(
        "each output is finished once".to_owned(),
        finished,
        in_atoms(mapping),
    );
    let spilled = c.dram_spilled;
    equal(
        "what is spilled is read back".to_owned(),
        spilled,
        c.dram_read.output,
    );
    let missing = layer.weights().saturating_sub(c.dram_read.weight);
    equal("weights that are not read".to_owned(), missing, 0);
    broken
}

/// Every cycle is either work or a stall with a cause, and no PE does two MACs at once.
pub fn time(mapping: &Mapping, run: &Run) -> Vec<String> {
    let lanes = u64::from(mapping.accelerator().array.lanes);
    let invariants = [
        (
            run.busy + run.stalls.total() == run.cycles,
            "busy and stalls are all cycles",
        ),
        (
            run.counters.macs <= mapping.active_pes() * lanes * run.busy,
            "a PE does one MAC a lane and cycle",
        ),
        (
            run.first_mac < run.last_result && run.last_result <= run.cycles,
            "results follow MACs, and none the end",
        ),
    ];
    let broken = invariants.into_iter().filter(|(holds, _)| !holds);
    broken.map(|(_, invariant)| invariant.to_owned()).collect()
}

/// Outputs of the layer if those of each block take whole atoms of channels.
fn in_atoms(mapping: &Mapping) -> u64 {
    let atom = u64::from(mapping.accelerator().global_buffer.channel_atom);
    let tiles = |dim| {
        let (size, t) = (mapping.layer().size(dim), mapping.tiling());
        let (part, block) = (t.part[dim], t.block[dim]);
        let parts = (0..size).step_by(part as usize);
        let parts = parts.map(move |start| part.min(size - start));
        parts.flat_map(move |part| {
            let blocks = (0..part).step_by(block as usize);
            blocks.map(move |start| block.min(part - start))
        })
    };
    let channels = tiles(Dim::G).flat_map(|groups| tiles(Dim::K).map(move |k| groups * k));
    let sizes = mapping.layer().sizes();
    let others = sizes[Dim::N] * sizes[Dim::P] * sizes[Dim::Q];
    others * channels.map(|c| c.div_ceil(atom) * atom).sum::<u64>()
}
