//! The reasons why a mapping is not legal.

use std::borrow::Cow;

use stationary_arch::{ArchError, Operand};
use stationary_workloads::{Dim, LayerError};

use crate::dataflow::DataflowError;
use crate::reach::OutOfReach;

/// The reason why a mapping is not legal: the first limit that its tiling exceeds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The accelerator's sequencer does not offer the dataflow.
    #[error("dataflow `{dataflow}` is not offered by this accelerator, which offers: {offered}")]
    Dataflow {
        /// The dataflow that was asked for.
        dataflow: Cow<'static, str>,
        /// The short names of the dataflows that the accelerator offers.
        offered: String,
    },
    /// The accelerator was changed or made in code, and breaks a limit that its file would be checked for.
    #[error(transparent)]
    Accelerator(Box<ArchError>),
    /// The layer's counts on this accelerator may exceed their range.
    #[error(transparent)]
    OutOfReach(#[from] OutOfReach),
    /// No machine can run the dataflow.
    #[error("dataflow `{dataflow}`: {problem}")]
    Unfit {
        /// The dataflow's short name.
        dataflow: Cow<'static, str>,
        /// The fault of the dataflow.
        problem: DataflowError,
    },
    /// No mapping that the mapper tries fits, though one of a single output at a time does.
    #[error("no mapping that the search tries fits")]
    NotFound,
    /// The array runs convolutions as products of their unfolded input (im2col), and the layer has no such
    /// product.
    #[error("the layer cannot be unfolded: {0}")]
    Unfolded(LayerError),
    /// A tile size is zero or larger than the layer.
    #[error("{what}.{dim} is {value}; it must lie between 1 and the layer's {size}")]
    Extent {
        /// The field of the tiling.
        what: &'static str,
        /// The dimension.
        dim: Dim,
        /// The tile size.
        value: u64,
        /// The layer's size in this dimension.
        size: u64,
    },
    /// A dimension that advances with the beats is unrolled over PEs as well.
    #[error("{dim} advances from beat to beat and cannot be unrolled over PEs as well")]
    UnrolledBeat {
        /// The dimension that advances with beats.
        dim: Dim,
    },
    /// A PE's tile has several indices of a dimension that the dataflow does not loop over in a PE.
    #[error("local.{dim} must be 1: `{dataflow}` does not loop over {dim} inside a PE")]
    NotLocal {
        /// The dimension whose tile must be 1.
        dim: Dim,
        /// The dataflow's short name.
        dataflow: Cow<'static, str>,
    },
    /// The dataflow does not unroll a dimension along this axis.
    #[error("`{dataflow}` does not unroll {dim} along the {axis}")]
    NotUnrolled {
        /// The dimension that is unrolled.
        dim: Dim,
        /// The axis of the array: `rows` or `columns`.
        axis: &'static str,
        /// The dataflow's short name.
        dataflow: Cow<'static, str>,
    },
    /// The accelerator's sequencer does not run a loop of the mapping.
    #[error("the sequencer {allowed}; the mapping has {found}")]
    Sequencer {
        /// What the sequencer does, in words.
        allowed: String,
        /// What the mapping asks for, in words.
        found: String,
    },
    /// The unrolling needs more PEs along an axis than the array has.
    #[error("the unrolling needs {needed} {axis} of PEs; the array has {available}")]
    Array {
        /// The axis of the array: `rows` or `columns`.
        axis: &'static str,
        /// PEs needed along the axis.
        needed: u64,
        /// PEs of the array along the axis.
        available: u64,
    },
    /// A loop order does not name each dimension once.
    #[error("{what} must name each of N, G, K, C, P, Q, R, S once")]
    Order {
        /// The field of the tiling.
        what: &'static str,
    },
    /// The staging of outputs is not for a block: partial sums return to the global buffer.
    #[error("staging.output must be `block`: partial sums return to the global buffer")]
    StagedOutput,
    /// The mapping unrolls an operand of a systolic network where its words cannot go: a streamed operand along
    /// both axes, or partial sums along the rows.
    #[error(
        "{operand} on a systolic network cannot be unrolled over {dim} there: its words enter or leave at one edge of the array"
    )]
    Edge {
        /// The operand on the systolic network.
        operand: Operand,
        /// The dimension at fault.
        dim: Dim,
    },
    /// A PE's tile of an operand does not fit its scratchpad.
    #[error("a PE's {operand} tile takes {needed} words; its scratchpad holds {available}")]
    Scratchpad {
        /// The operand whose tile is too large.
        operand: Operand,
        /// Words needed.
        needed: u64,
        /// Words that the scratchpad holds.
        available: u64,
    },
    /// The tiles of a partition of the global buffer do not fit it.
    #[error(
        "the {} tiles take {needed} bytes of the global buffer; their partition holds {available}",
        names(operands)
    )]
    GlobalBuffer {
        /// The operands that share the partition.
        operands: Vec<Operand>,
        /// Bytes needed, a second copy included where the partition is double-buffered.
        needed: u64,
        /// Bytes of the partition.
        available: u64,
    },
    /// The tiling gives banks to an operand whose partition has none that it alone uses.
    #[error(
        "{operand} is given banks; its partition of the global buffer has none that only one operand uses"
    )]
    NoBanks {
        /// The operand that is given banks.
        operand: Operand,
    },
    /// The tiles fit the bytes of a partition, but not its banks, of which each serves one operand.
    #[error(
        "the {} tiles take {needed} banks of the global buffer, none of which two operands share; \
         their partition has {available}",
        names(operands)
    )]
    Banks {
        /// The operands that share the partition.
        operands: Vec<Operand>,
        /// Banks needed.
        needed: u64,
        /// Banks of the partition.
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
