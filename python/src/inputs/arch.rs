//! Accelerators.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyMapping;
use stationary::arch::{Accelerator, CostModel};
use stationary::load::{self, Noted};
use stationary::{Error, Remark};

use super::{Pickled, Source, setting, settings};
use crate::error::{raised, refused};

/// An accelerator: a preset, a file, or a text, with fields that are overridden.
#[pyclass(frozen, module = "stationary")]
#[derive(Clone)]
pub struct Arch {
    pub source: Source,
    pub sets: Vec<String>,
    pub accelerator: Arc<Accelerator>,
    pub remarks: Vec<Remark>,
}

impl Arch {
    fn read(source: Source, sets: Vec<String>) -> Result<Self, Error> {
        let pairs = stationary::target::overrides(&sets)?;
        let read = match &source {
            Source::Text { name, text } => load::accelerator_of_text(name, text, &pairs)?,
            Source::Named(name) => load::accelerator(name, &pairs)?,
        };
        let Noted { value, notes } = read;
        Ok(Self {
            source,
            sets,
            accelerator: Arc::new(value),
            remarks: notes.iter().map(Remark::of).collect(),
        })
    }
}

#[pymethods]
impl Arch {
    /// One that is bundled, by its name.
    #[staticmethod]
    fn preset(py: Python<'_>, name: &str) -> PyResult<Self> {
        // Names of files are told from those of presets by what is in them.
        Accelerator::preset(name, &[]).map_err(|error| raised(py, &error.into()))?;
        let read = Self::read(Source::Named(name.to_owned()), Vec::new());
        read.map_err(|error| raised(py, &error))
    }

    /// A preset or a file, as `--arch` names one.
    #[staticmethod]
    fn open(py: Python<'_>, name: PathBuf) -> PyResult<Self> {
        let name = name.to_string_lossy().into_owned();
        let read = Self::read(Source::Named(name), Vec::new());
        read.map_err(|error| raised(py, &error))
    }

    /// The text of a file.
    #[staticmethod]
    #[pyo3(signature = (text, name = "arch.yaml"))]
    fn from_yaml(py: Python<'_>, text: &str, name: &str) -> PyResult<Self> {
        let (name, text) = (name.to_owned(), text.to_owned());
        let read = Self::read(Source::Text { name, text }, Vec::new());
        read.map_err(|error| raised(py, &error))
    }

    /// With fields overridden.
    #[pyo3(signature = (path, value = None))]
    fn set(
        &self,
        py: Python<'_>,
        path: &Bound<'_, PyAny>,
        value: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut sets = self.sets.clone();
        match (path.cast::<PyMapping>(), value) {
            (Ok(fields), None) => sets.extend(settings(fields)?),
            (Err(_), Some(value)) => sets.push(setting(path, value)?),
            _ => {
                let text = "set: needed a path and a value, or a mapping of them";
                return Err(refused(py, text));
            }
        }
        let read = Self::read(self.source.clone(), sets);
        read.map_err(|error| raised(py, &error))
    }

    /// What it calls itself.
    #[getter]
    fn name(&self) -> &str {
        &self.accelerator.name
    }

    /// What was overridden, `PATH=VALUE` each.
    #[getter]
    fn settings(&self) -> Vec<String> {
        self.sets.clone()
    }

    /// Rows of PEs.
    #[getter]
    fn rows(&self) -> u32 {
        self.accelerator.array.rows
    }

    /// Columns of PEs.
    #[getter]
    fn cols(&self) -> u32 {
        self.accelerator.array.cols
    }

    /// Multiply-accumulates a cycle at most.
    #[getter]
    fn peak_macs_per_cycle(&self) -> f64 {
        self.accelerator.array.peak()
    }

    /// The array's clock in MHz.
    #[getter]
    fn clock_mhz(&self) -> f64 {
        f64::from(u32::try_from(self.accelerator.clock.0).unwrap_or(u32::MAX)) / 1e3
    }

    /// The dataflows that it was built for, by their short names; the first goes without saying.
    #[getter]
    fn dataflows(&self) -> Vec<String> {
        self.accelerator.dataflows.clone()
    }

    /// Area of the chip in square microns.
    #[getter]
    fn area_um2(&self, py: Python<'_>) -> PyResult<f64> {
        let cost = CostModel::of(&self.accelerator);
        let cost = cost.map_err(|error| raised(py, &error.into()))?;
        Ok(cost.area().total.0)
    }

    /// Every field, as a file.
    fn to_yaml(&self) -> String {
        self.accelerator.to_yaml()
    }

    fn __repr__(&self) -> String {
        let sets = self.sets.iter().map(|set| format!(", {set}"));
        format!(
            "<Arch {}{}>",
            self.accelerator.name,
            sets.collect::<String>()
        )
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.accelerator == other.accelerator
    }

    /// The name by which it can be read again, and what is overridden.
    #[getter]
    fn _origin(&self, py: Python<'_>) -> PyResult<(String, Vec<String>)> {
        match &self.source {
            Source::Named(name) => Ok((name.clone(), self.sets.clone())),
            _ => Err(refused(
                py,
                "arch: this search takes a preset or a file: write to_yaml() to one",
            )),
        }
    }

    fn __reduce__(&self, py: Python<'_>) -> PyResult<Pickled> {
        let restore = py.get_type::<Self>().getattr("_restore")?.unbind();
        Ok((restore, (self.source.parts(), self.sets.clone())))
    }

    #[staticmethod]
    fn _restore(
        py: Python<'_>,
        source: (String, Option<String>),
        sets: Vec<String>,
    ) -> PyResult<Self> {
        let read = Self::read(Source::of(source), sets);
        read.map_err(|error| raised(py, &error))
    }
}
