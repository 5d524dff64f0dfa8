//! Runs of the machine in a file, so that a simulation that was stopped goes on where it was.
//!
//! ```text
//! of each layer: done (its run), begun (the machine between two cycles), or not begun (nothing)
//! ```
//!
//! The file is whole at every moment: it is written beside its place and renamed.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use stationary_record::{digest, write};

use crate::documents::Document;
use crate::error::Error;
use crate::evaluate::Machines;
use crate::files;
use crate::identity;
use crate::mappings::LayerPlan;
use crate::search::Cancellation;
use crate::sim::{Checkpoint, Outcome, Pace, Plan, Run};
use crate::target::Target;

/// How many steps of the machine a look at the clock is worth.
const STEPS: u32 = 1 << 10;

/// A simulation that was stopped, as its file has it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Simulation {
    /// The name of the schema: `stationary/checkpoint/1`.
    pub schema: String,
    /// The version of stationary that wrote it, which alone reads it.
    pub version: String,
    /// SHA-256 of the accelerator in canonical form.
    pub accelerator: String,
    /// SHA-256 of the layers, as they are written.
    pub sha256: String,
    /// The state of each layer by its name; layers of equal shape stand once.
    pub layers: BTreeMap<String, LayerState>,
}

impl Document for Simulation {
    const NAME: &'static str = "stationary/checkpoint/1";
    const TITLE: &'static str = "Simulation of stationary that was stopped";
}

/// The state of a layer: done, or stopped between two cycles.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LayerState {
    /// The mapping or schedule that the layer runs by.
    pub mapping: LayerPlan,
    /// The results, if the run is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub run: Option<Run>,
    /// The machine between two cycles, if the run is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<serde_json::Value>")]
    pub machine: Option<Checkpoint>,
}

/// How far a simulation is: numbers of layers of different shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The number of layers that are done.
    pub done: usize,
    /// The number of layers that were stopped on the way.
    pub begun: usize,
}

/// A machine whose runs are kept in a file: at intervals, and when they are to stop.
///
/// ```
/// use std::time::Duration;
/// use stationary::checkpoint::Checkpoints;
/// use stationary::search::Cancellation;
/// use stationary::sim::Pace;
/// use stationary::{Error, Request};
///
/// let target = Request::new("eyeriss", "alexnet").target()?.pick(&["conv3", "conv5"])?;
/// let file = std::env::temp_dir().join(format!("checkpoint-{}.json", std::process::id()));
/// let stop = Cancellation::default();
/// let open = || Checkpoints::open(&file, &target, Duration::from_secs(60), stop.clone());
///
/// stop.cancel();
/// let stopped = target.simulate_with(Pace::SkipIdle, &open()?, &());
/// assert!(matches!(stopped, Err(Error::Stopped { .. })));
/// # let stop = Cancellation::default();
/// # let open = || Checkpoints::open(&file, &target, Duration::from_secs(60), stop.clone());
/// // Later, and in another process:
/// let checkpoints = open()?;
/// let run = target.simulate_with(Pace::SkipIdle, &checkpoints, &())?;
/// checkpoints.remove()?;
/// assert_eq!(run.cycles(), target.simulate(Pace::SkipIdle, &())?.cycles());
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct Checkpoints {
    path: PathBuf,
    interval: Duration,
    stop: Cancellation,
    accelerator: String,
    kept: Mutex<Kept>,
}

/// What is known, and when it is to be written next.
#[derive(Debug)]
struct Kept {
    layers: BTreeMap<String, LayerState>,
    next: Instant,
}

impl Checkpoints {
    /// Opens a file of checkpoints: one that an earlier simulation left, or one that does not exist yet.
    ///
    /// # Errors
    /// A file that cannot be read, that is no checkpoint of this version, or of another accelerator.
    pub fn open(
        path: &Path,
        target: &Target,
        interval: Duration,
        stop: Cancellation,
    ) -> Result<Self, Error> {
        let accelerator = identity::accelerator(target.accelerator());
        let layers = match path.exists() {
            true => known(path, &accelerator)?,
            false => BTreeMap::new(),
        };
        Ok(Self {
            path: path.to_owned(),
            interval,
            stop,
            accelerator,
            kept: Mutex::new(Kept {
                layers,
                next: Instant::now() + interval,
            }),
        })
    }

    /// How far the simulation is.
    #[must_use]
    pub fn extent(&self) -> Extent {
        let layers = &self.lock().layers;
        Extent {
            done: layers.values().filter(|layer| layer.run.is_some()).count(),
            begun: layers.values().filter(|layer| layer.run.is_none()).count(),
        }
    }

    /// Removes the file, as the simulation is done.
    ///
    /// # Errors
    /// [`Error::Write`] if the file cannot be removed.
    pub fn remove(self) -> Result<(), Error> {
        match std::fs::remove_file(&self.path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => Err(Error::Write {
                path: self.path,
                source,
            }),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where a layer's run is to go on; what it found, if it is done.
    fn begun(&self, written: &LayerPlan) -> Result<Option<LayerState>, Error> {
        let kept = self.lock();
        let Some(layer) = kept.layers.get(written.name()) else {
            return Ok(None);
        };
        if layer.mapping != *written {
            let found = format!(
                "layer `{}` has another mapping here than now: give the flags with which it was written, or \
                 another file",
                written.name()
            );
            return Err(Error::kind(&self.path, found));
        }
        Ok(Some(layer.clone()))
    }

    /// Keeps how far a layer is. Layers that are done soon go to the disk once an interval, or when the run
    /// is to stop.
    fn keep(&self, layer: LayerState) -> Result<(), Error> {
        let mut kept = self.lock();
        let is_begun = layer.run.is_none();
        kept.layers.insert(layer.mapping.name().to_owned(), layer);
        if !is_begun && !self.stop.is_cancelled() && Instant::now() < kept.next {
            return Ok(());
        }
        kept.next = Instant::now() + self.interval;
        let layers = &kept.layers;
        let simulation = Simulation {
            schema: Simulation::NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            accelerator: self.accelerator.clone(),
            sha256: digest_of(layers),
            layers: layers.clone(),
        };
        let text = serde_json::to_vec(&simulation).expect("keys of documents are text");
        write(&self.path, &text).map_err(|source| Error::Write {
            path: self.path.clone(),
            source,
        })
    }
}

impl Machines for Checkpoints {
    fn run(&self, plan: &Plan, pace: Pace) -> Result<Run, Error> {
        let mapping = LayerPlan::of(plan);
        let begun = self.begun(&mapping)?;
        if let Some(run) = begun.as_ref().and_then(|layer| layer.run) {
            return Ok(run);
        }
        let mut from = begun.and_then(|layer| layer.machine);
        let mut next = Instant::now() + self.interval;
        loop {
            let steps = Cell::new(0_u32);
            let is_due = |_| {
                steps.set(steps.get().wrapping_add(1));
                let looks = steps.get() % STEPS == 1;
                looks && (self.stop.is_cancelled() || Instant::now() >= next)
            };
            let state = |run, machine| LayerState {
                mapping: mapping.clone(),
                run,
                machine,
            };
            match plan.run_until(from.take(), pace, &is_due, &mut ()) {
                Outcome::Done(run) => {
                    self.keep(state(Some(run), None))?;
                    return Ok(run);
                }
                Outcome::Stopped(checkpoint) => {
                    self.keep(state(None, Some(checkpoint.clone())))?;
                    if self.stop.is_cancelled() {
                        return Err(Error::Stopped {
                            path: self.path.clone(),
                        });
                    }
                    from = Some(checkpoint);
                    next = Instant::now() + self.interval;
                }
            }
        }
    }
}

/// The layers of a file that is read.
fn known(path: &Path, accelerator: &str) -> Result<BTreeMap<String, LayerState>, Error> {
    let refused = |found: &str| Error::kind(path, found);
    if path.is_dir() {
        return Err(refused("a folder; needed the name of a file"));
    }
    let text = files::read(path)?;
    let value = serde_json::from_str(&text)
        .map_err(|error| refused(&format!("no checkpoint of a simulation: {error}")))?;
    let simulation = Simulation::read(&value).map_err(|why| refused(&why.to_string()))?;
    let version = env!("CARGO_PKG_VERSION");
    if simulation.version != version {
        let found = format!(
            "a checkpoint of version {}, which that version reads and this one, {version}, does not",
            simulation.version
        );
        return Err(refused(&found));
    }
    if simulation.sha256 != digest_of(&simulation.layers) {
        return Err(refused("a checkpoint that is not as it was written"));
    }
    if simulation.accelerator != accelerator {
        return Err(refused(
            "a checkpoint on another accelerator: give the one with which it was written, or another file",
        ));
    }
    Ok(simulation.layers)
}

fn digest_of(layers: &BTreeMap<String, LayerState>) -> String {
    digest(&serde_json::to_vec(layers).expect("keys of documents are text"))
}
