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

/// A line that says whose journal it is: the first.
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

/// Which version wrote a journal.
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// The first line of the evaluations of `search assign`: all that decides which points are evaluated, and to what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvaluationsHead {
    /// `stationary/evaluations/1`.
    pub schema: String,
    /// Which version wrote it.
    pub version: String,
    /// The optimiser's name.
    pub optimizer: String,
    /// Its seed.
    pub seed: u64,
    /// How many evaluations it has.
    pub evaluations: u64,
    /// Epochs of one that learns.
    pub epochs: u64,
    /// What it learns by.
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
    /// The place of the chosen option of each decision.
    pub point: Vec<u16>,
    /// What is small where it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<f64>,
    /// By what share of each budget it is exceeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess: Option<Vec<f64>>,
}

/// An option of a layer that ran on the machine, behind the evaluations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionLine {
    /// The layer, from 0.
    pub layer: usize,
    /// The style of the array, where there are several.
    #[serde(deserialize_with = "Option::deserialize")]
    pub dataflow: Option<String>,
    /// PEs.
    pub pe: u32,
    /// Output channels that a PE keeps.
    pub tile: u32,
    /// What the machine took.
    pub cycles: u64,
}

/// The first line of the machine's runs of `search map`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MachineRunsHead {
    /// `stationary/machine-runs/1`.
    pub schema: String,
    /// Which version wrote it.
    pub version: String,
    /// The accelerator in canonical form, digested.
    pub accelerator: String,
    /// The layers in canonical form, digested.
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
    /// As a file of mappings has it.
    pub mapping: LayerMapping,
    /// What the machine took.
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
    /// `stationary/measurements/1`.
    pub schema: String,
    /// Which version wrote it.
    pub version: String,
    /// The accelerator in canonical form, digested.
    pub accelerator: String,
    /// The layers in canonical form, digested.
    pub layers: String,
    /// The values of each knob of the hardware.
    pub hardware: [Vec<u32>; 3],
    /// What keeps cores out.
    pub limits: CoreLimits,
}

impl Head for MeasurementsHead {
    const NAME: &'static str = "stationary/measurements/1";

    fn schema_of_lines() -> Schema {
        of_lines::<Measurements>(Self::NAME)
    }
}

/// What keeps cores out of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoreLimits {
    /// The most area, in square micrometres.
    pub area_um2: Option<f64>,
    /// The most multipliers.
    pub macs: Option<u64>,
}

/// A point of hardware and schedule that was measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MeasurementLine {
    /// The task, from 0.
    pub task: usize,
    /// The place of each knob's value.
    pub point: [usize; KNOBS],
    /// What the machine took; none of a point that cannot be built.
    #[serde(deserialize_with = "Option::deserialize")]
    pub cycles: Option<u64>,
}

/// The first line of the runs of `compare`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ComparedRunsHead {
    /// `stationary/compare-runs/1`.
    pub schema: String,
    /// Which version wrote it.
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
    /// Its seed.
    pub seed: u64,
    /// How many evaluations it had.
    pub evaluations: u64,
    /// Epochs and preset, of one that has them.
    #[serde(deserialize_with = "Option::deserialize")]
    pub effort: Option<(u64, String)>,
    /// How many evaluations it was charged.
    pub spent: u64,
    /// After how many evaluations which objective was the best.
    pub curve: Vec<(u64, f64)>,
}

/// The first line of the points of `sweep`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SweepPointsHead {
    /// `stationary/sweep-points/1`.
    pub schema: String,
    /// Which version wrote it.
    pub version: String,
    /// The digest of the plan and of the files that it names.
    pub plan: String,
    /// Which part of the points; null if all.
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
    /// Its number in the plan, from 0.
    pub point: u64,
    /// What it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<SweepFigures>,
    /// Why it cannot run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Reads a line; `at` is its place behind the head.
///
/// # Errors
/// A line of another kind, with what is wrong in it.
pub fn line<L: DeserializeOwned>(at: usize, what: &str, value: &Value) -> Result<L, Error> {
    serde_json::from_value(value.clone()).map_err(|why| wrong(at, what, value, &why.to_string()))
}

/// That a line of a journal is not what it should be.
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
