//! The report as one page that works offline: style and drawings are part of it, and there is no
//! script.
//!
//! ```text
//! JSON -> document (its type) -> page (figures of merit, findings, sections with plots and tables) -> template
//! ```

mod axis;
mod bars;
mod breakdown;
mod chart;
mod checks;
mod codesign;
mod compare;
mod coverage;
mod curve;
mod diff;
mod drawing;
mod front;
mod layers;
mod mappings;
mod memory;
mod page;
mod parity;
mod parts;
mod roofline;
mod search;
mod svg;
mod sweep;
mod timeloop;
mod validate;

use serde_json::Value;

use crate::checkpoint::Simulation;
use crate::documents::{
    Codesign, Compare, Diff, Document, Functional, Map, Network, Replay, Run, Search, Sweep,
    Timeloop, Validate, Verified,
};
use crate::error::Error;
use crate::record::Manifest;

use page::Page;

pub use drawing::Drawing;

/// What becomes of a document.
enum Outcome {
    Page(fn(&Value) -> Result<Page, String>),
    /// Why there is none, and what there is a page of.
    Refused(&'static str),
}

/// Whether a document with such a schema exists.
pub(crate) fn is_known(schema: &str) -> bool {
    DOCUMENTS.iter().any(|(name, _)| *name == schema)
}

/// Every document that a verb writes: its schema, and what becomes of it.
const DOCUMENTS: [(&str, Outcome); 21] = [
    (Run::NAME, Outcome::Page(|run| read(run, layers::page))),
    (
        Validate::NAME,
        Outcome::Page(|run| read(run, validate::page)),
    ),
    (Search::NAME, Outcome::Page(|run| read(run, search::page))),
    (
        Codesign::NAME,
        Outcome::Page(|run| read(run, codesign::page)),
    ),
    (Map::NAME, Outcome::Page(|run| read(run, mappings::page))),
    (Compare::NAME, Outcome::Page(|run| read(run, compare::page))),
    (
        Timeloop::NAME,
        Outcome::Page(|run| read(run, timeloop::page)),
    ),
    (
        Functional::NAME,
        Outcome::Page(|run| read(run, checks::functional)),
    ),
    (
        Verified::NAME,
        Outcome::Page(|run| read(run, checks::verify)),
    ),
    (Sweep::NAME, Outcome::Page(|run| read(run, sweep::page))),
    (Diff::NAME, Outcome::Page(|run| read(run, diff::page))),
    (Replay::NAME, Outcome::Page(|run| read(run, memory::page))),
    (
        "stationary/certificate/1",
        Outcome::Refused("verify FILE --format json checks it, and of that there is a page"),
    ),
    (
        Manifest::NAME,
        Outcome::Refused("it tells of a run: report takes the folder that it lies in"),
    ),
    (
        Network::NAME,
        Outcome::Refused(
            "it tells what a network is: what a machine makes of it, estimate and simulate say",
        ),
    ),
    (
        Simulation::NAME,
        Outcome::Refused(
            "it holds a simulation that is not done: simulate --checkpoint goes on with it",
        ),
    ),
    ("stationary/evaluations/1", Outcome::Refused(JOURNAL)),
    ("stationary/measurements/1", Outcome::Refused(JOURNAL)),
    ("stationary/machine-runs/1", Outcome::Refused(JOURNAL)),
    ("stationary/compare-runs/1", Outcome::Refused(JOURNAL)),
    ("stationary/sweep-points/1", Outcome::Refused(JOURNAL)),
];

const JOURNAL: &str = "it keeps the evaluations of a search: the search's own --format json, or the folder of its \
                       --run, has a page";

/// The document, and its page.
fn read<D: Document>(document: &Value, page: fn(&D) -> Page) -> Result<Page, String> {
    let read = D::read(document).map_err(|error| error.to_string())?;
    Ok(page(&read))
}

/// The page of a document that a command wrote as JSON.
///
/// # Errors
/// Documents of which there is no page, with why; a field that is missing or of another type.
pub fn render(document: &Value) -> Result<String, Error> {
    page::render(page(document)?)
        .map_err(|error| Error::NoPage(format!("the template of pages: {error}")))
}

/// The drawings of that page, each as an SVG that stands by itself.
///
/// ```
/// use stationary::documents::Document;
/// use stationary::{Request, html};
///
/// let target = Request::new("shidiannao", "alexnet").target()?.pick(&["conv5"])?;
/// let run = target.estimate(&())?;
/// let drawings = html::drawings(&run.document().json())?;
/// assert_eq!(drawings[0].section, "Roofline");
/// assert!(drawings[0].svg.starts_with("<svg xmlns="));
/// # Ok::<(), stationary::Error>(())
/// ```
///
/// # Errors
/// As [`render`].
pub fn drawings(document: &Value) -> Result<Vec<Drawing>, Error> {
    page(document).map(page::alone)
}

/// What is on the page of a document.
fn page(document: &Value) -> Result<Page, Error> {
    let schema = document.get("schema").and_then(Value::as_str);
    let schema = schema.unwrap_or_default();
    let fits = |(name, _): &&(&str, Outcome)| *name == schema;
    let refused = |why: String| Err(Error::NoPage(why));
    match DOCUMENTS.iter().find(fits) {
        Some((_, Outcome::Page(page))) => page(document).map_err(Error::NoPage),
        Some((_, Outcome::Refused(why))) => refused(format!(
            "the document is `{schema}`, of which no report is made: {why}"
        )),
        None if schema.is_empty() => refused(
            "the document has no `schema`; needed the JSON of estimate, simulate, validate, search, \
             compare, sweep, dram, diff or verify (--format json)"
                .to_owned(),
        ),
        None => {
            let shown = DOCUMENTS.iter();
            let shown = shown.filter(|(_, outcome)| matches!(outcome, Outcome::Page(_)));
            let names: Vec<&str> = shown.map(|(name, _)| *name).collect();
            refused(format!(
                "the document is `{schema}`, of which no report is made; reports are made of {}",
                names.join(", ")
            ))
        }
    }
}
