//! The kinds of control of a machine (a hardwired sequencer, or instructions), and the questions that each
//! answers in its own way.
//!
//! ```text
//! Accelerator ── of ──> &dyn Controller     one file a kind: sequencer, instructions
//! ControlKind           the same with the dataflow that runs, if one does
//! ```
//!
//! What a layer runs as is a [`Plan`](crate::sim::Plan), which has the same methods for every kind. Other
//! code never branches on the kind: it calls a method of the crate's `Controller` trait. A third kind of
//! control would be a third file here.

mod instructions;
mod sequencer;

use std::fmt::Debug;
use std::sync::Arc;

use crate::advice::bottleneck::Bottleneck;
use crate::advice::change::{Change, Present};
use crate::arch::{Accelerator, EpilogueStep};
use crate::error::Error;
use crate::sim::{DECOUPLED, Dataflow};

use instructions::Instructions;
use sequencer::Sequencer;

/// The kind of control of a machine, with the dataflow that runs on it.
#[derive(Clone, Debug)]
pub enum ControlKind {
    /// A sequencer that runs this dataflow.
    Hardwired(Arc<Dataflow>),
    /// Instructions for decoupled access and execute; a schedule gives the loops.
    Decoupled,
}

impl ControlKind {
    /// The name in JSON: the dataflow's short name, or that of decoupled machines.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            ControlKind::Hardwired(dataflow) => &dataflow.name,
            ControlKind::Decoupled => DECOUPLED,
        }
    }

    /// The name in tables and on pages.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            ControlKind::Hardwired(dataflow) => &dataflow.title,
            ControlKind::Decoupled => "decoupled access and execute",
        }
    }

    /// Whether the machine finds the periods of a run and skips them; one that does not takes
    /// [`Pace::SkipPeriods`](crate::sim::Pace::SkipPeriods) as `SkipIdle`.
    #[must_use]
    pub fn skips_periods(&self) -> bool {
        self.controller().skips_periods()
    }

    /// Whether its units are drawn as waveforms and on a timeline, and not in text alone.
    #[must_use]
    pub fn has_timeline(&self) -> bool {
        self.controller().has_timeline()
    }

    fn controller(&self) -> &'static dyn Controller {
        match self {
            ControlKind::Hardwired(_) => &Sequencer,
            ControlKind::Decoupled => &Instructions,
        }
    }

    /// The dataflow of a sequencer; None for a machine that instructions control.
    #[must_use]
    pub const fn dataflow(&self) -> Option<&Arc<Dataflow>> {
        match self {
            ControlKind::Hardwired(dataflow) => Some(dataflow),
            ControlKind::Decoupled => None,
        }
    }
}

/// The kinds of control that `--dataflow all` compares, and what is missing from the comparison.
pub(crate) struct Offered {
    /// The kinds that are compared.
    pub compared: Vec<ControlKind>,
    /// Short names of the bundled dataflows that the machine has no hardware for.
    pub absent: Vec<&'static str>,
}

/// The bus between the array's buffers and DRAM.
pub(crate) struct MemoryBus {
    /// Bytes in a cycle of the array's clock, in one direction.
    pub bytes_per_cycle: f64,
    /// Whether a cache stands on the way.
    pub has_cache: bool,
}

/// The kind of file that says how layers run on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FileKind {
    Mappings,
    Schedules,
}

/// What a kind of control brings to the questions about a machine.
pub(crate) trait Controller: Debug + Sync {
    /// The kind with the dataflow that was asked for, by its short name or as one's own; the machine's first
    /// by default.
    fn kind(
        &self,
        a: &Accelerator,
        asked: Option<&str>,
        own: Option<&Arc<Dataflow>>,
    ) -> Result<ControlKind, Error>;

    /// What is compared where all dataflows are.
    fn offered(&self, a: &Accelerator) -> Offered;

    /// What files say how layers run.
    fn file(&self) -> FileKind;

    /// Whether tiles divide the loops that they cut, so that extents with few divisors have few tilings.
    fn has_dividing_tiles(&self) -> bool;

    /// Whether the machine finds the periods of a run and skips them.
    fn skips_periods(&self) -> bool;

    /// Whether its units are drawn as waveforms and on a timeline.
    fn has_timeline(&self) -> bool;

    /// What the instructions do to finished sums before they are stored, if they do.
    fn epilogue<'a>(&self, a: &'a Accelerator) -> Option<&'a [EpilogueStep]>;

    /// The bus to DRAM, where the machine has one of its own.
    fn bus(&self, a: &Accelerator) -> Option<MemoryBus>;

    /// Leaves out the fields that nothing reads while one of these dataflows runs; none if that cannot be told.
    fn keep_what_is_read(&self, a: &mut Accelerator, flows: &[&Dataflow]) -> Option<()>;

    /// Whether a field of this path is one that this kind reads at all.
    fn reads(&self, path: &str) -> bool;

    /// Why a field of this path changes nothing, where that is because of the control.
    fn why_unread(&self, a: &Accelerator, path: &str) -> Option<String>;

    /// What could widen a bottleneck, of what is this kind's own.
    fn changes(&self, bottleneck: Bottleneck, present: &Present<'_>) -> Vec<Change>;

    /// What could make more of the buffers.
    fn buffers(&self, a: &Accelerator) -> Vec<Change>;

    /// Who looks for better mappings than the model's choice.
    fn searched_by(&self) -> &'static str;

    /// Why lanes of PEs stand idle.
    fn idle_lanes(&self, a: &Accelerator) -> IdleLanes;

    /// The class and the words of what time goes by in besides MACs and words on their way.
    fn ramp(&self) -> Option<(&'static str, &'static str)>;
}

/// Why lanes of PEs stand idle.
pub(crate) enum IdleLanes {
    /// The layers have too few channels: in words.
    Channels(&'static str),
    /// A PE's scratchpads hold so many words of inputs and weights.
    Scratchpads([u64; 2]),
}

/// What controls a machine.
pub(crate) fn of(accelerator: &Accelerator) -> &'static dyn Controller {
    match accelerator.decoupled {
        None => &Sequencer,
        Some(_) => &Instructions,
    }
}

/// What controls the machine of a document that names this dataflow.
pub(crate) fn named(dataflow: &str) -> &'static dyn Controller {
    match dataflow {
        DECOUPLED => &Instructions,
        _ => &Sequencer,
    }
}

/// How an accelerator is controlled: by a dataflow that it offers, or by instructions.
///
/// # Errors
/// As [`dataflow`].
pub fn kind(accelerator: &Accelerator, dataflow: Option<&str>) -> Result<ControlKind, Error> {
    of(accelerator).kind(accelerator, dataflow, None)
}

/// A dataflow that an accelerator offers; its first by default.
///
/// # Errors
/// A dataflow that does not exist or that the accelerator does not offer; a machine that instructions
/// control.
pub fn dataflow(accelerator: &Accelerator, name: Option<&str>) -> Result<Arc<Dataflow>, Error> {
    run_by(accelerator, &kind(accelerator, name)?)
}

/// The dataflow of a kind of control that is to have one.
pub(crate) fn run_by(a: &Accelerator, control: &ControlKind) -> Result<Arc<Dataflow>, Error> {
    let found = control.dataflow().cloned();
    found.ok_or_else(|| without_dataflow(a))
}

fn without_dataflow(accelerator: &Accelerator) -> Error {
    Error::Control(format!(
        "{}: instructions control it, by schedules and not by mappings of a dataflow: estimate, simulate, \
         validate and search codesign take it, without a dataflow",
        accelerator.name
    ))
}
