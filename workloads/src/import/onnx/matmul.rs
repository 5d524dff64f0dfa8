//! Products of two tensors along any of their axes.
//!
//! Each index that both have and the result keeps is a head, unless one of the two holds copies along
//! it: then it is rows or columns of the other, and the copies are read once.

use super::copies::{self, Axis};
use super::product::{Product, named, right};
use super::proto::Node;
use super::value::{Value, broadcast};
use crate::layer::{Layer, RightOperand};

/// Sizes of a product: heads, rows, columns, and what is summed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sizes {
    heads: u64,
    m: u64,
    k: u64,
    c: u64,
}

impl Sizes {
    /// Takes in an axis that both operands and the result have.
    fn share(&mut self, left: &Axis, right: &Axis) -> Option<()> {
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

fn times(size: &mut u64, factor: u64) -> Option<()> {
    *size = size.checked_mul(factor)?;
    Some(())
}

fn product(sizes: Sizes, a: &Value, b: &Value, shape: Vec<u64>) -> Product {
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
        left.insert(0, Axis::new());
    }
    if is_column {
        second.push(Axis::new());
    }
    let (c, m) = (left.pop()?, left.pop()?);
    let (k, d) = (second.pop()?, second.pop()?);
    let extent = |axis: &Axis| copies::extent(axis);
    if extent(&c) != extent(&d) {
        return None;
    }
    let mut sizes = Sizes {
        heads: 1,
        m: extent(&m),
        k: extent(&k),
        c: extent(&c),
    };
    let outer = |axes: &[Axis]| axes.iter().map(extent).collect::<Vec<u64>>();
    let mut shape = broadcast(&outer(&left), &outer(&second))?;
    let one = Axis::new();
    for at in 1..=shape.len() {
        let from_end = |axes: &'_ [Axis]| axes.len().checked_sub(at).map(|at| axes[at].clone());
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

/// A product of two operands, whose letters are heads (in all three), rows (left and result), columns
/// (right and result), or summed over (left and right).
pub(super) fn einsum(node: &Node, inputs: &[Value]) -> Option<Product> {
    let [a, b] = inputs else {
        return None;
    };
    let equation: String = node
        .string("equation")?
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let (terms, result) = match equation.split_once("->") {
        Some((terms, result)) => (terms, Some(result)),
        None => (equation.as_str(), None),
    };
    let (left, second) = terms.split_once(',')?;
    let left = letters(left, a.rank()?)?;
    let second = letters(second, b.rank()?)?;
    let result: Vec<char> = match result {
        Some(result) => {
            let dots = left.iter().chain(&second).filter(|c| is_dot(**c));
            let mut dots: Vec<char> = dots.copied().collect();
            dots.sort_unstable_by(|x, y| y.cmp(x));
            dots.dedup();
            let dots: String = dots.into_iter().collect();
            result.replace("...", &dots).chars().collect()
        }
        None => {
            // Those that occur once, in the alphabet's order.
            let all = || left.iter().chain(&second);
            let is_kept = |c: &&char| is_dot(**c) || all().filter(|d| d == c).count() == 1;
            let mut kept: Vec<char> = all().filter(is_kept).copied().collect();
            kept.sort_unstable();
            kept.dedup();
            kept
        }
    };
    let mut sizes = Sizes {
        heads: 1,
        m: 1,
        k: 1,
        c: 1,
    };
    let (left_axes, second_axes) = (a.all_axes()?, b.all_axes()?);
    let find = |letters: &[char], axes: &[Axis], letter: char| {
        let at = letters.iter().position(|c| *c == letter)?;
        Some(axes[at].clone())
    };
    let mut extents: Vec<(char, u64)> = Vec::new();
    let mut seen: Vec<char> = Vec::new();
    for letter in left.iter().chain(&second) {
        if seen.contains(letter) {
            continue;
        }
        seen.push(*letter);
        let own = find(&left, &left_axes, *letter);
        let other = find(&second, &second_axes, *letter);
        let is_kept = result.contains(letter);
        let extent = [&own, &other]
            .into_iter()
            .flatten()
            .map(|axis| copies::extent(axis))
            .max()?;
        let fits = |axis: &Axis| {
            copies::extent(axis) == extent || is_dot(*letter) && copies::extent(axis) == 1
        };
        if ![&own, &other].into_iter().flatten().all(fits) {
            return None;
        }
        extents.push((*letter, extent));
        match (own, other, is_kept) {
            (Some(own), Some(other), true) => sizes.share(&own, &other)?,
            (Some(_), Some(_), false) => times(&mut sizes.c, extent)?,
            (Some(_), None, true) => times(&mut sizes.m, extent)?,
            (None, Some(_), true) => times(&mut sizes.k, extent)?,
            // Summed over in one operand alone: no product.
            _ => return None,
        }
    }
    let of = |letter: &char| {
        let found = extents.iter().find(|(known, _)| known == letter);
        found.map(|(_, extent)| *extent)
    };
    let shape: Option<Vec<u64>> = result.iter().map(of).collect();
    Some(product(sizes, a, b, shape?))
}

/// The shape of what an equation makes of one tensor: a transpose, a sum, a diagonal.
pub(super) fn einsum_of_one(node: &Node, value: &Value) -> Option<Value> {
    let equation = node.string("equation")?.replace(' ', "");
    let (term, result) = equation.split_once("->")?;
    let shape = value.shape.as_ref()?;
    let named = |term: &str| term.replace("...", "").chars().count();
    let dots: String = (0..shape.len().checked_sub(named(term))?.min(10) as u32)
        .filter_map(|at| char::from_digit(at, 10))
        .collect();
    let letters: Vec<char> = term.replacen("...", &dots, 1).chars().collect();
    if letters.len() != shape.len() {
        return None;
    }
    let size = |letter: char| {
        let at = letters.iter().position(|known| *known == letter)?;
        Some(shape[at])
    };
    let sizes: Option<Vec<u64>> = result.replacen("...", &dots, 1).chars().map(size).collect();
    Some(Value::shaped(Some(sizes?)).typed(value.element))
}

/// Digits stand for the axes that three dots mean, counted from the last.
fn is_dot(letter: char) -> bool {
    letter.is_ascii_digit()
}

/// A letter for each axis of a term; a letter twice is a diagonal, which is no product.
fn letters(term: &str, rank: usize) -> Option<Vec<char>> {
    let named = term.replace("...", "").chars().count();
    let dots = rank.checked_sub(named).filter(|dots| *dots < 10)?;
    let digits: String = (0..dots as u32)
        .rev()
        .filter_map(|at| char::from_digit(at, 10))
        .collect();
    let letters: Vec<char> = if term.contains("...") {
        term.replacen("...", &digits, 1).chars().collect()
    } else {
        term.chars().collect()
    };
    let is_once = |c: &char| letters.iter().filter(|d| *d == c).count() == 1;
    (letters.len() == rank && letters.iter().all(is_once)).then_some(letters)
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
