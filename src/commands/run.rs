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
use crate::record::{ACCELERATOR, Record};
use crate::report::run::RunReport;

/// The analytical model.
pub fn estimate(args: &Estimate, common: &Common, record: &mut Record) -> Result<Answer> {
    if args.counting == Counting::Timeloop {
        return timeloop::estimate(args, common, record);
    }
    let loaded = Loaded::new(&args.target)?;
    report(&loaded, &args.target, Reading::Model, common, record)?;
    Ok(Answer::Yes)
}

/// The cycle-level machine.
pub fn simulate(args: &Simulate, common: &Common, record: &mut Record) -> Result<Answer> {
    let pace = match args.pace {
        PaceName::EveryCycle => Pace::EveryCycle,
        PaceName::SkipIdle => Pace::SkipIdle,
        PaceName::SkipPeriods => Pace::SkipPeriods,
    };
    let loaded = Loaded::new(&args.target)?;
    if let Some(path) = &args.trace {
        trace::write(path, &loaded, args, pace, common)?;
    }
    if args.functional {
        return functional::functional(&loaded, &args.target, pace, common, record);
    }
    report(
        &loaded,
        &args.target,
        Reading::Machine(pace),
        common,
        record,
    )?;
    Ok(Answer::Yes)
}

fn report(
    loaded: &Loaded,
    target: &Target,
    reading: Reading,
    common: &Common,
    record: &mut Record,
) -> Result<()> {
    let style = inputs::style(&loaded.accelerator, target.dataflow.as_deref())?;
    let bar = output::progress(common, reading.name(), loaded.layers.len() as u64);
    let layers = evaluate::layers(loaded, style, reading, &|| bar.inc(1))?;
    bar.finish_and_clear();
    // A line a layer has no place for advice, and who wants quiet does not wait for it.
    let has_place = common.format != Format::Csv || record.is_kept();
    let advised = match has_place && !common.quiet {
        true => Some(advice::advise(loaded, target, style, &layers)?),
        false => None,
    };
    let report = RunReport::new(loaded, style, reading, layers, advised, common.seed)?;
    for caveat in report.caveats() {
        output::complain(&format!("warning: {caveat}"));
    }
    record.keep(ACCELERATOR, || Ok(loaded.accelerator.to_yaml()))?;
    record.results(|| report.json(), || report.csv())?;
    let text = match common.format {
        Format::Table => report.table(common),
        Format::Json => serde_json::to_string_pretty(&report.json())?,
        Format::Csv => report.csv()?,
    };
    Ok(output::print(&text)?)
}
