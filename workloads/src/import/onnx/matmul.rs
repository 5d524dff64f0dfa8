//! Products of two tensors along any of their axes.
//!
//! Each index that both have and the result keeps is a head, unless one of the two holds copies along
//! it: then it is rows or columns of the other, and the copies are read once.

use super::copies::{self, AxisFactors};
use super::product::{Product, named, right};
use super::proto::Node;
use super::value::{Value, broadcast};
use crate::layer::{Layer, RightOperand};

/// Sizes of a product: heads, rows, columns, and what is summed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) heads: u64,
    pub(super) m: u64,
    pub(super) k: u64,
    pub(super) c: u64,
}

impl Sizes {
    /// Of a product of two numbers.
    pub(super) const ONE: Self = Self {
        heads: 1,
        m: 1,
        k: 1,
        c: 1,
    };

    /// Takes in an axis that both operands and the result have.
    pub(super) fn share(&mut self, left: &AxisFactors, right: &AxisFactors) -> Option<()> {
        let (a, b) = (copies::extent(left), copies::extent(right));
        // An axis of 1 is broadcast: copies.
        let copied = copies::copied(a.max(b));
        let (left, right) = match (a, b) {
            (1, 1) => return Some(()),
            (1, _) => (&copied, right),
            (_, 1) => (left, &copied),
            _ => (left, right),
        };
        let Some(factors) = copies::common(left, right) else {
            return times(&mut self.heads, copies::extent(left));
        };
        for (size, is_copy) in factors {
            match is_copy {
                [false, false] => times(&mut self.heads, size)?,
                [true, false] => times(&mut self.k, size)?,
                // Copies on both sides are still multiplied.
                [_, true] => times(&mut self.m, size)?,
            }
        }
        Some(())
    }

    fn layer(self, a: &Value, b: &Value) -> Result<Layer, String> {
        let Self { heads, m, k, c } = self;
        named(if a.is_parameter && !b.is_parameter {
            // Trained on the left: the transposed product has them on the right.
            Layer::matmul("", heads, [k, m, c], RightOperand::Parameters)
        } else {
            Layer::matmul("", heads, [m, k, c], right(b.is_parameter))
        })
    }
}

pub(super) fn times(size: &mut u64, factor: u64) -> Option<()> {
    *size = size.checked_mul(factor)?;
    Some(())
}

pub(super) fn product(sizes: Sizes, a: &Value, b: &Value, shape: Vec<u64>) -> Product {
    let result = Value {
        is_parameter: a.is_parameter && b.is_parameter,
        ..Value::shaped(Some(shape))
    };
    let product = Product::one(sizes.layer(a, b), result);
    match a.is_parameter && !b.is_parameter {
        true => product.of_types(b, a),
        false => product.of_types(a, b),
    }
}

/// The last two axes swapped where asked for, and for `FusedMatMul` the first moved behind the other
/// batch axes.
fn turned(value: &Value, is_transposed: bool, is_batch_transposed: bool) -> Option<Value> {
    let rank = value.rank()?;
    let mut order: Vec<i64> = (0..rank as i64).collect();
    if is_batch_transposed && rank >= 3 {
        // [B, m, .., c]: the first axis goes before the last.
        let first = order.remove(0);
        order.insert(rank - 2, first);
    }
    if is_transposed && rank >= 2 {
        order.swap(rank - 1, rank - 2);
    }
    let turned = super::shapes::permuted(value, &order)?;
    Some(Value {
        is_parameter: value.is_parameter,
        ..turned
    })
}

/// `Gemm` and what is fused with it.
pub(super) fn gemm(node: &Node, a: &Value, b: &Value) -> Option<Product> {
    if a.rank() != Some(2) || b.rank() != Some(2) {
        return None;
    }
    matmul(node, a, b)
}

/// `MatMul` and what is fused with it.
pub(super) fn matmul(node: &Node, a: &Value, b: &Value) -> Option<Product> {
    let is_set = |name: &str| node.int(name, 0) != 0;
    let a = turned(a, is_set("transA"), is_set("transBatchA"))?;
    let b = turned(b, is_set("transB"), is_set("transBatchB"))?;
    let (mut left, mut second) = (a.all_axes()?, b.all_axes()?);
    // A list is a row on the left and a column on the right, which the result does not keep.
    let (is_row, is_column) = (left.len() == 1, second.len() == 1);
    if is_row {
        left.insert(0, AxisFactors::new());
    }
    if is_column {
        second.push(AxisFactors::new());
    }
    let (c, m) = (left.pop()?, left.pop()?);
    let (k, d) = (second.pop()?, second.pop()?);
    let extent = |axis: &AxisFactors| copies::extent(axis);
    if extent(&c) != extent(&d) {
        return None;
    }
    let mut sizes = Sizes {
        heads: 1,
        m: extent(&m),
        k: extent(&k),
        c: extent(&c),
    };
    let outer = |axes: &[AxisFactors]| axes.iter().map(extent).collect::<Vec<u64>>();
    let mut shape = broadcast(&outer(&left), &outer(&second))?;
    let one = AxisFactors::new();
    for at in 1..=shape.len() {
        let from_end =
            |axes: &'_ [AxisFactors]| axes.len().checked_sub(at).map(|at| axes[at].clone());
        let own = from_end(&left).unwrap_or_else(|| one.clone());
        let other = from_end(&second).unwrap_or_else(|| one.clone());
        sizes.share(&own, &other)?;
    }
    if !is_row {
        shape.push(extent(&m));
    }
    if !is_column {
        shape.push(extent(&k));
    }
    Some(product(sizes, &a, &b, shape))
}

/// Weights of few bits in blocks: `A [.., K]` times `[N, K]`, whose sizes are attributes.
pub(super) fn blocked(node: &Node, a: &Value, bits: i64) -> Option<Product> {
    let shape = a.shape.as_ref()?;
    let (last, outer) = shape.split_last()?;
    let (c, k) = (node.size("K")?, node.size("N")?);
    if *last != c {
        return None;
    }
    let rows = super::value::product(outer)?;
    let layer = Layer::matmul("", 1, [rows, k, c], RightOperand::Parameters);
    let result = Value::shaped(Some([outer, &[k]].concat())).typed(a.element);
    let mut product = Product::one(named(layer), result);
    product.types = [a.element, super::element::ElementType::unsigned(bits)];
    Some(product)
}

/// Experts of which each token takes `k`: the products of those that are taken, tokens spread evenly.
pub(super) fn experts(node: &Node, inputs: &[Value]) -> Option<Product> {
    let is_quantized = node.op_type == "QMoE";
    let x = inputs.first()?;
    let shape = x.shape.as_ref()?;
    let (hidden, outer) = shape.split_last()?;
    let tokens = super::value::product(outer)?;
    let taken = tokens.checked_mul(node.size("k").unwrap_or(1))?;
    let places: &[usize] = if is_quantized { &[2, 5, 8] } else { &[2, 4, 6] };
    let bits = node.size("expert_weight_bits").unwrap_or(4);
    let packed = if is_quantized {
        8u64.checked_div(bits)?
    } else {
        1
    };
    let mut layers = Vec::new();
    let mut weight = None;
    for (at, name) in places.iter().zip(["fc1", "fc2", "fc3"]) {
        if !node.has_input(*at) {
            continue;
        }
        let value = inputs.get(*at)?;
        let weights = value.shape.as_ref()?;
        let count = *weights.first().filter(|count| **count > 0)?;
        let words = super::value::product(&weights[1..])?.checked_mul(packed)?;
        let inner = words.checked_div(*hidden)?;
        // As many experts as can share the tokens evenly.
        let active = (1..=count.min(taken).min(4096))
            .rev()
            .find(|experts| taken.is_multiple_of(*experts))?;
        let sizes = match name {
            "fc2" => [taken / active, *hidden, inner],
            _ => [taken / active, inner, *hidden],
        };
        layers.push(named(Layer::matmul(
            name,
            active,
            sizes,
            RightOperand::Parameters,
        )));
        weight = Some(value);
    }
    let layers: Result<Vec<_>, _> = layers.into_iter().map(|l| l.map(|l| (l, 1))).collect();
    let result = Value::shaped(Some(shape.clone())).typed(x.element);
    let mut product = Product::of(layers, vec![result]).of_types(x, weight?);
    if is_quantized {
        product.types[1] = super::element::ElementType::unsigned(bits as i64);
    }
    product.notes = vec!["its tokens are spread evenly over the experts".to_owned()];
    Some(product)
}
