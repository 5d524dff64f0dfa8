//! Estimates and simulates an ONNX file: `cargo run --release --example onnx [FILE.onnx]`.

#![allow(clippy::print_stdout)]

use stationary::sim::Pace;
use stationary::{Error, Request};

const BUNDLED: &str = "workloads/tests/data/onnx/multi_head_attention.onnx";

fn main() -> Result<(), Error> {
    let file = std::env::args().nth(1).unwrap_or(BUNDLED.to_owned());
    let target = Request::new("gemmini", &file).target()?;
    println!("{}{}", target.network, target.scope().title());
    let estimate = target.estimate(&())?;
    let run = target.simulate(Pace::SkipPeriods, &())?;
    for (model, machine) in estimate.layers.iter().zip(&run.layers) {
        println!(
            "{:<24} {:>9} cycles by the model, {:>9} on the machine, bound by {}",
            machine.layer.name(),
            model.cycles,
            machine.cycles,
            machine.bound_by.name()
        );
    }
    println!("{} cycles, {:.3e} pJ", run.cycles(), run.energy());
    Ok(())
}
