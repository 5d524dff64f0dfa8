//! One declaration a field, and what follows from it.
//!
//! ```text
//! section! {
//!     /// The PE array.
//!     #[derive(Copy, Eq, Hash)]
//!     pub struct Array, file ArrayConfig {
//!         /// MACs that a PE does in a cycle, over input channels.
//!         lanes: u32 = 1, in limits::SIDE, unit "MACs a cycle";
//!     }
//! }
//! ```
//!
//! | from it follow | by |
//! |---|---|
//! | the checked struct with its field, the file's with its schema | `section!` |
//! | default, conversion of units, limits, what is written | [`Node`] of the field's type |
//! | the reference of all fields | [`Node::fields`], shown by [`crate::fields()`] |
//! | what differs from the defaults | [`Node::differing`], for [`crate::Accelerator::identity`] |
//!
//! A field is `name "name in the file": Type as HowItIsWritten = default "in words", in LIMITS, unit
//! "cycles"`; the parts in quotes, `as`, `in` and `unit` may be left out. The default is `required` if
//! there is none, `default` for the type's own; one in words stands in the place of a value that other
//! fields decide ([`crate::config`] says how). A struct's field that several fields of the file make
//! together stands in `made { .. } of`, its parts as [`Parts`].

mod group;
mod leaf;
mod section;

use std::fmt;

use serde_json::Value;

use crate::collector::Collector;
use crate::field::{Field, Takes, paragraph};
use crate::limits::Limits;
use crate::operand::Operand;
pub(crate) use leaf::{Kibibytes, Share, Words, plain};
pub(crate) use section::{part, section};

/// What a declaration says of a field.
pub(crate) struct Spec {
    /// In the file.
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) is_required: bool,
    pub(crate) is_read: bool,
    /// The default where other fields decide it.
    pub(crate) in_words: Option<&'static str>,
    pub(crate) limits: Option<Limits>,
    pub(crate) unit: Option<&'static str>,
}

/// A field in the tree of all; its path is written out only where something is wrong with it.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    above: Option<&'a At<'a>>,
    name: Name,
    pub(crate) spec: &'static Spec,
}

#[derive(Clone, Copy)]
enum Name {
    Field,
    Element(usize),
    AnyElement,
    Operand(Operand),
}

impl At<'static> {
    /// Above all fields.
    pub(crate) const ROOT: Self = Self {
        above: None,
        name: Name::Field,
        spec: &Spec {
            name: "",
            about: "",
            is_required: true,
            is_read: true,
            in_words: None,
            limits: None,
            unit: None,
        },
    };
}

impl<'a> At<'a> {
    pub(crate) fn field(&'a self, spec: &'static Spec) -> At<'a> {
        At {
            above: Some(self),
            name: Name::Field,
            spec,
        }
    }

    /// What there is to say of it.
    pub(crate) fn about(&self) -> &'static str {
        match self.name {
            Name::Operand(Operand::Input) => "Of inputs.",
            Name::Operand(Operand::Weight) => "Of weights.",
            Name::Operand(Operand::Output) => "Of outputs and partial sums.",
            _ => self.spec.about,
        }
    }

    /// Of one operand.
    fn of(&'a self, operand: Operand) -> At<'a> {
        At {
            above: Some(self),
            name: Name::Operand(operand),
            spec: self.spec,
        }
    }

    /// Of one element of a list, or of any.
    fn element(&'a self, place: Option<usize>) -> At<'a> {
        At {
            above: Some(self),
            name: place.map_or(Name::AnyElement, Name::Element),
            spec: self.spec,
        }
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(above) = self.above else {
            return Ok(());
        };
        if above.above.is_some() {
            write!(f, "{above}.")?;
        }
        match self.name {
            Name::Field => f.write_str(self.spec.name),
            Name::Element(place) => place.fmt(f),
            Name::AnyElement => f.write_str("N"),
            Name::Operand(operand) => operand.fmt(f),
        }
    }
}

/// A field as the reference has it.
pub(crate) fn field(at: &At<'_>, takes: Takes, default: String, range: Option<[f64; 2]>) -> Field {
    let spec = at.spec;
    let default = spec.in_words.map_or(default, str::to_owned);
    Field {
        path: at.to_string(),
        takes,
        is_required: spec.is_required,
        default: (!spec.is_required).then_some(default),
        unit: spec.unit,
        range,
        about: paragraph(at.about()),
        is_read: spec.is_read,
    }
}

/// A section as the reference has it.
pub(crate) fn section_field(at: &At<'_>) -> Field {
    Field {
        default: None,
        ..field(at, Takes::Section, String::new(), None)
    }
}

/// What a file is read with: the sides of the array, which networks may be as wide as, and what is
/// wrong so far.
pub(crate) struct ReadContext {
    pub(crate) rows: u64,
    pub(crate) cols: u64,
    pub(crate) problems: Collector,
}

/// How the values of a type stand in a file.
pub(crate) trait Node {
    type Value: Clone + PartialEq;
    type Written: serde::Serialize;

    /// What a field has that is not given, where nothing else says so.
    fn base() -> Self::Value;

    /// The value; `default` has the parts that are left out.
    fn read(
        written: Self::Written,
        at: &At<'_>,
        default: &Self::Value,
        reading: &mut ReadContext,
    ) -> Self::Value;

    /// As the file has it; none where it has nothing.
    fn write(value: &Self::Value) -> Option<Self::Written>;

    /// Notes a value beyond its limits.
    fn check(value: &Self::Value, at: &At<'_>, problems: &mut Collector);

    /// What the file takes.
    fn takes() -> Takes;

    /// Appends the field and those below it.
    fn fields(at: &At<'_>, default: &Self::Value, all: &mut Vec<Field>) {
        let default = Self::write(default).map_or_else(|| "none".to_owned(), |it| text(&it));
        let range = at.spec.limits.as_ref().and_then(|it| Self::range(it));
        all.push(field(at, Self::takes(), default, range));
    }

    /// Limits in the unit of the file.
    fn range(limits: &Limits) -> Option<[f64; 2]> {
        Some([*limits.start() as f64, *limits.end() as f64])
    }

    /// Appends `path=value` of what differs from the default.
    fn differing(value: &Self::Value, default: &Self::Value, at: &At<'_>, all: &mut Vec<String>) {
        if value != default {
            let written = Self::write(value).map_or_else(|| "none".to_owned(), |it| text(&it));
            all.push(format!("{at}={written}"));
        }
    }
}

/// A value in one line, as its file could have it.
pub(crate) fn text(written: &impl serde::Serialize) -> String {
    match serde_json::to_value(written).expect("numbers, flags, names and lists of them") {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The fields of a file that make one field together.
pub(crate) trait Parts: Sized {
    type Whole: Clone + PartialEq;

    fn base() -> Self::Whole;

    fn make(self, at: &At<'_>, reading: &mut ReadContext) -> Self::Whole;

    fn of(whole: &Self::Whole) -> Self;

    /// Notes what is wrong with the parts together.
    fn check(_whole: &Self::Whole, _at: &At<'_>, _problems: &mut Collector) {}
}

/// Whether a file leaves a field out.
pub(crate) trait Omit {
    fn is_left_out(&self) -> bool {
        false
    }
}

impl<T> Omit for Option<T> {
    fn is_left_out(&self) -> bool {
        self.is_none()
    }
}

/// Adds defaults and limits to the schema of a section.
pub(crate) fn annotate<S: Node>(schema: &mut schemars::Schema) {
    let mut fields = Vec::new();
    S::fields(&At::ROOT, &S::base(), &mut fields);
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for field in fields {
        if let Some(property) = properties
            .get_mut(&field.path)
            .and_then(Value::as_object_mut)
        {
            field.annotate(property);
        }
    }
}
