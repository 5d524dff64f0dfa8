//! Address traces: the requests of a program, one a line.
//!
//! ```text
//! # address  kind  the first cycle at which it may issue (default 0)
//! 0x1f40     R
//! 0x1f80     WRITE 120
//! ```
//!
//! Ramulator's lines begin with the kind, and mostly give decimal addresses: `LD 8000`, `ST 0x1f80`.
//! DRAMsim's kinds are read as it reads them: `WRITE`, `P_MEM_WR` and `BOFF` write, `READ`, `IFETCH`, `P_MEM_RD`,
//! `P_FETCH` and the like read, and an address before one of them is hexadecimal also without `0x`.

use std::fmt;

/// A request of an address trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceRequest {
    /// The address in bytes.
    pub address: u64,
    /// Whether it is a write.
    pub is_write: bool,
    /// The first cycle of the memory's clock in which it may be issued.
    pub cycle: u64,
}

/// The error of a line that is no request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceError {
    /// The line's number, from 1.
    pub line: usize,
    /// The word that is wrong.
    pub found: String,
    /// A description of what is allowed in its place.
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

const LINE: &str = "`0xADDRESS R|W [CYCLE]` or `LD|ST ADDRESS`";

/// The last memory clock that a request may name; times after it still fit into 64 bits.
pub const LAST_CYCLE: u64 = (1 << 62) - 1;

/// Reads an address trace. Empty lines and what follows a `#` are ignored. The formats of a line are `0xADDRESS
/// R|W [CYCLE]`, with `READ` and `WRITE` as well, and `LD|ST ADDRESS`.
///
/// ```
/// use stationary_sim::dram::parse_trace;
///
/// let trace = parse_trace("0x40 R\n0x80 write 12\nST 192\n")?;
/// assert_eq!((trace[1].address, trace[1].is_write, trace[1].cycle), (0x80, true, 12));
/// assert_eq!((trace[2].address, trace[2].is_write), (0xc0, true));
/// assert_eq!(
///     parse_trace("0x40 R\n0x80 X\n").unwrap_err().to_string(),
///     "2: found `X`; allowed: R, W, READ, WRITE, LD or ST"
/// );
/// # Ok::<(), stationary_sim::dram::TraceError>(())
/// ```
///
/// # Errors
/// A [`TraceError`] for the first line that is no request.
pub fn parse_trace(text: &str) -> Result<Vec<TraceRequest>, TraceError> {
    let lines = (1..).zip(text.lines());
    lines
        .filter_map(|(line, words)| parse_line(line, words).transpose())
        .collect()
}

/// Reads one line of a trace, whose number `line`, from 1, is for errors; None if it is empty or a comment.
///
/// # Errors
/// A [`TraceError`], if the line is no request.
pub fn parse_line(line: usize, words: &str) -> Result<Option<TraceRequest>, TraceError> {
    let words = words.split('#').next().unwrap_or_default();
    let error = |found: &str, allowed| TraceError {
        line,
        found: format!("`{}`", found.trim()),
        allowed,
    };
    let mut each = words.split_whitespace();
    let Some(first) = each.next() else {
        return Ok(None);
    };
    let second = each.next().ok_or_else(|| error(words, LINE))?;
    // Ramulator's traces begin with the kind, DRAMsim3's with the address.
    let (address, is_write, radix) = match (kind(first), kind(second)) {
        (Some(is_write), _) => (second, is_write, 10),
        (None, Some(is_write)) => (first, is_write, radix_before(second)),
        (None, None) => {
            let wrong = if is_of_processor(words) {
                error(words, OF_MEMORY)
            } else if address_of(first).is_some() {
                error(second, "R, W, READ, WRITE, LD or ST")
            } else {
                error(first, ADDRESS)
            };
            return Err(wrong);
        }
    };
    let cycle = match each.next() {
        None => 0,
        Some(word) => {
            let cycle = word.parse().ok().filter(|cycle| *cycle <= LAST_CYCLE);
            cycle.ok_or_else(|| error(word, "a cycle: a whole number below 2^62"))?
        }
    };
    if each.next().is_some() {
        return Err(error(words, LINE));
    }
    Ok(Some(TraceRequest {
        address: address_in(address, radix).ok_or_else(|| {
            let is_list = address.contains(',');
            error(address, if is_list { ONE_ADDRESS } else { ADDRESS })
        })?,
        is_write,
        cycle,
    }))
}

/// Ramulator 2's lists of channel, rank, bank and so on: which byte that is, only its mapper knows.
const ONE_ADDRESS: &str = "one address, as 0x1f40 or 8000, not an index for each level";

/// Ramulator's traces of a processor: how many instructions come first, a read, and perhaps a write
/// back.
fn is_of_processor(words: &str) -> bool {
    let numbers = words.split_whitespace().map(address_of);
    let numbers: Option<Vec<u64>> = numbers.collect();
    numbers.is_some_and(|numbers| matches!(numbers.len(), 2 | 3))
}

const OF_MEMORY: &str = "a line of a memory's trace, `0xADDRESS R|W [CYCLE]` or `LD|ST ADDRESS`: this looks like \
    a processor's trace of Ramulator (instructions, then addresses), which says nothing of when the memory is asked";

const ADDRESS: &str = "an address of up to 64 bits, such as 0x1f40 or 8000";

/// Whether a word is a kind of request that writes.
fn kind(word: &str) -> Option<bool> {
    match word.to_ascii_uppercase().as_str() {
        "R" | "READ" | "LD" | "IFETCH" => Some(false),
        "W" | "WRITE" | "ST" | "P_MEM_WR" | "BOFF" => Some(true),
        other => other.starts_with("P_").then_some(false),
    }
}

/// The base of an address without `0x` before a kind: DRAMsim reads all of its addresses as hexadecimal.
fn radix_before(kind: &str) -> u32 {
    match kind.to_ascii_uppercase().as_str() {
        "R" | "W" | "LD" | "ST" => 10,
        _ => 16,
    }
}

/// An address: hexadecimal behind `0x`, else decimal.
fn address_of(word: &str) -> Option<u64> {
    address_in(word, 10)
}

/// An address: hexadecimal behind `0x`, else of this base.
fn address_in(word: &str, radix: u32) -> Option<u64> {
    let hexadecimal = word.strip_prefix("0x").or(word.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((word, radix), |digits| (digits, 16));
    let digits = Some(digits).filter(|digits| !digits.starts_with('+'));
    digits.and_then(|digits| u64::from_str_radix(digits, radix).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Result<(u64, bool, u64), &str>) {
        let found = parse_line(1, line).map(|request| {
            let request = request.expect("a request");
            (request.address, request.is_write, request.cycle)
        });
        let found = found.map_err(|error| error.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn kinds_of_other_tools() {
        check("0x10 P_MEM_WR 10", Ok((16, true, 10)));
        check("0x10 BOFF 10", Ok((16, true, 10)));
        check("0x10 P_FETCH 7", Ok((16, false, 7)));
        check("0x10 P_MEM_RD", Ok((16, false, 0)));
        check("R 0x10", Ok((16, false, 0)));
        check("80000 READ 1", Ok((0x80000, false, 1)));
        check("1f40 WRITE 0", Ok((0x1f40, true, 0)));
        check("40 IFETCH 6", Ok((0x40, false, 6)));
        check("8000 R", Ok((8000, false, 0)));
        check("LD 8000", Ok((8000, false, 0)));
        let kinds = "1: found `Q`; allowed: R, W, READ, WRITE, LD or ST";
        check("0x10 Q", Err(kinds));
        for line in ["3 20734016", "7 64 128"] {
            let error = parse_line(1, line).expect_err("no kind").to_string();
            assert!(
                error.contains("a processor's trace of Ramulator"),
                "{error}"
            );
        }
        let list = "1: found `0,0,1,2`; allowed: one address, as 0x1f40 or 8000, not an index for each level";
        check("R 0,0,1,2", Err(list));
    }
}
