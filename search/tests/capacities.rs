//! The exact optimiser against the textbook recurrence, on instances too large
//! to enumerate:
//!
//! ```text
//! best[i][a][p] = min_j best[i-1][a - area_ij][p - power_ij] + cost_ij
//! ```

mod common;

use common::{cases, rng};
use rand::RngExt;
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_search::optimizers::exact::{self, Answer};
use stationary_search::{
    BudgetRequest, BudgetSpec, CostEntry, CostTable, Objective, Problem, Resource, certificate,
};

/// Integer weights below `weights`, so that capacities can be listed. Half of
/// the tables have costs that fall as weights rise, where choices are hard.
fn table(rng: &mut Xoshiro256PlusPlus, layers: usize, weights: u32) -> CostTable {
    let is_hard = rng.random_bool(0.5);
    let entry = |pe: u32, rng: &mut Xoshiro256PlusPlus| {
        let (area, power) = (rng.random_range(0..weights), rng.random_range(0..weights));
        let noise = rng.random_range(0..100);
        let latency = match is_hard {
            true => 20 * u64::from(2 * weights - area - power) + noise,
            false => 40 * noise,
        };
        let energy = rng.random_range(0..4000) as f64 * 0.25;
        let (area, power) = (f64::from(area), f64::from(power));
        CostEntry {
            style: None,
            pe,
            tile: 1,
            latency,
            energy,
            area,
            power,
        }
    };
    let layer = |rng: &mut Xoshiro256PlusPlus| {
        (0..rng.random_range(2..10))
            .map(|pe| entry(pe, rng))
            .collect()
    };
    CostTable::new((0..layers).map(|_| layer(rng)).collect()).expect("a valid table")
}

type Cost = fn(&CostEntry) -> f64;

fn recurrence(table: &CostTable, area: usize, power: usize, cost: Cost) -> f64 {
    let at = |a: usize, p: usize| a * (power + 1) + p;
    let mut best = vec![0.0; (area + 1) * (power + 1)];
    for layer in table.layers() {
        let mut next = vec![f64::INFINITY; best.len()];
        for entry in layer {
            let (wide, hot) = (entry.area as usize, entry.power as usize);
            for a in wide..=area {
                for p in hot..=power {
                    let sum = best[at(a - wide, p - hot)] + cost(entry);
                    next[at(a, p)] = f64::min(next[at(a, p)], sum);
                }
            }
        }
        best = next;
    }
    best[at(area, power)]
}

#[test]
fn exact_equals_the_recurrence_over_capacities() {
    let mut feasible = 0;
    for seed in 0..cases(500) {
        let rng = &mut rng(seed);
        let is_single = rng.random_bool(0.5);
        let (layers, weights) = if is_single { (24, 40) } else { (12, 7) };
        let table = table(rng, layers, weights);
        let draw =
            |rng: &mut Xoshiro256PlusPlus| rng.random_range(0..layers * weights as usize * 3 / 4);
        let (area, power) = (draw(rng), draw(rng));
        let request = |resource, limit: usize| {
            let allowance = BudgetSpec::Absolute(limit as f64);
            BudgetRequest {
                resource,
                allowance,
            }
        };
        let both = [
            request(Resource::Area, area),
            request(Resource::Power, power),
        ];
        let requests = if is_single { &both[..1] } else { &both };
        let table = if is_single {
            without_power(&table)
        } else {
            table
        };
        let power = if is_single { 0 } else { power };
        let costs: [(Objective, Cost); 2] = [
            (Objective::Latency, |e| e.latency as f64),
            (Objective::Energy, |e| e.energy),
        ];
        for (objective, cost) in costs {
            let least = recurrence(&table, area, power, cost);
            let problem = Problem::new(table.clone(), objective, requests).unwrap();
            match exact::solve(&problem, exact::STATES) {
                Answer::Best {
                    point: Some(point),
                    certificate,
                } => {
                    feasible += 1;
                    let found = problem.value(&point);
                    assert_eq!(found, least, "seed {seed} {objective}");
                    certificate::check(&problem, &point, found, &certificate)
                        .unwrap_or_else(|flaw| panic!("seed {seed} {objective}: {flaw}"));
                }
                Answer::Infeasible(_) => assert_eq!(least, f64::INFINITY, "seed {seed}"),
                answer => panic!("seed {seed} {objective}: {answer:?}"),
            }
        }
    }
    assert!(feasible > 0, "every instance was infeasible");
}

fn without_power(table: &CostTable) -> CostTable {
    let layer = |layer: &Vec<CostEntry>| {
        layer
            .iter()
            .map(|&e| CostEntry { power: 0.0, ..e })
            .collect()
    };
    CostTable::new(table.layers().iter().map(layer).collect()).expect("a valid table")
}
