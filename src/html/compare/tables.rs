//! Tables of a comparison: optima, how much sooner, and in how many runs better.

use crate::documents::{Compare, CompareInstance};
use crate::format::{percent, thousands};
use crate::html::page::{Section, Table, signed, tabled};

/// What each instance's gaps are measured from.
pub fn optima(instances: &[CompareInstance]) -> Section {
    let head = [
        "instance",
        "optimum",
        "machine",
        "model",
        "error",
        "MACs covered",
    ];
    let mut table = Table::new("Optima", &head, 2);
    let shown = |value: Option<f64>, show: fn(f64) -> String| value.map_or("-".to_owned(), show);
    let figure = |value: f64| match value.abs() >= 1000.0 {
        true => thousands(value as u64),
        false => format!("{value:.4e}"),
    };
    for instance in instances {
        let word = match (instance.optimum, instance.proved) {
            (None, _) => "no feasible design".to_owned(),
            (_, true) => format!("proved of the {}", instance.of),
            (_, false) => format!("best known to the {}", instance.of),
        };
        let headline = &instance.headline;
        let machine = headline.value.filter(|_| headline.of == "machine");
        let coverage = instance.coverage.as_ref();
        table.rows.push(vec![
            instance.name.clone(),
            word,
            shown(machine, figure),
            shown(instance.optimum, figure),
            shown(headline.error, signed),
            shown(coverage.map(|coverage| coverage.macs), percent),
        ]);
    }
    let lead = "The least that gaps are measured from, by the model or the table that was searched, and what the \
                machine takes for the same design: cycles, or what the instance's objective counts.";
    tabled("Optima", lead, table)
}

/// A target as the head of a column.
fn target(factor: f64) -> String {
    match factor {
        1.0 => "optimum".to_owned(),
        factor => format!("{:.0} %", 100.0 * (factor - 1.0)),
    }
}

/// How much sooner each reaches a target.
pub fn speedups(run: &Compare) -> Section {
    let mut targets: Vec<f64> = Vec::new();
    for speedup in &run.speedups {
        if !targets.contains(&speedup.target) {
            targets.push(speedup.target);
        }
    }
    let against = &run.against;
    let heads: Vec<String> = targets.iter().map(|t| target(*t)).collect();
    let mut head = vec!["optimiser"];
    head.extend(heads.iter().map(String::as_str));
    let caption = format!("Times faster than {against} to within a share of the optimum");
    let mut table = Table::new(caption, &head, 1);
    let shown =
        |number: Option<f64>| number.map_or("-".to_owned(), |number| format!("{number:.2}"));
    for name in &run.optimizers {
        let cell = |wanted: &f64| {
            let mut own = run.speedups.iter().filter(|s| s.optimizer == *name);
            let own = own.find(|s| s.target == *wanted);
            let ratio = own.and_then(|s| s.ratio.as_ref());
            ratio.map_or("-".to_owned(), |ratio| {
                let [low, high] = ratio.interval.map(shown);
                format!("{} ({low} to {high})", shown(ratio.mean))
            })
        };
        let mut row = vec![name.clone()];
        row.extend(targets.iter().map(cell));
        table.rows.push(row);
    }
    let lead = format!(
        "How many times fewer evaluations than {against} each is expected to take to come within a share of the \
         optimum, where both get there, with the 95 % interval: 2 is twice as fast, 0.5 half as fast, - \
         that one of them never got there."
    );
    tabled("Speed", &lead, table)
}

/// In how many runs one was better than another.
pub fn pairs(run: &Compare) -> Section {
    let head = ["pair", "better", "worse", "equal", "p (Holm)"];
    let mut table = Table::new("Final gaps of equal instance and seed", &head, 1);
    for pair in &run.wilcoxon {
        table.rows.push(vec![
            format!("{} against {}", pair.first, pair.second),
            thousands(pair.first_better),
            thousands(pair.second_better),
            thousands(pair.equal),
            format!("{:.2e}", pair.p_holm),
        ]);
    }
    let lead = "Runs that ended closer to the optimum than the other's of the same instance and seed; p by Wilcoxon's \
                signed ranks, corrected after Holm: below 0.05 the difference is hardly chance.";
    tabled("Pairs", lead, table)
}
