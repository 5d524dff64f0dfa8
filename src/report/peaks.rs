//! What an accelerator could do at most: the roofs of its roofline.

use serde_json::{Value, json};
use stationary::arch::{Accelerator, DramKind};

/// Size, clock and peaks, in cycles of the array.
pub fn json(a: &Accelerator) -> Value {
    let array = &a.array;
    let pes = u64::from(array.rows) * u64::from(array.cols);
    json!({
        "rows": array.rows, "cols": array.cols, "lanes": array.lanes,
        "clock_mhz": a.clock.0 as f64 / 1e3,
        "peak_macs_per_cycle": pes * u64::from(array.lanes),
        "dram": dram(&a.dram.kind),
        "dram_bytes_per_cycle": dram_bytes_per_cycle(a),
    })
}

fn dram(kind: &DramKind) -> &str {
    match kind {
        DramKind::Ideal => "ideal",
        DramKind::Bandwidth { .. } => "bandwidth",
        DramKind::Standard(standard) => standard.name(),
    }
}

/// Bytes that DRAM moves in a cycle of the array at most, in both directions together; none where it
/// has no limit.
pub fn dram_bytes_per_cycle(a: &Accelerator) -> Option<f64> {
    match &a.dram.kind {
        DramKind::Ideal => None,
        DramKind::Bandwidth {
            words_per_cycle, ..
        } => {
            let bits = f64::from(*words_per_cycle) * f64::from(a.dram.word.0);
            let directions = if a.dram.duplex { 2.0 } else { 1.0 };
            Some(directions * bits / 8.0 * a.dram.clock.0 as f64 / a.clock.0 as f64)
        }
        DramKind::Standard(standard) => {
            let clocks = 1e9 / (standard.clock().0 as f64 * a.clock.0 as f64);
            Some(standard.peak_bytes_per_cycle() * clocks)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sets: &[(&str, &str)], expected: Option<f64>) {
        let accelerator = Accelerator::preset("systolic", sets).expect("a bundled preset");
        let found = dram_bytes_per_cycle(&accelerator);
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
}
