//! An accelerator and a dataflow of one's own, built in code: `cargo run --release --example own`.

#![allow(clippy::print_stdout)]

use stationary::arch::{Accelerator, Array, Operand, Topology};
use stationary::sim::{Dataflow, Pace};
use stationary::workloads::{Dim, zoo};
use stationary::{Error, Target};

fn main() -> Result<(), Error> {
    let mut accelerator = Accelerator::new("mine", Array::new(12, 14));
    accelerator.networks.input.topology = Topology::Multicast;
    accelerator.networks.weight.topology = Topology::Multicast;
    for operand in Operand::ALL {
        accelerator.scratchpads[operand].words = 64;
    }
    accelerator.check()?;
    // Rows of outputs stay in the PEs, while channels and rows of the kernel stream past them.
    let dataflow = Dataflow {
        name: "rows".into(),
        title: "rows of outputs stay".into(),
        rows: vec![Dim::K, Dim::P].into(),
        cols: vec![Dim::P, Dim::K].into(),
        beats: vec![Dim::C, Dim::R].into(),
        local: vec![Dim::S, Dim::Q, Dim::K].into(),
    };
    let target = Target::new(accelerator, &zoo::find("alexnet")?)?.pick(&["conv3", "conv5"])?;
    let target = target.with_own_dataflow(dataflow);
    let estimate = target.estimate(&())?;
    let run = target.simulate(Pace::SkipPeriods, &())?;
    for (model, machine) in estimate.layers.iter().zip(&run.layers) {
        let (name, busy) = (machine.layer.name(), 100.0 * machine.utilization);
        let (cycles, model) = (machine.cycles, model.cycles);
        println!("{name}: {cycles} cycles, {busy:.1} % of the peak; {model} by the model");
    }
    println!("{} cycles, {:.3e} pJ", run.cycles(), run.energy());
    Ok(())
}
