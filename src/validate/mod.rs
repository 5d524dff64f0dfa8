//! The model against the machine, over mappings of each layer.
//!
//! ```text
//! error = model / machine - 1      for the mapping that the mapper chose, and others from the whole range
//! sound = every count is the same, and no mapping takes fewer cycles than its lower bound
//! ```

mod document;
mod others;
mod summary;

use rayon::prelude::*;

use crate::arch::CostModel;
use crate::control::{self, ControlKind, Offered};
use crate::documents::Unmapped;
use crate::error::Error;
use crate::progress::Progress;
use crate::sim::{Energy, Pace, Plan, Stalls};
use crate::target::Target;
use crate::workloads::Layer;

pub use summary::Summary;

/// A question for the error of the model, over several mappings of each layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValidationQuestion {
    /// The most mappings of a layer: the mapper's (or the file's), and others from the whole range of
    /// estimates.
    pub mappings: usize,
    /// The seed by which the other mappings are drawn.
    pub seed: u64,
}

impl Default for ValidationQuestion {
    fn default() -> Self {
        Self {
            mappings: 1,
            seed: 0,
        }
    }
}

/// One mapping of one layer, by model and machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Cycles by the model.
    pub model: u64,
    /// Cycles on the machine.
    pub machine: u64,
    /// Cycles that the mapping cannot go below.
    pub lower_bound: u64,
    /// Cycles in which the array works.
    pub busy: u64,
    /// Cycles lost on the machine, by cause.
    pub stalls: Stalls,
    /// Whether both count the same words, MACs and instructions.
    pub counts_agree: bool,
    /// Energy in picojoules by the model.
    pub model_energy: Energy,
    /// Energy in picojoules by the machine.
    pub machine_energy: Energy,
}

impl Compared {
    /// The model's error in cycles, `model / machine - 1`.
    #[must_use]
    pub fn error(&self) -> f64 {
        self.model as f64 / self.machine as f64 - 1.0
    }

    /// The model's error in energy, `model / machine - 1`.
    #[must_use]
    pub fn energy_error(&self) -> f64 {
        self.model_energy.total().0 / self.machine_energy.total().0 - 1.0
    }
}

/// All mappings of one layer, the mapper's best first.
#[derive(Clone, Debug)]
pub struct ComparedLayer {
    /// The layer, as the network has it.
    pub layer: Layer,
    /// The mappings, the mapper's first.
    pub mappings: Vec<Compared>,
}

/// All layers under one dataflow, or by instructions.
#[derive(Clone, Debug)]
pub struct ComparedDataflow {
    /// How the machine is controlled.
    pub control: ControlKind,
    /// Layer by layer.
    pub layers: Vec<ComparedLayer>,
}

/// The dataflows of a target that are compared.
#[derive(Clone, Debug)]
pub struct Dataflows {
    /// The dataflow asked for, or all that the accelerator offers where the target's dataflow is `all`.
    pub compared: Vec<ControlKind>,
    /// Those asked for by `all` that the accelerator does not offer.
    pub absent: Vec<&'static str>,
}

impl Dataflows {
    /// Those of a target.
    ///
    /// # Errors
    /// A dataflow that does not exist or that the accelerator does not offer.
    pub fn of(target: &Target) -> Result<Self, Error> {
        let accelerator = target.accelerator();
        if !is_all(target) {
            return Ok(Self {
                compared: vec![target.control()?],
                absent: Vec::new(),
            });
        }
        let Offered { compared, absent } = control::of(accelerator).offered(accelerator);
        Ok(Self { compared, absent })
    }
}

fn is_all(target: &Target) -> bool {
    target.asked_dataflow() == Some("all")
}

/// The result of comparing model and machine on a target.
///
/// ```
/// use stationary::Request;
/// use stationary::validate::{ValidationQuestion, Validation};
///
/// let target = Request::new("systolic", "alexnet").target()?.pick(&["conv5"])?;
/// let question = ValidationQuestion { mappings: 3, ..ValidationQuestion::default() };
/// let found = Validation::new(&target, &question, &())?;
/// assert!(found.is_sound());
/// assert_eq!(found.dataflows[0].layers[0].mappings.len(), 3);
/// # Ok::<(), stationary::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Validation {
    /// The target that was validated.
    pub target: Target,
    /// The question that was asked.
    pub question: ValidationQuestion,
    /// The layers under each dataflow.
    pub dataflows: Vec<ComparedDataflow>,
    /// Dataflows of `all` under which a layer has no mapping, or that the accelerator does not offer.
    pub left_out: Vec<Unmapped>,
}

impl Validation {
    /// Compares model and machine on each layer of a target, for every dataflow of [`Dataflows::of`].
    ///
    /// # Errors
    /// A layer without a mapping, of `all` dataflows one under each; several mappings where a file gives one.
    pub fn new(
        target: &Target,
        question: &ValidationQuestion,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        if question.mappings == 0 {
            return Err(Error::option("mappings", "0", "needed at least 1"));
        }
        if target.has_file() && question.mappings > 1 {
            let needed = "a mapping file gives one mapping a layer";
            let found = question.mappings.to_string();
            return Err(Error::option("mappings", &found, needed));
        }
        let cost = CostModel::of(target.accelerator())?;
        let Dataflows { compared, absent } = Dataflows::of(target)?;
        let asked = Asked {
            target,
            question,
            cost: &cost,
            progress,
        };
        let results = compared.into_iter().map(|control| {
            let layers = asked.layers(&control);
            (control, layers)
        });
        let (dataflows, mut left_out) = match is_all(target) {
            true => mapped(results.collect())?,
            false => {
                let one = |(control, layers): (ControlKind, Result<_, Error>)| {
                    Ok(ComparedDataflow {
                        control,
                        layers: layers?,
                    })
                };
                (results.map(one).collect::<Result<_, Error>>()?, Vec::new())
            }
        };
        left_out.extend(absent.into_iter().map(|dataflow| Unmapped {
            dataflow: dataflow.to_owned(),
            reason: format!("the hardware of {} has none", target.accelerator().name),
        }));
        Ok(Self {
            target: target.clone(),
            question: *question,
            dataflows,
            left_out,
        })
    }

    /// Whether every bound and every count held.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let layers = self.dataflows.iter().flat_map(|d| &d.layers);
        let mut all = layers.flat_map(|layer| &layer.mappings);
        all.all(|m| m.lower_bound <= m.machine && m.counts_agree)
    }
}

/// The dataflows under which every layer has a mapping, and those under which one has none; an error if
/// there is no other.
fn mapped(
    results: Vec<(ControlKind, Result<Vec<ComparedLayer>, Error>)>,
) -> Result<(Vec<ComparedDataflow>, Vec<Unmapped>), Error> {
    let (mut compared, mut unmapped) = (Vec::new(), Vec::new());
    for (control, layers) in results {
        match layers {
            Ok(layers) => compared.push(ComparedDataflow { control, layers }),
            Err(error) => unmapped.push(Unmapped {
                dataflow: control.name().to_owned(),
                reason: error.to_string(),
            }),
        }
    }
    if compared.is_empty() {
        let why = unmapped.iter();
        let why: Vec<String> = why
            .map(|Unmapped { dataflow, reason }| format!("  {dataflow}: {reason}"))
            .collect();
        return Err(Error::Control(format!(
            "under no dataflow does every layer have a mapping\n{}",
            why.join("\n")
        )));
    }
    Ok((compared, unmapped))
}

/// What every layer is compared for.
struct Asked<'a> {
    target: &'a Target,
    question: &'a ValidationQuestion,
    cost: &'a CostModel,
    progress: &'a dyn Progress,
}

impl Asked<'_> {
    fn layers(&self, control: &ControlKind) -> Result<Vec<ComparedLayer>, Error> {
        let layers = self.target.layers().par_iter().enumerate();
        let compared = layers.map(|(place, layer)| {
            self.progress.check()?;
            let seed = self.question.seed.wrapping_add(place as u64);
            let compared = self.compare(layer, control, seed);
            self.progress.done();
            compared
        });
        let compared: Vec<Result<_, Error>> = compared.collect();
        compared.into_iter().collect()
    }

    /// What the file gives or the model likes best, and others from all over the range of estimates.
    fn compare(
        &self,
        layer: &Layer,
        control: &ControlKind,
        seed: u64,
    ) -> Result<ComparedLayer, Error> {
        let best = self.target.plan(layer, control)?;
        let mut plans = Vec::new();
        if let count @ 1.. = self.question.mappings - 1 {
            plans = match &best {
                Plan::Mapped(best) => others::mappings(self.target, layer, best, count, seed)?,
                Plan::Lowered(best) => others::schedules(self.target, layer, best, count, seed)?,
            };
        }
        plans.insert(0, best);
        let compared = plans.iter().map(|plan| {
            self.progress.check()?;
            Ok(self.both(plan))
        });
        Ok(ComparedLayer {
            layer: layer.clone(),
            mappings: compared.collect::<Result<_, Error>>()?,
        })
    }

    fn both(&self, plan: &Plan) -> Compared {
        let model = plan.estimate();
        let machine = self.progress.during(plan.layer().name(), model.cycles, || {
            plan.run(Pace::SkipPeriods, &mut ())
        });
        let energy = |counters, control, cycles| plan.energy(self.cost, counters, control, cycles);
        Compared {
            model: model.cycles,
            machine: machine.cycles,
            lower_bound: model.lower_bound,
            busy: machine.busy,
            stalls: machine.stalls,
            counts_agree: model.counters == machine.counters
                && model.busy == machine.busy
                && model.control == machine.control,
            model_energy: energy(&model.counters, &model.control, model.cycles),
            machine_energy: energy(&machine.counters, &machine.control, machine.cycles),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Dataflow;

    #[test]
    fn a_dataflow_without_a_mapping_is_named_and_the_others_go_on() {
        let control =
            |name| ControlKind::Hardwired(Dataflow::find(name).expect("a dataflow").into());
        let results = vec![
            (control("ws"), Ok(Vec::new())),
            (
                control("os"),
                Err(Error::Control("layer `a` has no room".to_owned())),
            ),
            (control("is"), Ok(Vec::new())),
        ];
        let (compared, unmapped) = mapped(results).expect("two have mappings");
        let names = compared.iter().map(|c| c.control.name());
        assert_eq!(names.collect::<Vec<_>>(), ["ws", "is"]);
        assert_eq!(unmapped.len(), 1);
        assert_eq!(unmapped[0].dataflow, "os");
        assert_eq!(unmapped[0].reason, "layer `a` has no room");
        let fails = |name, why: &str| (control(name), Err(Error::Control(why.to_owned())));
        let none = mapped(vec![fails("rs", "no room"), fails("os", "no rows")]);
        let none = none.expect_err("no other").to_string();
        assert!(none.ends_with("\n  rs: no room\n  os: no rows"), "{none}");
    }
}
