//! JSON Schemas of the files, for editors that complete and check, and of the leaves that are read by
//! hand.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema, schema_for};

use crate::accelerator::Config;
use crate::constants::{self, CostConfig};
use crate::dram::StandardConfig;
use crate::dram_kind::DramKindConfig;
use crate::epilogue_step::{EpilogueStepConfig, STEP};
use crate::scalar::{Count, Number, Width};

/// The JSON Schema of an accelerator file.
///
/// ```
/// let schema = stationary_arch::schema::accelerator();
/// assert_eq!(schema.get("type").and_then(|t| t.as_str()), Some("object"));
/// ```
#[must_use]
pub fn accelerator() -> Schema {
    titled(schema_for!(Config), "Accelerator of stationary")
}

/// The JSON Schema of a DRAM file.
#[must_use]
pub fn dram() -> Schema {
    titled(crate::dram::schema(), "DRAM standard of stationary")
}

fn titled(mut schema: Schema, title: &str) -> Schema {
    schema.insert("title".to_owned(), title.into());
    schema
}

macro_rules! leaves {
    ($($kind:ty, $name:literal, $schema:expr;)*) => { $(
        impl JsonSchema for $kind {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )* };
}

impl JsonSchema for DramKindConfig {
    fn schema_name() -> Cow<'static, str> {
        "DramKind".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names: Vec<_> = Self::names().collect();
        let fields = generator.subschema_for::<StandardConfig>();
        json_schema!({"anyOf": [{"enum": names}, fields]})
    }
}

leaves! {
    CostConfig, "Cost", constants::schema();
    Count, "Count", json_schema!({"type": "integer", "minimum": 0});
    Number, "Number", json_schema!({"type": "number"});
    Width, "Width", json_schema!({
        "description": "words, or as many as the array has rows, columns or PEs",
        "anyOf": [{"type": "integer", "minimum": 0}, {"enum": ["rows", "cols", "all"]}]
    });
    EpilogueStepConfig, "Step", json_schema!({"type": "string", "pattern": STEP});
}
