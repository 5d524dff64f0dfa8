//! Latencies.

use stationary::arch::Accelerator;
use stationary::sim::Run;

use super::{RUNS, against, convolutions, measured, published, runs};
use crate::comparison::Comparison;
use crate::machine::preset;

fn milliseconds(cycles: u64, chip: &Accelerator) -> f64 {
    cycles as f64 / chip.clock.0 as f64
}

/// Times of runs against a column of the measurements.
fn times(what: &'static str, column: &str, runs: &[Run], cycles: fn(&Run) -> u64) -> Comparison {
    let chip = preset("eyeriss", &[]);
    against(what, column, |i| milliseconds(cycles(&runs[i]), &chip))
}

fn processing(runs: &[Run]) -> Comparison {
    let (what, column) = ("processing latency, ms", "processing_latency_ms");
    times(what, column, runs, Run::processing_cycles)
}

/// What the model is to reach. The source rounds to 0.1 ms, up to 0.5 % of a layer.
const MEAN: f64 = 4.0;
const WORST: f64 = 8.0;
const TOTAL: f64 = 2.5;

#[test]
fn processing_latency() {
    let comparison = processing(&RUNS.ideal);
    comparison.assert_mean(MEAN);
    comparison.assert_each(WORST);
    comparison.assert_total(TOTAL);
}

/// Taking the waits for DRAM off the time with the preset's DRAM gives the same to this many
/// percent: what is left is who waits first.
const WAITS: f64 = 0.2;

#[test]
fn processing_latency_hardly_depends_on_dram() {
    let chip = preset("eyeriss", &[]);
    let mut comparison = Comparison::new("processing latency, ms: real, ideal");
    for (row, (real, ideal)) in measured().iter().zip(RUNS.real.iter().zip(&RUNS.ideal)) {
        let [real, ideal] = [real, ideal].map(|run| milliseconds(run.processing_cycles(), &chip));
        comparison.push(row.text("layer"), real, ideal);
    }
    comparison.assert_each(WAITS);
}

/// D16: the machine hides more of DRAM's time behind the array than the chip did, most of all in
/// CONV4.
#[test]
fn total_latency() {
    let (what, column) = ("total latency, ms", "total_latency_ms");
    let comparison = times(what, column, &RUNS.real, |run| run.cycles);
    comparison.assert_total(8.0);
    comparison.assert_bands([
        -7.7..=-5.7,
        -8.5..=-6.5,
        -4.9..=-2.9,
        -12.5..=-10.5,
        3.2..=5.4,
    ]);
}

/// D17: in the preset inputs wait for the weights of their pass. Were both sent together, the mean
/// error would grow from 3.3 % to 4.4 % and all but one layer become faster than the chip.
#[test]
fn processing_latency_if_loads_ran_side_by_side() {
    let parallel = runs(&[("array.load_order", "parallel")]);
    processing(&parallel.ideal).assert_bands([
        -7.0..=-6.0,
        -7.6..=-6.6,
        1.5..=2.6,
        -4.2..=-3.1,
        2.2..=3.3,
    ]);
}

/// D18: CONV4 and CONV5 consist of the same passes, 384 and 256 of them; on the chip those of CONV4
/// took 6.7 % longer.
#[test]
fn a_pass_takes_as_long_in_conv4_as_in_conv5() {
    let (layers, chip) = (convolutions(), preset("eyeriss", &[]));
    let [conv4, conv5] = [3, 4].map(|i| {
        let (mapping, row) = (published(&layers[i], &chip), &measured()[i]);
        // As many MACs to a pass in both, so that these count passes.
        let passes = mapping.layer().macs() as f64 / mapping.active_pes() as f64;
        let ours = milliseconds(RUNS.ideal[i].processing_cycles(), &chip);
        [ours, row.number("processing_latency_ms")].map(|time| time / passes)
    });
    let [ours, chips] = [0, 1].map(|i| conv4[i] / conv5[i]);
    assert!((ours - 1.0).abs() < 0.001, "ours {ours}");
    assert!((chips - 1.067).abs() < 0.001, "the chip's {chips}");
}
