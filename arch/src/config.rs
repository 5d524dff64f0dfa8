//! The accelerator file: YAML with the units that people write.
//!
//! ```yaml
//! name: toy                     # required
//! technology_nm: 45
//! clock_mhz: 500
//! dataflows: [ws, os]           # the first is the default
//! array: {rows: 8, cols: 8}     # required
//! scratchpads:                  # of a PE, for input, weight and output
//!   weight: {words: 1, double_buffered: true}
//! networks:                     # input, weight, psum_in, psum_out
//!   input: {words_per_cycle: rows, latency: 1, topology: systolic, fifo_words: 1}
//! global_buffer: {kib: 64}      # or `partitions`, each with its operands
//! dram: {kind: bandwidth, words_per_cycle: 4, latency: 32, clock_mhz: 500, word_bits: 8}
//! precision: {input: 8, weight: 8, output: 8, partial_sum: 32}
//! ```
//!
//! Each field with its unit, its default and its range is in [`crate::fields()`]; `stationary show fields`
//! and `docs/fields.md` are made of it.
//!
//! Some defaults hang on other fields: a network is as wide as the array has rows (inputs) or columns
//! (the others), or as a block of the GEMM core; DRAM has the array's clock and words as wide as an
//! input's.
//!
//! The kind of DRAM is `ideal`, `bandwidth`, a pipe of a test bench such as `nvdla-tb-8B`, or a
//! standard such as `ddr4-2400`. `bandwidth` alone reads the fields beside it (`words_per_cycle`,
//! `latency`, `clock_mhz`, `word_bits`, and with the others `duplex` and `arbitration`); the rest may
//! carry them, so that one override switches a machine over and back.

use stationary_document::visible;

use crate::accelerator::{Accelerator, Array, Config, Dram, Networks, Precision, side};
use crate::check::DATAFLOWS;
use crate::collector::Collector;
use crate::declaration::{At, Node, ReadContext};
use crate::decoupled::Decoupled;
use crate::dram_kind::DramKindConfig;
use crate::error::ArchError;
use crate::units::Kilohertz;

impl Config {
    /// The checked accelerator.
    ///
    /// # Errors
    /// Everything that is wrong, under the name `file`.
    pub(crate) fn resolve(self, file: &str) -> Result<Accelerator, ArchError> {
        let pipe = match self.dram.as_ref().and_then(|dram| dram.kind.as_ref()) {
            Some(DramKindConfig::Pipe(pipe)) => Some(*pipe),
            _ => None,
        };
        let defaults = self.defaults();
        let mut reading = ReadContext {
            rows: side(defaults.array.rows),
            cols: side(defaults.array.cols),
            problems: Collector::default(),
        };
        let mut accelerator = Accelerator::read(self, &At::ROOT, &defaults, &mut reading);
        // A name is one line.
        accelerator.name = visible(&accelerator.name).into_owned();
        if let Some(pipe) = pipe {
            accelerator.dram = Dram {
                run_length: accelerator.dram.run_length,
                ..pipe.dram(accelerator.clock)
            };
        }
        let mut problems = reading.problems;
        accelerator.collect(&mut problems);
        problems.into_result(file).map(|()| accelerator)
    }

    /// What the fields have that are left out.
    fn defaults(&self) -> Accelerator {
        let base = Accelerator::base();
        // What is wrong is said when all is read.
        let mut reading = ReadContext {
            rows: 1,
            cols: 1,
            problems: Collector::default(),
        };
        let clock = self.clock.map_or(base.clock, |clock| {
            Kilohertz::read(clock, &At::ROOT, &base.clock, &mut reading)
        });
        let precision = self.precision.clone().map_or(base.precision, |precision| {
            Precision::read(precision, &At::ROOT, &base.precision, &mut reading)
        });
        let given = Accelerator {
            array: Array::read(self.array.clone(), &At::ROOT, &base.array, &mut reading),
            clock,
            precision,
            decoupled: self.decoupled.as_ref().map(|_| Decoupled::base()),
            ..base
        };
        Accelerator {
            array: given.array,
            ..given.defaults()
        }
    }
}

impl Accelerator {
    /// An accelerator with this array that a sequencer controls, all other fields as files have them by
    /// default. It offers every bundled dataflow, `ws` first. It is not checked: see [`Accelerator::check`].
    ///
    /// ```
    /// use stationary_arch::{Accelerator, Array, Topology};
    ///
    /// let mut mine = Accelerator::new("mine", Array::new(8, 12));
    /// mine.networks.input.topology = Topology::Multicast;
    /// mine.check()?;
    /// assert_eq!(mine.networks.weight.words_per_cycle, 12);
    /// # Ok::<(), stationary_arch::ArchError>(())
    /// ```
    #[must_use]
    pub fn new(name: &str, array: Array) -> Self {
        let given = Self {
            array,
            ..Self::base()
        };
        Self {
            name: name.to_owned(),
            dataflows: DATAFLOWS.map(str::to_owned).to_vec(),
            array,
            ..given.defaults()
        }
    }

    /// What a file with this array, clock, precision and control has in all fields that it leaves out.
    pub(crate) fn defaults(&self) -> Self {
        let base = Self::base();
        Self {
            networks: Networks::of(self.array, self.decoupled.is_some()),
            dram: Dram {
                clock: self.clock,
                word: self.precision.input,
                ..base.dram
            },
            ..base
        }
    }
}
