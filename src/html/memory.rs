//! `dram` as a page: what became of the requests of a trace.

use crate::documents::{Document, Replay};
use crate::format::{metric, percent, thousands, time};
use crate::html::bars::{BarRow, Stack};
use crate::html::page::{Card, Page, Section, Table, drawings, sum, tabled};
use crate::html::parts::{Known, Parts, Whole};
use crate::replay::figure;

/// The page of a replay.
pub fn page(run: &Replay) -> Page {
    let mut table = Table::new("Every figure", &["figure", "value"], 1);
    for (name, value) in run.json().as_object().into_iter().flatten() {
        if !["schema", "dram"].contains(&name.as_str()) {
            table.rows.push(figure(name, value).to_vec());
        }
    }
    let latency = run
        .mean_read_latency_cycles
        .zip(run.max_read_latency_cycles);
    let mut sections = Vec::new();
    sections.extend(rows(run));
    sections.push(tabled(
        "Figures",
        "Cycles and clocks are the memory's own.",
        table,
    ));
    Page {
        kind: "Replay",
        title: format!("A trace through {}", run.dram),
        subtitle: "An address trace through banks, rows, refresh and a controller.".to_owned(),
        cards: vec![
            Card::new(
                "Time",
                time(1e-9 * run.nanoseconds),
                format!("{} clocks of the memory", thousands(run.cycles)),
            ),
            Card::new(
                "Requests",
                thousands(run.requests),
                format!("{} writes", thousands(run.writes)),
            ),
            Card::new(
                "Of the peak",
                percent(run.peak_share),
                format!("{:.2} bytes a clock", run.bytes_per_cycle),
            ),
            Card::new(
                "Read latency",
                latency.map_or("-".to_owned(), |(mean, _)| format!("{mean:.1} clocks")),
                latency.map_or("no reads".to_owned(), |(_, most)| {
                    format!("{} at most", thousands(most))
                }),
            ),
        ],
        sections,
        facts: vec![("DRAM", run.dram.clone())],
        ..Page::default()
    }
}

/// What became of every request.
fn rows(run: &Replay) -> Option<Section> {
    const KNOWN: [Known; 6] = [
        Known::of("row_hits", "work", "row hits"),
        Known::of("row_misses", "net-2", "row misses"),
        Known::of("row_conflicts", "dram-2", "row conflicts"),
        Known::of("forwarded", "out", "served from the write queue"),
        Known::of("merged", "bank-2", "merged with another request"),
        Known::of("queued", "other-1", "writes still waiting at the end"),
    ];
    if run.requests == 0 {
        return None;
    }
    let served = [
        run.row_hits,
        run.row_misses,
        run.row_conflicts,
        run.forwarded,
        run.merged,
    ];
    // A write is done once the controller has it: at the end some are on no bus yet.
    let queued = run.requests.saturating_sub(sum(served));
    let found = served.into_iter().chain([queued.min(run.writes)]);
    let parts = KNOWN.iter().zip(found);
    let parts = parts.map(|(known, requests)| (known.name, requests as f64));
    let total = run.requests as f64;
    let parts = Parts::of(&KNOWN, &[Whole::of(parts, total)]);
    let mut table = Table::new("What requests found", &["", "requests", "share"], 1);
    for (kind, part) in parts.kinds.iter().zip(&parts.rows[0]) {
        table.rows.push(vec![
            kind.label.clone(),
            thousands(*part as u64),
            percent(part / total),
        ]);
    }
    let legend = parts.kinds.clone();
    let row = BarRow {
        name: "requests".to_owned(),
        parts: parts.rows[0].clone(),
        label: metric(total),
    };
    let stack = Stack {
        kinds: parts.kinds,
        rows: vec![row],
    };
    Some(Section {
        title: "What requests found".to_owned(),
        lead: "A hit finds its row open; a miss opens it; a conflict closes another first."
            .to_owned(),
        legend,
        drawings: vec![(
            "Requests by what they found in their bank".to_owned(),
            drawings(|size| stack.draw(size)),
        )],
        table,
    })
}
