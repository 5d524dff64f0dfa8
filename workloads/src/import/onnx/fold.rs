//! Operators that compute: shapes of their results, their elements where few are known, and which of
//! their axes are copies.

use super::copies::{self, AxisFactors};
use super::element::ElementType;
use super::number::{Number, binary, unary};
use super::proto::Node;
use super::shapes;
use super::value::{Value, axis, broadcast, each_index, flat, product};

/// An elementwise operator of any number of operands, which are broadcast.
pub(super) fn elementwise(node: &Node, inputs: &[Value]) -> Value {
    let mut op = node.op_type.as_str();
    if op == "Mod" && node.int("fmod", 0) != 0 {
        op = "FMod";
    }
    let shapes: Option<Vec<&Vec<u64>>> = inputs.iter().map(|v| v.shape.as_ref()).collect();
    let Some(shape) = shapes.and_then(|shapes| {
        let (first, rest) = shapes.split_first()?;
        rest.iter()
            .try_fold((*first).clone(), |shape, other| broadcast(&shape, other))
    }) else {
        return Value::default();
    };
    let element = match op {
        "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "And" | "Or" | "Xor" => {
            Some(ElementType::BOOL)
        }
        "Where" => inputs.get(1).and_then(|v| v.element),
        // What is trained keeps the type of its greatest part, whatever it is scaled by.
        _ if inputs.iter().all(|v| v.is_parameter) => {
            let size = |v: &&Value| v.shape.as_deref().and_then(product);
            inputs.iter().max_by_key(size).and_then(|v| v.element)
        }
        _ => inputs.first().and_then(|v| v.element),
    };
    let axes = joined(inputs, &shape);
    let elements = computed(op, inputs, &shape);
    Value::with_elements(shape, elements)
        .typed(element)
        .with_axes(axes)
}

fn computed(op: &str, inputs: &[Value], shape: &[u64]) -> Option<Vec<Number>> {
    let known: Option<Vec<(&[u64], &[Number])>> = inputs
        .iter()
        .map(|v| Some((v.shape.as_deref()?, v.elements.as_ref()?.as_slice())))
        .collect();
    let known = known?;
    let is_double = inputs
        .iter()
        .any(|v| v.element == Some(ElementType::DOUBLE));
    each_index(shape, |index| {
        let at = |input: usize| {
            let (shape, elements) = known.get(input)?;
            elements.get(flat(shape, index)).copied()
        };
        if op == "Where" {
            return if at(0)?.is_true() { at(1) } else { at(2) };
        }
        let rest = 1..known.len();
        let total = rest.into_iter().try_fold(at(0)?, |total, input| {
            binary(
                if op == "Mean" { "Add" } else { op },
                total,
                at(input)?,
                is_double,
            )
        })?;
        match op {
            "Mean" => binary(
                "Div",
                total,
                Number::Fraction(known.len() as f64),
                is_double,
            ),
            _ => Some(total),
        }
    })
}

/// The axes of what is broadcast from several operands: copies where all are.
fn joined(inputs: &[Value], shape: &[u64]) -> Option<Vec<AxisFactors>> {
    if !inputs.iter().any(|v| v.axes.is_some() || v.is_uniform()) {
        return None;
    }
    let mut axes: Vec<AxisFactors> = shape.iter().map(|size| copies::copied(*size)).collect();
    for input in inputs {
        let missing = shape.len() - input.rank()?;
        if input.is_uniform() {
            continue;
        }
        for (at, own) in input.all_axes()?.iter().enumerate() {
            let joined = &mut axes[missing + at];
            // An axis of 1 is broadcast, and all copies.
            if copies::extent(own) == copies::extent(joined) {
                *joined = copies::both(own, joined);
            }
        }
    }
    Some(axes)
}

/// An elementwise operator of one operand, with elements if they are known.
pub(super) fn mapped(node: &Node, inputs: &[Value]) -> Value {
    let none = Value::default();
    let first = inputs.first().unwrap_or(&none);
    let element = first.element;
    let is_double = element == Some(ElementType::DOUBLE);
    let op = node.op_type.as_str();
    let known = first.elements.as_ref();
    let elements = match op {
        "Cast" => {
            let to = ElementType::of(node.int("to", 0));
            known.and_then(|all| all.iter().map(|x| x.cast(to?)).collect())
        }
        "CastLike" => {
            let to = inputs.get(1).and_then(|v| v.element);
            known.and_then(|all| all.iter().map(|x| x.cast(to?)).collect())
        }
        "Clip" => {
            let bound = |name: &str, at: usize| {
                let attribute = node.float(name).map(|x| Number::Fraction(f64::from(x)));
                match (attribute, node.has_input(at)) {
                    (Some(bound), _) => Some(Some(bound)),
                    (None, false) => Some(None),
                    (None, true) => inputs.get(at)?.single().map(Some),
                }
            };
            let clip = |x: &Number| {
                let x = match bound("min", 1)? {
                    Some(least) => binary("Max", *x, least, is_double)?,
                    None => *x,
                };
                match bound("max", 2)? {
                    Some(most) => binary("Min", x, most, is_double),
                    None => Some(x),
                }
            };
            known.and_then(|all| all.iter().map(clip).collect())
        }
        _ => known.and_then(|all| all.iter().map(|x| unary(op, *x, is_double)).collect()),
    };
    // What is quantised stays known as such when it is scaled, and so do weights that are converted.
    let element = match op {
        "Cast" if !first.is_parameter => ElementType::of(node.int("to", 0)),
        "Cast" => narrower(element, ElementType::of(node.int("to", 0))),
        "CastLike" if !first.is_parameter => inputs.get(1).and_then(|v| v.element),
        "CastLike" => narrower(element, inputs.get(1).and_then(|v| v.element)),
        "QuantizeLinear" => {
            let by_operand = inputs.get(2).and_then(|v| v.element);
            let by_attribute = ElementType::of(node.int("output_dtype", 0));
            Some(by_operand.or(by_attribute).unwrap_or(ElementType::UINT8))
        }
        "Not" | "IsNaN" | "IsInf" => Some(ElementType::BOOL),
        _ => element,
    };
    // A scale for each channel makes unlike copies.
    let is_uniform = match op {
        "DequantizeLinear" | "QuantizeLinear" => {
            let scale = inputs.get(1).and_then(|v| v.shape.as_deref());
            scale.and_then(product) == Some(1)
        }
        _ => is_pointwise(op),
    };
    let axes = first
        .axes
        .as_ref()
        .filter(|_| is_uniform)
        .map(|axes| axes.to_vec());
    let value = Value::shaped(first.shape.clone()).typed(element);
    Value {
        elements: elements
            .filter(|_| value.shape.is_some())
            .map(std::rc::Rc::new),
        ..value
    }
    .with_axes(axes)
}

fn narrower(a: Option<ElementType>, b: Option<ElementType>) -> Option<ElementType> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.bits() < a.bits() { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Whether each element of the result depends on the one at its place alone.
fn is_pointwise(op: &str) -> bool {
    matches!(
        op,
        "Abs"
            | "Cast"
            | "CastLike"
            | "Ceil"
            | "Clip"
            | "Elu"
            | "Erf"
            | "Exp"
            | "FastGelu"
            | "Floor"
            | "Gelu"
            | "HardSigmoid"
            | "HardSwish"
            | "Identity"
            | "LeakyRelu"
            | "Log"
            | "Mish"
            | "Neg"
            | "Not"
            | "QuickGelu"
            | "Reciprocal"
            | "Relu"
            | "Round"
            | "Sigmoid"
            | "Sign"
            | "Softplus"
            | "Sqrt"
            | "Swish"
            | "Tanh"
    )
}

/// A reduction along axes, which an attribute or an operand gives.
pub(super) fn reduced(node: &Node, inputs: &[Value]) -> Option<Value> {
    let first = inputs.first()?;
    let shape = first.shape.as_ref()?;
    let keep = node.int("keepdims", 1) != 0;
    let is_place = node.op_type.starts_with("Arg");
    let along: Vec<usize> = if is_place {
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
    let kept: Vec<u64> = (0..shape.len())
        .map(|at| if along.contains(&at) { 1 } else { shape[at] })
        .collect();
    let elements = first.elements.as_ref().and_then(|all| {
        let is_double = first.element == Some(ElementType::DOUBLE);
        let mut lists: Vec<Vec<Number>> = Vec::new();
        lists.resize(product(&kept)? as usize, Vec::new());
        each_index(shape, |index| {
            lists[flat(&kept, index)].push(*all.get(flat(shape, index))?);
            Some(())
        })?;
        let list = |list: &Vec<Number>| reduction(&node.op_type, list, is_double);
        lists.iter().map(list).collect::<Option<Vec<_>>>()
    });
    let sizes = (0..shape.len())
        .filter(|at| keep || !along.contains(at))
        .map(|at| kept[at]);
    let element = if is_place {
        Some(ElementType::INT64)
    } else {
        first.element
    };
    Some(Value::with_elements(sizes.collect(), elements).typed(element))
}

fn reduction(op: &str, list: &[Number], is_double: bool) -> Option<Number> {
    let fold = |op: &str| {
        let (first, rest) = list.split_first()?;
        rest.iter()
            .try_fold(*first, |total, x| binary(op, total, *x, is_double))
    };
    match op {
        "ReduceSum" => fold("Add"),
        "ReduceProd" => fold("Mul"),
        "ReduceMax" => fold("Max"),
        "ReduceMin" => fold("Min"),
        "ReduceMean" => {
            let total = fold("Add")?;
            let count = list.len() as i64;
            let count = match total {
                Number::Whole(_) => Number::Whole(count),
                Number::Fraction(_) => Number::Fraction(count as f64),
            };
            binary("Div", total, count, is_double)
        }
        "ArgMax" | "ArgMin" => {
            let is_better = |x: f64, best: f64| if op == "ArgMax" { x > best } else { x < best };
            let mut best = 0;
            for (at, x) in list.iter().enumerate() {
                if is_better(x.real(), list[best].real()) {
                    best = at;
                }
            }
            (!list.is_empty()).then_some(Number::Whole(best as i64))
        }
        _ => None,
    }
}
