//! Dataflows as data: which loop dimensions are unrolled over PEs, and which advance in time.
//!
//! A *pass* is the work for which the array is configured once. Inside it, time is a sequence of
//! *beats*: at each beat the streamed operands take their next step, and each PE does the MACs of
//! its local loops. The operand that no beat dimension touches stays in the array for the whole
//! pass: it is the stationary one, and follows from the loop order.
//!
//! ```text
//! for each pass                      (global-buffer loops, around them the DRAM loops)
//!     for each beat                  (`beats`, outer to inner)
//!         in parallel over PEs       (`rows` x `cols`)
//!             for each local step    (`local`: one MAC, or `lanes` MACs)
//! ```
//!
//! How words reach the PEs (bus, systolic edge, tree) is a property of the accelerator's networks,
//! not of the dataflow: the same weight-stationary value runs on a TPU and on NVDLA.
//!
//! Four are bundled; a user's own is a value of the same type, from a file ([`Dataflow::from_yaml`]) or
//! from code. A [`Mapping`](crate::Mapping) checks it.

mod file;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use stationary_arch::{Operand, PerOperand};
use stationary_workloads::Dim;

pub use file::{DataflowConfig, DataflowFileError, Written, schema};

/// A dataflow: the loop dimensions that are unrolled along each axis of the array, those that advance from beat
/// to beat, and those that a PE loops over. The operand that no beat dimension selects stays in the array for a
/// pass: it is the stationary one.
///
/// Four are bundled as statics; a user's own is a value of the same type, from a file ([`Dataflow::from_yaml`])
/// or from code. In documents a bundled dataflow is its name, any other what its file says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct Dataflow {
    /// The short name, as accelerator files and the command line spell it.
    pub name: Cow<'static, str>,
    /// The name in full, as reports show it.
    pub title: Cow<'static, str>,
    /// Dimensions that may be unrolled along the array's rows.
    pub rows: Cow<'static, [Dim]>,
    /// Dimensions that may be unrolled along the array's columns.
    pub cols: Cow<'static, [Dim]>,
    /// Dimensions that advance from beat to beat, outer to inner.
    pub beats: Cow<'static, [Dim]>,
    /// Dimensions of which a PE works on several values within a beat.
    pub local: Cow<'static, [Dim]>,
}

/// Weight-stationary: channels unrolled, weights resident, positions stream past them.
pub static WEIGHT_STATIONARY: Dataflow = Dataflow {
    name: Cow::Borrowed("ws"),
    title: Cow::Borrowed("weight-stationary"),
    rows: Cow::Borrowed(&[Dim::C, Dim::R, Dim::S]),
    cols: Cow::Borrowed(&[Dim::K]),
    beats: Cow::Borrowed(&[Dim::N, Dim::P, Dim::Q]),
    local: Cow::Borrowed(&[Dim::K, Dim::C, Dim::G]),
};

/// Output-stationary: output positions (and channels) unrolled, partial sums resident, the
/// reduction streams past them.
pub static OUTPUT_STATIONARY: Dataflow = Dataflow {
    name: Cow::Borrowed("os"),
    title: Cow::Borrowed("output-stationary"),
    rows: Cow::Borrowed(&[Dim::P, Dim::Q, Dim::N]),
    cols: Cow::Borrowed(&[Dim::K, Dim::Q]),
    beats: Cow::Borrowed(&[Dim::C, Dim::R, Dim::S]),
    local: Cow::Borrowed(&[Dim::K, Dim::G]),
};

/// Input-stationary: channels and positions unrolled, inputs resident, filters stream past them.
pub static INPUT_STATIONARY: Dataflow = Dataflow {
    name: Cow::Borrowed("is"),
    title: Cow::Borrowed("input-stationary"),
    rows: Cow::Borrowed(&[Dim::C]),
    cols: Cow::Borrowed(&[Dim::Q, Dim::P, Dim::N]),
    beats: Cow::Borrowed(&[Dim::K]),
    local: Cow::Borrowed(&[Dim::C, Dim::R, Dim::S, Dim::G]),
};

/// Row-stationary (Eyeriss, ISCA 2016): kernel rows along the rows, output rows along the columns,
/// one-dimensional convolutions inside the PEs.
pub static ROW_STATIONARY: Dataflow = Dataflow {
    name: Cow::Borrowed("rs"),
    title: Cow::Borrowed("row-stationary"),
    rows: Cow::Borrowed(&[Dim::R, Dim::C, Dim::K, Dim::G, Dim::P]),
    cols: Cow::Borrowed(&[Dim::P, Dim::K, Dim::G]),
    beats: Cow::Borrowed(&[Dim::N, Dim::Q]),
    local: Cow::Borrowed(&[Dim::S, Dim::C, Dim::K, Dim::G]),
};

/// The word that documents have in the place of a dataflow where instructions control the machine. No dataflow
/// may have it as its name.
pub const DECOUPLED: &str = "decoupled";

/// Names that mean something else than a dataflow: [`DECOUPLED`], and `all` of what an accelerator offers.
const RESERVED: [&str; 2] = [DECOUPLED, "all"];

impl Dataflow {
    /// The bundled dataflows.
    pub const ALL: [&'static Dataflow; 4] = [
        &WEIGHT_STATIONARY,
        &OUTPUT_STATIONARY,
        &ROW_STATIONARY,
        &INPUT_STATIONARY,
    ];

    /// The bundled dataflow with this short name; None if there is none.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Dataflow> {
        Self::ALL.into_iter().find(|dataflow| dataflow.name == name)
    }

    /// Whether the dataflow is one of the bundled ones, in all its fields.
    #[must_use]
    pub fn is_bundled(&self) -> bool {
        Self::find(&self.name) == Some(self)
    }

    /// Checks that a machine can run the dataflow.
    ///
    /// # Errors
    /// The first [`DataflowError`] in the order of the fields.
    pub fn check(&self) -> Result<(), DataflowError> {
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.name.is_empty() || !self.name.chars().all(is_letter) {
            return Err(DataflowError::Name(self.name.clone()));
        }
        if Self::find(&self.name).is_some_and(|bundled| bundled != self) {
            return Err(DataflowError::Taken(self.name.clone()));
        }
        if RESERVED.contains(&&*self.name) {
            return Err(DataflowError::Reserved(self.name.clone()));
        }
        let lists = [
            ("rows", &self.rows),
            ("cols", &self.cols),
            ("local", &self.local),
            ("beats", &self.beats),
        ];
        for (field, dims) in lists {
            for (at, &dim) in dims.iter().enumerate() {
                if dims[..at].contains(&dim) {
                    return Err(DataflowError::Twice { field, at, dim });
                }
                if field != "beats" && self.beats.contains(&dim) {
                    return Err(DataflowError::Beat { field, at, dim });
                }
            }
        }
        let stays = Operand::ALL
            .into_iter()
            .any(|operand| self.is_resident(operand));
        if self.beats.is_empty() || !stays {
            return Err(DataflowError::Beats(self.beats.to_vec()));
        }
        Ok(())
    }

    /// A text that is the same for dataflows of the same dimensions, whatever their names, and differs for
    /// others: certificates and records refer to dataflows by it.
    #[must_use]
    pub fn identity(&self) -> String {
        let mut text = "stationary dataflow 1\n".to_owned();
        // What may be unrolled and looped over is a set; beats are a nest of loops.
        let set = |dims: &[Dim]| {
            let mut dims = dims.to_vec();
            dims.sort_unstable_by_key(|dim| dim.index());
            dims
        };
        for (field, dims) in [
            ("rows", set(&self.rows)),
            ("cols", set(&self.cols)),
            ("beats", self.beats.to_vec()),
            ("local", set(&self.local)),
        ] {
            let names: Vec<_> = dims.iter().map(|dim| dim.name()).collect();
            let _ = writeln!(text, "{field}={}", names.concat());
        }
        text
    }

    /// Whether an operand stays in the array for a whole pass.
    #[must_use]
    pub fn is_resident(&self, operand: Operand) -> bool {
        !self.beats.iter().any(|dim| is_relevant(operand, *dim))
    }
}

/// The reason why no machine can run a dataflow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataflowError {
    /// The name is empty or has characters other than letters, digits, `-` and `_`.
    #[error("name: found `{0}`; allowed: letters, digits, `-` and `_`")]
    Name(Cow<'static, str>),
    /// No bundled dataflow has this name.
    #[error(
        "found `{0}`; allowed: ws, os, rs, is, or {{name: ..., rows: ..., cols: ..., beats: ..., local: ...}}"
    )]
    Unknown(String),
    /// The name is that of a bundled dataflow with other fields.
    #[error("name: found `{0}`, a bundled dataflow that is another; allowed: a name of its own")]
    Taken(Cow<'static, str>),
    /// The name stands for something else: `decoupled` or `all`.
    #[error(
        "name: found `{0}`, which is no dataflow's name but means something else; allowed: a name of its own"
    )]
    Reserved(Cow<'static, str>),
    /// A list names a dimension twice.
    #[error("{field}: found {dim} twice; allowed: each dimension once")]
    Twice {
        /// The field of the list.
        field: &'static str,
        /// The index of the second mention, from 0.
        at: usize,
        /// The dimension that is named twice.
        dim: Dim,
    },
    /// A dimension that advances with beats is also unrolled, or looped over in a PE.
    #[error("{field}: found {dim}, which advances with beats; allowed: dimensions that do not")]
    Beat {
        /// The field of the list, other than `beats`.
        field: &'static str,
        /// The index of the dimension there, from 0.
        at: usize,
        /// The dimension that advances with beats.
        dim: Dim,
    },
    /// The beats move every operand, so that none is stationary, or there are no beats.
    #[error(
        "beats: found {}; allowed: some of N, P, Q (weights stay), of C, R, S (outputs stay), or K (inputs \
         stay)", moving(.0)
    )]
    Beats(Vec<Dim>),
}

fn moving(beats: &[Dim]) -> String {
    if beats.is_empty() {
        return "none".to_owned();
    }
    let names: Vec<_> = beats.iter().map(|dim| dim.name()).collect();
    format!("[{}], with which every operand moves", names.join(", "))
}

impl DataflowError {
    /// The path of the fault in a dataflow's file, as in `rows.1`.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Name(_) | Self::Unknown(_) | Self::Taken(_) | Self::Reserved(_) => {
                "name".to_owned()
            }
            Self::Twice { field, at, .. } | Self::Beat { field, at, .. } => format!("{field}.{at}"),
            Self::Beats(_) => "beats".to_owned(),
        }
    }
}

/// Copies the dataflow, for a mapping that owns its own.
impl From<&Dataflow> for Arc<Dataflow> {
    fn from(dataflow: &Dataflow) -> Self {
        Self::new(dataflow.clone())
    }
}

/// Whether the index of a dimension selects among an operand's words: weights have no N, for example.
#[must_use]
pub const fn is_relevant(operand: Operand, dim: Dim) -> bool {
    match operand {
        Operand::Input => !matches!(dim, Dim::K),
        Operand::Weight => matches!(dim, Dim::G | Dim::K | Dim::C | Dim::R | Dim::S),
        Operand::Output => matches!(dim, Dim::N | Dim::G | Dim::K | Dim::P | Dim::Q),
    }
}

/// The dimensions that select among an operand's words, a bit each.
pub(crate) const fn relevant_bits(operand: Operand) -> u8 {
    let mut bits = 0;
    let mut at = 0;
    while at < Dim::ALL.len() {
        if is_relevant(operand, Dim::ALL[at]) {
            bits |= bit(Dim::ALL[at]);
        }
        at += 1;
    }
    bits
}

/// A dimension's bit in a set of them.
pub(crate) const fn bit(dim: Dim) -> u8 {
    1 << dim.index()
}

/// The bits of some dimensions.
pub(crate) fn bits(dims: &[Dim]) -> u8 {
    dims.iter().fold(0, |bits, dim| bits | bit(*dim))
}

/// Dimensions that do not concern an operand.
pub(crate) const UNRELATED: PerOperand<&[Dim]> = PerOperand {
    input: &[Dim::K],
    weight: &[Dim::N, Dim::P, Dim::Q],
    output: &[Dim::C, Dim::R, Dim::S],
};

/// Whether a dimension is summed over: C, R and S.
#[must_use]
pub const fn is_reduction(dim: Dim) -> bool {
    matches!(dim, Dim::C | Dim::R | Dim::S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stationary_operand_follows_from_the_beats() {
        let resident = |d: &Dataflow| Operand::ALL.map(|o| d.is_resident(o));
        assert_eq!(resident(&WEIGHT_STATIONARY), [false, true, false]);
        assert_eq!(resident(&OUTPUT_STATIONARY), [false, false, true]);
        assert_eq!(resident(&INPUT_STATIONARY), [true, false, false]);
        assert_eq!(resident(&ROW_STATIONARY), [false, true, false]);
    }
}
