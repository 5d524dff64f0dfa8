//! Memoisation of passes: a pass that begins in the same state as an earlier one is replayed.
//!
//! ```text
//! when a pass has ended:
//!     note how it began, and what it has led to
//!     if all is as it was before a pass that was noted, and the passes ahead are like those then:
//!         leave all as that left it, but for time and place
//! ```
//!
//! So the loops of a few passes are skipped along, over channels and taps, which end before they have
//! shown a period. As in `period`, this is about all but what moves tiles, as long as no tile is
//! exchanged; that part works through the same time by itself.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::Dim;

use crate::machine::Machine;
use crate::machine::action::Action;
use crate::machine::array::Array;
use crate::machine::operand_streamer::OperandStreamer;
use crate::machine::output_fifo::OutputFifo;
use crate::machine::ports::Stream;
use crate::machine::skipping::period::CountingTrace;
use crate::machine::skipping::period::snapshot::{Rebase, Snapshot, Totals};
use crate::machine::transfer::Tiles;
use crate::mapping::{Mapping, PAIRS, is_first, same_outputs};
use crate::payload::Payload;
use crate::program::Cursor;
use crate::trace::Trace;

/// Cycles of a pass's work below which it is as soon worked through.
const WORTHWHILE: u64 = 24;

/// Passes ahead to which something may have come during one.
const FURTHEST_AHEAD: u64 = 16;

/// Passes that are looked up in vain before a back-off.
const RETRY_THRESHOLD: u32 = 64;

/// Entries that are kept.
const MOST: usize = 256;

/// What earlier passes led to.
#[derive(Clone, Debug, Default)]
pub(super) struct Memo {
    entries: Vec<MemoEntry>,
    /// The state in which the pass that is under way began.
    entered: Option<EntryState>,
    /// The most passes ahead that had to do with one of them.
    furthest_ahead: u64,
    /// Passes that were looked up in vain, those that are to be left alone for it, and how many that
    /// was the last time.
    misses: u32,
    backoff: u32,
    last_backoff: u32,
}

impl Memo {
    /// Whether it is worth while to look: now and then only, where nothing has been found.
    fn is_worthwhile(&mut self) -> bool {
        if self.misses == RETRY_THRESHOLD {
            self.last_backoff =
                (2 * self.last_backoff).clamp(RETRY_THRESHOLD, 32 * RETRY_THRESHOLD);
            self.backoff = self.last_backoff;
            self.misses = 0;
        }
        self.backoff = self.backoff.saturating_sub(1);
        self.backoff == 0
    }

    fn insert(&mut self, memo_entry: MemoEntry) {
        self.furthest_ahead = self
            .furthest_ahead
            .max((memo_entry.ahead.len() / NUMBERS) as u64);
        self.entries.push(memo_entry);
    }
}

/// The state of all but what moves tiles, where a pass begins.
#[derive(Clone, Debug)]
struct EntryState {
    state: Snapshot,
    /// Of each streamer the beats left of its pass, and the words of the packet that is open.
    streamers: PerOperand<[u64; 2]>,
    /// The pass and the tile that each streamer is at.
    streamer_passes: PerOperand<u64>,
    streamer_tiles: PerOperand<u64>,
    /// Whether each has its tile in the buffer, and output tiles by which that is ahead of the array.
    is_staged: PerOperand<bool>,
    tiles_ahead: u64,
    position: Cursor,
    now: u64,
    passes: u64,
    tiles: Tiles,
    touches_banks: bool,
}

/// What a pass led to.
#[derive(Clone, Debug)]
struct MemoEntry {
    from: EntryState,
    /// The passes that had to do with it.
    ahead: Vec<u64>,
    to: Snapshot,
    /// What has only grown, and by how much.
    growth: Vec<u64>,
    cycles: u64,
    array: Array,
    streamers: PerOperand<OperandStreamer>,
    results: Stream,
    output_fifo: OutputFifo,
}

impl MemoEntry {
    /// Whether it is the entry for this state with such passes ahead.
    fn fits(&self, entry_state: &EntryState, ahead: &[u64]) -> bool {
        ahead.starts_with(&self.ahead)
            && self.from.streamers == entry_state.streamers
            && self.from.tiles_ahead == entry_state.tiles_ahead
            && self.from.state.is_like(&entry_state.state)
    }
}

impl<P: Payload<Action>> Machine<'_, P> {
    /// To be called when a pass has ended: replays the next from the memo, if it begins as an earlier
    /// one did.
    pub(super) fn replay_pass<T: Trace>(
        &mut self,
        memo: &mut Memo,
        trace: &mut CountingTrace<'_, T>,
    ) {
        let entered = memo.entered.take();
        let is_simple = self.array.is_at_begin(self.m) && self.output_fifo.is_empty();
        if !is_simple || self.array.work() < WORTHWHILE || !memo.is_worthwhile() {
            return;
        }
        let now = self.entry_state();
        if let Some(entered) = entered
            && memo.entries.len() < MOST
            && let Some(memo_entry) = self.memo_entry(entered, &now)
        {
            memo.insert(memo_entry);
        }
        let ahead = ahead(self.m, self.array.cursor, memo.furthest_ahead);
        let known = memo.entries.iter().find(|c| c.fits(&now, &ahead));
        match known {
            Some(memo_entry) if !now.touches_banks && self.is_independent(&now.tiles) => {
                self.replay(memo_entry, &now.state.totals, trace);
                (memo.misses, memo.last_backoff) = (0, 0);
            }
            Some(_) => {}
            None => {
                memo.entered = Some(now);
                memo.misses += 1;
            }
        }
    }

    fn entry_state(&mut self) -> EntryState {
        let mut state = Snapshot::default();
        self.visit_core(&mut state);
        let (tiles, array) = (self.tiles, &self.array);
        EntryState {
            state,
            streamers: PerOperand::from_fn(|o| self.streamers[o].progress()),
            streamer_passes: PerOperand::from_fn(|o| self.streamers[o].pass()),
            streamer_tiles: PerOperand::from_fn(|o| self.streamers[o].state.tile_index),
            is_staged: PerOperand::from_fn(|o| self.streamers[o].is_staged(&tiles)),
            tiles_ahead: tiles.filled.output.wrapping_sub(array.output_tiles),
            position: array.cursor,
            now: self.now,
            passes: array.passes_done,
            tiles,
            touches_banks: self.touches_banks(),
        }
    }

    /// The entry that leads from one state to the next, if nothing had a part in it that moves tiles.
    fn memo_entry(&self, from: EntryState, to: &EntryState) -> Option<MemoEntry> {
        let is_next =
            from.passes + 1 == to.passes && !from.state.has_tiles() && !to.state.has_tiles();
        let has_come = |o: Operand| self.tiles.filled[o] > from.tiles.filled[o];
        let is_met = |o: Operand| has_come(o) && (o == Operand::Output || !from.is_staged[o]);
        let is_independent = !from.touches_banks
            && !to.touches_banks
            && self.is_independent(&from.tiles)
            && from.streamer_tiles == to.streamer_tiles
            && !Operand::ALL.into_iter().any(is_met);
        let passes = Operand::ALL.map(|o| self.streamers[o].pass() + 1);
        let passes = passes.into_iter().fold(to.passes + 1, u64::max) - from.passes;
        (is_next && is_independent && passes <= FURTHEST_AHEAD).then(|| MemoEntry {
            ahead: ahead(self.m, from.position, passes),
            to: to.state.clone(),
            growth: growth(&to.state.totals, &from.state.totals),
            cycles: to.now - from.now,
            array: self.array.clone(),
            streamers: self.streamers.clone(),
            results: self.results.clone(),
            output_fifo: self.output_fifo.clone(),
            from,
        })
    }

    /// Takes a pass on a course, unless something that the array waits for arrives in the midst of it.
    fn replay<T: Trace>(
        &mut self,
        memo_entry: &MemoEntry,
        totals: &[u64],
        trace: &mut CountingTrace<'_, T>,
    ) {
        let until = self.now + memo_entry.cycles;
        let ends = |m: &Self, at| m.brings_awaited(at) || m.dma.brings(Operand::Output, at);
        // Whose turn it is depends on the pass that the array is at, from the last cycle on the next.
        let (last, passes) = (until - 1, self.array.passes_done);
        let mut reached = self.drive_link(last, ends, trace);
        if reached == last {
            reached = self.drive_link_at(passes + 1, last..until, ends, trace);
        }
        if reached < until {
            return self.drive_core(reached, trace);
        }
        let (pass, mark) = (self.array.cursor.pass, self.pass_mark);
        self.array.restore(&memo_entry.array);
        for operand in Operand::ALL {
            let passes =
                memo_entry.streamers[operand].pass() - memo_entry.from.streamer_passes[operand];
            self.streamers[operand].restore(&memo_entry.streamers[operand], self.m, passes);
        }
        self.results.clone_from(&memo_entry.results);
        self.output_fifo.clone_from(&memo_entry.output_fifo);
        self.now = until;
        let grown = totals.iter().zip(&memo_entry.growth);
        self.visit_core(&mut Totals(
            grown.map(|(total, by)| total.wrapping_add(*by)),
        ));
        self.visit_core(&mut Rebase::new(&memo_entry.to));
        self.array.go_on(self.m);
        self.tell_pass(trace, mark, until, &pass);
    }
}

/// Numbers about a pass.
const NUMBERS: usize = 16;

/// All about so many passes from a position on that has to do with their course.
fn ahead(m: &Mapping, mut cursor: Cursor, passes: u64) -> Vec<u64> {
    let mut ahead = Vec::with_capacity(NUMBERS * passes as usize);
    let mut before = cursor.pass;
    for _ in 0..passes {
        let pass = &cursor.pass;
        ahead.extend(Dim::ALL.map(|d| pass[d].extent));
        // Where the kernel meets padding.
        for (axis, (output, tap)) in m.axes.iter().zip(PAIRS) {
            let inner = axis.inner_outputs(m.layer.size(tap));
            let outputs = pass[output];
            let is_inner = inner.start <= outputs.start && outputs.end() <= inner.end;
            let place = if is_inner { u64::MAX } else { outputs.start };
            ahead.extend([place, pass[tap].start]);
        }
        let flags = [
            is_first(pass),
            m.finishes(pass),
            same_outputs(pass, &before),
        ];
        ahead.extend(flags.map(u64::from));
        before = *pass;
        match cursor.advance(m) {
            Some(changed) => ahead.push(changed.into()),
            None => {
                ahead.push(u64::MAX);
                break;
            }
        }
    }
    ahead
}

fn growth(after: &[u64], before: &[u64]) -> Vec<u64> {
    let each = after.iter().zip(before);
    each.map(|(after, before)| after.wrapping_sub(*before))
        .collect()
}
