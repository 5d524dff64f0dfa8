//! A comparison as a page of Markdown.

use anyhow::{Result, bail};
use stationary::format::{percent, thousands};
use stationary::search::compare::{Expected, Instance, Report, TARGETS};

use crate::cli::Compare;

/// Expected running times to one target, by optimiser and instance, and their
/// ratios to the reference's.
pub fn page(
    instances: &[Instance],
    names: &[String],
    figures: &Report,
    args: &Compare,
) -> Result<String> {
    let Some(target) = TARGETS.iter().position(|t| *t == args.target) else {
        bail!("--target {}: allowed: {TARGETS:?}", args.target);
    };
    let columns: Vec<&str> = (instances.iter().filter(|i| i.optimum.is_some()))
        .map(|i| i.name.as_str())
        .collect();
    let mut text = format!(
        "Evaluations of a whole network until within {} of the optimum: expected running time, \
         failures counted [95 % interval over resampled seeds], (successes of seeds).\n\n",
        percent(args.target - 1.0)
    );
    heading(&mut text, &columns);
    for name in names {
        let own = figures.run_lengths.iter().filter(|l| l.optimizer == *name);
        let cells = own.map(|l| cell(&l.expected[target]));
        row(&mut text, [name.clone()].into_iter().chain(cells));
    }
    text.push_str("\nGap to the optimum at the end: median, and quartiles over seeds.\n\n");
    heading(&mut text, &columns);
    for name in names {
        let own = figures.run_lengths.iter().filter(|l| l.optimizer == *name);
        let cells = own.map(|l| {
            let [low, middle, high] = l.gap.map(share);
            format!("{middle} ({low} to {high})")
        });
        row(&mut text, [name.clone()].into_iter().chain(cells));
    }
    text.push_str(&format!(
        "\nTimes faster than {} to that target, over the instances on which both get there: \
         geometric mean [95 % interval], worst instance.\n\n",
        args.against
    ));
    heading(&mut text, &["instances", "times faster", "worst"]);
    let at_target = figures
        .speedups
        .iter()
        .filter(|s| s.target == TARGETS[target]);
    for s in at_target {
        let (mean, worst) = match s.ratio {
            None => ("-".to_owned(), "-".to_owned()),
            Some(r) => {
                let [low, high] = r.interval.map(times);
                (format!("{} [{low}, {high}]", times(r.mean)), times(r.worst))
            }
        };
        row(
            &mut text,
            [s.optimizer.clone(), s.instances.to_string(), mean, worst],
        );
    }
    Ok(text)
}

fn heading(text: &mut String, columns: &[&str]) {
    let names = ["optimizer"].iter().chain(columns);
    row(text, names.map(|name| (*name).to_owned()));
    let lines = ["---"].into_iter().chain(columns.iter().map(|_| "---:"));
    row(text, lines.map(str::to_owned));
}

fn row(text: &mut String, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<String> = cells.into_iter().collect();
    text.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn cell(e: &Expected) -> String {
    if e.successes == 0 {
        return format!("- (0/{})", e.seeds);
    }
    let number = |n: f64| match n.is_finite() {
        true => thousands(n.round() as u64),
        false => "∞".to_owned(),
    };
    let [low, high] = e.interval.map(number);
    format!(
        "{} [{low}, {high}] ({}/{})",
        number(e.evaluations),
        e.successes,
        e.seeds
    )
}

fn share(gap: f64) -> String {
    if gap.is_finite() {
        percent(gap)
    } else {
        "∞".to_owned()
    }
}

fn times(ratio: f64) -> String {
    if ratio.is_finite() {
        format!("{ratio:.2}")
    } else {
        "∞".to_owned()
    }
}
