//! `show`.

use anyhow::{Result, anyhow, bail};
use stationary::arch::presets;
use stationary::sim::mapping_file::{self, MappingFile};
use stationary::sim::{Dataflow, mapper};
use stationary::workloads::{Dim, zoo};

use crate::Answer;
use crate::cli::{ShowTarget, Shown};
use crate::{inputs, output};

/// Prints the YAML that a name stands for.
pub fn show(what: Shown, name: &str, target: &ShowTarget) -> Result<Answer> {
    let text = match what {
        Shown::Arch => arch(name, target)?,
        Shown::Network => zoo::yaml(name)?.to_owned(),
        Shown::Dataflow => dataflow(name)?,
        Shown::Dram => dram(name)?,
        Shown::Mapping => mapping(name, target)?,
    };
    output::print(&text)?;
    Ok(Answer::Yes)
}

fn arch(name: &str, target: &ShowTarget) -> Result<String> {
    match presets::find(name) {
        Some(text) if target.set.is_empty() => Ok(text.to_owned()),
        _ => Ok(inputs::accelerator(name, &target.set)?.to_yaml()),
    }
}

fn dram(name: &str) -> Result<String> {
    if let Some(text) = stationary::arch::dram::presets::find(name) {
        return Ok(text.to_owned());
    }
    // A file is shown as it is, once it is known to be right.
    inputs::standard(name)?;
    inputs::read(std::path::Path::new(name))
}

fn dataflow(name: &str) -> Result<String> {
    let Some(d) = Dataflow::find(name) else {
        bail!("unknown dataflow `{name}`; allowed: ws, os, rs, is")
    };
    let dims = |dims: &[Dim]| dims.iter().map(|d| d.name()).collect::<Vec<_>>().join(", ");
    Ok(format!(
        "name: {}\ntitle: {}\nrows: [{}]    # may be unrolled along the array's rows\n\
         cols: [{}]    # along its columns\nbeats: [{}]   # advance from beat to beat, outer to inner\n\
         local: [{}]   # looped over inside a PE\n",
        d.name,
        d.title,
        dims(d.rows),
        dims(d.cols),
        dims(d.beats),
        dims(d.local)
    ))
}

fn mapping(name: &str, target: &ShowTarget) -> Result<String> {
    let Some(network) = target.network.as_deref() else {
        let text = mapping_file::find(name);
        return text.map(str::to_owned).ok_or_else(|| {
            anyhow!(
                "show mapping {name}: needed the name of a mapping preset ({}), or an accelerator \
                 and --network",
                mapping_file::names().collect::<Vec<_>>().join(", ")
            )
        });
    };
    let accelerator = inputs::accelerator(name, &target.set)?;
    let network = inputs::network(network, 1, &target.dim)?;
    let layers = inputs::layers(&network, &target.layer)?;
    let dataflow = inputs::dataflow(&accelerator, target.dataflow.as_deref())?;
    let mappings: Result<Vec<_>, _> = layers
        .iter()
        .map(|layer| mapper::map(layer, &accelerator, dataflow))
        .collect();
    Ok(MappingFile::of(&mappings?).to_yaml())
}
