//! `dram`: an address trace through a memory.

use anyhow::{Context, Result};
use serde_json::Value;
use stationary::replay::{Replayed, figure};

use crate::Answer;
use crate::cli::{Common, Dram, Format};
use crate::patience::Patience;
use crate::report::table::table;
use crate::{inputs, output};

/// Replays a trace, reading it as it goes.
pub fn dram(args: &Dram, common: &Common) -> Result<Answer> {
    let standard = inputs::standard(&args.dram)?;
    let cannot = || format!("cannot read {}", args.trace.display());
    let file = stationary_record::open(&args.trace).with_context(cannot)?;
    let size = file.metadata().map_or(0, |data| data.len());
    let less = "a part of the trace takes less time";
    let patience = Patience::of_bytes(common, "dram", size, less);
    let trace = patience.reading(file);
    let found = Replayed::of(&standard, &args.trace, trace, args.issue_per_clock)?;
    drop(patience);
    if !common.quiet {
        for warning in &found.warnings {
            output::report_diagnostic(warning);
        }
    }
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&found.document)?,
        Format::Csv => found.csv(),
        Format::Table => people(&found.rows()),
    })?;
    Ok(Answer::Yes)
}

fn people(rows: &[(String, Value)]) -> String {
    let mut table = table(&["", ""], 1);
    for (name, value) in rows.iter().skip(1) {
        table.add_row(figure(name, value));
    }
    table.to_string()
}
