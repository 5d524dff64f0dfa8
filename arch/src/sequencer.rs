//! What loops a machine's sequencer can run.

use std::collections::BTreeMap;

use crate::choice::choice;
use crate::collector::Collector;
use crate::declaration::{At, Node, ReadContext, section};
use crate::field::{Field, Takes};
use crate::limits;
use crate::operand::{Operand, PerOperand};

section! {
    /// Limits on mappings beyond the dataflow's; by default there are none.
    ///
    /// Dimensions are single letters: N G K C P Q R S.
    #[derive(Default, Eq, Hash)]
    pub struct Sequencer, file SequencerConfig {
        /// Dimensions that may be unrolled along the rows, as letters of NGKCPQRS.
        rows: Option<String> = default "those of the dataflow";
        /// Dimensions that may be unrolled along the columns, as letters of NGKCPQRS.
        cols: Option<String> = default "those of the dataflow";
        /// The order of the loops over blocks and over passes, outer to inner: each of NGKCPQRS once.
        order: Option<String> = default "the mapper chooses";
        /// When tiles come into the buffer, where the layer fits so.
        staging: BTreeMap<Operand, Stage> = default "the mapper chooses";
        /// Output positions that are summed at a time: such a stripe of one group of kernels goes through
        /// its whole reduction before the next. The mapper takes as few as it can, and as many PEs.
        stripe: Option<u32> = default "the mapper chooses", in limits::SIDE, unit "positions";
    }
}

choice! {
    /// When a tile of an operand comes into the global buffer.
    #[derive(Default)]
    pub enum Stage {
        /// Once for the layer.
        #[default]
        Layer,
        /// With each block.
        Block,
        /// With each pass.
        Pass,
    }
}

/// The dimensions' letters.
const DIMENSIONS: &str = "NGKCPQRS";

impl Sequencer {
    /// What is wrong with it: the field, and what is allowed.
    pub(crate) fn problem(&self) -> Option<(&'static str, &str, &'static str)> {
        for (field, letters) in [("rows", &self.rows), ("cols", &self.cols)] {
            if let Some(letters) = letters
                && !letters.chars().all(|c| DIMENSIONS.contains(c))
            {
                return Some((field, letters, "letters of N, G, K, C, P, Q, R, S"));
            }
        }
        let order = self.order.as_ref()?;
        let is_order = order.len() == DIMENSIONS.len()
            && DIMENSIONS
                .chars()
                .all(|dimension| order.contains(dimension));
        (!is_order).then_some(("order", order, "each of N, G, K, C, P, Q, R, S once"))
    }
}

/// What a file says of some operands.
impl Node for BTreeMap<Operand, Stage> {
    type Value = Self;
    type Written = Self;

    fn base() -> Self {
        Self::new()
    }

    fn read(written: Self, _: &At<'_>, _: &Self, _: &mut ReadContext) -> Self {
        written
    }

    fn write(value: &Self) -> Option<Self> {
        (!value.is_empty()).then(|| value.clone())
    }

    fn check(_: &Self, _: &At<'_>, _: &mut Collector) {}

    fn takes() -> Takes {
        Takes::Section
    }

    fn fields(at: &At<'_>, _: &Self, all: &mut Vec<Field>) {
        PerOperand::<Stage>::fields(at, &PerOperand::default(), all);
    }

    fn differing(value: &Self, _: &Self, at: &At<'_>, all: &mut Vec<String>) {
        let given = |(operand, stage): (&Operand, &Stage)| {
            format!("{at}.{operand}={}", crate::declaration::text(stage))
        };
        all.extend(value.iter().map(given));
    }
}
