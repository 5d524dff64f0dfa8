//! Off-chip memory.

use std::sync::Arc;

use crate::choice::choice;
use crate::collector::Collector;
use crate::declaration::{At, Parts, ReadContext, section};
use crate::dram::Standard;
use crate::dram_kind::DramKindConfig;
use crate::limits;
use crate::units::{Bits, Kilohertz};

section! {
    /// Off-chip memory.
    #[derive(Eq, Hash)]
    pub struct Dram, file DramConfig {
        made {
            /// Kind and timing.
            kind: DramKind
        } of KindParts {
            /// `ideal` (each transfer one cycle), `bandwidth` (width and latency as given below), or a
            /// standard or test bench by name (`stationary list drams`); or the fields of a standard of one's
            /// own, as `stationary schema dram` describes them. `--set dram.kind=FILE` takes them from a file.
            kind: Option<DramKindConfig> = default;
            /// Words of `word_bits` in a DRAM clock, both directions together, of the kind `bandwidth`.
            words_per_cycle: Option<u32> = default, in limits::WIDTH, unit "words a DRAM clock";
            /// From a request to its first word, of the kind `bandwidth`.
            latency: Option<u32> = default, in limits::LATENCY, unit "DRAM clocks";
        }
        /// The DRAM clock, of the kind `bandwidth`; standards have their own.
        clock "clock_mhz": Kilohertz = (Kilohertz(1_000_000)) "the array's", in limits::KILOHERTZ,
            unit "MHz";
        /// Width of one word of `words_per_cycle`, of the kind `bandwidth`.
        word "word_bits": Bits = (Bits(8)) "that of an input", in limits::DRAM_WORD_BITS, unit "bits";
        /// How inputs, weights and outputs are packed of which some words are zero (`zeros`). Partial
        /// sums are not.
        run_length: Option<RunLength> = default;
        /// Whether reads and writes have a channel each.
        duplex: bool = false;
        /// Which of the loads that wait the next word is of.
        arbitration: Arbitration = default;
    }
}

choice! {
    /// How loads that wait share the way from DRAM.
    #[derive(Default)]
    pub enum Arbitration {
        /// The tile that the program needs soonest goes first.
        #[default]
        Program,
        /// They take turns, cycle by cycle.
        RoundRobin,
    }
}

section! {
    /// Run-length compression: words of `pairs` pairs of a run of zeros and the value after it. By
    /// default as in Eyeriss.
    #[derive(Copy, Eq, Hash)]
    pub struct RunLength, file RunLengthConfig {
        /// Bits of the length of a run of zeros.
        run_bits: u32 = 5, in limits::RUN_BITS, unit "bits";
        /// Pairs of a run and the value after it in a word.
        pairs: u32 = 3, in limits::PAIRS, unit "pairs";
        /// Width of a packed word.
        word "word_bits": Bits = (Bits(64)), in limits::DRAM_WORD_BITS, unit "bits";
    }
}

impl RunLength {
    /// Bits that a value takes on average, if this share of them is zero: never more than the `raw`
    /// bits of an uncompressed one, since what would grow is sent as it is.
    ///
    /// ```text
    /// bits = word / pairs x (1 - zeros) / (1 - zeros ^ 2^run_bits)
    /// ```
    ///
    /// Zeros are taken to lie anywhere: a pair then covers `k` zeros and the value after them with
    /// probability `zeros ^ k`, up to the longest run; one longer than that takes a pair more, whose
    /// value is a zero. Where zeros lie side by side in longer runs than that, such pairs are more.
    ///
    /// ```
    /// use stationary_arch::{RunLength, units::Bits};
    ///
    /// let eyeriss = RunLength { run_bits: 5, pairs: 3, word: Bits(64) };
    /// assert_eq!(eyeriss.bits_per_value(16.0, 0.0), 16.0);
    /// assert!((eyeriss.bits_per_value(16.0, 0.5) - 64.0 / 6.0).abs() < 1e-6);
    /// ```
    #[must_use]
    pub fn bits_per_value(&self, raw: f64, zeros: f64) -> f64 {
        let longest = f64::from(1u32 << self.run_bits.min(31)) - 1.0;
        // A pair covers a run of up to `longest` zeros and the value after it.
        let values_per_pair = if zeros >= 1.0 {
            longest + 1.0
        } else {
            (1.0 - zeros.powf(longest + 1.0)) / (1.0 - zeros)
        };
        let bits = f64::from(self.word.0) / (f64::from(self.pairs) * values_per_pair);
        bits.min(raw)
    }
}

/// A kind of off-chip memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum DramKind {
    /// A memory in which every transfer takes one cycle of the array, whatever its size.
    Ideal,
    /// A pipe of fixed width and latency.
    Bandwidth {
        /// Words a DRAM clock, in both directions together.
        words_per_cycle: u32,
        /// DRAM clocks from request to the first word.
        latency: u32,
    },
    /// A memory of a DRAM standard, with banks, rows, timing constraints, refresh and a controller, in its own
    /// clock.
    Standard(Arc<Standard>),
}

impl Parts for KindParts {
    type Whole = DramKind;

    fn base() -> DramKind {
        DramKind::Bandwidth {
            words_per_cycle: 4,
            latency: 32,
        }
    }

    fn make(self, at: &At<'_>, reading: &mut ReadContext) -> DramKind {
        let bandwidth = DramKind::Bandwidth {
            words_per_cycle: self.words_per_cycle.unwrap_or(4),
            latency: self.latency.unwrap_or(32),
        };
        match self.kind {
            Some(DramKindConfig::Standard(standard)) => DramKind::Standard(standard),
            Some(DramKindConfig::Fields(fields)) => {
                let mut problems = Collector::default();
                let standard = fields.resolve(&mut problems);
                reading
                    .problems
                    .add_below(format_args!("{at}.kind"), problems);
                DramKind::Standard(Arc::new(standard))
            }
            Some(DramKindConfig::Ideal) => DramKind::Ideal,
            Some(DramKindConfig::Bandwidth | DramKindConfig::Pipe(_)) | None => bandwidth,
        }
    }

    fn of(kind: &DramKind) -> Self {
        let (kind, words_per_cycle, latency) = match kind {
            DramKind::Ideal => (DramKindConfig::Ideal, None, None),
            DramKind::Standard(standard) => {
                (DramKindConfig::Standard(standard.clone()), None, None)
            }
            DramKind::Bandwidth {
                words_per_cycle,
                latency,
            } => (
                DramKindConfig::Bandwidth,
                Some(*words_per_cycle),
                Some(*latency),
            ),
        };
        Self {
            kind: Some(kind),
            words_per_cycle,
            latency,
        }
    }
}
