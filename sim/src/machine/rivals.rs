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
use crate::machine::ports::{Access, BankPorts, Stream};
use crate::machine::stall::Stall;
use crate::machine::tags::Flow;
use crate::placement::Place;

/// Where a stream is in its tile, in bits.
#[derive(Clone, Copy)]
struct Track {
    place: Place,
    access: Access,
    gone: u64,
    /// The end of the last row that was accessed, and the bank of the next.
    reach: u64,
    bank: u64,
}

impl Track {
    fn new(place: Place, access: Access, words: u64, rows: u64) -> Self {
        Self {
            place,
            access,
            gone: words * place.word,
            reach: rows * place.row,
            bank: place.bank(rows),
        }
    }

    /// Accesses the next row.
    fn open_row(&mut self) {
        self.reach += self.place.row;
        self.bank = self.place.next_bank(self.bank);
    }

    /// Words of so many that the banks let by.
    fn pass(&mut self, wanted: u64, ports: &mut BankPorts) -> u64 {
        let end = self.gone + wanted * self.place.word;
        if self.reach < end {
            let taken = ports.of(&self.place, self.access);
            while self.reach < end {
                let bank = 1 << self.bank;
                if *taken & bank != 0 {
                    break;
                }
                *taken |= bank;
                self.open_row();
            }
        }
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
    fn new(stream: &Stream, flow: Flow) -> Self {
        let (left, width, tag) = flow.parts();
        let (tag, of_tag) = match tag {
            0 => (u64::MAX, u64::MAX),
            _ => (tag, (left.max(1) - 1) % tag + 1),
        };
        let track = |place| Track::new(place, stream.access, stream.words, stream.rows);
        Self {
            track: stream.place.map(track),
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
    fn step(&mut self, most: u64, ports: &mut BankPorts) -> u64 {
        let wanted = self.width.min(self.of_tag).min(most);
        let words = match &mut self.track {
            Some(track) => track.pass(wanted, ports),
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
    /// A cycle: takes the banks of the next one.
    fn step(&mut self, ports: &mut BankPorts) {
        self.crossing.step();
        let Some(track) = &mut self.track else {
            return;
        };
        let gone = self.crossing.gone * track.place.word;
        if track.reach < gone {
            let taken = ports.of(&track.place, track.access);
            while track.reach < gone {
                *taken |= 1 << track.bank;
                track.open_row();
            }
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
    ports: BankPorts,
    /// What the array waits for, by what is held: it is the same as often as that.
    causes: [Option<Option<Stall>>; 32],
}

impl Rivalry {
    fn rivals(&self) -> impl Iterator<Item = &Rival> {
        let feeds = Operand::ALL.into_iter().map(|o| &self.feeds[o]);
        feeds.chain([&self.results]).flatten()
    }

    /// Finds out who has somebody in the way: one of the others, or one of those places.
    fn find_contests(&mut self, places: impl Iterator<Item = Place>) {
        let crossers = self.crossers.iter().flatten();
        let crossers = crossers.filter_map(|c| c.track.map(|track| track.place));
        let others: Vec<Place> = crossers.chain(places).collect();
        let tracks = self.rivals().filter_map(|r| r.track);
        let own: Vec<Place> = tracks.map(|track| track.place).collect();
        let shared = |place: &Place| {
            let sharing =
                |places: &[Place]| places.iter().filter(|p| p.shares_banks(place)).count();
            sharing(&own) > 1 || sharing(&others) > 0
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
                let meets = track.is_some_and(|t| own.iter().any(|o| o.shares_banks(&t.place)));
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
        let words = results.step(room, &mut self.ports);
        if words > 0 {
            self.last_write = now + 1;
        }
        room - words
    }

    /// The turns of DRAM's side, whose banks are taken a cycle later, and of the feeds.
    fn cross_and_send(&mut self) {
        let mut next = BankPorts::default();
        for crosser in self.crossers.iter_mut().flatten() {
            crosser.step(&mut next);
        }
        for operand in Operand::ALL {
            if let Some(feed) = self.feeds[operand].as_mut().filter(|f| f.is_contested) {
                feed.step(u64::MAX, &mut self.ports);
            }
        }
        self.ports = next;
    }
}

impl<P: Payload> Machine<'_, '_, P> {
    /// So many cycles at most, in which nothing begins or ends but flows of words that share banks, or
    /// results that follow a store; fewer, if one of them is about to end.
    pub(super) fn compete(&mut self, sends: impl Fn(Operand) -> bool, writes: bool, cycles: u64) {
        let Some(crossers) = self.crossers() else {
            return;
        };
        let feeds = PerOperand::from_fn(|o| {
            let stream = &self.feeds[o].state.stream;
            sends(o).then(|| Rival::new(stream, self.parcel(o)))
        });
        let flow = writes.then(|| self.results_flow()).flatten();
        let mut rivalry = Rivalry {
            feeds,
            results: flow.map(|flow| Rival::new(&self.results, flow)),
            place: self.place_of_results(),
            stored: self.dma.words_stored(),
            last_write: self.last_result,
            crossers,
            ports: BankPorts::default(),
            causes: [None; 32],
        };
        rivalry.ports.begin(self.dma.touched());
        let touched = self.dma.touched().iter().flatten();
        rivalry.find_contests(touched.map(|t| t.place));
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
    fn crossers(&self) -> Option<[Option<Crosser>; 2]> {
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
            let track = |place: Place| Track::new(place, access, words, place.rows(words));
            *crosser = Some(Crosser {
                crossing,
                track: job.place.map(track),
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
        rivalry.cross_and_send();
        for operand in Operand::ALL {
            if rivalry.feeds[operand].is_none() {
                self.feeds[operand].state.stream.was_held = false;
            }
        }
        self.now += 1;
    }

    /// Why the array stands still in a cycle in which results have so much room left.
    fn cause(&mut self, rivalry: &mut Rivalry, room: u64) -> Option<Stall> {
        self.results.was_held = rivalry.results.as_ref().is_some_and(|r| r.was_held);
        let is_full = room == 0;
        let mut key = usize::from(is_full) << 1 | usize::from(self.results.was_held);
        for operand in Operand::ALL {
            let stream = &mut self.feeds[operand].state.stream;
            if let Some(feed) = &rivalry.feeds[operand] {
                stream.was_held = feed.was_held;
            }
            key = key << 1 | usize::from(stream.was_held);
        }
        *rivalry.causes[key].get_or_insert_with(|| self.obstacle_where(|| is_full))
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
