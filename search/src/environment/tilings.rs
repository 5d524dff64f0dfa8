//! The tilings of a layer on a given machine, choice by choice.

use std::sync::OnceLock;

use super::{Environment, Step, observe_choices};

/// A whole solution among many, in the order of an environment's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The action of each step.
    pub actions: Vec<u16>,
    /// A lower bound on its objective.
    pub bound: u64,
    /// Its place in the list that it is from.
    pub place: usize,
}

/// Runs the solution with this place: its objective, in cycles.
pub type Price = Box<dyn Fn(usize) -> u64 + Send + Sync>;

/// The tilings of a layer, all of them listed. The objective is that of a run, which happens when a solution is first
/// come to and is kept.
///
/// What an agent sees: the context that it was made with (the layer's shape), the share of the steps that are decided,
/// and for each step -1 where nothing is chosen yet, else the action's number as a share. Every allowed action leads
/// to a whole solution.
pub struct Tilings {
    steps: Vec<Step>,
    context: Vec<f32>,
    /// Ascending by their actions.
    solutions: Vec<Solution>,
    /// A tree over the solutions' bounds: node n has the lesser of nodes 2n and 2n + 1; solutions begin at their number.
    least: Vec<u64>,
    objectives: Vec<OnceLock<u64>>,
    price: Price,
}

impl Tilings {
    /// The solutions of a list, with what each action stands for. Steps at which there is nothing to choose are left
    /// out, unless that is all of them. Solutions of equal actions are one, with the least of their bounds.
    ///
    /// # Panics
    /// If there is no solution, or one does not have an action for each step.
    pub fn new(
        steps: Vec<Step>,
        context: Vec<f32>,
        solutions: Vec<Solution>,
        price: Price,
    ) -> Self {
        assert!(!solutions.is_empty(), "there are solutions");
        let is_free: Vec<bool> = steps.iter().map(|step| step.values.len() > 1).collect();
        let none = !is_free.contains(&true);
        let kept = |at: usize| is_free[at] || none && at == 0;
        let mut solutions: Vec<Solution> = solutions
            .into_iter()
            .map(|solution| {
                assert_eq!(solution.actions.len(), steps.len(), "an action a step");
                let actions = solution.actions.iter().enumerate();
                Solution {
                    actions: actions
                        .filter(|(at, _)| kept(*at))
                        .map(|(_, action)| *action)
                        .collect(),
                    ..solution
                }
            })
            .collect();
        let steps = steps.into_iter().enumerate();
        let steps = steps
            .filter(|(at, _)| kept(*at))
            .map(|(_, step)| step)
            .collect();
        solutions
            .sort_by(|a, b| (&a.actions, a.bound, a.place).cmp(&(&b.actions, b.bound, b.place)));
        solutions.dedup_by(|b, a| a.actions == b.actions);
        let count = solutions.len();
        let mut least = vec![u64::MAX; count];
        least.extend(solutions.iter().map(|solution| solution.bound));
        for at in (1..count).rev() {
            least[at] = least[2 * at].min(least[2 * at + 1]);
        }
        Self {
            steps,
            context,
            objectives: solutions.iter().map(|_| OnceLock::new()).collect(),
            solutions,
            least,
            price,
        }
    }

    /// How many solutions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.solutions.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.solutions.is_empty()
    }

    /// The place in the list of the solution with these actions; None if there is none.
    #[must_use]
    pub fn place(&self, chosen: &[u16]) -> Option<usize> {
        let (from, to) = self.range(chosen);
        let is_whole = chosen.len() == self.steps.len() && from < to;
        is_whole.then(|| self.solutions[from].place)
    }

    /// The solutions that begin with these actions: from, and up to.
    fn range(&self, chosen: &[u16]) -> (usize, usize) {
        let begins = |solution: &Solution| solution.actions[..chosen.len()].cmp(chosen);
        let from = self.solutions.partition_point(|s| begins(s).is_lt());
        let count = self.solutions[from..].partition_point(|s| begins(s).is_eq());
        (from, from + count)
    }

    /// The least bound of a range of solutions.
    fn least(&self, from: usize, to: usize) -> u64 {
        let (mut from, mut to) = (from + self.solutions.len(), to + self.solutions.len());
        let mut least = u64::MAX;
        while from < to {
            if from % 2 == 1 {
                least = least.min(self.least[from]);
                from += 1;
            }
            if to % 2 == 1 {
                to -= 1;
                least = least.min(self.least[to]);
            }
            (from, to) = (from / 2, to / 2);
        }
        least
    }
}

impl Environment for Tilings {
    fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn features(&self) -> usize {
        self.context.len() + 1 + self.steps.len()
    }

    fn observe(&self, chosen: &[u16], features: &mut [f32]) {
        let (context, rest) = features.split_at_mut(self.context.len());
        context.copy_from_slice(&self.context);
        rest[0] = super::centred(chosen.len() as f64 / self.steps.len() as f64);
        observe_choices(&self.steps, chosen, &mut rest[1..]);
    }

    fn allow(&self, chosen: &[u16], allowed: &mut [bool]) {
        allowed.fill(false);
        let (mut from, to) = self.range(chosen);
        // Solutions are sorted, so that those of one action stand together.
        while from < to {
            let action = self.solutions[from].actions[chosen.len()];
            allowed[usize::from(action)] = true;
            let rest = &self.solutions[from..to];
            from += rest.partition_point(|s| s.actions[chosen.len()] <= action);
        }
    }

    fn bound(&self, chosen: &[u16]) -> f64 {
        let (from, to) = self.range(chosen);
        if chosen.len() < self.steps.len() {
            return self.least(from, to) as f64;
        }
        let run = || (self.price)(self.solutions[from].place);
        *self.objectives[from].get_or_init(run) as f64
    }
}
