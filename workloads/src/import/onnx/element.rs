//! Types of tensors' elements, as `TensorProto.DataType` numbers them.

/// A type of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ElementType(i32);

const NAMES: [(&str, u32); 27] = [
    ("undefined", 0),
    ("float32", 32),
    ("uint8", 8),
    ("int8", 8),
    ("uint16", 16),
    ("int16", 16),
    ("int32", 32),
    ("int64", 64),
    ("string", 0),
    ("bool", 8),
    ("float16", 16),
    ("float64", 64),
    ("uint32", 32),
    ("uint64", 64),
    ("complex64", 64),
    ("complex128", 128),
    ("bfloat16", 16),
    ("float8e4m3fn", 8),
    ("float8e4m3fnuz", 8),
    ("float8e5m2", 8),
    ("float8e5m2fnuz", 8),
    ("uint4", 4),
    ("int4", 4),
    ("float4e2m1", 4),
    ("float8e8m0", 8),
    ("uint2", 2),
    ("int2", 2),
];

impl ElementType {
    pub(super) const FLOAT: Self = Self(1);
    pub(super) const UINT8: Self = Self(2);
    pub(super) const INT32: Self = Self(6);
    pub(super) const INT64: Self = Self(7);
    pub(super) const BOOL: Self = Self(9);
    pub(super) const DOUBLE: Self = Self(11);

    /// The type of this number, if there is one.
    pub(super) fn of(number: i64) -> Option<Self> {
        let number = i32::try_from(number).ok()?;
        (1..NAMES.len() as i32)
            .contains(&number)
            .then_some(Self(number))
    }

    /// Whole numbers without a sign, of 2, 4 or 8 bits: how quantised weights are packed.
    pub(super) fn unsigned(bits: i64) -> Option<Self> {
        let number = match bits {
            2 => 25,
            4 => 21,
            8 => 2,
            _ => return None,
        };
        Some(Self(number))
    }

    pub(super) fn name(self) -> &'static str {
        NAMES[self.0 as usize].0
    }

    /// Bits of one element; 0 for texts.
    pub(super) fn bits(self) -> u32 {
        NAMES[self.0 as usize].1
    }

    pub(super) fn number(self) -> i32 {
        self.0
    }

    pub(super) fn is_whole(self) -> bool {
        matches!(self.0, 2..=7 | 12 | 13 | 21 | 22 | 25 | 26)
    }
}
