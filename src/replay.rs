//! A trace of addresses through a memory.

use std::io::{self, BufRead, BufReader, Read};
use std::num::NonZeroU32;
use std::path::Path;

use flate2::bufread::MultiGzDecoder;
use serde_json::Value;

use crate::arch::dram::Standard;
use crate::documents::{Document as _, Replay};
use crate::error::Error;
use crate::format::{percent, thousands, time};
use crate::sim::dram::{Memory, parse_line, replay_stream};

/// Longer is no line of a trace.
const LONGEST_LINE: u64 = 4096;

/// The result of replaying an address trace through a memory.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The figures, as a document.
    pub document: Replay,
    /// Sentences on the trace that should be read beside the figures.
    pub warnings: Vec<String>,
}

impl Replayed {
    /// Replays a trace, reading it as it goes: however long it is, little of it is kept. Messages call it `name`.
    /// A line each is `0xADDRESS R|W [CYCLE]`, plain or packed by gzip; of those without a cycle so many issue a
    /// clock at most.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    /// use std::path::Path;
    /// use stationary::{load, replay::Replayed};
    ///
    /// let standard = load::standard("ddr4-2400")?.value;
    /// let trace = "0x0 R\n0x40 R\n0x80 W\n".as_bytes();
    /// let found = Replayed::of(&standard, Path::new("trace"), trace, NonZeroU32::MIN)?;
    /// assert_eq!((found.document.reads, found.document.row_hits), (2, 1));
    /// # Ok::<(), stationary::Error>(())
    /// ```
    ///
    /// # Errors
    /// A trace that cannot be read, a line that is no request, or none that is one.
    pub fn of(
        standard: &Standard,
        name: &Path,
        trace: impl Read + 'static,
        issue_per_clock: NonZeroU32,
    ) -> Result<Self, Error> {
        let lines = Lines::new(trace).map_err(|source| Error::Read {
            path: name.to_owned(),
            source,
        })?;
        let bytes = standard.organization().bytes();
        let mut outside = 0_u64;
        let (mut latest, mut backward) = (0_u64, None::<(usize, u64)>);
        let requests = lines.filter_map(|(line, text)| {
            let request = text.map_err(|error| error.to_string()).and_then(|text| {
                parse_line(line, &text)
                    .map_err(|error| format!("found {}; allowed: {}", error.found, error.allowed))
            });
            let request = request.map_err(|found| Error::Line {
                path: name.to_owned(),
                line,
                found,
            });
            if let Ok(Some(request)) = &request {
                outside += u64::from(request.address >= bytes);
                if request.cycle < latest {
                    let known = backward.map(|(first, count)| (first, count + 1));
                    backward = known.or(Some((line, 1)));
                }
                latest = latest.max(request.cycle);
            }
            request.transpose()
        });
        let mut memory = Memory::new(standard);
        let replay = replay_stream(&mut memory, requests, issue_per_clock)?;
        if replay.done == 0 {
            let found = "found no request; needed a line each, such as `0x1f40 R` or `0x1f80 W 12`";
            return Err(Error::kind(name, found));
        }
        let name = name.display();
        let outside = (outside > 0).then(|| {
            format!(
                "{name}: {outside} addresses lie beyond the {bytes} bytes of {}; their upper bits are left out",
                standard.name()
            )
        });
        let backward = backward.map(|(line, count)| {
            format!(
                "{name}:{line}: the first of {count} requests whose cycle lies before that of a line above; \
                 requests issue in the order of their lines, so that these wait for it"
            )
        });
        Ok(Self {
            document: Replay::of(standard, &replay, &memory.statistics()),
            warnings: outside.into_iter().chain(backward).collect(),
        })
    }

    /// The figures as CSV: a line of names, and one of values.
    #[must_use]
    pub fn csv(&self) -> String {
        let rows = self.rows();
        let names: Vec<_> = rows.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<_> = rows.iter().map(|(_, value)| plain(value)).collect();
        format!("{}\n{}\n", names.join(","), values.join(","))
    }

    /// The figures as pairs of name and value.
    #[must_use]
    pub fn rows(&self) -> Vec<(String, Value)> {
        match self.document.json() {
            Value::Object(fields) => fields.into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// A number or a word without quotes; nothing for what there is not.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(word) => word.clone(),
        other => other.to_string(),
    }
}

/// The lines of a trace with their numbers, unpacked if it starts as gzip does.
struct Lines {
    reader: Box<dyn BufRead>,
    line: usize,
}

impl Lines {
    fn new(file: impl Read + 'static) -> io::Result<Self> {
        let mut file = BufReader::new(file);
        let is_packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn BufRead> = if is_packed {
            Box::new(BufReader::new(MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        Ok(Self { reader, line: 0 })
    }

    fn read(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        let mut limited = self.reader.by_ref().take(LONGEST_LINE + 1);
        if limited.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.len() as u64 > LONGEST_LINE && !bytes.ends_with(b"\n") {
            let found = format!("a line of more than {LONGEST_LINE} bytes");
            return Err(io::Error::other(found));
        }
        // A byte order mark stands before the first line of some.
        let text = String::from_utf8(bytes).map_err(|_| io::Error::other("not UTF-8 text"))?;
        Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
    }
}

impl Iterator for Lines {
    type Item = (usize, io::Result<String>);

    fn next(&mut self) -> Option<Self::Item> {
        self.line += 1;
        Some((self.line, self.read().transpose()?))
    }
}

/// A figure's name and value, in words.
#[doc(hidden)]
#[must_use]
pub fn figure(name: &str, value: &Value) -> [String; 2] {
    let shown = match (name, value.as_u64(), value.as_f64()) {
        ("nanoseconds", _, Some(number)) => return ["time".to_owned(), time(1e-9 * number)],
        ("peak_share", _, Some(share)) => percent(share),
        (_, Some(number), _) => thousands(number),
        (_, _, Some(number)) => format!("{number:.2}"),
        _ if value.is_null() => "-".to_owned(),
        _ => value.as_str().map_or(value.to_string(), str::to_owned),
    };
    [name.replace('_', " "), shown]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn figures_have_units_that_suit() {
        let check = |name: &str, value: Value, expected: [&str; 2]| {
            assert_eq!(figure(name, &value), expected);
        };
        check("nanoseconds", json!(76_900.0), ["time", "76.90 us"]);
        check("nanoseconds", json!(8.3e12), ["time", "8300 s"]);
        check("row_hits", json!(12_345), ["row hits", "12,345"]);
        check("peak_share", json!(0.5), ["peak share", "50.0 %"]);
        check(
            "max_read_latency_cycles",
            Value::Null,
            ["max read latency cycles", "-"],
        );
    }
}
