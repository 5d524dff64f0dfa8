//! What a chip is proved over, and what not: the words of the terminal and of the page.

use crate::format::thousands;

/// Over so many cores of so many, and over their schedules.
pub fn words(allowed: u64, cores: u64, schedules: u64) -> String {
    let schedules = thousands(schedules);
    match (allowed, cores) {
        (_, 1) => format!("over all {schedules} schedules of this core"),
        (allowed, cores) if allowed == cores => {
            format!("over all {schedules} schedules of all {cores} cores")
        }
        (allowed, cores) => format!(
            "over all {schedules} schedules of the {allowed} cores within the limits, of {cores}"
        ),
    }
}

/// What is left out.
pub const NOT_OVER: &str =
    "not proved over tiles that do not divide their loops, nor over other cores";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_beyond_the_limits_are_not_proved_over() {
        assert_eq!(words(1, 1, 20), "over all 20 schedules of this core");
        assert_eq!(
            words(64, 64, 1000),
            "over all 1,000 schedules of all 64 cores"
        );
        assert_eq!(
            words(31, 64, 289_829),
            "over all 289,829 schedules of the 31 cores within the limits, of 64"
        );
    }
}
