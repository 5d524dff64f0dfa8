//! Stages of several layers: a shortest path under budgets.
//!
//! ```text
//! nodes   (i, n)                          the layers before i are in n stages
//! arcs    (i, n) -> (j, n + 1), option k  layers i to j - 1 are one stage on k
//! minimise the sum of the arcs' costs so that the sums of their weights keep the budgets
//! ```
//!
//! The number of stages is part of the node only where it is limited below the
//! number of layers. The scheme is that of the [`knapsack`](super::knapsack):
//!
//! 1. Of the options of a stage, those that another one matches or beats in
//!    latency, energy and all weights are dropped, once for all queries; for
//!    a query also those beaten in its cost and its weights.
//! 2. The Lagrangian relaxation of the budgets is a shortest path without them
//!    (Handler and Zang, Networks 10(4), 1980); its multipliers are found by
//!    bisection on the supergradient, nested for two.
//! 3. Labels of cost and weights are set node by node. With a guess T of the
//!    optimum plus one, a label is dropped if another one matches or beats it, if
//!    it cannot keep a budget, or if its priced cost and the least priced cost to
//!    the last node reach T (Dumitrescu and Boland, Networks 42(3), 2003).
//! 4. If no path below T is left, T is raised.

use super::dual::Dual;
use super::instance::Solution;
use super::knapsack::Solved;
use super::query::{Cost, Query};
use super::states::{Staircase, State};
use super::units::{Least, units};
use crate::fixed::Fixed;
use crate::problem::Problem;

/// What the stages may be: the options worth considering, by first layer and
/// end.
pub(super) struct Stages {
    layers: usize,
    most: usize,
    /// The value of a gene that joins the stage before.
    join: u16,
    is_sequential: bool,
    bundles: Vec<Bundle>,
}

struct Bundle {
    start: usize,
    end: usize,
    options: Vec<StageOption>,
}

/// An option of a stage and what it costs in all respects, in integers.
#[derive(Clone)]
struct StageOption {
    option: u16,
    latency: i64,
    energy: i64,
    usage: Vec<i64>,
}

impl StageOption {
    fn is_beaten_by(&self, other: &Self) -> bool {
        other.latency <= self.latency
            && other.energy <= self.energy
            && other.usage.iter().zip(&self.usage).all(|(a, b)| a <= b)
    }
}

impl Stages {
    pub(super) fn new(problem: &Problem) -> Self {
        let table = problem.table().layers();
        let energy = Fixed::scaled(table, |e| e.energy);
        let layers = table.len();
        let options = table[0].len();
        let usage = problem.usage();
        let mut bundles = Vec::new();
        for start in 0..layers {
            let ends = problem.deployment().ends(start, layers);
            let none = |option: usize| StageOption {
                option: option as u16,
                latency: 0,
                energy: 0,
                usage: vec![0; usage.len()],
            };
            let mut running: Vec<StageOption> = (0..options).map(none).collect();
            for end in start + 1..ends.end {
                let layer = end - 1;
                for (option, sum) in running.iter_mut().enumerate() {
                    sum.latency += table[layer][option].latency as i64;
                    sum.energy += energy.get(layer, option);
                    for (most, usage) in sum.usage.iter_mut().zip(usage) {
                        *most = (*most).max(usage.get(layer, option));
                    }
                }
                if ends.contains(&end) {
                    let options = unbeaten(&running);
                    bundles.push(Bundle {
                        start,
                        end,
                        options,
                    });
                }
            }
        }
        Self {
            layers,
            most: problem.deployment().most_stages(layers),
            join: options as u16,
            is_sequential: problem.genes() == 1,
            bundles,
        }
    }

    /// As [`units::minimize`](super::units::minimize), over stages.
    pub(super) fn minimize(
        &self,
        query: &Query,
        cost: &Fixed,
        usage: &[Fixed],
        states: usize,
    ) -> Option<Least> {
        let scale = cost.scale();
        let below = query.below.map(|below| units(below, scale));
        let used: Vec<f64> = (query.limits.iter())
            .map(|&(budget, _)| usage[budget].scale())
            .collect();
        let least = match query.limits[..] {
            [] => {
                let graph = self.graph(query, cost, [0], |_| [0]);
                Least::from_integers(graph.solve(below, states), scale, &used)
            }
            [(at, limit)] => {
                let graph = self.graph(query, cost, [limit], |c| [c.usage[at]]);
                Least::from_integers(graph.solve(below, states), scale, &used)
            }
            [(first, one), (second, two)] => {
                let weight = |c: &StageOption| [c.usage[first], c.usage[second]];
                let graph = self.graph(query, cost, [one, two], weight);
                Least::from_integers(graph.solve(below, states), scale, &used)
            }
            _ => unreachable!("there are two resources, and each has at most one budget"),
        };
        least.map(|mut least| {
            least.point = least.point.map(|path| self.point(&path));
            least
        })
    }

    fn graph<const K: usize>(
        &self,
        query: &Query,
        cost: &Fixed,
        limit: [i64; K],
        weight: impl Fn(&StageOption) -> [i64; K],
    ) -> Graph<K> {
        let is_counted = self.most < self.layers;
        let mut graph = Graph {
            arcs: vec![Vec::new(); self.layers],
            limit,
            most: if is_counted { self.most } else { 0 },
        };
        // Sums of the cost over the layers before, by option.
        let mut before = vec![vec![0i64; usize::from(self.join)]];
        for (layer, costs) in cost.values().iter().enumerate() {
            let sums = before[layer]
                .iter()
                .zip(costs)
                .map(|(sum, cost)| sum + cost);
            before.push(sums.collect());
        }
        for bundle in &self.bundles {
            let arc = |candidate: &StageOption| Arc {
                end: bundle.end,
                cost: match query.cost {
                    Cost::Usage(budget) => candidate.usage[budget],
                    Cost::Latency | Cost::Energy | Cost::Weighted { .. } => {
                        let option = usize::from(candidate.option);
                        before[bundle.end][option] - before[bundle.start][option]
                    }
                },
                weight: weight(candidate),
                option: candidate.option,
            };
            let is_fast = |c: &&StageOption| c.latency as u64 <= query.slowest;
            let mut arcs: Vec<Arc<K>> = bundle.options.iter().filter(is_fast).map(arc).collect();
            arcs.sort_unstable_by_key(|arc| (arc.weight, arc.cost, arc.option));
            let mut kept: Vec<Arc<K>> = Vec::new();
            for arc in arcs {
                if !kept.iter().any(|other| arc.is_beaten_by(other)) {
                    kept.push(arc);
                }
            }
            graph.arcs[bundle.start].extend(kept);
        }
        graph
    }

    /// The genes of a path, which comes as the end and the option of each stage
    /// in turn.
    fn point(&self, path: &[u16]) -> Vec<u16> {
        if self.is_sequential {
            return vec![path[1]];
        }
        let mut point = vec![self.join; self.layers];
        let mut start = 0;
        for stage in path.chunks(2) {
            point[start] = stage[1];
            start = usize::from(stage[0]);
        }
        point
    }

    /// The latencies that a stage may have, each once.
    pub(super) fn latencies(&self) -> Vec<u64> {
        let options = self.bundles.iter().flat_map(|bundle| &bundle.options);
        let mut latencies: Vec<u64> = options.map(|c| c.latency as u64).collect();
        latencies.sort_unstable();
        latencies.dedup();
        latencies
    }
}

fn unbeaten(options: &[StageOption]) -> Vec<StageOption> {
    let mut sorted: Vec<&StageOption> = options.iter().collect();
    sorted.sort_unstable_by(|a, b| {
        let key = |c: &StageOption| (c.latency, c.energy, c.option);
        key(a).cmp(&key(b))
    });
    let mut kept: Vec<StageOption> = Vec::new();
    for candidate in sorted {
        // One that costs as much in latency and energy may come before what beats it.
        if !kept.iter().any(|other| candidate.is_beaten_by(other)) {
            kept.push(candidate.clone());
        }
    }
    kept
}

/// A stage from one layer to another on some option.
#[derive(Clone, Copy)]
struct Arc<const K: usize> {
    end: usize,
    cost: i64,
    weight: [i64; K],
    option: u16,
}

impl<const K: usize> Arc<K> {
    fn price(&self, multipliers: &[f64; K]) -> f64 {
        (0..K).fold(self.cost as f64, |sum, k| {
            sum + multipliers[k] * self.weight[k] as f64
        })
    }

    fn is_beaten_by(&self, other: &Self) -> bool {
        other.cost <= self.cost && (0..K).all(|k| other.weight[k] <= self.weight[k])
    }
}

/// The query as a graph.
struct Graph<const K: usize> {
    /// The arcs from each layer.
    arcs: Vec<Vec<Arc<K>>>,
    limit: [i64; K],
    /// The greatest number of arcs in a path; 0 where it does not matter.
    most: usize,
}

/// The least priced path without regard to the budgets.
#[derive(Clone, Copy)]
struct Relaxed<const K: usize> {
    dual: Dual<K>,
    weight: [i64; K],
}

/// A label that has been set: how a path got there.
struct Mark {
    parent: u32,
    end: u16,
    option: u16,
}

const BISECTIONS: usize = 24;

impl<const K: usize> Graph<K> {
    fn layers(&self) -> usize {
        self.arcs.len()
    }

    /// The node that an arc leads to from one with `count` stages; none where
    /// that is a stage too many.
    fn count_after(&self, count: usize) -> Option<usize> {
        match self.most {
            0 => Some(0),
            most => (count < most).then_some(count + 1),
        }
    }

    /// The least of a sum from each node to the last one: `[layer][count]`.
    fn rest<T: Copy + PartialOrd + std::ops::Add<Output = T>>(
        &self,
        zero: T,
        infinity: T,
        value: impl Fn(&Arc<K>) -> T,
    ) -> Vec<Vec<T>> {
        let layers = self.layers();
        let mut rest = vec![vec![infinity; self.most + 1]; layers + 1];
        rest[layers].fill(zero);
        for start in (0..layers).rev() {
            for arc in &self.arcs[start] {
                let value = value(arc);
                for count in 0..=self.most {
                    let Some(after) = self.count_after(count) else {
                        continue;
                    };
                    let behind = rest[arc.end][after];
                    if behind < infinity && value + behind < rest[start][count] {
                        rest[start][count] = value + behind;
                    }
                }
            }
        }
        rest
    }

    /// L(m) and the path behind it.
    fn relax(&self, multipliers: [f64; K]) -> Relaxed<K> {
        let price = |arc: &Arc<K>| arc.price(&multipliers);
        let rest = self.rest(0.0, f64::INFINITY, price);
        let (mut at, mut count) = (0, 0);
        let mut weight = [0; K];
        while at < self.layers() {
            let after = self.count_after(count).unwrap_or(0);
            let sum = |arc: &&Arc<K>| price(arc) + rest[arc.end][after];
            let best = (self.arcs[at].iter()).min_by(|a, b| f64::total_cmp(&sum(a), &sum(b)));
            let best = best.expect("a feasible graph has a path");
            for (weight, more) in weight.iter_mut().zip(best.weight) {
                *weight += more;
            }
            (at, count) = (best.end, after);
        }
        let budget = |k: usize| multipliers[k] * self.limit[k] as f64;
        let bound = rest[0][0] - (0..K).map(budget).sum::<f64>();
        Relaxed {
            dual: Dual { multipliers, bound },
            weight,
        }
    }

    /// The greatest bound over the first `free` multipliers, or nearly so, with
    /// the others held.
    fn dual(&self, multipliers: [f64; K], free: usize) -> Relaxed<K> {
        if free == 0 {
            return self.relax(multipliers);
        }
        let k = free - 1;
        let at = |value: f64| {
            let mut multipliers = multipliers;
            multipliers[k] = value;
            self.dual(multipliers, k)
        };
        let is_over = |relaxed: &Relaxed<K>| relaxed.weight[k] > self.limit[k];
        let mut best = at(0.0);
        if !is_over(&best) {
            return best;
        }
        // A bound above every path's cost proves that none keeps the budgets.
        let dearest = self.dearest() as f64;
        let (mut low, mut high) = (0.0, self.price(k));
        let mut probe = at(high);
        for _ in 0..60 {
            best = best.or(probe);
            if !is_over(&probe) || best.dual.bound > 2.0 * dearest {
                break;
            }
            (low, high) = (high, 4.0 * high);
            probe = at(high);
        }
        for _ in 0..BISECTIONS {
            let middle = 0.5 * (low + high);
            let probe = at(middle);
            best = best.or(probe);
            if is_over(&probe) {
                low = middle;
            } else {
                high = middle;
            }
        }
        best
    }

    /// A price of a resource at which the whole range of cost equals the budget.
    fn price(&self, k: usize) -> f64 {
        (self.dearest() as f64 / self.limit[k].max(1) as f64).max(1e-30)
    }

    /// No path costs more.
    fn dearest(&self) -> i64 {
        let greatest = self.least(|arc| -arc.cost)[0][0];
        -greatest
    }

    /// Solves to proof, or until `states` labels are set; with `below` only for
    /// what costs less. A solution's options are the end and the option of each
    /// stage in turn.
    fn solve(&self, below: Option<i64>, states: usize) -> Solved<K> {
        let least: [Vec<Vec<i64>>; K] = std::array::from_fn(|k| self.least(|arc| arc.weight[k]));
        if (0..K).any(|k| least[k][0][0] > self.limit[k]) {
            return Solved::Infeasible;
        }
        let dual = self.dual([0.0; K], K).dual;
        let priced = self.rest(0.0, f64::INFINITY, |arc| arc.price(&dual.multipliers));
        let margin = self.margin(&dual);
        let dearest = 1 + self.dearest();
        let ceiling = below.map_or(dearest, |below| below.min(dearest));
        let floor = (dual.bound - margin).max(0.0).ceil() as i64;
        let mut gap = ((ceiling - floor) / 1024).max(1);
        let mut room = states;
        let mut proved = floor;
        while proved < ceiling {
            let target = floor.saturating_add(gap).clamp(proved + 1, ceiling);
            let goal = Goal {
                least: &least,
                priced: &priced,
                dual: &dual,
                target: target as f64 + margin,
            };
            match self.search(&goal, &mut room) {
                Some(Some(solution)) if solution.cost < target => {
                    return Solved::Optimal { solution, dual };
                }
                Some(_) => proved = target,
                None => {
                    return Solved::Stopped {
                        incumbent: None,
                        dual,
                        bound: proved as f64,
                    };
                }
            }
            gap = gap.saturating_mul(4);
        }
        match below {
            Some(_) if ceiling < dearest => Solved::Above {
                dual,
                bound: ceiling,
            },
            _ => Solved::Infeasible,
        }
    }

    /// The cheapest path whose labels stay within the goal; nothing at all where
    /// the allowed number of labels was reached.
    fn search(&self, goal: &Goal<'_, K>, room: &mut usize) -> Option<Option<Solution>> {
        let layers = self.layers();
        let mut open = vec![vec![Vec::new(); self.most + 1]; layers + 1];
        open[0][0].push(State {
            weight: [0; K],
            cost: 0,
            parent: u32::MAX,
            item: 0,
        });
        let mut marks: Vec<Mark> = Vec::new();
        let mut staircase = Staircase::default();
        let mut best: Option<(i64, u32)> = None;
        for at in 0..=layers {
            for count in 0..=self.most {
                let mut labels: Vec<State<K>> = std::mem::take(&mut open[at][count]);
                *room = room.checked_sub(labels.len())?;
                labels.sort_by_key(|label| (label.weight, label.cost));
                staircase.filter(&mut labels);
                for label in labels {
                    let mark = marks.len() as u32;
                    marks.push(Mark {
                        parent: label.parent,
                        end: at as u16,
                        option: label.item,
                    });
                    if at == layers {
                        if best.is_none_or(|(cost, _)| label.cost < cost) {
                            best = Some((label.cost, mark));
                        }
                        continue;
                    }
                    let Some(after) = self.count_after(count) else {
                        continue;
                    };
                    for arc in &self.arcs[at] {
                        let next = State {
                            weight: std::array::from_fn(|k| label.weight[k] + arc.weight[k]),
                            cost: label.cost + arc.cost,
                            parent: mark,
                            item: arc.option,
                        };
                        if self.is_promising(&next, goal, arc.end, after) {
                            open[arc.end][after].push(next);
                        }
                    }
                }
            }
        }
        Some(best.map(|(cost, mark)| Solution {
            options: trace(&marks, mark),
            cost,
        }))
    }

    fn is_promising(&self, label: &State<K>, goal: &Goal<'_, K>, at: usize, count: usize) -> bool {
        let rest = |k: usize| goal.least[k][at][count];
        if (0..K).any(|k| label.weight[k].saturating_add(rest(k)) > self.limit[k]) {
            return false;
        }
        let price = |k: usize| goal.dual.multipliers[k] * (label.weight[k] - self.limit[k]) as f64;
        let priced = label.cost as f64 + (0..K).map(price).sum::<f64>();
        priced + goal.priced[at][count] < goal.target
    }

    fn least(&self, value: impl Fn(&Arc<K>) -> i64) -> Vec<Vec<i64>> {
        self.rest(0, i64::MAX, value)
    }

    /// As that of the knapsack: more than the rounding error of any bound here.
    fn margin(&self, dual: &Dual<K>) -> f64 {
        let dearest = self.rest(0.0, f64::INFINITY, |arc| -arc.price(&dual.multipliers));
        let budget = |k: usize| dual.multipliers[k] * self.limit[k] as f64;
        1e-12 * ((0..K).map(budget).sum::<f64>() - dearest[0][0])
    }
}

impl<const K: usize> Relaxed<K> {
    /// The one with the greater bound.
    fn or(self, other: Self) -> Self {
        if other.dual.bound > self.dual.bound {
            other
        } else {
            self
        }
    }
}

/// What a label must promise.
struct Goal<'a, const K: usize> {
    /// The least of each weight from a node on.
    least: &'a [Vec<Vec<i64>>; K],
    /// The least priced cost from a node on.
    priced: &'a [Vec<f64>],
    dual: &'a Dual<K>,
    target: f64,
}

fn trace(marks: &[Mark], last: u32) -> Vec<u16> {
    let mut path = Vec::new();
    let mut at = last;
    while marks[at as usize].parent != u32::MAX {
        let Mark {
            parent,
            end,
            option,
        } = marks[at as usize];
        path.push([end, option]);
        at = parent;
    }
    path.reverse();
    path.concat()
}
