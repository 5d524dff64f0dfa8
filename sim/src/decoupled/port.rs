//! The port to a DRAM standard: bursts of the engine as bursts of the memory.

use std::collections::VecDeque;

use stationary_arch::Accelerator;
use stationary_arch::dram::Standard;

use crate::dram::Statistics;
use crate::dram::clocked::{ClockedMemory, Requests, Wanted};

/// A transfer that is not yet wholly in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Rest {
    number: u64,
    address: u64,
    end: u64,
    is_write: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Queue {
    rests: VecDeque<Rest>,
    burst: u64,
}

impl Requests for Queue {
    type Grant = ();

    fn peek(&self) -> Option<Wanted<()>> {
        let rest = self.rests.front()?;
        Some(Wanted {
            grant: (),
            address: rest.address,
            is_write: rest.is_write,
            number: rest.number,
        })
    }

    fn pushed(&mut self, (): ()) {
        if let Some(rest) = self.rests.front_mut() {
            rest.address += self.burst;
            if rest.address >= rest.end {
                self.rests.pop_front();
            }
        }
    }
}

/// The memory and what waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Port {
    device: ClockedMemory,
    queue: Queue,
}

impl Port {
    pub(super) fn new(standard: &Standard, accelerator: &Accelerator) -> Self {
        Self {
            device: ClockedMemory::new(standard, accelerator.clock),
            queue: Queue {
                rests: VecDeque::new(),
                burst: standard.organization().burst_bytes(),
            },
        }
    }

    /// Gives a port that was read from a checkpoint what the standard says.
    pub(super) fn attach(&mut self, standard: &Standard) {
        self.device.attach(standard);
    }

    /// Asks for bytes: the number of the transfer.
    pub(super) fn open(&mut self, address: u64, bytes: u64, is_write: bool) -> u64 {
        let number = self.device.open();
        self.queue.rests.push_back(Rest {
            number,
            address: address - address % self.queue.burst,
            end: address + bytes,
            is_write,
        });
        number
    }

    pub(super) fn tick(&mut self, now: u64) {
        self.device.tick(&mut self.queue, now);
    }

    /// Whether the memory has answered; each transfer may be asked for until it has.
    pub(super) fn is_done(&mut self, number: u64, now: u64) -> bool {
        let is_in = self.queue.rests.iter().all(|rest| rest.number != number);
        let is_done = is_in && self.device.done_at(number).is_some_and(|at| at <= now);
        if is_done {
            self.device.close(number);
        }
        is_done
    }

    pub(super) fn next_event(&self, now: u64) -> u64 {
        let next = self.device.next_event(&self.queue);
        next.min(self.device.next_done(now)).max(now + 1)
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.device.statistics()
    }
}
