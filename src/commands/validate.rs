//! `validate`: the model against the machine.

use anyhow::Result;
use stationary::documents::Document as _;
use stationary::record::{ACCELERATOR, Record};
use stationary::validate::{Dataflows, Validation, ValidationQuestion};

use crate::cli::{Common, Format, Validate};
use crate::inputs;
use crate::output;
use crate::patience::Patience;
use crate::report;
use crate::report::table::page;
use crate::{Answer, judged};

/// Compares model and machine; the answer is no if a bound or a count is wrong.
pub fn validate(args: &Validate, common: &Common, record: &mut Record) -> Result<Answer> {
    let loaded = inputs::load(&args.target)?;
    inputs::warn(&loaded.origin.caveats);
    let Dataflows { compared, absent } = Dataflows::of(&loaded)?;
    if !absent.is_empty() && !common.quiet {
        let offered: Vec<&str> = compared.iter().map(|control| control.name()).collect();
        output::note(&format!(
            "--dataflow all: all that {} offers, {}; its hardware has no {}",
            loaded.accelerator().name,
            offered.join(", "),
            absent.join(", ")
        ));
    }
    let total = compared.len() * loaded.layers().len();
    let less = "--layer picks layers, fewer --mappings take less, Ctrl-C ends it";
    let patience = Patience::new(common, "validate", total as u64, less);
    let question = ValidationQuestion {
        mappings: args.mappings,
        seed: common.seed,
    };
    let found = Validation::new(&loaded, &question, &patience)?;
    drop(patience);
    // What the hardware has not was told of before.
    for left_out in &found.left_out[..found.left_out.len() - absent.len()] {
        let (dataflow, reason) = (&left_out.dataflow, &left_out.reason);
        output::report_diagnostic(&format!("warning: {dataflow} is left out: {reason}"));
    }
    record.keep(ACCELERATOR, || loaded.accelerator().to_yaml())?;
    record.results(|| found.document().json(), || found.csv())?;
    let text = match common.format {
        Format::Table => page(&report::validate::table(&found, common)),
        Format::Json => serde_json::to_string_pretty(&found.document())?,
        Format::Csv => found.csv(),
    };
    output::print(&text)?;
    Ok(judged(
        loaded.scope(),
        match found.is_sound() {
            true => Answer::Yes,
            false => Answer::No,
        },
    ))
}
