//! What the tests share.
#![allow(dead_code)]

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stationary_search::{BudgetRequest, CostEntry, CostTable, LearningEffort, Preset};

pub const TABLES: [(&str, &str); 3] = [
    (
        "mobilenet_v2_dla",
        include_str!("../data/mobilenet_v2_dla.csv"),
    ),
    (
        "mobilenet_v2_eye",
        include_str!("../data/mobilenet_v2_eye.csv"),
    ),
    (
        "mobilenet_v2_shi",
        include_str!("../data/mobilenet_v2_shi.csv"),
    ),
];

/// Enough for a learned optimiser to update its networks at least once.
pub const EFFORT: LearningEffort = LearningEffort {
    epochs: 4,
    preset: Preset::Faithful,
};

pub fn table(name: &str) -> CostTable {
    let (_, text) = TABLES
        .iter()
        .find(|(known, _)| *known == name)
        .expect("a known table");
    CostTable::parse(name, text).expect("the table is valid")
}

pub fn budget(text: &str) -> BudgetRequest {
    text.parse().expect("a budget")
}

/// How many random cases to try: `default`, or as many times more as
/// `STATIONARY_CASES` says.
pub fn cases(default: u64) -> u64 {
    let factor = std::env::var("STATIONARY_CASES")
        .map_or(1.0, |n| n.parse().expect("STATIONARY_CASES is a number"));
    (default as f64 * factor).ceil() as u64
}

pub fn rng(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// A small table: costs from a small or a large range, so that ties, repeated
/// options and zeros are common in some.
pub fn small_table(rng: &mut Xoshiro256PlusPlus) -> CostTable {
    let range = *[2u64, 5, 30, 1_000_000]
        .get(rng.random_range(0..4))
        .unwrap();
    let halves = |rng: &mut Xoshiro256PlusPlus| rng.random_range(0..range) as f64 * 0.37;
    let layers = rng.random_range(1..=5);
    let layer = |rng: &mut Xoshiro256PlusPlus| -> Vec<CostEntry> {
        let options = rng.random_range(1..=5);
        let mut layer: Vec<CostEntry> = (0..options)
            .map(|at| CostEntry {
                style: None,
                pe: at,
                tile: 1,
                latency: rng.random_range(0..range),
                energy: halves(rng),
                area: halves(rng),
                power: halves(rng),
            })
            .collect();
        if rng.random_bool(0.3) {
            let copy = layer[rng.random_range(0..layer.len())];
            layer.push(CostEntry {
                style: None,
                pe: options,
                ..copy
            });
        }
        layer
    };
    CostTable::new((0..layers).map(|_| layer(rng)).collect()).expect("a valid table")
}
