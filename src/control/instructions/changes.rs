//! What could widen a bottleneck of a machine that instructions control.

use crate::advice::bottleneck::Bottleneck;
use crate::advice::change::{self, Change, Present, kib};
use crate::arch::{Decoupled, RowOrder};

/// What could widen a bottleneck, of what is such a machine's own.
pub fn changes(bottleneck: Bottleneck, present: &Present<'_>) -> Vec<Change> {
    let a = present.accelerator;
    let Some(d) = &a.decoupled else {
        return Vec::new();
    };
    match bottleneck {
        Bottleneck::Work => {
            let mut changes = vec![Change::set("array.lanes", 2 * u64::from(a.array.lanes))];
            changes.extend(change::array(a));
            if d.gemm.interval > 1 {
                changes.push(Change::set("decoupled.gemm.interval", 1));
            }
            changes
        }
        Bottleneck::Dram => {
            let mut changes = engine(d);
            changes.extend(change::memory(a));
            changes.push(change::batch(present));
            changes.extend(change::larger_buffers(a));
            changes
        }
        Bottleneck::Ramp => engine(d),
        Bottleneck::Core => [alu(d), issue(d), engine(d)].concat(),
        Bottleneck::Alu => alu(d),
        Bottleneck::Issue => issue(d),
        Bottleneck::Instructions => vec![
            Change::set("decoupled.fetch", 2 * u64::from(d.fetch)),
            Change::set("decoupled.micro_op_kib", kib(2 * d.micro_op_bytes)),
        ],
        _ => Vec::new(),
    }
}

/// A faster ALU.
fn alu(d: &Decoupled) -> Vec<Change> {
    let fields = [
        ("immediate", d.alu.immediate, 1),
        ("tensor", d.alu.tensor, 1),
        ("loop_overhead", d.alu.loop_overhead, 0),
    ];
    lowered(&fields, "decoupled.alu")
}

/// Instructions that cost less beside their work.
fn issue(d: &Decoupled) -> Vec<Change> {
    let fields = [
        ("sync", d.sync, 1),
        ("gemm.loop_overhead", d.gemm.loop_overhead, 0),
        ("alu.loop_overhead", d.alu.loop_overhead, 0),
    ];
    lowered(&fields, "decoupled")
}

/// Fields that could be less, at their least.
fn lowered(fields: &[(&str, u32, u32)], prefix: &str) -> Vec<Change> {
    let high = fields.iter().filter(|(_, cycles, least)| cycles > least);
    high.map(|(field, _, least)| Change::set(format!("{prefix}.{field}"), least))
        .collect()
}

/// The way of a decoupled machine to memory.
fn engine(d: &Decoupled) -> Vec<Change> {
    let mut changes = Vec::new();
    if d.memory.rows == RowOrder::OneByOne {
        changes.push(Change::set("decoupled.memory.rows", "overlapped"));
    }
    if d.memory.cache_bytes > 0 {
        let larger = kib(2 * d.memory.cache_bytes);
        changes.push(Change::set("decoupled.memory.cache_kib", larger));
    }
    let wider = 2 * u64::from(d.memory.bus.0);
    changes.push(Change::set("decoupled.memory.bus_bits", wider));
    changes
}
