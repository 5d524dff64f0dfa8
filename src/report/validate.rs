//! The table of `validate`.

use std::collections::BTreeMap;

use stationary::energy;
use stationary::format::{joules, percent, signed_percent, thousands};
use stationary::goal;
use stationary::shape;
use stationary::sim::Stalls;
use stationary::validate::{Compared, ComparedLayer, Summary, Validation};

use crate::cli::Common;
use crate::report::table::table as new_table;

/// Errors of the model that are worth a look.
const SEEN: f64 = 0.03;

/// For people.
pub fn table(found: &Validation, common: &Common) -> String {
    let mut text = String::new();
    for d in &found.dataflows {
        text.push_str(&format!(
            "{} on {}: {}, model against machine{}\n",
            found.target.network,
            found.target.accelerator().name,
            d.control.title(),
            found.target.scope().title(),
        ));
        text.push_str(&goal::line(found.target.chosen()));
        text.push_str(&found.target.scope().text());
        let header = [
            "layer",
            "shape",
            "causes of the machine's stalls",
            "model",
            "machine",
            "error",
            "bound",
            "energy",
        ];
        let mut rows = new_table(&header, 3).optional(&["shape", "energy", "bound"]);
        for layer in &d.layers {
            for m in layer
                .mappings
                .iter()
                .take(if common.verbose { usize::MAX } else { 1 })
            {
                rows.add_row([
                    layer.layer.name().to_owned(),
                    shape::text(&layer.layer),
                    causes(&m.stalls, m.machine, 3),
                    thousands(m.model),
                    thousands(m.machine),
                    signed_percent(m.error()),
                    percent(m.lower_bound as f64 / m.machine as f64),
                    joules(m.machine_energy.total().0),
                ]);
            }
        }
        let firsts = d.layers.iter().filter_map(|layer| layer.mappings.first());
        let sum = |of: fn(&Compared) -> u64| firsts.clone().map(of).sum::<u64>();
        let [model, machine, bound] =
            [sum(|m| m.model), sum(|m| m.machine), sum(|m| m.lower_bound)];
        let spent = energy::sum(firsts.clone().map(|first| &first.machine_energy));
        rows.total([
            "total".to_owned(),
            String::new(),
            String::new(),
            thousands(model),
            thousands(machine),
            signed_percent(model as f64 / machine as f64 - 1.0),
            percent(bound as f64 / machine as f64),
            joules(spent.total().0),
        ]);
        text.push_str(&rows.to_string());
        text.push('\n');
        text.push_str(&summary_text(&Summary::of(&d.layers)));
        text.push_str(&fewer(&d.layers, found.question.mappings));
        text.push_str(&explanation(&d.layers));
        text.push_str(&energy::shares(&spent));
        text.push_str(&next(found, &d.layers));
        text.push('\n');
    }
    text
}

/// What to look at next.
fn next(found: &Validation, layers: &[ComparedLayer]) -> String {
    let worst = Summary::of(layers);
    if worst.greatest >= SEEN {
        return format!(
            "next: simulate --layer '{}' --trace FILE shows where the time goes in the layer that the model is \
             furthest off\n",
            worst.greatest_at
        );
    }
    match found.question.mappings {
        1 if !found.target.has_file() => {
            "next: --mappings 20 compares mappings from the whole range, and how the model ranks them\n".to_owned()
        }
        _ => String::new(),
    }
}

fn summary_text(s: &Summary) -> String {
    let at = match s.greatest > 0.0 {
        true => format!(" ({})", s.greatest_at),
        false => String::new(),
    };
    let mut text = format!(
        "{} mapping{}: mean absolute error {}, greatest {}{at}, bias {}; bound violations {}",
        s.mappings,
        if s.mappings == 1 { "" } else { "s" },
        percent(s.mean),
        percent(s.greatest),
        signed_percent(s.bias),
        s.violations
    );
    if s.miscounts > 0 {
        text.push_str(&format!("; COUNTS DIFFER in {}", s.miscounts));
    }
    if let Some(tau) = s.tau {
        text.push_str(&format!("\nwithin a layer: Kendall's tau {tau:.3}"));
    }
    for (k, regret) in Summary::TOPS.iter().zip(s.regret) {
        if let Some(regret) = regret {
            text.push_str(&format!(", regret at {k} {}", percent(regret)));
        }
    }
    text.push('\n');
    let [mean, greatest] = s.energy.map(percent);
    text.push_str(&format!(
        "energy: mean absolute error {mean}, greatest {greatest}\n"
    ));
    text
}

/// Of which layers there are fewer mappings than were asked for.
fn fewer(layers: &[ComparedLayer], asked: usize) -> String {
    let short = layers.iter().filter(|layer| layer.mappings.len() < asked);
    let short: Vec<&ComparedLayer> = short.collect();
    let Some(least) = short.iter().min_by_key(|layer| layer.mappings.len()) else {
        return String::new();
    };
    format!(
        "of {} layer{} there are fewer than the {} mappings asked for; of {}, {}\n",
        short.len(),
        if short.len() == 1 { "" } else { "s" },
        thousands(asked as u64),
        least.layer.name(),
        thousands(least.mappings.len() as u64),
    )
}

/// Where the cycles are that the model gets wrong: stalls of the layers, weighted by their error.
fn explanation(layers: &[ComparedLayer]) -> String {
    let (mut weights, mut error) = (BTreeMap::<&str, f64>::new(), 0.0);
    for m in layers.iter().flat_map(|l| &l.mappings) {
        let off = m.model.abs_diff(m.machine) as f64;
        let total = m.stalls.total().max(1) as f64;
        for (cause, cycles) in m.stalls.iter() {
            *weights.entry(cause.name()).or_default() += off * cycles as f64 / total;
        }
        error += off;
    }
    if error == 0.0 {
        return String::new();
    }
    let mut causes: Vec<_> = weights
        .into_iter()
        .map(|(cause, weight)| (weight / error, cause))
        .collect();
    causes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let listed: Vec<_> = causes
        .iter()
        .filter(|(share, _)| *share >= 0.005)
        .take(4)
        .map(|(share, cause)| format!("{cause} {}", percent(*share)))
        .collect();
    format!(
        "the error lies in layers that wait for: {}\n",
        listed.join(", ")
    )
}

fn causes(stalls: &Stalls, cycles: u64, most: usize) -> String {
    let mut causes: Vec<_> = stalls.iter().collect();
    causes.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    causes
        .iter()
        .take(most)
        .filter(|(_, n)| *n * 200 >= cycles)
        .map(|(cause, n)| format!("{cause} {:.0} %", 100.0 * *n as f64 / cycles as f64))
        .collect::<Vec<_>>()
        .join(", ")
}
