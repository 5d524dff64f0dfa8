//! What our machine makes of a mapping.

use stationary::arch::{Accelerator, DramKind};
use stationary::sim::{Mapping, Pace, Run, run};

pub fn preset(name: &str, sets: &[(&str, &str)]) -> Accelerator {
    Accelerator::preset(name, sets).unwrap_or_else(|error| panic!("{error}"))
}

pub fn on_machine(mapping: &Mapping) -> Run {
    run(mapping, Pace::SkipIdle, &mut ())
}

/// The same with memory never in the way.
pub fn on_ideal_memory(mapping: &Mapping) -> Run {
    let mut ideal = Accelerator::clone(mapping.accelerator());
    ideal.dram.kind = DramKind::Ideal;
    let same = Mapping::new(
        mapping.layer().clone(),
        ideal,
        mapping.dataflow().clone(),
        *mapping.tiling(),
    );
    on_machine(&same.expect("DRAM has no part in whether a mapping is legal"))
}

/// Cycles from the array's first work until its last result is at the network, memory aside.
pub fn compute_cycles(mapping: &Mapping) -> u64 {
    let run = on_ideal_memory(mapping);
    let way = u64::from(mapping.accelerator().networks.psum_out.latency).max(1);
    run.last_result - way - run.first_work
}
