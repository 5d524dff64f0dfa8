//! The least product of two sums, C (latency) and E (energy).
//!
//! ```text
//! cuts = bounds on C alone and on E alone          half-planes a C + b E >= v
//! until no corner of the polygon behind the cuts has a product below the best one known:
//!     q = the corner of least product
//!     add the bound in the direction that touches the hyperbola C E = const at q
//!     if that took little off q:
//!         chord = from where the polygon enters C E < best to where it leaves it, or to the
//!                 best assignment known, if that lies between
//!         add the least a C + b E below the chord, or the chord if there is none
//! ```
//!
//! Each cut holds every feasible (C, E). The product is quasi-concave where both
//! are positive, so that its minimum over a polygon lies at a corner. As in Aneja
//! and Nair's dichotomic search (Management Science 25(1), 1979) a cut comes from
//! a weighted sum; but most are Lagrangian bounds, which cost little, and what has
//! to be searched is only what the chord of a hyperbola leaves open. Comparisons
//! allow a relative 1e-11 for rounding.

use super::model::Model;
use super::query::Cost;
use super::units::Least;
use super::{Answer, joint_shortfalls};
use crate::certificate::{Certificate, Cut, ProofKind, corner_bound};
use crate::problem::Point;

const EPSILON: f64 = 1e-11;
/// The part of what is open at a corner that a bound must take off for another
/// bound to be tried there.
const WORTHWHILE: f64 = 0.25;
/// A share of the latency over which a hyperbola differs from its tangent by less
/// than the tolerance.
const NARROW: f64 = 2e-6;
/// Rounds after which the proof is given up; some ten are usual.
const ROUNDS: usize = 1000;

/// A feasible pair of sums, or a corner.
#[derive(Clone, Copy, Debug)]
struct Pair {
    latency: f64,
    energy: f64,
}

impl Pair {
    fn product(&self) -> f64 {
        self.latency * self.energy
    }
}

struct Polygon<'a> {
    model: &'a Model<'a>,
    states: usize,
    best: Option<(Pair, Point)>,
    /// By falling weight of the latency, so that neighbours meet in corners.
    cuts: Vec<Cut>,
    /// Where a cut is looked for.
    place: Pair,
    is_proved: bool,
}

pub(super) fn solve(model: &Model<'_>, states: usize) -> Answer {
    let mut polygon = Polygon {
        model,
        states,
        best: None,
        cuts: Vec::new(),
        place: Pair {
            latency: 1.0,
            energy: 1.0,
        },
        is_proved: true,
    };
    match polygon.refine() {
        Ok(()) => {}
        Err(Stop::Infeasible) => return Answer::Infeasible(joint_shortfalls(model, states)),
        Err(Stop::States) => polygon.is_proved = false,
    }
    polygon.close()
}

/// Why a polygon stays as it is.
enum Stop {
    /// No assignment keeps the budgets.
    Infeasible,
    /// The allowed states, or rounds, are spent.
    States,
}

impl Polygon<'_> {
    fn refine(&mut self) -> Result<(), Stop> {
        for (a, b) in [(1.0, 0.0), (0.0, 1.0)] {
            // Corners must lie where both sums are positive.
            if self.relax(a, b)? <= 0.0 && self.search(a, b, None)? <= 0.0 {
                return Ok(());
            }
        }
        if self.best.is_none() {
            let corner = self.corners()[self.least_corner()];
            self.search(corner.energy, corner.latency, None)?;
        }
        for _ in 0..ROUNDS {
            let corner = self.corners()[self.least_corner()];
            let open = (self.product() * (1.0 - EPSILON) / corner.product()).ln();
            if open <= 0.0 {
                return Ok(());
            }
            self.place = corner;
            self.relax(corner.energy, corner.latency)?;
            let nearer = self.corners()[self.least_corner()];
            if (nearer.product() / corner.product()).ln() >= WORTHWHILE * open {
                continue;
            }
            let product = self.product();
            let (from, to) = self.chord(product);
            let width = to.latency - from.latency;
            let (a, b, value) = if width > NARROW * to.latency {
                let a = from.energy - to.energy;
                (a, width, a * from.latency + width * from.energy)
            } else {
                // What a tangent leaves of so little is below the tolerance.
                let latency = (from.latency * to.latency).sqrt();
                (product / latency, latency, 2.0 * product)
            };
            let below = value * (1.0 - 0.01 * EPSILON);
            self.search(a, b, Some(below))?;
        }
        Err(Stop::States)
    }

    /// The least product known.
    fn product(&self) -> f64 {
        (self.best.as_ref()).map_or(f64::INFINITY, |(best, _)| best.product())
    }

    /// Adds the Lagrangian bound on `a C + b E`.
    fn relax(&mut self, a: f64, b: f64) -> Result<f64, Stop> {
        self.ask(a, b, None, 0)
    }

    /// Adds the least `a C + b E` that is below a value.
    fn search(&mut self, a: f64, b: f64, below: Option<f64>) -> Result<f64, Stop> {
        self.ask(a, b, below, self.states)
    }

    fn ask(&mut self, a: f64, b: f64, below: Option<f64>, states: usize) -> Result<f64, Stop> {
        let cost = Cost::Weighted {
            latency: a,
            energy: b,
        };
        let mut query = self.model.query(cost);
        query.below = below;
        let least = self.model.answer(&query, states).ok_or(Stop::Infeasible)?;
        let Least {
            point,
            bound,
            is_proved,
            ..
        } = least;
        if let Some(point) = point {
            let totals = self.model.problem().totals(&point);
            let pair = Pair {
                latency: totals.latency as f64,
                energy: totals.energy,
            };
            let is_better = |(best, _): &(Pair, Point)| pair.product() < best.product();
            if self.best.as_ref().is_none_or(is_better) {
                self.best = Some((pair, point));
            }
        }
        self.add(Cut {
            latency: a,
            energy: b,
            value: bound,
        });
        if states > 0 && !is_proved {
            return Err(Stop::States);
        }
        Ok(bound)
    }

    /// Adds a cut in its place, and drops what lies behind others.
    fn add(&mut self, cut: Cut) {
        let is_before = |other: &Cut| turn(other, &cut) > 0.0;
        let at = self.cuts.partition_point(is_before);
        let beside = [at.wrapping_sub(1), at];
        let parallel = beside.into_iter().find(|&at| {
            let other = self.cuts.get(at);
            other.is_some_and(|other| is_parallel(other, &cut))
        });
        match parallel {
            Some(at) => {
                let other = self.cuts[at];
                // Which is tighter is decided where it matters.
                let Pair { latency, energy } = self.place;
                let depth = |cut: &Cut| cut.value / (cut.latency * latency + cut.energy * energy);
                if depth(&cut) <= depth(&other) {
                    return;
                }
                self.cuts[at] = cut;
            }
            None => self.cuts.insert(at, cut),
        }
        let mut at = 1;
        while at + 1 < self.cuts.len() {
            let [before, cut, after] = [at - 1, at, at + 1].map(|at| self.cuts[at]);
            let corner = meet(&before, &after, &self.origin());
            if cut.latency * corner.latency + cut.energy * corner.energy >= cut.value {
                self.cuts.remove(at);
                at = at.saturating_sub(1).max(1);
            } else {
                at += 1;
            }
        }
    }

    fn corners(&self) -> Vec<Pair> {
        let (pairs, origin) = (self.cuts.windows(2), self.origin());
        pairs
            .map(|pair| meet(&pair[0], &pair[1], &origin))
            .collect()
    }

    /// Corners are measured from here.
    fn origin(&self) -> Pair {
        let best = self.best.as_ref().map(|(best, _)| *best);
        best.unwrap_or(Pair {
            latency: 0.0,
            energy: 0.0,
        })
    }

    /// The corner of least product.
    fn least_corner(&self) -> usize {
        let corners = self.corners();
        let least =
            |a: &usize, b: &usize| f64::total_cmp(&corners[*a].product(), &corners[*b].product());
        (0..corners.len())
            .min_by(least)
            .expect("the first two cuts meet")
    }

    /// Where the polygon passes below the product around its least corner, from
    /// the lesser latency to the greater. Where the best assignment known lies
    /// between, one of the two parts.
    fn chord(&self, product: f64) -> (Pair, Pair) {
        let corners = self.corners();
        let is_open = |at: usize| corners[at].product() < product * (1.0 - EPSILON);
        let (mut first, mut last) = (self.least_corner(), self.least_corner());
        // Whether the whole edge from this corner to the next is below.
        let is_joined = |at: usize| {
            let Cut {
                latency: a,
                energy: b,
                value,
            } = self.cuts[at + 1];
            let is_above = value * value >= 4.0 * a * b * product * (1.0 - EPSILON);
            let middle = value / (2.0 * a);
            let ends = [at, at + 1].map(|at| corners[at].latency);
            is_open(at) && is_open(at + 1) && !(is_above && ends[0] < middle && middle < ends[1])
        };
        while first > 0 && is_joined(first - 1) {
            first -= 1;
        }
        while last + 1 < corners.len() && is_joined(last) {
            last += 1;
        }
        // Between its crossings a line is above.
        let (_, mut from) = crossings(&self.cuts[first], product);
        let (mut to, _) = crossings(&self.cuts[last + 1], product);
        if let Some((best, _)) = &self.best
            && from.latency < best.latency
            && best.latency < to.latency
        {
            if corners[self.least_corner()].latency <= best.latency {
                to = *best;
            } else {
                from = *best;
            }
        }
        (from, to)
    }

    fn close(self) -> Answer {
        let Self {
            best,
            cuts,
            is_proved,
            ..
        } = self;
        let (kind, lower_bound) = match &best {
            Some((best, _)) if is_proved => (ProofKind::Proved, Some(best.product())),
            _ => (
                ProofKind::None,
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

/// Positive if the first one weighs the latency more.
fn turn(a: &Cut, b: &Cut) -> f64 {
    a.latency * b.energy - b.latency * a.energy
}

/// So nearly parallel that where two lines meet says little.
fn is_parallel(a: &Cut, b: &Cut) -> bool {
    turn(a, b).abs() <= 1e-6 * (a.latency * b.energy).max(b.latency * a.energy)
}

/// Where two lines that are not parallel meet. Both pass near the origin given,
/// which keeps rounding along the lines.
fn meet(a: &Cut, b: &Cut, origin: &Pair) -> Pair {
    let rest = |cut: &Cut| cut.value - cut.latency * origin.latency - cut.energy * origin.energy;
    let (x, y) = (rest(a), rest(b));
    Pair {
        latency: origin.latency + (x * b.energy - y * a.energy) / turn(a, b),
        energy: origin.energy + (a.latency * y - b.latency * x) / turn(a, b),
    }
}

/// Where a line crosses C E = product: at its lesser latency and its greater
/// one. A line along an axis crosses once.
fn crossings(line: &Cut, product: f64) -> (Pair, Pair) {
    let &Cut {
        latency: a,
        energy: b,
        value,
    } = line;
    let at = |latency: f64| Pair {
        latency,
        energy: product / latency,
    };
    if a == 0.0 {
        let once = at(b * product / value);
        return (once, once);
    }
    if b == 0.0 {
        let once = at(value / a);
        return (once, once);
    }
    let root = (value * value - 4.0 * a * b * product).max(0.0).sqrt();
    (
        at(2.0 * b * product / (value + root)),
        at((value + root) / (2.0 * a)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cross_the_hyperbola() {
        let line = |latency: f64, energy: f64, value: f64| Cut {
            latency,
            energy,
            value,
        };
        let (from, to) = crossings(&line(2.0, 3.0, 30.0), 36.0);
        for pair in [from, to] {
            assert!((pair.product() - 36.0).abs() < 1e-12, "{pair:?}");
            assert!((2.0 * pair.latency + 3.0 * pair.energy - 30.0).abs() < 1e-12);
        }
        assert_eq!((from.latency, to.latency), (6.0, 9.0));
        assert_eq!(crossings(&line(1.0, 0.0, 4.0), 36.0).0.energy, 9.0);
        assert_eq!(crossings(&line(0.0, 2.0, 8.0), 36.0).1.latency, 9.0);
        for origin in [from, to] {
            let corner = meet(&line(1.0, 0.0, 4.0), &line(2.0, 3.0, 30.0), &origin);
            assert!((corner.latency - 4.0).abs() < 1e-12);
            assert!((corner.energy - 22.0 / 3.0).abs() < 1e-12);
        }
    }
}
