//! Flags of the searches.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use stationary::assign::Recheck;
use stationary::sim::mapper::Slack;
use stationary::time_limit::TimeLimit;

use super::{Layers, Recording, Target};

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

/// Flags of `search map`.
#[derive(Debug, Args)]
pub struct Map {
    /// The layers and the hardware.
    #[command(flatten)]
    pub target: Target,
    /// Where the search is kept.
    #[command(flatten)]
    pub recording: Recording,
    /// How many of the model's best run on the machine; auto: until no candidate that is left can win,
    /// or auto=N: N at most (1,000 if left out).
    #[arg(long, default_value = "5", value_name = "K|auto")]
    pub recheck: Recheck,
    /// Prove the best of the mapper's candidates on the machine, in the order of their bounds.
    #[arg(long)]
    pub certify: bool,
    /// Run nothing more for a layer whose mapping takes at most so many per cent more cycles than any
    /// mapping needs, candidate or not; with --certify or --recheck auto.
    #[arg(long, value_name = "PERCENT")]
    pub gap: Option<Slack>,
    /// Take about so long for all layers together, as 500ms, 30s or 2m: at the end each layer has the best that
    /// was found, and its gap; with --certify or --recheck auto.
    #[arg(long, value_name = "TIME")]
    pub time: Option<TimeLimit>,
    /// What a proof may take and where it goes.
    #[command(flatten)]
    pub proving: Proving,
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
    /// Which layers, at which size.
    #[command(flatten)]
    pub layers: Layers,
    /// Override a field of the accelerator (repeatable).
    #[arg(long, value_name = "PATH=VALUE")]
    pub set: Vec<String>,
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
    /// With exact: write the certificate of the proof, for `verify`.
    #[arg(long, value_name = "FILE")]
    pub certificate: Option<PathBuf>,
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
    /// Network whose layers the table's are, in order: answers have their names, and learned optimisers
    /// see their shapes, instead of a few costs of each layer.
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
    /// Which layers, at which size.
    #[command(flatten)]
    pub layers: Layers,
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

impl Learning {
    /// The settings' name.
    pub fn preset(&self) -> anyhow::Result<String> {
        match (self.as_published, self.preset.as_str()) {
            (false, name) => Ok(name.to_owned()),
            (true, "faithful" | "as-published") => Ok("as-published".to_owned()),
            (true, name) => anyhow::bail!("--as-published and --preset {name} exclude each other"),
        }
    }
}

/// What a proof on the machine may take, and where its certificate goes.
#[derive(Clone, Debug, Args)]
pub struct Proving {
    /// Entries (of a map: mappings of a layer) that may run on the machine, those of --recheck
    /// included; then the proof ends with a gap.
    #[arg(long, value_name = "N", requires = "certify", value_parser = clap::value_parser!(u64).range(1..))]
    pub simulations: Option<u64>,
    /// Write the certificate, for `verify`.
    #[arg(long, value_name = "FILE", requires = "certify")]
    pub certificate: Option<PathBuf>,
}

/// Flags of `verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// What --certificate wrote, or `certificate.json` of a run's folder.
    #[arg(value_name = "CERTIFICATE")]
    pub certificate: PathBuf,
    /// Run on the machine again only what is called the best, and take the cycles of all else that ran
    /// from the certificate; the verdict says so.
    #[arg(long)]
    pub quick: bool,
    /// Run everything that ran on the machine again, which is the default.
    #[arg(long, conflicts_with = "quick")]
    pub all: bool,
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
    /// How many of the best run on the machine (own model only), whose best wins; exact proves one, and
    /// takes the next best beside it. auto: until none of those evaluated that is left can win, or
    /// auto=N: of the N best (1,000 if left out).
    #[arg(long, default_value = "1", value_name = "K|auto")]
    pub recheck: Recheck,
    /// Prove the optimum on the machine, with as few runs of it as that takes: over the options, each
    /// with the mapping that the mapper chooses.
    #[arg(long, conflicts_with_all = ["table", "front"])]
    pub certify: bool,
    /// What a proof may take and where it goes.
    #[command(flatten)]
    pub proving: Proving,
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
    #[arg(long, default_value_t = 5_000, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
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
