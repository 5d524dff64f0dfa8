//! Mending of points that exceed a budget, the same for every optimiser.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::hull::{self, Corner};
use crate::objective::Objective;
use crate::problem::{Point, Problem};
use crate::table::Entry;

/// What the driver does with an infeasible point before it is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repair {
    /// Nothing: the point is judged as it is.
    Off,
    /// Lower layers one step at a time until every budget is kept.
    ///
    /// A layer's steps run along the lower convex hull of its options in the
    /// plane of budget share (the sum over budgets of usage over limit) and
    /// cost: from any option to the heaviest corner of the hull that is
    /// lighter. The step that costs least for the share that it frees is taken
    /// first; ties go to the lower layer. The cost is the latency or the
    /// energy; for their product the sum of both, each as a share of the total
    /// of the layers' means; for throughput the latency. The repaired point
    /// takes the place of the proposed one, in what the optimiser is told too.
    ///
    /// Where all layers stand on their lightest option and a budget is still
    /// exceeded, the point stays infeasible.
    #[default]
    Lower,
}

/// The steps of all layers of a problem.
pub(crate) struct Ladders {
    layers: Vec<Ladder>,
}

struct Ladder {
    /// Share and cost of each option.
    options: Vec<(f64, f64)>,
    hull: Vec<Corner>,
}

impl Ladders {
    pub(crate) fn new(problem: &Problem) -> Self {
        let cost = separable_cost(problem);
        let layers = problem.table().layers().iter().map(|layer| {
            let options: Vec<_> = layer.iter().map(|e| (problem.share(e), cost(e))).collect();
            Ladder {
                hull: corners(&options),
                options,
            }
        });
        Self {
            layers: layers.collect(),
        }
    }

    pub(crate) fn hulls(&self) -> Vec<Vec<Corner>> {
        self.layers
            .iter()
            .map(|ladder| ladder.hull.clone())
            .collect()
    }

    /// Lowers the point until it is feasible or nothing is left to lower.
    pub(crate) fn lower(&self, problem: &Problem, point: &mut Point) {
        let usage = problem.usage();
        let limits: Vec<i64> = problem
            .budgets()
            .iter()
            .zip(usage)
            .map(|(b, fixed)| fixed.limit(b.limit))
            .collect();
        let mut used: Vec<i64> = usage.iter().map(|fixed| fixed.sum(point)).collect();
        let is_over = |used: &[i64]| used.iter().zip(&limits).any(|(used, limit)| used > limit);
        if !is_over(&used) {
            return;
        }
        let steps = self.layers.iter().zip(&*point).enumerate();
        let steps = steps.filter_map(|(layer, (ladder, &option))| ladder.step(layer, option));
        let mut heap: BinaryHeap<Descent> = steps.collect();
        while let Some(Descent { layer, option, .. }) = heap.pop() {
            for (used, fixed) in used.iter_mut().zip(usage) {
                *used += fixed.get(layer, usize::from(option))
                    - fixed.get(layer, usize::from(point[layer]));
            }
            point[layer] = option;
            if !is_over(&used) {
                return;
            }
            heap.extend(self.layers[layer].step(layer, option));
        }
    }
}

impl Ladder {
    fn step(&self, layer: usize, option: u16) -> Option<Descent> {
        let (share, cost) = self.options[usize::from(option)];
        let lighter = self.hull.partition_point(|corner| corner.weight < share);
        let corner = self.hull[..lighter].last()?;
        let price = (corner.cost - cost) / (share - corner.weight);
        Some(Descent {
            price,
            layer,
            option: corner.option,
        })
    }
}

/// The objective as a sum over layers, exact for latency and energy.
pub(crate) fn separable_cost(problem: &Problem) -> impl Fn(&Entry) -> f64 + use<> {
    let layers = problem.table().layers();
    let mean = |value: fn(&Entry) -> f64| -> f64 {
        layers
            .iter()
            .map(|l| l.iter().map(value).sum::<f64>() / l.len() as f64)
            .sum()
    };
    let positive = |total: f64| if total > 0.0 { total } else { 1.0 };
    let (latency, energy) = match problem.objective() {
        Objective::Latency | Objective::Throughput => (1.0, 0.0),
        Objective::Energy => (0.0, 1.0),
        Objective::Edp => (
            1.0 / positive(mean(|e| e.latency as f64)),
            1.0 / positive(mean(|e| e.energy)),
        ),
    };
    move |e| latency * e.latency as f64 + energy * e.energy
}

fn corners(options: &[(f64, f64)]) -> Vec<Corner> {
    let corner = |(option, &(weight, cost)): (usize, &(f64, f64))| {
        let option = option as u16;
        Corner {
            weight,
            cost,
            option,
        }
    };
    let mut corners: Vec<Corner> = options.iter().enumerate().map(corner).collect();
    hull::reduce(&mut corners);
    corners
}

/// A step down, ordered so that the heap yields the cheapest.
struct Descent {
    price: f64,
    layer: usize,
    option: u16,
}

impl Ord for Descent {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .price
            .total_cmp(&self.price)
            .then(other.layer.cmp(&self.layer))
    }
}

impl PartialOrd for Descent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Descent {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Descent {}
