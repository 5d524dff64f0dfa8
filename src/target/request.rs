//! A question by the names of its inputs, as the command line and Python ask it.

use crate::arch::Accelerator;
use crate::error::Error;
use crate::load::{self, Noted};
use crate::sim::Dataflow;
use crate::sim::mapper::{Goal, Objective, Slack};
use crate::unread::{self, Flows};
use crate::workloads::Network;

use super::given::Given;
use super::{Remark, Target};

/// Names of presets or files, and what is changed about them. Left out, an option is as on the command line:
/// the accelerator's first dataflow, one image, all layers.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Accelerator: a preset or a file.
    pub arch: String,
    /// Fields of the accelerator that are overridden, as `PATH=VALUE`.
    pub set: Vec<String>,
    /// Network: a preset or a file.
    pub network: String,
    /// Layers by name or by index from 0; all if empty.
    pub layer: Vec<String>,
    /// Sizes that an ONNX model leaves open, as `NAME=SIZE`.
    pub dim: Vec<String>,
    /// The number of images of a run.
    pub batch: u64,
    /// Whether an answer for a part of the network is what is asked for.
    pub partial: bool,
    /// Dataflow by its short name, or the file of one's own; the accelerator's first by default.
    pub dataflow: Option<String>,
    /// The objective by which the mapper chooses.
    pub objective: Option<Objective>,
    /// By how many per cent the objective may be above its least.
    pub slack: Option<Slack>,
    /// Mappings or schedules instead of the mapper's: a preset or a file.
    pub mapping: Option<String>,
    /// Whether an error on a mapping says what would make it legal.
    pub explain: bool,
}

/// What was read, one image a run.
struct Inputs {
    accelerator: Accelerator,
    network: Network,
    own: Option<Dataflow>,
    given: Option<Given>,
    remarks: Vec<Remark>,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            arch: String::new(),
            set: Vec::new(),
            network: String::new(),
            layer: Vec::new(),
            dim: Vec::new(),
            batch: 1,
            partial: false,
            dataflow: None,
            objective: None,
            slack: None,
            mapping: None,
            explain: false,
        }
    }
}

impl Request {
    /// A network on an accelerator, by name.
    ///
    /// ```
    /// use stationary::Request;
    ///
    /// let target = Request::new("eyeriss", "alexnet").target()?;
    /// assert_eq!(target.layers().len(), 8);
    /// # Ok::<(), stationary::Error>(())
    /// ```
    #[must_use]
    pub fn new(arch: &str, network: &str) -> Self {
        Self {
            arch: arch.to_owned(),
            network: network.to_owned(),
            ..Self::default()
        }
    }

    /// Reads everything that it names; what is to be known of the inputs is in [`Target::remarks`].
    ///
    /// # Errors
    /// Inputs that cannot be read, are not allowed, or do not go together.
    pub fn target(&self) -> Result<Target, Error> {
        let mut remarks = Vec::new();
        let sets = overrides(&self.set)?;
        let read = load::accelerator(&self.arch, &sets)?;
        remarks.extend(read.notes.iter().map(Remark::of));
        let accelerator = read.value;
        let again = |sets: &[(&str, &str)]| Some(load::accelerator(&self.arch, sets).ok()?.value);
        let own = self.dataflow.as_deref().map(load::own_dataflow);
        let own = own.transpose()?.flatten();
        let given = self.given(&accelerator)?;
        let mapped = given.iter().flat_map(Given::own_dataflows);
        let flows: Vec<_> = mapped.chain(own.clone()).collect();
        let flows = self.flows(&flows);
        let idle = unread::idle(&accelerator, &sets, flows, again);
        remarks.extend(idle.into_iter().map(Remark::Idle));
        let Noted { value, notes } = load::network(&self.network, &sizes(&self.dim)?)?;
        let of_network: Vec<Remark> = notes.iter().map(Remark::of).collect();
        remarks.extend(of_network.iter().cloned());
        let inputs = Inputs {
            accelerator,
            network: value,
            own,
            given,
            remarks,
        };
        let mut target = self.put_together(inputs)?;
        target.of_network = of_network;
        target.request = Some(self.clone());
        Ok(target)
    }

    /// The same of an accelerator and a network that are values: what the request calls them by is not read,
    /// nor are its overrides and open sizes, which documents name.
    ///
    /// ```
    /// use stationary::{Request, load};
    ///
    /// let accelerator = load::accelerator("eyeriss", &[("array.rows", "24")])?.value;
    /// let network = load::network("alexnet", &[])?.value;
    /// let request = Request { set: vec!["array.rows=24".to_owned()], ..Request::default() };
    /// let target = request.target_of(accelerator, network)?;
    /// assert_eq!(target.origin.settings, ["array.rows=24"]);
    /// # Ok::<(), stationary::Error>(())
    /// ```
    ///
    /// # Errors
    /// Inputs that cannot be read, are not allowed, or do not go together.
    pub fn target_of(&self, accelerator: Accelerator, network: Network) -> Result<Target, Error> {
        let own = self.dataflow.as_deref().map(load::own_dataflow);
        let given = self.given(&accelerator)?;
        self.put_together(Inputs {
            accelerator,
            network,
            own: own.transpose()?.flatten(),
            given,
            remarks: Vec::new(),
        })
    }

    fn given(&self, accelerator: &Accelerator) -> Result<Option<Given>, Error> {
        let name = self.mapping.as_deref();
        name.map(|name| Given::read(accelerator, name)).transpose()
    }

    fn put_together(&self, inputs: Inputs) -> Result<Target, Error> {
        let Inputs {
            accelerator,
            network,
            own,
            given,
            mut remarks,
        } = inputs;
        let network = match self.batch {
            1 => network,
            images => network.batched(images)?,
        };
        let file = match self.network.as_str() {
            "" => network.name().to_owned(),
            name => name.to_owned(),
        };
        let mut target = Target::new(accelerator, &network)?;
        for line in std::mem::take(&mut target.remarks) {
            remarks.push(line.of_file(&file));
        }
        target.remarks = remarks;
        if !self.layer.is_empty() {
            let picks: Vec<&str> = self.layer.iter().map(String::as_str).collect();
            target = target.pick(&picks)?;
        }
        if self.partial {
            target = target.partial();
        }
        target.asked.clone_from(&self.dataflow);
        if let Some(own) = own {
            target = target.with_own_dataflow(own);
        }
        target.goal = self.goal();
        target.explain = self.explain;
        target.origin.batch = self.batch;
        target.origin.settings = self.settings();
        if let Some(given) = given {
            target = target.with_given(given);
        }
        let is_given = self.objective.is_some() || self.slack.is_some();
        if is_given && target.chosen().is_none() {
            let text = "objective and slack say what the mapper makes small, and it chooses no mapping here: \
                        the file of mappings gives all";
            target.remarks.push(Remark::Idle(text.to_owned()));
        }
        Ok(target)
    }

    /// The goal of the mapper: as asked for, or the default.
    #[must_use]
    pub fn goal(&self) -> Goal {
        let goal = Goal::of(self.objective.unwrap_or_default());
        Goal {
            slack: self.slack.unwrap_or(goal.slack),
            ..goal
        }
    }

    /// The dataflows that may run, of which some may be nobody's but the user's; a file of mappings names
    /// its own.
    pub(crate) fn flows<'a>(&'a self, own: &'a [Dataflow]) -> Flows<'a> {
        match self.dataflow.as_deref() {
            _ if self.mapping.is_some() => Flows::Mapped(own),
            _ if !own.is_empty() => Flows::Own(own),
            None => Flows::First,
            Some("all") => Flows::All,
            Some(name) => Flows::Named(name),
        }
    }

    /// What was set besides the inputs' names: fields of the accelerator, and the goal if it was given.
    fn settings(&self) -> Vec<String> {
        let objective = self.objective.map(|o| format!("objective={o}"));
        let slack = self.slack;
        let slack = slack.map(|slack| format!("slack={}", slack.percent()));
        let set = self.set.iter().cloned();
        set.chain(objective).chain(slack).collect()
    }
}

/// Overrides as paths and values.
///
/// # Errors
/// One that is not `PATH=VALUE`.
pub fn overrides(sets: &[String]) -> Result<Vec<(&str, &str)>, Error> {
    let parsed = sets.iter().map(|set| {
        set.split_once('=')
            .ok_or_else(|| Error::option("set", set, "needed PATH=VALUE, such as array.rows=32"))
    });
    parsed.collect()
}

/// Sizes of dimensions by name.
///
/// # Errors
/// One that is not `NAME=SIZE`.
pub fn sizes(dims: &[String]) -> Result<Vec<(&str, u64)>, Error> {
    let parsed = dims.iter().map(|dim| {
        let parts = dim
            .split_once('=')
            .and_then(|(name, size)| Some((name, size.parse().ok()?)));
        parts.ok_or_else(|| Error::option("dim", dim, "needed NAME=SIZE, such as sequence=128"))
    });
    parsed.collect()
}
