//! The assignment as ConfuciuX's sequence of decisions, one gene at a time.
//!
//! ```text
//! observation   the shape of the layer to decide, progress, the last action
//! reward        r_t = R_t - Pmin      R_t = -cost_t, Pmin the lowest R of the run so far
//! overflow      r_t = -(sum of the episode's earlier r) (used - B) / B, and the episode ends
//! ```
//!
//! The cost of a layer is its latency or energy; where the network's objective
//! is no sum, the separable cost that the driver's repair uses. With two budgets
//! the one exceeded by the greater share counts.

use super::space::ActionSpace;
use crate::deployment::Deployment;
use crate::problem::{Point, Problem};
use crate::repair::separable_cost;
use crate::table::CostEntry;

/// Which layer an observation describes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sight {
    /// The layer that is decided next.
    #[default]
    Next,
    /// The layer that was decided last, as the public code of ConfuciuX does.
    Last,
}

/// What does not change over a run.
pub(super) struct Environment {
    pub(super) space: ActionSpace,
    shapes: Vec<[f64; 7]>,
    sight: Sight,
    /// For each gene the cost of its options, and what they take of each budget
    /// as a share of its limit.
    costs: Vec<Vec<f64>>,
    usage: Vec<Vec<Vec<f64>>>,
    lowest: f64,
}

/// An episode so far.
pub(super) struct Episode {
    order: Vec<usize>,
    last: Vec<f64>,
    stage: Option<(u16, Vec<f64>)>,
    used: Vec<f64>,
    rewards: f64,
    /// The value of each decided gene, by gene.
    point: Point,
    decided: usize,
    overflowed: bool,
}

/// What an action led to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Effect {
    pub(super) reward: f64,
    /// The last gene is decided, or a budget exceeded.
    pub(super) is_end: bool,
}

impl Environment {
    pub(super) fn new(problem: &Problem, sight: Sight) -> Self {
        let layers = problem.table().layers();
        let cost = separable_cost(problem);
        let of_gene = |gene: usize| match problem.deployment() {
            Deployment::Sequential => problem.table().fold(0..layers.len()),
            Deployment::Pipelined | Deployment::Segmented { .. } => layers[gene].clone(),
        };
        let genes: Vec<Vec<CostEntry>> = (0..problem.genes()).map(of_gene).collect();
        let shares = |entry: &CostEntry| -> Vec<f64> {
            let budgets = problem.budgets().iter();
            budgets
                .map(|b| entry.usage(b.resource) / b.limit.max(f64::MIN_POSITIVE))
                .collect()
        };
        Self {
            space: ActionSpace::new(problem),
            shapes: problem.shapes().rows()[..problem.genes()].to_vec(),
            sight,
            costs: genes
                .iter()
                .map(|g| g.iter().map(&cost).collect())
                .collect(),
            usage: genes
                .iter()
                .map(|g| g.iter().map(shares).collect())
                .collect(),
            lowest: f64::INFINITY,
        }
    }

    /// How many genes there are.
    pub(super) fn genes(&self) -> usize {
        self.costs.len()
    }

    /// Numbers in an observation: the shape, an action on each axis, progress.
    pub(super) fn width(&self) -> usize {
        7 + self.space.axes().len() + 1
    }

    /// An episode that decides the genes in this order.
    pub(super) fn begin(&self, order: Vec<usize>) -> Episode {
        Episode {
            last: vec![0.0; self.space.axes().len()],
            stage: None,
            used: vec![0.0; self.usage[0][0].len()],
            rewards: 0.0,
            point: vec![0; order.len()],
            order,
            decided: 0,
            overflowed: false,
        }
    }

    /// What the policy sees before its next action: shape, last action, progress,
    /// each mapped to [-1, 1].
    pub(super) fn observation(&self, episode: &Episode) -> Vec<f32> {
        let count = episode.order.len();
        let (at, progress) = match self.sight {
            Sight::Next => (episode.decided.min(count - 1), episode.decided),
            Sight::Last => {
                let last = episode.decided.saturating_sub(1);
                (last, last)
            }
        };
        let shape = self.shapes[episode.order[at]].iter();
        let rest = episode.last.iter().copied();
        let all = shape
            .copied()
            .chain(rest)
            .chain([progress as f64 / count as f64]);
        all.map(|x| (2.0 * (x - 0.5)) as f32).collect()
    }

    /// Decides the next gene. After an overflow the reward is 0.
    pub(super) fn act(&mut self, episode: &mut Episode, levels: &[usize]) -> Effect {
        let gene = episode.order[episode.decided];
        let value = self.space.value(gene, levels);
        episode.last = (levels.iter().enumerate())
            .map(|(axis, &level)| self.space.share(axis, level))
            .collect();
        episode.point[gene] = value;
        episode.decided += 1;
        let was_over = episode.overflowed;
        // A layer that joins takes the option of the stage that it joins.
        let joins = usize::from(value) == self.costs[gene].len();
        let (option, before) = match (&episode.stage, joins) {
            (Some((option, before)), true) => (*option, before.clone()),
            _ => (value, vec![0.0; episode.used.len()]),
        };
        let own = &self.usage[gene][usize::from(option)];
        let taken: Vec<f64> = own.iter().zip(&before).map(|(a, b)| a.max(*b)).collect();
        for (used, (now, then)) in episode.used.iter_mut().zip(taken.iter().zip(&before)) {
            *used += now - then;
        }
        episode.stage = Some((option, taken));
        let raw = -self.costs[gene][usize::from(option)];
        self.lowest = self.lowest.min(raw);
        let mut reward = raw - self.lowest;
        let excess = episode
            .used
            .iter()
            .map(|used| used - 1.0)
            .fold(0.0, f64::max);
        episode.overflowed = excess > 1e-12;
        if was_over {
            return Effect {
                reward: 0.0,
                is_end: true,
            };
        }
        if episode.overflowed {
            reward = -episode.rewards * excess;
        } else {
            episode.rewards += reward;
        }
        Effect {
            reward,
            is_end: episode.overflowed || episode.decided == episode.order.len(),
        }
    }
}

impl Episode {
    pub(super) fn is_whole(&self) -> bool {
        self.decided == self.order.len()
    }

    /// Whether a budget is exceeded.
    pub(super) fn has_overflowed(&self) -> bool {
        self.overflowed
    }

    pub(super) fn into_point(self) -> Point {
        self.point
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BudgetRequest, CostTable, Objective};

    fn problem(budget: &str) -> Problem {
        let text = "layer,pe,tile,latency_cycles,energy_nj,area_um2,power_mw\n\
                    0,1,1,100,1,10,1\n0,2,1,40,1,20,1\n1,1,1,70,1,10,1\n1,2,1,30,1,20,1\n";
        let table = CostTable::parse("test.csv", text).unwrap();
        let request: BudgetRequest = budget.parse().unwrap();
        Problem::new(table, Objective::Latency, &[request]).unwrap()
    }

    #[test]
    fn rewards_follow_the_definition() {
        let problem = problem("area=35");
        let mut environment = Environment::new(&problem, Sight::Next);
        let mut episode = environment.begin(vec![0, 1]);
        let first = environment.act(&mut episode, &[0, 0]);
        assert_eq!(
            (first.reward, first.is_end),
            (0.0, false),
            "the first is the lowest"
        );
        let second = environment.act(&mut episode, &[1, 0]);
        assert_eq!((second.reward, second.is_end), (70.0, true));
        assert!(episode.is_whole() && !episode.has_overflowed());
        let mut episode = environment.begin(vec![1, 0]);
        assert_eq!(environment.act(&mut episode, &[1, 0]).reward, 70.0);
        let over = environment.act(&mut episode, &[1, 0]);
        let expected = -70.0 * (40.0 - 35.0) / 35.0;
        assert!(
            (over.reward - expected).abs() < 1e-9 && over.is_end,
            "{over:?}"
        );
        assert_eq!(episode.into_point(), [1, 1]);
    }

    #[test]
    fn the_policy_sees_the_layer_that_it_decides() {
        let problem = problem("area=35");
        for (sight, latencies) in [(Sight::Next, [100.0, 70.0]), (Sight::Last, [100.0, 100.0])] {
            let mut environment = Environment::new(&problem, sight);
            let mut episode = environment.begin(vec![0, 1]);
            for (at, latency) in latencies.into_iter().enumerate() {
                let seen = environment.observation(&episode)[0];
                assert!(
                    (f64::from(seen) - 2.0 * (latency / 100.0 - 0.5)).abs() < 1e-6,
                    "{at}"
                );
                environment.act(&mut episode, &[0, 0]);
            }
        }
    }
}
