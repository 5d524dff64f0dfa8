//! The tables of `docs/codesign.md` from the log of results.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use crate::store::name;
use crate::tasks;

/// Networks whose layers are looked at together.
const GROUPS: [(&str, &[&str]); 4] = [
    ("AlexNet", &["alexnet"]),
    ("VGG", &["vgg11", "vgg13", "vgg16", "vgg19"]),
    ("ResNet", &["resnet18", "resnet34"]),
    (
        "all",
        &[
            "alexnet", "vgg11", "vgg13", "vgg16", "vgg19", "resnet18", "resnet34",
        ],
    ),
];

/// Measurements after which gaps are given.
const MARKS: [usize; 8] = [8, 16, 32, 64, 128, 256, 512, 1000];

/// Prints whatever is there.
pub fn print(folder: &Path) {
    let lines = stationary_record::read(&folder.join("results.jsonl"));
    let lines = lines.unwrap_or_else(|error| panic!("{error}"));
    let of = |part: &str| -> Vec<&Value> {
        lines
            .iter()
            .filter(|line| line["of"]["part"] == part)
            .collect()
    };
    let (optima, runs, networks) = (of("optimum"), of("task"), of("network"));
    let settings: BTreeSet<(String, u64)> = runs.iter().map(|run| setting(run)).collect();
    for (hardware, measurements) in &settings {
        let own = |run: &&&Value| setting(run) == (hardware.clone(), *measurements);
        let own: Vec<&Value> = runs.iter().filter(own).copied().collect();
        for (group, names) in GROUPS {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let layers: Vec<String> = tasks::layers(&names).iter().map(name).collect();
            println!(
                "\n{group}, {hardware}, {measurements} measurements, {} tasks",
                layers.len()
            );
            task_table(&own, &optima, hardware, &layers, *measurements as usize);
        }
    }
    network_tables(&networks, &optima);
}

fn setting(run: &Value) -> (String, u64) {
    let of = &run["of"];
    (
        text(&of["hardware"]),
        of["measurements"].as_u64().unwrap_or(0),
    )
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A line a tuner, over the seeds that it has run on all layers.
fn task_table(runs: &[&Value], optima: &[&Value], hardware: &str, layers: &[String], most: usize) {
    let optimum = |layer: &str| {
        let found = optima
            .iter()
            .find(|line| line["of"]["hardware"] == hardware && line["of"]["layer"] == layer);
        found.and_then(|line| line["is"]["optimum"].as_u64())
    };
    let marks: Vec<usize> = MARKS.into_iter().filter(|mark| *mark <= most).collect();
    let titles: Vec<String> = marks.iter().map(|mark| format!("at {mark}")).collect();
    println!(
        "| tuner | seeds | runs to 5 % | runs to 1 % | came to 1 % | gap {} | s tuner | s machine |",
        titles.join(" | ")
    );
    println!("|{}", "---|".repeat(7 + marks.len()));
    let mut tuners: BTreeMap<String, BTreeMap<u64, BTreeMap<String, &Value>>> = BTreeMap::new();
    for run in runs {
        let of = &run["of"];
        let seed = of["seed"].as_u64().unwrap_or(0);
        let seeds = tuners.entry(text(&of["tuner"])).or_default();
        let by_layer = seeds.entry(seed).or_default();
        by_layer.insert(text(&of["layer"]), &run["is"]);
    }
    for (tuner, seeds) in &tuners {
        let is_whole = |by: &&BTreeMap<String, &Value>| layers.iter().all(|l| by.contains_key(l));
        let whole: Vec<_> = seeds.values().filter(is_whole).collect();
        if whole.is_empty() {
            continue;
        }
        let (mut five, mut one, mut came, mut seconds) = (0.0, 0.0, 0, [0.0; 2]);
        let mut gaps = vec![0.0; marks.len()];
        for layer in layers {
            let best = optimum(layer).expect("it was proved before tuners ran") as f64;
            let runs: Vec<&Value> = whole.iter().map(|by| by[layer]).collect();
            five += until(&runs, 1.05 * best).0.ln();
            let (spent, count) = until(&runs, 1.01 * best);
            one += spent.ln();
            came += count;
            for run in &runs {
                for (gap, mark) in gaps.iter_mut().zip(&marks) {
                    *gap += gap_at(run, *mark, best);
                }
                for (sum, part) in seconds.iter_mut().zip(["tuner", "machine"]) {
                    *sum += run["seconds"][part].as_f64().unwrap_or(0.0);
                }
            }
        }
        let tasks = layers.len() as f64;
        let all = tasks * whole.len() as f64;
        let gaps: Vec<String> = gaps
            .iter()
            .map(|gap| format!("{:.1} %", 100.0 * gap / all))
            .collect();
        println!(
            "| {tuner} | {} | {:.1} | {:.1} | {came} of {all} | {} | {:.2} | {:.2} |",
            whole.len(),
            (five / tasks).exp(),
            (one / tasks).exp(),
            gaps.join(" | "),
            seconds[0] / all,
            seconds[1] / all,
        );
    }
}

fn curve(run: &Value) -> impl Iterator<Item = (usize, f64)> + '_ {
    let points = run["curve"].as_array().into_iter().flatten();
    points.map(|point| {
        let count = point[0].as_u64().unwrap_or(0) as usize;
        (count, point[1].as_f64().unwrap_or(f64::INFINITY))
    })
}

/// All runs of all seeds over the seeds that came so far, and how many these are.
fn until(runs: &[&Value], cycles: f64) -> (f64, usize) {
    let (mut spent, mut came) = (0, 0);
    for run in runs {
        let hit = curve(run).find(|(_, found)| *found <= cycles);
        let all = run["measured"].as_u64().unwrap_or(0) as usize;
        spent += hit.map_or(all, |(count, _)| count);
        came += usize::from(hit.is_some());
    }
    (spent as f64 / came.max(1) as f64, came)
}

/// Cycles above the optimum after so many runs, as a share; nothing found counts ten.
fn gap_at(run: &Value, mark: usize, best: f64) -> f64 {
    let last = curve(run).take_while(|(count, _)| *count <= mark).last();
    last.map_or(10.0, |(_, cycles)| cycles / best - 1.0)
}

/// A line a network and choice of hardware: what ARCO and AutoTVM come to, over the seeds that both
/// have run on it and on the default core.
fn network_tables(runs: &[&Value], optima: &[&Value]) {
    type Key = (String, String, String, u64);
    let key = |run: &Value| -> (u64, Key) {
        let of = &run["of"];
        let seed = of["seed"].as_u64().unwrap_or(0);
        let key = (
            text(&of["network"]),
            text(&of["hardware"]),
            text(&of["tuner"]),
            seed,
        );
        (of["measurements"].as_u64().unwrap_or(0), key)
    };
    let all: BTreeMap<(u64, Key), &Value> = runs.iter().map(|run| (key(run), &run["is"])).collect();
    let settings: BTreeSet<(u64, String, String)> = (all.keys())
        .map(|(count, (network, hardware, ..))| (*count, network.clone(), hardware.clone()))
        .collect();
    println!(
        "\n| measurements | network | cores | seeds | gap AutoTVM | gap ARCO | software | hardware \
         | both | least | most | best core found |\n|{}",
        "---|".repeat(12)
    );
    for (count, network, hardware) in settings {
        let cycles = |hardware: &str, tuner: &str, seed: u64| {
            let key = (network.clone(), hardware.to_owned(), tuner.to_owned(), seed);
            all.get(&(count, key))?["cycles"].as_f64()
        };
        let seeds: Vec<[f64; 4]> = (0..1000)
            .filter_map(|seed| {
                Some([
                    cycles("fixed", "autotvm", seed)?,
                    cycles("fixed", "arco", seed)?,
                    cycles(&hardware, "autotvm", seed)?,
                    cycles(&hardware, "arco", seed)?,
                ])
            })
            .collect();
        let optimum = optima.iter().find(|line| {
            line["of"]["hardware"] == hardware.as_str() && line["of"]["network"] == network.as_str()
        });
        let (Some(optimum), false) = (optimum, seeds.is_empty()) else {
            continue;
        };
        let best = optimum["is"]["optimum"].as_f64().unwrap_or(f64::NAN);
        let shape = &optimum["is"]["shape"];
        let hits = (0..1000).filter(|seed| {
            let key = (network.clone(), hardware.clone(), "arco".to_owned(), *seed);
            all.get(&(count, key))
                .is_some_and(|found| found["shape"] == *shape)
        });
        let mean = |of: &dyn Fn(&[f64; 4]) -> f64| {
            (seeds.iter().map(|each| of(each).ln()).sum::<f64>() / seeds.len() as f64).exp()
        };
        let both = |each: &[f64; 4]| each[0] / each[3];
        println!(
            "| {count} | {network} | {hardware} | {} | {:.1} % | {:.1} % | {:.2}x | {:.2}x | {:.2}x \
             | {:.2}x | {:.2}x | {} |",
            seeds.len(),
            100.0 * (mean(&|each| each[2] / best) - 1.0),
            100.0 * (mean(&|each| each[3] / best) - 1.0),
            mean(&|each| each[0] / each[1]),
            mean(&|each| each[0] / each[2]),
            mean(&both),
            seeds.iter().map(both).fold(f64::INFINITY, f64::min),
            seeds.iter().map(both).fold(0.0, f64::max),
            hits.count(),
        );
    }
}
