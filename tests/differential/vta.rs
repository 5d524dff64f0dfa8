//! VTA on a Pynq board and in RTL simulation (`tests/data/vta/README.md`).

use stationary::arch::{Accelerator, EpilogueStep};
use stationary::sim::Pace;
use stationary::sim::decoupled::{
    Buffer, LoweredLayer, Schedule, ScheduleError, map_addition, run,
};
use stationary::sim::{Run, Stall};
use stationary::workloads::{Convolution, Layer};

use crate::comparison::Comparison;
use crate::machine::preset;
use crate::table::{Row, rows};

fn layer(row: &Row) -> Layer {
    let channels = [row.count("in_channels"), row.count("out_channels")];
    let [input, kernel, stride, pad] =
        ["input", "kernel", "stride", "pad"].map(|column| row.count(column));
    let convolution = Convolution::square(input, channels, kernel, stride, pad);
    Layer::convolution(row.text("name"), convolution).unwrap_or_else(|error| panic!("{error}"))
}

fn schedule(row: &Row) -> Schedule {
    Schedule {
        tile_b: row.count("tile_b"),
        tile_h: row.count("tile_h"),
        tile_w: row.count("tile_w"),
        tile_ci: row.count("tile_ci"),
        tile_co: row.count("tile_co"),
        oc_nthread: row.count("oc_nthread"),
        h_nthread: row.count("h_nthread"),
    }
}

fn on(machine: &Accelerator, row: &Row) -> Run {
    let layer = layer(row);
    let kernel = LoweredLayer::new(&layer, machine, schedule(row));
    run(
        &kernel.unwrap_or_else(|error| panic!("{error}")),
        Pace::SkipIdle,
        &mut (),
    )
}

/// The board's milliseconds; odd lines are those that the constants are fitted to.
#[test]
fn pynq_board() {
    let board = preset("vta", &[]);
    let (mut fitted, mut others) = (
        Comparison::new("ms on the Pynq board, fitted lines"),
        Comparison::new("ms on the Pynq board, other lines"),
    );
    for (index, row) in rows("vta/pynq_resnet18.csv").iter().enumerate() {
        let ours = on(&board, row).cycles as f64 / board.clock.0 as f64;
        let half = if index % 2 == 0 {
            &mut fitted
        } else {
            &mut others
        };
        half.push(row.text("name"), ours, row.number("measured_ms"));
    }
    for half in [fitted, others] {
        half.assert_mean(2.0);
        half.assert_each(4.5);
    }
}

/// The machine with the epilogue of a layer of the quantised network.
fn with_epilogue(machine: &Accelerator, with_relu: bool) -> Accelerator {
    let mut machine = machine.clone();
    let control = machine.decoupled.as_mut().expect("it is decoupled");
    control.epilogue = vec![EpilogueStep::Bias];
    control
        .epilogue
        .extend(with_relu.then_some(EpilogueStep::Max(0)));
    let rest = [
        EpilogueStep::Add(128),
        EpilogueStep::Shift(8),
        EpilogueStep::Max(-128),
        EpilogueStep::Min(127),
    ];
    control.epilogue.extend(rest);
    machine
}

/// All convolutions of ResNet-18 but the first, and what they move.
fn network(machine: &Accelerator) -> Vec<(Run, u64, Row)> {
    let mut runs = Vec::new();
    for (with_relu, column) in [(true, "with_relu"), (false, "without_relu")] {
        let machine = with_epilogue(machine, with_relu);
        for row in rows("vta/pynq_resnet18.csv") {
            let times = row.count(column);
            if times > 0 {
                runs.push((on(&machine, &row), times, row));
            }
        }
    }
    runs
}

/// ResNet-18's eight additions, each behind a block's last convolution: the shortcut is added to its
/// outputs, and the sum rectified and cut to eight bits.
fn additions(machine: &Accelerator) -> Vec<(Run, u64)> {
    let mut machine = machine.clone();
    let control = machine.decoupled.as_mut().expect("it is decoupled");
    control.epilogue = vec![
        EpilogueStep::Residual,
        EpilogueStep::Max(0),
        EpilogueStep::Min(127),
    ];
    let rows = rows("vta/pynq_resnet18.csv");
    // Shortcuts of one by one have no addition behind them.
    let last = rows.iter().filter(|row| row.count("kernel") == 3);
    let last = last.filter(|row| row.count("without_relu") > 0);
    last.map(|row| {
        let layer = layer(row);
        let kernel = map_addition(&layer, &machine).expect("some tile fits");
        (
            run(&kernel, Pace::SkipIdle, &mut ()),
            row.count("without_relu"),
        )
    })
    .collect()
}

#[test]
fn what_resnet18_moves_is_what_the_functional_simulator_counts() {
    let runs = network(&preset("vta-pipelined", &[]));
    let sum = |of: fn(&Run) -> u64| runs.iter().map(|(run, n, _)| n * of(run)).sum::<u64>();
    assert_eq!(sum(|run| run.counters.dram_read.input), 5_549_568);
    assert_eq!(sum(|run| run.counters.dram_read.weight), 12_763_136);
    assert_eq!(4 * sum(|run| run.counters.dram_read.output), 30_720);
    assert_eq!(sum(|run| run.counters.dram_write.output), 1_680_896);
    assert_eq!(sum(|run| run.busy), 6_623_232, "products of blocks");
    // Every step writes a vector of 16, as do resets and products.
    let writes = sum(|run| run.counters.buffer_write.output) / 16;
    let resets = 1_680_896 / 16;
    assert_eq!(writes - 6_623_232 - resets, 572_320, "vectors of the ALU");
}

/// The convolutions alone, and with the additions as kernels of their own: what the published run had
/// of these is not known (DEVIATIONS.md, D33).
#[test]
fn resnet18_in_rtl() {
    let first = [
        ("decoupled.gemm.interval", "4"),
        ("decoupled.gemm.latency", "3"),
    ];
    for (titles, sets, published, with_additions) in [
        (
            [
                "cycles of ResNet-18, pipelined core",
                "the same with its additions",
            ],
            &[][..],
            7_729_601.0,
            5.0..=5.8,
        ),
        (
            [
                "cycles of ResNet-18, first core",
                "the same with its additions",
            ],
            &first[..],
            27_679_515.0,
            1.5..=2.3,
        ),
    ] {
        let machine = preset("vta-pipelined", sets);
        let sum = |cycles: &mut dyn Iterator<Item = u64>| cycles.sum::<u64>() as f64;
        let convolutions = sum(&mut network(&machine).iter().map(|(run, n, _)| n * run.cycles));
        let additions = sum(&mut additions(&machine).iter().map(|(run, n)| n * run.cycles));
        let [alone, whole] = titles;
        let mut alone = Comparison::new(alone);
        alone.push("all but the first convolution", convolutions, published);
        alone.assert_total(2.0);
        let mut whole = Comparison::new(whole);
        whole.push("and additions", convolutions + additions, published);
        whole.assert_bands([with_additions]);
    }
}

#[test]
fn additions_of_resnet18_move_each_word_once() {
    let runs = additions(&preset("vta-pipelined", &[]));
    let sum = |of: fn(&Run) -> u64| runs.iter().map(|(run, n)| n * of(run)).sum::<u64>();
    assert_eq!(runs.iter().map(|(_, n)| n).sum::<u64>(), 8);
    assert_eq!(sum(|run| run.counters.dram_read.output), 2 * 752_640);
    assert_eq!(sum(|run| run.counters.dram_write.output), 752_640);
    assert_eq!(sum(|run| run.busy + run.counters.macs), 0);
    // Two cycles a vector for the tensors, one for each bound.
    assert_eq!(
        sum(|run| run.stalls.of(Stall::Alu)),
        752_640 / 16 * (2 + 1 + 1)
    );
}

/// Why additions are no epilogue of the convolutions: with the schedules that were measured, what is
/// added has no place beside the sums.
#[test]
fn what_is_added_has_no_place_beside_the_tiles_of_the_board() {
    let mut machine = preset("vta-pipelined", &[]);
    let control = machine.decoupled.as_mut().expect("it is decoupled");
    control.epilogue.push(EpilogueStep::Residual);
    for row in rows("vta/pynq_resnet18.csv") {
        if row.count("kernel") == 3 && row.count("without_relu") > 0 {
            let layer = layer(&row);
            let refused = LoweredLayer::new(&layer, &machine, schedule(&row)).err();
            let buffer = Buffer::Accumulator;
            assert!(
                matches!(refused, Some(ScheduleError::Capacity { buffer: b, .. }) if b == buffer)
            );
        }
    }
}
