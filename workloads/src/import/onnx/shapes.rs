//! Operators that rearrange: shapes of their results, elements where shapes are computed, and copies.
//! Each is `None` where it cannot be known.

use super::copies;
use super::proto::Node;
use super::value::{Value, axis, each_index, flat, product};

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
pub(super) fn renamed(value: &Value, sizes: Vec<u64>) -> Value {
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
pub(super) fn picked(
    value: &Value,
    sizes: Vec<u64>,
    from: impl Fn(&[u64]) -> Option<usize>,
) -> Value {
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
