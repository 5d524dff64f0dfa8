//! What a journal says, line by line: one type a kind of line, written and read back.
//!
//! Each line carries `crc` besides, which `stationary_record` adds and takes off again.

use schemars::{JsonSchema, Schema, schema_for};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::documents::{self, SweepFigures, SweepShard};
use crate::error::Error;
use crate::mappings::LayerMapping;
use crate::search::codesign::KNOBS;

/// The first line of a journal, which says what search it is of.
pub trait Head: Serialize + DeserializeOwned + JsonSchema {
    /// What stands in its field `schema`.
    const NAME: &'static str;

    /// The JSON Schema of any line of such a journal.
    fn schema_of_lines() -> Schema;

    /// As the map that is compared, field by field, with what is found.
    fn fields(&self) -> Map<String, Value> {
        match documents::value(self) {
            Value::Object(fields) => fields,
            _ => unreachable!("a struct is written as an object"),
        }
    }
}

/// The version of stationary that writes journals.
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The first line of the evaluations of `search assign`, with all that decides them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvaluationsHead {
    /// The name of the schema: `stationary/evaluations/1`.
    pub schema: String,
    /// The version of stationary that wrote the journal.
    pub version: String,
    /// The optimiser's name.
    pub optimizer: String,
    /// The optimiser's seed.
    pub seed: u64,
    /// The number of points that the optimiser may evaluate.
    pub evaluations: u64,
    /// The epochs of an optimiser that learns.
    pub epochs: u64,
    /// The settings of an optimiser that learns.
    pub preset: String,
    /// The fingerprint of the problem: costs, budgets, objective and deployment.
    pub problem: String,
    /// The digest of the designs behind the options, where the costs are the model's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub designs: Option<String>,
}

impl Head for EvaluationsHead {
    const NAME: &'static str = "stationary/evaluations/1";

    fn schema_of_lines() -> Schema {
        of_lines::<Evaluations>(Self::NAME)
    }
}

/// A point that was evaluated: its objective if it keeps the budgets, else by how much it exceeds each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluationLine {
    /// The index of the chosen option of each decision.
    pub point: Vec<u16>,
    /// The objective, if the point keeps the budgets: cycles, nanojoules, or their product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<f64>,
    /// For each budget the share of it by which the point exceeds it, if it does not keep the budgets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess: Option<Vec<f64>>,
}

/// An option of a layer that ran on the machine, behind the evaluations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionLine {
    /// The layer's index, from 0.
    pub layer: usize,
    /// The style of the array, where there are several.
    #[serde(deserialize_with = "Option::deserialize")]
    pub dataflow: Option<String>,
    /// The number of PEs.
    pub pe: u32,
    /// Output channels that a PE keeps.
    pub tile: u32,
    /// Cycles on the machine.
    pub cycles: u64,
}

/// The first line of the machine's runs of `search map`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MachineRunsHead {
    /// The name of the schema: `stationary/machine-runs/1`.
    pub schema: String,
    /// The version of stationary that wrote the journal.
    pub version: String,
    /// SHA-256 of the accelerator in canonical form.
    pub accelerator: String,
    /// SHA-256 of the layers in canonical form.
    pub layers: String,
}

impl Head for MachineRunsHead {
    const NAME: &'static str = "stationary/machine-runs/1";

    fn schema_of_lines() -> Schema {
        of_lines::<MachineRuns>(Self::NAME)
    }
}

/// A mapping that ran on the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineRunLine {
    /// The mapping, as a file of mappings has it.
    pub mapping: LayerMapping,
    /// Cycles on the machine.
    pub cycles: u64,
    /// Whether it takes more, and was stopped once that was shown.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_more: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// The first line of the measurements of `search codesign`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeasurementsHead {
    /// The name of the schema: `stationary/measurements/1`.
    pub schema: String,
    /// The version of stationary that wrote the journal.
    pub version: String,
    /// SHA-256 of the accelerator in canonical form.
    pub accelerator: String,
    /// SHA-256 of the layers in canonical form.
    pub layers: String,
    /// The values of each knob of the hardware.
    pub hardware: [Vec<u32>; 3],
    /// The limits that cores keep.
    pub limits: CoreLimits,
}

impl Head for MeasurementsHead {
    const NAME: &'static str = "stationary/measurements/1";

    fn schema_of_lines() -> Schema {
        of_lines::<Measurements>(Self::NAME)
    }
}

/// The limits that the cores of a search keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreLimits {
    /// The greatest area of a core, in square microns; null without a limit.
    pub area_um2: Option<f64>,
    /// The most multipliers of a core; null without a limit.
    pub macs: Option<u64>,
}

/// A point of hardware and schedule that was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasurementLine {
    /// The index of the task, from 0.
    pub task: usize,
    /// The index of each knob's value.
    pub point: [usize; KNOBS],
    /// Cycles on the machine; null for a point that cannot be built.
    #[serde(deserialize_with = "Option::deserialize")]
    pub cycles: Option<u64>,
}

/// The first line of the runs of `compare`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedRunsHead {
    /// The name of the schema: `stationary/compare-runs/1`.
    pub schema: String,
    /// The version of stationary that wrote the journal.
    pub version: String,
}

impl Head for ComparedRunsHead {
    const NAME: &'static str = "stationary/compare-runs/1";

    fn schema_of_lines() -> Schema {
        of_lines::<ComparedRuns>(Self::NAME)
    }
}

/// A run of an optimiser on an instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ComparedRunLine {
    /// The instance, in words.
    pub instance: String,
    /// The fingerprint of its problem.
    pub fingerprint: String,
    /// The optimiser's name.
    pub optimizer: String,
    /// The seed of the run.
    pub seed: u64,
    /// The number of points that it might evaluate.
    pub evaluations: u64,
    /// Epochs and preset, of one that has them.
    #[serde(deserialize_with = "Option::deserialize")]
    pub effort: Option<(u64, String)>,
    /// The number of evaluations that it was charged.
    pub spent: u64,
    /// The course of the run: pairs of the number of evaluations and the best objective after them.
    pub curve: Vec<(u64, f64)>,
}

/// The first line of the points of `sweep`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SweepPointsHead {
    /// The name of the schema: `stationary/sweep-points/1`.
    pub schema: String,
    /// The version of stationary that wrote the journal.
    pub version: String,
    /// SHA-256 of the plan and of the files that it names.
    pub plan: String,
    /// The part of the points that the journal is about; null for all of them.
    #[serde(deserialize_with = "Option::deserialize")]
    pub shard: Option<SweepShard>,
}

impl Head for SweepPointsHead {
    const NAME: &'static str = "stationary/sweep-points/1";

    fn schema_of_lines() -> Schema {
        of_lines::<SweepPoints>(Self::NAME)
    }
}

/// A point of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SweepPointLine {
    /// The number of the point in the plan, from 0.
    pub point: u64,
    /// The figures of the point; left out if it cannot run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<SweepFigures>,
    /// The reason why the point cannot run; left out if it ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Reads a line of a journal; `at` is its index behind the head, `what` names its kind in errors.
///
/// # Errors
/// A line of another kind, with what is wrong in it.
pub fn line<L: DeserializeOwned>(at: usize, what: &str, value: &Value) -> Result<L, Error> {
    serde_json::from_value(value.clone()).map_err(|why| wrong(at, what, value, &why.to_string()))
}

/// The error on a line of a journal that is not what it should be.
pub fn wrong(at: usize, what: &str, value: &Value, why: &str) -> Error {
    // The head stands before the first.
    let at = at + 2;
    Error::Search(format!(
        "line {at} of the record is no {what}: {why}: {value}"
    ))
}

/// The JSON Schema of any line of a journal.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "A line of the evaluations of search assign by stationary")]
#[expect(dead_code, reason = "its schema alone is of use")]
enum Evaluations {
    Head(EvaluationsHead),
    Evaluation(EvaluationLine),
    Option(OptionLine),
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "A line of the machine's runs of search map by stationary")]
#[expect(dead_code, reason = "its schema alone is of use")]
enum MachineRuns {
    Head(MachineRunsHead),
    Run(Box<MachineRunLine>),
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "A line of the measurements of search codesign by stationary")]
#[expect(dead_code, reason = "its schema alone is of use")]
enum Measurements {
    Head(MeasurementsHead),
    Measurement(MeasurementLine),
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "A line of the runs of compare by stationary")]
#[expect(dead_code, reason = "its schema alone is of use")]
enum ComparedRuns {
    Head(ComparedRunsHead),
    Run(ComparedRunLine),
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(title = "A line of the points of sweep by stationary")]
#[expect(dead_code, reason = "its schema alone is of use")]
enum SweepPoints {
    Head(SweepPointsHead),
    Point(SweepPointLine),
}

/// Of any line: each carries a checksum, and the head calls itself by its name and no other.
fn of_lines<L: JsonSchema>(name: &str) -> Schema {
    let mut schema = schema_for!(L);
    let kinds = schema.get_mut("$defs").and_then(Value::as_object_mut);
    let is_line = |kind: &str| kind.ends_with("Line") || kind.ends_with("Head");
    for (kind, of) in kinds.into_iter().flatten() {
        let fields = of.get_mut("properties").and_then(Value::as_object_mut);
        let Some(fields) = fields.filter(|_| is_line(kind)) else {
            continue;
        };
        let crc = serde_json::json!({
            "type": "string",
            "description": "A checksum of the line without this field.",
        });
        fields.insert("crc".to_owned(), crc);
        if let Some(schema) = fields.get_mut("schema").and_then(Value::as_object_mut) {
            schema.insert("const".to_owned(), name.into());
        }
    }
    schema
}
