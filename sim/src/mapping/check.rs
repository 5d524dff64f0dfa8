//! Whether a tiling suits the layer, the dataflow and the array.

use stationary_arch::{Accelerator, Operand, Topology};
use stationary_workloads::{Dim, Layer, PerDim};

use crate::dataflow::{Dataflow, is_relevant};
use crate::error::MappingError;
use crate::tiling::{Staging, Tiling};

/// The first limit that a tiling exceeds, capacities aside.
pub(crate) fn check_shape(
    layer: &Layer,
    accelerator: &Accelerator,
    dataflow: &'static Dataflow,
    tiling: &Tiling,
) -> Result<(), MappingError> {
    if !accelerator
        .dataflows
        .iter()
        .any(|name| name == dataflow.name)
    {
        return Err(MappingError::Dataflow {
            dataflow: dataflow.name,
            offered: accelerator.dataflows.join(", "),
        });
    }
    let mut used = [1u64; 2];
    for dim in Dim::ALL {
        let size = layer.size(dim);
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
        let is_beat = dataflow.beats.contains(&dim);
        if is_beat && unrolled != [1, 1] {
            return Err(MappingError::UnrolledBeat { dim });
        }
        if local > 1 && !is_beat && !dataflow.local.contains(&dim) {
            return Err(MappingError::NotLocal {
                dim,
                dataflow: dataflow.name,
            });
        }
        for (axis, (count, allowed)) in [("rows", dataflow.rows), ("columns", dataflow.cols)]
            .into_iter()
            .enumerate()
        {
            if unrolled[axis] > 1 && !allowed.contains(&dim) {
                return Err(MappingError::NotUnrolled {
                    dim,
                    axis: count,
                    dataflow: dataflow.name,
                });
            }
            used[axis] = used[axis].saturating_mul(unrolled[axis]);
        }
    }
    check_sequencer(accelerator, tiling)?;
    let array = &accelerator.array;
    for (axis, needed, available) in [
        ("rows", used[0], array.rows),
        ("columns", used[1], array.cols),
    ] {
        if needed > u64::from(available) {
            return Err(MappingError::Array {
                axis,
                needed,
                available: u64::from(available),
            });
        }
    }
    for (what, order) in [
        ("block_order", tiling.block_order),
        ("pass_order", tiling.pass_order),
    ] {
        if !Dim::ALL.iter().all(|d| order.contains(d)) {
            return Err(MappingError::Order { what });
        }
    }
    if tiling.staging.output != Staging::Block {
        return Err(MappingError::StagedOutput);
    }
    check_edges(accelerator, dataflow, tiling)
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

/// A stream on a systolic network enters at one edge of the array and hops across it, so its
/// dimensions can be unrolled along one axis only; partial sums leave at the columns' ends.
fn check_edges(
    accelerator: &Accelerator,
    dataflow: &'static Dataflow,
    tiling: &Tiling,
) -> Result<(), MappingError> {
    let networks = &accelerator.networks;
    for (operand, network) in [
        (Operand::Input, networks.input),
        (Operand::Weight, networks.weight),
        (Operand::Output, networks.psum_out),
    ] {
        if network.topology != Topology::Systolic || dataflow.is_resident(operand) {
            continue;
        }
        let unrolled = |factors: &PerDim<u64>| {
            Dim::ALL
                .into_iter()
                .find(|d| is_relevant(operand, *d) && factors[*d] > 1)
        };
        let (on_rows, on_cols) = (unrolled(&tiling.rows), unrolled(&tiling.cols));
        match (operand, on_rows, on_cols) {
            (Operand::Output, Some(dim), _) => return Err(MappingError::Edge { operand, dim }),
            (Operand::Input | Operand::Weight, Some(_), Some(dim)) => {
                return Err(MappingError::Edge { operand, dim });
            }
            _ => {}
        }
    }
    Ok(())
}
