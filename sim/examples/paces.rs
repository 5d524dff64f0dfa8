//! Prints how much faster the machine is when it multiplies what repeats itself than cycle by cycle:
//! for each bundled network on a preset, each shape of a layer once, on one core.
//!
//! ```text
//! cargo run --release -p stationary-sim --example paces -- eyeriss rs 2000000 dram.kind=ddr4-2400
//! ```
//!
//! What differs from the preset comes last. Layers of more cycles than the third argument are not run cycle by cycle: their time is that of as
//! many cycles at the rate of the network's other layers, or of all networks before.
#![allow(clippy::print_stdout)]

use std::collections::HashSet;
use std::time::Instant;

use stationary_arch::Accelerator;
use stationary_sim::{Dataflow, Mapping, Pace, mapper, run};
use stationary_workloads::zoo;

/// Cycles of the machine, and seconds that they took.
#[derive(Clone, Copy, Default)]
struct Time {
    cycles: u64,
    seconds: f64,
}

impl Time {
    /// The fastest of some runs; one is enough of those that take long.
    fn of(mapping: &Mapping, pace: Pace) -> Self {
        let mut time = Self {
            cycles: 0,
            seconds: f64::INFINITY,
        };
        for _ in 0..5 {
            let start = Instant::now();
            time.cycles = run(mapping, pace, &mut ()).cycles;
            time.seconds = time.seconds.min(start.elapsed().as_secs_f64());
            if time.seconds > 0.02 {
                break;
            }
        }
        time
    }

    fn add(&mut self, other: Self) {
        self.cycles += other.cycles;
        self.seconds += other.seconds;
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let preset = args.next().unwrap_or("eyeriss".into());
    let name = args.next().unwrap_or("rs".into());
    let dataflow = Dataflow::find(&name).ok_or("no such dataflow")?;
    let limit: u64 = args.next().unwrap_or("2000000".into()).parse()?;
    let sets: Vec<String> = args.collect();
    let sets: Option<Vec<_>> = sets.iter().map(|set| set.split_once('=')).collect();
    let accelerator = Accelerator::preset(&preset, &sets.ok_or("what differs is PATH=VALUE")?)?;
    let (mut logs, mut all) = (Vec::new(), Time::default());
    println!("network               cycles   skipping s   cycles/s run   ratio");
    for network in zoo::names() {
        let network = zoo::find(network)?;
        let (mut skipping, mut every) = (Time::default(), Time::default());
        let mut seen = HashSet::new();
        for layer in network.layers() {
            if !seen.insert((*layer.sizes(), layer.rows(), layer.cols())) {
                continue;
            }
            let mapping = mapper::map(layer, &accelerator, dataflow)?;
            let time = Time::of(&mapping, Pace::SkipPeriods);
            skipping.add(time);
            if time.cycles <= limit {
                every.add(Time::of(&mapping, Pace::EveryCycle));
            }
        }
        all.add(every);
        let measured = if every.cycles > 0 { every } else { all };
        let rate = measured.cycles as f64 / measured.seconds;
        let ratio = skipping.cycles as f64 / rate / skipping.seconds;
        logs.push(ratio.ln());
        println!(
            "{:<16} {:>11} {:>12.4} {:>14.0} {:>7.0}",
            network.name(),
            skipping.cycles,
            skipping.seconds,
            rate,
            ratio
        );
    }
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    println!("geometric mean of the ratios: {:.0}", mean.exp());
    Ok(())
}
