//! `compare`: optimisers side by side.

use std::collections::HashMap;
use std::sync::Mutex;

use anyhow::{Result, anyhow, bail};
use rayon::prelude::*;
use serde_json::{Map, Value, json};
use stationary::search::compare::{Instance, Report, Speedup, TARGETS, Trial, report, trial};
use stationary::search::design::recheck;
use stationary::search::{BudgetRequest, Effort, Objective, optimizers};

use crate::Answer;
use crate::cli::{Common, Compare, Costs, Format};
use crate::commands::costs::{self, Offer, Source};
use crate::commands::simulations::Simulations;
use crate::inputs;
use crate::interrupt::{self, Interrupt};
use crate::output;
use crate::record::{Journal, Record};
use crate::report::csv::Origin;
use crate::report::format::{percent, table, thousands};
use crate::report::headline::Headline;
use crate::report::table::page as fitted;
use crate::report::{csv, markdown};
use crate::scope::Scope;

/// Runs what is not recorded yet, and reports.
pub fn compare(args: &Compare, common: &Common, record: &mut Record) -> Result<Answer> {
    let names = names(args)?;
    let interrupt = Interrupt::listen(&args.recording)?;
    let (instances, offers) = instances(args, common)?;
    let (trials, is_whole) = trials(args, common, &instances, &names, record, &interrupt)?;
    if trials.is_empty() && !is_whole {
        return Ok(interrupt.nothing_found());
    }
    let machine = rechecked(&instances, &offers, &interrupt)?;
    let is_cut = !is_whole || machine.is_none();
    let costs = offers.iter().flat_map(|offered| {
        let of = match offered.offer.source {
            Source::Table => "table",
            Source::Model { .. } => "model",
        };
        offered.instances.iter().map(move |_| of)
    });
    let grounds = offers.iter().flat_map(|offered| {
        let instances = offered.instances.iter();
        instances.map(|_| &offered.offer)
    });
    let grounds: Vec<&Offer> = grounds.collect();
    let figures = report(
        &instances,
        &names,
        &trials,
        &args.against,
        args.evaluations,
        common.seed,
    );
    let page = Page {
        args,
        common,
        instances: &instances,
        grounds: &grounds,
        names: &names,
        trials: &trials,
        figures,
        costs: costs.collect(),
        machine: machine.unwrap_or_else(|| vec![None; instances.len()]),
        interrupt: is_cut.then_some(&interrupt),
    };
    for warning in page.warnings() {
        output::complain(&format!("warning: {warning}"));
    }
    record.results(|| page.json(), || page.csv())?;
    if let Some(path) = &args.markdown {
        inputs::write(
            path,
            &markdown::page(page.instances, page.names, &page.figures, args)?,
        )?;
    }
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&page.json())?,
        Format::Csv => page.csv()?,
        Format::Table => fitted(&page.table()),
    })?;
    let mut answer = Answer::Yes;
    if is_cut {
        if common.format != Format::Table {
            interrupt.complain();
        }
        answer = Answer::Interrupted;
    }
    let mut judged: Vec<&str> = Vec::new();
    for Offered { offer, .. } in &offers {
        let network = offer.origin.network.as_str();
        if !judged.contains(&network) {
            judged.push(network);
            answer = offer.judge(answer);
        }
    }
    Ok(answer)
}

/// The optimum of each instance, run on the machine; none of one on a table, which has none behind it.
/// Nothing at all if it was interrupted.
fn rechecked(
    instances: &[Instance],
    offers: &[Offered],
    interrupt: &Interrupt,
) -> Result<Option<Vec<Option<Headline>>>> {
    let mut found = vec![None; instances.len()];
    for Offered {
        offer,
        instances: own,
    } in offers
    {
        let Source::Model { space, layers, .. } = &offer.source else {
            continue;
        };
        let simulations = Simulations::new(space, layers, Journal::nowhere())?;
        let cycles = |layer, levels| simulations.cycles(layer, levels);
        for at in own {
            let Some(point) = &instances[*at].point else {
                continue;
            };
            if interrupt.is_asked_for() {
                return Ok(None);
            }
            let problem = &instances[*at].problem;
            let checked = recheck(space, layers, problem, std::slice::from_ref(point), cycles)?;
            found[*at] = checked.first().map(|checked| Headline {
                machine: checked.machine(),
                model: checked.model(),
            });
        }
    }
    Ok(Some(found))
}

/// The optimisers asked for, each once, the reference among them.
fn names(args: &Compare) -> Result<Vec<String>> {
    let effort = costs::effort(&args.learning)?;
    let mut names: Vec<String> = Vec::new();
    let all = || optimizers::names().into_iter().map(str::to_owned).collect();
    let asked = if args.optimizer.is_empty() {
        all()
    } else {
        args.optimizer.clone()
    };
    for name in asked.into_iter().chain([args.against.clone()]) {
        optimizers::variant(&name, &effort)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// What some instances are about, by their places.
struct Offered {
    offer: Offer,
    instances: Vec<usize>,
}

fn instances(args: &Compare, common: &Common) -> Result<(Vec<Instance>, Vec<Offered>)> {
    let mut sources: Vec<(String, Costs)> = Vec::new();
    for path in &args.table {
        let costs = Costs {
            table: Some(path.clone()),
            network: None,
            dataflow: String::new(),
            shapes: args.shapes.clone(),
            model: args.model.clone(),
        };
        let stem = path.file_stem().unwrap_or(path.as_os_str());
        sources.push((stem.to_string_lossy().into_owned(), costs));
    }
    for network in &args.network {
        for dataflow in &args.dataflow {
            let costs = Costs {
                table: None,
                network: Some(network.clone()),
                dataflow: dataflow.clone(),
                shapes: None,
                model: args.model.clone(),
            };
            sources.push((format!("{network} {dataflow}"), costs));
        }
    }
    let (mut instances, mut offers): (Vec<Instance>, Vec<Offered>) = (Vec::new(), Vec::new());
    for (source, costs) in sources {
        let offer = costs::load(&costs, common)?;
        let first = instances.len();
        for deployment in &args.deployment {
            for objective in &args.objective {
                for budget in &args.budget {
                    let requests: Vec<BudgetRequest> = budget
                        .split('+')
                        .map(str::parse)
                        .collect::<Result<_, _>>()?;
                    let problem =
                        offer.problem(deployment.parse()?, objective.parse()?, &requests)?;
                    let name = format!("{source}, {deployment}, {objective}, {budget}");
                    if instances.iter().any(|i| i.name == name) {
                        bail!("the instance `{name}` is asked for twice");
                    }
                    instances.push(Instance::new(name, problem));
                }
            }
        }
        offers.push(Offered {
            offer,
            instances: (first..instances.len()).collect(),
        });
    }
    Ok((instances, offers))
}

/// What tells a run from others in a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    fingerprint: String,
    optimizer: String,
    seed: u64,
    evaluations: u64,
    /// Epochs and preset, where the optimiser has them.
    effort: Option<(u64, String)>,
}

fn effort_of(label: &str, effort: &Effort) -> Result<Option<(u64, String)>> {
    let (name, own) = optimizers::variant(label, effort)?;
    Ok(optimizers::has_epochs(name).then(|| (own.epochs, own.preset.to_string())))
}

/// Every run, in the order of instances, optimisers and seeds, whatever the
/// order in which they ended; and whether these are all, or it was interrupted.
fn trials(
    args: &Compare,
    common: &Common,
    instances: &[Instance],
    names: &[String],
    record: &Record,
    interrupt: &Interrupt,
) -> Result<(Vec<Trial>, bool)> {
    let effort = costs::effort(&args.learning)?;
    let fingerprints: Vec<String> = instances
        .iter()
        .map(|i| format!("{:016x}", i.fingerprint()))
        .collect();
    let journal = Journal::open(&args.recording, record, &head())?;
    let known: HashMap<Key, Kept> = recorded(journal.known())?.into_iter().collect();
    let journal = Mutex::new(journal);
    if !known.is_empty() {
        interrupt.has_result();
    }
    let mut jobs = Vec::new();
    for instance in 0..instances.len() {
        for name in names {
            let count = match args.epoch_seeds {
                Some(count) if effort_of(name, &effort)?.is_some() => count,
                _ => args.seeds,
            };
            let seeds = (0..count).map(|n| common.seed.wrapping_add(n));
            jobs.extend(seeds.map(|seed| (instance, name, seed)));
        }
    }
    let bar = output::progress(common, "runs", jobs.len() as u64);
    let key = |(instance, name, seed): (usize, &String, u64)| -> Result<Key> {
        Ok(Key {
            fingerprint: fingerprints[instance].clone(),
            optimizer: name.clone(),
            seed,
            evaluations: args.evaluations,
            effort: effort_of(name, &effort)?,
        })
    };
    let keys: Vec<Key> = jobs.iter().copied().map(key).collect::<Result<_>>()?;
    let job = |(instance, name, seed): (usize, &String, u64)| -> Result<Option<Trial>> {
        let key = key((instance, name, seed))?;
        if let Some((spent, curve)) = known.get(&key) {
            bar.inc(1);
            return Ok(Some(Trial {
                instance,
                optimizer: name.clone(),
                seed,
                spent: *spent,
                curve: curve.clone(),
            }));
        }
        let cancellation = interrupt.cancellation();
        let (evaluations, effort) = (args.evaluations, &effort);
        let trial = trial(
            instances,
            instance,
            name,
            seed,
            evaluations,
            effort,
            cancellation,
        )?;
        let Some(trial) = trial else {
            return Ok(None);
        };
        let line = line(&key, &instances[instance].name, &trial);
        let mut journal = (journal.lock()).map_err(|_| anyhow!("another run failed to record"))?;
        journal.append(&[line])?;
        interrupt.has_result();
        bar.inc(1);
        Ok(Some(trial))
    };
    let trials: Result<Vec<Option<Trial>>> = jobs.into_par_iter().map(job).collect();
    bar.finish_and_clear();
    let trials = trials?;
    let is_whole = trials.iter().all(Option::is_some);
    let journal = journal.into_inner();
    let places = keys.into_iter().zip(0_usize..);
    let places: HashMap<Key, usize> = places.collect();
    journal
        .map_err(|_| anyhow!("a run failed to record"))?
        .close_sorted(|line| {
            let place = run(line)
                .ok()
                .and_then(|(key, _)| places.get(&key).copied());
            place.unwrap_or(usize::MAX)
        })?;
    Ok((trials.into_iter().flatten().collect(), is_whole))
}

/// What a record of this version says first.
fn head() -> Map<String, Value> {
    let head = [
        ("schema", "stationary/compare-runs/1"),
        ("version", env!("CARGO_PKG_VERSION")),
    ];
    head.map(|(field, value)| (field.to_owned(), value.into()))
        .into_iter()
        .collect()
}

fn line(key: &Key, instance: &str, trial: &Trial) -> Value {
    json!({
        "instance": instance, "fingerprint": key.fingerprint, "optimizer": key.optimizer, "seed": key.seed,
        "evaluations": key.evaluations, "effort": key.effort, "spent": trial.spent, "curve": trial.curve,
    })
}

/// What a record keeps of a run: evaluations charged, and the curve.
type Kept = (u64, Vec<(u64, f64)>);

/// A field of a line with what was found there.
type Fault = (&'static str, Value);

/// The runs of a record.
fn recorded(lines: &[Value]) -> Result<Vec<(Key, Kept)>> {
    let run = |line: &Value| {
        run(line).map_err(|(field, found)| {
            anyhow!("--resume: found {field} {found}; expected a run as --record writes it")
        })
    };
    lines.iter().map(run).collect()
}

fn run(value: &Value) -> Result<(Key, Kept), Fault> {
    let bad = |field: &'static str| (field, value[field].clone());
    let text = |field: &'static str| value[field].as_str().ok_or(bad(field));
    let number = |field: &'static str| value[field].as_u64().ok_or(bad(field));
    let effort = match &value["effort"] {
        Value::Null => None,
        pair => Some((
            pair[0].as_u64().ok_or(bad("effort"))?,
            pair[1].as_str().ok_or(bad("effort"))?.to_owned(),
        )),
    };
    let key = Key {
        effort,
        fingerprint: text("fingerprint")?.to_owned(),
        optimizer: text("optimizer")?.to_owned(),
        seed: number("seed")?,
        evaluations: number("evaluations")?,
    };
    let step = |step: &Value| Some((step[0].as_u64()?, step[1].as_f64()?));
    let curve = value["curve"].as_array().ok_or(bad("curve"))?;
    let curve: Option<Vec<_>> = curve.iter().map(step).collect();
    Ok((key, (number("spent")?, curve.ok_or(bad("curve"))?)))
}

struct Page<'a> {
    args: &'a Compare,
    common: &'a Common,
    instances: &'a [Instance],
    /// Of each instance.
    grounds: &'a [&'a Offer],
    names: &'a [String],
    trials: &'a [Trial],
    figures: Report,
    /// Whose costs each instance has: a table's or the model's.
    costs: Vec<&'static str>,
    /// The optimum of each instance on the machine, with the model's figure.
    machine: Vec<Option<Headline>>,
    /// If Ctrl-C ended it early.
    interrupt: Option<&'a Interrupt>,
}

impl Page<'_> {
    /// A figure of an instance as it is read.
    fn show(&self, at: usize, objective: f64) -> String {
        match self.instances[at].problem.objective() {
            Objective::Latency | Objective::Throughput => thousands(objective as u64),
            Objective::Energy | Objective::Edp => format!("{objective:.6e}"),
        }
    }

    /// Where what is compared, by the model, is not what the machine takes.
    fn warnings(&self) -> Vec<String> {
        let all = self.machine.iter().enumerate();
        let warning = |(at, headline): (usize, &Option<Headline>)| {
            let advice = "; what is compared is the model's";
            let warning = headline.as_ref()?.warning(|o| self.show(at, o), advice)?;
            Some(format!("{}: {warning}", self.instances[at].name))
        };
        all.filter_map(warning).collect()
    }

    fn json(&self) -> Value {
        let f = &self.figures;
        let instances: Vec<Value> = (self.instances.iter())
            .enumerate()
            .map(|(at, i)| {
                let g = self.grounds[at];
                let machine = &self.machine[at];
                let of = if machine.is_some() {
                    "machine"
                } else {
                    self.costs[at]
                };
                json!({
                    "name": i.name, "fingerprint": format!("{:016x}", i.fingerprint()),
                    "optimum": i.optimum, "proved": i.is_proved, "of": self.costs[at],
                    "arch": g.origin.arch, "network": g.origin.network, "batch": g.origin.batch,
                    "settings": g.origin.settings, "coverage": g.scope.as_ref().map(Scope::json),
                    "headline": {
                        "of": of, "value": machine.map_or(i.optimum, |h| Some(h.machine)),
                        "model": machine.map(|h| h.model), "error": machine.map(|h| h.error()),
                    },
                })
            })
            .collect();
        let name = |at: usize| &self.instances[at].name;
        let lengths: Vec<Value> = (f.run_lengths.iter().zip(&f.anytime))
            .map(|(l, a)| {
                let targets = l.expected.iter().zip(TARGETS).map(|(e, target)| {
                    json!({
                        "target": target, "evaluations": finite(e.evaluations),
                        "interval": e.interval.map(finite),
                        "successes": e.successes, "seeds": e.seeds,
                        "success_rate": e.successes as f64 / e.seeds as f64,
                    })
                });
                json!({
                    "instance": name(l.instance), "optimizer": l.optimizer,
                    "final_gap": l.gap.map(finite),
                    "expected_running_time": targets.collect::<Vec<_>>(),
                    "anytime_gap": a.gaps.iter().map(|g| g.map(finite)).collect::<Vec<_>>(),
                })
            })
            .collect();
        let ecdf = f
            .ecdf
            .iter()
            .map(|(o, shares)| json!({"optimizer": o, "shares": shares}));
        let profiles = f
            .profiles
            .iter()
            .map(|p| json!({"optimizer": p.optimizer, "target": p.target, "shares": p.shares}));
        let comparisons = f.comparisons.iter().map(|c| {
            let [first, second, ties] = c.wins;
            json!({
                "first": c.first, "second": c.second,
                "first_better": first, "second_better": second, "equal": ties,
                "p": c.p, "p_holm": c.adjusted,
            })
        });
        let speedups = f.speedups.iter().map(|s| {
            let ratio = s.ratio.map(|r| {
                json!({
                    "mean": finite(r.mean), "interval": r.interval.map(finite),
                    "worst": finite(r.worst),
                })
            });
            json!({
                "optimizer": s.optimizer, "target": s.target, "instances": s.instances,
                "ratio": ratio,
            })
        });
        let mut document = json!({
            "schema": "stationary/compare/1",
            "evaluations": self.args.evaluations,
            "epochs": self.args.learning.epochs.unwrap_or(Effort::default().epochs),
            "preset": self.args.learning.preset, "seed": self.common.seed,
            "seeds": self.args.seeds, "against": self.args.against,
            "optimizers": self.names,
            "instances": instances,
            "checkpoints": f.checkpoints,
            "runs": lengths,
            "ecdf": ecdf.collect::<Vec<_>>(),
            "performance_profile": profiles.collect::<Vec<_>>(),
            "wilcoxon": comparisons.collect::<Vec<_>>(),
            "speedups": speedups.collect::<Vec<_>>(),
        });
        if let Some(interrupt) = self.interrupt {
            document["interrupted"] = interrupt.json();
            document["interrupted"]["runs"] = json!(self.trials.len());
        }
        document
    }

    /// A line a run.
    fn csv(&self) -> Result<String> {
        let header = [
            "instance",
            "optimizer",
            "seed",
            "spent",
            "best",
            "optimum",
            "of",
            "optimum_machine",
        ];
        let mut lines = csv::Lines::new(&Origin::default(), &csv::header(&header))?;
        for t in self.trials {
            let i = &self.instances[t.instance];
            let best = t
                .curve
                .last()
                .map_or(String::new(), |(_, best)| best.to_string());
            let fields = vec![
                i.name.clone(),
                t.optimizer.clone(),
                t.seed.to_string(),
                t.spent.to_string(),
                best,
                i.optimum.map_or(String::new(), |o| o.to_string()),
                self.costs[t.instance].to_owned(),
                self.machine[t.instance].map_or(String::new(), |h| h.machine.to_string()),
            ];
            lines.add_of(&self.grounds[t.instance].origin, fields)?;
        }
        let text = lines.text()?;
        match self.interrupt {
            Some(_) => interrupt::marked(&text),
            None => Ok(text),
        }
    }

    fn table(&self) -> String {
        let mut text = String::new();
        for (at, instance) in self.instances.iter().enumerate() {
            text.push_str(&format!("{}\n", instance.name));
            let scope = self.grounds[at].scope.as_ref();
            text.push_str(&scope.map_or(String::new(), Scope::text));
            match instance.optimum {
                None => text.push_str("no feasible design\n"),
                Some(optimum) => {
                    let costs = self.costs[at];
                    let word = match instance.is_proved {
                        true => format!("proved of the {costs}"),
                        false => format!("the best known to the {costs}"),
                    };
                    let figure = match &self.machine[at] {
                        Some(headline) => headline.text("", |o| self.show(at, o)),
                        None => format!("{} by the {costs}", self.show(at, optimum)),
                    };
                    text.push_str(&format!(
                        "optimum {figure}, {word}; gaps are by the {costs}\n{}\n",
                        self.lengths(at)
                    ));
                }
            }
        }
        text.push_str(&self.speedups());
        let mut rows = table(&["pair", "better", "worse", "equal", "p (Holm)"], 1);
        for c in &self.figures.comparisons {
            rows.add_row([
                format!("{} against {}", c.first, c.second),
                c.wins[0].to_string(),
                c.wins[1].to_string(),
                c.wins[2].to_string(),
                format!("{:.2e}", c.adjusted),
            ]);
        }
        text.push_str(&format!(
            "final gaps of equal instance and seed, Wilcoxon's signed ranks\n{rows}\n"
        ));
        text.push_str(&format!(
            "{} evaluations a run, seeds {} to {}\n",
            thousands(self.args.evaluations),
            self.common.seed,
            self.common.seed.wrapping_add(self.args.seeds - 1)
        ));
        if let Some(interrupt) = self.interrupt {
            text.push_str(&format!("{} runs came to their end\n", self.trials.len()));
            text.push_str(&interrupt.text());
        }
        text
    }

    fn speedups(&self) -> String {
        let header = ["optimizer".to_owned()]
            .into_iter()
            .chain(TARGETS.map(target));
        let header: Vec<String> = header.collect();
        let mut rows = table(&header.iter().map(String::as_str).collect::<Vec<_>>(), 1);
        for name in self.names {
            let own = self
                .figures
                .speedups
                .iter()
                .filter(|s| s.optimizer == *name);
            let cell = |s: &Speedup| match s.ratio {
                None => "-".to_owned(),
                Some(r) => {
                    let [low, high] = r.interval.map(times);
                    format!(
                        "{} ({low} to {high}; worst {})",
                        times(r.mean),
                        times(r.worst)
                    )
                }
            };
            rows.add_row([name.clone()].into_iter().chain(own.map(cell)));
        }
        format!(
            "times faster than {} to within a share of the optimum, where both get there (95 % \
             interval; worst instance)\n{rows}\n",
            self.args.against
        )
    }

    fn lengths(&self, instance: usize) -> String {
        let header = ["optimizer", "median gap", "quartiles"].map(str::to_owned);
        let header: Vec<String> = header.into_iter().chain(TARGETS.map(target)).collect();
        let titles: Vec<&str> = header.iter().map(String::as_str).collect();
        // The last targets matter most.
        let mut optional = vec!["quartiles"];
        optional.extend(&titles[3..titles.len() - 1]);
        let mut rows = table(&titles, 1).optional(&optional);
        for l in self
            .figures
            .run_lengths
            .iter()
            .filter(|l| l.instance == instance)
        {
            let [low, median, high] = l.gap.map(share);
            let mut row = vec![l.optimizer.clone(), median, format!("{low} to {high}")];
            row.extend(l.expected.iter().map(|e| match e.successes {
                0 => "-".to_owned(),
                n if n == e.seeds => thousands(e.evaluations.round() as u64),
                n => format!(
                    "{} ({n}/{})",
                    thousands(e.evaluations.round() as u64),
                    e.seeds
                ),
            }));
            rows.add_row(row);
        }
        format!("expected evaluations to within a share of the optimum (successes)\n{rows}")
    }
}

/// JSON has no infinity: null says that there is no such number.
fn finite(number: f64) -> Value {
    if number.is_finite() {
        json!(number)
    } else {
        Value::Null
    }
}

fn target(factor: f64) -> String {
    match factor {
        1.0 => "exact".to_owned(),
        factor => format!("{:.0} %", 100.0 * (factor - 1.0)),
    }
}

fn share(gap: f64) -> String {
    if gap.is_finite() {
        percent(gap)
    } else {
        "-".to_owned()
    }
}

fn times(ratio: f64) -> String {
    if ratio.is_finite() {
        format!("{ratio:.2}")
    } else {
        "-".to_owned()
    }
}
