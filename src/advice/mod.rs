//! What to try next: changes of the command line that help this run.
//!
//! ```text
//! bottlenecks = what the run's cycles go by, the greatest first
//! tried     = for each of them, changes that could widen it
//! advice    = those after which the run takes clearly less of its objective an image, the best first
//! ```
//!
//! A first look of the model at few layers leaves few changes, which are then tried on nearly all of the
//! run: by the model where the run is the model's, else on the machine, which at times gains nothing where
//! the model does. Figures are of the whole run; the little that was not tried is taken to change alike.
//!
//! What repeats itself the machine skips, so that a run of any length may be over at once, and a change of
//! it may not. What it is expected to take decides whether it is asked, and no clock.

pub(crate) mod bottleneck;
mod bottlenecks;
pub(crate) mod change;
mod changes;
#[doc(hidden)]
pub mod words;

use std::collections::HashMap;

use crate::arch::CostModel;
use crate::sim::Pace;
use crate::sim::mapper::Objective;
use crate::workloads::Layer;
use rayon::prelude::*;

pub use bottleneck::Bottleneck;
pub use bottlenecks::bottlenecks;
pub use change::{Change, Present};
pub use changes::changes;

use crate::control::{self, ControlKind};
use crate::error::Error;
use crate::evaluate::{self, LayerResult, Reading};
use crate::progress::{Progress, UnderWay};
use crate::target::Target;

/// The share of the run's cycles, and of its energy, that figures are made over at least.
const COVERED: f64 = 0.95;
/// The least share of the cycles that a bottleneck takes to be worth a change.
const LEAST_SHARE: f64 = 0.02;
/// The least gain that is advised: the model is off by as much at times.
const LEAST_GAIN: f64 = 0.03;
/// Changes that are tried at most.
const MOST_TRIED: usize = 12;
/// Kinds of layers for the first look.
const FIRST_KINDS: usize = 3;
/// Kinds of layers that figures are made over at least, if there are so many.
const LEAST_KINDS: usize = 8;
/// Changes that are advised at most.
const MOST_ADVISED: usize = 3;
/// Changes that are tried on the machine at most.
const MOST_SIMULATED: usize = 4;
/// Cycles that the machine goes through at most for a change: it takes seconds where few repeat.
pub(crate) const MOST_CYCLES: u64 = 1_000_000_000;

/// A change of the command line with its effect on the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// The change.
    pub change: Change,
    /// By how much cycles and energy of an image change.
    pub gain: Gain,
    /// The relative change of the chip's area: 0.1 is 10 % more, less than zero is smaller.
    pub area: f64,
}

/// The relative change of a run's cost for one image: 0 is no change, less than zero is better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    /// Relative change of cycles: -0.2 is 20 % fewer.
    pub cycles: f64,
    /// Relative change of energy.
    pub energy: f64,
}

impl Gain {
    /// The relative change of an objective; less than zero is better.
    pub fn of(self, objective: Objective) -> f64 {
        match objective {
            Objective::Cycles => self.cycles,
            Objective::Energy => self.energy,
            Objective::Edp => (1.0 + self.cycles) * (1.0 + self.energy) - 1.0,
        }
    }
}

/// The advice on a run, with what its cycles go by.
#[derive(Clone, Debug, PartialEq)]
pub struct Advised {
    /// Whether the figures of the advice are the model's or the machine's.
    pub by: Reading,
    /// The objective that the changes lower.
    pub objective: Objective,
    /// What the run's cycles go by, with shares that sum to 1, the greatest first.
    pub bottlenecks: Vec<(Bottleneck, f64)>,
    /// The changes that help, the best first.
    pub advice: Vec<Advice>,
    /// Changes that were tried, in the order of what they could widen.
    pub tried: Vec<Change>,
    /// The share of the run's cycles, from 0 to 1, in the layers that were tried.
    pub share: f64,
}

/// Tries changes of the accelerator and of the command line on a run. Where the machine is expected to take
/// too long for the run or for a change, the figures are the model's.
///
/// # Errors
/// The area of a changed machine cannot be told.
pub fn advise(
    target: &Target,
    control: &ControlKind,
    reading: Reading,
    layers: &[LayerResult],
    progress: &dyn Progress,
) -> Result<Advised, Error> {
    let reading = match reading {
        // All paces give the same figures, and this is the fastest.
        Reading::Machine(_) => Reading::Machine(Pace::SkipPeriods),
        Reading::Model => Reading::Model,
    };
    let bottlenecks = bottlenecks(layers);
    let present = Present {
        accelerator: target.accelerator(),
        dataflow: control.dataflow().map(|dataflow| &**dataflow),
        batch: target.origin.batch,
    };
    let chosen = target.chosen();
    let objective = chosen.map_or(Objective::default(), |chosen| chosen.goal.objective);
    let saving = match objective {
        Objective::Cycles => Vec::new(),
        Objective::Energy | Objective::Edp => changes::frugal(&present),
    };
    let worth = bottlenecks
        .iter()
        .filter(|(_, share)| *share >= LEAST_SHARE);
    let widening = worth.flat_map(|(bottleneck, _)| changes(*bottleneck, &present));
    let trials = Trials {
        target,
        control,
        objective,
        area: CostModel::of(target.accelerator())?.area().total.0,
        progress,
    };
    let mut tried: Vec<(Change, Target)> = Vec::new();
    for change in saving.into_iter().chain(widening) {
        let is_new = tried.iter().all(|(other, _)| *other != change);
        if is_new && tried.len() < MOST_TRIED {
            // What this machine cannot be changed to is no advice.
            if let Ok(changed) = trials.changed(&change) {
                tried.push((change, changed));
            }
        }
    }
    let kinds = kinds(target, layers);
    let first = Sample::of(&kinds[..FIRST_KINDS.min(kinds.len())]);
    let gains = trials.gains(Reading::Model, &tried, &first);
    let sample = Sample::of(nearly_all(&kinds));
    let is_short =
        |gain: &Tried| trials.expected(&tried[gain.0].0, gain.1, &sample) <= MOST_CYCLES as f64;
    let mut worth = gains.iter().filter(|gain| trials.is_worth(gain));
    let reading = match sample.work <= MOST_CYCLES && worth.all(is_short) {
        true => reading,
        false => Reading::Model,
    };
    let kept: Vec<_> = trials
        .kept(gains, reading)
        .filter(|gain| reading == Reading::Model || is_short(gain))
        .map(|(at, _)| tried[at].clone())
        .collect();
    let gains = trials.gains(reading, &kept, &sample).into_iter();
    let gains = gains.filter(|gain| trials.is_worth(gain));
    let mut advice = Vec::new();
    for (at, gain) in gains.take(MOST_ADVISED) {
        let (change, changed) = &kept[at];
        let area = CostModel::of(changed.accelerator())?.area().total.0;
        advice.push(Advice {
            change: change.clone(),
            gain,
            area: area / trials.area - 1.0,
        });
    }
    // A change that was not tried to its end says nothing.
    progress.check()?;
    let all: u64 = layers.iter().map(|layer| layer.cycles).sum();
    Ok(Advised {
        by: reading,
        objective,
        bottlenecks,
        advice,
        tried: tried.into_iter().map(|(change, _)| change).collect(),
        share: sample.cycles as f64 / all as f64,
    })
}

/// A change by its place, and what it gains.
type Tried = (usize, Gain);

/// A layer, how many of the run's are like it, the cycles and energy of all of them, and the model's
/// cycles.
struct Likes {
    index: usize,
    count: u64,
    cycles: u64,
    model: u64,
    energy: f64,
}

/// The kinds of layers, those that take most of the run's cycles and energy first.
fn kinds(target: &Target, layers: &[LayerResult]) -> Vec<Likes> {
    let mut known = HashMap::new();
    let mut kinds: Vec<Likes> = Vec::new();
    for (index, (layer, result)) in target.layers().iter().zip(layers).enumerate() {
        let at = *known
            .entry(evaluate::key(target, layer))
            .or_insert_with(|| {
                kinds.push(Likes {
                    index,
                    count: 0,
                    cycles: 0,
                    model: 0,
                    energy: 0.0,
                });
                kinds.len() - 1
            });
        kinds[at].count += 1;
        kinds[at].cycles += result.cycles;
        kinds[at].model += result.model_cycles;
        kinds[at].energy += result.energy.total().0;
    }
    let [cycles, energy] = totals(&kinds);
    let size = |kind: &Likes| kind.cycles as f64 / cycles + kind.energy / energy;
    kinds.sort_by(|a, b| size(b).total_cmp(&size(a)).then(a.index.cmp(&b.index)));
    kinds
}

/// The cycles and the energy of kinds of layers.
fn totals(kinds: &[Likes]) -> [f64; 2] {
    let cycles: u64 = kinds.iter().map(|kind| kind.cycles).sum();
    [cycles as f64, kinds.iter().map(|kind| kind.energy).sum()]
}

/// The first kinds that make up [`COVERED`] of the run.
fn nearly_all(kinds: &[Likes]) -> &[Likes] {
    let all = totals(kinds);
    let is_enough = |count: &usize| {
        let part = totals(&kinds[..*count]);
        part.iter()
            .zip(all)
            .all(|(part, all)| *part >= COVERED * all)
    };
    let least = LEAST_KINDS.min(kinds.len());
    let count = (least..kinds.len()).find(is_enough);
    &kinds[..count.unwrap_or(kinds.len())]
}

/// Layers to try changes on.
struct Sample {
    /// Places in the network, with the number of layers that each stands for.
    layers: Vec<(usize, u64)>,
    /// Cycles of one layer of each kind.
    work: u64,
    /// Cycles of the run that go by in them and in those like them.
    cycles: u64,
    /// What the model says of them.
    model: u64,
    /// The energy that they take.
    energy: f64,
}

impl Sample {
    fn of(kinds: &[Likes]) -> Self {
        Self {
            layers: kinds.iter().map(|kind| (kind.index, kind.count)).collect(),
            work: kinds.iter().map(|kind| kind.cycles / kind.count).sum(),
            cycles: kinds.iter().map(|kind| kind.cycles).sum(),
            model: kinds.iter().map(|kind| kind.model).sum(),
            energy: kinds.iter().map(|kind| kind.energy).sum(),
        }
    }
}

/// What changes are tried on.
struct Trials<'a> {
    target: &'a Target,
    control: &'a ControlKind,
    objective: Objective,
    area: f64,
    progress: &'a dyn Progress,
}

impl Trials<'_> {
    /// Cycles that the machine is expected to go through for a change.
    fn expected(&self, change: &Change, gain: Gain, sample: &Sample) -> f64 {
        sample.work as f64 * (1.0 + gain.cycles) * self.images(change) as f64
    }

    /// By how much a change multiplies the images of a run.
    fn images(&self, change: &Change) -> u64 {
        match change {
            Change::Batch(images) => images / self.target.origin.batch,
            Change::Set { .. } | Change::Dataflow(_) => 1,
        }
    }

    fn is_worth(&self, (_, gain): &Tried) -> bool {
        gain.of(self.objective) <= -LEAST_GAIN
    }

    /// What is tried again after the first look. What the model gains nothing by may still help on the
    /// machine, which has causes that the model does not know: it fills up what is left of the trials.
    fn kept(&self, gains: Vec<Tried>, reading: Reading) -> impl Iterator<Item = Tried> + use<> {
        let (worth, mut others): (Vec<Tried>, Vec<Tried>) =
            gains.into_iter().partition(|gain| self.is_worth(gain));
        // As they were tried, by the bottleneck.
        others.sort_by_key(|(at, _)| *at);
        let (others, most) = match reading {
            Reading::Model => (Vec::new(), MOST_ADVISED),
            Reading::Machine(_) => (others, MOST_SIMULATED),
        };
        worth.into_iter().chain(others).take(most)
    }

    /// Everything that the command would load after the change.
    fn changed(&self, change: &Change) -> Result<Target, Error> {
        let target = self.target;
        match change {
            Change::Set { path, value } => {
                let mut sets = target.sets().to_vec();
                sets.push(format!("{path}={value}"));
                Ok(target.changed(target.overridden(&sets)?, target.layers().to_vec()))
            }
            Change::Batch(_) => {
                let factor = self.images(change);
                let layers = target.layers().iter().map(|l| l.batched(factor));
                let layers: Result<Vec<Layer>, _> = layers.collect();
                Ok(target.changed(target.accelerator().clone(), layers?))
            }
            Change::Dataflow(_) => Ok(target.clone()),
        }
    }

    /// What changes gain, the best first; what no mapping fits is left out.
    fn gains(&self, reading: Reading, tried: &[(Change, Target)], sample: &Sample) -> Vec<Tried> {
        let before = match reading {
            Reading::Model => sample.model,
            Reading::Machine(_) => sample.cycles,
        };
        let gain = |(at, (change, changed)): (usize, &(Change, Target))| {
            let control = match change {
                Change::Set { .. } | Change::Batch(_) => self.control.clone(),
                Change::Dataflow(name) => control::kind(changed.accelerator(), Some(name)).ok()?,
            };
            let spent = spent(changed, &control, reading, sample, &UnderWay(self.progress));
            self.progress.done();
            let (cycles, energy) = spent.ok()?;
            let factor = self.images(change);
            let change = |after: f64, before: f64| after / factor as f64 / before - 1.0;
            let cycles = change(cycles as f64, before as f64);
            let energy = change(energy, sample.energy);
            Some((at, Gain { cycles, energy }))
        };
        let gains = tried.par_iter().enumerate().filter_map(gain);
        let mut gains: Vec<Tried> = gains.collect();
        let objective = |tried: &Tried| tried.1.of(self.objective);
        gains.sort_by(|a, b| objective(a).total_cmp(&objective(b)).then(a.0.cmp(&b.0)));
        gains
    }
}

/// The cycles and the energy of a sample.
fn spent(
    target: &Target,
    control: &ControlKind,
    reading: Reading,
    sample: &Sample,
    progress: &dyn Progress,
) -> Result<(u64, f64), Error> {
    let picked = sample.layers.iter();
    let picked = picked.map(|(index, _)| target.layers()[*index].clone());
    let picked = target.changed(target.accelerator().clone(), picked.collect());
    let results = evaluate::layers(&picked, control, reading, &(), progress)?;
    let counts = sample.layers.iter().map(|(_, count)| count);
    let (mut cycles, mut energy) = (0, 0.0);
    for (result, count) in results.iter().zip(counts) {
        cycles += count * result.cycles;
        energy += *count as f64 * result.energy.total().0;
    }
    Ok((cycles, energy))
}
