//! Trace events as JSON, which Perfetto and Chrome's viewer read. Their times are microseconds.

use serde_json::{Value, json};

use crate::trace_document::{Note, TraceDocument};

/// The text of a document.
pub fn write(document: &TraceDocument) -> String {
    let microseconds = |cycle: u64| document.clock.microseconds(cycle);
    let mut events = vec![json!({
        "ph": "M", "pid": 1, "name": "process_name", "args": {"name": document.title},
    })];
    for (i, track) in document.tracks.iter().enumerate() {
        if track.unit.is_none() {
            let about = |name: &str, args: Value| json!({"ph": "M", "pid": 1, "tid": i + 1, "name": name, "args": args});
            events.push(about("thread_name", json!({"name": track.name})));
            events.push(about("thread_sort_index", json!({"sort_index": i})));
        }
    }
    for slice in &document.slices {
        let mut args = serde_json::Map::new();
        for (name, note) in &slice.notes {
            let value = match note {
                Note::Number(number) => json!(number),
                Note::Text(text) => json!(text),
            };
            args.insert((*name).to_owned(), value);
        }
        events.push(json!({
            "ph": "X", "pid": 1, "tid": slice.track.0 + 1, "name": slice.name,
            "ts": microseconds(slice.from), "dur": microseconds(slice.to) - microseconds(slice.from),
            "args": args,
        }));
    }
    for point in &document.points {
        let track = &document.tracks[point.track.0];
        let unit = track.unit.unwrap_or("value");
        events.push(json!({
            "ph": "C", "pid": 1, "name": track.name, "ts": microseconds(point.at),
            "args": {unit: point.value},
        }));
    }
    json!({
        "traceEvents": events,
        "displayTimeUnit": "ns",
        "otherData": {"time": document.clock.text()},
    })
    .to_string()
}
