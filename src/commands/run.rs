//! `estimate` and `simulate`.

use std::time::Duration;

use anyhow::Result;
use stationary::Run;
use stationary::Target;
use stationary::checkpoint::{Checkpoints, Extent};
use stationary::documents::Document;
use stationary::evaluate::{Machines, Reading};
use stationary::record::{ACCELERATOR, Record};
use stationary::sim::Pace;
use stationary::unread::tried;

use crate::cli::{Common, Counting, Estimate, Format, PaceName, Simulate};
use crate::commands::{functional, timeloop, trace};
use crate::inputs;
use crate::interrupt;
use crate::output;
use crate::patience::Patience;
use crate::report::run::{advice, text};
use crate::report::table::page;
use crate::{Answer, judged};

/// The analytical model.
pub fn estimate(args: &Estimate, common: &Common, record: &mut Record) -> Result<Answer> {
    if args.counting == Counting::Timeloop {
        return timeloop::estimate(args, common, record);
    }
    let loaded = inputs::load(&args.target)?;
    report(&loaded, Reading::Model, &(), common, record)?;
    Ok(judged(loaded.scope(), Answer::Yes))
}

/// The cycle-level machine.
pub fn simulate(args: &Simulate, common: &Common, record: &mut Record) -> Result<Answer> {
    let pace = match args.pace {
        Some(PaceName::EveryCycle) => Pace::EveryCycle,
        Some(PaceName::SkipIdle) => Pace::SkipIdle,
        Some(PaceName::SkipPeriods) | None => Pace::SkipPeriods,
    };
    let loaded = inputs::load(&args.target)?;
    let skips = loaded.control()?.skips_periods();
    if args.pace == Some(PaceName::SkipPeriods) && (!skips || args.functional) {
        let why = match skips {
            false => "on a machine that instructions control",
            true => "with --functional",
        };
        output::note(&format!(
            "--pace skip-periods: {why} it is as skip-idle; results are the same"
        ));
    }
    if let Some(path) = &args.trace {
        trace::write(path, &loaded, args, pace, common)?;
    }
    if args.functional {
        let answer = functional::functional(&loaded, pace, common, record)?;
        return Ok(judged(loaded.scope(), answer));
    }
    let reading = Reading::Machine(pace);
    let Some(path) = &args.checkpoint else {
        report(&loaded, reading, &(), common, record)?;
        return Ok(judged(loaded.scope(), Answer::Yes));
    };
    let interval = Duration::from_secs(args.checkpoint_interval.get());
    let checkpoints = Checkpoints::open(path, &loaded, interval, interrupt::keeps())?;
    let extent = checkpoints.extent();
    if extent != Extent::default() {
        output::note(&format!("{}: {}", path.display(), kept(extent)));
    }
    match report(&loaded, reading, &checkpoints, common, record) {
        Ok(()) => {
            checkpoints.remove()?;
            Ok(judged(loaded.scope(), Answer::Yes))
        }
        Err(error) if is_stopped(&error) => {
            output::report_diagnostic(&format!(
                "interrupted: {} holds how far the run is ({}); the same command goes on",
                path.display(),
                kept(checkpoints.extent())
            ));
            Ok(Answer::Interrupted)
        }
        Err(error) => Err(error),
    }
}

fn is_stopped(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<stationary::Error>();
    matches!(error, Some(stationary::Error::Stopped { .. }))
}

/// How much of a run is kept.
fn kept(Extent { done, begun }: Extent) -> String {
    let shapes = match done {
        1 => "1 shape of layers".to_owned(),
        _ => format!("{done} shapes of layers"),
    };
    format!("{shapes} done, {begun} begun")
}

fn report(
    loaded: &Target,
    reading: Reading,
    machines: &dyn Machines,
    common: &Common,
    record: &mut Record,
) -> Result<()> {
    let less = match reading {
        Reading::Model => "--layer picks layers, Ctrl-C ends it",
        Reading::Machine(_) => {
            "`estimate` asks the model alone, --layer picks layers, Ctrl-C ends it"
        }
    };
    let patience = Patience::new(common, reading.name(), loaded.layers().len() as u64, less);
    let mut run = Run::with(loaded, reading, machines, &patience)?;
    interrupt::has_kept();
    run.seed = common.seed;
    drop(patience);
    inputs::warn(run.warning().as_slice());
    inputs::warn(&loaded.origin.caveats);
    // The answer does not wait for what might be changed: to try that takes longer.
    if common.format == Format::Table {
        output::print(&page(&text(&run, common)))?;
    }
    let patience = Patience::new(common, "what to change", 0, "-q answers without it");
    let notes = match common.quiet {
        true => Vec::new(),
        false => tried::notes(loaded, &run.control, reading, &run.layers, &patience),
    };
    // A line a layer has no place for advice, and who wants quiet does not wait for it.
    let has_place = common.format != Format::Csv || record.is_kept();
    if has_place && !common.quiet {
        run = run.advised(&patience)?;
    }
    drop(patience);
    for note in notes {
        output::note(&note);
    }
    record.keep(ACCELERATOR, || loaded.accelerator().to_yaml())?;
    record.results(|| run.document().json(), || run.csv())?;
    let text = match (common.format, &run.advised) {
        (Format::Table, None) => return Ok(()),
        (Format::Table, Some(advised)) => page(&advice(&run, advised)),
        (Format::Json, _) => serde_json::to_string_pretty(&run.document())?,
        (Format::Csv, _) => run.csv(),
    };
    Ok(output::print(&text)?)
}
