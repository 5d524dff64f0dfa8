//! The tracks of an accelerator: one for each component, and its counters.

use stationary_arch::{Accelerator, DramKind, Operand, PerOperand};

use crate::clock::Clock;
use crate::trace_document::{TraceDocument, TrackId};

/// Where everything goes.
#[derive(Clone, Debug)]
pub struct Tracks {
    pub layers: TrackId,
    pub passes: TrackId,
    pub array: TrackId,
    /// What the array waits for, by operand: all at once, where the stalls of `array` have one cause.
    pub waits: PerOperand<TrackId>,
    pub streamers: PerOperand<TrackId>,
    pub results: TrackId,
    pub loads: PerOperand<TrackId>,
    pub store: TrackId,
    pub delivery: Option<TrackId>,
    /// By channel, the banks.
    pub banks: Vec<Vec<TrackId>>,
    pub counters: Counters,
}

/// The counters.
#[derive(Clone, Debug)]
pub struct Counters {
    /// Words in the buffer.
    pub buffer: PerOperand<TrackId>,
    /// Parcels at the array or on their way to it.
    pub queued: PerOperand<TrackId>,
    pub results: TrackId,
    /// Words a cycle on the networks into the array, and out of it.
    pub streamers: PerOperand<TrackId>,
    pub written: TrackId,
    /// Words a cycle from and to DRAM.
    pub read: TrackId,
    pub stored: TrackId,
    /// Requests that wait, by channel: reads and writes.
    pub waiting: Vec<[TrackId; 2]>,
}

/// The network that brings an operand.
pub const fn network(operand: Operand) -> &'static str {
    match operand {
        Operand::Input => "input",
        Operand::Weight => "weight",
        Operand::Output => "psum_in",
    }
}

impl Tracks {
    /// Those of an accelerator, in a new document.
    pub fn new(accelerator: &Accelerator, title: String) -> (Self, TraceDocument) {
        let mut document = TraceDocument::new(title, Clock::new(accelerator.clock));
        let s = &mut document;
        let (channels, banks) = match &accelerator.dram.kind {
            DramKind::Standard(standard) => {
                let organization = standard.organization();
                (organization.channels, organization.banks())
            }
            _ => (0, 0),
        };
        let tracks = Self {
            layers: s.track("layers"),
            passes: s.track("passes"),
            array: s.track("array"),
            waits: PerOperand::from_fn(|o| s.track(format!("array waits for {o}"))),
            streamers: PerOperand::from_fn(|o| s.track(format!("network {}", network(o)))),
            results: s.track("network psum_out"),
            loads: PerOperand::from_fn(|o| s.track(format!("DMA load {o}"))),
            store: s.track("DMA store output"),
            delivery: {
                let delivery = accelerator.global_buffer.delivery;
                delivery.map(|_| s.track("delivery"))
            },
            counters: Counters {
                buffer: PerOperand::from_fn(|o| s.counter(format!("buffer {o}"), "words")),
                queued: PerOperand::from_fn(|o| {
                    s.counter(format!("queued at the array {}", network(o)), "parcels")
                }),
                results: s.counter("results on their way out", "beats"),
                streamers: PerOperand::from_fn(|o| {
                    s.counter(format!("rate of network {}", network(o)), "words/cycle")
                }),
                written: s.counter("rate of network psum_out", "words/cycle"),
                read: s.counter("rate from DRAM", "words/cycle"),
                stored: s.counter("rate to DRAM", "words/cycle"),
                waiting: (0..channels)
                    .map(|channel| {
                        ["reads", "writes"].map(|what| {
                            s.counter(format!("DRAM {channel} {what} waiting"), "requests")
                        })
                    })
                    .collect(),
            },
            banks: (0..channels)
                .map(|channel| {
                    let name = |bank| format!("DRAM {channel} bank {bank}");
                    (0..banks).map(|bank| s.track(name(bank))).collect()
                })
                .collect(),
        };
        (tracks, document)
    }
}
