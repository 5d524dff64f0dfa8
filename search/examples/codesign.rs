//! How tuners of the decoupled machine compare, task by task: equal machine runs, many seeds, against
//! proved optima.
//!
//! ```text
//! codesign NETWORKS TUNERS MEASUREMENTS SEEDS fixed|all|all:AREA_MM2
//! ```
//!
//! Lists are separated by commas. Layers of one shape are one task. A line a task and tuner: runs
//! until within 5 % and 1 % of the optimum (all runs of all seeds over the seeds that came there), the
//! mean gap after 64, 128, 256, ... runs, and seconds of the first seed with and without the machine.
//! A run ends at the optimum, which it does not know to be one.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::collections::HashMap;
use std::time::Instant;

use stationary_arch::Accelerator;
use stationary_search::codesign::{
    Hardware, Measured, Outcome, Point, Record, Task, Tuned, Tuner, find, prove, tune,
};
use stationary_workloads::{Dim, Layer, zoo};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [networks, tuners, measurements, seeds, hardware] = &arguments[..] else {
        eprintln!("codesign NETWORKS TUNERS MEASUREMENTS SEEDS fixed|all|all:AREA_MM2");
        std::process::exit(2);
    };
    let measurements: usize = measurements.parse().expect("a number of measurements");
    let seeds: u64 = seeds.parse().expect("a number of seeds");
    let vta = Accelerator::preset("vta", &[]).expect("a bundled preset");
    let hardware = match hardware.split_once(':') {
        _ if hardware == "fixed" => Hardware::fixed(&vta),
        Some((_, area)) => {
            let area: f64 = area.parse().expect("square millimetres");
            Hardware::all(&vta).map(|all| all.within(area * 1e6))
        }
        None => Hardware::all(&vta),
    };
    let hardware = hardware.expect("its technology is known");
    let tuners: Vec<&str> = tuners.split(',').collect();
    let marks: Vec<usize> = (3..11)
        .map(|power| 1 << power)
        .filter(|mark| *mark <= measurements)
        .collect();
    let gaps: Vec<String> = marks.iter().map(|mark| format!("gap_{mark}")).collect();
    println!(
        "task,points,valid,simulated,optimum,tuner,runs_5,runs_1,came_1,{},seconds,seconds_without",
        gaps.join(",")
    );
    let mut logs: HashMap<&str, [f64; 2]> = HashMap::new();
    let tasks = tasks(networks.split(','));
    for layer in &tasks {
        let task = Task::new(layer, &hardware).expect("a decoupled machine");
        let mut record = Record::new();
        let (mut best, mut valid, mut simulated) = (u64::MAX, 0, 0);
        for machine in hardware.allowed() {
            let proof = prove(&task, machine, best, &record);
            best = proof.best.map_or(best, |(_, cycles)| cycles);
            valid += proof.valid;
            simulated += proof.simulated;
            add(&mut record, &proof.course);
        }
        for name in &tuners {
            let mut runs = Vec::new();
            let mut seconds = [0.0; 2];
            for seed in 0..seeds {
                let mut tuner = Until::new(name, seed, best);
                let start = Instant::now();
                let empty = Record::new();
                let known = if seed == 0 { &empty } else { &record };
                let tuned = tune(&task, &mut tuner, measurements, known, &mut |_| ());
                if seed == 0 {
                    seconds[0] = start.elapsed().as_secs_f64();
                }
                add(&mut record, &tuned);
                if seed == 0 {
                    let mut tuner = Until::new(name, seed, best);
                    let start = Instant::now();
                    let again = tune(&task, &mut tuner, measurements, &record, &mut |_| ());
                    seconds[1] = start.elapsed().as_secs_f64();
                    assert_eq!(again, tuned, "a run repeats itself");
                }
                runs.push(tuned);
            }
            let [(five, _), (one, came)] = [1.05, 1.01].map(|factor| until(&runs, best, factor));
            let sums = logs.entry(name).or_default();
            sums[0] += five.ln();
            sums[1] += one.ln();
            let gaps: Vec<String> = (marks.iter())
                .map(|mark| format!("{:.4}", gap(&runs, best, *mark)))
                .collect();
            println!(
                "{},{},{valid},{simulated},{best},{name},{five:.1},{one:.1},{came},{},{:.2},{:.2}",
                layer.name(),
                task.points(),
                gaps.join(","),
                seconds[0],
                seconds[1],
            );
        }
    }
    for name in &tuners {
        let [five, one] = logs[name].map(|sum| (sum / tasks.len() as f64).exp());
        eprintln!("{name:24} geometric mean of runs to 5 %: {five:7.1}, to 1 %: {one:7.1}");
    }
}

/// A tuner that stops at the optimum, as nothing that is counted changes any more.
struct Until {
    inner: Box<dyn Tuner + Send>,
    best: u64,
    is_done: bool,
}

impl Until {
    fn new(name: &str, seed: u64, best: u64) -> Self {
        Self {
            inner: find(name, seed).expect("a tuner"),
            best,
            is_done: false,
        }
    }
}

impl Tuner for Until {
    fn propose(&mut self, task: &Task<'_>, room: usize) -> Vec<Point> {
        if self.is_done {
            return Vec::new();
        }
        self.inner.propose(task, room)
    }

    fn learn(&mut self, task: &Task<'_>, measured: &[Measured]) {
        let mut cycles = measured.iter().filter_map(|each| each.outcome.cycles());
        self.is_done |= cycles.any(|cycles| cycles == self.best);
        self.inner.learn(task, measured);
    }
}

/// The convolutions of some networks but the first of each, those of one shape once,
/// the smallest first.
fn tasks<'a>(networks: impl Iterator<Item = &'a str>) -> Vec<Layer> {
    let mut tasks: Vec<Layer> = Vec::new();
    for name in networks {
        let network = zoo::find(name).expect("a bundled network");
        for layer in network.layers().iter().skip(1) {
            let key = |l: &Layer| (*l.sizes(), l.rows(), l.cols());
            let is_convolution = layer.size(Dim::P) > 1;
            if is_convolution && !tasks.iter().any(|task| key(task) == key(layer)) {
                tasks.push(layer.clone());
            }
        }
    }
    tasks.sort_by_key(Layer::macs);
    tasks
}

fn add(record: &mut Record, tuned: &Tuned) {
    let measured = tuned.measured.iter();
    record.extend(measured.map(|each| -> (Point, Outcome) { (each.point, each.outcome) }));
}

/// Expected runs until a factor of the optimum, and how many seeds came there.
fn until(runs: &[Tuned], best: u64, factor: f64) -> (f64, usize) {
    let (mut spent, mut came) = (0, 0);
    for run in runs {
        let hit = run
            .curve
            .iter()
            .find(|(_, c)| *c as f64 <= factor * best as f64);
        spent += hit.map_or(run.measured.len(), |(n, _)| *n);
        came += usize::from(hit.is_some());
    }
    (spent as f64 / came.max(1) as f64, came)
}

/// The mean of cycles above the optimum after so many runs, as a share; nothing found counts ten.
fn gap(runs: &[Tuned], best: u64, mark: usize) -> f64 {
    let gap = |run: &Tuned| {
        let last = run.curve.iter().take_while(|(n, _)| *n <= mark).last();
        last.map_or(10.0, |(_, cycles)| *cycles as f64 / best as f64 - 1.0)
    };
    runs.iter().map(gap).sum::<f64>() / runs.len() as f64
}
