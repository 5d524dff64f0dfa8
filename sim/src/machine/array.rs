//! The PE array: starts a beat when every operand of it is there, works on it for as many cycles
//! as the busiest PE has steps, and hands its results to the way out.

use std::collections::VecDeque;

use stationary_arch::{Operand, Topology};
use stationary_workloads::{Dim, PerDim};

use crate::beat::Beat;
use crate::dataflow::is_reduction;
use crate::mapping::Mapping;
use crate::program::Cursor;
use crate::window::Span;

/// Results on their way from the PEs to the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Outgoing {
    /// When the last of them is at the network.
    pub(crate) ready: u64,
    /// Words not yet written.
    pub(crate) words: u64,
    /// The output tile of the buffer that they finish.
    pub(crate) closes: Option<PerDim<Span>>,
}

/// The array's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Array {
    pub(crate) cursor: Cursor,
    pub(crate) done: bool,
    pub(crate) passes_done: u64,
    pub(crate) beat: Beat,
    beats_left: u64,
    /// Cycles left of the beat at work; 0 between beats.
    pub(crate) remaining: u64,
    pub(crate) beats_started: u64,
    /// Resident tiles entered, and given up.
    pub(crate) residents: u64,
    pub(crate) retired: u64,
    /// Output tiles of the buffer entered.
    pub(crate) output_tiles: u64,
    steps: u64,
    depth: u64,
    pub(crate) results: VecDeque<Outgoing>,
    results_capacity: usize,
    /// Words of results that one beat emits.
    result_words: u64,
    /// MACs of a beat, padding included.
    pub(crate) macs: u64,
    hops: u64,
}

/// What a finished beat counted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Finished {
    pub(crate) macs: u64,
    pub(crate) hops: u64,
    pub(crate) pass_ended: bool,
    pub(crate) emitted: bool,
}

impl Array {
    pub(crate) fn new(mapping: &Mapping<'_>) -> Self {
        let mut array = Self {
            cursor: Cursor::first(mapping),
            done: false,
            passes_done: 0,
            beat: Beat::default(),
            beats_left: 0,
            remaining: 0,
            beats_started: 0,
            residents: 1,
            retired: 0,
            output_tiles: 1,
            steps: 0,
            depth: 0,
            results: VecDeque::new(),
            results_capacity: 0,
            result_words: 0,
            macs: 0,
            hops: 0,
        };
        array.enter_pass(mapping);
        array
    }

    fn enter_pass(&mut self, mapping: &Mapping<'_>) {
        let pass = &self.cursor.pass;
        self.beat = Beat::default();
        self.beats_left = mapping.beats(pass);
        self.steps = mapping.steps(pass);
        self.depth = mapping.depth(pass);
        self.results_capacity = mapping.results_capacity(pass) as usize;
        self.result_words = mapping.resident_tile_words(Operand::Output, pass);
        self.hops = if mapping.resident == Operand::Output {
            0
        } else {
            let adders: u64 = reductions()
                .map(|d| mapping.chunks(d, pass[d].extent))
                .product();
            self.result_words * (adders - 1)
        };
    }

    /// Whether the way out can take the results of another beat.
    pub(crate) fn has_room(&self, mapping: &Mapping<'_>) -> bool {
        mapping.resident == Operand::Output || self.results.len() < self.results_capacity
    }

    /// Starts the next beat; its operands must be there.
    pub(crate) fn start(&mut self) {
        self.remaining = self.steps;
        self.beats_started += 1;
    }

    /// Finishes the beat at work: emits results and moves on.
    pub(crate) fn finish(&mut self, mapping: &Mapping<'_>, now: u64) -> Finished {
        let tile = self.beat.tile(mapping, &self.cursor.pass);
        let macs = Dim::ALL.iter().map(|d| tile[*d].extent).product();
        let mut finished = Finished {
            macs,
            hops: self.hops,
            ..Finished::default()
        };
        self.beat.advance(mapping, &self.cursor.pass);
        self.beats_left -= 1;
        let next = if self.beats_left == 0 {
            self.cursor.next_change(mapping)
        } else {
            None
        };
        let ends = self.beats_left == 0;
        let leaves = |exchanged: &dyn Fn(u8) -> bool| ends && next.is_none_or(exchanged);
        let resident_leaves = leaves(&|changed| mapping.reloads(mapping.resident, changed));
        let closes = leaves(&|changed| mapping.stages_anew(Operand::Output, changed))
            .then_some(self.cursor.block);
        if mapping.resident != Operand::Output || resident_leaves {
            let latency = u64::from(mapping.accelerator.networks.psum_out.latency).max(1);
            let ready = now + self.depth + latency;
            self.results.push_back(Outgoing {
                ready,
                words: self.result_words,
                closes,
            });
            finished.emitted = true;
        }
        if resident_leaves {
            self.retired += 1;
        }
        if ends {
            finished.pass_ended = true;
            self.passes_done += 1;
            match self.cursor.advance(mapping) {
                None => self.done = true,
                Some(changed) => {
                    self.residents += u64::from(mapping.reloads(mapping.resident, changed));
                    self.output_tiles += u64::from(mapping.stages_anew(Operand::Output, changed));
                    self.enter_pass(mapping);
                }
            }
        }
        finished
    }
}

fn reductions() -> impl Iterator<Item = Dim> {
    Dim::ALL.into_iter().filter(|d| is_reduction(*d))
}

impl Mapping<'_> {
    /// Cycles from a beat's last local step until its last result is at the network: the MAC
    /// pipeline, and the skew of a systolic array, the adder tree, or the chain of PEs that adds.
    pub(crate) fn depth(&self, pass: &PerDim<Span>) -> u64 {
        let a = self.accelerator;
        let pipeline = u64::from(a.array.mac_latency);
        let n = &a.networks;
        if [n.input, n.weight]
            .iter()
            .any(|n| n.topology == Topology::Systolic)
        {
            let (rows, cols) = self.used_array(pass);
            return pipeline + rows + cols - 2;
        }
        let adders: u64 = reductions()
            .map(|d| self.chunks(d, pass[d].extent))
            .product();
        pipeline
            + match n.psum_out.topology {
                Topology::Tree => u64::from(adders.next_power_of_two().trailing_zeros()),
                _ => adders - 1,
            }
    }

    /// Beats whose results may be on their way out: those in the array's pipeline and on the
    /// network's wires, one being sent, one in the PEs' output registers, and what their queues
    /// hold.
    pub(crate) fn results_capacity(&self, pass: &PerDim<Span>) -> u64 {
        let network = self.accelerator.networks.psum_out;
        let way = self.depth(pass) + u64::from(network.latency).max(1);
        let held = self.beat_words_per_pe(Operand::Output);
        way.div_ceil(self.steps(pass)) + 2 + u64::from(network.fifo_words) / held
    }

    /// Rows and columns of PEs that a pass occupies.
    pub(crate) fn used_array(&self, pass: &PerDim<Span>) -> (u64, u64) {
        let mut used = (1, 1);
        for d in Dim::ALL {
            let chunks = self.chunks(d, pass[d].extent);
            used.1 *= chunks.min(self.tiling.cols[d]);
            used.0 *= chunks.div_ceil(self.tiling.cols[d]);
        }
        used
    }
}
