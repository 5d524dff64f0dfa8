//! What the mapper makes of networks: cycles, words of DRAM, energy, and the time that it takes.
//!
//! ```text
//! cargo run --release -p stationary-sim --example mapped -- eyeriss,nvdla-large resnet50 [BATCH] [FIELD=VALUE ...]
//! ```
//!
//! `all` stands for every preset, or every network; with `layers` as the last word each layer has a line.
#![allow(clippy::print_stdout, reason = "it is what the example is for")]

use std::time::Instant;

use stationary_arch::{Accelerator, CostModel, presets};
use stationary_sim::{Dataflow, Energy, estimate, mapper};
use stationary_workloads::{Layer, zoo};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let has_layers = args.last().is_some_and(|last| last == "layers");
    args.truncate(args.len() - usize::from(has_layers));
    let (sets, args): (Vec<String>, Vec<String>) = args.into_iter().partition(|a| a.contains('='));
    let sets: Vec<(&str, &str)> = sets.iter().filter_map(|set| set.split_once('=')).collect();
    let list = |at: usize, all: Vec<String>| match args.get(at).map(String::as_str) {
        None | Some("all") => all,
        Some(names) => names.split(',').map(str::to_owned).collect(),
    };
    let batch: u64 = args.get(2).map_or(Ok(1), |batch| batch.parse())?;
    let machines = list(0, presets::names().map(str::to_owned).collect());
    let networks = list(1, zoo::names().map(str::to_owned).collect());
    for machine in &machines {
        let accelerator = Accelerator::preset(machine, &sets)?;
        let cost = CostModel::of(&accelerator)?;
        for name in &accelerator.dataflows {
            let Some(dataflow) = Dataflow::find(name) else {
                continue;
            };
            for network in &networks {
                let network = zoo::find(network)?.batched(batch)?;
                let layers = if accelerator.array.im2col {
                    network.layers().iter().map(Layer::unfolded).collect()
                } else {
                    Ok(network.layers().to_vec())
                };
                let layers: Vec<Layer> = layers?;
                let mut known = std::collections::HashMap::new();
                let mut taken = 0.0;
                let [mut cycles, mut words] = [0, 0];
                let mut joules = 0.0;
                for layer in &layers {
                    let key = (*layer.sizes(), layer.rows(), layer.cols());
                    let tiling = match known.get(&key) {
                        Some(tiling) => *tiling,
                        None => {
                            let start = Instant::now();
                            let mapping = mapper::map(layer, &accelerator, dataflow)?;
                            taken += start.elapsed().as_secs_f64();
                            known.insert(key, *mapping.tiling());
                            *mapping.tiling()
                        }
                    };
                    let mapping =
                        stationary_sim::Mapping::new(layer, &accelerator, dataflow, tiling)?;
                    let model = estimate(&mapping);
                    let (read, written) = (model.counters.dram_read, model.counters.dram_write);
                    let moved = read.input + read.weight + read.output + written.output;
                    cycles += model.cycles;
                    words += moved;
                    let energy = Energy::of(&mapping, &cost, &model.counters, model.cycles);
                    joules += energy.total().0 / 1e12;
                    if has_layers {
                        println!(
                            "  {machine} {name} {} {} cycles {} words {moved} energy {:.0} pJ macs {} {:?} {:?}",
                            network.name(),
                            layer.name(),
                            model.cycles,
                            energy.total().0,
                            layer.macs(),
                            model.counters.dram_read,
                            tiling
                        );
                    }
                }
                println!(
                    "{machine} {name} {} batch {batch} cycles {cycles} words {words} joules {joules:.6} seconds {taken:.4}",
                    network.name()
                );
            }
        }
    }
    Ok(())
}
