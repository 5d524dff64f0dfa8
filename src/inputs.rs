//! Files and names from the command line, as checked values.

use std::path::Path;

use anyhow::Result;
use stationary::arch::Accelerator;
use stationary::arch::dram::Standard;
use stationary::assign::{CostSource, Costs};
use stationary::files;
use stationary::load;
use stationary::scope::Scope;
use stationary::unread::{self, Flows};
use stationary::workloads::{Layer, Network};
use stationary::{Error, Remark, Request, Target, target};
use stationary_document::Diagnostic;

use crate::cli::{self, Common, Layers};
use crate::interrupt;
use crate::output;
use crate::patience::Patience;

pub use stationary::target::overrides;

/// Reads a file as text.
pub fn read(path: &Path) -> Result<String> {
    Ok(files::read(path)?)
}

/// Writes a file whole, or not at all, also where a signal comes meanwhile.
pub fn write(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<()> {
    let _whole = interrupt::shielded();
    Ok(files::write(path, content)?)
}

/// What flags name.
pub fn request(target: &cli::Target) -> Request {
    Request {
        arch: target.arch.clone(),
        set: target.set.clone(),
        network: target.network.clone(),
        layer: target.layers.layer.clone(),
        dim: target.layers.dim.clone(),
        batch: target.layers.batch,
        partial: target.layers.partial,
        dataflow: target.dataflow.clone(),
        objective: target.choosing.objective,
        slack: target.choosing.slack,
        mapping: target.mapping.clone(),
        explain: target.explain,
    }
}

/// Reads everything that flags name, and tells what is to be known of it.
pub fn load(target: &cli::Target) -> Result<Target> {
    let target = request(target).target()?;
    tell(&target.remarks);
    Ok(target)
}

/// Tells what is to be known of inputs.
pub fn tell(remarks: &[Remark]) {
    for remark in remarks {
        match remark {
            Remark::Alters(text) | Remark::Idle(text) => {
                output::report_diagnostic(&format!("warning: {text}"));
            }
            Remark::Note(text) => output::note(text),
        }
    }
}

/// An accelerator by preset name or file, with overrides; tells what of a file is not used, and what
/// overrides change nothing where these dataflows run.
pub fn accelerator(name: &str, sets: &[String], flows: Flows<'_>) -> Result<Accelerator> {
    let sets = overrides(sets)?;
    let read = load::accelerator(name, &sets)?;
    notes(&read.notes);
    let again = |sets: &[(&str, &str)]| Some(load::accelerator(name, sets).ok()?.value);
    warn(&unread::idle(&read.value, &sets, flows, again));
    Ok(read.value)
}

/// Tells of what was asked for and does nothing.
pub fn warn(warnings: &[String]) {
    for warning in warnings {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
}

/// Tells what a file says and is not used, or leaves open.
pub fn notes(notes: &[Diagnostic]) {
    let remarks: Vec<Remark> = notes.iter().map(Remark::of).collect();
    tell(&remarks);
}

/// A DRAM standard by preset name or file.
pub fn standard(name: &str) -> Result<Standard> {
    let read = load::standard(name)?;
    notes(&read.notes);
    Ok(read.value)
}

/// A network by preset name or file, at the batch and the open sizes asked for.
pub fn network(name: &str, Layers { dim, batch, .. }: &Layers) -> Result<Network> {
    let read = load::network(name, &stationary::target::sizes(dim)?)?;
    notes(&read.notes);
    match batch {
        1 => Ok(read.value),
        images => Ok(read.value.batched(*images)?),
    }
}

/// The layers picked, or all.
pub fn layers(network: &Network, picked: &Layers) -> Result<Vec<Layer>> {
    if picked.layer.is_empty() {
        return Ok(network.layers().to_vec());
    }
    let picks: Vec<&str> = picked.layer.iter().map(String::as_str).collect();
    Ok(target::picked(network, &picks)?)
}

/// The options of an assignment and what they cost; tells what is to be known of the inputs, and how far it is.
pub fn cost_source(costs: &Costs, common: &Common) -> Result<CostSource, Error> {
    let read = costs.read()?;
    tell(read.remarks());
    let less = "fewer layers or levels take less, Ctrl-C ends it";
    let patience = Patience::new(common, "cost table", read.to_price() as u64, less);
    read.priced(&patience)
}

/// How much of a network these layers are.
pub fn scope(network: &Network, layers: &[Layer], picked: &Layers) -> Scope {
    Scope::new(network, layers, !picked.layer.is_empty(), picked.partial)
}
