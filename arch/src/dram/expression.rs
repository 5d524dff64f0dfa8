//! Cycles as a sum of timing parameters.
//!
//! ```text
//! sum  = term { ("+" | "-") term }
//! term = number | name | "max(" sum "," sum ")"
//! ```

use super::parameter::Parameter;
use stationary_document::near::nearest;

/// The name of the cycles that a burst takes.
pub(super) const BURST: &str = "burst";

/// A name that is no parameter, or text that is no sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed(pub(super) String);

/// What a name stands for; `None` where the standard does not give it.
pub(super) type Values<'a> = &'a dyn Fn(Name) -> Option<i64>;

/// A name in a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Burst,
    Parameter(Parameter),
}

/// The value of a sum; `None` where it names a parameter that the standard does not give.
pub(super) fn evaluate(text: &str, values: Values<'_>) -> Result<Option<i64>, Malformed> {
    let mut reader = Reader { rest: text, values };
    let sum = reader.sum()?;
    if reader.rest.trim_start().is_empty() {
        Ok(sum)
    } else {
        Err(reader.unexpected("`+` or `-`"))
    }
}

struct Reader<'a> {
    rest: &'a str,
    values: Values<'a>,
}

impl Reader<'_> {
    fn sum(&mut self) -> Result<Option<i64>, Malformed> {
        let mut sum = self.term()?;
        loop {
            let sign = if self.takes('+') {
                1
            } else if self.takes('-') {
                -1
            } else {
                return Ok(sum);
            };
            let term = self.term()?;
            sum = sum.zip(term).map(|(sum, term)| sum + sign * term);
        }
    }

    fn term(&mut self) -> Result<Option<i64>, Malformed> {
        self.rest = self.rest.trim_start();
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let word = &self.rest[..end];
        if word.is_empty() {
            return Err(self.unexpected("a number or a parameter"));
        }
        self.rest = &self.rest[end..];
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            let number = word.parse::<u32>().map_err(|_| {
                Malformed(format!(
                    "`{word}`; allowed: a number below 2^32 or a parameter"
                ))
            })?;
            return Ok(Some(number.into()));
        }
        if word == "max" {
            return self.greater();
        }
        name(word).map(self.values)
    }

    fn greater(&mut self) -> Result<Option<i64>, Malformed> {
        self.expect('(')?;
        let first = self.sum()?;
        self.expect(',')?;
        let second = self.sum()?;
        self.expect(')')?;
        Ok(first.zip(second).map(|(first, second)| first.max(second)))
    }

    fn takes(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start();
        rest.strip_prefix(sign)
            .inspect(|rest| self.rest = rest)
            .is_some()
    }

    fn expect(&mut self, sign: char) -> Result<(), Malformed> {
        if self.takes(sign) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{sign}`")))
        }
    }

    fn unexpected(&self, allowed: &str) -> Malformed {
        let found = self.rest.trim_start();
        if found.is_empty() {
            Malformed(format!("the end; allowed: {allowed}"))
        } else {
            Malformed(format!("`{found}`; allowed: {allowed}"))
        }
    }
}

fn name(word: &str) -> Result<Name, Malformed> {
    if word == BURST {
        return Ok(Name::Burst);
    }
    let mut all = Parameter::ALL.iter();
    if let Some(&parameter) = all.find(|parameter| parameter.name() == word) {
        return Ok(Name::Parameter(parameter));
    }
    let names = || Parameter::ALL.iter().map(|p| p.name()).chain([BURST]);
    let near = nearest(word, names())
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default();
    let allowed = names().collect::<Vec<_>>().join(", ");
    Err(Malformed(format!("`{word}`; allowed: {allowed}{near}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(name: Name) -> Option<i64> {
        match name {
            Name::Burst => Some(4),
            Name::Parameter(Parameter::Cl) => Some(17),
            Name::Parameter(Parameter::Cwl) => Some(12),
            Name::Parameter(_) => None,
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Option<i64>) {
        assert_eq!(evaluate(text, &values), Ok(expected), "{text}");
    }

    #[track_caller]
    fn refuses(text: &str, part: &str) {
        let Err(Malformed(message)) = evaluate(text, &values) else {
            panic!("{text} is no sum")
        };
        assert!(message.contains(part), "{text}: {message}");
    }

    #[test]
    fn sums() {
        check("7", Some(7));
        check("CL + burst - CWL + 1", Some(10));
        check("max(burst, CL-CWL)", Some(5));
        check("1 + max(burst, 2) + 1", Some(6));
        check("CWL - CL", Some(-5));
        check("CL + tPPD", None);
        check("max(tPPD, 1)", None);
    }

    #[test]
    fn malformed() {
        refuses("", "the end; allowed: a number or a parameter");
        refuses("CL +", "the end");
        refuses("CL CWL", "`CWL`; allowed: `+` or `-`");
        refuses("max(CL)", "allowed: `,`");
        refuses("tCDC_L", "did you mean `tCCD_L`?");
        refuses("99999999999", "below 2^32");
    }
}
