//! Einstein's sums: products by the letters of their axes.
//!
//! ```text
//! bhid,bhjd->bhij    b, h in all three: heads; i, j in one and the result: rows, columns;
//!                    d in both and not in the result: summed over
//! abc,cd,de->abe     more than two: the first two, then their result with the next
//! ```
//!
//! A letter of one operand alone that nothing else has is summed up before: no product.

use super::copies::{self, AxisFactors};
use super::matmul::{Sizes, product, times};
use super::product::Product;
use super::proto::Node;
use super::value::Value;

/// An operand, with a letter for each axis.
struct Term {
    letters: Vec<char>,
    value: Value,
}

impl Term {
    /// With each letter once: of an axis that stands there twice, the diagonal.
    fn diagonal(self) -> Option<Self> {
        let shape = self.value.shape.clone()?;
        let mut once: Vec<(char, u64)> = Vec::new();
        for (letter, size) in self.letters.iter().zip(shape) {
            match once.iter().find(|(known, _)| known == letter) {
                None => once.push((*letter, size)),
                Some((_, known)) if *known == size => {}
                Some(_) => return None,
            }
        }
        if once.len() == self.letters.len() {
            return Some(self);
        }
        let (letters, sizes): (Vec<char>, Vec<u64>) = once.into_iter().unzip();
        let value = Value {
            is_parameter: self.value.is_parameter,
            ..Value::shaped(Some(sizes)).typed(self.value.element)
        };
        Some(Self { letters, value })
    }
}

/// The products of two or more operands.
pub(super) fn einsum(node: &Node, inputs: &[Value]) -> Option<Product> {
    let equation: String = node
        .string("equation")?
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    let (left, result) = match equation.split_once("->") {
        Some((left, result)) => (left, Some(result)),
        None => (equation.as_str(), None),
    };
    let mut terms: Vec<Term> = Vec::new();
    for (at, letters) in left.split(',').enumerate() {
        let value = inputs.get(at)?.clone();
        let letters = self::letters(letters, value.rank()?)?;
        terms.push(Term { letters, value }.diagonal()?);
    }
    if terms.len() != inputs.len() || terms.len() < 2 {
        return None;
    }
    let result = kept(&terms, result);
    terms.reverse();
    let mut first = terms.pop()?;
    let mut steps = Vec::new();
    while let Some(second) = terms.pop() {
        let is_needed = |letter: &char| {
            result.contains(letter) || terms.iter().any(|t| t.letters.contains(letter))
        };
        let of_both = first.letters.iter().chain(&second.letters);
        let mut letters: Vec<char> = of_both.copied().filter(is_needed).collect();
        if terms.is_empty() {
            // The last has its axes in the order that is asked for.
            letters.clone_from(&result);
        } else {
            let all = letters.clone();
            let mut at = 0;
            letters.retain(|letter| {
                at += 1;
                !all[..at - 1].contains(letter)
            });
        }
        let step = of_two(&first, &second, &letters)?;
        let value = step.results.first()?.clone();
        first = Term { letters, value };
        steps.push(step);
    }
    joined(steps)
}

/// One operator of all steps, whose layers are told apart by a number where there are several.
fn joined(mut steps: Vec<Product>) -> Option<Product> {
    let mut last = steps.pop()?;
    if steps.is_empty() {
        return Some(last);
    }
    let mut layers = Vec::new();
    let count = steps.len() + 1;
    for (at, step) in steps.iter_mut().chain([&mut last]).enumerate() {
        let found = std::mem::replace(&mut step.layers, Ok(Vec::new()));
        match found {
            Ok(found) => layers.extend(found.into_iter().map(|(layer, times)| {
                let name = format!("product{}", at + 1);
                (if count > 1 { layer.named(name) } else { layer }, times)
            })),
            Err(why) => return Some(Product::failed(&why)),
        }
    }
    last.layers = Ok(layers);
    Some(last)
}

/// The letters of the result: those that are asked for, or else those that occur once, in the
/// alphabet's order behind what three dots stand for.
fn kept(terms: &[Term], result: Option<&str>) -> Vec<char> {
    let all = || terms.iter().flat_map(|term| &term.letters);
    let mut dots: Vec<char> = all().filter(|c| is_dot(**c)).copied().collect();
    dots.sort_unstable_by(|x, y| y.cmp(x));
    dots.dedup();
    if let Some(result) = result {
        let dots: String = dots.into_iter().collect();
        return result.replace("...", &dots).chars().collect();
    }
    let is_once = |c: &&char| !is_dot(**c) && all().filter(|d| d == c).count() == 1;
    let mut once: Vec<char> = all().filter(is_once).copied().collect();
    once.sort_unstable();
    dots.extend(once);
    dots
}

fn of_two(first: &Term, second: &Term, result: &[char]) -> Option<Product> {
    let mut sizes = Sizes::ONE;
    let (left_axes, second_axes) = (first.value.all_axes()?, second.value.all_axes()?);
    let find = |term: &Term, axes: &[AxisFactors], letter: char| {
        let at = term.letters.iter().position(|c| *c == letter)?;
        Some(axes[at].clone())
    };
    let mut extents: Vec<(char, u64)> = Vec::new();
    for letter in first.letters.iter().chain(&second.letters) {
        if extents.iter().any(|(known, _)| known == letter) {
            continue;
        }
        let own = find(first, &left_axes, *letter);
        let other = find(second, &second_axes, *letter);
        let is_kept = result.contains(letter);
        let both = || [&own, &other].into_iter().flatten();
        let extent = both().map(|axis| copies::extent(axis)).max()?;
        let fits = |axis: &AxisFactors| matches!(copies::extent(axis), size if size == extent || size == 1);
        if !both().all(fits) {
            return None;
        }
        extents.push((*letter, extent));
        match (own, other, is_kept) {
            (Some(own), Some(other), true) => sizes.share(&own, &other)?,
            (Some(_), Some(_), false) => times(&mut sizes.c, extent)?,
            (Some(_), None, true) => times(&mut sizes.m, extent)?,
            (None, Some(_), true) => times(&mut sizes.k, extent)?,
            // Summed up in one operand before it is multiplied.
            _ => {}
        }
    }
    let of = |letter: &char| {
        let found = extents.iter().find(|(known, _)| known == letter);
        found.map(|(_, extent)| *extent)
    };
    let shape: Option<Vec<u64>> = result.iter().map(of).collect();
    Some(product(sizes, &first.value, &second.value, shape?))
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

/// A letter for each axis of a term.
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
    (letters.len() == rank).then_some(letters)
}
