//! What the global buffer holds: every combination of block extents from a ladder that doubles.

use stationary_arch::Accelerator;
use stationary_workloads::{Dim, Layer};

use crate::dataflow::Dataflow;
use crate::mapping::Mapping;
use crate::tiling::Tiling;

/// Dimensions whose blocks vary, in the order in which they shrink; kernels stay whole unless
/// nothing fits.
const LADDER: [Dim; 6] = [Dim::N, Dim::G, Dim::K, Dim::C, Dim::P, Dim::Q];

/// Visits the mapping of each block that fits the buffer.
pub(super) fn fitting<'a>(
    layer: &'a Layer,
    accelerator: &'a Accelerator,
    dataflow: &'static Dataflow,
    base: &Tiling,
    visit: &mut dyn FnMut(&Mapping<'a>),
) {
    let Ok(shape) = Mapping::unbuffered(layer, accelerator, dataflow, *base) else {
        return;
    };
    let chunk = |d: Dim| {
        if dataflow.beats.contains(&d) {
            1
        } else {
            shape.pass[d]
        }
    };
    let mut found = false;
    let mut tiling = *base;
    descend(
        layer,
        &LADDER,
        &chunk,
        &mut tiling,
        &mut |t| match Mapping::new(layer, accelerator, dataflow, *t) {
            Ok(mapping) => {
                found = true;
                visit(&mapping);
                true
            }
            Err(_) => false,
        },
    );
    if found {
        return;
    }
    // Not even the smallest block with a whole kernel fits: take the kernel apart as well.
    let mut tiling = *base;
    for dim in Dim::ALL {
        tiling.block[dim] = chunk(dim).min(layer.size(dim));
    }
    if let Ok(mapping) = Mapping::new(layer, accelerator, dataflow, tiling) {
        visit(&mapping);
    }
}

/// Extents grow along each ladder until nothing fits; answers whether anything did.
fn descend(
    layer: &Layer,
    dims: &[Dim],
    chunk: &dyn Fn(Dim) -> u64,
    tiling: &mut Tiling,
    visit: &mut dyn FnMut(&Tiling) -> bool,
) -> bool {
    let Some((dim, rest)) = dims.split_first() else {
        return visit(tiling);
    };
    let size = layer.size(*dim);
    let mut extent = chunk(*dim).min(size);
    let mut any = false;
    loop {
        tiling.block[*dim] = extent;
        let fits = descend(layer, rest, chunk, tiling, visit);
        any |= fits;
        if !fits || extent == size {
            return any;
        }
        extent = (2 * extent).min(size);
    }
}
