//! Runs the machine and writes down what it did.

use std::fmt::Write as _;
use std::num::NonZeroU64;

use stationary_arch::Accelerator;
use stationary_sim::{Pace, Plan, TextTrace};
use stationary_workloads::shape;

use super::timeline::{self, Timeline};
use super::trace_document::{Note, Slice, TraceDocument};
use super::tracks::Tracks;
use super::wave::{LayerWave, Wave};
use super::{TraceError, TraceFormat, View, json, perfetto, waveform};

/// Cycles of which a waveform without a window may be.
const WAVEFORM_CYCLES: u64 = 1 << 22;

/// The choices of what a trace shows of each layer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The cycles that are shown; all by default.
    pub view: View,
    /// Cycles that one slice of a timeline gathers; None for a number that keeps the trace small. Text and
    /// waveforms show each cycle.
    pub step: Option<NonZeroU64>,
    /// Whether the machine steps through every cycle ([`Pace::EveryCycle`]); by default it skips those in which
    /// nothing can change.
    pub every_cycle: bool,
}

impl Options {
    /// What repeats itself is folded in the text alone, which folds it by itself.
    fn pace(&self) -> Pace {
        match self.every_cycle {
            true => Pace::EveryCycle,
            false => Pace::SkipIdle,
        }
    }
}

/// A trace, ready to be written to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// Cycles that one slice of a timeline gathers; None for text and waveforms.
    pub step: Option<u64>,
}

/// Runs layers one after the other and writes what the machine does. `title` names the trace as a whole. All
/// plans should be for one accelerator: the first one's clock counts.
///
/// ```
/// use stationary_arch::Accelerator;
/// use stationary_sim::{Dataflow, mapper};
/// use stationary_trace::{self as trace, Options, TraceFormat};
/// use stationary_workloads::zoo;
///
/// let accelerator = Accelerator::preset("shidiannao", &[])?;
/// let network = zoo::find("alexnet")?;
/// let dataflow = Dataflow::find("os").expect("a bundled dataflow");
/// let plan = mapper::map(&network.layers()[7], &accelerator, dataflow)?.into();
/// let written = trace::of_plans(TraceFormat::Json, "the last layer", &[plan], &Options::default())?;
/// assert!(written.bytes.starts_with(b"{"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`TraceError::Empty`] without plans, [`TraceError::TextOnly`] for anything but text of a decoupled machine,
/// and [`TraceError::Long`] for a waveform of more than 4,194,304 cycles.
pub fn of_plans(
    kind: TraceFormat,
    title: &str,
    plans: &[Plan],
    options: &Options,
) -> Result<Written, TraceError> {
    let Some(first) = plans.first() else {
        return Err(TraceError::Empty);
    };
    if kind != TraceFormat::Text && !plans.iter().all(Plan::has_timeline) {
        return Err(TraceError::TextOnly);
    }
    let runs = Runs {
        accelerator: first.accelerator(),
        title,
        plans,
        options,
    };
    let refused = |error: Box<dyn std::error::Error>| TraceError::Library(error.to_string());
    let plain = |bytes| Written { bytes, step: None };
    Ok(match kind {
        TraceFormat::Text => plain(runs.text().into_bytes()),
        TraceFormat::Perfetto | TraceFormat::Json => {
            let (document, step) = runs.document();
            let bytes = match kind {
                TraceFormat::Json => json::write(&document).into_bytes(),
                _ => perfetto::write(&document),
            };
            let step = Some(step);
            Written { bytes, step }
        }
        TraceFormat::Fst => plain(waveform::fst(&runs.wave()?).map_err(refused)?),
        TraceFormat::Vcd => plain(waveform::vcd(&runs.wave()?).map_err(refused)?),
    })
}

/// The layers to trace, and how.
struct Runs<'a> {
    accelerator: &'a Accelerator,
    title: &'a str,
    plans: &'a [Plan],
    options: &'a Options,
}

impl Runs<'_> {
    /// The text of every layer, one after the other.
    fn text(&self) -> String {
        let view = self.options.view;
        let mut text = String::new();
        for plan in self.plans {
            let mut trace = TextTrace::of_window(view.from, view.to);
            let machine = plan.run(self.options.pace(), &mut trace);
            let _ = writeln!(
                text,
                "# {} ({}) on {}: {} cycles",
                plan.layer().name(),
                shape::text(plan.layer()),
                self.accelerator.name,
                machine.cycles
            );
            if view != View::ALL {
                let View { from, to } = view;
                let _ = writeln!(text, "# what overlaps the cycles {from} to before {to}");
            }
            text.push_str("#    from        to  what\n");
            text.push_str(&trace.finish());
        }
        text
    }

    /// The layers as tracks, and the cycles of a step.
    fn document(&self) -> (TraceDocument, u64) {
        let view = self.options.view;
        let traced = |plan: &Plan| {
            let seen = view.clip(0, plan.estimate().cycles);
            seen.map_or(0, |(from, to)| to - from)
        };
        let cycles: u64 = self.plans.iter().map(traced).sum();
        let step = match self.options.step {
            // Nothing lasts longer than all layers.
            Some(step) => step.get().min(cycles.max(1)),
            None => timeline::step_for(cycles),
        };
        let (tracks, mut document) = Tracks::new(self.accelerator, self.title.to_owned());
        let mut base = 0;
        for plan in self.plans {
            let mut timeline = Timeline::new(&tracks, &mut document, base, view, step);
            let machine = plan.run(self.options.pace(), &mut timeline);
            timeline.finish();
            if let Some((from, to)) = view.clip(0, machine.cycles) {
                document.slices.push(Slice {
                    track: tracks.layers,
                    name: plan.layer().name().to_owned().into(),
                    from: base + from,
                    to: base + to,
                    notes: vec![
                        ("shape", Note::Text(shape::text(plan.layer()))),
                        ("cycles", Note::Number(machine.cycles)),
                        ("busy cycles", Note::Number(machine.busy)),
                        ("cycles a step", Note::Number(step)),
                    ],
                });
            }
            base += machine.cycles;
        }
        (document, step)
    }

    /// The layers as signals.
    fn wave(&self) -> Result<Wave, TraceError> {
        let view = self.options.view;
        let cycles: u64 = self.plans.iter().map(|plan| plan.estimate().cycles).sum();
        let View { from, to } = view;
        if to.saturating_sub(from).min(cycles) > WAVEFORM_CYCLES {
            return Err(TraceError::Long {
                most: WAVEFORM_CYCLES,
                cycles,
            });
        }
        let mut wave = Wave::new(self.accelerator, self.title.to_owned());
        let mut base = 0;
        for (layer, plan) in (0..).zip(self.plans) {
            let mut signals = LayerWave {
                wave: &mut wave,
                layer,
                base,
                view,
            };
            let machine = plan.run(self.options.pace(), &mut signals);
            if let Some((_, end)) = view.clip(0, machine.cycles) {
                wave.rest(base + end);
            }
            base += machine.cycles;
        }
        Ok(wave)
    }
}
