//! How a layer may be unrolled, told by how many passes it makes and what room it takes.

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::{bit, is_relevant};
use crate::mapping::{Mapping, PAIRS, WindowMulticast};
use crate::model::space_bound::relaxation::Relaxation;
use crate::model::space_bound::unrolling::{Choice, NONE, Unrolling};

/// Dimensions in the order in which they are chosen: both of a window axis side by side.
const ORDER: [Dim; 8] = [
    Dim::R,
    Dim::P,
    Dim::S,
    Dim::Q,
    Dim::N,
    Dim::G,
    Dim::C,
    Dim::K,
];

/// Unrollings of which a bound is known.
pub(super) type Found = Vec<(u64, Unrolling)>;

/// All unrollings that the array has room for and of which `bound` is some, and whether `nodes` sufficed.
pub(super) fn unrollings(
    relaxation: &Relaxation,
    nodes: &mut u64,
    bound: impl Fn(&Unrolling) -> Option<u64>,
) -> (Found, bool) {
    let m = &relaxation.m;
    let mut enumeration = Enumeration {
        relaxation,
        bound,
        m: m.clone(),
        nodes,
        found: Vec::new(),
        unrolling: Unrolling {
            choices: PerDim::splat(NONE),
            multicast: [WindowMulticast::Once; 2],
        },
    };
    let free = Room {
        pes: [m.accelerator.array.rows, m.accelerator.array.cols].map(u64::from),
        words: PerOperand::from_fn(|_| 1),
        unrolled: [0; 2],
    };
    enumeration.descend(&ORDER, free);
    let is_complete = *enumeration.nodes > 0;
    (enumeration.found, is_complete)
}

/// What the choices so far leave and take.
#[derive(Clone, Copy)]
struct Room {
    /// Rows and columns that are left.
    pes: [u64; 2],
    /// Words of a PE.
    words: PerOperand<u64>,
    /// Dimensions along rows and columns, a bit each.
    unrolled: [u8; 2],
}

struct Enumeration<'a, B> {
    relaxation: &'a Relaxation,
    bound: B,
    /// Takes the choices, to say what a PE holds of a window.
    m: Mapping,
    nodes: &'a mut u64,
    found: Found,
    unrolling: Unrolling,
}

impl<B: Fn(&Unrolling) -> Option<u64>> Enumeration<'_, B> {
    fn descend(&mut self, dims: &[Dim], room: Room) {
        let Some((&d, inner)) = dims.split_first() else {
            if let Some(least) = (self.bound)(&self.unrolling) {
                *self.nodes = self.nodes.saturating_sub(KEPT);
                self.found.push((least, self.unrolling));
            }
            return;
        };
        let size = self.m.layer.size(d);
        let may = self.relaxation.unrolls(d);
        for rows in factors(size, room.pes[0], may[0]) {
            let share = size.div_ceil(rows);
            for cols in factors(share, room.pes[1], may[1]) {
                self.localise(d, [rows, cols], inner, &room);
            }
        }
    }

    /// Goes on with every number of indices that a PE may have of a dimension.
    fn localise(&mut self, d: Dim, unrolled: [u64; 2], inner: &[Dim], room: &Room) {
        let size = self.m.layer.size(d);
        let [rows, cols] = unrolled;
        let share = size.div_ceil(rows * cols);
        let mut room = *room;
        for (axis, factor) in unrolled.into_iter().enumerate() {
            room.pes[axis] /= factor;
            if factor > 1 {
                room.unrolled[axis] |= bit(d);
            }
        }
        if !self.relaxation.enters_at_edges(room.unrolled) {
            return;
        }
        let is_beat = self.m.beat_step[d] > 0;
        let most = match is_beat || !self.m.dataflow.local.contains(&d) {
            true => 1,
            false => share,
        };
        let mut held = 1;
        while held <= most {
            if *self.nodes == 0 {
                return;
            }
            *self.nodes -= 1;
            // Of many, some at a time: the room of the least of them, the passes of the most.
            let last = (held + held / FINE).min(most);
            let passes = |held: u64| if is_beat { 1 } else { share.div_ceil(held) };
            let fewest = passes(last);
            self.unrolling.choices[d] = Choice {
                unrolled,
                held,
                passes: fewest,
                busy: self.relaxation.busy(d, share),
                held_most: last,
                pes: if is_beat { 1 } else { size.div_ceil(last) },
                least: size.div_ceil(passes(held)),
                most: match fewest {
                    1 => size,
                    passes => (size - 1) / (passes - 1),
                },
            };
            match self.hold(d, held, &room) {
                Some(next) => self.descend(inner, next),
                // What is larger needs more.
                None => return,
            }
            if fewest == 1 {
                return;
            }
            held = share.div_ceil(fewest - 1);
        }
    }

    /// What a PE holds with so many indices of a dimension, if its scratchpads have room.
    fn hold(&mut self, d: Dim, held: u64, room: &Room) -> Option<Room> {
        let mut next = *room;
        let is_window = PAIRS.iter().any(|(output, tap)| d == *output || d == *tap);
        for o in Operand::ALL {
            if is_relevant(o, d) && !(is_window && o == Operand::Input) {
                next.words[o] = next.words[o].saturating_mul(held);
            }
        }
        if let Some(axis) = PAIRS.iter().position(|(output, _)| *output == d) {
            let (output, tap) = PAIRS[axis];
            for d in [output, tap] {
                let choice = &self.unrolling.choices[d];
                self.m.tiling.local[d] = choice.held;
                [self.m.tiling.rows[d], self.m.tiling.cols[d]] = choice.unrolled;
            }
            self.m.set_multicast();
            self.unrolling.multicast[axis] = self.m.multicast[axis];
            let [outputs, taps] = [output, tap].map(|d| self.unrolling.choices[d].held);
            next.words.input *= self.m.window_of(axis, outputs, taps);
        }
        let fits = Operand::ALL
            .into_iter()
            .all(|o| next.words[o] <= self.relaxation.scratchpads()[o]);
        fits.then_some(next)
    }
}

/// Nodes that an unrolling costs which is kept: with the effort that searches make, all of them take less than
/// 300 MB.
const KEPT: u64 = 3;

/// Up to so many indices a PE, each number of passes is tried.
const FINE: u64 = 64;

/// The least factors, up to some number of PEs, for each number of shares that they make of a size.
fn factors(size: u64, pes: u64, may: bool) -> impl Iterator<Item = u64> {
    let most = if may { pes.min(size) } else { 1 };
    (1..=most).filter(move |f| *f == 1 || size.div_ceil(*f) < size.div_ceil(f - 1))
}
