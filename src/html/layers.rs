//! `estimate` and `simulate` as a page.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::causes;
use crate::documents::{Run, RunLayer};
use crate::format::{joules, metric, operations, percent, square_millimetres, thousands};
use crate::html::breakdown::{self, Spent};
use crate::html::page::{Card, Finding, Page, signed, sum};
use crate::html::parity::{Pair, parity};
use crate::html::roofline::{self, bound_kind};

/// The page of a run.
pub fn page(run: &Run) -> Page {
    let is_machine = run.reading == "machine";
    let layers = &run.layers;
    let spent: Vec<Spent<'_>> = layers.iter().map(spent).collect();
    let mut sections = vec![
        roofline::section(run),
        breakdown::cycles(layers, is_machine),
        breakdown::energy(&spent),
    ];
    sections.extend(breakdown::traffic(layers));
    if is_machine && !layers.is_empty() {
        let pairs: Vec<Pair> = layers.iter().map(pair).collect();
        sections.push(parity(&pairs, "", "a layer"));
    }
    Page {
        kind: if is_machine { "Simulation" } else { "Estimate" },
        title: format!("{} on {}", run.network, run.arch),
        subtitle: subtitle(run, is_machine),
        cards: cards(run, is_machine),
        findings: findings(run, is_machine),
        sections,
        facts: vec![
            ("Accelerator", run.arch.clone()),
            ("Network", run.network.clone()),
            ("Dataflow", run.dataflow.clone()),
            ("DRAM", run.accelerator.dram.clone()),
            ("Seed", run.seed.to_string()),
        ],
    }
    .covering(&run.coverage)
    .said("Note", &run.notes)
    .said("Costs", &run.caveats)
}

fn subtitle(run: &Run, is_machine: bool) -> String {
    let dataflow = match run.dataflow.as_str() {
        "ws" => "weight-stationary",
        "os" => "output-stationary",
        "rs" => "row-stationary",
        "is" => "input-stationary",
        other => other,
    };
    let reading = if is_machine {
        "cycle by cycle, every stall with its cause"
    } else {
        "by the analytical model"
    };
    let array = &run.accelerator;
    format!(
        "{dataflow}, {} \u{d7} {} PEs at {} MHz; {reading}.",
        array.rows, array.cols, array.clock_mhz
    )
}

fn cards(run: &Run, is_machine: bool) -> Vec<Card> {
    let t = &run.total;
    let (cycles, macs) = (t.cycles as f64, t.macs as f64);
    let seconds = t.seconds;
    let time = if seconds >= 1.0 {
        format!("{seconds:.3} s")
    } else {
        format!("{:.3} ms", seconds * 1e3)
    };
    let by = if is_machine {
        beside(run)
    } else {
        " by the model".to_owned()
    };
    let peak = run.accelerator.peak_macs_per_cycle;
    let reached = metric(macs / cycles.max(1.0));
    vec![
        Card::new(
            "Time a run",
            time,
            format!("{} cycles{by}", thousands(t.cycles)),
        ),
        Card::new(
            "Energy a run",
            joules(t.energy_pj),
            format!("{:.2} pJ a MAC", t.energy_pj / macs.max(1.0)),
        ),
        Card::new(
            "Array used",
            percent(macs / (peak * cycles).max(1.0)),
            format!("{reached} of {} MACs a cycle", metric(peak)),
        ),
        Card::new(
            "Efficiency",
            operations(1e12 * t.tops_per_watt, "OPS/W"),
            format!("{}, DRAM included", operations(1e12 * t.tops, "OPS")),
        ),
        Card::new(
            "Area",
            format!("{} mm\u{b2}", square_millimetres(t.area_um2, 2)),
            format!("{} at peak", watts(t.peak_power_mw)),
        ),
        Card::new(
            "DRAM traffic",
            format!("{}B", spaced(&metric(t.dram_bytes_per_mac * macs))),
            format!("{:.3} bytes a MAC", t.dram_bytes_per_mac),
        ),
    ]
}

/// The model's cycles beside the machine's; nothing where there are none.
fn beside(run: &Run) -> String {
    let model = sum(run.layers.iter().map(|layer| layer.model_cycles));
    let machine = run.total.cycles;
    if model == 0 || machine == 0 {
        return String::new();
    }
    let error = signed(model as f64 / machine as f64 - 1.0);
    format!("; the model says {} ({error})", thousands(model))
}

fn findings(run: &Run, is_machine: bool) -> Vec<Finding> {
    let layers = &run.layers;
    let total = sum(layers.iter().map(|layer| layer.cycles)) as f64;
    let mut shares = BTreeMap::<&str, (f64, usize)>::new();
    for layer in layers {
        let entry = shares.entry(&layer.bound_by).or_default();
        entry.0 += layer.cycles as f64 / total.max(1.0);
        entry.1 += 1;
    }
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_by(|a, b| b.1.0.total_cmp(&a.1.0));
    let listed = shares.iter().take(3).map(|(bound, (share, count))| {
        let layers = if *count == 1 { "layer" } else { "layers" };
        let by = bound_kind(run, bound).label;
        format!(
            "{by} for {} of the cycles ({count} {layers})",
            percent(*share)
        )
    });
    let mut bound = format!("Bound by {}", listed.collect::<Vec<_>>().join(", "));
    let others = shares.iter().skip(3);
    let others: (f64, usize) = others.fold((0.0, 0), |all, (_, (share, count))| {
        (all.0 + share, all.1 + count)
    });
    bound.push_str(&match others {
        (_, 0) => ".".to_owned(),
        (share, 1) => format!(", others for {} (1 layer).", percent(share)),
        (share, count) => format!(", others for {} ({count} layers).", percent(share)),
    });
    if let Some(longest) = layers.iter().max_by_key(|layer| layer.cycles) {
        bound.push_str(&format!(
            " The longest layer is {}, {} of the time.",
            longest.name,
            percent(longest.cycles as f64 / total.max(1.0))
        ));
    }
    if is_machine {
        let mut lost = BTreeMap::<&str, u64>::new();
        for (cause, cycles) in layers.iter().flat_map(|layer| &layer.stalls) {
            let lost = lost.entry(cause).or_default();
            *lost = sum([*lost, *cycles]);
        }
        let all = sum(lost.values().copied());
        let mut lost: Vec<_> = lost.into_iter().collect();
        lost.sort_by_key(|(_, cycles)| Reverse(*cycles));
        let listed = lost.iter().take(3);
        let listed = listed.map(|(cause, cycles)| {
            let share = percent(*cycles as f64 / total);
            format!("{} ({share})", causes::words(cause))
        });
        if all > 0 {
            bound.push_str(&format!(
                " The array works in {} of the cycles; most of the others wait for {}.",
                percent(1.0 - all as f64 / total),
                listed.collect::<Vec<_>>().join(", ")
            ));
        }
    }
    let mut findings = vec![Finding {
        head: "What bounds it",
        text: bound,
    }];
    if !run.advice.is_empty() {
        findings.push(Finding {
            head: "What to try next",
            text: sentence(&run.advice),
        });
    }
    findings
}

/// As a sentence of its own.
fn sentence(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().map(|c| c.to_uppercase().to_string());
    let end = if text.ends_with('.') { "" } else { "." };
    format!("{}{}{end}", first.unwrap_or_default(), rest.as_str())
}

fn watts(milliwatts: f64) -> String {
    if milliwatts < 1000.0 {
        format!("{milliwatts:.0} mW")
    } else {
        format!("{:.1} W", milliwatts / 1000.0)
    }
}

/// 42.6M as 42.6 M, before a unit.
fn spaced(metric: &str) -> String {
    let at = metric.find(|c: char| c.is_ascii_alphabetic());
    let at = at.unwrap_or(metric.len());
    format!("{} {}", &metric[..at], &metric[at..])
}

fn spent(layer: &RunLayer) -> Spent<'_> {
    Spent {
        name: layer.name.clone(),
        energy: &layer.energy_pj,
        least: Some(layer.energy_lower_bound_pj),
    }
}

fn pair(layer: &RunLayer) -> Pair {
    Pair {
        name: layer.name.clone(),
        model: layer.model_cycles,
        machine: layer.cycles,
        causes: worst_causes(&layer.stalls),
    }
}

/// The causes that lose most, in words.
pub fn worst_causes(stalls: &IndexMap<String, u64>) -> String {
    let mut stalls: Vec<_> = stalls.iter().collect();
    stalls.sort_by_key(|(_, cycles)| Reverse(**cycles));
    let names = stalls.iter().take(2).map(|(cause, _)| causes::words(cause));
    names.collect::<Vec<_>>().join(", ")
}
