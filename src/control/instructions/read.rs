//! What of an accelerator is read where instructions control it.

use crate::arch::Accelerator;

/// Fields of parts that only a sequencer has, by how their paths begin.
const OF_SEQUENCERS: [&str; 20] = [
    "networks.",
    "sequencer.",
    "scratchpads.",
    "array.passes",
    "array.psum_hop",
    "array.skew",
    "array.drain",
    "array.resident_load",
    "array.load_order",
    "array.pass_overhead",
    "array.corner_overhead",
    "array.im2col",
    "array.zero_gating",
    "dram.arbitration",
    "dram.run_length",
    "zeros.",
    "global_buffer.padding",
    "global_buffer.strides",
    "global_buffer.channel_atom",
    "global_buffer.delivery",
];

/// Whether fields of this path are read.
pub fn reads(path: &str) -> bool {
    !OF_SEQUENCERS.iter().any(|start| path.starts_with(start))
}

/// Why a field changes nothing, where that is the kind of control rather than the kind of DRAM.
pub fn why_unread(a: &Accelerator, path: &str) -> Option<String> {
    let is_of_dram = path.starts_with("dram.")
        && path != "dram.arbitration"
        && !path.starts_with("dram.run_length");
    let is_own = path.starts_with("decoupled.");
    let text = || format!("instructions control {}, and it has no such part", a.name);
    (!is_own && !is_of_dram).then(text)
}

/// Leaves out what only a sequencer reads. Of the array that is what stands here, so that a field which is
/// added counts as read until it is known not to be.
pub fn keep(a: &mut Accelerator) -> Option<()> {
    let other = Accelerator::preset("vta", &[]).ok()?;
    a.networks = other.networks;
    a.sequencer = other.sequencer;
    a.scratchpads = other.scratchpads;
    let (array, none) = (&mut a.array, other.array);
    array.mac_latency = none.mac_latency;
    array.passes = none.passes;
    array.resident_load = none.resident_load;
    array.load_order = none.load_order;
    array.skew = none.skew;
    array.psum_hop = none.psum_hop;
    array.drain = none.drain;
    array.pass_overhead = none.pass_overhead;
    array.corner_overhead = none.corner_overhead;
    array.im2col = none.im2col;
    array.zero_gating = none.zero_gating;
    a.dram.arbitration = other.dram.arbitration;
    a.dram.run_length = None;
    a.zeros = other.zeros;
    let buffer = &mut a.global_buffer;
    buffer.padding = other.global_buffer.padding;
    buffer.strides = other.global_buffer.strides;
    buffer.channel_atom = other.global_buffer.channel_atom;
    buffer.delivery = None;
    for partition in &mut buffer.partitions {
        // A schedule's threads share the buffers out.
        partition.double_buffered = false;
        partition.banks = None;
    }
    Some(())
}
