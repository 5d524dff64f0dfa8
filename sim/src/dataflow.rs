//! Dataflows as data.
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

use std::borrow::Cow;
use std::sync::Arc;

use stationary_arch::Operand;
use stationary_workloads::Dim;

/// Which dimensions are unrolled where, and what advances when. The bundled ones are statics, any other is a
/// value like them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataflow {
    /// Short name, as accelerator files and the command line spell it.
    pub name: Cow<'static, str>,
    /// The name in full.
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

impl Dataflow {
    /// Every dataflow.
    pub const ALL: [&'static Dataflow; 4] = [
        &WEIGHT_STATIONARY,
        &OUTPUT_STATIONARY,
        &ROW_STATIONARY,
        &INPUT_STATIONARY,
    ];

    /// The dataflow of a short name.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Dataflow> {
        Self::ALL.into_iter().find(|dataflow| dataflow.name == name)
    }

    /// Whether an operand stays in the array for a whole pass.
    #[must_use]
    pub fn is_resident(&self, operand: Operand) -> bool {
        !self.beats.iter().any(|dim| is_relevant(operand, *dim))
    }
}

/// A copy, for a mapping that owns its dataflow.
impl From<&Dataflow> for Arc<Dataflow> {
    fn from(dataflow: &Dataflow) -> Self {
        Self::new(dataflow.clone())
    }
}

/// Whether a dimension selects among an operand's words.
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

/// Whether a dimension is summed over.
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
