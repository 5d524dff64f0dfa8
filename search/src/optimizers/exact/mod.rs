//! The exact optimiser: it finds the optimum of an assignment problem together with a proof.
//!
//! | objective | solved as |
//! |---|---|
//! | latency, energy | one additive query, see `model` |
//! | throughput | binary search over the latencies that occur, see `bottleneck` |
//! | the product of latency and energy | a sequence of weighted sums, see `product` |
//!
//! An additive query is a multiple-choice knapsack where each layer is a stage
//! (see `knapsack`), and a shortest path under budgets where layers share hardware
//! (see `path`).
//!
//! Costs are integers scaled to 60 bits, so an optimum is exact for latencies and exact to the rounding of a
//! floating-point sum for the rest.
//!
//! [`solve`] answers one problem, [`front`] a row of limits on one budget, [`relaxation`] by how much budgets
//! that cannot be kept are too small, and [`near`] what comes next to an optimum.

mod bottleneck;
mod dual;
mod front;
mod instance;
mod knapsack;
mod model;
mod near;
mod options;
mod path;
mod product;
mod query;
mod relaxation;
mod states;
mod units;

pub use self::front::{Vertex, front};
use self::model::Model;
pub use self::near::near;
use self::query::Cost;
pub use self::relaxation::{Relaxation, relaxation};
use super::{Access, Optimizer, Status};
use crate::budget::Budget;
use crate::certificate::{Certificate, ProofKind};
use crate::objective::Objective;
use crate::problem::{Evaluated, Point, Problem, Shortfall};

/// The number of states that one solve may list before it gives up the proof; it bounds the memory of a solve
/// to some hundred megabytes.
pub const STATES: usize = 5_000_000;

/// The answer of [`solve`].
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// An assignment with its certificate. If the certificate proves nothing ([`ProofKind::None`]), the
    /// assignment is the best one known.
    Best {
        /// The assignment; None if none was found before the states ended.
        point: Option<Point>,
        /// The proof, or the lower bound that is known.
        certificate: Certificate,
    },
    /// It is proved that no assignment keeps the budgets; these are the budgets at fault.
    Infeasible(Vec<Shortfall>),
}

/// Solves a problem to a proof, or until `states` states were listed: then the answer has the best assignment
/// known.
pub fn solve(problem: &Problem, states: usize) -> Answer {
    let short = problem.shortfalls();
    if !short.is_empty() {
        return Answer::Infeasible(short);
    }
    answer(&Model::new(problem), states)
}

/// The same where each budget can be kept alone.
fn answer(model: &Model<'_>, states: usize) -> Answer {
    match model.problem().objective() {
        Objective::Latency => additive(model, Cost::Latency, states),
        Objective::Energy => additive(model, Cost::Energy, states),
        Objective::Throughput => bottleneck::solve(model, states),
        Objective::Edp => product::solve(model, states),
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

    fn status(&self) -> Status {
        match &self.answer {
            None => Status::Searching,
            Some(Answer::Best { certificate, .. }) => Status::Bounded(certificate.clone()),
            Some(Answer::Infeasible(short)) => Status::Infeasible(short.clone()),
        }
    }

    fn access(&self) -> Access {
        Access::WhiteBox
    }
}

fn additive(model: &Model<'_>, cost: Cost, states: usize) -> Answer {
    let Some(least) = model.answer(&model.query(cost), states) else {
        return Answer::Infeasible(joint_shortfalls(model, states));
    };
    let (kind, lower_bound) = match &least.point {
        Some(point) if least.is_proved => (ProofKind::Proved, model.problem().value(point)),
        _ => (ProofKind::None, least.bound),
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
fn joint_shortfalls(model: &Model<'_>, states: usize) -> Vec<Shortfall> {
    let budgets = model.problem().budgets().iter().enumerate();
    let held = budgets.filter_map(|(at, &Budget { resource, limit })| {
        let mut query = model.query(Cost::Usage(at));
        query.limits.remove(at);
        let least = model.answer(&query, states)?.bound;
        Some(Shortfall {
            resource,
            limit,
            least,
        })
    });
    held.collect()
}
