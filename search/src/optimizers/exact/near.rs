//! The next best beside an optimum.
//!
//! ```text
//! near(x) = the least f(y) over feasible y that differ from x in one choice
//! ```
//!
//! Without budgets, with a stage for each layer, and unless the objective is a product, the second best
//! assignment of all is among them. Under budgets it may differ in two choices, one of which pays for
//! the other: these are candidates for the machine, not a proved list.

use std::collections::HashSet;

use crate::problem::{Point, Problem, Verdict};

/// The best feasible assignments that differ from `point` in one choice, with their objectives, best first and
/// at most `count`. Under budgets a better one may differ in two choices, so that this list is not proved to
/// have the second best.
pub fn near(problem: &Problem, point: &[u16], count: usize) -> Vec<(Point, f64)> {
    let mut seen: HashSet<Point> = HashSet::from([point.to_vec()]);
    let mut found: Vec<(Point, f64)> = Vec::new();
    for gene in 0..problem.genes() {
        for value in 0..problem.values(gene) {
            let Ok(value) = u16::try_from(value) else {
                break;
            };
            let mut other = point.to_vec();
            other[gene] = value;
            problem.settle(&mut other);
            if !seen.insert(other.clone()) {
                continue;
            }
            if let Verdict::Feasible { objective } = problem.verdict(&other) {
                found.push((other, objective));
            }
        }
    }
    found.sort_unstable_by(|(a, x), (b, y)| x.total_cmp(y).then_with(|| a.cmp(b)));
    found.truncate(count);
    found
}
