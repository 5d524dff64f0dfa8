//! What is wrong with a file, gathered.

use std::fmt::Display;

use crate::error::{ArchError, InvalidField};
use crate::limits::{self, Limits};
use crate::scalar::Number;
use crate::units::Kilohertz;

/// Gathers what is wrong; a value that cannot be kept is replaced so that the others are still
/// looked at, and the replacement is never seen because the result is an error.
#[derive(Default)]
pub(crate) struct Collector(Vec<InvalidField>);

impl Collector {
    pub(crate) fn add(
        &mut self,
        path: impl Display,
        found: impl Into<String>,
        allowed: impl AsRef<str>,
    ) {
        let problem = InvalidField {
            path: path.to_string(),
            found: found.into(),
            allowed: allowed.as_ref().to_owned(),
            sets: Vec::new(),
        };
        if !self.0.contains(&problem) {
            self.0.push(problem);
        }
    }

    /// What is wrong with a part of a field, each under the field's path.
    pub(crate) fn add_below(&mut self, path: impl Display, part: Self) {
        for problem in part.0 {
            self.add(
                format_args!("{path}.{}", problem.path),
                problem.found,
                problem.allowed,
            );
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn within(&mut self, path: impl Display, found: u64, limits: &Limits) {
        if !limits.contains(&found) {
            self.outside(path, found, limits);
        }
    }

    pub(crate) fn outside(&mut self, path: impl Display, found: impl Display, limits: &Limits) {
        self.add(
            path,
            found.to_string(),
            format!("{} to {}", limits.start(), limits.end()),
        );
    }

    /// The count as 32 bits.
    pub(crate) fn narrow(&mut self, path: impl Display, count: u64, limits: &Limits) -> u32 {
        u32::try_from(count).unwrap_or_else(|_| {
            self.outside(path, count, limits);
            u32::try_from((*limits.start()).max(1)).unwrap_or(1)
        })
    }

    /// A share in ten-thousandths.
    pub(crate) fn share(&mut self, path: impl Display, Number(share): Number) -> u16 {
        if (0.0..=1.0).contains(&share) {
            return (share * 1e4).round() as u16;
        }
        self.add(path, share.to_string(), "a share of words between 0 and 1");
        0
    }

    pub(crate) fn kilohertz(&mut self, path: impl Display, Number(megahertz): Number) -> Kilohertz {
        let limits = limits::KILOHERTZ;
        let kilohertz = megahertz * 1000.0;
        // A decimal fraction of a megahertz is inexact in binary; a millionth is its rounding.
        let whole = kilohertz.round();
        if (kilohertz - whole).abs() < 1e-6 * whole.max(1.0) && in_range(whole, &limits) {
            return Kilohertz(whole as u64);
        }
        self.add(
            path,
            megahertz.to_string(),
            format!(
                "a whole number of kHz, {} to {} MHz",
                *limits.start() as f64 / 1000.0,
                limits.end() / 1000
            ),
        );
        Kilohertz(1)
    }

    /// KiB in bytes.
    pub(crate) fn bytes(
        &mut self,
        path: impl Display,
        Number(kib): Number,
        limits: &Limits,
    ) -> u64 {
        let bytes = kib * 1024.0;
        if bytes.fract() == 0.0 && in_range(bytes, limits) {
            return bytes as u64;
        }
        let least = match limits.start() {
            0 => "not negative",
            _ => "more than 0",
        };
        self.add(
            path,
            kib.to_string(),
            format!(
                "a whole number of bytes, {least} and at most {} KiB",
                limits.end() / 1024
            ),
        );
        *limits.start()
    }

    pub(crate) fn into_result(self, file: &str) -> Result<(), ArchError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(ArchError::Invalid {
            file: file.to_owned(),
            problems: self.0,
        })
    }
}

fn in_range(value: f64, limits: &Limits) -> bool {
    (*limits.start() as f64..=*limits.end() as f64).contains(&value)
}
