//! Tables of a comparison: optima, how much sooner, and in how many runs better.

use serde_json::Value;

use crate::format::{percent, thousands};
use crate::html::checks::tabled;
use crate::html::page::{Section, Table};
use crate::html::read::{amount, list, number, signed, text};

/// What each instance's gaps are measured from.
pub fn optima(instances: &[Value]) -> Section {
    let head = [
        "instance",
        "optimum",
        "machine",
        "model",
        "error",
        "MACs covered",
    ];
    let mut table = Table::new("Optima", &head, 2);
    for instance in instances {
        let figure = |path: &str| {
            let value = number(instance, path);
            value.map_or("-".to_owned(), |value| match value.abs() >= 1000.0 {
                true => thousands(value as u64),
                false => format!("{value:.4e}"),
            })
        };
        let word = match (&instance["optimum"], &instance["proved"]) {
            (Value::Null, _) => "no feasible design".to_owned(),
            (_, proved) => {
                let word = if *proved == true {
                    "proved of"
                } else {
                    "best known to"
                };
                format!("{word} the {}", text(instance, "of"))
            }
        };
        let share = |path: &str, shown: fn(f64) -> String| {
            number(instance, path).map_or("-".to_owned(), shown)
        };
        let machine = match text(instance, "headline.of") {
            "machine" => figure("headline.value"),
            _ => "-".to_owned(),
        };
        table.rows.push(vec![
            text(instance, "name").to_owned(),
            word,
            machine,
            figure("optimum"),
            share("headline.error", signed),
            share("coverage.macs", percent),
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
pub fn speedups(run: &Value, optimizers: &[&str]) -> Section {
    let all = list(run, "speedups");
    let mut targets: Vec<f64> = Vec::new();
    for s in all {
        let target = amount(s, "target");
        if !targets.contains(&target) {
            targets.push(target);
        }
    }
    let against = text(run, "against");
    let heads: Vec<String> = targets.iter().map(|t| target(*t)).collect();
    let mut head = vec!["optimiser"];
    head.extend(heads.iter().map(String::as_str));
    let caption = format!("Times faster than {against} to within a share of the optimum");
    let mut table = Table::new(caption, &head, 1);
    for name in optimizers {
        let cell = |wanted: &f64| {
            let mut own = all.iter().filter(|s| text(s, "optimizer") == *name);
            let own = own.find(|s| amount(s, "target") == *wanted);
            let ratio = own.map(|s| &s["ratio"]).filter(|ratio| !ratio.is_null());
            ratio.map_or("-".to_owned(), |ratio| {
                let [low, high] = [0, 1].map(|at| {
                    let end = ratio["interval"][at].as_f64();
                    end.map_or("-".to_owned(), |end| format!("{end:.2}"))
                });
                format!("{:.2} ({low} to {high})", amount(ratio, "mean"))
            })
        };
        let mut row = vec![(*name).to_owned()];
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
pub fn pairs(run: &Value) -> Section {
    let head = ["pair", "better", "worse", "equal", "p (Holm)"];
    let mut table = Table::new("Final gaps of equal instance and seed", &head, 1);
    for pair in list(run, "wilcoxon") {
        let whole = |path: &str| thousands(amount(pair, path) as u64);
        table.rows.push(vec![
            format!("{} against {}", text(pair, "first"), text(pair, "second")),
            whole("first_better"),
            whole("second_better"),
            whole("equal"),
            number(pair, "p_holm").map_or("-".to_owned(), |p| format!("{p:.2e}")),
        ]);
    }
    let lead = "Runs that ended closer to the optimum than the other's of the same instance and seed; p by Wilcoxon's \
                signed ranks, corrected after Holm: below 0.05 the difference is hardly chance.";
    tabled("Pairs", lead, table)
}
