//! Tensors that are repeated, padded or resized.

use super::copies;
use super::number::Number;
use super::proto::Node;
use super::shapes::{picked, renamed};
use super::value::{Value, axis, broadcast, each_index, flat};

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
    let parts = resized_parts(node, inputs, axes.len())?;
    for ((at, scale), part) in axes.iter().zip(&scales).zip(parts) {
        shape[*at] = extent((shape[*at] as f32 * part * scale).floor())?;
    }
    Some(Value::shaped(Some(shape)).typed(value.element))
}

/// The part of each axis that `Resize` takes: all of it, unless it crops to a region whose begins and
/// then ends the second operand has.
fn resized_parts(node: &Node, inputs: &[Value], axes: usize) -> Option<Vec<f32>> {
    let mode = node.string("coordinate_transformation_mode");
    if mode.as_deref() != Some("tf_crop_and_resize") {
        return Some(vec![1.0; axes]);
    }
    let region = inputs.get(1)?.reals()?;
    let (starts, ends) = region.split_at_checked(axes)?;
    let parts = starts
        .iter()
        .zip(ends)
        .map(|(start, end)| (end - start) as f32);
    (ends.len() == axes).then(|| parts.collect())
}

fn extent(size: f32) -> Option<u64> {
    (0.0..1e12).contains(&size).then_some(size as u64)
}
