//! PEs and buffers of each layer under budgets, layer by layer: ConfuciuX's problem (Kao, Jeong and Krishna, MICRO
//! 2020) with the choices of a layer as one action.

use super::{Environment, Step, centred};
use crate::deployment::Deployment;
use crate::fixed::Fixed;
use crate::objective::Objective;
use crate::problem::Problem;
use crate::table::CostEntry;

/// An assignment, decided layer by layer.
///
/// A step is a layer, an action one of its options. What an agent sees: the layer's shape (seven numbers, see
/// [`Shapes`](crate::Shapes)), the share of the layers that are decided, the action before as a share of the layer's
/// options, and the share of each budget that is used.
///
/// An option is allowed if the least that the layers behind it could take fits beside it, budget by budget. Under one
/// budget every allowed action leads to a whole solution; under two it may not, and the episode ends where nothing
/// is allowed any more.
pub struct Assignment {
    problem: Problem,
    steps: Vec<Step>,
    /// For each layer and those behind it, the least sum of each of a few costs.
    least_latency: Vec<f64>,
    least_energy: Vec<f64>,
    greatest_least_latency: Vec<f64>,
    /// For each budget the same, in its integers.
    least_usage: Vec<Vec<i64>>,
}

impl Assignment {
    /// The decisions of a problem whose layers have hardware of their own.
    ///
    /// # Errors
    /// The problem, if its layers share hardware.
    pub fn new(problem: Problem, names: &[String]) -> Result<Self, Box<Problem>> {
        if problem.deployment() != Deployment::Pipelined {
            return Err(Box::new(problem));
        }
        let layers = problem.table().layers();
        let step = |(at, options): (usize, &Vec<CostEntry>)| Step {
            name: names.get(at).cloned().unwrap_or_else(|| at.to_string()),
            values: options.iter().map(label).collect(),
        };
        let least_of = |cost: &dyn Fn(&CostEntry) -> f64| -> Vec<f64> {
            let least = |options: &Vec<CostEntry>| options.iter().map(cost).reduce(f64::min);
            layers
                .iter()
                .map(|options| least(options).unwrap_or(0.0))
                .collect()
        };
        let latency = least_of(&|entry| entry.latency as f64);
        let behind = |usage: &Fixed| {
            let least = usage
                .values()
                .iter()
                .map(|options| options.iter().min().copied());
            let mut sums: Vec<i64> = least.map(Option::unwrap_or_default).collect();
            sums.push(0);
            for at in (0..sums.len() - 1).rev() {
                sums[at] += sums[at + 1];
            }
            sums
        };
        Ok(Self {
            steps: layers.iter().enumerate().map(step).collect(),
            greatest_least_latency: from_behind(&latency, f64::max),
            least_latency: from_behind(&latency, |a, b| a + b),
            least_energy: from_behind(&least_of(&|entry| entry.energy), |a, b| a + b),
            least_usage: problem.usage().iter().map(behind).collect(),
            problem,
        })
    }

    /// The problem.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    fn entries<'a>(&'a self, chosen: &'a [u16]) -> impl Iterator<Item = &'a CostEntry> {
        let layers = self.problem.table().layers().iter();
        layers
            .zip(chosen)
            .map(|(options, at)| &options[usize::from(*at)])
    }
}

fn label(entry: &CostEntry) -> String {
    let levels = entry.levels();
    let style = levels
        .style
        .map_or_else(String::new, |style| format!("{style}, "));
    format!("{style}{} PEs, tile level {}", levels.pe, levels.tile)
}

/// What a fold gives of each number and those behind it; 0 behind the last.
fn from_behind(each: &[f64], fold: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut folded = each.to_vec();
    folded.push(0.0);
    for at in (0..each.len()).rev() {
        folded[at] = fold(folded[at], folded[at + 1]);
    }
    folded
}

impl Environment for Assignment {
    fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn features(&self) -> usize {
        9 + self.problem.budgets().len()
    }

    fn observe(&self, chosen: &[u16], features: &mut [f32]) {
        let count = self.steps.len();
        let shape = self.problem.shapes().rows()[chosen.len().min(count - 1)];
        let progress = chosen.len() as f64 / count as f64;
        let last = chosen.last().map_or(0.0, |action| {
            (f64::from(*action) + 1.0) / self.steps[chosen.len() - 1].values.len() as f64
        });
        let used = self.problem.budgets().iter().map(|budget| {
            let used: f64 = self
                .entries(chosen)
                .map(|entry| entry.usage(budget.resource))
                .sum();
            (used / budget.limit.max(f64::MIN_POSITIVE)).min(1.0)
        });
        let all = shape.into_iter().chain([progress, last]).chain(used);
        for (feature, share) in features.iter_mut().zip(all) {
            *feature = centred(share);
        }
    }

    fn allow(&self, chosen: &[u16], allowed: &mut [bool]) {
        allowed.fill(false);
        let layer = chosen.len();
        allowed[..self.steps[layer].values.len()].fill(true);
        let budgets = self.problem.budgets().iter().zip(self.problem.usage());
        for ((budget, usage), least) in budgets.zip(&self.least_usage) {
            let options = chosen.iter().enumerate();
            let used: i64 = options
                .map(|(at, option)| usage.get(at, usize::from(*option)))
                .sum();
            let room = usage.limit(budget.limit) - used - least[layer + 1];
            for (allowed, takes) in allowed.iter_mut().zip(&usage.values()[layer]) {
                *allowed &= *takes <= room;
            }
        }
    }

    fn bound(&self, chosen: &[u16]) -> f64 {
        let at = chosen.len();
        if at == self.steps.len() {
            return self.problem.value(chosen);
        }
        let latency = || {
            let known: u64 = self.entries(chosen).map(|entry| entry.latency).sum();
            known as f64 + self.least_latency[at]
        };
        let energy = || {
            let known: f64 = self.entries(chosen).map(|entry| entry.energy).sum();
            known + self.least_energy[at]
        };
        match self.problem.objective() {
            Objective::Latency => latency(),
            Objective::Energy => energy(),
            Objective::Edp => latency() * energy(),
            Objective::Throughput => {
                let known = self.entries(chosen).map(|entry| entry.latency).max();
                (known.unwrap_or(0) as f64).max(self.greatest_least_latency[at])
            }
        }
    }
}
