//! What several documents say in the same words.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Number, Value};

use crate::arch::units::Picojoules;
use crate::arch::{PerOperand, PerPart};
use crate::goal::Chosen;
use crate::shape;
use crate::sim::Energy;
use crate::workloads::{Dim, Layer};

/// Reads what was found, or that nothing was where it says so, so that an error names what is wrong in it.
pub(super) fn either<'de, D, A, B, T>(
    deserializer: D,
    found: impl Fn(A) -> T,
    nothing: impl Fn(B) -> T,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    A: DeserializeOwned,
    B: DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    let is_nothing = value.get("feasible") == Some(&Value::Bool(false));
    let read = match is_nothing && value.get("choices").is_none() {
        true => serde_json::from_value(value).map(nothing),
        false => serde_json::from_value(value).map(found),
    };
    read.map_err(D::Error::custom)
}

/// The extents of a layer's loops, and of its window as pairs of rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dims {
    /// Images.
    #[serde(rename = "N")]
    pub n: u64,
    /// Groups, or heads.
    #[serde(rename = "G")]
    pub g: u64,
    /// Output channels.
    #[serde(rename = "K")]
    pub k: u64,
    /// Input channels.
    #[serde(rename = "C")]
    pub c: u64,
    /// Output rows.
    #[serde(rename = "P")]
    pub p: u64,
    /// Output columns.
    #[serde(rename = "Q")]
    pub q: u64,
    /// Kernel rows.
    #[serde(rename = "R")]
    pub r: u64,
    /// Kernel columns.
    #[serde(rename = "S")]
    pub s: u64,
    /// Input elements from one output to the next.
    pub stride: [u64; 2],
    /// Input elements from one tap to the next.
    pub dilation: [u64; 2],
    /// Zeros before the first input element.
    pub pad: [u64; 2],
    /// Input elements without padding.
    pub input: [u64; 2],
    /// Zeros behind the last input element.
    pub pad_behind: [u64; 2],
}

impl From<&Layer> for Dims {
    fn from(layer: &Layer) -> Self {
        let [n, g, k, c, p, q, r, s] = Dim::ALL.map(|dim| layer.size(dim));
        let windows = [layer.rows(), layer.cols()];
        Self {
            n,
            g,
            k,
            c,
            p,
            q,
            r,
            s,
            stride: windows.map(|window| window.stride),
            dilation: windows.map(|window| window.dilation),
            pad: windows.map(|window| window.pad),
            input: windows.map(|window| window.input),
            pad_behind: shape::padding(layer).map(|[_, behind]| behind),
        }
    }
}

/// What mappings were chosen for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Goal {
    /// What was made small: cycles, energy or edp.
    pub objective: String,
    /// By how many per cent it may be above its least.
    pub slack_percent: f64,
    /// The layers, where a file gives the mappings of others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers: Option<Vec<String>>,
}

impl From<Chosen> for Goal {
    fn from(Chosen { goal, part }: Chosen) -> Self {
        Self {
            objective: goal.objective.name().to_owned(),
            slack_percent: goal.slack.percent(),
            layers: part,
        }
    }
}

/// How much of a network an answer is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// The share of the file's multiply-accumulates that its layers stand for, from 0 to 1.
    pub macs: f64,
    /// Whether operators of unknown size are left out, so that the share is one at most.
    pub is_upper_bound: bool,
    /// How many operators became what.
    pub operators: Operators,
    /// Bytes that what is left out moves, as far as they are known.
    pub bytes_left_out: u64,
    /// Operators of which it is not known how many bytes they move.
    pub bytes_unknown: u64,
    /// Operators with products that are left out, by kind.
    pub left_out: Vec<LeftOut>,
    /// Operators without products, by kind.
    pub without_products: Vec<LeftOut>,
    /// The layers that were picked, if some were.
    pub picked: Option<Picked>,
}

/// Operators of a file by what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Operators {
    /// Layers.
    pub simulated: u64,
    /// Left out, though they multiply.
    pub left_out: u64,
    /// Of those, how many are of unknown size.
    pub of_unknown_size: u64,
    /// Without products.
    pub without_products: u64,
}

/// Operators of a kind that are no layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Their type.
    pub operator: String,
    /// How many.
    pub count: u64,
    /// Their multiply-accumulates, as far as they are known.
    pub macs: u64,
    /// The first operator that lost a shape, where that is why.
    pub first_lost: Option<String>,
    /// Why they are left out.
    pub reason: String,
    /// How many are of unknown size.
    pub macs_unknown: u64,
    /// Bytes that they move, as far as they are known.
    pub bytes: u64,
    /// How many move an unknown number of bytes.
    pub bytes_unknown: u64,
}

/// Layers that were picked of a network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Picked {
    /// How many.
    pub layers: u64,
    /// Of how many.
    pub of: u64,
    /// Their share of the multiply-accumulates, from 0 to 1.
    pub macs: f64,
}

/// What an accelerator could do at most, in cycles of the array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Peaks {
    /// Rows of PEs.
    pub rows: u32,
    /// Columns of PEs.
    pub cols: u32,
    /// Multipliers of a PE.
    pub lanes: u32,
    /// Clock of the array in MHz.
    pub clock_mhz: f64,
    /// Multiply-accumulates a cycle.
    #[serde(serialize_with = "plain")]
    pub peak_macs_per_cycle: f64,
    /// The kind of DRAM, or its standard.
    pub dram: String,
    /// Bytes a cycle in one direction; null without a limit.
    pub dram_bytes_per_cycle: Option<f64>,
    /// Bytes a cycle in both directions together.
    pub dram_bytes_per_cycle_both_ways: Option<f64>,
    /// Bytes a cycle of what a cache in front of DRAM holds, where there is one.
    pub cache_bytes_per_cycle: Option<f64>,
}

/// Energy in picojoules by component.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnergyByComponent {
    /// Multiply-accumulates.
    pub mac: f64,
    /// Scratchpads of the PEs.
    pub scratchpad: f64,
    /// Networks between buffer and array, and sums from PE to PE.
    pub network: f64,
    /// The buffer.
    pub global_buffer: f64,
    /// DRAM and the interface to it.
    pub dram: f64,
    /// What leaks, over the whole time.
    pub leakage: f64,
    /// The sum.
    pub total: f64,
    /// Components that only another version knows, by their names.
    #[serde(flatten)]
    pub others: IndexMap<String, f64>,
}

impl EnergyByComponent {
    /// Each component by its name.
    pub fn components(&self) -> impl Iterator<Item = (&str, f64)> {
        let others = self.others.iter();
        [
            ("mac", self.mac),
            ("scratchpad", self.scratchpad),
            ("network", self.network),
            ("global_buffer", self.global_buffer),
            ("dram", self.dram),
            ("leakage", self.leakage),
        ]
        .into_iter()
        .chain(others.map(|(name, energy)| (name.as_str(), *energy)))
    }
}

impl From<&Energy> for EnergyByComponent {
    fn from(e: &Energy) -> Self {
        Self {
            mac: e.mac().0,
            scratchpad: e.scratchpad().0,
            network: e.network().0,
            global_buffer: e.global_buffer().0,
            dram: e.dram().0,
            leakage: e.leakage().0,
            total: e.total().0,
            others: IndexMap::new(),
        }
    }
}

/// What each component's energy consists of, in picojoules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnergyParts {
    /// Multiply-accumulates.
    pub mac: Mac,
    /// Scratchpads.
    pub scratchpad: Moved,
    /// Networks.
    pub network: Moved,
    /// The buffer.
    pub global_buffer: Moved,
    /// DRAM.
    pub dram: Moved,
    /// What leaks, by part of the chip.
    pub leakage: Parts,
}

/// Energy of multiply-accumulates, in picojoules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mac {
    /// What counts alone decide.
    pub events: f64,
    /// The clock of the PEs, over the whole time.
    pub clock: f64,
}

/// Energy of what moves words, in picojoules by operand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// Inputs.
    pub input: f64,
    /// Weights.
    pub weight: f64,
    /// Outputs and partial sums.
    pub output: f64,
    /// The clock, over the whole time.
    pub clock: f64,
}

/// Figures by part of the chip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parts {
    /// PEs without their scratchpads.
    pub pes: f64,
    /// Scratchpads.
    pub scratchpads: f64,
    /// Networks.
    pub networks: f64,
    /// The buffer.
    pub global_buffer: f64,
    /// The interface to DRAM.
    pub dram_interface: f64,
}

impl From<&PerPart<f64>> for Parts {
    fn from(parts: &PerPart<f64>) -> Self {
        Self {
            pes: parts.pes,
            scratchpads: parts.scratchpads,
            networks: parts.networks,
            global_buffer: parts.global_buffer,
            dram_interface: parts.dram_interface,
        }
    }
}

impl From<&Energy> for EnergyParts {
    fn from(e: &Energy) -> Self {
        let moved = |of: &PerOperand<Picojoules>, clock: Picojoules| Moved {
            input: of.input.0,
            weight: of.weight.0,
            output: of.output.0,
            clock: clock.0,
        };
        let (events, clock) = (&e.events, &e.clock);
        Self {
            mac: Mac {
                events: events.mac.0,
                clock: clock.pes.0,
            },
            scratchpad: moved(&events.scratchpad, clock.scratchpads),
            network: moved(&events.network, clock.networks),
            global_buffer: moved(&events.global_buffer, clock.global_buffer),
            dram: moved(&events.dram, clock.dram_interface),
            leakage: Parts::from(&e.leakage.map(|energy| energy.0)),
        }
    }
}

/// One figure by machine and model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// Whose figure `value` is: the machine's, where it ran.
    pub of: String,
    /// The figure.
    pub value: Option<Number>,
    /// The model's, beside the machine's.
    pub model: Option<Number>,
    /// The model's error, relative to the machine.
    pub error: Option<f64>,
}

/// How to go on with a search that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interrupted {
    /// The command that goes on; null where nothing was kept.
    pub go_on: Option<String>,
    /// Layers that were not reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_reached: Option<Vec<String>>,
}

/// A number without a point where it is whole.
fn plain<S: serde::Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if number.fract() == 0.0 {
        serializer.serialize_u64(*number as u64)
    } else {
        serializer.serialize_f64(*number)
    }
}
