//! `search assign`: PEs and buffer of each layer under budgets.

mod document;
mod found;
mod text;

use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use serde_json::json;
use stationary::arch::CostModel;
use stationary::search::certify::Proof;
use stationary::search::design::{Checked, DesignSpace, firsts, recheck};
use stationary::search::optimizers::exact::{self, Vertex};
use stationary::search::{
    BudgetRequest, Choice, Deployment, Kind, Objective, Outcome, Point, Problem, Settings, Stop,
    Table, certificate, optimizers, run_recorded,
};
use stationary::sim::{Energy, estimate};
use stationary::workloads::Layer;

use crate::Answer;
use crate::cli::{Assign, Common, Format, Recheck};
use crate::commands::certify::{self, Certified};
use crate::commands::costs::{self, Source};
use crate::commands::evaluations::Evaluations;
use crate::commands::shortage::Shortage;
use crate::commands::simulations::Simulations;
use crate::inputs;
use crate::output;
use crate::proof::assign::Subject;
use crate::record::Record;
use found::Found;

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
    let offer = costs::load(&args.costs, common)?;
    if let Some(path) = &args.export {
        inputs::write(path, &offer.table.to_csv())?;
    }
    let problem = offer.problem(deployment, objective, &budgets)?;
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
    if let Source::Model { space, layers, .. } = &offer.source {
        head["designs"] = json!(certify::digest_of(space, layers));
    }
    let start = Instant::now();
    let mut evaluations = Evaluations::open(&args.recording, record, head)?;
    let known = std::mem::take(&mut evaluations.known);
    let keep = |new: &[_]| evaluations.append(new);
    let mut outcome = run_recorded(&problem, &mut *optimizer, &settings, &known, keep)?;
    let journal = evaluations.into_journal();
    let search = start.elapsed().as_secs_f64();
    if let Some((point, objective)) = &outcome.best
        && outcome.stop == Stop::Proved
    {
        certificate::check(&problem, point, *objective, &outcome.certificate)
            .map_err(|flaw| anyhow!("the certificate does not hold: {flaw}"))?;
    }
    let start = Instant::now();
    let (mut checked, mut certified) = (Vec::new(), None);
    match &offer.source {
        Source::Table => journal.close()?,
        Source::Model {
            space,
            layers,
            bounds,
        } => {
            let simulations = Simulations::new(space, layers, journal)?;
            let cycles = |layer, levels| simulations.cycles(layer, levels);
            let check = |points: &[Point]| recheck(space, layers, &problem, points, cycles);
            let bounded = problem.with_table(Table::clone(bounds));
            checked = check(&worth_running(args, &outcome, &bounded, check)?)?;
            if args.certify {
                let subject = Subject {
                    space,
                    layers,
                    bounds,
                };
                certified = Some(certify::certify(args, &subject, &problem, &simulations)?);
            }
            simulations.close()?;
        }
    }
    if let Some(Certified { proof, .. }) = &certified {
        outcome.best.clone_from(&proof.best);
        outcome.certificate = proof.certificate.clone();
        outcome.shortfalls.clone_from(&proof.shortfalls);
        outcome.stop = match proof.certificate.kind {
            Kind::Proved => Stop::Proved,
            Kind::Conditional | Kind::None => Stop::Budget,
        };
    }
    let energy = match (&offer.source, &outcome.best) {
        (Source::Model { space, layers, .. }, Some((point, _))) => {
            let proof = certified.as_ref().map(|certified| &certified.proof);
            Some(spent(space, layers, &problem.choices(point), proof)?)
        }
        _ => None,
    };
    let seconds = [search, start.elapsed().as_secs_f64()];
    let front = args
        .front
        .map_or(Ok(Vec::new()), |count| front(&problem, count))?;
    let relaxation = match &outcome.best {
        None if outcome.stop == Stop::Proved => exact::relaxation(&problem, exact::STATES),
        _ => None,
    };
    let shortage = match &outcome.best {
        None if args.explain && outcome.stop == Stop::Proved => {
            Some(Shortage::of(&problem, &outcome.shortfalls)?)
        }
        _ => None,
    };
    let verbose = common.verbose;
    let names = match &offer.source {
        Source::Table => Vec::new(),
        Source::Model { layers, .. } => layers.iter().map(|l| l.name().to_owned()).collect(),
    };
    let found = Found {
        args,
        names,
        problem,
        outcome,
        checked,
        certified,
        energy,
        front,
        relaxation,
        shortage,
        seconds,
        verbose,
    };
    found.keep(record)?;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&found.json())?,
        Format::Csv => found.csv()?,
        Format::Table => found.table(),
    };
    output::print(&text)?;
    Ok(if found.outcome.best.is_some() {
        Answer::Yes
    } else {
        Answer::No
    })
}

/// The leaders that are run on the machine: as many as were asked for, or until no bound on one that is left
/// is below the machine's best.
fn worth_running(
    args: &Assign,
    outcome: &Outcome,
    bounded: &Problem,
    check: impl Fn(&[Point]) -> Result<Vec<Checked>>,
) -> Result<Vec<Point>> {
    let leaders = outcome.leaders.iter().map(|(point, _)| point);
    if let Recheck::Best(_) = args.recheck {
        return Ok(leaders.cloned().collect());
    }
    let (mut points, mut least) = (Vec::new(), f64::INFINITY);
    for point in leaders {
        if bounded.value(point) < least {
            points.push(point.clone());
            let found = check(std::slice::from_ref(point))?;
            let feasible = found.iter().filter(|found| found.is_feasible());
            least = feasible.map(Checked::machine).fold(least, f64::min);
        }
    }
    Ok(points)
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

/// What the chosen designs spend, by the model, or in the time that the machine took in a proof.
fn spent(
    space: &DesignSpace,
    layers: &[Layer],
    choices: &[Choice],
    proof: Option<&Proof>,
) -> Result<Energy> {
    let firsts = firsts(layers);
    let mut spent = Energy::default();
    for choice in choices {
        let layer = &layers[choice.layer];
        let design = space.design(layer, choice.levels())?;
        let (mapping, cost) = (design.mapping(layer)?, CostModel::of(&design.accelerator)?);
        let model = estimate(&mapping);
        let job = (firsts[choice.layer], choice.levels());
        let machine = proof.and_then(|proof| proof.simulated.get(&job));
        let cycles = machine.map_or(model.cycles, |entry| entry.latency);
        spent = spent + Energy::of(&mapping, &cost, &model.counters, cycles);
    }
    Ok(spent)
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
