//! `search codesign` as a page: the chip, its cycles against what nothing can go below, and the
//! schedule of every layer.

use serde_json::Value;

use crate::format::{beside_limit, joules, percent, square_millimetres, thousands};
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::breakdown;
use crate::html::chart::{Chart, Dot};
use crate::html::page::{Card, Finding, Page, Section, Table, drawings};
use crate::html::parity::{Pair, parity};
use crate::html::read::{amount, at, list, number, signed, text};
use crate::html::search::curve;
use crate::over::{NOT_OVER, words};

/// The page of a search for hardware and schedules.
pub fn page(run: &Value) -> Page {
    let choices = list(run, "best.choices");
    let mut sections = Vec::new();
    if !choices.is_empty() {
        sections.push(breakdown::bounds(choices));
        sections.push(schedules(choices));
    }
    sections.extend(machines(run));
    sections.extend(curve(run));
    if !choices.is_empty() {
        sections.push(breakdown::energy(choices));
        sections.push(parity(&pairs(choices), "", "a layer"));
    }
    sections.extend(apart(run));
    Page {
        kind: "Search",
        title: format!("Hardware and schedules of {}", text(run, "network")),
        subtitle: format!(
            "One core for all layers on {}, and a schedule for each; by {}.",
            text(run, "arch"),
            text(run, "optimizer")
        ),
        cards: cards(run),
        findings: findings(run),
        sections,
        facts: vec![
            ("Machine".to_owned(), text(run, "arch").to_owned()),
            ("Network".to_owned(), text(run, "network").to_owned()),
            ("Optimiser".to_owned(), text(run, "optimizer").to_owned()),
            ("Seed".to_owned(), amount(run, "seed").to_string()),
            ("Stopped by".to_owned(), text(run, "stop").to_owned()),
        ],
    }
}

/// A core as its three sizes.
fn core(hardware: &Value) -> String {
    let size = |name: &str| thousands(amount(hardware, name) as u64);
    format!(
        "{} \u{d7} {} \u{d7} {}",
        size("batch"),
        size("block_in"),
        size("block_out")
    )
}

fn cards(run: &Value) -> Vec<Card> {
    let Some(cycles) = number(run, "best.objective") else {
        let allowed = thousands(amount(run, "hardware.allowed") as u64);
        return vec![Card::new(
            "Cycles",
            "none".to_owned(),
            format!("no core runs all layers; {allowed} are within the limits"),
        )];
    };
    let model = list(run, "checked").first();
    let model = model.and_then(|first| number(first, "model"));
    let beside = model.map_or("on the machine".to_owned(), |model| {
        let error = signed(model / cycles - 1.0);
        format!(
            "on the machine; the model says {} ({error})",
            thousands(model as u64)
        )
    });
    let best = &run["best"];
    let macs = number(run, "hardware.macs_limit").map_or("no limit".to_owned(), |limit| {
        format!("of {} MACs allowed", thousands(limit as u64))
    });
    let used = amount(best, "used.area_um2");
    let (used, area) = match number(run, "hardware.area_limit_um2") {
        Some(limit) => {
            let [used, limit] = beside_limit(used / 1e6, limit / 1e6);
            (used, format!("of {limit} mm\u{b2} allowed"))
        }
        None => (square_millimetres(used, 2), "no limit".to_owned()),
    };
    vec![
        Card::new("Cycles a run", thousands(cycles as u64), beside),
        Card::new(
            "Core",
            core(&best["hardware"]),
            "batch \u{d7} block in \u{d7} block out",
        ),
        Card::new(
            "MACs a cycle",
            thousands(amount(best, "used.macs") as u64),
            macs,
        ),
        Card::new("Area", format!("{used} mm\u{b2}"), area),
        Card::new(
            "Energy a run",
            joules(amount(best, "energy_pj")),
            "by the cost model",
        ),
        proof(run),
    ]
}

/// What the chip is proved over.
fn over(run: &Value) -> String {
    let valid = amount(run, "evaluations.valid") as u64;
    let allowed = amount(run, "hardware.allowed") as u64;
    words(allowed, list(run, "machines").len() as u64, valid)
}

fn proof(run: &Value) -> Card {
    let of = text(run, "certificate.of");
    match text(run, "certificate.kind") {
        "proved" => Card::new(
            "Proof",
            "proved".to_owned(),
            format!("of the {of}, {}", over(run)),
        ),
        _ => Card::new("Proof", "none".to_owned(), "the best of what was measured"),
    }
}

fn findings(run: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    let tried = thousands(amount(run, "evaluations.calls") as u64);
    let how = match text(run, "certificate.kind") {
        "proved" => {
            let verdicts = list(run, "machines");
            let count = |kind: &str| {
                verdicts
                    .iter()
                    .filter(|m| text(m, "verdict") == kind)
                    .count()
            };
            format!(
                "{tried} of {} schedules ran on the machine; the chip is proved to be the best {}, and {}. \
                 Of {} cores {} were solved, {} ruled out \
                 by their bounds, {} beyond the limits, and {} cannot run all layers.",
                thousands(amount(run, "evaluations.valid") as u64),
                over(run),
                NOT_OVER,
                verdicts.len(),
                count("proved"),
                count("not_better"),
                count("too_large"),
                count("unable")
            )
        }
        _ if at(run, "interrupted").is_some() => {
            let left = list(run, "interrupted.not_reached").iter();
            let left: Vec<&str> = left.filter_map(Value::as_str).collect();
            let left = match left.is_empty() {
                true => String::new(),
                false => format!(
                    " Not reached, and run once each, by the schedule with the least bound: {}.",
                    left.join(", ")
                ),
            };
            format!(
                "{tried} schedules ran on the machine; the search was interrupted, and nothing is \
                 proved.{left}"
            )
        }
        _ => format!(
            "{tried} measurements on the machine; nothing is proved. Search with --optimizer exact \
             for the best of all schedules of these cores and its proof."
        ),
    };
    found.push(Finding {
        head: "How it was found",
        text: how,
    });
    let own = number(run, "each_layer_its_own_hardware.objective");
    if let (Some(own), Some(best)) = (own, number(run, "best.objective")) {
        found.push(Finding {
            head: "What sharing costs",
            text: format!(
                "{} cycles if each layer had the core that suits it best, which cannot be built; one \
                 core for all takes {} more.",
                thousands(own as u64),
                percent(best / own - 1.0)
            ),
        });
    }
    found
}

fn pairs(choices: &[Value]) -> Vec<Pair> {
    let pair = |choice: &Value| Pair {
        name: text(choice, "name").to_owned(),
        model: amount(choice, "model"),
        machine: amount(choice, "machine"),
        causes: String::new(),
    };
    choices.iter().map(pair).collect()
}

/// Every field of every schedule, as the file for --mapping has them.
fn schedules(choices: &[Value]) -> Section {
    let mut knobs: Vec<&str> = Vec::new();
    for choice in choices {
        for (knob, _) in choice["schedule"].as_object().into_iter().flatten() {
            if !knobs.contains(&knob.as_str()) {
                knobs.push(knob);
            }
        }
    }
    let words: Vec<String> = knobs.iter().map(|knob| knob.replace('_', " ")).collect();
    let mut head = vec!["layer"];
    head.extend(words.iter().map(String::as_str));
    let mut table = Table::new("The schedule of every layer", &head, 1);
    for choice in choices {
        let mut row = vec![text(choice, "name").to_owned()];
        row.extend(knobs.iter().map(|knob| match &choice["schedule"][*knob] {
            Value::Null => "-".to_owned(),
            value => value.as_str().map_or(value.to_string(), str::to_owned),
        }));
        table.rows.push(row);
    }
    Section {
        title: "Schedules".to_owned(),
        lead: "Tiles in blocks of the core, and virtual threads. -o writes them as a file for \
               --mapping."
            .to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    }
}

/// Cores side by side, where a proof has gone through them.
fn machines(run: &Value) -> Option<Section> {
    let machines = list(run, "machines");
    if machines.is_empty() {
        return None;
    }
    let verdict = |m: &Value| match text(m, "verdict") {
        "proved" => "solved".to_owned(),
        "not_better" => "ruled out by its bound".to_owned(),
        "too_large" => "beyond the limits".to_owned(),
        "unable" => "cannot run all layers".to_owned(),
        "open" => "open: the search ended before".to_owned(),
        other => other.to_owned(),
    };
    let chosen = |m: &Value| m["hardware"] == run["best"]["hardware"];
    let mut table = Table::new(
        "Every core",
        &["core", "verdict", "MACs", "mm\u{b2}", "cycles", "at least"],
        2,
    );
    let mut dots = Vec::new();
    for m in machines {
        let cell = |path: &str| number(m, path).map_or("-".to_owned(), |n| thousands(n as u64));
        let area = amount(m, "area_um2");
        let is_chosen = chosen(m);
        let mark = if is_chosen { ", chosen" } else { "" };
        table.rows.push(vec![
            core(&m["hardware"]),
            format!("{}{mark}", verdict(m)),
            cell("macs"),
            square_millimetres(area, 2),
            cell("cycles"),
            cell("lower_bound"),
        ]);
        let cycles = at(m, "cycles").or(at(m, "lower_bound"));
        if let Some(cycles) = cycles.and_then(Value::as_f64) {
            dots.push(Dot {
                at: [area / 1e6, cycles],
                radius: if is_chosen { 6.0 } else { 4.0 },
                class: match (is_chosen, at(m, "cycles").is_some()) {
                    (true, _) => "s2",
                    (false, true) => "s1",
                    (false, false) => "idle",
                }
                .to_owned(),
                hint: format!(
                    "{}: {}, {} cycles, {} mm\u{b2}",
                    core(&m["hardware"]),
                    verdict(m),
                    thousands(cycles as u64),
                    square_millimetres(area, 2),
                ),
                label: core(&m["hardware"]),
            });
        }
    }
    let classes = [
        ("s2", "chosen"),
        ("s1", "solved"),
        ("idle", "at least, as its bound says"),
    ];
    let used = classes.into_iter();
    let used = used.filter(|(class, _)| dots.iter().any(|dot| dot.class == *class));
    let legend: Vec<BarKind> = used.map(BarKind::of).collect();
    let chart = Chart {
        x: Axis::log("area in mm\u{b2}", dots.iter().map(|dot| dot.at[0])),
        y: Axis::log("cycles a run", dots.iter().map(|dot| dot.at[1])),
        shape: 0.4,
        lines: Vec::new(),
        dots,
    };
    // One core alone is no comparison.
    let drawn = chart.dots.len() > 1;
    Some(Section {
        title: "Cores compared".to_owned(),
        lead:
            "Each core by its area and its cycles; one that is ruled out by what its bound says it \
               takes at least."
                .to_owned(),
        legend: if drawn { legend } else { Vec::new() },
        drawings: if drawn {
            vec![(
                "Cycles of each core over its area".to_owned(),
                drawings(|size| chart.draw(size)),
            )]
        } else {
            Vec::new()
        },
        table,
    })
}

/// What each layer would take on the core that suits it best.
fn apart(run: &Value) -> Option<Section> {
    let choices = list(run, "each_layer_its_own_hardware.choices");
    if choices.is_empty() || amount(run, "hardware.allowed") <= 1.0 {
        return None;
    }
    let mut table = Table::new(
        "Every layer on a core of its own",
        &["layer", "core", "cycles"],
        2,
    );
    for choice in choices {
        let cycles = number(choice, "machine");
        table.rows.push(vec![
            text(choice, "name").to_owned(),
            at(choice, "hardware").map_or("none".to_owned(), core),
            cycles.map_or("-".to_owned(), |cycles| thousands(cycles as u64)),
        ]);
    }
    Some(Section {
        title: "If each layer had its own core".to_owned(),
        lead: "No such chip can be built: it says what the shared core costs each layer."
            .to_owned(),
        legend: Vec::new(),
        drawings: Vec::new(),
        table,
    })
}
