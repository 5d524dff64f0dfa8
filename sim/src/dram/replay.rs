//! A trace through a memory.
//!
//! ```text
//! each clock:
//!     push, in order, up to so many requests that may issue and are accepted
//!     tick, and take what is done
//! ```

use std::num::NonZeroU32;

use super::memory::Memory;
use super::trace::Request;

/// What a replay took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Replay {
    /// Memory clocks that had passed when the last request was done, that clock included.
    pub cycles: u64,
    /// Memory clocks that had passed when the last request was pushed, that clock included.
    pub last_push: u64,
    /// Requests that were done.
    pub done: u64,
}

/// Sends a trace through a memory that has nothing to do, in order, at most `per_clock` requests a
/// clock, each as soon as it may issue and is accepted.
pub fn replay(memory: &mut Memory, trace: &[Request], per_clock: NonZeroU32) -> Replay {
    let start = memory.now();
    let mut replay = Replay::default();
    let mut waiting = trace;
    let mut tag = 0;
    // When the first that waits may be pushed, unless something happens before.
    let mut next = start;
    while replay.done < trace.len() as u64 {
        let pushes = if next <= memory.now() {
            per_clock.get()
        } else {
            0
        };
        for _ in 0..pushes {
            let Some((first, rest)) = waiting.split_first() else {
                break;
            };
            let may_issue = first.cycle <= memory.now() - start;
            if !may_issue || !memory.accepts(first.address, first.is_write) {
                break;
            }
            memory.push(first.address, first.is_write, tag);
            replay.last_push = memory.now() - start + 1;
            tag += 1;
            waiting = rest;
        }
        memory.tick();
        while memory.pop_done().is_some() {
            replay.done += 1;
            replay.cycles = memory.now() - start;
        }
        next = match waiting.first() {
            None => u64::MAX,
            Some(first) if memory.accepts(first.address, first.is_write) => first.cycle + start,
            Some(_) => u64::MAX,
        };
        if replay.done < trace.len() as u64 {
            memory.skip_to(next.min(memory.next_event()));
        }
    }
    replay
}
