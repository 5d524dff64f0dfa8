//! `search codesign`: hardware that a network's layers share, and a schedule for each, on a decoupled
//! machine.

use std::collections::HashMap;
use std::path::Path;
use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;
use stationary::Target;
use stationary::arch::Accelerator;
use stationary::csv::Origin;
use stationary::documents::Document as _;
use stationary::files;
use stationary::scope::Scope;
use stationary::search::codesign::{
    self, Chip, DesignPoint, Extent, Hardware, NetworkProof, NetworkTuned, Repeated, Task,
};
use stationary::search::{BudgetRequest, BudgetSpec, Resource};
use stationary::workloads::Layer;
use stationary_document::from_yaml;

use crate::certificates::codesign::{CodesignInstance, Document};
use crate::cli::{self, Choosing, Codesign, Common, Format};
use crate::commands::measurements::Measurements;
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::patience::Patience;
use crate::record::{ACCELERATOR, Record};
use crate::report::codesign as report;
use crate::report::table::page;
use crate::{Answer, judged};

/// How a chip was found.
pub enum Course {
    /// All others were proved not to be better.
    Proved(NetworkProof),
    /// By a tuner.
    Tuned(NetworkTuned),
}

/// What a search came to.
pub struct CodesignResult<'a> {
    pub args: &'a Codesign,
    pub seed: u64,
    pub network: String,
    pub scope: &'a Scope,
    pub origin: &'a Origin,
    pub hardware: &'a Hardware,
    pub layers: &'a [Layer],
    pub tasks: &'a [Repeated],
    /// The task of each layer.
    pub task_of: Vec<usize>,
    pub course: Course,
    /// The best of each task on hardware of its own.
    pub each: Vec<Option<(DesignPoint, u64)>>,
    pub seconds: Option<f64>,
    /// If Ctrl-C ended it early.
    pub interrupt: Option<&'a Interrupt>,
}

impl CodesignResult<'_> {
    /// The chip, if one runs all layers.
    pub fn best(&self) -> Option<&Chip> {
        match &self.course {
            Course::Proved(proof) => proof.best.as_ref(),
            Course::Tuned(tuned) => tuned.best.as_ref(),
        }
    }
}

/// Searches, reports; the answer is no if no hardware runs all layers.
pub fn codesign(args: &Codesign, common: &Common, record: &mut Record) -> Result<Answer> {
    let is_exact = args.optimizer == "exact";
    if !is_exact {
        check(&args.optimizer)?;
        if args.certificate.is_some() {
            bail!(
                "--certificate: --optimizer {} proves nothing; needed exact",
                args.optimizer
            );
        }
    }
    let interrupt = Interrupt::listen(&args.recording);
    let loaded = inputs::load(&cli::Target {
        arch: args.arch.clone(),
        network: args.network.clone(),
        layers: args.layers.clone(),
        set: args.set.clone(),
        dataflow: None,
        mapping: None,
        choosing: Choosing::default(),
        explain: false,
    })?;
    let choice = Choice {
        hardware: &args.hardware,
        budget: args.budget.as_deref(),
        macs: args.macs,
    };
    let hardware = choice.read(&args.arch, &loaded.accelerator)?;
    inputs::warn(&loaded.origin.caveats);
    let (distinct, task_of) = distinct(&loaded.layers);
    let tasks = tasks(&distinct, &task_of, &hardware)?;
    let mut measurements =
        Measurements::open(&args.recording, record, &loaded, &hardware, tasks.len())?;
    let known = std::mem::take(&mut measurements.known);
    let expected = if is_exact { 0 } else { args.measurements };
    let less = "--layer picks layers, Ctrl-C ends it";
    let patience = Patience::new(
        common,
        "search codesign",
        expected * tasks.len() as u64,
        less,
    );
    let start = Instant::now();
    let cancellation = interrupt.cancellation();
    interrupt.has_result();
    // What a certificate rests on.
    let mut ran = vec![codesign::Record::new(); tasks.len()];
    let mut note = |task: usize, measured: &codesign::Measured| {
        measurements.note(task, measured);
        ran[task].insert(measured.point, measured.outcome);
        patience.done();
    };
    let (course, each) = if is_exact {
        let extent = if args.every {
            Extent::Every
        } else {
            Extent::Best
        };
        let proof = codesign::prove_network(&tasks, extent, &known, cancellation, &mut note)?;
        let known = measurements.known_now();
        let mut note =
            |task: usize, measured: &codesign::Measured| measurements.note(task, measured);
        let each = codesign::prove_each(&tasks, &known, cancellation, &mut note)?;
        (Course::Proved(proof), each)
    } else {
        // Names were checked, so that a tuner is always found.
        let make = |task: usize| {
            let seed = common
                .seed
                .wrapping_mul(1_000_003)
                .wrapping_add(task as u64);
            codesign::find(&args.optimizer, seed)
        };
        let make = |task: usize| make(task).expect("its name was checked");
        let count = usize::try_from(args.measurements)?;
        let tuned = codesign::tune_network(&tasks, &make, count, &known, cancellation, &mut note)?;
        let each = tuned.each.clone();
        (Course::Tuned(tuned), each)
    };
    drop(patience);
    measurements.close()?;
    let is_cut = interrupt.is_asked_for() && !is_done(&course, &each, args);
    let mut found = CodesignResult {
        args,
        seed: common.seed,
        network: loaded.network.clone(),
        scope: &loaded.scope,
        origin: &loaded.origin,
        hardware: &hardware,
        layers: &loaded.layers,
        tasks: &tasks,
        task_of,
        course,
        each,
        seconds: None,
        interrupt: is_cut.then_some(&interrupt),
    };
    if is_cut && found.best().is_none() {
        return Ok(interrupt.nothing_found());
    }
    if let Some(warning) = report::warning(&found) {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    keep(&found, &loaded, record)?;
    let is_asked_for = args.certificate.is_some() || record.is_kept();
    if let (Course::Proved(proof), true) = (&found.course, is_asked_for) {
        let instance = CodesignInstance {
            loaded: &loaded,
            hardware: &hardware,
            tasks: &tasks,
            task_of: &found.task_of,
        };
        certify(args, &instance, proof, &ran, record)?;
    }
    found.seconds = common.verbose.then(|| start.elapsed().as_secs_f64());
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&report::document(&found))?,
        Format::Csv => report::csv(&found)?,
        Format::Table => page(&report::table(&found)),
    };
    output::print(&text)?;
    if is_cut && common.format != Format::Table {
        interrupt.report_diagnostic();
    }
    Ok(judged(
        &loaded.scope,
        match found.best() {
            _ if is_cut => Answer::Interrupted,
            Some(_) => Answer::Yes,
            None => Answer::No,
        },
    ))
}

/// Whether a search came to its end.
fn is_done(course: &Course, each: &[Option<(DesignPoint, u64)>], args: &Codesign) -> bool {
    match course {
        Course::Proved(proof) => proof.is_whole() && each.iter().all(Option::is_some),
        Course::Tuned(tuned) => {
            let courses = tuned.free.iter().zip(&tuned.shared);
            let measured = courses.map(|(free, own)| free.measured.len() + own.measured.len());
            let count = usize::try_from(args.measurements).unwrap_or(usize::MAX);
            measured.into_iter().all(|n| n >= count)
        }
    }
}

/// The answer, the machine that was chosen, and its schedules.
fn keep(found: &CodesignResult<'_>, loaded: &Target, record: &mut Record) -> Result<()> {
    let schedules = report::schedules(found);
    let machine = found
        .best()
        .map(|chip| found.hardware.machine(chip.machine));
    let machine = machine
        .map_or(&loaded.accelerator, |machine| &**machine)
        .to_yaml();
    if let (Some(path), Some(schedules)) = (&found.args.output, &schedules) {
        inputs::write(path, schedules)?;
    }
    if let (Some(path), Some(_)) = (&found.args.chip, found.best()) {
        inputs::write(path, &machine)?;
    }
    record.keep(ACCELERATOR, || Ok(machine))?;
    if let Some(schedules) = schedules {
        record.keep("schedules.yaml", || Ok(schedules))?;
    }
    record.results(|| report::document(found).json(), || report::csv(found))
}

/// Writes the certificate, if what follows from the runs is what the search says.
fn certify(
    args: &Codesign,
    instance: &CodesignInstance<'_>,
    proof: &NetworkProof,
    ran: &[codesign::Record],
    record: &mut Record,
) -> Result<()> {
    let document = Document::of(args, instance, ran)?;
    let cycles = document.best.as_ref().map(|best| best.cycles);
    let is_same = cycles == proof.best.as_ref().map(|chip| chip.cycles)
        && proof.is_whole() <= (document.kind == "proved");
    if !is_same {
        bail!("the certificate does not hold: its runs do not prove what the search found");
    }
    let text = serde_json::to_string_pretty(&document)? + "\n";
    if let Some(path) = &args.certificate {
        inputs::write(path, &text)?;
    }
    record.keep("certificate.json", || Ok(text))
}

fn check(name: &str) -> Result<()> {
    codesign::find(name, 0).map(|_| ()).map_err(|error| {
        let more = if name.starts_with("exa") {
            " (or exact)"
        } else {
            ""
        };
        anyhow!(
            "--optimizer: {error}, exact; a tuner's name may have {} behind it{more}",
            codesign::CONFIDENT
        )
    })
}

/// Layers of one shape once, and which of them each layer is.
pub fn distinct(layers: &[Layer]) -> (Vec<Layer>, Vec<usize>) {
    let (mut firsts, mut distinct) = (HashMap::new(), Vec::new());
    let task_of = layers.iter().map(|layer| {
        let shape = (*layer.sizes(), layer.rows(), layer.cols());
        *firsts.entry(shape).or_insert_with(|| {
            distinct.push(layer.clone());
            distinct.len() - 1
        })
    });
    let task_of = task_of.collect();
    (distinct, task_of)
}

/// The tasks of layers that are not alike.
pub fn tasks<'a>(
    distinct: &'a [Layer],
    task_of: &[usize],
    hardware: &'a Hardware,
) -> Result<Vec<Repeated>> {
    let task = |(number, layer)| {
        Ok(Repeated {
            task: Task::new(layer, hardware)?,
            times: task_of.iter().filter(|task| **task == number).count() as u64,
        })
    };
    distinct.iter().enumerate().map(task).collect()
}

/// The shapes to choose from, as a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shapes {
    batch: Vec<u32>,
    block_in: Vec<u32>,
    block_out: Vec<u32>,
}

/// What hardware there is to choose from, by its options.
pub struct Choice<'a> {
    pub hardware: &'a str,
    pub budget: Option<&'a str>,
    pub macs: Option<u64>,
}

impl Choice<'_> {
    /// The hardware, around a machine of this name.
    pub fn read(&self, arch: &str, base: &Accelerator) -> Result<Hardware> {
        if base.decoupled.is_none() {
            bail!(
                "--arch {arch}: search codesign is for machines that instructions control, such as vta; \
                 search map and search assign are for the others"
            );
        }
        let mut hardware = shaped(self.hardware, base)?;
        if let Some(macs) = self.macs {
            hardware = hardware.of_macs(macs);
        }
        match self.budget {
            Some(budget) => within(hardware, budget),
            None => Ok(hardware),
        }
    }
}

fn shaped(name: &str, base: &Accelerator) -> Result<Hardware> {
    Ok(match name {
        "fixed" | "default" => Hardware::fixed(base)?,
        "all" => Hardware::all(base)?,
        name if files::is_file(name) => {
            let shapes = shapes(name)?;
            Hardware::of(base, [shapes.batch, shapes.block_in, shapes.block_out])?
        }
        name => bail!(
            "--hardware {name}: needed fixed (the machine as it is), all (64 shapes), or a YAML file \
             with the lists batch, block_in and block_out"
        ),
    })
}

fn within(hardware: Hardware, budget: &str) -> Result<Hardware> {
    let request: BudgetRequest = budget.parse()?;
    if request.resource != Resource::Area {
        bail!("--budget {budget}: the hardware is limited by area=VALUE");
    }
    let areas = (0..hardware.len()).map(|number| hardware.area(number));
    let limit = match request.allowance {
        BudgetSpec::Absolute(limit) => limit,
        BudgetSpec::Share(share) => {
            let least = areas.clone().fold(f64::INFINITY, f64::min);
            let greatest = areas.fold(0.0, f64::max);
            least + share * (greatest - least)
        }
    };
    Ok(hardware.within(limit))
}

/// So many cores can be chosen from: each has as many schedules of every layer as another.
const MOST_CORES: usize = 4096;

fn shapes(name: &str) -> Result<Shapes> {
    let text = inputs::read(Path::new(name))?;
    let shapes: Shapes = from_yaml(name, &text).map_err(|diagnostics| {
        let plain = format!("{name}: not a choice of hardware");
        stationary::Error::content(&text, diagnostics, plain)
    })?;
    for (knob, values) in [
        ("batch", &shapes.batch),
        ("block_in", &shapes.block_in),
        ("block_out", &shapes.block_out),
    ] {
        if values.is_empty() || !values.is_sorted_by(|a, b| a < b) {
            bail!("{name}: {knob}: needed one value or more, each greater than the one before it");
        }
    }
    let counts = [&shapes.batch, &shapes.block_in, &shapes.block_out].map(Vec::len);
    let cores = counts
        .iter()
        .try_fold(1, |all: usize, n| all.checked_mul(*n));
    if cores.is_none_or(|cores| cores > MOST_CORES) {
        let [batch, block_in, block_out] = counts;
        bail!(
            "{name}: found {batch} x {block_in} x {block_out} cores; allowed: at most {MOST_CORES}"
        );
    }
    Ok(shapes)
}
