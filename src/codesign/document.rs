//! What was found as a document, as CSV, and as a file of schedules.

use std::sync::Arc;

use super::certificate::OVER;
use super::search::{CodesignResult, FoundBy};
use crate::arch::CostModel;
use crate::csv;
use crate::documents::{
    BestCore, BestCoreFound, CheckedCore, Codesign, Core, CoreCertificate, CoreChoice,
    CoreEvaluations, CoreSeconds, CoreUsed, CoreVerdict, Cores, Document, EachItsOwn, Interrupted,
    NoCore, OwnCore, Task,
};
use crate::energy;
use crate::format::thousands;
use crate::headline::Headline;
use crate::mappings::ScheduleFile;
use crate::scope::Scope;
use crate::search::codesign::{Chip, MachineVerdict, NetworkProof, NetworkTuned, Tuned};
use crate::shape;
use crate::sim::Energy;
use crate::sim::decoupled::{self, LoweredLayer, estimate};
use crate::workloads::Layer;

impl CodesignResult {
    /// The result as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> Codesign {
        document(self)
    }

    /// The result as CSV: a line for each layer, and one for all of them.
    #[must_use]
    pub fn csv(&self) -> String {
        csv(self)
    }

    /// The schedules of the best chip as the text of a file for `--mapping`; None where no core runs all
    /// layers.
    #[must_use]
    pub fn schedules(&self) -> Option<String> {
        let chip = self.best()?;
        Some(ScheduleFile::of(&lowered_layers(self, chip)).to_yaml())
    }

    /// What should be known of the model before its choice is trusted elsewhere: the search measures on the
    /// machine.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.headline(self.best()?)
            .warning(|cycles| thousands(cycles as u64), "")
    }

    /// Each layer, lowered to its schedule on a chip.
    #[must_use]
    pub fn lowered_layers(&self, chip: &Chip) -> Vec<LoweredLayer> {
        lowered_layers(self, chip)
    }

    /// Energy of each layer on a chip by component, in picojoules.
    #[must_use]
    pub fn energies(&self, chip: &Chip) -> Vec<Energy> {
        energies(self, chip)
    }

    /// The network's cycles on a chip, by machine and model.
    #[must_use]
    pub fn headline(&self, chip: &Chip) -> Headline {
        headline(self, chip)
    }

    /// Cycles of the network if each layer had the core that suits it best; None where a layer runs on no
    /// core.
    #[must_use]
    pub fn unbuildable(&self) -> Option<u64> {
        unbuildable(self)
    }

    /// The number of measurements that a tuner made of each task.
    #[must_use]
    pub fn measurements(&self) -> Vec<usize> {
        match &self.course {
            FoundBy::Proved(_) => Vec::new(),
            FoundBy::Tuned(tuned) => made(tuned),
        }
    }

    /// The names of the layers that no tuner came to before it was interrupted.
    #[must_use]
    pub fn not_reached(&self) -> Vec<&str> {
        match &self.course {
            FoundBy::Proved(_) => Vec::new(),
            FoundBy::Tuned(tuned) => not_reached(self, tuned),
        }
    }
}

/// The lowered layer of each layer on the chip.
fn lowered_layers(found: &CodesignResult, chip: &Chip) -> Vec<LoweredLayer> {
    let machine = found.setting.hardware.machine(chip.machine);
    let lowered = |(layer, task): (&Layer, &usize)| {
        let schedule = found.setting.tasks[*task]
            .task
            .schedule(chip.layers[*task].0);
        // The machine has run it.
        LoweredLayer::new(layer, Arc::clone(machine), schedule).expect("what was measured fits")
    };
    found
        .setting
        .loaded
        .layers()
        .iter()
        .zip(&found.setting.task_of)
        .map(lowered)
        .collect()
}

/// What each layer costs on the chip. The machine's counts are the model's, and its cycles are known.
fn energies(found: &CodesignResult, chip: &Chip) -> Vec<Energy> {
    // Its area has been worked out, by the same costs.
    let cost =
        CostModel::of(found.setting.hardware.machine(chip.machine)).expect("its costs are known");
    let energy = |(lowered, task): (&LoweredLayer, &usize)| {
        let model = estimate(lowered);
        let cycles = chip.layers[*task].1;
        decoupled::energy(lowered, &cost, &model.counters, &model.control, cycles)
    };
    lowered_layers(found, chip)
        .iter()
        .zip(&found.setting.task_of)
        .map(energy)
        .collect()
}

/// The network's cycles on the chip.
fn headline(found: &CodesignResult, chip: &Chip) -> Headline {
    let model = lowered_layers(found, chip)
        .iter()
        .map(|k| estimate(k).cycles)
        .sum();
    Headline::cycles(chip.cycles, model)
}

fn core(found: &CodesignResult, machine: usize) -> Core {
    let shape = found.setting.hardware.shape(machine);
    Core {
        batch: shape.batch.into(),
        block_in: shape.block_in.into(),
        block_out: shape.block_out.into(),
    }
}

/// For programs.
fn document(found: &CodesignResult) -> Codesign {
    let (proof, tuned) = match &found.course {
        FoundBy::Proved(proof) => (Some(proof), None),
        FoundBy::Tuned(tuned) => (None, Some(tuned)),
    };
    let stop = match (found.is_cut, proof) {
        (true, _) => "interrupted",
        (false, Some(_)) => "proved",
        (false, None) => "budget",
    };
    let [batch, block_in, block_out] = found
        .setting
        .hardware
        .knobs()
        .clone()
        .map(|values| values.into_iter().map(u64::from).collect());
    Codesign {
        schema: Codesign::NAME.to_owned(),
        optimizer: found.question.optimizer.clone(),
        seed: found.question.seed,
        network: found.setting.loaded.network.clone(),
        arch: found.question.arch.clone(),
        objective: "latency".to_owned(),
        batch: found.setting.loaded.origin.batch,
        settings: found.setting.loaded.origin.settings.clone(),
        caveats: found.setting.loaded.origin.caveats.clone(),
        notes: found.warning().into_iter().collect(),
        coverage: found.setting.loaded.scope().document(),
        hardware: Cores {
            batch,
            block_in,
            block_out,
            area_limit_um2: found.setting.hardware.limit(),
            macs_limit: found.setting.hardware.most_macs(),
            allowed: found.setting.hardware.allowed().count() as u64,
        },
        headline: found.best().map(|chip| headline(found, chip).whole()),
        best: match found.best() {
            Some(chip) => BestCore::Found(Box::new(best(found, chip))),
            None => BestCore::Nothing(NoCore { feasible: false }),
        },
        checked: found
            .best()
            .map(|chip| checked(found, chip))
            .into_iter()
            .collect(),
        certificate: proof.map_or_else(unproved, |proof| certificate(found, proof)),
        each_layer_its_own_hardware: each(found),
        seconds: CoreSeconds {
            search: found.verbose.then_some(found.seconds),
        },
        stop: stop.to_owned(),
        interrupted: found.is_cut.then(|| Interrupted {
            go_on: found.go_on.clone(),
            not_reached: tuned.map(|tuned| owned(not_reached(found, tuned))),
        }),
        machines: proof.map(|proof| machines(found, proof)),
        tasks: tuned.map(|tuned| tasks(found, tuned)),
        evaluations: match &found.course {
            FoundBy::Proved(proof) => CoreEvaluations {
                calls: proof.simulated,
                valid: Some(proof.valid),
                machine_runs: None,
            },
            FoundBy::Tuned(tuned) => measured(tuned),
        },
        curve: tuned.map(|tuned| numbers(&curve(found, tuned))),
    }
}

fn measured(tuned: &NetworkTuned) -> CoreEvaluations {
    let all = tuned.free.iter().chain(&tuned.shared);
    let runs = all.flat_map(|course| &course.measured);
    let ran = runs.clone().filter(|each| each.outcome.cycles().is_some());
    CoreEvaluations {
        calls: runs.clone().count() as u64,
        valid: None,
        machine_runs: Some(ran.count() as u64),
    }
}

fn numbers(curve: &[(usize, u64)]) -> Vec<(u64, u64)> {
    curve
        .iter()
        .map(|(n, cycles)| (*n as u64, *cycles))
        .collect()
}

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn best(found: &CodesignResult, chip: &Chip) -> BestCoreFound {
    let (kernels, energies) = (lowered_layers(found, chip), energies(found, chip));
    let choices = kernels.iter().zip(&found.setting.task_of).enumerate();
    let choices = choices.map(|(layer, (lowered, task))| {
        let model = estimate(lowered);
        CoreChoice {
            layer: layer as u64,
            name: lowered.layer().name().to_owned(),
            dims: lowered.layer().as_ref().into(),
            schedule: lowered.schedule(),
            model: model.cycles,
            lower_bound: model.lower_bound,
            machine: chip.layers[*task].1,
            energy_pj: (&energies[layer]).into(),
        }
    });
    let figure = headline(found, chip);
    BestCoreFound {
        feasible: true,
        objective: chip.cycles,
        of: "machine".to_owned(),
        machine: chip.cycles,
        model: figure.model as u64,
        error: figure.error(),
        hardware: core(found, chip.machine),
        used: CoreUsed {
            area_um2: found.setting.hardware.area(chip.machine),
            macs: found.setting.hardware.macs(chip.machine),
        },
        energy_pj: energies.iter().map(|each| each.total().0).sum(),
        energy_by_component_pj: (&energy::sum(energies.iter())).into(),
        choices: choices.collect(),
    }
}

fn checked(found: &CodesignResult, chip: &Chip) -> CheckedCore {
    let figure = headline(found, chip);
    CheckedCore {
        model: figure.model as u64,
        machine: chip.cycles,
        error: figure.error(),
    }
}

/// What a tuner proves.
fn unproved() -> CoreCertificate {
    CoreCertificate {
        kind: "none".to_owned(),
        of: "machine".to_owned(),
        over: None,
        lower_bound: None,
        gap: None,
        simulations: 0,
    }
}

fn certificate(found: &CodesignResult, proof: &NetworkProof) -> CoreCertificate {
    let bound = proof.lower_bound();
    let gap = found.best().zip(bound);
    let gap = gap.map(|(chip, bound)| (chip.cycles - bound) as f64 / chip.cycles.max(1) as f64);
    CoreCertificate {
        kind: if proof.is_whole() { "proved" } else { "none" }.to_owned(),
        of: "machine".to_owned(),
        over: Some(OVER.to_owned()),
        lower_bound: bound,
        gap,
        simulations: proof.simulated,
    }
}

fn machines(found: &CodesignResult, proof: &NetworkProof) -> Vec<CoreVerdict> {
    let all = proof.machines.iter().enumerate();
    let all = all.map(|(number, verdict)| {
        let (kind, cycles, bound) = match verdict {
            MachineVerdict::TooLarge => ("too_large", None, None),
            MachineVerdict::Unable => ("unable", None, None),
            MachineVerdict::AtLeast(bound) => ("not_better", None, Some(*bound)),
            MachineVerdict::Exactly(cycles) => ("proved", Some(*cycles), Some(*cycles)),
            MachineVerdict::Open(bound) => ("open", None, Some(*bound)),
        };
        CoreVerdict {
            hardware: core(found, number),
            area_um2: found.setting.hardware.area(number),
            macs: found.setting.hardware.macs(number),
            verdict: kind.to_owned(),
            cycles,
            lower_bound: bound,
        }
    });
    all.collect()
}

/// What the network would take if each layer had the chip that suits it best.
fn each(found: &CodesignResult) -> EachItsOwn {
    let choices = found
        .setting
        .loaded
        .layers()
        .iter()
        .zip(&found.setting.task_of)
        .map(|(layer, task)| {
            let best = found.each[*task];
            OwnCore {
                name: layer.name().to_owned(),
                hardware: best
                    .map(|(point, _)| core(found, found.setting.tasks[*task].task.machine(point))),
                machine: best.map(|(_, cycles)| cycles),
            }
        });
    EachItsOwn {
        buildable: false,
        objective: unbuildable(found),
        choices: choices.collect(),
    }
}

fn unbuildable(found: &CodesignResult) -> Option<u64> {
    let each = found.setting.tasks.iter().zip(&found.each);
    each.map(|(task, best)| best.map(|(_, cycles)| task.times * cycles))
        .sum()
}

fn tasks(found: &CodesignResult, tuned: &NetworkTuned) -> Vec<Task> {
    let all = found
        .setting
        .tasks
        .iter()
        .enumerate()
        .map(|(number, each)| Task {
            layers: owned(names(found, number)),
            points: each.task.points(),
            measurements: made(tuned)[number] as u64,
            curve_free: numbers(&tuned.free[number].curve),
            curve: numbers(&tuned.shared[number].curve),
        });
    all.collect()
}

/// The layers of a task.
fn names(found: &CodesignResult, number: usize) -> Vec<&str> {
    let layers = found
        .setting
        .loaded
        .layers()
        .iter()
        .zip(&found.setting.task_of);
    let layers = layers.filter(|(_, task)| **task == number);
    layers.map(|(layer, _)| layer.name()).collect()
}

/// The measurements made of each task.
fn made(tuned: &NetworkTuned) -> Vec<usize> {
    let courses = tuned.free.iter().zip(&tuned.shared);
    let made = courses.map(|(free, own)| free.measured.len() + own.measured.len());
    made.collect()
}

/// The layers that no tuner came to before it was interrupted: of each the one schedule ran whose bound is
/// least.
fn not_reached<'a>(found: &'a CodesignResult, tuned: &NetworkTuned) -> Vec<&'a str> {
    let made = made(tuned).into_iter().enumerate();
    let left = made.filter(|(_, made)| *made <= 1);
    left.flat_map(|(number, _)| names(found, number)).collect()
}

/// The network's cycles on the chip after so many measurements of each task, once all have a schedule.
fn curve(found: &CodesignResult, tuned: &NetworkTuned) -> Vec<(usize, u64)> {
    let before = tuned.free.iter().map(|course| course.measured.len()).max();
    let before = before.unwrap_or(0);
    let mut marks: Vec<usize> = (tuned.shared.iter())
        .flat_map(|course| course.curve.iter().map(|(n, _)| *n))
        .collect();
    marks.sort_unstable();
    marks.dedup();
    let at = |course: &Tuned, mark: usize| {
        let so_far = course.curve.iter().take_while(|(n, _)| *n <= mark);
        so_far.last().map(|(_, cycles)| *cycles)
    };
    let total = |mark: usize| -> Option<u64> {
        let all = found.setting.tasks.iter().zip(&tuned.shared);
        all.map(|(task, course)| Some(task.times * at(course, mark)?))
            .sum()
    };
    let points = marks.into_iter();
    points
        .filter_map(|mark| Some((before + mark, total(mark)?)))
        .collect()
}

/// A line a layer, and one for all of them.
fn csv(found: &CodesignResult) -> String {
    let knobs = crate::sim::decoupled::Schedule::ONE.knobs();
    let knobs = knobs.map(|(name, _)| name);
    let header = [
        csv::header(&["layer"]),
        shape::columns(),
        csv::header(&["core_batch", "core_block_in", "core_block_out"]),
        csv::header(&knobs),
        csv::header(&["model", "lower_bound", "machine", "energy_pj"]),
        csv::header(&Scope::COLUMNS),
    ];
    let mut lines = csv::Lines::new(&found.setting.loaded.origin, &header.concat());
    let Some(chip) = found.best() else {
        return lines.text();
    };
    let core = found.setting.hardware.shape(chip.machine);
    let core = [core.batch, core.block_in, core.block_out].map(|value| value.to_string());
    let energies = energies(found, chip);
    let (mut sums, mut spent) = ([0; 3], 0.0);
    let rest = |cycles: [u64; 3], spent: f64| {
        let cycles = cycles.iter().map(u64::to_string);
        let rest = cycles.chain([spent.to_string()]);
        rest.chain(found.setting.loaded.scope().fields())
            .collect::<Vec<_>>()
    };
    for (layer, (lowered, task)) in lowered_layers(found, chip)
        .iter()
        .zip(&found.setting.task_of)
        .enumerate()
    {
        let model = estimate(lowered);
        let cycles = [model.cycles, model.lower_bound, chip.layers[*task].1];
        let energy = energies[layer].total().0;
        sums = [0, 1, 2].map(|at| sums[at] + cycles[at]);
        spent += energy;
        let knobs = lowered.schedule().knobs();
        let fields = [
            vec![lowered.layer().name().to_owned()],
            shape::fields(lowered.layer()),
            core.to_vec(),
            knobs.map(|(_, value)| value.to_string()).to_vec(),
            rest(cycles, energy),
        ];
        lines.add(fields.concat());
    }
    let fields = [
        csv::header(&["total"]),
        csv::blanks(shape::columns().len()),
        core.to_vec(),
        csv::blanks(knobs.len()),
        rest(sums, spent),
    ];
    lines.add(fields.concat());
    let text = lines.text();
    match found.is_cut {
        true => csv::marked(&text),
        false => text,
    }
}
