//! Whether a tiling suits the layer, the dataflow and the array.

use std::sync::Arc;

use stationary_arch::{Accelerator, Operand, PerOperand, Topology};
use stationary_workloads::{Dim, Layer};

use crate::dataflow::{Dataflow, bit, bits, relevant_bits};
use crate::error::MappingError;
use crate::mapping::lowered;
use crate::reach::hardwired;
use crate::tiling::{Staging, Tiling};

/// What a layer, an accelerator and a dataflow allow, so that checking a tiling is cheap.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    pub(crate) layer: Arc<Layer>,
    pub(crate) accelerator: Arc<Accelerator>,
    pub(crate) dataflow: Arc<Dataflow>,
    /// Dimensions, a bit each.
    beats: u8,
    local: u8,
    unrolled: [u8; 2],
    /// Dimensions of an operand that enters or leaves at an edge of the array.
    edges: PerOperand<u8>,
}

impl Rules {
    /// # Errors
    /// If no machine has the accelerator's fields, or runs the dataflow. If it is a bundled one that the accelerator does not offer; any
    /// other may run wherever a sequencer does, as far as its networks and the sequencer's limits go.
    pub(crate) fn new(
        layer: &Arc<Layer>,
        accelerator: &Arc<Accelerator>,
        dataflow: &Arc<Dataflow>,
    ) -> Result<Self, MappingError> {
        accelerator.check()?;
        dataflow.check().map_err(|problem| MappingError::Unfit {
            dataflow: dataflow.name.clone(),
            problem,
        })?;
        let is_offered = accelerator.dataflows.iter().any(|n| *n == dataflow.name);
        let is_own = !dataflow.is_bundled() && accelerator.decoupled.is_none();
        if !is_offered && !is_own {
            return Err(MappingError::Dataflow {
                dataflow: dataflow.name.clone(),
                offered: accelerator.dataflows.join(", "),
            });
        }
        let networks = &accelerator.networks;
        let layer = lowered(layer, accelerator)?;
        hardwired(&layer, accelerator).of_layer(&layer, accelerator)?;
        Ok(Self {
            layer,
            accelerator: Arc::clone(accelerator),
            dataflow: Arc::clone(dataflow),
            beats: bits(&dataflow.beats),
            local: bits(&dataflow.local),
            unrolled: [bits(&dataflow.rows), bits(&dataflow.cols)],
            edges: PerOperand::from_fn(|operand| {
                let network = match operand {
                    Operand::Input => networks.input,
                    Operand::Weight => networks.weight,
                    Operand::Output => networks.psum_out,
                };
                if network.topology != Topology::Systolic || dataflow.is_resident(operand) {
                    0
                } else {
                    relevant_bits(operand)
                }
            }),
        })
    }

    /// Dimensions of each operand that enters or leaves at an edge of the array, a bit each.
    pub(crate) fn edges(&self) -> &PerOperand<u8> {
        &self.edges
    }

    /// The first limit that a tiling exceeds, capacities aside.
    pub(crate) fn check(&self, tiling: &Tiling) -> Result<(), MappingError> {
        let mut used = [1_u64; 2];
        let mut unrolled = [0_u8; 2];
        let mut is_wrong = false;
        for dim in Dim::ALL {
            let factors = [tiling.rows[dim], tiling.cols[dim]];
            let (size, block, local) = (self.layer.size(dim), tiling.block[dim], tiling.local[dim]);
            // One comparison each, as `0 - 1` is more than any size.
            let is_extent = |value: u64, most: u64| value.wrapping_sub(1) < most;
            let fit = is_extent(tiling.part[dim], size)
                & is_extent(block, tiling.part[dim])
                & is_extent(local, size)
                & is_extent(factors[0], size)
                & is_extent(factors[1], size);
            for axis in 0..2 {
                unrolled[axis] |= u8::from(factors[axis] > 1) << dim.index();
                used[axis] = used[axis].saturating_mul(factors[axis]);
            }
            let is_local = local == 1 || (self.beats | self.local) & bit(dim) != 0;
            is_wrong |= !fit || !is_local;
        }
        if is_wrong
            || (unrolled[0] | unrolled[1]) & self.beats != 0
            || unrolled[0] & !self.unrolled[0] != 0
            || unrolled[1] & !self.unrolled[1] != 0
        {
            Dim::ALL
                .into_iter()
                .try_for_each(|d| self.refuse(tiling, d))?;
        }
        check_sequencer(&self.accelerator, tiling)?;
        let array = &self.accelerator.array;
        for (axis, available) in [array.rows, array.cols].into_iter().enumerate() {
            if used[axis] > u64::from(available) {
                return Err(MappingError::Array {
                    axis: ["rows", "columns"][axis],
                    needed: used[axis],
                    available: u64::from(available),
                });
            }
        }
        if bits(&tiling.block_order) != u8::MAX {
            return Err(MappingError::Order {
                what: "block_order",
            });
        }
        if bits(&tiling.pass_order) != u8::MAX {
            return Err(MappingError::Order { what: "pass_order" });
        }
        if tiling.staging.output != Staging::Block {
            return Err(MappingError::StagedOutput);
        }
        self.check_edges(unrolled)
    }

    /// What is wrong with a tiling along a dimension, if anything is.
    #[cold]
    fn refuse(&self, tiling: &Tiling, dim: Dim) -> Result<(), MappingError> {
        let size = self.layer.size(dim);
        let [part, block, local] = [tiling.part[dim], tiling.block[dim], tiling.local[dim]];
        let unrolled = [tiling.rows[dim], tiling.cols[dim]];
        for (what, value) in [
            ("part", part),
            ("block", block),
            ("local", local),
            ("rows", unrolled[0]),
            ("cols", unrolled[1]),
        ] {
            if value == 0 || value > size {
                return Err(MappingError::Extent {
                    what,
                    dim,
                    value,
                    size,
                });
            }
        }
        if block > part {
            return Err(MappingError::Extent {
                what: "block",
                dim,
                value: block,
                size: part,
            });
        }
        let dataflow = &self.dataflow;
        let is_beat = dataflow.beats.contains(&dim);
        if is_beat && unrolled != [1, 1] {
            return Err(MappingError::UnrolledBeat { dim });
        }
        if local > 1 && !is_beat && !dataflow.local.contains(&dim) {
            return Err(MappingError::NotLocal {
                dim,
                dataflow: dataflow.name.clone(),
            });
        }
        for (axis, (count, allowed)) in [("rows", &dataflow.rows), ("columns", &dataflow.cols)]
            .into_iter()
            .enumerate()
        {
            if unrolled[axis] > 1 && !allowed.contains(&dim) {
                return Err(MappingError::NotUnrolled {
                    dim,
                    axis: count,
                    dataflow: dataflow.name.clone(),
                });
            }
        }
        Ok(())
    }

    /// A stream on a systolic network enters at one edge of the array and hops across it, so its
    /// dimensions can be unrolled along one axis only; partial sums leave at the columns' ends.
    fn check_edges(&self, [rows, cols]: [u8; 2]) -> Result<(), MappingError> {
        let first = |bits: u8| Dim::ALL.into_iter().find(|d| bits & bit(*d) != 0);
        for operand in Operand::ALL {
            let (on_rows, on_cols) = (self.edges[operand] & rows, self.edges[operand] & cols);
            let wrong = match operand {
                Operand::Output => on_rows,
                Operand::Input | Operand::Weight if on_rows != 0 => on_cols,
                Operand::Input | Operand::Weight => 0,
            };
            if let Some(dim) = first(wrong) {
                return Err(MappingError::Edge { operand, dim });
            }
        }
        Ok(())
    }
}

/// Whether the accelerator's sequencer runs the loops.
fn check_sequencer(accelerator: &Accelerator, tiling: &Tiling) -> Result<(), MappingError> {
    let sequencer = &accelerator.sequencer;
    let refuse = |allowed: String, found: String| Err(MappingError::Sequencer { allowed, found });
    for (axis, allowed, factors) in [
        ("rows", &sequencer.rows, &tiling.rows),
        ("columns", &sequencer.cols, &tiling.cols),
    ] {
        let Some(allowed) = allowed else {
            continue;
        };
        let unrolled = |d: &Dim| factors[*d] > 1 && !allowed.contains(d.name());
        if let Some(dim) = Dim::ALL.into_iter().find(unrolled) {
            let allowed = format!("unrolls {allowed} along the {axis}");
            return refuse(allowed, dim.name().to_string());
        }
    }
    if let Some(allowed) = &sequencer.order {
        for order in [tiling.block_order, tiling.pass_order] {
            let mut letters = order.iter().zip(allowed.chars());
            if !letters.all(|(dim, letter)| dim.name().starts_with(letter)) {
                let order: String = order.iter().map(|d| d.name()).collect();
                return refuse(format!("runs its loops in the order {allowed}"), order);
            }
        }
    }
    Ok(())
}
