//! Counters, legality and a lower bound on cycles of many tilings of one layer.
//!
//! ```text
//! words = product over dimensions of a factor of the dimension's cut
//!         x elements under the window of each pair of cuts (P, R) and (Q, S)
//!         x channels in atoms of (G, C) or (G, K)
//! ```
//!
//! Which factor of a cut, its parts, blocks or passes, is a question of the operand's exchange
//! point, and that follows from the orders and from which loops iterate: a mask and its highest bit.
//! So each cut, pair and order is worked out once, and gets a number; a [`MappingPoint`] is a line of
//! these numbers, and an evaluation multiplies what they name. Nothing is allocated, hashed or
//! compared on the way. The products are of whole numbers, to the word; they are not vectorised, as
//! the baseline of x86-64 has no such multiplication of 64 bits, and its floats would end at 2^53.

mod bound;
mod divisor;
mod evaluate;
mod factors;
mod memory;
mod pairs;
mod program;
mod space;
mod transfers;

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use stationary_arch::Accelerator;
use stationary_workloads::{Dim, Layer, PerDim};

use crate::bus::Bus;
use crate::counters::Counters;
use crate::dataflow::{Dataflow, bit};
use crate::error::MappingError;
use crate::mapping::Mapping;
use crate::mapping::check::Rules;
use crate::model::critical_path::CriticalPath;
use crate::tiling::Tiling;

pub(super) use bound::UnitLimits;
pub use factors::DimTiling;
use factors::{Factors, PairKey};
pub(super) use memory::BufferLimits;
use pairs::{Channels, PairTable, PairWindow, TABLES};
use program::{LoopProgram, Orders};
pub use space::TilingSpace;
pub(super) use transfers::Transfers;

/// A candidate of one [`BoundEvaluator`] and its clones: a tiling, kept as indices into their tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappingPoint {
    cuts: PerDim<u32>,
    /// Rows and columns of the window, channels of inputs and of outputs.
    pairs: [u32; 4],
    program: u32,
}

/// The counts of a legal candidate with a lower bound of its cycles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundedCounts {
    /// Words moved and MACs; equal to [`Estimate::counters`](crate::Estimate::counters).
    pub counters: Counters,
    /// Cycles in which the busiest PE does MACs; equal to [`Estimate::busy`](crate::Estimate::busy).
    pub busy: u64,
    /// Array cycles that the machine does not go below with this tiling; equal to
    /// [`Estimate::lower_bound`](crate::Estimate::lower_bound).
    pub lower_bound: u64,
}

/// Evaluates candidates of one layer on an accelerator: whether they are legal, their counts, and lower bounds
/// of their cycles, without the estimate of an [`Evaluator`](crate::Evaluator).
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, Mapping, BoundEvaluator, Tiling, estimate};
/// use stationary_workloads::{Convolution, Dim, Layer};
///
/// let layer = Layer::convolution("conv", Convolution::square(8, [4, 8], 3, 1, 1))?;
/// let accelerator = Accelerator::preset("systolic", &[])?;
/// let dataflow = Dataflow::find("ws").expect("a bundled dataflow");
/// let mut screen = BoundEvaluator::new(&layer, &accelerator, dataflow)?;
/// let mut tiling = Tiling::trivial(layer.sizes());
/// tiling.cols[Dim::K] = 8;
/// let candidate = screen.candidate(&tiling).expect("each cut by itself is legal");
/// let screened = screen.evaluate(&candidate).expect("all together are");
/// let model = estimate(&Mapping::new(&layer, &accelerator, dataflow, tiling)?);
/// assert_eq!(screened.counters, model.counters);
/// assert_eq!(screened.lower_bound, model.lower_bound);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct BoundEvaluator {
    /// Takes one cut after the other, to work out what it contributes.
    m: Mapping,
    rules: Rules,
    machine: UnitLimits,
    memory: BufferLimits,
    transfers: Transfers,
    path: CriticalPath,
    /// One MAC a pass, in an order that the accelerator runs.
    base: Tiling,
    /// Numbers of the cuts by dimension; none of those that no tiling may have.
    numbers: PerDim<BTreeMap<DimTiling, Option<u32>>>,
    cuts: PerDim<Vec<DimTiling>>,
    factors: PerDim<Vec<Factors>>,
    stretches: PerDim<Vec<PairKey>>,
    windows: [PairTable<PairWindow>; 2],
    channels: [PairTable<Channels>; 2],
    programs: Vec<LoopProgram>,
    /// Orders that no tiling may have.
    refused: Vec<Orders>,
    /// What was asked for last.
    recent: PerDim<[(DimTiling, Option<u32>); RECENT]>,
    last_program: (Orders, Option<u32>),
}

/// How many cuts of a dimension are found at once: extents that double, as a search tries them, each
/// have a place of their own.
const RECENT: usize = 8;

/// The place of a cut among those.
#[inline]
fn place(cut: &DimTiling) -> usize {
    (cut.block.max(1).ilog2() as usize).wrapping_add(cut.local as usize) % RECENT
}

impl MappingPoint {
    /// The same in other orders.
    pub(crate) fn with_program(self, program: u32) -> Self {
        Self { program, ..self }
    }
}

/// Candidates that a thread evaluates one after the other.
const BATCH: usize = 4096;

impl BoundEvaluator {
    /// Prepares the evaluation of a layer on an accelerator under a dataflow.
    ///
    /// # Errors
    /// A [`MappingError`], if the accelerator does not offer the dataflow or the layer cannot run on it under
    /// any tiling.
    pub fn new(
        layer: impl Into<Arc<Layer>>,
        accelerator: impl Into<Arc<Accelerator>>,
        dataflow: impl Into<Arc<Dataflow>>,
    ) -> Result<Self, MappingError> {
        Self::of(Rules::new(
            &layer.into(),
            &accelerator.into(),
            &dataflow.into(),
        )?)
    }

    pub(crate) fn of(rules: Rules) -> Result<Self, MappingError> {
        let m = Mapping::base(&rules)?;
        let mut base = m.tiling;
        if let Some(letters) = &m.accelerator.sequencer.order {
            base.block_order.sort_by_key(|d| letters.find(d.name()));
            base.pass_order = base.block_order;
        }
        // No extent is 0, so that this is what is known of a cut that is none.
        let none = DimTiling {
            part: 0,
            block: 0,
            local: 0,
            rows: 0,
            cols: 0,
        };
        let mut screen = Self {
            rules,
            machine: UnitLimits::new(&m),
            memory: BufferLimits::new(&m),
            transfers: Transfers::new(&m, &Bus::new(&m.accelerator)),
            path: CriticalPath::new(&m),
            base,
            numbers: PerDim(std::array::from_fn(|_| BTreeMap::new())),
            cuts: PerDim(std::array::from_fn(|_| Vec::new())),
            factors: PerDim(std::array::from_fn(|_| Vec::new())),
            stretches: PerDim(std::array::from_fn(|_| Vec::new())),
            windows: Default::default(),
            channels: Default::default(),
            programs: Vec::new(),
            refused: Vec::new(),
            recent: PerDim::splat([(none, None); RECENT]),
            last_program: (Orders::of(&base), None),
            m,
        };
        let orders = Orders::of(&base);
        screen.last_program.1 = screen.look_up_program(orders);
        Ok(screen)
    }

    /// The candidate of a tiling; `None` if its fields along one dimension, or its orders, are not legal by
    /// themselves.
    pub fn candidate(&mut self, tiling: &Tiling) -> Option<MappingPoint> {
        let mut cuts = PerDim::splat(0);
        for d in Dim::ALL {
            cuts[d] = self.cut(d, DimTiling::of(tiling, d))?;
        }
        let program = self.program(Orders::of(tiling))?;
        Some(self.join(cuts, program))
    }

    /// The tiling of a candidate.
    #[must_use]
    pub fn tiling(&self, candidate: &MappingPoint) -> Tiling {
        let mut tiling = self.base;
        self.programs[candidate.program as usize]
            .orders
            .place(&mut tiling);
        for d in Dim::ALL {
            self.cuts[d][candidate.cuts[d] as usize].place(&mut tiling, d);
        }
        tiling
    }

    /// Evaluates many candidates as [`BoundEvaluator::evaluate`] does, over as many threads as there are; in
    /// their order.
    #[must_use]
    pub fn evaluate_all(&self, candidates: &[MappingPoint]) -> Vec<Option<BoundedCounts>> {
        let chunks = candidates.par_chunks(BATCH);
        chunks
            .flat_map_iter(|chunk| chunk.iter().map(|candidate| self.evaluate(candidate)))
            .collect()
    }

    /// The number of the orders, staging and banks of a tiling, if they are legal.
    pub(crate) fn program_of(&mut self, tiling: &Tiling) -> Option<u32> {
        self.program(Orders::of(tiling))
    }

    /// The number of a cut.
    #[inline]
    fn cut(&mut self, d: Dim, cut: DimTiling) -> Option<u32> {
        let recent = &mut self.recent[d][place(&cut)];
        if recent.0 == cut {
            return recent.1;
        }
        let number = self.look_up(d, cut);
        self.recent[d][place(&cut)] = (cut, number);
        number
    }

    fn look_up(&mut self, d: Dim, cut: DimTiling) -> Option<u32> {
        if let Some(number) = self.numbers[d].get(&cut) {
            return *number;
        }
        let mut tiling = self.base;
        cut.place(&mut tiling, d);
        let number = self.rules.check(&tiling).is_ok().then(|| {
            cut.place(&mut self.m.tiling, d);
            self.m.set_pass(d);
            let stretch = PairKey::new(&self.m, d);
            let stretch = number_of(&mut self.stretches[d], stretch);
            let edges = self.edges(d, cut);
            let factors = Factors::new(&self.m, d, edges, stretch);
            self.factors[d].push(factors);
            self.cuts[d].push(cut);
            (self.cuts[d].len() - 1) as u32
        });
        self.numbers[d].insert(cut, number);
        number
    }

    /// Edges of the array at which operands enter that a cut unrolls, two bits an operand.
    fn edges(&self, d: Dim, cut: DimTiling) -> u8 {
        let edges = self.rules.edges();
        let (on_rows, on_cols) = (u8::from(cut.rows > 1), u8::from(cut.cols > 1) << 1);
        let of = |edges: u8| {
            if edges & bit(d) == 0 {
                0
            } else {
                on_rows | on_cols
            }
        };
        of(edges.input) | of(edges.weight) << 2
    }

    /// The number of a program.
    #[inline]
    fn program(&mut self, orders: Orders) -> Option<u32> {
        if self.last_program.0 != orders {
            self.last_program = (orders, self.look_up_program(orders));
        }
        self.last_program.1
    }

    fn look_up_program(&mut self, orders: Orders) -> Option<u32> {
        let mut known = self.programs.iter();
        if let Some(place) = known.position(|program| program.orders == orders) {
            return Some(place as u32);
        }
        if self.refused.contains(&orders) {
            return None;
        }
        let mut tiling = self.base;
        orders.place(&mut tiling);
        if self.rules.check(&tiling).is_err() || !self.memory.has_banks(&orders.banks) {
            self.refused.push(orders);
            return None;
        }
        self.programs
            .push(LoopProgram::new(orders, self.machine.resident));
        Some((self.programs.len() - 1) as u32)
    }

    /// The candidate of some cuts and a program.
    #[inline]
    fn join(&mut self, cuts: PerDim<u32>, program: u32) -> MappingPoint {
        let mut pairs = [0; 4];
        for (table, pair) in pairs.iter_mut().enumerate() {
            *pair = self.pair(table, &cuts);
        }
        MappingPoint {
            cuts,
            pairs,
            program,
        }
    }

    /// The place in one of the tables of pairs.
    #[inline]
    fn pair(&mut self, table: usize, cuts: &PerDim<u32>) -> u32 {
        let dims = TABLES[table];
        let [a, b] = [dims.0, dims.1].map(|d| self.factors[d][cuts[d] as usize].stretch);
        let (m, stretches) = (&mut self.m, &self.stretches);
        let both = || {
            [
                &stretches[dims.0][a as usize],
                &stretches[dims.1][b as usize],
            ]
        };
        match table {
            0 | 1 => self.windows[table].place([a, b], || {
                let held = both().map(|stretch| stretch.held);
                PairWindow::new(pairs::with(m, dims, both()), table, held)
            }),
            _ => self.channels[table - 2].place([a, b], || {
                Channels::new(pairs::with(m, dims, both()), dims.1)
            }),
        }
    }
}

/// The place of an item among others, at the end if it is new.
fn number_of<T: PartialEq>(items: &mut Vec<T>, item: T) -> u32 {
    let place = items.iter().position(|other| *other == item);
    let place = place.unwrap_or_else(|| {
        items.push(item);
        items.len() - 1
    });
    place as u32
}
