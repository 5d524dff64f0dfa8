//! Operators that rearrange: shapes of their results, and elements where shapes are computed. Each is
//! `None` where it cannot be known.

use super::proto::Node;
use super::value::{Value, axis, broadcast, product};

/// Axes from an attribute (early versions) or an operand (later ones).
pub(super) fn axes(node: &Node, inputs: &[Value], operand: usize) -> Option<Option<Vec<i64>>> {
    if let Some(axes) = node.ints("axes") {
        return Some(Some(axes.to_vec()));
    }
    let is_given = node.input.get(operand).is_some_and(|name| !name.is_empty());
    if !is_given {
        return Some(None);
    }
    inputs.get(operand)?.elements.clone().map(Some)
}

pub(super) fn shape_of(node: &Node, value: &Value) -> Option<Value> {
    let shape = value.shape.as_ref()?;
    let rank = shape.len() as i64;
    let clamp =
        |at: i64| (if at < 0 { at.saturating_add(rank) } else { at }).clamp(0, rank) as usize;
    let (start, end) = (clamp(node.int("start", 0)), clamp(node.int("end", rank)));
    let sizes = shape.get(start..end.max(start))?.iter().map(|s| *s as i64);
    Some(Value::list(sizes.collect()))
}

pub(super) fn reshape(node: &Node, inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let wanted = inputs.get(1)?.elements.as_ref()?;
    let shape = value.shape.as_ref();
    let keeps_zero = node.int("allowzero", 0) != 0;
    let mut sizes = Vec::new();
    let mut open = None;
    for (at, size) in wanted.iter().enumerate() {
        sizes.push(match *size {
            -1 if open.is_none() => {
                open = Some(at);
                1
            }
            0 if !keeps_zero => *shape?.get(at)?,
            size => u64::try_from(size).ok()?,
        });
    }
    if let Some(at) = open {
        let (total, rest) = (product(shape?)?, product(&sizes)?);
        sizes[at] = total
            .checked_div(rest)
            .filter(|_| total.is_multiple_of(rest))?;
    }
    if let Some(shape) = shape
        && product(shape) != product(&sizes)
    {
        return None;
    }
    let mut result = Value::with_elements(sizes, value.elements.clone());
    result.is_parameter = value.is_parameter;
    Some(result)
}

pub(super) fn flatten(node: &Node, value: &Value) -> Option<Value> {
    let shape = value.shape.as_ref()?;
    let at = match node.int("axis", 1) {
        at if at == shape.len() as i64 => shape.len(),
        at => axis(at, shape.len())?,
    };
    let sizes = vec![product(&shape[..at])?, product(&shape[at..])?];
    Some(Value {
        is_parameter: value.is_parameter,
        ..Value::shaped(Some(sizes))
    })
}

pub(super) fn transpose(node: &Node, value: &Value) -> Option<Value> {
    let shape = value.shape.as_ref()?;
    let order: Vec<i64> = match node.ints("perm") {
        Some(order) => order.to_vec(),
        None => (0..shape.len() as i64).rev().collect(),
    };
    let sizes: Option<Vec<u64>> = order
        .iter()
        .map(|at| Some(shape[axis(*at, shape.len())?]))
        .collect();
    Some(Value {
        is_parameter: value.is_parameter,
        ..Value::shaped(Some(sizes?).filter(|sizes| sizes.len() == shape.len()))
    })
}

pub(super) fn squeeze(node: &Node, inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let shape = value.shape.as_ref()?;
    let axes = match axes(node, inputs, 1)? {
        Some(axes) => axes
            .iter()
            .map(|a| axis(*a, shape.len()))
            .collect::<Option<Vec<_>>>()?,
        None => (0..shape.len()).filter(|at| shape[*at] == 1).collect(),
    };
    let kept = shape
        .iter()
        .enumerate()
        .filter(|(at, _)| !axes.contains(at))
        .map(|(_, size)| *size);
    let mut result = Value::with_elements(kept.collect(), value.elements.clone());
    result.is_parameter = value.is_parameter;
    Some(result)
}

pub(super) fn unsqueeze(node: &Node, inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let shape = value.shape.as_ref()?;
    let axes = axes(node, inputs, 1)??;
    let rank = shape.len() + axes.len().min(16);
    let places = axes
        .iter()
        .map(|a| axis(*a, rank))
        .collect::<Option<Vec<_>>>()?;
    let mut rest = shape.iter();
    let size = |at| {
        if places.contains(&at) {
            Some(1)
        } else {
            rest.next().copied()
        }
    };
    let sizes: Option<Vec<u64>> = (0..rank).map(size).collect();
    let mut result = Value::with_elements(sizes?, value.elements.clone());
    result.is_parameter = value.is_parameter;
    Some(result)
}

pub(super) fn concat(node: &Node, inputs: &[Value]) -> Option<Value> {
    let mut shape = inputs.first()?.shape.clone()?;
    let at = axis(node.int("axis", 0), shape.len())?;
    shape[at] = 0;
    for input in inputs {
        shape[at] = shape[at].checked_add(*input.shape.as_ref()?.get(at)?)?;
    }
    let lists: Option<Vec<&[i64]>> = inputs.iter().map(|v| v.elements.as_deref()).collect();
    let elements = lists
        .filter(|_| shape.len() == 1)
        .map(|lists| lists.concat());
    let mut result = Value::with_elements(shape, elements);
    result.is_parameter = inputs.iter().all(|v| v.is_parameter);
    Some(result)
}

pub(super) fn split(node: &Node, inputs: &[Value]) -> Vec<Value> {
    let count = node.output.len();
    let result = || {
        let value = inputs.first()?;
        let shape = value.shape.as_ref()?;
        let at = axis(node.int("axis", 0), shape.len())?;
        let operand = inputs.get(1).and_then(|v| v.elements.clone());
        let sizes: Vec<u64> = match node.ints("split").map(<[i64]>::to_vec).or(operand) {
            Some(sizes) => sizes
                .iter()
                .map(|s| u64::try_from(*s).ok())
                .collect::<Option<_>>()?,
            None => {
                let each = shape[at].div_ceil((count as u64).max(1));
                (0..count as u64)
                    .map(|i| each.min(shape[at].saturating_sub(i * each)))
                    .collect()
            }
        };
        let part = |size: &u64| {
            let mut shape = shape.clone();
            shape[at] = *size;
            Value {
                is_parameter: value.is_parameter,
                ..Value::shaped(Some(shape))
            }
        };
        Some(sizes.iter().map(part).collect::<Vec<_>>())
    };
    result()
        .filter(|parts| parts.len() == count)
        .unwrap_or_else(|| vec![Value::default(); count])
}

pub(super) fn slice(node: &Node, inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let mut shape = value.shape.clone()?;
    let operand = |name: &str, at: usize| {
        let attribute = node.ints(name).map(<[i64]>::to_vec);
        attribute.or_else(|| inputs.get(at).and_then(|v| v.elements.clone()))
    };
    let starts = operand("starts", 1)?;
    let ends = operand("ends", 2)?;
    let is_given = |at: usize| node.input.get(at).is_some_and(|name| !name.is_empty());
    let axes = match operand("axes", 3) {
        Some(axes) => axes,
        None if is_given(3) => return None,
        None => (0..starts.len() as i64).collect(),
    };
    let steps = match operand("steps", 4) {
        Some(steps) => steps,
        None if is_given(4) => return None,
        None => vec![1; starts.len()],
    };
    let mut elements = value.elements.clone().filter(|_| shape.len() == 1);
    for (((start, end), at), step) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
        let at = axis(*at, shape.len())?;
        let size = i64::try_from(shape[at]).ok()?;
        let clamp = |x: i64, least: i64, most: i64| {
            (if x < 0 { x.saturating_add(size) } else { x }).clamp(least, most)
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
        shape[at] = count;
        if let Some(list) = &elements {
            let picked =
                (0..count as i64).map(|i| list.get((places.0 + i * step) as usize).copied());
            elements = picked.collect();
        }
    }
    let mut result = Value::with_elements(shape, elements);
    result.is_parameter = value.is_parameter;
    Some(result)
}

pub(super) fn gather(node: &Node, inputs: &[Value]) -> Option<Value> {
    let [value, indices, ..] = inputs else {
        return None;
    };
    let (shape, picked) = (value.shape.as_ref()?, indices.shape.as_ref()?);
    let at = axis(node.int("axis", 0), shape.len())?;
    let sizes = [&shape[..at], picked, &shape[at + 1..]].concat();
    let elements = match (&value.elements, &indices.elements) {
        (Some(list), Some(indices)) if shape.len() == 1 => indices
            .iter()
            .map(|i| Some(list[axis(*i, list.len())?]))
            .collect(),
        _ => None,
    };
    Some(Value::with_elements(sizes, elements))
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
    Some(Value::shaped(Some([front, shape.get(from..)?].concat())))
}

fn sizes(elements: &[i64]) -> Option<Vec<u64>> {
    elements
        .iter()
        .map(|size| u64::try_from(*size).ok())
        .collect()
}

pub(super) fn expand(inputs: &[Value]) -> Option<Value> {
    let [value, wanted, ..] = inputs else {
        return None;
    };
    let shape = broadcast(value.shape.as_ref()?, &sizes(wanted.elements.as_ref()?)?)?;
    let elements = match value.elements.as_deref() {
        Some([one]) if Value::is_small(&shape) => Some(vec![*one; product(&shape)? as usize]),
        _ => None,
    };
    Some(Value::with_elements(shape, elements))
}

pub(super) fn tile(inputs: &[Value]) -> Option<Value> {
    let [value, repeats, ..] = inputs else {
        return None;
    };
    let repeats = sizes(repeats.elements.as_ref()?)?;
    let pairs = value.shape.as_ref()?.iter().zip(&repeats);
    Some(Value::shaped(
        pairs
            .map(|(size, times)| size.checked_mul(*times))
            .collect(),
    ))
}

pub(super) fn pad(node: &Node, inputs: &[Value]) -> Option<Value> {
    let shape = inputs.first()?.shape.as_ref()?;
    let pads = match node.ints("pads") {
        Some(pads) => pads.to_vec(),
        None => inputs.get(1)?.elements.clone()?,
    };
    let axes = match inputs.get(3).and_then(|v| v.elements.clone()) {
        Some(axes) => axes
            .iter()
            .map(|a| axis(*a, shape.len()))
            .collect::<Option<Vec<_>>>()?,
        None => (0..shape.len()).collect(),
    };
    let mut padded = shape.clone();
    for (place, at) in axes.iter().enumerate() {
        let (before, after) = (*pads.get(place)?, *pads.get(place + axes.len())?);
        let size = i64::try_from(padded[*at])
            .ok()?
            .checked_add(before)?
            .checked_add(after)?;
        padded[*at] = u64::try_from(size).ok()?;
    }
    Some(Value::shaped(Some(padded)))
}

pub(super) fn resize(node: &Node, inputs: &[Value]) -> Option<Value> {
    let shape = inputs.first()?.shape.as_ref()?;
    // Operands: X, scales (Upsample, Resize 10); X, roi, scales, sizes (Resize 11 on).
    let wanted = inputs.get(3).and_then(|v| v.elements.as_ref());
    if let Some(wanted) = wanted.filter(|wanted| wanted.len() == shape.len()) {
        return Some(Value::shaped(sizes(wanted)));
    }
    let attribute = node
        .attribute("scales")
        .map(|attribute| attribute.floats.clone());
    let operands = [2, 1]
        .into_iter()
        .filter_map(|at| inputs.get(at)?.scales.clone());
    let scales = attribute
        .into_iter()
        .chain(operands)
        .find(|scales| scales.len() == shape.len())?;
    let scaled = shape.iter().zip(&scales).map(|(size, scale)| {
        let scaled = (*size as f64 * f64::from(*scale)).floor();
        (0.0..1e12).contains(&scaled).then_some(scaled as u64)
    });
    Some(Value::shaped(scaled.collect()))
}

pub(super) fn constant_of_shape(node: &Node, shape: &Value) -> Option<Value> {
    let shape = sizes(shape.elements.as_ref()?)?;
    let filling = match node.attribute("value") {
        Some(attribute) => attribute
            .t
            .as_ref()
            .and_then(|t| Value::of(t).elements?.first().copied()),
        None => Some(0),
    };
    let elements = filling.filter(|_| Value::is_small(&shape));
    let count = product(&shape).unwrap_or(0) as usize;
    Some(Value::with_elements(
        shape,
        elements.map(|one| vec![one; count]),
    ))
}

pub(super) fn range(inputs: &[Value]) -> Option<Value> {
    let number = |at: usize| inputs.get(at)?.elements.as_ref()?.first().copied();
    let (start, limit, step) = (number(0)?, number(1)?, number(2)?);
    let span = limit.checked_sub(start)?;
    let count = match step {
        0 => return None,
        step if (step > 0) == (span > 0) => span.unsigned_abs().div_ceil(step.unsigned_abs()),
        _ => 0,
    };
    let elements = Value::is_small(&[count]).then(|| {
        (0..count as i64)
            .map(|i| step.checked_mul(i)?.checked_add(start))
            .collect::<Option<Vec<i64>>>()
    });
    Some(Value::with_elements(vec![count], elements.flatten()))
}

pub(super) fn one_hot(node: &Node, inputs: &[Value]) -> Option<Value> {
    let mut shape = inputs.first()?.shape.clone()?;
    let depth = u64::try_from(*inputs.get(1)?.elements.as_ref()?.first()?).ok()?;
    let at = axis(node.int("axis", -1), shape.len() + 1)?;
    shape.insert(at, depth);
    Some(Value::shaped(Some(shape)))
}

pub(super) fn top_k(node: &Node, inputs: &[Value]) -> Value {
    let result = || {
        let mut shape = inputs.first()?.shape.clone()?;
        let at = axis(node.int("axis", -1), shape.len())?;
        shape[at] = u64::try_from(*inputs.get(1)?.elements.as_ref()?.first()?).ok()?;
        Some(Value::shaped(Some(shape)))
    };
    result().unwrap_or_default()
}

pub(super) fn blocks(node: &Node, value: &Value) -> Option<Value> {
    let [n, c, h, w] = value.shape.as_deref()? else {
        return None;
    };
    let side = u64::try_from(node.int("blocksize", 1))
        .ok()
        .filter(|side| *side > 0)?;
    let area = side.checked_mul(side)?;
    let shape = if node.op_type == "DepthToSpace" {
        vec![*n, c / area, h.checked_mul(side)?, w.checked_mul(side)?]
    } else {
        vec![*n, c.checked_mul(area)?, h / side, w / side]
    };
    Some(Value::shaped(Some(shape)))
}
