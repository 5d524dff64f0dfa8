//! `estimate` and `simulate`.

use anyhow::Result;
use stationary::sim::Pace;

use crate::Answer;
use crate::advice;
use crate::cli::{Common, Counting, Estimate, Format, PaceName, Simulate, Target};
use crate::commands::{functional, timeloop, trace};
use crate::evaluate::{self, Reading};
use crate::inputs::{self, Loaded};
use crate::output;
use crate::patience::Patience;
use crate::record::{ACCELERATOR, Record};
use crate::report::run::RunReport;
use crate::report::table::page;
use crate::unread::tried;

/// The analytical model.
pub fn estimate(args: &Estimate, common: &Common, record: &mut Record) -> Result<Answer> {
    if args.counting == Counting::Timeloop {
        return timeloop::estimate(args, common, record);
    }
    let loaded = Loaded::new(&args.target)?;
    report(&loaded, &args.target, Reading::Model, common, record)?;
    Ok(loaded.scope.judge(Answer::Yes))
}

/// The cycle-level machine.
pub fn simulate(args: &Simulate, common: &Common, record: &mut Record) -> Result<Answer> {
    let pace = match args.pace {
        Some(PaceName::EveryCycle) => Pace::EveryCycle,
        Some(PaceName::SkipIdle) => Pace::SkipIdle,
        Some(PaceName::SkipPeriods) | None => Pace::SkipPeriods,
    };
    let loaded = Loaded::new(&args.target)?;
    let is_decoupled = loaded.accelerator.decoupled.is_some();
    if args.pace == Some(PaceName::SkipPeriods) && (is_decoupled || args.functional) {
        let why = match is_decoupled {
            true => "on a machine that instructions control",
            false => "with --functional",
        };
        output::note(&format!(
            "--pace skip-periods: {why} it is as skip-idle; results are the same"
        ));
    }
    if let Some(path) = &args.trace {
        trace::write(path, &loaded, args, pace, common)?;
    }
    if args.functional {
        let answer = functional::functional(&loaded, &args.target, pace, common, record)?;
        return Ok(loaded.scope.judge(answer));
    }
    report(
        &loaded,
        &args.target,
        Reading::Machine(pace),
        common,
        record,
    )?;
    Ok(loaded.scope.judge(Answer::Yes))
}

fn report(
    loaded: &Loaded,
    target: &Target,
    reading: Reading,
    common: &Common,
    record: &mut Record,
) -> Result<()> {
    let style = inputs::style(&loaded.accelerator, target.dataflow.as_deref())?;
    let less = match reading {
        Reading::Model => "--layer picks layers, Ctrl-C ends it",
        Reading::Machine(_) => {
            "`estimate` asks the model alone, --layer picks layers, Ctrl-C ends it"
        }
    };
    let patience = Patience::new(common, reading.name(), loaded.layers.len() as u64, less);
    let layers = evaluate::layers(loaded, style, reading, &patience)?;
    drop(patience);
    if !common.quiet {
        for note in tried::notes(loaded, target, style, reading, &layers) {
            output::note(&note);
        }
    }
    // A line a layer has no place for advice, and who wants quiet does not wait for it.
    let has_place = common.format != Format::Csv || record.is_kept();
    let advised = match has_place && !common.quiet {
        true => Some(advice::advise(loaded, target, style, reading, &layers)?),
        false => None,
    };
    let report = RunReport::new(loaded, style, reading, layers, advised, common.seed)?;
    inputs::warn(report.warning().as_slice());
    inputs::warn(&loaded.origin.caveats);
    record.keep(ACCELERATOR, || Ok(loaded.accelerator.to_yaml()))?;
    record.results(|| report.json(), || report.csv())?;
    let text = match common.format {
        Format::Table => page(&report.table(common)),
        Format::Json => serde_json::to_string_pretty(&report.json())?,
        Format::Csv => report.csv()?,
    };
    Ok(output::print(&text)?)
}
