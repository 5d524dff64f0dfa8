//! Networks.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyIterator, PyMapping};
use stationary::arch::{dram, presets as archs};
use stationary::load::{self, Noted};
use stationary::search::optimizers;
use stationary::sim::Dataflow;
use stationary::workloads::{self, zoo};
use stationary::{Error, Remark, mappings};

use super::{Layer, Pickled, Source, settings};
use crate::error::{raised, refused};

/// A list of layers with exact shapes.
#[pyclass(frozen, module = "stationary")]
#[derive(Clone)]
pub struct Network {
    /// None where it was put together.
    pub source: Option<Source>,
    pub dim: Vec<String>,
    pub network: Arc<workloads::Network>,
    pub remarks: Vec<Remark>,
}

impl Network {
    fn read(source: Source, dim: Vec<String>) -> Result<Self, Error> {
        let sizes = stationary::target::sizes(&dim)?;
        let Noted { value, notes } = match &source {
            Source::Text { name, text } => load::network_of_text(name, text)?,
            Source::Named(name) => load::network(name, &sizes)?,
        };
        Ok(Self {
            source: Some(source),
            dim,
            network: Arc::new(value),
            remarks: notes.iter().map(Remark::of).collect(),
        })
    }
}

#[pymethods]
impl Network {
    /// One that is bundled, by its name.
    #[staticmethod]
    fn preset(py: Python<'_>, name: &str) -> PyResult<Self> {
        zoo::find(name).map_err(|error| raised(py, &error.into()))?;
        Self::open(py, name.into(), None)
    }

    /// A preset or a file, as `--network` names one.
    #[staticmethod]
    #[pyo3(signature = (name, *, dims = None))]
    fn open(py: Python<'_>, name: PathBuf, dims: Option<&Bound<'_, PyMapping>>) -> PyResult<Self> {
        let name = name.to_string_lossy().into_owned();
        let dims = dims.map_or(Ok(Vec::new()), settings)?;
        let read = Self::read(Source::Named(name), dims);
        read.map_err(|error| raised(py, &error))
    }

    /// An ONNX model, with sizes that it leaves open.
    #[staticmethod]
    #[pyo3(signature = (path, *, dims = None))]
    fn onnx(py: Python<'_>, path: PathBuf, dims: Option<&Bound<'_, PyMapping>>) -> PyResult<Self> {
        match path.extension().is_some_and(|end| end == "onnx") {
            true => Self::open(py, path, dims),
            false => {
                let name = path.display();
                let text = format!("{name}: needed a file whose name ends with .onnx");
                Err(refused(py, &text))
            }
        }
    }

    /// The text of a file.
    #[staticmethod]
    #[pyo3(signature = (text, name = "network.yaml"))]
    fn from_yaml(py: Python<'_>, text: &str, name: &str) -> PyResult<Self> {
        let (name, text) = (name.to_owned(), text.to_owned());
        let read = Self::read(Source::Text { name, text }, Vec::new());
        read.map_err(|error| raised(py, &error))
    }

    /// Of layers.
    #[staticmethod]
    #[pyo3(signature = (layers, name = "network"))]
    fn from_layers(py: Python<'_>, layers: Vec<Layer>, name: &str) -> PyResult<Self> {
        let layers = layers.into_iter().map(|layer| layer.0).collect();
        let network = workloads::Network::new(name, layers);
        let network = network.map_err(|error| raised(py, &error.into()))?;
        Ok(Self {
            source: None,
            dim: Vec::new(),
            network: Arc::new(network),
            remarks: Vec::new(),
        })
    }

    /// What it calls itself.
    #[getter]
    fn name(&self) -> &str {
        self.network.name()
    }

    /// Its layers, in their order.
    #[getter]
    fn layers(&self) -> Vec<Layer> {
        self.network.layers().iter().cloned().map(Layer).collect()
    }

    /// Multiply-accumulates of all layers.
    #[getter]
    fn macs(&self) -> u64 {
        self.network.macs()
    }

    /// Words of weights of all layers.
    #[getter]
    fn weights(&self) -> u64 {
        self.network.weights()
    }

    fn __len__(&self) -> usize {
        self.network.layers().len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.layers().into_pyobject(py)?.try_iter()
    }

    fn __getitem__(&self, at: &Bound<'_, PyAny>) -> PyResult<Layer> {
        let layers = self.network.layers();
        let found = match at.extract::<isize>() {
            Ok(at) => {
                let from_end = at.checked_add_unsigned(layers.len());
                let at = if at < 0 { from_end } else { Some(at) };
                at.and_then(|at| usize::try_from(at).ok())
                    .and_then(|at| layers.get(at))
            }
            Err(_) => {
                let name: String = at.extract()?;
                layers.iter().find(|layer| layer.name() == name)
            }
        };
        let found = found.cloned().map(Layer);
        found.ok_or_else(|| {
            PyIndexError::new_err(format!("{} has no layer {at}", self.network.name()))
        })
    }

    fn __repr__(&self) -> String {
        let count = self.network.layers().len();
        let noun = if count == 1 { "layer" } else { "layers" };
        format!(
            "<Network {}: {count} {noun}, {} MACs>",
            self.network.name(),
            self.network.macs()
        )
    }

    /// The name by which it can be read again, and the sizes that were given.
    #[getter]
    fn _origin(&self, py: Python<'_>) -> PyResult<(String, Vec<String>)> {
        match &self.source {
            Some(Source::Named(name)) => Ok((name.clone(), self.dim.clone())),
            _ => Err(refused(py, "network: this search takes a preset or a file")),
        }
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<Pickled> {
        let Some(source) = &self.source else {
            let text =
                "a network of layers that were put together is not pickled: pickle their sizes";
            return Err(refused(py, text));
        };
        let restore = py.get_type::<Self>().getattr("_restore")?.unbind();
        Ok((restore, (source.parts(), self.dim.clone())))
    }

    #[staticmethod]
    fn _restore(
        py: Python<'_>,
        source: (String, Option<String>),
        dim: Vec<String>,
    ) -> PyResult<Self> {
        let read = Self::read(Source::of(source), dim);
        read.map_err(|error| raised(py, &error))
    }
}

/// The names of what is bundled.
#[pyfunction]
pub fn presets(py: Python<'_>, what: &str) -> PyResult<Vec<String>> {
    let owned = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
    Ok(match what {
        "archs" => owned(&mut archs::names()),
        "networks" => owned(&mut zoo::names()),
        "dataflows" => Dataflow::ALL
            .into_iter()
            .map(|dataflow| dataflow.name.to_string())
            .collect(),
        "drams" => owned(&mut dram::presets::names()),
        "optimizers" => owned(&mut optimizers::names().into_iter()),
        "mappings" => owned(&mut mappings::names()),
        other => {
            let allowed = "archs, networks, dataflows, drams, optimizers, mappings";
            return Err(refused(
                py,
                &format!("presets({other:?}): allowed are {allowed}"),
            ));
        }
    })
}
