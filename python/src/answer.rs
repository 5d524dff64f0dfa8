//! What was found.

use std::sync::OnceLock;

use indexmap::IndexMap;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use serde_json::Value;
use stationary::documents::Document as _;
use stationary::{Run, html};

use crate::error::raised;
use crate::table;

/// A document, and the files that came with it.
#[pyclass(frozen, module = "stationary")]
pub struct Answer {
    found: Found,
    files: IndexMap<&'static str, String>,
}

/// What was found.
enum Found {
    /// Of which the document is made when it is asked for: its notes ask the mapper for more.
    Run(Box<Run>, OnceLock<Value>),
    Written {
        document: Value,
        csv: String,
    },
}

impl Answer {
    pub fn of_run(run: Run) -> Self {
        Self {
            found: Found::Run(Box::new(run), OnceLock::new()),
            files: IndexMap::new(),
        }
    }

    pub fn new(document: Value, csv: String) -> Self {
        Self {
            found: Found::Written { document, csv },
            files: IndexMap::new(),
        }
    }

    /// With the text of a file, if there is one.
    pub fn with(mut self, name: &'static str, text: Option<String>) -> Self {
        self.files.extend(text.map(|text| (name, text)));
        self
    }

    fn document(&self) -> &Value {
        match &self.found {
            Found::Run(run, document) => document.get_or_init(|| run.document().json()),
            Found::Written { document, .. } => document,
        }
    }

    /// A field of the document, which takes less than all of it.
    fn part(&self, name: &str) -> Option<Value> {
        match (&self.found, name) {
            (Found::Run(run, _), "total") => Some(table::value(&run.total())),
            (Found::Run(run, _), "layers") => {
                let layers = run.layers.iter();
                let layers =
                    layers.map(|layer| table::value(&stationary::documents::RunLayer::from(layer)));
                Some(Value::Array(layers.collect()))
            }
            _ => self.document().get(name).cloned(),
        }
    }
}

#[pymethods]
impl Answer {
    /// The document as JSON, or a field of it.
    #[pyo3(signature = (part = None))]
    fn json(&self, py: Python<'_>, part: Option<&str>) -> Option<String> {
        py.detach(|| match part {
            Some(part) => self.part(part).map(|value| value.to_string()),
            None => Some(self.document().to_string()),
        })
    }

    /// The document as the command line prints it.
    fn pretty(&self, py: Python<'_>) -> String {
        py.detach(|| format!("{:#}", self.document()))
    }

    fn csv(&self, py: Python<'_>) -> String {
        py.detach(|| match &self.found {
            Found::Run(run, _) => run.csv(),
            Found::Written { csv, .. } => csv.clone(),
        })
    }

    /// The page that `report` makes.
    fn html(&self, py: Python<'_>) -> PyResult<String> {
        let page = py.detach(|| html::render(self.document()));
        page.map_err(|error| raised(py, &error))
    }

    /// The drawings of the page: section, name and SVG.
    fn drawings(&self, py: Python<'_>) -> PyResult<Vec<(String, String, String)>> {
        let drawings = py.detach(|| html::drawings(self.document()));
        let drawings = drawings.map_err(|error| raised(py, &error))?.into_iter();
        Ok(drawings
            .map(|drawing| (drawing.section, drawing.name, drawing.svg))
            .collect())
    }

    /// A file that came with it, such as a certificate.
    fn file(&self, name: &str) -> Option<&str> {
        self.files.get(name).map(String::as_str)
    }

    /// The rows as a stream of Arrow.
    fn arrow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let rows = py.detach(|| match &self.found {
            Found::Run(..) => table::rows(self.part("layers")),
            Found::Written { document, .. } => table::rows_of(document),
        });
        table::stream(py, &rows)
    }
}
