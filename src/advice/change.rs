//! Changes of the command line, and those that any kind of control may try.

use std::fmt::{Display, Formatter};

use crate::arch::dram::{Standard, presets};
use crate::arch::{Accelerator, DramKind, Ports};
use crate::sim::Dataflow;

/// A change of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `--set path=value`.
    Set {
        /// The field's path.
        path: String,
        /// Its new value.
        value: String,
    },
    /// `--batch N`.
    Batch(u64),
    /// `--dataflow D`.
    Dataflow(String),
}

impl Change {
    pub(crate) fn set(path: impl Into<String>, value: impl Display) -> Self {
        Change::Set {
            path: path.into(),
            value: value.to_string(),
        }
    }

    /// The flag and its value.
    pub fn flags(&self) -> [String; 2] {
        match self {
            Change::Set { path, value } => ["--set".to_owned(), format!("{path}={value}")],
            Change::Batch(images) => ["--batch".to_owned(), images.to_string()],
            Change::Dataflow(name) => ["--dataflow".to_owned(), name.clone()],
        }
    }
}

impl Display for Change {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.flags().join(" "))
    }
}

/// The accelerator, dataflow and batch of the run that changes are tried on.
pub struct Present<'a> {
    /// The accelerator.
    pub accelerator: &'a Accelerator,
    /// The dataflow; None for a machine that instructions control.
    pub dataflow: Option<&'a Dataflow>,
    /// The number of images of a run.
    pub batch: u64,
}

pub fn array(a: &Accelerator) -> Vec<Change> {
    vec![
        Change::set("array.cols", 2 * u64::from(a.array.cols)),
        Change::set("array.rows", 2 * u64::from(a.array.rows)),
    ]
}

pub fn dataflows(present: &Present<'_>) -> Vec<Change> {
    let offered = present.accelerator.dataflows.iter();
    let now = present.dataflow.map(|dataflow| &*dataflow.name);
    let others = offered.filter(|name| Some(name.as_str()) != now);
    others.map(|name| Change::Dataflow(name.clone())).collect()
}

/// More images at a time share the weights.
pub fn batch(present: &Present<'_>) -> Change {
    Change::Batch(4 * present.batch)
}

pub fn memory(a: &Accelerator) -> Vec<Change> {
    match &a.dram.kind {
        DramKind::Ideal => Vec::new(),
        DramKind::Bandwidth {
            words_per_cycle, ..
        } => vec![Change::set(
            "dram.words_per_cycle",
            2 * u64::from(*words_per_cycle),
        )],
        DramKind::Standard(standard) => faster(standard)
            .map(|name| Change::set("dram.kind", name))
            .into_iter()
            .collect(),
    }
}

/// The bundled standard with the least peak of those at least half as fast again.
fn faster(standard: &Standard) -> Option<&'static str> {
    let peak = |s: &Standard| s.peak_bytes_per_cycle() / f64::from(s.clock().0);
    let wanted = 1.5 * peak(standard);
    let all = presets::names().filter_map(|name| Some((name, peak(&Standard::preset(name).ok()?))));
    let enough = all.filter(|(_, peak)| *peak >= wanted);
    enough
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(name, _)| name)
}

/// A buffer of one part may be written as such, or as a list of one: the path that a file has not is
/// refused when the change is tried.
fn parts(a: &Accelerator, field: &str) -> Vec<(usize, String)> {
    let partitions = &a.global_buffer.partitions;
    let all =
        (0..partitions.len()).map(|at| (at, format!("global_buffer.partitions.{at}.{field}")));
    let whole = (partitions.len() == 1).then(|| (0, format!("global_buffer.{field}")));
    whole.into_iter().chain(all).collect()
}

/// Partitions of twice the size.
pub fn larger_buffers(a: &Accelerator) -> Vec<Change> {
    let partitions = &a.global_buffer.partitions;
    let larger = parts(a, "kib").into_iter();
    larger
        .map(|(at, path)| Change::set(path, kib(2 * partitions[at].bytes)))
        .collect()
}

/// Partitions that are double-buffered.
pub fn double_buffers(a: &Accelerator) -> Vec<Change> {
    let partitions = &a.global_buffer.partitions;
    let twofold = parts(a, "double_buffered").into_iter();
    let twofold = twofold.filter(|(at, _)| !partitions[*at].double_buffered);
    twofold.map(|(_, path)| Change::set(path, true)).collect()
}

pub fn banks(a: &Accelerator) -> Vec<Change> {
    let mut changes = Vec::new();
    for (at, partition) in a.global_buffer.partitions.iter().enumerate() {
        let Some(banks) = partition.banks else {
            continue;
        };
        let own = |field: &str| {
            let paths = parts(a, &format!("banks.{field}")).into_iter();
            paths.filter(move |(of, _)| *of == at).map(|(_, path)| path)
        };
        if banks.ports == Ports::One {
            changes.extend(own("ports").map(|path| Change::set(path, "read_write")));
        }
        changes.extend(own("count").map(|path| Change::set(path, 2 * u64::from(banks.count))));
        changes.extend(own("bits").map(|path| Change::set(path, 2 * u64::from(banks.width.0))));
    }
    changes
}

pub fn delivery(a: &Accelerator) -> Vec<Change> {
    let Some(delivery) = a.global_buffer.delivery else {
        return Vec::new();
    };
    let wider = 2 * u64::from(delivery.words_per_cycle);
    vec![
        Change::set("global_buffer.delivery.words_per_cycle", wider),
        Change::set("global_buffer.delivery.words", 2 * delivery.words),
    ]
}

/// Bytes as a file has them, in KiB.
pub fn kib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0
}
