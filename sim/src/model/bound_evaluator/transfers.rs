//! The bus time of transfers to and from DRAM.
//!
//! ```text
//! cycles = ceil( sum over operands of words x width  x  cycles a part of a bit )
//! ```
//!
//! The widths and the bus make one fraction an operand, all over the same denominator.

use num_integer::gcd;
use stationary_arch::{DramKind, Operand, PerOperand};

use crate::bus::Bus;
use crate::dram_width::DramWidths;
use crate::mapping::Mapping;
use crate::model::bound_evaluator::divisor::Divisor;
use crate::model::link::compulsory;

/// What the link to DRAM takes.
#[derive(Clone, Debug)]
pub(in crate::model) struct Transfers {
    fractions: Option<Fractions>,
    widths: DramWidths,
    bus: Bus,
    pub(in crate::model) latency: u64,
    /// Cycles by which the memory may be behind the machine at the end.
    pub(in crate::model) slack: u64,
    duplex: bool,
    /// Of a DRAM standard, the least time that it is busy, whatever the tiling.
    pub(in crate::model) standard: Option<u64>,
}

/// Cycles of a word.
#[derive(Clone, Copy, Debug)]
struct Fractions {
    loads: PerOperand<u64>,
    finished: u64,
    spilled: u64,
    over: Divisor,
}

impl Transfers {
    pub(in crate::model) fn new(m: &Mapping, bus: &Bus) -> Self {
        let dram = &m.accelerator.dram;
        let is_standard = matches!(dram.kind, DramKind::Standard(_));
        Self {
            fractions: Fractions::new(&m.dram, bus),
            widths: m.dram,
            bus: *bus,
            latency: bus.latency(),
            slack: bus.slack(),
            duplex: dram.duplex,
            standard: is_standard.then(|| compulsory(m, bus).saturating_sub(bus.slack())),
        }
    }

    /// Cycles of loading so many words.
    #[inline]
    pub(in crate::model) fn load(&self, operand: Operand, words: u64) -> u64 {
        match &self.fractions {
            Some(f) => {
                let product = u128::from(words) * u128::from(f.loads[operand]);
                f.over.ceil_wide(product)
            }
            None => self.bus.bound(self.widths.load(operand).parts(words)),
        }
    }

    /// Cycles of storing so many finished words, and so many that are read again.
    #[inline]
    pub(in crate::model) fn store(&self, finished: u64, spilled: u64) -> u64 {
        match &self.fractions {
            Some(f) => {
                let finished = u128::from(finished) * u128::from(f.finished);
                let spilled = u128::from(spilled) * u128::from(f.spilled);
                f.over.ceil_wide(finished + spilled)
            }
            None => {
                let parts = |words, is_partial| self.widths.store(is_partial).parts(words);
                self.bus
                    .bound(parts(finished, false) + parts(spilled, true))
            }
        }
    }

    /// Cycles of the busier direction, or of the one link.
    #[inline]
    pub(in crate::model) fn busier(&self, reads: &PerOperand<u64>, stores: u64) -> u64 {
        let reads = reads.input + reads.weight + reads.output;
        if self.duplex {
            reads.max(stores)
        } else {
            reads + stores
        }
    }
}

impl Fractions {
    /// `None` if they need more bits than a [`Divisor`] has.
    fn new(widths: &DramWidths, bus: &Bus) -> Option<Self> {
        let (per, parts) = bus.cycles_of_part();
        let loads = PerOperand::from_fn(|o| widths.load(o).parts(1) * per);
        let stores = [false, true].map(|is_partial| widths.store(is_partial).parts(1) * per);
        let all = Operand::ALL.into_iter().map(|o| loads[o]).chain(stores);
        let common = all.fold(parts, gcd);
        let reduced = |amount: u128| u64::try_from(amount / common).ok();
        Some(Self {
            loads: PerOperand {
                input: reduced(loads.input)?,
                weight: reduced(loads.weight)?,
                output: reduced(loads.output)?,
            },
            finished: reduced(stores[0])?,
            spilled: reduced(stores[1])?,
            over: Divisor::new(reduced(parts).filter(|over| over >> 63 == 0)?),
        })
    }
}
