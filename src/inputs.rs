//! Files and names from the command line, as checked values.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use stationary::arch::dram::Standard;
use stationary::arch::{Accelerator, CostModel, near};
use stationary::sim::decoupled::{self, Kernel, ScheduleFile};
use stationary::sim::mapper::Goal;
use stationary::sim::mapping_file::MappingFile;
use stationary::sim::{Dataflow, Mapping, Reach, mapper};
use stationary::workloads::{Layer, Network};
use stationary_document::{Diagnostic, alters_an_answer};

use crate::cli::{Layers, Target};
use crate::element_types;
use crate::files;
use crate::interrupt;
use crate::load::{self, Noted};
use crate::output;
use crate::report::csv::Origin;
use crate::report::explain;
use crate::report::goal::Chosen;
use crate::scope::Scope;
use crate::style::Style;
use crate::unread::{self, Flows};

/// Reads a file as text.
pub fn read(path: &Path) -> Result<String> {
    Ok(files::read(path)?)
}

/// Writes a file whole, or not at all, also where a signal comes meanwhile.
pub fn write(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<()> {
    let _whole = interrupt::shielded();
    Ok(files::write(path, content)?)
}

/// An accelerator by preset name or file, with overrides; tells what of a file is not used, and what
/// overrides change nothing where these dataflows run.
pub fn accelerator(name: &str, sets: &[String], flows: Flows<'_>) -> Result<Accelerator> {
    Ok(told_accelerator(name, sets, flows)?.0)
}

/// The same, and what was told that alters answers.
fn told_accelerator(
    name: &str,
    sets: &[String],
    flows: Flows<'_>,
) -> Result<(Accelerator, Vec<String>)> {
    let imported = read_accelerator(name, sets)?;
    let told = notes(&imported.notes);
    let again = |sets: &[(&str, &str)]| {
        let sets: Vec<String> = sets
            .iter()
            .map(|(path, value)| format!("{path}={value}"))
            .collect();
        Some(read_accelerator(name, &sets).ok()?.value)
    };
    warn(&unread::idle(
        &imported.value,
        &overrides(sets)?,
        flows,
        again,
    ));
    Ok((imported.value, told))
}

/// The dataflows that a command may run; a file of mappings names its own.
pub fn flows(target: &Target) -> Flows<'_> {
    match target.dataflow.as_deref() {
        _ if target.mapping.is_some() => Flows::All,
        None => Flows::First,
        Some("all") => Flows::All,
        Some(name) => Flows::Named(name),
    }
}

/// The same, with the notes.
pub fn read_accelerator(name: &str, sets: &[String]) -> Result<Noted<Accelerator>> {
    Ok(load::accelerator(name, &overrides(sets)?)?)
}

/// Overrides as paths and values.
pub fn overrides(sets: &[String]) -> Result<Vec<(&str, &str)>> {
    sets.iter()
        .map(|set| {
            set.split_once('=')
                .ok_or_else(|| anyhow!("--set {set}: needed PATH=VALUE, such as array.rows=32"))
        })
        .collect()
}

/// What an accelerator's energy and area rest on besides measurements; nothing where they cannot be told.
pub fn caveats(accelerator: &Accelerator) -> Vec<String> {
    let cost = CostModel::of(accelerator);
    cost.map_or(Vec::new(), |cost| cost.caveats().to_vec())
}

/// Tells of what was asked for and does nothing.
pub fn warn(warnings: &[String]) {
    for warning in warnings {
        output::complain(&format!("warning: {warning}"));
    }
}

/// Tells what a file says and is not used, or leaves open; gives what of it alters answers, which is a
/// warning.
pub fn notes(notes: &[Diagnostic]) -> Vec<String> {
    let mut told = Vec::new();
    for note in notes {
        if alters_an_answer(note) {
            told.push(note.to_string());
            output::complain(&format!("warning: {note}"));
        } else {
            output::note(&note.to_string());
        }
    }
    told
}

/// A DRAM standard by preset name or file.
pub fn standard(name: &str) -> Result<Standard> {
    let read = load::standard(name)?;
    notes(&read.notes);
    Ok(read.value)
}

/// A network by preset name or file, at the batch and the open sizes asked for.
pub fn network(name: &str, layers: &Layers) -> Result<Network> {
    Ok(told_network(name, layers)?.0)
}

/// The same, and what was told that alters answers.
fn told_network(name: &str, Layers { dim, batch, .. }: &Layers) -> Result<(Network, Vec<String>)> {
    let read = load::network(name, &sizes(dim)?)?;
    let told = notes(&read.notes);
    match batch {
        1 => Ok((read.value, told)),
        images => Ok((read.value.batched(*images)?, told)),
    }
}

/// Sizes of dimensions by name.
fn sizes(dims: &[String]) -> Result<Vec<(&str, u64)>> {
    let parsed = dims.iter().map(|dim| {
        let parts = dim
            .split_once('=')
            .and_then(|(name, size)| Some((name, size.parse().ok()?)));
        parts.ok_or_else(|| anyhow!("--dim {dim}: needed NAME=SIZE, such as sequence=128"))
    });
    parsed.collect()
}

/// The layers picked, or all.
pub fn layers(network: &Network, picked: &Layers) -> Result<Vec<Layer>> {
    let all = network.layers();
    if picked.layer.is_empty() {
        return Ok(all.to_vec());
    }
    // One that is picked by its name and by its index is one.
    let mut layers: Vec<Layer> = Vec::new();
    for pick in &picked.layer {
        let layer = layer(network, pick)?;
        if layers.iter().all(|known| known.name() != layer.name()) {
            layers.push(layer.clone());
        }
    }
    Ok(layers)
}

/// How much of a network these layers are.
pub fn scope(network: &Network, layers: &[Layer], picked: &Layers) -> Scope {
    Scope::new(network, layers, !picked.layer.is_empty(), picked.partial)
}

fn layer<'a>(network: &'a Network, pick: &str) -> Result<&'a Layer> {
    let all = network.layers();
    if let Some(layer) = all.iter().find(|layer| layer.name() == pick) {
        return Ok(layer);
    }
    if let Ok(index) = pick.parse::<usize>() {
        return all.get(index).ok_or_else(|| {
            anyhow!(
                "--layer {index}: {} has layers 0 to {}",
                network.name(),
                all.len() - 1
            )
        });
    }
    let hint = near::nearest(pick, all.iter().map(Layer::name))
        .map_or(String::new(), |name| format!("; did you mean `{name}`?"));
    let mut names: Vec<&str> = all.iter().take(NAMED).map(Layer::name).collect();
    let more = format!("and {} more", all.len().saturating_sub(NAMED));
    if all.len() > NAMED {
        names.push(&more);
    }
    bail!(
        "--layer {pick}: {} has no such layer; it has {}, 0 to {}: {}{hint}",
        network.name(),
        all.len(),
        all.len() - 1,
        names.join(", ")
    )
}

/// How many of a network's layers a message names.
const NAMED: usize = 12;

/// A dataflow that the accelerator offers; its first by default.
pub fn dataflow(accelerator: &Accelerator, name: Option<&str>) -> Result<&'static Dataflow> {
    if accelerator.decoupled.is_some() {
        bail!(
            "{}: instructions control it, by schedules and not by mappings of a dataflow; estimate, \
             simulate, validate and search codesign take it",
            accelerator.name
        );
    }
    let name = name.unwrap_or(&accelerator.dataflows[0]);
    let Some(dataflow) = Dataflow::find(name) else {
        bail!("--dataflow {name}: unknown dataflow; allowed: ws, os, rs, is")
    };
    if !accelerator.dataflows.iter().any(|offered| offered == name) {
        bail!(
            "--dataflow {name}: {} does not offer it; it offers: {}",
            accelerator.name,
            accelerator.dataflows.join(", ")
        );
    }
    Ok(dataflow)
}

/// How the accelerator is controlled: by a dataflow that it offers, or by instructions.
pub fn style(accelerator: &Accelerator, dataflow: Option<&str>) -> Result<Style> {
    match dataflow {
        None if accelerator.decoupled.is_some() => Ok(Style::Decoupled),
        name => Ok(Style::Hardwired(self::dataflow(accelerator, name)?)),
    }
}

/// What was set besides the inputs' names: fields of the accelerator, and the goal if it was given.
fn settings(target: &Target) -> Vec<String> {
    let objective = target.choosing.objective.map(|o| format!("objective={o}"));
    let slack = target.choosing.slack;
    let slack = slack.map(|slack| format!("slack={}", slack.percent()));
    let set = target.set.iter().cloned();
    set.chain(objective).chain(slack).collect()
}

/// What `--mapping` names.
#[derive(Clone)]
enum File {
    Mappings(MappingFile),
    Schedules(ScheduleFile),
}

/// Everything that a target names.
#[derive(Clone)]
pub struct Loaded {
    pub accelerator: Accelerator,
    pub network: String,
    /// How much of the network an answer is for.
    pub scope: Scope,
    /// Whose run it is, for tables.
    pub origin: Origin,
    /// The layers as the network has them; an array that unfolds convolutions does so in its mappings.
    pub layers: Vec<Layer>,
    /// What the mapper makes small, where it chooses.
    pub goal: Goal,
    /// What of the files alters answers: what is left out, or counted otherwise.
    pub told: Vec<String>,
    file: Option<(String, File)>,
    explain: bool,
}

impl Loaded {
    /// Reads a target.
    pub fn new(target: &Target) -> Result<Self> {
        let (accelerator, mut told) = told_accelerator(&target.arch, &target.set, flows(target))?;
        let (network, of_network) = told_network(&target.network, &target.layers)?;
        told.extend(of_network);
        for line in element_types::differing(&network, &accelerator) {
            let line = format!("{}: {line}", target.network);
            output::complain(&format!("warning: {line}"));
            told.push(line);
        }
        let layers = layers(&network, &target.layers)?;
        // An unfolded convolution has no more MACs, and no more inputs than MACs.
        Reach::of_all(&layers, &accelerator)?;
        let file = match &target.mapping {
            None => None,
            Some(name) if accelerator.decoupled.is_some() => {
                Some((name.clone(), File::Schedules(load::schedules(name)?)))
            }
            Some(name) => Some((name.clone(), File::Mappings(load::mappings(name)?))),
        };
        let loaded = Self {
            scope: scope(&network, &layers, &target.layers),
            origin: Origin {
                arch: accelerator.name.clone(),
                network: network.name().to_owned(),
                batch: target.layers.batch,
                settings: settings(target),
                caveats: caveats(&accelerator),
            },
            accelerator,
            goal: target.choosing.goal(),
            network: network.name().to_owned(),
            layers,
            told,
            file,
            explain: target.explain,
        };
        if target.choosing.is_given() && loaded.chosen().is_none() {
            output::complain(
                "warning: --objective and --slack say what the mapper makes small, and it chooses no \
                 mapping here: --mapping gives all",
            );
        }
        Ok(loaded)
    }

    /// What the mapper makes small, if it chooses the mapping of any layer.
    pub fn chosen(&self) -> Option<Chosen<'_>> {
        let chooses = |layer: &&Layer| match &self.file {
            None => true,
            Some((_, File::Mappings(file))) => file.leaves(layer),
            Some((_, File::Schedules(file))) => file.maps_others() && file.find(layer).is_none(),
        };
        let chosen = self.layers.iter().filter(chooses).map(Layer::name);
        let chosen: Vec<&str> = chosen.collect();
        let is_any = !chosen.is_empty();
        is_any.then(|| Chosen {
            goal: self.goal,
            part: (chosen.len() < self.layers.len()).then_some(chosen),
        })
    }

    /// The same on another machine, for other layers.
    pub fn changed(&self, accelerator: Accelerator, layers: Vec<Layer>) -> Self {
        Self {
            accelerator,
            layers,
            ..self.clone()
        }
    }

    /// Whether mappings come from a file.
    pub fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// The mapping of a layer: the file's, or the mapper's.
    pub fn mapping<'a>(
        &'a self,
        layer: &'a Layer,
        dataflow: &'static Dataflow,
    ) -> Result<Mapping<'a>> {
        let Some((name, File::Mappings(file))) = &self.file else {
            return self.mapped(layer, dataflow);
        };
        if file.leaves(layer) {
            return self.mapped(layer, dataflow);
        }
        let (dataflow, tiling) = file.tiling(name, layer, &self.accelerator)?;
        Mapping::new(layer, &self.accelerator, dataflow, tiling).map_err(|limit| {
            let more = if self.explain {
                explain::mapping(layer, &self.accelerator, dataflow, tiling)
            } else {
                EXPLAIN.to_owned()
            };
            anyhow!("{name}: mapping of layer `{}`: {limit}{more}", layer.name())
        })
    }

    fn mapped<'a>(&'a self, layer: &'a Layer, dataflow: &'static Dataflow) -> Result<Mapping<'a>> {
        let effort = mapper::Effort {
            goal: self.goal,
            ..mapper::Effort::default()
        };
        mapper::map_with(layer, &self.accelerator, dataflow, &effort).map_err(|error| {
            let more = if self.explain {
                explain::no_mapping(layer, &self.accelerator, dataflow)
            } else {
                EXPLAIN.to_owned()
            };
            anyhow!("{error}{more}")
        })
    }

    /// The schedule of a layer, checked: the file's, or the estimate's best.
    pub fn kernel<'a>(&'a self, layer: &'a Layer) -> Result<Kernel<'a>> {
        let map = || {
            decoupled::map_with(layer, &self.accelerator, self.goal)
                .with_context(|| format!("layer `{}`: no schedule fits", layer.name()))
        };
        let Some((name, File::Schedules(file))) = &self.file else {
            return map();
        };
        match file.find(layer) {
            Some(schedule) => Kernel::new(layer, &self.accelerator, schedule)
                .with_context(|| format!("{name}: schedule of layer `{}`", layer.name())),
            None if file.maps_others() => map(),
            None => bail!(
                "{name}: no schedule of layer `{}`; add one, or `others: map`",
                layer.name()
            ),
        }
    }
}

const EXPLAIN: &str = "; --explain says what would mend it";
