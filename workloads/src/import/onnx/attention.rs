//! Attention as one operator: the scores of queries against keys, and the scores' product with values.
//!
//! ```text
//! for each batch and key-value head:                      (G)
//!     scores[rows, total]  = queries[rows, size] x keys[size, total]
//!     values[rows, size]   = scores[rows, total] x values[total, size]
//! rows = queries x the heads that share a key-value head;  total = past + new keys
//! ```
//!
//! Keys and values are read once a key-value head. Masks leave nothing out: what is masked is computed
//! as well, as without one.

use super::product::{Product, named};
use super::proto::Node;
use super::value::{Value, product};
use crate::layer::{Layer, RightOperand};

/// What all kinds of attention have.
struct Heads {
    batch: u64,
    queries: u64,
    /// Heads of the queries, and of keys and values.
    heads: u64,
    kv_heads: u64,
    /// Words of a key and of a value, a head.
    size: u64,
    value_size: u64,
    /// Keys of this call, and those from earlier ones.
    keys: u64,
    past: u64,
}

impl Heads {
    fn layers(&self) -> Option<Result<Vec<(Layer, u64)>, String>> {
        let groups = self.batch.checked_mul(self.kv_heads)?;
        if self.kv_heads == 0 || !self.heads.is_multiple_of(self.kv_heads) {
            return None;
        }
        let rows = self.queries.checked_mul(self.heads / self.kv_heads)?;
        let total = self.past.checked_add(self.keys)?;
        let layer = |name: &str, sizes| {
            let layer = Layer::matmul(name, groups, sizes, RightOperand::Activations);
            named(layer).map(|layer| (layer, 1))
        };
        let both = [
            layer("scores", [rows, total, self.size]),
            layer("values", [rows, self.value_size, total]),
        ];
        Some(both.into_iter().collect())
    }

    /// With the keys alone that a window of so many lets be seen, if it lies at one place: before one
    /// query. Windows of several queries lie at different places, and a note says that all is
    /// multiplied.
    fn within(self, window: i64) -> (Self, Option<String>) {
        let total = self.past.saturating_add(self.keys);
        let window = u64::try_from(window)
            .ok()
            .filter(|size| *size > 0 && *size < total);
        match window {
            None => (self, None),
            Some(window) if self.queries == 1 => {
                let past = window.saturating_sub(self.keys);
                let keys = self.keys.min(window);
                (Self { keys, past, ..self }, None)
            }
            Some(window) => {
                let note = format!(
                    "each query sees a window of {window} keys, and is multiplied by all {total}"
                );
                (self, Some(note))
            }
        }
    }

    /// `[batch, heads, total, size]`, as keys and values are kept for the next call.
    fn present(&self, size: u64) -> Value {
        let total = self.past.saturating_add(self.keys);
        Value::shaped(Some(vec![self.batch, self.kv_heads, total, size]))
    }
}

fn shape<'a>(node: &Node, inputs: &'a [Value], at: usize) -> Option<&'a [u64]> {
    if !node.has_input(at) {
        return None;
    }
    inputs.get(at)?.shape.as_deref()
}

/// The attention that a node is; the outer `None` if it is none.
pub(super) fn of(node: &Node, inputs: &[Value]) -> Option<Option<Product>> {
    let is_onnx = matches!(node.domain.as_str(), "" | "ai.onnx");
    Some(match node.op_type.as_str() {
        "Attention" if is_onnx => standard(node, inputs),
        "Attention" | "DecoderMaskedSelfAttention" => projected(node, inputs, 4),
        "QAttention" => projected(node, inputs, 8),
        "MultiHeadAttention" => multi_head(node, inputs, 6),
        "DecoderMaskedMultiHeadAttention" => multi_head(node, inputs, 5),
        "GroupQueryAttention" => grouped(node, inputs),
        "LinearAttention" if is_onnx => linear(node, inputs),
        _ => return None,
    })
}

/// How many of these heads hold unlike data, where an exporter has repeated them along an axis.
fn unlike(value: &Value, at: usize, heads: u64) -> u64 {
    let Some(axes) = value.axes.as_ref() else {
        return heads;
    };
    let copied = axes.get(at).map_or(1, |axis| {
        axis.iter()
            .filter(|factor| factor.is_copy)
            .fold(1u64, |all, factor| all.saturating_mul(factor.size))
    });
    // The words of a head are never copies of one another.
    let unlike = heads
        .checked_div(copied)
        .filter(|_| heads.is_multiple_of(copied));
    unlike.filter(|unlike| *unlike > 0).unwrap_or(heads)
}

/// ONNX's own, from operator set 23 on: Q, K, V as `[batch, heads, sequence, size]`, or as
/// `[batch, sequence, heads x size]`.
fn standard(node: &Node, inputs: &[Value]) -> Option<Product> {
    let at = |at| shape(node, inputs, at);
    let past = at(4).and_then(|past| past.get(2).copied()).unwrap_or(0);
    if node.has_input(4) && at(4).is_none() {
        return None;
    }
    let (q, k, v) = (at(0)?, at(1)?, at(2)?);
    let (heads, sizes) = match (q, k, v) {
        (&[batch, heads, queries, size], &[_, kv_heads, keys, _], &[_, _, _, value_size]) => {
            let unlike = unlike(&inputs[1], 1, kv_heads).max(unlike(&inputs[2], 1, kv_heads));
            let heads = Heads {
                batch,
                queries,
                heads,
                kv_heads: unlike,
                size,
                value_size,
                keys,
                past,
            };
            (heads, vec![batch, heads_of(q), queries, value_size])
        }
        (&[batch, queries, width], &[_, keys, key_width], &[_, _, value_width]) => {
            let heads = node.size("q_num_heads")?;
            let kv_heads = node.size("kv_num_heads")?;
            let unlike = unlike(&inputs[1], 2, kv_heads).max(unlike(&inputs[2], 2, kv_heads));
            let value_size = value_width / kv_heads;
            if width % heads != 0 || key_width % kv_heads != 0 {
                return None;
            }
            let sizes = vec![batch, queries, heads.checked_mul(value_size)?];
            let heads = Heads {
                batch,
                queries,
                heads,
                kv_heads: unlike,
                size: width / heads,
                value_size,
                keys,
                past,
            };
            (heads, sizes)
        }
        _ => return None,
    };
    let mut scores = vec![heads.batch, heads.heads, heads.queries];
    scores.push(heads.past.checked_add(heads.keys)?);
    let results = vec![
        Value::shaped(Some(sizes)).typed(inputs[0].element),
        heads.present(heads.size),
        heads.present(heads.value_size),
        Value::shaped(Some(scores)),
    ];
    Some(Product::of(heads.layers()?, results).of_types(&inputs[0], &inputs[1]))
}

fn heads_of(shape: &[u64]) -> u64 {
    shape.get(1).copied().unwrap_or(1)
}

/// ONNX Runtime's `Attention`, which also multiplies its input by the weights of queries, keys and
/// values. The past is `[2, batch, heads, past, size]`.
fn projected(node: &Node, inputs: &[Value], past_at: usize) -> Option<Product> {
    let at = |at| shape(node, inputs, at);
    let (&[batch, sequence, width], &[inner, columns]) = (at(0)?, at(1)?) else {
        return None;
    };
    let heads = node.size("num_heads")?;
    let widths: Vec<u64> = match node.ints("qkv_hidden_sizes") {
        Some(sizes) if !sizes.is_empty() => sizes
            .iter()
            .map(|size| u64::try_from(*size).ok())
            .collect::<Option<_>>()?,
        _ => vec![columns / 3; 3],
    };
    let &[queries, keys, values] = widths.as_slice() else {
        return None;
    };
    let all = queries.checked_add(keys)?.checked_add(values)?;
    if inner != width || all != columns || queries % heads != 0 || values % heads != 0 {
        return None;
    }
    let is_shared = node.int("past_present_share_buffer", 0) != 0;
    let past = at(past_at)
        .and_then(|past| past.get(3).copied())
        .unwrap_or(0);
    let past = if is_shared {
        past.saturating_sub(sequence)
    } else {
        past
    };
    let attention = Heads {
        batch,
        queries: sequence,
        heads,
        kv_heads: heads,
        size: queries / heads,
        value_size: values / heads,
        keys: sequence,
        past,
    };
    let rows = batch.checked_mul(sequence)?;
    let projection = Layer::matmul("qkv", 1, [rows, columns, width], RightOperand::Parameters);
    let layers = match (named(projection), attention.layers()?) {
        (Ok(projection), Ok(rest)) => Ok([vec![(projection, 1)], rest].concat()),
        (Err(why), _) | (_, Err(why)) => Err(why),
    };
    let total = past.checked_add(sequence)?;
    let results = vec![
        Value::shaped(Some(vec![batch, sequence, values])).typed(inputs[0].element),
        Value::shaped(Some(vec![2, batch, heads, total, attention.size])),
    ];
    Some(Product::of(layers, results).of_types(&inputs[0], &inputs[1]))
}

/// ONNX Runtime's `MultiHeadAttention`: queries `[batch, sequence, heads x size]`, keys and values
/// like them or `[batch, heads, keys, size]`; or all packed, `[batch, sequence, heads, 3, size]`.
fn multi_head(node: &Node, inputs: &[Value], past_at: usize) -> Option<Product> {
    let at = |at| shape(node, inputs, at);
    let heads = node.size("num_heads")?;
    let is_shared = node.int("past_present_share_buffer", 0) != 0;
    let past = match at(past_at) {
        Some(past) => *past.get(2)?,
        None if node.has_input(past_at) => return None,
        None => 0,
    };
    let (batch, queries, size, keys, value_size, kv_heads) = match (at(0)?, at(1), at(2)) {
        (&[batch, queries, _, 3, size], _, _) => (batch, queries, size, queries, size, heads),
        (&[batch, queries, width], Some(&[_, keys, _, 2, size]), _) if width == heads * size => {
            (batch, queries, size, keys, size, heads)
        }
        (&[batch, queries, width], Some(&[_, keys, _]), Some(&[_, _, value_width])) => {
            let unlike = unlike(&inputs[1], 2, heads).max(unlike(&inputs[2], 2, heads));
            (
                batch,
                queries,
                width / heads,
                keys,
                value_width / heads,
                unlike,
            )
        }
        (&[batch, queries, width], Some(&[_, _, keys, _]), Some(&[_, _, _, value_size])) => {
            let unlike = unlike(&inputs[1], 1, heads).max(unlike(&inputs[2], 1, heads));
            (batch, queries, width / heads, keys, value_size, unlike)
        }
        _ => return None,
    };
    // A shared buffer has room for what is new.
    let past = if is_shared {
        past.saturating_sub(keys)
    } else {
        past
    };
    let attention = Heads {
        batch,
        queries,
        heads,
        kv_heads,
        size,
        value_size,
        keys,
        past,
    };
    let width = heads.checked_mul(value_size)?;
    let whole = Heads {
        kv_heads: heads,
        ..attention
    };
    let results = vec![
        Value::shaped(Some(vec![batch, queries, width])).typed(inputs[0].element),
        whole.present(size),
        whole.present(value_size),
    ];
    let layers = Heads { kv_heads, ..whole }.layers()?;
    Some(Product::of(layers, results).of_types(&inputs[0], keys_of(node, inputs)))
}

/// The keys: an input of their own, or packed with the queries in the first.
fn keys_of<'v>(node: &Node, inputs: &'v [Value]) -> &'v Value {
    &inputs[usize::from(node.has_input(1))]
}

/// ONNX Runtime's `GroupQueryAttention`: queries `[batch, sequence, heads x size]`, keys and values
/// with fewer heads, or all packed in the first; the past is `[batch, heads, past, size]`.
fn grouped(node: &Node, inputs: &[Value]) -> Option<Product> {
    let at = |at| shape(node, inputs, at);
    let (heads, kv_heads) = (node.size("num_heads")?, node.size("kv_num_heads")?);
    let &[batch, queries, width] = at(0)? else {
        return None;
    };
    let (size, keys) = match at(1) {
        Some(&[_, keys, key_width]) => (key_width / kv_heads, keys),
        Some(_) => return None,
        None if node.has_input(1) => return None,
        None => {
            let packed = kv_heads.checked_mul(2)?.checked_add(heads)?;
            (width / packed, queries)
        }
    };
    let before = match at(3) {
        Some(&[_, _, past, _]) => past,
        _ if node.has_input(3) => return None,
        _ => 0,
    };
    // How many keys there are in all, if the model says so; else past and new ones.
    let total = inputs
        .get(6)
        .and_then(Value::single)
        .and_then(|total| u64::try_from(total.whole()?).ok());
    let past = total.map_or(before, |total| total.saturating_sub(keys));
    let attention = Heads {
        batch,
        queries,
        heads,
        kv_heads,
        size,
        value_size: size,
        keys,
        past,
    };
    let present = Heads {
        past: before,
        ..attention
    };
    let results = vec![
        Value::shaped(Some(vec![batch, queries, product(&[heads, size])?]))
            .typed(inputs[0].element),
        present.present(size),
        present.present(size),
    ];
    let (seen, note) = Heads { past, ..present }.within(node.int("local_window_size", -1));
    let product = Product::of(seen.layers()?, results).of_types(&inputs[0], keys_of(node, inputs));
    Some(Product {
        notes: note.into_iter().collect(),
        ..product
    })
}

/// Attention whose keys and values are summed up in a state of fixed size, step by step: no product
/// of matrices that are there as wholes, so it is left out, with what it would multiply.
fn linear(node: &Node, inputs: &[Value]) -> Option<Product> {
    let at = |at| shape(node, inputs, at);
    let (heads, kv_heads) = (node.size("q_num_heads")?, node.size("kv_num_heads")?);
    let (&[batch, steps, _], &[_, _, key_width], &[_, _, value_width]) = (at(0)?, at(1)?, at(2)?)
    else {
        return None;
    };
    let (key, value) = (key_width / kv_heads, value_width / kv_heads);
    // A step adds keys times values to each state, reads it for each query, and for a delta rule first
    // reads it for each key.
    let is_delta = node
        .string("update_rule")
        .is_some_and(|rule| rule.contains("delta"));
    let per_state = if is_delta { 2 } else { 1 };
    let uses = kv_heads.checked_mul(per_state)?.checked_add(heads)?;
    let results = vec![
        Value::shaped(Some(vec![
            batch,
            steps,
            heads.max(kv_heads).checked_mul(value)?,
        ]))
        .typed(inputs[0].element),
        Value::shaped(Some(vec![batch, kv_heads, key, value])),
    ];
    Some(Product {
        macs: product(&[batch, steps, key, value, uses]),
        results,
        ..Product::failed("its state goes from step to step")
    })
}

#[cfg(test)]
mod tests {
    use super::super::copies;
    use super::*;

    #[test]
    fn repeated_heads_count_once() {
        let value = Value::shaped(Some(vec![1, 32, 7, 64])).with_axes(Some(vec![
            copies::real(1),
            copies::normal([copies::real(8), copies::copied(4)].concat()),
            copies::real(7),
            copies::real(64),
        ]));
        assert_eq!(unlike(&value, 1, 32), 8);
        assert_eq!(unlike(&value, 2, 32), 32);
    }
}
