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

/// The result of a search for an assignment, from which tables, pages and documents are made.
pub struct AssignmentResult {
    /// The question that was asked.
    pub question: AssignmentQuestion,
    /// The layers of the network; empty where they are not known, as with a table of costs alone.
    pub layers: Vec<Layer>,
    /// How much of a network the layers are; None where it is not known.
    pub scope: Option<Scope>,
    /// The names of accelerator and network, for the columns that every line of CSV begins with.
    pub origin: Origin,
    /// The clock in hertz; None where the costs are a table's.
    pub clock: Option<f64>,
    /// The problem, with the costs that the search used.
    pub problem: Problem,
    /// The outcome of the optimiser: its best point, and others that it came to.
    pub outcome: Outcome,
    /// The assignments that ran again on the machine, the machine's best first.
    pub checked: Vec<Checked>,
    /// The proof on the machine, if one was asked for: then the best is the machine's.
    pub certified: Option<Certified>,
    /// Energy of the best assignment in picojoules, by the model or as certified; None where the costs are a
    /// table's.
    pub energy: Option<Energy>,
    /// Energy of the best assignment in picojoules, over the machine's cycles.
    pub machine_energy: Option<Energy>,
    /// Energy of each layer of the best assignment in picojoules, by the model and over the machine's cycles;
    /// empty where the costs are a table's.
    pub energies: [Vec<Energy>; 2],
    /// The Pareto front; empty where none was asked for.
    pub front: Vec<Vertex>,
    /// The factor that all budgets have to be multiplied by, where no assignment keeps them.
    pub relaxation: Option<Relaxation>,
    /// Which other changes would make the budgets feasible, where that was asked for.
    pub infeasibility: Option<Infeasibility>,
    /// Wall-clock seconds for the table of costs; None if it was read from a file.
    pub table_seconds: Option<f64>,
    /// Wall-clock seconds of the search and of the re-check.
    pub seconds: [f64; 2],
    /// Whether documents contain the seconds.
    pub verbose: bool,
    /// The machine's cycles of each layer of the best assignment; None for a layer that did not run.
    pub machine_cycles: Vec<Option<u64>>,
    /// Whether the search was cancelled before its end.
    pub is_cut: bool,
    /// The command that resumes the search; None unless it was cancelled and its evaluations were kept.
    pub go_on: Option<String>,
}

impl AssignmentResult {
    /// The best point (the index of the option of each choice) and its objective; None where no assignment
    /// keeps the budgets.
    pub fn best(&self) -> Option<(&[u16], f64)> {
        self.outcome
            .best
            .as_ref()
            .map(|(point, objective)| (point.as_slice(), *objective))
    }

    /// The best assignment as it ran on the machine; None if it did not run.
    pub fn winner(&self) -> Option<&Checked> {
        let (point, _) = self.best()?;
        self.checked.iter().find(|checked| checked.point() == point)
    }

    /// The objective on the machine, with the model's beside it; None if nothing ran on the machine, as with
    /// a table's costs.
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

    /// A sentence on a model that is far from the machine for the best assignment; None where it is not.
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

    /// The option of each layer; empty where no assignment keeps the budgets.
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

    /// Where the costs that the search used come from: `table` or `model`.
    pub fn costs(&self) -> &'static str {
        match self.question.costs.table {
            Some(_) => "table",
            None => "model",
        }
    }

    /// Where the figures of the best assignment come from: `machine` if certified, else as
    /// [`AssignmentResult::costs`].
    pub fn of(&self) -> &'static str {
        match self.certified {
            Some(_) => "machine",
            None => self.costs(),
        }
    }

    /// A sentence on why fewer assignments ran on the machine than were asked for; None if all did.
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

    /// The problem with the costs that the best assignment was chosen by: the model's, or the machine's if
    /// certified.
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

    /// How the model's order compares to the machine's: the model's rank of each re-checked assignment in the
    /// machine's order, the number of pairs that stand the other way round, and the number of all pairs. None
    /// with fewer than two.
    pub fn ranking(&self) -> Option<(Vec<usize>, usize, usize)> {
        if self.checked.len() < 2 {
            return None;
        }
        let order: Vec<usize> = self.checked.iter().map(|c| self.rank(c)).collect();
        let pairs = order.len() * (order.len() - 1) / 2;
        let turned = inversions(&order);
        Some((order, turned, pairs))
    }

    /// Which budgets hold an assignment back; empty without budgets.
    pub fn binding(&self, point: &[u16]) -> Vec<Binding> {
        if self.problem.budgets().is_empty() {
            return Vec::new();
        }
        binding(&self.problem, point)
    }

    /// The costs of a choice; None if the table has no such option.
    pub fn entry(&self, choice: &Choice) -> Option<&CostEntry> {
        let mut options = self.decided_on().table().layers().get(choice.layer)?.iter();
        options.find(|entry| entry.levels() == choice.levels())
    }

    /// The name of the layer with this index, or the index itself if the names are not known.
    pub fn name(&self, layer: usize) -> String {
        let known = self.layers.get(layer);
        known.map_or_else(|| layer.to_string(), |known| known.name().to_owned())
    }

    /// An objective with its unit, as tables show it: cycles, joules, or joule seconds.
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

/// The option chosen for a layer, with its costs.
pub struct ResultRow {
    /// The option.
    pub choice: Choice,
    /// Cycles by the costs that the search used.
    pub cycles: u64,
    /// Cycles on the machine; None if the option did not run.
    pub machine: Option<u64>,
    /// Energy in nanojoules, by the costs that the search used.
    pub nanojoules: f64,
    /// The same energy by component, in picojoules; None where the components are not known.
    pub energy: Option<Energy>,
    /// Energy by component over the machine's cycles, in picojoules; None if the option did not run.
    pub machine_energy: Option<Energy>,
}

/// The name that documents give the use of a resource, with its unit: `area_um2` or `power_mw`.
#[must_use]
pub fn unit(resource: Resource) -> &'static str {
    match resource {
        Resource::Area => "area_um2",
        Resource::Power => "power_mw",
    }
}

/// The name that documents give a kind of proof.
#[must_use]
pub fn kind(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Proved => "proved",
        ProofKind::Conditional => "conditional",
        ProofKind::None => "none",
    }
}
