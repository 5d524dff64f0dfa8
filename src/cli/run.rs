//! Flags of the model, the machine, and the one against the other.

use std::num::NonZeroU64;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use stationary::trace::View;

use super::{Folder, Target};

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
    /// How the machine advances time; results are the same. skip-periods if left out, which
    /// on machines that instructions control, and with --functional, is as skip-idle.
    #[arg(long, value_enum)]
    pub pace: Option<PaceName>,
    /// Carry values and compare the outputs with the convolution by its definition.
    #[arg(long)]
    pub functional: bool,
    /// Keep in FILE how far the run is, every --checkpoint-interval seconds and when it is interrupted. Where
    /// FILE is, the run goes on from there; when it is done, FILE goes.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["trace", "functional"])]
    pub checkpoint: Option<PathBuf>,
    /// Seconds from one checkpoint to the next.
    #[arg(long, value_name = "SECONDS", default_value = "60")]
    pub checkpoint_interval: NonZeroU64,
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
    /// Fast-forward over what repeats itself as well.
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
