//! The YAML form of a network.
//!
//! ```yaml
//! name: example
//! source: where the shapes are from
//! layers:
//!   - {name: conv1, conv: {input: 227, channels: [3, 96], kernel: 11, stride: 4, pad: 0, groups: 1, dilation: 1}}
//!   - {name: conv2, depthwise: {input: [28, 14], channels: 96, kernel: [3, 5], pad: [1, 2, 1, 2]}}
//!   - repeat: 2              # block1.scores, block2.scores
//!     name: block
//!     first: 1
//!     layers:
//!       - {name: scores, matmul: {heads: 12, m: 384, n: 384, k: 64, right: activations}}
//!   - {name: fc, matmul: {m: 1, n: 1000, k: 4096}}
//! ```
//!
//! A `matmul` is m x k times k x n; one with `c` has k as its columns and sums over c, as the loops of
//! a convolution do: `{m: 1, k: 1000, c: 4096}` is the same product.
//!
//! Sizes along rows and columns are one number or `[rows, columns]`; `pad` also
//! `[top, left, bottom, right]`. `stride`, `groups`, `dilation` and `heads` are 1, `pad` and `first`
//! are 0, and `right` is `parameters`, where they are missing. `batch: 8` beside a layer's kind gives it so many
//! images (rows of a product with parameters, heads of one of activations). `zeros: {input: 0.4, weight: 0,
//! output: 0.7}` beside a layer's kind says what shares of its words are zero, for compressed DRAM
//! traffic and gated PEs.

use serde::Deserialize;
use stationary_document::from_yaml;

use crate::convolution::Convolution;
use crate::error::{LayerError, NetworkError};
use crate::layer::{Layer, RightOperand, Zeros};
use crate::network::{MOST_LAYERS, Network};
use crate::numbers::{Channels, Extent, Fraction, Padding, Size};

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct NetworkConfig {
    /// The name of the network, as tables and runs show it.
    name: String,
    /// A citation: for the reader of the file, and for nothing else.
    #[serde(rename = "source", default)]
    _source: Option<String>,
    /// The layers in the order in which they run.
    layers: Vec<EntryConfig>,
}

/// One layer, or a group that repeats. All kinds are fields of one struct, as the errors of a
/// derived enum would name neither path nor line.
#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct EntryConfig {
    /// The name of the layer, once in a network; of a group that repeats, what the names of its
    /// layers begin with.
    name: String,
    /// A convolution, groups of channels included.
    conv: Option<ConvConfig>,
    /// A convolution of each channel by itself.
    depthwise: Option<DepthwiseConfig>,
    /// A matrix product: a fully connected layer, a projection, attention.
    matmul: Option<MatmulConfig>,
    /// Shares of the words that are zero, for compressed DRAM traffic and gated PEs.
    zeros: Option<ZerosConfig>,
    /// Images of the layer (heads of a product of activations), 1 by default; --batch gives all layers as many
    /// times more.
    batch: Option<Size>,
    /// How many times `layers` follow each other; their names are NAME, the number of the
    /// repetition, a dot and their own.
    repeat: Option<Size>,
    /// The number of the first repetition; 0 by default.
    first: Option<u64>,
    /// The layers of a group that repeats.
    layers: Option<Vec<EntryConfig>>,
    /// A citation: for the reader of the file, and for nothing else.
    #[serde(rename = "source", default)]
    _source: Option<String>,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct ConvConfig {
    /// Rows and columns of the input in elements, without padding.
    input: Extent,
    /// Input and output channels of all groups together: [input, output].
    channels: Channels,
    /// Rows and columns of the kernel in elements.
    kernel: Extent,
    /// Input elements from one output to the next; 1 by default.
    #[serde(default = "once")]
    stride: Extent,
    /// Zeros around the input in elements, on each side; 0 by default.
    #[serde(default = "no_padding")]
    pad: Padding,
    /// Groups of channels that see nothing of each other; 1 by default.
    #[serde(default = "one")]
    groups: Size,
    /// Input elements from one kernel element to the next; 1 by default.
    #[serde(default = "once")]
    dilation: Extent,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct DepthwiseConfig {
    /// Rows and columns of the input in elements, without padding.
    input: Extent,
    /// Channels, of the input as of the output.
    channels: Size,
    /// Rows and columns of the kernel in elements.
    kernel: Extent,
    /// Input elements from one output to the next; 1 by default.
    #[serde(default = "once")]
    stride: Extent,
    /// Zeros around the input in elements, on each side; 0 by default.
    #[serde(default = "no_padding")]
    pad: Padding,
    /// Input elements from one kernel element to the next; 1 by default.
    #[serde(default = "once")]
    dilation: Extent,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct MatmulConfig {
    /// Products of this shape side by side, each with operands of its own; 1 by default.
    #[serde(default = "one")]
    heads: Size,
    /// Rows of the left operand and of the result, such as the tokens.
    m: Size,
    /// Columns of the right operand and of the result: output features.
    #[serde(default)]
    n: Option<Size>,
    /// Columns of the left operand, which are the rows of the right one: the features summed over. In
    /// an entry with `c`: columns of the result.
    k: Size,
    /// Beside `m` and `k`, in the place of `n`: what is summed over, where `k` are the columns of the
    /// result.
    #[serde(default)]
    c: Option<Size>,
    /// What the right operand is; `parameters` by default.
    #[serde(default)]
    right: RightConfig,
}

#[derive(Debug, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct ZerosConfig {
    /// Of inputs, between 0 and 1; 0 by default.
    #[serde(default)]
    input: Fraction,
    /// Of weights, between 0 and 1; 0 by default.
    #[serde(default)]
    weight: Fraction,
    /// Of outputs, between 0 and 1; 0 by default.
    #[serde(default)]
    output: Fraction,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
enum RightConfig {
    /// Weights of the network, the same for every image of a batch.
    #[default]
    Parameters,
    /// Another layer's result, new for every image of a batch, as in attention.
    Activations,
}

const fn one() -> Size {
    Size(1)
}

const fn once() -> Extent {
    Extent([1; 2])
}

const fn no_padding() -> Padding {
    Padding([0; 4])
}

/// The JSON Schema of a network's file.
#[must_use]
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(NetworkConfig);
    schema.insert("title".to_owned(), "Network of stationary".into());
    schema
}

/// Reads the YAML form of a network.
pub(crate) fn parse(file: &str, text: &str) -> Result<Network, NetworkError> {
    let config: NetworkConfig = from_yaml(file, text).map_err(NetworkError::Unreadable)?;
    let mut expansion = Expansion {
        file,
        layers: Vec::new(),
        errors: Vec::new(),
    };
    expansion.entries("layers", "", &config.layers);
    if !expansion.errors.is_empty() {
        return Err(NetworkError::of_all(expansion.errors));
    }
    Network::of_file(file, config.name, expansion.layers)
}

/// Layers read so far.
struct Expansion<'a> {
    file: &'a str,
    layers: Vec<Layer>,
    errors: Vec<NetworkError>,
}

/// More than a reader's fill at a time.
const MOST_ERRORS: usize = 20;

impl Expansion<'_> {
    fn entries(&mut self, path: &str, prefix: &str, entries: &[EntryConfig]) {
        for (index, entry) in entries.iter().enumerate() {
            if self.errors.len() >= MOST_ERRORS || self.layers.len() > MOST_LAYERS {
                return;
            }
            if let Err(error) = self.entry(&format!("{path}[{index}]"), prefix, entry) {
                self.errors.push(error);
            }
        }
    }

    fn entry(&mut self, path: &str, prefix: &str, entry: &EntryConfig) -> Result<(), NetworkError> {
        let name = format!("{prefix}{}", entry.name);
        let (kind, layer) = match (&entry.conv, &entry.depthwise, &entry.matmul, &entry.repeat) {
            (Some(conv), None, None, None) => ("conv", conv.layer(name.clone())),
            (None, Some(depthwise), None, None) => ("depthwise", depthwise.layer(name.clone())),
            (None, None, Some(matmul), None) => ("matmul", matmul.layer(name.clone())),
            (None, None, None, Some(repeat)) => return self.group(path, &name, repeat.0, entry),
            _ => return Err(self.kind(path, entry)),
        };
        for (field, present) in [
            ("first", entry.first.is_some()),
            ("layers", entry.layers.is_some()),
        ] {
            if present {
                let (file, path) = (self.file.to_owned(), path.to_owned());
                return Err(NetworkError::OnlyWithRepeat {
                    file,
                    path,
                    name,
                    field,
                });
            }
        }
        let images = entry.batch.map_or(1, |images| images.0);
        let layer = layer.and_then(|layer| layer.batched(images));
        let layer = layer.map_err(|cause| NetworkError::Sizes {
            file: self.file.to_owned(),
            place: format!("{path}.{kind}"),
            layer: name,
            cause,
        })?;
        self.layers.push(match &entry.zeros {
            Some(zeros) => layer.with_zeros(Zeros {
                input: zeros.input.0,
                weight: zeros.weight.0,
                output: zeros.output.0,
            }),
            None => layer,
        });
        Ok(())
    }

    fn group(
        &mut self,
        path: &str,
        name: &str,
        repeat: u64,
        entry: &EntryConfig,
    ) -> Result<(), NetworkError> {
        if entry.batch.is_some() {
            let (file, path) = (self.file.to_owned(), path.to_owned());
            let (name, field) = (name.to_owned(), "batch");
            return Err(NetworkError::OnlyWithLayer {
                file,
                path,
                name,
                field,
            });
        }
        let Some(entries) = entry.layers.as_ref().filter(|entries| !entries.is_empty()) else {
            return Err(self.kind(path, entry));
        };
        let first = u128::from(entry.first.unwrap_or(0));
        for index in first..first + u128::from(repeat) {
            // Checked here as well as by the network: a huge `repeat` must not fill the memory.
            if self.layers.len() > MOST_LAYERS {
                return Err(NetworkError::TooManyLayers {
                    file: self.file.to_owned(),
                    allowed: MOST_LAYERS,
                });
            }
            self.entries(
                &format!("{path}.layers"),
                &format!("{name}{index}."),
                entries,
            );
            // What is wrong in a group is wrong in each of its repetitions.
            if !self.errors.is_empty() {
                break;
            }
        }
        Ok(())
    }

    fn kind(&self, path: &str, entry: &EntryConfig) -> NetworkError {
        let kinds = [
            ("`conv`", entry.conv.is_some()),
            ("`depthwise`", entry.depthwise.is_some()),
            ("`matmul`", entry.matmul.is_some()),
            ("`repeat`", entry.repeat.is_some()),
            (
                "`layers`",
                entry
                    .layers
                    .as_ref()
                    .is_some_and(|entries| !entries.is_empty()),
            ),
        ];
        let found: Vec<&str> = kinds
            .iter()
            .filter(|(_, present)| *present)
            .map(|(kind, _)| *kind)
            .collect();
        NetworkError::Kind {
            file: self.file.to_owned(),
            path: path.to_owned(),
            name: entry.name.clone(),
            found: match found.as_slice() {
                [] => "no kind".to_owned(),
                [only] => format!("only {only}"),
                several => several.join(" and "),
            },
        }
    }
}

impl ConvConfig {
    fn layer(&self, name: String) -> Result<Layer, LayerError> {
        let convolution = Convolution {
            batch: 1,
            groups: self.groups.0,
            in_channels: self.channels.0[0],
            out_channels: self.channels.0[1],
            input: self.input.0,
            kernel: self.kernel.0,
            stride: self.stride.0,
            dilation: self.dilation.0,
            padding: self.pad.0,
        };
        Layer::convolution(name, convolution)
    }
}

impl DepthwiseConfig {
    fn layer(&self, name: String) -> Result<Layer, LayerError> {
        let channels = self.channels.0;
        let convolution = Convolution {
            batch: 1,
            groups: channels,
            in_channels: channels,
            out_channels: channels,
            input: self.input.0,
            kernel: self.kernel.0,
            stride: self.stride.0,
            dilation: self.dilation.0,
            padding: self.pad.0,
        };
        Layer::convolution(name, convolution)
    }
}

impl MatmulConfig {
    fn layer(&self, name: String) -> Result<Layer, LayerError> {
        let right = match self.right {
            RightConfig::Parameters => RightOperand::Parameters,
            RightConfig::Activations => RightOperand::Activations,
        };
        let [columns, summed] = match (self.n, self.c) {
            (Some(n), None) => [n.0, self.k.0],
            (None, Some(c)) => [self.k.0, c.0],
            (None, None) | (Some(_), Some(_)) => return Err(LayerError::Product),
        };
        Layer::matmul(name, self.heads.0, [self.m.0, columns, summed], right)
    }
}
