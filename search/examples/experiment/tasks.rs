//! Tuners on one layer at a time.

use serde_json::{Value, json};
use stationary_search::codesign::{Hardware, Measurement, Record, Task, Tuned, prove, tune_by};
use stationary_workloads::{Dim, Layer, zoo};

use crate::store::{Store, name};
use crate::watch::{Clock, Watched};
use crate::{Request, hardware, jobs};

/// A tuner on a layer.
struct Job<'a> {
    layer: &'a Layer,
    choice: &'a (String, Hardware),
    tuner: &'a str,
    seed: u64,
}

/// Every tuner on every task and hardware, with every seed.
pub fn run(store: &Store, request: &Request) {
    let choices: Vec<(String, Hardware)> = (request.hardware.iter())
        .map(|name| (name.clone(), hardware(name)))
        .collect();
    let layers = layers(&request.networks);
    let mut proofs = Vec::new();
    for choice in &choices {
        proofs.extend(layers.iter().map(|layer| (layer, choice)));
    }
    jobs::each(&proofs, request.threads, &|(layer, choice)| {
        proof(store, layer, choice);
    });
    let mut all = Vec::new();
    for seed in 0..request.seeds {
        for (layer, choice) in &proofs {
            all.extend(request.tuners.iter().map(|tuner| Job {
                layer,
                choice,
                tuner,
                seed,
            }));
        }
    }
    jobs::each(&all, request.threads, &|job| {
        let optimum = proof(store, job.layer, job.choice)["is"]["optimum"].as_u64();
        tuned(store, job, request.measurements, optimum);
    });
}

/// The convolutions of some networks but the first of each, those of one shape once, the smallest
/// first.
pub fn layers(networks: &[String]) -> Vec<Layer> {
    let mut found: Vec<Layer> = Vec::new();
    for network in networks {
        let network = zoo::find(network).expect("a bundled network");
        for layer in network.layers().iter().skip(1) {
            let is_convolution = layer.size(Dim::P) > 1;
            if is_convolution && !found.iter().any(|each| name(each) == name(layer)) {
                found.push(layer.clone());
            }
        }
    }
    found.sort_by_key(Layer::macs);
    found
}

/// The optimum of a layer, on whatever hardware of a choice suits it best.
fn proof(store: &Store, layer: &Layer, (choice, hardware): &(String, Hardware)) -> Value {
    let of = json!({"part": "optimum", "hardware": choice, "layer": name(layer)});
    store.result(of, || {
        let task = Task::new(layer, hardware).expect("a decoupled machine");
        let (mut best, mut valid, mut simulated) = (u64::MAX, 0, 0);
        for machine in hardware.allowed() {
            let proof = prove(&task, machine, best, &Record::new());
            let proof = proof.expect("no run is below its bound");
            best = proof.best.map_or(best, |(_, cycles)| cycles);
            valid += proof.valid;
            simulated += proof.simulated;
        }
        json!({
            "optimum": best, "points": task.points(), "valid": valid, "simulated": simulated,
        })
    })
}

fn tuned(store: &Store, job: &Job<'_>, measurements: usize, optimum: Option<u64>) -> Value {
    let (choice, hardware) = job.choice;
    let of = json!({
        "part": "task", "hardware": choice, "layer": name(job.layer), "tuner": job.tuner,
        "measurements": measurements, "seed": job.seed,
    });
    store.result(of, || {
        let task = Task::new(job.layer, hardware).expect("a decoupled machine");
        let clock = Clock::default();
        let mut tuner = Watched::new(job.tuner, job.seed, &clock).until(optimum);
        let measure = |point| -> Measurement { store.measure(&task, point).0 };
        let tuned: Tuned = tune_by(&task, &mut tuner, measurements, &measure, &mut |_| ());
        drop(tuner);
        let machine: f64 = (tuned.measured.iter())
            .map(|each| store.seconds(&task, each.point))
            .sum();
        let runs = tuned
            .measured
            .iter()
            .filter(|each| each.outcome.cycles().is_some());
        json!({
            "curve": tuned.curve, "measured": tuned.measured.len(), "runs": runs.count(),
            "seconds": {"tuner": clock.seconds(), "machine": machine},
        })
    })
}
