//! Lists of tensors.

use super::element::ElementType;
use super::number::Number;
use super::parts;
use super::proto::Node;
use super::value::{Value, axis};

/// Sequences of tensors; `None` for other operators.
pub(super) fn sequence(node: &Node, inputs: &[Value]) -> Option<Vec<Value>> {
    let list = |items: Vec<Value>| Value {
        items: Some(std::rc::Rc::new(items)),
        ..Value::default()
    };
    let items = || inputs.first()?.items.as_deref();
    let place = |at: usize, count: usize| match inputs.get(at).filter(|_| node.has_input(at)) {
        Some(place) => {
            let place = place.single()?.whole()?;
            let count = count as i64;
            let place = if place < 0 { place + count } else { place };
            usize::try_from(place).ok().filter(|p| *p <= count as usize)
        }
        None => Some(count),
    };
    let result = match node.op_type.as_str() {
        "SequenceEmpty" => Some(list(Vec::new())),
        "SequenceConstruct" => Some(list(inputs.to_vec())),
        "SequenceInsert" => items().and_then(|items| {
            let mut items = items.clone();
            let at = place(2, items.len())?;
            items.insert(at, inputs.get(1)?.clone());
            Some(list(items))
        }),
        "SequenceErase" => items().and_then(|items| {
            let mut items = items.clone();
            let at = match node.has_input(1) {
                true => place(1, items.len())?,
                false => items.len().checked_sub(1)?,
            };
            (at < items.len()).then(|| drop(items.remove(at)))?;
            Some(list(items))
        }),
        "SequenceAt" => items().and_then(|items| items.get(place(1, items.len())?).cloned()),
        "SequenceLength" => items()
            .map(|items| Value::scalar(Number::Whole(items.len() as i64), ElementType::INT64)),
        "SplitToSequence" => split_to_sequence(node, inputs).map(list),
        "ConcatFromSequence" => items().and_then(|items| match node.int("new_axis", 0) {
            0 => {
                let nameless = Node {
                    input: Vec::new(),
                    ..node.clone()
                };
                parts::concat(&nameless, items)
            }
            _ => {
                let mut shape = items.first()?.shape.clone()?;
                let at = axis(node.int("axis", 0), shape.len() + 1)?;
                let is_alike = items.iter().all(|item| item.shape.as_ref() == Some(&shape));
                shape.insert(at, items.len() as u64);
                is_alike.then(|| Value::shaped(Some(shape)))
            }
        }),
        _ => return None,
    };
    Some(vec![result.unwrap_or_default()])
}

fn split_to_sequence(node: &Node, inputs: &[Value]) -> Option<Vec<Value>> {
    let first = inputs.first()?;
    let shape = first.shape.as_ref()?;
    let at = axis(node.int("axis", 0), shape.len())?;
    let size = i64::try_from(shape[at]).ok()?;
    let given = inputs.get(1).filter(|_| node.has_input(1));
    let each = match given {
        Some(given) if given.rank() == Some(0) => given.single()?.whole().filter(|x| *x > 0)?,
        Some(_) => 0,
        None => 1,
    };
    let sizes: Vec<i64> = match given {
        Some(given) if each == 0 => given.ints()?,
        _ => {
            if size / each > 4096 {
                return None;
            }
            let starts = (0..size).step_by(usize::try_from(each).ok()?);
            starts.map(|start| each.min(size - start)).collect()
        }
    };
    let count = sizes.len();
    let sizes = Value::list(sizes);
    let splitter = Node {
        op_type: "Split".to_owned(),
        input: vec!["x".to_owned(), "sizes".to_owned()],
        attribute: node.attribute.clone(),
        ..Node::default()
    };
    let mut parts = parts::split(&splitter, &[first.clone(), sizes], count)?;
    if given.is_none() && node.int("keepdims", 1) == 0 {
        for part in &mut parts {
            let mut shape = shape.clone();
            shape.remove(at);
            *part = Value::shaped(Some(shape)).typed(first.element);
        }
    }
    for part in &mut parts {
        part.is_parameter = first.is_parameter;
    }
    Some(parts)
}
