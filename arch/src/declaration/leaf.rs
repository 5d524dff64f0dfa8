//! Fields that hold one value.

use super::{At, Node, Omit, ReadContext};
use crate::collector::Collector;
use crate::field::Takes;
use crate::limits::{self, Limits};
use crate::operand::Operand;
use crate::scalar::{Count, Number, Width};
use crate::units::{Bits, Kilohertz, Nanometres};

/// Words that a network moves in a cycle, of which a file may have as many as the array has rows,
/// columns or PEs.
pub(crate) struct Words;

/// Bytes, in a file KiB.
pub(crate) struct Kibibytes;

/// Ten-thousandths, in a file a share between 0 and 1.
pub(crate) struct Share;

impl Omit for Count {}
impl Omit for Number {}
impl Omit for String {}

/// Whole numbers of 32 bits.
macro_rules! counts {
    ($($ty:ty, $new:expr, $value:expr;)*) => { $(
        impl Node for $ty {
            type Value = Self;
            type Written = Count;

            fn base() -> Self {
                $new(0)
            }

            fn read(Count(count): Count, at: &At<'_>, _: &Self, reading: &mut ReadContext) -> Self {
                let limits = at.spec.limits.clone().unwrap_or(0..=u32::MAX.into());
                $new(reading.problems.narrow(at, count, &limits))
            }

            fn write(value: &Self) -> Option<Count> {
                Some(Count($value(value).into()))
            }

            fn check(value: &Self, at: &At<'_>, problems: &mut Collector) {
                if let Some(limits) = &at.spec.limits {
                    problems.within(at, $value(value).into(), limits);
                }
            }

            fn takes() -> Takes {
                Takes::Whole
            }
        }
    )* };
}

counts! {
    u32, |count: u32| count, |value: &u32| *value;
    Bits, Bits, |value: &Bits| value.0;
}

impl Node for u64 {
    type Value = Self;
    type Written = Count;

    fn base() -> Self {
        0
    }

    fn read(Count(count): Count, _: &At<'_>, _: &Self, _: &mut ReadContext) -> Self {
        count
    }

    fn write(value: &Self) -> Option<Count> {
        Some(Count(*value))
    }

    fn check(value: &Self, at: &At<'_>, problems: &mut Collector) {
        if let Some(limits) = &at.spec.limits {
            problems.within(at, *value, limits);
        }
    }

    fn takes() -> Takes {
        Takes::Whole
    }
}

impl Node for Nanometres {
    type Value = Self;
    type Written = Count;

    fn base() -> Self {
        Self(0)
    }

    fn read(Count(count): Count, at: &At<'_>, _: &Self, reading: &mut ReadContext) -> Self {
        let limits = at.spec.limits.clone().unwrap_or(0..=u32::MAX.into());
        Self(reading.problems.narrow(at, count, &limits))
    }

    fn write(value: &Self) -> Option<Count> {
        Some(Count(value.0.into()))
    }

    /// What is allowed hangs on the tables of costs; the accelerator as a whole says it.
    fn check(_: &Self, _: &At<'_>, _: &mut Collector) {}

    fn takes() -> Takes {
        Takes::Whole
    }
}

impl Node for Words {
    type Value = u32;
    type Written = Width;

    fn base() -> u32 {
        0
    }

    fn read(width: Width, at: &At<'_>, default: &u32, reading: &mut ReadContext) -> u32 {
        let words = match width {
            Width::Words(words) => words,
            Width::Rows => reading.rows,
            Width::Cols => reading.cols,
            Width::All => reading.rows * reading.cols,
        };
        u32::read(Count(words), at, default, reading)
    }

    fn write(value: &u32) -> Option<Width> {
        Some(Width::Words((*value).into()))
    }

    fn check(value: &u32, at: &At<'_>, problems: &mut Collector) {
        u32::check(value, at, problems);
    }

    fn takes() -> Takes {
        Takes::Width
    }
}

impl Node for Kilohertz {
    type Value = Self;
    type Written = Number;

    fn base() -> Self {
        Self(1)
    }

    fn read(megahertz: Number, at: &At<'_>, _: &Self, reading: &mut ReadContext) -> Self {
        reading.problems.kilohertz(at, megahertz)
    }

    fn write(value: &Self) -> Option<Number> {
        Some(Number(value.0 as f64 / 1000.0))
    }

    fn check(value: &Self, at: &At<'_>, problems: &mut Collector) {
        if let Some(limits) = &at.spec.limits {
            problems.within(format_args!("{at} (in kHz)"), value.0, limits);
        }
    }

    fn takes() -> Takes {
        Takes::Number
    }

    fn range(limits: &Limits) -> Option<[f64; 2]> {
        Some([limits.start(), limits.end()].map(|kilohertz| *kilohertz as f64 / 1000.0))
    }
}

impl Node for Kibibytes {
    type Value = u64;
    type Written = Number;

    fn base() -> u64 {
        0
    }

    fn read(kib: Number, at: &At<'_>, _: &u64, reading: &mut ReadContext) -> u64 {
        let limits = at.spec.limits.clone().unwrap_or(limits::BUFFER_BYTES);
        reading.problems.bytes(at, kib, &limits)
    }

    fn write(value: &u64) -> Option<Number> {
        Some(Number(*value as f64 / 1024.0))
    }

    fn check(value: &u64, at: &At<'_>, problems: &mut Collector) {
        if let Some(limits) = &at.spec.limits {
            problems.within(format_args!("{at} (in bytes)"), *value, limits);
        }
    }

    fn takes() -> Takes {
        Takes::Number
    }

    fn range(limits: &Limits) -> Option<[f64; 2]> {
        Some([limits.start(), limits.end()].map(|bytes| *bytes as f64 / 1024.0))
    }
}

impl Node for Share {
    type Value = u16;
    type Written = Number;

    fn base() -> u16 {
        0
    }

    fn read(share: Number, at: &At<'_>, _: &u16, reading: &mut ReadContext) -> u16 {
        reading.problems.share(at, share)
    }

    fn write(value: &u16) -> Option<Number> {
        Some(Number(f64::from(*value) / 1e4))
    }

    fn check(value: &u16, at: &At<'_>, problems: &mut Collector) {
        problems.share(at, Number(f64::from(*value) / 1e4));
    }

    fn takes() -> Takes {
        Takes::Number
    }

    fn range(_: &Limits) -> Option<[f64; 2]> {
        Some([0.0, 1.0])
    }
}

/// Leaves that a file has as they are and of which any value is right, or is looked at with others.
macro_rules! plain {
    ($($ty:ty = $base:expr, $takes:expr;)*) => { $(
        impl $crate::declaration::Node for $ty {
            type Value = Self;
            type Written = Self;

            fn base() -> Self {
                $base
            }

            fn read(
                written: Self,
                _: &$crate::declaration::At<'_>,
                _: &Self,
                _: &mut $crate::declaration::ReadContext,
            ) -> Self {
                written
            }

            fn write(value: &Self) -> Option<Self> {
                Some(value.clone())
            }

            fn check(
                _: &Self,
                _: &$crate::declaration::At<'_>,
                _: &mut $crate::collector::Collector,
            ) {
            }

            fn takes() -> $crate::field::Takes {
                $takes
            }
        }
    )* };
}

plain! {
    bool = false, Takes::Flag;
    String = String::new(), Takes::Text;
    Operand = Self::Input, Takes::words::<Self>();
}

pub(crate) use plain;
