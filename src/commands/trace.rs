//! The file of `simulate --trace`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use stationary::sim::{Dataflow, Mapping, Pace, TextTrace, decoupled, estimate, run};
use stationary::workloads::Layer;

use crate::cli::{Common, Simulate};
use crate::inputs::{self, Loaded};
use crate::output;
use crate::report::shape;
use crate::style::Style;
use crate::trace::sheet::{Note, Slice};
use crate::trace::timeline::{self, Timeline};
use crate::trace::tracks::Tracks;
use crate::trace::wave::{LayerWave, Wave};
use crate::trace::{Kind, View, json, perfetto, waveform};

/// Cycles of which a waveform without a window may be.
const WAVEFORM_CYCLES: u64 = 1 << 22;

/// The layers to trace, and how.
struct Plan<'a> {
    loaded: &'a Loaded,
    layers: Vec<&'a Layer>,
    dataflow: &'static Dataflow,
    pace: Pace,
    view: View,
}

/// Writes the trace that was asked for.
pub fn write(
    path: &Path,
    loaded: &Loaded,
    args: &Simulate,
    pace: Pace,
    common: &Common,
) -> Result<()> {
    let kind = Kind::of(path)?;
    let style = inputs::style(&loaded.accelerator, args.target.dataflow.as_deref())?;
    let layers = layers(loaded, &args.trace_layer)?;
    let dataflow = match style {
        Style::Hardwired(dataflow) => dataflow,
        Style::Decoupled if kind == Kind::Text => {
            return inputs::write(path, decoupled_text(loaded, &layers, pace)?.as_bytes());
        }
        Style::Decoupled => {
            bail!("--trace: a decoupled machine's trace is text: a file named *.txt")
        }
    };
    let plan = Plan {
        loaded,
        layers,
        dataflow,
        // What repeats itself is folded in the text, and shown in the others.
        pace: match pace {
            Pace::SkipPeriods => Pace::SkipIdle,
            other => other,
        },
        view: args.trace_window.unwrap_or(View::ALL),
    };
    let bytes = match kind {
        Kind::Text => plan.text()?.into_bytes(),
        Kind::Perfetto | Kind::Json => {
            let (sheet, step) = plan.sheet(args.trace_step.map(|step| step.get()))?;
            if step > 1 && !common.quiet {
                output::note(&format!(
                    "the trace gathers what happens within {step} cycles; --trace-window or \
                     --trace-step 1 show each"
                ));
            }
            if kind == Kind::Json {
                json::write(&sheet).into_bytes()
            } else {
                perfetto::write(&sheet)
            }
        }
        Kind::Fst => waveform::fst(&plan.wave()?)?,
        Kind::Vcd => waveform::vcd(&plan.wave()?)?,
    };
    inputs::write(path, &bytes)
}

/// The text trace of layers on a decoupled machine, one after the other.
fn decoupled_text(loaded: &Loaded, layers: &[&Layer], pace: Pace) -> Result<String> {
    let mut text = String::new();
    for layer in layers {
        let mut trace = decoupled::TextTrace::default();
        let machine = decoupled::run(&loaded.kernel(layer)?, pace, &mut trace);
        let (name, arch, cycles) = (layer.name(), &loaded.accelerator.name, machine.cycles);
        let shape = shape::text(layer);
        writeln!(text, "# {name} ({shape}) on {arch}: {cycles} cycles")?;
        text.push_str("#    from        to  what\n");
        text.push_str(&trace.finish());
    }
    Ok(text)
}

/// The layers picked by name or by their place among those that run.
fn layers<'a>(loaded: &'a Loaded, picks: &[String]) -> Result<Vec<&'a Layer>> {
    let pick = |pick: &String| {
        let named = loaded.layers.iter().position(|l| l.name() == pick);
        let index = named.or_else(|| pick.parse().ok());
        index.and_then(|i| loaded.layers.get(i)).ok_or_else(|| {
            let names: Vec<_> = loaded.layers.iter().map(Layer::name).collect();
            let near = stationary::arch::near::nearest(pick, names.iter().copied());
            let hint = near.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            anyhow!(
                "--trace-layer {pick}: needed the name of a layer that runs, or its place from 0 to {}{hint}",
                names.len() - 1
            )
        })
    };
    if picks.is_empty() {
        return Ok(loaded.layers.iter().collect());
    }
    picks.iter().map(pick).collect()
}

impl Plan<'_> {
    fn title(&self) -> String {
        format!(
            "{} on {}",
            self.loaded.network, self.loaded.accelerator.name
        )
    }

    fn mappings(&self) -> Result<Vec<Mapping<'_>>> {
        let layers = self.layers.iter();
        layers
            .map(|layer| self.loaded.mapping(layer, self.dataflow))
            .collect()
    }

    /// The text of every layer, one after the other.
    fn text(&self) -> Result<String> {
        let mut text = String::new();
        for mapping in self.mappings()? {
            let mut trace = TextTrace::of_window(self.view.from, self.view.to);
            let machine = run(&mapping, self.pace, &mut trace);
            writeln!(
                text,
                "# {} ({}) on {}: {} cycles",
                mapping.layer().name(),
                shape::text(mapping.layer()),
                self.loaded.accelerator.name,
                machine.cycles
            )?;
            if self.view != View::ALL {
                let View { from, to } = self.view;
                writeln!(text, "# what overlaps the cycles {from} to before {to}")?;
            }
            text.push_str("#    from        to  what\n");
            text.push_str(&trace.finish());
        }
        Ok(text)
    }

    /// The layers as tracks, and the cycles of a step.
    fn sheet(&self, step: Option<u64>) -> Result<(crate::trace::sheet::Sheet, u64)> {
        let mappings = self.mappings()?;
        let traced = |m: &Mapping<'_>| {
            let seen = self.view.clip(0, estimate(m).cycles);
            seen.map_or(0, |(from, to)| to - from)
        };
        let cycles = mappings.iter().map(traced).sum();
        let step = step.unwrap_or_else(|| timeline::step_for(cycles));
        let (tracks, mut sheet) = Tracks::new(&self.loaded.accelerator, self.title());
        let mut base = 0;
        for mapping in &mappings {
            let mut timeline = Timeline::new(&tracks, &mut sheet, base, self.view, step);
            let machine = run(mapping, self.pace, &mut timeline);
            timeline.finish();
            if let Some((from, to)) = self.view.clip(0, machine.cycles) {
                sheet.slices.push(Slice {
                    track: tracks.layers,
                    name: mapping.layer().name().to_owned().into(),
                    from: base + from,
                    to: base + to,
                    notes: vec![
                        ("shape", Note::Text(shape::text(mapping.layer()))),
                        ("cycles", Note::Number(machine.cycles)),
                        ("busy cycles", Note::Number(machine.busy)),
                        ("cycles a step", Note::Number(step)),
                    ],
                });
            }
            base += machine.cycles;
        }
        Ok((sheet, step))
    }

    /// The layers as signals.
    fn wave(&self) -> Result<Wave> {
        let mappings = self.mappings()?;
        let cycles: u64 = mappings.iter().map(|m| estimate(m).cycles).sum();
        let View { from, to } = self.view;
        if to.saturating_sub(from).min(cycles) > WAVEFORM_CYCLES {
            bail!(
                "--trace: a waveform shows at most {WAVEFORM_CYCLES} cycles, and these are about \
                 {cycles}: choose some by --trace-layer and --trace-window FROM..TO"
            );
        }
        let mut wave = Wave::new(&self.loaded.accelerator, self.title());
        let mut base = 0;
        for (layer, mapping) in (0..).zip(&mappings) {
            let mut signals = LayerWave {
                wave: &mut wave,
                layer,
                base,
                view: self.view,
            };
            let machine = run(mapping, self.pace, &mut signals);
            if let Some((_, end)) = self.view.clip(0, machine.cycles) {
                wave.rest(base + end);
            }
            base += machine.cycles;
        }
        Ok(wave)
    }
}
