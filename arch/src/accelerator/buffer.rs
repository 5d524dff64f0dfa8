//! The global buffer.

use crate::banks::Banks;
use crate::choice::choice;
use crate::collector::Collector;
use crate::declaration::{At, Kibibytes, Parts, ReadContext, section};
use crate::limits;
use crate::operand::Operand;

section! {
    /// The global buffer.
    #[derive(Eq, Hash)]
    pub struct GlobalBuffer, file GlobalBufferConfig {
        made {
            /// Its partitions; each operand belongs to exactly one.
            partitions: Vec<Partition>
        } of PartitionParts {
            /// Capacity of one buffer for all operands, both halves of a double buffer together. Not
            /// beside `partitions`.
            bytes "kib": Option<u64> as Option<Kibibytes> = default, in limits::BUFFER_BYTES, unit "KiB";
            /// Whether a tile is filled while the one before is in use, so that each may take half. Not
            /// beside `partitions`.
            double_buffered: Option<bool> = default;
            /// The banks that it is made of; without, each stream of words has a port of its own. Not
            /// beside `partitions`.
            banks: Option<Banks> = default;
            /// Parts with operands and a capacity of their own, in the place of one shared buffer; each
            /// operand belongs to exactly one.
            partitions: Option<Vec<Partition>> = default;
        }
        /// Whether the zeros around an input are stored and moved.
        padding: Padding = default;
        /// Whether the rows and columns that a stride steps over are stored and moved.
        strides: Strides = default;
        /// Channels that feature maps are stored and moved in multiples of, in buffer and DRAM.
        channel_atom: u32 = 1, in limits::SIDE, unit "channels";
        /// How finished outputs leave: through an output processor; without, a tile leaves as fast as
        /// DRAM takes it.
        delivery: Option<OutputProcessor> = default;
    }
}

section! {
    /// A part of the global buffer that its operands share.
    #[derive(Eq, Hash)]
    pub struct Partition, file PartitionConfig {
        /// The operands that it holds.
        operands: Vec<Operand> = required;
        /// Capacity, both halves of a double buffer together.
        bytes "kib": u64 as Kibibytes = required, in limits::BUFFER_BYTES, unit "KiB";
        /// Whether a tile is filled while the one before is in use, so that each may take half.
        double_buffered: bool = false;
        /// The banks that it is made of; without, each stream of words has a port of its own.
        banks: Option<Banks> = default;
    }
}

section! {
    /// The way of finished outputs from the accumulators to DRAM: a buffer behind them, and an output
    /// processor (bias, scaling, activation) that takes words from it.
    #[derive(Copy, Eq, Hash)]
    pub struct OutputProcessor, file DeliveryConfig {
        /// Words that its buffer holds. A pass that finishes outputs starts when it has room for them.
        words: u64 = 1, in limits::SCRATCHPAD_WORDS, unit "words";
        /// Words that it takes in a cycle of the array.
        words_per_cycle: u32 = 1, in limits::WIDTH, unit "words a cycle";
        /// From a tile's last sum until its first word is taken.
        latency: u32 = 1, in limits::LATENCY, unit "cycles";
    }
}

choice! {
    /// What becomes of the zeros around an input.
    #[derive(Default)]
    pub enum Padding {
        /// They are made in the PEs: nothing stores or moves them.
        #[default]
        Skipped,
        /// They are stored and moved like the words beside them.
        Stored,
    }
}

choice! {
    /// What becomes of the rows and columns of an input that a stride steps over.
    #[derive(Default)]
    pub enum Strides {
        /// Nothing moves them.
        #[default]
        Skipped,
        /// A tile is all that lies between its first element and the next tile's.
        Stored,
    }
}

impl Parts for PartitionParts {
    type Whole = Vec<Partition>;

    fn base() -> Vec<Partition> {
        vec![Partition {
            operands: Operand::ALL.to_vec(),
            bytes: 512 * 1024,
            double_buffered: false,
            banks: None,
        }]
    }

    fn make(self, at: &At<'_>, reading: &mut ReadContext) -> Self::Whole {
        let Some(partitions) = self.partitions else {
            let whole = Self::base().remove(0);
            return vec![Partition {
                bytes: self.bytes.unwrap_or(whole.bytes),
                double_buffered: self.double_buffered.unwrap_or(whole.double_buffered),
                banks: self.banks,
                ..whole
            }];
        };
        for (given, field) in [
            (self.bytes.is_some(), "kib"),
            (self.double_buffered.is_some(), "double_buffered"),
            (self.banks.is_some(), "banks"),
        ] {
            if given {
                reading.problems.add(
                    format!("{at}.{field}"),
                    format!("it beside {} partitions", partitions.len()),
                    format!(
                        "either one shared buffer or partitions, each with a `{field}` of its own \
                         such as {at}.partitions.0.{field}"
                    ),
                );
            }
        }
        partitions
    }

    fn of(partitions: &Vec<Partition>) -> Self {
        match partitions.as_slice() {
            [whole] if whole.operands == Operand::ALL => Self {
                bytes: Some(whole.bytes),
                double_buffered: Some(whole.double_buffered),
                banks: whole.banks,
                partitions: None,
            },
            _ => Self {
                bytes: None,
                double_buffered: None,
                banks: None,
                partitions: Some(partitions.clone()),
            },
        }
    }

    fn check(partitions: &Vec<Partition>, at: &At<'_>, problems: &mut Collector) {
        for (index, partition) in partitions.iter().enumerate() {
            let path = format!("{at}.partitions.{index}");
            if let Some(banks) = partition.banks {
                banks.check_rows(&format!("{path}.banks"), partition.bytes, problems);
            }
            if partition.operands.is_empty() {
                problems.add(
                    format!("{path}.operands"),
                    "an empty list",
                    "at least one of input, weight, output",
                );
            }
        }
        for operand in Operand::ALL {
            let holders = partitions
                .iter()
                .flat_map(|partition| &partition.operands)
                .filter(|&&held| held == operand)
                .count();
            if holders != 1 {
                problems.add(
                    format!("{at}.partitions"),
                    format!("`{operand}` {holders} times"),
                    "each of input, weight and output in exactly one partition",
                );
            }
        }
    }
}
