//! What is known of a tensor before anything runs: its shape, and its elements if they are few and
//! follow from shapes, as exporters compute one shape from another.

use std::rc::Rc;

use super::copies::{self, AxisFactors};
use super::element::ElementType;
use super::number::Number;
use super::proto::Tensor;

/// More elements than any shape has.
const MOST_ELEMENTS: u64 = 4096;
const MOST_RANK: usize = 16;
const MOST_SIZE: u64 = 1 << 40;

/// A tensor, or a sequence of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Value {
    /// Its shape, if known.
    pub(super) shape: Option<Vec<u64>>,
    /// Its elements in row-major order, if known.
    pub(super) elements: Option<Rc<Vec<Number>>>,
    /// The type of its elements, if known: of what is quantised, the type before dequantisation.
    pub(super) element: Option<ElementType>,
    /// Whether it is there before the network runs: trained, or computed from nothing else.
    pub(super) is_parameter: bool,
    /// Its axes, if parts of some are copies.
    pub(super) axes: Option<Rc<Vec<AxisFactors>>>,
    /// If it has no shape: the operator that lost it first. If it is a shape whose numbers are in
    /// another file: that.
    pub(super) lost: Option<Rc<str>>,
    /// The tensors of a sequence, if it is one that is known.
    pub(super) items: Option<Rc<Vec<Value>>>,
}

impl Value {
    pub(super) fn shaped(shape: Option<Vec<u64>>) -> Self {
        let fits =
            |shape: &Vec<u64>| shape.len() <= MOST_RANK && shape.iter().all(|s| *s <= MOST_SIZE);
        Self {
            shape: shape.filter(fits),
            ..Self::default()
        }
    }

    pub(super) fn with_elements(shape: Vec<u64>, elements: Option<Vec<Number>>) -> Self {
        let fits = |elements: &Vec<Number>| {
            Self::is_small(&shape) && Some(elements.len() as u64) == product(&shape)
        };
        Self {
            elements: elements.filter(fits).map(Rc::new),
            ..Self::shaped(Some(shape))
        }
    }

    /// A list of whole numbers, as shapes are.
    pub(super) fn list(elements: Vec<i64>) -> Self {
        let shape = vec![elements.len() as u64];
        let elements = elements.into_iter().map(Number::Whole).collect();
        Self {
            element: Some(ElementType::INT64),
            is_parameter: true,
            ..Self::with_elements(shape, Some(elements))
        }
    }

    /// A single number.
    pub(super) fn scalar(number: Number, element: ElementType) -> Self {
        Self {
            element: Some(element),
            is_parameter: true,
            ..Self::with_elements(Vec::new(), Some(vec![number]))
        }
    }

    /// The same with elements of this type.
    pub(super) fn typed(self, element: Option<ElementType>) -> Self {
        Self { element, ..self }
    }

    pub(super) fn is_small(shape: &[u64]) -> bool {
        product(shape).is_some_and(|count| count <= MOST_ELEMENTS)
    }

    /// A constant of the file.
    pub(super) fn of(tensor: &Tensor) -> Self {
        let shape: Option<Vec<u64>> = tensor.dims.iter().map(|d| u64::try_from(*d).ok()).collect();
        let value = Self {
            is_parameter: true,
            ..Self::shaped(shape).typed(ElementType::of(i64::from(tensor.data_type)))
        };
        let Some(shape) = value.shape.as_ref().filter(|shape| Self::is_small(shape)) else {
            return value;
        };
        let count = product(shape).unwrap_or(0) as usize;
        let elements = elements(tensor).filter(|elements| elements.len() == count);
        let is_shape = shape.len() <= 1 && value.element.is_some_and(ElementType::is_whole);
        Self {
            elements: elements.map(Rc::new),
            lost: elsewhere(tensor).filter(|_| is_shape),
            ..value
        }
    }

    pub(super) fn rank(&self) -> Option<usize> {
        self.shape.as_ref().map(Vec::len)
    }

    /// Its elements, if they are known and whole.
    pub(super) fn ints(&self) -> Option<Vec<i64>> {
        self.elements.as_ref()?.iter().map(|x| x.whole()).collect()
    }

    pub(super) fn reals(&self) -> Option<Vec<f64>> {
        Some(self.elements.as_ref()?.iter().map(|x| x.real()).collect())
    }

    /// Its elements as sizes.
    pub(super) fn sizes(&self) -> Option<Vec<u64>> {
        let size = |x: &Number| u64::try_from(x.whole()?).ok();
        self.elements.as_ref()?.iter().map(size).collect()
    }

    /// Its only element.
    pub(super) fn single(&self) -> Option<Number> {
        match self.elements.as_deref().map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        }
    }

    /// Its axes, with what is copied along them.
    pub(super) fn all_axes(&self) -> Option<Vec<AxisFactors>> {
        let shape = self.shape.as_ref()?;
        if let Some(axes) = &self.axes {
            return Some(axes.to_vec());
        }
        Some(shape.iter().map(|size| copies::real(*size)).collect())
    }

    /// The same with these axes, if they are of its shape.
    pub(super) fn with_axes(mut self, axes: Option<Vec<AxisFactors>>) -> Self {
        let fits = |axes: &Vec<AxisFactors>| {
            let extents: Vec<u64> = axes.iter().map(|axis| copies::extent(axis)).collect();
            self.shape.as_ref() == Some(&extents) && axes.iter().flatten().any(|f| f.is_copy)
        };
        self.axes = axes.filter(fits).map(Rc::new);
        self
    }

    /// Whether all its elements are one number.
    pub(super) fn is_uniform(&self) -> bool {
        let all = self.elements.as_deref();
        all.is_some_and(|all| all.len() > 1 && all.iter().all(|x| *x == all[0]))
    }

    /// Whether parts of it are copies: who reads it reads words again that are there once.
    pub(super) fn has_copies(&self) -> bool {
        self.axes.is_some()
    }

    /// Elements that are there: of copies, one.
    fn distinct(&self) -> Option<u64> {
        let Some(axes) = &self.axes else {
            return product(self.shape.as_ref()?);
        };
        let real = axes.iter().flatten().filter(|factor| !factor.is_copy);
        real.map(|factor| factor.size).try_fold(1, u64::checked_mul)
    }

    /// Bytes of what is there of it; unknown without a shape, 4 an element without a type.
    pub(super) fn bytes(&self) -> Option<u64> {
        let bits = self.element.map_or(32, ElementType::bits);
        let bits = self.distinct()?.checked_mul(u64::from(bits))?;
        Some(bits.div_ceil(8))
    }
}

/// Where the elements of a tensor are, if not in the file itself.
fn elsewhere(tensor: &Tensor) -> Option<Rc<str>> {
    if tensor.data_location != 1 {
        return None;
    }
    let is_place = |key: &&super::proto::Entry| key.key == "location";
    let file = tensor.external_data.iter().find(is_place);
    let file = file.map_or("another file", |entry| entry.value.as_str());
    Some(format!("{}, whose numbers are kept in {file}", tensor.name).into())
}

/// The elements of a tensor that are in the file itself; `None` for types that shapes do not have.
fn elements(tensor: &Tensor) -> Option<Vec<Number>> {
    let raw = &tensor.raw_data;
    let whole = Number::Whole;
    let fraction = Number::Fraction;
    let element = ElementType::of(i64::from(tensor.data_type))?;
    if raw.is_empty() {
        let ints = || tensor.int32_data.iter();
        return Some(match element.number() {
            7 => tensor.int64_data.iter().map(|x| whole(*x)).collect(),
            2..=6 | 9 => ints().map(|x| whole(i64::from(*x))).collect(),
            10 => ints().map(|x| fraction(half(*x as u16))).collect(),
            16 => ints().map(|x| fraction(brain(*x as u16))).collect(),
            1 => {
                let floats = tensor.float_data.iter();
                floats.map(|x| fraction(f64::from(*x))).collect()
            }
            11 => tensor.double_data.iter().map(|x| fraction(*x)).collect(),
            12 | 13 => {
                let size = |x: &u64| i64::try_from(*x).ok().map(whole);
                return tensor.uint64_data.iter().map(size).collect();
            }
            _ => return None,
        });
    }
    /// The chunks of a tensor's bytes, each read by a function.
    fn read<const WIDTH: usize>(raw: &[u8], of: impl Fn([u8; WIDTH]) -> Number) -> Vec<Number> {
        let chunk = |bytes: &[u8]| bytes.try_into().map(&of).ok();
        raw.chunks_exact(WIDTH).filter_map(chunk).collect()
    }
    Some(match element.number() {
        1 => read(raw, |b| fraction(f64::from(f32::from_le_bytes(b)))),
        2 | 9 => read(raw, |[b]| whole(i64::from(b))),
        3 => read(raw, |b| whole(i64::from(i8::from_le_bytes(b)))),
        4 => read(raw, |b| whole(i64::from(u16::from_le_bytes(b)))),
        5 => read(raw, |b| whole(i64::from(i16::from_le_bytes(b)))),
        6 => read(raw, |b| whole(i64::from(i32::from_le_bytes(b)))),
        7 => read(raw, |b| whole(i64::from_le_bytes(b))),
        10 => read(raw, |b| fraction(half(u16::from_le_bytes(b)))),
        11 => read(raw, |b| fraction(f64::from_le_bytes(b))),
        12 => read(raw, |b| whole(i64::from(u32::from_le_bytes(b)))),
        // Sizes are far below where the sign begins.
        13 => read(raw, |b| whole(i64::from_le_bytes(b))),
        16 => read(raw, |b| fraction(brain(u16::from_le_bytes(b)))),
        _ => return None,
    })
}

/// A number of IEEE 754's 16 bits.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, mantissa) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => mantissa * 2f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + mantissa) * 2f64.powi(exponent - 25),
    }
}

/// The upper half of a number of 32 bits.
fn brain(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// The product, if it fits.
pub(super) fn product(sizes: &[u64]) -> Option<u64> {
    sizes
        .iter()
        .try_fold(1u64, |total, size| total.checked_mul(*size))
}

/// An axis counted from the front.
pub(super) fn axis(axis: i64, rank: usize) -> Option<usize> {
    let rank_signed = i64::try_from(rank).ok()?;
    let axis = if axis < 0 {
        axis.checked_add(rank_signed)?
    } else {
        axis
    };
    usize::try_from(axis).ok().filter(|axis| *axis < rank)
}

/// The shape of an elementwise operator's result.
pub(super) fn broadcast(a: &[u64], b: &[u64]) -> Option<Vec<u64>> {
    let rank = a.len().max(b.len());
    let size = |shape: &[u64], at: usize| {
        let missing = rank - shape.len();
        if at < missing { 1 } else { shape[at - missing] }
    };
    (0..rank)
        .map(|at| match (size(a, at), size(b, at)) {
            (x, y) if x == y => Some(x),
            (1, y) => Some(y),
            (x, 1) => Some(x),
            _ => None,
        })
        .collect()
}

/// A list of the multi-indices of a shape, in row-major order, each given to a function.
pub(super) fn each_index<T>(
    shape: &[u64],
    mut of: impl FnMut(&[u64]) -> Option<T>,
) -> Option<Vec<T>> {
    let count = product(shape).filter(|_| Value::is_small(shape))?;
    let mut at = vec![0; shape.len()];
    let mut found = Vec::new();
    for _ in 0..count {
        found.push(of(&at)?);
        for (index, size) in at.iter_mut().zip(shape).rev() {
            *index += 1;
            if *index < *size {
                break;
            }
            *index = 0;
        }
    }
    Some(found)
}

/// The place of a multi-index in a tensor that may have fewer axes, and axes of 1 that are broadcast.
pub(super) fn flat(shape: &[u64], index: &[u64]) -> usize {
    let skipped = index.len().saturating_sub(shape.len());
    let along = shape.iter().zip(&index[skipped..]);
    along.fold(0, |flat, (size, at)| {
        flat * *size as usize + if *size == 1 { 0 } else { *at as usize }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_sixteen_bits() {
        assert_eq!(half(0x3c00), 1.0);
        assert_eq!(half(0xc100), -2.5);
        assert_eq!(half(0x0001), 2f64.powi(-24));
        assert_eq!(brain(0x3fc0), 1.5);
    }
}
