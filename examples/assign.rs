//! Assigns PEs and buffers to each layer under an area budget, exactly: `cargo run --release --example assign`.

#![allow(clippy::print_stdout)]

use stationary::search::design::{DesignSpace, default_base};
use stationary::search::{
    DataflowStyle, Deployment, Objective, Problem, Settings, optimizers, run,
};
use stationary::workloads::zoo;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let network = zoo::find("alexnet")?;
    let layers = &network.layers()[..5];
    let mut space = DesignSpace::new(default_base(), &[DataflowStyle::Dla]);
    (space.pes, space.tiles) = (vec![16, 64, 256], vec![1, 4, 16]);
    let table = space.table(layers, &|| ())?;

    let budgets = ["area=iot".parse()?];
    let problem = Problem::deployed(table, Deployment::Pipelined, Objective::Latency, &budgets)?;
    let mut exact = optimizers::find("exact", 0)?;
    let outcome = run(&problem, exact.as_mut(), &Settings::default());
    let Some((point, cycles)) = &outcome.best else {
        println!("no assignment keeps the budget");
        return Ok(());
    };
    println!("{cycles} cycles, {:?}", outcome.certificate.kind);
    for (layer, choice) in layers.iter().zip(problem.choices(point)) {
        println!("{:<8} {}", layer.name(), choice.levels());
    }
    let used = problem.totals(point);
    println!(
        "{:.3} of {:.3} mm2",
        used.area / 1e6,
        problem.budgets()[0].limit / 1e6
    );
    Ok(())
}
