//! What loops a machine's sequencer can run.

use crate::choice::choice;
use std::collections::BTreeMap;

use crate::operand::Operand;

/// Limits on mappings beyond the dataflow's; by default there are none.
///
/// Dimensions are single letters: N G K C P Q R S.
#[derive(
    Clone,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(deny_unknown_fields, default)]
pub struct Sequencer {
    /// Dimensions that may be unrolled along the rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<String>,
    /// Dimensions that may be unrolled along the columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cols: Option<String>,
    /// The order of the loops over blocks and over passes, outer to inner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// When tiles come into the buffer, where the layer fits so; else the mapper chooses.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub staging: BTreeMap<Operand, Stage>,
    /// Output positions that are summed at a time: such a stripe of one group of kernels goes through
    /// its whole reduction before the next. The mapper takes as few as it can, and as many PEs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stripe: Option<u32>,
}

choice! {
    /// When a tile of an operand comes into the global buffer.
    pub enum Stage {
        /// Once for the layer.
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
