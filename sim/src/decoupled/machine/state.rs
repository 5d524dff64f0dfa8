//! What of a decoupled machine decides how its run goes on, as it can be written down.

use serde::{Deserialize, Serialize};

use super::{Fetch, Machine, UnitState};
use crate::decoupled::engine::Engine;
use crate::decoupled::lowered_layer::LoweredLayer;
use crate::decoupled::tally::Tally;
use crate::decoupled::transfer::{Layout, cached};

/// A machine between two cycles: all but what follows from the lowered.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MachineState {
    pub(crate) now: u64,
    engine: Engine,
    units: [UnitState; 3],
    fetch: Fetch,
    tokens: [u64; 4],
    tally: Tally,
}

impl From<Machine<'_, ()>> for MachineState {
    fn from(machine: Machine<'_, ()>) -> Self {
        let Machine {
            k: _,
            layout: _,
            cached: _,
            payload: (),
            now,
            engine,
            units,
            fetch,
            tokens,
            tally,
        } = machine;
        Self {
            now,
            engine,
            units,
            fetch,
            tokens,
            tally,
        }
    }
}

impl MachineState {
    /// The machine of a lowered layer in this state.
    pub(super) fn machine(self, k: &LoweredLayer) -> Machine<'_, ()> {
        let Self {
            now,
            mut engine,
            units,
            fetch,
            tokens,
            tally,
        } = self;
        engine.attach(k.accelerator());
        Machine {
            k,
            layout: Layout::new(k),
            cached: cached(k),
            payload: (),
            now,
            engine,
            units,
            fetch,
            tokens,
            tally,
        }
    }
}
