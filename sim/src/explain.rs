//! Repairs of a mapping: which changes of the tiling or of the accelerator would make it legal.
//!
//! ```text
//! for each size of the tiling:    the greatest smaller value with which Mapping::new accepts it
//! for the accelerator:            grow what is too small to what is needed, until it is accepted
//! ```
//!
//! The constructor of [`Mapping`] is the only judge, so nothing is proposed that is not legal.

use std::fmt;
use std::sync::Arc;

use stationary_arch::{Accelerator, Operand};
use stationary_workloads::{Dim, Layer, PerDim};

use crate::dataflow::Dataflow;
use crate::error::MappingError;
use crate::mapper::{self, MapperError};
use crate::mapping::{Mapping, lowered};
use crate::model::estimate;
use crate::tiling::{Staging, Tiling};

/// A field with its value and another one that is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The field's path, as files of mappings and accelerators have it.
    pub field: String,
    /// The value as it is.
    pub from: String,
    /// The value that is proposed.
    pub to: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.field, self.from, self.to)
    }
}

/// Changes of a tiling that together make it legal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TilingRepair {
    /// The changes, at least one.
    pub changes: Vec<Change>,
    /// The tiling after the changes.
    pub tiling: Tiling,
    /// The model's estimate of cycles after the changes.
    pub cycles: u64,
}

/// Why a tiling is not legal, and which changes would make it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The first limit that the tiling exceeds.
    pub limit: MappingError,
    /// Repairs of the tiling, the fastest first: each changes a single field if that suffices, else several.
    /// Empty if there is no repair.
    pub repairs: Vec<TilingRepair>,
    /// Larger sizes of the accelerator with which the tiling is legal as it is. Empty if sizes are not what
    /// is wrong.
    pub accelerator: Vec<Change>,
}

/// How many changes a chain may have: more than a tiling has fields.
const LONGEST_CHAIN: usize = 60;

/// Why a tiling is not legal, with repairs; None if it is legal.
#[must_use]
pub fn explain(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
    tiling: Tiling,
) -> Option<Explanation> {
    let (layer, accelerator) = (layer.into(), accelerator.into());
    let tiling_check = TilingCheck {
        // A layer that cannot be unfolded has no mapping to explain.
        layer: lowered(&layer, &accelerator).ok()?,
        accelerator,
        dataflow: dataflow.into(),
    };
    let limit = tiling_check.check(tiling).err()?;
    let mut repairs: Vec<TilingRepair> = tiling_check
        .variants(tiling)
        .into_iter()
        .filter_map(|mut variants| {
            variants.find_map(|(change, tiling)| tiling_check.repair(vec![change], tiling))
        })
        .collect();
    if repairs.is_empty() {
        repairs.extend(tiling_check.chain(tiling));
    }
    repairs.sort_by_key(|repair| repair.cycles);
    Some(Explanation {
        limit,
        repairs,
        accelerator: grown(
            &layer,
            &tiling_check.accelerator,
            &tiling_check.dataflow,
            tiling,
        )
        .unwrap_or_default(),
    })
}

struct TilingCheck {
    layer: Arc<Layer>,
    accelerator: Arc<Accelerator>,
    dataflow: Arc<Dataflow>,
}

type Variant = (Change, Tiling);
/// Other values of one field, the nearest first.
type Variants = Box<dyn Iterator<Item = Variant>>;

impl TilingCheck {
    fn check(&self, tiling: Tiling) -> Result<u64, MappingError> {
        let mapping = Mapping::new(
            Arc::clone(&self.layer),
            Arc::clone(&self.accelerator),
            Arc::clone(&self.dataflow),
            tiling,
        )?;
        Ok(estimate(&mapping).cycles)
    }

    fn repair(&self, changes: Vec<Change>, tiling: Tiling) -> Option<TilingRepair> {
        let cycles = self.check(tiling).ok()?;
        Some(TilingRepair {
            changes,
            tiling,
            cycles,
        })
    }

    /// For each field its other values, the nearest first.
    fn variants(&self, tiling: Tiling) -> Vec<Variants> {
        let mut all: Vec<Variants> = Vec::new();
        let one = |variant: Variant| -> Variants { Box::new(std::iter::once(variant)) };
        for (name, sizes) in SIZES {
            for dim in Dim::ALL {
                let from = sizes(&mut tiling.clone())[dim];
                let most = from.saturating_sub(1).min(self.layer.size(dim));
                let variant = move |to: u64| {
                    let mut tiling = tiling;
                    sizes(&mut tiling)[dim] = to;
                    (change(format!("{name}.{dim}"), from, to), tiling)
                };
                all.push(if from == 0 {
                    one(variant(1))
                } else {
                    Box::new((1..=most).rev().map(variant))
                });
            }
        }
        for operand in Operand::ALL {
            let from = tiling.staging[operand];
            let others = [Staging::Block, Staging::Pass, Staging::Layer];
            let variant = |to: Staging| {
                let mut tiling = tiling;
                tiling.staging[operand] = to;
                let [from, to] = [from, to].map(|s| format!("{s:?}").to_lowercase());
                (change(format!("staging.{operand}"), from, to), tiling)
            };
            all.extend(
                others
                    .into_iter()
                    .filter(|s| *s != from)
                    .map(|s| one(variant(s))),
            );
            if tiling.banks[operand] > 0 {
                let mut freed = tiling;
                freed.banks[operand] = 0;
                let field = format!("banks.{operand}");
                all.push(one((
                    change(field, tiling.banks[operand], "as needed"),
                    freed,
                )));
            }
        }
        let offered = self.accelerator.sequencer.order.as_ref();
        let order = offered.and_then(|order| dims(order)).unwrap_or(Dim::ALL);
        for (name, field) in ORDERS {
            let mut ordered = tiling;
            let from = std::mem::replace(field(&mut ordered), order);
            if from != order {
                let [from, to] =
                    [from, order].map(|o| o.iter().map(|d| d.name()).collect::<String>());
                all.push(one((change(name, from, to), ordered)));
            }
        }
        all
    }

    /// Mends one limit after the other, each by the change that leaves most of the tile.
    fn chain(&self, tiling: Tiling) -> Option<TilingRepair> {
        let (mut tiling, mut changes) = (tiling, Vec::<Change>::new());
        for _ in 0..LONGEST_CHAIN {
            let limit = match self.check(tiling) {
                Ok(_) => return self.repair(changes, tiling),
                Err(limit) => limit,
            };
            let is_fresh = |change: &Change, next: &Tiling| {
                size(next) < size(&tiling) || !changes.iter().any(|c| c.field == change.field)
            };
            let passes = |(change, next): &Variant| {
                let after = self.check(*next).err();
                is_fresh(change, next)
                    && after.is_none_or(|e| rank(&e) >= rank(&limit) && !is_same(&limit, &e))
            };
            let variants = self.variants(tiling).into_iter();
            let steps = variants.filter_map(|mut variants| variants.find(passes));
            let step = steps.max_by(|(_, a), (_, b)| size(a).total_cmp(&size(b)));
            let (change, next) = step.or_else(|| self.nearest(tiling, &limit))?;
            match changes.iter_mut().find(|c| c.field == change.field) {
                // What is not a size could go to and fro for ever.
                Some(_) if size(&next) == size(&tiling) => return None,
                Some(earlier) => earlier.to = change.to,
                None => changes.push(change),
            }
            tiling = next;
        }
        None
    }

    /// The change that comes nearest to a limit which no single change mends.
    fn nearest(&self, tiling: Tiling, limit: &MappingError) -> Option<Variant> {
        let least = self.variants(tiling).into_iter().filter_map(Iterator::last);
        let nearer = least.filter_map(|variant| {
            let next = self.check(variant.1).err()?;
            let needed = needed(&next).filter(|_| is_same(limit, &next))?;
            Some(((needed, size(&variant.1)), variant))
        });
        let least = nearer.min_by(|((n, a), _), ((m, b), _)| n.cmp(m).then(a.total_cmp(b)));
        let ((least, left), variant) = least?;
        // What is needed may not change before several sizes have: whole rows and banks count.
        let is_nearer = Some(least) < needed(limit) || left < size(&tiling);
        is_nearer.then_some(variant)
    }
}

/// How much of the tile there is: the logarithm of the product of all sizes.
fn size(tiling: &Tiling) -> f64 {
    let tiles = SIZES.iter().map(|(_, sizes)| *sizes(&mut tiling.clone()));
    let sizes = tiles.flat_map(|tile| Dim::ALL.map(|dim| tile[dim].max(1) as f64));
    sizes.map(f64::ln).sum()
}

/// What a limit is exceeded with.
fn needed(limit: &MappingError) -> Option<u64> {
    match limit {
        MappingError::Array { needed, .. }
        | MappingError::Scratchpad { needed, .. }
        | MappingError::GlobalBuffer { needed, .. }
        | MappingError::Banks { needed, .. } => Some(*needed),
        _ => None,
    }
}

type Sizes = fn(&mut Tiling) -> &mut PerDim<u64>;

const SIZES: [(&str, Sizes); 5] = [
    ("part", |t| &mut t.part),
    ("block", |t| &mut t.block),
    ("local", |t| &mut t.local),
    ("rows", |t| &mut t.rows),
    ("cols", |t| &mut t.cols),
];

type Orders = fn(&mut Tiling) -> &mut [Dim; 8];

const ORDERS: [(&str, Orders); 2] = [
    ("block_order", |t| &mut t.block_order),
    ("pass_order", |t| &mut t.pass_order),
];

fn change(field: impl Into<String>, from: impl ToString, to: impl ToString) -> Change {
    Change {
        field: field.into(),
        from: from.to_string(),
        to: to.to_string(),
    }
}

fn dims(order: &str) -> Option<[Dim; 8]> {
    let dim = |letter: char| Dim::ALL.into_iter().find(|d| d.name().starts_with(letter));
    let dims: Option<Vec<Dim>> = order.chars().map(dim).collect();
    dims?.try_into().ok()
}

/// The order in which limits are checked: what mends one must not break one before it.
fn rank(limit: &MappingError) -> u8 {
    use MappingError as E;
    match limit {
        E::Accelerator(_) | E::Dataflow { .. } | E::Unfit { .. } | E::NotFound | E::Unfolded(_) => {
            0
        }
        E::Extent { .. } | E::UnrolledBeat { .. } | E::NotLocal { .. } | E::NotUnrolled { .. } => 1,
        E::Sequencer { .. } => 2,
        E::Array { .. } => 3,
        E::Order { .. } => 4,
        E::StagedOutput => 5,
        E::Edge { .. } => 6,
        E::Scratchpad { .. } => 7,
        E::GlobalBuffer { .. } => 8,
        E::NoBanks { .. } | E::Banks { .. } => 9,
        E::OutOfReach(_) => 10,
    }
}

/// Whether two errors are of one limit: the same field, operand or dimension, by whatever amount.
fn is_same(a: &MappingError, b: &MappingError) -> bool {
    use MappingError as E;
    match (a, b) {
        (
            E::Extent { what, dim, .. },
            E::Extent {
                what: w, dim: d, ..
            },
        ) => (what, dim) == (w, d),
        (E::Array { axis, .. }, E::Array { axis: x, .. }) => axis == x,
        (E::Scratchpad { operand, .. }, E::Scratchpad { operand: o, .. }) => operand == o,
        (E::GlobalBuffer { operands, .. }, E::GlobalBuffer { operands: o, .. })
        | (E::Banks { operands, .. }, E::Banks { operands: o, .. }) => operands == o,
        (a, b) => a == b,
    }
}

/// The accelerator's sizes with which the tiling is legal.
fn grown(
    layer: &Arc<Layer>,
    accelerator: &Accelerator,
    dataflow: &Arc<Dataflow>,
    tiling: Tiling,
) -> Option<Vec<Change>> {
    let mut larger = accelerator.clone();
    let mut changes: Vec<Change> = Vec::new();
    for _ in 0..LONGEST_CHAIN {
        let limit = match Mapping::new(Arc::clone(layer), &larger, Arc::clone(dataflow), tiling) {
            Ok(_) => return Some(changes),
            Err(limit) => limit,
        };
        changes.push(grow(&mut larger, &limit)?);
    }
    None
}

/// Larger sizes of the accelerator with which the mapper finds a mapping of a layer. Empty if it finds one as
/// it is, or if sizes are not what is wrong.
#[must_use]
pub fn explain_mapper(
    layer: impl Into<Arc<Layer>>,
    accelerator: impl Into<Arc<Accelerator>>,
    dataflow: impl Into<Arc<Dataflow>>,
) -> Vec<Change> {
    let (layer, dataflow) = (layer.into(), dataflow.into());
    let mut larger = Arc::unwrap_or_clone(accelerator.into());
    let mut changes = Vec::new();
    for _ in 0..LONGEST_CHAIN {
        let reason = match mapper::map(Arc::clone(&layer), &larger, Arc::clone(&dataflow)) {
            Ok(_) => return changes,
            Err(MapperError::NoMapping { reason, .. }) => *reason,
        };
        match grow(&mut larger, &reason) {
            Some(change) => changes.push(change),
            None => break,
        }
    }
    Vec::new()
}

/// Grows what is too small to what is needed; nothing if that is no size.
fn grow(accelerator: &mut Accelerator, limit: &MappingError) -> Option<Change> {
    match limit {
        MappingError::Array { axis, needed, .. } => {
            let array = &mut accelerator.array;
            let (field, size) = match *axis {
                "rows" => ("array.rows", &mut array.rows),
                _ => ("array.cols", &mut array.cols),
            };
            let from = std::mem::replace(size, u32::try_from(*needed).ok()?);
            Some(change(field, from, needed))
        }
        MappingError::Scratchpad {
            operand, needed, ..
        } => {
            let words = &mut accelerator.scratchpads[*operand].words;
            let from = std::mem::replace(words, *needed);
            Some(change(format!("scratchpads.{operand}.words"), from, needed))
        }
        MappingError::GlobalBuffer {
            operands, needed, ..
        } => {
            let partitions = &mut accelerator.global_buffer.partitions;
            let at = partitions.iter().position(|p| p.operands == *operands)?;
            let from = std::mem::replace(&mut partitions[at].bytes, *needed);
            let names: Vec<&str> = operands.iter().map(|o| o.name()).collect();
            let field = format!("bytes of the global buffer for {}", names.join(", "));
            Some(change(field, from, needed))
        }
        _ => None,
    }
}
