//! `search assign`: PEs and buffer of each layer under budgets.

use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value, json};
use stationary::arch::CostModel;
use stationary::search::certify::Proof;
use stationary::search::design::{Checked, DesignSpace, firsts, recheck};
use stationary::search::optimizers::exact::{self, Relaxation, Vertex};
use stationary::search::{
    Binding, BudgetRequest, Choice, Deployment, Kind, Objective, Outcome, Point, Problem, Resource,
    Settings, Stop, Table, Verdict, binding, certificate, optimizers, run_recorded,
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
use crate::report::energy;
use crate::report::format::{joules, signed_percent, table, thousands};

struct Found<'a> {
    args: &'a Assign,
    /// Of the layers, where they are known.
    names: Vec<String>,
    problem: Problem,
    outcome: Outcome,
    checked: Vec<Checked>,
    /// What is proved on the machine, if that was asked for: then the best is the machine's.
    certified: Option<Certified>,
    /// Of the best, by the model or as certified; none where the costs are a table's.
    energy: Option<Energy>,
    front: Vec<Vertex>,
    relaxation: Option<Relaxation>,
    shortage: Option<Shortage>,
    seconds: [f64; 2],
    verbose: bool,
}

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
            let mut points: Vec<Point> = Vec::new();
            let bounded = problem.with_table(Table::clone(bounds));
            let mut least = f64::INFINITY;
            for (point, _) in &outcome.leaders {
                let is_auto = matches!(args.recheck, Recheck::Auto { .. });
                if is_auto && bounded.value(point) >= least {
                    continue;
                }
                points.push(point.clone());
                if is_auto {
                    let found = check(std::slice::from_ref(point))?;
                    let feasible = found.iter().filter(|found| found.is_feasible());
                    least = feasible.map(Checked::machine).fold(least, f64::min);
                }
            }
            checked = check(&points)?;
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

impl Found<'_> {
    fn best(&self) -> Option<(&[u16], f64)> {
        self.outcome
            .best
            .as_ref()
            .map(|(point, objective)| (point.as_slice(), *objective))
    }

    /// The problem whose costs the best one has: the model's, or as the machine ran.
    fn ground(&self) -> &Problem {
        let certified = self.certified.as_ref();
        certified.map_or(&self.problem, |certified| &certified.proof.problem)
    }

    /// The answer, and what a proof rests on.
    fn keep(&self, record: &mut Record) -> Result<()> {
        let mut document = self.json();
        // Wall-clock time differs from run to run.
        document["seconds"] = json!({"search": null, "recheck": null});
        let certificate = || {
            if let Some(certified) = &self.certified {
                return Ok(certified.text.clone());
            }
            let mut certificate = document["certificate"].clone();
            for field in ["deployment", "objective", "budgets", "best"] {
                certificate[field] = document[field].clone();
            }
            Ok(serde_json::to_string_pretty(&certificate)?)
        };
        record.keep("costs.csv", || Ok(self.problem.table().to_csv()))?;
        record.keep("certificate.json", certificate)?;
        record.results(|| document.clone(), || self.csv())
    }

    fn is_integral(&self) -> bool {
        matches!(
            self.problem.objective(),
            Objective::Latency | Objective::Throughput
        )
    }

    fn number(&self, objective: f64) -> Value {
        if self.is_integral() {
            json!(objective as u64)
        } else {
            json!(objective)
        }
    }

    fn json(&self) -> Value {
        let best = match self.best() {
            None => json!({
                "feasible": false, "shortfalls": self.shortfalls(),
                "relaxation": self.relaxation.as_ref().map(|r| json!({"factor": r.factor, "bound": r.bound})),
                "explanation": self.shortage.as_ref().map(Shortage::json),
            }),
            Some((point, objective)) => {
                let totals = self.ground().totals(point);
                let choices: Vec<Value> = self.problem.choices(point).iter().map(choice).collect();
                let feasible = matches!(self.ground().verdict(point), Verdict::Feasible { .. });
                json!({
                    "feasible": feasible, "objective": self.number(objective),
                    "used": {"area_um2": totals.area, "power_mw": totals.power},
                    "choices": choices,
                    "binding": self.binding(point).iter()
                        .map(|b| json!({"stage": b.stage, "loss": b.loss})).collect::<Vec<_>>(),
                })
            }
        };
        let budgets: Map<String, Value> = self
            .problem
            .budgets()
            .iter()
            .map(|b| (unit(b.resource).to_owned(), json!(b.limit)))
            .collect();
        let o = &self.outcome;
        let gap = self
            .best()
            .and_then(|(_, objective)| o.certificate.gap(objective));
        let checked: Vec<Value> = self
            .checked
            .iter()
            .map(|c| {
                json!({
                    "model": self.number(c.model()), "machine": self.number(c.machine()),
                    "error": c.error(), "feasible": c.is_feasible(),
                    "model_rank": self.rank(c),
                })
            })
            .collect();
        let mut document = json!({
            "schema": "stationary/search/1",
            "optimizer": self.args.optimizer,
            "network": self.args.costs.network,
            "deployment": self.problem.deployment().to_string(),
            "objective": self.args.objective,
            "budgets": budgets,
            "best": best,
            "checked": checked,
            "certificate": {
                "kind": kind(o.certificate.kind),
                "of": if self.certified.is_some() { "machine" } else { "model" },
                "lower_bound": o.certificate.lower_bound, "gap": gap,
                "multipliers": o.certificate.multipliers,
                "simulations": self.certified.as_ref().map_or(0, |c| c.proof.simulated.len()),
            },
            "evaluations": {
                "calls": o.evaluations.calls, "distinct": o.evaluations.distinct,
                "entries": o.evaluations.entries,
            },
            "ranking": self.ranking(),
            "seconds": self.seconds(),
            "curve": o.curve.iter().map(|(n, v)| json!([n, self.number(*v)])).collect::<Vec<_>>(),
            "stop": stop(o.stop),
        });
        if let Some(certified) = &self.certified {
            document["certificate"]["entries"] = json!(certified.entries);
            document["certificate"]["rounds"] = json!(certified.proof.rounds);
        }
        if let Some(choices) = document["best"]["choices"].as_array_mut() {
            for (choice, name) in choices.iter_mut().zip(&self.names) {
                choice["name"] = json!(name);
            }
        }
        if let Some((point, _)) = self.best() {
            // Beside the best: a table that was exported gives the same best, and knows no components.
            document["energy_pj"] = match &self.energy {
                Some(spent) => energy::json(spent),
                None => json!({"total": 1e3 * self.ground().totals(point).energy}),
            };
            document["energy_parts_pj"] = json!(self.energy.as_ref().map(energy::parts_json));
        }
        if !self.front.is_empty() {
            document["front"] = self.front.iter().map(|v| self.vertex(v)).collect();
        }
        document
    }

    /// How the machine ranks the re-checked points; null with fewer than two.
    fn ranking(&self) -> Value {
        if self.checked.len() < 2 {
            return Value::Null;
        }
        let order: Vec<usize> = self.checked.iter().map(|c| self.rank(c)).collect();
        let pairs = order.len() * (order.len() - 1) / 2;
        json!({"model_ranks": order, "turned_pairs": inversions(&order), "pairs": pairs})
    }

    /// The place of a re-checked point by the model, from 1.
    fn rank(&self, checked: &Checked) -> usize {
        let leaders = self.outcome.leaders.iter();
        leaders
            .take_while(|(point, _)| point != checked.point())
            .count()
            + 1
    }

    fn vertex(&self, v: &Vertex) -> Value {
        let used = v.point.as_ref().map(|point| self.problem.used(point)[0]);
        json!({
            "limit": v.limit, "used": used, "objective": v.objective.map(|o| self.number(o)),
            "kind": kind(v.certificate.kind), "lower_bound": v.certificate.lower_bound,
            "multipliers": v.certificate.multipliers,
        })
    }

    /// What the budgets hold back; nothing without budgets.
    fn binding(&self, point: &[u16]) -> Vec<Binding> {
        if self.problem.budgets().is_empty() {
            return Vec::new();
        }
        binding(&self.problem, point)
    }

    /// Wall-clock time, which differs from run to run, is given on demand only.
    fn seconds(&self) -> Value {
        let [search, recheck] = self.seconds.map(|s| self.verbose.then_some(s));
        json!({"search": search, "recheck": recheck})
    }

    fn shortfalls(&self) -> Vec<Value> {
        let of = |s: &stationary::search::Shortfall| json!({"resource": s.resource.to_string(), "limit": s.limit, "least": s.least});
        self.outcome.shortfalls.iter().map(of).collect()
    }

    fn csv(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(COLUMNS)?;
        if let Some((point, _)) = self.best() {
            for c in self.problem.choices(point) {
                out.write_record(fields(&c))?;
            }
        }
        Ok(String::from_utf8(out.into_inner()?)?)
    }

    fn table(&self) -> String {
        let Some((point, objective)) = self.best() else {
            return self.infeasible();
        };
        let o = &self.outcome;
        let mut text = format!(
            "{} {}: {} by {} ({} distinct evaluations)\n",
            if o.stop == Stop::Proved {
                "optimal"
            } else {
                "best"
            },
            self.args.objective,
            self.show(objective),
            self.args.optimizer,
            thousands(o.evaluations.distinct),
        );
        if let Some(certified) = &self.certified {
            text.push_str(&certified.line(|value| self.show(value)));
        }
        for (budget, used) in self.problem.budgets().iter().zip(self.ground().used(point)) {
            text.push_str(&format!(
                "{}: {:.4e} of {:.4e} {} used\n",
                budget.resource,
                used,
                budget.limit,
                unit(budget.resource).rsplit('_').next().unwrap_or("")
            ));
        }
        for (budget, price) in self
            .problem
            .budgets()
            .iter()
            .zip(&o.certificate.multipliers)
        {
            text.push_str(&format!(
                "shadow price of {}: {price:.3e} of the objective a unit\n",
                budget.resource
            ));
        }
        let totals = self.ground().totals(point);
        text.push_str(&format!("energy {}\n", joules(1e3 * totals.energy)));
        if let Some(spent) = &self.energy {
            text.push_str(&energy::shares(spent));
        }
        let bindings = self.binding(point);
        if !bindings.is_empty() {
            let first = bindings.iter().take(3);
            let stages: Vec<String> = first
                .map(|b| format!("{} ({:.3e})", b.stage, b.loss))
                .collect();
            text.push_str(&format!(
                "{} of {} stages bind, most of all: {}\n",
                bindings.len(),
                self.problem.stages(point).count(),
                stages.join(", ")
            ));
        }
        let mut rows = table(&COLUMNS, 1);
        for c in self.problem.choices(point) {
            rows.add_row(fields(&c));
        }
        text.push_str(&format!("{rows}\n"));
        if !self.front.is_empty() {
            let mut rows = table(&["limit", "used", &self.args.objective, "proof"], 0);
            for v in &self.front {
                let used = v.point.as_ref().map(|point| self.problem.used(point)[0]);
                rows.add_row([
                    format!("{:.4e}", v.limit),
                    used.map_or("-".to_owned(), |used| format!("{used:.4e}")),
                    v.objective.map_or("-".to_owned(), |o| self.show(o)),
                    kind(v.certificate.kind).to_owned(),
                ]);
            }
            text.push_str(&format!("{rows}\n"));
        }
        for (i, c) in self.checked.iter().enumerate() {
            let rank = match self.rank(c) {
                rank if self.checked.len() == 1 || rank == i + 1 => String::new(),
                rank => format!(", {rank} by the model"),
            };
            text.push_str(&format!(
                "re-checked {}{rank}: model {}, machine {} (model {}){}\n",
                i + 1,
                self.show(c.model()),
                self.show(c.machine()),
                signed_percent(c.error()),
                if c.is_feasible() {
                    ""
                } else {
                    "; over budget on the machine"
                },
            ));
        }
        if self.checked.len() > 1 {
            let order: Vec<usize> = self.checked.iter().map(|c| self.rank(c)).collect();
            let pairs = order.len() * (order.len() - 1) / 2;
            text.push_str(&format!(
                "ranking of the best {} on the machine: {} of {pairs} pairs turned round\n",
                order.len(),
                inversions(&order),
            ));
        }
        text.push_str(&format!(
            "search {:.3} s, re-check {:.3} s\n",
            self.seconds[0], self.seconds[1]
        ));
        text
    }

    fn infeasible(&self) -> String {
        let mut text = String::from("no feasible design\n");
        for s in &self.outcome.shortfalls {
            text.push_str(&format!(
                "{}: the budget is {:.6e}; the least that any assignment takes is {:.6e}\n",
                s.resource, s.limit, s.least
            ));
        }
        if let Some(relaxation) = &self.relaxation {
            text.push_str(&format!(
                "feasible with every budget multiplied by {:.6}\n",
                relaxation.factor
            ));
        }
        match &self.shortage {
            Some(shortage) => text.push_str(&shortage.text(&self.problem, |o| self.show(o))),
            None if self.outcome.stop != Stop::Proved => {
                text.push_str(
                    "not proved: --optimizer exact finds one or proves that there is none\n",
                );
            }
            None => text.push_str("--explain says what would do\n"),
        }
        text
    }

    fn show(&self, objective: f64) -> String {
        if self.is_integral() {
            thousands(objective as u64)
        } else {
            format!("{objective:.6e}")
        }
    }
}

/// Pairs that stand in another order than their numbers.
fn inversions(order: &[usize]) -> usize {
    let later = |at: usize| order[at + 1..].iter().filter(move |&&o| o < order[at]);
    (0..order.len()).map(|at| later(at).count()).sum()
}

const COLUMNS: [&str; 5] = ["layer", "pe", "tile", "stage", "dataflow"];

fn fields(c: &Choice) -> [String; 5] {
    let style = c.style.map_or(String::new(), |style| style.to_string());
    let [layer, stage] = [c.layer, c.stage].map(|n| n.to_string());
    [layer, c.pe.to_string(), c.tile.to_string(), stage, style]
}

fn choice(c: &Choice) -> Value {
    let mut choice = json!({"layer": c.layer, "pe": c.pe, "tile": c.tile, "stage": c.stage});
    if let Some(style) = c.style {
        choice["dataflow"] = json!(style.name());
    }
    choice
}

fn unit(resource: Resource) -> &'static str {
    match resource {
        Resource::Area => "area_um2",
        Resource::Power => "power_mw",
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Proved => "proved",
        Kind::Conditional => "conditional",
        Kind::None => "none",
    }
}

fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Proved => "proved",
        Stop::Budget => "budget",
        Stop::Exhausted => "exhausted",
        Stop::Converged => "converged",
    }
}
