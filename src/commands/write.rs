//! What `stationary` writes about itself: schemas, completions, manual pages, a file to start from.

use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use stationary::arch::Accelerator;
use stationary::{arch, sim, workloads};

use crate::Answer;
use crate::cli::{Cli, New, Schematic};
use crate::{inputs, output};

/// `schema`.
pub fn schema(what: Schematic) -> Result<Answer> {
    let schema = match what {
        Schematic::Arch => arch::schema::accelerator(),
        Schematic::Network => workloads::schema(),
        Schematic::Mapping => sim::mapping_file::schema(),
        Schematic::Dram => arch::schema::dram(),
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

const START: &str = include_str!("new.yaml");

/// `new`.
pub fn new(args: &New) -> Result<Answer> {
    if args.name.trim().is_empty() || args.name.contains(['\n', '\r', '\'']) {
        bail!(
            "new {:?}: needed a name of one line, without quotes",
            args.name
        );
    }
    let text = START.replace("NAME", &args.name);
    // What is written is right: a user's first error must be one of the user's own.
    Accelerator::from_yaml("new", &text)?;
    match &args.output {
        None => output::print(&text)?,
        Some(path) if path.exists() => bail!("{} is there already", path.display()),
        Some(path) => inputs::write(path, &text)?,
    }
    Ok(Answer::Yes)
}
