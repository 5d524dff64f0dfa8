//! What the verbs work on, and where runs are kept.

use std::path::PathBuf;

use clap::Args;
use stationary::journal::Files;
use stationary::sim::mapper::{Objective, Slack};

/// A network on an accelerator.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Accelerator: a preset or a file (YAML, Timeloop or ZigZag YAML, SCALE-Sim .cfg).
    #[arg(long, value_name = "PRESET|FILE")]
    pub arch: String,
    /// Network: a preset or a file (YAML, Timeloop or ZigZag YAML, SCALE-Sim or ConfuciuX CSV,
    /// MAESTRO .m, ONNX).
    #[arg(long, value_name = "PRESET|FILE")]
    pub network: String,
    /// Which layers, at which size.
    #[command(flatten)]
    pub layers: Layers,
    /// Override a field of the accelerator (repeatable).
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Dataflow: ws, os, rs, is or a YAML file; the accelerator's first by default.
    #[arg(long, value_name = "D")]
    pub dataflow: Option<String>,
    /// What the mapper makes small.
    #[command(flatten)]
    pub choosing: Choosing,
    /// Mappings to use instead of the mapper's: a preset or a YAML file.
    #[arg(long, value_name = "PRESET|FILE")]
    pub mapping: Option<String>,
    /// Where a mapping is not legal: by how much, and what would make it so.
    #[arg(long)]
    pub explain: bool,
}

/// What a mapping is chosen for.
#[derive(Clone, Copy, Debug, Default, Args)]
pub struct Choosing {
    /// What a mapping is chosen for: cycles (if left out), energy, or edp, their product.
    #[arg(long, value_name = "cycles|energy|edp")]
    pub objective: Option<Objective>,
    /// By how many per cent the objective may be above its least: of the mappings within, the one with
    /// the least energy is taken, or with the fewest cycles if the objective is energy or edp; if left
    /// out, 2 for cycles and 0 for the others.
    #[arg(long, value_name = "PERCENT")]
    pub slack: Option<Slack>,
}

/// Which layers of a network, and at which size.
#[derive(Clone, Debug, Args)]
pub struct Layers {
    /// Size of a dimension that an ONNX model leaves open (repeatable).
    #[arg(long, value_name = "NAME=SIZE")]
    pub dim: Vec<String>,
    /// Only these layers, by name or index from 0 (repeatable).
    #[arg(long, value_name = "NAME|INDEX")]
    pub layer: Vec<String>,
    /// Images a run.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub batch: u64,
    /// Accept an answer that stands for less than 95 % of the network's multiply-accumulates, as
    /// operators could not be imported; without it the exit code then is 1.
    #[arg(long)]
    pub partial: bool,
}

/// What `show` takes besides a name.
#[derive(Clone, Debug, Args)]
pub struct ShowTarget {
    /// For mappings: the network.
    #[arg(long, value_name = "PRESET|FILE")]
    pub network: Option<String>,
    /// For mappings: which layers, at which size.
    #[command(flatten)]
    pub layers: Layers,
    /// For mappings: the dataflow.
    #[arg(long, value_name = "D")]
    pub dataflow: Option<String>,
    /// For mappings: what they are chosen for.
    #[command(flatten)]
    pub choosing: Choosing,
    /// Override a field of the accelerator (repeatable).
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}

/// Where a run is kept.
#[derive(Clone, Debug, Args)]
pub struct Folder {
    /// Keep inputs with hashes, command, version, seed and results in a folder.
    #[arg(long, value_name = "FOLDER")]
    pub run: Option<PathBuf>,
}

/// Where a search is kept, each evaluation as it happens.
#[derive(Clone, Debug, Args)]
pub struct Recording {
    /// Keep inputs with hashes, command, version, seed, every evaluation and results in a folder;
    /// the same command again goes on where it was interrupted.
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["record", "resume"])]
    pub run: Option<PathBuf>,
    /// Write each evaluation as soon as it is known, a line each.
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Take the evaluations of this record instead of making them again; may be the --record itself.
    #[arg(long, value_name = "FILE")]
    pub resume: Option<PathBuf>,
}

impl Recording {
    /// The files that are given.
    pub fn files(&self) -> Files {
        Files {
            to: self.record.clone(),
            from: self.resume.clone(),
        }
    }
}
