//! The ports of the global buffer's banks, and the streams that request them.
//!
//! ```text
//! each cycle, each bank serves the first who asks: DRAM's side, results, inputs, weights, sums
//! ```
//!
//! A stream goes through its tile row by row, and keeps the row that it is at: a bank is accessed
//! when the next row begins. DRAM cannot wait, so that its side comes first.

use stationary_arch::Ports;

use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::mapping::bank_allocation::BankAllocation;

/// What an access does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) enum AccessKind {
    Read,
    Write,
}

impl BankAllocation {
    /// The partition, and which of its banks' ports an access uses.
    pub(super) fn port(&self, access: AccessKind) -> (usize, bool) {
        let is_second = self.ports == Ports::ReadWrite && access == AccessKind::Write;
        (self.partition, is_second)
    }
}

/// Where a stream is in the tiles of its operand.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Stream {
    /// None where every stream has a port of its own.
    pub(super) place: Option<BankAllocation>,
    pub(super) access: AccessKind,
    /// Words of the tile that have gone by.
    pub(super) words: u64,
    /// Rows of the tile that were accessed.
    pub(super) rows: u64,
    /// Whether a bank that was taken held words back in the cycle just past.
    pub(crate) was_held: bool,
}

impl Stream {
    pub(crate) fn new(place: Option<BankAllocation>, access: AccessKind) -> Self {
        Self {
            place,
            access,
            words: 0,
            rows: 0,
            was_held: false,
        }
    }

    /// Goes on to the next tile.
    pub(crate) fn next_tile(&mut self) {
        if self.place.is_some() {
            self.words = 0;
            self.rows = 0;
        }
    }

    /// Lets so many words by, whose banks are free.
    pub(crate) fn pass(&mut self, words: u64) {
        if let Some(place) = self.place {
            self.words += words;
            self.rows = self.rows.max(place.rows(self.words));
        }
    }

    /// Whether it goes through the same banks as another.
    pub(crate) fn shares_banks(&self, other: &Stream) -> bool {
        let places = self.place.zip(other.place);
        places.is_some_and(|(own, others)| own.shares_banks(&others))
    }

    /// The same of a place.
    pub(crate) fn goes_to(&self, other: &BankAllocation) -> bool {
        self.place.is_some_and(|own| own.shares_banks(other))
    }

    /// Whether so many words a cycle may need a bank twice.
    pub(crate) fn may_hold_itself(&self, width: u64) -> bool {
        self.place
            .is_some_and(|place| place.rows(width) + 1 > place.banks)
    }

    /// Shows the state to a visitor.
    pub(crate) fn visit(&mut self, v: &mut impl Visitor) {
        let Self {
            place,
            words,
            rows,
            was_held,
            access: _,
        } = self;
        v.same(u64::from(*was_held));
        let Some(place) = place else {
            return;
        };
        v.same(*words * place.word % place.row);
        v.same(*rows - place.rows(*words));
        // Which bank comes next matters beside those of the others only (`distance`).
        v.field(FieldKind::Total, words, 0);
        v.field(FieldKind::Total, rows, 0);
    }

    /// Banks by which a stream is ahead of another in the same ones.
    pub(crate) fn distance(&self, other: &Stream) -> u64 {
        let (Some(place), Some(others)) = (self.place, other.place) else {
            return 0;
        };
        if !place.shares_banks(&others) {
            return 0;
        }
        (place.bank(self.rows) + place.banks - others.bank(other.rows)) % place.banks
    }

    /// Banks by which a row of the same operand is ahead.
    pub(crate) fn distance_of(&self, row: u64) -> u64 {
        let ahead = |place: BankAllocation| place.bank(row) + place.banks - place.bank(self.rows);
        self.place.map_or(0, |place| ahead(place) % place.banks)
    }
}

/// Rows of one tile that DRAM's side accesses in a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct BankAccess {
    pub(crate) place: BankAllocation,
    pub(crate) access: AccessKind,
    pub(crate) tile: u64,
    pub(crate) from: u64,
    pub(crate) to: u64,
}

impl BankAccess {
    /// Shows the state to a visitor; `stream` goes through the same tiles.
    pub(crate) fn visit(&mut self, v: &mut impl Visitor, stream: &Stream) {
        let Self {
            tile,
            from,
            to,
            place: _,
            access: _,
        } = self;
        v.same(stream.distance_of(*from));
        v.field(FieldKind::Count, to, *from);
        v.field(FieldKind::Total, from, 0);
        v.field(FieldKind::Total, tile, 0);
    }
}

/// Banks that are taken in this cycle, a bit each, by partition and port.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BankPorts([[u128; 2]; 3]);

impl BankPorts {
    /// Begins a cycle, with the accesses of DRAM's side. What comes faster than the banks take it
    /// keeps all of them busy.
    pub(crate) fn begin(&mut self, touched: &[Option<BankAccess>]) {
        self.0 = Default::default();
        for t in touched.iter().flatten() {
            let taken = self.of(&t.place, t.access);
            for row in t.from..t.to.min(t.from + t.place.banks) {
                *taken |= 1 << t.place.bank(row);
            }
        }
    }

    /// How many of the words that a stream would move can be, their rows accessed.
    pub(crate) fn grant(&mut self, stream: &mut Stream, words: u64) -> u64 {
        let Some(place) = stream.place else {
            return words;
        };
        let taken = self.of(&place, stream.access);
        let needed = place.rows(stream.words + words);
        while stream.rows < needed {
            let bank = 1 << place.bank(stream.rows);
            if *taken & bank != 0 {
                break;
            }
            *taken |= bank;
            stream.rows += 1;
        }
        let granted = words.min(stream.rows * place.row / place.word - stream.words);
        stream.words += granted;
        stream.was_held = granted < words;
        granted
    }

    fn of(&mut self, place: &BankAllocation, access: AccessKind) -> &mut u128 {
        let (partition, port) = place.port(access);
        &mut self.0[partition][usize::from(port)]
    }
}
