//! An operand streamer: sends one operand's words from the global buffer into the array.
//!
//! The words go in *packets*: one for each beat if the operand streams, one for each tile if it is
//! resident. A packet is sent at the network's width once its tile is in the buffer, the array has
//! room for it, and (partial sums) the earlier results that it holds have been written.

use std::collections::VecDeque;

use stationary_arch::{Operand, PerOperand};

use crate::beat::{Beat, BeatWords};
use crate::machine::action::Action;
use crate::machine::ports::{AccessKind, BankPorts, Stream};
use crate::machine::state_descriptor::{FieldKind, Visitor};
use crate::machine::transfer::Tiles;
use crate::mapping::bank_allocation::BankAllocation;
use crate::mapping::{Mapping, is_first, same_outputs};
use crate::payload::Payload;
use crate::program::Cursor;
use crate::timing::network::way;
use crate::timing::tags::{Flow, TagWords};
use crate::window::Span;
use stationary_workloads::PerDim;

/// The credits that the array gives a streamer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Credit {
    /// Parcels that the array has used up (streams: started; resident tiles: given up).
    pub(crate) used: u64,
    /// Passes that have left the array, to the last result.
    pub(crate) passes_left: u64,
    /// Resident tiles that are in the array.
    pub(crate) residents: u64,
    /// Beats (resident outputs: tiles) whose results are in the buffer.
    pub(crate) written: u64,
}

/// What a streamer's counts are compared with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origins {
    pub(crate) now: u64,
    pub(crate) used: u64,
    pub(crate) written: u64,
    pub(crate) passes: u64,
    pub(crate) residents: u64,
}

/// Words of one cycle, as counted at both ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) words: u64,
    pub(crate) received: u64,
    pub(crate) moved: bool,
    /// Whether the streamer left a tile of the buffer behind.
    pub(crate) freed: u64,
}

/// A streamer's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct StreamerState {
    pub(crate) operand: Operand,
    is_resident: bool,
    width: u64,
    tag_words: TagWords,
    /// Where it reads.
    pub(crate) stream: Stream,
    latency: u64,
    /// Whether a pass's words wait until the pass before has left the array.
    exclusive: bool,
    /// Whether they wait for the pass's resident tile.
    resident_first: bool,
    /// Resident tiles up to that of the current pass.
    residents: u64,
    cursor: Cursor,
    exhausted: bool,
    pass_index: u64,
    /// Staged tiles of the operand entered so far.
    pub(crate) tile_index: u64,
    beat: Beat,
    beats_left: u64,
    /// Parcels that were complete before the current pass, and before the previous one.
    base: [u64; 2],
    /// Whether the pass (resident: the tile) before went to the same outputs.
    repeats: bool,
    capacity: u64,
    /// Whether the current packet has been opened, and its words not yet sent.
    open: bool,
    words_left: u64,
    pub(crate) sent: u64,
    pub(crate) arrived: u64,
    in_flight: VecDeque<(u64, u64)>,
}

/// A streamer with the current pass's figures, which follow from its state.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct OperandStreamer {
    pub(crate) state: StreamerState,
    words: BeatWords,
    copies: u64,
    /// Words of the packet that is open.
    packet: u64,
    /// Whether no other operand lies in the banks that it reads.
    pub(crate) has_own_banks: bool,
}

impl OperandStreamer {
    pub(crate) fn new(
        mapping: &Mapping,
        operand: Operand,
        places: &PerOperand<Option<BankAllocation>>,
    ) -> Self {
        let network = mapping.feed_network(operand);
        let place = places[operand];
        let shares = |o: Operand| {
            let pair = place.zip(places[o]);
            o != operand && pair.is_some_and(|(own, other)| own.shares_banks(&other))
        };
        let cursor = Cursor::first(mapping);
        let mut streamer = Self {
            state: StreamerState {
                operand,
                is_resident: mapping.resident == operand,
                width: u64::from(network.words_per_cycle),
                tag_words: TagWords::new(mapping, operand, network),
                stream: Stream::new(place, AccessKind::Read),
                latency: way(network),
                exclusive: mapping.is_exclusive(),
                resident_first: mapping.is_resident_first()
                    && mapping.resident != operand
                    && operand != Operand::Output,
                residents: 1,
                cursor,
                exhausted: false,
                pass_index: 0,
                tile_index: 1,
                beat: Beat::default(),
                beats_left: 0,
                base: [0; 2],
                repeats: false,
                capacity: 0,
                open: false,
                words_left: 0,
                sent: 0,
                arrived: 0,
                in_flight: VecDeque::new(),
            },
            words: BeatWords::new(mapping, operand, &cursor.pass),
            copies: 1,
            packet: 0,
            has_own_banks: !Operand::ALL.into_iter().any(shares),
        };
        streamer.enter_pass(mapping, true);
        streamer
    }

    fn enter_pass(&mut self, mapping: &Mapping, reloads: bool) {
        let f = &mut self.state;
        let pass = &f.cursor.pass;
        f.beat = Beat::default();
        f.base = [f.sent, f.base[0]];
        if f.is_resident {
            let pad = &mapping.accelerator.scratchpads[f.operand];
            f.beats_left = u64::from(reloads);
            f.capacity = 1 + u64::from(pad.double_buffered);
        } else {
            f.beats_left = mapping.beats(pass);
            f.capacity = 1 + mapping.packets_ahead(f.operand);
        }
        self.words = BeatWords::new(mapping, f.operand, pass);
        self.copies = mapping.copies(f.operand, pass);
    }

    /// Sends what fits into this cycle.
    pub(crate) fn tick(
        &mut self,
        mapping: &Mapping,
        tiles: &Tiles,
        credit: Credit,
        now: u64,
        ports: &mut BankPorts,
        payload: &mut impl Payload<Action>,
    ) -> Sent {
        let mut sent = Sent::default();
        self.state.stream.was_held = false;
        while self
            .state
            .in_flight
            .front()
            .is_some_and(|(at, _)| *at <= now)
        {
            if let Some((_, packets)) = self.state.in_flight.pop_front() {
                self.state.arrived += packets;
                sent.moved = true;
            }
        }
        let mut budget = self.state.width;
        let mut completed = 0;
        while self.skip_finished_passes(mapping, &mut sent) {
            if !self.state.open {
                if !self.state.may_open(tiles, credit) {
                    break;
                }
                self.packet = self.words_of_parcel(mapping);
                self.state.words_left = self.packet;
                self.state.open = true;
                sent.moved = true;
            }
            let f = &mut self.state;
            let wanted = f.tag_words.transfer(f.words_left, budget);
            let words = ports.grant(&mut f.stream, wanted);
            sent.moved |= f.stream.was_held;
            if words == 0 && f.words_left > 0 {
                break;
            }
            budget -= words;
            if f.stream.was_held || (words > 0 && f.tag_words.is_tagged()) {
                budget = 0;
            }
            f.words_left -= words;
            sent.words += words;
            sent.moved |= words > 0;
            if f.words_left > 0 {
                break;
            }
            sent.received += self.received(mapping);
            self.complete(mapping, payload);
            completed += 1;
        }
        if completed > 0 {
            self.state
                .in_flight
                .push_back((now + self.state.latency, completed));
            sent.moved = true;
        }
        sent
    }

    /// Words of the packet that is about to be opened. Partial sums that do not exist yet are not
    /// sent, but their packet still says that the PEs may begin.
    fn words_of_parcel(&self, mapping: &Mapping) -> u64 {
        let f = &self.state;
        if f.operand == Operand::Output && is_first(&f.cursor.pass) {
            return 0;
        }
        if f.is_resident {
            mapping.resident_tile_words(f.operand, &f.cursor.pass)
        } else {
            self.words.at(mapping, &f.cursor.pass, &f.beat)
        }
    }

    /// Words that the PEs together take in from the packet that was just sent.
    fn received(&self, mapping: &Mapping) -> u64 {
        let f = &self.state;
        let sent = self.packet;
        match f.operand {
            Operand::Output => sent,
            Operand::Weight => sent * self.copies,
            Operand::Input => {
                let tile = if f.is_resident {
                    f.cursor.pass
                } else {
                    f.beat.tile(mapping, &f.cursor.pass)
                };
                self.copies * mapping.window_receives(&f.cursor.pass, &tile)
            }
        }
    }

    fn complete(&mut self, mapping: &Mapping, payload: &mut impl Payload<Action>) {
        let f = &mut self.state;
        if f.is_resident {
            payload.done(&Action::Load(f.operand, f.cursor.pass));
        } else {
            payload.done(&Action::Send(f.operand, f.cursor.pass, f.beat));
            f.beat.advance(mapping, &f.cursor.pass);
        }
        f.open = false;
        f.sent += 1;
        f.beats_left -= 1;
    }

    /// Moves on to a pass that has packets left; whether there is one.
    fn skip_finished_passes(&mut self, m: &Mapping, sent: &mut Sent) -> bool {
        while self.state.beats_left == 0 {
            let f = &mut self.state;
            if f.exhausted {
                return false;
            }
            let before = f.cursor.pass;
            let Some(changed) = f.cursor.advance(m) else {
                f.exhausted = true;
                return false;
            };
            f.repeats = same_outputs(&f.cursor.pass, &before);
            f.pass_index += 1;
            if m.stages_anew(f.operand, changed) {
                f.tile_index += 1;
                f.stream.next_tile();
                sent.freed += 1;
            }
            sent.moved = true;
            f.residents += u64::from(m.reloads(m.resident, changed));
            let reloads = m.reloads(f.operand, changed);
            self.enter_pass(m, reloads);
        }
        true
    }

    /// Shows the state to a visitor: what the array has used of the packets, the passes that it has
    /// done, the resident tiles that it has entered, results written.
    pub(crate) fn visit(&mut self, v: &mut impl Visitor, m: &Mapping, at: Origins) {
        let Self {
            state,
            words,
            // It follows from the pass and the packet.
            copies: _,
            packet: _,
            has_own_banks: _,
        } = self;
        state.visit(v, at);
        *words = BeatWords::new(m, state.operand, &state.cursor.pass);
    }

    /// The beats left of its pass, and the words of the packet that is open.
    pub(crate) fn progress(&self) -> [u64; 2] {
        let packet = if self.state.open { self.packet } else { 0 };
        [self.state.beats_left, packet]
    }

    /// The pass that it is at.
    pub(crate) fn pass(&self) -> u64 {
        self.state.pass_index
    }

    /// Becomes like another in all but place, and goes on by so many passes.
    pub(crate) fn restore(&mut self, other: &Self, m: &Mapping, passes: u64) {
        let mut cursor = self.state.cursor;
        for _ in 0..passes {
            cursor.advance(m);
        }
        self.clone_from(other);
        self.state.cursor = cursor;
        self.words = BeatWords::new(m, self.state.operand, &cursor.pass);
        self.copies = m.copies(self.state.operand, &cursor.pass);
    }

    /// Whether nothing is to be sent until something else happens; no packet must be open.
    pub(crate) fn is_waiting(&self, tiles: &Tiles, credit: impl FnOnce() -> Credit) -> bool {
        let f = &self.state;
        if f.beats_left == 0 {
            f.exhausted
        } else {
            !f.open && !f.may_open(tiles, credit())
        }
    }

    /// Whether the words of the tile that the next packet comes from are in the buffer.
    pub(crate) fn is_staged(&self, tiles: &Tiles) -> bool {
        tiles.filled[self.state.operand] >= self.state.tile_index
    }
}

impl StreamerState {
    fn visit(&mut self, v: &mut impl Visitor, at: Origins) {
        let Self {
            stream,
            cursor,
            exhausted,
            pass_index,
            residents,
            tile_index,
            beat,
            beats_left,
            base: [here, before],
            repeats,
            open,
            sent,
            arrived,
            in_flight,
            // Told before the others, since they differ the soonest.
            words_left: _,
            // The mapping's.
            operand,
            is_resident: _,
            width: _,
            tag_words: _,
            latency: _,
            exclusive: _,
            resident_first: _,
            capacity: _,
        } = self;
        stream.visit(v);
        v.same(u64::from(*open));
        v.same(u64::from(*exhausted));
        v.same(u64::from(*repeats));
        v.same(in_flight.len() as u64);
        v.field(FieldKind::Count, sent, at.used);
        v.field(FieldKind::Count, arrived, at.used);
        for (time, packets) in in_flight {
            v.field(FieldKind::Time, time, at.now);
            v.same(*packets);
        }
        if !v.is_in_pass() {
            v.field(FieldKind::Count, here, *sent);
            v.field(FieldKind::Count, before, *sent);
        } else if *operand == Operand::Output && *repeats {
            // Sums are read as far behind the results as before.
            let ahead = (at.written + *here).wrapping_sub(*sent + *before);
            v.same(ahead);
        }
        v.field(FieldKind::Total, beats_left, 0);
        v.field(FieldKind::CountOrSame, pass_index, at.passes);
        v.field(FieldKind::CountOrSame, residents, at.residents);
        v.field(FieldKind::Total, tile_index, 0);
        v.cursor(cursor, beat);
    }

    fn may_open(&self, tiles: &Tiles, credit: Credit) -> bool {
        tiles.filled[self.operand] >= self.tile_index
            && self.sent < credit.used + self.capacity
            && (!self.exclusive || credit.passes_left >= self.pass_index)
            && (!self.resident_first || credit.residents >= self.residents)
            && !self.is_hazard(credit)
    }

    /// Whether earlier results are still on their way into the buffer. A pass that goes to the same
    /// outputs as the one before reads each partial sum after it was written there; otherwise all
    /// passes but the one before must have been written, since one of them may have the sums.
    pub(crate) fn is_hazard(&self, credit: Credit) -> bool {
        if self.operand != Operand::Output || is_first(&self.cursor.pass) {
            return false;
        }
        if self.is_resident {
            return credit.written + u64::from(!self.repeats) < self.sent;
        }
        let [here, before] = self.base;
        let needed = if self.repeats {
            (self.sent - here + 1).min(here - before)
        } else {
            0
        };
        credit.written < before + needed
    }

    /// Whether words are on their way and nothing is left to send of the packet after `index`.
    pub(crate) fn is_in_flight(&self, index: u64) -> bool {
        self.sent > index
    }

    /// Whether a packet is being sent.
    pub(crate) fn is_sending(&self) -> bool {
        self.open && self.words_left > 0
    }

    /// What is left of the packet that is being sent.
    pub(crate) fn flow(&self) -> Flow {
        Flow::new(self.words_left, self.width, self.tag_words)
    }

    /// Counts words of the packet as sent.
    pub(crate) fn send(&mut self, words: u64) {
        self.words_left -= words;
    }

    /// Words left of the packet that is being sent.
    pub(crate) fn words_left(&self) -> u64 {
        self.words_left
    }

    /// The next time at which something arrives.
    pub(crate) fn next_event(&self) -> u64 {
        self.in_flight.front().map_or(u64::MAX, |(at, _)| *at)
    }
}

impl Mapping {
    /// Words of a resident tile that its pass brings into (or out of) the array.
    pub(crate) fn resident_tile_words(&self, operand: Operand, pass: &PerDim<Span>) -> u64 {
        BeatWords::new(self, operand, pass).at(self, pass, &Beat::default())
    }
}
