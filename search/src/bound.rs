//! The guard of every proof: costs on the machine, compared with the lower bounds that stood for them.
//!
//! A proof leaves out what its bound says cannot win. If one run is below its bound, the bounds are
//! none, and nothing that was left out by them is proved.

use std::fmt::Display;

/// The relative rounding by which a sum of fractions may be below the bound of the same choice.
const ROUNDING: f64 = 1e-12;

/// A run of the machine below its bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{what}: {quantity} is {machine} on the machine, below its bound of {bound}: the bounds are faulty (or the record \
     that says what ran), and nothing is proved"
)]
pub struct BoundViolation {
    /// The option or mapping that ran.
    pub what: String,
    /// The name of the cost that is below its bound.
    pub quantity: &'static str,
    /// The cost on the machine.
    pub machine: String,
    /// The lower bound.
    pub bound: String,
}

/// A cost for which there are lower bounds: exact (cycles) or rounded (energy, area, power).
pub trait BoundedCost: Copy + Display {
    /// Whether this cost, of the machine, is no less than its bound, up to the rounding of a sum.
    fn is_at_least(self, bound: Self) -> bool;
}

/// Cycles are counted.
impl BoundedCost for u64 {
    fn is_at_least(self, bound: Self) -> bool {
        self >= bound
    }
}

/// Energies, areas and powers are rounded.
impl BoundedCost for f64 {
    fn is_at_least(self, bound: Self) -> bool {
        self >= bound * (1.0 - ROUNDING)
    }
}

/// Checks that the machine's cost of a choice is not below its bound.
///
/// # Errors
/// [`BoundViolation`], if it is below.
pub fn hold<T: BoundedCost>(
    what: impl FnOnce() -> String,
    quantity: &'static str,
    bound: T,
    machine: T,
) -> Result<(), BoundViolation> {
    if machine.is_at_least(bound) {
        return Ok(());
    }
    Err(BoundViolation {
        what: what(),
        quantity,
        machine: machine.to_string(),
        bound: bound.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: BoundedCost>(bound: T, machine: T, holds: bool) {
        let found = hold(|| "it".to_owned(), "a cost", bound, machine);
        assert_eq!(found.is_ok(), holds, "{machine} of {bound}");
    }

    #[test]
    fn what_is_below_its_bound_is_a_breach() {
        check(100, 100, true);
        check(101, 100, false);
        check(u64::MAX, u64::MAX - 1, false);
        check(1.0, 1.0 - 1e-13, true);
        check(1.0, 1.0 - 1e-11, false);
        // What is no number is at least nothing.
        check(1.0, f64::NAN, false);
        let breach = hold(|| "layer 3".to_owned(), "energy", 2.5, 1.5).expect_err("below");
        let said = breach.to_string();
        for part in [
            "layer 3: energy is 1.5",
            "bound of 2.5",
            "nothing is proved",
        ] {
            assert!(said.contains(part), "{said}");
        }
    }
}
