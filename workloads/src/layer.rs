//! One layer: convolution, depthwise and grouped convolution, GEMM and batched matrix product
//! as the same eight-dimensional loop nest.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};

use crate::convolution::Convolution;
use crate::dims::{Dim, PerDim};
use crate::error::LayerError;

/// What a layer's right operand holds: parameters or activations. The simulator calls both *weights*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RightOperand {
    /// Trained parameters.
    Parameters,
    /// The result of another layer, as in attention.
    Activations,
}

/// One axis of a layer's sliding window: `input = output * stride + kernel * dilation - pad`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The step from one output to the next, in input elements.
    pub stride: u64,
    /// The step from one kernel tap to the next, in input elements.
    pub dilation: u64,
    /// The number of zeros before the first input element.
    pub pad: u64,
    /// The number of input elements, padding excluded.
    pub input: u64,
}

impl Window {
    /// The window of an axis that does not slide: each output reads its own input element.
    #[must_use]
    pub const fn none(extent: u64) -> Self {
        Self {
            stride: 1,
            dilation: 1,
            pad: 0,
            input: extent,
        }
    }

    /// The number of elements from the first one under so many outputs and taps to the last one, padding
    /// included.
    #[must_use]
    #[inline]
    pub const fn reach(&self, outputs: u64, taps: u64) -> u64 {
        (outputs - 1) * self.stride + (taps - 1) * self.dilation + 1
    }
}

/// Numbers of MACs, words and elements stay below it, so that a float holds each.
const MOST: u64 = 1 << 53;

impl LayerError {
    pub(crate) const MACS: Self = Self::TooLarge {
        quantity: "multiply-accumulates",
    };
    pub(crate) const INPUT: Self = Self::TooLarge {
        quantity: "elements of input",
    };
    const PADDED: Self = Self::TooLarge {
        quantity: "elements of input with padding",
    };
}

/// A layer: one loop nest over the dimensions N, G, K, C, P, Q, R and S, with checked sizes. Every dimension is
/// at least 1, the windows of the first and the last output lie inside the padded input, and MACs and elements
/// of the padded input are below 2^53.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Layer {
    name: String,
    sizes: PerDim<u64>,
    rows: Window,
    cols: Window,
    right: RightOperand,
    zeros: Option<Zeros>,
    product: Product,
}

/// The matrix product that a layer unfolds to, once it was asked for. It follows from the layer, so that it
/// makes no difference between two.
#[derive(Default)]
struct Product(OnceLock<Arc<Layer>>);

impl Clone for Product {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Product {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Product {}

impl Hash for Product {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

/// Copies the layer, for a mapping that owns its own.
impl From<&Layer> for Arc<Layer> {
    fn from(layer: &Layer) -> Self {
        Self::new(layer.clone())
    }
}

/// The shares of words that are zero, for each tensor, in ten-thousandths: 10,000 is all words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Zeros {
    /// The share of zeros in the input.
    pub input: u16,
    /// The share of zeros in the weights.
    pub weight: u16,
    /// The share of zeros in the output.
    pub output: u16,
}

impl Layer {
    /// A convolution of these sizes.
    ///
    /// # Errors
    /// A [`LayerError`] for a size of zero, a kernel larger than its padded input, channels that do not divide
    /// into the groups, or 2^53 MACs or more.
    pub fn convolution(name: impl Into<String>, c: Convolution) -> Result<Self, LayerError> {
        for (field, value) in [
            ("batch", c.batch),
            ("groups", c.groups),
            ("in_channels", c.in_channels),
            ("out_channels", c.out_channels),
            ("input rows", c.input[0]),
            ("input columns", c.input[1]),
            ("kernel rows", c.kernel[0]),
            ("kernel columns", c.kernel[1]),
            ("row stride", c.stride[0]),
            ("column stride", c.stride[1]),
            ("row dilation", c.dilation[0]),
            ("column dilation", c.dilation[1]),
        ] {
            if value == 0 {
                return Err(LayerError::Zero { field });
            }
        }
        for (field, value) in [
            ("row stride", c.stride[0]),
            ("column stride", c.stride[1]),
            ("row dilation", c.dilation[0]),
            ("column dilation", c.dilation[1]),
            ("padding above", c.padding[0]),
            ("padding on the left", c.padding[1]),
            ("padding below", c.padding[2]),
            ("padding on the right", c.padding[3]),
        ] {
            if value >= MOST {
                return Err(LayerError::TooFar { field, value });
            }
        }
        for (which, channels) in [("input", c.in_channels), ("output", c.out_channels)] {
            if channels % c.groups != 0 {
                return Err(LayerError::Groups {
                    which,
                    channels,
                    groups: c.groups,
                });
            }
        }
        let mut outputs = [0; 2];
        for (axis, name) in ["rows", "columns"].into_iter().enumerate() {
            let huge = LayerError::INPUT;
            let kernel = (c.kernel[axis] - 1)
                .checked_mul(c.dilation[axis])
                .and_then(|v| v.checked_add(1))
                .ok_or(huge.clone())?;
            let padded = c.input[axis]
                .checked_add(c.padding[axis])
                .and_then(|v| v.checked_add(c.padding[axis + 2]))
                .ok_or(huge)?;
            if kernel > padded {
                return Err(LayerError::KernelExceedsInput {
                    axis: name,
                    kernel,
                    padded,
                });
            }
            outputs[axis] = (padded - kernel) / c.stride[axis] + 1;
        }
        let sizes = PerDim([
            c.batch,
            c.groups,
            c.out_channels / c.groups,
            c.in_channels / c.groups,
            outputs[0],
            outputs[1],
            c.kernel[0],
            c.kernel[1],
        ]);
        let window = |axis: usize| Window {
            stride: c.stride[axis],
            dilation: c.dilation[axis],
            pad: c.padding[axis],
            input: c.input[axis],
        };
        Self {
            name: name.into(),
            sizes,
            rows: window(0),
            cols: window(1),
            right: RightOperand::Parameters,
            zeros: None,
            product: Product::default(),
        }
        .checked()
    }

    /// A matrix product `[m, c] x [c, k]` for each of `heads` independent heads: `G = heads`,
    /// `P = m`, `C = c`, `K = k`.
    ///
    /// # Errors
    /// A [`LayerError`] for a size of zero, or 2^53 MACs or more.
    pub fn matmul(
        name: impl Into<String>,
        heads: u64,
        [m, k, c]: [u64; 3],
        right: RightOperand,
    ) -> Result<Self, LayerError> {
        for (field, value) in [("heads", heads), ("m", m), ("k", k), ("c", c)] {
            if value == 0 {
                return Err(LayerError::Zero { field });
            }
        }
        Self {
            name: name.into(),
            sizes: PerDim([1, heads, k, c, m, 1, 1, 1]),
            rows: Window::none(m),
            cols: Window::none(1),
            right,
            zeros: None,
            product: Product::default(),
        }
        .checked()
    }

    /// The layer with `batch` times as many images (rows for a product with parameters, heads for
    /// a product of activations).
    ///
    /// # Errors
    /// A [`LayerError`], if `batch` is zero, or the layer would have 2^53 MACs or more.
    pub fn batched(&self, batch: u64) -> Result<Self, LayerError> {
        if batch == 0 {
            return Err(LayerError::Zero { field: "batch" });
        }
        let grow = |v: u64| v.checked_mul(batch).ok_or(LayerError::MACS);
        let mut layer = self.clone();
        let dim = self.image_dim();
        layer.sizes[dim] = grow(layer.sizes[dim])?;
        layer.checked()
    }

    /// The number of images that [`Layer::batched`] multiplies: N, rows of a product with parameters, or heads
    /// of a product of activations.
    #[must_use]
    #[inline]
    pub fn images(&self) -> u64 {
        self.sizes[self.image_dim()]
    }

    /// The layer with so many images, at most as many as it has.
    ///
    /// ```
    /// use stationary_workloads::{Convolution, Layer};
    ///
    /// let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
    /// assert_eq!(layer.batched(8)?.with_images(2), layer.batched(2)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_images(&self, images: u64) -> Self {
        let mut layer = self.clone();
        let dim = self.image_dim();
        layer.sizes[dim] = images.clamp(1, self.sizes[dim]);
        layer
    }

    /// The layer with so many rows and columns of outputs, no fewer than it has: its inputs are padded with
    /// zeros behind their last row and column.
    ///
    /// ```
    /// use stationary_workloads::{Convolution, Layer};
    ///
    /// let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
    /// let same = Layer::convolution("conv", Convolution::square(16, [32, 64], 3, 1, 1))?;
    /// assert_eq!(layer.padded_to([16, 16])?, same);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// A [`LayerError`], if the layer would have 2^53 MACs or elements of input, or more.
    pub fn padded_to(&self, [rows, cols]: [u64; 2]) -> Result<Self, LayerError> {
        let mut layer = self.clone();
        let windows = [&mut layer.rows, &mut layer.cols];
        for ((dim, size), window) in [(Dim::P, rows), (Dim::Q, cols)].into_iter().zip(windows) {
            let more = size.saturating_sub(layer.sizes[dim]);
            let added = more.checked_mul(window.stride);
            let input = added.and_then(|added| window.input.checked_add(added));
            window.input = input.ok_or(LayerError::INPUT)?;
            layer.sizes[dim] += more;
        }
        layer.checked()
    }

    fn image_dim(&self) -> Dim {
        match self.right {
            RightOperand::Parameters => Dim::N,
            RightOperand::Activations => Dim::G,
        }
    }

    fn checked(self) -> Result<Self, LayerError> {
        let product = |values: &[u64], huge: LayerError| {
            let product = values.iter().try_fold(1u64, |acc, v| acc.checked_mul(*v));
            product.filter(|v| *v < MOST).ok_or(huge)
        };
        let s = &self.sizes;
        product(&s.0, LayerError::MACS)?;
        let planes = [s[Dim::N], s[Dim::G], s[Dim::C]];
        let [rows, cols] = [(self.rows, Dim::P, Dim::R), (self.cols, Dim::Q, Dim::S)];
        let inputs = [planes.as_slice(), &[rows.0.input, cols.0.input]].concat();
        product(&inputs, LayerError::INPUT)?;
        // Up to the last element that a window reaches.
        let reached = [rows, cols].map(|(window, output, tap)| window.reach(s[output], s[tap]));
        product(&[planes.as_slice(), &reached].concat(), LayerError::PADDED)?;
        Ok(self)
    }

    /// The layer under another name.
    pub(crate) fn named(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// The layer with these shares of zeros among its words.
    #[must_use]
    pub fn with_zeros(self, zeros: Zeros) -> Self {
        Self {
            zeros: Some(zeros),
            ..self
        }
    }

    /// Whether no operand has more zeros than words.
    #[must_use]
    pub fn has_possible_zeros(&self) -> bool {
        let all = |zeros: Zeros| [zeros.input, zeros.weight, zeros.output];
        self.zeros
            .is_none_or(|zeros| all(zeros).iter().all(|share| *share <= 10_000))
    }

    /// The layer as a matrix product of its unfolded input (im2col): a row for each output position,
    /// a column for each kernel tap of each channel; groups stay apart.
    ///
    /// # Errors
    /// A [`LayerError`], if the unfolded input has too many words to count.
    pub fn unfolded(&self) -> Result<Self, LayerError> {
        let s = &self.sizes;
        let rows = s[Dim::N] * s[Dim::P] * s[Dim::Q];
        let taps = s[Dim::C] * s[Dim::R] * s[Dim::S];
        let product = [rows, s[Dim::K], taps];
        let unfolded = Self::matmul(self.name.clone(), s[Dim::G], product, self.right)?;
        Ok(Self {
            zeros: self.zeros,
            ..unfolded
        })
    }

    /// The layer as [`Layer::unfolded`] has it, computed once and kept with the layer; the layer itself if it
    /// is such a product already.
    ///
    /// # Errors
    /// As [`Layer::unfolded`].
    pub fn product(self: &Arc<Self>) -> Result<Arc<Self>, LayerError> {
        let one = [Dim::N, Dim::Q, Dim::R, Dim::S];
        let is_product = one.iter().all(|d| self.sizes[*d] == 1)
            && self.rows == Window::none(self.sizes[Dim::P])
            && self.cols == Window::none(1);
        if is_product {
            return Ok(Arc::clone(self));
        }
        if let Some(product) = self.product.0.get() {
            return Ok(Arc::clone(product));
        }
        let unfolded = self.unfolded()?;
        Ok(Arc::clone(
            self.product.0.get_or_init(|| Arc::new(unfolded)),
        ))
    }

    /// The shares of zeros among the layer's words; None if the network does not say.
    #[must_use]
    pub fn zeros(&self) -> Option<Zeros> {
        self.zeros
    }

    /// The layer's name, unique within its network.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The size of one loop dimension.
    #[must_use]
    #[inline]
    pub fn size(&self, dim: Dim) -> u64 {
        self.sizes[dim]
    }

    /// The sizes of all loop dimensions.
    #[must_use]
    #[inline]
    pub fn sizes(&self) -> &PerDim<u64> {
        &self.sizes
    }

    /// The sliding window along rows (P and R).
    #[must_use]
    #[inline]
    pub fn rows(&self) -> Window {
        self.rows
    }

    /// The sliding window along columns (Q and S).
    #[must_use]
    #[inline]
    pub fn cols(&self) -> Window {
        self.cols
    }

    /// Whether the right operand holds trained parameters or computed activations.
    #[must_use]
    pub fn right_operand(&self) -> RightOperand {
        self.right
    }

    /// The number of multiply-accumulates, those with padding included (as networks are published).
    #[must_use]
    #[inline]
    pub fn macs(&self) -> u64 {
        self.sizes.0.iter().product()
    }

    /// The number of words of the right operand.
    #[must_use]
    #[inline]
    pub fn weights(&self) -> u64 {
        [Dim::G, Dim::K, Dim::C, Dim::R, Dim::S]
            .iter()
            .map(|d| self.sizes[*d])
            .product()
    }

    /// The number of words of the unpadded input, those included that no window touches.
    #[must_use]
    #[inline]
    pub fn inputs(&self) -> u64 {
        let s = &self.sizes;
        s[Dim::N] * s[Dim::G] * s[Dim::C] * self.rows.input * self.cols.input
    }

    /// The number of words of the output.
    #[must_use]
    #[inline]
    pub fn outputs(&self) -> u64 {
        [Dim::N, Dim::G, Dim::K, Dim::P, Dim::Q]
            .iter()
            .map(|d| self.sizes[*d])
            .product()
    }
}
