//! A step of the epilogue, as text.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::collector::Collector;
use crate::declaration::{At, Node, ReadContext};
use crate::decoupled::EpilogueStep;
use crate::field::Takes;

/// As written in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct EpilogueStepConfig(EpilogueStep);

/// What a step may look like, as a regular expression.
pub(crate) const STEP: &str = "^(bias|residual|(add|max|min) -?[0-9]+|shift [0-9]+)$";

impl<'de> Deserialize<'de> for EpilogueStepConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        EpilogueStep::parse(&text).map(Self).ok_or_else(|| {
            D::Error::custom(format_args!(
                "found `{text}`; allowed: `bias`, `residual`, `add N`, `shift N`, `max N`, `min N`"
            ))
        })
    }
}

impl Serialize for EpilogueStepConfig {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Node for EpilogueStep {
    type Value = Self;
    type Written = EpilogueStepConfig;

    fn base() -> Self {
        Self::Bias
    }

    fn read(
        EpilogueStepConfig(step): EpilogueStepConfig,
        _: &At<'_>,
        _: &Self,
        _: &mut ReadContext,
    ) -> Self {
        step
    }

    fn write(value: &Self) -> Option<EpilogueStepConfig> {
        Some(EpilogueStepConfig(*value))
    }

    fn check(_: &Self, _: &At<'_>, _: &mut Collector) {}

    fn takes() -> Takes {
        Takes::Form("bias, residual, add N, shift N, max N, min N")
    }
}
