//! Files and names from the command line, as checked values.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use stationary::arch::dram::{Pipe, Standard, presets};
use stationary::arch::import::Imported;
use stationary::arch::{Accelerator, ArchError, CostModel, near};
use stationary::sim::decoupled::{self, Kernel, ScheduleFile};
use stationary::sim::mapper::Goal;
use stationary::sim::mapping_file::{self, MappingFile};
use stationary::sim::{Dataflow, Mapping, Reach, mapper};
use stationary::workloads::{Layer, Network, onnx, parse_with_notes, zoo};
use stationary_document::{Diagnostic, Node, alters_an_answer};
use stationary_record::read_at_most;

use crate::cli::{Layers, Target};
use crate::element_types;
use crate::interrupt;
use crate::output;
use crate::report::csv::Origin;
use crate::report::goal::Chosen;
use crate::report::{excerpts, explain};
use crate::scope::Scope;
use crate::style::Style;
use crate::template;
use crate::unread::{self, Flows};

/// Bytes of the largest file that is read whole.
const MOST: u64 = 1 << 30;

/// Bytes of the largest ONNX model: no message of Protocol Buffers has more.
const MOST_OF_A_MODEL: u64 = 1 << 31;

/// Reads a file that is not packed.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    let name = path.display();
    if path.is_dir() {
        bail!("{name}: a folder; needed the name of a preset or of a file");
    }
    let most = match path.extension().is_some_and(|end| end == "onnx") {
        true => MOST_OF_A_MODEL,
        false => MOST,
    };
    let bytes = read_at_most(path, most).with_context(|| format!("cannot read {name}"))?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        bail!(
            "{name}: packed by gzip, and only traces are read so: unpack it first (gunzip {name})"
        );
    }
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        bail!("{name}: a pointer of Git LFS and not the file itself, which git lfs pull fetches");
    }
    let beginning = bytes[..bytes.len().min(64)]
        .trim_ascii_start()
        .to_ascii_lowercase();
    if [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| beginning.starts_with(tag))
    {
        bail!("{name}: a web page, perhaps one that shows the file: download the file itself");
    }
    Ok(bytes)
}

/// Reads a file as text.
pub fn read(path: &Path) -> Result<String> {
    let bytes = bytes(path)?;
    Ok(stationary_document::text(&path.to_string_lossy(), bytes)?)
}

/// Reads a file as text that may be a template ([`template::expanded`]), and the name that says what
/// it is when it is expanded.
pub fn read_expanded(name: &str) -> Result<(&str, String)> {
    let text = read(Path::new(name))?;
    let bare = expanded_name(name);
    if is_yaml(bare) {
        Ok((bare, template::expanded(Path::new(name), text)?))
    } else {
        Ok((bare, text))
    }
}

/// What a file holds that needs no other: its bytes, or what a template expands to.
pub fn read_alone(name: &str) -> Result<Vec<u8>> {
    if is_yaml(expanded_name(name)) {
        return Ok(read_expanded(name)?.1.into_bytes());
    }
    let read = read_at_most(Path::new(name), MOST_OF_A_MODEL);
    read.with_context(|| format!("cannot read {name}"))
}

/// A file's name without the ending that says that it is a template.
pub fn expanded_name(name: &str) -> &str {
    let bare = name.strip_suffix(".jinja2").or(name.strip_suffix(".jinja"));
    bare.unwrap_or(name)
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Writes a file whole: beside it first, then in its place. A device or a pipe is written to as it is.
pub fn write(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<()> {
    let cannot = |path: &Path| format!("cannot write {}", path.display());
    // A link stays, and what it names is written.
    let real = path.canonicalize();
    let real = real.as_deref().unwrap_or(path);
    if real.metadata().is_ok_and(|data| !data.is_file()) {
        return std::fs::write(real, content).with_context(|| cannot(path));
    }
    let _whole = interrupt::shielded();
    let mut part = real.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = std::fs::write(part, content).with_context(|| cannot(part));
    if written.is_err() {
        // What could not be written, such as on a full disk, is of no use.
        let _ = std::fs::remove_file(part);
        return written;
    }
    std::fs::rename(part, real).with_context(|| cannot(path))
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
        Some(read_accelerator(name, &sets).ok()?.accelerator)
    };
    warn(&unread::idle(
        &imported.accelerator,
        &overrides(sets)?,
        flows,
        again,
    ));
    Ok((imported.accelerator, told))
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
pub fn read_accelerator(name: &str, sets: &[String]) -> Result<Imported> {
    let sets = overrides(sets)?;
    if !is_file(name) {
        return Ok(Imported {
            accelerator: Accelerator::preset(name, &sets)?
                .priced(&format!("preset {name}"), &sets)?,
            notes: Vec::new(),
        });
    }
    let (name, text) = read_expanded(name)?;
    let excerpt = |error: ArchError| excerpts::error(&text, &error.diagnostics(&text), error);
    Imported::read(name, &text, &sets).map_err(excerpt)
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
    if is_file(name) {
        let text = read(Path::new(name))?;
        let excerpt = |error: ArchError| excerpts::error(&text, &error.diagnostics(&text), error);
        if name.to_lowercase().ends_with(".ini") {
            let (standard, left_out) = Standard::from_dramsim(name, &text).map_err(excerpt)?;
            notes(&left_out);
            return Ok(standard);
        }
        return Standard::from_yaml(name, &text).map_err(excerpt);
    }
    let is_link = matches!(name, "ideal" | "bandwidth") || Pipe::names().any(|pipe| pipe == name);
    if is_link {
        bail!(
            "--dram {name}: it has no banks and no rows, and is for --set dram.kind={name} only; a replay \
             needs a standard: {}",
            presets::names().collect::<Vec<_>>().join(", ")
        );
    }
    Ok(Standard::preset(name)?)
}

/// A network by preset name or file, at the batch and the open sizes asked for.
pub fn network(name: &str, layers: &Layers) -> Result<Network> {
    Ok(told_network(name, layers)?.0)
}

/// The same, and what was told that alters answers.
fn told_network(name: &str, Layers { dim, batch, .. }: &Layers) -> Result<(Network, Vec<String>)> {
    let (network, told) = if name.ends_with(".onnx") {
        model(name, dim)?
    } else if let Some(dim) = dim.first() {
        bail!("--dim {dim}: {name} is no ONNX model, and leaves no dimension open");
    } else if is_file(name) {
        let (name, text) = read_expanded(name)?;
        let (network, left_out) = parse_with_notes(name, &text)
            .map_err(|error| excerpts::error(&text, &error.diagnostics(&text), error))?;
        (network, notes(&left_out))
    } else {
        (zoo::find(name)?, Vec::new())
    };
    match batch {
        1 => Ok((network, told)),
        images => Ok((network.batched(*images)?, told)),
    }
}

fn model(name: &str, dims: &[String]) -> Result<(Network, Vec<String>)> {
    let dims: Result<Vec<(&str, u64)>> = dims
        .iter()
        .map(|dim| {
            let parts = dim
                .split_once('=')
                .and_then(|(name, size)| Some((name, size.parse().ok()?)));
            parts.ok_or_else(|| anyhow!("--dim {dim}: needed NAME=SIZE, such as sequence=128"))
        })
        .collect();
    let bytes = bytes(Path::new(name))?;
    let (network, left_out) = onnx::read(name, &bytes, &dims?)?;
    Ok((network, notes(&left_out)))
}

/// Mappings by preset name or file.
fn mapping_file(name: &str) -> Result<MappingFile> {
    if is_file(name) {
        let (name, text) = read_expanded(name)?;
        let root = Node::parse(name, &text).ok();
        if root.is_some_and(|root| root.get("mapping").is_some()) {
            bail!(
                "{name}: a Timeloop mapping; it goes with Timeloop's --arch and --network files, in \
                 estimate --counting timeloop"
            );
        }
        return MappingFile::parse(name, &text)
            .map_err(|error| excerpts::error(&text, error.diagnostics(), &error));
    }
    match mapping_file::find(name) {
        Some(text) => Ok(MappingFile::parse(name, text)?),
        None => Err(unknown("mapping", name, mapping_file::names())),
    }
}

/// Schedules by file.
fn schedule_file(name: &str) -> Result<ScheduleFile> {
    let text = read(Path::new(name))?;
    ScheduleFile::parse(name, &text).map_err(|diagnostics| {
        let error = anyhow!("{name}: not a file of schedules");
        excerpts::error(&text, &diagnostics, error)
    })
}

/// The message for a name that no preset has.
pub fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> anyhow::Error {
    let known: Vec<_> = known.collect();
    let hint = near::nearest(name, known.iter().copied())
        .map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    anyhow!(
        "unknown {what} `{name}`; allowed: {}, or a file{hint}",
        known.join(", ")
    )
}

/// A name that is meant as a path rather than as a preset.
pub fn is_file(name: &str) -> bool {
    let extensions = [
        ".yaml", ".yml", ".csv", ".cfg", ".m", ".onnx", ".ini", ".jinja2", ".jinja", ".gz",
    ];
    // The folder that one is in and the one above are no presets.
    name.contains('/') || matches!(name, "." | "..") || extensions.iter().any(|e| name.ends_with(e))
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
                Some((name.clone(), File::Schedules(schedule_file(name)?)))
            }
            Some(name) => Some((name.clone(), File::Mappings(mapping_file(name)?))),
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
