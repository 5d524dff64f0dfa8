//! A run as signals that change.

use stationary_arch::{Accelerator, DramKind, Operand};
use stationary_sim::{Activity, Event, Repeat, Sample, Stall, Trace};

use crate::View;
use crate::clock::Clock;
use crate::tracks::network;

/// A signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The component that it belongs to.
    pub scope: String,
    pub name: String,
    /// The greatest value that it took.
    pub most: u64,
}

impl Signal {
    /// Its bits.
    pub fn width(&self) -> u32 {
        (u64::BITS - self.most.leading_zeros()).max(1)
    }
}

/// A signal's value from a time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub at: u64,
    pub signal: usize,
    pub value: u64,
}

/// The changes of all signals, in the order of time, in cycles of a clock. Before the first, each
/// is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    pub clock: Clock,
    pub title: String,
    pub signals: Vec<Signal>,
    pub changes: Vec<Change>,
    values: Vec<u64>,
}

impl Wave {
    /// The signals of an accelerator; a scope's follow each other.
    pub fn new(accelerator: &Accelerator, title: String) -> Self {
        let mut wave = Self {
            clock: Clock::new(accelerator.clock),
            title,
            signals: Vec::new(),
            changes: Vec::new(),
            values: Vec::new(),
        };
        let mut add = |scope: &str, name: &str| {
            wave.signals.push(Signal {
                scope: scope.to_owned(),
                name: name.replace([':', ' '], "_"),
                most: 1,
            });
        };
        for name in ["running", "layer", "pass", "work"] {
            add("array", name);
        }
        for cause in Stall::OF_SEQUENCER {
            add("stalls", cause.name());
        }
        for o in Operand::ALL {
            add("networks", &format!("{} words", network(o)));
        }
        add("networks", "psum_out words");
        for o in Operand::ALL {
            add("queues", &format!("{} parcels", network(o)));
        }
        add("queues", "results");
        for o in Operand::ALL {
            add("buffer", &format!("{o} tiles"));
        }
        for o in Operand::ALL {
            add("dma", &format!("load {o}"));
        }
        add("dma", "store output");
        add("delivery", "tiles");
        if let DramKind::Standard(standard) = &accelerator.dram.kind {
            let organization = standard.organization();
            for channel in 0..organization.channels {
                let scope = format!("dram_{channel}");
                add(&scope, "reads waiting");
                add(&scope, "writes waiting");
                for bank in 0..organization.banks() {
                    add(&scope, &format!("bank {bank} open"));
                    add(&scope, &format!("bank {bank} row"));
                }
            }
        }
        wave.values = vec![0; wave.signals.len()];
        wave
    }

    /// Everything is at rest from a time on.
    pub fn rest(&mut self, at: u64) {
        self.set(at, std::iter::repeat_n(0, self.signals.len()));
    }

    /// The values of all signals from a time on.
    fn set(&mut self, at: u64, values: impl IntoIterator<Item = u64>) {
        let last = self.values.iter_mut().zip(&mut self.signals);
        for (signal, (value, (last, description))) in values.into_iter().zip(last).enumerate() {
            if *last != value {
                *last = value;
                description.most = description.most.max(value);
                self.changes.push(Change { at, signal, value });
            }
        }
    }
}

/// Draws one layer.
pub struct LayerWave<'w> {
    pub wave: &'w mut Wave,
    pub layer: u64,
    /// The time at which the layer begins.
    pub base: u64,
    pub view: View,
}

impl Trace for LayerWave<'_> {
    const SAMPLES: bool = true;

    fn event(&mut self, _: Event) {}

    fn repeat(&mut self, _: &Repeat) {
        unreachable!("with samples, every event is told");
    }

    fn sample(&mut self, sample: &Sample) {
        let Some((from, _)) = self.view.clip(sample.from, sample.to) else {
            return;
        };
        let is = |activity| u64::from(sample.activity == activity);
        let each = |value: &dyn Fn(Operand) -> u64| Operand::ALL.map(value);
        let mut values = vec![1, self.layer, sample.pass, is(Activity::Work)];
        values.extend(Stall::OF_SEQUENCER.map(|cause| is(Activity::Stall(cause))));
        values.extend(each(&|o| sample.sent[o]));
        values.push(sample.written);
        values.extend(each(&|o| sample.queued[o]));
        values.push(sample.results);
        values.extend(each(&|o| sample.filled[o] - sample.freed[o]));
        values.extend(each(&|o| sample.loading[o].into()));
        values.extend([sample.storing.into(), sample.delivering]);
        for channel in &sample.channels {
            values.extend([channel.reads, channel.writes]);
            let bank = |row: &Option<u32>| [u64::from(row.is_some()), row.unwrap_or(0).into()];
            values.extend(channel.rows.iter().flat_map(bank));
        }
        self.wave.set(self.base + from, values);
    }
}
