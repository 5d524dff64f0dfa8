//! `list`.

use anyhow::Result;
use stationary::arch::dram::Standard;
use stationary::arch::{Accelerator, presets};
use stationary::search::optimizers;
use stationary::sim::Dataflow;
use stationary::workloads::zoo;

use crate::Answer;
use crate::cli::{Common, Format, Listing};
use crate::output;
use crate::report::format::thousands;

/// Lists names, with a few words on each for people.
pub fn list(what: Listing, common: &Common) -> Result<Answer> {
    let rows: Vec<(String, String)> = match what {
        Listing::Archs => presets::names().map(arch).collect::<Result<_>>()?,
        Listing::Networks => zoo::names().map(network).collect::<Result<_>>()?,
        Listing::Dataflows => Dataflow::ALL
            .iter()
            .map(|d| (d.name.to_owned(), d.title.to_owned()))
            .collect(),
        Listing::Drams => vec![
            (
                "ideal".to_owned(),
                "every transfer takes one cycle".to_owned(),
            ),
            (
                "bandwidth".to_owned(),
                "dram.words_per_cycle and dram.latency".to_owned(),
            ),
        ]
        .into_iter()
        .map(Ok)
        .chain(stationary::arch::dram::presets::names().map(dram))
        .collect::<Result<_>>()?,
        Listing::Optimizers => optimizers::names()
            .into_iter()
            .map(|name| (name.to_owned(), String::new()))
            .collect(),
    };
    let text = match common.format {
        Format::Json => {
            serde_json::to_string_pretty(&rows.iter().map(|(name, _)| name).collect::<Vec<_>>())?
        }
        Format::Csv => rows.iter().map(|(name, _)| format!("{name}\n")).collect(),
        Format::Table => {
            let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            let line = |(name, note): &(String, String)| format!("{name:width$}  {note}\n");
            rows.iter().map(line).collect()
        }
    };
    output::print(text.trim_end())?;
    Ok(Answer::Yes)
}

fn arch(name: &str) -> Result<(String, String)> {
    let a = Accelerator::preset(name, &[])?;
    let kib: u64 = a
        .global_buffer
        .partitions
        .iter()
        .map(|p| p.bytes)
        .sum::<u64>()
        / 1024;
    let note = format!(
        "{} x {} PEs, {}, {} KiB, {} MHz, {} nm",
        a.array.rows,
        a.array.cols,
        if a.decoupled.is_some() {
            "decoupled".to_owned()
        } else {
            a.dataflows.join(" ")
        },
        thousands(kib),
        a.clock.0 / 1000,
        a.technology.0
    );
    Ok((name.to_owned(), note))
}

fn dram(name: &str) -> Result<(String, String)> {
    let standard = Standard::preset(name)?;
    let organization = standard.organization();
    let gigahertz = 1000.0 / f64::from(standard.clock().0);
    let note = format!(
        "{} x {} bits, {} ranks of {} banks, {} MiB, {:.2} GHz, {:.1} GB/s",
        organization.channels,
        organization.bus_bits,
        organization.ranks,
        organization.banks_per_rank(),
        thousands(organization.bytes() >> 20),
        gigahertz,
        standard.peak_bytes_per_cycle() * gigahertz
    );
    Ok((name.to_owned(), note))
}

fn network(name: &str) -> Result<(String, String)> {
    let n = zoo::find(name)?;
    let note = format!(
        "{:>3} layers, {:>7.2} G MACs, {:>7.2} M weights",
        n.layers().len(),
        n.macs() as f64 / 1e9,
        n.weights() as f64 / 1e6
    );
    Ok((name.to_owned(), note))
}
