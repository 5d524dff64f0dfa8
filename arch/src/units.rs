//! Units as types, so that a number of cycles cannot be added to a number of bytes.

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
    /// A number of cycles of the array's clock.
    #[derive(Eq, Ord, Hash)]
    Cycles(u64), " cycles"
);
unit!(
    /// A number of bytes.
    #[derive(Eq, Ord, Hash)]
    Bytes(u64), " B"
);
unit!(
    /// The width of a word in bits.
    #[derive(Eq, Ord, Hash)]
    Bits(u32), " bit"
);
unit!(
    /// The frequency of a clock in kilohertz.
    #[derive(Eq, Ord, Hash)]
    Kilohertz(u64), " kHz"
);
unit!(
    /// A technology node, by its name in nanometres, which is no length on the chip.
    #[derive(Eq, Ord, Hash)]
    Nanometres(u32), " nm"
);
unit!(
    /// An energy in picojoules.
    Picojoules(f64), " pJ"
);
unit!(
    /// An area in square microns.
    SquareMicrons(f64), " um2"
);
unit!(
    /// A power in milliwatts.
    Milliwatts(f64), " mW"
);
