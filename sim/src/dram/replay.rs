//! A trace through a memory.
//!
//! ```text
//! each clock:
//!     push, in order, up to so many requests that may issue and are accepted
//!     tick, and take what is done
//! ```

use std::convert::Infallible;
use std::num::NonZeroU32;

use super::memory::Memory;
use super::trace::TraceRequest;

/// The time that a replay took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Replay {
    /// Memory clocks that had passed when the last request was done, that clock included.
    pub cycles: u64,
    /// Memory clocks that had passed when the last request was pushed, that clock included.
    pub last_push: u64,
    /// The number of requests that were done.
    pub done: u64,
}

/// Sends a trace through a memory that has nothing to do, in order, at most `per_clock` requests a memory
/// clock, each as soon as its cycle has come and it is accepted.
pub fn replay(memory: &mut Memory, trace: &[TraceRequest], per_clock: NonZeroU32) -> Replay {
    let requests = trace.iter().map(|request| Ok::<_, Infallible>(*request));
    match replay_stream(memory, requests, per_clock) {
        Ok(replay) => replay,
        Err(never) => match never {},
    }
}

/// Replays as [`replay`] does, but reads the trace as it is needed: only one request is kept outside the
/// memory. A time in which nothing waits for the memory costs no work, however long it is.
///
/// # Errors
/// The first error that `trace` yields.
pub fn replay_stream<E>(
    memory: &mut Memory,
    trace: impl IntoIterator<Item = Result<TraceRequest, E>>,
    per_clock: NonZeroU32,
) -> Result<Replay, E> {
    // When a request is done is told as soon as it is certain: that needs no clock of its own.
    let foretells = memory.foretell(true);
    let replay = foretold(memory, trace, per_clock);
    memory.foretell(foretells);
    replay
}

fn foretold<E>(
    memory: &mut Memory,
    trace: impl IntoIterator<Item = Result<TraceRequest, E>>,
    per_clock: NonZeroU32,
) -> Result<Replay, E> {
    let start = memory.now();
    let mut replay = Replay::default();
    let mut trace = trace.into_iter();
    let mut waiting = trace.next().transpose()?;
    let mut pushed = 0;
    // When the first that waits may be pushed, unless something happens before.
    let mut next = start;
    while waiting.is_some() || replay.done < pushed {
        let pushes = if next <= memory.now() {
            per_clock.get()
        } else {
            0
        };
        for _ in 0..pushes {
            let Some(first) = waiting else {
                break;
            };
            let may_issue = first.cycle <= memory.now() - start;
            if !may_issue || !memory.accepts(first.address, first.is_write) {
                break;
            }
            memory.push(first.address, first.is_write, pushed);
            replay.last_push = memory.now() - start + 1;
            pushed += 1;
            waiting = trace.next().transpose()?;
        }
        memory.tick();
        while let Some(done) = memory.pop_done() {
            replay.done += 1;
            replay.cycles = replay.cycles.max(done.at + 1 - start);
        }
        next = match &waiting {
            Some(first) if memory.accepts(first.address, first.is_write) => first.cycle + start,
            _ => u64::MAX,
        };
        if waiting.is_none() && replay.done == pushed {
            break;
        }
        if memory.is_idle() && next > memory.now() {
            assert!(next < u64::MAX, "an idle memory accepts what waits");
            memory.rest_until(next);
        } else {
            memory.skip_to(next.min(memory.next_event()));
        }
    }
    memory.run_until(start + replay.cycles);
    Ok(replay)
}
