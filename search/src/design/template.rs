//! The machines that the styles stand for.

use stationary_arch::{
    Accelerator, Array, GlobalBuffer, Network, Networks, Operand, Padding, Partition, Passes,
    PerOperand, Scratchpad, Skew, Strides, Topology,
};
use stationary_sim::Mapping;

use crate::style::DataflowStyle;

/// The accelerator from which a style's machine takes technology, clocks, DRAM and precision when none is
/// given: the plain systolic preset (45 nm, 1 GHz, int8, 16 bytes of DRAM a cycle, at most 512 KiB of buffer).
///
/// # Panics
/// Never: the preset is part of the crate, and a test reads it.
#[must_use]
pub fn default_base() -> Accelerator {
    Accelerator::preset("systolic", &[]).expect("the bundled preset is valid")
}

/// A machine of the style with so many PEs and more scratchpad than a mapping will use.
pub(super) fn accelerator(base: &Accelerator, style: DataflowStyle, pe: u32) -> Accelerator {
    let rows = (1..=pe)
        .filter(|r| pe.is_multiple_of(*r) && r * r <= pe)
        .max()
        .unwrap_or(1);
    let cols = pe / rows;
    let network = |words_per_cycle, topology| Network {
        words_per_cycle,
        latency: 1,
        topology,
        fifo_words: 2,
        tagged: false,
    };
    // Eyeriss has a bus of 4 words for 14 columns.
    let quarter = cols.div_ceil(4);
    let [input, weight, psum] = match style {
        DataflowStyle::Dla => [
            (rows, Topology::Tree),
            (rows, Topology::Tree),
            (cols, Topology::Tree),
        ],
        DataflowStyle::Shi => [
            (rows + cols, Topology::Mesh),
            (cols, Topology::Multicast),
            (cols, Topology::Multicast),
        ],
        DataflowStyle::Eye => [(quarter, Topology::Multicast); 3],
    };
    let doubled = match style {
        DataflowStyle::Dla => Some(Operand::Weight),
        DataflowStyle::Shi => Some(Operand::Output),
        DataflowStyle::Eye => None,
    };
    let bytes = base.global_buffer.partitions.iter().map(|p| p.bytes).sum();
    Accelerator {
        name: format!("{}-{pe}", style.name()),
        dataflows: vec![style.dataflow().name.to_string()],
        array: Array {
            passes: if style == DataflowStyle::Eye {
                Passes::Exclusive
            } else {
                Passes::Overlapped
            },
            skew: Skew::Used,
            zero_gating: base.array.zero_gating,
            ..Array::new(rows, cols)
        },
        scratchpads: PerOperand::from_fn(|operand| Scratchpad {
            words: 1 << 16,
            double_buffered: doubled == Some(operand),
        }),
        networks: Networks {
            input: network(input.0, input.1),
            weight: network(weight.0, weight.1),
            psum_in: network(psum.0, psum.1),
            psum_out: network(psum.0, psum.1),
        },
        global_buffer: GlobalBuffer {
            partitions: vec![Partition {
                operands: Operand::ALL.to_vec(),
                bytes,
                double_buffered: true,
                banks: None,
            }],
            padding: Padding::Skipped,
            strides: Strides::Skipped,
            channel_atom: 1,
            delivery: None,
        },
        ..base.clone()
    }
}

/// The mapping's machine with no more scratchpad and buffer than the mapping uses.
pub(super) fn cut(mapping: &Mapping) -> Accelerator {
    let roomy = mapping.accelerator();
    let partitions = Operand::ALL.map(|operand| Partition {
        operands: vec![operand],
        bytes: (2 * mapping.tile_bytes(operand)).max(64),
        double_buffered: true,
        banks: None,
    });
    Accelerator {
        scratchpads: PerOperand::from_fn(|operand| Scratchpad {
            words: mapping.scratchpad_words(operand),
            ..roomy.scratchpads[operand]
        }),
        global_buffer: GlobalBuffer {
            partitions: partitions.to_vec(),
            padding: roomy.global_buffer.padding,
            strides: Strides::Skipped,
            channel_atom: 1,
            delivery: None,
        },
        ..Accelerator::clone(roomy)
    }
}
