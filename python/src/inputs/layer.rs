//! Layers.

use pyo3::prelude::*;
use stationary::workloads::{self, Convolution, Dim, RightOperand, shape};

use crate::error::raised;

/// A convolution or a matrix product.
#[pyclass(frozen, module = "stationary", from_py_object)]
#[derive(Clone)]
pub struct Layer(pub workloads::Layer);

/// One number for rows and columns, or one each.
#[derive(Clone, Copy, FromPyObject)]
pub enum Pair {
    Same(u64),
    Each([u64; 2]),
}

impl Pair {
    const fn each(self) -> [u64; 2] {
        match self {
            Self::Same(size) => [size; 2],
            Self::Each(sizes) => sizes,
        }
    }
}

/// One number for all sides, one for rows and one for columns, or top, left, bottom and right.
#[derive(Clone, Copy, FromPyObject)]
pub enum Sides {
    Same(u64),
    Each([u64; 2]),
    All([u64; 4]),
}

impl Sides {
    const fn all(self) -> [u64; 4] {
        match self {
            Self::Same(size) => [size; 4],
            Self::Each([rows, cols]) => [rows, cols, rows, cols],
            Self::All(sides) => sides,
        }
    }
}

#[pymethods]
impl Layer {
    /// A convolution.
    #[staticmethod]
    #[pyo3(
        signature = (
            name, *, input, channels, kernel, stride = Pair::Same(1), pad = Sides::Same(0), dilation = Pair::Same(1),
            groups = 1, batch = 1
        ),
        text_signature = "(name, *, input, channels, kernel, stride=1, pad=0, dilation=1, groups=1, batch=1)"
    )]
    #[expect(clippy::too_many_arguments, reason = "keywords of Python")]
    fn conv(
        py: Python<'_>,
        name: &str,
        input: Pair,
        channels: [u64; 2],
        kernel: Pair,
        stride: Pair,
        pad: Sides,
        dilation: Pair,
        groups: u64,
        batch: u64,
    ) -> PyResult<Self> {
        let convolution = Convolution {
            batch,
            groups,
            in_channels: channels[0],
            out_channels: channels[1],
            input: input.each(),
            kernel: kernel.each(),
            stride: stride.each(),
            dilation: dilation.each(),
            padding: pad.all(),
        };
        let layer = workloads::Layer::convolution(name, convolution);
        layer.map(Self).map_err(|error| raised(py, &error.into()))
    }

    /// A matrix product.
    #[staticmethod]
    #[pyo3(signature = (name, *, m, k, c, heads = 1, right = "parameters"))]
    fn matmul(
        py: Python<'_>,
        name: &str,
        m: u64,
        k: u64,
        c: u64,
        heads: u64,
        right: &str,
    ) -> PyResult<Self> {
        let right = match right {
            "parameters" => RightOperand::Parameters,
            "activations" => RightOperand::Activations,
            other => {
                let text = format!("right={other:?}: needed parameters or activations");
                return Err(crate::error::refused(py, &text));
            }
        };
        let layer = workloads::Layer::matmul(name, heads, [m, k, c], right);
        layer.map(Self).map_err(|error| raised(py, &error.into()))
    }

    /// Its name.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The extents of its loops: N, G, K, C, P, Q, R, S, those of a group.
    #[getter]
    fn dims(&self) -> indexmap::IndexMap<String, u64> {
        let sizes = Dim::ALL.into_iter();
        sizes
            .map(|dim| (dim.to_string(), self.0.size(dim)))
            .collect()
    }

    /// Multiply-accumulates.
    #[getter]
    fn macs(&self) -> u64 {
        self.0.macs()
    }

    /// Words of weights.
    #[getter]
    fn weights(&self) -> u64 {
        self.0.weights()
    }

    /// Words of inputs.
    #[getter]
    fn inputs(&self) -> u64 {
        self.0.inputs()
    }

    /// Words of outputs.
    #[getter]
    fn outputs(&self) -> u64 {
        self.0.outputs()
    }

    fn __repr__(&self) -> String {
        format!("<Layer {}: {}>", self.0.name(), shape::text(&self.0))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
