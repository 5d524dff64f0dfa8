//! Words, numbers, texts and marks of an expression.

use super::value::Value;
use crate::number;

pub(super) struct Scanner<'t> {
    rest: &'t str,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { rest: text }
    }

    /// What is left, without the space before it.
    pub(super) fn rest(&mut self) -> &'t str {
        self.rest = self.rest.trim_start();
        self.rest
    }

    /// Passes the first of these marks that is next; `*` is not the first half of `**`.
    pub(super) fn takes_any(&mut self, marks: &[&'static str]) -> Option<&'static str> {
        let rest = self.rest();
        let is_next = |mark: &&&str| {
            let longer = ["**", "//", "<<", ">>"];
            let is_half = longer
                .iter()
                .any(|long| rest.starts_with(long) && long.len() > mark.len());
            rest.starts_with(**mark) && !is_half
        };
        let mark = marks.iter().find(is_next)?;
        self.rest = &rest[mark.len()..];
        Some(mark)
    }

    /// Passes a word if it is next.
    pub(super) fn takes_word(&mut self, word: &str) -> bool {
        let before = self.rest();
        let is_it = self.word() == Some(word);
        if !is_it {
            self.rest = before;
        }
        is_it
    }

    /// The word that is next.
    pub(super) fn word(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let begins = rest.starts_with(|c: char| is_word(c) && !c.is_ascii_digit());
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        if !begins {
            return None;
        }
        self.rest = &rest[end..];
        Some(&rest[..end])
    }

    /// The number that is next.
    pub(super) fn number(&mut self) -> Result<Option<Value>, String> {
        let rest = self.rest();
        let fraction = rest.strip_prefix('.').unwrap_or(rest);
        if !fraction.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(None);
        }
        let is_hexadecimal = rest.starts_with("0x") || rest.starts_with("0X");
        let mut end = rest.len();
        let mut before = ' ';
        for (at, c) in rest.char_indices() {
            // The sign of an exponent belongs to the number.
            let is_sign = "+-".contains(c) && "eE".contains(before) && !is_hexadecimal;
            if !is_word(c) && c != '.' && !is_sign {
                end = at;
                break;
            }
            before = c;
        }
        let text = &rest[..end];
        self.rest = &rest[end..];
        let is_whole = is_hexadecimal || text.chars().all(|c| c.is_alphanumeric() || c == '_');
        let has_exponent = !is_hexadecimal && text.contains(['e', 'E']);
        let whole = number::whole(text).filter(|_| is_whole && !has_exponent);
        let value = match whole {
            Some(whole) => i64::try_from(whole).ok().map(Value::Whole),
            None => number::real(text).map(Value::Real),
        };
        value
            .map(Some)
            .ok_or_else(|| format!("`{text}` is no number"))
    }

    /// The text in quotes that is next.
    pub(super) fn text(&mut self) -> Result<Option<String>, String> {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| "'\"".contains(*c)) else {
            return Ok(None);
        };
        let inside = &rest[1..];
        let end = inside.find(quote).ok_or("a text without its end")?;
        self.rest = &inside[end + 1..];
        Ok(Some(inside[..end].to_owned()))
    }
}
