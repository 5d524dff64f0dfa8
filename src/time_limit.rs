//! The time that a search may take, shared out between its layers.
//!
//! ```text
//! share of the layer that begins = time left x threads / layers left
//! ```
//!
//! What a layer does not use is there for those that follow. An evaluation that has begun is finished, and each
//! layer has one at least: a search whose layers are many, or whose time is short, may take longer than its limit.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A time above 0, as `500ms`, `30s` or `2m`.
///
/// ```
/// use stationary::time_limit::TimeLimit;
///
/// let limit: TimeLimit = "2m".parse()?;
/// assert_eq!(limit.to_string(), "120s");
/// assert!("2".parse::<TimeLimit>().is_err());
/// # Ok::<(), stationary::time_limit::TimeLimitError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimit(Duration);

/// An error in the text of a time limit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeLimitError {
    /// The text is not a whole number with a unit.
    #[error("found `{0}`; allowed: a whole number and its unit, as 500ms, 30s or 2m")]
    Written(String),
    /// The time is 0.
    #[error("found `{0}`; allowed: 1ms or more")]
    Nothing(String),
    /// The time is more than can be counted.
    #[error("found `{0}`; allowed: at most {MOST} days")]
    TooLong(String),
}

/// Days.
const MOST: u64 = 365;

impl FromStr for TimeLimit {
    type Err = TimeLimitError;

    fn from_str(text: &str) -> Result<Self, TimeLimitError> {
        let written = || TimeLimitError::Written(text.to_owned());
        let trimmed = text.trim();
        let unit = trimmed.find(|c: char| !c.is_ascii_digit());
        let (number, unit) = trimmed.split_at(unit.ok_or_else(written)?);
        let of_unit = match unit.trim() {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            _ => return Err(written()),
        };
        if number.is_empty() {
            return Err(written());
        }
        let too_long = || TimeLimitError::TooLong(text.to_owned());
        let number: u64 = number.parse().map_err(|_| too_long())?;
        match number.checked_mul(of_unit) {
            Some(0) => Err(TimeLimitError::Nothing(text.to_owned())),
            Some(time) if time <= MOST * 24 * 60 * 60_000 => Ok(Self(Duration::from_millis(time))),
            _ => Err(too_long()),
        }
    }
}

impl fmt::Display for TimeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis if millis % 1_000 == 0 => write!(f, "{}s", millis / 1_000),
            millis => write!(f, "{millis}ms"),
        }
    }
}

/// A time limit as layers take their shares of it.
#[derive(Debug)]
pub(crate) struct Shares {
    end: Instant,
    left: AtomicUsize,
    threads: usize,
}

impl Shares {
    /// Of a search that begins now, with so many layers over so many threads.
    pub(crate) fn new(limit: TimeLimit, layers: usize, threads: usize) -> Self {
        Self {
            end: Instant::now() + limit.0,
            left: AtomicUsize::new(layers),
            threads,
        }
    }

    /// When the time of the layer that begins now is over.
    pub(crate) fn next(&self) -> Instant {
        let left = self.left.fetch_sub(1, Ordering::Relaxed).max(1);
        let now = Instant::now();
        now + share(self.end.saturating_duration_since(now), left, self.threads)
    }
}

/// Of a time, if so many layers are left.
fn share(time: Duration, left: usize, threads: usize) -> Duration {
    let at_once = threads.clamp(1, left);
    time.mul_f64(at_once as f64 / left as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, millis: u64) {
        let limit: TimeLimit = text.parse().expect("a limit");
        assert_eq!(limit.0, Duration::from_millis(millis));
        assert_eq!(limit.to_string().parse(), Ok(limit));
    }

    #[test]
    fn limits_have_a_unit() {
        check("30s", 30_000);
        check("2m", 120_000);
        check("500ms", 500);
        check(" 7 s ", 7_000);
        for text in ["", "30", "s", "1.5s", "-1s", "2h", "30 s 2"] {
            let written = TimeLimitError::Written(text.to_owned());
            assert_eq!(text.parse::<TimeLimit>(), Err(written));
        }
        let nothing = TimeLimitError::Nothing("0s".to_owned());
        assert_eq!("0s".parse::<TimeLimit>(), Err(nothing));
        for text in ["99999999999999999999s", "525601m"] {
            let long = TimeLimitError::TooLong(text.to_owned());
            assert_eq!(text.parse::<TimeLimit>(), Err(long));
        }
    }

    #[test]
    fn shares_are_of_what_is_left() {
        let time = Duration::from_secs(12);
        assert_eq!(share(time, 4, 1), Duration::from_secs(3));
        assert_eq!(share(time, 4, 2), Duration::from_secs(6));
        assert_eq!(share(time, 1, 8), time);
        assert_eq!(share(Duration::ZERO, 3, 2), Duration::ZERO);
    }
}
