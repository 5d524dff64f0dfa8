//! What `search assign` found, and what follows from it.

use crate::csv::Origin;
use crate::format::{energy_delay, joules, thousands};
use crate::headline::Headline;
use crate::scope::Scope;
use crate::search::design::Checked;
use crate::search::optimizers::exact::{Relaxation, Vertex};
use crate::search::{
    Binding, Choice, CostEntry, Objective, Outcome, Problem, ProofKind, Resource, binding,
};
use crate::sim::Energy;
use crate::workloads::Layer;

use super::certify::Certified;
use super::infeasibility::Infeasibility;
use super::{AssignmentQuestion, Recheck};

/// An answer, whichever way it is shown.
pub struct AssignmentResult {
    /// What was asked for.
    pub question: AssignmentQuestion,
    /// The layers, where they are known.
    pub layers: Vec<Layer>,
    /// How much of a network they are.
    pub scope: Option<Scope>,
    /// Whose run it is.
    pub origin: Origin,
    /// In hertz, where it is known.
    pub clock: Option<f64>,
    /// The problem, over the costs that the search saw.
    pub problem: Problem,
    /// What the search came to.
    pub outcome: Outcome,
    /// What ran again on the machine, its best first.
    pub checked: Vec<Checked>,
    /// What is proved on the machine, if that was asked for: then the best is the machine's.
    pub certified: Option<Certified>,
    /// Of the best, by the model or as certified; none where the costs are a table's.
    pub energy: Option<Energy>,
    /// Of the best, in the machine's time.
    pub machine_energy: Option<Energy>,
    /// Of each layer of the best, by the model and in the machine's time; none where the costs are a table's.
    pub energies: [Vec<Energy>; 2],
    /// The Pareto front, where one was asked for.
    pub front: Vec<Vertex>,
    /// The factor on every budget that would do, where nothing keeps them.
    pub relaxation: Option<Relaxation>,
    /// What else would do, where that was asked for.
    pub infeasibility: Option<Infeasibility>,
    /// What the table of costs took, if it was made here.
    pub table_seconds: Option<f64>,
    /// What search and re-check took.
    pub seconds: [f64; 2],
    /// Whether documents say so.
    pub verbose: bool,
    /// Of the best, the machine's cycles of each layer.
    pub machine_cycles: Vec<Option<u64>>,
    /// Whether it was cancelled before its end.
    pub is_cut: bool,
    /// The command that goes on with it, where it was cancelled and something was kept.
    pub go_on: Option<String>,
}

impl AssignmentResult {
    /// The best point and its objective.
    pub fn best(&self) -> Option<(&[u16], f64)> {
        self.outcome
            .best
            .as_ref()
            .map(|(point, objective)| (point.as_slice(), *objective))
    }

    /// The best, as the machine ran it.
    pub fn winner(&self) -> Option<&Checked> {
        let (point, _) = self.best()?;
        self.checked.iter().find(|checked| checked.point() == point)
    }

    /// Its figure on the machine, with the model's beside it; none on a table, behind which there is no
    /// machine.
    pub fn headline(&self) -> Option<Headline> {
        let (point, objective) = self.best()?;
        if self.certified.is_some() {
            return Some(Headline {
                machine: objective,
                model: self.problem.value(point),
            });
        }
        let winner = self.winner()?;
        Some(Headline {
            machine: winner.machine(),
            model: winner.model(),
        })
    }

    /// What should be known of the headline before it is used.
    pub fn warning(&self) -> Option<String> {
        let advice = match &self.certified {
            Some(_) => "",
            None => {
                "; another assignment may be better there: --recheck 20 runs more of the best, \
                 --optimizer exact --certify proves the machine's optimum"
            }
        };
        let headline = self.headline()?;
        headline.warning(|objective| self.show(objective), advice)
    }

    /// What was chosen for each layer.
    pub fn rows(&self) -> Vec<ResultRow> {
        let Some((point, _)) = self.best() else {
            return Vec::new();
        };
        let row = |choice: Choice| {
            let options = &self.problem.table().layers()[choice.layer];
            let own = options.iter().find(|o| o.levels() == choice.levels());
            let machine = self.machine_cycles.get(choice.layer).copied().flatten();
            let [energy, ran] =
                (self.energies.each_ref()).map(|all| all.get(choice.layer).copied());
            ResultRow {
                choice,
                cycles: own.map_or(0, |own| own.latency),
                machine,
                nanojoules: own.map_or(0.0, |own| own.energy),
                energy,
                machine_energy: machine.and(ran),
            }
        };
        self.problem.choices(point).into_iter().map(row).collect()
    }

    /// Whose costs the search saw.
    pub fn costs(&self) -> &'static str {
        match self.question.costs.table {
            Some(_) => "table",
            None => "model",
        }
    }

    /// Whose figures the chosen options have.
    pub fn of(&self) -> &'static str {
        match self.certified {
            Some(_) => "machine",
            None => self.costs(),
        }
    }

    /// Why fewer ran on the machine than were asked for.
    pub fn few_checked(&self) -> Option<String> {
        let Recheck::Best(asked) = self.question.recheck else {
            return None;
        };
        let ran = self.checked.len();
        if ran >= asked || self.best().is_none() {
            return None;
        }
        if self.question.costs.table.is_some() {
            let only = "a table has no machine behind it: nothing was re-checked".to_owned();
            return (asked > 1).then_some(only);
        }
        let has_more = ran < self.outcome.leaders.len();
        let most = self.question.simulations.unwrap_or(u64::MAX);
        let limit = format!("--simulations {most} allows no more entries");
        let why = match self.question.optimizer.as_str() {
            _ if self.is_cut => "it was interrupted",
            _ if has_more => &limit,
            "exact" => {
                "exact proves one optimum, and no more assignments that keep the budgets differ from \
                 it in one choice"
            }
            _ => "the search came to no more distinct assignments that keep the budgets",
        };
        Some(format!("re-checked {ran} of {asked} asked for: {why}"))
    }

    /// The problem whose costs the best one has: the model's, or as the machine ran.
    pub fn decided_on(&self) -> &Problem {
        let certified = self.certified.as_ref();
        certified.map_or(&self.problem, |certified| &certified.proof.problem)
    }

    /// Whether the objective is in whole cycles.
    pub fn is_integral(&self) -> bool {
        matches!(
            self.problem.objective(),
            Objective::Latency | Objective::Throughput
        )
    }

    /// The place of a re-checked point by the model, from 1.
    pub fn rank(&self, checked: &Checked) -> usize {
        let leaders = self.outcome.leaders.iter();
        leaders
            .take_while(|(point, _)| point != checked.point())
            .count()
            + 1
    }

    /// How the model ranks what the machine re-checked, in the machine's order; how many pairs of these
    /// stand the other way round, and how many there are. None with fewer than two.
    pub fn ranking(&self) -> Option<(Vec<usize>, usize, usize)> {
        if self.checked.len() < 2 {
            return None;
        }
        let order: Vec<usize> = self.checked.iter().map(|c| self.rank(c)).collect();
        let pairs = order.len() * (order.len() - 1) / 2;
        let turned = inversions(&order);
        Some((order, turned, pairs))
    }

    /// What the budgets hold back; nothing without budgets.
    pub fn binding(&self, point: &[u16]) -> Vec<Binding> {
        if self.problem.budgets().is_empty() {
            return Vec::new();
        }
        binding(&self.problem, point)
    }

    /// What a choice costs.
    pub fn entry(&self, choice: &Choice) -> Option<&CostEntry> {
        let mut options = self.decided_on().table().layers().get(choice.layer)?.iter();
        options.find(|entry| entry.levels() == choice.levels())
    }

    /// The name of a layer: its place, where that is all that is known.
    pub fn name(&self, layer: usize) -> String {
        let known = self.layers.get(layer);
        known.map_or_else(|| layer.to_string(), |known| known.name().to_owned())
    }

    /// The objective as it is read.
    pub fn show(&self, objective: f64) -> String {
        match self.problem.objective() {
            Objective::Latency | Objective::Throughput => {
                format!("{} cycles", thousands(objective as u64))
            }
            Objective::Energy => joules(1e3 * objective),
            Objective::Edp => match self.clock {
                Some(hertz) => energy_delay(1e-9 * objective / hertz),
                None => format!("{objective:.6e} nJ cycles"),
            },
        }
    }
}

/// Pairs that stand in another order than their numbers.
fn inversions(order: &[usize]) -> usize {
    let later = |at: usize| order[at + 1..].iter().filter(move |&&o| o < order[at]);
    (0..order.len()).map(|at| later(at).count()).sum()
}

/// An option that was chosen, in words and cycles.
pub struct ResultRow {
    /// The option.
    pub choice: Choice,
    /// By the costs that the search saw.
    pub cycles: u64,
    /// On the machine, if it ran.
    pub machine: Option<u64>,
    /// By the costs that the search saw.
    pub nanojoules: f64,
    /// The same in its components, where they are known.
    pub energy: Option<Energy>,
    /// In the machine's time, if it ran.
    pub machine_energy: Option<Energy>,
}

/// The name of a resource with its unit, as documents have it.
#[must_use]
pub fn unit(resource: Resource) -> &'static str {
    match resource {
        Resource::Area => "area_um2",
        Resource::Power => "power_mw",
    }
}

/// The name of what is proved, as documents have it.
#[must_use]
pub fn kind(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Proved => "proved",
        ProofKind::Conditional => "conditional",
        ProofKind::None => "none",
    }
}
