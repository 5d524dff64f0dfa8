//! Operators that multiply matrices, as layers.

use super::proto::Node;
use super::value::{Value, axis, broadcast, product};
use super::window::{extents, reshaped, windows};
use crate::convolution::Convolution;
use crate::layer::{Layer, RightOperand};

/// What such an operator is: its layer, and the shape of its result.
pub(super) struct Product {
    pub(super) layer: Result<Layer, String>,
    pub(super) result: Value,
}

/// Where an operator's two operands stand among its inputs, if it multiplies matrices.
fn operands(op: &str) -> Option<[usize; 2]> {
    match op {
        "Conv" | "ConvTranspose" | "Gemm" | "MatMul" | "Einsum" | "ConvInteger"
        | "MatMulInteger" | "FusedConv" | "FusedMatMul" | "FusedGemm" => Some([0, 1]),
        // x, its scale and zero point, w, its own, and those of y.
        "QLinearConv" | "QLinearMatMul" => Some([0, 3]),
        _ => None,
    }
}

/// The product that a node is; nothing if it multiplies no matrices as far as is known here.
pub(super) fn of(node: &Node, inputs: &[Value], name: &str) -> Option<Product> {
    let op = node.op_type.as_str();
    let [a, b] = operands(op)?;
    let unknown = |why: &str| Product {
        layer: Err(why.to_owned()),
        result: Value::default(),
    };
    let none = Value::default();
    let (a, b) = (
        inputs.get(a).unwrap_or(&none),
        inputs.get(b).unwrap_or(&none),
    );
    let (Some(left), Some(right)) = (&a.shape, &b.shape) else {
        return Some(unknown("the shape of an operand is not known"));
    };
    if left.iter().chain(right).any(|size| *size == 0) {
        return Some(unknown("an operand has no elements"));
    }
    let found = match op {
        "Conv" | "ConvInteger" | "QLinearConv" | "FusedConv" => {
            convolution(node, left, right, name)
        }
        "ConvTranspose" => transposed(node, left, right, name),
        "Gemm" | "FusedGemm" => {
            let sides = [node.int("transA", 0) != 0, node.int("transB", 0) != 0];
            gemm([a, b], sides, name)
        }
        "Einsum" => einsum(node, [a, b], inputs.len(), name),
        _ => {
            let sides = [node.int("transA", 0) != 0, node.int("transB", 0) != 0];
            matmul([a, b], sides, name)
        }
    };
    Some(found.unwrap_or_else(|| {
        unknown("its shapes or attributes do not fit together, or it has more than two axes")
    }))
}

fn named(layer: Result<Layer, crate::error::LayerError>) -> Result<Layer, String> {
    layer.map_err(|error| error.to_string())
}

fn convolution(node: &Node, input: &[u64], weight: &[u64], name: &str) -> Option<Product> {
    let (extents, kernel) = (extents(input)?, weight.get(2..)?);
    let windows = windows(node, extents, kernel).filter(|_| weight.len() == input.len())?;
    let groups = u64::try_from(node.int("group", 1))
        .ok()
        .filter(|groups| *groups > 0)?;
    if weight[1].checked_mul(groups)? != input[1] {
        return None;
    }
    let outputs = windows.outputs(extents, 0)?;
    let convolution = Convolution {
        batch: input[0],
        groups,
        in_channels: input[1],
        out_channels: weight[0],
        input: extents,
        kernel: windows.kernel,
        stride: windows.stride,
        dilation: windows.dilation,
        padding: windows.padding,
    };
    Some(Product {
        layer: named(Layer::convolution(name, convolution)),
        result: Value::shaped(Some(reshaped(input, weight[0], outputs))),
    })
}

/// A transposed convolution is the product of every input position with all filters, whose results
/// are added up where they overlap: `[N H W, C] x [C, K R S]`.
fn transposed(node: &Node, input: &[u64], weight: &[u64], name: &str) -> Option<Product> {
    let (extents, kernel) = (extents(input)?, weight.get(2..)?);
    let windows = windows(node, extents, kernel).filter(|_| weight.len() == input.len())?;
    let groups = u64::try_from(node.int("group", 1))
        .ok()
        .filter(|groups| *groups > 0)?;
    if weight[0] != input[1] || !input[1].is_multiple_of(groups) {
        return None;
    }
    let rows = product(&[input[0], extents[0], extents[1]])?;
    let filters = product(&[weight[1], windows.kernel[0], windows.kernel[1]])?;
    let layer = Layer::matmul(
        name,
        groups,
        [rows, filters, input[1] / groups],
        RightOperand::Parameters,
    );
    let extra = |field: usize| {
        let pads = node.ints("output_padding").unwrap_or_default();
        let at = if kernel.len() == 1 {
            field.checked_sub(1)
        } else {
            Some(field)
        };
        at.and_then(|at| pads.get(at))
            .copied()
            .and_then(|pad| u64::try_from(pad).ok())
            .unwrap_or(0)
    };
    let along = |axis: usize| {
        let covered = (windows.kernel[axis].checked_sub(1)?).checked_mul(windows.dilation[axis])?;
        let last = extents[axis]
            .checked_sub(1)?
            .checked_mul(windows.stride[axis])?;
        let size = last.checked_add(covered)?.checked_add(1 + extra(axis))?;
        size.checked_sub(windows.padding[axis])?
            .checked_sub(windows.padding[axis + 2])
    };
    let channels = weight[1].checked_mul(groups)?;
    // Padding that follows from a wanted size is left to be unknown.
    let is_plain = node.ints("output_shape").is_none()
        && node.string("auto_pad").is_none_or(|pad| pad == "NOTSET");
    let outputs = is_plain.then(|| Some([along(0)?, along(1)?])).flatten();
    Some(Product {
        layer: named(layer),
        result: Value::shaped(outputs.map(|outputs| reshaped(input, channels, outputs))),
    })
}

fn right(is_parameter: bool) -> RightOperand {
    if is_parameter {
        RightOperand::Parameters
    } else {
        RightOperand::Activations
    }
}

fn gemm([a, b]: [&Value; 2], transposed: [bool; 2], name: &str) -> Option<Product> {
    if a.rank() != Some(2) || b.rank() != Some(2) {
        return None;
    }
    matmul([a, b], transposed, name)
}

fn matmul([a, b]: [&Value; 2], transposed: [bool; 2], name: &str) -> Option<Product> {
    let (mut left, mut second) = (a.shape.clone()?, b.shape.clone()?);
    for (shape, is_transposed) in [(&mut left, transposed[0]), (&mut second, transposed[1])] {
        let rank = shape.len();
        if is_transposed && rank >= 2 {
            shape.swap(rank - 1, rank - 2);
        }
    }
    // A list is a row on the left and a column on the right, which the result does not keep.
    let (is_row, is_column) = (left.len() == 1, second.len() == 1);
    if is_row {
        left.insert(0, 1);
    }
    if is_column {
        second.push(1);
    }
    let (&[.., m, c], &[.., d, k]) = (left.as_slice(), second.as_slice()) else {
        return None;
    };
    if c != d {
        return None;
    }
    let (outer_left, outer_right) = (&left[..left.len() - 2], &second[..second.len() - 2]);
    let outer = broadcast(outer_left, outer_right)?;
    let heads = product(&outer)?;
    let layer = if product(outer_right)? == 1 {
        // One right operand for all rows.
        let rows = heads.checked_mul(m)?;
        if a.is_parameter && !b.is_parameter && outer_left.is_empty() {
            // Trained on the left: the transposed product has them on the right.
            Layer::matmul(name, 1, [k, rows, c], RightOperand::Parameters)
        } else {
            Layer::matmul(name, 1, [rows, k, c], right(b.is_parameter))
        }
    } else if product(outer_left)? == 1 && a.is_parameter {
        // One trained left operand for all columns.
        Layer::matmul(
            name,
            1,
            [heads.checked_mul(k)?, m, c],
            RightOperand::Parameters,
        )
    } else {
        Layer::matmul(name, heads, [m, k, c], right(b.is_parameter))
    };
    let mut shape = outer;
    if !is_row {
        shape.push(m);
    }
    if !is_column {
        shape.push(k);
    }
    Some(Product {
        layer: named(layer),
        result: Value::shaped(Some(shape)),
    })
}

/// A product of two operands, whose letters are heads (in all three), rows (left and result), columns
/// (right and result), or summed over (left and right).
fn einsum(node: &Node, [a, b]: [&Value; 2], operands: usize, name: &str) -> Option<Product> {
    let equation: String = node
        .string("equation")?
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let (terms, result) = equation.split_once("->")?;
    let (left, second) = terms.split_once(',')?;
    if operands != 2 || equation.contains('.') {
        return None;
    }
    let mut sizes: Vec<(char, u64)> = Vec::new();
    for (term, value) in [(left, a), (second, b)] {
        let shape = value
            .shape
            .as_ref()
            .filter(|shape| shape.len() == term.chars().count())?;
        for (letter, size) in term.chars().zip(shape) {
            match sizes.iter().find(|(known, _)| *known == letter) {
                Some((_, known)) if known != size => return None,
                Some(_) => {}
                None => sizes.push((letter, *size)),
            }
        }
    }
    let [mut heads, mut m, mut k, mut c] = [1u64; 4];
    for (letter, size) in &sizes {
        let within = [left, second, result].map(|term| term.contains(*letter));
        let side = match within {
            [true, true, true] => &mut heads,
            [true, false, true] => &mut m,
            [false, true, true] => &mut k,
            [true, true, false] => &mut c,
            // Summed over in one operand alone: no product.
            _ => return None,
        };
        *side = side.checked_mul(*size)?;
    }
    let of = |letter: char| {
        sizes
            .iter()
            .find(|(known, _)| *known == letter)
            .map(|(_, size)| *size)
    };
    let shape: Option<Vec<u64>> = result.chars().map(of).collect();
    let layer = if a.is_parameter && !b.is_parameter {
        Layer::matmul(name, heads, [k, m, c], RightOperand::Parameters)
    } else {
        Layer::matmul(name, heads, [m, k, c], right(b.is_parameter))
    };
    Some(Product {
        layer: named(layer),
        result: Value::shaped(Some(shape?)),
    })
}

/// Multiply-accumulates of an operator that is no layer here, as far as its shapes tell.
pub(super) fn estimate(node: &Node, inputs: &[Value]) -> Option<u64> {
    let shape = |at: usize| inputs.get(at)?.shape.as_ref();
    match node.op_type.as_str() {
        "LSTM" | "GRU" | "RNN" => {
            // X [steps, batch, input], W [directions, gates hidden, input], R [.., hidden].
            let (x, w, r) = (shape(0)?, shape(1)?, shape(2)?);
            let (&[steps, batch, _], &[directions, gates, input], &[_, _, hidden]) =
                (x.as_slice(), w.as_slice(), r.as_slice())
            else {
                return None;
            };
            product(&[steps, batch, directions, gates, input.checked_add(hidden)?])
        }
        "Conv" | "ConvInteger" => {
            // More axes than two.
            let (x, w) = (shape(0)?, shape(1)?);
            let pads = node.ints("pads").unwrap_or_default();
            let axes = x.len().checked_sub(2)?;
            let mut total = product(w)?.checked_mul(*x.first()?)?;
            for at in 0..axes {
                let of = |name: &str| {
                    node.ints(name)
                        .and_then(|v| v.get(at).copied())
                        .unwrap_or(1)
                        .max(1) as u64
                };
                let pad = |at: usize| pads.get(at).copied().unwrap_or(0).max(0) as u64;
                let covered = w
                    .get(at + 2)?
                    .checked_sub(1)?
                    .checked_mul(of("dilations"))?
                    .checked_add(1)?;
                let padded = x[at + 2]
                    .checked_add(pad(at))?
                    .checked_add(pad(at + axes))?;
                total = total.checked_mul(padded.checked_sub(covered)? / of("strides") + 1)?;
            }
            Some(total)
        }
        "Attention" | "MultiHeadAttention" => {
            // X [batch, sequence, input] times W [input, 3 hidden], scores and values.
            let (x, w) = (shape(0)?, shape(1)?);
            let (&[batch, sequence, input], &[_, hidden]) = (x.as_slice(), w.as_slice()) else {
                return None;
            };
            let projections = product(&[batch, sequence, input, hidden])?;
            let attention = product(&[2, batch, sequence, sequence, hidden / 3])?;
            projections.checked_add(attention)
        }
        _ => None,
    }
}

/// Results of recurrent layers, whose shapes follow from those of X and R.
pub(super) fn recurrent(node: &Node, inputs: &[Value]) -> Option<Vec<Value>> {
    if !matches!(node.op_type.as_str(), "LSTM" | "GRU" | "RNN") {
        return None;
    }
    let result = || {
        let (x, r) = (
            inputs.first()?.shape.as_ref()?,
            inputs.get(2)?.shape.as_ref()?,
        );
        let (&[steps, batch, _], &[directions, _, hidden]) = (x.as_slice(), r.as_slice()) else {
            return None;
        };
        axis(node.int("layout", 0), 1)?;
        let all = Value::shaped(Some(vec![steps, directions, batch, hidden]));
        let last = Value::shaped(Some(vec![directions, batch, hidden]));
        Some(vec![all, last.clone(), last])
    };
    Some(result().unwrap_or_default())
}
