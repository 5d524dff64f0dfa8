//! What a lowered layer's counters cost in energy.

use stationary_arch::{CostModel, PerOperand};
use stationary_workloads::Dim;

use super::lowered_layer::LoweredLayer;
use crate::counters::{Control, Counters};
use crate::energy::{Energy, event_energy};

/// The energy of the counted events and of so many cycles of the array's clock. Instructions and micro-ops
/// cross the DRAM interface as well; they are counted with the weights.
#[must_use]
pub fn energy(
    k: &LoweredLayer,
    cost: &CostModel,
    counters: &Counters,
    control: &Control,
    cycles: u64,
) -> Energy {
    let mut bits = dram_bits(k, counters);
    bits.weight += 8.0 * (control.instruction_bytes + control.micro_op_bytes) as f64;
    let pe_cycles = k.active_pes() as f64 * cycles as f64;
    Energy {
        events: event_energy(cost, counters, 1.0, &bits),
        clock: cost.clock_per_pe().map(|each| each * pe_cycles),
        leakage: cost.leakage_by_part().map(|each| each * cycles as f64),
    }
}

/// A lower bound on the energy of every schedule of the layer: each word moves once, and each MAC is done.
#[must_use]
pub fn least_energy(k: &LoweredLayer, cost: &CostModel) -> Energy {
    let layer = k.layer();
    let array = &k.accelerator().array;
    let lanes = u64::from(array.lanes);
    let macs = if k.is_addition() { 0 } else { layer.macs() };
    let added = PerOperand {
        input: 0,
        weight: 0,
        output: k.operands() * layer.outputs(),
    };
    let inwards = PerOperand {
        // Only the inputs that a window reads need to be moved; one row at least is.
        input: layer.size(Dim::N) * layer.size(Dim::G) * layer.size(Dim::C),
        weight: layer.weights(),
        output: 0,
    };
    let outwards = PerOperand {
        input: 0,
        weight: 0,
        output: layer.outputs(),
    };
    let counters = if k.is_addition() {
        Counters {
            dram_read: added,
            buffer_fill: added,
            buffer_drain: outwards,
            dram_write: outwards,
            ..Counters::default()
        }
    } else {
        Counters::once(macs, inwards, layer.outputs())
    };
    let peak = u64::from(array.rows) * u64::from(array.cols) * lanes;
    let (pe_cycles, cycles) = (macs.div_ceil(lanes) as f64, macs.div_ceil(peak) as f64);
    Energy {
        events: event_energy(cost, &counters, 1.0, &dram_bits(k, &counters)),
        clock: cost.clock_per_pe().map(|each| each * pe_cycles),
        leakage: cost.leakage_by_part().map(|each| each * cycles),
    }
}

/// Bytes that cross the DRAM interface, instructions and micro-ops included.
#[must_use]
pub fn dram_bytes(k: &LoweredLayer, counters: &Counters, control: &Control) -> f64 {
    let bits = dram_bits(k, counters);
    let data = (bits.input + bits.weight + bits.output) / 8.0;
    data + (control.instruction_bytes + control.micro_op_bytes) as f64
}

fn dram_bits(k: &LoweredLayer, counters: &Counters) -> PerOperand<f64> {
    let precision = &k.accelerator().precision;
    let bits = |words: u64, each: u32| words as f64 * f64::from(each);
    // What is read of the output are operands of additions, as wide as outputs, and biases, as wide
    // as sums.
    let operands = k.operand_words().min(counters.dram_read.output);
    let biases = counters.dram_read.output - operands;
    PerOperand {
        input: bits(counters.dram_read.input, precision.input.0),
        weight: bits(counters.dram_read.weight, precision.weight.0),
        output: bits(biases, precision.partial_sum.0)
            + bits(operands + counters.dram_write.output, precision.output.0),
    }
}

#[cfg(test)]
mod tests {
    use stationary_arch::{Accelerator, CostModel};
    use stationary_workloads::{Convolution, Layer};

    use super::*;
    use crate::Pace;
    use crate::decoupled::{Schedule, run};

    #[test]
    fn no_run_is_below_the_least_energy() {
        let vta = Accelerator::preset("vta", &[]).expect("a bundled preset");
        let cost = CostModel::of(&vta).expect("its technology is known");
        let conv = Convolution::square(8, [32, 32], 3, 1, 1);
        let layer = Layer::convolution("conv", conv).expect("a layer");
        let lowered = LoweredLayer::new(&layer, &vta, Schedule::ONE).expect("small tiles fit");
        let machine = run(&lowered, Pace::SkipIdle, &mut ());
        let spent = energy(
            &lowered,
            &cost,
            &machine.counters,
            &machine.control,
            machine.cycles,
        );
        let least = least_energy(&lowered, &cost).total();
        assert!(0.0 < least.0 && least.0 < spent.total().0);
    }
}
