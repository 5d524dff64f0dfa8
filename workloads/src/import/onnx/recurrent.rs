//! Recurrent layers: one product over the whole sequence for what comes in, and one a step for the
//! state, since each step waits for the one before.
//!
//! ```text
//! gates[t] = x[t] x W (all steps at once) + state[t - 1] x R (a step at a time)
//! ```
//!
//! Both directions of a bidirectional layer read the same input, and their states are two heads.

use super::product::{Product, named};
use super::proto::Node;
use super::value::Value;
use crate::layer::{Layer, RightOperand};

/// The products of a recurrent layer; the outer `None` if the node is none.
pub(super) fn of(node: &Node, inputs: &[Value]) -> Option<Option<Product>> {
    match node.op_type.as_str() {
        "LSTM" | "GRU" | "RNN" | "DynamicQuantizeLSTM" => Some(recurrent(node, inputs)),
        _ => None,
    }
}

/// X `[steps, batch, input]`, W `[directions, gates x hidden, input]`, R `[.., hidden]`; with a layout
/// of 1 the batch comes first.
fn recurrent(node: &Node, inputs: &[Value]) -> Option<Product> {
    let at = |at: usize| inputs.get(at)?.shape.as_deref();
    let (&[first, second, input], &[directions, w1, w2], &[_, r1, r2]) = (at(0)?, at(1)?, at(2)?)
    else {
        return None;
    };
    let is_batch_first = node.int("layout", 0) != 0;
    let (steps, batch) = match is_batch_first {
        true => (second, first),
        false => (first, second),
    };
    // The quantised kind has its weights transposed.
    let is_transposed = node.op_type == "DynamicQuantizeLSTM";
    let ((gates, inner), (state_gates, hidden)) = match is_transposed {
        true => ((w2, w1), (r2, r1)),
        false => ((w1, w2), (r1, r2)),
    };
    if inner != input || gates != state_gates {
        return None;
    }
    let rows = steps.checked_mul(batch)?;
    let columns = directions.checked_mul(gates)?;
    let whole = Layer::matmul("input", 1, [rows, columns, input], RightOperand::Parameters);
    let step = Layer::matmul(
        "state",
        directions,
        [batch, gates, hidden],
        RightOperand::Parameters,
    );
    let layers = match (named(whole), named(step)) {
        (Ok(whole), Ok(step)) => Ok(vec![(whole, 1), (step, steps)]),
        (Err(why), _) | (_, Err(why)) => Err(why),
    };
    let (all, last) = match is_batch_first {
        true => (
            vec![batch, steps, directions, hidden],
            vec![batch, directions, hidden],
        ),
        false => (
            vec![steps, directions, batch, hidden],
            vec![directions, batch, hidden],
        ),
    };
    let value = |shape| Value::shaped(Some(shape)).typed(inputs[0].element);
    let results = vec![value(all), value(last.clone()), value(last)];
    Some(Product::of(layers, results).of_types(&inputs[0], &inputs[1]))
}
