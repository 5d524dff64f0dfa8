//! The array's clock, by which cycles become times.

use stationary_arch::units::Kilohertz;

/// A clock. Times are rounded to the nearest unit, each by itself, so that errors do not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    kilohertz: u64,
}

impl Clock {
    pub fn new(clock: Kilohertz) -> Self {
        Self { kilohertz: clock.0 }
    }

    /// Whether each cycle begins at a whole nanosecond.
    pub fn is_whole(self) -> bool {
        1_000_000_u64.is_multiple_of(self.kilohertz)
    }

    /// When a cycle begins.
    pub fn nanoseconds(self, cycle: u64) -> u64 {
        self.scaled(cycle, 1_000_000)
    }

    /// The same in picoseconds.
    pub fn picoseconds(self, cycle: u64) -> u64 {
        self.scaled(cycle, 1_000_000_000)
    }

    /// The same in microseconds, not rounded.
    pub fn microseconds(self, cycle: u64) -> f64 {
        cycle as f64 * 1e3 / self.kilohertz as f64
    }

    /// How long a cycle is, for people.
    pub fn text(self) -> String {
        format!(
            "a cycle of the array takes {} ns ({} MHz)",
            1e6 / self.kilohertz as f64,
            self.kilohertz as f64 / 1e3
        )
    }

    fn scaled(self, cycle: u64, per_kilohertz: u64) -> u64 {
        let clock = u128::from(self.kilohertz);
        let time = (u128::from(cycle) * u128::from(per_kilohertz) + clock / 2) / clock;
        u64::try_from(time).expect("a run that can be traced ends within 200 days of its own time")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_become_times() {
        let eyeriss = Clock::new(Kilohertz(200_000));
        assert!(eyeriss.is_whole());
        assert_eq!(eyeriss.nanoseconds(7), 35);
        let tpu = Clock::new(Kilohertz(700_000));
        assert!(!tpu.is_whole());
        let starts = [0, 1, 2, 7].map(|cycle| tpu.picoseconds(cycle));
        assert_eq!(starts, [0, 1429, 2857, 10_000]);
        assert_eq!(tpu.nanoseconds(7), 10);
        assert!((tpu.microseconds(7) - 0.01).abs() < 1e-12);
    }
}
