//! Perfetto's protobuf: the few messages of its track events that a document needs.
//!
//! The crates that write this format record the threads of the program that they run in, by its own
//! clock; a simulator's cycles have no place in them. Numbers are those of Perfetto's
//! `protos/perfetto/trace/`.

use prost::Message;

use crate::trace_document::{Note, Slice, TraceDocument};

#[derive(Clone, PartialEq, Message)]
pub struct Trace {
    #[prost(message, repeated, tag = "1")]
    pub packet: Vec<Packet>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Packet {
    #[prost(uint64, optional, tag = "8")]
    pub timestamp: Option<u64>,
    #[prost(uint32, tag = "10")]
    pub sequence: u32,
    #[prost(message, optional, tag = "11")]
    pub event: Option<TrackEvent>,
    #[prost(message, optional, tag = "60")]
    pub descriptor: Option<TrackDescriptor>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TrackDescriptor {
    #[prost(uint64, tag = "1")]
    pub uuid: u64,
    #[prost(string, optional, tag = "2")]
    pub name: Option<String>,
    #[prost(message, optional, tag = "3")]
    pub process: Option<Process>,
    #[prost(uint64, optional, tag = "5")]
    pub parent: Option<u64>,
    #[prost(message, optional, tag = "8")]
    pub counter: Option<CounterDescriptor>,
    #[prost(int32, optional, tag = "11")]
    pub child_ordering: Option<i32>,
    #[prost(int32, optional, tag = "12")]
    pub rank: Option<i32>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Process {
    #[prost(int32, tag = "1")]
    pub pid: i32,
    #[prost(string, tag = "6")]
    pub name: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct CounterDescriptor {
    #[prost(string, tag = "6")]
    pub unit: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct TrackEvent {
    #[prost(message, repeated, tag = "4")]
    pub notes: Vec<Annotation>,
    #[prost(int32, tag = "9")]
    pub kind: i32,
    #[prost(uint64, tag = "11")]
    pub track: u64,
    #[prost(string, optional, tag = "23")]
    pub name: Option<String>,
    #[prost(double, optional, tag = "44")]
    pub value: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Annotation {
    #[prost(uint64, optional, tag = "3")]
    pub number: Option<u64>,
    #[prost(string, optional, tag = "6")]
    pub text: Option<String>,
    #[prost(string, tag = "10")]
    pub name: String,
}

const BEGIN: i32 = 1;
const END: i32 = 2;
const COUNTER: i32 = 4;
/// Children stand in the order of their ranks.
const EXPLICIT: i32 = 3;
/// The track that all others belong to.
const ROOT: u64 = 1;

/// The bytes of a document.
pub fn write(document: &TraceDocument) -> Vec<u8> {
    let mut packets = descriptors(document);
    let first = packets.len();
    let time = |cycle: u64| document.clock.nanoseconds(cycle);
    for slice in &document.slices {
        packets.push(event(time(slice.from), begin(slice)));
        packets.push(event(time(slice.to), track_event(END, slice.track.0)));
    }
    for point in &document.points {
        let mut value = track_event(COUNTER, point.track.0);
        value.value = Some(point.value);
        packets.push(event(time(point.at), value));
    }
    // Stable, so that on a track the end of a slice stays before the beginning of the next.
    packets[first..].sort_by_key(|packet| packet.timestamp);
    Trace { packet: packets }.encode_to_vec()
}

fn descriptors(document: &TraceDocument) -> Vec<Packet> {
    let root = TrackDescriptor {
        uuid: ROOT,
        process: Some(Process {
            pid: 1,
            name: document.title.clone(),
        }),
        child_ordering: Some(EXPLICIT),
        ..TrackDescriptor::default()
    };
    let children = document.tracks.iter().enumerate().map(|(i, track)| {
        let unit = track.unit.map(str::to_owned);
        TrackDescriptor {
            uuid: uuid(i),
            name: Some(track.name.clone()),
            parent: Some(ROOT),
            counter: unit.map(|unit| CounterDescriptor { unit }),
            rank: i32::try_from(i).ok(),
            ..TrackDescriptor::default()
        }
    });
    let all = std::iter::once(root).chain(children);
    let packet = |descriptor| Packet {
        descriptor: Some(descriptor),
        sequence: 1,
        ..Packet::default()
    };
    all.map(packet).collect()
}

fn uuid(track: usize) -> u64 {
    ROOT + 1 + track as u64
}

fn begin(slice: &Slice) -> TrackEvent {
    let note = |(name, note): &(&str, Note)| {
        let (number, text) = match note {
            Note::Number(number) => (Some(*number), None),
            Note::Text(text) => (None, Some(text.clone())),
        };
        Annotation {
            name: (*name).to_owned(),
            number,
            text,
        }
    };
    TrackEvent {
        name: Some(slice.name.clone().into_owned()),
        notes: slice.notes.iter().map(note).collect(),
        ..track_event(BEGIN, slice.track.0)
    }
}

fn track_event(kind: i32, track: usize) -> TrackEvent {
    TrackEvent {
        kind,
        track: uuid(track),
        ..TrackEvent::default()
    }
}

fn event(at: u64, event: TrackEvent) -> Packet {
    Packet {
        timestamp: Some(at),
        sequence: 1,
        event: Some(event),
        ..Packet::default()
    }
}
