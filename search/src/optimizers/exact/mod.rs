//! The exact optimiser: the optimum with its proof.
//!
//! - latency, energy: a multiple-choice knapsack, see `knapsack`;
//! - throughput: binary search over the latencies that occur, see
//!   `bottleneck`;
//! - the product of latency and energy: a sequence of knapsacks with weighted
//!   sums, see `product`.
//!
//! Costs are integers scaled to 60 bits, so an optimum is exact for latencies
//! and exact to the rounding of a floating-point sum for the rest.

mod bottleneck;
mod dual;
mod knapsack;
mod product;
mod states;
mod units;

use self::units::minimize;
use super::{Access, Optimizer, Standing};
use crate::certificate::{Certificate, Kind};
use crate::driver::Evaluated;
use crate::fixed::Fixed;
use crate::objective::Objective;
use crate::problem::{Point, Problem, Shortfall};

/// The states that one solve may list before it gives up the proof, which
/// bounds its memory to some hundred megabytes.
pub const STATES: usize = 5_000_000;

/// The answer of [`solve`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// An assignment and what is proved about it. Without the proof
    /// ([`Kind::None`]) it is the best one known, if any is.
    Best {
        /// The assignment.
        point: Option<Point>,
        /// The bound.
        certificate: Certificate,
    },
    /// No assignment keeps the budgets: proved.
    Infeasible(Vec<Shortfall>),
}

/// Solves a problem to proof, or until `states` states were listed.
pub fn solve(problem: &Problem, states: usize) -> Answer {
    let short = problem.shortfalls();
    if !short.is_empty() {
        return Answer::Infeasible(short);
    }
    match problem.objective() {
        Objective::Latency | Objective::Energy => additive(problem, states),
        Objective::Throughput => bottleneck::solve(problem, states),
        Objective::Edp => product::solve(problem, states),
    }
}

/// The exact optimiser as a peer of the others: it proposes one point.
#[derive(Default)]
pub(super) struct Exact {
    answer: Option<Answer>,
    is_told: bool,
}

impl Optimizer for Exact {
    fn ask(&mut self, problem: &Problem, _: usize) -> Vec<Point> {
        match self.answer.get_or_insert_with(|| solve(problem, STATES)) {
            Answer::Best {
                point: Some(point), ..
            } if !self.is_told => vec![point.clone()],
            _ => Vec::new(),
        }
    }

    fn tell(&mut self, _: &[Evaluated]) {
        self.is_told = true;
    }

    fn standing(&self) -> Standing {
        match &self.answer {
            None => Standing::Searching,
            Some(Answer::Best { certificate, .. }) => Standing::Bounded(certificate.clone()),
            Some(Answer::Infeasible(short)) => Standing::Infeasible(short.clone()),
        }
    }

    fn access(&self) -> Access {
        Access::Table
    }
}

fn additive(problem: &Problem, states: usize) -> Answer {
    let layers = problem.table().layers();
    let cost = match problem.objective() {
        Objective::Energy => Fixed::scaled(layers, |e| e.energy),
        _ => Fixed::integers(layers, |e| e.latency),
    };
    let Some(least) = minimize(&cost, &budgets(problem), |_, _| true, states) else {
        return Answer::Infeasible(joint_shortfalls(problem, states));
    };
    let (kind, lower_bound) = match &least.point {
        Some(point) if least.is_proved => (Kind::Proved, problem.value(point)),
        _ => (Kind::None, least.bound),
    };
    let certificate = Certificate {
        kind,
        lower_bound: Some(lower_bound),
        relaxation: Some(least.relaxation.min(lower_bound)),
        multipliers: least.multipliers,
        cuts: Vec::new(),
    };
    Answer::Best {
        point: least.point,
        certificate,
    }
}

/// The least limit of each budget while the others are held.
fn joint_shortfalls(problem: &Problem, states: usize) -> Vec<Shortfall> {
    let budgets = budgets(problem);
    let held = problem
        .budgets()
        .iter()
        .enumerate()
        .filter_map(|(at, budget)| {
            let mut others = budgets.clone();
            let (usage, _) = others.remove(at);
            let least = minimize(usage, &others, |_, _| true, states)?.bound;
            Some(Shortfall {
                resource: budget.resource,
                limit: budget.limit,
                least,
            })
        });
    held.collect()
}

fn budgets(problem: &Problem) -> Vec<(&Fixed, i64)> {
    let limits = problem.budgets().iter().map(|b| b.limit);
    problem
        .usage()
        .iter()
        .zip(limits)
        .map(|(usage, limit)| (usage, usage.limit(limit)))
        .collect()
}
