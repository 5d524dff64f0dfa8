//! What there is to say of a field.

use std::fmt;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// A field of the accelerator file or a section, with what a reference says of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Field {
    /// The path, as `--set` takes it; `N` stands for an index in a list.
    pub path: String,
    /// The kind of value that it takes.
    pub takes: Takes,
    /// Whether every file must have it.
    pub is_required: bool,
    /// The default, in words where other fields decide it; None for sections, whose fields have their own.
    pub default: Option<String>,
    /// The unit of a number; None if it has none.
    pub unit: Option<&'static str>,
    /// The least and the greatest number allowed; None if it is no number.
    pub range: Option<[f64; 2]>,
    /// A sentence on what it is.
    pub about: String,
    /// Whether a result depends on it; a field that is for people alone cannot be overridden.
    pub is_read: bool,
}

/// The kind of value that a field takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Takes {
    /// A whole number.
    Whole,
    /// A number with or without a fraction.
    Number,
    /// A whole number, or `rows`, `cols` or `all`.
    Width,
    /// `true` or `false`.
    Flag,
    /// Any text.
    Text,
    /// Text of a form, which the words describe.
    Form(&'static str),
    /// One of these words, each with its meaning, which may be empty.
    Words(Vec<(String, String)>),
    /// A list of such values.
    List(Box<Takes>),
    /// A section with fields of its own.
    Section,
}

impl Field {
    /// Adds to the schema of the field what its type does not say.
    pub(crate) fn annotate(&self, schema: &mut Map<String, Value>) {
        let limit = |value: f64| match value.fract() == 0.0 {
            true => json!(value as u64),
            false => json!(value),
        };
        if let (Some([least, most]), Takes::Whole | Takes::Number) = (self.range, &self.takes) {
            schema.insert("minimum".to_owned(), limit(least));
            schema.insert("maximum".to_owned(), limit(most));
        }
        let mut about = self.about.clone();
        if let Some(unit) = self.unit {
            about.push_str(&format!(" In {unit}."));
        }
        if let Some(default) = &self.default {
            about.push_str(&format!(" By default {default}."));
        }
        schema.insert("description".to_owned(), json!(about));
    }
}

impl fmt::Display for Takes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole number"),
            Self::Number => f.write_str("number"),
            Self::Width => f.write_str("whole number, rows, cols or all"),
            Self::Flag => f.write_str("true or false"),
            Self::Text => f.write_str("text"),
            Self::Form(form) => f.write_str(form),
            Self::Words(words) => {
                let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
                f.write_str(&words.join(", "))
            }
            Self::List(of) => write!(f, "list of {of}"),
            Self::Section => f.write_str("fields"),
        }
    }
}

impl Takes {
    /// The words of an enum.
    pub(crate) fn words<T: JsonSchema>() -> Self {
        let schema = schemars::schema_for!(T).to_value();
        let mut words = Vec::new();
        let list = |name: &str| schema[name].as_array().cloned().unwrap_or_default();
        for one in list("oneOf") {
            let about = one["description"].as_str().unwrap_or_default();
            let about = paragraph(about);
            words.extend(
                one["const"]
                    .as_str()
                    .map(|it| (it.to_owned(), about.clone())),
            );
            // Those that say nothing of themselves stand together.
            let names = one["enum"].as_array().into_iter().flatten();
            words.extend(names.filter_map(|it| Some((it.as_str()?.to_owned(), about.clone()))));
        }
        // What takes fields instead too has its names apart from these.
        let apart = list("anyOf")
            .into_iter()
            .filter_map(|one| one["enum"].as_array().cloned());
        let names = list("enum").into_iter().chain(apart.flatten());
        words.extend(names.filter_map(|it| Some((it.as_str()?.to_owned(), String::new()))));
        Self::Words(words)
    }
}

/// Lines of a comment as one.
pub(crate) fn paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
