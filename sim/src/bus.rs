//! The simple memories: a pipe of fixed width and latency, or one without limits.

use num_integer::gcd;
use stationary_arch::{Accelerator, DramKind};

use crate::dram_width::Width;

/// Time that transfers take, in cycles of the array; of a DRAM standard, the least that they can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) struct Bus {
    ideal: bool,
    /// Parts of a bit in `per` cycles.
    parts: u128,
    per: u128,
    latency: u64,
    /// Cycles that the writes take which are done for the machine, but wait at the memory.
    slack: u64,
}

/// A transfer that crosses a bus cycle by cycle, without a division.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crossing {
    /// Words that have gone by, of how many.
    pub(crate) gone: u64,
    words: u64,
    /// What has gone by of the word that is next, what goes by in a cycle, and a whole word.
    phase: u64,
    each: u64,
    whole: u64,
}

impl Crossing {
    /// A cycle.
    pub(crate) fn step(&mut self) {
        self.phase += self.each;
        while self.phase >= self.whole {
            self.phase -= self.whole;
            self.gone += 1;
        }
        self.gone = self.gone.min(self.words);
    }
}

impl Bus {
    /// Without limits.
    pub(crate) const IDEAL: Self = Self {
        ideal: true,
        parts: 1,
        per: 0,
        latency: 0,
        slack: 0,
    };

    pub(crate) fn new(accelerator: &Accelerator) -> Self {
        let bus = Self::unreduced(accelerator);
        let divisor = gcd(bus.parts, bus.per);
        Self {
            parts: bus.parts / divisor,
            per: bus.per / divisor,
            ..bus
        }
    }

    fn unreduced(accelerator: &Accelerator) -> Self {
        let (core, memory) = (accelerator.clock.0, accelerator.dram.clock.0);
        match &accelerator.dram.kind {
            DramKind::Ideal => Self::IDEAL,
            DramKind::Bandwidth {
                words_per_cycle,
                latency,
            } => {
                let bits = u128::from(*words_per_cycle) * u128::from(accelerator.dram.word.0);
                Self {
                    ideal: false,
                    parts: bits * u128::from(memory) * u128::from(Width::PARTS),
                    per: u128::from(core),
                    latency: (u64::from(*latency) * core).div_ceil(memory),
                    slack: 0,
                }
            }
            DramKind::Standard(standard) => {
                let organization = standard.organization();
                let bits = 8 * organization.burst_bytes() * u64::from(organization.channels);
                let interval = u64::from(standard.burst_interval());
                let clocks = |clocks: u64| {
                    let picoseconds = u128::from(clocks) * u128::from(standard.clock().0);
                    (picoseconds * u128::from(core) / 1_000_000_000) as u64
                };
                let controller = standard.controller();
                let waiting = u64::from(controller.transaction_queue)
                    + u64::from(controller.command_queue) * u64::from(organization.banks());
                Self {
                    ideal: false,
                    parts: u128::from(bits) * u128::from(Width::PARTS) * 1_000_000_000,
                    per: u128::from(interval) * u128::from(standard.clock().0) * u128::from(core),
                    latency: clocks(
                        u64::from(standard.read_latency()).saturating_sub(2 * interval),
                    ),
                    slack: clocks((waiting + 1) * interval) + 1,
                }
            }
        }
    }

    /// Cycles that the bus is taken by a transfer.
    pub(crate) fn cycles(&self, words: u64, width: Width) -> u64 {
        if self.ideal {
            return 1;
        }
        self.bound(width.parts(words))
    }

    /// Whether it takes no time to speak of.
    pub(crate) fn is_ideal(&self) -> bool {
        self.ideal
    }

    /// Words of a transfer that have gone by after so many of its cycles on the bus.
    pub(crate) fn words_after(&self, cycles: u64, words: u64, width: Width) -> u64 {
        if self.ideal {
            return words;
        }
        let narrow = || {
            let parts = cycles.checked_mul(u64::try_from(self.parts).ok()?)?;
            let per = u64::try_from(self.per).ok()?;
            let width = u64::try_from(width.parts(1).max(1)).ok()?;
            // The quotient of a quotient is that by the product.
            Some(parts / per.checked_mul(width)?)
        };
        if let Some(gone) = narrow() {
            return gone.min(words);
        }
        let parts = u128::from(cycles) * self.parts / self.per;
        let gone = parts / width.parts(1).max(1);
        u64::try_from(gone).unwrap_or(u64::MAX).min(words)
    }

    /// What has gone by, after so many cycles of a transfer, of the word that is next.
    pub(crate) fn phase(&self, cycles: u64, width: Width) -> u128 {
        if self.ideal {
            return 0;
        }
        u128::from(cycles) * self.parts % (self.per * width.parts(1).max(1))
    }

    /// How a transfer goes on after so many of its cycles, if that can be told in few bits; a bus
    /// without limits has no cycles to speak of.
    pub(crate) fn crossing(&self, cycles: u64, words: u64, width: Width) -> Option<Crossing> {
        let whole = self.per.checked_mul(width.parts(1).max(1))?;
        if self.ideal || self.parts > 64 * whole || whole > u128::from(u64::MAX >> 8) {
            return None;
        }
        Some(Crossing {
            gone: self.words_after(cycles, words, width),
            words,
            phase: u64::try_from(self.phase(cycles, width)).ok()?,
            each: u64::try_from(self.parts).ok()?,
            whole: u64::try_from(whole).ok()?,
        })
    }

    /// A lower bound on the bus time of transfers that move so many parts of a bit together.
    pub(crate) fn bound(&self, parts: u128) -> u64 {
        if self.ideal {
            return 0;
        }
        if let (Ok(parts), Ok(per), Ok(of)) = (
            u64::try_from(parts),
            u64::try_from(self.per),
            u64::try_from(self.parts),
        ) && let Some(product) = parts.checked_mul(per)
        {
            return product.div_ceil(of);
        }
        u64::try_from((parts * self.per).div_ceil(self.parts)).unwrap_or(u64::MAX)
    }

    /// Whole cycles that so many parts of a bit fill.
    pub(crate) fn whole_cycles(&self, parts: u128) -> u64 {
        u64::try_from(parts * self.per / self.parts).unwrap_or(u64::MAX)
    }

    /// The cycles in which a part of a bit passes, as a fraction.
    pub(crate) fn cycles_of_part(&self) -> (u128, u128) {
        (self.per, self.parts)
    }

    /// Cycles in which so many bursts of a standard pass.
    pub(crate) fn bursts(&self, count: u64, bytes: u64) -> u64 {
        self.bound(u128::from(count) * u128::from(8 * bytes * Width::PARTS))
    }

    /// Cycles from the end of a transfer's bus time to its last word's arrival.
    pub(crate) fn latency(&self) -> u64 {
        self.latency
    }

    /// Cycles by which the memory may be behind the machine when that is done.
    pub(crate) fn slack(&self) -> u64 {
        self.slack
    }
}
