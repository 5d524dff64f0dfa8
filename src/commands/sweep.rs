//! `sweep`: a study over many accelerators and networks, and its parts joined.

use std::path::Path;

use anyhow::{Context, Result};
use stationary::documents::{self, Document};
use stationary::record::{self, Answer, Record};
use stationary::sweep::{SweepPlan, merged};

use crate::cli::{Common, Format, Sweep, SweepMerge, SweepPart};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::patience::Patience;
use crate::report::sweep::table;
use crate::report::table::page;

/// The document of a run folder.
const RESULT: &str = "result.json";

/// Evaluates a plan's points, or joins parts. The answer is no if not one point could run, or if figures are for too
/// little of a network.
pub fn sweep(args: &Sweep, common: &Common, record: &mut Record) -> Result<Answer> {
    if let Some(SweepPart::Merge(args)) = &args.what {
        return merge(args, common);
    }
    let name = args.plan.as_deref().unwrap_or_default();
    let interrupt = Interrupt::listen(&args.recording);
    let plan = SweepPlan::read(name)?;
    inputs::tell(&plan.remarks());
    let asked = plan.file().points.count();
    if let Some(asked) = asked.filter(|asked| *asked > plan.points().len() as u64) {
        output::report_diagnostic(&format!(
            "warning: {name}: points: {} of {asked} that were asked for: no others were drawn that keep `where`",
            plan.points().len()
        ));
    }
    let count = plan.numbers(args.shard).count() as u64;
    let less = "points: {random: POINTS} takes fewer, --shard I/N a part, Ctrl-C ends it";
    let patience = Patience::new(common, "sweep", count, less);
    let files = record.journal(args.recording.files());
    let swept = plan.run(args.shard, &interrupt.hooks(files, &patience))?;
    drop(patience);
    record.results(|| swept.document.json(), || swept.document.csv())?;
    let resumed = match swept.known {
        0 => String::new(),
        known => format!("{known} points were known; "),
    };
    output::note(&format!(
        "{resumed}{} layers on machines were evaluated for {count} points",
        swept.evaluated
    ));
    show(&swept.document, args.output.as_deref(), common)
}

fn merge(args: &SweepMerge, common: &Common) -> Result<Answer> {
    let parts = args.parts.iter().map(|path| {
        let file = match path.is_dir() {
            true => {
                record::check(path, RESULT)?;
                path.join(RESULT)
            }
            false => path.clone(),
        };
        let name = file.to_string_lossy().into_owned();
        let text = inputs::read(&file)?;
        let value = serde_json::from_str(&text)
            .with_context(|| format!("{name}: needed the JSON of a sweep"))?;
        let sweep =
            documents::Sweep::read(&value).map_err(|why| anyhow::anyhow!("{name}: {why}"))?;
        Ok((name, sweep))
    });
    let whole = merged(parts.collect::<Result<_>>()?)?;
    show(&whole, args.output.as_deref(), common)
}

fn show(sweep: &documents::Sweep, file: Option<&Path>, common: &Common) -> Result<Answer> {
    if let Some(file) = file {
        let text = serde_json::to_string_pretty(sweep)? + "\n";
        inputs::write(file, &text)?;
    }
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(sweep)?,
        Format::Csv => sweep.csv(),
        Format::Table => page(&table(sweep)),
    })?;
    let mut is_enough = true;
    for shortfall in sweep
        .networks
        .iter()
        .filter_map(|network| network.shortfall.as_ref())
    {
        output::report_diagnostic(shortfall);
        is_enough = false;
    }
    let ran = sweep.points.iter().any(|point| point.figures.is_some());
    Ok(match is_enough && (ran || sweep.points.is_empty()) {
        true => Answer::Yes,
        false => Answer::No,
    })
}
