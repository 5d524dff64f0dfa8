//! Certificates of results: what is proved about an optimum, and independent checks of it.
//!
//! [`check`] recomputes a certificate from the table; [`prove_optimal`] derives anew that nothing is better.

mod check;
mod optimality;

use thiserror::Error;

pub use check::check;
pub(crate) use check::corner_bound;
pub use optimality::{NotProved, OptimalityProof, prove_optimal};

/// The strength of what is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// The result is the optimum of its table.
    Proved,
    /// The result is the optimum if a stated assumption holds.
    Conditional,
    /// Nothing is proved beyond the lower bound, if there is one.
    None,
}

/// The proof that goes with a result: lower bounds of the optimum, and the numbers that they follow from.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The strength of what is proved.
    pub kind: ProofKind,
    /// The objective that no feasible assignment goes below, in the objective's unit; None if no bound is
    /// known.
    pub lower_bound: Option<f64>,
    /// The lower bound by the multipliers alone, for latency and energy; None for other objectives:
    /// `L(m) = min_x (cost(x) + sum_b m_b usage_b(x)) - sum_b m_b B_b`,
    /// where B_b is the limit raised by the tolerance of 2^-40. With a stage for each layer every layer is
    /// minimised by itself.
    pub relaxation: Option<f64>,
    /// The shadow prices of the budgets: by how much `relaxation` falls for each unit more of a budget, in the
    /// order of the problem's budgets. Empty where the objective is not additive.
    pub multipliers: Vec<f64>,
    /// For the product of latency and energy, the half-planes that hold all feasible assignments and from which
    /// the lower bound follows; else empty.
    pub cuts: Vec<Cut>,
}

/// A half-plane (cutting plane) that holds every feasible assignment: `latency * (sum of latencies) + energy *
/// (sum of energies) >= value`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The weight of the sum of latencies, which is in cycles.
    pub latency: f64,
    /// The weight of the sum of energies, which is in nanojoules.
    pub energy: f64,
    /// The least weighted sum of any feasible assignment.
    pub value: f64,
}

/// A claim of a certificate that does not hold.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum Flaw {
    /// The point is not one option for each layer.
    #[error("the point has {found} choices that exist; the problem has {needed} to make")]
    Shape {
        /// The number of choices that name an existing option.
        found: usize,
        /// The number of choices to make.
        needed: usize,
    },
    /// The objective differs from the claimed one.
    #[error("the choices sum to an objective of {found}, not {claimed}")]
    Objective {
        /// The claimed value.
        claimed: f64,
        /// The recomputed value.
        found: f64,
    },
    /// The point exceeds a budget.
    #[error("budget {budget} is {limit}, but {used} is used")]
    Budget {
        /// The index of the budget.
        budget: usize,
        /// The limit, in square microns (area) or milliwatts (power).
        limit: f64,
        /// The point's total.
        used: f64,
    },
    /// A multiplier is negative or not a number, or there is not one for each budget.
    #[error("the multipliers {0:?} are not one non-negative number for each budget")]
    Multipliers(Vec<f64>),
    /// The Lagrangian bound differs from the claimed one.
    #[error("the multipliers give a bound of {found}, not {claimed}")]
    Relaxation {
        /// The claimed value.
        claimed: f64,
        /// The recomputed value.
        found: f64,
    },
    /// The bounds are not in the order relaxation <= lower bound <= objective.
    #[error("a bound of {bound} lies above {above}")]
    Order {
        /// The bound that should be no greater.
        bound: f64,
        /// The bound or objective that should be no less.
        above: f64,
    },
    /// The result is claimed to be proved, but its lower bound and objective differ.
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
