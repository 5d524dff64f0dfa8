//! Numbers as the YAML readers of other tools take them (PyYAML: YAML 1.1): `1_000`, `0x40`, `0b11`,
//! `010` (octal), `1:30` (90, to the base of 60), and what is a whole number though it is written as a fraction, `64.0` or `1e3`.

/// A whole number that is not negative.
pub(crate) fn whole(text: &str) -> Option<u64> {
    let digits = plain(text);
    let digits = digits.strip_prefix('+').unwrap_or(&digits);
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2), ("0o", 8)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return is_unsigned(digits).then(|| u64::from_str_radix(digits, radix).ok())?;
        }
    }
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|c| c.is_ascii_digit()) {
        // With an 8 or 9 in it, it is a number to nobody.
        return u64::from_str_radix(digits, 8).ok();
    }
    if digits.contains(':') {
        return sexagesimal(digits);
    }
    if is_unsigned(digits)
        && let Ok(number) = digits.parse()
    {
        return Some(number);
    }
    let number: f64 = digits.parse().ok()?;
    // Up to 2^53 a fraction's digits stand for one whole number.
    let is_whole = number.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&number);
    (is_whole && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
        .then_some(number as u64)
}

/// A number to the base of 60, `[1-9][0-9]*(:[0-5]?[0-9])+`, as YAML 1.1 writes times.
fn sexagesimal(digits: &str) -> Option<u64> {
    let mut parts = digits.split(':');
    let first = parts.next().filter(|first| !first.starts_with('0'));
    let mut number: u64 = first.filter(|first| is_decimal(first))?.parse().ok()?;
    for part in parts {
        let part: u64 = Some(part)
            .filter(|part| is_decimal(part) && part.len() <= 2)?
            .parse()
            .ok()?;
        if part > 59 {
            return None;
        }
        number = number.checked_mul(60)?.checked_add(part)?;
    }
    Some(number)
}

fn is_decimal(digits: &str) -> bool {
    !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit())
}

/// A finite number.
pub(crate) fn real(text: &str) -> Option<f64> {
    if let Some(number) = whole(text) {
        return Some(number as f64);
    }
    let number: f64 = plain(text).parse().ok()?;
    number.is_finite().then_some(number)
}

fn is_unsigned(digits: &str) -> bool {
    digits.starts_with(|c: char| c.is_ascii_hexdigit())
}

/// Without the underscores between digits.
fn plain(text: &str) -> String {
    let text = text.trim();
    let is_grouped = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
    if is_grouped && !text.ends_with('_') {
        text.replace('_', "")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, expected) in [
            ("7", Some(7)),
            (" 12 ", Some(12)),
            ("+3", Some(3)),
            ("1_000", Some(1000)),
            ("0x40", Some(64)),
            ("0b101", Some(5)),
            ("010", Some(8)),
            ("0o10", Some(8)),
            ("0", Some(0)),
            ("64.0", Some(64)),
            ("1e3", Some(1000)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("1e300", None),
            ("09", None),
            ("0x", None),
            ("0x-1", None),
            ("-1", None),
            ("1.5", None),
            ("inf", None),
            ("nan", None),
            ("1_", None),
            ("_1", None),
            ("", None),
            ("many", None),
            ("1:30", Some(90)),
            ("1:0:5", Some(3605)),
            ("1_0:00", Some(600)),
            ("1:60", None),
            ("0:30", None),
            ("1:", None),
        ] {
            assert_eq!(whole(text), expected, "{text}");
        }
    }

    #[test]
    fn real_numbers() {
        for (text, expected) in [
            ("1.5", Some(1.5)),
            ("-2", Some(-2.0)),
            ("1_000.5", Some(1000.5)),
            ("1e-9", Some(1e-9)),
            ("0x10", Some(16.0)),
            ("inf", None),
            (".nan", None),
            ("1e999", None),
        ] {
            assert_eq!(real(text), expected, "{text}");
        }
    }
}
