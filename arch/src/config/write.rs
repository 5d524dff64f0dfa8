//! The file that stands for an accelerator.

use super::{
    ArrayConfig, BanksConfig, Config, CostConfig, Count, DecoupledConfig, DeliveryConfig,
    DramConfig, DramKindConfig, GlobalBufferConfig, NetworkConfig, NetworksConfig, Number,
    PartitionConfig, PrecisionConfig, RunLengthConfig, ScratchpadConfig, ScratchpadsConfig, Width,
    ZerosConfig,
};
use crate::accelerator::{
    Accelerator, Delivery, DramKind, GlobalBuffer, Network, Partition, Scratchpad,
};
use crate::banks::{Banks, Ports, Sharing};
use crate::check::Collector;
use crate::cost::tree;
use crate::operand::Operand;
use crate::sequencer::{Sequencer, Stage};
use crate::units::{Bits, Kilohertz};

impl Config {
    /// The file that stands for a checked accelerator, with every field written out.
    pub(crate) fn of(accelerator: &Accelerator) -> Self {
        let Accelerator {
            array,
            networks,
            dram,
            precision,
            ..
        } = accelerator;
        let network = |network: Network| {
            Some(NetworkConfig {
                words_per_cycle: Some(Width::Words(network.words_per_cycle.into())),
                latency: count(network.latency),
                topology: Some(network.topology),
                fifo_words: count(network.fifo_words),
                tagged: Some(network.tagged),
            })
        };
        let scratchpad = |operand: Operand| {
            let Scratchpad {
                words,
                double_buffered,
            } = accelerator.scratchpads[operand];
            Some(ScratchpadConfig {
                words: Some(Count(words)),
                double_buffered: Some(double_buffered),
            })
        };
        let (kind, words_per_cycle, latency) = match &dram.kind {
            DramKind::Ideal => (DramKindConfig::Ideal, None, None),
            DramKind::Standard(standard) => {
                (DramKindConfig::Standard(standard.clone()), None, None)
            }
            DramKind::Bandwidth {
                words_per_cycle,
                latency,
            } => (
                DramKindConfig::Bandwidth,
                count(*words_per_cycle),
                count(*latency),
            ),
        };
        Self {
            name: accelerator.name.clone(),
            technology_nm: count(accelerator.technology.0),
            clock_mhz: Some(megahertz(accelerator.clock)),
            dataflows: accelerator.dataflows.clone(),
            array: ArrayConfig {
                rows: Count(array.rows.into()),
                cols: Count(array.cols.into()),
                lanes: count(array.lanes),
                mac_latency: count(array.mac_latency),
                passes: Some(array.passes),
                resident_load: Some(array.resident_load),
                load_order: Some(array.load_order),
                skew: Some(array.skew),
                psum_hop: count(array.psum_hop),
                drain: Some(array.drain),
                pass_overhead: count(array.pass_overhead),
                corner_overhead: count(array.corner_overhead),
                im2col: Some(array.im2col),
                zero_gating: Some(array.zero_gating),
            },
            sequencer: accelerator.sequencer.clone(),
            scratchpads: ScratchpadsConfig {
                input: scratchpad(Operand::Input),
                weight: scratchpad(Operand::Weight),
                output: scratchpad(Operand::Output),
            },
            networks: NetworksConfig {
                input: network(networks.input),
                weight: network(networks.weight),
                psum_in: network(networks.psum_in),
                psum_out: network(networks.psum_out),
            },
            global_buffer: GlobalBufferConfig::of(&accelerator.global_buffer),
            dram: DramConfig {
                kind: Some(kind),
                words_per_cycle,
                latency,
                clock_mhz: Some(megahertz(dram.clock)),
                word_bits: count(dram.word.0),
                run_length: dram.run_length.map(|packing| RunLengthConfig {
                    run_bits: count(packing.run_bits),
                    pairs: count(packing.pairs),
                    word_bits: count(packing.word.0),
                }),
                duplex: Some(dram.duplex),
                arbitration: Some(dram.arbitration),
            },
            precision: PrecisionConfig {
                input: count(precision.input.0),
                weight: count(precision.weight.0),
                output: count(precision.output.0),
                partial_sum: count(precision.partial_sum.0),
            },
            decoupled: accelerator.decoupled.as_ref().map(DecoupledConfig::of),
            zeros: ZerosConfig {
                input: share(accelerator.zeros.input),
                weight: share(accelerator.zeros.weight),
                output: share(accelerator.zeros.output),
            },
            cost: accelerator.cost.given(),
            _source: None,
        }
    }

    /// A file in which every field there is has a value: overrides find the fields' names here.
    pub(crate) fn with_every_field(accelerator: &Accelerator) -> Self {
        let mut config = Self::of(accelerator);
        config.sequencer = Sequencer {
            rows: Some("C".to_owned()),
            cols: Some("K".to_owned()),
            order: Some("NGKCPQRS".to_owned()),
            staging: Operand::ALL.map(|operand| (operand, Stage::Block)).into(),
            stripe: Some(1),
        };
        let example = Banks {
            count: 1,
            width: Bits(8),
            ports: Ports::One,
            sharing: Sharing::Interleaved,
        };
        config.global_buffer = GlobalBufferConfig {
            kib: Some(Number(1.0)),
            double_buffered: Some(false),
            banks: Some(BanksConfig::of(example)),
            partitions: Some(vec![PartitionConfig {
                operands: Operand::ALL.to_vec(),
                kib: Number(1.0),
                double_buffered: Some(false),
                banks: Some(BanksConfig::of(example)),
            }]),
            padding: Some(accelerator.global_buffer.padding),
            strides: Some(accelerator.global_buffer.strides),
            channel_atom: count(1),
            delivery: Some(DeliveryConfig::of(Delivery {
                words: 1,
                words_per_cycle: 1,
                latency: 1,
            })),
        };
        config.dram.words_per_cycle = count(1);
        config.dram.latency = count(1);
        config.dram.run_length = Some(RunLengthConfig {
            run_bits: count(1),
            pairs: count(1),
            word_bits: count(1),
        });
        let any = DecoupledConfig::default().resolve(&mut Collector::default());
        config.decoupled = Some(DecoupledConfig::of(&any));
        config.cost = CostConfig(tree());
        config
    }
}

impl DeliveryConfig {
    fn of(delivery: Delivery) -> Self {
        Self {
            words: Some(Count(delivery.words)),
            words_per_cycle: count(delivery.words_per_cycle),
            latency: count(delivery.latency),
        }
    }
}

impl BanksConfig {
    fn of(banks: Banks) -> Self {
        Self {
            count: Count(banks.count.into()),
            bits: count(banks.width.0),
            ports: Some(banks.ports),
            sharing: Some(banks.sharing),
        }
    }
}

impl GlobalBufferConfig {
    fn of(buffer: &GlobalBuffer) -> Self {
        if let [
            Partition {
                operands,
                bytes,
                double_buffered,
                banks,
            },
        ] = buffer.partitions.as_slice()
            && operands == &Operand::ALL
        {
            let kib = Some(kibibytes(*bytes));
            return Self {
                kib,
                double_buffered: Some(*double_buffered),
                banks: banks.map(BanksConfig::of),
                partitions: None,
                padding: Some(buffer.padding),
                strides: Some(buffer.strides),
                channel_atom: count(buffer.channel_atom),
                delivery: buffer.delivery.map(DeliveryConfig::of),
            };
        }
        let partitions = buffer.partitions.iter().map(|partition| PartitionConfig {
            operands: partition.operands.clone(),
            kib: kibibytes(partition.bytes),
            double_buffered: Some(partition.double_buffered),
            banks: partition.banks.map(BanksConfig::of),
        });
        Self {
            kib: None,
            double_buffered: None,
            banks: None,
            partitions: Some(partitions.collect()),
            padding: Some(buffer.padding),
            strides: Some(buffer.strides),
            channel_atom: count(buffer.channel_atom),
            delivery: buffer.delivery.map(DeliveryConfig::of),
        }
    }
}

fn count(value: u32) -> Option<Count> {
    Some(Count(value.into()))
}

fn share(ten_thousandths: u16) -> Option<Number> {
    Some(Number(f64::from(ten_thousandths) / 1e4))
}

fn megahertz(clock: Kilohertz) -> Number {
    Number(clock.0 as f64 / 1000.0)
}

fn kibibytes(bytes: u64) -> Number {
    Number(bytes as f64 / 1024.0)
}
