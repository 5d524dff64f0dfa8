//! One that competes, and the banks that are taken.

use crate::bus::Crossing;
use crate::machine::ports::{Access, Stream, Touched};
use crate::mapping::placement::Place;
use crate::timing::tags::Flow;

/// Banks that are taken, a bit each: two words for each port of a partition that somebody uses.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    words: [u64; 12],
    /// The ports, by partition, in the order of their words.
    ports: [(usize, bool); 6],
    used: usize,
}

impl Taken {
    pub(super) fn new() -> Self {
        Self {
            words: [0; 12],
            ports: [(0, false); 6],
            used: 0,
        }
    }

    /// The first word of the port that an access to a place uses.
    pub(super) fn first_word(&mut self, place: &Place, access: Access) -> usize {
        let port = place.port(access);
        let known = self.ports[..self.used].iter().position(|p| *p == port);
        let at = known.unwrap_or_else(|| {
            self.ports[self.used] = port;
            self.used += 1;
            self.used - 1
        });
        2 * at
    }

    /// Takes the banks of rows that DRAM's side accesses.
    pub(super) fn touch(&mut self, touched: &Touched) {
        let word = self.first_word(&touched.place, touched.access);
        let mut track = Track::new(touched.place, word, 0, touched.from);
        for _ in touched.from..touched.to.min(touched.from + touched.place.banks) {
            track.open_row(self);
        }
    }

    pub(super) fn clear(&mut self) {
        self.words[..2 * self.used].fill(0);
    }
}

/// Where a stream is in its tile, in bits.
#[derive(Clone, Copy)]
pub(super) struct Track {
    place: Place,
    /// The first word of its port's banks.
    word: usize,
    gone: u64,
    /// The end of the last row that was accessed, and the bank of the next.
    reach: u64,
    bank: u64,
}

impl Track {
    pub(super) fn new(place: Place, word: usize, words: u64, rows: u64) -> Self {
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

    /// So many words, whose banks are free.
    pub(super) fn pass_freely(&mut self, words: u64) {
        self.gone += words * self.place.word;
        if self.reach < self.gone {
            let rows = self.gone.div_ceil(self.place.row);
            self.reach = rows * self.place.row;
            self.bank = self.place.bank(rows);
        }
    }
}

/// A parcel or a result that flows between the array and its tile.
pub(super) struct Rival {
    track: Option<Track>,
    flow: Flow,
    /// Whether something may be in its way.
    pub(super) is_contested: bool,
    /// Whether its words may need a bank twice in a cycle.
    pub(super) may_hold_itself: bool,
    width: u64,
    /// Words that share a tag, and those left of the tag at hand; any, if none share.
    tag: u64,
    of_tag: u64,
    pub(super) moved: u64,
    pub(super) was_held: bool,
}

impl Rival {
    pub(super) fn new(stream: &Stream, flow: Flow, taken: &mut Taken) -> Self {
        let (left, width, tag) = flow.parts();
        let (tag, of_tag) = match tag {
            0 => (u64::MAX, u64::MAX),
            _ => (tag, (left.max(1) - 1) % tag + 1),
        };
        let track = stream.place.map(|place| {
            let word = taken.first_word(&place, stream.access);
            Track::new(place, word, stream.words, stream.rows)
        });
        let may_hold_itself = stream.may_hold_itself(width);
        Self {
            track,
            flow,
            is_contested: stream.was_held || may_hold_itself,
            may_hold_itself,
            width,
            tag,
            of_tag,
            moved: 0,
            was_held: stream.was_held,
        }
    }

    /// Where its tile lies.
    pub(super) fn place(&self) -> Option<&Place> {
        self.track.as_ref().map(|track| &track.place)
    }

    /// Cycles, after so many, before the one in which it ends if nothing holds it back.
    pub(super) fn cycles(&self, gone: u64) -> u64 {
        if self.is_contested {
            self.flow.without(self.moved).cycles()
        } else {
            self.flow.cycles() - gone
        }
    }

    /// A cycle in which it may move so many words at most; those that it moves.
    #[inline]
    pub(super) fn step(&mut self, most: u64, taken: &mut Taken) -> u64 {
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

    /// So many cycles in which nobody is in its way, before the one in which it ends.
    pub(super) fn pass_freely(&mut self, cycles: u64) {
        let words = self.flow.without(self.moved).words(cycles);
        self.moved += words;
        if let Some(track) = &mut self.track {
            track.pass_freely(words);
        }
        if self.tag < u64::MAX {
            let (left, ..) = self.flow.without(self.moved).parts();
            self.of_tag = (left - 1) % self.tag + 1;
        }
    }

    /// Leaves a stream where so many cycles have brought it; the words that it has moved.
    pub(super) fn settle(&self, stream: &mut Stream, cycles: u64) -> u64 {
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
pub(super) struct Crosser {
    crossing: Crossing,
    track: Option<Track>,
    pub(super) is_store: bool,
}

impl Crosser {
    pub(super) fn new(
        crossing: Crossing,
        place: Option<Place>,
        is_store: bool,
        taken: &mut Taken,
    ) -> Self {
        let access = if is_store {
            Access::Read
        } else {
            Access::Write
        };
        let words = crossing.gone;
        let track = place.map(|place| {
            let word = taken.first_word(&place, access);
            Track::new(place, word, words, place.rows(words))
        });
        Self {
            crossing,
            track,
            is_store,
        }
    }

    /// Words that have gone by.
    pub(super) fn gone(&self) -> u64 {
        self.crossing.gone
    }

    /// Where its tile lies.
    pub(super) fn place(&self) -> Option<&Place> {
        self.track.as_ref().map(|track| &track.place)
    }

    /// A cycle: takes the banks of the next one. What comes faster than the banks take it keeps all of
    /// them busy.
    pub(super) fn step(&mut self, taken: &mut Taken) {
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
