//! Instructions that tell a machine of decoupled units what to do; the loops are the schedule's.

mod changes;
mod read;

use std::sync::Arc;

use crate::advice::bottleneck::Bottleneck;
use crate::advice::change::{self, Change, Present};
use crate::arch::{Accelerator, EpilogueStep};
use crate::error::Error;
use crate::sim::Dataflow;

use super::{ControlKind, Controller, FileKind, IdleLanes, MemoryBus, Offered, without_dataflow};

#[derive(Debug)]
pub struct Instructions;

impl Controller for Instructions {
    fn kind(
        &self,
        a: &Accelerator,
        asked: Option<&str>,
        own: Option<&Arc<Dataflow>>,
    ) -> Result<ControlKind, Error> {
        match (asked, own) {
            (None, None) => Ok(ControlKind::Decoupled),
            _ => Err(without_dataflow(a)),
        }
    }

    fn offered(&self, _: &Accelerator) -> Offered {
        Offered {
            compared: vec![ControlKind::Decoupled],
            absent: Vec::new(),
        }
    }

    fn file(&self) -> FileKind {
        FileKind::Schedules
    }

    fn has_dividing_tiles(&self) -> bool {
        true
    }

    fn skips_periods(&self) -> bool {
        false
    }

    fn has_timeline(&self) -> bool {
        false
    }

    fn epilogue<'a>(&self, a: &'a Accelerator) -> Option<&'a [EpilogueStep]> {
        a.decoupled.as_ref().map(|control| &control.epilogue[..])
    }

    fn bus(&self, a: &Accelerator) -> Option<MemoryBus> {
        let memory = &a.decoupled.as_ref()?.memory;
        Some(MemoryBus {
            bytes_per_cycle: f64::from(memory.bus.0) / 8.0,
            has_cache: memory.cache_bytes > 0,
        })
    }

    fn keep_what_is_read(&self, a: &mut Accelerator, _: &[&Dataflow]) -> Option<()> {
        read::keep(a)
    }

    fn reads(&self, path: &str) -> bool {
        read::reads(path)
    }

    fn why_unread(&self, a: &Accelerator, path: &str) -> Option<String> {
        read::why_unread(a, path)
    }

    fn changes(&self, bottleneck: Bottleneck, present: &Present<'_>) -> Vec<Change> {
        changes::changes(bottleneck, present)
    }

    /// Halves are the schedule's.
    fn buffers(&self, a: &Accelerator) -> Vec<Change> {
        change::larger_buffers(a)
    }

    fn searched_by(&self) -> &'static str {
        "other schedules may take fewer cycles: `search codesign --hardware fixed` tries them on the machine"
    }

    fn idle_lanes(&self, _: &Accelerator) -> IdleLanes {
        IdleLanes::Channels("layers have fewer input channels")
    }

    /// The core resets sums, runs its ALU and issues instructions.
    fn ramp(&self) -> Option<(&'static str, &'static str)> {
        Some(("core-2", "other work of the core"))
    }
}
