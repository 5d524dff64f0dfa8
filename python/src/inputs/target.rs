//! A network on an accelerator.

use std::sync::Arc;

use pyo3::prelude::*;
use stationary::sim::mapper::{Objective, Slack};
use stationary::{Error, Remark, Request};

use super::{Arch, Network, Source};
use crate::error::{raised, refused};
use crate::plan::Plan;

/// A network on an accelerator, and how its layers are mapped.
#[pyclass(frozen, module = "stationary")]
pub struct Target {
    pub target: Arc<stationary::Target>,
    /// What was asked for, if anything was.
    pub objective: Option<Objective>,
    pub slack: Option<Slack>,
}

/// How layers are picked and mapped, by the names of the command line's flags.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    layers: Vec<String>,
    batch: u64,
    partial: bool,
    dataflow: Option<String>,
    objective: Option<String>,
    slack: Option<String>,
    mapping: Option<String>,
    /// The text of a file of mappings, in the place of its name.
    mapping_text: Option<String>,
    explain: bool,
}

#[pymethods]
impl Target {
    #[new]
    fn new(py: Python<'_>, arch: &Arch, network: &Network, options: Options) -> PyResult<Self> {
        let objective = options.objective.as_deref().map(str::parse::<Objective>);
        let objective = objective.transpose();
        let objective = objective.map_err(|error| refused(py, &format!("objective: {error}")))?;
        let slack = options
            .slack
            .as_deref()
            .map(str::parse::<Slack>)
            .transpose();
        let slack = slack.map_err(|error| refused(py, &format!("slack: {error}")))?;
        let request = Request {
            arch: arch.source.name().to_owned(),
            set: arch.sets.clone(),
            network: network.source.as_ref().map_or("", Source::name).to_owned(),
            layer: options.layers,
            dim: network.dim.clone(),
            batch: options.batch,
            partial: options.partial,
            dataflow: options.dataflow,
            objective,
            slack,
            mapping: options.mapping,
            explain: options.explain,
        };
        let are_named = matches!(
            (&arch.source, &network.source),
            (Source::Named(_), Some(Source::Named(_)))
        );
        let target = py.detach(|| {
            if are_named {
                return request.target();
            }
            let accelerator = arch.accelerator.as_ref().clone();
            let mut target = request.target_of(accelerator, network.network.as_ref().clone())?;
            let read = arch.remarks.iter().chain(&network.remarks).cloned();
            target.remarks.splice(0..0, read);
            Ok(target)
        });
        let target = target.map_err(|error: Error| raised(py, &error))?;
        let target = match &options.mapping_text {
            Some(text) => {
                let with = target.with_file("mapping", text);
                with.map_err(|error| raised(py, &error))?
            }
            None => target,
        };
        let target = Arc::new(target);
        Ok(Self {
            target,
            objective,
            slack,
        })
    }

    /// What alters an answer or does nothing, and what is only good to know.
    #[getter]
    fn remarks(&self) -> (Vec<String>, Vec<String>) {
        let (mut warnings, mut notes) = (Vec::new(), Vec::new());
        for remark in &self.target.remarks {
            match remark {
                Remark::Alters(text) | Remark::Idle(text) => warnings.push(text.clone()),
                Remark::Note(text) => notes.push(text.clone()),
            }
        }
        (warnings, notes)
    }

    /// Why the answer stands for too little of the network, where it does.
    #[getter]
    fn shortfall(&self) -> Option<String> {
        self.target.scope().shortfall()
    }

    /// What the first layer runs as.
    fn plan(&self, py: Python<'_>) -> PyResult<Plan> {
        let plan = py.detach(|| Plan::of(&self.target));
        plan.map_err(|error| raised(py, &error))
    }
}
