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
mod checks;
mod codesign;
mod compare;
mod coverage;
mod diff;
mod layers;
mod mappings;
mod memory;
mod page;
mod parity;
mod parts;
mod read;
mod remarks;
mod roofline;
mod search;
mod svg;
mod timeloop;
mod validate;

use serde_json::Value;

use crate::documents::{Document, Functional, Map, Run, Validate};
use crate::error::Error;

use page::Page;

/// What becomes of a document.
enum Outcome {
    Page(fn(&Value) -> Page),
    /// Why there is none, and what there is a page of.
    Refused(&'static str),
}

/// Every document that a verb writes: its schema, a field that tells it from others of the schema,
/// and what becomes of it.
const DOCUMENTS: [(&str, &str, Outcome); 19] = [
    ("stationary/run/1", "", Outcome::Page(layers::page)),
    ("stationary/validate/1", "", Outcome::Page(validate::page)),
    // Both searches for hardware write this schema.
    (
        "stationary/search/1",
        "hardware",
        Outcome::Page(codesign::page),
    ),
    (
        "stationary/search/1",
        "deployment",
        Outcome::Page(search::page),
    ),
    ("stationary/search-map/1", "", Outcome::Page(mappings::page)),
    ("stationary/compare/1", "", Outcome::Page(compare::page)),
    ("stationary/timeloop/1", "", Outcome::Page(timeloop::page)),
    (
        "stationary/functional/1",
        "",
        Outcome::Page(checks::functional),
    ),
    ("stationary/verify/1", "", Outcome::Page(checks::verify)),
    ("stationary/diff/1", "", Outcome::Page(diff::page)),
    ("stationary/dram/1", "", Outcome::Page(memory::page)),
    (
        "stationary/certificate/1",
        "",
        Outcome::Refused("verify FILE --format json checks it, and of that there is a page"),
    ),
    (
        "stationary/record/1",
        "",
        Outcome::Refused("it tells of a run: report takes the folder that it lies in"),
    ),
    (
        "stationary/network/1",
        "",
        Outcome::Refused(
            "it tells what a network is: what a machine makes of it, estimate and simulate say",
        ),
    ),
    ("stationary/evaluations/1", "", Outcome::Refused(JOURNAL)),
    ("stationary/measurements/1", "", Outcome::Refused(JOURNAL)),
    ("stationary/machine-runs/1", "", Outcome::Refused(JOURNAL)),
    ("stationary/compare-runs/1", "", Outcome::Refused(JOURNAL)),
    ("stationary/search/1", "", Outcome::Refused(SEARCH)),
];

const JOURNAL: &str = "it keeps the evaluations of a search: the search's own --format json, or the folder of its \
                       --run, has a page";
const SEARCH: &str = "it has neither `deployment`, as search assign writes it, nor `hardware`, as search codesign \
                      does";

/// The page of a document that a command wrote as JSON.
///
/// # Errors
/// Documents of which there is no page, with why; a field that is missing or of another type.
pub fn render(document: &Value) -> Result<String, Error> {
    let schema = read::text(document, "schema");
    let fits = |(name, field, _): &&(&str, &str, Outcome)| {
        *name == schema && (field.is_empty() || document.get(field).is_some())
    };
    let refused = |why: String| Err(Error::NoPage(why));
    match DOCUMENTS.iter().find(fits) {
        Some((.., Outcome::Page(page))) => {
            whole(schema, document).map_err(Error::NoPage)?;
            let mut page = page(document);
            coverage::add(&mut page, document);
            remarks::add(&mut page, document);
            page::render(page).map_err(|error| Error::NoPage(format!("the template of pages: {error}")))
        }
        Some((.., Outcome::Refused(why))) => refused(format!(
            "the document is `{schema}`, of which no report is made: {why}"
        )),
        None if schema.is_empty() => refused(
            "the document has no `schema`; needed the JSON of estimate, simulate, validate, search, \
             compare, dram, diff or verify (--format json)"
                .to_owned(),
        ),
        None => {
            let shown = DOCUMENTS.iter();
            let shown = shown.filter(|(.., outcome)| matches!(outcome, Outcome::Page(_)));
            let mut names: Vec<&str> = shown.map(|(name, ..)| *name).collect();
            names.dedup();
            refused(format!(
                "the document is `{schema}`, of which no report is made; reports are made of {}",
                names.join(", ")
            ))
        }
    }
}

/// Whether a document is as this version writes it, so that nothing that a page shows is missing.
fn whole(schema: &str, document: &Value) -> Result<(), String> {
    match schema {
        Run::NAME => Run::read(document).map(drop),
        Validate::NAME => Validate::read(document).map(drop),
        Map::NAME => Map::read(document).map(drop),
        Functional::NAME => Functional::read(document).map(drop),
        _ => Ok(()),
    }
}
