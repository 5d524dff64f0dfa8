//! The search: by the model or a table, then by the machine, then proved on it.

use std::time::Instant;

use super::certificate::AssignmentInstance;
use super::certify::{self, Certified, flawed};
use super::costs::{CostOrigin, CostSource};
use super::infeasibility::Infeasibility;
use super::rechecked::{self, Rechecks};
use super::result::AssignmentResult;
use super::{AssignmentQuestion, Recheck};
use crate::arch::CostModel;
use crate::error::Error;
use crate::hooks::Hooks;
use crate::journal::{self, Evaluations, EvaluationsHead, Head, OptionRuns};
use crate::search::design::{DesignSpace, firsts};
use crate::search::optimizers::Optimizer;
use crate::search::optimizers::exact::{self, Vertex};
use crate::search::{
    BudgetRequest, Choice, CostTable, Deployment, Interruption, LearningEffort, Objective, Problem,
    ProofKind, Settings, Stop, certificate, optimizers, run_recorded,
};
use crate::sim::{Energy, estimate};
use crate::workloads::Layer;

/// A question whose names are known to exist.
struct Asked {
    objective: Objective,
    deployment: Deployment,
    budgets: Vec<BudgetRequest>,
    effort: LearningEffort,
    optimizer: Box<dyn Optimizer>,
}

impl AssignmentQuestion {
    /// Checks the names, before costs are made, which takes a while.
    ///
    /// # Errors
    /// Names that do not exist, budgets that are none, a proof by an optimiser that gives none.
    pub fn check(&self) -> Result<(), Error> {
        self.asked().map(drop)
    }

    fn asked(&self) -> Result<Asked, Error> {
        let budgets = self.budget.iter().map(|budget| budget.parse());
        let budgets: Vec<BudgetRequest> =
            budgets.collect::<Result<_, _>>().map_err(Error::search)?;
        let least = |name: &'static str, number: Option<u64>| match number {
            Some(0) => Err(Error::option(name, "0", "needed at least 1")),
            _ => Ok(()),
        };
        least("epochs", self.epochs)?;
        least("evaluations", self.evaluations)?;
        if let Recheck::Best(0) = self.recheck {
            return Err(Error::option("recheck", "0", "needed at least 1"));
        }
        if let Some(front) = self.front.filter(|front| !(2..=100_000).contains(front)) {
            let needed = "needed from 2 to 100000";
            return Err(Error::option("front", &front.to_string(), needed));
        }
        let effort = self.effort();
        let optimizer = optimizers::find_with(&self.optimizer, self.seed, &effort);
        let optimizer = optimizer.map_err(Error::search)?;
        if self.certify && self.optimizer != "exact" {
            let needed = "certify proves from exact solutions; needed exact";
            return Err(Error::option("optimizer", &self.optimizer, needed));
        }
        Ok(Asked {
            objective: self.objective,
            deployment: self.deployment,
            budgets,
            effort,
            optimizer,
        })
    }

    /// Searches for the best assignment, re-checks it on the machine, and proves it if asked to. None if it
    /// was cancelled before anything was found.
    ///
    /// # Errors
    /// Names that do not exist, budgets that are none, a file that cannot be written, a design that cannot be made.
    pub fn search(
        &self,
        cost_source: &CostSource,
        hooks: &Hooks<'_>,
    ) -> Result<Option<AssignmentResult>, Error> {
        let Asked {
            objective,
            deployment,
            budgets,
            effort,
            mut optimizer,
        } = self.asked()?;
        let problem = cost_source.problem(deployment, objective, &budgets)?;
        let settings = Settings {
            evaluations: self.points(),
            repair: effort.preset.repair(),
            keep: match self.recheck {
                Recheck::Best(k) => k,
                Recheck::Auto { most } => usize::try_from(most).unwrap_or(usize::MAX),
            },
        };
        let head = EvaluationsHead {
            schema: EvaluationsHead::NAME.to_owned(),
            version: journal::version(),
            optimizer: self.optimizer.clone(),
            seed: self.seed,
            evaluations: settings.evaluations,
            epochs: effort.epochs,
            preset: effort.preset.to_string(),
            problem: format!("{:016x}", problem.fingerprint()),
            designs: match &cost_source.source {
                CostOrigin::Model { space, layers, .. } => Some(certify::digest_of(space, layers)),
                CostOrigin::CostTable => None,
            },
        };
        let start = Instant::now();
        let mut evaluations = Evaluations::open(&hooks.files, &head)?;
        let known = std::mem::take(&mut evaluations.known);
        if !known.is_empty() {
            (hooks.has_result)();
        }
        let keep = |new: &[_]| {
            (hooks.has_result)();
            evaluations.append(new)
        };
        let cancellation = &hooks.cancellation;
        let outcome = run_recorded(
            &problem,
            &mut *optimizer,
            &settings,
            &known,
            cancellation,
            keep,
        );
        let mut outcome = outcome.map_err(|error| match error {
            Interruption::Record(error) => Error::Journal(error),
            diverged @ Interruption::Diverged { .. } => Error::search(diverged),
        })?;
        let journal = evaluations.into_journal();
        let mut is_cut = outcome.stop == Stop::Interrupted;
        if is_cut && outcome.best.is_none() {
            journal.close()?;
            return Ok(None);
        }
        (hooks.has_result)();
        let search = start.elapsed().as_secs_f64();
        if let Some((point, objective)) = &outcome.best
            && outcome.stop == Stop::Proved
        {
            certificate::check(&problem, point, *objective, &outcome.certificate)
                .map_err(flawed)?;
        }
        if self.optimizer == "exact" {
            rechecked::extend(&problem, &mut outcome, self.recheck);
        }
        let start = Instant::now();
        let (mut checked, mut certified) = (Vec::new(), None);
        let ([mut energy, mut machine_energy], mut machine_cycles) = ([None, None], Vec::new());
        let mut energies = [Vec::new(), Vec::new()];
        match &cost_source.source {
            CostOrigin::CostTable => journal.close()?,
            CostOrigin::Model {
                space,
                layers,
                bounds,
            } => {
                let runs = OptionRuns::new(space, layers, journal)?;
                let rechecks = Rechecks {
                    space,
                    layers,
                    problem: &problem,
                    bounded: &problem.with_table(CostTable::clone(bounds)),
                    simulations: &runs,
                    most: self.simulations.unwrap_or(u64::MAX),
                    cancellation,
                };
                let is_whole;
                (checked, is_whole) = rechecks.run(self.recheck, &outcome)?;
                is_cut |= !is_whole;
                if let Some(winner) = checked.first().filter(|winner| winner.is_feasible()) {
                    outcome.best = Some((winner.point().to_vec(), winner.model()));
                }
                if self.certify {
                    let instance = AssignmentInstance {
                        space,
                        layers,
                        bounds,
                        origin: &cost_source.origin,
                    };
                    let found = certify::certify(self, &instance, &problem, &runs, cancellation)?;
                    is_cut |= found.is_cut(cancellation, self);
                    certified = Some(found);
                }
                if let Some(Certified { proof, .. }) = &certified {
                    outcome.best.clone_from(&proof.best);
                    outcome.certificate = proof.certificate.clone();
                    outcome.shortfalls.clone_from(&proof.shortfalls);
                    outcome.stop = match proof.certificate.kind {
                        ProofKind::Proved => Stop::Proved,
                        ProofKind::Conditional | ProofKind::None => Stop::Budget,
                    };
                }
                if let Some((point, _)) = &outcome.best {
                    let choices = problem.choices(point);
                    let firsts = firsts(layers);
                    let machine =
                        |choice: &Choice| runs.known(&(firsts[choice.layer], choice.levels()));
                    machine_cycles = choices.iter().map(machine).collect();
                    energies = [
                        spent(space, layers, &choices, |_| None)?,
                        spent(space, layers, &choices, machine)?,
                    ];
                    let [model, ran] = energies.each_ref().map(|layers| Some(sum(layers)));
                    machine_energy = ran;
                    energy = match certified {
                        Some(_) => ran,
                        None => model,
                    };
                }
                runs.close()?;
            }
        }
        let seconds = [search, start.elapsed().as_secs_f64()];
        is_cut |= self.front.is_some() && cancellation.is_cancelled();
        let front = self.front.filter(|_| !is_cut);
        let front = front.map_or(Ok(Vec::new()), |count| front_of(&problem, count))?;
        let is_impossible = outcome.best.is_none() && outcome.stop == Stop::Proved;
        let relaxation = is_impossible.then(|| exact::relaxation(&problem, exact::STATES));
        let infeasibility = (is_impossible && self.explain)
            .then(|| Infeasibility::of(&problem, &outcome.shortfalls));
        let (layers, clock) = match &cost_source.source {
            CostOrigin::CostTable => (&cost_source.known[..], None),
            CostOrigin::Model { layers, space, .. } => {
                let hertz = 1e3 * space.base.clock.0 as f64;
                (&layers[..], Some(hertz))
            }
        };
        Ok(Some(AssignmentResult {
            question: self.clone(),
            layers: layers.to_vec(),
            scope: cost_source.scope.clone(),
            origin: cost_source.origin.clone(),
            clock,
            problem,
            outcome,
            checked,
            certified,
            energy,
            machine_energy,
            energies,
            machine_cycles,
            front,
            relaxation: relaxation.flatten(),
            infeasibility,
            table_seconds: cost_source.seconds,
            seconds,
            verbose: false,
            is_cut,
            go_on: None,
        }))
    }
}

/// What the chosen designs spend in the time that the machine took, where it ran them, or in the model's.
fn spent(
    space: &DesignSpace,
    layers: &[Layer],
    choices: &[Choice],
    machine: impl Fn(&Choice) -> Option<u64>,
) -> Result<Vec<Energy>, Error> {
    let of_choice = |choice: &Choice| {
        let layer = &layers[choice.layer];
        let design = space.design(layer, choice.levels())?;
        let (mapping, cost) = (design.mapping(layer)?, CostModel::of(&design.accelerator)?);
        let model = estimate(&mapping);
        let cycles = machine(choice).unwrap_or(model.cycles);
        Ok(Energy::of(&mapping, &cost, &model.counters, cycles))
    };
    choices.iter().map(of_choice).collect()
}

fn sum(layers: &[Energy]) -> Energy {
    (layers.iter()).fold(Energy::default(), |sum, layer| sum + *layer)
}

/// The front of the first budget, each vertex with its certificate checked.
fn front_of(problem: &Problem, count: u64) -> Result<Vec<Vertex>, Error> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let front = exact::front(problem, 0, count, exact::STATES);
    for vertex in &front {
        if let (Some(point), Some(objective)) = (&vertex.point, vertex.objective) {
            let limited = problem.with_limit(0, vertex.limit);
            certificate::check(&limited, point, objective, &vertex.certificate).map_err(flawed)?;
        }
    }
    Ok(front)
}
