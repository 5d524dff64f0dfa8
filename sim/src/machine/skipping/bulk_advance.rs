//! Bulk advance: cycles in which words flow, and nothing begins or ends, in one step.
//!
//! ```text
//! PEs:      | a beat of 128 steps                              |
//! inputs:        | a packet of 224 words, one a cycle               |
//! results:    | 96 words, four a cycle |
//! here:          <---- one step ------> <---- one step -------->
//! ```
//!
//! From one event to the next each unit goes on as it is, so that so many cycles cost as much as one.
//! Streams that compete for banks take them cycle by cycle, and results that wait for a store follow
//! it word by word; everything else stands by.

use stationary_arch::Operand;

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::machine::array::ShiftIn;
use crate::machine::ports::Stream;
use crate::payload::Payload;
use crate::timing::tags::Flow;
use crate::trace::Trace;

/// Fewer cycles are as soon simulated.
const WORTHWHILE: u64 = 4;

/// What a streamer does until something happens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Streaming {
    /// It sends a packet.
    Sends,
    /// It waits for an event.
    Waits,
    /// It is about to begin something.
    Begins,
}

impl<P: Payload<Action>> Machine<'_, P> {
    /// To be called after a cycle: goes on to the next cycle in which something begins or ends in the
    /// array or its networks. What moves tiles advances apart from them or, as long as it may want the
    /// same banks, with them.
    pub(super) fn bulk_advance(&mut self, trace: &mut impl Trace) {
        let streams = Operand::ALL.map(|o| self.streaming(o));
        if self.array.remaining == 1 || streams.contains(&Streaming::Begins) {
            return;
        }
        let sends = |o: Operand| streams[o as usize] == Streaming::Sends;
        let last = self.now - 1;
        let writes = match self.array.results.front() {
            Some(front) if front.ready <= last => {
                if front.words == 0 {
                    return;
                }
                true
            }
            _ => false,
        };
        let senders = Operand::ALL.into_iter().filter(|o| sends(*o));
        let flows = senders.map(|o| self.packet(o));
        let flows = flows.chain(writes.then(|| self.results_flow()).flatten());
        let Some(most) = flows.map(|flow| flow.cycles()).min() else {
            return;
        };
        if most < WORTHWHILE || self.is_about_to_work() {
            return;
        }
        let mut next = self.array_event(last);
        if self.dma.is_bus() {
            // Who has it stays the same.
            next = next.min(self.dma.next_event(last));
        }
        let most = most.min(next.saturating_sub(self.now));
        let begins = || self.dma.is_bus() && self.dma.is_about_to_begin(self.m, &self.tiles);
        if most < WORTHWHILE || begins() {
            return;
        }
        // A store makes room for results word by word.
        let is_bounded = writes && self.room_for_results() < u64::MAX;
        if is_bounded || self.has_conflicts(sends, writes) {
            self.arbitrate_banks(sends, writes, most);
        } else {
            let mut next = self.now + most;
            if self.dma.is_bus() {
                self.dma.skip(most, next);
            } else {
                next = self.drive_link(next, |m, at| m.dma.has_arrival(at), trace);
            }
            self.flow(sends, writes, next - self.now);
        }
    }

    fn streaming(&self, operand: Operand) -> Streaming {
        let streamer = &self.streamers[operand];
        if streamer.state.is_sending() {
            Streaming::Sends
        } else if streamer.is_waiting(&self.tiles, || self.credit(operand)) {
            Streaming::Waits
        } else {
            Streaming::Begins
        }
    }

    pub(super) fn packet(&self, operand: Operand) -> Flow {
        self.streamers[operand].state.flow()
    }

    pub(super) fn results_flow(&self) -> Option<Flow> {
        let width = self.m.accelerator.networks.psum_out.words_per_cycle;
        let front = self.array.results.front()?;
        Some(Flow::new(front.words, width.into(), self.tag_words))
    }

    /// Whether the array, which has nothing to do, begins to in this cycle.
    fn is_about_to_work(&self) -> bool {
        let a = &self.array;
        if a.remaining > 0 {
            return false;
        }
        let shifts = a.shift_in == ShiftIn::Due
            && !a.done
            && self.now >= a.free_at
            && self.streamers[self.m.resident].state.arrived >= a.residents;
        shifts || self.stall_cause().is_none()
    }

    /// Whether streams that flow may conflict at a port of a bank, or did a cycle ago.
    fn has_conflicts(&self, sends: impl Fn(Operand) -> bool, writes: bool) -> bool {
        let streamer = |o| {
            (
                sends(o),
                &self.streamers[o].state.stream,
                self.packet(o).width,
            )
        };
        let [input, weight, output] = Operand::ALL.map(streamer);
        let out = self.m.accelerator.networks.psum_out.words_per_cycle;
        let streams = [input, weight, output, (writes, &self.results, out.into())];
        let requestors = |i: usize, stream: &Stream| {
            let mut before = streams[..i].iter();
            before.any(|(flows, other, _)| *flows && other.shares_banks(stream))
        };
        let mut numbered = streams.iter().enumerate();
        numbered.any(|(i, (flows, stream, width))| {
            let has_conflict = || {
                requestors(i, stream)
                    || stream.may_hold_itself(*width)
                    || self.dma.uses_banks_of(stream)
            };
            stream.was_held || (*flows && has_conflict())
        })
    }

    /// So many cycles, in which every stream has what it wants.
    fn flow(&mut self, sends: impl Fn(Operand) -> bool, writes: bool, cycles: u64) {
        if writes && let Some(flow) = self.results_flow() {
            let words = flow.words(cycles);
            self.results.pass(words);
            self.write_words(words, self.now + cycles);
        }
        for operand in Operand::ALL {
            if sends(operand) {
                let words = self.packet(operand).words(cycles);
                self.streamers[operand].state.stream.pass(words);
                self.send_words(operand, words);
            }
        }
        self.stand_still(self.now + cycles);
    }

    pub(super) fn write_words(&mut self, words: u64, until: u64) {
        let Some(front) = self.array.results.front_mut() else {
            return;
        };
        front.words -= words;
        if front.is_fresh {
            self.open_words += words;
        }
        self.counters.array_send.output += words;
        self.counters.buffer_write.output += words;
        self.last_result = until;
    }

    pub(super) fn send_words(&mut self, operand: Operand, words: u64) {
        self.streamers[operand].state.send(words);
        self.counters.buffer_read[operand] += words;
    }
}
