//! Streams that compete for the ports of banks, cycle by cycle.
//!
//! ```text
//! each cycle, each bank serves the first who asks: DRAM's side, results, inputs, weights, sums
//! ```
//!
//! It is what the machine does in such a cycle (`ports`), with all else left out: as nothing begins or
//! ends meanwhile, each stream is a few numbers that grow. Streams that nobody can get in the way of
//! move at the end, all cycles at once.

use std::cmp::Ordering;

use stationary_arch::{Operand, PerOperand};

use crate::machine::Machine;
use crate::machine::bus::Crossing;
use crate::machine::payload::Payload;
use crate::machine::ports::{Access, Stream};
use crate::machine::stall::Stall;
use crate::machine::tags::Flow;
use crate::placement::Place;

/// Banks that are taken, a bit each: two words for each port of a partition that somebody uses.
#[derive(Clone, Copy)]
struct Taken {
    words: [u64; 12],
    /// The ports, by partition, in the order of their words.
    ports: [(usize, bool); 6],
    used: usize,
}

impl Taken {
    fn new() -> Self {
        Self {
            words: [0; 12],
            ports: [(0, false); 6],
            used: 0,
        }
    }

    /// The first word of the port that an access to a place uses.
    fn first_word(&mut self, place: &Place, access: Access) -> usize {
        let port = place.port(access);
        let known = self.ports[..self.used].iter().position(|p| *p == port);
        let at = known.unwrap_or_else(|| {
            self.ports[self.used] = port;
            self.used += 1;
            self.used - 1
        });
        2 * at
    }

    fn clear(&mut self) {
        self.words[..2 * self.used].fill(0);
    }
}

/// Where a stream is in its tile, in bits.
#[derive(Clone, Copy)]
struct Track {
    place: Place,
    /// The first word of its port's banks.
    word: usize,
    gone: u64,
    /// The end of the last row that was accessed, and the bank of the next.
    reach: u64,
    bank: u64,
}

impl Track {
    fn new(place: Place, word: usize, words: u64, rows: u64) -> Self {
        Self {
            place,
            word,
            gone: words * place.word,
            reach: rows * place.row,
            bank: place.bank(rows),
        }
    }

    /// Accesses the next row; whether its bank was free.
    fn open_row(&mut self, taken: &mut Taken) -> bool {
        let word = &mut taken.words[self.word + (self.bank >> 6) as usize];
        let bit = 1 << (self.bank & 63);
        if *word & bit != 0 {
            return false;
        }
        *word |= bit;
        self.reach += self.place.row;
        self.bank = self.place.next_bank(self.bank);
        true
    }

    /// Words of so many that the banks let by.
    fn pass(&mut self, wanted: u64, taken: &mut Taken) -> u64 {
        let end = self.gone + wanted * self.place.word;
        while self.reach < end && self.open_row(taken) {}
        let words = if self.reach >= end {
            wanted
        } else {
            (self.reach - self.gone) / self.place.word
        };
        self.gone += words * self.place.word;
        words
    }
}

/// A parcel or a result that flows between the array and its tile.
struct Rival {
    track: Option<Track>,
    flow: Flow,
    /// Whether something may be in its way.
    is_contested: bool,
    width: u64,
    /// Words that share a tag, and those left of the tag at hand; any, if none share.
    tag: u64,
    of_tag: u64,
    moved: u64,
    was_held: bool,
}

impl Rival {
    fn new(stream: &Stream, flow: Flow, taken: &mut Taken) -> Self {
        let (left, width, tag) = flow.parts();
        let (tag, of_tag) = match tag {
            0 => (u64::MAX, u64::MAX),
            _ => (tag, (left.max(1) - 1) % tag + 1),
        };
        let track = stream.place.map(|place| {
            let word = taken.first_word(&place, stream.access);
            Track::new(place, word, stream.words, stream.rows)
        });
        Self {
            track,
            flow,
            is_contested: stream.was_held || stream.may_hold_itself(width),
            width,
            tag,
            of_tag,
            moved: 0,
            was_held: stream.was_held,
        }
    }

    /// Cycles, after so many, before the one in which it ends if nothing holds it back.
    fn cycles(&self, gone: u64) -> u64 {
        if self.is_contested {
            self.flow.without(self.moved).cycles()
        } else {
            self.flow.cycles() - gone
        }
    }

    /// A cycle in which it may move so many words at most; those that it moves.
    #[inline]
    fn step(&mut self, most: u64, taken: &mut Taken) -> u64 {
        let wanted = self.width.min(self.of_tag).min(most);
        let words = match &mut self.track {
            Some(track) => track.pass(wanted, taken),
            None => wanted,
        };
        self.was_held = words < wanted;
        self.moved += words;
        if self.tag < u64::MAX {
            self.of_tag -= words;
            if self.of_tag == 0 {
                self.of_tag = self.tag;
            }
        }
        words
    }

    /// Leaves a stream where so many cycles have brought it; the words that it has moved.
    fn settle(&self, stream: &mut Stream, cycles: u64) -> u64 {
        if !self.is_contested {
            let words = self.flow.words(cycles);
            stream.pass(words);
            return words;
        }
        stream.was_held = self.was_held;
        if let Some(track) = &self.track {
            stream.words = track.gone / track.place.word;
            stream.rows = track.reach / track.place.row;
        }
        self.moved
    }
}

/// A transfer on DRAM's side.
struct Crosser {
    crossing: Crossing,
    track: Option<Track>,
    is_store: bool,
}

impl Crosser {
    /// A cycle: takes the banks of the next one. What comes faster than the banks take it keeps all of
    /// them busy.
    fn step(&mut self, taken: &mut Taken) {
        self.crossing.step();
        let Some(track) = &mut self.track else {
            return;
        };
        let gone = self.crossing.gone * track.place.word;
        while track.reach < gone {
            taken.words[track.word + (track.bank >> 6) as usize] |= 1 << (track.bank & 63);
            track.reach += track.place.row;
            track.bank = track.place.next_bank(track.bank);
        }
    }
}

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
    fn find_contests(&mut self, places: [Option<Place>; 4]) {
        let of = |rival: &Option<Rival>| Some(rival.as_ref()?.track?.place);
        let [input, weight, output] = Operand::ALL.map(|o| of(&self.feeds[o]));
        let own = [input, weight, output, of(&self.results)];
        let crossing = |c: &Option<Crosser>| Some(c.as_ref()?.track?.place);
        let crossing = [crossing(&self.crossers[0]), crossing(&self.crossers[1])];
        let shared = |place: &Place| {
            let is_in = |other: &&Place| other.shares_banks(place);
            let others = crossing.iter().chain(&places).flatten();
            own.iter().flatten().filter(is_in).count() > 1 || others.filter(is_in).count() > 0
        };
        for operand in Operand::ALL {
            if let Some(rival) = &mut self.feeds[operand] {
                rival.is_contested |= rival.track.is_some_and(|track| shared(&track.place));
            }
        }
        if let Some(rival) = &mut self.results {
            let is_contested = rival.track.is_some_and(|track| shared(&track.place));
            rival.is_contested |= self.place.is_le() || is_contested;
        }
        for place in &mut self.crossers {
            let is_seen = |c: &Crosser| {
                let track = c.track.as_ref();
                let meets =
                    track.is_some_and(|t| own.iter().flatten().any(|o| o.shares_banks(&t.place)));
                meets || (c.is_store && self.place.is_eq())
            };
            place.take_if(|c| !is_seen(c));
        }
    }

    /// Cycles, after so many, in which none of them ends.
    fn cycles(&self, gone: u64) -> u64 {
        let ends = self.rivals().map(|r| r.cycles(gone));
        ends.min().unwrap_or(u64::MAX)
    }

    /// The results' turn in a cycle; the room that they have left.
    fn write(&mut self, open_words: u64, now: u64) -> u64 {
        let Some(results) = self.results.as_mut().filter(|r| r.is_contested) else {
            return u64::MAX;
        };
        let room = match self.place {
            Ordering::Greater => u64::MAX,
            Ordering::Equal => {
                let store = self.crossers.iter().flatten().find(|c| c.is_store);
                let gone = store.map_or(self.stored, |c| c.crossing.gone);
                gone.saturating_sub(open_words + results.moved)
            }
            Ordering::Less => 0,
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

impl<P: Payload> Machine<'_, '_, P> {
    /// So many cycles at most, in which nothing begins or ends but flows of words that share banks, or
    /// results that follow a store; fewer, if one of them is about to end.
    pub(super) fn compete(&mut self, sends: impl Fn(Operand) -> bool, writes: bool, cycles: u64) {
        let was_held = |o: &Operand| self.feeds[*o].state.stream.was_held && !sends(*o);
        if Operand::ALL.iter().any(was_held) {
            // What was held and is no more counts in the next cycle.
            return;
        }
        let mut taken = Taken::new();
        let Some(crossers) = self.crossers(&mut taken) else {
            return;
        };
        let feeds = PerOperand::from_fn(|o| {
            let stream = &self.feeds[o].state.stream;
            sends(o).then(|| Rival::new(stream, self.parcel(o), &mut taken))
        });
        let flow = writes.then(|| self.results_flow()).flatten();
        let results = flow.map(|flow| Rival::new(&self.results, flow, &mut taken));
        let mut places = [None; 4];
        for (seen, touched) in places.iter_mut().zip(self.dma.touched().iter().flatten()) {
            let word = taken.first_word(&touched.place, touched.access);
            let mut track = Track::new(touched.place, word, 0, touched.from);
            for _ in touched.from..touched.to.min(touched.from + touched.place.banks) {
                track.open_row(&mut taken);
            }
            *seen = Some(touched.place);
        }
        let mut rivalry = Rivalry {
            feeds,
            results,
            place: self.place_of_results(),
            stored: self.dma.words_stored(),
            last_write: self.last_result,
            crossers,
            taken,
            causes: [None; 32],
        };
        rivalry.find_contests(places);
        let mut done = 0;
        while done < cycles {
            let next = rivalry.cycles(done).min(cycles - done);
            if next == 0 {
                break;
            }
            for _ in 0..next {
                self.rival_cycle(&mut rivalry);
            }
            done += next;
        }
        if done > 0 {
            self.leave(&rivalry, done);
        }
    }

    /// The transfers on DRAM's side, if each keeps the bus until one of them ends.
    fn crossers(&self, taken: &mut Taken) -> Option<[Option<Crosser>; 2]> {
        let mut crossers = [None, None];
        let (bus, jobs) = self.dma.steady()?;
        for (crosser, (job, is_store)) in crossers.iter_mut().zip(jobs) {
            let access = if is_store {
                Access::Read
            } else {
                Access::Write
            };
            let crossing = job.crossing(bus)?;
            let words = crossing.gone;
            let track = job.place.map(|place| {
                let word = taken.first_word(&place, access);
                Track::new(place, word, words, place.rows(words))
            });
            *crosser = Some(Crosser {
                crossing,
                track,
                is_store,
            });
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
        self.now += 1;
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
        // What went by in the last cycle is in the way of the next.
        self.dma.skip(cycles - 1, self.now - 1);
        self.dma.go_on(self.now - 1);
    }
}
