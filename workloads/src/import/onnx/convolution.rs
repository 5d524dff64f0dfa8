//! Convolutions of one, two, three and more axes, and transposed ones, as layers of two.
//!
//! An axis too many is folded away:
//!
//! ```text
//! out[n, k, d, p, q] = sum over c, t, r, s of in[n, c, d * stride + t, ..] * w[k, c, t, r, s]
//!                    = a convolution over the rest, with (n, d) as its batch and (c, t) as its channels
//! ```
//!
//! Multiply-accumulates and weights stay as they are. Inputs do, too, where the kernel has one tap
//! along that axis, or covers it; otherwise each is counted once for each output that reads it, and a
//! note says so.

use super::product::{Product, named};
use super::proto::{Attribute, Node};
use super::value::{Value, product};
use super::window::{Slide, extents, slides};
use crate::convolution::Convolution;
use crate::layer::{Layer, RightOperand};

/// A convolution whose input and weights are operands at these places.
pub(super) fn convolution(node: &Node, input: &Value, weight: &Value) -> Option<Product> {
    let (input_shape, weight_shape) = (input.shape.as_ref()?, weight.shape.as_ref()?);
    let rank = input_shape.len();
    if weight_shape.len() != rank || rank < 3 {
        return None;
    }
    let groups = u64::try_from(node.int("group", 1))
        .ok()
        .filter(|groups| *groups > 0)?;
    let is_last = is_channels_last(node);
    let (x, w) = if is_last {
        let channels = input_shape[rank - 1];
        // Weights are [K, C, R, S], or [K, R, S, C] as some kernels want them.
        let is_first = weight_shape[1].checked_mul(groups) == Some(channels);
        let weight = match is_first {
            true => weight_shape.clone(),
            false => channels_first(weight_shape),
        };
        (channels_first(input_shape), weight)
    } else {
        (input_shape.clone(), weight_shape.clone())
    };
    if w[1].checked_mul(groups)? != x[1] || !w[0].is_multiple_of(groups) {
        return None;
    }
    let slides = slides(node, extents(&x)?, &w[2..])?;
    let outputs: Vec<u64> = slides.iter().map(Slide::outputs).collect::<Option<_>>()?;
    let sizes = match is_last {
        true => [&x[..1], &outputs, &w[..1]].concat(),
        false => [&x[..1], &w[..1], &outputs].concat(),
    };
    let folded = fold(x[0], x[1], slides)?;
    let [rows, cols] = folded.slides;
    let layer = Layer::convolution(
        "",
        Convolution {
            batch: folded.batch,
            groups,
            in_channels: folded.channels,
            out_channels: w[0],
            input: [rows.input, cols.input],
            kernel: [rows.kernel, cols.kernel],
            stride: [rows.stride, cols.stride],
            dilation: [rows.dilation, cols.dilation],
            padding: [
                rows.padding[0],
                cols.padding[0],
                rows.padding[1],
                cols.padding[1],
            ],
        },
    );
    let result = Value::shaped(Some(sizes));
    let product = Product::one(named(layer), result).of_types(input, weight);
    let mut notes = folded.notes;
    if node.op_type == "DeformConv" {
        notes.push(DEFORMED.to_owned());
    }
    Some(Product { notes, ..product })
}

/// What is not counted of a convolution whose taps stand where the data says.
const DEFORMED: &str = "as a convolution without offsets: reading them and the mask, the words that taps \
                        are interpolated from, and that these do not lie together, are not counted";

/// A convolution of each channel by itself, which looks back only: at the input's start, on a state.
pub(super) fn causal(node: &Node, input: &Value, weight: &Value) -> Option<Product> {
    let (&[batch, channels, _], &[_, _, taps]) =
        (input.shape.as_deref()?, weight.shape.as_deref()?)
    else {
        return None;
    };
    let before = taps.checked_sub(1)?;
    let ints = |name: &str, ints: Vec<i64>| Attribute {
        name: name.to_owned(),
        i: ints.first().copied().unwrap_or(0),
        ints,
        ..Attribute::default()
    };
    let plain = Node {
        attribute: vec![
            ints("group", vec![i64::try_from(channels).ok()?]),
            ints("pads", vec![i64::try_from(before).ok()?, 0]),
        ],
        op_type: node.op_type.clone(),
        ..Node::default()
    };
    let mut product = convolution(&plain, input, weight)?;
    product
        .results
        .push(Value::shaped(Some(vec![batch, channels, before])).typed(input.element));
    Some(product)
}

fn is_channels_last(node: &Node) -> bool {
    node.domain == "com.ms.internal.nhwc"
        || node.op_type.starts_with("Nhwc")
        || node.int("channels_last", 0) != 0
}

fn channels_first(shape: &[u64]) -> Vec<u64> {
    let last = shape.len() - 1;
    [&shape[..1], &shape[last..], &shape[1..last]].concat()
}

struct Folded {
    batch: u64,
    channels: u64,
    slides: [Slide; 2],
    notes: Vec<String>,
}

const ONE: Slide = Slide {
    input: 1,
    kernel: 1,
    stride: 1,
    dilation: 1,
    padding: [0; 2],
};

/// Folds axes away until two are left, first those that cost nothing.
fn fold(batch: u64, channels: u64, mut slides: Vec<Slide>) -> Option<Folded> {
    let (mut batch, mut channels) = (batch, channels);
    let (mut taps, mut factor) = (Vec::new(), 1.0);
    while slides.len() > 2 {
        // How many times over an axis is read: outputs times taps over its extent.
        let mut least = (0, u128::MAX, 1);
        for (at, slide) in slides.iter().enumerate() {
            let read = u128::from(slide.outputs()?.checked_mul(slide.kernel)?);
            let extent = u128::from(slide.input.max(1));
            if read * least.2 < least.1.saturating_mul(extent) {
                least = (at, read, extent);
            }
        }
        let slide = slides.remove(least.0);
        if least.1 > least.2 {
            taps.push(slide.kernel.to_string());
            factor *= least.1 as f64 / least.2 as f64;
        }
        batch = batch.checked_mul(slide.outputs()?)?;
        channels = channels.checked_mul(slide.kernel)?;
    }
    let slides = match slides.as_slice() {
        [rows, cols] => [*rows, *cols],
        [cols] => [ONE, *cols],
        _ => return None,
    };
    let axes = match taps.as_slice() {
        [] => None,
        [taps] => Some(format!("its axis of {taps} taps is")),
        all => Some(format!("its axes of {} taps are", all.join(" and "))),
    };
    let note = axes.map(|axes| {
        format!(
            "{axes} folded into channels, as layers have two axes: input words count {factor:.2} times"
        )
    });
    Some(Folded {
        batch,
        channels,
        slides,
        notes: note.into_iter().collect(),
    })
}

/// A transposed convolution is the product of every input position with all filters, whose results
/// are added up where they overlap: `[N H W, C] x [C, K R S]`.
pub(super) fn transposed(node: &Node, input: &Value, weight: &Value) -> Option<Product> {
    let (x, w) = (input.shape.as_ref()?, weight.shape.as_ref()?);
    let kernel = w.get(2..).filter(|_| w.len() == x.len())?;
    let extents = extents(x)?;
    let slides = slides(node, extents, kernel)?;
    let groups = u64::try_from(node.int("group", 1))
        .ok()
        .filter(|groups| *groups > 0)?;
    if w[0] != x[1] || !x[1].is_multiple_of(groups) {
        return None;
    }
    let rows = product(extents)?.checked_mul(x[0])?;
    let filters = product(&w[1..])?;
    let layer = Layer::matmul(
        "",
        groups,
        [rows, filters, x[1] / groups],
        RightOperand::Parameters,
    );
    let extra = |at: usize| {
        let pads = node.ints("output_padding").unwrap_or_default();
        let pad = pads.get(at).copied().unwrap_or(0);
        u64::try_from(pad).unwrap_or(0)
    };
    let wanted = node.ints("output_shape").filter(|sizes| !sizes.is_empty());
    let auto = node.string("auto_pad").unwrap_or_default();
    let along = |(at, slide): (usize, &Slide)| {
        if let Some(wanted) = wanted {
            // Batch and channels may stand before.
            let skipped = wanted.len().checked_sub(slides.len())?;
            return u64::try_from(wanted[skipped + at]).ok();
        }
        if auto.starts_with("SAME") {
            return slide.input.checked_mul(slide.stride);
        }
        let last = slide.input.checked_sub(1)?.checked_mul(slide.stride)?;
        let size = last.checked_add(slide.covered()?)?.checked_add(extra(at))?;
        size.checked_sub(slide.padding[0])?
            .checked_sub(slide.padding[1])
    };
    let channels = w[1].checked_mul(groups)?;
    let outputs: Option<Vec<u64>> = slides.iter().enumerate().map(along).collect();
    let sizes = outputs.map(|outputs| [&[x[0], channels], outputs.as_slice()].concat());
    let added = sizes.as_ref().and_then(|sizes| {
        let written = product(&[rows, filters, groups])?;
        Some((written, product(sizes)?)).filter(|(written, results)| written > results)
    });
    let note = added.map(|(written, results)| {
        format!(
            "the products of each input with all taps are words of their own, to be added up where they \
             overlap: output words count {:.2} times",
            written as f64 / results as f64
        )
    });
    let product = Product::one(named(layer), Value::shaped(sizes)).of_types(input, weight);
    Some(Product {
        notes: note.into_iter().collect(),
        ..product
    })
}
