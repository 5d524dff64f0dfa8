//! `search map`: the best mapping of each layer on fixed hardware, by the cycle-level machine.

use anyhow::{Result, bail};
use stationary::documents::Document as _;
use stationary::map::MappingQuestion;
use stationary::record::{ACCELERATOR, Answer, Record};

use crate::cli::{Common, Format, Map};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::judged;
use crate::output;
use crate::patience::Patience;
use crate::report;
use crate::report::table::page;

/// Searches, re-checks, reports.
pub fn map(args: &Map, common: &Common, record: &mut Record) -> Result<Answer> {
    if args.target.mapping.is_some() {
        bail!("search map --mapping: the search finds mappings; use simulate to run given ones");
    }
    let question = MappingQuestion {
        recheck: args.recheck,
        certify: args.certify,
        simulations: args.proving.simulations,
        gap: args.gap,
        time: args.time,
        objective: args.target.choosing.objective,
        slack: args.target.choosing.slack,
        seed: common.seed,
    };
    let interrupt = Interrupt::listen(&args.recording);
    let loaded = inputs::load(&args.target)?;
    inputs::warn(&loaded.origin.caveats);
    let less = "--layer picks layers, Ctrl-C ends it";
    let patience = Patience::new(common, "search map", loaded.layers().len() as u64, less);
    let files = record.journal(args.recording.files());
    let hooks = interrupt.hooks(files, &patience);
    let found = loaded.search_map(&question, &hooks)?;
    drop(patience);
    let Some(mut found) = found else {
        return Ok(interrupt.nothing_found());
    };
    found.go_on = interrupt.document().go_on;
    if let Some(warning) = found.warning() {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    let mappings = found.mappings().to_yaml();
    if let Some(path) = &args.output {
        inputs::write(path, &mappings)?;
    }
    record.keep(ACCELERATOR, || loaded.accelerator().to_yaml())?;
    record.keep("mappings.yaml", || mappings)?;
    if let Some(certificate) = found.certificate()? {
        let text = serde_json::to_string_pretty(&certificate)? + "\n";
        if let Some(path) = &args.proving.certificate {
            inputs::write(path, &text)?;
        }
        record.keep("certificate.json", || text)?;
    }
    record.results(|| found.document().json(), || found.csv())?;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&found.document())?,
        Format::Csv => found.csv(),
        Format::Table => page(&report::map::table(
            &found,
            &interrupt,
            args.output.as_deref(),
            common.verbose,
        )),
    };
    output::print(&text)?;
    if !found.is_cut {
        return Ok(judged(loaded.scope(), Answer::Yes));
    }
    if common.format != Format::Table {
        interrupt.report_diagnostic();
    }
    Ok(Answer::Interrupted)
}
