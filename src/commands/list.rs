//! `list`.

use anyhow::Result;
use serde_json::{Value, json};
use stationary::arch::dram::{Pipe, Standard};
use stationary::arch::{Accelerator, presets};
use stationary::mappings;
use stationary::peaks;
use stationary::search::{BudgetSpec, PLATFORMS, optimizers};
use stationary::sim::Dataflow;
use stationary::workloads::{Dim, zoo};

use crate::Answer;
use crate::cli::{Common, Format, Listing};
use crate::output;
use crate::report::listing::{Listing as Rows, ListingColumn};
use crate::report::table::page;

/// Lists names, with what there is to know of each.
pub fn list(what: Listing, common: &Common) -> Result<Answer> {
    let (columns, rows, note): (&'static [ListingColumn], Vec<Vec<Value>>, &str) = match what {
        Listing::Archs => (
            ARCHS,
            presets::names().map(arch).collect::<Result<_>>()?,
            ARCH_NOTE,
        ),
        Listing::Networks => (
            NETWORKS,
            zoo::names().map(network).collect::<Result<_>>()?,
            NETWORK_NOTE,
        ),
        Listing::Dataflows => (
            DATAFLOWS,
            Dataflow::ALL.iter().map(dataflow).collect(),
            DATAFLOW_NOTE,
        ),
        Listing::Drams => (DRAMS, drams()?, DRAM_NOTE),
        Listing::Optimizers => (OPTIMIZERS, optimizers(), OPTIMIZER_NOTE),
        Listing::Mappings => (MAPPINGS, mappings(), MAPPING_NOTE),
        Listing::Budgets => (BUDGETS, budgets(), BUDGET_NOTE),
    };
    let mut text = Rows { columns, rows }.write(common.format)?;
    if common.format == Format::Table && !common.quiet {
        text.push_str(&page(note));
    }
    output::print(text.trim_end())?;
    Ok(Answer::Yes)
}

macro_rules! columns {
    ($($name:ident { $($key:literal $heading:literal),* $(,)? })*) => {
        $(const $name: &[ListingColumn] = &[$(ListingColumn { key: $key, heading: $heading }),*];)*
    };
}

columns! {
    ARCHS {
        "name" "name", "rows" "rows", "cols" "cols", "macs_per_cycle" "MACs a cycle", "dataflows" "dataflows",
        "global_buffer_kib" "buffer KiB", "dram_gb_per_second" "DRAM GB/s", "clock_mhz" "MHz",
        "technology_nm" "nm", "peak_tops" "peak TOPS",
    }
    NETWORKS { "name" "name", "layers" "layers", "gmacs" "G MACs", "million_weights" "M weights" }
    DATAFLOWS {
        "name" "name", "title" "title", "rows" "rows", "cols" "cols", "beats" "beats", "local" "local",
    }
    DRAMS {
        "name" "name", "channels" "chan.", "bus_bits" "bits", "ranks" "ranks",
        "banks_per_rank" "banks", "mib" "MiB", "clock_ghz" "GHz", "peak_gb_per_second" "GB/s",
        "about" "about",
    }
    OPTIMIZERS { "name" "name", "learns" "learns", "epochs" "epochs", "about" "about" }
    MAPPINGS {
        "name" "name", "arch" "arch", "network" "network", "batch" "batch", "about" "about",
    }
    BUDGETS { "name" "name", "share" "share", "about" "about" }
}

/// Notes below the tables, a paragraph a line.
const ARCH_NOTE: &str = "
The buffer is the global buffer; DRAM GB/s are those of reads alone, and writes have as many beside them \
only where each way has a channel of its own (`dram.duplex`); TOPS count a multiply and an add each; - is \
ideal memory, or that instructions choose the loops instead of a dataflow. `show arch NAME` prints a preset's file.
";

const NETWORK_NOTE: &str = "
For one image or sequence. `show network NAME` prints the layers.
";

const DATAFLOW_NOTE: &str = "
Dimensions, the first choice first, that may be unrolled on rows and columns of the array, that advance \
with each beat, and that a PE loops over by itself: N images, G groups, K filters, C channels, P and Q \
output rows and columns, R and S kernel rows and columns.
";

const DRAM_NOTE: &str = "
--set dram.kind=NAME, or --dram NAME of `dram`. Channels, each with a bus of so many bits and so many \
ranks; banks of each rank; MiB, GHz of the memory's clock and the most GB/s of all channels together.
";

const OPTIMIZER_NOTE: &str = "
`search assign --optimizer NAME`; those with epochs take --epochs besides --evaluations.
";

const MAPPING_NOTE: &str = "
Use one with --mapping NAME and the --arch, --network and --batch of its line; `show mapping NAME` \
prints it. `show mapping ARCH --network NETWORK` prints the mapper's own.
";

const BUDGET_NOTE: &str = "
--budget area=NAME or power=NAME. A name is a share of the way from the least to the greatest of the \
four uniform designs, in which every layer has the fewest or the most PEs with the smallest or the \
largest tile: budget = least + share x (greatest - least). A number from 0 to 1 is such a share too; a \
number above 1 is a total in um2 or mW, and 2.5mm2, 300mW or 1W are totals with their unit.
";

fn arch(name: &str) -> Result<Vec<Value>> {
    let a = Accelerator::preset(name, &[])?;
    let bytes: u64 = a.global_buffer.partitions.iter().map(|p| p.bytes).sum();
    let macs = a.array.peak();
    let hertz = a.clock.0 as f64 * 1e3;
    let bytes_per_second = peaks::bandwidth(&a).map(|b| b.direction * hertz);
    Ok(vec![
        json!(name),
        json!(a.array.rows),
        json!(a.array.cols),
        number(macs),
        json!(a.dataflows),
        number(bytes as f64 / 1024.0),
        bytes_per_second.map_or(Value::Null, |bytes| number(bytes / 1e9)),
        number(hertz / 1e6),
        json!(a.technology.0),
        number(2.0 * macs * hertz / 1e12),
    ])
}

/// The most bytes a second that a memory moves.
fn peak(standard: &Standard) -> f64 {
    standard.peak_bytes_per_cycle() * 1e12 / f64::from(standard.clock().0)
}

/// Whole numbers without a point; digits that are only rounding are left out.
fn number(value: f64) -> Value {
    let rounded: f64 = format!("{value:.6}").parse().unwrap_or(value);
    if rounded.fract() == 0.0 && (0.0..9e15).contains(&rounded) {
        json!(rounded as u64)
    } else {
        json!(rounded)
    }
}

fn network(name: &str) -> Result<Vec<Value>> {
    let n = zoo::find(name)?;
    Ok(vec![
        json!(name),
        json!(n.layers().len()),
        number(n.macs() as f64 / 1e9),
        number(n.weights() as f64 / 1e6),
    ])
}

fn dataflow(d: &&Dataflow) -> Vec<Value> {
    let dims = |dims: &[Dim]| json!(dims.iter().map(|d| d.name()).collect::<Vec<_>>());
    vec![
        json!(d.name),
        json!(d.title),
        dims(&d.rows),
        dims(&d.cols),
        dims(&d.beats),
        dims(&d.local),
    ]
}

fn drams() -> Result<Vec<Vec<Value>>> {
    let simple = |name: &str, about: &str| {
        let mut row = vec![json!(name)];
        row.resize(DRAMS.len() - 1, Value::Null);
        row.push(json!(about));
        row
    };
    let mut rows = vec![
        simple("ideal", "a cycle a transfer"),
        simple("bandwidth", "width and latency"),
    ];
    rows.extend(Pipe::names().map(|name| simple(name, "a test bench's")));
    for name in stationary::arch::dram::presets::names() {
        let standard = Standard::preset(name)?;
        let organization = standard.organization();
        rows.push(vec![
            json!(name),
            json!(organization.channels),
            json!(organization.bus_bits),
            json!(organization.ranks),
            json!(organization.banks_per_rank()),
            json!(organization.bytes() >> 20),
            number(1000.0 / f64::from(standard.clock().0)),
            number(peak(&standard) / 1e9),
            json!("a standard"),
        ]);
    }
    Ok(rows)
}

fn optimizers() -> Vec<Vec<Value>> {
    let row = |name: &'static str| {
        vec![
            json!(name),
            json!(optimizers::is_learned(name)),
            json!(optimizers::has_epochs(name)),
            json!(optimizers::about(name).unwrap_or_default()),
        ]
    };
    optimizers::names().into_iter().map(row).collect()
}

fn mappings() -> Vec<Vec<Value>> {
    let row = |preset: &mappings::Preset| {
        vec![
            json!(preset.name),
            json!(preset.accelerator),
            json!(preset.network),
            json!(preset.batch),
            json!(preset.about),
        ]
    };
    mappings::presets().iter().map(row).collect()
}

fn budgets() -> Vec<Vec<Value>> {
    let share = |allowance: BudgetSpec| match allowance {
        BudgetSpec::Share(share) => json!(share),
        BudgetSpec::Absolute(total) => json!(total),
    };
    PLATFORMS
        .iter()
        .map(|(name, allowance, about)| vec![json!(name), share(*allowance), json!(about)])
        .collect()
}
