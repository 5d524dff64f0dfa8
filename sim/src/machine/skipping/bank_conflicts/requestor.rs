//! A requestor of banks, and the banks that are busy.

use crate::bus::Crossing;
use crate::machine::ports::{AccessKind, BankAccess, Stream};
use crate::mapping::bank_allocation::BankAllocation;
use crate::timing::tags::Flow;

/// Banks that are busy, a bit each: two words for each port of a partition that somebody uses.
#[derive(Clone, Copy)]
pub(super) struct BusyBanks {
    words: [u64; 12],
    /// The ports, by partition, in the order of their words.
    ports: [(usize, bool); 6],
    used: usize,
}

impl BusyBanks {
    pub(super) fn new() -> Self {
        Self {
            words: [0; 12],
            ports: [(0, false); 6],
            used: 0,
        }
    }

    /// The first word of the port that an access to a place uses.
    pub(super) fn first_word(&mut self, place: &BankAllocation, access: AccessKind) -> usize {
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
    pub(super) fn touch(&mut self, touched: &BankAccess) {
        let word = self.first_word(&touched.place, touched.access);
        let mut row_cursor = RowCursor::new(touched.place, word, 0, touched.from);
        for _ in touched.from..touched.to.min(touched.from + touched.place.banks) {
            row_cursor.open_row(self);
        }
    }

    pub(super) fn clear(&mut self) {
        self.words[..2 * self.used].fill(0);
    }
}

/// Where a stream is in its tile, in bits.
#[derive(Clone, Copy)]
pub(super) struct RowCursor {
    place: BankAllocation,
    /// The first word of its port's banks.
    word: usize,
    gone: u64,
    /// The end of the last row that was accessed, and the bank of the next.
    reach: u64,
    bank: u64,
}

impl RowCursor {
    pub(super) fn new(place: BankAllocation, word: usize, words: u64, rows: u64) -> Self {
        Self {
            place,
            word,
            gone: words * place.word,
            reach: rows * place.row,
            bank: place.bank(rows),
        }
    }

    /// Accesses the next row; whether its bank was free.
    fn open_row(&mut self, taken: &mut BusyBanks) -> bool {
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
    fn pass(&mut self, wanted: u64, taken: &mut BusyBanks) -> u64 {
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

/// A packet or a result that flows between the array and its tile.
pub(super) struct Requestor {
    row_cursor: Option<RowCursor>,
    flow: Flow,
    /// Whether something may be in its way.
    pub(super) may_conflict: bool,
    /// Whether its words may need a bank twice in a cycle.
    pub(super) may_hold_itself: bool,
    width: u64,
    /// Words that share a tag, and those left of the tag at hand; any, if none share.
    tag: u64,
    of_tag: u64,
    pub(super) moved: u64,
    pub(super) was_held: bool,
}

impl Requestor {
    pub(super) fn new(stream: &Stream, flow: Flow, taken: &mut BusyBanks) -> Self {
        let (left, width, tag) = flow.parts();
        let (tag, of_tag) = match tag {
            0 => (u64::MAX, u64::MAX),
            _ => (tag, (left.max(1) - 1) % tag + 1),
        };
        let row_cursor = stream.place.map(|place| {
            let word = taken.first_word(&place, stream.access);
            RowCursor::new(place, word, stream.words, stream.rows)
        });
        let may_hold_itself = stream.may_hold_itself(width);
        Self {
            row_cursor,
            flow,
            may_conflict: stream.was_held || may_hold_itself,
            may_hold_itself,
            width,
            tag,
            of_tag,
            moved: 0,
            was_held: stream.was_held,
        }
    }

    /// Where its tile lies.
    pub(super) fn place(&self) -> Option<&BankAllocation> {
        self.row_cursor.as_ref().map(|row_cursor| &row_cursor.place)
    }

    /// Cycles, after so many, before the one in which it ends if nothing holds it back.
    pub(super) fn cycles(&self, gone: u64) -> u64 {
        if self.may_conflict {
            self.flow.without(self.moved).cycles()
        } else {
            self.flow.cycles() - gone
        }
    }

    /// A cycle in which it may move so many words at most; those that it moves.
    #[inline]
    pub(super) fn step(&mut self, most: u64, taken: &mut BusyBanks) -> u64 {
        let wanted = self.width.min(self.of_tag).min(most);
        let words = match &mut self.row_cursor {
            Some(row_cursor) => row_cursor.pass(wanted, taken),
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
        if let Some(row_cursor) = &mut self.row_cursor {
            row_cursor.pass_freely(words);
        }
        if self.tag < u64::MAX {
            let (left, ..) = self.flow.without(self.moved).parts();
            self.of_tag = (left - 1) % self.tag + 1;
        }
    }

    /// Leaves a stream where so many cycles have brought it; the words that it has moved.
    pub(super) fn settle(&self, stream: &mut Stream, cycles: u64) -> u64 {
        if !self.may_conflict {
            let words = self.flow.words(cycles);
            stream.pass(words);
            return words;
        }
        stream.was_held = self.was_held;
        if let Some(row_cursor) = &self.row_cursor {
            stream.words = row_cursor.gone / row_cursor.place.word;
            stream.rows = row_cursor.reach / row_cursor.place.row;
        }
        self.moved
    }
}

/// A transfer on DRAM's side.
pub(super) struct DramRequestor {
    crossing: Crossing,
    row_cursor: Option<RowCursor>,
    pub(super) is_store: bool,
}

impl DramRequestor {
    pub(super) fn new(
        crossing: Crossing,
        place: Option<BankAllocation>,
        is_store: bool,
        taken: &mut BusyBanks,
    ) -> Self {
        let access = if is_store {
            AccessKind::Read
        } else {
            AccessKind::Write
        };
        let words = crossing.gone;
        let row_cursor = place.map(|place| {
            let word = taken.first_word(&place, access);
            RowCursor::new(place, word, words, place.rows(words))
        });
        Self {
            crossing,
            row_cursor,
            is_store,
        }
    }

    /// Words that have gone by.
    pub(super) fn gone(&self) -> u64 {
        self.crossing.gone
    }

    /// Where its tile lies.
    pub(super) fn place(&self) -> Option<&BankAllocation> {
        self.row_cursor.as_ref().map(|row_cursor| &row_cursor.place)
    }

    /// A cycle: takes the banks of the next one. What comes faster than the banks take it keeps all of
    /// them busy.
    pub(super) fn step(&mut self, taken: &mut BusyBanks) {
        self.crossing.step();
        let Some(row_cursor) = &mut self.row_cursor else {
            return;
        };
        let gone = self.crossing.gone * row_cursor.place.word;
        while row_cursor.reach < gone {
            taken.words[row_cursor.word + (row_cursor.bank >> 6) as usize] |=
                1 << (row_cursor.bank & 63);
            row_cursor.reach += row_cursor.place.row;
            row_cursor.bank = row_cursor.place.next_bank(row_cursor.bank);
        }
    }
}
