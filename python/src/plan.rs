//! One layer with its mapping, answered at once.

use std::sync::Arc;

use indexmap::IndexMap;
use pyo3::prelude::*;
use stationary::arch::CostModel;
use stationary::mappings::LayerPlan;
use stationary::sim::{self, Bound, Control, Counters, Estimate, Pace, Run};
use stationary::{Error, Target, documents, run};

use crate::error::refused;

/// A layer with its mapping or schedule on an accelerator.
#[pyclass(frozen, module = "stationary")]
#[derive(Clone)]
pub struct Plan(Arc<Parts>);

struct Parts {
    plan: sim::Plan,
    cost: CostModel,
}

impl Plan {
    /// Of the first layer of a target.
    pub fn of(target: &Target) -> Result<Self, Error> {
        let layer = &target.layers()[0];
        let plan = target.plan(layer, &target.control()?)?;
        let cost = CostModel::of(target.accelerator())?;
        Ok(Self(Arc::new(Parts { plan, cost })))
    }
}

#[pymethods]
impl Plan {
    /// What the model says of it.
    fn estimate(&self, py: Python<'_>) -> Figures {
        let model = py.detach(|| self.0.plan.estimate());
        Figures {
            plan: self.clone(),
            model,
            machine: None,
        }
    }

    /// What the machine does with it.
    #[pyo3(signature = (pace = "skip-periods"))]
    fn simulate(&self, py: Python<'_>, pace: &str) -> PyResult<Figures> {
        let pace: Pace = pace_of(py, pace)?;
        let (model, machine) = py.detach(|| {
            let plan = &self.0.plan;
            (plan.estimate(), plan.run(pace, &mut ()))
        });
        Ok(Figures {
            plan: self.clone(),
            model,
            machine: Some(machine),
        })
    }

    /// The layer's name.
    #[getter]
    fn layer(&self) -> &str {
        self.0.plan.layer().name()
    }

    /// PEs that it uses at most.
    #[getter]
    fn active_pes(&self) -> u64 {
        self.0.plan.active_pes()
    }

    /// The mapping or schedule as JSON.
    fn json(&self) -> String {
        let written = serde_json::to_string(&LayerPlan::of(&self.0.plan));
        written.expect("keys of mappings are text")
    }

    fn __repr__(&self) -> String {
        let accelerator = &self.0.plan.accelerator().name;
        format!("<Plan {} on {accelerator}>", self.0.plan.layer().name())
    }
}

/// What model or machine say of a plan.
#[pyclass(frozen, module = "stationary")]
pub struct Figures {
    plan: Plan,
    model: Estimate,
    machine: Option<Run>,
}

impl Figures {
    fn counters(&self) -> &Counters {
        self.machine
            .as_ref()
            .map_or(&self.model.counters, |run| &run.counters)
    }

    fn control(&self) -> &Control {
        self.machine
            .as_ref()
            .map_or(&self.model.control, |run| &run.control)
    }
}

#[pymethods]
impl Figures {
    /// Who answers.
    #[getter]
    fn reading(&self) -> &'static str {
        match self.machine {
            None => "model",
            Some(_) => "machine",
        }
    }

    /// Cycles of the array's clock.
    #[getter]
    fn cycles(&self) -> u64 {
        self.machine
            .as_ref()
            .map_or(self.model.cycles, |run| run.cycles)
    }

    /// What the model says.
    #[getter]
    fn model_cycles(&self) -> u64 {
        self.model.cycles
    }

    /// Cycles that the mapping cannot go below.
    #[getter]
    fn lower_bound_cycles(&self) -> u64 {
        self.model.lower_bound
    }

    /// Cycles in which the array works.
    #[getter]
    fn busy_cycles(&self) -> u64 {
        self.model.busy
    }

    /// Multiply-accumulates.
    #[getter]
    fn macs(&self) -> u64 {
        self.counters().macs
    }

    /// Multiply-accumulates by the array's peak over all cycles, from 0 to 1.
    #[getter]
    fn utilization(&self) -> f64 {
        let peak = self.plan.0.plan.accelerator().array.peak();
        self.counters().macs as f64 / (peak * self.cycles() as f64)
    }

    /// Cycles lost by cause; none under the model.
    #[getter]
    fn stalls(&self) -> IndexMap<&'static str, u64> {
        let stalls = self
            .machine
            .as_ref()
            .map(|run| run.stalls)
            .unwrap_or_default();
        stalls
            .iter()
            .map(|(stall, cycles)| (stall.name(), cycles))
            .collect()
    }

    /// Words that cross the DRAM interface: `input_read`, `weight_read`, `output_read`, `output_write`.
    #[getter]
    fn dram_words(&self) -> IndexMap<&'static str, u64> {
        let names = ["input_read", "weight_read", "output_read", "output_write"];
        names.into_iter().zip(run::dram(self.counters())).collect()
    }

    /// Bytes that cross the DRAM interface, packed as they are there.
    #[getter]
    fn dram_bytes(&self) -> f64 {
        self.plan.0.plan.dram_bytes(self.counters(), self.control())
    }

    /// Energy in picojoules.
    #[getter]
    fn energy_pj(&self) -> f64 {
        let Parts { plan, cost } = &*self.plan.0;
        plan.energy(cost, self.counters(), self.control(), self.cycles())
            .total()
            .0
    }

    /// Energy in picojoules by component.
    #[getter]
    fn energy_by_component_pj(&self) -> IndexMap<String, f64> {
        let Parts { plan, cost } = &*self.plan.0;
        let energy = plan.energy(cost, self.counters(), self.control(), self.cycles());
        let energy = documents::EnergyByComponent::from(&energy);
        energy
            .components()
            .map(|(name, energy)| (name.to_owned(), energy))
            .collect()
    }

    /// What sets the time: `compute`, `dram`, `network:<operand>`, `ramp`, and others.
    #[getter]
    fn bound_by(&self) -> &'static str {
        let bound = match &self.machine {
            None => self.model.bound_by,
            Some(run) => Bound::of_stalls(run.busy, &run.stalls),
        };
        bound.name()
    }

    fn __repr__(&self) -> String {
        let (name, reading) = (self.plan.0.plan.layer().name(), self.reading());
        format!(
            "<Figures of {name} by the {reading}: {} cycles>",
            self.cycles()
        )
    }
}

/// A pace by its name.
pub fn pace_of(py: Python<'_>, name: &str) -> PyResult<Pace> {
    match name {
        "every-cycle" => Ok(Pace::EveryCycle),
        "skip-idle" => Ok(Pace::SkipIdle),
        "skip-periods" => Ok(Pace::SkipPeriods),
        other => {
            let allowed = "every-cycle, skip-idle, skip-periods";
            Err(refused(
                py,
                &format!("pace={other:?}: allowed are {allowed}"),
            ))
        }
    }
}
