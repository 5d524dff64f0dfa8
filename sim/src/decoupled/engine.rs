//! The memory engine: clients with fixed priorities, one request a cycle, several under way.
//!
//! ```text
//! each cycle:  of the waiting clients, grant the first in order        (if fewer than `outstanding`)
//!              its data: from max(end of the data before, now + request + latency), a beat a cycle
//! ```
//!
//! Behind it lies a pipe of some rate and latency, or a DRAM standard in its own clock.

use std::collections::VecDeque;

use stationary_arch::{Accelerator, Decoupled, DramKind};

use super::port::Port;
use super::transfer::Burst;
use crate::bus::Bus;
use crate::dram::Statistics;
use crate::dram_width::Width;

/// Who asks for memory, in order of priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) enum Client {
    Fetch,
    MicroOp,
    Input,
    Weight,
    Accumulator,
    Store,
}

const CLIENTS: usize = 6;

/// A burst that a client waits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct EngineRequest {
    pub(super) burst: Burst,
    /// Whether the cache in front of memory holds it.
    pub(super) is_cached: bool,
    /// Cycles in which the client sends nothing.
    pub(super) gap: u64,
}

/// A burst under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct InFlight {
    client: Client,
    /// One past the cycle of its last beat; unknown while a DRAM standard has it.
    end: Option<u64>,
    axi_beats: u64,
    /// Of a DRAM standard: when the request reaches it, and its number once it has.
    at: u64,
    number: Option<u64>,
    burst: Burst,
}

/// A bus with its memory's answer, in beats of the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Pipe {
    bus: Bus,
    /// Parts of a bit in a beat, which takes at least a cycle.
    axi_beat: u128,
    duplex: bool,
    read_free: u64,
    write_free: u64,
}

impl Pipe {
    pub(super) fn new(accelerator: &Accelerator, decoupled: &Decoupled) -> Self {
        let dram = &accelerator.dram;
        let is_standard = matches!(dram.kind, DramKind::Standard(_));
        Self {
            // The engine's bus has a channel each way; what is behind it is a standard's own matter.
            bus: if is_standard {
                Bus::IDEAL
            } else {
                Bus::new(accelerator)
            },
            axi_beat: u128::from(decoupled.memory.bus.0) * u128::from(Width::PARTS),
            duplex: dram.duplex || is_standard,
            read_free: 0,
            write_free: 0,
        }
    }

    /// Cycles that beats take.
    pub(super) fn cycles(&self, axi_beats: u64, is_cached: bool) -> u64 {
        if is_cached {
            return axi_beats;
        }
        axi_beats.max(self.bus.bound(u128::from(axi_beats) * self.axi_beat))
    }

    /// No more than so many beats take, in bursts of any size.
    pub(super) fn least_cycles(&self, axi_beats: u64, is_cached: bool) -> u64 {
        if is_cached {
            return axi_beats;
        }
        axi_beats.max(self.bus.whole_cycles(u128::from(axi_beats) * self.axi_beat))
    }

    pub(super) fn latency(&self) -> u64 {
        self.bus.latency()
    }

    pub(super) fn is_duplex(&self) -> bool {
        self.duplex
    }

    /// Takes a transfer that reaches memory at `at`: the cycles of its data.
    fn take(&mut self, at: u64, cycles: u64, is_write: bool) -> (u64, u64) {
        let free = if is_write {
            &mut self.write_free
        } else {
            &mut self.read_free
        };
        // A write needs no answer.
        let from = (*free).max(if is_write {
            at
        } else {
            at + self.bus.latency()
        });
        *free = from + cycles;
        let end = *free;
        if !self.duplex {
            (self.read_free, self.write_free) = (end, end);
        }
        (from, end)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
enum EnginePort {
    Pipe(Pipe),
    Port(Box<Port>),
}

/// The engine.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct Engine {
    link: EnginePort,
    outstanding: usize,
    request: u64,
    bus: u64,
    waiting: [Option<EngineRequest>; CLIENTS],
    reads: VecDeque<InFlight>,
    writes: VecDeque<InFlight>,
    clients: [Progress; CLIENTS],
    /// The cycle from which the read and the write data of a DRAM standard may use the bus.
    bus_free: [u64; 2],
}

/// What a client has under way.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
struct Progress {
    open: u64,
    /// One past its last beat.
    last: u64,
    /// Cycles since it began in which none of its beats came.
    idle: u64,
}

impl Engine {
    /// Gives an engine that was read from a checkpoint what the accelerator says.
    pub(super) fn attach(&mut self, accelerator: &Accelerator) {
        if let (EnginePort::Port(port), DramKind::Standard(standard)) =
            (&mut self.link, &accelerator.dram.kind)
        {
            port.attach(standard);
        }
    }

    pub(super) fn new(accelerator: &Accelerator, decoupled: &Decoupled) -> Self {
        let link = match &accelerator.dram.kind {
            DramKind::Standard(standard) => {
                EnginePort::Port(Box::new(Port::new(standard, accelerator)))
            }
            _ => EnginePort::Pipe(Pipe::new(accelerator, decoupled)),
        };
        Self {
            link,
            outstanding: decoupled.memory.outstanding as usize,
            request: decoupled.memory.request.into(),
            bus: u64::from(decoupled.memory.bus.0) / 8,
            waiting: [None; CLIENTS],
            reads: VecDeque::new(),
            writes: VecDeque::new(),
            clients: [Progress::default(); CLIENTS],
            bus_free: [0; 2],
        }
    }

    /// A client begins a transfer.
    pub(super) fn begin(&mut self, client: Client, now: u64) {
        self.clients[client as usize] = Progress {
            open: 0,
            last: now,
            idle: 0,
        };
    }

    /// Whether a client's last request is still waiting.
    pub(super) fn is_waiting(&self, client: Client) -> bool {
        self.waiting[client as usize].is_some()
    }

    pub(super) fn ask(&mut self, client: Client, request: EngineRequest) {
        self.waiting[client as usize] = Some(request);
        self.clients[client as usize].open += 1;
    }

    /// Bursts of a client that wait or are under way.
    pub(super) fn open(&self, client: Client) -> u64 {
        self.clients[client as usize].open
    }

    /// One past the client's last beat, and the cycles since it began without one.
    pub(super) fn data(&self, client: Client) -> (u64, u64) {
        let progress = &self.clients[client as usize];
        (progress.last, progress.idle)
    }

    /// Bytes of a beat.
    pub(super) fn bus(&self) -> u64 {
        self.bus
    }

    /// Takes note of what has arrived by now.
    pub(super) fn complete(&mut self, now: u64) {
        if let EnginePort::Port(port) = &mut self.link {
            // The memory's clocks before this cycle pass without what reaches it now.
            if let Some(before) = now.checked_sub(1) {
                port.tick(before);
            }
            for (is_write, flights) in [(false, &mut self.reads), (true, &mut self.writes)] {
                let arrived = |flight: &&mut InFlight| flight.number.is_none() && flight.at <= now;
                for flight in flights.iter_mut().filter(arrived) {
                    let Burst { address, bytes, .. } = flight.burst;
                    flight.number = Some(port.open(address, bytes, is_write));
                }
            }
            port.tick(now);
            for (direction, flights) in [&mut self.reads, &mut self.writes].into_iter().enumerate()
            {
                for flight in flights.iter_mut().filter(|flight| flight.end.is_none()) {
                    let is_done = flight.number.is_some_and(|n| port.is_done(n, now));
                    if !is_done {
                        continue;
                    }
                    // The beats end no earlier than the memory is done, nor overlap on the bus.
                    let free = &mut self.bus_free[direction];
                    let end = (now + 1).max(flight.at.max(*free) + flight.axi_beats);
                    *free = end;
                    flight.end = Some(end);
                    note(
                        &mut self.clients,
                        flight.client,
                        end - flight.axi_beats,
                        end,
                    );
                }
            }
        }
        for flights in [&mut self.reads, &mut self.writes] {
            let clients = &mut self.clients;
            flights.retain(|flight| {
                let is_done = flight.end.is_some_and(|end| end <= now);
                clients[flight.client as usize].open -= u64::from(is_done);
                !is_done
            });
        }
    }

    /// Grants a read and a write.
    pub(super) fn grant(&mut self, now: u64) {
        if self.reads.len() < self.outstanding {
            for client in [
                Client::Fetch,
                Client::MicroOp,
                Client::Input,
                Client::Weight,
                Client::Accumulator,
            ] {
                if let Some(request) = self.waiting[client as usize].take() {
                    let flight = self.launch(client, request, now);
                    self.reads.push_back(flight);
                    break;
                }
            }
        }
        if self.writes.is_empty()
            && let Some(request) = self.waiting[Client::Store as usize].take()
        {
            let flight = self.launch(Client::Store, request, now);
            self.writes.push_back(flight);
        }
    }

    fn launch(&mut self, client: Client, request: EngineRequest, now: u64) -> InFlight {
        let EngineRequest {
            burst,
            is_cached,
            gap,
        } = request;
        let is_write = client == Client::Store;
        match &mut self.link {
            EnginePort::Pipe(pipe) => {
                let cycles = pipe.cycles(burst.axi_beats, is_cached) + gap;
                let (from, end) = pipe.take(now + self.request, cycles, is_write);
                note(&mut self.clients, client, from, end);
                InFlight {
                    client,
                    end: Some(end),
                    axi_beats: burst.axi_beats,
                    at: now,
                    number: None,
                    burst,
                }
            }
            EnginePort::Port(_) => InFlight {
                client,
                end: None,
                axi_beats: burst.axi_beats + gap,
                at: now + self.request,
                number: None,
                burst,
            },
        }
    }

    /// The next cycle in which anything changes here, if no client asks for more.
    pub(super) fn next_event(&self, now: u64) -> u64 {
        let reads = self.waiting[..Client::Store as usize]
            .iter()
            .flatten()
            .next();
        let can_read = reads.is_some() && self.reads.len() < self.outstanding;
        let can_write = self.waiting[Client::Store as usize].is_some() && self.writes.is_empty();
        if can_read || can_write {
            return now + 1;
        }
        let flights = self.reads.iter().chain(&self.writes);
        let ends = flights.clone().filter_map(|flight| flight.end).min();
        let port = match &self.link {
            EnginePort::Pipe(_) => u64::MAX,
            EnginePort::Port(port) => {
                let coming = flights.filter(|flight| flight.number.is_none());
                let coming = coming.map(|flight| flight.at.max(now + 1)).min();
                port.next_event(now).min(coming.unwrap_or(u64::MAX))
            }
        };
        ends.unwrap_or(u64::MAX).min(port)
    }

    pub(super) fn statistics(&self) -> Option<Statistics> {
        match &self.link {
            EnginePort::Pipe(_) => None,
            EnginePort::Port(port) => Some(port.statistics()),
        }
    }
}

fn note(clients: &mut [Progress; CLIENTS], client: Client, from: u64, end: u64) {
    let progress = &mut clients[client as usize];
    progress.idle += from.saturating_sub(progress.last);
    progress.last = end;
}
