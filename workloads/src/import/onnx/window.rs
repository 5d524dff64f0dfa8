//! Sliding windows of convolutions and pools over any number of axes: padding, strides and sizes of
//! results.

use super::proto::Node;
use super::value::{Value, product};

const MOST_SIZE: u64 = 1 << 40;

/// A window along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slide {
    pub(super) input: u64,
    pub(super) kernel: u64,
    pub(super) stride: u64,
    pub(super) dilation: u64,
    /// Before and after.
    pub(super) padding: [u64; 2],
}

/// The windows of a node along each axis of an input of these extents. `None` for values that ONNX
/// does not allow.
pub(super) fn slides(node: &Node, input: &[u64], kernel: &[u64]) -> Option<Vec<Slide>> {
    let count = kernel.len();
    if count == 0 || count != input.len() {
        return None;
    }
    let size = |value: i64| u64::try_from(value).ok().filter(|size| *size < MOST_SIZE);
    let given = |name: &str| node.ints(name).filter(|values| !values.is_empty());
    let (strides, dilations, pads) = (given("strides"), given("dilations"), given("pads"));
    let of = |values: Option<&[i64]>, at: usize| match values {
        Some(values) if values.len() == count => size(values[at]).filter(|size| *size > 0),
        Some(_) => None,
        None => Some(1),
    };
    let auto = node.string("auto_pad").unwrap_or_default();
    let along = |at: usize| {
        let mut slide = Slide {
            input: input[at],
            kernel: kernel[at],
            stride: of(strides, at)?,
            dilation: of(dilations, at)?,
            padding: [0; 2],
        };
        if auto.starts_with("SAME") {
            let outputs = slide.input.div_ceil(slide.stride);
            let needed = (outputs.checked_sub(1)?)
                .checked_mul(slide.stride)?
                .checked_add(slide.covered()?)?;
            let missing = needed.saturating_sub(slide.input);
            let (less, more) = (missing / 2, missing.div_ceil(2));
            slide.padding = if auto == "SAME_UPPER" {
                [less, more]
            } else {
                [more, less]
            };
        } else if let Some(pads) = pads.filter(|_| auto != "VALID") {
            if pads.len() != 2 * count {
                return None;
            }
            slide.padding = [size(pads[at])?, size(pads[at + count])?];
        }
        Some(slide)
    };
    (0..count).map(along).collect()
}

impl Slide {
    /// Elements from the kernel's first tap to its last.
    pub(super) fn covered(&self) -> Option<u64> {
        (self.kernel.checked_sub(1)?)
            .checked_mul(self.dilation)?
            .checked_add(1)
    }

    fn slack(&self) -> Option<u64> {
        let padded = self.input.checked_add(self.padding[0])?;
        padded
            .checked_add(self.padding[1])?
            .checked_sub(self.covered()?)
    }

    /// Outputs along this axis.
    pub(super) fn outputs(&self) -> Option<u64> {
        Some(self.slack()? / self.stride + 1)
    }

    /// Outputs rounded up, as pools do on demand: a last window that would begin behind the input, in
    /// the padding at its end, is left out.
    pub(super) fn outputs_rounded_up(&self) -> Option<u64> {
        let steps = self.slack()?.div_ceil(self.stride);
        let begins_behind =
            steps.checked_mul(self.stride)? >= self.input.checked_add(self.padding[0])?;
        Some(if begins_behind { steps } else { steps + 1 })
    }
}

/// The extents behind the batch and the channels.
pub(super) fn extents(shape: &[u64]) -> Option<&[u64]> {
    shape.get(2..).filter(|extents| !extents.is_empty())
}

/// The result of a pool.
pub(super) fn pooled(node: &Node, input: &Value) -> Option<Value> {
    let shape = input.shape.as_ref()?;
    let is_last = node.int("channels_last", 0) != 0;
    let extents = match is_last {
        true => shape.get(1..shape.len().checked_sub(1)?)?,
        false => extents(shape)?,
    };
    let kernel: Option<Vec<u64>> = node
        .ints("kernel_shape")?
        .iter()
        .map(|k| u64::try_from(*k).ok())
        .collect();
    let rounds_up = node.int("ceil_mode", 0) != 0;
    let outputs: Vec<u64> = slides(node, extents, &kernel?)?
        .iter()
        .map(|slide| match rounds_up {
            true => slide.outputs_rounded_up(),
            false => slide.outputs(),
        })
        .collect::<Option<_>>()?;
    let sizes = match is_last {
        true => [&shape[..1], &outputs, &shape[shape.len() - 1..]].concat(),
        false => [&shape[..2], &outputs].concat(),
    };
    Some(Value::shaped(Some(sizes)).typed(input.element))
}

/// The image that `Col2Im` puts together from its windows' columns.
pub(super) fn image(node: &Node, inputs: &[Value]) -> Option<Value> {
    let [columns, image, window, ..] = inputs else {
        return None;
    };
    let [batch, values, count] = columns.shape.as_deref()? else {
        return None;
    };
    let (image, window) = (image.sizes()?, window.sizes()?);
    let windows: Vec<u64> = slides(node, &image, &window)?
        .iter()
        .map(Slide::outputs)
        .collect::<Option<_>>()?;
    let taps = product(&window)?;
    if product(&windows)? != *count || !values.is_multiple_of(taps) {
        return None;
    }
    let sizes = [&[*batch, values / taps], image.as_slice()].concat();
    Some(Value::shaped(Some(sizes)).typed(columns.element))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: u64, kernel: u64, stride: u64, padding: [u64; 2], expected: [u64; 2]) {
        let slide = Slide {
            input,
            kernel,
            stride,
            dilation: 1,
            padding,
        };
        let found = [slide.outputs(), slide.outputs_rounded_up()];
        assert_eq!(found, expected.map(Some));
    }

    #[test]
    fn windows_that_begin_behind_the_input_are_left_out() {
        check(6, 1, 2, [0, 0], [3, 3]);
        check(4, 3, 2, [0, 0], [1, 2]);
        check(32, 5, 3, [0, 0], [10, 10]);
        check(4, 3, 3, [1, 1], [2, 2]);
        check(2, 1, 2, [0, 0], [1, 1]);
        check(3, 2, 2, [1, 1], [2, 2]);
    }
}
