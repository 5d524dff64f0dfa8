//! What `stationary` writes about itself: schemas, completions, manual pages.

use std::path::Path;

use anyhow::{Context, Result};
use clap::CommandFactory;
use stationary::checkpoint::Simulation;
use stationary::documents::{self, schema_of};
use stationary::journal::{
    ComparedRunsHead, EvaluationsHead, Head, MachineRunsHead, MeasurementsHead, SweepPointsHead,
};
use stationary::record::Manifest;
use stationary::sweep::PlanFile;
use stationary::{arch, proof, sim, workloads};

use crate::Answer;
use crate::cli::{Cli, Schematic};
use crate::output;

/// `schema`.
pub fn schema(what: Schematic) -> Result<Answer> {
    let schema = match what {
        Schematic::Arch => arch::schema::accelerator(),
        Schematic::Network => workloads::schema(),
        Schematic::Mapping => stationary::mappings::schema(),
        Schematic::Dram => arch::schema::dram(),
        Schematic::Dataflow => sim::dataflow_schema(),
        Schematic::Run => schema_of::<documents::Run>(),
        Schematic::Validate => schema_of::<documents::Validate>(),
        Schematic::SearchMap => schema_of::<documents::Map>(),
        Schematic::Functional => schema_of::<documents::Functional>(),
        Schematic::Search => schema_of::<documents::Search>(),
        Schematic::Codesign => schema_of::<documents::Codesign>(),
        Schematic::Compare => schema_of::<documents::Compare>(),
        Schematic::Sweep => schema_of::<documents::Sweep>(),
        Schematic::Plan => schemars::schema_for!(PlanFile),
        Schematic::Replay => schema_of::<documents::Replay>(),
        Schematic::Diff => schema_of::<documents::Diff>(),
        Schematic::Verify => schema_of::<documents::Verified>(),
        Schematic::Certificate => schemars::schema_for!(proof::Certificate),
        Schematic::Timeloop => schema_of::<documents::Timeloop>(),
        Schematic::Checkpoint => schema_of::<Simulation>(),
        Schematic::Layers => schema_of::<documents::Network>(),
        Schematic::Record => schema_of::<Manifest>(),
        Schematic::Evaluations => EvaluationsHead::schema_of_lines(),
        Schematic::MachineRuns => MachineRunsHead::schema_of_lines(),
        Schematic::Measurements => MeasurementsHead::schema_of_lines(),
        Schematic::CompareRuns => ComparedRunsHead::schema_of_lines(),
        Schematic::SweepPoints => SweepPointsHead::schema_of_lines(),
    };
    output::print(&serde_json::to_string_pretty(&schema)?)?;
    Ok(Answer::Yes)
}

/// `completions`.
pub fn completions(shell: clap_complete::Shell) -> Result<Answer> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stationary", &mut text);
    output::print(&String::from_utf8(text)?)?;
    Ok(Answer::Yes)
}

/// `man`.
pub fn man(folder: &Path) -> Result<Answer> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    clap_mangen::generate_to(Cli::command(), folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    Ok(Answer::Yes)
}
