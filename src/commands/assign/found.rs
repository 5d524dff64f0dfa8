//! What `search assign` found, and what follows from it.

use stationary::search::design::Checked;
use stationary::search::optimizers::exact::{Relaxation, Vertex};
use stationary::search::{Binding, Choice, Kind, Objective, Outcome, Problem, Resource, binding};
use stationary::sim::Energy;

use crate::cli::Assign;
use crate::commands::certify::Certified;
use crate::commands::shortage::Shortage;
use crate::report::format::thousands;

/// An answer, whichever way it is shown.
pub(super) struct Found<'a> {
    pub(super) args: &'a Assign,
    /// Of the layers, where they are known.
    pub(super) names: Vec<String>,
    pub(super) problem: Problem,
    pub(super) outcome: Outcome,
    pub(super) checked: Vec<Checked>,
    /// What is proved on the machine, if that was asked for: then the best is the machine's.
    pub(super) certified: Option<Certified>,
    /// Of the best, by the model or as certified; none where the costs are a table's.
    pub(super) energy: Option<Energy>,
    pub(super) front: Vec<Vertex>,
    pub(super) relaxation: Option<Relaxation>,
    pub(super) shortage: Option<Shortage>,
    pub(super) seconds: [f64; 2],
    pub(super) verbose: bool,
}

impl Found<'_> {
    /// The best point and its objective.
    pub(super) fn best(&self) -> Option<(&[u16], f64)> {
        self.outcome
            .best
            .as_ref()
            .map(|(point, objective)| (point.as_slice(), *objective))
    }

    /// The problem whose costs the best one has: the model's, or as the machine ran.
    pub(super) fn ground(&self) -> &Problem {
        let certified = self.certified.as_ref();
        certified.map_or(&self.problem, |certified| &certified.proof.problem)
    }

    /// Whether the objective is in whole cycles.
    pub(super) fn is_integral(&self) -> bool {
        matches!(
            self.problem.objective(),
            Objective::Latency | Objective::Throughput
        )
    }

    /// The place of a re-checked point by the model, from 1.
    pub(super) fn rank(&self, checked: &Checked) -> usize {
        let leaders = self.outcome.leaders.iter();
        leaders
            .take_while(|(point, _)| point != checked.point())
            .count()
            + 1
    }

    /// How the model ranks what the machine re-checked, in the machine's order; how many pairs of these
    /// stand the other way round, and how many there are. None with fewer than two.
    pub(super) fn ranking(&self) -> Option<(Vec<usize>, usize, usize)> {
        if self.checked.len() < 2 {
            return None;
        }
        let order: Vec<usize> = self.checked.iter().map(|c| self.rank(c)).collect();
        let pairs = order.len() * (order.len() - 1) / 2;
        let turned = inversions(&order);
        Some((order, turned, pairs))
    }

    /// What the budgets hold back; nothing without budgets.
    pub(super) fn binding(&self, point: &[u16]) -> Vec<Binding> {
        if self.problem.budgets().is_empty() {
            return Vec::new();
        }
        binding(&self.problem, point)
    }

    /// The objective as it is read.
    pub(super) fn show(&self, objective: f64) -> String {
        if self.is_integral() {
            thousands(objective as u64)
        } else {
            format!("{objective:.6e}")
        }
    }
}

/// Pairs that stand in another order than their numbers.
fn inversions(order: &[usize]) -> usize {
    let later = |at: usize| order[at + 1..].iter().filter(move |&&o| o < order[at]);
    (0..order.len()).map(|at| later(at).count()).sum()
}

pub(super) const COLUMNS: [&str; 5] = ["layer", "pe", "tile", "stage", "dataflow"];

/// An option in these columns.
pub(super) fn fields(c: &Choice) -> [String; 5] {
    let style = c.style.map_or(String::new(), |style| style.to_string());
    let [layer, stage] = [c.layer, c.stage].map(|n| n.to_string());
    [layer, c.pe.to_string(), c.tile.to_string(), stage, style]
}

pub(super) fn unit(resource: Resource) -> &'static str {
    match resource {
        Resource::Area => "area_um2",
        Resource::Power => "power_mw",
    }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Proved => "proved",
        Kind::Conditional => "conditional",
        Kind::None => "none",
    }
}
