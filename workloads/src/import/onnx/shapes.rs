//! Operators that rearrange: shapes of their results, elements where shapes are computed, and copies.
//! Each is `None` where it cannot be known.

use super::copies::{self, Axis};
use super::element::ElementType;
use super::fold::{each_index, flat};
use super::number::Number;
use super::proto::Node;
use super::value::{Value, axis, broadcast, product};

/// Axes from an attribute (early versions) or an operand (later ones). The outer `None` is an operand
/// whose elements are not known, the inner one no axes at all.
#[allow(clippy::option_option)]
pub(super) fn axes(node: &Node, inputs: &[Value], operand: usize) -> Option<Option<Vec<i64>>> {
    if let Some(axes) = node.ints("axes") {
        return Some(Some(axes.to_vec()));
    }
    if !node.has_input(operand) {
        return Some(None);
    }
    inputs.get(operand)?.ints().map(Some)
}

/// The same elements under another shape.
fn renamed(value: &Value, sizes: Vec<u64>) -> Value {
    let axes = value
        .axes
        .as_ref()
        .and_then(|axes| copies::regroup(axes, &sizes));
    let shaped = Value::shaped(Some(sizes)).typed(value.element);
    Value {
        elements: value.elements.clone().filter(|_| shaped.shape.is_some()),
        ..shaped
    }
    .with_axes(axes)
}

/// A tensor of this shape each of whose elements is one of another's.
fn picked(value: &Value, sizes: Vec<u64>, from: impl Fn(&[u64]) -> Option<usize>) -> Value {
    let elements = value
        .elements
        .as_ref()
        .and_then(|all| each_index(&sizes, |index| all.get(from(index)?).copied()));
    Value::with_elements(sizes, elements).typed(value.element)
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
    let wanted = match node.ints("shape") {
        Some(shape) => shape.to_vec(),
        None => inputs.get(1)?.ints()?,
    };
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
    Some(renamed(value, sizes))
}

pub(super) fn flatten(node: &Node, value: &Value) -> Option<Value> {
    let shape = value.shape.as_ref()?;
    let at = match node.int("axis", 1) {
        at if at == shape.len() as i64 => shape.len(),
        at => axis(at, shape.len())?,
    };
    let sizes = vec![product(&shape[..at])?, product(&shape[at..])?];
    Some(renamed(value, sizes))
}

pub(super) fn transpose(node: &Node, value: &Value) -> Option<Value> {
    let rank = value.rank()? as i64;
    let order: Vec<i64> = match node.ints("perm") {
        Some(order) => order.to_vec(),
        None => (0..rank).rev().collect(),
    };
    permuted(value, &order)
}

/// The tensor whose axes are these of another.
pub(super) fn permuted(value: &Value, order: &[i64]) -> Option<Value> {
    let shape = value.shape.as_ref()?;
    let order: Vec<usize> = order
        .iter()
        .map(|at| axis(*at, shape.len()))
        .collect::<Option<_>>()?;
    let mut is_used = vec![false; shape.len()];
    order.iter().for_each(|at| is_used[*at] = true);
    if order.len() != shape.len() || is_used.contains(&false) {
        return None;
    }
    let sizes = order.iter().map(|at| shape[*at]).collect();
    let from = |index: &[u64]| {
        let mut original = vec![0; index.len()];
        for (at, index) in order.iter().zip(index) {
            original[*at] = *index;
        }
        Some(flat(shape, &original))
    };
    let axes = value
        .axes
        .as_ref()
        .map(|axes| order.iter().map(|at| axes[*at].clone()).collect());
    Some(picked(value, sizes, from).with_axes(axes))
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
    if axes.iter().any(|at| shape[*at] != 1) {
        return None;
    }
    let kept = (0..shape.len()).filter(|at| !axes.contains(at));
    Some(renamed(value, kept.map(|at| shape[at]).collect()))
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
    Some(renamed(value, sizes?))
}

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
        let inner: Vec<Axis> = match places.as_deref() {
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

pub(super) fn expand(inputs: &[Value]) -> Option<Value> {
    let [value, wanted, ..] = inputs else {
        return None;
    };
    let original = value.shape.as_ref()?;
    let shape = broadcast(original, &wanted.sizes()?)?;
    let missing = shape.len().checked_sub(original.len())?;
    let own = value.all_axes()?;
    let axis = |at: usize| match at.checked_sub(missing) {
        Some(at) if original[at] == shape[at + missing] => own[at].clone(),
        _ => copies::copied(shape[at]),
    };
    let axes = (0..shape.len()).map(axis).collect();
    let from = |index: &[u64]| Some(flat(original, index));
    Some(picked(value, shape, from).with_axes(Some(axes)))
}

pub(super) fn tile(inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let repeats = inputs.get(1)?.sizes()?;
    let shape = value.shape.as_ref()?;
    if repeats.len() != shape.len() {
        return None;
    }
    let pairs = shape.iter().zip(&repeats);
    let sizes: Vec<u64> = pairs
        .map(|(size, times)| size.checked_mul(*times))
        .collect::<Option<_>>()?;
    let axes = value.all_axes()?.into_iter().zip(&repeats);
    let axes = axes
        .map(|(own, times)| copies::normal([copies::copied(*times), own].concat()))
        .collect();
    let from = |index: &[u64]| {
        let original: Vec<u64> = index
            .iter()
            .zip(shape)
            .map(|(at, size)| at % (*size).max(1))
            .collect();
        Some(flat(shape, &original))
    };
    Some(picked(value, sizes, from).with_axes(Some(axes)))
}

pub(super) fn pad(node: &Node, inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let shape = value.shape.as_ref()?;
    let pads = match node.ints("pads") {
        Some(pads) => pads.to_vec(),
        None => inputs.get(1)?.ints()?,
    };
    let axes = match inputs.get(3).filter(|_| node.has_input(3)) {
        Some(axes) => axes
            .ints()?
            .iter()
            .map(|a| axis(*a, shape.len()))
            .collect::<Option<Vec<_>>>()?,
        None => (0..shape.len()).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return None;
    }
    let mut padded = shape.clone();
    for (place, at) in axes.iter().enumerate() {
        let size = i64::try_from(padded[*at])
            .ok()?
            .checked_add(pads[place])?
            .checked_add(pads[place + axes.len()])?;
        padded[*at] = u64::try_from(size).ok()?;
    }
    if padded == *shape && pads.iter().all(|pad| *pad == 0) {
        return Some(renamed(value, padded));
    }
    // Only zeros around what is known are computed; shapes are padded by nothing else.
    let mut before = vec![0; shape.len()];
    for (place, at) in axes.iter().enumerate() {
        before[*at] = pads[place];
    }
    let mode = node.string("mode").unwrap_or_else(|| "constant".to_owned());
    let filling = match inputs.get(2).filter(|_| node.has_input(2)) {
        Some(filling) => filling.single(),
        None => match value.elements.as_ref().and_then(|all| all.first()) {
            Some(Number::Fraction(_)) => Some(Number::Fraction(f64::from(
                node.float("value").unwrap_or(0.0),
            ))),
            _ => Some(Number::Whole(0)),
        },
    };
    let elements = value
        .elements
        .as_ref()
        .filter(|_| mode == "constant")
        .and_then(|all| {
            each_index(&padded, |index| {
                let mut original = Vec::new();
                for ((at, before), size) in index.iter().zip(&before).zip(shape) {
                    match u64::try_from(i64::try_from(*at).ok()? - before) {
                        Ok(place) if place < *size => original.push(place),
                        _ => return filling,
                    }
                }
                all.get(flat(shape, &original)).copied()
            })
        });
    Some(Value::with_elements(padded, elements).typed(value.element))
}

/// The result of `Resize` and `Upsample`. Operands: X, scales (Upsample, Resize 10); X, roi, scales,
/// sizes (Resize 11 on), the last two for some axes only if `axes` says so.
pub(super) fn resize(node: &Node, inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let mut shape = value.shape.clone()?;
    let axes: Vec<usize> = match node.ints("axes") {
        Some(axes) => axes
            .iter()
            .map(|a| axis(*a, shape.len()))
            .collect::<Option<_>>()?,
        None => (0..shape.len()).collect(),
    };
    if node.has_input(3) {
        let sizes = inputs.get(3)?.sizes().filter(|s| s.len() == axes.len())?;
        let policy = node.string("keep_aspect_ratio_policy").unwrap_or_default();
        let ratios = axes
            .iter()
            .zip(&sizes)
            .map(|(at, size)| *size as f32 / shape[*at] as f32);
        let scale = match policy.as_str() {
            "not_larger" => ratios.reduce(f32::min),
            "not_smaller" => ratios.reduce(f32::max),
            _ => None,
        };
        for (at, size) in axes.iter().zip(&sizes) {
            shape[*at] = match scale {
                Some(scale) => extent((scale * shape[*at] as f32 + 0.5).floor())?,
                None => *size,
            };
        }
        return Some(Value::shaped(Some(shape)).typed(value.element));
    }
    let scales: Vec<f32> = match node.attribute("scales") {
        Some(attribute) => attribute.floats.clone(),
        None => {
            let operand = if node.has_input(2) { 2 } else { 1 };
            let scales = inputs.get(operand)?.reals()?;
            scales.into_iter().map(|x| x as f32).collect()
        }
    };
    if scales.len() != axes.len() {
        return None;
    }
    for (at, scale) in axes.iter().zip(&scales) {
        shape[*at] = extent((shape[*at] as f32 * scale).floor())?;
    }
    Some(Value::shaped(Some(shape)).typed(value.element))
}

fn extent(size: f32) -> Option<u64> {
    (0.0..1e12).contains(&size).then_some(size as u64)
}

pub(super) fn constant_of_shape(node: &Node, shape: &Value) -> Option<Value> {
    let shape = shape.sizes()?;
    let filling = match node.attribute("value") {
        Some(attribute) => Value::of(attribute.t.as_ref()?),
        None => Value::scalar(Number::Fraction(0.0), ElementType::FLOAT),
    };
    let elements = filling
        .single()
        .filter(|_| Value::is_small(&shape))
        .and_then(|one| Some(vec![one; product(&shape)? as usize]));
    let axes = shape.iter().map(|size| copies::copied(*size)).collect();
    Some(
        Value::with_elements(shape, elements)
            .typed(filling.element)
            .with_axes(Some(axes)),
    )
}

pub(super) fn range(inputs: &[Value]) -> Option<Value> {
    let number = |at: usize| inputs.get(at)?.single();
    let (start, limit, step) = (number(0)?, number(1)?, number(2)?);
    let element = inputs.first()?.element;
    if let (Number::Whole(start), Number::Whole(limit), Number::Whole(step)) = (start, limit, step)
    {
        let span = limit.checked_sub(start)?;
        let count = match step {
            0 => return None,
            step if (step > 0) == (span > 0) => span.unsigned_abs().div_ceil(step.unsigned_abs()),
            _ => 0,
        };
        let elements = Value::is_small(&[count]).then(|| {
            (0..count as i64)
                .map(|i| Some(Number::Whole(step.checked_mul(i)?.checked_add(start)?)))
                .collect::<Option<Vec<_>>>()
        });
        return Some(Value::with_elements(vec![count], elements.flatten()).typed(element));
    }
    let (start, limit, step) = (start.real(), limit.real(), step.real());
    let count = ((limit - start) / step).ceil().max(0.0);
    if !count.is_finite() || count > 1e12 {
        return None;
    }
    let count = count as u64;
    let elements = Value::is_small(&[count]).then(|| {
        let of = |i: u64| Number::Fraction(start + step * i as f64);
        (0..count).map(of).collect()
    });
    Some(Value::with_elements(vec![count], elements).typed(element))
}

pub(super) fn one_hot(node: &Node, inputs: &[Value]) -> Option<Value> {
    let mut shape = inputs.first()?.shape.clone()?;
    let depth = inputs.get(1)?.single()?.cast(ElementType::INT64)?.whole()?;
    let at = axis(node.int("axis", -1), shape.len() + 1)?;
    shape.insert(at, u64::try_from(depth).ok()?);
    Some(Value::shaped(Some(shape)).typed(inputs.get(2).and_then(|v| v.element)))
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

pub(super) fn blocks(node: &Node, value: &Value) -> Option<Value> {
    let [n, c, h, w] = value.shape.as_deref()? else {
        return None;
    };
    let side = node.size("blocksize").or(Some(1))?;
    let area = side.checked_mul(side)?;
    let shape = if node.op_type == "DepthToSpace" {
        vec![*n, c / area, h.checked_mul(side)?, w.checked_mul(side)?]
    } else {
        vec![*n, c.checked_mul(area)?, h / side, w / side]
    };
    Some(Value::shaped(Some(shape)).typed(value.element))
}

/// Places of what is not zero: an axis for each of the operand's, and one place a column.
pub(super) fn non_zero(value: &Value) -> Option<Value> {
    let (shape, all) = (value.shape.as_ref()?, value.elements.as_ref()?);
    let mut found: Vec<Vec<u64>> = Vec::new();
    each_index(shape, |index| {
        if all.get(flat(shape, index))?.is_true() {
            found.push(index.to_vec());
        }
        Some(())
    })?;
    let sizes = vec![shape.len() as u64, found.len() as u64];
    let elements = (0..shape.len())
        .flat_map(|at| {
            found
                .iter()
                .map(move |place| Number::Whole(place[at] as i64))
        })
        .collect();
    Some(Value::with_elements(sizes, Some(elements)).typed(Some(ElementType::INT64)))
}

/// Sums from the front along one axis.
pub(super) fn running_sum(node: &Node, inputs: &[Value]) -> Option<Value> {
    let value = inputs.first()?;
    let is_plain = node.int("exclusive", 0) == 0 && node.int("reverse", 0) == 0;
    let elements = || {
        let (all, [_]) = (value.ints()?, value.shape.as_deref()?) else {
            return None;
        };
        let mut total = 0i64;
        all.iter()
            .map(|x| {
                total = total.checked_add(*x)?;
                Some(Number::Whole(total))
            })
            .collect::<Option<Vec<_>>>()
    };
    let elements = is_plain.then(elements).flatten();
    Some(Value::with_elements(value.shape.clone()?, elements).typed(value.element))
}
