//! What an accelerator could do at most: the roofs of its roofline.

use crate::arch::{Accelerator, DramKind};
use crate::control;
use crate::documents::{self, Peaks};
use serde_json::Value;

/// Size, clock and peaks, in cycles of the array.
pub fn document(a: &Accelerator) -> Peaks {
    let array = &a.array;
    let bandwidth = bandwidth(a);
    Peaks {
        rows: array.rows,
        cols: array.cols,
        lanes: array.lanes,
        clock_mhz: a.clock.0 as f64 / 1e3,
        peak_macs_per_cycle: array.peak(),
        dram: dram(&a.dram.kind).to_owned(),
        dram_bytes_per_cycle: bandwidth.map(|b| b.direction),
        dram_bytes_per_cycle_both_ways: bandwidth.map(|b| b.both),
        cache_bytes_per_cycle: bandwidth.and_then(|b| b.cached),
    }
}

/// The same for programs.
pub fn json(a: &Accelerator) -> Value {
    documents::value(document(a))
}

fn dram(kind: &DramKind) -> &str {
    match kind {
        DramKind::Ideal => "ideal",
        DramKind::Bandwidth { .. } => "bandwidth",
        DramKind::Standard(standard) => standard.name(),
    }
}

/// Bytes that cross to and from DRAM in a cycle of the array at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bandwidth {
    /// In one direction.
    pub direction: f64,
    /// In both directions together: as much where they share their way, up to twice as much where each
    /// has its own.
    pub both: f64,
    /// In one direction, of what a cache in front of DRAM holds, where there is one.
    pub cached: Option<f64>,
}

/// What a machine's way to DRAM carries; none where it has no limit.
pub fn bandwidth(a: &Accelerator) -> Option<Bandwidth> {
    let (each, both) = match &a.dram.kind {
        DramKind::Ideal => (f64::INFINITY, f64::INFINITY),
        DramKind::Bandwidth {
            words_per_cycle, ..
        } => {
            let bits = f64::from(*words_per_cycle) * f64::from(a.dram.word.0);
            let each = bits / 8.0 * a.dram.clock.0 as f64 / a.clock.0 as f64;
            let directions = if a.dram.duplex { 2.0 } else { 1.0 };
            (each, directions * each)
        }
        DramKind::Standard(standard) => {
            let clocks = 1e9 / (standard.clock().0 as f64 * a.clock.0 as f64);
            let each = standard.peak_bytes_per_cycle() * clocks;
            (each, each)
        }
    };
    let Some(bus) = control::of(a).bus(a) else {
        let is_limited = each.is_finite();
        return is_limited.then_some(Bandwidth {
            direction: each,
            both,
            cached: None,
        });
    };
    // Its bus reads and writes a beat a cycle each, whatever lies behind.
    let is_pipe = matches!(a.dram.kind, DramKind::Bandwidth { .. });
    let has_cache = is_pipe && bus.has_cache && bus.bytes_per_cycle > each;
    let bus = bus.bytes_per_cycle;
    let directions = match a.dram.kind {
        DramKind::Standard(_) => 2.0,
        _ if a.dram.duplex => 2.0,
        _ => 1.0,
    };
    Some(Bandwidth {
        direction: each.min(bus),
        both: both.min(directions * bus),
        cached: has_cache.then_some(bus),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sets: &[(&str, &str)], expected: Option<f64>) {
        let accelerator = Accelerator::preset("systolic", sets).expect("a bundled preset");
        let found = bandwidth(&accelerator).map(|b| b.direction);
        let is_close = match (found, expected) {
            (Some(a), Some(b)) => (a / b - 1.0).abs() < 1e-3,
            (a, b) => a == b,
        };
        assert!(is_close, "{found:?} rather than {expected:?}");
    }

    #[test]
    fn peaks_are_in_cycles_of_the_array() {
        check(&[("dram.kind", "ideal")], None);
        let words = ("dram.words_per_cycle", "6");
        let clocks = [
            ("clock_mhz", "500"),
            ("dram.clock_mhz", "250"),
            ("dram.word_bits", "16"),
        ];
        // 6 words of 2 bytes in every other cycle.
        check(&[words, clocks[0], clocks[1], clocks[2]], Some(6.0));
        // DDR4-2400 on 64 data lines moves 16 bytes in each clock of 0.83 ns.
        check(
            &[("dram.kind", "ddr4-2400"), ("clock_mhz", "800")],
            Some(16.0 / 0.83 * 1.25),
        );
    }

    fn shows(preset: &str, sets: &[(&str, &str)], expected: [f64; 2], cached: Option<f64>) {
        let accelerator = Accelerator::preset(preset, sets).expect("a bundled preset");
        let found = bandwidth(&accelerator).expect("it has a limit");
        for (found, expected) in [found.direction, found.both].into_iter().zip(expected) {
            assert!(
                (found / expected - 1.0).abs() < 1e-9,
                "{preset} {sets:?}: {found}"
            );
        }
        assert_eq!(found.cached, cached, "{preset} {sets:?}");
    }

    /// Loads alone get one direction.
    #[test]
    fn directions_are_apart_where_each_has_a_channel() {
        shows("vta", &[], [3.9, 7.8], Some(8.0));
        shows("vta", &[("dram.duplex", "false")], [3.9, 3.9], Some(8.0));
        shows(
            "vta",
            &[("decoupled.memory.cache_kib", "0")],
            [3.9, 7.8],
            None,
        );
        // The bus is narrower than what lies behind it.
        shows("vta", &[("dram.kind", "ideal")], [8.0, 16.0], None);
        shows("vta", &[("dram.kind", "hbm2")], [8.0, 16.0], None);
        shows(
            "systolic",
            &[("dram.words_per_cycle", "3")],
            [3.0, 3.0],
            None,
        );
        let duplex = [("dram.words_per_cycle", "3"), ("dram.duplex", "true")];
        shows("systolic", &duplex, [3.0, 6.0], None);
    }
}
