//! What of an accelerator is read where a sequencer runs dataflows.

use crate::arch::{Accelerator, Drain, Operand, Padding, ResidentLoad, Skew, Strides, Topology};
use crate::sim::Dataflow;
use crate::workloads::Dim;

/// Leaves out what none of these dataflows reads.
pub fn keep(a: &mut Accelerator, flows: &[&Dataflow]) {
    let stays = |operand| flows.iter().filter(move |flow| flow.is_resident(operand));
    let outputs_stay = stays(Operand::Output).count();
    let weights_always_stay = stays(Operand::Weight).count() == flows.len();
    let networks = &mut a.networks;
    // Sums come in from above whatever the network is built as; its wires are those of the way out.
    networks.psum_in.topology = Topology::Systolic;
    if weights_always_stay && networks.input.topology == Topology::Systolic {
        networks.weight.topology = Topology::Systolic;
    }
    let edges = [networks.input.topology, networks.weight.topology];
    let is_systolic = edges.contains(&Topology::Systolic);
    if !is_systolic {
        a.array.skew = Skew::default();
    }
    if !is_systolic || outputs_stay == flows.len() {
        a.array.psum_hop = 1;
    }
    if outputs_stay == 0 {
        a.array.drain = Drain::default();
    }
    if outputs_stay == flows.len() {
        a.array.resident_load = ResidentLoad::default();
    }
    let is_packed = a.dram.run_length.is_some();
    if !is_packed {
        (a.zeros.weight, a.zeros.output) = (0, 0);
    }
    if !is_packed && !a.array.zero_gating {
        a.zeros.input = 0;
    }
    if a.array.im2col {
        // What is unfolded has neither.
        (a.global_buffer.padding, a.global_buffer.strides) =
            (Padding::default(), Strides::default());
    }
    // Products, which unfolded convolutions are, have one tap and one column of outputs.
    let is_one = |dim: Dim| a.array.im2col && matches!(dim, Dim::R | Dim::S | Dim::Q);
    let unrolled = |dims: fn(&Dataflow) -> &[Dim]| -> Vec<Dim> {
        let dims = flows.iter().flat_map(|flow| dims(flow));
        dims.copied().filter(|dim| !is_one(*dim)).collect()
    };
    let [rows, cols] = [unrolled(|flow| &flow.rows), unrolled(|flow| &flow.cols)];
    limit(&mut a.sequencer.rows, &rows);
    limit(&mut a.sequencer.cols, &cols);
}

/// Leaves out dimensions that no dataflow unrolls, and a limit that allows all that are.
fn limit(allowed: &mut Option<String>, unrolled: &[Dim]) {
    let Some(letters) = allowed else {
        return;
    };
    let mut kept: Vec<char> = letters.chars().collect();
    let is_unrolled = |letter: &char| {
        let mut dims = unrolled.iter();
        dims.any(|dim| dim.name().starts_with(*letter))
    };
    kept.retain(is_unrolled);
    kept.sort_unstable();
    kept.dedup();
    let has_all = unrolled
        .iter()
        .all(|dim| kept.iter().any(|letter| dim.name().starts_with(*letter)));
    *allowed = (!has_all).then(|| kept.into_iter().collect());
}
