//! Sliding windows of convolutions and pools: padding, strides and sizes of results.

use super::proto::Node;
use super::value::Value;

/// One window over two axes; a layer over one axis has a second of extent 1.
pub(super) struct Windows {
    pub(super) kernel: [u64; 2],
    pub(super) stride: [u64; 2],
    pub(super) dilation: [u64; 2],
    /// Top, left, bottom, right.
    pub(super) padding: [u64; 4],
}

/// The windows of a node on an input of these extents. `None` for more axes than two, or for values
/// that ONNX does not allow.
pub(super) fn windows(node: &Node, input: [u64; 2], kernel: &[u64]) -> Option<Windows> {
    let axes = kernel.len();
    if axes == 0 || axes > 2 {
        return None;
    }
    let sizes = |name: &str| -> Option<[u64; 2]> {
        let Some(values) = node.ints(name).filter(|values| !values.is_empty()) else {
            return Some([1; 2]);
        };
        let size = |value: &i64| {
            u64::try_from(*value)
                .ok()
                .filter(|size| *size > 0 && *size < 1 << 40)
        };
        match values {
            [one] if axes == 1 => Some([1, size(one)?]),
            [rows, cols] if axes == 2 => Some([size(rows)?, size(cols)?]),
            _ => None,
        }
    };
    let kernel = match kernel {
        [one] => [1, *one],
        [rows, cols] => [*rows, *cols],
        _ => return None,
    };
    let (stride, dilation) = (sizes("strides")?, sizes("dilations")?);
    let auto = node.string("auto_pad").unwrap_or_default();
    let padding = if auto.starts_with("SAME") {
        let mut padding = [0; 4];
        for axis in 0..2 {
            let covered = (kernel[axis].checked_sub(1)?)
                .checked_mul(dilation[axis])?
                .checked_add(1)?;
            let outputs = input[axis].div_ceil(stride[axis]);
            let needed = outputs
                .checked_sub(1)?
                .checked_mul(stride[axis])?
                .checked_add(covered)?;
            let missing = needed.saturating_sub(input[axis]);
            let (less, more) = (missing / 2, missing.div_ceil(2));
            let is_upper = auto == "SAME_UPPER";
            padding[axis] = if is_upper { less } else { more };
            padding[axis + 2] = if is_upper { more } else { less };
        }
        padding
    } else {
        let pad = |value: &i64| u64::try_from(*value).ok().filter(|pad| *pad < 1 << 40);
        match node
            .ints("pads")
            .filter(|pads| !pads.is_empty() && auto != "VALID")
        {
            None => [0; 4],
            Some([left, right]) if axes == 1 => [0, pad(left)?, 0, pad(right)?],
            Some([top, left, bottom, right]) if axes == 2 => {
                [pad(top)?, pad(left)?, pad(bottom)?, pad(right)?]
            }
            Some(_) => return None,
        }
    };
    Some(Windows {
        kernel,
        stride,
        dilation,
        padding,
    })
}

impl Windows {
    /// Outputs along each axis, rounded down or up.
    pub(super) fn outputs(&self, input: [u64; 2], round_up: i64) -> Option<[u64; 2]> {
        let along = |axis: usize| {
            let covered = self.kernel[axis]
                .checked_sub(1)?
                .checked_mul(self.dilation[axis])?
                .checked_add(1)?;
            let padded = input[axis]
                .checked_add(self.padding[axis])?
                .checked_add(self.padding[axis + 2])?;
            let slack = padded.checked_sub(covered)?;
            let steps = if round_up == 0 {
                slack / self.stride[axis]
            } else {
                slack.div_ceil(self.stride[axis])
            };
            Some(steps + 1)
        };
        Some([along(0)?, along(1)?])
    }
}

/// Rows and columns of `[N, C, L]` or `[N, C, H, W]`.
pub(super) fn extents(shape: &[u64]) -> Option<[u64; 2]> {
    match shape {
        [_, _, length] => Some([1, *length]),
        [_, _, rows, cols] => Some([*rows, *cols]),
        _ => None,
    }
}

/// `[N, C]` with these extents in front of it, of as many axes as `like`.
pub(super) fn reshaped(like: &[u64], channels: u64, outputs: [u64; 2]) -> Vec<u64> {
    match like {
        [n, _, _] => vec![*n, channels, outputs[1]],
        _ => vec![like[0], channels, outputs[0], outputs[1]],
    }
}

/// The result of a pool.
pub(super) fn pooled(node: &Node, input: &Value) -> Option<Value> {
    let shape = input.shape.as_ref()?;
    let extents = extents(shape)?;
    let kernel: Option<Vec<u64>> = node
        .ints("kernel_shape")?
        .iter()
        .map(|k| u64::try_from(*k).ok())
        .collect();
    let windows = windows(node, extents, &kernel?)?;
    let outputs = windows.outputs(extents, node.int("ceil_mode", 0))?;
    Some(Value::shaped(Some(reshaped(shape, shape[1], outputs))))
}
