//! Flags of sweeps.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use stationary::documents::SweepShard;

use super::Recording;

/// Flags of `sweep`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Sweep {
    /// What else to do.
    #[command(subcommand)]
    pub what: Option<SweepPart>,
    /// The plan: a YAML file with what is fixed, axes with their values, constraints between them, which points,
    /// and objectives. Names of files in it are as on the command line, from the folder that one is in.
    #[arg(required = true)]
    pub plan: Option<String>,
    /// Only the Ith of N parts of the points, I from 1: every Nth point. `sweep merge` joins the parts.
    #[arg(long, value_name = "I/N")]
    pub shard: Option<SweepShard>,
    /// Write the document to FILE, whatever is printed.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Where each point is kept.
    #[command(flatten)]
    pub recording: Recording,
}

/// What else sweeps are.
#[derive(Debug, Subcommand)]
pub enum SweepPart {
    /// The parts that --shard made, joined: the same as the whole would have been.
    Merge(SweepMerge),
}

/// Flags of `sweep merge`.
#[derive(Debug, Args)]
pub struct SweepMerge {
    /// Documents of all parts, or folders of their --run.
    #[arg(required = true, value_name = "FILE|FOLDER")]
    pub parts: Vec<PathBuf>,
    /// Write the document to FILE, whatever is printed.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
