//! The least product of two sums, C (latency) and E (energy).
//!
//! The product is quasi-concave where both are positive, so its minimum lies at
//! a vertex of the lower left convex hull of all feasible (C, E). The vertices
//! are found as in Aneja and Nair's dichotomic search (Management Science
//! 25(1), 1979): between two known points p and q, minimise `a C + b E` with
//! `(a, b)` normal to the line through them.
//!
//! ```text
//! left  = a point of least C, right = a point of least E
//! split(p, q):
//!     stop if the corner where the cuts of p and q meet has a product >= best
//!     r = the minimum of (E_p - E_q) C + (C_q - C_p) E, a cut of its own
//!     stop if r is not below the line; otherwise split(p, r), split(r, q)
//! ```
//!
//! Each solve proves a half-plane that holds every feasible point; together
//! they prove the bound. Comparisons allow a relative 1e-12 for rounding.

use super::model::{Cost, Model};
use super::{Answer, joint_shortfalls};
use crate::certificate::{Certificate, Cut, Kind, corner_bound};
use crate::problem::Point;

const EPSILON: f64 = 1e-12;

/// A known feasible point with the cut that it lies on.
#[derive(Clone, Copy)]
struct Vertex {
    latency: f64,
    energy: f64,
    cut: Cut,
}

struct Front<'a> {
    model: &'a Model<'a>,
    states: usize,
    best: Option<(f64, Point)>,
    cuts: Vec<Cut>,
    is_proved: bool,
}

pub(super) fn solve(model: &Model<'_>, states: usize) -> Answer {
    let mut front = Front {
        model,
        states,
        best: None,
        cuts: Vec::new(),
        is_proved: true,
    };
    let ends = (front.minimize(1.0, 0.0), front.minimize(0.0, 1.0));
    let (Some(left), Some(right)) = ends else {
        return if front.is_proved {
            Answer::Infeasible(joint_shortfalls(model, states))
        } else {
            front.close()
        };
    };
    let mut open = vec![(left, right)];
    while let Some((p, q)) = open.pop() {
        if front.is_ruled_out(&p, &q) {
            continue;
        }
        let (a, b) = (p.energy - q.energy, q.latency - p.latency);
        if a <= 0.0 || b <= 0.0 {
            continue;
        }
        let Some(r) = front.minimize(a, b) else { break };
        if r.cut.value < (a * p.latency + b * p.energy) * (1.0 - EPSILON) {
            open.push((r, q));
            open.push((p, r));
        }
    }
    front.close()
}

impl Front<'_> {
    /// A feasible point that minimises `a C + b E`; nothing where there is none
    /// or none was found.
    fn minimize(&mut self, a: f64, b: f64) -> Option<Vertex> {
        let cost = Cost::Weighted {
            latency: a,
            energy: b,
        };
        let least = self.model.minimize(cost, self.states)?;
        self.is_proved &= least.is_proved;
        let cut = Cut {
            latency: a,
            energy: b,
            value: least.bound,
        };
        self.cuts.push(cut);
        let point = least.point?;
        let totals = self.model.problem().totals(&point);
        let (latency, energy) = (totals.latency as f64, totals.energy);
        if self
            .best
            .as_ref()
            .is_none_or(|&(best, _)| latency * energy < best)
        {
            self.best = Some((latency * energy, point));
        }
        Some(Vertex {
            latency,
            energy,
            cut,
        })
    }

    /// Whether nothing between two points can have a lesser product than the
    /// best: the product at the meeting of their cuts is not less.
    fn is_ruled_out(&self, p: &Vertex, q: &Vertex) -> bool {
        let best = self.best.as_ref().map_or(f64::INFINITY, |&(best, _)| best);
        let (a, b) = (p.cut, q.cut);
        let determinant = a.latency * b.energy - b.latency * a.energy;
        if determinant <= 1e-9 * a.latency * b.energy {
            return false;
        }
        let latency = (a.value * b.energy - b.value * a.energy) / determinant;
        let energy = (a.latency * b.value - b.latency * a.value) / determinant;
        latency * energy >= best * (1.0 - EPSILON)
    }

    fn close(self) -> Answer {
        let Self {
            best,
            cuts,
            is_proved,
            ..
        } = self;
        let (kind, lower_bound) = match &best {
            Some((best, _)) if is_proved => (Kind::Proved, Some(*best)),
            _ => (
                Kind::None,
                Some(corner_bound(&cuts)).filter(|bound| bound.is_finite()),
            ),
        };
        let certificate = Certificate {
            kind,
            lower_bound,
            cuts,
            ..Certificate::none()
        };
        Answer::Best {
            point: best.map(|(_, point)| point),
            certificate,
        }
    }
}
