//! Lists of levels as text: `1,2,4,8`, `1-12`, `1-8,16,32`.

use thiserror::Error;

/// The error of a text that is no list of levels.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error(
    "levels `{text}`: found {found}; expected numbers from 1 to 65,535 and ranges, rising, such as 1,2,4-8"
)]
pub struct BadLevels {
    /// The whole text.
    pub text: String,
    /// The part that is wrong.
    pub found: String,
}

/// Reads a rising list of numbers and ranges, both ends included.
///
/// # Errors
/// [`BadLevels`] for the first part that is no number or range, or does not
/// rise.
///
/// ```
/// use stationary_search::design::parse_levels;
/// assert_eq!(parse_levels("1,2,4-6").unwrap(), [1, 2, 4, 5, 6]);
/// assert!(parse_levels("2,1").unwrap_err().to_string().contains("`1` after 2"));
/// assert!(parse_levels("0-3").is_err());
/// ```
pub fn parse_levels(text: &str) -> Result<Vec<u32>, BadLevels> {
    let bad = |found: String| BadLevels {
        text: text.to_owned(),
        found,
    };
    let mut levels: Vec<u32> = Vec::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let number = |text: &str| {
            let number = text.trim().parse::<u32>().ok();
            number.filter(|&n| (1..=MOST).contains(&n))
        };
        let (Some(first), Some(last)) = (number(first), number(last)) else {
            return Err(bad(format!("`{part}`")));
        };
        let before = levels.last().copied().unwrap_or(0);
        if first <= before {
            return Err(bad(format!("`{part}` after {before}")));
        }
        if last < first {
            return Err(bad(format!("`{part}`, which falls")));
        }
        levels.extend(first..=last);
    }
    Ok(levels)
}

/// More options than this a layer cannot have.
const MOST: u32 = u16::MAX as u32;
