//! The timing parameters that a file gives, and those that follow from them.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::{count, limits};
use crate::collector::Collector;
use crate::dram::parameter::Parameter;
use crate::scalar::Count;

/// The parameters of a file, each at most once.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(super) struct Parameters(BTreeMap<Parameter, Count>);

impl schemars::JsonSchema for Parameters {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timing".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let count = generator.subschema_for::<Count>();
        let each = |parameter: &Parameter| {
            let mut field = count.clone();
            field.insert(
                "description".to_owned(),
                parameter.description().trim().into(),
            );
            (parameter.name().to_owned(), field.into())
        };
        let properties: serde_json::Map<_, _> = Parameter::ALL.iter().map(each).collect();
        schemars::json_schema!({
            "type": "object", "properties": properties, "additionalProperties": false
        })
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Parameters;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("timing parameters in memory clocks")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
                let mut given = BTreeMap::new();
                while let Some((parameter, cycles)) = map.next_entry::<Parameter, Count>()? {
                    if given.insert(parameter, cycles).is_some() {
                        let name = parameter.name();
                        return Err(A::Error::custom(format!("duplicate parameter `{name}`")));
                    }
                }
                Ok(Parameters(given))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// The parameters, with those that follow from others.
pub(super) struct Timing(BTreeMap<Parameter, u32>);

impl Timing {
    pub(super) fn new(Parameters(given): &Parameters, problems: &mut Collector) -> Self {
        use Parameter as P;
        let mut values = BTreeMap::new();
        for (parameter, value) in given {
            let path = format!("timing.{}", parameter.name());
            let cycles = count(&path, Some(*value), 0, limits::CYCLES, problems);
            values.insert(*parameter, cycles);
        }
        for (parameter, from) in [
            (P::Trcdrd, P::Trcd),
            (P::Trcdwr, P::Trcd),
            (P::TccdL, P::TccdS),
            (P::TrrdL, P::TrrdS),
            (P::TwtrL, P::TwtrS),
        ] {
            if let Some(&cycles) = values.get(&from) {
                values.entry(parameter).or_insert(cycles);
            }
        }
        if let (Some(&tras), Some(&trp)) = (values.get(&P::Tras), values.get(&P::Trp)) {
            values.entry(P::Trc).or_insert(tras + trp);
        }
        values.entry(P::Al).or_insert(0);
        for parameter in [
            P::Cl,
            P::Cwl,
            P::Trcdrd,
            P::Trcdwr,
            P::Trp,
            P::Tras,
            P::TccdS,
            P::TccdL,
            P::TrrdS,
            P::TrrdL,
            P::TwtrS,
            P::TwtrL,
            P::Twr,
            P::Trtp,
            P::Trtrs,
            P::Tfaw,
        ] {
            if !values.contains_key(&parameter) {
                let allowed = "a number of memory clocks";
                problems.add(format!("timing.{}", parameter.name()), "nothing", allowed);
            }
        }
        Self(values)
    }

    pub(super) fn get(&self, parameter: Parameter) -> Option<i64> {
        self.0.get(&parameter).copied().map(i64::from)
    }

    pub(super) fn of(&self, parameter: Parameter) -> u32 {
        self.0.get(&parameter).copied().unwrap_or(0)
    }
}
