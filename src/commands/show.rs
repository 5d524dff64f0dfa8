//! `show`.

mod fields;

use anyhow::{Result, anyhow, bail};
use stationary::arch::units::{Bits, Picojoules};
use stationary::arch::{CostModel, Operand, cost_constants, presets};
use stationary::files;
use stationary::load;
use stationary::mappings::{self, LayerFile, LayerPlan};
use stationary::sim::Dataflow;
use stationary::unread::Flows;
use stationary::workloads::zoo;

use crate::cli::{Common, Format, ShowTarget, Shown, Target};
use crate::inputs;
use crate::output;
use crate::report::network::Shapes;
use crate::{Answer, judged};

/// Prints the YAML that a name stands for, or how a network's file is understood.
pub fn show(
    what: Shown,
    name: Option<&str>,
    target: &ShowTarget,
    common: &Common,
) -> Result<Answer> {
    let text = match (what, name) {
        (Shown::Fields, section) => fields::reference(section, common.format)?,
        (Shown::Cost, None) => cost_constants(),
        (Shown::Cost, Some(name)) => cost(name, target)?,
        (Shown::Arch, Some(name)) => arch(name, target)?,
        (Shown::Network, Some(name)) => {
            let is_as_it_stands = common.format == Format::Table
                && target.layers.layer.is_empty()
                && target.layers.batch == 1;
            if files::is_file(name) || !is_as_it_stands {
                return network(name, target, common.format);
            }
            zoo::yaml(name)?.to_owned()
        }
        (Shown::Dataflow, Some(name)) => dataflow(name)?,
        (Shown::Dram, Some(name)) => dram(name)?,
        (Shown::Mapping, Some(name)) => mapping(name, target)?,
        (_, None) => bail!("show: needed a name; only `show cost` and `show fields` go without"),
    };
    output::print(&text)?;
    Ok(Answer::Yes)
}

/// What the constants make of an accelerator.
fn cost(name: &str, target: &ShowTarget) -> Result<String> {
    let accelerator = inputs::accelerator(name, &target.set, Flows::All)?;
    let cost = CostModel::of(&accelerator)?;
    let mut text = format!(
        "# {}: {} nm, {} MHz\n",
        accelerator.name,
        accelerator.technology.0,
        accelerator.clock.0 as f64 / 1e3
    );
    for caveat in cost.caveats() {
        text.push_str(&format!("# {caveat}\n"));
    }
    text.push_str("energy_pj:    # of a word, unless it says otherwise\n");
    let mut line = |name: &str, energy: Picojoules| {
        text.push_str(&format!("  {name}: {:.4}\n", energy.0));
    };
    line("mac", cost.mac());
    for operand in Operand::ALL {
        line(
            &format!("scratchpad_{operand}_read"),
            cost.scratchpad_read(operand),
        );
        line(
            &format!("scratchpad_{operand}_write"),
            cost.scratchpad_write(operand),
        );
        line(
            &format!("network_{operand}_send"),
            cost.network_send(operand),
        );
        line(
            &format!("network_{operand}_receive"),
            cost.network_receive(operand),
        );
        line(&format!("buffer_{operand}_read"), cost.buffer_read(operand));
        line(
            &format!("buffer_{operand}_write"),
            cost.buffer_write(operand),
        );
    }
    line("psum_hop", cost.psum_hop());
    line("dram_per_bit", cost.dram(Bits(1)));
    line("clock_per_pe_and_cycle", cost.clock_per_pe().total());
    line("leakage_per_cycle", cost.leakage_per_cycle());
    text.push_str("area_um2:\n");
    let area = cost.area();
    for (name, area) in [
        ("pes", area.pes),
        ("scratchpads", area.scratchpads),
        ("networks", area.networks),
        ("global_buffer", area.global_buffer),
        ("dram_interface", area.dram_interface),
        ("total", area.total),
    ] {
        text.push_str(&format!("  {name}: {:.0}\n", area.0));
    }
    let peak = cost.peak_power(&accelerator);
    text.push_str(&format!("peak_power_mw: {:.1}    # without DRAM\n", peak.0));
    text.push_str("cost:    # the constants behind these figures, with their sources\n");
    for line in accelerator.cost.to_yaml().lines() {
        text.push_str(&format!("  {line}\n"));
    }
    Ok(text)
}

/// What becomes of a network's file, whoever's it is.
fn network(name: &str, target: &ShowTarget, format: Format) -> Result<Answer> {
    let network = inputs::network(name, &target.layers)?;
    let layers = inputs::layers(&network, &target.layers)?;
    let scope = inputs::scope(&network, &layers, &target.layers);
    let shapes = Shapes {
        name: network.name(),
        batch: target.layers.batch,
        layers: &layers,
        scope: &scope,
    };
    output::print(&shapes.write(format)?)?;
    Ok(judged(&scope, Answer::Yes))
}

fn arch(name: &str, target: &ShowTarget) -> Result<String> {
    match presets::find(name) {
        Some(text) if target.set.is_empty() => Ok(text.to_owned()),
        _ => Ok(inputs::accelerator(name, &target.set, Flows::All)?.to_yaml()),
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
    if let Some(dataflow) = Dataflow::find(name) {
        return Ok(dataflow.to_yaml());
    }
    match load::own_dataflow(name)? {
        Some(dataflow) => Ok(dataflow.to_yaml()),
        None => bail!("unknown dataflow `{name}`; allowed: ws, os, rs, is, or a YAML file"),
    }
}

fn mapping(name: &str, target: &ShowTarget) -> Result<String> {
    let Some(network) = target.network.as_deref() else {
        let text = mappings::find(name);
        return text.map(str::to_owned).ok_or_else(|| {
            anyhow!(
                "show mapping {name}: needed the name of a mapping preset ({}), or an accelerator \
                 and --network",
                mappings::names().collect::<Vec<_>>().join(", ")
            )
        });
    };
    let loaded = inputs::load(&Target {
        arch: name.to_owned(),
        network: network.to_owned(),
        layers: target.layers.clone(),
        set: target.set.clone(),
        dataflow: target.dataflow.clone(),
        mapping: None,
        choosing: target.choosing,
        explain: false,
    })?;
    let control = &loaded.control()?;
    let layers = loaded.layers().iter();
    let plans = layers.map(|layer| Ok(LayerPlan::of(&loaded.plan(layer, control)?)));
    Ok(plans.collect::<Result<LayerFile<LayerPlan>>>()?.to_yaml())
}
