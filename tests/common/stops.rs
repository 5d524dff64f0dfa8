//! Runs that are stopped and go on.

use rand::{Rng, RngExt};
use stationary_sim::{Outcome, Pace, Plan, Run, Trace};

/// Runs a plan that is stopped before some cycles, ascending, and each time written and read again.
pub fn in_parts<T: Trace>(plan: &Plan, pace: Pace, stops: &[u64], trace: &mut T) -> Run {
    let mut from = None;
    for end in stops.iter().copied().chain([u64::MAX]) {
        match plan.run_until(from, pace, &|cycle| cycle >= end, trace) {
            Outcome::Done(run) => return run,
            Outcome::Stopped(checkpoint) => {
                assert!(checkpoint.cycle() >= end, "it stops where it is told to");
                let text = serde_json::to_string(&checkpoint).expect("a checkpoint is written");
                from = Some(serde_json::from_str(&text).expect("what was written is read"));
            }
        }
    }
    unreachable!("no run is that long")
}

/// Cycles of a run to stop before, ascending.
pub fn stops(rng: &mut impl Rng, cycles: u64) -> Vec<u64> {
    let count = rng.random_range(1..=4);
    let mut stops: Vec<u64> = (0..count).map(|_| rng.random_range(0..cycles)).collect();
    stops.sort_unstable();
    stops
}
