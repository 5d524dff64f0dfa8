//! Which large layers leave most of an array idle, and why: `tests/data/utilisation.txt` has each with its
//! reason, so that none comes or goes unseen.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use stationary_arch::{Accelerator, presets};
use stationary_sim::{Dataflow, decoupled, estimate, mapper};
use stationary_workloads::{Layer, zoo};

/// Layers of fewer MACs matter little.
const MACS: u64 = 50_000_000;

/// The share of the array's MACs, in per cent, below which a layer needs a reason.
const LOW: u64 = 15;

const LIST: &str = include_str!("data/utilisation.txt");

/// Estimated cycles under the default dataflow.
fn cycles(layer: &Layer, accelerator: &Accelerator) -> u64 {
    match accelerator
        .dataflows
        .first()
        .and_then(|name| Dataflow::find(name))
    {
        Some(dataflow) => {
            let mapping = mapper::map(layer, accelerator, dataflow);
            estimate(&mapping.unwrap_or_else(|error| panic!("{error}"))).cycles
        }
        None => {
            let kernel = decoupled::map(layer, accelerator);
            decoupled::estimate(&kernel.unwrap_or_else(|error| panic!("{error}"))).cycles
        }
    }
}

/// A network, and a layer's name with each number in it as `*`.
fn pattern(layer: &str) -> String {
    let (network, layer) = layer.split_once(' ').expect("a network and a layer");
    let mut pattern = format!("{network} ");
    for letter in layer.chars() {
        match letter.is_ascii_digit() {
            false => pattern.push(letter),
            true if pattern.ends_with('*') => {}
            true => pattern.push('*'),
        }
    }
    pattern
}

#[test]
fn every_large_layer_of_little_use_has_its_reason() {
    let mut shapes = BTreeMap::new();
    for network in zoo::names() {
        let network = zoo::find(network).expect("a bundled network");
        for layer in network.layers().iter().filter(|layer| layer.macs() >= MACS) {
            let shape = format!("{:?} {:?} {:?}", layer.sizes(), layer.rows(), layer.cols());
            let (_, names) = shapes.entry(shape).or_insert((layer.clone(), Vec::new()));
            names.push(format!("{} {}", network.name(), layer.name()));
        }
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for name in presets::names() {
        let accelerator = Accelerator::preset(name, &[]).expect("a bundled preset");
        let array = &accelerator.array;
        let peak = u64::from(array.rows) * u64::from(array.cols) * u64::from(array.lanes);
        let low = shapes.par_iter().filter(|(_, (layer, _))| {
            100 * layer.macs() < LOW * peak * cycles(layer, &accelerator)
        });
        let low: Vec<_> = low.collect();
        let lines = low.iter().flat_map(|(_, (_, names))| names);
        for layer in lines {
            *counts
                .entry(format!("{name} {}", pattern(layer)))
                .or_default() += 1;
        }
    }
    let found = counts
        .iter()
        .map(|(layers, count)| format!("{layers} x{count}"));
    let found: BTreeSet<String> = found.collect();
    let lines = LIST
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let listed: BTreeSet<String> = lines
        .map(|line| {
            let (layer, reason) = line.split_once(": ").expect("a layer and its reason");
            assert!(!reason.trim().is_empty(), "{layer} has no reason");
            layer.to_owned()
        })
        .collect();
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "without a reason: {new:#?}\nno longer below {LOW} %: {gone:#?}"
    );
}
