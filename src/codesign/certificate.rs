//! Certificates of chips: hardware that all layers share, and a schedule for each.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Value, json};

use super::CodesignQuestion;
use super::setting::Setting;
use super::written::{Best, Certificate, Chosen, Inputs, Machine, Ran, Task};
use crate::documents;
use crate::error::Error;
use crate::files;
use crate::identity;
use crate::progress::Progress;
use crate::proof::{
    About, Checks, Hashes, LayerShape, Names, Origin, SCHEMA, Trust, Verdict, claim_of, digest_of,
};
use crate::search::codesign::{
    DesignPoint, Floor, Hardware, Measurement, NetworkBounds, Record, Repeated, network_bounds,
};
use crate::target::Target;
use crate::workloads::Layer;

/// What the best chip is proved over; nothing is claimed about other tiles, nor about other machines.
pub const OVER: &str = "every core of the hardware, and on it every schedule of each layer: tiles that divide their \
                        loops, one or two threads of each kind; of other tiles nothing is said";

/// What is proved of a chip.
const OBJECTIVE: &str = "cycles of all layers, one after the other, on one chip";

/// The instance that a proof is about: the machine, its cores, and the tasks.
pub struct CodesignInstance<'a> {
    pub loaded: &'a Target,
    pub hardware: &'a Hardware,
    pub tasks: &'a [Repeated],
    /// The index of each layer's task.
    pub task_of: &'a [usize],
}

impl<'a> CodesignInstance<'a> {
    pub fn of(setting: &'a Setting) -> Self {
        Self {
            loaded: &setting.loaded,
            hardware: &setting.hardware,
            tasks: &setting.tasks,
            task_of: &setting.task_of,
        }
    }

    /// The digests that take no bounds.
    fn inputs(&self) -> Hashes {
        Hashes {
            model: String::new(),
            accelerator: identity::accelerator(self.loaded.accelerator()),
            network: identity::layers(self.loaded.layers()),
            space: digest_of(&json!({
                "knobs": self.hardware.knobs(), "area": self.hardware.limit(),
                "macs": self.hardware.most_macs(),
            })),
        }
    }

    fn hashes(&self, network_bounds: &NetworkBounds) -> Hashes {
        let bounds = |own: &Option<Floor>| own.as_ref().map(|own| own.bounds.clone());
        let bounds: Vec<_> = network_bounds.machines.iter().map(bounds).collect();
        Hashes {
            model: digest_of(&json!([network_bounds.valid, bounds])),
            ..self.inputs()
        }
    }

    /// The layers of a task.
    fn layers(&self, number: usize) -> Vec<(usize, &Layer)> {
        let layers = self.loaded.layers().iter().enumerate().zip(self.task_of);
        let own = layers.filter(|(_, task)| **task == number);
        own.map(|(layer, _)| layer).collect()
    }
}

impl Certificate {
    /// The certificate of what ran, a record a task.
    ///
    /// # Errors
    /// A run below its bound.
    pub fn of(
        question: &CodesignQuestion,
        instance: &CodesignInstance<'_>,
        ran: &[Record],
    ) -> Result<Self, Error> {
        let asked = question.clone();
        let inputs = Inputs {
            arch: asked.arch,
            set: asked.set,
            network: asked.network,
            layer: asked.layer,
            dim: asked.dim,
            batch: asked.batch,
            hardware: asked.hardware,
            budget: asked.budget,
            macs: asked.macs,
        };
        let found = network_bounds(instance.tasks, ran).map_err(Error::search)?;
        Ok(Self::over(inputs, instance, ran, &found))
    }

    fn over(
        inputs: Inputs,
        instance: &CodesignInstance<'_>,
        ran: &[Record],
        found: &NetworkBounds,
    ) -> Self {
        let hardware = instance.hardware;
        let shape = |machine: usize| {
            let shape = hardware.shape(machine);
            [shape.batch, shape.block_in, shape.block_out]
        };
        let best = found.best.as_ref().map(|chip| Best {
            hardware: shape(chip.machine),
            area_um2: hardware.area(chip.machine),
            cycles: chip.cycles,
            tasks: (chip.layers.iter().zip(instance.tasks))
                .map(|((point, cycles), each)| Chosen {
                    point: point.0,
                    schedule: json!(each.task.schedule(*point)),
                    cycles: *cycles,
                })
                .collect(),
        });
        let machine = |(number, own): (usize, &Option<Floor>)| Machine {
            hardware: shape(number),
            is_allowed: hardware.is_allowed(number),
            lower_bound: own.as_ref().map(|own| own.floor),
            cycles: own.as_ref().and_then(|own| own.cycles),
        };
        let lower_bound = found.lower_bound();
        let gap = best.as_ref().zip(lower_bound);
        Self {
            schema: SCHEMA.to_owned(),
            claims: "codesign".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            over: OVER.to_owned(),
            hashes: instance.hashes(found),
            inputs: inputs.spelt(instance.loaded.layers()),
            names: Names::of(&instance.loaded.origin),
            objective: OBJECTIVE.to_owned(),
            of: "machine".to_owned(),
            kind: if found.is_proved() { "proved" } else { "none" }.to_owned(),
            gap: gap.map(|(best, bound)| (best.cycles - bound) as f64 / best.cycles.max(1) as f64),
            best,
            lower_bound,
            machines: found.machines.iter().enumerate().map(machine).collect(),
            schedules: found.valid,
            simulations: ran.iter().map(|ran| ran.len() as u64).sum(),
            tasks: (ran.iter().enumerate())
                .map(|(number, ran)| Task::of(instance, number, ran))
                .collect(),
        }
    }

    /// The certificate as JSON, as its file has it.
    #[must_use]
    pub fn json(&self) -> Value {
        documents::value(self)
    }

    /// Reads the inputs that the certificate names again.
    ///
    /// # Errors
    /// Inputs that cannot be read.
    pub fn setting(&self) -> Result<Arc<Setting>, Error> {
        let inputs = self.inputs.clone();
        CodesignQuestion {
            arch: inputs.arch,
            set: inputs.set,
            network: inputs.network,
            layer: inputs.layer,
            dim: inputs.dim,
            batch: inputs.batch,
            // A certificate is about its layers, whatever else there is.
            partial: true,
            hardware: inputs.hardware,
            budget: inputs.budget,
            macs: inputs.macs,
            ..CodesignQuestion::default()
        }
        .read()
    }

    /// The number of points that ran on the machine, as the certificate states.
    #[must_use]
    pub fn runs(&self) -> u64 {
        self.tasks
            .iter()
            .map(|task| task.simulated.len() as u64)
            .sum()
    }

    /// Derives everything again from the question and the schedules that ran.
    ///
    /// `written` is the certificate as it stands in its file, `setting` what it [names](Self::setting); each run
    /// counts as done.
    ///
    /// # Errors
    /// If the certificate, or what it names, cannot be read.
    pub fn verify(
        &self,
        written: &Value,
        setting: &Setting,
        trust: Trust,
        progress: &dyn Progress,
    ) -> Result<Verdict, Error> {
        let inputs = &self.inputs;
        let instance = CodesignInstance::of(setting);
        let (loaded, hardware, tasks) = (instance.loaded, instance.hardware, instance.tasks);
        let mut about = About {
            arch: [&inputs.arch, &loaded.accelerator().name],
            set: &inputs.set,
            network: [&inputs.network, &loaded.network],
            scope: loaded.scope(),
            dim: &inputs.dim,
            batch: inputs.batch,
        }
        .fields();
        about.extend([
            (
                "hardware",
                format!(
                    "{}, {} of {} cores",
                    inputs.hardware,
                    hardware.allowed().count(),
                    hardware.len()
                ),
            ),
            ("objective", OBJECTIVE.to_owned()),
            ("of", "the machine".to_owned()),
            ("over", OVER.to_owned()),
        ]);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let files = [&inputs.arch, &inputs.network, &inputs.hardware];
        let origin = |found: &Hashes| {
            let has_files = files.iter().any(|name| files::is_file(name));
            Origin::of(self.version == version, &self.hashes, found, has_files)
        };
        let read = Hashes {
            model: self.hashes.model.clone(),
            ..instance.inputs()
        };
        let mut verdict = Verdict {
            about,
            origin: origin(&read),
            checks: Checks::default(),
            runs: self.runs(),
            again: 0,
            claim: claim_of(&self.kind),
        };
        verdict.checks.same("version", &self.version, &version);
        if !verdict.checks.inputs(&self.hashes, &read) {
            // Runs of other layers or machines would say nothing, and may take for ever.
            return Ok(verdict);
        }
        let Some(claimed) = self.claimed(&instance, &mut verdict.checks) else {
            return Ok(verdict);
        };
        let best: Vec<Option<DesignPoint>> = match &self.best {
            Some(best) => best
                .tasks
                .iter()
                .map(|task| Some(DesignPoint(task.point)))
                .collect(),
            None => vec![None; tasks.len()],
        };
        let runs: Vec<(usize, DesignPoint, u64)> = (claimed.iter().enumerate())
            .flat_map(|(task, ran)| {
                ran.iter()
                    .map(move |(point, cycles)| (task, *point, *cycles))
            })
            .filter(|(task, point, _)| match trust {
                Trust::Nothing => true,
                Trust::Runs => best.get(*task) == Some(&Some(*point)),
            })
            .collect();
        verdict.again = runs.len() as u64;
        let found: Vec<(usize, DesignPoint, u64, Measurement)> = (runs.into_par_iter())
            .map(|(task, point, cycles)| {
                let of = &tasks[task].task;
                let measure = || of.measure(point).outcome;
                let outcome = progress.during(of.layer().name(), cycles, measure);
                progress.done();
                (task, point, cycles, outcome)
            })
            .collect();
        let wrong = found
            .iter()
            .find(|(_, _, cycles, outcome)| outcome.cycles() != Some(*cycles));
        let others = verdict.runs - verdict.again;
        let detail = match (wrong, others) {
            (Some((task, point, cycles, outcome)), _) => format!(
                "layer {}, point {:?}: the certificate says {cycles} cycles; the machine takes {}",
                tasks[*task].task.layer().name(),
                point.0,
                outcome.cycles().unwrap_or(0),
            ),
            (None, 0) => format!("{} schedules ran again, all alike", verdict.again),
            (None, others) => format!(
                "{} schedules ran again, all alike; {others} are taken from the certificate",
                verdict.again
            ),
        };
        verdict.checks.note("machine", wrong.is_none(), detail);
        let mut ran: Vec<Record> = (claimed.iter())
            .map(|ran| {
                ran.iter()
                    .map(|(p, cycles)| (*p, Measurement::Cycles(*cycles)))
                    .collect()
            })
            .collect();
        for (task, point, _, outcome) in found {
            ran[task].insert(point, outcome);
        }
        let network_bounds = match network_bounds(tasks, &ran) {
            Ok(network_bounds) => network_bounds,
            Err(breach) => {
                verdict.checks.note("bounds", false, breach.to_string());
                return Ok(verdict);
            }
        };
        let hashes = instance.hashes(&network_bounds);
        verdict.origin = origin(&hashes);
        verdict
            .checks
            .digest("model's bounds", &self.hashes.model, &hashes.model);
        self.judge(&network_bounds, &mut verdict.checks);
        let found = Self::over(inputs.clone(), &instance, &ran, &network_bounds);
        verdict.checks.derived(written, &documents::value(found));
        Ok(verdict)
    }

    /// What ran, by the certificate's word: cycles of each task's points. Nothing where it is about other
    /// tasks, or names what could not have run.
    fn claimed(
        &self,
        instance: &CodesignInstance<'_>,
        checks: &mut Checks,
    ) -> Option<Vec<BTreeMap<DesignPoint, u64>>> {
        let flaw = |detail: String, checks: &mut Checks| {
            checks.note("schedules that ran", false, detail);
            None
        };
        if self.tasks.len() != instance.tasks.len() {
            let (claimed, found) = (self.tasks.len(), instance.tasks.len());
            return flaw(
                format!("they are of {claimed} shapes; there are {found}"),
                checks,
            );
        }
        let mut all = Vec::new();
        for (claimed, each) in self.tasks.iter().zip(instance.tasks) {
            let (task, mut ran) = (&each.task, BTreeMap::new());
            for Ran { point, cycles } in &claimed.simulated {
                let point = DesignPoint(*point);
                let bound = task.has(point).then(|| task.bound(point)).flatten();
                let wrong = match bound {
                    None => "there is no such schedule, or it does not fit",
                    Some(bound) if *cycles < bound => "its cycles are below its bound",
                    Some(_) if ran.insert(point, *cycles).is_some() => "it stands twice",
                    Some(_) => continue,
                };
                let name = task.layer().name();
                return flaw(
                    format!("layer {name}, point {:?}: {wrong}", point.0),
                    checks,
                );
            }
            all.push(ran);
        }
        let count: usize = all.iter().map(BTreeMap::len).sum();
        let detail = format!("{count}, each at or above its bound");
        checks.note("schedules that ran", true, detail);
        Some(all)
    }

    /// What is proved, or which core might still be better.
    fn judge(&self, found: &NetworkBounds, checks: &mut Checks) {
        let best = found.best.as_ref().map(|chip| chip.cycles);
        let open = |own: &&Floor| best.is_none_or(|cycles| own.floor < cycles);
        let open = found.machines.iter().flatten().filter(open).count();
        let detail = match (best, found.lower_bound()) {
            (Some(cycles), _) if found.is_proved() => format!(
                "no core takes fewer than {cycles} cycles: {} of them by runs and bounds, the others not allowed or unable",
                found.machines.iter().flatten().count()
            ),
            (None, None) => "no core that is allowed runs all layers".to_owned(),
            (Some(cycles), Some(bound)) => {
                format!(
                    "{open} cores might take fewer than {cycles} cycles, none fewer than {bound}"
                )
            }
            (_, _) => "no core has a run of every layer".to_owned(),
        };
        let holds = (self.kind == "proved") <= found.is_proved();
        checks.note("lower bound", holds, detail);
    }
}

impl Task {
    fn of(instance: &CodesignInstance<'_>, number: usize, ran: &Record) -> Self {
        let layers = instance.layers(number);
        let names = layers.iter().map(|(_, layer)| layer.name().to_owned());
        let layer = instance.tasks[number].task.layer();
        let ran = ran.iter().filter_map(|(point, outcome)| {
            let (point, cycles) = (point.0, outcome.cycles()?);
            Some(Ran { point, cycles })
        });
        let mut simulated: Vec<Ran> = ran.collect();
        simulated.sort_by_key(|ran| ran.point);
        Self {
            layers: names.collect(),
            first: layers.first().map_or(0, |(at, _)| *at),
            dims: LayerShape::of(layer),
            times: instance.tasks[number].times,
            simulated,
        }
    }
}
