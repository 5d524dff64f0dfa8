//! Power, its shares, and the ratios between levels of storage.
//!
//! One constant is fitted to these figures, the clock's energy per area; a register's energy is
//! fitted to the first ratio, and logic's placement to the core's area. Nothing else is.

use stationary::arch::units::{Bits, Picojoules};
use stationary::arch::{CostModel, Operand};
use stationary::sim::Energy;

use super::{RUNS, against, convolutions, measured, published};
use crate::comparison::Comparison;
use crate::machine::preset;

fn cost(sets: &[(&str, &str)]) -> CostModel {
    CostModel::of(&preset("eyeriss", sets)).unwrap_or_else(|error| panic!("{error}"))
}

/// Energies of the layers, and how many milliseconds each took.
fn energies() -> Vec<(Energy, f64)> {
    let (layers, chip) = (convolutions(), preset("eyeriss", &[]));
    let cost = cost(&[]);
    let pairs = layers.iter().zip(&RUNS.real).map(|(layer, run)| {
        let energy = Energy::of(&published(layer, &chip), &cost, &run.counters, run.cycles);
        (energy, run.cycles as f64 / chip.clock.0 as f64)
    });
    pairs.collect()
}

/// A nanojoule in a millisecond is a microwatt.
fn milliwatts(energy: Picojoules, milliseconds: f64) -> f64 {
    energy.0 * 1e-6 / milliseconds
}

/// The chip's power, without DRAM.
#[test]
fn power_of_each_layer() {
    let energies = energies();
    let comparison = against("power, mW", "power_mW", |i| {
        let (energy, milliseconds) = &energies[i];
        milliwatts(energy.on_chip(), *milliseconds)
    });
    comparison.assert_each(10.0);
    comparison.assert_mean(6.0);
    comparison.assert_total(4.0);
}

/// The clock's energy is the one that makes the squares of the relative errors least: another
/// factor on it, found in closed form, would be 1.
#[test]
fn the_clock_is_fitted_to_these_layers() {
    let (mut product, mut square) = (0.0, 0.0);
    for ((energy, milliseconds), row) in energies().into_iter().zip(measured()) {
        let published = row.number("power_mW");
        let clock = milliwatts(energy.clock.total(), milliseconds) / published;
        let all = milliwatts(energy.on_chip(), milliseconds) / published;
        product += clock * (1.0 - (all - clock));
        square += clock * clock;
    }
    let factor = product / square;
    assert!((factor - 1.0).abs() < 0.01, "{factor}");
}

/// Shares of the chip's power that the ISSCC 2016 paper gives, for which it does not say where
/// leakage is counted; here it is with the part that leaks.
#[test]
fn shares_come_in_the_published_order() {
    let energies = energies();
    let share = |of: fn(&Energy) -> Picojoules| {
        let (part, all) = energies
            .iter()
            .fold((0.0, 0.0), |(part, all), (energy, _)| {
                (part + of(energy).0, all + energy.on_chip().0)
            });
        100.0 * part / all
    };
    let mut comparison = Comparison::new("share of the chip's energy, %");
    comparison.push(
        "array",
        share(|e| e.mac() + e.scratchpad() + e.leakage.pes + e.leakage.scratchpads),
        77.8,
    );
    comparison.push(
        "networks",
        share(|e| e.network() + e.leakage.networks),
        15.6,
    );
    comparison.push(
        "buffer",
        share(|e| e.global_buffer() + e.leakage.global_buffer),
        2.7,
    );
    comparison.assert_bands([0.0..=8.0, -25.0..=-5.0, 25.0..=50.0]);
}

/// An access of 16 bits against a MAC: ISCA 2016, Table IV.
#[test]
fn ratios_between_levels() {
    let cost = cost(&[]);
    let mac = cost.mac().0;
    let mut comparison = Comparison::new("energy of 16 bits, in MACs");
    comparison.push(
        "register file",
        cost.scratchpad(Operand::Weight).0 / mac,
        1.0,
    );
    let pitch = {
        let area = cost.area();
        let array = area.pes + area.scratchpads + area.networks;
        (array.0 / 168.0).sqrt() / 1e3
    };
    // A hop is one FIFO and a pitch of wire; Table IV has a FIFO at both ends, and 1 to 2 mm.
    let fifo = cost.network_receive(Operand::Input).0;
    let wire = (cost.psum_hop().0 - fifo) / pitch;
    comparison.push("array", (2.0 * fifo + 1.5 * wire) / mac, 2.0);
    // The table's buffer has a FIFO as well, and reads and writes in one figure.
    let (read, write) = (
        cost.buffer_read(Operand::Input).0,
        cost.buffer_write(Operand::Input).0,
    );
    comparison.push("global buffer", ((read + write) / 2.0 + fifo) / mac, 6.0);
    comparison.push("DRAM", cost.dram(Bits(16)).0 / mac, 200.0);
    comparison.assert_each(25.0);
}

/// The poster's core, to which placement is fitted.
#[test]
fn area_of_the_core() {
    let mut comparison = Comparison::new("core, mm2");
    comparison.push("core", cost(&[]).area().total.0 / 1e6, 12.25);
    comparison.assert_each(1.0);
}

/// The ISSCC 2016 paper: gating saves 45 % of a PE's power.
#[test]
fn zero_gating_saves_about_as_much_as_published() {
    let (layers, gated) = (convolutions(), preset("eyeriss", &[]));
    let open = preset("eyeriss", &[("array.zero_gating", "false")]);
    let cost = cost(&[]);
    let pes = |e: Energy| (e.mac() + e.scratchpad() + e.leakage.pes + e.leakage.scratchpads).0;
    // The layer with the most zeros; gating moves no word and takes no cycle, so the run is one.
    let (layer, run) = (&layers[3], &RUNS.real[3]);
    let energy = |chip| {
        let mapping = published(layer, chip);
        pes(Energy::of(&mapping, &cost, &run.counters, run.cycles))
    };
    let saved = 100.0 * (1.0 - energy(&gated) / energy(&open));
    assert!((30.0..50.0).contains(&saved), "{saved} %");
}
