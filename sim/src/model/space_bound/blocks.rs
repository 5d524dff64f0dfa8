//! The least bound of an unrolling over numbers of blocks.

use stationary_workloads::Dim;

use crate::model::space_bound::relaxation::Relaxation;
use crate::model::space_bound::tiles::{Blocks, Program};
use crate::model::space_bound::unrolling::Unrolling;

/// Dimensions in the order in which their blocks are chosen.
const ORDER: [Dim; 8] = [
    Dim::K,
    Dim::C,
    Dim::P,
    Dim::Q,
    Dim::N,
    Dim::G,
    Dim::R,
    Dim::S,
];

/// Lowers `best` to the least bound of an unrolling with any blocks and any of some programs, if it is less, and
/// answers whether `nodes` sufficed; where they did not, to `least`, which none is below.
pub(super) fn least_of_blocks(
    relaxation: &Relaxation,
    (unrolling, least): (&Unrolling, u64),
    programs: &[Program],
    best: &mut u64,
    nodes: &mut u64,
) -> bool {
    for program in programs {
        if *best <= least {
            break;
        }
        let mut search = BlockSearch {
            relaxation,
            unrolling,
            program,
            best: *best,
            nodes,
        };
        let mut blocks = Blocks {
            whole: relaxation.whole,
            ..Blocks::none()
        };
        search.descend(&ORDER, &mut blocks);
        *best = search.best;
        if *nodes == 0 {
            *best = least.min(*best);
            return false;
        }
    }
    true
}

/// Chooses numbers of blocks along one dimension after the other.
struct BlockSearch<'a> {
    relaxation: &'a Relaxation,
    unrolling: &'a Unrolling,
    program: &'a Program,
    best: u64,
    nodes: &'a mut u64,
}

impl BlockSearch<'_> {
    fn descend(&mut self, dims: &[Dim], blocks: &mut Blocks) {
        let (relaxation, unrolling, program) = (self.relaxation, self.unrolling, self.program);
        let Some((&d, inner)) = dims.split_first() else {
            return;
        };
        let size = relaxation.m.layer.size(d);
        let mut count = 1;
        while count <= size && *self.nodes > 0 {
            *self.nodes -= 1;
            // Of many numbers of blocks some at a time: the traffic of the fewest, the room of the most.
            let most = (count + count / FINE).min(size);
            let extent = size.div_ceil(most);
            (blocks.count[d], blocks.most[d]) = (count, u64::MAX);
            (blocks.extent[d], blocks.last[d]) = (1, 1);
            // So many blocks or more move as much or more; only their first and last tiles are smaller.
            if relaxation.bound(unrolling, blocks, program) >= self.best {
                break;
            }
            (blocks.most[d], blocks.extent[d]) = (most, extent);
            blocks.last[d] = if count == 1 { size } else { 1 };
            if relaxation.fits(unrolling, blocks, program) {
                let bound = relaxation.bound(unrolling, blocks, program);
                if bound < self.best {
                    if inner.is_empty() {
                        self.best = bound;
                    }
                    self.descend(inner, blocks);
                }
            }
            if extent == 1 {
                break;
            }
            // The fewest blocks of the next smaller extent.
            count = size.div_ceil(extent - 1).max(most + 1);
        }
        (blocks.count[d], blocks.most[d]) = (1, u64::MAX);
        blocks.extent[d] = 1;
        blocks.last[d] = 1;
    }
}

/// Up to so many blocks, each number is tried.
const FINE: u64 = 64;
