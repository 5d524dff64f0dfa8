//! What of a machine decides how its run goes on, as it can be written down.
//!
//! It is all but what follows from the mapping, and what each cycle begins anew. A field that a machine gets
//! is a compile error here until it is said which of these it is.

use serde::{Deserialize, Serialize};
use stationary_arch::PerOperand;

use super::array::Array;
use super::dma::Dma;
use super::operand_streamer::OperandStreamer;
use super::output_fifo::OutputFifo;
use super::ports::{BankPorts, Stream};
use super::transfer::Tiles;
use super::{Machine, PassMark};
use crate::counters::Counters;
use crate::mapping::Mapping;
use crate::stall::Stalls;
use crate::timing::tags::TagWords;

/// A machine between two cycles.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) now: u64,
    tiles: Tiles,
    dma: Dma,
    streamers: PerOperand<OperandStreamer>,
    array: Array,
    output_fifo: OutputFifo,
    results: Stream,
    written: u64,
    tag_words: TagWords,
    open_words: u64,
    counters: Counters,
    busy: u64,
    stalls: Stalls,
    first_mac: Option<u64>,
    first_work: Option<u64>,
    last_result: u64,
    pass_mark: PassMark,
}

impl From<Machine<'_, ()>> for State {
    fn from(machine: Machine<'_, ()>) -> Self {
        let Machine {
            m: _,
            ports: _,
            waits: _,
            payload: (),
            now,
            tiles,
            dma,
            streamers,
            array,
            output_fifo,
            results,
            written,
            tag_words,
            open_words,
            counters,
            busy,
            stalls,
            first_mac,
            first_work,
            last_result,
            pass_mark,
        } = machine;
        Self {
            now,
            tiles,
            dma,
            streamers,
            array,
            output_fifo,
            results,
            written,
            tag_words,
            open_words,
            counters,
            busy,
            stalls,
            first_mac,
            first_work,
            last_result,
            pass_mark,
        }
    }
}

impl State {
    /// The machine of a mapping in this state.
    pub(super) fn machine(self, m: &Mapping) -> Machine<'_, ()> {
        let Self {
            now,
            tiles,
            mut dma,
            streamers,
            array,
            mut output_fifo,
            results,
            written,
            tag_words,
            open_words,
            counters,
            busy,
            stalls,
            first_mac,
            first_work,
            last_result,
            pass_mark,
        } = self;
        dma.attach(m);
        output_fifo.attach(m.accelerator.global_buffer.delivery);
        Machine {
            m,
            ports: BankPorts::default(),
            waits: PerOperand::default(),
            payload: (),
            now,
            tiles,
            dma,
            streamers,
            array,
            output_fifo,
            results,
            written,
            tag_words,
            open_words,
            counters,
            busy,
            stalls,
            first_mac,
            first_work,
            last_result,
            pass_mark,
        }
    }
}
