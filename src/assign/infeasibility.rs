//! What would do where no assignment keeps the budgets.

use std::num::NonZeroUsize;

use crate::documents::{self, Explanation, Heavy, OptimumOf, Redeployed, ShortfallOf};
use crate::format::percent;
use crate::search::optimizers::exact::{self, Answer, Relaxation};
use crate::search::{BudgetRequest, Deployment, Problem, ProofKind, Shortfall};

/// How many of the heaviest stages are named.
const MOST: usize = 5;

/// Changes with which an assignment would keep the budgets, where none does; each is computed by the exact
/// solver.
pub struct Infeasibility {
    short: Vec<Shortfall>,
    relaxed: Option<Relaxed>,
    deployments: Vec<(Deployment, Option<Optimum>)>,
}

struct Optimum {
    objective: f64,
    is_proved: bool,
}

/// The budgets multiplied by the smallest factor that will do.
struct Relaxed {
    factor: f64,
    optimum: Option<Optimum>,
    /// For each budget the heaviest stages: their first layer, and their share of what is used.
    heaviest: Vec<Vec<(usize, f64)>>,
}

impl Infeasibility {
    /// Computes which changes would make the budgets feasible.
    pub fn of(problem: &Problem, short: &[Shortfall]) -> Self {
        let relaxation = exact::relaxation(problem, exact::STATES);
        let others = [
            Deployment::Pipelined,
            Deployment::Segmented {
                most: NonZeroUsize::MAX,
            },
            Deployment::Sequential,
        ];
        let mut deployments = Vec::new();
        for deployment in others {
            if deployment == problem.deployment() {
                continue;
            }
            // Not every table has options that layers can share.
            if let Some(other) = redeployed(problem, deployment) {
                deployments.push((deployment, optimum(&other)));
            }
        }
        Self {
            short: short.to_vec(),
            relaxed: relaxation.map(|r| relaxed(problem, &r)),
            deployments,
        }
    }

    /// The changes as part of a document.
    pub fn document(&self) -> Explanation {
        let optimum = |optimum: &Optimum| OptimumOf {
            objective: optimum.objective,
            proved: optimum.is_proved,
        };
        let heavy = |stages: &Vec<(usize, f64)>| -> Vec<Heavy> {
            let stages = stages.iter().map(|(layer, share)| Heavy {
                layer: *layer as u64,
                share: *share,
            });
            stages.collect()
        };
        Explanation {
            shortfalls: (self.short.iter())
                .map(|s| ShortfallOf {
                    resource: s.resource.to_string(),
                    limit: s.limit,
                    least: s.least,
                    over: Some(s.least / s.limit - 1.0),
                })
                .collect(),
            relaxed: self.relaxed.as_ref().map(|r| documents::Relaxed {
                factor: r.factor,
                optimum: r.optimum.as_ref().map(optimum),
                heaviest: r.heaviest.iter().map(heavy).collect(),
            }),
            deployments: (self.deployments.iter())
                .map(|(deployment, found)| Redeployed {
                    deployment: deployment.to_string(),
                    optimum: found.as_ref().map(optimum),
                })
                .collect(),
        }
    }

    /// The changes as text; `show` writes an objective with its unit, `name` the name of a layer.
    pub fn text(
        &self,
        problem: &Problem,
        show: impl Fn(f64) -> String,
        name: impl Fn(usize) -> String,
    ) -> String {
        let mut text = String::new();
        for s in &self.short {
            text.push_str(&format!(
                "{}: {} more is needed at the least, with the other budgets as they are\n",
                s.resource,
                percent(s.least / s.limit - 1.0)
            ));
        }
        let reached = |optimum: &Option<Optimum>| match optimum {
            None => "no design".to_owned(),
            Some(o) if o.is_proved => {
                format!("{} {}, proved", problem.objective(), show(o.objective))
            }
            Some(o) => format!("{} {}", problem.objective(), show(o.objective)),
        };
        if let Some(r) = &self.relaxed {
            text.push_str(&format!(
                "with {:.6} times the budgets: {}\n",
                r.factor,
                reached(&r.optimum)
            ));
            for (budget, stages) in problem.budgets().iter().zip(&r.heaviest) {
                let stages: Vec<String> = stages
                    .iter()
                    .map(|(layer, share)| format!("layer {} ({})", name(*layer), percent(*share)))
                    .collect();
                text.push_str(&format!(
                    "  {} then goes most of all to {}\n",
                    budget.resource,
                    stages.join(", ")
                ));
            }
        }
        for (deployment, optimum) in &self.deployments {
            text.push_str(&format!(
                "with the same budgets and --deployment {deployment}: {}\n",
                reached(optimum)
            ));
        }
        text
    }
}

fn optimum(problem: &Problem) -> Option<Optimum> {
    match exact::solve(problem, exact::STATES) {
        Answer::Infeasible(_) => None,
        Answer::Best { point, certificate } => point.map(|point| Optimum {
            objective: problem.value(&point),
            is_proved: certificate.kind == ProofKind::Proved,
        }),
    }
}

/// The same limits, in numbers, under another deployment.
fn redeployed(problem: &Problem, deployment: Deployment) -> Option<Problem> {
    let requests: Result<Vec<BudgetRequest>, _> = problem
        .budgets()
        .iter()
        .map(|budget| format!("{}={:e}", budget.resource, budget.limit).parse())
        .collect();
    let table = problem.table().clone();
    Problem::deployed(table, deployment, problem.objective(), &requests.ok()?).ok()
}

fn relaxed(problem: &Problem, relaxation: &Relaxation) -> Relaxed {
    let mut larger = problem.clone();
    for (at, budget) in problem.budgets().iter().enumerate() {
        larger = larger.with_limit(at, budget.limit * relaxation.factor);
    }
    let point = &relaxation.point;
    let heaviest = problem
        .budgets()
        .iter()
        .zip(problem.used(point))
        .map(|(budget, used)| {
            let mut stages: Vec<(usize, f64)> = problem
                .stages(point)
                .map(|stage| {
                    let layers = &problem.table().layers()[stage.layers.clone()];
                    let option = usize::from(stage.option);
                    let usage = layers.iter().map(|l| l[option].usage(budget.resource));
                    (stage.layers.start, usage.fold(0.0, f64::max) / used)
                })
                .collect();
            stages.sort_by(|(_, a), (_, b)| b.total_cmp(a));
            stages.truncate(MOST);
            stages
        });
    Relaxed {
        factor: relaxation.factor,
        optimum: optimum(&larger),
        heaviest: heaviest.collect(),
    }
}
