//! Tensors of parts, and parts of tensors.

use super::copies::{self, AxisFactors};
use super::element::ElementType;
use super::proto::Node;
use super::shapes::picked;
use super::value::{Value, axis, each_index, flat};

pub(super) fn concat(node: &Node, inputs: &[Value]) -> Option<Value> {
    let first = inputs.first()?;
    let mut shape = first.shape.clone()?;
    let at = axis(node.int("axis", 0), shape.len())?;
    let is_new = node.op_type == "ConcatFromSequence" && node.int("new_axis", 0) != 0;
    if is_new {
        return None;
    }
    shape[at] = 0;
    let mut ends = Vec::new();
    for input in inputs {
        let sizes = input.shape.as_ref()?;
        if sizes.len() != shape.len() {
            return None;
        }
        shape[at] = shape[at].checked_add(sizes[at])?;
        ends.push(shape[at]);
    }
    // Elements come from the first operand that ends behind the place.
    let elements = || {
        let known: Option<Vec<_>> = inputs.iter().map(|v| v.elements.as_ref()).collect();
        let known = known?;
        each_index(&shape, |index| {
            let which = ends.iter().position(|end| index[at] < *end)?;
            let mut own = index.to_vec();
            own[at] -= which.checked_sub(1).map_or(0, |before| ends[before]);
            known[which]
                .get(flat(inputs[which].shape.as_ref()?, &own))
                .copied()
        })
    };
    let elements = elements();
    // One tensor several times over is a copy; along other axes, what all have.
    let is_repeated = node.input.len() > 1 && node.input.iter().all(|name| *name == node.input[0]);
    let axes = || {
        let mut axes = first.all_axes()?;
        if is_repeated {
            axes[at] =
                copies::normal([copies::copied(inputs.len() as u64), axes[at].clone()].concat());
            return Some(axes);
        }
        if inputs.iter().all(|v| v.axes.is_none()) {
            return None;
        }
        for input in &inputs[1..] {
            for (joined, own) in axes.iter_mut().zip(input.all_axes()?) {
                if copies::extent(joined) == copies::extent(&own) {
                    *joined = copies::both(joined, &own);
                }
            }
        }
        axes[at] = copies::real(shape[at]);
        Some(axes)
    };
    let axes = axes();
    Some(
        Value::with_elements(shape, elements)
            .typed(first.element)
            .with_axes(axes),
    )
}

/// What lies between two places along one axis, by steps.
fn part(value: &Value, at: usize, start: u64, count: u64, step: i64) -> Option<Value> {
    let shape = value.shape.as_ref()?;
    let mut sizes = shape.clone();
    sizes[at] = count;
    let from = |index: &[u64]| {
        let mut original = index.to_vec();
        let place = i128::from(start) + i128::from(step) * i128::from(index[at]);
        original[at] = u64::try_from(place)
            .ok()
            .filter(|place| *place < shape[at])?;
        Some(flat(shape, &original))
    };
    let axes = value.axes.as_ref().map(|axes| {
        let mut axes = axes.to_vec();
        if count != shape[at] {
            // Some of what is all copies is copies.
            axes[at] = match axes[at].as_slice() {
                [all] if all.is_copy => copies::copied(count),
                _ => copies::real(count),
            };
        } else if step != 1 {
            axes[at] = match axes[at].as_slice() {
                [all] if all.is_copy => copies::copied(count),
                _ => copies::real(count),
            };
        }
        axes
    });
    Some(picked(value, sizes, from).with_axes(axes))
}

pub(super) fn split(node: &Node, inputs: &[Value], count: usize) -> Option<Vec<Value>> {
    let value = inputs.first()?;
    let shape = value.shape.as_ref()?;
    let at = axis(node.int("axis", 0), shape.len())?;
    let operand = node
        .has_input(1)
        .then(|| inputs.get(1).and_then(Value::ints));
    let sizes: Vec<u64> = match (node.ints("split"), operand) {
        (Some(sizes), _) => sizes
            .iter()
            .map(|s| u64::try_from(*s).ok())
            .collect::<Option<_>>()?,
        (None, Some(sizes)) => sizes?
            .iter()
            .map(|s| u64::try_from(*s).ok())
            .collect::<Option<_>>()?,
        (None, None) => {
            let each = shape[at].div_ceil((count as u64).max(1));
            (0..count as u64)
                .map(|i| each.min(shape[at].saturating_sub(i * each)))
                .collect()
        }
    };
    let mut start = 0u64;
    let mut parts = Vec::new();
    for size in sizes {
        parts.push(part(value, at, start, size, 1)?);
        start = start.checked_add(size)?;
    }
    (parts.len() == count && start <= shape[at]).then_some(parts)
}

pub(super) fn slice(node: &Node, inputs: &[Value]) -> Option<Value> {
    let mut value = inputs.first()?.clone();
    let rank = value.rank()?;
    let operand = |name: &str, at: usize| {
        let attribute = node.ints(name).map(<[i64]>::to_vec);
        attribute.or_else(|| inputs.get(at).and_then(Value::ints))
    };
    let starts = operand("starts", 1)?;
    let ends = operand("ends", 2)?;
    let axes = match operand("axes", 3) {
        Some(axes) => axes,
        None if node.has_input(3) => return None,
        None => (0..starts.len() as i64).collect(),
    };
    let steps = match operand("steps", 4) {
        Some(steps) => steps,
        None if node.has_input(4) => return None,
        None => vec![1; starts.len()],
    };
    for (((start, end), at), step) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
        let at = axis(*at, rank)?;
        let size = i64::try_from(value.shape.as_ref()?[at]).ok()?;
        let clamp = |x: i64, least: i64, most: i64| {
            (if x < 0 { x.saturating_add(size) } else { x }).clamp(least, most.max(least))
        };
        let places: (i64, i64) = match *step {
            0 => return None,
            step if step > 0 => (clamp(*start, 0, size), clamp(*end, 0, size)),
            // The end before the first element is below any index that counts from the back.
            _ if *end < -size => (clamp(*start, 0, size - 1), -1),
            _ => (clamp(*start, 0, size - 1), clamp(*end, -1, size - 1)),
        };
        let span = if *step > 0 {
            places.1 - places.0
        } else {
            places.0 - places.1
        };
        let count = u64::try_from(span.max(0))
            .ok()?
            .div_ceil(step.unsigned_abs());
        value = part(&value, at, places.0.max(0) as u64, count, *step)?;
    }
    Some(Value {
        is_parameter: false,
        ..value
    })
}

pub(super) fn gather(node: &Node, inputs: &[Value]) -> Option<Value> {
    let [value, indices, ..] = inputs else {
        return None;
    };
    let (shape, wanted) = (value.shape.as_ref()?, indices.shape.as_ref()?);
    let at = axis(node.int("axis", 0), shape.len())?;
    let sizes = [&shape[..at], wanted, &shape[at + 1..]].concat();
    let places = indices.ints();
    let from = |index: &[u64]| {
        let inner = &index[at..at + wanted.len()];
        let place = places.as_ref()?.get(flat(wanted, inner))?;
        let place = axis(*place, usize::try_from(shape[at]).ok()?)?;
        let original = [&index[..at], &[place as u64], &index[at + wanted.len()..]].concat();
        Some(flat(shape, &original))
    };
    let axes = || {
        let axes = value.all_axes()?;
        let inner: Vec<AxisFactors> = match places.as_deref() {
            Some(places) if wanted.len() == 1 => vec![copies::picked(places)],
            _ => indices.all_axes()?,
        };
        Some([&axes[..at], &inner, &axes[at + 1..]].concat())
    };
    let axes = axes();
    Some(picked(value, sizes, from).with_axes(axes))
}

pub(super) fn gather_elements(node: &Node, inputs: &[Value]) -> Option<Value> {
    let [value, indices, ..] = inputs else {
        return None;
    };
    let wanted = indices.shape.clone()?;
    let Some(shape) = value.shape.as_ref().filter(|s| s.len() == wanted.len()) else {
        return Some(Value::shaped(Some(wanted)).typed(value.element));
    };
    let at = axis(node.int("axis", 0), shape.len())?;
    let places = indices.ints();
    let of = wanted.clone();
    let from = |index: &[u64]| {
        let place = places.as_ref()?.get(flat(&of, index))?;
        let mut original = index.to_vec();
        original[at] = axis(*place, usize::try_from(shape[at]).ok()?)? as u64;
        Some(flat(shape, &original))
    };
    Some(picked(value, wanted, from))
}

pub(super) fn gather_nd(node: &Node, inputs: &[Value]) -> Option<Value> {
    let [value, indices, ..] = inputs else {
        return None;
    };
    let (shape, picked) = (value.shape.as_ref()?, indices.shape.as_ref()?);
    let (last, front) = picked.split_last()?;
    let from = usize::try_from(node.int("batch_dims", 0))
        .ok()?
        .checked_add(usize::try_from(*last).ok()?)?;
    Some(Value::shaped(Some([front, shape.get(from..)?].concat())).typed(value.element))
}

/// Values and places.
pub(super) fn top_k(node: &Node, inputs: &[Value]) -> Option<Vec<Value>> {
    let first = inputs.first()?;
    let mut shape = first.shape.clone()?;
    let at = axis(node.int("axis", -1), shape.len())?;
    shape[at] = match node.size("k") {
        Some(k) => k,
        None => *inputs.get(1)?.sizes()?.first()?,
    };
    let value = Value::shaped(Some(shape));
    Some(vec![
        value.clone().typed(first.element),
        value.typed(Some(ElementType::INT64)),
    ])
}
