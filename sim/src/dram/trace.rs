//! Address traces: the requests of a program, one a line.
//!
//! ```text
//! # address  kind  the first cycle at which it may issue (default 0)
//! 0x1f40     R
//! 0x1f80     WRITE 120
//! ```

use std::fmt;

/// A request of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Request {
    /// The address.
    pub address: u64,
    /// Whether it writes.
    pub is_write: bool,
    /// The first cycle at which it may issue.
    pub cycle: u64,
}

/// A line that is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
    /// What may.
    pub allowed: &'static str,
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: found {}; allowed: {}",
            self.line, self.found, self.allowed
        )
    }
}

impl std::error::Error for TraceError {}

const LINE: &str = "`0xADDRESS R|W [CYCLE]`";

/// Reads a trace. Empty lines and what follows a `#` count for nothing.
///
/// ```
/// use stationary_sim::dram::parse_trace;
///
/// let trace = parse_trace("0x40 R\n0x80 write 12\n")?;
/// assert_eq!((trace[1].address, trace[1].is_write, trace[1].cycle), (0x80, true, 12));
/// assert_eq!(
///     parse_trace("0x40 R\n0x80 X\n").unwrap_err().to_string(),
///     "2: found `X`; allowed: R, W, READ or WRITE"
/// );
/// # Ok::<(), stationary_sim::dram::TraceError>(())
/// ```
///
/// # Errors
/// The first line that is no request.
pub fn parse_trace(text: &str) -> Result<Vec<Request>, TraceError> {
    let mut requests = Vec::new();
    for (line, words) in (1..).zip(text.lines()) {
        let words = words.split('#').next().unwrap_or_default();
        let error = |found: &str, allowed| TraceError {
            line,
            found: format!("`{}`", found.trim()),
            allowed,
        };
        let mut each = words.split_whitespace();
        let Some(address) = each.next() else {
            continue;
        };
        let allowed = "an address of up to 64 bits, such as 0x1f40";
        let hexadecimal = address.strip_prefix("0x").or(address.strip_prefix("0X"));
        let hexadecimal = hexadecimal.filter(|digits| !digits.starts_with('+'));
        let value = hexadecimal.and_then(|digits| u64::from_str_radix(digits, 16).ok());
        let value = value.ok_or_else(|| error(address, allowed))?;
        let kind = each.next().ok_or_else(|| error(words, LINE))?;
        let is_write = match kind.to_ascii_uppercase().as_str() {
            "R" | "READ" => false,
            "W" | "WRITE" => true,
            _ => return Err(error(kind, "R, W, READ or WRITE")),
        };
        let cycle = match each.next() {
            None => 0,
            Some(word) => word
                .parse()
                .map_err(|_| error(word, "a cycle: a whole number, not negative"))?,
        };
        if each.next().is_some() {
            return Err(error(words, LINE));
        }
        requests.push(Request {
            address: value,
            is_write,
            cycle,
        });
    }
    Ok(requests)
}
