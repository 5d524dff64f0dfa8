//! The energy of what a mapping moves, as one sum of products, so that a search can afford it.
//!
//! ```text
//! energy = sum over counts of count x price + (PEs at work x clock + leakage) x cycles
//! ```
//!
//! The prices are those of [`Energy`](crate::Energy), whose components add up to the same.

use stationary_arch::units::{Bits, Picojoules};
use stationary_arch::{Accelerator, CostModel, Operand, PerOperand};

use crate::counters::Counters;
use crate::energy::working_share;
use crate::mapper::goal::Score;
use crate::mapping::Mapping;

/// What each count costs on a machine for a layer, in picojoules.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices {
    mac: f64,
    /// Words from DRAM, and finished and unfinished outputs to it.
    load: PerOperand<f64>,
    finished: f64,
    spilled: f64,
    buffer_read: PerOperand<f64>,
    buffer_write: PerOperand<f64>,
    /// Words that leave the buffer for the array, and that arrive at a PE.
    send: PerOperand<f64>,
    receive: PerOperand<f64>,
    /// Results that leave a PE.
    result: f64,
    hop: f64,
    /// In a cycle: of a PE at work, and of the chip.
    clock: f64,
    leakage: f64,
}

/// Energy that a mapping's time does not decide, and that of each cycle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bill {
    events: f64,
    cycle: f64,
}

impl Bill {
    /// The score in so many cycles. It grows with them.
    pub(super) fn score(&self, cycles: u64) -> Score {
        Score {
            cycles,
            energy: Picojoules(self.events + self.cycle * cycles as f64),
        }
    }
}

impl Prices {
    /// Of a layer's mappings, of which one is given. A machine that has no cost model, since its
    /// technology lies outside of what the constants cover, is priced by Eyeriss's ratios of a word's
    /// energy: DRAM 200, buffer 6, array 2.
    pub(super) fn new(m: &Mapping) -> Self {
        match CostModel::of(&m.accelerator) {
            Ok(cost) => Self::of(m, &cost),
            Err(_) => Self::ratios(&m.accelerator),
        }
    }

    fn of(m: &Mapping, cost: &CostModel) -> Self {
        let share = working_share(m);
        let bit = cost.dram(Bits(1)).0;
        let scratchpad = |o| [cost.scratchpad_read(o).0, cost.scratchpad_write(o).0];
        let [input, _] = scratchpad(Operand::Input);
        let [weight, _] = scratchpad(Operand::Weight);
        let [sum_read, sum_write] = scratchpad(Operand::Output);
        Self {
            mac: (cost.mac().0 + weight + sum_read + sum_write) * share + input,
            load: PerOperand::from_fn(|o| m.dram.load(o).bits() * bit),
            finished: m.dram.store(false).bits() * bit,
            spilled: m.dram.store(true).bits() * bit,
            buffer_read: PerOperand::from_fn(|o| cost.buffer_read(o).0),
            buffer_write: PerOperand::from_fn(|o| cost.buffer_write(o).0),
            send: PerOperand::from_fn(|o| cost.network_send(o).0),
            receive: PerOperand::from_fn(|o| cost.network_receive(o).0 + scratchpad(o)[1]),
            result: cost.network_send(Operand::Output).0 + sum_read,
            hop: cost.psum_hop().0,
            clock: cost.clock_per_pe().total().0,
            leakage: cost.leakage_per_cycle().0,
        }
    }

    fn ratios(accelerator: &Accelerator) -> Self {
        let precision = &accelerator.precision;
        let bits = PerOperand {
            input: f64::from(precision.input.0),
            weight: f64::from(precision.weight.0),
            output: f64::from(precision.partial_sum.0),
        };
        let times = |ratio: f64| PerOperand::from_fn(|o| ratio * bits[o]);
        Self {
            mac: 0.0,
            load: times(200.0),
            finished: 200.0 * f64::from(precision.output.0),
            spilled: 200.0 * bits.output,
            buffer_read: times(6.0),
            buffer_write: times(6.0),
            send: times(0.0),
            receive: times(2.0),
            result: 2.0 * bits.output,
            hop: 2.0 * bits.output,
            clock: 0.0,
            leakage: 0.0,
        }
    }

    /// What counts cost, and a cycle with so many PEs at work.
    pub(super) fn bill(&self, c: &Counters, pes: u64) -> Bill {
        let finished = c.dram_write.output - c.dram_spilled;
        let mut events = self.mac * c.macs as f64
            + self.finished * finished as f64
            + self.spilled * c.dram_spilled as f64
            + self.result * c.array_send.output as f64
            + self.hop * c.psum_hops as f64;
        for o in Operand::ALL {
            events += self.load[o] * c.dram_read[o] as f64
                + self.buffer_read[o] * (c.buffer_read[o] + c.buffer_drain[o]) as f64
                + self.buffer_write[o] * (c.buffer_fill[o] + c.buffer_write[o]) as f64
                + self.send[o] * c.buffer_read[o] as f64
                + self.receive[o] * c.array_receive[o] as f64;
        }
        Bill {
            events,
            cycle: self.clock * pes as f64 + self.leakage,
        }
    }
}

#[cfg(test)]
mod tests {
    use stationary_arch::units::Nanometres;
    use stationary_workloads::{Convolution, Layer, RightOperand};

    use super::*;
    use crate::mapping::check::Rules;
    use crate::{Dataflow, Energy};

    /// One sum is what the components add up to.
    #[test]
    fn prices_are_those_of_the_energy() {
        let convolution = Convolution::square(7, [24, 40], 3, 1, 1);
        let layer = Layer::convolution("conv", convolution).expect("a layer");
        for (preset, name) in [("eyeriss", "rs"), ("nvdla-small", "ws"), ("systolic", "os")] {
            let accelerator = Accelerator::preset(preset, &[]).expect("a bundled preset");
            let dataflow = Dataflow::find(name).expect("a bundled dataflow");
            let cost = CostModel::of(&accelerator).expect("its technology is known");
            let mut compared = 0;
            crate::mapper::candidates(&layer, &accelerator, dataflow, &mut |mapping, model| {
                compared += 1;
                if compared % 100 != 1 {
                    return;
                }
                let energy = Energy::of(mapping, &cost, &model.counters, model.cycles).total();
                let bill = Prices::new(mapping).bill(&model.counters, mapping.active_pes());
                let score = bill.score(model.cycles);
                let error = (score.energy.0 / energy.0 - 1.0).abs();
                assert!(error < 1e-9, "{preset}: {:?} {energy:?}", score.energy);
            });
            assert!(compared > 0);
        }
    }

    /// Without a cost model what is farther away still costs more.
    #[test]
    fn a_machine_without_a_cost_model_has_ratios() {
        let layer = Layer::matmul("product", 1, [4, 4, 4], RightOperand::Parameters);
        let layer = layer.expect("a layer");
        let mut old = Accelerator::preset("eyeriss", &[]).expect("a bundled preset");
        old.technology = Nanometres(500);
        let rules = Rules::new(&layer.into(), &old.into(), &(&crate::ROW_STATIONARY).into());
        let m = Mapping::base(&rules.expect("it is offered")).expect("it has a stationary operand");
        let prices = Prices::new(&m);
        assert!(prices.load.input > prices.buffer_read.input + prices.receive.input);
    }
}
