//! The decoupled machine: units that start when their tokens are there.
//!
//! ```text
//! each cycle:
//!     data that has arrived is counted
//!     instructions that are done push their token
//!     fetch hands one instruction to its unit's queue
//!     each idle unit starts the next, if it is there and so is its token
//!     each transfer asks for its next burst; the engine grants
//! ```
//!
//! An instruction that is done in one cycle lets others start in the same: its last cycle was the
//! one before.

mod state;

use super::engine::{Client, Engine, EngineRequest};
use super::lowered_layer::LoweredLayer;
use super::program::{Instruction, Operation, Program, Token};
use super::tally::Tally;
use super::transfer::{Bursts, Layout, Rows, cached};
use crate::pace::{Pace, Stop};
use crate::payload::Payload;
use crate::run::Run;
use crate::stall::{Stall, Stalls};
use crate::trace::{Event, Told, Trace, Unit};
use stationary_arch::{Operand, RowOrder};

pub(crate) use state::MachineState;

/// What a unit is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
enum State {
    Idle,
    /// Until a cycle.
    Fixed(u64),
    Moving(Moving),
}

/// A transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Moving {
    client: Client,
    bursts: Bursts,
    is_cached: bool,
    /// Before this cycle no burst is asked for.
    ask_at: u64,
    began: bool,
    /// Whether each row waits for the one before.
    serial: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct UnitState {
    unit: Unit,
    cursor: Program,
    next: Option<Instruction>,
    state: State,
    /// Instructions handed over, and done.
    given: u64,
    done: u64,
    from: u64,
    /// The end of the instruction before.
    free: u64,
    wait: Option<Stall>,
    waited: Stalls,
}

/// Instructions that are on their way from memory, or wait to be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
struct Fetch {
    cursor: Program,
    /// Fetched and not yet handed over.
    left: u64,
    bursts: Bursts,
    fetched: u64,
    coming: u64,
}

pub(super) struct Machine<'k, P> {
    k: &'k LoweredLayer,
    now: u64,
    layout: Layout,
    engine: Engine,
    units: [UnitState; 3],
    fetch: Fetch,
    tokens: [u64; 4],
    cached: [bool; 3],
    tally: Tally,
    pub(super) payload: P,
}

/// Runs a lowered layer on the cycle-level machine. `trace` receives the instructions as they end; `&mut ()`
/// receives nothing.
pub fn run<T: Trace>(k: &LoweredLayer, pace: Pace, trace: &mut T) -> Run {
    match go_on(Machine::new(k, ()), pace, None, trace) {
        Ok(run) => run,
        Err(_) => unreachable!("nothing stops it"),
    }
}

/// The same from a state on, until it is done, or else the state when `stop` holds of a cycle that is next.
pub(crate) fn resume<T: Trace>(
    k: &LoweredLayer,
    from: Option<Box<MachineState>>,
    pace: Pace,
    stop: Stop<'_>,
    trace: &mut T,
) -> Result<Run, Box<MachineState>> {
    let machine = match from {
        Some(state) => state.machine(k),
        None => Machine::new(k, ()),
    };
    go_on(machine, pace, Some(stop), trace)
}

fn go_on<T: Trace>(
    mut machine: Machine<'_, ()>,
    pace: Pace,
    stop: Option<Stop<'_>>,
    trace: &mut T,
) -> Result<Run, Box<MachineState>> {
    let run = match T::LISTENS {
        true => run_told(&mut machine, pace, stop, Told(trace)),
        false => machine.run(pace, stop, &mut ()),
    };
    run.ok_or_else(|| Box::new(machine.into()))
}

fn run_told(
    machine: &mut Machine<'_, ()>,
    pace: Pace,
    stop: Option<Stop<'_>>,
    mut trace: Told<'_, false>,
) -> Option<Run> {
    machine.run(pace, stop, &mut trace)
}

impl<'k, P: Payload<Instruction>> Machine<'k, P> {
    /// Runs on until it is done; `None` if `stop` holds of the cycle that is next.
    pub(super) fn run(
        &mut self,
        pace: Pace,
        stop: Option<Stop<'_>>,
        trace: &mut impl Trace,
    ) -> Option<Run> {
        loop {
            let now = self.now;
            if stop.is_some_and(|stop| stop(now)) {
                return None;
            }
            if self.tick(now, trace) {
                break;
            }
            let next = match pace {
                Pace::EveryCycle => now + 1,
                Pace::SkipIdle | Pace::SkipPeriods => self.next_event(now),
            };
            assert!(next != u64::MAX, "every token that is waited for is pushed");
            self.account(next - now);
            self.now = next;
        }
        let tally = &self.tally;
        Some(Run {
            cycles: self.now,
            busy: tally.busy,
            stalls: tally.stalls,
            counters: tally.counters,
            control: tally.control,
            first_mac: tally.first_mac.unwrap_or(0),
            first_work: tally.first_work.unwrap_or(0),
            last_result: tally.last_result,
            memory: self.engine.statistics(),
        })
    }

    pub(super) fn new(k: &'k LoweredLayer, payload: P) -> Self {
        let units = Unit::ALL.map(|unit| {
            let mut cursor = Program::new();
            UnitState {
                unit,
                next: cursor.next_of(k, unit),
                cursor,
                state: State::Idle,
                given: 0,
                done: 0,
                from: 0,
                free: 0,
                wait: None,
                waited: Stalls::default(),
            }
        });
        Self {
            k,
            now: 0,
            layout: Layout::new(k),
            engine: Engine::new(k.accelerator(), k.control()),
            units,
            fetch: Fetch {
                cursor: Program::new(),
                left: 0,
                bursts: Bursts::default(),
                fetched: 0,
                coming: 0,
            },
            tokens: [0; 4],
            cached: cached(k),
            tally: Tally::default(),
            payload,
        }
    }

    /// Carries out one cycle; whether the program is over.
    fn tick(&mut self, now: u64, trace: &mut impl Trace) -> bool {
        self.engine.complete(now);
        for unit in 0..3 {
            if self.is_done(unit, now) && self.finish(unit, now, trace) {
                return true;
            }
        }
        self.hand_over();
        for unit in 0..3 {
            self.start(unit, now);
        }
        for unit in 0..3 {
            self.units[unit].wait = self.wait(unit);
            self.ask(unit, now);
        }
        self.ask_for_instructions(now);
        self.engine.grant(now);
        false
    }

    fn is_done(&mut self, unit: usize, now: u64) -> bool {
        match &mut self.units[unit].state {
            State::Idle => false,
            State::Fixed(end) => *end <= now,
            State::Moving(moving) => {
                let is_over = moving.began
                    && moving.bursts.peek().is_none()
                    && self.engine.open(moving.client) == 0;
                if !is_over {
                    return false;
                }
                let end = zeros_end(self.k, moving, &self.engine);
                if end > now {
                    self.units[unit].state = State::Fixed(end);
                }
                end <= now
            }
        }
    }

    /// Ends a unit's instruction; whether it was the last of the program.
    fn finish(&mut self, unit: usize, now: u64, trace: &mut impl Trace) -> bool {
        let u = &mut self.units[unit];
        let instruction = u.next.expect("a unit at work has an instruction");
        u.state = State::Idle;
        u.done += 1;
        u.free = now;
        let event = Event::Instruction {
            unit: u.unit,
            what: what(&instruction.work),
            from: u.from,
            to: now,
            stalls: std::mem::take(&mut u.waited),
        };
        self.tally.done(self.k, &instruction, (u.from, now));
        u.next = u.cursor.next_of(self.k, u.unit);
        trace.event(event);
        self.payload.done(&instruction);
        if let Some(token) = instruction.push {
            self.tokens[token as usize] += 1;
        }
        instruction.work == Operation::Finish
    }

    /// Hands one instruction to its unit's queue.
    fn hand_over(&mut self) {
        if self.fetch.coming > 0
            && self.fetch.bursts.peek().is_none()
            && self.engine.open(Client::Fetch) == 0
        {
            self.fetch.left = std::mem::take(&mut self.fetch.coming);
            self.fetch.fetched += self.fetch.left;
        }
        if self.fetch.left == 0 {
            return;
        }
        let unit = self.fetch.cursor.unit().expect("what is fetched is there");
        let u = &mut self.units[unit as usize];
        if u.given - u.done < self.k.control().queue.into() {
            self.fetch.cursor.next(self.k);
            self.fetch.left -= 1;
            u.given += 1;
        }
    }

    /// Starts an idle unit's next instruction, if it is there and so is its token.
    fn start(&mut self, unit: usize, now: u64) {
        let u = &self.units[unit];
        let (Some(instruction), State::Idle) = (u.next, u.state) else {
            return;
        };
        if u.given == u.done {
            return;
        }
        if let Some(token) = instruction.pop {
            let tokens = &mut self.tokens[token as usize];
            if *tokens == 0 {
                return;
            }
            *tokens -= 1;
        }
        let state = self.begin(&instruction, now);
        let u = &mut self.units[unit];
        u.from = now;
        u.state = state;
    }

    /// What a unit waits for, once every unit that can has started.
    fn wait(&self, unit: usize) -> Option<Stall> {
        let u = &self.units[unit];
        let instruction = u.next.filter(|_| u.state == State::Idle)?;
        if u.given == u.done {
            return Some(Stall::Fetch);
        }
        instruction.pop.and_then(|token| self.cause(token))
    }

    /// Why a token is not there: what the unit that is to push it does.
    fn cause(&self, token: Token) -> Option<Stall> {
        let pusher = match token {
            Token::LoadToCompute => Unit::Load,
            Token::StoreToCompute => Unit::Store,
            Token::ComputeToLoad | Token::ComputeToStore => Unit::Compute,
        };
        let u = &self.units[pusher as usize];
        let work = u.next.map(|instruction| instruction.work);
        Some(match (u.state, work) {
            (State::Idle, _) if u.given == u.done => Stall::Fetch,
            (State::Idle, _) | (_, None) => Stall::Dependency,
            (_, Some(work)) => match work {
                Operation::Input { .. } => Stall::Dram(Operand::Input),
                Operation::Weight => Stall::Dram(Operand::Weight),
                Operation::Bias => Stall::Bias,
                Operation::Operand { .. } => Stall::Addend,
                Operation::MicroOps(_) => Stall::MicroOps,
                Operation::Store(_) => Stall::Dram(Operand::Output),
                Operation::Reset => Stall::Reset,
                Operation::Alu(_) => Stall::Alu,
                // The other unit's products, which is work and no wait of the GEMM core's own.
                Operation::Gemm | Operation::Sync | Operation::Finish => Stall::Dependency,
            },
        })
    }

    fn begin(&mut self, instruction: &Instruction, now: u64) -> State {
        let control = self.k.control();
        let after = now + u64::from(control.sync);
        let tile = &instruction.tile;
        let schedule = self.k.schedule();
        let (client, rows, is_cached) = match instruction.work {
            Operation::Input { b, ci } => {
                let b = tile.b * schedule.tile_b + b;
                let ci = instruction.ci * schedule.tile_ci + ci;
                let rows = self.layout.input(self.k, tile, b, ci);
                (Client::Input, rows, self.cached[0])
            }
            Operation::Weight => {
                let ci = instruction.ci * schedule.tile_ci;
                let rows = self.layout.weight(self.k, tile, ci);
                (Client::Weight, rows, self.cached[1])
            }
            Operation::Bias => (Client::Accumulator, self.layout.bias(self.k, tile), true),
            Operation::Operand { which, part } => {
                let rows = self.layout.operand(self.k, tile, which, part);
                (Client::Accumulator, rows, self.cached[2])
            }
            Operation::MicroOps(count) => (Client::MicroOp, self.layout.micro_ops(count), true),
            Operation::Store(part) => {
                let rows = self.layout.output(self.k, tile, part);
                (Client::Store, rows, true)
            }
            _ => return State::Fixed(now + self.k.duration(&instruction.work)),
        };
        self.tally.moved(self.k, &instruction.work, &rows);
        let memory = &control.memory;
        let serial = memory.rows == RowOrder::OneByOne;
        let zeros = if serial { rows.zeros[0] } else { 0 };
        State::Moving(Moving {
            client,
            bursts: self.bursts(rows),
            is_cached: is_cached && memory.cache_bytes > 0,
            ask_at: after + zeros * u64::from(memory.zero_cycles),
            began: false,
            serial,
        })
    }

    fn bursts(&self, rows: Rows) -> Bursts {
        let bus = self.engine.bus();
        let longest = bus * u64::from(self.k.control().memory.burst_beats);
        Bursts::new(rows, bus, longest)
    }

    /// Asks for the next burst of a unit's transfer.
    fn ask(&mut self, unit: usize, now: u64) {
        let State::Moving(moving) = &mut self.units[unit].state else {
            return;
        };
        if now < moving.ask_at {
            return;
        }
        if !moving.began {
            moving.began = true;
            self.engine.begin(moving.client, now);
        }
        if self.engine.is_waiting(moving.client) {
            return;
        }
        let Some(burst) = moving.bursts.peek() else {
            return;
        };
        let memory = &self.k.control().memory;
        if moving.serial && burst.opens_row && !moving.bursts.is_at_start() {
            // The zeros beside two rows are written between them.
            if self.engine.open(moving.client) > 0 {
                return;
            }
            let zeros = moving.bursts.rows().zeros[1] * u64::from(memory.zero_cycles);
            let at = self.engine.data(moving.client).0 + zeros;
            if now < at {
                moving.ask_at = at;
                return;
            }
        }
        moving.bursts.next();
        let gap = if moving.client == Client::Store {
            u64::from(memory.store_gap) * burst.bytes.div_ceil(self.k.bytes.output)
        } else {
            0
        };
        self.engine.ask(
            moving.client,
            EngineRequest {
                burst,
                is_cached: moving.is_cached,
                gap,
            },
        );
    }

    fn ask_for_instructions(&mut self, now: u64) {
        if self.fetch.left == 0 && self.fetch.coming == 0 {
            let mut ahead = self.fetch.cursor;
            let most = u64::from(self.k.control().fetch);
            let coming = (0..most).take_while(|_| ahead.next(self.k).is_some());
            self.fetch.coming = coming.count() as u64;
            let rows = self
                .layout
                .instructions(self.fetch.fetched, self.fetch.coming);
            self.fetch.bursts = self.bursts(rows);
            self.engine.begin(Client::Fetch, now);
        }
        if self.fetch.coming > 0
            && !self.engine.is_waiting(Client::Fetch)
            && let Some(burst) = self.fetch.bursts.next()
        {
            let request = EngineRequest {
                burst,
                is_cached: self.k.control().memory.cache_bytes > 0,
                gap: 0,
            };
            self.engine.ask(Client::Fetch, request);
        }
    }

    /// The next cycle in which anything changes.
    fn next_event(&self, now: u64) -> u64 {
        let mut next = self.engine.next_event(now);
        for u in &self.units {
            let at = match &u.state {
                State::Idle => u64::MAX,
                State::Fixed(end) => *end,
                State::Moving(moving) if now < moving.ask_at => moving.ask_at,
                State::Moving(moving) => {
                    let can_ask = moving.bursts.peek().is_some_and(|burst| {
                        let waits = moving.serial && burst.opens_row;
                        !waits || self.engine.open(moving.client) == 0
                    }) && !self.engine.is_waiting(moving.client);
                    let is_empty =
                        moving.bursts.peek().is_none() && self.engine.open(moving.client) == 0;
                    if can_ask || is_empty {
                        now + 1
                    } else {
                        u64::MAX
                    }
                }
            };
            next = next.min(at.max(now + 1));
        }
        let fetch = &self.fetch;
        let can_hand_over = fetch.left > 0
            && fetch.cursor.unit().is_some_and(|unit| {
                let u = &self.units[unit as usize];
                u.given - u.done < self.k.control().queue.into()
            });
        let can_ask = fetch.coming > 0
            && fetch.bursts.peek().is_some()
            && !self.engine.is_waiting(Client::Fetch);
        let can_fetch = fetch.left == 0 && fetch.coming == 0 && fetch.cursor.unit().is_some();
        if can_hand_over || can_ask || can_fetch {
            next = next.min(now + 1);
        }
        next
    }

    /// Charges cycles that go by without an event.
    fn account(&mut self, cycles: u64) {
        for u in &mut self.units {
            if let Some(wait) = u.wait {
                u.waited.add(wait, cycles);
            }
        }
        if let Some(wait) = self.units[Unit::Compute as usize].wait {
            self.tally.stalls.add(wait, cycles);
        }
    }
}

/// When a transfer and its zeros are over, given that its data is there.
fn zeros_end(k: &LoweredLayer, moving: &Moving, engine: &Engine) -> u64 {
    let memory = &k.control().memory;
    let (last, idle) = engine.data(moving.client);
    let rows = moving.bursts.rows();
    if moving.serial {
        let after = if rows.rows > 0 { rows.zeros[1] } else { 0 };
        return last + (after + rows.zeros[2]) * u64::from(memory.zero_cycles);
    }
    let zeros = rows.all_zeros() * u64::from(memory.zero_cycles);
    last + zeros.saturating_sub(idle)
}

fn what(work: &Operation) -> &'static str {
    match work {
        Operation::Input { .. } => "input",
        Operation::Weight => "weight",
        Operation::Bias => "bias",
        Operation::Operand { .. } => "operand",
        Operation::MicroOps(_) => "micro-ops",
        Operation::Reset => "reset",
        Operation::Gemm => "gemm",
        Operation::Alu(_) => "alu",
        Operation::Store(_) => "store",
        Operation::Sync => "sync",
        Operation::Finish => "finish",
    }
}
