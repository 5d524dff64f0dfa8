//! All channels behind one address space.

use std::collections::VecDeque;
use std::sync::Arc;

use stationary_arch::dram::Standard;

use super::address::Locator;
use super::controller::{Controller, Done};
use super::statistics::Statistics;
use super::timing::Timing;
use crate::trace::DramChannel;

/// A memory of a DRAM standard: push requests, tick its clock, take what is done. All times are in memory
/// clocks.
///
/// ```
/// use stationary_arch::dram::Standard;
/// use stationary_sim::dram::Memory;
///
/// let mut memory = Memory::new(&Standard::preset("ddr4-2400")?);
/// assert!(memory.accepts(0x40, false));
/// memory.push(0x40, false, 7);
/// let done = loop {
///     memory.skip_to(memory.next_event());
///     memory.tick();
///     if let Some(done) = memory.pop_done() {
///         break done;
///     }
/// };
/// // One clock to reach the bank's queue, then tRCD + CL + a burst.
/// assert_eq!((done.tag, done.latency()), (7, 1 + 17 + 17 + 4));
/// # Ok::<(), stationary_arch::ArchError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Memory {
    /// The standard's; a checkpoint leaves it to that.
    #[serde(skip)]
    timing: Arc<Timing>,
    locator: Locator,
    controllers: Vec<Controller>,
    /// By channel, the first cycle at which ticking changes anything.
    events: Vec<u64>,
    done: VecDeque<Done>,
    /// Whether requests are told of as soon as it is certain when they will be done.
    foretells: bool,
    now: u64,
}

impl Memory {
    /// A memory at clock 0 with all rows closed.
    #[must_use]
    pub fn new(standard: &Standard) -> Self {
        let timing = Timing::of_controller(standard);
        let channels = standard.organization().channels as usize;
        let controller = Controller::new(standard, &timing);
        Self {
            timing: Arc::new(timing),
            locator: Locator::new(standard),
            controllers: vec![controller; channels],
            events: vec![0; channels],
            done: VecDeque::new(),
            foretells: false,
            now: 0,
        }
    }

    /// The same, but [`Memory::pop_done`] tells of requests as soon as it is certain when they will be
    /// done, which may be after now: then nothing needs to happen at that time.
    pub(crate) fn foretelling(standard: &Standard) -> Self {
        let memory = Self::new(standard);
        let controllers = memory.controllers.into_iter();
        Self {
            foretells: true,
            controllers: controllers.map(Controller::without_bus).collect(),
            ..memory
        }
    }

    /// Gives a memory that was read from a checkpoint what the standard says.
    pub(super) fn attach(&mut self, standard: &Standard) {
        self.timing = Arc::new(Timing::of_controller(standard));
    }

    /// Whether requests are told of as soon as it is certain when they will be done; what it was before.
    pub(super) fn foretell(&mut self, foretells: bool) -> bool {
        std::mem::replace(&mut self.foretells, foretells)
    }

    /// Carries out all clocks before one.
    pub(super) fn run_until(&mut self, cycle: u64) {
        while self.now < cycle {
            self.skip_to(self.next_event().min(cycle));
            if self.now < cycle {
                self.tick();
            }
        }
    }

    /// The memory clock that the next [`Memory::tick`] carries out: the number of clocks that have passed.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Whether a request to an address, in bytes, can be pushed in this clock. If so, it can until the next
    /// push to its channel.
    #[must_use]
    pub fn accepts(&self, address: u64, is_write: bool) -> bool {
        let channel = self.locator.channel(address) as usize;
        self.controllers[channel].accepts(is_write)
    }

    /// Pushes a request for the burst that holds an address, in bytes; `tag` comes back when it is done.
    ///
    /// # Panics
    /// If [`Memory::accepts`] is false.
    pub fn push(&mut self, address: u64, is_write: bool, tag: u64) {
        let at = self.locator.locate(address);
        let channel = at.channel as usize;
        let controller = &mut self.controllers[channel];
        controller.push(address, at, is_write, tag, self.now);
        if self.foretells {
            controller.hand_over(u64::MAX, &mut self.done);
        }
        self.events[channel] = controller.next_event(self.now);
    }

    /// Carries out one memory clock.
    pub fn tick(&mut self) {
        for (controller, event) in self.controllers.iter_mut().zip(&mut self.events) {
            if *event <= self.now {
                controller.tick(&self.timing, self.now, &mut self.done);
                if self.foretells {
                    controller.hand_over(u64::MAX, &mut self.done);
                }
                *event = controller.next_event(self.now + 1);
            }
        }
        self.now += 1;
    }

    /// Takes the next request that is done, in the order of clocks, then of channels; None if there is none.
    pub fn pop_done(&mut self) -> Option<Done> {
        self.done.pop_front()
    }

    /// A memory clock before which ticking changes nothing but the time: never too late, perhaps too early.
    /// `u64::MAX` if only a push can change anything.
    #[must_use]
    pub fn next_event(&self) -> u64 {
        let first = self.events.iter().copied().min();
        first.unwrap_or(u64::MAX).max(self.now)
    }

    /// Lets time pass up to a memory clock, with the same effect as that many ticks.
    ///
    /// # Panics
    /// If the clock lies beyond [`Memory::next_event`].
    pub fn skip_to(&mut self, cycle: u64) {
        assert!(cycle <= self.next_event(), "no event may be skipped");
        self.now = self.now.max(cycle);
    }

    /// Whether nothing but refreshes can happen before something is pushed.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.done.is_empty() && self.controllers.iter().all(Controller::is_idle)
    }

    /// Whether, moreover, nothing changes that [`Memory::channels`] shows.
    pub(crate) fn is_at_rest(&self) -> bool {
        self.done.is_empty() && self.controllers.iter().all(Controller::is_at_rest)
    }

    /// Lets time pass up to a memory clock, with the same effect as that many ticks, however many they are.
    ///
    /// # Panics
    /// If [`Memory::is_idle`] is false.
    pub fn rest_until(&mut self, cycle: u64) {
        assert!(self.is_idle(), "requests take their time");
        for (controller, event) in self.controllers.iter_mut().zip(&mut self.events) {
            controller.rest(&self.timing, self.now, cycle);
            *event = controller.next_event(cycle);
        }
        self.now = self.now.max(cycle);
    }

    /// The state of each channel: what waits, and which rows are open.
    #[must_use]
    pub fn channels(&self) -> Vec<DramChannel> {
        self.controllers.iter().map(Controller::look).collect()
    }

    /// The counts of all channels so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        let mut sum = Statistics::default();
        for controller in &self.controllers {
            sum += controller.statistics(self.now);
        }
        sum
    }
}
