//! `dram` as a page: what became of the requests of a trace.

use serde_json::Value;

use crate::format::{metric, percent, thousands, time};
use crate::html::bars::{BarRow, Stack};
use crate::html::checks::tabled;
use crate::html::page::{Card, Page, Section, Table, drawings};
use crate::html::parts::{Known, Parts, Whole};
use crate::html::read::{amount, number, text};
use crate::replay::figure;

/// The page of a replay.
pub fn page(run: &Value) -> Page {
    let whole = |path: &str| thousands(amount(run, path) as u64);
    let mut table = Table::new("Every figure", &["figure", "value"], 1);
    for (name, value) in run.as_object().into_iter().flatten() {
        if !["schema", "dram"].contains(&name.as_str()) {
            table.rows.push(figure(name, value).to_vec());
        }
    }
    let latency = number(run, "mean_read_latency_cycles");
    let mut sections = Vec::new();
    sections.extend(rows(run));
    sections.push(tabled(
        "Figures",
        "Cycles and clocks are the memory's own.",
        table,
    ));
    Page {
        kind: "Replay",
        title: format!("A trace through {}", text(run, "dram")),
        subtitle: "An address trace through banks, rows, refresh and a controller.".to_owned(),
        cards: vec![
            Card::new(
                "Time",
                time(1e-9 * amount(run, "nanoseconds")),
                format!("{} clocks of the memory", whole("cycles")),
            ),
            Card::new(
                "Requests",
                whole("requests"),
                format!("{} writes", whole("writes")),
            ),
            Card::new(
                "Of the peak",
                percent(amount(run, "peak_share")),
                format!("{:.2} bytes a clock", amount(run, "bytes_per_cycle")),
            ),
            Card::new(
                "Read latency",
                latency.map_or("-".to_owned(), |mean| format!("{mean:.1} clocks")),
                latency.map_or("no reads".to_owned(), |_| {
                    format!("{} at most", whole("max_read_latency_cycles"))
                }),
            ),
        ],
        sections,
        facts: vec![("DRAM".to_owned(), text(run, "dram").to_owned())],
        ..Page::default()
    }
}

/// The part of the writes that no field of the document counts.
const QUEUED: &str = "queued";

/// What became of every request.
fn rows(run: &Value) -> Option<Section> {
    const KNOWN: [Known; 6] = [
        Known {
            name: "row_hits",
            class: "work",
            words: "row hits",
        },
        Known {
            name: "row_misses",
            class: "net-2",
            words: "row misses",
        },
        Known {
            name: "row_conflicts",
            class: "dram-2",
            words: "row conflicts",
        },
        Known {
            name: "forwarded",
            class: "out",
            words: "served from the write queue",
        },
        Known {
            name: "merged",
            class: "bank-2",
            words: "merged with another request",
        },
        Known {
            name: QUEUED,
            class: "other-1",
            words: "writes still waiting at the end",
        },
    ];
    let total = number(run, "requests").filter(|requests| *requests > 0.0)?;
    let mut parts: Vec<(String, f64)> = KNOWN
        .iter()
        .filter(|known| known.name != QUEUED)
        .map(|known| (known.name.to_owned(), amount(run, known.name)))
        .collect();
    // A write is done once the controller has it: at the end some are on no bus yet.
    let served: f64 = parts.iter().map(|(_, amount)| amount).sum();
    let queued = (total - served).clamp(0.0, amount(run, "writes"));
    parts.push((QUEUED.to_owned(), queued));
    let whole = Whole { parts, total };
    let parts = Parts::of(&KNOWN, &[whole]);
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
