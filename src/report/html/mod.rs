//! The report as one page that works offline: style and drawings are part of it, and there is no
//! script.
//!
//! ```text
//! document -> page (figures of merit, findings, sections with plots and tables) -> template
//! ```

mod axis;
mod bars;
mod breakdown;
mod chart;
mod compare;
mod coverage;
mod layers;
mod mappings;
mod page;
mod parity;
mod parts;
mod read;
mod roofline;
mod search;
mod svg;
mod validate;

use anyhow::{Result, bail};
use serde_json::Value;

/// The page of a document that a verb wrote as JSON.
pub fn render(document: &Value) -> Result<String> {
    let mut page = match read::text(document, "schema") {
        "stationary/run/1" => layers::page(document),
        "stationary/validate/1" => validate::page(document),
        "stationary/search/1" => search::page(document),
        "stationary/search-map/1" => mappings::page(document),
        "stationary/compare/1" => compare::page(document),
        "" => bail!(
            "the document has no `schema`; needed the JSON of estimate, simulate, validate, search or \
             compare (--format json)"
        ),
        other => bail!("the document is `{other}`, of which no report is made"),
    };
    coverage::add(&mut page, document);
    page::render(page)
}
