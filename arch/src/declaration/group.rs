//! Fields that may be absent, lists, and what each operand has.

use serde::{Deserialize, Serialize};

use super::{At, Node, Omit, ReadContext};
use crate::collector::Collector;
use crate::field::{Field, Takes};
use crate::limits::Limits;
use crate::operand::PerOperand;

impl<N: Node> Node for Option<N> {
    type Value = Option<N::Value>;
    type Written = N::Written;

    fn base() -> Self::Value {
        None
    }

    fn read(
        written: N::Written,
        at: &At<'_>,
        default: &Self::Value,
        reading: &mut ReadContext,
    ) -> Self::Value {
        let parts = default.clone().unwrap_or_else(N::base);
        Some(N::read(written, at, &parts, reading))
    }

    fn write(value: &Self::Value) -> Option<N::Written> {
        value.as_ref().and_then(N::write)
    }

    fn check(value: &Self::Value, at: &At<'_>, problems: &mut Collector) {
        if let Some(value) = value {
            N::check(value, at, problems);
        }
    }

    fn takes() -> Takes {
        N::takes()
    }

    fn fields(at: &At<'_>, default: &Self::Value, all: &mut Vec<Field>) {
        let first = all.len();
        N::fields(at, &default.clone().unwrap_or_else(N::base), all);
        if default.is_none() && at.spec.in_words.is_none() {
            all[first].default = Some("none".to_owned());
        }
    }

    fn range(limits: &Limits) -> Option<[f64; 2]> {
        N::range(limits)
    }

    fn differing(value: &Self::Value, default: &Self::Value, at: &At<'_>, all: &mut Vec<String>) {
        match (value, default) {
            (Some(value), Some(default)) => N::differing(value, default, at, all),
            (Some(value), None) => {
                all.push(format!("{at}=given"));
                N::differing(value, &N::base(), at, all);
            }
            (None, Some(_)) => all.push(format!("{at}=none")),
            (None, None) => {}
        }
    }
}

impl<N> Node for Vec<N>
where
    N: Node<Value = N> + Clone + PartialEq,
{
    type Value = Self;
    type Written = Vec<N::Written>;

    fn base() -> Self {
        Vec::new()
    }

    fn read(written: Self::Written, at: &At<'_>, _: &Self, reading: &mut ReadContext) -> Self {
        let elements = written.into_iter().enumerate();
        let read = |(place, it)| N::read(it, &at.element(Some(place)), &N::base(), reading);
        elements.map(read).collect()
    }

    fn write(value: &Self) -> Option<Self::Written> {
        Some(value.iter().filter_map(N::write).collect())
    }

    fn check(value: &Self, at: &At<'_>, problems: &mut Collector) {
        for (place, element) in value.iter().enumerate() {
            N::check(element, &at.element(Some(place)), problems);
        }
    }

    fn takes() -> Takes {
        Takes::List(Box::new(N::takes()))
    }

    fn fields(at: &At<'_>, default: &Self, all: &mut Vec<Field>) {
        let default = Self::write(default).map_or_else(String::new, |it| super::text(&it));
        all.push(super::field(at, Self::takes(), default, None));
        if N::takes() == Takes::Section {
            let first = all.len();
            N::fields(&at.element(None), &N::base(), all);
            // The list says what its elements are.
            all.remove(first);
        }
    }

    fn differing(value: &Self, default: &Self, at: &At<'_>, all: &mut Vec<String>) {
        if value == default {
            return;
        }
        if N::takes() != Takes::Section {
            let written = Self::write(value).expect("a list is always written");
            all.push(format!("{at}={}", super::text(&written)));
            return;
        }
        all.push(format!("{at}={} elements", value.len()));
        for (place, element) in value.iter().enumerate() {
            N::differing(element, &N::base(), &at.element(Some(place)), all);
        }
    }
}

impl<T> Omit for Vec<T> {}

/// What a file says of each operand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Operands_of_{T}")]
pub(crate) struct Operands<T> {
    /// Of inputs.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<T>,
    /// Of weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<T>,
    /// Of outputs and partial sums.
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<T>,
}

impl<T> Omit for Operands<T> {}

/// The places of the three operands.
fn operands<'a>(at: &'a At<'a>) -> PerOperand<At<'a>> {
    PerOperand::from_fn(|operand| at.of(operand))
}

impl<N: Node> Node for PerOperand<N> {
    type Value = PerOperand<N::Value>;
    type Written = Operands<N::Written>;

    fn base() -> Self::Value {
        PerOperand::from_fn(|_| N::base())
    }

    fn read(
        written: Self::Written,
        at: &At<'_>,
        default: &Self::Value,
        reading: &mut ReadContext,
    ) -> Self::Value {
        let places = operands(at);
        let mut read = |written, at: &At<'_>, default: &N::Value| match written {
            Some(written) => N::read(written, at, default, reading),
            None => default.clone(),
        };
        PerOperand {
            input: read(written.input, &places.input, &default.input),
            weight: read(written.weight, &places.weight, &default.weight),
            output: read(written.output, &places.output, &default.output),
        }
    }

    fn write(value: &Self::Value) -> Option<Self::Written> {
        Some(Operands {
            input: N::write(&value.input),
            weight: N::write(&value.weight),
            output: N::write(&value.output),
        })
    }

    fn check(value: &Self::Value, at: &At<'_>, problems: &mut Collector) {
        let places = operands(at);
        N::check(&value.input, &places.input, problems);
        N::check(&value.weight, &places.weight, problems);
        N::check(&value.output, &places.output, problems);
    }

    fn takes() -> Takes {
        Takes::Section
    }

    fn fields(at: &At<'_>, default: &Self::Value, all: &mut Vec<Field>) {
        all.push(super::section_field(at));
        let places = operands(at);
        N::fields(&places.input, &default.input, all);
        N::fields(&places.weight, &default.weight, all);
        N::fields(&places.output, &default.output, all);
    }

    fn differing(value: &Self::Value, default: &Self::Value, at: &At<'_>, all: &mut Vec<String>) {
        let places = operands(at);
        N::differing(&value.input, &default.input, &places.input, all);
        N::differing(&value.weight, &default.weight, &places.weight, all);
        N::differing(&value.output, &default.output, &places.output, all);
    }
}
