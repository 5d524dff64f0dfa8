//! What is proved about a result, and an independent check of it.

mod check;
mod optimality;

use thiserror::Error;

pub use check::check;
pub(crate) use check::corner_bound;
pub use optimality::{NotProved, OptimalityProof, prove_optimal};

/// How much stands behind a lower bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// The result is the optimum of its table.
    Proved,
    /// The result is the optimum if a stated assumption holds.
    Conditional,
    /// Nothing is proved beyond the lower bound, if there is one.
    None,
}

/// What is known about the optimum.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// How much is proved.
    pub kind: ProofKind,
    /// No feasible assignment has a lesser objective.
    pub lower_bound: Option<f64>,
    /// The bound that the multipliers give by themselves, for latency and
    /// energy: L(m) = min_x (cost(x) + sum_b m_b usage_b(x)) - sum_b m_b B_b,
    /// where with a stage for each layer every layer is minimised by itself, and
    /// B_b is the limit raised by the tolerance of 2^-40.
    pub relaxation: Option<f64>,
    /// Shadow prices: by how much the objective's relaxation falls for each
    /// unit more of each budget, in the order of the problem's budgets. Empty
    /// where the objective is not additive.
    pub multipliers: Vec<f64>,
    /// For the product of latency and energy: the half-planes that hold all
    /// feasible assignments, from which the lower bound follows.
    pub cuts: Vec<Cut>,
}

/// Every feasible assignment has
/// `latency * (sum of latencies) + energy * (sum of energies) >= value`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// Weight of the sum of latencies, in cycles.
    pub latency: f64,
    /// Weight of the sum of energies, in nanojoules.
    pub energy: f64,
    /// The least weighted sum.
    pub value: f64,
}

/// A claim that does not hold.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Flaw {
    /// The point is not one option for each layer.
    #[error("the point has {found} choices that exist; the problem has {needed} to make")]
    Shape {
        /// Choices that name an existing option.
        found: usize,
        /// Choices to make.
        needed: usize,
    },
    /// The objective is not the one claimed.
    #[error("the choices sum to an objective of {found}, not {claimed}")]
    Objective {
        /// As claimed.
        claimed: f64,
        /// As recomputed.
        found: f64,
    },
    /// A budget is exceeded.
    #[error("budget {budget} is {limit}, but {used} is used")]
    Budget {
        /// Which budget.
        budget: usize,
        /// Its limit.
        limit: f64,
        /// What the choices take.
        used: f64,
    },
    /// A multiplier that is negative or not a number, or too few of them.
    #[error("the multipliers {0:?} are not one non-negative number for each budget")]
    Multipliers(Vec<f64>),
    /// The Lagrangian bound is not the one claimed.
    #[error("the multipliers give a bound of {found}, not {claimed}")]
    Relaxation {
        /// As claimed.
        claimed: f64,
        /// As recomputed.
        found: f64,
    },
    /// Bounds are not in the order relaxation <= lower bound <= objective.
    #[error("a bound of {bound} lies above {above}")]
    Order {
        /// The lesser by right.
        bound: f64,
        /// The greater by right.
        above: f64,
    },
    /// Proved, but bound and objective differ.
    #[error("called proved with a bound of {bound} below the objective {objective}")]
    Gap {
        /// The lower bound.
        bound: f64,
        /// The objective.
        objective: f64,
    },
}

impl Certificate {
    /// A certificate that proves nothing.
    pub fn none() -> Self {
        Self {
            kind: ProofKind::None,
            lower_bound: None,
            relaxation: None,
            multipliers: Vec::new(),
            cuts: Vec::new(),
        }
    }

    /// A certificate that no assignment keeps the budgets.
    pub fn infeasible() -> Self {
        Self {
            kind: ProofKind::Proved,
            ..Self::none()
        }
    }

    /// The distance from the lower bound to an objective, relative to the objective, from 0 to 1; None
    /// without a lower bound.
    pub fn gap(&self, objective: f64) -> Option<f64> {
        let bound = self.lower_bound?;
        Some(if objective > 0.0 {
            ((objective - bound) / objective).max(0.0)
        } else {
            0.0
        })
    }
}
