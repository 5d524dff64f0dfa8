//! The experiment of `docs/codesign.md`: how tuners of the decoupled machine compare, task by task and
//! for whole networks, at equal machine runs, over many seeds, against proved optima.
//!
//! ```text
//! experiment FOLDER tasks    HARDWARE NETWORKS TUNERS MEASUREMENTS SEEDS THREADS
//! experiment FOLDER networks HARDWARE NETWORKS TUNERS MEASUREMENTS SEEDS THREADS
//! experiment FOLDER tables
//! ```
//!
//! Lists are separated by commas; hardware is `fixed`, `all`, `area=2.1mm2` or `macs=256`. Every
//! machine run and every result goes to a log in the folder as it comes about, and is taken from there
//! when it is asked for again, by whatever run: what was stopped goes on, and what is asked for twice
//! is done once. Results do not depend on the number of threads, nor on what the logs hold; seconds
//! are of the processor.

#![allow(clippy::print_stdout, clippy::print_stderr)]

mod jobs;
mod networks;
mod store;
mod tables;
mod tasks;
mod watch;

use std::path::Path;

use stationary_arch::Accelerator;
use stationary_search::codesign::Hardware;
use store::Store;

/// What is to be run.
struct Request {
    hardware: Vec<String>,
    networks: Vec<String>,
    tuners: Vec<String>,
    measurements: usize,
    seeds: u64,
    threads: usize,
}

impl Request {
    fn parse(arguments: &[String]) -> Option<Self> {
        let [hardware, networks, tuners, measurements, seeds, threads] = arguments else {
            return None;
        };
        let list = |text: &str| text.split(',').map(str::to_owned).collect();
        Some(Self {
            hardware: list(hardware),
            networks: list(networks),
            tuners: list(tuners),
            measurements: measurements.parse().ok()?,
            seeds: seeds.parse().ok()?,
            threads: threads.parse().ok()?,
        })
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = || -> ! {
        eprintln!(
            "experiment FOLDER tasks|networks HARDWARE NETWORKS TUNERS MEASUREMENTS SEEDS THREADS\n\
             experiment FOLDER tables"
        );
        std::process::exit(2);
    };
    let [folder, what, rest @ ..] = &arguments[..] else {
        usage();
    };
    let folder = Path::new(folder);
    match (what.as_str(), Request::parse(rest)) {
        ("tasks", Some(request)) => tasks::run(&Store::open(folder), &request),
        ("networks", Some(request)) => networks::run(&Store::open(folder), &request),
        ("tables", None) if rest.is_empty() => tables::print(folder),
        _ => usage(),
    }
}

/// The hardware of this name.
fn hardware(name: &str) -> Hardware {
    let vta = Accelerator::preset("vta", &[]).expect("a bundled preset");
    let all = || Hardware::all(&vta).expect("its technology is known");
    match name.split_once('=') {
        None if name == "fixed" => Hardware::fixed(&vta).expect("its technology is known"),
        None if name == "all" => all(),
        Some(("area", area)) => {
            let area = area.strip_suffix("mm2").and_then(|area| area.parse().ok());
            let area: f64 = area.unwrap_or_else(|| panic!("{name}: needed area=NUMBERmm2"));
            all().within(area * 1e6)
        }
        Some(("macs", macs)) => all().of_macs(macs.parse().expect("a number of MACs")),
        _ => panic!("hardware {name}: needed fixed, all, area=NUMBERmm2 or macs=NUMBER"),
    }
}
