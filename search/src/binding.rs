//! Which stages the budgets hold back, and by how much.

use crate::objective::Objective;
use crate::problem::Problem;

/// A stage whose best option the budgets rule out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Binding {
    /// The index of the stage, from 0.
    pub stage: usize,
    /// The gain in the objective, in its unit, if this stage alone took its best option.
    pub loss: f64,
}

/// The stages that bind, by falling loss.
///
/// ```text
/// loss(s) = cost(s, x_s) - min_j cost(s, j)
/// ```
///
/// with the latency or the energy as the cost; for the product of both sums,
/// the energy of all times the latency plus the latency of all times the
/// energy, which is the gain to first order. For throughput only the slowest
/// stages bind, with the latency as the cost.
pub fn binding(problem: &Problem, point: &[u16]) -> Vec<Binding> {
    let totals = problem.totals(point);
    let (latency, energy) = match problem.objective() {
        Objective::Latency | Objective::Throughput => (1.0, 0.0),
        Objective::Energy => (0.0, 1.0),
        Objective::Edp => (totals.energy, totals.latency as f64),
    };
    let mut binding: Vec<Binding> = Vec::new();
    for (at, stage) in problem.stages(point).enumerate() {
        let options = problem.table().fold(stage.layers);
        let chosen = options[usize::from(stage.option)];
        if problem.objective() == Objective::Throughput && chosen.latency < totals.slowest {
            continue;
        }
        let cost = |at: usize| latency * options[at].latency as f64 + energy * options[at].energy;
        let least = (0..options.len()).map(cost).fold(f64::INFINITY, f64::min);
        let loss = cost(usize::from(stage.option)) - least;
        if loss > 0.0 {
            binding.push(Binding { stage: at, loss });
        }
    }
    binding.sort_unstable_by(|a, b| b.loss.total_cmp(&a.loss).then(a.stage.cmp(&b.stage)));
    binding
}
