//! The JSON documents that commands write and that reports, comparisons and checks read back: one type each.
//!
//! ```text
//! answer -> document -> JSON        (written, in the order of the fields)
//! JSON -> document -> page          (read: a field that is missing or of another type is an error)
//! ```
//!
//! A document says first what it is: `stationary/run/1`. The number grows when a field changes its meaning or
//! goes; a new field does not change it.

mod codesign;
mod common;
mod compare;
mod diff;
mod error;
mod functional;
mod map;
mod network;
mod replay;
mod run;
mod search;
mod sweep;
mod timeloop;
mod validate;
mod verify;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use codesign::{
    BestCore, BestCoreFound, CheckedCore, Codesign, Core, CoreCertificate, CoreChoice,
    CoreEvaluations, CoreSeconds, CoreUsed, CoreVerdict, Cores, EachItsOwn, NoCore, OwnCore, Task,
};
pub use common::{
    Coverage, Dims, EnergyByComponent, EnergyParts, Goal, Headline, Interrupted, LeftOut, Mac,
    Moved, Operators, Parts, Peaks, Picked,
};
pub use compare::{
    Compare, CompareHeadline, CompareInstance, CompareInterrupted, ComparePair, CompareProfile,
    CompareRatio, CompareRun, CompareShares, CompareSpeedup, CompareTarget,
};
pub use diff::{Both, Diff, DiffLayer, DiffStall, DiffTotal, Difference};
pub(crate) use error::typed;
pub use error::{DocumentError, FieldError};
pub use functional::{Functional, FunctionalLayer};
pub use map::{Claim, Map, MapLayer, MapTotal, Recheck, Reduced};
pub use network::{Network, NetworkFigures, NetworkLayer};
pub use replay::Replay;
pub use run::{Advice, Advised, Dram, Run, RunLayer, Share, Total, Traffic, TrafficOfDram};
pub use search::{
    Best, BestFound, BestMissing, Binding, EnergyOrTotal, Explanation, Heavy, OptimumOf, Ranking,
    RecheckOfSearch, Rechecked, Redeployed, RelaxationOf, Relaxed, Search, SearchCertificate,
    SearchChoice, SearchEvaluations, Seconds, ShortfallOf, TotalEnergy, Used, Vertex,
};
pub use sweep::{
    NoShard, Sweep, SweepAxis, SweepFailure, SweepFigures, SweepNetwork, SweepPoint, SweepShard,
    SweepValue,
};
pub use timeloop::{Timeloop, TimeloopLayer};
pub use validate::{Regret, Unmapped, Validate, ValidateDataflow, ValidateLayer, ValidateMapping};
pub use verify::Verified;

/// A document: what it calls itself, and how it is written and read.
pub trait Document: Serialize + DeserializeOwned + JsonSchema {
    /// What stands in its field `schema`.
    const NAME: &'static str;
    /// What it is, in a few words.
    const TITLE: &'static str;

    /// As JSON.
    ///
    /// # Panics
    /// Never for the documents of this crate: their keys are text.
    fn json(&self) -> Value {
        serde_json::to_value(self).expect("keys of documents are text")
    }

    /// Reads one.
    ///
    /// # Errors
    /// Another document, or a field that is missing or of another type.
    fn read(value: &Value) -> Result<Self, DocumentError> {
        let found = value.get("schema").and_then(Value::as_str);
        if found != Some(Self::NAME) {
            return Err(DocumentError::Other {
                found: found.unwrap_or("no schema").to_owned(),
                needed: Self::NAME,
            });
        }
        typed(value).map_err(|field| DocumentError::Field {
            name: Self::NAME,
            field,
        })
    }
}

/// A value of which keys are text as JSON.
pub(crate) fn value(part: impl Serialize) -> Value {
    serde_json::to_value(part).expect("keys of documents are text")
}

/// The JSON Schema of a document, which calls itself by its name and no other.
#[must_use]
pub fn schema_of<D: Document>() -> Schema {
    let mut schema = schema_for!(D);
    schema.insert("title".to_owned(), D::TITLE.into());
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    let name = fields.and_then(|fields| fields.get_mut("schema")?.as_object_mut());
    let name = name.expect("a document says what it is");
    name.insert("const".to_owned(), D::NAME.into());
    schema
}
