//! What a mapping is chosen for.
//!
//! ```text
//! least  = the least objective of all candidates
//! chosen = of those within (1 + slack) least: the least energy, or, if energy or the product is the
//!          objective, the fewest cycles; of equals the one with the better objective, then the first
//! ```

use std::fmt;
use std::str::FromStr;

use stationary_arch::units::Picojoules;

/// The quantity that a mapping is chosen to minimise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Objective {
    /// Expected cycles of the array's clock.
    #[default]
    Cycles,
    /// Energy of the layer, DRAM and leakage included.
    Energy,
    /// Energy times cycles (the energy-delay product).
    Edp,
}

impl Objective {
    /// Every objective.
    pub const ALL: [Self; 3] = [Self::Cycles, Self::Energy, Self::Edp];

    /// The name on the command line and in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cycles => "cycles",
            Self::Energy => "energy",
            Self::Edp => "edp",
        }
    }
}

impl fmt::Display for Objective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The error of a text that is no objective or no slack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GoalError {
    /// The text is the name of no objective.
    #[error("unknown objective `{0}`; allowed: cycles, energy, edp")]
    Objective(String),
    /// The text is no percentage, or one of more than two decimals.
    #[error("slack `{0}`: a percentage from 0 to 1000 is needed, with at most two decimals")]
    Slack(String),
}

impl FromStr for Objective {
    type Err = GoalError;

    fn from_str(name: &str) -> Result<Self, GoalError> {
        let named = Self::ALL.into_iter().find(|o| o.name() == name);
        named.ok_or_else(|| GoalError::Objective(name.to_owned()))
    }
}

/// By how much the objective may be above its least, for the sake of what comes second. Kept in
/// hundredths of a per cent, so that it compares exactly.
///
/// ```
/// use stationary_sim::mapper::Slack;
///
/// let slack: Slack = "0.25".parse()?;
/// assert_eq!(slack.percent(), 0.25);
/// assert_eq!(slack.to_string(), "0.25 %");
/// assert!("-1".parse::<Slack>().is_err() && "0.001".parse::<Slack>().is_err());
/// # Ok::<(), stationary_sim::mapper::GoalError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slack(u32);

impl Slack {
    /// No slack: the second quantity decides among equals only.
    pub const NONE: Self = Self(0);

    /// 1 %.
    pub const ONE: Self = Self(100);

    /// The most that may be asked for, in hundredths of a per cent.
    const MOST: u32 = 100_000;

    /// The slack in per cent.
    #[must_use]
    pub fn percent(self) -> f64 {
        f64::from(self.0) / 100.0
    }

    /// The most cycles that are within the slack of this number of cycles.
    #[must_use]
    pub fn above(self, cycles: u64) -> u64 {
        let most = u128::from(cycles) * u128::from(10_000 + self.0) / 10_000;
        u64::try_from(most).unwrap_or(u64::MAX)
    }
}

/// The default slack of 2 % of cycles: less than the model errs by on most layers, and enough for the tiles
/// that read each word of DRAM once where the fastest read some of them again.
impl Default for Slack {
    fn default() -> Self {
        Self(200)
    }
}

impl fmt::Display for Slack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.percent())
    }
}

impl FromStr for Slack {
    type Err = GoalError;

    /// A percentage, with the sign or without.
    fn from_str(text: &str) -> Result<Self, GoalError> {
        let refused = || GoalError::Slack(text.to_owned());
        let number = text.trim().trim_end_matches('%').trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 2 || !is_number(whole) || !is_number(fraction) {
            return Err(refused());
        }
        let hundredths: u32 = format!("{whole}{fraction:0<2}")
            .parse()
            .map_err(|_| refused())?;
        if hundredths > Self::MOST {
            return Err(refused());
        }
        Ok(Self(hundredths))
    }
}

/// An objective, and the slack around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Goal {
    /// The quantity that is minimised first.
    pub objective: Objective,
    /// Within how much of its least another quantity decides: energy, or cycles where energy or the
    /// product is the objective.
    pub slack: Slack,
}

/// The cycles and the energy of a mapping by the model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Expected cycles ([`Estimate::expected`](crate::Estimate::expected)).
    pub cycles: u64,
    /// Energy over these cycles.
    pub energy: Picojoules,
}

/// The rank of a mapping among those of a layer under a goal; the least is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rank {
    is_outside: bool,
    first: u64,
    second: u64,
}

impl Goal {
    /// The goal of an objective with its default slack: [`Slack::default`] for cycles, since much energy may be
    /// saved for few of them; [`Slack::NONE`] for energy and for the product.
    #[must_use]
    pub fn of(objective: Objective) -> Self {
        let slack = match objective {
            Objective::Cycles => Slack::default(),
            Objective::Energy | Objective::Edp => Slack::NONE,
        };
        Self { objective, slack }
    }

    /// The objective of a score, as a number that orders as it does.
    pub(crate) fn value(self, score: &Score) -> u64 {
        match self.objective {
            Objective::Cycles => score.cycles,
            Objective::Energy => ordered(score.energy.0),
            Objective::Edp => ordered(score.energy.0 * score.cycles as f64),
        }
    }

    /// What decides within the slack.
    pub(crate) fn second(self, score: &Score) -> u64 {
        match self.objective {
            Objective::Cycles => ordered(score.energy.0),
            Objective::Energy | Objective::Edp => score.cycles,
        }
    }

    /// The greatest value within the slack of the least.
    pub(crate) fn limit(self, least: u64) -> u64 {
        let slack = self.slack.0;
        match self.objective {
            Objective::Cycles => self.slack.above(least),
            Objective::Energy | Objective::Edp => {
                ordered(f64::from_bits(least) * (1.0 + f64::from(slack) / 1e4))
            }
        }
    }

    /// The index of the best score: the first of equals; None if there are no scores.
    #[must_use]
    pub fn choose(self, scores: &[Score]) -> Option<usize> {
        let least = scores.iter().map(|score| self.value(score)).min()?;
        let limit = self.limit(least);
        (0..scores.len()).min_by_key(|at| self.rank(&scores[*at], limit))
    }

    /// The rank of a score if all within `limit` are within the slack.
    pub(crate) fn rank(self, score: &Score, limit: u64) -> Rank {
        let (value, second) = (self.value(score), self.second(score));
        let is_outside = value > limit;
        let [first, second] = if is_outside {
            [value, second]
        } else {
            [second, value]
        };
        Rank {
            is_outside,
            first,
            second,
        }
    }
}

/// The bits of a number that is not negative, which order as it does.
fn ordered(number: f64) -> u64 {
    number.max(0.0).to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(objective: Objective, slack: &str, scores: &[(u64, f64)], expected: usize) {
        let goal = Goal {
            objective,
            slack: slack.parse().expect("a slack"),
        };
        let scores: Vec<Score> = scores
            .iter()
            .map(|&(cycles, energy)| Score {
                cycles,
                energy: Picojoules(energy),
            })
            .collect();
        assert_eq!(goal.choose(&scores), Some(expected), "{objective} {slack}");
    }

    #[test]
    fn what_comes_second_decides_within_the_slack() {
        let scores = [(1000, 9.0), (1008, 6.0), (1010, 5.0), (1011, 1.0)];
        check(Objective::Cycles, "0", &scores, 0);
        check(Objective::Cycles, "0.8", &scores, 1);
        check(Objective::Cycles, "1", &scores, 2);
        check(Objective::Cycles, "1.1%", &scores, 3);
        check(Objective::Energy, "0", &scores, 3);
        check(Objective::Energy, "399.99", &scores, 3);
        check(Objective::Energy, "400", &scores, 2);
        check(Objective::Edp, "0", &scores, 3);
        check(Objective::Edp, "1000", &scores, 0);
    }

    #[test]
    fn names_and_slacks_are_read() {
        for objective in Objective::ALL {
            assert_eq!(objective.name().parse(), Ok(objective));
        }
        assert!("time".parse::<Objective>().is_err());
        assert_eq!(Slack::default().to_string(), "2 %");
        for (text, percent) in [("2", 2.0), ("0.5%", 0.5), ("1000", 1000.0), ("3.", 3.0)] {
            let slack: Slack = text.parse().expect("a slack");
            assert_eq!(slack.percent(), percent);
        }
        for text in ["", "%", "-1", "1e2", "0.125", "1000.01", "nan"] {
            assert!(text.parse::<Slack>().is_err(), "{text}");
        }
    }
}
