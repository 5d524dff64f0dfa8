//! A network on an accelerator: what every question is about.

mod given;
mod remark;
mod request;

use std::sync::Arc;

use crate::arch::{Accelerator, CostModel, near};
use crate::control::{self, ControlKind};
use crate::csv::Origin;
use crate::element_types;
use crate::error::{Error, Unmapped};
use crate::explain;
use crate::goal::Chosen;
use crate::load;
use crate::mappings::{self, MappingFile, ScheduleFile};
use crate::scope::Scope;
use crate::sim::decoupled::{self, LoweredLayer};
use crate::sim::mapper::{self, Goal};
use crate::sim::{Dataflow, Mapping, Plan, Reach};
use crate::workloads::{Layer, Network};

use given::Given;
pub use remark::Remark;
pub use request::{Request, overrides, sizes};

/// How many of a network's layers a message names.
const NAMED: usize = 12;

/// The inputs of every question: an accelerator, the layers of a network, the goal of the mapper, and
/// mappings that are given.
///
/// ```
/// use stationary::{Target, load};
///
/// let accelerator = load::accelerator("eyeriss", &[])?.value;
/// let network = load::network("alexnet", &[])?.value;
/// let target = Target::new(accelerator, &network)?.pick(&["conv3"])?;
/// assert_eq!(target.layers().len(), 1);
/// # Ok::<(), stationary::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Target {
    accelerator: Accelerator,
    /// The network's name.
    pub network: String,
    /// How much of the network answers are for.
    scope: Scope,
    /// The names of accelerator and network, and the settings: the columns that every line of CSV begins
    /// with.
    pub origin: Origin,
    layers: Vec<Layer>,
    /// The dataflow by its short name; the accelerator's first by default.
    asked: Option<String>,
    /// That dataflow, where it is none of the bundled ones.
    own: Option<Arc<Dataflow>>,
    /// The objective of the mapper, where it chooses, and its slack.
    pub goal: Goal,
    /// Remarks on the inputs.
    pub remarks: Vec<Remark>,
    /// Whether an error on a layer without a mapping says what would make a mapping legal.
    pub explain: bool,
    /// What is to be known of the network, whatever the machine.
    of_network: Vec<Remark>,
    /// The names that the inputs were read by; None for inputs that were made as values.
    pub request: Option<Request>,
    all: Network,
    given: Option<Given>,
}

impl Target {
    /// All layers of a network, with mappings of the mapper's own.
    ///
    /// # Errors
    /// An accelerator that no file could describe; layers of which more would have to be counted than can be.
    pub fn new(accelerator: Accelerator, network: &Network) -> Result<Self, Error> {
        accelerator.check()?;
        let layers = network.layers().to_vec();
        if let Some(layer) = layers.iter().find(|layer| !layer.has_possible_zeros()) {
            return Err(Error::Kind {
                path: layer.name().into(),
                found: "zeros: found more than all words; needed at most 10,000 parts of 10,000"
                    .to_owned(),
            });
        }
        // An unfolded convolution has no more MACs, and no more inputs than MACs.
        Reach::of_all(&layers, &accelerator)?;
        let differing = element_types::differing(network, &accelerator);
        Ok(Self {
            scope: Scope::new(network, &layers, false, false),
            origin: Origin {
                arch: accelerator.name.clone(),
                network: network.name().to_owned(),
                batch: 1,
                settings: Vec::new(),
                caveats: caveats(&accelerator),
            },
            remarks: differing.into_iter().map(Remark::Alters).collect(),
            accelerator,
            network: network.name().to_owned(),
            layers,
            asked: None,
            own: None,
            goal: Goal::default(),
            explain: false,
            of_network: Vec::new(),
            request: None,
            all: network.clone(),
            given: None,
        })
    }

    /// These layers only, by name or by index from 0.
    ///
    /// # Errors
    /// A layer that the network does not have, with those that it has; no pick at all.
    pub fn pick(self, picks: &[&str]) -> Result<Self, Error> {
        let layers = picked(&self.all, picks)?;
        if layers.is_empty() {
            return Err(Error::option(
                "layer",
                "",
                "needed a name, or an index from 0",
            ));
        }
        let scope = Scope::new(&self.all, &layers, true, false);
        let request = self.request.map(|request| Request {
            layer: picks.iter().map(|&pick| pick.to_owned()).collect(),
            ..request
        });
        Ok(Self {
            layers,
            scope,
            request,
            ..self
        })
    }

    /// The target with the mappings of a file, which messages call `name`.
    #[must_use]
    pub fn with_mappings(self, name: &str, file: MappingFile) -> Self {
        let given = Some(Given::Mappings(name.to_owned(), file));
        Self { given, ..self }
    }

    /// The target with the schedules of a file, which messages call `name`.
    #[must_use]
    pub fn with_schedules(self, name: &str, file: ScheduleFile) -> Self {
        let given = Some(Given::Schedules(name.to_owned(), file));
        Self { given, ..self }
    }

    /// With mappings, or schedules where instructions control the machine, as the text of a file that messages
    /// call `name`.
    ///
    /// # Errors
    /// A text that is no such file, with the places of what is wrong in it.
    pub fn with_file(self, name: &str, text: &str) -> Result<Self, Error> {
        let given = Given::parse(&self.accelerator, name, text)?;
        Ok(self.with_given(given))
    }

    fn with_given(self, given: Given) -> Self {
        let given = Some(given);
        Self { given, ..self }
    }

    /// The machine.
    #[must_use]
    pub const fn accelerator(&self) -> &Accelerator {
        &self.accelerator
    }

    /// The same layers on another machine, which has no request: what it was made of is not known by name.
    ///
    /// ```
    /// use stationary::Request;
    ///
    /// let target = Request::new("eyeriss", "alexnet").target()?;
    /// let mut larger = target.accelerator().clone();
    /// larger.array.rows = 24;
    /// let target = target.with_accelerator(larger)?;
    /// assert_eq!(target.accelerator().array.rows, 24);
    /// # Ok::<(), stationary::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Target::new`].
    pub fn with_accelerator(self, accelerator: Accelerator) -> Result<Self, Error> {
        let same = Self::new(accelerator, &self.all)?;
        // What was overridden of the machine that was is none of this one's.
        let overrides = self.request.as_ref().map(|request| &request.set[..]);
        let is_override = |setting: &String| overrides.is_some_and(|set| set.contains(setting));
        let settings = self.origin.settings.iter();
        let origin = Origin {
            batch: self.origin.batch,
            settings: settings.filter(|s| !is_override(s)).cloned().collect(),
            ..same.origin.clone()
        };
        let of_network = self.of_network.iter().cloned();
        let remarks = of_network.chain(same.remarks).collect();
        Ok(Self {
            accelerator: same.accelerator,
            origin,
            remarks,
            request: None,
            ..self
        })
    }

    /// The layers that are asked about, as the network has them; an array that unfolds convolutions does so in its
    /// mappings.
    #[must_use]
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// How much of the network an answer is for.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Where an answer for a part of the network is as good as one for the whole.
    #[must_use]
    pub fn partial(self) -> Self {
        let scope = self.scope.partial();
        Self { scope, ..self }
    }

    /// The dataflow that was asked for, by its short name or by the name of its file.
    pub(crate) fn asked_dataflow(&self) -> Option<&str> {
        self.asked.as_deref()
    }

    /// The same on another machine, for other layers.
    pub(crate) fn changed(&self, accelerator: Accelerator, layers: Vec<Layer>) -> Self {
        Self {
            accelerator,
            layers,
            ..self.clone()
        }
    }

    /// The accelerator with more of its fields overridden: read again by its name where it has one, as widths
    /// may follow the size of the array there.
    pub(crate) fn overridden(&self, sets: &[String]) -> Result<Accelerator, Error> {
        let given = overrides(sets)?;
        Ok(match &self.request {
            Some(request) => load::accelerator(&request.arch, &given)?.value,
            None => {
                let (name, yaml) = (&self.accelerator.name, self.accelerator.to_yaml());
                Accelerator::from_yaml_with(name, &yaml, &given)?
            }
        })
    }

    /// The overrides that made the accelerator what it is.
    pub(crate) fn sets(&self) -> &[String] {
        self.request.as_ref().map_or(&[], |request| &request.set)
    }

    /// Sentences on the inputs that change answers.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let altering = self.remarks.iter().filter_map(|remark| match remark {
            Remark::Alters(text) => Some(text.clone()),
            _ => None,
        });
        altering.collect()
    }

    /// The goal of the mapper, and for which layers; None if files give all mappings.
    #[must_use]
    pub fn chosen(&self) -> Option<Chosen> {
        let given = self.given.as_ref();
        let chooses = |layer: &&Layer| given.is_none_or(|given| given.leaves(layer));
        let chosen = self.layers.iter().filter(chooses).map(Layer::name);
        let chosen: Vec<String> = chosen.map(str::to_owned).collect();
        let is_any = !chosen.is_empty();
        is_any.then(|| Chosen {
            goal: self.goal,
            part: (chosen.len() < self.layers.len()).then_some(chosen),
        })
    }

    /// Whether mappings or schedules are given.
    #[must_use]
    pub fn has_file(&self) -> bool {
        self.given.is_some()
    }

    /// The target with another dataflow, by its short name, in place of the accelerator's first.
    #[must_use]
    pub fn with_dataflow(self, name: &str) -> Self {
        let asked = Some(name.to_owned());
        let request = self.request.map(|request| Request {
            dataflow: asked.clone(),
            ..request
        });
        Self {
            asked,
            request,
            own: None,
            ..self
        }
    }

    /// On a dataflow of one's own. It may run wherever a sequencer does, as far as the networks deliver its
    /// operands: where they cannot, a mapping is refused with the reason.
    ///
    /// ```
    /// use stationary::Request;
    /// use stationary::sim::Dataflow;
    ///
    /// let mine = "{name: mine, rows: [C], cols: [K], beats: [N, P, Q], local: [R, S]}";
    /// let mine = Dataflow::from_yaml("mine.yaml", mine)?;
    /// let target = Request::new("eyeriss", "alexnet").target()?.with_own_dataflow(mine);
    /// assert_eq!(target.control()?.name(), "mine");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_own_dataflow(self, dataflow: impl Into<Arc<Dataflow>>) -> Self {
        let own = dataflow.into();
        Self {
            asked: Some(own.name.to_string()),
            own: (!own.is_bundled()).then_some(own),
            ..self
        }
    }

    /// The dataflows that may run and are not bundled ones.
    pub(crate) fn own_dataflows(&self) -> Vec<Dataflow> {
        let given = self.given.as_ref();
        let mapped = given.map_or(Vec::new(), Given::own_dataflows);
        let own = self.own.as_deref().cloned();
        mapped.into_iter().chain(own).collect()
    }

    /// How the accelerator is controlled: by the one dataflow of all mappings that are given, by the one that was
    /// asked for, by the accelerator's first, or by instructions.
    ///
    /// # Errors
    /// A dataflow that does not exist or that the accelerator does not offer.
    pub fn control(&self) -> Result<ControlKind, Error> {
        self.style_on(&self.accelerator)
    }

    /// How another accelerator would be controlled.
    pub(crate) fn style_on(&self, accelerator: &Accelerator) -> Result<ControlKind, Error> {
        let given = self.given.as_ref();
        if let Some(dataflow) = given.and_then(|given| given.common_dataflow(&self.layers)) {
            return Ok(ControlKind::Hardwired(dataflow));
        }
        let asked = self.asked_dataflow();
        control::of(accelerator).kind(accelerator, asked, self.own.as_ref())
    }

    /// The dataflow that was asked for, or the accelerator's first.
    ///
    /// # Errors
    /// As [`Target::control`]; a machine that instructions control.
    pub fn dataflow(&self) -> Result<Arc<Dataflow>, Error> {
        control::run_by(&self.accelerator, &self.control()?)
    }

    /// The mapping or schedule of a layer, from the file or chosen by the mapper.
    ///
    /// # Errors
    /// As [`Target::mapping`] and [`Target::lowered_layer`].
    pub fn plan(&self, layer: &Layer, control: &ControlKind) -> Result<Plan, Error> {
        Ok(match control {
            ControlKind::Hardwired(dataflow) => self.mapping(layer, dataflow)?.into(),
            ControlKind::Decoupled => self.lowered_layer(layer)?.into(),
        })
    }

    /// The mapping of a layer: the file's, or the mapper's.
    ///
    /// # Errors
    /// A mapping that is not legal, a layer that no mapping fits or that the file leaves out.
    pub fn mapping(&self, layer: &Layer, dataflow: &Dataflow) -> Result<Mapping, Error> {
        let (name, file) = match &self.given {
            None => return self.mapped(layer, dataflow),
            Some(Given::Schedules(name, _)) => return Err(self.not_for(name, "schedules")),
            Some(Given::Mappings(name, file)) => (name, file),
        };
        if file.leaves(layer) {
            return self.mapped(layer, dataflow);
        }
        let tiling = file.tiling(name, layer, &self.accelerator);
        let (dataflow, tiling) = tiling.map_err(|source| Error::GivenMapping {
            file: name.clone(),
            source: Box::new(source),
            other: self.not_meant(name),
        })?;
        Mapping::new(layer, &self.accelerator, Arc::clone(&dataflow), tiling).map_err(|limit| {
            let more = || explain::mapping(layer, &self.accelerator, &dataflow, tiling);
            let place = format!("{name}: mapping of layer `{}`: ", layer.name());
            self.unmapped(place, limit.into(), more)
        })
    }

    fn mapped(&self, layer: &Layer, dataflow: &Dataflow) -> Result<Mapping, Error> {
        let effort = mapper::MapperEffort {
            goal: self.goal,
            ..mapper::MapperEffort::default()
        };
        mapper::map_with(layer, &self.accelerator, dataflow, &effort).map_err(|error| {
            let more = || explain::no_mapping(layer, &self.accelerator, dataflow);
            self.unmapped(String::new(), error.into(), more)
        })
    }

    /// Of a bundled file of mappings that is given to another network or batch than it was made for: for which.
    fn not_meant(&self, name: &str) -> String {
        let Some(preset) = mappings::presets()
            .iter()
            .find(|preset| preset.name == name)
        else {
            return String::new();
        };
        let batch = self.origin.batch;
        if preset.network == self.network && preset.batch == batch {
            return String::new();
        }
        format!(
            "; {name} is for {} of batch {}, and this is {} of batch {batch}",
            preset.network, preset.batch, self.network
        )
    }

    /// A file of what another kind of control runs by.
    fn not_for(&self, name: &str, holds: &str) -> Error {
        let needed = match self.accelerator.decoupled {
            None => "a sequencer controls it: needed mappings",
            Some(_) => "instructions control it: needed schedules",
        };
        Error::Control(format!(
            "{name}: {holds}, which {} does not run by; {needed}",
            self.accelerator.name
        ))
    }

    fn unmapped(&self, place: String, why: Unmapped, more: impl Fn() -> String) -> Error {
        let more = match self.explain {
            true => more(),
            false => String::new(),
        };
        Error::NoMapping { place, why, more }
    }

    /// The schedule of a layer, checked: the file's, or the estimate's best.
    ///
    /// # Errors
    /// A schedule that does not fit, a layer that none fits or that the file leaves out.
    pub fn lowered_layer(&self, layer: &Layer) -> Result<LoweredLayer, Error> {
        let refused = |place: String| {
            move |error| {
                let source = Box::new(error);
                Error::NoSchedule { place, source }
            }
        };
        let map = || {
            let place = format!("layer `{}`: no schedule fits", layer.name());
            decoupled::map_with(layer, &self.accelerator, self.goal).map_err(refused(place))
        };
        let (name, file) = match &self.given {
            None => return map(),
            Some(Given::Mappings(name, _)) => return Err(self.not_for(name, "mappings")),
            Some(Given::Schedules(name, file)) => (name, file),
        };
        match file.find(layer) {
            Some(entry) => {
                let place = format!("{name}: schedule of layer `{}`", layer.name());
                LoweredLayer::new(layer, &self.accelerator, entry.schedule())
                    .map_err(refused(place))
            }
            None if file.leaves(layer) => map(),
            None => Err(Error::kind(
                name.as_ref(),
                format!(
                    "no schedule of layer `{}`; add one, or `others: map`",
                    layer.name()
                ),
            )),
        }
    }
}

/// Sentences on what an accelerator's energy and area rest on besides measurements; empty where they cannot
/// be told.
#[must_use]
pub fn caveats(accelerator: &Accelerator) -> Vec<String> {
    let cost = CostModel::of(accelerator);
    cost.map_or(Vec::new(), |cost| cost.caveats().to_vec())
}

/// Layers of a network by name or by index from 0, each once.
///
/// # Errors
/// A layer that the network does not have, with those that it has.
pub fn picked(network: &Network, picks: &[&str]) -> Result<Vec<Layer>, Error> {
    // One that is picked by its name and by its index is one.
    let mut layers: Vec<Layer> = Vec::new();
    for pick in picks {
        let layer = layer(network, pick)?;
        if layers.iter().all(|known| known.name() != layer.name()) {
            layers.push(layer.clone());
        }
    }
    Ok(layers)
}

fn layer<'a>(network: &'a Network, pick: &str) -> Result<&'a Layer, Error> {
    let all = network.layers();
    if let Some(layer) = all.iter().find(|layer| layer.name() == pick) {
        return Ok(layer);
    }
    if let Ok(index) = pick.parse::<usize>() {
        return all.get(index).ok_or_else(|| {
            let needed = format!("{} has layers 0 to {}", network.name(), all.len() - 1);
            Error::option("layer", &index.to_string(), needed)
        });
    }
    let hint = near::nearest(pick, all.iter().map(Layer::name))
        .map_or(String::new(), |name| format!("; did you mean `{name}`?"));
    let mut names: Vec<&str> = all.iter().take(NAMED).map(Layer::name).collect();
    let more = format!("and {} more", all.len().saturating_sub(NAMED));
    if all.len() > NAMED {
        names.push(&more);
    }
    let needed = format!(
        "{} has no such layer; it has {}, 0 to {}: {}{hint}",
        network.name(),
        all.len(),
        all.len() - 1,
        names.join(", ")
    );
    Err(Error::option("layer", pick, needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target() -> Target {
        let read = Request::new("systolic", "alexnet").target();
        let picked = read.and_then(|target| target.pick(&["conv5"]));
        picked.unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn no_layer_is_no_pick() {
        let error = target().pick(&[]).map(drop).unwrap_err();
        let said = "layer : needed a name, or an index from 0";
        assert_eq!(error.to_string(), said);
    }

    /// An override of a machine that was changed in code is one of that machine.
    #[test]
    fn overrides_begin_from_the_machine_that_is_there() {
        let mut machine = target().accelerator().clone();
        (machine.array.rows, machine.array.cols) = (7, 5);
        let changed = target().with_accelerator(machine);
        let changed = changed.unwrap_or_else(|error| panic!("{error}"));
        let twice = changed.overridden(&["array.rows=14".to_owned()]);
        let twice = twice.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((twice.array.rows, twice.array.cols), (14, 5));
    }
}
