//! Loop orders, and which of them differ.

use stationary_arch::Accelerator;
use stationary_workloads::{Dim, PerDim};

use crate::dataflow::bit;
use crate::model::BoundEvaluator;
use crate::tiling::Tiling;

/// Loop orders in which outputs, weights or inputs change last.
pub(super) const ORDERS: [[Dim; 8]; 4] = {
    use Dim::{C, G, K, N, P, Q, R, S};
    [
        [G, N, P, Q, K, C, R, S],
        [G, K, N, P, Q, C, R, S],
        [G, K, C, R, S, N, P, Q],
        [G, N, P, Q, C, R, S, K],
    ]
};

/// The orders of candidates that have not been combined with all: the sequencer's own, if it has one.
pub(super) fn first_orders(accelerator: &Accelerator, tiling: Tiling) -> Tiling {
    let order = match &accelerator.sequencer.order {
        Some(letters) => {
            let mut order = Dim::ALL;
            order.sort_by_key(|d| letters.find(d.name()));
            order
        }
        None => ORDERS[0],
    };
    Tiling {
        block_order: order,
        pass_order: order,
        ..tiling
    }
}

/// The numbers of the orders in a screen, by the order of blocks and that of passes; none where the
/// sequencer has its own.
pub(super) struct Programs([[Option<u32>; ORDERS.len()]; ORDERS.len()]);

impl Programs {
    /// With the staging and banks of a tiling.
    pub(super) fn new(
        screen: &mut BoundEvaluator,
        accelerator: &Accelerator,
        base: &Tiling,
    ) -> Self {
        if accelerator.sequencer.order.is_some() {
            return Self(Default::default());
        }
        Self(ORDERS.map(|block_order| {
            ORDERS.map(|pass_order| {
                screen.program_of(&Tiling {
                    block_order,
                    pass_order,
                    ..*base
                })
            })
        }))
    }

    /// Those other than the first that run a tiling's loops in another order.
    pub(super) fn others(&self, sizes: &PerDim<u64>, t: &Tiling) -> impl Iterator<Item = u32> {
        let (mut blocks, mut passes) = (0, 0);
        for d in Dim::ALL {
            let pass = t.local[d] * t.rows[d] * t.cols[d];
            if t.block[d] < sizes[d] {
                blocks |= bit(d);
            }
            if pass < t.block[d] {
                passes |= bit(d);
            }
        }
        let pairs = distinct(blocks).flat_map(move |b| distinct(passes).map(move |p| (b, p)));
        pairs.skip(1).filter_map(|(b, p)| self.0[b][p])
    }
}

/// The orders of loops over some dimensions, a bit each, that differ: the first of each kind.
fn distinct(iterating: u8) -> impl Iterator<Item = usize> {
    let first = FIRST_OF_KIND[iterating as usize];
    (0..ORDERS.len()).filter(move |order| first >> order & 1 == 1)
}

/// For each set of dimensions, the orders that have them in another order than those before.
const FIRST_OF_KIND: [u8; 256] = {
    let mut all = [0; 256];
    let mut set = 0;
    while set < 256 {
        let mut order = 0;
        while order < ORDERS.len() {
            let mut is_first = true;
            let mut earlier = 0;
            while earlier < order {
                is_first &= signature(order, set as u8) != signature(earlier, set as u8);
                earlier += 1;
            }
            if is_first {
                all[set] |= 1 << order;
            }
            order += 1;
        }
        set += 1;
    }
    all
};

/// The dimensions of a set in an order, four bits each.
const fn signature(order: usize, set: u8) -> u32 {
    let (mut signature, mut at) = (0, 0);
    while at < ORDERS[order].len() {
        let d = ORDERS[order][at];
        if set & bit(d) != 0 {
            signature = signature << 4 | (d.index() as u32 + 1);
        }
        at += 1;
    }
    signature
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(iterating: &[Dim], expected: &[usize]) {
        let set = iterating.iter().fold(0, |set, d| set | bit(*d));
        assert_eq!(distinct(set).collect::<Vec<_>>(), expected, "{iterating:?}");
    }

    #[test]
    fn orders_differ_in_loops_that_iterate() {
        check(&[], &[0]);
        check(&[Dim::P, Dim::Q, Dim::N], &[0]);
        check(&[Dim::P, Dim::K], &[0, 1]);
        check(&[Dim::P, Dim::C], &[0, 2]);
        check(&[Dim::K, Dim::C], &[0, 3]);
        check(&Dim::ALL, &[0, 1, 2, 3]);
    }
}
