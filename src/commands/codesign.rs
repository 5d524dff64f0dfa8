//! `search codesign`: hardware that a network's layers share, and a schedule for each, on a decoupled
//! machine.

use anyhow::{Result, bail};
use stationary::codesign::{CodesignQuestion, CodesignResult};
use stationary::documents::{self, Document as _};
use stationary::record::{ACCELERATOR, Record};

use crate::cli::{Codesign, Common, Format};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::patience::Patience;
use crate::report::codesign as report;
use crate::report::table::page;
use crate::{Answer, judged};

/// Searches, reports; the answer is no if no hardware runs all layers.
pub fn codesign(args: &Codesign, common: &Common, record: &mut Record) -> Result<Answer> {
    let question = question(args, common);
    question.check()?;
    let is_exact = question.optimizer == "exact";
    if args.certificate.is_some() && !is_exact {
        bail!(
            "--certificate: --optimizer {} proves nothing; needed exact",
            args.optimizer
        );
    }
    let interrupt = Interrupt::listen(&args.recording);
    let setting = question.read()?;
    inputs::tell(&setting.loaded.remarks);
    inputs::warn(&setting.loaded.origin.caveats);
    let expected = if is_exact { 0 } else { args.measurements };
    let less = "--layer picks layers, Ctrl-C ends it";
    let expected = expected * setting.tasks.len() as u64;
    let patience = Patience::new(common, "search codesign", expected, less);
    let files = record.journal(args.recording.files());
    let hooks = interrupt.hooks(files, &patience);
    let found = setting.search(&question, &hooks)?;
    drop(patience);
    let Some(mut found) = found else {
        return Ok(interrupt.nothing_found());
    };
    found.go_on = interrupt.document().go_on;
    if let Some(warning) = found.warning() {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    keep(&found, args, record)?;
    if (args.certificate.is_some() || record.is_kept())
        && let Some(certificate) = found.certificate()?
    {
        let text = serde_json::to_string_pretty(&certificate)? + "\n";
        if let Some(path) = &args.certificate {
            inputs::write(path, &text)?;
        }
        record.keep("certificate.json", || text)?;
    }
    found.verbose = common.verbose;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&found.document())?,
        Format::Csv => found.csv(),
        Format::Table => page(&report::table(&found, &interrupt)),
    };
    output::print(&text)?;
    if found.is_cut && common.format != Format::Table {
        interrupt.report_diagnostic();
    }
    Ok(judged(
        setting.loaded.scope(),
        match found.best() {
            _ if found.is_cut => Answer::Interrupted,
            Some(_) => Answer::Yes,
            None => Answer::No,
        },
    ))
}

fn question(args: &Codesign, common: &Common) -> CodesignQuestion {
    let layers = args.layers.clone();
    CodesignQuestion {
        arch: args.arch.clone(),
        set: args.set.clone(),
        network: args.network.clone(),
        layer: layers.layer,
        dim: layers.dim,
        batch: layers.batch,
        partial: layers.partial,
        hardware: args.hardware.clone(),
        budget: args.budget.clone(),
        macs: args.macs,
        optimizer: args.optimizer.clone(),
        measurements: args.measurements,
        every: args.every,
        seed: common.seed,
    }
}

/// The answer, the machine that was chosen, and its schedules.
fn keep(found: &CodesignResult, args: &Codesign, record: &mut Record) -> Result<()> {
    let (schedules, setting) = (found.schedules(), &found.setting);
    let machine = found
        .best()
        .map(|chip| setting.hardware.machine(chip.machine));
    let machine = machine.map_or(setting.loaded.accelerator(), |machine| &**machine);
    let machine = machine.to_yaml();
    if let (Some(path), Some(schedules)) = (&args.output, &schedules) {
        inputs::write(path, schedules)?;
    }
    if let (Some(path), Some(_)) = (&args.chip, found.best()) {
        inputs::write(path, &machine)?;
    }
    record.keep(ACCELERATOR, || machine)?;
    if let Some(schedules) = schedules {
        record.keep("schedules.yaml", || schedules)?;
    }
    let document = || {
        let mut document = found.document();
        // Wall-clock time differs from run to run.
        document.seconds = documents::CoreSeconds::default();
        document.json()
    };
    Ok(record.results(document, || found.csv())?)
}
