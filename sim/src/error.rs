//! Why a mapping is not legal.

use std::borrow::Cow;

use stationary_arch::{ArchError, Operand};
use stationary_workloads::{Dim, LayerError};

use crate::dataflow::DataflowError;
use crate::reach::OutOfReach;

/// The first limit that a tiling exceeds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The accelerator's sequencer does not offer the dataflow.
    #[error("dataflow `{dataflow}` is not offered by this accelerator, which offers: {offered}")]
    Dataflow {
        /// Asked for.
        dataflow: Cow<'static, str>,
        /// What there is.
        offered: String,
    },
    /// An accelerator that no file could describe, changed or made in code.
    #[error(transparent)]
    Accelerator(Box<ArchError>),
    /// The counts may exceed their range.
    #[error(transparent)]
    OutOfReach(#[from] OutOfReach),
    /// A dataflow that no machine runs.
    #[error("dataflow `{dataflow}`: {problem}")]
    Unfit {
        /// Its name.
        dataflow: Cow<'static, str>,
        /// What is wrong with it.
        problem: DataflowError,
    },
    /// The mapper's list has no mapping that fits, though one output at a time does.
    #[error("no mapping that the search tries fits")]
    NotFound,
    /// The array runs convolutions as products of their unfolded input, and the layer has none.
    #[error("the layer cannot be unfolded: {0}")]
    Unfolded(LayerError),
    /// A tile size of zero or beyond the layer.
    #[error("{what}.{dim} is {value}; it must lie between 1 and the layer's {size}")]
    Extent {
        /// The field of the tiling.
        what: &'static str,
        /// The dimension.
        dim: Dim,
        /// Found.
        value: u64,
        /// The layer's extent.
        size: u64,
    },
    /// A dimension that advances with the beats cannot be unrolled as well.
    #[error("{dim} advances from beat to beat and cannot be unrolled over PEs as well")]
    UnrolledBeat {
        /// The dimension.
        dim: Dim,
    },
    /// A PE works on one index of this dimension at a time.
    #[error("local.{dim} must be 1: `{dataflow}` does not loop over {dim} inside a PE")]
    NotLocal {
        /// The dimension.
        dim: Dim,
        /// The dataflow's short name.
        dataflow: Cow<'static, str>,
    },
    /// The dataflow does not unroll this dimension along this axis.
    #[error("`{dataflow}` does not unroll {dim} along the {axis}")]
    NotUnrolled {
        /// The dimension.
        dim: Dim,
        /// `rows` or `columns`.
        axis: &'static str,
        /// The dataflow's short name.
        dataflow: Cow<'static, str>,
    },
    /// A loop that the accelerator's sequencer does not run.
    #[error("the sequencer {allowed}; the mapping has {found}")]
    Sequencer {
        /// What it can do.
        allowed: String,
        /// What it is asked for.
        found: String,
    },
    /// More PEs than there are.
    #[error("the unrolling needs {needed} {axis} of PEs; the array has {available}")]
    Array {
        /// `rows` or `columns`.
        axis: &'static str,
        /// Needed.
        needed: u64,
        /// There are.
        available: u64,
    },
    /// A loop order that misses a dimension.
    #[error("{what} must name each of N, G, K, C, P, Q, R, S once")]
    Order {
        /// The field of the tiling.
        what: &'static str,
    },
    /// Outputs cannot bypass the buffer.
    #[error("staging.output must be `block`: partial sums return to the global buffer")]
    StagedOutput,
    /// A systolic stream unrolled along both axes, or partial sums along the rows.
    #[error(
        "{operand} on a systolic network cannot be unrolled over {dim} there: its words enter or leave at one edge of the array"
    )]
    Edge {
        /// The operand.
        operand: Operand,
        /// The dimension at fault.
        dim: Dim,
    },
    /// A PE's tile does not fit its scratchpad.
    #[error("a PE's {operand} tile takes {needed} words; its scratchpad holds {available}")]
    Scratchpad {
        /// The operand.
        operand: Operand,
        /// Words needed.
        needed: u64,
        /// Words there are.
        available: u64,
    },
    /// The tiles of a partition do not fit.
    #[error(
        "the {} tiles take {needed} bytes of the global buffer; their partition holds {available}",
        names(operands)
    )]
    GlobalBuffer {
        /// The operands that share the partition.
        operands: Vec<Operand>,
        /// Bytes needed, a second copy included where the partition is double-buffered.
        needed: u64,
        /// Bytes there are.
        available: u64,
    },
    /// Banks for an operand that has none of its own.
    #[error(
        "{operand} is given banks; its partition of the global buffer has none that only one operand uses"
    )]
    NoBanks {
        /// The operand.
        operand: Operand,
    },
    /// The tiles fit, but not in whole banks for each operand.
    #[error(
        "the {} tiles take {needed} banks of the global buffer, none of which two operands share; \
         their partition has {available}",
        names(operands)
    )]
    Banks {
        /// The operands of the partition.
        operands: Vec<Operand>,
        /// Banks needed.
        needed: u64,
        /// Banks there are.
        available: u64,
    },
}

impl From<ArchError> for MappingError {
    fn from(error: ArchError) -> Self {
        Self::Accelerator(Box::new(error))
    }
}

fn names(operands: &[Operand]) -> String {
    operands
        .iter()
        .map(|o| o.name())
        .collect::<Vec<_>>()
        .join(" and ")
}
