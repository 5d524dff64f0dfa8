//! What is known of a tensor before anything runs: its shape, and its elements if they are few and
//! follow from shapes, as exporters compute one shape from another.

use super::proto::Tensor;

/// More elements than any shape has.
const MOST_ELEMENTS: u64 = 4096;
const MOST_RANK: usize = 16;
const MOST_SIZE: u64 = 1 << 40;

/// A tensor.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Value {
    /// Its shape, if known.
    pub(super) shape: Option<Vec<u64>>,
    /// Its elements, if known. Whole numbers, as those of shapes are; also booleans, as 0 and 1.
    pub(super) elements: Option<Vec<i64>>,
    /// The scales of a resize, if known.
    pub(super) scales: Option<Vec<f32>>,
    /// Whether it is trained, or a rearrangement of what is.
    pub(super) is_parameter: bool,
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

    pub(super) fn with_elements(shape: Vec<u64>, elements: Option<Vec<i64>>) -> Self {
        let fits = |elements: &Vec<i64>| Some(elements.len() as u64) == product(&shape);
        Self {
            elements: elements.filter(fits),
            ..Self::shaped(Some(shape))
        }
    }

    /// A list of whole numbers.
    pub(super) fn list(elements: Vec<i64>) -> Self {
        Self::with_elements(vec![elements.len() as u64], Some(elements))
    }

    pub(super) fn is_small(shape: &[u64]) -> bool {
        product(shape).is_some_and(|count| count <= MOST_ELEMENTS)
    }

    pub(super) fn of(tensor: &Tensor) -> Self {
        let shape: Option<Vec<u64>> = tensor.dims.iter().map(|d| u64::try_from(*d).ok()).collect();
        let mut value = Self::shaped(shape);
        let Some(shape) = value.shape.as_ref().filter(|shape| Self::is_small(shape)) else {
            return value;
        };
        let count = product(shape).unwrap_or(0) as usize;
        let raw = &tensor.raw_data;
        let chunks = |width: usize| raw.chunks_exact(width);
        let long = |bytes: &[u8]| i64::from_le_bytes(bytes.try_into().unwrap_or_default());
        let int =
            |bytes: &[u8]| i64::from(i32::from_le_bytes(bytes.try_into().unwrap_or_default()));
        let float = |bytes: &[u8]| f32::from_le_bytes(bytes.try_into().unwrap_or_default());
        // Types of TensorProto: 1 float, 6 int32, 7 int64, 9 bool.
        let elements: Vec<i64> = match tensor.data_type {
            7 if raw.is_empty() => tensor.int64_data.clone(),
            7 => chunks(8).map(long).collect(),
            6 | 9 if raw.is_empty() => tensor.int32_data.iter().copied().map(i64::from).collect(),
            6 => chunks(4).map(int).collect(),
            9 => raw.iter().copied().map(i64::from).collect(),
            1 => {
                let floats: Vec<f32> = if raw.is_empty() {
                    tensor.float_data.clone()
                } else {
                    chunks(4).map(float).collect()
                };
                value.scales = Some(floats).filter(|floats| floats.len() == count);
                return value;
            }
            _ => return value,
        };
        value.elements = Some(elements).filter(|elements| elements.len() == count);
        value
    }

    pub(super) fn rank(&self) -> Option<usize> {
        self.shape.as_ref().map(Vec::len)
    }
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
