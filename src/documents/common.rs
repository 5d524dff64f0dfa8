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

/// The shape of a layer: the extent of each of its eight loops, and its window as pairs of rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dims {
    /// The number of images (N).
    #[serde(rename = "N")]
    pub n: u64,
    /// The number of groups (G): 1 for a dense layer, the heads of an attention product.
    #[serde(rename = "G")]
    pub g: u64,
    /// Output channels of a group (K).
    #[serde(rename = "K")]
    pub k: u64,
    /// Input channels of a group (C).
    #[serde(rename = "C")]
    pub c: u64,
    /// Output rows (P).
    #[serde(rename = "P")]
    pub p: u64,
    /// Output columns (Q).
    #[serde(rename = "Q")]
    pub q: u64,
    /// Kernel rows (R).
    #[serde(rename = "R")]
    pub r: u64,
    /// Kernel columns (S).
    #[serde(rename = "S")]
    pub s: u64,
    /// The stride: input elements from one output to the next.
    pub stride: [u64; 2],
    /// The dilation: input elements from one tap of the kernel to the next.
    pub dilation: [u64; 2],
    /// Padding before the first input element.
    pub pad: [u64; 2],
    /// The size of the input without padding.
    pub input: [u64; 2],
    /// Padding behind the last input element.
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

/// The goal that the mapper chose mappings for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Goal {
    /// The objective that was minimised: `cycles`, `energy` or `edp`.
    pub objective: String,
    /// The slack: by how many per cent the objective may be above its least, so that a second quantity decides.
    pub slack_percent: f64,
    /// The names of the layers that the mapper chose a mapping for, where a file gives those of the others;
    /// absent where it chose all.
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

/// The part of a network that an answer is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// The share of the file's multiply-accumulates that the layers stand for, from 0 to 1.
    pub macs: f64,
    /// Whether operators of unknown size are left out, so that the share is an upper limit.
    pub is_upper_bound: bool,
    /// The number of operators of the file by what became of them.
    pub operators: Operators,
    /// The bytes that the operators that were left out move, as far as they are known.
    pub bytes_left_out: u64,
    /// The number of operators of which it is not known how many bytes they move.
    pub bytes_unknown: u64,
    /// The kinds of operators that multiply and were left out.
    pub left_out: Vec<LeftOut>,
    /// The kinds of operators that do not multiply.
    pub without_products: Vec<LeftOut>,
    /// The layers that were picked; null where all are meant.
    pub picked: Option<Picked>,
}

/// Numbers of a file's operators by what became of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Operators {
    /// Operators that became layers.
    pub simulated: u64,
    /// Operators that were left out although they multiply.
    pub left_out: u64,
    /// Those of `left_out` whose size is not known.
    pub of_unknown_size: u64,
    /// Operators that do not multiply.
    pub without_products: u64,
}

/// A kind of operators that did not become layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// The operators' type, as the file names it.
    pub operator: String,
    /// The number of operators of this kind.
    pub count: u64,
    /// The multiply-accumulates of these operators, as far as they are known.
    pub macs: u64,
    /// The name of the first operator whose shape is not known, where that is why they were left out.
    pub first_lost: Option<String>,
    /// The reason why they were left out.
    pub reason: String,
    /// Those of `count` whose size is not known.
    pub macs_unknown: u64,
    /// The bytes that these operators move, as far as they are known.
    pub bytes: u64,
    /// Those of `count` of which it is not known how many bytes they move.
    pub bytes_unknown: u64,
}

/// The layers that were picked of a network.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Picked {
    /// The number of layers that were picked.
    pub layers: u64,
    /// The number of layers of the network.
    pub of: u64,
    /// The share of the network's multiply-accumulates that they have, from 0 to 1.
    pub macs: f64,
}

/// The peaks of an accelerator, by cycles of the array's clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Peaks {
    /// The number of rows of PEs.
    pub rows: u32,
    /// The number of columns of PEs.
    pub cols: u32,
    /// The number of multipliers (lanes) of a PE.
    pub lanes: u32,
    /// The clock of the array in MHz.
    pub clock_mhz: f64,
    /// Multiply-accumulates in a cycle, with every multiplier at work.
    #[serde(serialize_with = "plain")]
    pub peak_macs_per_cycle: f64,
    /// The kind of DRAM (`ideal`, `bandwidth`), or the name of its standard.
    pub dram: String,
    /// Bytes that DRAM moves in a cycle in one direction; null without a limit.
    pub dram_bytes_per_cycle: Option<f64>,
    /// Bytes that DRAM moves in a cycle in both directions together; null without a limit.
    pub dram_bytes_per_cycle_both_ways: Option<f64>,
    /// Bytes in a cycle that a cache in front of DRAM delivers of what it holds; null without a cache.
    pub cache_bytes_per_cycle: Option<f64>,
}

/// Energy by component, in picojoules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnergyByComponent {
    /// Energy of multiply-accumulates.
    pub mac: f64,
    /// Energy of accesses to the scratchpads of the PEs.
    pub scratchpad: f64,
    /// Energy of words on the networks between buffer and array, and of sums from PE to PE.
    pub network: f64,
    /// Energy of accesses to the global buffer.
    pub global_buffer: f64,
    /// Energy of DRAM and of the interface to it.
    pub dram: f64,
    /// Energy that leaks over the whole time.
    pub leakage: f64,
    /// The sum over all components.
    pub total: f64,
    /// The energy of components that this version does not know, by their names.
    #[serde(flatten)]
    pub others: IndexMap<String, f64>,
}

impl EnergyByComponent {
    /// The energy of each component, with its name; the total is none.
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

/// The parts of each component's energy, in picojoules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EnergyParts {
    /// The parts of the energy of multiply-accumulates.
    pub mac: Mac,
    /// The parts of the scratchpads' energy.
    pub scratchpad: Moved,
    /// The parts of the networks' energy.
    pub network: Moved,
    /// The parts of the global buffer's energy.
    pub global_buffer: Moved,
    /// The parts of DRAM's energy.
    pub dram: Moved,
    /// The energy that leaks, by part of the chip.
    pub leakage: Parts,
}

/// The energy of multiply-accumulates, in picojoules, by what it depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mac {
    /// The energy of the operations, which their number alone decides.
    pub events: f64,
    /// The energy of the PEs' clock over the whole time.
    pub clock: f64,
}

/// The energy of a component that moves words, in picojoules by operand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// The energy of inputs.
    pub input: f64,
    /// The energy of weights.
    pub weight: f64,
    /// The energy of outputs and partial sums.
    pub output: f64,
    /// The energy of the clock over the whole time; absent where the component has none.
    pub clock: f64,
}

/// A figure of each part of the chip, in the unit of what holds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parts {
    /// The PEs without their scratchpads.
    pub pes: f64,
    /// The scratchpads of the PEs.
    pub scratchpads: f64,
    /// The networks between buffer and array.
    pub networks: f64,
    /// The global buffer.
    pub global_buffer: f64,
    /// The interface to DRAM, which is on the chip.
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

/// One figure, by the machine and by the model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// The origin of `value`: `machine` where it ran, else `model`.
    pub of: String,
    /// The figure, in the unit of what holds it.
    pub value: Option<Number>,
    /// The model's figure, where `value` is the machine's.
    pub model: Option<Number>,
    /// The model's relative error: `(model - machine) / machine`.
    pub error: Option<f64>,
}

/// The way to go on with a search that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Interrupted {
    /// The command that resumes the search; null where no record was kept.
    pub go_on: Option<String>,
    /// The names of the layers that were not reached.
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
