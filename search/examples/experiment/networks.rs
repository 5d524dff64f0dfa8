//! Tuners on whole networks, whose layers share a core.

use std::sync::Arc;

use serde_json::{Value, json};
use stationary_search::Cancellation;
use stationary_search::codesign::{
    Extent, Hardware, Record, Repeated, Task, Tuner, prove_network, tune_network_by,
};
use stationary_workloads::{Layer, zoo};

use crate::store::{Store, name};
use crate::watch::{Clock, Courses, Watched};
use crate::{Request, hardware, jobs};

/// A network on a choice of hardware: its distinct layers, and how often each occurs.
struct Chosen<'a> {
    network: &'a str,
    layers: &'a [(Layer, u64)],
    choice: &'a str,
    hardware: &'a Hardware,
}

impl<'a> Chosen<'a> {
    fn tasks(&self) -> Vec<Repeated> {
        let task = |(layer, times): &'a (Layer, u64)| Repeated {
            task: Task::new(layer, self.hardware).expect("a decoupled machine"),
            times: *times,
        };
        self.layers.iter().map(task).collect()
    }
}

/// Every tuner on every network and hardware, with every seed; a seed is done for all before the next.
pub fn run(store: &Store, request: &Request) {
    let choices: Vec<(&String, Hardware)> = (request.hardware.iter())
        .map(|name| (name, hardware(name)))
        .collect();
    let networks: Vec<(&String, Vec<(Layer, u64)>)> = (request.networks.iter())
        .map(|name| (name, layers(name)))
        .collect();
    let mut chosen = Vec::new();
    for (network, layers) in &networks {
        chosen.extend(choices.iter().map(|(choice, hardware)| Chosen {
            network,
            layers,
            choice,
            hardware,
        }));
    }
    let courses = Arc::new(Courses::default());
    let mut all = Vec::new();
    for seed in 0..request.seeds {
        for each in &chosen {
            all.extend(request.tuners.iter().map(|tuner| (each, tuner, seed)));
        }
    }
    jobs::each(&chosen, request.threads, &|chosen| {
        optimum(store, chosen);
    });
    jobs::each(&all, request.threads, &|(chosen, tuner, seed)| {
        tuned(store, &courses, chosen, tuner, request.measurements, *seed);
    });
}

/// The layers of a network by shape, in the order of their first.
fn layers(network: &str) -> Vec<(Layer, u64)> {
    let network = zoo::find(network).expect("a bundled network");
    let mut found: Vec<(Layer, u64)> = Vec::new();
    for layer in network.layers() {
        match found.iter_mut().find(|(each, _)| name(each) == name(layer)) {
            Some((_, times)) => *times += 1,
            None => found.push((layer.clone(), 1)),
        }
    }
    found
}

fn shape(hardware: &Hardware, machine: usize) -> [u32; 3] {
    let shape = hardware.shape(machine);
    [shape.batch, shape.block_in, shape.block_out]
}

/// The proved best core and its cycles.
fn optimum(store: &Store, chosen: &Chosen<'_>) -> Value {
    let of = json!({"part": "optimum", "hardware": chosen.choice, "network": chosen.network});
    store.result(of, || {
        let tasks = chosen.tasks();
        let records = vec![Record::new(); tasks.len()];
        let never = Cancellation::default();
        let proof = prove_network(&tasks, Extent::Best, &records, &never, &mut |_, _| ());
        let proof = proof.expect("no run is below its bound");
        let best = proof.best.expect("a core that runs all layers");
        json!({
            "optimum": best.cycles, "shape": shape(chosen.hardware, best.machine),
            "valid": proof.valid, "simulated": proof.simulated,
        })
    })
}

fn tuned(
    store: &Store,
    courses: &Arc<Courses>,
    chosen: &Chosen<'_>,
    tuner: &str,
    measurements: usize,
    seed: u64,
) -> Value {
    let of = json!({
        "part": "network", "hardware": chosen.choice, "network": chosen.network, "tuner": tuner,
        "measurements": measurements, "seed": seed,
    });
    store.result(of, || {
        let tasks = chosen.tasks();
        let clock = Clock::default();
        // The seeds of `stationary search codesign`.
        let make = |task: usize| -> Box<dyn Tuner + Send> {
            let seed = seed.wrapping_mul(1_000_003).wrapping_add(task as u64);
            Box::new(Watched::new(tuner, seed, &clock).with(courses))
        };
        let measure = |task: usize, point| store.measure(&tasks[task].task, point).0;
        let mut machine = 0.0;
        let mut note = |task: usize, each: &stationary_search::codesign::Measured| {
            machine += store.seconds(&tasks[task].task, each.point);
        };
        let never = Cancellation::default();
        let tuned = tune_network_by(&tasks, &make, measurements, &measure, &never, &mut note);
        let tuned = tuned.expect("a decoupled machine");
        let each: Option<u64> = (tasks.iter().zip(&tuned.each))
            .map(|(task, own)| own.map(|(_, cycles)| task.times * cycles))
            .sum();
        json!({
            "cycles": tuned.best.as_ref().map(|chip| chip.cycles),
            "shape": tuned.best.as_ref().map(|chip| shape(chosen.hardware, chip.machine)),
            "unbuildable": each,
            "seconds": {"tuner": clock.seconds(), "machine": machine},
        })
    })
}
