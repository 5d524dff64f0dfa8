//! The payload that makes the machine compute: every word carries its value.
//!
//! Values move only as the machine's transfers do: DRAM tensor -> tile in the buffer -> packet on
//! the network -> PE -> results on the way out -> tile in the buffer -> DRAM tensor. A word that
//! is used before it arrived, or was released, is missing, and the run stops with its indices.

use std::collections::{HashMap, VecDeque};

use bitvec::vec::BitVec;
use stationary_arch::{Operand, Padding, PerOperand};
use stationary_workloads::{Dim, Layer, PerDim};

use crate::beat::Beat;
use crate::machine::Machine;
use crate::machine::action::Action;
use crate::mapping::{Mapping, is_first};
use crate::pace::Pace;
use crate::payload::Payload;
use crate::reference_counts::{Word, each, word};
use crate::run::FunctionalRun;
use crate::tensors::Tensors;
use crate::window::Span;

/// Runs a mapping on the machine with values in its words.
///
/// Memory and time grow with the layer's MACs; meant for small layers.
///
/// # Panics
/// If the tensors do not have the layer's sizes, or if the machine uses a word that is not there:
/// a fault of the machine.
pub fn run_functional(mapping: &Mapping, tensors: &Tensors, pace: Pace) -> FunctionalRun {
    let layer = &mapping.layer;
    assert_eq!(
        tensors.input.len() as u64,
        layer.inputs(),
        "input tensor has the layer's size"
    );
    assert_eq!(
        tensors.weight.len() as u64,
        layer.weights(),
        "weight tensor has the layer's size"
    );
    let values = Values {
        m: mapping,
        tensors,
        output: vec![None; layer.outputs() as usize],
        done: BitVec::repeat(false, layer.macs() as usize),
        repeated: false,
        buffer: PerOperand::default(),
        sent: PerOperand::default(),
        parked: VecDeque::new(),
        live: PerOperand::default(),
        sums: HashMap::new(),
        emitted: VecDeque::new(),
        closed: VecDeque::new(),
        pass: None,
    };
    let mut machine = Machine::new(mapping, values);
    let run = machine.run(pace, super::Limits::NONE, &mut ());
    let run = run.expect("nothing stops it");
    let values = machine.payload;
    FunctionalRun {
        run,
        each_mac_once: Some(!values.repeated && values.done.all()),
        output: values
            .output
            .into_iter()
            .map(|v| v.expect("every output is stored by the end of the run"))
            .collect(),
    }
}

type Tile = HashMap<Word, i64>;

struct Values<'t> {
    m: &'t Mapping,
    tensors: &'t Tensors,
    output: Vec<Option<i64>>,
    done: BitVec,
    repeated: bool,
    /// Tiles in the global buffer, oldest first.
    buffer: PerOperand<VecDeque<Tile>>,
    /// Parcels of streamed operands on their way to the array.
    sent: PerOperand<VecDeque<Tile>>,
    /// Resident tiles in the array or on their way, oldest first.
    parked: VecDeque<Tile>,
    /// Words of the current pass that streamed in.
    live: PerOperand<Tile>,
    /// Partial sums at the PEs.
    sums: Tile,
    emitted: VecDeque<Tile>,
    /// Complete output tiles that wait to be stored, oldest first.
    closed: VecDeque<Tile>,
    pass: Option<PerDim<Span>>,
}

impl Values<'_> {
    fn dram_value(&self, operand: Operand, word: &Word) -> i64 {
        let m = self.m;
        match operand {
            Operand::Input => {
                unpadded(m, word).map_or(0, |word| self.tensors.input[input_index(&m.layer, &word)])
            }
            Operand::Weight => self.tensors.weight[weight_index(&m.layer, word)],
            Operand::Output => self.output[output_index(&m.layer, word)]
                .expect("a spilled partial sum was stored before it is read back"),
        }
    }

    /// The words under a box, read from the buffer's tile that the array is at.
    fn read(&self, operand: Operand, tile: &PerDim<Span>) -> Tile {
        let m = self.m;
        let mut words = Tile::new();
        if operand == Operand::Output && is_first(tile) {
            each(tile, |at| {
                words.extend(word(m, operand, at).map(|w| (w, 0)));
            });
            return words;
        }
        each(tile, |at| {
            let Some(word) = word(m, operand, at) else {
                return;
            };
            let value = self.buffer[operand]
                .iter()
                .rev()
                .find_map(|tile| tile.get(&word));
            words.insert(
                word,
                *value.expect("a word is read while its tile is in the buffer"),
            );
        });
        words
    }

    fn operand_value(&self, operand: Operand, word: &Word) -> i64 {
        let m = self.m;
        let place = if operand == m.resident {
            self.parked
                .front()
                .expect("the resident tile is in the array")
        } else {
            &self.live[operand]
        };
        *place.get(word).expect("a word is used after it arrived")
    }
}

impl Payload<Action> for Values<'_> {
    fn done(&mut self, action: &Action) {
        match action {
            Action::Fill(operand, tile) => self.fill(*operand, tile),
            Action::Free(operand) => _ = self.buffer[*operand].pop_front(),
            Action::Load(operand, pass) => {
                let words = self.read(*operand, pass);
                self.parked.push_back(words);
            }
            Action::Send(operand, pass, beat) => {
                let words = self.read(*operand, &beat.tile(self.m, pass));
                self.sent[*operand].push_back(words);
            }
            Action::Retire => _ = self.parked.pop_front(),
            Action::Compute(pass, beat) => self.compute(pass, beat),
            Action::Emit => self.emitted.push_back(std::mem::take(&mut self.sums)),
            Action::Write => self.write(),
            Action::Close => self.closed.extend(self.buffer.output.pop_front()),
            Action::Store(tile) => self.store(tile),
        }
    }
}

impl Values<'_> {
    fn fill(&mut self, operand: Operand, tile: &PerDim<Span>) {
        let m = self.m;
        let mut words = Tile::new();
        if operand != Operand::Output || !is_first(tile) {
            each(tile, |at| {
                if let Some(word) = word(m, operand, at) {
                    words
                        .entry(word)
                        .or_insert_with(|| self.dram_value(operand, &word));
                }
            });
        }
        self.buffer[operand].push_back(words);
    }

    fn compute(&mut self, pass: &PerDim<Span>, beat: &Beat) {
        let m = self.m;
        if self.pass != Some(*pass) {
            self.pass = Some(*pass);
            self.live = PerOperand::default();
        }
        for operand in Operand::ALL {
            if operand != m.resident {
                let packet = self.sent[operand]
                    .pop_front()
                    .expect("a beat's words were sent");
                self.live[operand].extend(packet);
            }
        }
        let mut sums = std::mem::take(&mut self.sums);
        each(&beat.tile(m, pass), |at| {
            let index = mac_index(&m.layer, at);
            self.repeated |= self.done.replace(index, true);
            let target = word(m, Operand::Output, at).expect("outputs are never padding");
            let weight = word(m, Operand::Weight, at).expect("weights are never padding");
            let sum = sums
                .entry(target)
                .or_insert_with(|| self.operand_value(Operand::Output, &target));
            if let Some(input) = word(m, Operand::Input, at) {
                *sum += self.operand_value(Operand::Input, &input)
                    * self.operand_value(Operand::Weight, &weight);
            }
        });
        self.sums = sums;
    }

    fn write(&mut self) {
        let words = self
            .emitted
            .pop_front()
            .expect("results were emitted before they are written");
        let tile = self
            .buffer
            .output
            .front_mut()
            .expect("an output tile is in the buffer");
        tile.extend(words);
    }

    fn store(&mut self, tile: &PerDim<Span>) {
        let m = self.m;
        let words = self
            .closed
            .pop_front()
            .expect("a tile was complete before it is stored");
        each(tile, |at| {
            let word = word(m, Operand::Output, at).expect("outputs are never padding");
            let value = words
                .get(&word)
                .expect("every word of a complete tile was written");
            self.output[output_index(&m.layer, &word)] = Some(*value);
        });
    }
}

/// The input's own word under a word of the memory; `None` for padding that is stored.
fn unpadded(m: &Mapping, word: &Word) -> Option<Word> {
    if m.accelerator.global_buffer.padding == Padding::Skipped {
        return Some(*word);
    }
    let mut own = *word;
    for (dim, window) in [(Dim::P, m.layer.rows()), (Dim::Q, m.layer.cols())] {
        let at = word[dim.index()].checked_sub(window.pad)?;
        own[dim.index()] = Some(at).filter(|at| *at < window.input)?;
    }
    Some(own)
}

fn mac_index(layer: &Layer, at: &Word) -> usize {
    flat(Dim::ALL.map(|d| (at[d.index()], layer.size(d))))
}

fn input_index(layer: &Layer, w: &Word) -> usize {
    let [n, g, c] = [Dim::N, Dim::G, Dim::C].map(|d| (w[d.index()], layer.size(d)));
    let row = (w[Dim::P.index()], layer.rows().input);
    let col = (w[Dim::Q.index()], layer.cols().input);
    flat([n, g, c, row, col])
}

fn weight_index(layer: &Layer, w: &Word) -> usize {
    flat([Dim::G, Dim::K, Dim::C, Dim::R, Dim::S].map(|d| (w[d.index()], layer.size(d))))
}

fn output_index(layer: &Layer, w: &Word) -> usize {
    flat([Dim::N, Dim::G, Dim::K, Dim::P, Dim::Q].map(|d| (w[d.index()], layer.size(d))))
}

fn flat<const D: usize>(digits: [(u64, u64); D]) -> usize {
    digits
        .into_iter()
        .fold(0, |index, (digit, base)| index * base + digit) as usize
}
