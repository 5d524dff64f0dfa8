//! What `search assign` found, and what follows from it.

use stationary::csv::Origin;
use stationary::format::{energy_delay, joules, thousands};
use stationary::headline::Headline;
use stationary::scope::Scope;
use stationary::search::design::Checked;
use stationary::search::optimizers::exact::{Relaxation, Vertex};
use stationary::search::{
    Binding, Choice, CostEntry, Objective, Outcome, Problem, ProofKind, Resource, binding,
};
use stationary::sim::Energy;
use stationary::workloads::Layer;

use crate::cli::{Assign, Recheck};
use crate::commands::certify::Certified;
use crate::commands::infeasibility::Infeasibility;
use crate::interrupt::Interrupt;

/// An answer, whichever way it is shown.
pub(super) struct AssignmentResult<'a> {
    pub(super) args: &'a Assign,
    /// The layers, where they are known.
    pub(super) layers: &'a [Layer],
    /// How much of a network they are.
    pub(super) scope: Option<&'a Scope>,
    pub(super) origin: &'a Origin,
    /// In hertz, where it is known.
    pub(super) clock: Option<f64>,
    pub(super) problem: Problem,
    pub(super) outcome: Outcome,
    pub(super) checked: Vec<Checked>,
    /// What is proved on the machine, if that was asked for: then the best is the machine's.
    pub(super) certified: Option<Certified>,
    /// Of the best, by the model or as certified; none where the costs are a table's.
    pub(super) energy: Option<Energy>,
    /// Of the best, in the machine's time.
    pub(super) machine_energy: Option<Energy>,
    /// Of each layer of the best, by the model and in the machine's time; none where the costs are a table's.
    pub(super) energies: [Vec<Energy>; 2],
    pub(super) front: Vec<Vertex>,
    pub(super) relaxation: Option<Relaxation>,
    pub(super) infeasibility: Option<Infeasibility>,
    /// What the table of costs took, if it was made here.
    pub(super) table_seconds: Option<f64>,
    /// What search and re-check took.
    pub(super) seconds: [f64; 2],
    pub(super) verbose: bool,
    /// Of the best, the machine's cycles of each layer.
    pub(super) machine_cycles: Vec<Option<u64>>,
    /// If Ctrl-C ended it early.
    pub(super) interrupt: Option<&'a Interrupt>,
}

impl AssignmentResult<'_> {
    /// The best point and its objective.
    pub(super) fn best(&self) -> Option<(&[u16], f64)> {
        self.outcome
            .best
            .as_ref()
            .map(|(point, objective)| (point.as_slice(), *objective))
    }

    /// The best, as the machine ran it.
    pub(super) fn winner(&self) -> Option<&Checked> {
        let (point, _) = self.best()?;
        self.checked.iter().find(|checked| checked.point() == point)
    }

    /// Its figure on the machine, with the model's beside it; none on a table, behind which there is no
    /// machine.
    pub(super) fn headline(&self) -> Option<Headline> {
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
    pub(super) fn warning(&self) -> Option<String> {
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
    pub(super) fn rows(&self) -> Vec<ResultRow> {
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
    pub(super) fn costs(&self) -> &'static str {
        match self.args.costs.table {
            Some(_) => "table",
            None => "model",
        }
    }

    /// Whose figures the chosen options have.
    pub(super) fn of(&self) -> &'static str {
        match self.certified {
            Some(_) => "machine",
            None => self.costs(),
        }
    }

    /// Why fewer ran on the machine than were asked for.
    pub(super) fn few_checked(&self) -> Option<String> {
        let Recheck::Best(asked) = self.args.recheck else {
            return None;
        };
        let ran = self.checked.len();
        if ran >= asked || self.best().is_none() {
            return None;
        }
        if self.args.costs.table.is_some() {
            let only = "a table has no machine behind it: nothing was re-checked".to_owned();
            return (asked > 1).then_some(only);
        }
        let has_more = ran < self.outcome.leaders.len();
        let most = self.args.proving.simulations.unwrap_or(u64::MAX);
        let limit = format!("--simulations {most} allows no more entries");
        let why = match self.args.optimizer.as_str() {
            _ if self.interrupt.is_some() => "it was interrupted",
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
    pub(super) fn ground(&self) -> &Problem {
        let certified = self.certified.as_ref();
        certified.map_or(&self.problem, |certified| &certified.proof.problem)
    }

    /// Whether the objective is in whole cycles.
    pub(super) fn is_integral(&self) -> bool {
        matches!(
            self.problem.objective(),
            Objective::Latency | Objective::Throughput
        )
    }

    /// The place of a re-checked point by the model, from 1.
    pub(super) fn rank(&self, checked: &Checked) -> usize {
        let leaders = self.outcome.leaders.iter();
        leaders
            .take_while(|(point, _)| point != checked.point())
            .count()
            + 1
    }

    /// How the model ranks what the machine re-checked, in the machine's order; how many pairs of these
    /// stand the other way round, and how many there are. None with fewer than two.
    pub(super) fn ranking(&self) -> Option<(Vec<usize>, usize, usize)> {
        if self.checked.len() < 2 {
            return None;
        }
        let order: Vec<usize> = self.checked.iter().map(|c| self.rank(c)).collect();
        let pairs = order.len() * (order.len() - 1) / 2;
        let turned = inversions(&order);
        Some((order, turned, pairs))
    }

    /// What the budgets hold back; nothing without budgets.
    pub(super) fn binding(&self, point: &[u16]) -> Vec<Binding> {
        if self.problem.budgets().is_empty() {
            return Vec::new();
        }
        binding(&self.problem, point)
    }

    /// What a choice costs.
    pub(super) fn entry(&self, choice: &Choice) -> Option<&CostEntry> {
        let mut options = self.ground().table().layers().get(choice.layer)?.iter();
        options.find(|entry| entry.levels() == choice.levels())
    }

    /// The name of a layer: its place, where that is all that is known.
    pub(super) fn name(&self, layer: usize) -> String {
        let known = self.layers.get(layer);
        known.map_or_else(|| layer.to_string(), |known| known.name().to_owned())
    }

    /// The objective as it is read.
    pub(super) fn show(&self, objective: f64) -> String {
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
pub(super) struct ResultRow {
    pub(super) choice: Choice,
    /// By the costs that the search saw.
    pub(super) cycles: u64,
    /// On the machine, if it ran.
    pub(super) machine: Option<u64>,
    /// By the costs that the search saw.
    pub(super) nanojoules: f64,
    /// The same in its components, where they are known.
    pub(super) energy: Option<Energy>,
    /// In the machine's time, if it ran.
    pub(super) machine_energy: Option<Energy>,
}

pub(super) fn unit(resource: Resource) -> &'static str {
    match resource {
        Resource::Area => "area_um2",
        Resource::Power => "power_mw",
    }
}

pub(super) fn kind(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Proved => "proved",
        ProofKind::Conditional => "conditional",
        ProofKind::None => "none",
    }
}
