//! The file of `simulate --trace`.

use std::path::Path;

use anyhow::{Result, anyhow, bail};
use stationary::sim::Pace;
use stationary::trace::{self, Options, TraceError, TraceFormat};
use stationary::workloads::Layer;
use stationary::{Error, Target};

use crate::cli::{Common, Simulate};
use crate::inputs;
use crate::output;

/// Writes the trace that was asked for.
pub fn write(
    path: &Path,
    loaded: &Target,
    args: &Simulate,
    pace: Pace,
    common: &Common,
) -> Result<()> {
    let kind = TraceFormat::of(path).map_err(Error::from)?;
    let control = loaded.control()?;
    let layers = layers(loaded, &args.trace_layer)?.into_iter();
    let options = Options {
        view: args.trace_window.unwrap_or_default(),
        step: args.trace_step,
        every_cycle: pace == Pace::EveryCycle,
    };
    if kind != TraceFormat::Text && !control.has_timeline() {
        // Before all layers are mapped.
        bail!(Error::from(TraceError::TextOnly));
    }
    let plans = layers.map(|layer| loaded.plan(layer, &control));
    let plans = plans.collect::<Result<Vec<_>, _>>()?;
    let title = format!("{} on {}", loaded.network, loaded.accelerator().name);
    let written = trace::of_plans(kind, &title, &plans, &options).map_err(Error::from)?;
    if let Some(step) = written.step.filter(|step| *step > 1 && !common.quiet) {
        output::note(&format!(
            "the trace gathers what happens within {step} cycles; --trace-window or --trace-step 1 \
             show each"
        ));
    }
    inputs::write(path, &written.bytes)
}

/// The layers picked by name or by their place among those that run.
fn layers<'a>(loaded: &'a Target, picks: &[String]) -> Result<Vec<&'a Layer>> {
    let pick = |pick: &String| {
        let named = loaded.layers().iter().position(|l| l.name() == pick);
        let index = named.or_else(|| pick.parse().ok());
        index.and_then(|i| loaded.layers().get(i)).ok_or_else(|| {
            let names: Vec<_> = loaded.layers().iter().map(Layer::name).collect();
            let near = stationary::arch::near::nearest(pick, names.iter().copied());
            let hint = near.map_or(String::new(), |name| format!("; did you mean `{name}`?"));
            anyhow!(
                "--trace-layer {pick}: needed the name of a layer that runs, or its place from 0 to {}{hint}",
                names.len() - 1
            )
        })
    };
    if picks.is_empty() {
        return Ok(loaded.layers().iter().collect());
    }
    picks.iter().map(pick).collect()
}
