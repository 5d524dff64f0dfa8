//! Streams that compete for the ports of banks, cycle by cycle.
//!
//! ```text
//! each cycle, each bank serves the first who asks: DRAM's side, results, inputs, weights, sums
//! ```
//!
//! It is what the machine does in such a cycle (`ports`), with all else left out: as nothing begins or
//! ends meanwhile, each stream is a few numbers that grow. Streams that nobody can get in the way of
//! move at the end, all cycles at once.

mod rival;

use std::cmp::Ordering;

use stationary_arch::{Operand, PerOperand};

use crate::machine::Machine;
use crate::machine::payload::Payload;
use crate::mapping::placement::Place;
use crate::stall::Stall;

use rival::{Crosser, Rival, Taken};

/// All who compete, and what they have come to.
struct Rivalry {
    feeds: PerOperand<Option<Rival>>,
    results: Option<Rival>,
    /// Whether the place of results is free, or free as far as a store has come; and how far that had
    /// come before.
    place: Ordering,
    stored: u64,
    /// When results were last written.
    last_write: u64,
    crossers: [Option<Crosser>; 2],
    /// When a memory that is no bus is next to go on. Until then it is in nobody's way, unless it
    /// touches banks in the cycle to come.
    due: u64,
    is_touched: bool,
    /// Whether only a memory is in anybody's way.
    is_apart: bool,
    /// Banks that are taken in the cycle to come.
    taken: Taken,
    /// What the array waits for, by what is held: it is the same as often as that.
    causes: [Option<Option<Stall>>; 32],
}

impl Rivalry {
    fn rivals(&self) -> impl Iterator<Item = &Rival> {
        let feeds = Operand::ALL.into_iter().map(|o| &self.feeds[o]);
        feeds.chain([&self.results]).flatten()
    }

    /// Finds out who has somebody in the way: one of the others, or one of those places.
    fn find_contests(&mut self, places: &[Option<Place>]) {
        let rivals = [
            &self.feeds.input,
            &self.feeds.weight,
            &self.feeds.output,
            &self.results,
        ];
        let own = rivals.map(|rival| rival.as_ref().and_then(Rival::place));
        let crossing = self.crossers.each_ref();
        let crossing = crossing.map(|c| c.as_ref().and_then(Crosser::place));
        let sharing = |place: &Place| {
            let own = own.iter().flatten();
            own.filter(|other| other.shares_banks(place)).count()
        };
        let is_met = |place: &Place| {
            let places = places.iter().flatten();
            let mut others = crossing.iter().flatten().copied().chain(places);
            others.any(|other| other.shares_banks(place))
        };
        let mut is_apart = self.is_apart;
        let contested = own.map(|place| {
            let has_others = place.is_some_and(|place| sharing(place) > 1);
            is_apart &= !has_others;
            has_others || place.is_some_and(is_met)
        });
        let is_seen = crossing.map(|place| place.is_some_and(|place| sharing(place) > 0));
        self.is_apart = is_apart && !self.rivals().any(|rival| rival.may_hold_itself);
        let follows_store = [false, false, false, self.place.is_le()];
        let rivals = [
            &mut self.feeds.input,
            &mut self.feeds.weight,
            &mut self.feeds.output,
            &mut self.results,
        ];
        for (rival, is_contested) in rivals.into_iter().zip(contested.iter().zip(follows_store)) {
            if let Some(rival) = rival {
                rival.is_contested |= is_contested.0 | is_contested.1;
            }
        }
        let is_followed = self.place.is_eq();
        for (crosser, is_seen) in self.crossers.iter_mut().zip(is_seen) {
            let is_met = |c: &Crosser| is_seen || (c.is_store && is_followed);
            crosser.take_if(|c| !is_met(c));
        }
    }

    /// Cycles, after so many, in which none of them ends.
    fn cycles(&self, gone: u64) -> u64 {
        let ends = self.rivals().map(|r| r.cycles(gone));
        ends.min().unwrap_or(u64::MAX)
    }

    /// Words that there is room for of contested results.
    fn room(&self, open_words: u64) -> u64 {
        let Some(results) = self.results.as_ref().filter(|r| r.is_contested) else {
            return u64::MAX;
        };
        match self.place {
            Ordering::Greater => u64::MAX,
            Ordering::Equal => {
                let store = self.crossers.iter().flatten().find(|c| c.is_store);
                let gone = store.map_or(self.stored, Crosser::gone);
                gone.saturating_sub(open_words + results.moved)
            }
            Ordering::Less => 0,
        }
    }

    /// Cycles from `now` on in which nobody is in anybody's way.
    fn free_cycles(&self, open_words: u64, now: u64) -> u64 {
        let is_free = self.is_apart && !self.is_touched && self.due > now + 1;
        if !is_free || self.rivals().any(|rival| rival.was_held) {
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
        let Some(results) = self.results.as_mut().filter(|r| r.is_contested) else {
            return u64::MAX;
        };
        let words = results.step(room, &mut self.taken);
        if words > 0 {
            self.last_write = now + 1;
        }
        room - words
    }

    /// The turns of the feeds, and of DRAM's side, whose banks are taken a cycle later.
    fn send_and_cross(&mut self) {
        for operand in Operand::ALL {
            if let Some(feed) = self.feeds[operand].as_mut().filter(|f| f.is_contested) {
                feed.step(u64::MAX, &mut self.taken);
            }
        }
        self.taken.clear();
        for crosser in self.crossers.iter_mut().flatten() {
            crosser.step(&mut self.taken);
        }
    }

    /// What is held, as a number.
    fn held(&self, room: u64) -> usize {
        let held = |rival: &Option<Rival>| usize::from(rival.as_ref().is_some_and(|r| r.was_held));
        let [input, weight, output] = Operand::ALL.map(|o| held(&self.feeds[o]));
        let streams = input << 4 | weight << 3 | output << 2 | held(&self.results) << 1;
        streams | usize::from(room == 0)
    }
}

impl<P: Payload> Machine<'_, P> {
    /// So many cycles at most, in which nothing begins or ends but flows of words that share banks, or
    /// results that follow a store; fewer, if one of them is about to end.
    pub(super) fn compete(&mut self, sends: impl Fn(Operand) -> bool, writes: bool, cycles: u64) {
        let was_held = |o: &Operand| self.feeds[*o].state.stream.was_held && !sends(*o);
        if Operand::ALL.iter().any(was_held) {
            // What was held and is no more counts in the next cycle.
            return;
        }
        let Some(mut rivalry) = self.rivalry(sends, writes) else {
            return;
        };
        let (from, until) = (self.now, self.now + cycles);
        'flowing: while self.now < until {
            let next = rivalry.cycles(self.now - from).min(until - self.now);
            if next == 0 {
                break;
            }
            let end = self.now + next;
            while self.now < end {
                if rivalry.due <= self.now && self.dma.has_arrival(self.now) {
                    break 'flowing;
                }
                match rivalry.free_cycles(self.open_words, self.now) {
                    0 => self.rival_cycle(&mut rivalry),
                    free => self.pass_freely(&mut rivalry, free.min(end - self.now)),
                }
            }
        }
        if self.now > from {
            self.leave(&rivalry, self.now - from);
        }
    }

    /// Those who compete from now on; `None` if loads take turns on a bus.
    fn rivalry(&self, sends: impl Fn(Operand) -> bool, writes: bool) -> Option<Rivalry> {
        let is_bus = self.dma.is_bus();
        let mut rivalry = Rivalry {
            feeds: PerOperand::default(),
            results: None,
            place: self.place_of_results(),
            stored: self.dma.words_stored(),
            last_write: self.last_result,
            crossers: [None, None],
            due: if is_bus { u64::MAX } else { self.now },
            is_touched: true,
            is_apart: !is_bus,
            taken: Taken::new(),
            causes: [None; 32],
        };
        let taken = &mut rivalry.taken;
        if is_bus {
            rivalry.crossers = self.crossers(taken)?;
        }
        for operand in Operand::ALL {
            if sends(operand) {
                let stream = &self.feeds[operand].state.stream;
                rivalry.feeds[operand] = Some(Rival::new(stream, self.parcel(operand), taken));
            }
        }
        if writes && let Some(flow) = self.results_flow() {
            rivalry.results = Some(Rival::new(&self.results, flow, taken));
        }
        let mut places = [None; 8];
        for (place, touched) in places.iter_mut().zip(self.dma.touched().iter().flatten()) {
            taken.touch(touched);
            *place = Some(touched.place);
        }
        if !is_bus {
            places[4..].copy_from_slice(&self.dma.places_in_use());
        }
        rivalry.find_contests(&places);
        Some(rivalry)
    }

    /// The transfers on DRAM's side, if each keeps the bus until one of them ends.
    fn crossers(&self, taken: &mut Taken) -> Option<[Option<Crosser>; 2]> {
        let mut crossers = [None, None];
        let (bus, jobs) = self.dma.steady()?;
        for (crosser, (job, is_store)) in crossers.iter_mut().zip(jobs) {
            *crosser = Some(Crosser::new(job.crossing(bus)?, job.place, is_store, taken));
        }
        Some(crossers)
    }

    fn rival_cycle(&mut self, rivalry: &mut Rivalry) {
        let room = rivalry.write(self.open_words, self.now);
        if self.array.remaining == 0
            && let Some(cause) = self.cause(rivalry, room)
        {
            self.stalls.add(cause, 1);
        }
        rivalry.send_and_cross();
        if rivalry.due <= self.now {
            self.go_on_with_memory(rivalry);
        }
        self.now += 1;
    }

    /// A cycle of a memory that is no bus.
    fn go_on_with_memory(&mut self, rivalry: &mut Rivalry) {
        self.dma.skip(0, self.now);
        let passes = self.array.passes_done;
        let moved = self.dma.tick(self.m, &self.tiles, passes, self.now);
        rivalry.due = if moved {
            self.now + 1
        } else {
            self.dma.next_event(self.now)
        };
        rivalry.stored = self.dma.words_stored();
        rivalry.is_touched = false;
        for touched in self.dma.touched().iter().flatten() {
            rivalry.taken.touch(touched);
            rivalry.is_touched = true;
        }
    }

    /// So many cycles in which nobody is in anybody's way.
    fn pass_freely(&mut self, rivalry: &mut Rivalry, cycles: u64) {
        let room = rivalry.room(self.open_words);
        if self.array.remaining == 0
            && let Some(cause) = self.cause(rivalry, room)
        {
            self.stalls.add(cause, cycles);
        }
        self.now += cycles;
        let contested = |rival: &&mut Rival| rival.is_contested;
        if room > 0
            && let Some(results) = rivalry.results.as_mut().filter(contested)
        {
            results.pass_freely(cycles);
            rivalry.last_write = self.now;
        }
        for operand in Operand::ALL {
            if let Some(feed) = rivalry.feeds[operand].as_mut().filter(contested) {
                feed.pass_freely(cycles);
            }
        }
    }

    /// Why the array stands still in a cycle in which results have so much room left.
    fn cause(&mut self, rivalry: &mut Rivalry, room: u64) -> Option<Stall> {
        let key = rivalry.held(room);
        if let Some(cause) = rivalry.causes[key] {
            return cause;
        }
        self.results.was_held = rivalry.results.as_ref().is_some_and(|r| r.was_held);
        for operand in Operand::ALL {
            if let Some(feed) = &rivalry.feeds[operand] {
                self.feeds[operand].state.stream.was_held = feed.was_held;
            }
        }
        let cause = self.obstacle_where(|| room == 0);
        rivalry.causes[key] = Some(cause);
        cause
    }

    /// Leaves every component where so many cycles have brought it.
    fn leave(&mut self, rivalry: &Rivalry, cycles: u64) {
        if self.array.remaining > 0 {
            self.array.remaining -= cycles;
            self.busy += cycles;
        }
        self.results.was_held = false;
        if let Some(rival) = &rivalry.results {
            let words = rival.settle(&mut self.results, cycles);
            let last = if rival.is_contested {
                rivalry.last_write
            } else {
                self.now
            };
            self.write_words(words, last);
        }
        for operand in Operand::ALL {
            if let Some(rival) = &rivalry.feeds[operand] {
                let words = rival.settle(&mut self.feeds[operand].state.stream, cycles);
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
