//! Arbitration of bank conflicts: requestors of the same ports of banks, cycle by cycle.
//!
//! ```text
//! each cycle, each bank serves the first who asks: DRAM's side, results, inputs, weights, sums
//! ```
//!
//! It is what the machine does in such a cycle (`ports`), with all else left out: as nothing begins or
//! ends meanwhile, each stream is a few numbers that grow. Streams that nobody can get in the way of
//! move at the end, all cycles at once.

mod requestor;

use std::cmp::Ordering;

use stationary_arch::{Operand, PerOperand};

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::mapping::bank_allocation::BankAllocation;
use crate::payload::Payload;
use crate::stall::Stall;

use requestor::{BusyBanks, DramRequestor, Requestor};

/// The requestors, and how far they have come.
struct BankArbitration {
    streamers: PerOperand<Option<Requestor>>,
    results: Option<Requestor>,
    /// Whether the place of results is free, or free as far as a store has come; and how far that had
    /// come before.
    place: Ordering,
    stored: u64,
    /// When results were last written.
    last_write: u64,
    dram_requestors: [Option<DramRequestor>; 2],
    /// When a memory that is no bus is next to go on. Until then it is in nobody's way, unless it
    /// touches banks in the cycle to come.
    due: u64,
    is_touched: bool,
    /// Whether only a memory is in anybody's way.
    is_independent: bool,
    /// Banks that are taken in the cycle to come.
    taken: BusyBanks,
    /// What the array waits for, by what is held: it is the same as often as that.
    causes: [Option<Option<Stall>>; 32],
}

impl BankArbitration {
    fn requestors(&self) -> impl Iterator<Item = &Requestor> {
        let streamers = Operand::ALL.into_iter().map(|o| &self.streamers[o]);
        streamers.chain([&self.results]).flatten()
    }

    /// Finds out which requestors may conflict with another: one of the others, or one of those places.
    fn find_conflicts(&mut self, places: &[Option<BankAllocation>]) {
        let requestors = [
            &self.streamers.input,
            &self.streamers.weight,
            &self.streamers.output,
            &self.results,
        ];
        let own = requestors.map(|requestor| requestor.as_ref().and_then(Requestor::place));
        let crossing = self.dram_requestors.each_ref();
        let crossing = crossing.map(|c| c.as_ref().and_then(DramRequestor::place));
        let sharing = |place: &BankAllocation| {
            let own = own.iter().flatten();
            own.filter(|other| other.shares_banks(place)).count()
        };
        let is_met = |place: &BankAllocation| {
            let places = places.iter().flatten();
            let mut others = crossing.iter().flatten().copied().chain(places);
            others.any(|other| other.shares_banks(place))
        };
        let mut is_independent = self.is_independent;
        let in_conflict = own.map(|place| {
            let has_others = place.is_some_and(|place| sharing(place) > 1);
            is_independent &= !has_others;
            has_others || place.is_some_and(is_met)
        });
        let is_seen = crossing.map(|place| place.is_some_and(|place| sharing(place) > 0));
        self.is_independent =
            is_independent && !self.requestors().any(|requestor| requestor.may_hold_itself);
        let follows_store = [false, false, false, self.place.is_le()];
        let requestors = [
            &mut self.streamers.input,
            &mut self.streamers.weight,
            &mut self.streamers.output,
            &mut self.results,
        ];
        for (requestor, may_conflict) in requestors
            .into_iter()
            .zip(in_conflict.iter().zip(follows_store))
        {
            if let Some(requestor) = requestor {
                requestor.may_conflict |= may_conflict.0 | may_conflict.1;
            }
        }
        let is_followed = self.place.is_eq();
        for (dram_requestor, is_seen) in self.dram_requestors.iter_mut().zip(is_seen) {
            let is_met = |c: &DramRequestor| is_seen || (c.is_store && is_followed);
            dram_requestor.take_if(|c| !is_met(c));
        }
    }

    /// Cycles, after so many, in which none of them ends.
    fn cycles(&self, gone: u64) -> u64 {
        let ends = self.requestors().map(|r| r.cycles(gone));
        ends.min().unwrap_or(u64::MAX)
    }

    /// Words that there is room for of contested results.
    fn room(&self, open_words: u64) -> u64 {
        let Some(results) = self.results.as_ref().filter(|r| r.may_conflict) else {
            return u64::MAX;
        };
        match self.place {
            Ordering::Greater => u64::MAX,
            Ordering::Equal => {
                let store = self.dram_requestors.iter().flatten().find(|c| c.is_store);
                let gone = store.map_or(self.stored, DramRequestor::gone);
                gone.saturating_sub(open_words + results.moved)
            }
            Ordering::Less => 0,
        }
    }

    /// Cycles from `now` on in which nobody is in anybody's way.
    fn free_cycles(&self, open_words: u64, now: u64) -> u64 {
        let is_free = self.is_independent && !self.is_touched && self.due > now + 1;
        if !is_free || self.requestors().any(|requestor| requestor.was_held) {
            return 0;
        }
        // Where results are held up by a store is known when it has gone on.
        match self.room(open_words) {
            0 | u64::MAX => self.due - now,
            _ => 0,
        }
    }

    /// The results' turn in a cycle; the room that they have left.
    fn write(&mut self, open_words: u64, now: u64) -> u64 {
        let room = self.room(open_words);
        let Some(results) = self.results.as_mut().filter(|r| r.may_conflict) else {
            return u64::MAX;
        };
        let words = results.step(room, &mut self.taken);
        if words > 0 {
            self.last_write = now + 1;
        }
        room - words
    }

    /// The turns of the streamers, and of DRAM's side, whose banks are taken a cycle later.
    fn send_and_cross(&mut self) {
        for operand in Operand::ALL {
            if let Some(streamer) = self.streamers[operand].as_mut().filter(|f| f.may_conflict) {
                streamer.step(u64::MAX, &mut self.taken);
            }
        }
        self.taken.clear();
        for dram_requestor in self.dram_requestors.iter_mut().flatten() {
            dram_requestor.step(&mut self.taken);
        }
    }

    /// What is held, as a number.
    fn held(&self, room: u64) -> usize {
        let held = |requestor: &Option<Requestor>| {
            usize::from(requestor.as_ref().is_some_and(|r| r.was_held))
        };
        let [input, weight, output] = Operand::ALL.map(|o| held(&self.streamers[o]));
        let streams = input << 4 | weight << 3 | output << 2 | held(&self.results) << 1;
        streams | usize::from(room == 0)
    }
}

impl<P: Payload<Action>> Machine<'_, P> {
    /// So many cycles at most, in which nothing begins or ends but flows of words that share banks, or
    /// results that follow a store; fewer, if one of them is about to end.
    pub(super) fn arbitrate_banks(
        &mut self,
        sends: impl Fn(Operand) -> bool,
        writes: bool,
        cycles: u64,
    ) {
        let was_held = |o: &Operand| self.streamers[*o].state.stream.was_held && !sends(*o);
        if Operand::ALL.iter().any(was_held) {
            // What was held and is no more counts in the next cycle.
            return;
        }
        let Some(mut arbitration) = self.arbitration(sends, writes) else {
            return;
        };
        let (from, until) = (self.now, self.now + cycles);
        'flowing: while self.now < until {
            let next = arbitration.cycles(self.now - from).min(until - self.now);
            if next == 0 {
                break;
            }
            let end = self.now + next;
            while self.now < end {
                if arbitration.due <= self.now && self.dma.has_arrival(self.now) {
                    break 'flowing;
                }
                match arbitration.free_cycles(self.open_words, self.now) {
                    0 => self.arbitrate_cycle(&mut arbitration),
                    free => self.pass_freely(&mut arbitration, free.min(end - self.now)),
                }
            }
        }
        if self.now > from {
            self.leave(&arbitration, self.now - from);
        }
    }

    /// Those who compete from now on; `None` if loads take turns on a bus.
    fn arbitration(
        &self,
        sends: impl Fn(Operand) -> bool,
        writes: bool,
    ) -> Option<BankArbitration> {
        let is_bus = self.dma.is_bus();
        let mut arbitration = BankArbitration {
            streamers: PerOperand::default(),
            results: None,
            place: self.place_of_results(),
            stored: self.dma.words_stored(),
            last_write: self.last_result,
            dram_requestors: [None, None],
            due: if is_bus { u64::MAX } else { self.now },
            is_touched: true,
            is_independent: !is_bus,
            taken: BusyBanks::new(),
            causes: [None; 32],
        };
        let taken = &mut arbitration.taken;
        if is_bus {
            arbitration.dram_requestors = self.dram_requestors(taken)?;
        }
        for operand in Operand::ALL {
            if sends(operand) {
                let stream = &self.streamers[operand].state.stream;
                arbitration.streamers[operand] =
                    Some(Requestor::new(stream, self.packet(operand), taken));
            }
        }
        if writes && let Some(flow) = self.results_flow() {
            arbitration.results = Some(Requestor::new(&self.results, flow, taken));
        }
        let mut places = [None; 8];
        for (place, touched) in places.iter_mut().zip(self.dma.touched().iter().flatten()) {
            taken.touch(touched);
            *place = Some(touched.place);
        }
        if !is_bus {
            places[4..].copy_from_slice(&self.dma.places_in_use());
        }
        arbitration.find_conflicts(&places);
        Some(arbitration)
    }

    /// The transfers on DRAM's side, if each keeps the bus until one of them ends.
    fn dram_requestors(&self, taken: &mut BusyBanks) -> Option<[Option<DramRequestor>; 2]> {
        let mut dram_requestors = [None, None];
        let (bus, jobs) = self.dma.steady()?;
        for (dram_requestor, (job, is_store)) in dram_requestors.iter_mut().zip(jobs) {
            *dram_requestor = Some(DramRequestor::new(
                job.crossing(bus)?,
                job.place,
                is_store,
                taken,
            ));
        }
        Some(dram_requestors)
    }

    fn arbitrate_cycle(&mut self, arbitration: &mut BankArbitration) {
        let room = arbitration.write(self.open_words, self.now);
        if self.array.remaining == 0
            && let Some(cause) = self.cause(arbitration, room)
        {
            self.stalls.add(cause, 1);
        }
        arbitration.send_and_cross();
        if arbitration.due <= self.now {
            self.go_on_with_memory(arbitration);
        }
        self.now += 1;
    }

    /// A cycle of a memory that is no bus.
    fn go_on_with_memory(&mut self, arbitration: &mut BankArbitration) {
        self.dma.skip(0, self.now);
        let passes = self.array.passes_done;
        let moved = self.dma.tick(self.m, &self.tiles, passes, self.now);
        arbitration.due = if moved {
            self.now + 1
        } else {
            self.dma.next_event(self.now)
        };
        arbitration.stored = self.dma.words_stored();
        arbitration.is_touched = false;
        for touched in self.dma.touched().iter().flatten() {
            arbitration.taken.touch(touched);
            arbitration.is_touched = true;
        }
    }

    /// So many cycles in which nobody is in anybody's way.
    fn pass_freely(&mut self, arbitration: &mut BankArbitration, cycles: u64) {
        let room = arbitration.room(self.open_words);
        if self.array.remaining == 0
            && let Some(cause) = self.cause(arbitration, room)
        {
            self.stalls.add(cause, cycles);
        }
        self.now += cycles;
        let in_conflict = |requestor: &&mut Requestor| requestor.may_conflict;
        if room > 0
            && let Some(results) = arbitration.results.as_mut().filter(in_conflict)
        {
            results.pass_freely(cycles);
            arbitration.last_write = self.now;
        }
        for operand in Operand::ALL {
            if let Some(streamer) = arbitration.streamers[operand].as_mut().filter(in_conflict) {
                streamer.pass_freely(cycles);
            }
        }
    }

    /// Why the array stands still in a cycle in which results have so much room left.
    fn cause(&mut self, arbitration: &mut BankArbitration, room: u64) -> Option<Stall> {
        let key = arbitration.held(room);
        if let Some(cause) = arbitration.causes[key] {
            return cause;
        }
        self.results.was_held = arbitration.results.as_ref().is_some_and(|r| r.was_held);
        for operand in Operand::ALL {
            if let Some(streamer) = &arbitration.streamers[operand] {
                self.streamers[operand].state.stream.was_held = streamer.was_held;
            }
        }
        let cause = self.stall_cause_where(|| room == 0);
        arbitration.causes[key] = Some(cause);
        cause
    }

    /// Leaves every component where so many cycles have brought it.
    fn leave(&mut self, arbitration: &BankArbitration, cycles: u64) {
        if self.array.remaining > 0 {
            self.array.remaining -= cycles;
            self.busy += cycles;
        }
        self.results.was_held = false;
        if let Some(requestor) = &arbitration.results {
            let words = requestor.settle(&mut self.results, cycles);
            let last = if requestor.may_conflict {
                arbitration.last_write
            } else {
                self.now
            };
            self.write_words(words, last);
        }
        for operand in Operand::ALL {
            if let Some(requestor) = &arbitration.streamers[operand] {
                let words = requestor.settle(&mut self.streamers[operand].state.stream, cycles);
                self.send_words(operand, words);
            }
        }
        if !self.dma.is_bus() {
            self.dma.skip(0, self.now);
            return;
        }
        // What went by in the last cycle is in the way of the next.
        self.dma.skip(cycles - 1, self.now - 1);
        self.dma.go_on(self.now - 1);
    }
}
