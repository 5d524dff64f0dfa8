//! What `search codesign` answers, as JSON, CSV and a table.

use std::sync::Arc;

use anyhow::Result;
use stationary::arch::CostModel;
use stationary::csv;
use stationary::documents::{
    BestCore, BestCoreFound, CheckedCore, Codesign, Core, CoreCertificate, CoreChoice,
    CoreEvaluations, CoreSeconds, CoreUsed, CoreVerdict, Cores, Document, EachItsOwn, Interrupted,
    NoCore, OwnCore, Task,
};
use stationary::energy;
use stationary::format::{area, joules, percent, signed_percent, thousands};
use stationary::headline::Headline;
use stationary::over;
use stationary::scope::Scope;
use stationary::search::codesign::{Chip, MachineVerdict, NetworkProof, NetworkTuned, Tuned};
use stationary::shape;
use stationary::sim::Energy;
use stationary::sim::decoupled::{self, LoweredLayer, ScheduleFile, estimate};
use stationary::workloads::Layer;

use crate::certificates::codesign::OVER;
use crate::commands::codesign::{CodesignResult, Course};
use crate::interrupt;
use crate::report::table::table as rows;

/// The schedules of the chip as a file for `--mapping`.
pub fn schedules(found: &CodesignResult<'_>) -> Option<String> {
    let chip = found.best()?;
    Some(ScheduleFile::of(&kernels(found, chip)).to_yaml())
}

/// The kernel of each layer on the chip.
fn kernels(found: &CodesignResult<'_>, chip: &Chip) -> Vec<LoweredLayer> {
    let machine = found.hardware.machine(chip.machine);
    let kernel = |(layer, task): (&Layer, &usize)| {
        let schedule = found.tasks[*task].task.schedule(chip.layers[*task].0);
        // The machine has run it.
        LoweredLayer::new(layer, Arc::clone(machine), schedule).expect("what was measured fits")
    };
    found
        .layers
        .iter()
        .zip(&found.task_of)
        .map(kernel)
        .collect()
}

/// What each layer costs on the chip. The machine's counts are the model's, and its cycles are known.
fn energies(found: &CodesignResult<'_>, chip: &Chip) -> Vec<Energy> {
    // Its area has been worked out, by the same costs.
    let cost = CostModel::of(found.hardware.machine(chip.machine)).expect("its costs are known");
    let energy = |(kernel, task): (&LoweredLayer, &usize)| {
        let model = estimate(kernel);
        let cycles = chip.layers[*task].1;
        decoupled::energy(kernel, &cost, &model.counters, &model.control, cycles)
    };
    kernels(found, chip)
        .iter()
        .zip(&found.task_of)
        .map(energy)
        .collect()
}

/// The network's cycles on the chip.
fn headline(found: &CodesignResult<'_>, chip: &Chip) -> Headline {
    let model = kernels(found, chip)
        .iter()
        .map(|k| estimate(k).cycles)
        .sum();
    Headline::cycles(chip.cycles, model)
}

/// What should be known of the model before its choice is trusted elsewhere: the search measures on the
/// machine.
pub fn warning(found: &CodesignResult<'_>) -> Option<String> {
    let chip = found.best()?;
    headline(found, chip).warning(|cycles| thousands(cycles as u64), "")
}

fn core(found: &CodesignResult<'_>, machine: usize) -> Core {
    let shape = found.hardware.shape(machine);
    Core {
        batch: shape.batch.into(),
        block_in: shape.block_in.into(),
        block_out: shape.block_out.into(),
    }
}

/// For programs.
pub fn document(found: &CodesignResult<'_>) -> Codesign {
    let (proof, tuned) = match &found.course {
        Course::Proved(proof) => (Some(proof), None),
        Course::Tuned(tuned) => (None, Some(tuned)),
    };
    let stop = match (found.interrupt, proof) {
        (Some(_), _) => "interrupted",
        (None, Some(_)) => "proved",
        (None, None) => "budget",
    };
    let [batch, block_in, block_out] = found
        .hardware
        .knobs()
        .clone()
        .map(|values| values.into_iter().map(u64::from).collect());
    Codesign {
        schema: Codesign::NAME.to_owned(),
        optimizer: found.args.optimizer.clone(),
        seed: found.seed,
        network: found.network.clone(),
        arch: found.args.arch.clone(),
        objective: "latency".to_owned(),
        batch: found.origin.batch,
        settings: found.origin.settings.clone(),
        caveats: found.origin.caveats.clone(),
        notes: warning(found).into_iter().collect(),
        coverage: found.scope.document(),
        hardware: Cores {
            batch,
            block_in,
            block_out,
            area_limit_um2: found.hardware.limit(),
            macs_limit: found.hardware.most_macs(),
            allowed: found.hardware.allowed().count() as u64,
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
            search: found.seconds,
        },
        stop: stop.to_owned(),
        interrupted: found.interrupt.map(|interrupt| Interrupted {
            not_reached: tuned.map(|tuned| owned(not_reached(found, tuned))),
            ..interrupt.document()
        }),
        machines: proof.map(|proof| machines(found, proof)),
        tasks: tuned.map(|tuned| tasks(found, tuned)),
        evaluations: match &found.course {
            Course::Proved(proof) => CoreEvaluations {
                calls: proof.simulated,
                valid: Some(proof.valid),
                machine_runs: None,
            },
            Course::Tuned(tuned) => measured(tuned),
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

fn best(found: &CodesignResult<'_>, chip: &Chip) -> BestCoreFound {
    let (kernels, energies) = (kernels(found, chip), energies(found, chip));
    let choices = kernels.iter().zip(&found.task_of).enumerate();
    let choices = choices.map(|(layer, (kernel, task))| {
        let model = estimate(kernel);
        CoreChoice {
            layer: layer as u64,
            name: kernel.layer().name().to_owned(),
            dims: kernel.layer().as_ref().into(),
            schedule: kernel.schedule(),
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
            area_um2: found.hardware.area(chip.machine),
            macs: found.hardware.macs(chip.machine),
        },
        energy_pj: energies.iter().map(|each| each.total().0).sum(),
        energy_by_component_pj: (&energy::sum(energies.iter())).into(),
        choices: choices.collect(),
    }
}

fn checked(found: &CodesignResult<'_>, chip: &Chip) -> CheckedCore {
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

fn certificate(found: &CodesignResult<'_>, proof: &NetworkProof) -> CoreCertificate {
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

fn machines(found: &CodesignResult<'_>, proof: &NetworkProof) -> Vec<CoreVerdict> {
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
            area_um2: found.hardware.area(number),
            macs: found.hardware.macs(number),
            verdict: kind.to_owned(),
            cycles,
            lower_bound: bound,
        }
    });
    all.collect()
}

/// What the network would take if each layer had the chip that suits it best.
fn each(found: &CodesignResult<'_>) -> EachItsOwn {
    let choices = found
        .layers
        .iter()
        .zip(&found.task_of)
        .map(|(layer, task)| {
            let best = found.each[*task];
            OwnCore {
                name: layer.name().to_owned(),
                hardware: best
                    .map(|(point, _)| core(found, found.tasks[*task].task.machine(point))),
                machine: best.map(|(_, cycles)| cycles),
            }
        });
    EachItsOwn {
        buildable: false,
        objective: unbuildable(found),
        choices: choices.collect(),
    }
}

fn unbuildable(found: &CodesignResult<'_>) -> Option<u64> {
    let each = found.tasks.iter().zip(&found.each);
    each.map(|(task, best)| best.map(|(_, cycles)| task.times * cycles))
        .sum()
}

fn tasks(found: &CodesignResult<'_>, tuned: &NetworkTuned) -> Vec<Task> {
    let all = found.tasks.iter().enumerate().map(|(number, each)| Task {
        layers: owned(names(found, number)),
        points: each.task.points(),
        measurements: made(tuned)[number] as u64,
        curve_free: numbers(&tuned.free[number].curve),
        curve: numbers(&tuned.shared[number].curve),
    });
    all.collect()
}

/// The layers of a task.
fn names<'a>(found: &CodesignResult<'a>, number: usize) -> Vec<&'a str> {
    let layers = found.layers.iter().zip(&found.task_of);
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
fn not_reached<'a>(found: &CodesignResult<'a>, tuned: &NetworkTuned) -> Vec<&'a str> {
    let made = made(tuned).into_iter().enumerate();
    let left = made.filter(|(_, made)| *made <= 1);
    left.flat_map(|(number, _)| names(found, number)).collect()
}

/// The measurements that were made, beside those that were asked for where these are more.
fn spent(found: &CodesignResult<'_>, tuned: &NetworkTuned) -> String {
    let made = made(tuned);
    let all: usize = made.iter().sum();
    let tasks = found.tasks.len();
    match (made.iter().min(), made.iter().max()) {
        (Some(least), Some(most)) if least < most => format!(
            "{} measurements of {tasks} tasks, {least} to {most} of each, where {} of each were asked for",
            thousands(all as u64),
            thousands(found.args.measurements)
        ),
        (_, most) => format!(
            "{} measurements of each of {tasks} tasks",
            thousands(most.map_or(0, |most| *most as u64))
        ),
    }
}

/// The network's cycles on the chip after so many measurements of each task, once all have a schedule.
fn curve(found: &CodesignResult<'_>, tuned: &NetworkTuned) -> Vec<(usize, u64)> {
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
        let all = found.tasks.iter().zip(&tuned.shared);
        all.map(|(task, course)| Some(task.times * at(course, mark)?))
            .sum()
    };
    let points = marks.into_iter();
    points
        .filter_map(|mark| Some((before + mark, total(mark)?)))
        .collect()
}

/// A line a layer, and one for all of them.
pub fn csv(found: &CodesignResult<'_>) -> Result<String> {
    let knobs = stationary::sim::decoupled::Schedule::ONE.knobs();
    let knobs = knobs.map(|(name, _)| name);
    let header = [
        csv::header(&["layer"]),
        shape::columns(),
        csv::header(&["core_batch", "core_block_in", "core_block_out"]),
        csv::header(&knobs),
        csv::header(&["model", "lower_bound", "machine", "energy_pj"]),
        csv::header(&Scope::COLUMNS),
    ];
    let mut lines = csv::Lines::new(found.origin, &header.concat());
    let Some(chip) = found.best() else {
        return Ok(lines.text());
    };
    let core = found.hardware.shape(chip.machine);
    let core = [core.batch, core.block_in, core.block_out].map(|value| value.to_string());
    let energies = energies(found, chip);
    let (mut sums, mut spent) = ([0; 3], 0.0);
    let rest = |cycles: [u64; 3], spent: f64| {
        let cycles = cycles.iter().map(u64::to_string);
        let rest = cycles.chain([spent.to_string()]);
        rest.chain(found.scope.fields()).collect::<Vec<_>>()
    };
    for (layer, (kernel, task)) in kernels(found, chip).iter().zip(&found.task_of).enumerate() {
        let model = estimate(kernel);
        let cycles = [model.cycles, model.lower_bound, chip.layers[*task].1];
        let energy = energies[layer].total().0;
        sums = [0, 1, 2].map(|at| sums[at] + cycles[at]);
        spent += energy;
        let knobs = kernel.schedule().knobs();
        let fields = [
            vec![kernel.layer().name().to_owned()],
            shape::fields(kernel.layer()),
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
    match found.interrupt {
        Some(_) => interrupt::marked(&text),
        None => Ok(text),
    }
}

/// For people.
pub fn table(found: &CodesignResult<'_>) -> String {
    let Some(chip) = found.best() else {
        return format!(
            "no hardware runs all layers: {} of {} shapes are within the limits\n",
            found.hardware.allowed().count(),
            found.hardware.len()
        );
    };
    let shape = found.hardware.shape(chip.machine);
    let mut text = format!(
        "best hardware and schedules of {} on {}, by {}{}\n{}\
         {} x {} x {} (BATCH x BLOCK_IN x BLOCK_OUT): {} MACs, {}\n",
        found.network,
        found.args.arch,
        found.args.optimizer,
        found.scope.title(),
        found.scope.text(),
        shape.batch,
        shape.block_in,
        shape.block_out,
        thousands(found.hardware.macs(chip.machine)),
        area(found.hardware.area(chip.machine)),
    );
    let header = [
        "layer",
        "shape",
        "b",
        "h",
        "w",
        "ci",
        "co",
        "threads",
        "model",
        "machine",
        "error",
        "above own bound",
    ];
    let mut lines = rows(&header, 2).optional(&["shape", "above own bound", "error"]);
    for (kernel, task) in kernels(found, chip).iter().zip(&found.task_of) {
        let (s, model, cycles) = (kernel.schedule(), estimate(kernel), chip.layers[*task].1);
        lines.add_row([
            kernel.layer().name().to_owned(),
            shape::text(kernel.layer()),
            s.tile_b.to_string(),
            s.tile_h.to_string(),
            s.tile_w.to_string(),
            s.tile_ci.to_string(),
            s.tile_co.to_string(),
            format!("co {} h {}", s.oc_nthread, s.h_nthread),
            thousands(model.cycles),
            thousands(cycles),
            signed_percent(model.cycles as f64 / cycles as f64 - 1.0),
            percent(cycles as f64 / model.lower_bound as f64 - 1.0),
        ]);
    }
    let (mut model, mut bound) = (0, 0);
    for kernel in kernels(found, chip) {
        let estimate = estimate(&kernel);
        model += estimate.cycles;
        bound += estimate.lower_bound;
    }
    let mut total = vec![String::new(); header.len() - 4];
    total[0] = "total".to_owned();
    total.extend([
        thousands(model),
        thousands(chip.cycles),
        signed_percent(model as f64 / chip.cycles as f64 - 1.0),
        percent(chip.cycles as f64 / bound as f64 - 1.0),
    ]);
    lines.total(total);
    text.push_str(&format!(
        "{lines}\n{}, {} in all\n",
        headline(found, chip).text(" cycles", |cycles| thousands(cycles as u64)),
        joules(energy::sum(energies(found, chip).iter()).total().0)
    ));
    if let Some(total) = unbuildable(found).filter(|_| found.hardware.len() > 1) {
        text.push_str(&format!(
            "{} if each layer had hardware of its own, which cannot be built\n",
            thousands(total)
        ));
    }
    match &found.course {
        Course::Proved(proof) => {
            let count =
                |wanted: fn(&MachineVerdict) -> bool| proof.machines.iter().filter(|v| wanted(v)).count();
            let open = match count(|v| matches!(v, MachineVerdict::Open(_))) {
                0 => String::new(),
                n => format!(", {n} open"),
            };
            let word = match (proof.is_whole(), proof.lower_bound()) {
                (false, Some(bound)) => {
                    let gap = (chip.cycles - bound) as f64 / chip.cycles.max(1) as f64;
                    format!(
                        "not proved: on the machine the optimum of these cores' schedules is {} or more, {} below this",
                        thousands(bound),
                        percent(gap)
                    )
                }
                _ => format!(
                    "proved on the machine, {}",
                    over::words(
                        found.hardware.allowed().count() as u64,
                        found.hardware.len() as u64,
                        proof.valid
                    )
                ),
            };
            text.push_str(&format!(
                "{word}: {} of {} schedules simulated; of the cores {} solved, {} ruled out by their \
                 bounds, {} beyond the limits, {} unable{open}\n{}\n",
                thousands(proof.simulated),
                thousands(proof.valid),
                count(|v| matches!(v, MachineVerdict::Exactly(_))),
                count(|v| matches!(v, MachineVerdict::AtLeast(_))),
                count(|v| matches!(v, MachineVerdict::TooLarge)),
                count(|v| matches!(v, MachineVerdict::Unable)),
                over::NOT_OVER,
            ));
        }
        Course::Tuned(tuned) => text.push_str(&format!(
            "{}; seed {}; not proved: --optimizer exact proves the best of all schedules of these cores\n",
            spent(found, tuned),
            found.seed
        )),
    }
    if let Some(seconds) = found.seconds {
        text.push_str(&format!("search {seconds:.3} s\n"));
    }
    if let Some(interrupt) = found.interrupt {
        if let Course::Tuned(tuned) = &found.course {
            let left = not_reached(found, tuned);
            if !left.is_empty() {
                text.push_str(&format!(
                    "not reached, and run once each, by the schedule with the least bound: {}\n",
                    left.join(", ")
                ));
            }
        }
        text.push_str(&interrupt.text());
    }
    text
}
