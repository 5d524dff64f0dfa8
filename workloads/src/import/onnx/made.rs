//! Tensors that are made of sizes, numbers or places.

use super::copies;
use super::element::ElementType;
use super::number::Number;
use super::proto::Node;
use super::value::{Value, axis, each_index, flat, product};

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
