//! Networks as files.

use std::fmt::Write as _;

use crate::dims::Dim;
use crate::layer::{Layer, RightOperand, Window, Zeros};
use crate::network::Network;

impl Network {
    /// The text of the network's YAML file, one line a layer, which reads back as equal layers. What an
    /// importer left out, and element types, are not in it.
    ///
    /// ```
    /// use stationary_workloads::{parse, zoo};
    ///
    /// let network = zoo::find("alexnet")?;
    /// let again = parse("again.yaml", &network.to_yaml())?;
    /// assert_eq!(again.layers(), network.layers());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let mut text = format!("name: {}\nlayers:\n", quoted(self.name()));
        for layer in self.layers() {
            text.push_str("  - {");
            text.push_str(&entry(layer));
            text.push_str("}\n");
        }
        text
    }
}

fn entry(layer: &Layer) -> String {
    let mut text = format!("name: {}, ", quoted(layer.name()));
    text.push_str(&match is_product(layer) {
        true => product(layer),
        false => convolution(layer),
    });
    // Products of activations have their images among the heads.
    if layer.size(Dim::N) > 1 {
        let _ = write!(text, ", batch: {}", layer.size(Dim::N));
    }
    if let Some(Zeros {
        input,
        weight,
        output,
    }) = layer.zeros()
    {
        let [input, weight, output] = [input, weight, output].map(|share| f64::from(share) / 1e4);
        let _ = write!(
            text,
            ", zeros: {{input: {input}, weight: {weight}, output: {output}}}"
        );
    }
    text
}

fn is_product(layer: &Layer) -> bool {
    let none = [
        Window::none(layer.size(Dim::P)),
        Window::none(layer.size(Dim::Q)),
    ];
    let is_one = [Dim::Q, Dim::R, Dim::S]
        .iter()
        .all(|dim| layer.size(*dim) == 1);
    is_one && [layer.rows(), layer.cols()] == none
}

fn product(layer: &Layer) -> String {
    let [heads, m, n, k] = [Dim::G, Dim::P, Dim::K, Dim::C].map(|dim| layer.size(dim));
    let right = match layer.right_operand() {
        RightOperand::Parameters => "parameters",
        RightOperand::Activations => "activations",
    };
    format!("matmul: {{heads: {heads}, m: {m}, n: {n}, k: {k}, right: {right}}}")
}

fn convolution(layer: &Layer) -> String {
    let [g, k, c] = [Dim::G, Dim::K, Dim::C].map(|dim| layer.size(dim));
    let (rows, cols) = (layer.rows(), layer.cols());
    // Behind the last element there is as much padding as the last window needs.
    let behind = |window: Window, output, tap| {
        let reach = window.reach(layer.size(output), layer.size(tap));
        reach.saturating_sub(window.input + window.pad)
    };
    let pad = [
        rows.pad,
        cols.pad,
        behind(rows, Dim::P, Dim::R),
        behind(cols, Dim::Q, Dim::S),
    ];
    format!(
        "conv: {{input: {:?}, channels: {:?}, kernel: {:?}, stride: {:?}, pad: {pad:?}, groups: {g}, dilation: {:?}}}",
        [rows.input, cols.input],
        [c * g, k * g],
        [layer.size(Dim::R), layer.size(Dim::S)],
        [rows.stride, cols.stride],
        [rows.dilation, cols.dilation],
    )
}

/// A name, which is one line, as YAML takes it everywhere.
fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}
