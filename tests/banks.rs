//! What banks of the global buffer do to a machine.

mod common;

use stationary_arch::units::Bits;
use stationary_arch::{Accelerator, Banks, Operand, Ports, Sharing};
use stationary_sim::{Bound, Dataflow, Mapping, MappingError, Pace, Run, Stall, Tiling, run};
use stationary_workloads::{Convolution, Dim, Layer};

use common::{Size, cases, for_random_mappings};

fn layer() -> Layer {
    Layer::convolution("small", Convolution::square(14, [16, 16], 3, 1, 1)).expect("a layer")
}

/// A 16 x 16 weight-stationary array with one buffer in these banks, and DRAM never in the way.
fn machine(banks: Option<Banks>) -> Accelerator {
    let set = [
        ("array.rows", "16"),
        ("array.cols", "16"),
        ("dataflows", "[ws]"),
        ("global_buffer", "{kib: 64, double_buffered: false}"),
        ("dram.kind", "ideal"),
        (
            "precision",
            "{input: 8, weight: 8, output: 8, partial_sum: 32}",
        ),
    ];
    let mut accelerator = Accelerator::preset("systolic", &set).expect("a machine");
    accelerator.global_buffer.partitions[0].banks = banks;
    accelerator.check().expect("whole rows");
    accelerator
}

fn banks(count: u32, width: u32, ports: Ports) -> Banks {
    Banks {
        count,
        width: Bits(width),
        ports,
        sharing: Sharing::Interleaved,
    }
}

fn on(banks: Option<Banks>) -> Run {
    let (layer, accelerator) = (layer(), machine(banks));
    let dataflow = Dataflow::find("ws").expect("a dataflow");
    let mut tiling = Tiling::trivial(layer.sizes());
    tiling.rows[Dim::C] = 16;
    tiling.cols[Dim::K] = 16;
    for dim in [Dim::P, Dim::Q] {
        tiling.local[dim] = layer.size(dim);
    }
    let mapping = Mapping::new(&layer, &accelerator, dataflow, tiling).expect("it fits");
    run(&mapping, Pace::default(), &mut ())
}

fn held(run: &Run) -> u64 {
    Operand::ALL
        .map(|o| run.stalls.of(Stall::Bank(o)))
        .iter()
        .sum()
}

#[test]
fn enough_banks_are_as_good_as_ports_for_all() {
    let free = on(None);
    assert_eq!(held(&free), 0);
    let many = on(Some(banks(128, 1024, Ports::ReadWrite)));
    // A row of 1024 bits is more than any stream moves in two cycles.
    assert!(many.cycles <= free.cycles + free.cycles / 50, "{many:?}");
    assert_eq!(many.counters, free.counters);
}

#[test]
fn one_narrow_bank_is_what_bounds_the_machine() {
    let free = on(None);
    for (ports, least) in [
        (Ports::One, accesses(&free, false) + accesses(&free, true)),
        (
            Ports::ReadWrite,
            accesses(&free, false).max(accesses(&free, true)),
        ),
    ] {
        let one = on(Some(banks(1, 64, ports)));
        assert_eq!(one.counters, free.counters, "waiting moves no words");
        assert!(one.cycles >= least, "a row a cycle: {one:?}");
        assert!(one.cycles < least + least / 4, "little else: {one:?}");
        assert_eq!(Bound::of_stalls(one.busy, &one.stalls), Bound::Buffer);
    }
}

/// Rows of 64 bits that the array's side reads or writes.
fn accesses(run: &Run, is_write: bool) -> u64 {
    let c = &run.counters;
    if is_write {
        c.buffer_write.output * 32 / 64
    } else {
        (c.buffer_read.input + c.buffer_read.weight) * 8 / 64 + c.buffer_read.output * 32 / 64
    }
}

#[test]
fn a_second_port_and_more_banks_help() {
    let cycles = |count, ports| on(Some(banks(count, 64, ports))).cycles;
    assert!(cycles(1, Ports::ReadWrite) < cycles(1, Ports::One));
    assert!(cycles(4, Ports::One) < cycles(2, Ports::One));
    assert!(cycles(2, Ports::One) < cycles(1, Ports::One));
}

#[test]
fn whole_banks_hold_one_operand_each() {
    let layer = layer();
    let dataflow = Dataflow::find("ws").expect("a dataflow");
    let tiling = Tiling::trivial(layer.sizes());
    // 3,136 B of inputs, 2,304 B of weights, 12,544 B of sums in banks of 4 KiB: 1 + 1 + 4.
    let fits = |count: u32| {
        let mut accelerator = machine(None);
        let partition = &mut accelerator.global_buffer.partitions[0];
        partition.bytes = u64::from(count) * 4096;
        partition.banks = Some(Banks {
            sharing: Sharing::WholeBanks,
            ..banks(count, 64, Ports::One)
        });
        accelerator.check().expect("whole rows");
        let result = Mapping::new(&layer, &accelerator, dataflow, tiling).map(|_| ());
        accelerator.global_buffer.partitions[0].banks = Some(banks(count, 64, Ports::One));
        Mapping::new(&layer, &accelerator, dataflow, tiling).expect("shared banks have room");
        result
    };
    assert_eq!(fits(6), Ok(()));
    let error = fits(5).expect_err("a bank short");
    assert!(
        matches!(
            error,
            MappingError::Banks {
                needed: 6,
                available: 5,
                ..
            }
        ),
        "{error}"
    );
}

/// Without its banks a random machine moves the same words, and never waits for a bank.
#[test]
fn banks_change_time_alone() {
    for_random_mappings(cases(100), Size::Tiny, |dataflow, mapping, _| {
        let mut free = Accelerator::clone(mapping.accelerator());
        for partition in &mut free.global_buffer.partitions {
            partition.banks = None;
        }
        let tiling = Tiling {
            banks: Default::default(),
            ..*mapping.tiling()
        };
        let without = Mapping::new(mapping.layer().clone(), &free, dataflow, tiling)
            .expect("what fits whole banks fits bytes");
        let with = run(mapping, Pace::default(), &mut ());
        let without = run(&without, Pace::default(), &mut ());
        assert_eq!(with.counters, without.counters);
        assert_eq!(with.busy, without.busy);
        assert_eq!(held(&without), 0);
    });
}
