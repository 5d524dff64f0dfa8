//! SCALE-Sim topologies: convolutions, or matrix products (`-i gemm`).
//!
//! A convolution is read as SCALE-Sim counts it (`topology_utils.py`): input sizes include the
//! padding, and `outputs = ceil((input - filter + stride) / stride)`. Where that is one more than
//! the whole windows in the input, the last window gets the missing rows or columns as padding at
//! the bottom or right, so that both tools count the same MACs. A name with `DP` in it is a
//! depthwise convolution: every channel has its own `Num Filter` filters.

use crate::convolution::Convolution;
use crate::error::NetworkError;
use crate::layer::{Layer, RightOperand};

use super::table::{Row, Table};

pub(super) const CONVOLUTION_HEADER: &str = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";
pub(super) const GEMM_HEADER: &str = "Layer, M, N, K,";

const SIZES: [&str; 6] = [
    "ifmapheight",
    "ifmapwidth",
    "filterheight",
    "filterwidth",
    "channels",
    "numfilter",
];

pub(super) fn is_gemm(columns: &[String]) -> bool {
    is_layer(columns) && columns[1..] == ["m", "n", "k"]
}

/// Whether the columns are those of convolutions; the stride is one column, or one for each axis.
pub(super) fn is_convolution(columns: &[String]) -> bool {
    is_layer(columns)
        && columns.len() > SIZES.len()
        && columns[1..=SIZES.len()] == SIZES
        && is_stride(&columns[1 + SIZES.len()..])
}

fn is_layer(columns: &[String]) -> bool {
    columns
        .first()
        .is_some_and(|c| c == "layer" || c == "layername")
}

fn is_stride(columns: &[String]) -> bool {
    match columns {
        [both] => both == "strides" || both == "stride",
        [rows, cols] => rows == "strideheight" && cols == "stridewidth",
        _ => false,
    }
}

pub(super) fn products(table: &Table<'_>) -> Result<Vec<Layer>, NetworkError> {
    table.layers(|_, row| product(row))
}

pub(super) fn convolutions(table: &Table<'_>) -> Result<Vec<Layer>, NetworkError> {
    let last = table.columns().len() - 1;
    table.layers(|_, row| convolution(row, [SIZES.len() + 1, last]))
}

fn product(row: &Row<'_>) -> Result<Layer, NetworkError> {
    let name = row.text(0)?;
    let [m, n, k] = [row.size(1)?, row.size(2)?, row.size(3)?];
    row.layer(
        name,
        Layer::matmul(name, 1, [m, n, k], RightOperand::Parameters),
    )
}

fn convolution(row: &Row<'_>, strides: [usize; 2]) -> Result<Layer, NetworkError> {
    let name = row.text(0)?;
    let input = [row.size(1)?, row.size(2)?];
    let kernel = [row.size(3)?, row.size(4)?];
    let [channels, filters] = [row.size(5)?, row.size(6)?];
    let stride = [row.size(strides[0])?, row.size(strides[1])?];
    let missing = |axis: usize| match input[axis].checked_sub(kernel[axis]) {
        Some(slack) => (stride[axis] - slack % stride[axis]) % stride[axis],
        None => 0, // The layer's own check reports the kernel.
    };
    let depthwise = name.contains("DP");
    let convolution = Convolution {
        batch: 1,
        groups: if depthwise { channels } else { 1 },
        in_channels: channels,
        out_channels: if depthwise {
            channels.saturating_mul(filters)
        } else {
            filters
        },
        input,
        kernel,
        stride,
        dilation: [1; 2],
        padding: [0, 0, missing(0), missing(1)],
    };
    row.layer(name, Layer::convolution(name, convolution))
}
