//! Runs that stop and go on: what decides how a run goes on, as it can be written to a file.
//!
//! ```text
//! run to the end  =  run, stop, write, read, go on to the end
//! ```
//!
//! in cycles, counts and trace, wherever it stops. What a machine has noticed of its own repetitions is no part
//! of it: that is found again.

use serde::{Deserialize, Serialize};

use crate::run::Run;
use crate::{decoupled, machine};

/// The state of a run that was stopped between two cycles, which serde writes and reads. Only the version that
/// wrote it reads it back, for an equal plan.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, Outcome, Pace, Plan, mapper};
/// use stationary_workloads::{Convolution, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(14, [64, 64], 3, 1, 1))?;
/// let eyeriss = Accelerator::preset("eyeriss", &[])?;
/// let dataflow = Dataflow::find("rs").expect("a bundled dataflow");
/// let plan = Plan::from(mapper::map(&layer, &eyeriss, dataflow)?);
/// let whole = plan.run(Pace::SkipIdle, &mut ());
///
/// let middle = whole.cycles / 2;
/// let first = plan.run_until(None, Pace::SkipIdle, &|cycle| cycle >= middle, &mut ());
/// let Outcome::Stopped(checkpoint) = first else { panic!("it is done before its middle") };
/// assert!(checkpoint.cycle() >= middle);
/// let rest = plan.run_until(Some(checkpoint), Pace::SkipIdle, &|_| false, &mut ());
/// assert_eq!(rest, Outcome::Done(whole));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Tells the plan that it is of from others.
    pub(super) plan: u64,
    pub(super) state: State,
}

/// The state of either machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    Mapped(Box<machine::State>),
    Lowered(Box<decoupled::State>),
}

impl Checkpoint {
    /// The cycle that the run goes on with.
    #[must_use]
    pub fn cycle(&self) -> u64 {
        match &self.state {
            State::Mapped(state) => state.now,
            State::Lowered(state) => state.now,
        }
    }
}

/// How a run ended.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one of a run, and it is taken apart at once"
)]
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The run is done; its figures.
    Done(Run),
    /// The run was stopped; the state from which it goes on.
    Stopped(Checkpoint),
}

impl PartialEq for Outcome {
    /// Two runs that are done compare by their figures; one that was stopped equals none.
    fn eq(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Done(one), Self::Done(other)) if one == other)
    }
}
