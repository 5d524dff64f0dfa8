//! Where the loop program ends.

use stationary_workloads::PerDim;

use crate::mapping::Mapping;
use crate::window::Span;

/// The pass that the program ends with.
pub(super) fn last_pass(m: &Mapping<'_>) -> PerDim<Span> {
    let block = last_block(m);
    PerDim::from_fn(|d| {
        let start = (block[d].extent - 1) / m.pass_extent(d) * m.pass_extent(d);
        Span {
            start: block[d].start + start,
            extent: block[d].extent - start,
        }
    })
}

/// The block that the program ends with.
pub(super) fn last_block(m: &Mapping<'_>) -> PerDim<Span> {
    PerDim::from_fn(|d| {
        let (size, part, block) = (m.layer.size(d), m.tiling.part[d], m.tiling.block[d]);
        let of_part = (size - 1) / part * part;
        let start = of_part + (size - of_part - 1) / block * block;
        Span {
            start,
            extent: size - start,
        }
    })
}
