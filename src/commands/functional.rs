//! `simulate --functional`: the machine's output values against the layer by its definition.

use anyhow::Result;
use stationary::Target;
use stationary::documents::Document as _;
use stationary::functional::FunctionalCheck;
use stationary::record::{Answer, Record};
use stationary::sim::Pace;

use crate::cli::{Common, Format};
use crate::output;
use crate::patience::Patience;
use crate::report;
use crate::report::table::page;

/// Runs each layer with values; the answer is no if any output differs.
pub fn functional(
    loaded: &Target,
    pace: Pace,
    common: &Common,
    record: &mut Record,
) -> Result<Answer> {
    let less = "--layer picks layers, Ctrl-C ends it";
    let patience = Patience::new(common, "functional", loaded.layers().len() as u64, less);
    let found = FunctionalCheck::new(loaded, pace, &patience)?;
    drop(patience);
    record.results(|| found.document().json(), || found.csv())?;
    output::print(&match common.format {
        Format::Table => page(&report::functional::table(&found)),
        Format::Json => serde_json::to_string_pretty(&found.document())?,
        Format::Csv => found.csv(),
    })?;
    Ok(match found.is_equal() {
        true => Answer::Yes,
        false => Answer::No,
    })
}
