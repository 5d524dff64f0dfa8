//! What `search codesign` answers, as a table.

use stationary::codesign::{CodesignResult, FoundBy};
use stationary::energy;
use stationary::format::{area, joules, percent, signed_percent, some_of, thousands};
use stationary::over;
use stationary::search::codesign::MachineVerdict;
use stationary::shape;
use stationary::sim::decoupled::estimate;

use crate::interrupt::Interrupt;
use crate::report::table::table as rows;

/// For people.
pub fn table(found: &CodesignResult, interrupt: &Interrupt) -> String {
    let Some(chip) = found.best() else {
        return format!(
            "no hardware runs all layers: {} of {} shapes are within the limits\n",
            found.setting.hardware.allowed().count(),
            found.setting.hardware.len()
        );
    };
    let shape = found.setting.hardware.shape(chip.machine);
    let mut text = format!(
        "best hardware and schedules of {} on {}, by {}{}\n{}\
         {} x {} x {} (BATCH x BLOCK_IN x BLOCK_OUT): {} MACs, {}\n",
        found.setting.loaded.network,
        found.question.arch,
        found.question.optimizer,
        found.setting.loaded.scope().title(),
        found.setting.loaded.scope().text(),
        shape.batch,
        shape.block_in,
        shape.block_out,
        thousands(found.setting.hardware.macs(chip.machine)),
        area(found.setting.hardware.area(chip.machine)),
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
    for (lowered, task) in found
        .lowered_layers(chip)
        .iter()
        .zip(&found.setting.task_of)
    {
        let (s, model, cycles) = (lowered.schedule(), estimate(lowered), chip.layers[*task].1);
        lines.add_row([
            lowered.layer().name().to_owned(),
            shape::text(lowered.layer()),
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
    for lowered in found.lowered_layers(chip) {
        let estimate = estimate(&lowered);
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
        found
            .headline(chip)
            .text(" cycles", |cycles| thousands(cycles as u64)),
        joules(energy::sum(found.energies(chip).iter()).total().0)
    ));
    if let Some(total) = found
        .unbuildable()
        .filter(|_| found.setting.hardware.len() > 1)
    {
        text.push_str(&format!(
            "{} if each layer had hardware of its own, which cannot be built\n",
            thousands(total)
        ));
    }
    match &found.course {
        FoundBy::Proved(proof) => {
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
                        found.setting.hardware.allowed().count() as u64,
                        found.setting.hardware.len() as u64,
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
        FoundBy::Tuned(_) => text.push_str(&format!(
            "{}; seed {}; not proved: --optimizer exact proves the best of all schedules of these cores\n",
            spent(found),
            found.question.seed
        )),
    }
    if found.verbose {
        text.push_str(&format!("search {:.3} s\n", found.seconds));
    }
    if found.is_cut {
        let left = found.not_reached();
        if !left.is_empty() {
            text.push_str(&format!(
                "not reached, and run once each, by the schedule with the least bound: {}\n",
                some_of(&left)
            ));
        }
        text.push_str(&interrupt.text());
    }
    text
}

/// The measurements that were made, beside those that were asked for where these are more.
fn spent(found: &CodesignResult) -> String {
    let made = found.measurements();
    let all: usize = made.iter().sum();
    let tasks = found.setting.tasks.len();
    match (made.iter().min(), made.iter().max()) {
        (Some(least), Some(most)) if least < most => format!(
            "{} measurements of {tasks} tasks, {least} to {most} of each, where {} of each were asked for",
            thousands(all as u64),
            thousands(found.question.measurements)
        ),
        (_, most) => format!(
            "{} measurements of each of {tasks} tasks",
            thousands(most.map_or(0, |most| *most as u64))
        ),
    }
}
