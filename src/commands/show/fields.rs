//! `show fields`.

use anyhow::{Result, bail};
use serde_json::{Value, json};
use stationary::arch::{Field, Takes, fields};

use crate::cli::Format;
use crate::report::listing::{Listing, ListingColumn};

const COLUMNS: &[ListingColumn] = &[
    ListingColumn {
        key: "path",
        heading: "field",
    },
    ListingColumn {
        key: "takes",
        heading: "takes",
    },
    ListingColumn {
        key: "required",
        heading: "required",
    },
    ListingColumn {
        key: "default",
        heading: "default",
    },
    ListingColumn {
        key: "least",
        heading: "least",
    },
    ListingColumn {
        key: "greatest",
        heading: "greatest",
    },
    ListingColumn {
        key: "unit",
        heading: "unit",
    },
    ListingColumn {
        key: "about",
        heading: "what it is",
    },
];

/// All fields of an accelerator, or those of a section.
pub fn reference(section: Option<&str>, format: Format) -> Result<String> {
    let all = fields();
    let is_shown = |field: &&Field| match section {
        Some(section) => {
            let below = field.path.strip_prefix(section);
            below.is_some_and(|below| below.is_empty() || below.starts_with('.'))
        }
        None => true,
    };
    let rows: Vec<_> = all.iter().filter(is_shown).map(row).collect();
    if rows.is_empty() {
        let sections = all.iter().filter(|field| field.takes == Takes::Section);
        let sections: Vec<&str> = sections.map(|field| field.path.as_str()).collect();
        bail!(
            "show fields {}: needed the path of a field, or of a section: {}",
            section.unwrap_or_default(),
            sections.join(", ")
        );
    }
    let columns = COLUMNS;
    Ok(Listing { columns, rows }
        .write(format)?
        .trim_end()
        .to_owned())
}

fn row(field: &Field) -> Vec<Value> {
    let limit = |end: usize| field.range.map_or(Value::Null, |range| number(range[end]));
    // A number where it is one; a flag stays the word that files have.
    let default = field.default.as_ref().map_or(Value::Null, |default| {
        let number = serde_json::from_str(default).ok().filter(Value::is_number);
        number.unwrap_or_else(|| json!(default))
    });
    vec![
        json!(field.path),
        json!(field.takes.to_string()),
        json!(field.is_required),
        default,
        limit(0),
        limit(1),
        json!(field.unit),
        json!(field.about),
    ]
}

fn number(value: f64) -> Value {
    if value.fract() == 0.0 {
        json!(value as u64)
    } else {
        json!(value)
    }
}
