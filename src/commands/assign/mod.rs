//! `search assign`: PEs and buffer of each layer under budgets.

mod document;
mod rechecked;
mod result;
mod text;

use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use rechecked::Rechecks;
use result::AssignmentResult;
use serde_json::json;
use stationary::arch::CostModel;
use stationary::search::design::{DesignSpace, firsts};
use stationary::search::optimizers::exact::{self, Vertex};
use stationary::search::{
    BudgetRequest, Choice, CostTable, Deployment, Objective, Problem, ProofKind, Settings, Stop,
    certificate, optimizers, run_recorded,
};
use stationary::sim::{Energy, estimate};
use stationary::workloads::Layer;

use crate::Answer;
use crate::certificates::assign::AssignmentInstance;
use crate::cli::{Assign, Common, Format, Recheck};
use crate::commands::certify::{self, Certified};
use crate::commands::costs::{self, CostOrigin};
use crate::commands::evaluations::Evaluations;
use crate::commands::infeasibility::Infeasibility;
use crate::commands::simulations::Simulations;
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::record::Record;
use crate::report::table::page;

/// Searches, re-checks, reports; the answer is no if nothing feasible was found.
pub fn assign(args: &Assign, common: &Common, record: &mut Record) -> Result<Answer> {
    let objective: Objective = args.objective.parse()?;
    let deployment: Deployment = args.deployment.parse()?;
    let budgets: Vec<BudgetRequest> = args
        .budget
        .iter()
        .map(|b| b.parse())
        .collect::<Result<_, _>>()?;
    let effort = costs::effort(&args.learning)?;
    let mut optimizer = optimizers::find_with(&args.optimizer, common.seed, &effort)?;
    if args.certify && args.optimizer != "exact" {
        bail!(
            "--certify proves from exact solutions: found --optimizer {}, needed exact",
            args.optimizer
        );
    }
    let interrupt = Interrupt::listen(&args.recording);
    let cost_source = costs::load(&args.costs, common)?;
    if let Some(path) = &args.export {
        inputs::write(path, &cost_source.table.to_csv())?;
    }
    let problem = cost_source.problem(deployment, objective, &budgets)?;
    let settings = Settings {
        evaluations: evaluations(args),
        repair: effort.preset.repair(),
        keep: match args.recheck {
            Recheck::Best(k) => k,
            Recheck::Auto { most } => usize::try_from(most)?,
        },
    };
    let mut head = json!({
        "optimizer": args.optimizer, "seed": common.seed, "evaluations": settings.evaluations,
        "epochs": effort.epochs, "preset": effort.preset.to_string(),
        "problem": format!("{:016x}", problem.fingerprint()),
    });
    if let CostOrigin::Model { space, layers, .. } = &cost_source.source {
        head["designs"] = json!(certify::digest_of(space, layers));
    }
    let start = Instant::now();
    let mut evaluations = Evaluations::open(&args.recording, record, head)?;
    let known = std::mem::take(&mut evaluations.known);
    if !known.is_empty() {
        interrupt.has_result();
    }
    let keep = |new: &[_]| {
        interrupt.has_result();
        evaluations.append(new)
    };
    let cancellation = interrupt.cancellation();
    let mut outcome = run_recorded(
        &problem,
        &mut *optimizer,
        &settings,
        &known,
        cancellation,
        keep,
    )?;
    let journal = evaluations.into_journal();
    let mut is_cut = outcome.stop == Stop::Interrupted;
    if is_cut && outcome.best.is_none() {
        journal.close()?;
        return Ok(interrupt.nothing_found());
    }
    interrupt.has_result();
    let search = start.elapsed().as_secs_f64();
    if let Some((point, objective)) = &outcome.best
        && outcome.stop == Stop::Proved
    {
        certificate::check(&problem, point, *objective, &outcome.certificate)
            .map_err(|flaw| anyhow!("the certificate does not hold: {flaw}"))?;
    }
    if args.optimizer == "exact" {
        rechecked::extend(&problem, &mut outcome, args.recheck);
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
            let simulations = Simulations::new(space, layers, journal)?;
            let rechecks = Rechecks {
                space,
                layers,
                problem: &problem,
                bounded: &problem.with_table(CostTable::clone(bounds)),
                simulations: &simulations,
                most: args.proving.simulations.unwrap_or(u64::MAX),
                cancellation,
            };
            let is_whole;
            (checked, is_whole) = rechecks.run(args.recheck, &outcome)?;
            is_cut |= !is_whole;
            if let Some(winner) = checked.first().filter(|winner| winner.is_feasible()) {
                outcome.best = Some((winner.point().to_vec(), winner.model()));
            }
            if args.certify {
                let instance = AssignmentInstance {
                    space,
                    layers,
                    bounds,
                    origin: &cost_source.origin,
                };
                let found =
                    certify::certify(args, &instance, &problem, &simulations, cancellation)?;
                is_cut |= found.is_cut(cancellation, args);
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
                    |choice: &Choice| simulations.known(&(firsts[choice.layer], choice.levels()));
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
            simulations.close()?;
        }
    }
    let seconds = [search, start.elapsed().as_secs_f64()];
    is_cut |= args.front.is_some() && interrupt.is_asked_for();
    let front = args
        .front
        .filter(|_| !is_cut)
        .map_or(Ok(Vec::new()), |count| front(&problem, count))?;
    let relaxation = match &outcome.best {
        None if outcome.stop == Stop::Proved => exact::relaxation(&problem, exact::STATES),
        _ => None,
    };
    let infeasibility = match &outcome.best {
        None if args.explain && outcome.stop == Stop::Proved => {
            Some(Infeasibility::of(&problem, &outcome.shortfalls)?)
        }
        _ => None,
    };
    let verbose = common.verbose;
    let (layers, clock) = match &cost_source.source {
        CostOrigin::CostTable => (&cost_source.known[..], None),
        CostOrigin::Model { layers, space, .. } => {
            let hertz = 1e3 * space.base.clock.0 as f64;
            (&layers[..], Some(hertz))
        }
    };
    let found = AssignmentResult {
        args,
        layers,
        scope: cost_source.scope.as_ref(),
        origin: &cost_source.origin,
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
        relaxation,
        infeasibility,
        table_seconds: cost_source.seconds,
        seconds,
        verbose,
        interrupt: is_cut.then_some(&interrupt),
    };
    if let Some(warning) = found.warning() {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    found.keep(record)?;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&found.document())?,
        Format::Csv => found.csv()?,
        Format::Table => page(&found.table()),
    };
    output::print(&text)?;
    if is_cut && common.format != Format::Table {
        interrupt.report_diagnostic();
    }
    Ok(cost_source.judge(match found.outcome.best {
        _ if is_cut => Answer::Interrupted,
        Some(_) => Answer::Yes,
        None => Answer::No,
    }))
}

/// How many points may be evaluated. Learned optimisers end with their epochs.
fn evaluations(args: &Assign) -> u64 {
    let has_epochs = optimizers::has_epochs(&args.optimizer);
    match (args.evaluations, args.learning.epochs) {
        (Some(evaluations), _) => evaluations,
        (None, Some(_)) if has_epochs => u64::MAX,
        (None, Some(epochs)) => epochs,
        (None, None) => 10_000,
    }
}

/// What the chosen designs spend in the time that the machine took, where it ran them, or in the model's.
fn spent(
    space: &DesignSpace,
    layers: &[Layer],
    choices: &[Choice],
    machine: impl Fn(&Choice) -> Option<u64>,
) -> Result<Vec<Energy>> {
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
fn front(problem: &Problem, count: u64) -> Result<Vec<Vertex>> {
    let front = exact::front(problem, 0, usize::try_from(count)?, exact::STATES);
    for vertex in &front {
        if let (Some(point), Some(objective)) = (&vertex.point, vertex.objective) {
            let limited = problem.with_limit(0, vertex.limit);
            certificate::check(&limited, point, objective, &vertex.certificate)
                .map_err(|flaw| anyhow!("the certificate does not hold: {flaw}"))?;
        }
    }
    Ok(front)
}
