//! Errors as exceptions of the package's Python half.

use std::error::Error as _;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use stationary::{Details, Error};

/// The exception of an error of the library, with where it is.
pub fn raised(py: Python<'_>, error: &Error) -> PyErr {
    let name = match error {
        Error::NoMapping { .. } | Error::NoSchedule { .. } => "NoMappingError",
        Error::NoPage(_) | Error::Journal(_) | Error::OutOfReach(_) | Error::Caller(_) => {
            "StationaryError"
        }
        _ => "InputError",
    };
    exception(py, name, &text(error), &error.details())
}

/// The exception of something that is wrong with an argument.
pub fn refused(py: Python<'_>, text: &str) -> PyErr {
    exception(py, "InputError", text, &Details::default())
}

/// That a search ended early on a signal, with what it had found.
pub fn interrupted(py: Python<'_>, result: Option<Py<PyAny>>) -> PyErr {
    let made = class(py, "Interrupted").and_then(|class| class.call1((result,)));
    made.map_or_else(|error| error, PyErr::from_value)
}

fn exception(py: Python<'_>, name: &str, text: &str, details: &Details) -> PyErr {
    let made = || {
        let fields = PyDict::new(py);
        fields.set_item("file", &details.file)?;
        fields.set_item("line", details.line)?;
        fields.set_item("column", details.column)?;
        fields.set_item("path", &details.path)?;
        fields.set_item("suggestion", &details.suggestion)?;
        class(py, name)?.call((text,), Some(&fields))
    };
    made().map_or_else(|error| error, PyErr::from_value)
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyType>> {
    static ERRORS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();
    let errors =
        ERRORS.get_or_try_init(py, || py.import("stationary.errors").map(Bound::unbind))?;
    Ok(errors.bind(py).getattr(name)?.cast_into()?)
}

/// An error with its causes, each once.
fn text(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let more = next.to_string();
        if !text.contains(&more) {
            text.push_str(": ");
            text.push_str(&more);
        }
        cause = next.source();
    }
    text
}
