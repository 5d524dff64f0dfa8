//! The path through an addition, in which nothing overlaps.

use super::super::lowered_layer::LoweredLayer;
use super::{MemoryTime, store};

/// Every tile's loads, steps and stores, one after the other.
pub(super) fn path(k: &LoweredLayer, memory: &MemoryTime) -> u64 {
    let more = match k.keeps_micro_ops() {
        true => 0,
        false => memory.micro_ops(k)[2],
    };
    let tile = memory.epilogue(k, more) + k.stores() * memory.write(k, store(k));
    let [_, _, first] = memory.first_use(k);
    // The store unit's token comes first; its last comes back before the end.
    memory.fetch(k) + memory.sync + first + k.all_tiles() * tile + 2 * memory.sync
}
