//! Shapes of operators' results, operator by operator as ONNX defines them (versions 9 to 21).

use super::proto::Node;
use super::shapes;
use super::value::{Value, axis, broadcast, product};
use super::window;

/// Whether an operator is known not to multiply matrices.
pub(super) enum Known {
    Yes(Vec<Value>),
    No,
}

/// Results that have the shape of the first operand.
const LIKE_FIRST: &[&str] = &[
    "Abs",
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "BatchNormalization",
    "Bernoulli",
    "BiasGelu",
    "BitwiseNot",
    "Cast",
    "CastLike",
    "Ceil",
    "Celu",
    "Clip",
    "Cos",
    "Cosh",
    "CumSum",
    "DequantizeLinear",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "FastGelu",
    "Floor",
    "Gelu",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "Hardmax",
    "Identity",
    "InstanceNormalization",
    "IsInf",
    "IsNaN",
    "LRN",
    "LayerNormalization",
    "LeakyRelu",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "MeanVarianceNormalization",
    "Mish",
    "Neg",
    "Not",
    "PRelu",
    "QuantizeLinear",
    "QuickGelu",
    "RandomNormalLike",
    "RandomUniformLike",
    "Reciprocal",
    "Relu",
    "ReverseSequence",
    "Round",
    "Scatter",
    "ScatterElements",
    "ScatterND",
    "Selu",
    "Shrink",
    "Sigmoid",
    "Sign",
    "SimplifiedLayerNormalization",
    "Sin",
    "Sinh",
    "SkipLayerNormalization",
    "Softmax",
    "Softplus",
    "Softsign",
    "Sqrt",
    "Tan",
    "Tanh",
    "ThresholdedRelu",
    "Trilu",
];

/// Results whose operands are broadcast against one another.
const BROADCAST: &[&str] = &[
    "Add",
    "And",
    "BitShift",
    "BitwiseAnd",
    "BitwiseOr",
    "BitwiseXor",
    "Div",
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Max",
    "Mean",
    "Min",
    "Mod",
    "Mul",
    "Or",
    "Pow",
    "Sub",
    "Sum",
    "Where",
    "Xor",
];

/// The results of an operator that multiplies no matrices. What cannot be known stays unknown.
pub(super) fn infer(node: &Node, inputs: &[Value]) -> Known {
    let op = node.op_type.as_str();
    let none = Value::default();
    let first = inputs.first().unwrap_or(&none);
    if LIKE_FIRST.contains(&op) {
        let keeps = matches!(
            op,
            "Cast" | "CastLike" | "Identity" | "Floor" | "Ceil" | "Round"
        );
        let rearranges = matches!(
            op,
            "Cast" | "CastLike" | "Identity" | "DequantizeLinear" | "QuantizeLinear"
        );
        let mut value = Value::shaped(first.shape.clone());
        // Types of TensorProto: what becomes a fraction is no size any more.
        let is_whole = op != "Cast" || matches!(node.int("to", 0), 2..=7 | 9 | 12 | 13);
        if keeps && is_whole {
            value.elements.clone_from(&first.elements);
            value.scales.clone_from(&first.scales);
        }
        if op == "Neg" {
            value.elements = first
                .elements
                .as_ref()
                .and_then(|e| e.iter().map(|x| x.checked_neg()).collect());
        }
        value.is_parameter = rearranges && first.is_parameter;
        return Known::Yes(vec![value]);
    }
    if BROADCAST.contains(&op) {
        return Known::Yes(vec![elementwise(op, inputs)]);
    }
    if op.starts_with("Reduce") || matches!(op, "ArgMax" | "ArgMin") {
        return Known::Yes(vec![reduce(node, inputs)]);
    }
    let result = match op {
        "Constant" => Some(constant(node)),
        "Shape" => shapes::shape_of(node, first),
        "Size" => first.shape.as_deref().and_then(product).map(|count| {
            Value::with_elements(Vec::new(), i64::try_from(count).ok().map(|c| vec![c]))
        }),
        "Reshape" => shapes::reshape(node, inputs),
        "Flatten" => shapes::flatten(node, first),
        "Transpose" => shapes::transpose(node, first),
        "Squeeze" => shapes::squeeze(node, inputs),
        "Unsqueeze" => shapes::unsqueeze(node, inputs),
        "Concat" => shapes::concat(node, inputs),
        "Split" | "SplitToSequence" => return Known::Yes(shapes::split(node, inputs)),
        "Slice" => shapes::slice(node, inputs),
        "Gather" => shapes::gather(node, inputs),
        "GatherElements" => inputs
            .get(1)
            .map(|indices| Value::shaped(indices.shape.clone())),
        "GatherND" => shapes::gather_nd(node, inputs),
        "Expand" => shapes::expand(inputs),
        "Tile" => shapes::tile(inputs),
        "Pad" => shapes::pad(node, inputs),
        "Resize" | "Upsample" => shapes::resize(node, inputs),
        "ConstantOfShape" => shapes::constant_of_shape(node, first),
        "Range" => shapes::range(inputs),
        "OneHot" => shapes::one_hot(node, inputs),
        "TopK" => return Known::Yes(vec![shapes::top_k(node, inputs); 2]),
        "DepthToSpace" | "SpaceToDepth" => shapes::blocks(node, first),
        "GlobalAveragePool" | "GlobalMaxPool" | "GlobalLpPool" => {
            first.shape.as_ref().map(|shape| {
                Value::shaped(Some(
                    shape
                        .iter()
                        .enumerate()
                        .map(|(i, s)| if i < 2 { *s } else { 1 })
                        .collect(),
                ))
            })
        }
        "MaxPool" | "AveragePool" | "LpPool" => window::pooled(node, first),
        "DynamicQuantizeLinear" => {
            let scalar = || Value::shaped(Some(Vec::new()));
            return Known::Yes(vec![Value::shaped(first.shape.clone()), scalar(), scalar()]);
        }
        "NonZero" | "Unique" | "NonMaxSuppression" | "Compress" | "RoiAlign" | "Multinomial"
        | "RandomNormal" | "RandomUniform" | "EyeLike" => None,
        _ => return Known::No,
    };
    Known::Yes(vec![result.unwrap_or_default()])
}

fn elementwise(op: &str, inputs: &[Value]) -> Value {
    let shapes: Option<Vec<&Vec<u64>>> = inputs.iter().map(|v| v.shape.as_ref()).collect();
    let shape = shapes.and_then(|shapes| {
        let (first, rest) = shapes.split_first()?;
        rest.iter()
            .try_fold((*first).clone(), |shape, other| broadcast(&shape, other))
    });
    let mut value = Value::shaped(shape);
    let Some(shape) = value.shape.as_ref().filter(|shape| Value::is_small(shape)) else {
        return value;
    };
    let count = product(shape).unwrap_or(0) as usize;
    // Only lists and single numbers meet where shapes are computed.
    let spread = |v: &Value| match v.elements.as_deref() {
        Some([one]) => Some(vec![*one; count]),
        Some(all) if all.len() == count => Some(all.to_vec()),
        _ => None,
    };
    let lists: Option<Vec<Vec<i64>>> = inputs.iter().map(spread).collect();
    value.elements = lists.and_then(|lists| {
        let compute = |at: usize| {
            let x: Vec<i64> = lists.iter().map(|list| list[at]).collect();
            match (op, x.as_slice()) {
                ("Add", [a, b]) => a.checked_add(*b),
                ("Sub", [a, b]) => a.checked_sub(*b),
                ("Mul", [a, b]) => a.checked_mul(*b),
                ("Div", [a, b]) => a.checked_div(*b),
                ("Mod", [a, b]) => a.checked_rem_euclid(*b),
                ("Min", all) => all.iter().min().copied(),
                ("Max", all) => all.iter().max().copied(),
                ("Equal", [a, b]) => Some(i64::from(a == b)),
                ("Greater", [a, b]) => Some(i64::from(a > b)),
                ("Less", [a, b]) => Some(i64::from(a < b)),
                ("Where", [c, a, b]) => Some(if *c != 0 { *a } else { *b }),
                _ => None,
            }
        };
        (0..count).map(compute).collect()
    });
    value
}

fn reduce(node: &Node, inputs: &[Value]) -> Value {
    let result = || {
        let first = inputs.first()?;
        let shape = first.shape.as_ref()?;
        let keep = node.int("keepdims", 1) != 0;
        let reduced: Vec<usize> = if node.op_type.starts_with("Arg") {
            vec![axis(node.int("axis", 0), shape.len())?]
        } else {
            match shapes::axes(node, inputs, 1)? {
                Some(axes) if !axes.is_empty() => axes
                    .iter()
                    .map(|a| axis(*a, shape.len()))
                    .collect::<Option<_>>()?,
                _ if node.int("noop_with_empty_axes", 0) != 0 => Vec::new(),
                _ => (0..shape.len()).collect(),
            }
        };
        let sizes = shape
            .iter()
            .enumerate()
            .filter_map(|(at, size)| match reduced.contains(&at) {
                false => Some(*size),
                true => keep.then_some(1),
            });
        let mut value = Value::shaped(Some(sizes.collect()));
        if node.op_type == "ReduceProd" && reduced.len() == shape.len() {
            let all = first.elements.as_ref();
            let total = all.and_then(|all| all.iter().try_fold(1i64, |t, x| t.checked_mul(*x)));
            value.elements = total.map(|total| vec![total]);
        }
        Some(value)
    };
    result().unwrap_or_default()
}

fn constant(node: &Node) -> Value {
    let Some(attribute) = node.attribute.first() else {
        return Value::default();
    };
    match attribute.name.as_str() {
        "value" => attribute.t.as_ref().map_or_else(Value::default, Value::of),
        "value_int" => Value::with_elements(Vec::new(), Some(vec![attribute.i])),
        "value_ints" => Value::list(attribute.ints.clone()),
        "value_float" => Value {
            scales: Some(vec![attribute.f]),
            ..Value::shaped(Some(Vec::new()))
        },
        "value_floats" => Value {
            scales: Some(attribute.floats.clone()),
            ..Value::shaped(Some(vec![attribute.floats.len() as u64]))
        },
        _ => Value::default(),
    }
}
