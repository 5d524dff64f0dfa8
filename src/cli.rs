//! Verbs and flags.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::trace::View;

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
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// Seed of everything random.
    #[arg(long, global = true, default_value_t = 0, value_name = "S")]
    pub seed: u64,
    /// No progress and no advice.
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
    /// The JSON Schema of a kind of YAML file, for editors that complete and check.
    Schema {
        /// Of what.
        #[arg(value_enum)]
        what: Schematic,
    },
    /// A commented accelerator file to start from.
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
    /// Names of presets.
    List {
        /// Of what.
        #[arg(value_enum)]
        what: Listing,
    },
    /// The YAML that a preset stands for.
    Show {
        /// Of what.
        #[arg(value_enum)]
        what: Shown,
        /// Its name (for mappings: the accelerator's; for costs an accelerator's, or none).
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

/// What to search for.
#[derive(Debug, Subcommand)]
pub enum Search {
    /// PEs and buffer of each layer under budgets (ConfuciuX).
    Assign(Box<Assign>),
    /// Hardware that all layers share, and their schedules, on a decoupled machine (ARCO).
    Codesign(Box<Codesign>),
    /// The best mapping of each layer on fixed hardware.
    Map(Box<Map>),
}

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
    /// Size of a dimension that an ONNX model leaves open (repeatable).
    #[arg(long, value_name = "NAME=SIZE")]
    pub dim: Vec<String>,
    /// Only these layers, by name or index from 0 (repeatable).
    #[arg(long, value_name = "NAME|INDEX")]
    pub layer: Vec<String>,
    /// Override a field of the accelerator (repeatable).
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Images a run.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub batch: u64,
    /// Dataflow: ws, os, rs or is; the accelerator's first by default.
    #[arg(long, value_name = "D")]
    pub dataflow: Option<String>,
    /// Mappings to use instead of the mapper's: a preset or a YAML file.
    #[arg(long, value_name = "PRESET|FILE")]
    pub mapping: Option<String>,
    /// Where a mapping is not legal: by how much, and what would mend it.
    #[arg(long)]
    pub explain: bool,
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

/// Flags of `estimate`.
#[derive(Debug, Args)]
pub struct Estimate {
    /// What to estimate.
    #[command(flatten)]
    pub target: Target,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: Folder,
    /// How words moved are counted. With `timeloop`, the files of --arch, --network and --mapping may
    /// be Timeloop's.
    #[arg(long, value_enum, default_value_t = Counting::Physical)]
    pub counting: Counting,
}

/// How words moved are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Counting {
    /// Distinct words, as the machine moves them.
    Physical,
    /// As Timeloop does, level by level.
    Timeloop,
}

/// Flags of `simulate`.
#[derive(Debug, Args)]
pub struct Simulate {
    /// What to simulate.
    #[command(flatten)]
    pub target: Target,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: Folder,
    /// How the machine gets from cycle to cycle; results are the same.
    #[arg(long, value_enum, default_value_t = PaceName::SkipPeriods)]
    pub pace: PaceName,
    /// Carry values and compare the outputs with the convolution by its definition.
    #[arg(long)]
    pub functional: bool,
    /// Write a trace of the layers; the name's end says as what: .txt, .perfetto-trace or .pftrace,
    /// .json, .fst, .vcd.
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Trace only these layers (repeatable).
    #[arg(long, value_name = "NAME|INDEX", requires = "trace")]
    pub trace_layer: Vec<String>,
    /// Trace only these cycles of each layer, the last not included.
    #[arg(long, value_name = "FROM..TO", requires = "trace", value_parser = window)]
    pub trace_window: Option<View>,
    /// Gather in a Perfetto trace what happens within so many cycles; as long a run asks for if left
    /// out.
    #[arg(long, value_name = "CYCLES", requires = "trace")]
    pub trace_step: Option<NonZeroU64>,
}

fn window(text: &str) -> Result<View, String> {
    let ends = text.split_once("..");
    let ends = ends.and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    match ends {
        Some((from, to)) if from < to => Ok(View { from, to }),
        _ => Err("needed two cycles, the first before the second, such as 1000..2000".to_owned()),
    }
}

/// Pace of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PaceName {
    /// Every component, every cycle.
    EveryCycle,
    /// Jump over cycles in which nothing can change.
    SkipIdle,
    /// Multiply what repeats itself as well.
    SkipPeriods,
}

/// Flags of `validate`.
#[derive(Debug, Args)]
pub struct Validate {
    /// What to validate; `--dataflow all` takes every dataflow in turn.
    #[command(flatten)]
    pub target: Target,
    /// Where the run is kept.
    #[command(flatten)]
    pub folder: Folder,
    /// Mappings a layer: the mapper's best, and others drawn over the whole range.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub mappings: usize,
}

/// Flags of `search map`.
#[derive(Debug, Args)]
pub struct Map {
    /// The layers and the hardware.
    #[command(flatten)]
    pub target: Target,
    /// Where the search is kept.
    #[command(flatten)]
    pub recording: Recording,
    /// How many of the model's best run on the machine.
    #[arg(long, default_value_t = 5, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
    pub recheck: u64,
    /// Write the winners, for `--mapping`.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Flags of `search codesign`.
#[derive(Debug, Args)]
pub struct Codesign {
    /// The decoupled machine: a preset or a file.
    #[arg(long, default_value = "vta", value_name = "PRESET|FILE")]
    pub arch: String,
    /// Network: a preset or a file.
    #[arg(long, value_name = "PRESET|FILE")]
    pub network: String,
    /// Size of a dimension that an ONNX model leaves open (repeatable).
    #[arg(long, value_name = "NAME=SIZE")]
    pub dim: Vec<String>,
    /// Only these layers, by name or index from 0 (repeatable).
    #[arg(long, value_name = "NAME|INDEX")]
    pub layer: Vec<String>,
    /// Override a field of the accelerator (repeatable).
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Images a run.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub batch: u64,
    /// GEMM cores to choose from: fixed (or default; the machine as it is), all (1 to 8 images, 8 to
    /// 64 channels each way: 64 shapes), or a YAML file with the lists batch, block_in, block_out.
    #[arg(long, default_value = "fixed", value_name = "fixed|all|FILE")]
    pub hardware: String,
    /// Area that the machine may take: area=VALUE (in um2 or with a unit: area=5mm2), or a share of
    /// the way from the smallest to the largest.
    #[arg(long, value_name = "area=VALUE")]
    pub budget: Option<String>,
    /// MACs a cycle that the machine may have.
    #[arg(long, value_name = "N")]
    pub macs: Option<u64>,
    /// arco, autotvm, chameleon, random, grid, genetic, annealing, or exact; with +confidence behind
    /// it, Confidence Sampling picks what is measured.
    #[arg(long, default_value = "exact", value_name = "NAME")]
    pub optimizer: String,
    /// Measurements of each task (layers of one shape are one); exact takes what it needs.
    #[arg(long, default_value_t = 256, value_name = "N", value_parser = clap::value_parser!(u64).range(2..))]
    pub measurements: u64,
    /// With exact: prove every machine's optimum, not only which is best.
    #[arg(long)]
    pub every: bool,
    /// Write the schedules, for `--mapping`.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write the machine that was chosen, for `--arch`.
    #[arg(long, value_name = "FILE")]
    pub chip: Option<PathBuf>,
    /// Where the search is kept.
    #[command(flatten)]
    pub recording: Recording,
}

/// Where the costs of the options of `search assign` come from.
#[derive(Clone, Debug, Args)]
pub struct Costs {
    /// Cost table instead of our own model.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["network", "arch", "dataflow"])]
    pub table: Option<PathBuf>,
    /// Network: a preset or a file.
    #[arg(long, value_name = "PRESET|FILE", required_unless_present = "table")]
    pub network: Option<String>,
    /// Style of the arrays: dla, shi, eye, or mix for a choice by layer.
    #[arg(long, default_value = "dla", value_name = "STYLE")]
    pub dataflow: String,
    /// Network whose layers the table's are, in order: learned optimisers see their shapes, instead
    /// of a few costs of each layer.
    #[arg(long, value_name = "PRESET|FILE", requires = "table")]
    pub shapes: Option<String>,
    /// The model's other inputs.
    #[command(flatten)]
    pub model: Model,
}

/// What our own model needs besides a network and a style.
#[derive(Clone, Debug, Args)]
pub struct Model {
    /// Gives clocks, DRAM, precision, technology and the most buffer; a documented default if left
    /// out.
    #[arg(long, value_name = "PRESET|FILE")]
    pub arch: Option<String>,
    /// Override a field of the accelerator (repeatable).
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Numbers of PEs to choose from, such as 1,2,4,8 or 1-128; ConfuciuX's 12 levels if left out.
    #[arg(long, value_name = "LIST")]
    pub pes: Option<String>,
    /// Tiles to choose from (output channels a PE keeps); 1-12 if left out.
    #[arg(long, value_name = "LIST")]
    pub tiles: Option<String>,
    /// Size of a dimension that an ONNX model leaves open (repeatable).
    #[arg(long, value_name = "NAME=SIZE")]
    pub dim: Vec<String>,
    /// Only these layers, by name or index from 0 (repeatable).
    #[arg(long, value_name = "NAME|INDEX")]
    pub layer: Vec<String>,
    /// Images a run.
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub batch: u64,
}

/// What learned optimisers, local-genetic and bayesian may spend, and how.
#[derive(Clone, Debug, Args)]
pub struct Learning {
    /// Episodes (or generations) of those that work in epochs; 500 if left out. Others take it as
    /// their --evaluations.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub epochs: Option<u64>,
    /// Settings of confuciux and its parts: faithful, tuned or as-published.
    #[arg(long, default_value = "faithful", value_name = "PRESET")]
    pub preset: String,
    /// Short for --preset as-published: with the known defects of ConfuciuX's public code, and
    /// without repair.
    #[arg(long)]
    pub as_published: bool,
}

/// Flags of `search assign`.
#[derive(Debug, Args)]
pub struct Assign {
    /// The options and what they cost.
    #[command(flatten)]
    pub costs: Costs,
    /// Where the search is kept.
    #[command(flatten)]
    pub recording: Recording,
    /// pipelined: each layer has its own partition; sequential: all share one; segmented or
    /// segmented=N: contiguous layers share, in at most N stages.
    #[arg(long, default_value = "pipelined", value_name = "DEPLOYMENT")]
    pub deployment: String,
    /// What to minimise: latency, energy, edp, or throughput (the slowest stage).
    #[arg(long, default_value = "latency")]
    pub objective: String,
    /// area=VALUE or power=VALUE: absolute (in um2 or mW, or with a unit: 2.5mm2, 300mW), a
    /// fraction, or unlimited, cloud, iot, iotx (repeatable).
    #[arg(long, value_name = "RESOURCE=VALUE")]
    pub budget: Vec<String>,
    /// One of `list optimizers`.
    #[arg(long, default_value = "exact")]
    pub optimizer: String,
    /// Points that the optimiser may evaluate; 10,000 if neither this nor --epochs is given.
    #[arg(long, value_name = "N")]
    pub evaluations: Option<u64>,
    /// How the search learns.
    #[command(flatten)]
    pub learning: Learning,
    /// How many of the best run on the machine (own model only).
    #[arg(long, default_value_t = 1, value_name = "K", value_parser = clap::value_parser!(u64).range(1..))]
    pub recheck: u64,
    /// Where no design keeps the budgets: by how much, which layers weigh most, and what would do.
    #[arg(long)]
    pub explain: bool,
    /// Also solve exactly under N limits on the first budget: its Pareto front.
    #[arg(long, value_name = "N", requires = "budget", value_parser = clap::value_parser!(u64).range(2..=100_000))]
    pub front: Option<u64>,
    /// Write the cost table, for --table.
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

/// Flags of `compare`. Every table or style of every network, deployment, objective and budget
/// together is an instance.
#[derive(Debug, Args)]
pub struct Compare {
    /// Cost table (repeatable).
    #[arg(long, value_name = "FILE")]
    pub table: Vec<PathBuf>,
    /// Network, by our own model (repeatable).
    #[arg(long, value_name = "PRESET|FILE", required_unless_present = "table")]
    pub network: Vec<String>,
    /// As in `search assign`, for every table.
    #[arg(long, value_name = "PRESET|FILE", requires = "table")]
    pub shapes: Option<String>,
    /// Style of the arrays: dla, shi, eye or mix (repeatable).
    #[arg(long, default_value = "dla", value_name = "STYLE")]
    pub dataflow: Vec<String>,
    /// The model's other inputs.
    #[command(flatten)]
    pub model: Model,
    /// As in `search assign` (repeatable).
    #[arg(long, default_value = "pipelined", value_name = "DEPLOYMENT")]
    pub deployment: Vec<String>,
    /// latency, energy, edp or throughput (repeatable).
    #[arg(long, default_value = "latency")]
    pub objective: Vec<String>,
    /// One instance's budgets, joined by plus: area=iot, or area=iot+power=cloud (repeatable).
    #[arg(long, default_value = "area=iot", value_name = "RESOURCE=VALUE[+...]")]
    pub budget: Vec<String>,
    /// What to compare (repeatable); every optimiser if left out. A preset and a number of epochs of
    /// its own may follow: confuciux:tuned, sac@100.
    #[arg(long, value_name = "NAME[:PRESET][@EPOCHS]")]
    pub optimizer: Vec<String>,
    /// The optimiser that speed-ups are measured against.
    #[arg(long, default_value = "random", value_name = "NAME")]
    pub against: String,
    /// How many seeds, from --seed on.
    #[arg(long, default_value_t = 20, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub seeds: u64,
    /// How many seeds for those that work in epochs, which take longer; as --seeds if left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub epoch_seeds: Option<u64>,
    /// Points that each run may evaluate.
    #[arg(long, default_value_t = 5_000, value_name = "N")]
    pub evaluations: u64,
    /// Also write the expected running times to --target as a page of Markdown.
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// The target of the page: 1.5, 1.1, 1.05, 1.02, 1.01 or 1 times the optimum.
    #[arg(long, default_value_t = 1.05, value_name = "FACTOR")]
    pub target: f64,
    /// How the searches learn.
    #[command(flatten)]
    pub learning: Learning,
    /// Where the runs are kept, each as it ends.
    #[command(flatten)]
    pub recording: Recording,
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
    /// What estimate, simulate, validate, search or compare wrote with --format json, or the folder
    /// of a run.
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
    pub name: String,
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
}

/// What can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Shown {
    /// An accelerator preset.
    Arch,
    /// A bundled network.
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
}

/// What `show` takes besides a name.
#[derive(Clone, Debug, Args)]
pub struct ShowTarget {
    /// For mappings: the network.
    #[arg(long, value_name = "PRESET|FILE")]
    pub network: Option<String>,
    /// For mappings: size of a dimension that an ONNX model leaves open (repeatable).
    #[arg(long, value_name = "NAME=SIZE")]
    pub dim: Vec<String>,
    /// For mappings: only these layers (repeatable).
    #[arg(long, value_name = "NAME|INDEX")]
    pub layer: Vec<String>,
    /// For mappings: the dataflow.
    #[arg(long, value_name = "D")]
    pub dataflow: Option<String>,
    /// Override a field of the accelerator (repeatable).
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
}
