//! Searches as environments for agents that learn, each with its proved optimum: what the optimisers of a search face,
//! to be played from outside.
//!
//! ```text
//! a question -> its exact search -> Proved (the environment, the optimum, the document that proves it)
//! Episodes::new(proved.environment, proved.optimum, reward, count) -> reset, step, masks, observations
//! ```
//!
//! ```
//! use stationary::Request;
//! use stationary::environments::{self, Figures};
//! use stationary::hooks::Hooks;
//! use stationary::search::environment::{Episodes, Reward};
//!
//! let target = Request::new("nvdla-small", "alexnet").target()?.pick(&["conv5"])?;
//! let proved = environments::tilings(&target, Figures::Machine, &Hooks::default())?;
//! let proved = proved.expect("nobody cancels it");
//! let steps = proved.environment.steps().len();
//! let mut episodes = Episodes::new(proved.environment, proved.optimum, Reward::Sparse, 1);
//! let mut paid = 0.0;
//! for _ in 0..steps {
//!     let first = episodes.masks().iter().position(|allowed| *allowed).expect("something is allowed");
//!     let steps = episodes.step(&[first as u16]);
//!     paid += steps.rewards[0];
//! }
//! assert!(episodes.is_over(0) && 0.0 < paid && paid <= 1.0);
//! # Ok::<(), stationary::Error>(())
//! ```

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use serde_json::json;
use stationary_record::digest;

use crate::arch::{Accelerator, Operand};
use crate::assign::{AssignmentQuestion, CostSource};
use crate::candidates::{MappingQuery, Open};
use crate::codesign::{CodesignQuestion, Setting};
use crate::documents::Document;
use crate::error::Error;
use crate::hooks::Hooks;
use crate::identity;
use crate::map::MappingQuestion;
use crate::search::codesign::{Record, network_bounds};
use crate::search::environment::{Assignment, ChipDesign, Environment, Solution, Step, Tilings};
use crate::search::{Deployment, Stop};
use crate::sim::{Dataflow, Mapping, Pace, Staging, Tiling, run};
use crate::target::Target;
use crate::workloads::{Dim, Layer, PerDim};

/// Candidates of a layer of which an environment is made, at most: about 100 MB.
const MOST: usize = 1 << 20;

/// An environment with its optimum, and what proves it.
pub struct Proved {
    /// The environment.
    pub environment: Arc<dyn Environment>,
    /// The least objective of any whole solution: cycles, nanojoules, or their product.
    pub optimum: f64,
    /// The certificate as JSON; where the objective is not the machine's, the document of the exact search, or of what
    /// was enumerated.
    pub proof: String,
    /// SHA-256 of `proof`, in hexadecimal.
    pub digest: String,
}

impl Proved {
    fn new(environment: impl Environment + 'static, optimum: f64, proof: String) -> Self {
        Self {
            environment: Arc::new(environment),
            optimum,
            digest: digest(proof.as_bytes()),
            proof,
        }
    }
}

/// PEs and buffer of each layer under budgets, by the question's table of costs; the optimum is the exact
/// optimiser's. None if it was cancelled.
///
/// # Errors
/// The search's; layers that share hardware; budgets that no assignment keeps.
pub fn assignment(
    question: &AssignmentQuestion,
    costs: &CostSource,
    hooks: &Hooks<'_>,
) -> Result<Option<Proved>, Error> {
    if question.deployment != Deployment::Pipelined {
        let needed =
            "an environment decides layer by layer, each on hardware of its own; needed pipelined";
        let found = question.deployment.to_string();
        return Err(Error::option("deployment", &found, needed));
    }
    if question.certify || question.optimizer != "exact" {
        let needed = "an environment's optimum is the exact optimiser's over its costs, without certify; needed exact";
        return Err(Error::option("optimizer", &question.optimizer, needed));
    }
    let Some(found) = question.search(costs, hooks)? else {
        return Ok(None);
    };
    if found.outcome.stop != Stop::Proved {
        return Ok(None);
    }
    let Some((_, optimum)) = found.best() else {
        let what = "no assignment keeps the budgets: there is nothing to decide";
        return Err(Error::Search(what.to_owned()));
    };
    let names: Vec<String> = found
        .layers
        .iter()
        .map(|layer| layer.name().to_owned())
        .collect();
    let proof = format!("{:#}\n", found.document().json());
    let environment = Assignment::new(found.problem, &names);
    let environment =
        environment.map_err(|_| Error::Search("its layers share hardware".to_owned()))?;
    Ok(Some(Proved::new(environment, optimum, proof)))
}

/// Whose cycles tilings are judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Figures {
    /// The analytical model's: known of all candidates when the environment is made, so that a step takes microseconds.
    #[default]
    Model,
    /// The machine's: a solution runs when it is first come to. The optimum is a certificate's.
    Machine,
}

impl FromStr for Figures {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "model" => Ok(Self::Model),
            "machine" => Ok(Self::Machine),
            _ => Err(Error::option("of", text, "needed model or machine")),
        }
    }
}

/// The mapper's candidates of the target's only layer, by the cycles of the model or of the machine. By the machine the
/// optimum is the certificate's; by the model it is the least of all candidates, and [`Proved::proof`] has the digest
/// of all their estimates. None if it was cancelled.
///
/// # Errors
/// The search's; more than one layer; a machine that instructions control, whose schedules are chosen by
/// [`chip`]; more than 2^20 candidates.
pub fn tilings(target: &Target, of: Figures, hooks: &Hooks<'_>) -> Result<Option<Proved>, Error> {
    let [layer] = target.layers() else {
        let found = target.layers().len().to_string();
        return Err(Error::option(
            "layer",
            &found,
            "an environment is for one layer; needed 1",
        ));
    };
    let dataflow = target.dataflow()?;
    let query = MappingQuery {
        target,
        layer,
        dataflow: &dataflow,
    };
    let open = query.below(u64::MAX);
    if open.len() > MOST {
        let found = format!("{} has {} candidates", layer.name(), open.len());
        return Err(Error::option("layer", &found, "needed at most 1,048,576"));
    }
    if open.is_empty() {
        // The mapper says why.
        query.space()?;
    }
    let tilings: Vec<Tiling> = open.iter().map(|open| open.tiling).collect();
    let (steps, actions) = choices(&tilings);
    let solutions = |bound: fn(&Open) -> u64| -> Vec<Solution> {
        let all = actions.iter().zip(&open).enumerate();
        let solution = |(place, (actions, open)): (usize, (&Vec<u16>, &Open))| Solution {
            actions: actions.clone(),
            bound: bound(open),
            place,
        };
        all.map(solution).collect()
    };
    match of {
        Figures::Model => {
            let estimates: Vec<u64> = open.iter().map(|open| open.model).collect();
            let optimum = estimates.iter().copied().min().unwrap_or(0);
            let proof = enumerated(target, &open, optimum);
            let solutions = solutions(|open| open.model);
            let price = move |place: usize| estimates[place];
            let environment = Tilings::new(steps, seen(layer), solutions, Box::new(price));
            Ok(Some(Proved::new(environment, optimum as f64, proof)))
        }
        Figures::Machine => {
            let Some((optimum, proof)) = certified(target, hooks)? else {
                return Ok(None);
            };
            let solutions = solutions(|open| open.candidate.bound);
            let accelerator = Arc::new(target.accelerator().clone());
            let layer_of = Arc::new(layer.clone());
            let price =
                move |place: usize| cycles(&layer_of, &accelerator, &dataflow, tilings[place]);
            let environment = Tilings::new(steps, seen(layer), solutions, Box::new(price));
            Ok(Some(Proved::new(environment, optimum as f64, proof)))
        }
    }
}

/// The optimum over all candidates on the machine, and its certificate. None if it was cancelled.
fn certified(target: &Target, hooks: &Hooks<'_>) -> Result<Option<(u64, String)>, Error> {
    let question = MappingQuestion {
        certify: true,
        ..MappingQuestion::default()
    };
    let found = target.search_map(&question, hooks)?;
    let Some(found) = found.filter(|found| !found.is_cut) else {
        return Ok(None);
    };
    let certificate = found.certificate()?;
    let certificate = certificate.ok_or_else(|| Error::Search("nothing was proved".to_owned()))?;
    Ok(Some((
        found.winners[0].machine,
        format!("{:#}\n", certificate.json()),
    )))
}

/// What is known of candidates that were all estimated.
fn enumerated(target: &Target, open: &[Open], least: u64) -> String {
    let estimates = open
        .iter()
        .map(|open| format!("{} {}\n", open.candidate.place, open.model));
    let document = json!({
        "of": "model",
        "accelerator": identity::accelerator(target.accelerator()),
        "layer": identity::layers(target.layers()),
        "candidates": open.len(),
        "least": least,
        "estimates": digest(estimates.collect::<String>().as_bytes()),
    });
    format!("{document:#}\n")
}

/// A core and a schedule of each layer on it; the objective is the cycles of the whole network on the machine, and the
/// optimum the certificate's. None if it was cancelled.
///
/// # Errors
/// The search's; cores of which none runs all layers.
pub fn chip(
    question: &CodesignQuestion,
    setting: &Arc<Setting>,
    hooks: &Hooks<'_>,
) -> Result<Option<Proved>, Error> {
    if question.optimizer != "exact" {
        let needed = "an environment's optimum is proved; needed exact";
        return Err(Error::option("optimizer", &question.optimizer, needed));
    }
    let Some(found) = setting
        .search(question, hooks)?
        .filter(|found| !found.is_cut)
    else {
        return Ok(None);
    };
    let none_runs = || Error::Search("no core runs all layers".to_owned());
    let optimum = found.best().ok_or_else(none_runs)?.cycles as f64;
    let certificate = found.certificate()?.ok_or_else(none_runs)?;
    let nothing = vec![Record::new(); setting.tasks.len()];
    let bounds = network_bounds(&setting.tasks, &nothing).map_err(Error::search)?;
    let environment = ChipDesign::new(setting.tasks.clone(), &[], &bounds).ok_or_else(none_runs)?;
    let proof = format!("{:#}\n", certificate.json());
    Ok(Some(Proved::new(environment, optimum, proof)))
}

fn cycles(
    layer: &Arc<Layer>,
    accelerator: &Arc<Accelerator>,
    dataflow: &Arc<Dataflow>,
    tiling: Tiling,
) -> u64 {
    let mapping = Mapping::new(
        Arc::clone(layer),
        Arc::clone(accelerator),
        Arc::clone(dataflow),
        tiling,
    );
    let mapping = mapping.expect("a candidate is legal");
    run(&mapping, Pace::SkipPeriods, &mut ()).cycles
}

/// A layer's sizes, from -1 for 1 to 1 for 65,536 by their logarithms, and its strides.
fn seen(layer: &Layer) -> Vec<f32> {
    let sizes = Dim::ALL.map(|d| layer.size(d));
    let all = sizes
        .into_iter()
        .chain([layer.rows().stride, layer.cols().stride]);
    all.map(|size| ((size as f64).log2() / 8.0 - 1.0).clamp(-1.0, 1.0) as f32)
        .collect()
}

/// The choices of which tilings are made, from the array outwards, and the action of each tiling at each. Values that
/// no tiling has are no actions.
fn choices(tilings: &[Tiling]) -> (Vec<Step>, Vec<Vec<u16>>) {
    let choices = Choice::all();
    let mut actions = vec![Vec::with_capacity(choices.len()); tilings.len()];
    let steps = choices.into_iter().map(|choice| {
        let values: BTreeSet<Value> = tilings.iter().map(|tiling| choice.of(tiling)).collect();
        let values: Vec<Value> = values.into_iter().collect();
        for (actions, tiling) in actions.iter_mut().zip(tilings) {
            let action = values.binary_search(&choice.of(tiling));
            let action = action.ok().and_then(|action| u16::try_from(action).ok());
            actions.push(action.expect("fewer values of a choice than candidates"));
        }
        Step {
            name: choice.name(),
            values: values.iter().map(Value::text).collect(),
        }
    });
    (steps.collect(), actions)
}

/// A choice on the way to a tiling.
#[derive(Clone, Copy)]
enum Choice {
    Rows,
    Cols,
    Local,
    PassOrder,
    Block(Dim),
    BlockOrder,
    Staging,
    Banks,
    Part(Dim),
}

/// What was chosen. Sizes are in the order of [`Dim::ALL`].
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    Size(u64),
    Sizes([u64; 8]),
    Order([Dim; 8]),
    Banks([u32; 3]),
    Stages([&'static str; 3]),
}

impl Choice {
    fn all() -> Vec<Self> {
        let mut all = vec![Self::Rows, Self::Cols, Self::Local, Self::PassOrder];
        all.extend(Dim::ALL.map(Self::Block));
        all.extend([Self::BlockOrder, Self::Staging, Self::Banks]);
        all.extend(Dim::ALL.map(Self::Part));
        all
    }

    /// As files of mappings name it.
    fn name(self) -> String {
        match self {
            Self::Rows => "rows".to_owned(),
            Self::Cols => "cols".to_owned(),
            Self::Local => "local".to_owned(),
            Self::PassOrder => "pass_order".to_owned(),
            Self::Block(d) => format!("block.{}", d.name()),
            Self::BlockOrder => "block_order".to_owned(),
            Self::Staging => "staging".to_owned(),
            Self::Banks => "banks".to_owned(),
            Self::Part(d) => format!("part.{}", d.name()),
        }
    }

    fn of(self, tiling: &Tiling) -> Value {
        let sizes = |sizes: &PerDim<u64>| Value::Sizes(Dim::ALL.map(|d| sizes[d]));
        let stage = |staging: Staging| match staging {
            Staging::Block => "block",
            Staging::Pass => "pass",
            Staging::Layer => "layer",
        };
        match self {
            Self::Rows => sizes(&tiling.rows),
            Self::Cols => sizes(&tiling.cols),
            Self::Local => sizes(&tiling.local),
            Self::PassOrder => Value::Order(tiling.pass_order),
            Self::Block(d) => Value::Size(tiling.block[d]),
            Self::BlockOrder => Value::Order(tiling.block_order),
            Self::Staging => Value::Stages(Operand::ALL.map(|o| stage(tiling.staging[o]))),
            Self::Banks => Value::Banks(Operand::ALL.map(|o| tiling.banks[o])),
            Self::Part(d) => Value::Size(tiling.part[d]),
        }
    }
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Size(size) => size.to_string(),
            Self::Sizes(sizes) => {
                let above_one = Dim::ALL.iter().zip(sizes).filter(|(_, size)| **size > 1);
                let all: Vec<String> = above_one
                    .map(|(d, size)| format!("{}{size}", d.name()))
                    .collect();
                match all.is_empty() {
                    true => "1".to_owned(),
                    false => all.join(" "),
                }
            }
            Self::Order(order) => order.iter().map(|d| d.name()).collect(),
            Self::Banks([input, weight, output]) => format!("{input}/{weight}/{output}"),
            Self::Stages(stages) => stages.join("/"),
        }
    }
}
