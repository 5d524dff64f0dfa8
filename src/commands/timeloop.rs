//! Timeloop's way of counting, and its files.

use anyhow::{Context, Result};
use stationary::documents::TimeloopLayer;
use stationary::format::{joules, percent, thousands};
use stationary::record::{Answer, Record};
use stationary::timeloop::{self, Accesses, LayerNest, multipliers};

use crate::cli::{Common, Estimate, ExportTimeloop, Format};
use crate::inputs;
use crate::judged;
use crate::output;
use crate::report::table::{page, table as new_table};

/// `estimate --counting timeloop`.
pub fn estimate(args: &Estimate, common: &Common, record: &mut Record) -> Result<Answer> {
    let accesses = Accesses::of(&inputs::request(&args.target))?;
    inputs::tell(&accesses.remarks);
    let json = serde_json::to_string_pretty(&accesses.document())?;
    record.keep("result.json", || json.clone())?;
    record.keep("result.csv", || accesses.csv())?;
    output::print(&match common.format {
        Format::Table => page(&table(&accesses.layers)),
        Format::Json => json,
        Format::Csv => accesses.csv(),
    })?;
    Ok(match &accesses.scope {
        Some(scope) => judged(scope, Answer::Yes),
        None => Answer::Yes,
    })
}

/// `export timeloop`.
pub fn export(args: &ExportTimeloop) -> Result<Answer> {
    let loaded = inputs::load(&args.target)?;
    let mut text = String::new();
    let mut answer = Answer::Yes;
    for LayerNest {
        name,
        nest,
        padding,
    } in timeloop::nests(&loaded)?
    {
        if let Some(padding) = padding {
            output::note(&padding);
        }
        match nest {
            Ok(nest) => {
                let folder = args.output.join(name.replace(['/', '\\'], "_"));
                let made = std::fs::create_dir_all(&folder);
                made.with_context(|| format!("cannot write {}", folder.display()))?;
                let files = nest.files();
                inputs::write(&folder.join("arch.yaml"), &files.architecture)?;
                inputs::write(&folder.join("prob.yaml"), &files.problem)?;
                inputs::write(&folder.join("map.yaml"), &files.mapping)?;
                text.push_str(&format!("{}\n", folder.display()));
            }
            Err(why) => {
                output::report_diagnostic(&format!("layer `{name}` is not written: {why}"));
                answer = Answer::No;
            }
        }
    }
    output::print(&text)?;
    Ok(judged(loaded.scope(), answer))
}

fn table(layers: &[TimeloopLayer]) -> String {
    let mut text = String::new();
    for TimeloopLayer { name, counts } in layers {
        let header = [
            "level",
            "space",
            "tile",
            "instances",
            "reads",
            "updates",
            "fills",
            "cycles",
            "energy",
        ];
        let optional = ["tile", "instances", "cycles"];
        let mut rows = new_table(&header, 2).optional(&optional);
        for c in &counts.levels {
            rows.add_row([
                c.level.clone(),
                c.space.clone(),
                thousands(c.tile),
                thousands(c.instances),
                thousands(c.reads),
                thousands(c.updates),
                thousands(c.fills),
                thousands(c.cycles),
                joules(c.energy_pj),
            ]);
        }
        let sum = |what: &str, energy: f64| {
            let mut row = vec![what.to_owned()];
            row.resize(header.len() - 1, String::new());
            row.push(joules(energy));
            row
        };
        rows.add_row(sum("multipliers", multipliers(counts)));
        rows.total(sum("total", counts.energy_pj));
        text.push_str(&format!(
            "{name} as Timeloop counts: {} cycles, {} of the multipliers busy, {}\n{rows}\n",
            thousands(counts.cycles),
            percent(counts.utilization),
            joules(counts.energy_pj)
        ));
    }
    text.push_str(
        "words are of one instance: those it holds at a time (tile), and those read, updated by sums \
         from inside and filled from outside; cycles are the level's at its bandwidth; energy is of all \
         instances\n",
    );
    text
}
