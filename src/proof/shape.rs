//! The shape of a layer in a certificate.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::workloads::{Dim, Layer};

/// The shape of a layer in a certificate: the extents of its loops, and its window as pairs of rows and columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerShape {
    /// The number of images (N).
    #[serde(rename = "N")]
    pub n: u64,
    /// The number of groups (G).
    #[serde(rename = "G")]
    pub g: u64,
    /// Output channels of a group (K).
    #[serde(rename = "K")]
    pub k: u64,
    /// Input channels of a group (C).
    #[serde(rename = "C")]
    pub c: u64,
    /// Output rows (P).
    #[serde(rename = "P")]
    pub p: u64,
    /// Output columns (Q).
    #[serde(rename = "Q")]
    pub q: u64,
    /// Kernel rows (R).
    #[serde(rename = "R")]
    pub r: u64,
    /// Kernel columns (S).
    #[serde(rename = "S")]
    pub s: u64,
    /// The stride: input elements from one output to the next.
    pub stride: [u64; 2],
    /// The dilation: input elements from one tap of the kernel to the next.
    pub dilation: [u64; 2],
}

impl LayerShape {
    /// The shape of a layer.
    #[must_use]
    pub fn of(layer: &Layer) -> Self {
        let [n, g, k, c, p, q, r, s] = Dim::ALL.map(|dim| layer.size(dim));
        let (rows, cols) = (layer.rows(), layer.cols());
        Self {
            n,
            g,
            k,
            c,
            p,
            q,
            r,
            s,
            stride: [rows.stride, cols.stride],
            dilation: [rows.dilation, cols.dilation],
        }
    }
}

impl fmt::Display for LayerShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = serde_json::to_string(self).map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}
