//! Results of operators that multiply no matrices, operator by operator as ONNX and ONNX Runtime
//! define them.

use super::copies;
use super::einsum;
use super::element::ElementType;
use super::fold;
use super::grown;
use super::made;
use super::number::Number;
use super::operators::{BROADCAST, LIKE_FIRST, is_known_domain};
use super::parts;
use super::proto::Node;
use super::sequences::sequence;
use super::shapes;
use super::value::{Value, axis, product};
use super::window;

/// The results of an operator that multiplies no matrices, as far as they can be known; `None` if the
/// operator is not known.
pub(super) fn infer(node: &Node, inputs: &[Value]) -> Option<Vec<Value>> {
    if !is_known_domain(&node.domain) {
        return None;
    }
    let mut results = results(node, inputs)?;
    // What is computed from nothing else than what is there before the network runs is there, too.
    let op = node.op_type.as_str();
    let given = (0..inputs.len()).filter(|at| node.has_input(*at));
    let is_parameter = match op {
        "Constant" | "Shape" | "Size" => true,
        _ if op.starts_with("Random") || matches!(op, "Bernoulli" | "Multinomial") => false,
        _ => {
            inputs.iter().any(|v| v.is_parameter)
                && given.into_iter().all(|at| inputs[at].is_parameter)
        }
    };
    for value in &mut results {
        value.is_parameter = is_parameter;
    }
    Some(results)
}

fn results(node: &Node, inputs: &[Value]) -> Option<Vec<Value>> {
    let op = node.op_type.as_str();
    let none = Value::default();
    let first = inputs.first().unwrap_or(&none);
    if LIKE_FIRST.contains(&op) {
        return Some(like_first(node, inputs));
    }
    if BROADCAST.contains(&op) {
        return Some(vec![fold::elementwise(node, inputs)]);
    }
    if op.starts_with("Reduce") || matches!(op, "ArgMax" | "ArgMin") {
        return Some(vec![fold::reduced(node, inputs).unwrap_or_default()]);
    }
    if let Some(results) = sequence(node, inputs) {
        return Some(results);
    }
    let count = node.output.len();
    let result = match op {
        "Constant" => Some(constant(node)),
        "Shape" => shapes::shape_of(node, first),
        "Size" => {
            let count = first.shape.as_deref().and_then(product);
            let count = count.and_then(|count| i64::try_from(count).ok());
            count.map(|count| Value::scalar(Number::Whole(count), ElementType::INT64))
        }
        "Reshape" => shapes::reshape(node, inputs),
        "Flatten" => shapes::flatten(node, first),
        "Transpose" => shapes::transpose(node, first),
        "Squeeze" => shapes::squeeze(node, inputs),
        "Unsqueeze" => shapes::unsqueeze(node, inputs),
        "Concat" => parts::concat(node, inputs),
        "Split" => return Some(parts::split(node, inputs, count).unwrap_or_default()),
        "Slice" => parts::slice(node, inputs),
        "Gather" => parts::gather(node, inputs),
        "GatherBlockQuantized" => gathered_blocks(node, inputs),
        "GatherElements" => parts::gather_elements(node, inputs),
        "GatherND" => parts::gather_nd(node, inputs),
        "Expand" => grown::expand(inputs),
        "Tile" => grown::tile(inputs),
        "Pad" => grown::pad(node, inputs),
        "Resize" | "Upsample" => grown::resize(node, inputs),
        "ConstantOfShape" => made::constant_of_shape(node, first),
        "Range" => made::range(inputs),
        "OneHot" => made::one_hot(node, inputs),
        "TopK" => return Some(parts::top_k(node, inputs).unwrap_or_default()),
        "DepthToSpace" | "SpaceToDepth" => shapes::blocks(node, first),
        "Einsum" => einsum::einsum_of_one(node, first),
        "CumSum" => made::running_sum(node, inputs),
        "NonZero" => made::non_zero(first),
        "Col2Im" => window::image(node, inputs),
        "EyeLike" => Some(Value::shaped(first.shape.clone())),
        "GlobalAveragePool" | "GlobalMaxPool" | "GlobalLpPool" | "QLinearGlobalAveragePool" => {
            let is_last = node.int("channels_last", 0) != 0;
            first.shape.as_ref().map(|shape| {
                let channels = if is_last {
                    shape.len().saturating_sub(1)
                } else {
                    1
                };
                let size = |(at, size): (usize, &u64)| {
                    if at == 0 || at == channels { *size } else { 1 }
                };
                Value::shaped(Some(shape.iter().enumerate().map(size).collect()))
                    .typed(first.element)
            })
        }
        "MaxPool" | "AveragePool" | "LpPool" | "QLinearAveragePool" | "NhwcMaxPool" => {
            let mut pool = node.clone();
            let is_last = op == "NhwcMaxPool" || node.domain == "com.ms.internal.nhwc";
            if is_last {
                pool.attribute.push(super::proto::Attribute {
                    name: "channels_last".to_owned(),
                    i: 1,
                    ..Default::default()
                });
            }
            // The second result says where the greatest stood.
            return Some(vec![
                window::pooled(&pool, first).unwrap_or_default();
                count
            ]);
        }
        "GridSample" => sampled(first, inputs.get(1)?),
        "AffineGrid" => inputs.get(1).and_then(Value::sizes).and_then(|size| {
            let [n, ..] = size.as_slice() else {
                return None;
            };
            let axes = size.len().checked_sub(2)? as u64;
            Some(Value::shaped(Some([&[*n], &size[2..], &[axes]].concat())))
        }),
        "RoiAlign" => {
            let rois = inputs
                .get(1)
                .and_then(|v| v.shape.as_deref()?.first().copied());
            let side = |name: &str| node.size(name).unwrap_or(1);
            rois.and_then(|rois| {
                let channels = *first.shape.as_ref()?.get(1)?;
                let sizes = vec![rois, channels, side("output_height"), side("output_width")];
                Some(Value::shaped(Some(sizes)).typed(first.element))
            })
        }
        "MaxRoiPool" => {
            let rois = inputs
                .get(1)
                .and_then(|v| v.shape.as_deref()?.first().copied());
            rois.and_then(|rois| {
                let [rows, cols] = node.ints("pooled_shape")? else {
                    return None;
                };
                let size = |size: i64| u64::try_from(size).ok();
                let channels = *first.shape.as_ref()?.get(1)?;
                Some(Value::shaped(Some(vec![
                    rois,
                    channels,
                    size(*rows)?,
                    size(*cols)?,
                ])))
            })
        }
        "CenterCropPad" => cropped(node, first, inputs.get(1)?),
        "STFT" => spectrum(node, inputs),
        "HannWindow" | "HammingWindow" | "BlackmanWindow" => {
            first.sizes().map(|sizes| Value::shaped(Some(sizes)))
        }
        "RandomNormal" | "RandomUniform" => node.ints("shape").and_then(|shape| {
            let sizes = shape.iter().map(|size| u64::try_from(*size).ok());
            Some(Value::shaped(Some(sizes.collect::<Option<_>>()?)))
        }),
        "DynamicQuantizeLinear" => {
            let scalar = || Value::shaped(Some(Vec::new()));
            return Some(vec![
                Value::shaped(first.shape.clone()).typed(Some(ElementType::UINT8)),
                scalar(),
                scalar().typed(Some(ElementType::UINT8)),
            ]);
        }
        "EmbedLayerNormalization" => {
            let hidden = inputs
                .get(2)
                .and_then(|v| v.shape.as_deref()?.last().copied());
            let sizes = first.shape.as_ref().zip(hidden);
            let sizes = sizes.map(|(ids, hidden)| [ids.as_slice(), &[hidden]].concat());
            let batch = first
                .shape
                .as_deref()
                .and_then(|ids| Some(vec![*ids.first()?]));
            let embedded = Value::shaped(sizes);
            return Some(vec![embedded.clone(), Value::shaped(batch), embedded]);
        }
        "BiasSplitGelu" => first.shape.as_ref().and_then(|shape| {
            let (last, outer) = shape.split_last()?;
            Some(Value::shaped(Some([outer, &[last / 2]].concat())).typed(first.element))
        }),
        // Operands with a scale and a zero point each.
        "QLinearAdd" | "QLinearMul" => {
            let second = inputs.get(3).cloned().unwrap_or_default();
            let added = fold::elementwise(node, &[first.clone(), second]);
            Some(Value {
                elements: None,
                ..added
            })
        }
        "QLinearWhere" => {
            let parts = [0, 1, 4].map(|at| inputs.get(at).cloned().unwrap_or_default());
            Some(fold::elementwise(node, &parts))
        }
        "QLinearConcat" => {
            // The result's scale and zero point come first.
            let tensors = inputs.get(2..)?.iter().step_by(3).cloned();
            let tensors: Vec<Value> = tensors.collect();
            let names = Node {
                input: Vec::new(),
                ..node.clone()
            };
            parts::concat(&names, &tensors)
        }
        "Unique" | "NonMaxSuppression" | "Compress" | "Multinomial" | "StringSplit"
        | "MaxUnpool" | "DFT" | "MelWeightMatrix" | "Det" | "Optional" | "OptionalGetElement"
        | "OptionalHasElement" | "StringNormalizer" | "StringConcat" | "RegexFullMatch"
        | "TfIdfVectorizer" | "CropAndResize" => None,
        _ => return None,
    };
    Some(vec![result.unwrap_or_default()])
}

fn like_first(node: &Node, inputs: &[Value]) -> Vec<Value> {
    let op = node.op_type.as_str();
    let mut first = fold::mapped(node, inputs);
    // These are not elementwise in what is known of them, though their shapes are.
    if matches!(
        op,
        "Scatter" | "ScatterElements" | "ScatterND" | "TensorScatter" | "Trilu"
    ) {
        first.elements = None;
        first.axes = None;
    }
    let count = node.output.len().max(1);
    let rest = match op {
        // Means and deviations are of no use behind; the sum that is normalised is.
        "SkipLayerNormalization"
        | "SkipSimplifiedLayerNormalization"
        | "SkipGroupNorm"
        | "Dropout"
        | "BiasDropout" => first.clone(),
        _ => Value::default(),
    };
    let mut results = vec![first];
    results.resize(count, rest);
    results
}

/// `[N, C, ...]` at the places of a grid `[N, ..., axes]`.
fn sampled(value: &Value, grid: &Value) -> Option<Value> {
    let (shape, grid) = (value.shape.as_ref()?, grid.shape.as_ref()?);
    let places = grid.get(1..grid.len().checked_sub(1)?)?;
    Some(Value::shaped(Some([shape.get(..2)?, places].concat())).typed(value.element))
}

fn cropped(node: &Node, value: &Value, wanted: &Value) -> Option<Value> {
    let mut shape = value.shape.clone()?;
    let sizes = wanted.sizes()?;
    let axes: Vec<usize> = match node.ints("axes") {
        Some(axes) => axes
            .iter()
            .map(|a| axis(*a, shape.len()))
            .collect::<Option<_>>()?,
        None => (0..shape.len()).collect(),
    };
    if axes.len() != sizes.len() {
        return None;
    }
    for (at, size) in axes.iter().zip(sizes) {
        shape[*at] = size;
    }
    Some(Value::shaped(Some(shape)).typed(value.element))
}

/// `[batch, frames, bins, 2]` of a signal `[batch, length, 1 or 2]`.
fn spectrum(node: &Node, inputs: &[Value]) -> Option<Value> {
    let signal = inputs.first()?.shape.as_ref()?;
    let size = |at: usize| inputs.get(at)?.sizes()?.first().copied();
    let step = size(1).filter(|step| *step > 0)?;
    let window = inputs
        .get(2)
        .and_then(|v| v.shape.as_deref()?.first().copied());
    let length = size(3).or(window)?;
    let frames = signal.get(1)?.checked_sub(length)? / step + 1;
    let bins = match node.int("onesided", 1) {
        0 => length,
        _ => length / 2 + 1,
    };
    Some(Value::shaped(Some(vec![*signal.first()?, frames, bins, 2])))
}

/// Rows of a table whose words are packed: two of four bits in a byte.
fn gathered_blocks(node: &Node, inputs: &[Value]) -> Option<Value> {
    let [table, indices, scales, ..] = inputs else {
        return None;
    };
    let mut shape = table.shape.clone()?;
    if table.element == Some(ElementType::UINT8) {
        let last = shape.last_mut()?;
        let packed = 8u64.checked_div(node.size("bits").unwrap_or(4))?;
        *last = last.checked_mul(packed)?;
    }
    let at = axis(node.int("gather_axis", 0), shape.len())?;
    let wanted = indices.shape.as_ref()?;
    let sizes = [&shape[..at], wanted, &shape[at + 1..]].concat();
    let axes = sizes.iter().map(|size| copies::real(*size)).collect();
    Some(
        Value::shaped(Some(sizes))
            .typed(scales.element)
            .with_axes(Some(axes)),
    )
}

fn constant(node: &Node) -> Value {
    let Some(attribute) = node.attribute.first() else {
        return Value::default();
    };
    let fraction = |x: &f32| Number::Fraction(f64::from(*x));
    match attribute.name.as_str() {
        "value" => attribute.t.as_ref().map_or_else(Value::default, Value::of),
        "sparse_value" => attribute
            .sparse_tensor
            .as_ref()
            .map_or_else(Value::default, |t| {
                let dims: Option<Vec<u64>> =
                    t.dims.iter().map(|d| u64::try_from(*d).ok()).collect();
                Value::shaped(dims)
            }),
        "value_int" => Value::scalar(Number::Whole(attribute.i), ElementType::INT64),
        "value_ints" => Value::list(attribute.ints.clone()),
        "value_float" => Value::scalar(fraction(&attribute.f), ElementType::FLOAT),
        "value_floats" => {
            let shape = vec![attribute.floats.len() as u64];
            Value::with_elements(shape, Some(attribute.floats.iter().map(fraction).collect()))
                .typed(Some(ElementType::FLOAT))
        }
        _ => Value::default(),
    }
}
