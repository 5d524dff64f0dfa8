//! Accelerators, layers and networks as values, and what is asked about them.

mod arch;
mod layer;
mod network;
mod target;

pub use arch::Arch;
pub use layer::Layer;
pub use network::{Network, presets};
pub use target::Target;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyMapping, PyTuple};

/// Where an input is read from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A preset or a file, as the command line's flags name one.
    Named(String),
    /// A text, which messages call by a name.
    Text { name: String, text: String },
}

impl Source {
    /// What messages call it.
    fn name(&self) -> &str {
        match self {
            Self::Named(name) | Self::Text { name, .. } => name,
        }
    }

    /// Its name, and its text where it has one.
    fn parts(&self) -> (String, Option<String>) {
        match self {
            Self::Named(name) => (name.clone(), None),
            Self::Text { name, text } => (name.clone(), Some(text.clone())),
        }
    }

    fn of((name, text): (String, Option<String>)) -> Self {
        match text {
            Some(text) => Self::Text { name, text },
            None => Self::Named(name),
        }
    }
}

/// How an input is read again from a pickle: the function, with name, text, and what was given beside them.
type Pickled = (Py<PyAny>, ((String, Option<String>), Vec<String>));

/// A name and a value as the command line's flags have them.
fn setting(name: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<String> {
    let value = match value.cast::<PyBool>() {
        Ok(is) => is.is_true().to_string(),
        Err(_) => value.str()?.to_string(),
    };
    Ok(format!("{}={value}", name.extract::<String>()?))
}

fn settings(fields: &Bound<'_, PyMapping>) -> PyResult<Vec<String>> {
    let items = fields.items()?;
    let items = items.iter().map(|item| {
        let item = item.cast_into::<PyTuple>()?;
        setting(&item.get_item(0)?, &item.get_item(1)?)
    });
    items.collect()
}
