//! How much of a network an answer is for.
//!
//! ```text
//! coverage of the file = MACs of its layers / MACs of its layers and of what was left out
//! the answer is no     where that is below 95 %, or where something left out is of unknown size
//! ```
//!
//! Layers picked by name are an answer for these, whatever the file has besides.

use crate::workloads::{Coverage, Layer, LeftOut, Network};
use serde_json::Value;

use crate::documents;
use crate::format::{metric, operations, percent};

/// The share of the multiply-accumulates that an answer has to stand for.
const ENOUGH: f64 = 0.95;
/// How many kinds of operators are named.
const NAMED: usize = 5;

/// How much of a network an answer is for: layers that an importer left out, and layers picked by name.
#[derive(Clone, Debug)]
pub struct Scope {
    network: String,
    coverage: Coverage,
    /// Of all layers of the network: how many, and their multiply-accumulates.
    whole: [u64; 2],
    /// Of those picked, if some are.
    picked: Option<[u64; 2]>,
    /// Whether a part is what was asked for.
    is_partial: bool,
}

impl Scope {
    /// Of these layers of a network; `picked` if they were chosen by name, and `is_partial` if a part
    /// of the network is what was asked for.
    pub fn new(network: &Network, layers: &[Layer], picked: bool, is_partial: bool) -> Self {
        let extent = |layers: &[Layer]| {
            let macs = layers.iter().map(Layer::macs).fold(0, u64::saturating_add);
            [layers.len() as u64, macs]
        };
        Self {
            network: network.name().to_owned(),
            coverage: network.coverage().clone(),
            whole: extent(network.layers()),
            picked: picked.then(|| extent(layers)),
            is_partial,
        }
    }

    /// The share of the file's multiply-accumulates that its layers stand for, at most.
    fn share(&self) -> f64 {
        self.coverage.share(self.whole[1])
    }

    /// The share as it is read.
    fn shown(&self) -> String {
        // Rounding must not make a part the whole.
        let share = match percent(self.share()) {
            text if text == "100.0 %" && self.coverage.macs_left_out() > 0 => {
                "nearly 100 %".to_owned()
            }
            text if text == "0.0 %" => "less than 0.1 %".to_owned(),
            text => text,
        };
        match (self.coverage.macs_unknown(), self.coverage.macs_left_out()) {
            (0, _) => share,
            // That it is no more than the whole says nothing.
            (_, 0) => "an unknown share".to_owned(),
            _ => format!("at most {share}"),
        }
    }

    /// Whether the answer stands for enough of what was asked for.
    fn is_enough(&self) -> bool {
        let is_known = self.coverage.macs_unknown() == 0;
        self.is_partial || self.picked.is_some() || (is_known && self.share() >= ENOUGH)
    }

    /// The same scope, with a part of the network taken to be what was asked for.
    #[must_use]
    pub fn partial(self) -> Self {
        Self {
            is_partial: true,
            ..self
        }
    }

    /// A sentence on why the answer stands for too little of the network, and what to do; None where it is
    /// enough.
    #[must_use]
    pub fn shortfall(&self) -> Option<String> {
        if self.is_enough() {
            return None;
        }
        let why = match self.coverage.macs_unknown() {
            0 => format!("less than the {} that are needed", percent(ENOUGH)),
            1 => "since 1 operator left out is of unknown size".to_owned(),
            unknown => format!("since {} left out are of unknown size", operators(unknown)),
        };
        let first = self.coverage.left_out.iter();
        let first = first.filter_map(|entry| entry.first_lost.as_deref()).next();
        let mend = first.map_or(String::new(), |first| {
            format!("; shapes are lost first at {first}: sizes of open dimensions (dim) may help")
        });
        Some(format!(
            "{}: the answer stands for {} of the multiply-accumulates, {why}{mend}",
            self.network,
            self.shown(),
        ))
    }

    /// A suffix to the network's name in titles; empty where all of it is simulated.
    pub fn title(&self) -> String {
        let Some([layers, macs]) = self.picked else {
            return String::new();
        };
        if [layers, macs] == self.whole {
            return String::new();
        }
        let noun = if self.whole[0] == 1 {
            "layer"
        } else {
            "layers"
        };
        format!(
            ", {layers} of {} {noun} ({} of their MACs)",
            self.whole[0],
            percent(macs as f64 / self.whole[1].max(1) as f64)
        )
    }

    /// What is left out, a line each; nothing where the network states its layers itself.
    pub fn text(&self) -> String {
        let c = &self.coverage;
        if c.is_complete() && c.without_products.is_empty() {
            return String::new();
        }
        let mut text = format!(
            "coverage: {} of the MACs; {} simulated, {} left out",
            self.shown(),
            operators(c.simulated),
            c.operators_left_out(),
        );
        if c.macs_unknown() > 0 {
            text.push_str(&format!(" ({} of unknown size)", c.macs_unknown()));
        }
        let plain: u64 = c.without_products.iter().map(|entry| entry.count).sum();
        if plain > 0 {
            text.push_str(&format!(", {plain} without products"));
        }
        let shown = |bytes: u64| operations(bytes as f64, "B");
        text.push_str(&match (c.bytes_left_out(), c.moves_unknown()) {
            (0, 0) => "; what is not simulated moves no bytes\n".to_owned(),
            (0, _) => "; how many bytes the others move is not known\n".to_owned(),
            (bytes, 0) => format!("; what is not simulated moves {}\n", shown(bytes)),
            (bytes, _) => format!("; what is not simulated moves at least {}\n", shown(bytes)),
        });
        for entry in c.left_out.iter().take(NAMED) {
            text.push_str(&self.line(entry));
        }
        let more: u64 = c.left_out.iter().skip(NAMED).map(|entry| entry.count).sum();
        if more > 0 {
            text.push_str(&format!(
                "left out: {more} operators of other kinds; --format json names them\n"
            ));
        }
        text
    }

    fn line(&self, entry: &LeftOut) -> String {
        let all = self.whole[1].saturating_add(self.coverage.macs_left_out());
        let share = percent(entry.macs as f64 / all.max(1) as f64);
        let size = match (entry.macs, entry.macs_unknown) {
            (0, 0) => "no MACs".to_owned(),
            (macs, 0) => format!("{} MACs, {share}", metric(macs as f64)),
            (0, _) => "of unknown size".to_owned(),
            (macs, unknown) => format!(
                "{} MACs, {share}, and {unknown} of unknown size",
                metric(macs as f64)
            ),
        };
        let first = entry.first_lost.as_ref();
        let first = first.map_or(String::new(), |first| format!("; first lost at {first}"));
        let reason = match entry.reason.as_str() {
            "" => String::new(),
            reason => format!(": {reason}"),
        };
        format!(
            "left out: {} {} ({size}){reason}{first}\n",
            entry.count, entry.operator
        )
    }

    /// The scope as a part of documents.
    #[must_use]
    pub fn document(&self) -> documents::Coverage {
        let c = &self.coverage;
        let entry = |entry: &LeftOut| documents::LeftOut {
            operator: entry.operator.clone(),
            count: entry.count,
            macs: entry.macs,
            first_lost: entry.first_lost.clone(),
            reason: entry.reason.clone(),
            macs_unknown: entry.macs_unknown,
            bytes: entry.bytes(),
            bytes_unknown: entry.moves_unknown(),
        };
        let list = |entries: &[LeftOut]| entries.iter().map(entry).collect();
        documents::Coverage {
            macs: self.share(),
            is_upper_bound: c.macs_unknown() > 0,
            operators: documents::Operators {
                simulated: c.simulated,
                left_out: c.operators_left_out(),
                of_unknown_size: c.macs_unknown(),
                without_products: c.without_products.iter().map(|entry| entry.count).sum(),
            },
            bytes_left_out: c.bytes_left_out(),
            bytes_unknown: c.moves_unknown(),
            left_out: list(&c.left_out),
            without_products: list(&c.without_products),
            picked: self.picked.map(|[layers, macs]| documents::Picked {
                layers,
                of: self.whole[0],
                macs: macs as f64 / self.whole[1].max(1) as f64,
            }),
        }
    }

    /// The scope as JSON, for programs.
    #[must_use]
    pub fn json(&self) -> Value {
        documents::value(self.document())
    }

    /// The columns of CSV that tell the scope.
    pub const COLUMNS: [&str; 3] = [
        "coverage_is_upper_bound",
        "coverage_unknown_operators",
        "coverage_macs",
    ];

    /// The share of the multiply-accumulates and what it leaves open, for [Self::COLUMNS].
    pub fn fields(&self) -> [String; 3] {
        let unknown = self.coverage.macs_unknown();
        [
            (unknown > 0).to_string(),
            unknown.to_string(),
            self.share().to_string(),
        ]
    }
}

fn operators(count: u64) -> String {
    let noun = if count == 1 { "operator" } else { "operators" };
    format!("{count} {noun}")
}

#[cfg(test)]
mod tests {
    use crate::workloads::{Convolution, zoo};

    use super::*;

    fn scope(left_out: Vec<LeftOut>, picked: bool, is_partial: bool) -> Scope {
        let layer = Layer::convolution("it", Convolution::square(9, [1, 1], 3, 1, 0));
        let layer = layer.expect("its sizes are right");
        // 7 x 7 outputs of 9 taps.
        assert_eq!(layer.macs(), 441);
        Scope {
            network: "n".to_owned(),
            coverage: Coverage {
                simulated: 1,
                left_out,
                without_products: Vec::new(),
            },
            whole: [1, 441],
            picked: picked.then_some([1, 441]),
            is_partial,
        }
    }

    fn left_out(macs: u64, macs_unknown: u64) -> Vec<LeftOut> {
        vec![LeftOut {
            operator: "Einsum".to_owned(),
            reason: "it is not supported".to_owned(),
            count: 1,
            macs,
            macs_unknown,
            first_lost: Some("fold (Reshape)".to_owned()),
            ..LeftOut::default()
        }]
    }

    #[test]
    fn ninety_five_per_cent_is_enough() {
        assert!(scope(Vec::new(), false, false).is_enough());
        // 441 of 464 are 95.04 %, of 465 94.8 %.
        assert!(scope(left_out(23, 0), false, false).is_enough());
        assert!(!scope(left_out(24, 0), false, false).is_enough());
        assert!(scope(left_out(24, 0), false, true).is_enough());
        assert!(scope(left_out(24, 0), true, false).is_enough());
    }

    #[test]
    fn what_is_of_unknown_size_is_not_nothing() {
        let unknown = scope(left_out(0, 1), false, false);
        assert!(!unknown.is_enough());
        assert_eq!(unknown.shown(), "an unknown share");
        assert!(unknown.text().contains(
            "an unknown share of the MACs; 1 operator simulated, 1 left out (1 of unknown size)"
        ));
        assert_eq!(unknown.fields(), ["true", "1", "1"]);
        let both = scope(left_out(441, 1), false, false);
        assert_eq!(both.shown(), "at most 50.0 %");
        assert_eq!(both.fields(), ["true", "1", "0.5"]);
        assert_eq!(
            scope(left_out(441, 0), false, false).fields(),
            ["false", "0", "0.5"]
        );
        assert!(
            unknown
                .text()
                .contains("1 Einsum (of unknown size): it is not supported")
        );
        assert!(unknown.text().contains("first lost at fold (Reshape)"));
        assert_eq!(unknown.json()["is_upper_bound"], true);
        assert_eq!(unknown.json()["operators"]["of_unknown_size"], 1);
    }

    #[test]
    fn a_bundled_network_is_covered_and_says_nothing() {
        let network = zoo::find("alexnet").expect("it is bundled");
        let all = Scope::new(&network, network.layers(), false, false);
        assert_eq!((all.title(), all.text()), (String::new(), String::new()));
        assert_eq!(all.json()["macs"], 1.0);
        let some = Scope::new(&network, &network.layers()[5..], true, false);
        assert_eq!(some.title(), ", 3 of 8 layers (8.1 % of their MACs)");
    }
}
