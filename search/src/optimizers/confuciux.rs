//! ConfuciuX (Kao, Jeong and Krishna, MICRO 2020, arXiv 2009.02010): two thirds of
//! the epochs [`super::reinforce`], the rest [`super::local`] around the best
//! assignment of the first stage.
//!
//! The public code fails where no episode was feasible. Here the second stage
//! begins at the best assignment after the driver's repair, and if there is none,
//! at a random one; as published, the search ends.

use super::local::Local;
use super::reinforce::Reinforce;
use super::{LearningEffort, Optimizer, Preset, Status};
use crate::problem::{Evaluated, Point, Problem};

/// The optimiser.
pub(super) struct Confuciux {
    seed: u64,
    preset: Preset,
    /// Generations of the second stage.
    generations: u64,
    policy: Reinforce,
    best: Option<(Point, f64)>,
    local: Option<Local>,
}

impl Confuciux {
    pub(super) fn new(seed: u64, effort: &LearningEffort) -> Self {
        let episodes = effort.epochs * 2 / 3;
        let policy = LearningEffort {
            epochs: episodes,
            ..*effort
        };
        Self {
            seed,
            preset: effort.preset,
            generations: effort.epochs - episodes,
            policy: Reinforce::new(seed, &policy),
            best: None,
            local: None,
        }
    }

    fn second_stage(&self, problem: &Problem) -> Local {
        let effort = LearningEffort {
            epochs: self.generations,
            preset: self.preset,
        };
        let local = Local::new(self.seed, &effort);
        let Some((point, objective)) = &self.best else {
            return local;
        };
        let natural: Vec<usize> = (0..point.len()).collect();
        let order = match self.preset {
            Preset::AsPublished => self.policy.order(),
            Preset::Faithful | Preset::Tuned => &natural,
        };
        local.begin(problem, point, *objective, order)
    }

    fn is_stuck(&self) -> bool {
        self.preset == Preset::AsPublished
            && self.best.is_none()
            && self.policy.status() == Status::OutOfEpochs
    }
}

impl Optimizer for Confuciux {
    fn ask(&mut self, problem: &Problem, remaining: usize) -> Vec<Point> {
        if self.policy.status() == Status::Searching {
            return self.policy.ask(problem, remaining);
        }
        if self.is_stuck() {
            return Vec::new();
        }
        let mut local = match self.local.take() {
            Some(local) => local,
            None => self.second_stage(problem),
        };
        let points = local.ask(problem, remaining);
        self.local = Some(local);
        points
    }

    fn tell(&mut self, evaluated: &[Evaluated]) {
        if let Some(local) = &mut self.local {
            return local.tell(evaluated);
        }
        for each in evaluated {
            if let Some(objective) = each.verdict.objective()
                && (self.best.as_ref()).is_none_or(|(_, best)| objective < *best)
            {
                self.best = Some((each.point.clone(), objective));
            }
        }
        self.policy.tell(evaluated);
    }

    fn status(&self) -> Status {
        match &self.local {
            Some(local) => local.status(),
            None if self.is_stuck() || self.generations == 0 => self.policy.status(),
            None => Status::Searching,
        }
    }
}
