//! Expressions in Python's spelling, as far as files of Timeloop's front end use them.
//!
//! ```text
//! expression  = or [ "if" or "else" expression ]
//! or, and, not, comparisons, | & << >> + - * / // % ** and signs bind as in Python
//! value       = number | text | list | name { "." name | "[" expression "]" } | function "(" ... ")"
//! ```
//!
//! The caller looks up names; functions are those of Python's `math` and a few more.

mod functions;
mod scan;
mod value;

use self::scan::Scanner;
pub use self::value::Value;

/// A lookup of names: it gets a path such as `depth`, or `buffer`, `attributes`, `depth`, and returns its
/// value, or a message on why it has none.
pub type Bindings<'a> = &'a dyn Fn(&[String]) -> Result<Value, String>;

/// Deeper than this is nothing that anybody wrote.
const MOST_DEPTH: usize = 64;

/// The value of an expression, with the values of its names by `names`.
///
/// # Errors
/// A message in words: the text is no expression, a name has no value, or a result is no number.
pub fn evaluate(text: &str, names: Bindings<'_>) -> Result<Value, String> {
    let mut parser = Parser {
        scanner: Scanner::new(text),
        names,
        depth: 0,
    };
    let value = parser.expression()?;
    match parser.scanner.rest() {
        "" => Ok(value),
        rest => Err(format!("found `{}`; needed an operator", short(rest))),
    }
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    names: Bindings<'t>,
    depth: usize,
}

type Evaluated = Result<Value, String>;

/// Operators of two sides from loosely to tightly bound; longer ones first.
const LEVELS: [&[&str]; 7] = [
    &["<=", ">=", "==", "!=", "<", ">"],
    &["|"],
    &["^"],
    &["&"],
    &["<<", ">>"],
    &["+", "-"],
    &["//", "*", "/", "%"],
];

impl Parser<'_> {
    fn expression(&mut self) -> Evaluated {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(format!("nested deeper than {MOST_DEPTH} levels"));
        }
        let value = self.any()?;
        let value = if self.scanner.takes_word("if") {
            let condition = self.any()?;
            if !self.scanner.takes_word("else") {
                return Err("found `if` without `else`".to_owned());
            }
            let other = self.expression()?;
            if condition.is_true() { value } else { other }
        } else {
            value
        };
        self.depth -= 1;
        Ok(value)
    }

    fn any(&mut self) -> Evaluated {
        let mut value = self.all()?;
        while self.scanner.takes_word("or") {
            let other = self.all()?;
            value = if value.is_true() { value } else { other };
        }
        Ok(value)
    }

    fn all(&mut self) -> Evaluated {
        let mut value = self.negated()?;
        while self.scanner.takes_word("and") {
            let other = self.negated()?;
            value = if value.is_true() { other } else { value };
        }
        Ok(value)
    }

    fn negated(&mut self) -> Evaluated {
        let mut is_negated = false;
        let mut is_there = false;
        while self.scanner.takes_word("not") {
            (is_negated, is_there) = (!is_negated, true);
        }
        let value = self.binary(0)?;
        Ok(if is_there {
            Value::Flag(value.is_true() != is_negated)
        } else {
            value
        })
    }

    fn binary(&mut self, level: usize) -> Evaluated {
        let Some(operators) = LEVELS.get(level) else {
            return self.signed();
        };
        let mut value = self.binary(level + 1)?;
        while let Some(operator) = self.scanner.takes_any(operators) {
            let other = self.binary(level + 1)?;
            value = value.with(operator, &other)?;
        }
        Ok(value)
    }

    /// Signs bind less than a power before it and more than one behind: `-2 ** 2` is -4.
    fn signed(&mut self) -> Evaluated {
        let mut is_negative = false;
        while let Some(sign) = self.scanner.takes_any(&["-", "+"]) {
            is_negative ^= sign == "-";
        }
        let value = self.power()?;
        if is_negative {
            Value::Whole(0).with("-", &value)
        } else {
            Ok(value)
        }
    }

    fn power(&mut self) -> Evaluated {
        let base = self.postfix()?;
        if self.scanner.takes_any(&["**"]).is_none() {
            return Ok(base);
        }
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(format!("nested deeper than {MOST_DEPTH} levels"));
        }
        let exponent = self.signed()?;
        self.depth -= 1;
        base.with("**", &exponent)
    }

    fn postfix(&mut self) -> Evaluated {
        if let Some(number) = self.scanner.number()? {
            return Ok(number);
        }
        if let Some(text) = self.scanner.text()? {
            return Ok(Value::Text(text));
        }
        if self.scanner.takes_any(&["("]).is_some() {
            let value = self.expression()?;
            self.needed(")")?;
            return Ok(value);
        }
        if self.scanner.takes_any(&["["]).is_some() {
            let items = self.arguments("]")?;
            return self.indexed(Value::List(items));
        }
        match self.scanner.word() {
            Some("True") => Ok(Value::Flag(true)),
            Some("False") => Ok(Value::Flag(false)),
            Some(name) => self.named(name.to_owned()),
            None => Err(match self.scanner.rest() {
                "" => "it ends where a value is needed".to_owned(),
                rest => format!("found `{}`; needed a value", short(rest)),
            }),
        }
    }

    /// A name with what stands behind it: a call, or names inside of it.
    fn named(&mut self, name: String) -> Evaluated {
        if self.scanner.takes_any(&["("]).is_some() {
            let arguments = self.arguments(")")?;
            return functions::call(&name, &arguments);
        }
        let mut path = vec![name];
        loop {
            if self.scanner.takes_any(&["."]).is_some() {
                let word = self
                    .scanner
                    .word()
                    .ok_or("a `.` without a name behind it")?;
                let word = word.to_owned();
                if self.scanner.takes_any(&["("]).is_none() {
                    path.push(word);
                    continue;
                }
                let arguments = self.arguments(")")?;
                return self.method(path, &word, &arguments);
            }
            if self.scanner.takes_any(&["["]).is_none() {
                return (self.names)(&path);
            }
            let index = self.expression()?;
            self.needed("]")?;
            match index {
                Value::Text(field) => path.push(field),
                index => {
                    let value = (self.names)(&path)?.at(&index)?;
                    return self.indexed(value);
                }
            }
        }
    }

    /// `mapping.get(name, default)`, or a question to a part such as `row.get_fanout()`.
    fn method(&mut self, mut path: Vec<String>, name: &str, arguments: &[Value]) -> Evaluated {
        match (name, arguments) {
            ("get", [Value::Text(field), others @ ..]) => {
                path.push(field.clone());
                let found = (self.names)(&path);
                others
                    .first()
                    .cloned()
                    .map_or(found.clone(), |default| Ok(found.unwrap_or(default)))
            }
            (name, []) => {
                path.push(format!("{name}()"));
                (self.names)(&path)
            }
            _ => Err(format!("`{name}` is no function that is known here")),
        }
    }

    fn indexed(&mut self, mut value: Value) -> Evaluated {
        while self.scanner.takes_any(&["["]).is_some() {
            let index = self.expression()?;
            self.needed("]")?;
            value = value.at(&index)?;
        }
        Ok(value)
    }

    fn arguments(&mut self, end: &'static str) -> Result<Vec<Value>, String> {
        let mut arguments = Vec::new();
        while self.scanner.takes_any(&[end]).is_none() {
            arguments.push(self.expression()?);
            if self.scanner.takes_any(&[","]).is_none() {
                self.needed(end)?;
                break;
            }
        }
        Ok(arguments)
    }

    fn needed(&mut self, mark: &'static str) -> Result<(), String> {
        match self.scanner.takes_any(&[mark]) {
            Some(_) => Ok(()),
            None => Err(format!("a `{mark}` is missing")),
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, String> {
        evaluate(text, &|path| match path.join(".").as_str() {
            "ROWS" => Ok(Value::Whole(12)),
            "scale" => Ok(Value::Real(0.5)),
            "sizes" => Ok(Value::List(vec![Value::Whole(3), Value::Whole(4)])),
            "buffer.attributes.width" => Ok(Value::Whole(64)),
            "row.get_fanout()" => Ok(Value::Whole(14)),
            other => Err(format!("no `{other}`")),
        })
    }

    /// Results as Python 3.11 prints them.
    #[test]
    fn values_are_pythons() {
        for (text, expected) in [
            ("3 + 1", "4"),
            ("2 + 3 * 4 - 1", "13"),
            ("-2 ** 2", "-4"),
            ("2 ** -1", "0.5"),
            ("2 ** 3 ** 2", "512"),
            ("7 // 2", "3"),
            ("-7 // 2", "-4"),
            ("-7 % 4", "1"),
            ("7 / 2", "3.5"),
            ("8 / 2", "4.0"),
            ("1 << 10 | 1", "1025"),
            ("6 & 3 ^ 1", "3"),
            ("ROWS * (2 + 1)", "36"),
            ("ceil(ROWS / 5)", "3"),
            ("floor(7.9) + round(2.5) + round(3.5)", "13"),
            ("max(ROWS, 3, 40) if ROWS > 4 else 1", "40"),
            ("1 if not ROWS else 2", "2"),
            ("min([5, 2]) + sum(sizes) + len('abcd')", "13"),
            ("sizes[1] * sizes[-2]", "12"),
            ("buffer.attributes[\"width\"] // 8", "8"),
            ("buffer.attributes.get('width', 3)", "64"),
            ("buffer.attributes.get('depth', 3)", "3"),
            ("row.get_fanout() + 1", "15"),
            ("int(log2(1024)) + pow(2, 3)", "18"),
            ("scale * ROWS", "6.0"),
            ("'M=' + str(ROWS)", "M=12"),
            ("True and 3 or 4", "3"),
            ("0x10 + 1_000 + 1e3", "2016.0"),
            ("1 < 2", "True"),
            ("abs(-3) + sqrt(16)", "7.0"),
        ] {
            let found = value(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(found.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_value_is_named() {
        for (text, expected) in [
            ("", "it ends where a value is needed"),
            ("1 +", "it ends where a value is needed"),
            ("1 2", "found `2`; needed an operator"),
            ("COLS * 2", "no `COLS`"),
            ("f(1)", "`f` is no function that is known here"),
            ("1 / 0", "division by 0"),
            ("1 // 0", "division by 0"),
            ("(1", "a `)` is missing"),
            ("1 if 2", "found `if` without `else`"),
            ("2 ** 9999", "too large a number"),
            ("1 << 200", "too large a number"),
            ("'a' * 2", "`*` of `a` and `2`"),
            ("sizes[2]", "no item 2 in a list of 2"),
            ("'a", "a text without its end"),
        ] {
            let why = value(text).expect_err(text);
            assert!(why.contains(expected), "{text}: {why}");
        }
        assert!(value(&"(".repeat(10_000)).is_err());
        assert!(value(&"2**".repeat(10_000)).is_err());
        assert!(value(&"[".repeat(10_000)).is_err());
    }
}
