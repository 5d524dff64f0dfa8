//! SCALE-Sim configurations (`.cfg`): sections of `Key : value` or `Key = value` lines.
//!
//! Keys are told apart by their letters alone; of `Bandwidth : 10,20,30` SCALE-Sim takes the first for
//! each of its three memories. Files of its first version say `IfmapSramSz` without the unit, which is KiB too.
//!
//! The machine is the preset `systolic-scalesim` with the file's array, dataflow and buffers, each
//! of which SCALE-Sim double buffers.

use stationary_document::{Diagnostic, Position, near::nearest, ranked};

use super::quoted;

/// Keys that are read, as they compare: letters and digits in lower case.
const USED: [&str; 9] = [
    "runname",
    "arrayheight",
    "arraywidth",
    "ifmapsramszkb",
    "filtersramszkb",
    "ofmapsramszkb",
    "dataflow",
    "bandwidth",
    "interfacebandwidth",
];

/// A key as it compares under its name of today: the first version left the unit out.
fn current(key: String) -> String {
    match key.as_str() {
        "ifmapsramsz" | "filtersramsz" | "ofmapsramsz" => key + "kb",
        _ => key,
    }
}

/// One `key = value` line.
struct CfgLine<'t> {
    key: String,
    value: &'t str,
    place: Position,
}

pub(super) fn read(file: &str, text: &str) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut notes = Vec::new();
    let mut entries: Vec<CfgLine<'_>> = Vec::new();
    let mut unused: Vec<(String, Position)> = Vec::new();
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let width = line.chars().count();
        let place = Position {
            line: index + 1,
            column: 1,
            start,
            end: start + line.trim_end().chars().count(),
        };
        start += width;
        let line = line.trim().trim_start_matches('\u{feff}');
        if line.is_empty() || line.starts_with(['#', ';', '[']) {
            continue;
        }
        let Some((key, value)) = line.split_once([':', '=']) else {
            errors.push(Diagnostic::new(
                file,
                place,
                format!("found `{line}`; needed `Key : value` or `[section]`"),
            ));
            continue;
        };
        let key: String = key.chars().filter(char::is_ascii_alphanumeric).collect();
        let entry = CfgLine {
            key: current(key.to_lowercase()),
            value: value.trim(),
            place,
        };
        if USED.contains(&entry.key.as_str()) {
            entries.push(entry);
        } else {
            let mut note = Diagnostic::new(file, place, format!("{key}: not used"));
            note.near = nearest(&entry.key, USED).map(str::to_owned);
            notes.push(note);
            unused.push((key, place));
        }
    }
    let find = |key: &str| entries.iter().rev().find(|entry| entry.key == key);
    let mut size = |key: &str, default: Option<u64>| {
        let Some(entry) = find(key) else {
            if default.is_none() {
                let names = unused.iter().map(|(name, _)| name.as_str());
                let near = nearest(key, names).map(str::to_owned);
                let place = unused.iter().find(|(name, _)| Some(name) == near.as_ref());
                let place = place.map(|(_, place)| *place);
                let is_there =
                    near.map_or(String::new(), |near| format!("; the file has `{near}`"));
                let message = format!("missing key `{key}`{is_there}");
                errors.push(Diagnostic::new(file, place, message));
            }
            return default.unwrap_or(1);
        };
        let first = entry.value.split(',').next().unwrap_or_default().trim();
        let value = if key == "bandwidth" {
            first
        } else {
            entry.value
        };
        let parsed = value
            .parse()
            .ok()
            .filter(|value| *value > 0 && *value < 1 << 32);
        if parsed.is_none() {
            let needed = "needed a whole number of at least 1";
            errors.push(Diagnostic::new(
                file,
                entry.place,
                format!("{key}: found `{}`; {needed}", entry.value),
            ));
        }
        parsed.unwrap_or(1)
    };
    let [rows, cols] = [size("arrayheight", None), size("arraywidth", None)];
    let kib = ["ifmapsramszkb", "filtersramszkb", "ofmapsramszkb"].map(|key| size(key, None));
    let is_user = find("interfacebandwidth").is_some_and(|e| e.value.eq_ignore_ascii_case("user"));
    let dram = if is_user {
        format!(
            "{{kind: bandwidth, words_per_cycle: {}, latency: 0}}",
            size("bandwidth", None)
        )
    } else {
        "{kind: ideal}".to_owned()
    };
    let dataflow = find("dataflow")
        .map_or("os", |entry| entry.value)
        .to_lowercase();
    if !["ws", "os", "is"].contains(&dataflow.as_str()) {
        let place = find("dataflow").map(|entry| entry.place);
        errors.push(Diagnostic::unknown(
            file,
            place,
            "unknown Dataflow",
            &dataflow,
            &["os", "ws", "is"],
        ));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    if let Some(entry) = find("bandwidth")
        && entry
            .value
            .split(',')
            .any(|value| Some(value.trim()) != entry.value.split(',').next().map(str::trim))
    {
        let message = format!(
            "bandwidth: of `{}` the first is used, as by SCALE-Sim",
            entry.value
        );
        notes.push(Diagnostic::new(file, entry.place, message));
    }
    let message = "SCALE-Sim's stalls are those of a link without latency; CALC bandwidth is `dram.kind: ideal`; \
                   words are of 8 bits and partial sums of 32";
    notes.push(Diagnostic::new(file, None, message));
    let name = find("runname").map_or("scale-sim", |entry| entry.value);
    let [input, weight, output] = kib;
    let body = crate::presets::find("systolic-scalesim").expect("a bundled preset");
    // The preset's fields that the file does not speak of.
    let kept = body.lines().skip_while(|line| !line.starts_with("array:"));
    let array: Vec<&str> = kept
        .skip(1)
        .take_while(|line| !line.starts_with("global_buffer:"))
        .filter(|line| {
            !["rows:", "cols:"]
                .iter()
                .any(|field| line.trim_start().starts_with(field))
        })
        .collect();
    let text = format!(
        "name: {}\ndataflows: [{dataflow}]\narray:\n  rows: {rows}\n  cols: {cols}\n{}\n\
         global_buffer:\n  partitions:\n\
         \x20   - {{operands: [input], kib: {input}, double_buffered: true}}\n\
         \x20   - {{operands: [weight], kib: {weight}, double_buffered: true}}\n\
         \x20   - {{operands: [output], kib: {output}, double_buffered: true}}\n\
         dram: {dram}\n",
        quoted(name),
        array.join("\n"),
    );
    Ok((text, ranked(notes)))
}
