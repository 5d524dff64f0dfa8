//! Repair of points that exceed a budget, the same for every optimiser.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::iter;
use std::ops::Range;

use crate::deployment::{Deployment, Stage};
use crate::fixed::Fixed;
use crate::hull::{self, Corner};
use crate::objective::Objective;
use crate::problem::{Point, Problem};
use crate::table::CostEntry;

/// The repair of an infeasible point, which the driver makes before the point is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repair {
    /// No repair: the point is evaluated as it is.
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
    /// Where layers share hardware, a stage takes the place of a layer. Where all
    /// stages stand on their lightest option and a budget is still exceeded,
    /// the two neighbours whose union frees the greatest share are joined, if
    /// the deployment allows it, and so on; else the point stays infeasible.
    #[default]
    Lower,
}

/// For each stage its options in the order of their convex hull, where the stages are given.
pub(crate) struct StageHulls {
    stages: Vec<Range<usize>>,
    stage_hulls: Vec<StageHull>,
}

struct StageHull {
    /// Share and cost of each option.
    options: Vec<(f64, f64)>,
    hull: Vec<Corner>,
}

/// Repairs points as [`Repair::Lower`] says.
pub(crate) struct Repairer {
    /// Where all points have the same stages.
    stage_hulls: Option<StageHulls>,
}

impl Repairer {
    pub(crate) fn new(problem: &Problem) -> Self {
        let layers = problem.table().layers().len();
        let stage_hulls = match problem.deployment() {
            Deployment::Pipelined => Some((0..layers).map(|i| i..i + 1).collect()),
            Deployment::Sequential => Some(iter::once(0..layers).collect()),
            Deployment::Segmented { .. } => None,
        };
        Self {
            stage_hulls: stage_hulls.map(|stages| StageHulls::new(problem, stages)),
        }
    }

    pub(crate) fn repair(&self, problem: &Problem, point: &mut Point) {
        if problem.is_feasible(point) {
            return;
        }
        let mut stages: Vec<Stage> = problem.stages(point).collect();
        if let Some(stage_hulls) = &self.stage_hulls {
            stage_hulls.lower(problem, &mut stages);
            *point = problem.assemble(&stages);
            return;
        }
        loop {
            let ranges = stages.iter().map(|stage| stage.layers.clone()).collect();
            let stage_hulls = StageHulls::new(problem, ranges);
            let is_kept = stage_hulls.lower(problem, &mut stages);
            if is_kept || !stage_hulls.join(problem, &mut stages) {
                break;
            }
        }
        *point = problem.assemble(&stages);
    }
}

impl StageHulls {
    pub(crate) fn new(problem: &Problem, stages: Vec<Range<usize>>) -> Self {
        let cost = separable_cost(problem);
        let stage_hulls = stages.iter().map(|stage| {
            let folded = problem.table().fold(stage.clone());
            let options: Vec<_> = folded.iter().map(|e| (problem.share(e), cost(e))).collect();
            StageHull {
                hull: corners(&options),
                options,
            }
        });
        Self {
            stage_hulls: stage_hulls.collect(),
            stages,
        }
    }

    pub(crate) fn hulls(&self) -> Vec<Vec<Corner>> {
        (self
            .stage_hulls
            .iter()
            .map(|stage_hull| stage_hull.hull.clone()))
        .collect()
    }

    /// The stages with each on one option of its hull.
    pub(crate) fn stages(&self, option: impl Fn(&[Corner]) -> u16) -> Vec<Stage> {
        let stages = self.stages.iter().zip(&self.stage_hulls);
        let stage = |(layers, stage_hull): (&Range<usize>, &StageHull)| Stage {
            layers: layers.clone(),
            option: option(&stage_hull.hull),
        };
        stages.map(stage).collect()
    }

    /// Lowers the stages until they are feasible, or nothing is left to lower.
    fn lower(&self, problem: &Problem, stages: &mut [Stage]) -> bool {
        let usage = problem.usage();
        let limits: Vec<i64> = problem
            .budgets()
            .iter()
            .zip(usage)
            .map(|(b, fixed)| fixed.limit(b.limit))
            .collect();
        let takes = |fixed: &Fixed, stage: &Stage| {
            fixed.greatest(stage.layers.clone(), usize::from(stage.option))
        };
        let total = |fixed: &Fixed| stages.iter().map(|stage| takes(fixed, stage)).sum();
        let mut used: Vec<i64> = usage.iter().map(total).collect();
        let is_over = |used: &[i64]| used.iter().zip(&limits).any(|(used, limit)| used > limit);
        let steps = self.stage_hulls.iter().zip(&*stages).enumerate();
        let steps = steps.filter_map(|(at, (stage_hull, stage))| stage_hull.step(at, stage.option));
        let mut heap: BinaryHeap<Descent> = steps.collect();
        while is_over(&used) {
            let Some(Descent {
                stage: at, option, ..
            }) = heap.pop()
            else {
                return false;
            };
            let stage = &mut stages[at];
            for (used, fixed) in used.iter_mut().zip(usage) {
                *used -= takes(fixed, stage);
            }
            stage.option = option;
            for (used, fixed) in used.iter_mut().zip(usage) {
                *used += takes(fixed, stage);
            }
            heap.extend(self.stage_hulls[at].step(at, option));
        }
        true
    }

    /// Joins the two neighbours whose union frees the greatest share; not where
    /// only one stage is left. Of equals the first.
    fn join(&self, problem: &Problem, stages: &mut Vec<Stage>) -> bool {
        let lightest = |at: usize| self.stage_hulls[at].hull[0].weight;
        let mut best: Option<(f64, usize)> = None;
        for at in 1..stages.len() {
            let union = problem
                .table()
                .fold(stages[at - 1].layers.start..stages[at].layers.end);
            let share = union
                .iter()
                .map(|e| problem.share(e))
                .fold(f64::INFINITY, f64::min);
            let freed = lightest(at - 1) + lightest(at) - share;
            if best.is_none_or(|(most, _)| freed > most) {
                best = Some((freed, at));
            }
        }
        let Some((_, at)) = best else { return false };
        stages[at - 1].layers.end = stages[at].layers.end;
        stages.remove(at);
        true
    }
}

impl StageHull {
    fn step(&self, stage: usize, option: u16) -> Option<Descent> {
        let (share, cost) = self.options[usize::from(option)];
        let lighter = self.hull.partition_point(|corner| corner.weight < share);
        let corner = self.hull[..lighter].last()?;
        let price = (corner.cost - cost) / (share - corner.weight);
        Some(Descent {
            price,
            stage,
            option: corner.option,
        })
    }
}

/// The objective as a sum over layers, exact for latency and energy.
pub(crate) fn separable_cost(problem: &Problem) -> impl Fn(&CostEntry) -> f64 + use<> {
    let layers = problem.table().layers();
    let mean = |value: fn(&CostEntry) -> f64| -> f64 {
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
    stage: usize,
    option: u16,
}

impl Ord for Descent {
    fn cmp(&self, other: &Self) -> Ordering {
        other
            .price
            .total_cmp(&self.price)
            .then(other.stage.cmp(&self.stage))
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
