//! Numbers for people.

/// A number with thousands apart.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The first of many names, and how many more there are.
///
/// ```
/// let names = ["a", "b", "c", "d", "e", "f", "g"];
/// assert_eq!(stationary::format::some_of(&names[..4]), "a, b, c, d");
/// assert_eq!(stationary::format::some_of(&names), "a, b, c, d and 3 more");
/// ```
pub fn some_of(names: &[impl AsRef<str>]) -> String {
    /// As many as fit a line.
    const MOST: usize = 4;
    let shown: Vec<&str> = names.iter().take(MOST).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A number with a metric prefix and three digits.
pub fn metric(number: f64) -> String {
    let scales = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let (scale, prefix) = scales
        .into_iter()
        .find(|(scale, _)| number.abs() >= *scale)
        .unwrap_or((1.0, ""));
    let value = number / scale;
    let digits = if value.abs() >= 100.0 || prefix.is_empty() {
        0
    } else if value.abs() >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$}{prefix}")
}

/// Picojoules in a unit that suits.
pub fn joules(picojoules: f64) -> String {
    let units = [
        (1e12, "J"),
        (1e9, "mJ"),
        (1e6, "uJ"),
        (1e3, "nJ"),
        (1.0, "pJ"),
    ];
    scaled(picojoules, &units)
}

/// Seconds in a unit that suits.
pub fn time(seconds: f64) -> String {
    scaled(
        seconds,
        &[(1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns")],
    )
}

/// Operations a second, or whatever else is counted in `unit`, in a unit that suits.
pub fn operations(number: f64, unit: &str) -> String {
    let units = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")];
    format!("{}{unit}", scaled(number, &units))
}

/// Milliwatts in a unit that suits.
pub fn watts(milliwatts: f64) -> String {
    scaled(milliwatts, &[(1e3, "W"), (1.0, "mW"), (1e-3, "uW")])
}

/// Square microns in mm2.
pub fn area(square_microns: f64) -> String {
    format!("{} mm2", square_millimetres(square_microns, 2))
}

/// The same without the unit, with this many decimals, or with more where those would say little.
pub fn square_millimetres(square_microns: f64, decimals: usize) -> String {
    let number = square_microns / 1e6;
    format!("{number:.0$}", decimals.max(needed(number)))
}

/// Areas in mm2 without the unit, the first with enough decimals to be read and the others with as many.
pub fn parts_of_area<const N: usize>(square_microns: [f64; N]) -> [String; N] {
    let digits = needed(square_microns[0] / 1e6).max(2);
    square_microns.map(|part| format!("{:.digits$}", part / 1e6))
}

/// Decimals without which a small number, as of a small array, would have fewer than three digits.
fn needed(number: f64) -> usize {
    // Less than 1e-12 is nothing in any unit that is shown.
    match number.abs() {
        small if (1e-12..0.1).contains(&small) => 2 + small.log10().floor().abs() as usize,
        _ => 0,
    }
}

/// A use and its limit, with the digits that the limit was given in: of shares no more than four.
pub fn beside_limit(used: f64, limit: f64) -> [String; 2] {
    let written = format!("{limit:.4}");
    let written = written.trim_end_matches('0').split_once('.');
    let digits = written.map_or(0, |(_, digits)| digits.len());
    let digits = digits.max(2).max(needed(limit));
    [used, limit].map(|number| format!("{number:.digits$}"))
}

/// An energy-delay product, from joules times seconds: in one unit, so that designs compare.
pub fn energy_delay(joule_seconds: f64) -> String {
    let product = joule_seconds * 1e6;
    if product == 0.0 || (1e-3..1e6).contains(&product) {
        format!("{} mJ ms", four_digits(product))
    } else {
        format!("{product:.3e} mJ ms")
    }
}

/// A number in the greatest unit of which there is at least one, in four digits.
fn scaled(number: f64, units: &[(f64, &str)]) -> String {
    let largest = units.iter().find(|(scale, _)| number.abs() >= *scale);
    let (scale, unit) = *largest.or(units.last()).unwrap_or(&(1.0, ""));
    format!("{} {unit}", four_digits(number / scale))
}

/// With as many digits behind the point as make four.
fn four_digits(number: f64) -> String {
    let digits = match number.abs() {
        size if size >= 1000.0 => 0,
        size if size >= 100.0 => 1,
        size if size >= 10.0 => 2,
        _ => 3,
    };
    format!("{number:.digits$}")
}

/// 2.25 mJ rather than 2.249 mJ.
pub fn short_joules(picojoules: f64) -> String {
    let text = joules(picojoules);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let digits = match number.find('.') {
        Some(1 | 2) => 4,
        Some(point) => point,
        None => number.len(),
    };
    format!("{} {unit}", &number[..digits.min(number.len())])
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// A signed share as a percentage.
pub fn signed_percent(share: f64) -> String {
    format!("{:+.1} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_suit_the_size() {
        assert_eq!(joules(270_866_000.0), "270.9 uJ");
        assert_eq!(joules(42_209_000_000.0), "42.21 mJ");
        assert_eq!(joules(0.5), "0.500 pJ");
        assert_eq!(time(0.116_081), "116.1 ms");
        assert_eq!(time(2.5e-6), "2.500 us");
        assert_eq!(operations(31.2e9, "OPS"), "31.20 GOPS");
        assert_eq!(operations(1.25e12, "OPS/W"), "1.250 TOPS/W");
        assert_eq!(watts(7432.0), "7.432 W");
        assert_eq!(watts(364.0), "364.0 mW");
        assert_eq!(area(12.26e6), "12.26 mm2");
        assert_eq!(area(0.2e6), "0.20 mm2");
        assert_eq!(area(0.0123e6), "0.0123 mm2");
        assert_eq!(area(31.0), "0.0000310 mm2");
        assert_eq!(area(0.0), "0.00 mm2");
        assert_eq!(beside_limit(2.0514, 2.1), ["2.05", "2.10"]);
        assert_eq!(beside_limit(2.0514, 2.125), ["2.051", "2.125"]);
        assert_eq!(beside_limit(2.0473, 2.047_364), ["2.0473", "2.0474"]);
        assert_eq!(beside_limit(0.0123, 0.02), ["0.0123", "0.0200"]);
        assert_eq!(energy_delay(4.9e-3), "4900 mJ ms");
        assert_eq!(energy_delay(1.072e-8), "0.011 mJ ms");
        assert_eq!(energy_delay(1e-12), "1.000e-6 mJ ms");
    }
}
