//! Units as types: a number of cycles cannot be added to a number of bytes.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};

use serde::{Deserialize, Serialize};

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident($inner:ty), $suffix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $inner);

        impl Add for $name {
            type Output = Self;
            #[inline]
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }
        impl Sub for $name {
            type Output = Self;
            #[inline]
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }
        impl AddAssign for $name {
            #[inline]
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }
        impl Mul<$inner> for $name {
            type Output = Self;
            #[inline]
            fn mul(self, factor: $inner) -> Self {
                Self(self.0 * factor)
            }
        }
        impl Sum for $name {
            #[inline]
            fn sum<I: Iterator<Item = Self>>(values: I) -> Self {
                values.fold(Self::default(), Add::add)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)?;
                f.write_str($suffix)
            }
        }
    };
}

unit!(
    /// Clock cycles of the array.
    #[derive(Eq, Ord, Hash)]
    Cycles(u64), " cycles"
);
unit!(
    /// Bytes.
    #[derive(Eq, Ord, Hash)]
    Bytes(u64), " B"
);
unit!(
    /// Bits of a word.
    #[derive(Eq, Ord, Hash)]
    Bits(u32), " bit"
);
unit!(
    /// A clock's frequency.
    #[derive(Eq, Ord, Hash)]
    Kilohertz(u64), " kHz"
);
unit!(
    /// A technology node's name in nanometres.
    #[derive(Eq, Ord, Hash)]
    Nanometres(u32), " nm"
);
unit!(
    /// Energy.
    Picojoules(f64), " pJ"
);
unit!(
    /// Area.
    SquareMicrons(f64), " um2"
);
unit!(
    /// Power.
    Milliwatts(f64), " mW"
);
