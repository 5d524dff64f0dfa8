//! The accelerator file: a plain mirror of the YAML, with the units that people write.
//!
//! ```yaml
//! name: toy                     # required
//! technology_nm: 45             # default 45
//! clock_mhz: 500                # default 1000
//! dataflows: [ws, os]           # required: ws, os, rs, is; the first is the default
//! array: {rows: 8, cols: 8}     # required; lanes and mac_latency 1, passes serial
//! scratchpads:                  # of a PE, for input, weight and output; default one word each
//!   weight: {words: 1, double_buffered: true}
//! networks:                     # input, weight, psum_in, psum_out
//!   input: {words_per_cycle: rows, latency: 1, topology: systolic, fifo_words: 1}
//! global_buffer: {kib: 64}      # or `partitions`, each with its operands; default 512 KiB
//! dram: {kind: bandwidth, words_per_cycle: 4, latency: 32, clock_mhz: 500, word_bits: 8}
//! precision: {input: 8, weight: 8, output: 8, partial_sum: 32}
//! ```
//!
//! Defaults: a width is `rows` for the input and `cols` for the others, a latency 1, a topology
//! `systolic`, a FIFO one word, no tags; nothing is double buffered unless it says so; DRAM has the
//! array's clock and words as wide as the input's, 4 a clock, 32 clocks away, both directions on one
//! link; precision is 8, 8, 8 and 32 bits. Widths may be the words `rows`, `cols` and `all` (PEs).
//!
//! `zeros: {input: 0.5, weight: 0, output: 0.5}`, 0 by default, are the shares of words that are zero
//! in layers whose network does not say: `array.zero_gating` and `dram.run_length` make use of them.
//! `cost` gives constants in the place of those that `stationary show cost` prints, in the same form.
//!
//! `banks: {count, bits, ports, sharing}` of the buffer or a partition: without it each stream has a
//! port of its own, with it rows of 64 bits and one port. Optional as well: `sequencer` (limits on
//! loops), `global_buffer.delivery` (an output processor), `channel_atom` and `strides` (what lies in
//! memory beside the words that are used).
//!
//! A machine that instructions control has a section `decoupled` (see `config/decoupled.rs`) and no
//! `dataflows`; its networks are as wide as a block of the GEMM core.
//!
//! The kind of DRAM is `ideal`, `bandwidth`, a pipe of a test bench such as `nvdla-tb-8B`, or a
//! standard such as `ddr4-2400`. `bandwidth` alone reads the fields beside it (`words_per_cycle`,
//! `latency`, `clock_mhz`, `word_bits`, and with the others `duplex` and `arbitration`); the rest may
//! carry them, so that one override switches a machine over and back.

mod decoupled;
mod fields;
mod kind;
mod scalar;
mod write;

use serde::{Deserialize, Serialize};
use stationary_document::visible;

use crate::accelerator::{
    Accelerator, Array, Delivery, Dram, DramKind, GlobalBuffer, Network, Networks, Partition,
    Precision, RunLength, Scratchpad, Topology,
};
use crate::banks::Banks;
use crate::check::{Collector, limits};
use crate::cost::Constants;
use crate::error::ArchError;
use crate::operand::{Operand, PerOperand};
use crate::sequencer::Sequencer;
use crate::units::{Bits, Kilohertz, Nanometres};
pub(crate) use decoupled::{DecoupledConfig, STEP, StepConfig};
use fields::{
    ArrayConfig, BanksConfig, DeliveryConfig, DramConfig, GlobalBufferConfig, NetworkConfig,
    NetworksConfig, PartitionConfig, PrecisionConfig, RunLengthConfig, ScratchpadConfig,
    ScratchpadsConfig, ZerosConfig,
};
pub(crate) use kind::DramKindConfig;
pub(crate) use scalar::{Count, Number, Width};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The name of the machine, as tables and runs show it.
    name: String,
    /// Technology node in nanometres, from 7 to 130: what energies and areas are scaled to; 45 by
    /// default.
    technology_nm: Option<Count>,
    /// Clock of the array, its networks and the buffer in MHz; 1000 by default.
    clock_mhz: Option<Number>,
    /// The dataflows that it can run: ws, os, rs, is (the operand that stays in the array: weights,
    /// outputs, rows as on Eyeriss, inputs). The first is the default. Left out where instructions
    /// control the machine (`decoupled`).
    #[serde(default)]
    dataflows: Vec<String>,
    /// The PE array.
    array: ArrayConfig,
    /// Limits on the loops of a mapping beyond those of the dataflow.
    #[serde(default)]
    sequencer: Sequencer,
    /// The words that each PE keeps, by operand.
    #[serde(default)]
    scratchpads: ScratchpadsConfig,
    /// The networks between global buffer and array.
    #[serde(default)]
    networks: NetworksConfig,
    /// The memory on the chip that tiles are exchanged with DRAM from.
    #[serde(default)]
    global_buffer: GlobalBufferConfig,
    /// The memory off the chip.
    #[serde(default)]
    dram: DramConfig,
    /// Widths of words in bits.
    #[serde(default)]
    precision: PrecisionConfig,
    /// A machine that instructions control, as VTA: queues, units and the way to memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decoupled: Option<DecoupledConfig>,
    /// Shares of words that are zero, in layers whose network does not say: `array.zero_gating` and
    /// `dram.run_length` make use of them.
    #[serde(default)]
    zeros: ZerosConfig,
    /// Constants of energy and area in the place of those that `stationary show cost` prints, in
    /// the same form.
    #[serde(default, skip_serializing_if = "CostConfig::is_empty")]
    cost: CostConfig,
    /// Where the figures are from: for the reader of the file, and for nothing else.
    #[serde(rename = "source", default, skip_serializing)]
    _source: Option<String>,
}

/// Constants in the place of those of the cost model, in a tree of the same form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct CostConfig(pub(crate) serde_yaml::Mapping);

impl CostConfig {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Config {
    /// The checked accelerator.
    ///
    /// # Errors
    /// Everything that is wrong, under the name `file`.
    pub(crate) fn resolve(self, file: &str) -> Result<Accelerator, ArchError> {
        let mut problems = Collector::default();
        let precision = self.precision.resolve(&mut problems);
        let clock = problems.kilohertz("clock_mhz", self.clock_mhz.unwrap_or(Number(1000.0)));
        let cost = Constants::with(self.cost, &mut problems);
        let technology = problems.narrow("technology_nm", self.technology_nm, 45, cost.nodes());
        let array = self.array.resolve(&mut problems);
        let decoupled = self.decoupled.map(|config| config.resolve(&mut problems));
        let widths = if decoupled.is_some() {
            blocks(array)
        } else {
            [Width::Rows, Width::Cols, Width::Cols]
        };
        let accelerator = Accelerator {
            // A name is one line.
            name: visible(&self.name).into_owned(),
            technology: Nanometres(technology),
            clock,
            dataflows: self.dataflows,
            array,
            sequencer: self.sequencer,
            scratchpads: self.scratchpads.resolve(),
            networks: self.networks.resolve(array, widths, &mut problems),
            global_buffer: self.global_buffer.resolve(&mut problems),
            dram: self.dram.resolve(clock, precision.input, &mut problems),
            precision,
            decoupled,
            zeros: PerOperand {
                input: problems.share("zeros.input", self.zeros.input),
                weight: problems.share("zeros.weight", self.zeros.weight),
                output: problems.share("zeros.output", self.zeros.output),
            },
            cost,
        };
        accelerator.collect(&mut problems);
        problems.into_result(file).map(|()| accelerator)
    }
}

impl ArrayConfig {
    fn resolve(self, problems: &mut Collector) -> Array {
        Array {
            rows: problems.narrow("array.rows", Some(self.rows), 1, limits::SIDE),
            cols: problems.narrow("array.cols", Some(self.cols), 1, limits::SIDE),
            lanes: problems.narrow("array.lanes", self.lanes, 1, limits::SIDE),
            mac_latency: problems.narrow(
                "array.mac_latency",
                self.mac_latency,
                1,
                limits::MAC_LATENCY,
            ),
            passes: self.passes.unwrap_or_default(),
            resident_load: self.resident_load.unwrap_or_default(),
            load_order: self.load_order.unwrap_or_default(),
            skew: self.skew.unwrap_or_default(),
            psum_hop: problems.narrow("array.psum_hop", self.psum_hop, 1, limits::MAC_LATENCY),
            drain: self.drain.unwrap_or_default(),
            pass_overhead: problems.narrow(
                "array.pass_overhead",
                self.pass_overhead,
                0,
                limits::LATENCY,
            ),
            corner_overhead: problems.narrow(
                "array.corner_overhead",
                self.corner_overhead,
                0,
                limits::LATENCY,
            ),
            im2col: self.im2col.unwrap_or(false),
            zero_gating: self.zero_gating.unwrap_or(false),
        }
    }
}

/// A side of the array as networks take it. One that no array has is one problem of the array, not one more
/// of each network.
fn side(side: u32) -> u64 {
    match u64::from(side) {
        side if limits::SIDE.contains(&side) => side,
        _ => 1,
    }
}

/// The words of a GEMM core's blocks of inputs, weights and sums, which it takes in a cycle.
fn blocks(array: Array) -> [Width; 3] {
    let [rows, cols, lanes] = [array.rows, array.cols, array.lanes].map(side);
    [rows * lanes, cols * lanes, rows * cols].map(Width::Words)
}

impl ScratchpadsConfig {
    fn resolve(self) -> PerOperand<Scratchpad> {
        let scratchpad = |config: Option<ScratchpadConfig>| {
            let ScratchpadConfig {
                words,
                double_buffered,
            } = config.unwrap_or_default();
            Scratchpad {
                words: words.map_or(1, |Count(words)| words),
                double_buffered: double_buffered.unwrap_or(false),
            }
        };
        PerOperand {
            input: scratchpad(self.input),
            weight: scratchpad(self.weight),
            output: scratchpad(self.output),
        }
    }
}

impl NetworksConfig {
    /// `widths` are the defaults of input, weight and partial sums.
    fn resolve(self, array: Array, widths: [Width; 3], problems: &mut Collector) -> Networks {
        let mut network = |name: &str, default: Width, config: Option<NetworkConfig>| {
            let config = config.unwrap_or_default();
            let path = |field: &str| format!("networks.{name}.{field}");
            let words = match config.words_per_cycle.unwrap_or(default) {
                Width::Words(words) => Count(words),
                Width::Rows => Count(side(array.rows)),
                Width::Cols => Count(side(array.cols)),
                Width::All => Count(side(array.rows) * side(array.cols)),
            };
            Network {
                words_per_cycle: problems.narrow(
                    &path("words_per_cycle"),
                    Some(words),
                    1,
                    limits::WIDTH,
                ),
                latency: problems.narrow(&path("latency"), config.latency, 1, limits::LATENCY),
                topology: config.topology.unwrap_or(Topology::Systolic),
                fifo_words: problems.narrow(
                    &path("fifo_words"),
                    config.fifo_words,
                    1,
                    limits::FIFO_WORDS,
                ),
                tagged: config.tagged.unwrap_or(false),
            }
        };
        Networks {
            input: network("input", widths[0], self.input),
            weight: network("weight", widths[1], self.weight),
            psum_in: network("psum_in", widths[2], self.psum_in),
            psum_out: network("psum_out", widths[2], self.psum_out),
        }
    }
}

impl GlobalBufferConfig {
    fn resolve(self, problems: &mut Collector) -> GlobalBuffer {
        let padding = self.padding.unwrap_or_default();
        let strides = self.strides.unwrap_or_default();
        let channel_atom = problems.narrow(
            "global_buffer.channel_atom",
            self.channel_atom,
            1,
            limits::SIDE,
        );
        let delivery = self.delivery.map(|delivery| delivery.resolve(problems));
        let Some(partitions) = self.partitions else {
            let kib = self.kib.unwrap_or(Number(512.0));
            return GlobalBuffer {
                partitions: vec![Partition {
                    operands: Operand::ALL.to_vec(),
                    bytes: problems.bytes("global_buffer.kib", kib),
                    double_buffered: self.double_buffered.unwrap_or(false),
                    banks: self
                        .banks
                        .map(|banks| banks.resolve("global_buffer.banks", problems)),
                }],
                padding,
                strides,
                channel_atom,
                delivery,
            };
        };
        for (given, field) in [
            (self.kib.is_some(), "kib"),
            (self.double_buffered.is_some(), "double_buffered"),
            (self.banks.is_some(), "banks"),
        ] {
            if given {
                problems.add(
                    format!("global_buffer.{field}"),
                    format!("it beside {} partitions", partitions.len()),
                    format!(
                        "either one shared buffer or partitions, each with a `{field}` of its own \
                         such as global_buffer.partitions.0.{field}"
                    ),
                );
            }
        }
        let resolved = partitions
            .into_iter()
            .enumerate()
            .map(|(index, partition)| Partition {
                bytes: problems.bytes(
                    &format!("global_buffer.partitions.{index}.kib"),
                    partition.kib,
                ),
                operands: partition.operands,
                double_buffered: partition.double_buffered.unwrap_or(false),
                banks: partition.banks.map(|banks| {
                    banks.resolve(&format!("global_buffer.partitions.{index}.banks"), problems)
                }),
            });
        GlobalBuffer {
            partitions: resolved.collect(),
            padding,
            strides,
            channel_atom,
            delivery,
        }
    }
}

impl BanksConfig {
    fn resolve(self, path: &str, problems: &mut Collector) -> Banks {
        let mut field = |name: &str, count, default, limits: limits::Limits| {
            problems.narrow(&format!("{path}.{name}"), count, default, limits)
        };
        Banks {
            count: field("count", Some(self.count), 1, limits::BANKS),
            width: Bits(field("bits", self.bits, 64, limits::BANK_BITS)),
            ports: self.ports.unwrap_or_default(),
            sharing: self.sharing.unwrap_or_default(),
        }
    }
}

impl DeliveryConfig {
    fn resolve(self, problems: &mut Collector) -> Delivery {
        Delivery {
            words: self.words.map_or(1, |Count(words)| words),
            words_per_cycle: problems.narrow(
                "global_buffer.delivery.words_per_cycle",
                self.words_per_cycle,
                1,
                limits::WIDTH,
            ),
            latency: problems.narrow(
                "global_buffer.delivery.latency",
                self.latency,
                1,
                limits::LATENCY,
            ),
        }
    }
}

impl DramConfig {
    fn resolve(self, array_clock: Kilohertz, input: Bits, problems: &mut Collector) -> Dram {
        // Resolved for the ideal kind too, so that a wrong figure is found whatever the kind.
        let words = problems.narrow(
            "dram.words_per_cycle",
            self.words_per_cycle,
            4,
            limits::WIDTH,
        );
        let latency = problems.narrow("dram.latency", self.latency, 32, limits::LATENCY);
        problems.within("dram.words_per_cycle", words.into(), limits::WIDTH);
        problems.within("dram.latency", latency.into(), limits::LATENCY);
        if let Some(DramKindConfig::Pipe(pipe)) = self.kind {
            return Dram {
                run_length: self.run_length.map(|packing| packing.resolve(problems)),
                ..pipe.dram(array_clock)
            };
        }
        Dram {
            kind: match self.kind.unwrap_or(DramKindConfig::Bandwidth) {
                DramKindConfig::Standard(standard) => DramKind::Standard(standard),
                DramKindConfig::Ideal => DramKind::Ideal,
                DramKindConfig::Bandwidth | DramKindConfig::Pipe(_) => DramKind::Bandwidth {
                    words_per_cycle: words,
                    latency,
                },
            },
            clock: self.clock_mhz.map_or(array_clock, |clock| {
                problems.kilohertz("dram.clock_mhz", clock)
            }),
            word: Bits(problems.narrow(
                "dram.word_bits",
                self.word_bits,
                input.0,
                limits::DRAM_WORD_BITS,
            )),
            run_length: self.run_length.map(|packing| packing.resolve(problems)),
            duplex: self.duplex.unwrap_or(false),
            arbitration: self.arbitration.unwrap_or_default(),
        }
    }
}

impl RunLengthConfig {
    /// Left out, a field is as in Eyeriss: runs of 5 bits, three pairs in 64 bits.
    fn resolve(self, problems: &mut Collector) -> RunLength {
        let mut field = |name: &str, count, default, limits: limits::Limits| {
            problems.narrow(&format!("dram.run_length.{name}"), count, default, limits)
        };
        RunLength {
            run_bits: field("run_bits", self.run_bits, 5, limits::RUN_BITS),
            pairs: field("pairs", self.pairs, 3, limits::PAIRS),
            word: Bits(field(
                "word_bits",
                self.word_bits,
                64,
                limits::DRAM_WORD_BITS,
            )),
        }
    }
}

impl PrecisionConfig {
    fn resolve(self, problems: &mut Collector) -> Precision {
        let mut bits = |field: &str, count: Option<Count>, default: u32| {
            Bits(problems.narrow(
                &format!("precision.{field}"),
                count,
                default,
                limits::WORD_BITS,
            ))
        };
        Precision {
            input: bits("input", self.input, 8),
            weight: bits("weight", self.weight, 8),
            output: bits("output", self.output, 8),
            partial_sum: bits("partial_sum", self.partial_sum, 32),
        }
    }
}
