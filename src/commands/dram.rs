//! `dram`: an address trace through a memory.

use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, Result, anyhow, bail};
use flate2::bufread::MultiGzDecoder;
use serde_json::Value;
use stationary::documents::{Document, Replay};
use stationary::replay::figure;
use stationary::sim::dram::{Memory, TraceError, parse_line, replay_stream};

use crate::Answer;
use crate::cli::{Common, Dram, Format};
use crate::patience::Patience;
use crate::report::table::table;
use crate::{inputs, output};

/// Replays a trace, reading it as it goes: however long it is, little of it is kept.
pub fn dram(args: &Dram, common: &Common) -> Result<Answer> {
    let standard = inputs::standard(&args.dram)?;
    let name = args.trace.display();
    let cannot = || format!("cannot read {name}");
    let file = stationary_record::open(&args.trace).with_context(cannot)?;
    let size = file.metadata().map_or(0, |data| data.len());
    let less = "a part of the trace takes less time";
    let patience = Patience::of_bytes(common, "dram", size, less);
    let lines = Lines::new(patience.reading(file)).with_context(cannot)?;
    let bytes = standard.organization().bytes();
    let mut outside = 0_u64;
    let (mut latest, mut backward) = (0_u64, None::<(usize, u64)>);
    let requests = lines.filter_map(|(line, text)| {
        let request = text.and_then(|text| Ok(parse_line(line, &text)?));
        let request = request.map_err(|error| match error.downcast::<TraceError>() {
            Ok(error) => anyhow!("{name}:{error}"),
            Err(error) => error.context(format!("{name}:{line}")),
        });
        if let Ok(Some(request)) = &request {
            outside += u64::from(request.address >= bytes);
            if request.cycle < latest {
                backward = Some(backward.map_or((line, 1), |(first, count)| (first, count + 1)));
            }
            latest = latest.max(request.cycle);
        }
        request.transpose()
    });
    let mut memory = Memory::new(&standard);
    let replay = replay_stream(&mut memory, requests, args.issue_per_clock)?;
    drop(patience);
    if replay.done == 0 {
        bail!("{name}: found no request; needed a line each, such as `0x1f40 R` or `0x1f80 W 12`");
    }
    if outside > 0 && !common.quiet {
        output::report_diagnostic(&format!(
            "{name}: {outside} addresses lie beyond the {bytes} bytes of {}; their upper bits are \
             left out",
            standard.name()
        ));
    }
    if let Some((line, count)) = backward
        && !common.quiet
    {
        output::report_diagnostic(&format!(
            "{name}:{line}: the first of {count} requests whose cycle lies before that of a line above; requests \
             issue in the order of their lines, so that these wait for it"
        ));
    }
    let document = Replay::of(&standard, &replay, &memory.statistics());
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&document)?,
        Format::Csv => csv(&rows(&document)),
        Format::Table => people(&rows(&document)),
    })?;
    Ok(Answer::Yes)
}

/// Longer is no line of a trace.
const LONGEST_LINE: u64 = 4096;

/// The lines of a trace with their numbers, unpacked if it starts as gzip does.
struct Lines {
    reader: Box<dyn BufRead>,
    line: usize,
}

impl Lines {
    fn new(file: impl Read + 'static) -> Result<Self> {
        let mut file = BufReader::new(file);
        let is_packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let reader: Box<dyn BufRead> = if is_packed {
            Box::new(BufReader::new(MultiGzDecoder::new(file)))
        } else {
            Box::new(file)
        };
        Ok(Self { reader, line: 0 })
    }

    fn read(&mut self) -> Result<Option<String>> {
        let mut bytes = Vec::new();
        let mut limited = self.reader.by_ref().take(LONGEST_LINE + 1);
        if limited.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(None);
        }
        if bytes.len() as u64 > LONGEST_LINE && !bytes.ends_with(b"\n") {
            bail!("a line of more than {LONGEST_LINE} bytes");
        }
        // A byte order mark stands before the first line of some.
        let text = String::from_utf8(bytes).map_err(|_| anyhow!("not UTF-8 text"))?;
        Ok(Some(text.trim_start_matches('\u{feff}').to_owned()))
    }
}

impl Iterator for Lines {
    type Item = (usize, Result<String>);

    fn next(&mut self) -> Option<Self::Item> {
        self.line += 1;
        Some((self.line, self.read().transpose()?))
    }
}

/// The figures of a document, by name.
fn rows(document: &Replay) -> Vec<(String, Value)> {
    let Value::Object(fields) = document.json() else {
        return Vec::new();
    };
    fields.into_iter().collect()
}

/// A number or a word without quotes; nothing for what there is not.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(word) => word.clone(),
        other => other.to_string(),
    }
}

fn csv(rows: &[(String, Value)]) -> String {
    let names: Vec<_> = rows.iter().map(|(name, _)| name.as_str()).collect();
    let values: Vec<_> = rows.iter().map(|(_, value)| plain(value)).collect();
    format!("{}\n{}\n", names.join(","), values.join(","))
}

fn people(rows: &[(String, Value)]) -> String {
    let mut table = table(&["", ""], 1);
    for (name, value) in rows.iter().skip(1) {
        table.add_row(figure(name, value));
    }
    table.to_string()
}
