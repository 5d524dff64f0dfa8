//! What the command line's verbs do.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::prelude::*;
use serde_json::Value;
use stationary::assign::{self, Recheck};
use stationary::candidates::distinct;
use stationary::documents::{Document as _, Sweep, SweepShard, Verified};
use stationary::evaluate::{self, Reading, Stoppable};
use stationary::hooks::Hooks;
use stationary::journal::Files;
use stationary::map;
use stationary::proof::{Certificate, Trust, Unread, Verdict};
use stationary::replay::Replayed;
use stationary::search::Cancellation;
use stationary::sim::mapper::Slack;
use stationary::sweep::{SweepPlan, merged};
use stationary::time_limit::TimeLimit;
use stationary::validate::{self as validation, Dataflows, Validation};
use stationary::{Error, Remark, Run, codesign, load};

use crate::answer::Answer;
use crate::error::refused;
use crate::inputs::Target;
use crate::plan::pace_of;
use crate::work::{self, Waiting, Watch};

/// The model.
#[pyfunction]
pub fn estimate(
    py: Python<'_>,
    target: &Target,
    advise: bool,
    waiting: Waiting,
) -> PyResult<Answer> {
    run(py, target, Reading::Model, advise, waiting)
}

/// The machine.
#[pyfunction]
pub fn simulate(
    py: Python<'_>,
    target: &Target,
    pace: &str,
    advise: bool,
    waiting: Waiting,
) -> PyResult<Answer> {
    let reading = Reading::Machine(pace_of(py, pace)?);
    run(py, target, reading, advise, waiting)
}

fn run(
    py: Python<'_>,
    target: &Target,
    reading: Reading,
    advise: bool,
    waiting: Waiting,
) -> PyResult<Answer> {
    let target = Arc::clone(&target.target);
    let run = work::run(py, waiting, None, move |watch| {
        let kinds = target
            .layers()
            .iter()
            .map(|layer| evaluate::key(&target, layer));
        watch.expect(kinds.collect::<HashSet<_>>().len());
        let machines = Stoppable(watch.cancellation.clone());
        let run = Run::with(&target, reading, &machines, watch)?;
        match advise {
            true => run.advised(watch),
            false => Ok(run),
        }
    })?;
    Ok(Answer::of_run(run))
}

/// Model against machine.
#[pyfunction]
pub fn validate(
    py: Python<'_>,
    target: &Target,
    mappings: usize,
    seed: u64,
    waiting: Waiting,
) -> PyResult<Answer> {
    let target = Arc::clone(&target.target);
    let question = validation::ValidationQuestion { mappings, seed };
    let found = work::run(py, waiting, None, move |watch| {
        watch.expect(Dataflows::of(&target)?.compared.len() * target.layers().len());
        Validation::new(&target, &question, watch)
    })?;
    Ok(Answer::new(found.document().json(), found.csv()))
}

/// The best mapping of each layer.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "keywords of Python")]
pub fn search_map(
    py: Python<'_>,
    target: &Target,
    recheck: &str,
    certify: bool,
    simulations: Option<u64>,
    gap: Option<&str>,
    time: Option<&str>,
    seed: u64,
    record: Option<PathBuf>,
    resume: Option<PathBuf>,
    waiting: Waiting,
) -> PyResult<Answer> {
    let gap = gap.map(str::parse::<Slack>).transpose();
    let time = time.map(str::parse::<TimeLimit>).transpose();
    let question = map::MappingQuestion {
        recheck: recheck_of(py, recheck)?,
        certify,
        simulations,
        gap: gap.map_err(|error| refused(py, &format!("gap: {error}")))?,
        time: time.map_err(|error| refused(py, &format!("time: {error}")))?,
        objective: target.objective,
        slack: target.slack,
        seed,
    };
    let target = Arc::clone(&target.target);
    work::run(py, waiting, Some(shown), move |watch| {
        watch.expect(distinct(target.layers()).0.len());
        let noted = || watch.note_result();
        let hooks = hooks(watch, &noted, record, resume);
        let found = target.search_map(&question, &hooks)?;
        let found = found.ok_or(Error::Cancelled)?;
        let written = |value: &Value| format!("{value:#}\n");
        // A certificate names what it is about, so that there is none of inputs that have no names.
        let certificate = match target.request {
            Some(_) => found.certificate()?,
            None => None,
        };
        let answer = Answer::new(found.document().json(), found.csv());
        Ok(answer
            .with("mappings", Some(found.mappings().to_yaml()))
            .with(
                "certificate",
                certificate.map(|document| written(&document.json())),
            ))
    })
}

/// PEs and buffer of each layer.
#[pyfunction]
pub fn search_assign(
    py: Python<'_>,
    question: &str,
    recheck: &str,
    record: Option<PathBuf>,
    resume: Option<PathBuf>,
    waiting: Waiting,
) -> PyResult<Answer> {
    let question = asked::<assign::AssignmentQuestion>(py, question)?;
    let question = assign::AssignmentQuestion {
        recheck: recheck_of(py, recheck)?,
        ..question
    };
    work::run(py, waiting, Some(shown), move |watch| {
        question.check()?;
        let read = question.costs.read()?;
        watch.expect(read.to_price());
        let costs = read.priced(watch)?;
        watch.check()?;
        let noted = || watch.note_result();
        let hooks = hooks(watch, &noted, record, resume);
        let found = question.search(&costs, &hooks)?;
        let found = found.ok_or(Error::Cancelled)?;
        let certificate = found.certified.as_ref().map(|certified| certified.text());
        let answer = Answer::new(found.document().json(), found.csv());
        Ok(answer
            .with("certificate", certificate)
            .with("costs", Some(found.problem.table().to_csv())))
    })
}

/// A core and the schedules of all layers.
#[pyfunction]
pub fn search_codesign(
    py: Python<'_>,
    question: &str,
    record: Option<PathBuf>,
    resume: Option<PathBuf>,
    waiting: Waiting,
) -> PyResult<Answer> {
    let question = asked::<codesign::CodesignQuestion>(py, question)?;
    work::run(py, waiting, Some(shown), move |watch| {
        question.check()?;
        let setting = question.read()?;
        if question.optimizer != "exact" {
            let count = usize::try_from(question.measurements).unwrap_or(usize::MAX);
            watch.expect(count.saturating_mul(setting.tasks.len()));
        }
        let noted = || watch.note_result();
        let hooks = hooks(watch, &noted, record, resume);
        let found = setting.search(&question, &hooks)?;
        let found = found.ok_or(Error::Cancelled)?;
        let certificate = found.certificate()?;
        let chip = found
            .best()
            .map(|chip| setting.hardware.machine(chip.machine).to_yaml());
        let answer = Answer::new(found.document().json(), found.csv());
        Ok(answer
            .with(
                "certificate",
                certificate.map(|document| format!("{:#}\n", document.json())),
            )
            .with("schedules", found.schedules())
            .with("chip", chip))
    })
}

/// Optimisers side by side.
#[pyfunction]
pub fn compare(
    py: Python<'_>,
    question: &str,
    record: Option<PathBuf>,
    resume: Option<PathBuf>,
    waiting: Waiting,
) -> PyResult<Answer> {
    let question = asked::<stationary::compare::ComparisonQuestion>(py, question)?;
    work::run(py, waiting, Some(shown), move |watch| {
        let instances = question.instances(|costs| {
            watch.check()?;
            costs.read()?.priced(&())
        })?;
        let seeds = question.optimizers()?;
        let seeds = seeds.iter().map(|name| question.seeds_of(name));
        let seeds: u64 = seeds.sum::<Result<_, _>>()?;
        watch.expect(
            usize::try_from(seeds)
                .unwrap_or(usize::MAX)
                .saturating_mul(instances.all.len()),
        );
        let noted = || watch.note_result();
        let hooks = hooks(watch, &noted, record, resume);
        let found = question.run(&instances, &hooks)?;
        let found = found.ok_or(Error::Cancelled)?;
        Ok(Answer::new(found.document().json(), found.csv()))
    })
}

/// A study over many accelerators and networks, and its remarks. The plan is read by its name, or is a text.
#[pyfunction]
pub fn sweep(
    py: Python<'_>,
    name: String,
    text: Option<String>,
    shard: Option<&str>,
    record: Option<PathBuf>,
    resume: Option<PathBuf>,
    waiting: Waiting,
) -> PyResult<(Answer, Vec<String>)> {
    let shard = shard.map(str::parse::<SweepShard>).transpose();
    let shard = shard.map_err(|error| refused(py, &format!("shard: {error}")))?;
    work::run(py, waiting, None, move |watch| {
        let plan = match text {
            Some(text) => SweepPlan::parse(&name, &text)?,
            None => SweepPlan::read(&name)?,
        };
        watch.expect(plan.numbers(shard).count());
        let nothing = || {};
        let swept = plan.run(shard, &hooks(watch, &nothing, record, resume))?;
        Ok(of_sweep(&swept.document, plan.remarks()))
    })
}

/// The parts of a sweep, joined; each with what messages call it.
#[pyfunction]
pub fn sweep_merge(
    py: Python<'_>,
    parts: Vec<(String, String)>,
) -> PyResult<(Answer, Vec<String>)> {
    let waiting = Waiting::default();
    work::run(py, waiting, None, move |_| {
        let read = parts.into_iter().map(|(name, text)| {
            let refused = |found: String| Error::Kind {
                path: PathBuf::from(&name),
                found,
            };
            let value = serde_json::from_str(&text);
            let value: Value = value.map_err(|error| refused(error.to_string()))?;
            let sweep = Sweep::read(&value).map_err(|error| refused(error.to_string()))?;
            Ok((name, sweep))
        });
        let whole = merged(read.collect::<Result<_, Error>>()?)?;
        Ok(of_sweep(&whole, Vec::new()))
    })
}

/// With what is to be known of it.
fn of_sweep(sweep: &Sweep, remarks: Vec<Remark>) -> (Answer, Vec<String>) {
    let said = remarks.into_iter().filter_map(|remark| match remark {
        Remark::Alters(text) | Remark::Idle(text) => Some(text),
        Remark::Note(_) => None,
    });
    let shortfalls = sweep.networks.iter().filter_map(|n| n.shortfall.clone());
    let said = said.chain(shortfalls).collect();
    (Answer::new(sweep.json(), sweep.csv()), said)
}

/// A certificate, checked again.
#[pyfunction]
pub fn verify(
    py: Python<'_>,
    text: String,
    name: String,
    quick: bool,
    waiting: Waiting,
) -> PyResult<Answer> {
    let trust = match quick {
        true => Trust::Runs,
        false => Trust::Nothing,
    };
    work::run(py, waiting, None, move |watch| {
        let (verdict, version) = match Certificate::read(&text) {
            Ok((certificate, document)) => {
                let version = document["version"].as_str().unwrap_or_default().to_owned();
                (checked(&certificate, &document, trust, watch)?, version)
            }
            // It claims what no certificate claims: the answer is no.
            Err(Unread::Malformed(what)) => (Verdict::malformed(what), String::new()),
            Err(Unread::Another(found)) => {
                let path = PathBuf::from(name);
                return Err(Error::Kind { path, found });
            }
        };
        let document = Verified::of(&verdict, &version);
        Ok(Answer::new(document.json(), verdict.checks.csv()))
    })
}

fn checked(
    certificate: &Certificate,
    document: &Value,
    trust: Trust,
    watch: &Watch,
) -> Result<Verdict, Error> {
    match certificate {
        Certificate::Assign(read) => {
            watch.expect(read.simulated.len());
            read.verify(document, read.unpriced()?, trust, [&(), watch])
        }
        Certificate::Map(read) => {
            watch.expect(usize::try_from(read.runs()).unwrap_or(usize::MAX));
            read.verify(document, &read.target()?, trust, watch)
        }
        Certificate::Codesign(read) => {
            watch.expect(usize::try_from(read.runs()).unwrap_or(usize::MAX));
            read.verify(document, &*read.setting()?, trust, watch)
        }
    }
}

/// An address trace through a memory.
#[pyfunction]
pub fn dram_replay(
    py: Python<'_>,
    dram: String,
    trace: PathBuf,
    issue_per_clock: NonZeroU32,
    waiting: Waiting,
) -> PyResult<(Answer, Vec<String>)> {
    let found = work::run(py, waiting, None, move |watch| {
        let standard = load::standard(&dram)?.value;
        let cannot = |source: io::Error| Error::Read {
            path: trace.clone(),
            source,
        };
        let file = stationary_record::open(&trace).map_err(cannot)?;
        let read = Stopped {
            file,
            cancellation: watch.cancellation.clone(),
        };
        Replayed::of(&standard, Path::new(&trace), read, issue_per_clock)
    })?;
    Ok((
        Answer::new(found.document.json(), found.csv()),
        found.warnings,
    ))
}

/// A file that ends where nobody waits for it any more.
struct Stopped {
    file: File,
    cancellation: Cancellation,
}

impl Read for Stopped {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.cancellation.is_cancelled() {
            true => Err(io::Error::other("cancelled")),
            false => self.file.read(into),
        }
    }
}

fn shown(py: Python<'_>, answer: Answer) -> PyResult<Py<PyAny>> {
    Ok(Py::new(py, answer)?.into_any())
}

/// What a search is given besides its question.
pub fn hooks<'a>(
    watch: &'a Watch,
    has_result: &'a (dyn Fn() + Sync),
    record: Option<PathBuf>,
    resume: Option<PathBuf>,
) -> Hooks<'a> {
    Hooks {
        files: Files {
            to: record,
            from: resume,
        },
        cancellation: watch.cancellation.clone(),
        has_result,
        progress: watch,
    }
}

/// A question by the names of its fields.
pub fn asked<T: serde::de::DeserializeOwned>(py: Python<'_>, fields: &str) -> PyResult<T> {
    serde_json::from_str(fields).map_err(|error| {
        // The fields were arguments: there are no lines.
        let text = error.to_string();
        let (what, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
        refused(py, what)
    })
}

fn recheck_of(py: Python<'_>, text: &str) -> PyResult<Recheck> {
    let recheck = text.parse::<Recheck>();
    recheck.map_err(|error| refused(py, &format!("recheck={text}: {error}")))
}
