//! `search codesign` as a page: the chip, its cycles against what nothing can go below, and the
//! schedule of every layer.

use crate::documents::{Codesign, Core, CoreChoice, CoreVerdict};
use crate::format::{beside_limit, joules, percent, square_millimetres, thousands};
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::breakdown::{self, Spent};
use crate::html::chart::{Chart, Dot};
use crate::html::curve::{self, Curve};
use crate::html::page::{Card, Finding, Page, Section, Table, drawings, signed, tabled};
use crate::html::parity::{Pair, parity};
use crate::over::{NOT_OVER, words};
use crate::sim::decoupled::Schedule;

/// The page of a search for hardware and schedules.
pub fn page(run: &Codesign) -> Page {
    let best = run.best.found();
    let choices = best.map(|best| best.choices.as_slice()).unwrap_or_default();
    let pairs: Vec<Pair> = choices.iter().map(pair).collect();
    let mut sections = Vec::new();
    if !choices.is_empty() {
        let least = choices.iter().map(|choice| choice.lower_bound);
        sections.push(breakdown::bounds(&pairs, least));
        sections.push(schedules(choices));
    }
    sections.extend(machines(run));
    sections.extend(anytime(run));
    if !choices.is_empty() {
        let spent: Vec<Spent<'_>> = choices.iter().map(spent).collect();
        sections.push(breakdown::energy(&spent));
        sections.push(parity(&pairs, "", "a layer"));
    }
    sections.extend(apart(run));
    Page {
        kind: "Search",
        title: format!("Hardware and schedules of {}", run.network),
        subtitle: format!(
            "One core for all layers on {}, and a schedule for each; by {}.",
            run.arch, run.optimizer
        ),
        cards: cards(run),
        findings: findings(run),
        sections,
        facts: vec![
            ("Machine", run.arch.clone()),
            ("Network", run.network.clone()),
            ("Optimiser", run.optimizer.clone()),
            ("Seed", run.seed.to_string()),
            ("Stopped by", run.stop.clone()),
        ],
    }
    .covering(&run.coverage)
    .said("Note", &run.notes)
    .said("Costs", &run.caveats)
}

/// A core as its three sizes.
fn core(core: Core) -> String {
    let sizes = [core.batch, core.block_in, core.block_out];
    sizes.map(thousands).join(" \u{d7} ")
}

fn cards(run: &Codesign) -> Vec<Card> {
    let hardware = &run.hardware;
    let Some(best) = run.best.found() else {
        let allowed = thousands(hardware.allowed);
        return vec![Card::new(
            "Cycles",
            "none".to_owned(),
            format!("no core runs all layers; {allowed} are within the limits"),
        )];
    };
    let error = signed(best.model as f64 / best.objective as f64 - 1.0);
    let macs = hardware.macs_limit.map_or("no limit".to_owned(), |limit| {
        format!("of {} MACs allowed", thousands(limit))
    });
    let used = best.used.area_um2;
    let (used, area) = match hardware.area_limit_um2 {
        Some(limit) => {
            let [used, limit] = beside_limit(used / 1e6, limit / 1e6);
            (used, format!("of {limit} mm\u{b2} allowed"))
        }
        None => (square_millimetres(used, 2), "no limit".to_owned()),
    };
    vec![
        Card::new(
            "Cycles a run",
            thousands(best.objective),
            format!(
                "on the machine; the model says {} ({error})",
                thousands(best.model)
            ),
        ),
        Card::new(
            "Core",
            core(best.hardware),
            "batch \u{d7} block in \u{d7} block out",
        ),
        Card::new("MACs a cycle", thousands(best.used.macs), macs),
        Card::new("Area", format!("{used} mm\u{b2}"), area),
        Card::new("Energy a run", joules(best.energy_pj), "by the cost model"),
        proof(run),
    ]
}

/// What the chip is proved over.
fn over(run: &Codesign) -> String {
    let valid = run.evaluations.valid.unwrap_or_default();
    words(run.hardware.allowed, verdicts(run).len() as u64, valid)
}

/// What an exact search knows of each core.
fn verdicts(run: &Codesign) -> &[CoreVerdict] {
    run.machines.as_deref().unwrap_or_default()
}

fn proof(run: &Codesign) -> Card {
    let certificate = &run.certificate;
    match certificate.kind.as_str() {
        "proved" => Card::new(
            "Proof",
            "proved".to_owned(),
            format!("of the {}, {}", certificate.of, over(run)),
        ),
        _ => Card::new("Proof", "none".to_owned(), "the best of what was measured"),
    }
}

fn findings(run: &Codesign) -> Vec<Finding> {
    let mut found = Vec::new();
    let tried = thousands(run.evaluations.calls);
    let how = match (run.certificate.kind.as_str(), &run.interrupted) {
        ("proved", _) => {
            let verdicts = verdicts(run);
            let count = |kind: &str| verdicts.iter().filter(|m| m.verdict == kind).count();
            format!(
                "{tried} of {} schedules ran on the machine; the chip is proved to be the best {}, and {}. \
                 Of {} cores {} were solved, {} ruled out \
                 by their bounds, {} beyond the limits, and {} cannot run all layers.",
                thousands(run.evaluations.valid.unwrap_or_default()),
                over(run),
                NOT_OVER,
                verdicts.len(),
                count("proved"),
                count("not_better"),
                count("too_large"),
                count("unable")
            )
        }
        (_, Some(interrupted)) => {
            let left = interrupted.not_reached.as_ref();
            let left = left.filter(|left| !left.is_empty());
            let left = left.map_or(String::new(), |left| {
                format!(
                    " Not reached, and run once each, by the schedule with the least bound: {}.",
                    left.join(", ")
                )
            });
            format!(
                "{tried} schedules ran on the machine; the search was interrupted, and nothing is \
                 proved.{left}"
            )
        }
        (_, None) => format!(
            "{tried} measurements on the machine; nothing is proved. Search with --optimizer exact \
             for the best of all schedules of these cores and its proof."
        ),
    };
    found.push(Finding {
        head: "How it was found",
        text: how,
    });
    let own = run.each_layer_its_own_hardware.objective;
    if let (Some(own), Some(best)) = (own, run.best.found()) {
        found.push(Finding {
            head: "What sharing costs",
            text: format!(
                "{} cycles if each layer had the core that suits it best, which cannot be built; one \
                 core for all takes {} more.",
                thousands(own),
                percent(best.objective as f64 / own as f64 - 1.0)
            ),
        });
    }
    found
}

fn pair(choice: &CoreChoice) -> Pair {
    Pair {
        name: choice.name.clone(),
        model: choice.model,
        machine: choice.machine,
        causes: String::new(),
    }
}

fn spent(choice: &CoreChoice) -> Spent<'_> {
    Spent {
        name: choice.name.clone(),
        energy: &choice.energy_pj,
        least: None,
    }
}

/// The best over evaluations, by a tuner.
fn anytime(run: &Codesign) -> Option<Section> {
    let points = run.curve.as_ref()?.iter();
    curve::section(&Curve {
        optimizer: &run.optimizer,
        objective: &run.objective,
        points: points.map(|(n, best)| [*n as f64, *best as f64]).collect(),
        spent: None,
        bound: run.certificate.lower_bound.map(|bound| bound as f64),
    })
}

/// Every field of every schedule, as the file for --mapping has them.
fn schedules(choices: &[CoreChoice]) -> Section {
    let words = Schedule::ONE
        .knobs()
        .map(|(knob, _)| knob.replace('_', " "));
    let mut head = vec!["layer"];
    head.extend(words.iter().map(String::as_str));
    let mut table = Table::new("The schedule of every layer", &head, 1);
    for choice in choices {
        let mut row = vec![choice.name.clone()];
        row.extend(choice.schedule.knobs().map(|(_, tile)| tile.to_string()));
        table.rows.push(row);
    }
    tabled(
        "Schedules",
        "Tiles in blocks of the core, and virtual threads. -o writes them as a file for --mapping.",
        table,
    )
}

/// Cores side by side, where a proof has gone through them.
fn machines(run: &Codesign) -> Option<Section> {
    let machines = verdicts(run);
    if machines.is_empty() {
        return None;
    }
    let verdict = |m: &CoreVerdict| match m.verdict.as_str() {
        "proved" => "solved".to_owned(),
        "not_better" => "ruled out by its bound".to_owned(),
        "too_large" => "beyond the limits".to_owned(),
        "unable" => "cannot run all layers".to_owned(),
        "open" => "open: the search ended before".to_owned(),
        other => other.to_owned(),
    };
    let chosen = run.best.found().map(|best| best.hardware);
    let mut table = Table::new(
        "Every core",
        &["core", "verdict", "MACs", "mm\u{b2}", "cycles", "at least"],
        2,
    );
    let mut dots = Vec::new();
    for m in machines {
        let cell = |cycles: Option<u64>| cycles.map_or("-".to_owned(), thousands);
        let area = square_millimetres(m.area_um2, 2);
        let is_chosen = chosen == Some(m.hardware);
        let mark = if is_chosen { ", chosen" } else { "" };
        table.rows.push(vec![
            core(m.hardware),
            format!("{}{mark}", verdict(m)),
            thousands(m.macs),
            area.clone(),
            cell(m.cycles),
            cell(m.lower_bound),
        ]);
        if let Some(cycles) = m.cycles.or(m.lower_bound) {
            dots.push(Dot {
                at: [m.area_um2 / 1e6, cycles as f64],
                radius: if is_chosen { 6.0 } else { 4.0 },
                class: match (is_chosen, m.cycles.is_some()) {
                    (true, _) => "s2",
                    (false, true) => "s1",
                    (false, false) => "idle",
                }
                .to_owned(),
                hint: format!(
                    "{}: {}, {} cycles, {area} mm\u{b2}",
                    core(m.hardware),
                    verdict(m),
                    thousands(cycles),
                ),
                label: core(m.hardware),
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
fn apart(run: &Codesign) -> Option<Section> {
    let choices = &run.each_layer_its_own_hardware.choices;
    if choices.is_empty() || run.hardware.allowed <= 1 {
        return None;
    }
    let mut table = Table::new(
        "Every layer on a core of its own",
        &["layer", "core", "cycles"],
        2,
    );
    for choice in choices {
        table.rows.push(vec![
            choice.name.clone(),
            choice.hardware.map_or("none".to_owned(), core),
            choice.machine.map_or("-".to_owned(), thousands),
        ]);
    }
    Some(tabled(
        "If each layer had its own core",
        "No such chip can be built: it says what the shared core costs each layer.",
        table,
    ))
}
