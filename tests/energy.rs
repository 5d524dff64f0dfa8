//! Energy: the model's and the machine's, its sums, its bound, and what makes it grow.

mod common;

use common::{Size, cases, for_random_mappings};
use stationary_arch::units::{Cycles, Picojoules};
use stationary_arch::{Accelerator, CostModel, DramKind, Operand, PerOperand};
use stationary_sim::{Counters, Energy, EventEnergy, Mapping, Pace, estimate, run};

fn cost(mapping: &Mapping) -> CostModel {
    CostModel::of(mapping.accelerator()).unwrap_or_else(|error| panic!("{error}"))
}

fn check_close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * a.abs().max(b.abs()), "{a} and {b}");
}

/// To the last bit, since both price the same counts; and what is priced adds up.
#[test]
fn model_and_machine_agree_on_what_counts_decide() {
    for_random_mappings(cases(200), Size::Tiny, |_, mapping, _| {
        let cost = cost(mapping);
        let model = estimate(mapping);
        let machine = run(mapping, Pace::SkipIdle, &mut ());
        let predicted = Energy::of(mapping, &cost, &model.counters, model.cycles);
        let measured = Energy::of(mapping, &cost, &machine.counters, machine.cycles);
        assert_eq!(predicted.events, measured.events);
        conservation(&measured);
        // Clock and leakage go with the cycles alone.
        let cycles = machine.cycles as f64;
        let clock = cost.clock_per_pe().total().0 * mapping.active_pes() as f64 * cycles;
        check_close(measured.clock.total().0, clock);
        check_close(measured.leakage().0, cost.leakage_per_cycle().0 * cycles);
    });
}

/// Every picojoule belongs to one component, and to an operand, the clock, leakage or the MACs.
fn conservation(energy: &Energy) {
    let components = [
        energy.mac(),
        energy.scratchpad(),
        energy.network(),
        energy.global_buffer(),
        energy.dram(),
        energy.leakage(),
    ];
    let total = energy.total().0;
    check_close(components.into_iter().sum::<Picojoules>().0, total);
    let EventEnergy {
        mac,
        scratchpad,
        network,
        global_buffer,
        dram,
    } = energy.events;
    let operands = [scratchpad, network, global_buffer, dram].map(|of| sum(&of));
    let events = mac.0 + operands.iter().sum::<f64>();
    let time = energy.clock.total().0 + energy.leakage.total().0;
    check_close(events + time, total);
}

fn sum(operands: &PerOperand<Picojoules>) -> f64 {
    Operand::ALL
        .iter()
        .map(|operand| operands[*operand].0)
        .sum()
}

#[test]
fn no_mapping_is_below_the_compulsory_energy() {
    for_random_mappings(cases(200), Size::Tiny, |_, mapping, _| {
        let cost = cost(mapping);
        let model = estimate(mapping);
        let machine = run(mapping, Pace::SkipIdle, &mut ());
        let spent = Energy::of(mapping, &cost, &model.counters, machine.cycles);
        let least = Energy::least(mapping, &cost);
        conservation(&least);
        assert!(least.total().0 > 0.0);
        for (least, spent) in [
            (least.mac(), spent.mac()),
            (least.scratchpad(), spent.scratchpad()),
            (least.network(), spent.network()),
            (least.global_buffer(), spent.global_buffer()),
            (least.dram(), spent.dram()),
            (least.leakage(), spent.leakage()),
        ] {
            assert!(
                least.0 <= spent.0 * (1.0 + 1e-12),
                "at least {least}, spent {spent}"
            );
        }
    });
}

/// Of two runs that differ in words of DRAM alone, the one that moves more takes more.
#[test]
fn more_dram_traffic_takes_more_energy() {
    for_random_mappings(cases(100), Size::Tiny, |_, mapping, _| {
        let cost = cost(mapping);
        let model = estimate(mapping);
        let price = |counters: &Counters| Energy::of(mapping, &cost, counters, model.cycles);
        let before = price(&model.counters);
        for operand in Operand::ALL {
            let mut counters = model.counters;
            counters.dram_read[operand] += 1;
            let after = price(&counters);
            assert!(after.total() > before.total(), "{operand}");
            assert!(after.dram() > before.dram(), "{operand}");
            check_close(after.on_chip().0, before.on_chip().0);
        }
        let mut counters = model.counters;
        counters.dram_write.output += 1;
        assert!(price(&counters).total() > before.total());
    });
}

/// No run takes more than the chip can draw.
#[test]
fn the_average_is_below_the_peak() {
    for_random_mappings(cases(100), Size::Tiny, |_, mapping, _| {
        let cost = cost(mapping);
        let machine = run(mapping, Pace::SkipIdle, &mut ());
        let spent = Energy::of(mapping, &cost, &machine.counters, machine.cycles);
        let average = cost.average_power(spent.on_chip(), Cycles(machine.cycles));
        let peak = cost.peak_power(mapping.accelerator());
        if !matches!(mapping.accelerator().dram.kind, DramKind::Ideal) {
            assert!(average <= peak, "{average} on the mean, {peak} at the peak");
        }
    });
}

/// PEs that rest on zeros save energy in the array, by the share of zeros, and nothing else.
#[test]
fn zero_gating_saves_in_the_array_alone() {
    use stationary_workloads::{Layer, Zeros};
    for_random_mappings(cases(100), Size::Tiny, |_, mapping, _| {
        let mut gated = Accelerator::clone(mapping.accelerator());
        gated.array.zero_gating = true;
        let layers = [0, 2500, 5000, 10_000].map(|input| {
            Layer::clone(mapping.layer()).with_zeros(Zeros {
                input,
                ..Zeros::default()
            })
        });
        let energies = layers.each_ref().map(|layer| {
            let same = Mapping::new(layer, &gated, mapping.dataflow().clone(), *mapping.tiling());
            let same = same.unwrap_or_else(|error| panic!("{error}"));
            let model = estimate(&same);
            Energy::of(&same, &cost(&same), &model.counters, model.cycles).events
        });
        for pair in energies.windows(2) {
            assert!(pair[1].mac < pair[0].mac);
            assert!(sum(&pair[1].scratchpad) < sum(&pair[0].scratchpad));
            assert_eq!(pair[1].network, pair[0].network);
            assert_eq!(pair[1].global_buffer, pair[0].global_buffer);
        }
        assert_eq!(energies[3].mac.0, 0.0);
        check_close(energies[1].mac.0, 0.75 * energies[0].mac.0);
    });
}
