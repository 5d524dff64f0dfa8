//! Verbs and flags.

mod request;
mod run;
mod search;
mod sweep;
mod target;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use self::request::request;
pub use self::run::{Counting, Estimate, PaceName, Simulate, Validate};
pub use self::search::{Assign, Codesign, Compare, Costs, Map, Search, Verify};
pub use self::sweep::{Sweep, SweepMerge, SweepPart};
pub use self::target::{Folder, Layers, Recording, ShowTarget, Target};

/// Cycle-level simulator of DNN accelerators, its analytical model, and a search over both.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
    /// Flags of every verb.
    #[command(flatten)]
    pub common: Common,
}

const EXAMPLES: &str = "Examples:
  stationary estimate --arch eyeriss --network resnet18
  stationary simulate --arch systolic --network alexnet --set array.rows=32 --set array.cols=32
  stationary validate --arch eyeriss --network alexnet
  stationary search map --arch gemmini --network mobilenet_v2 --layer 0 -o mapping.yaml
  stationary search assign --network mobilenet_v2 --dataflow dla --budget area=iot";

/// Flags of every verb.
#[derive(Clone, Debug, Args)]
pub struct Common {
    /// Output: tables for people, JSON or CSV for programs.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Worker threads; results do not depend on it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub threads: Option<u16>,
    /// Seed of everything random.
    #[arg(long, global = true, default_value_t = 0, value_name = "S")]
    pub seed: u64,
    /// No progress, no notes and no advice; warnings stay.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// More detail: stalls and mapping of each layer, every mapping compared, seconds in JSON.
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people.
    Table,
    /// One JSON document.
    Json,
    /// Comma-separated values, a line a layer.
    Csv,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// The analytical model: cycles, traffic and energy of each layer.
    Estimate(Estimate),
    /// The cycle-level machine: the same, with every stall attributed.
    Simulate(Simulate),
    /// The model against the machine, layer by layer.
    Validate(Validate),
    /// Search for hardware or mappings; winners are re-checked on the machine.
    Search {
        /// What to search for.
        #[command(subcommand)]
        what: Search,
    },
    /// Optimisers side by side: equal budgets, many seeds.
    Compare(Box<Compare>),
    /// A study over many accelerators and networks, from a plan: the front, the best, a record a point.
    Sweep(Box<Sweep>),
    /// A certificate of --certify, checked again by other means. Exits with 1 if it does not hold.
    Verify(Verify),
    /// Two runs side by side: what went in and what came out. Exits with 1 if results differ.
    Diff(Diff),
    /// An address trace through a memory.
    Dram(Dram),
    /// A run as a page with plots, in one file that works offline.
    Report(Report),
    /// Mappings as the files of another tool, to check them there.
    Export {
        /// For which tool.
        #[command(subcommand)]
        what: Export,
    },
    /// The JSON Schema of a kind of YAML file, for editors that complete and check, or of a JSON
    /// document, for programs that read it.
    Schema {
        /// Of what.
        #[arg(value_enum)]
        what: Schematic,
    },
    /// A commented file to start from: an accelerator, with --network a network, with --dataflow a dataflow.
    New(New),
    /// Completions for a shell, to be sourced.
    Completions {
        /// Which shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Manual pages, one for each verb.
    Man {
        /// The folder to write to.
        #[arg(short, long, value_name = "FOLDER")]
        output: PathBuf,
    },
    /// Names of presets, with what there is to know of each.
    List {
        /// Of what.
        #[arg(value_enum)]
        what: Listing,
    },
    /// The YAML that a preset stands for, or the layers that a network's file stands for.
    Show {
        /// Of what.
        #[arg(value_enum)]
        what: Shown,
        /// Its name (for mappings: the accelerator's; for costs an accelerator's, or none; for fields a
        /// section's, such as `array`, or none), or of a network a file.
        name: Option<String>,
        /// For mappings, and overrides of accelerators.
        #[command(flatten)]
        target: ShowTarget,
    },
}

impl Verb {
    /// The folder that the run is to be kept in.
    pub fn folder(&self) -> Option<&Path> {
        let folder = match self {
            Self::Estimate(args) => &args.folder.run,
            Self::Simulate(args) => &args.folder.run,
            Self::Validate(args) => &args.folder.run,
            Self::Search {
                what: Search::Assign(args),
            } => &args.recording.run,
            Self::Search {
                what: Search::Map(args),
            } => &args.recording.run,
            Self::Search {
                what: Search::Codesign(args),
            } => &args.recording.run,
            Self::Compare(args) => &args.recording.run,
            Self::Sweep(args) => &args.recording.run,
            _ => return None,
        };
        folder.as_deref()
    }
}

/// For which tool.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Timeloop: arch.yaml, prob.yaml and map.yaml (version 0.3) in a folder for each layer.
    Timeloop(ExportTimeloop),
}

/// Flags of `export timeloop`.
#[derive(Debug, Args)]
pub struct ExportTimeloop {
    /// What to export.
    #[command(flatten)]
    pub target: Target,
    /// The folder to write to.
    #[arg(short, long, value_name = "FOLDER")]
    pub output: PathBuf,
}

/// Flags of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// A folder of --run, or a file of --format json.
    pub a: PathBuf,
    /// The other.
    pub b: PathBuf,
    /// Numbers that differ by no more than this share of the greater are equal.
    #[arg(long, default_value_t = 0.0, value_name = "SHARE")]
    pub tolerance: f64,
}

/// Flags of `dram`.
#[derive(Debug, Args)]
pub struct Dram {
    /// DRAM standard: a preset or a YAML file.
    #[arg(long, value_name = "PRESET|FILE")]
    pub dram: String,
    /// Trace of lines `0xADDRESS R|W [CYCLE]`, plain or gzip.
    #[arg(long, value_name = "FILE")]
    pub trace: PathBuf,
    /// Requests that may issue in a memory clock.
    #[arg(long, default_value_t = NonZeroU32::MIN, value_name = "N")]
    pub issue_per_clock: NonZeroU32,
}

/// Flags of `report`.
#[derive(Debug, Args)]
pub struct Report {
    /// What estimate, simulate, validate, search, compare, sweep, dram, diff or verify wrote with --format
    /// json, or the folder of a run.
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// The page to write.
    #[arg(short, long, value_name = "FILE", default_value = "report.html")]
    pub output: PathBuf,
}

/// Flags of `new`.
#[derive(Debug, Args)]
pub struct New {
    /// Its name.
    pub name: Option<String>,
    /// A network in the place of an accelerator: a small cnn, a transformer block, or both one behind
    /// the other.
    #[arg(
        long,
        value_name = "cnn|transformer|both",
        num_args = 0..=1,
        default_missing_value = "both"
    )]
    pub network: Option<String>,
    /// A dataflow in the place of an accelerator.
    #[arg(long, conflicts_with = "network")]
    pub dataflow: bool,
    /// The file to write; standard output if left out.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// What has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Schematic {
    /// An accelerator.
    Arch,
    /// A network.
    Network,
    /// Mappings.
    Mapping,
    /// A DRAM standard.
    Dram,
    /// A dataflow.
    Dataflow,
    /// What `estimate` and `simulate` write.
    Run,
    /// What `validate` writes.
    Validate,
    /// What `search map` writes.
    SearchMap,
    /// What `simulate --functional` writes.
    Functional,
    /// What `search assign` writes.
    Search,
    /// What `search codesign` writes.
    Codesign,
    /// What `compare` writes.
    Compare,
    /// What `sweep` writes.
    Sweep,
    /// What `sweep` reads.
    Plan,
    /// What `simulate --checkpoint` keeps.
    Checkpoint,
    /// What `dram` writes.
    Replay,
    /// What `diff` writes.
    Diff,
    /// What `verify` writes.
    Verify,
    /// What `--certificate` writes and `verify` reads.
    Certificate,
    /// What `estimate --counting timeloop` writes.
    Timeloop,
    /// What `show network` writes.
    Layers,
    /// What `run.json` in the folder of a --run says.
    Record,
    /// A line of what `search assign --record` keeps.
    Evaluations,
    /// A line of what `search map --record` keeps.
    MachineRuns,
    /// A line of what `search codesign --record` keeps.
    Measurements,
    /// A line of what `compare --record` keeps.
    CompareRuns,
    /// A line of what `sweep --record` keeps.
    SweepPoints,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Listing {
    /// Accelerator presets.
    Archs,
    /// Bundled networks.
    Networks,
    /// Dataflows.
    Dataflows,
    /// Kinds of DRAM.
    Drams,
    /// Optimisers of `search assign`.
    Optimizers,
    /// Mapping presets.
    Mappings,
    /// Budgets of `search assign`.
    Budgets,
}

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shown {
    /// An accelerator preset.
    Arch,
    /// A bundled network; of a file, a table of its layers as they are simulated.
    Network,
    /// A dataflow.
    Dataflow,
    /// A DRAM preset.
    Dram,
    /// A mapping preset, or with --network the mapper's mappings on an accelerator.
    Mapping,
    /// The constants of the cost model with their sources; what they make of an accelerator, if one
    /// is named.
    Cost,
    /// The reference of an accelerator's fields: what they take, defaults, ranges and units.
    Fields,
}
