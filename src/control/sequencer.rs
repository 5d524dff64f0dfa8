//! A sequencer that runs a dataflow's loops.

mod read;

use std::sync::Arc;

use crate::advice::bottleneck::Bottleneck;
use crate::advice::change::{self, Change, Present};
use crate::arch::{Accelerator, EpilogueStep, LoadOrder, Operand, Passes, ResidentLoad};
use crate::error::Error;
use crate::sim::Dataflow;

use super::{ControlKind, Controller, FileKind, IdleLanes, MemoryBus, Offered};

#[derive(Debug)]
pub struct Sequencer;

impl Controller for Sequencer {
    fn kind(
        &self,
        a: &Accelerator,
        asked: Option<&str>,
        own: Option<&Arc<Dataflow>>,
    ) -> Result<ControlKind, Error> {
        if let Some(own) = own {
            return Ok(ControlKind::Hardwired(Arc::clone(own)));
        }
        let name = asked.unwrap_or(&a.dataflows[0]);
        let Some(dataflow) = Dataflow::find(name) else {
            let needed = "unknown dataflow; allowed: ws, os, rs, is, or a YAML file";
            return Err(Error::option("dataflow", name, needed));
        };
        if !a.dataflows.iter().any(|offered| offered == name) {
            let needed = format!(
                "{} does not offer it; it offers: {}",
                a.name,
                a.dataflows.join(", ")
            );
            return Err(Error::option("dataflow", name, needed));
        }
        Ok(ControlKind::Hardwired(dataflow.into()))
    }

    fn offered(&self, a: &Accelerator) -> Offered {
        let offers = |d: &&Dataflow| a.dataflows.iter().any(|name| *name == d.name);
        let (offered, absent): (Vec<_>, Vec<_>) = Dataflow::ALL.into_iter().partition(offers);
        let offered = offered.into_iter();
        Offered {
            compared: offered.map(|d| ControlKind::Hardwired(d.into())).collect(),
            absent: absent.iter().map(|d| &*d.name).collect(),
        }
    }

    fn file(&self) -> FileKind {
        FileKind::Mappings
    }

    fn has_dividing_tiles(&self) -> bool {
        false
    }

    fn skips_periods(&self) -> bool {
        true
    }

    fn has_timeline(&self) -> bool {
        true
    }

    fn epilogue<'a>(&self, _: &'a Accelerator) -> Option<&'a [EpilogueStep]> {
        None
    }

    fn bus(&self, _: &Accelerator) -> Option<MemoryBus> {
        None
    }

    fn keep_what_is_read(&self, a: &mut Accelerator, flows: &[&Dataflow]) -> Option<()> {
        read::keep(a, flows);
        Some(())
    }

    fn reads(&self, _: &str) -> bool {
        true
    }

    fn why_unread(&self, _: &Accelerator, _: &str) -> Option<String> {
        None
    }

    fn changes(&self, bottleneck: Bottleneck, present: &Present<'_>) -> Vec<Change> {
        let a = present.accelerator;
        match bottleneck {
            Bottleneck::Work => [change::array(a), change::dataflows(present)].concat(),
            Bottleneck::Dram => {
                let mut changes = change::memory(a);
                changes.push(change::batch(present));
                changes.extend(self.buffers(a));
                changes.extend(change::dataflows(present));
                changes
            }
            Bottleneck::Ramp => [ramp(present), change::dataflows(present)].concat(),
            _ => Vec::new(),
        }
    }

    fn buffers(&self, a: &Accelerator) -> Vec<Change> {
        [change::larger_buffers(a), change::double_buffers(a)].concat()
    }

    fn searched_by(&self) -> &'static str {
        "others may take fewer cycles: `search map`, with --recheck 5 or --recheck auto, tries them on the \
         machine"
    }

    fn idle_lanes(&self, a: &Accelerator) -> IdleLanes {
        let lanes = u64::from(a.array.lanes);
        let words = [Operand::Input, Operand::Weight].map(|o| a.scratchpads[o].words);
        match words.iter().all(|words| *words >= lanes) {
            true => IdleLanes::Channels("layers have too few input channels for rows and lanes"),
            false => IdleLanes::Scratchpads(words),
        }
    }

    fn ramp(&self) -> Option<(&'static str, &'static str)> {
        None
    }
}

/// What makes passes longer, or lets them overlap.
fn ramp(present: &Present<'_>) -> Vec<Change> {
    let a = present.accelerator;
    let mut changes = Vec::new();
    if a.array.passes != Passes::Overlapped {
        changes.push(Change::set("array.passes", "overlapped"));
    }
    if a.array.resident_load == ResidentLoad::ShiftIn {
        changes.push(Change::set("array.resident_load", "network"));
    }
    if a.array.load_order == LoadOrder::ResidentFirst {
        changes.push(Change::set("array.load_order", "parallel"));
    }
    let stays = |operand: &Operand| present.dataflow.is_some_and(|d| d.is_resident(*operand));
    let resident = Operand::ALL.into_iter().find(stays);
    let resident = resident.unwrap_or(Operand::Weight);
    if !a.scratchpads[resident].double_buffered {
        let path = format!("scratchpads.{resident}.double_buffered");
        changes.push(Change::set(path, true));
    }
    for (field, cycles) in [
        ("pass_overhead", a.array.pass_overhead),
        ("corner_overhead", a.array.corner_overhead),
    ] {
        if cycles > 0 {
            changes.push(Change::set(format!("array.{field}"), 0));
        }
    }
    changes.push(change::batch(present));
    changes
}
