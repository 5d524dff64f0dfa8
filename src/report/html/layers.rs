//! `estimate` and `simulate` as a page.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::report::format::{joules, metric, percent, thousands};
use crate::report::html::bars::{Kind, Row, Stack};
use crate::report::html::page::{Card, Finding, Page, Section, Table, drawings};
use crate::report::html::parity::{Pair, parity};
use crate::report::html::read::{amount, at, list, number, signed, text};
use crate::report::html::roofline::{self, bound_kind};

/// The page of a run.
pub fn page(run: &Value) -> Page {
    let is_machine = text(run, "reading") == "machine";
    let layers = list(run, "layers");
    let total: f64 = layers.iter().map(|l| amount(l, "cycles")).sum();
    let mut sections = vec![roofline::section(run, layers)];
    sections.push(cycles(layers, is_machine));
    sections.push(energy(layers));
    let pairs: Vec<Pair> = layers.iter().filter_map(pair).collect();
    if is_machine && !pairs.is_empty() {
        sections.push(parity(&pairs, ""));
    }
    Page {
        kind: if is_machine { "Simulation" } else { "Estimate" },
        title: format!("{} on {}", text(run, "network"), text(run, "arch")),
        subtitle: subtitle(run, is_machine),
        cards: cards(run),
        findings: findings(run, layers, total, is_machine),
        sections,
        facts: facts(run),
    }
}

fn subtitle(run: &Value, is_machine: bool) -> String {
    let dataflow = match text(run, "dataflow") {
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
    let array = at(run, "accelerator").map_or(String::new(), |a| {
        format!(
            ", {} \u{d7} {} PEs at {} MHz",
            amount(a, "rows"),
            amount(a, "cols"),
            amount(a, "clock_mhz")
        )
    });
    format!("{dataflow}{array}; {reading}.")
}

fn cards(run: &Value) -> Vec<Card> {
    let t = |name: &str| amount(run, &format!("total.{name}"));
    let (cycles, macs) = (t("cycles"), t("macs"));
    let seconds = t("seconds");
    let time = if seconds >= 1.0 {
        format!("{seconds:.3} s")
    } else {
        format!("{:.3} ms", seconds * 1e3)
    };
    let mut cards = vec![
        Card::new(
            "Time a run",
            time,
            format!("{} cycles", thousands(cycles as u64)),
        ),
        Card::new(
            "Energy a run",
            joules(t("energy_pj")),
            format!("{:.2} pJ a MAC", t("energy_pj") / macs.max(1.0)),
        ),
    ];
    if let Some(peak) = number(run, "accelerator.peak_macs_per_cycle") {
        let used = macs / (peak * cycles).max(1.0);
        let note = format!(
            "{} of {} MACs a cycle",
            metric(macs / cycles.max(1.0)),
            metric(peak)
        );
        cards.push(Card::new("Array used", percent(used), note));
    }
    cards.push(Card::new(
        "Efficiency",
        format!("{:.3} TOPS/W", t("tops_per_watt")),
        format!("{:.3} TOPS, DRAM included", t("tops")),
    ));
    cards.push(Card::new(
        "Area",
        format!("{:.2} mm\u{b2}", t("area_um2") / 1e6),
        format!("{} at peak", watts(t("peak_power_mw"))),
    ));
    cards.push(Card::new(
        "DRAM traffic",
        format!("{}B", spaced(&metric(t("dram_bytes_per_mac") * macs))),
        format!("{:.3} bytes a MAC", t("dram_bytes_per_mac")),
    ));
    cards
}

fn findings(run: &Value, layers: &[Value], total: f64, is_machine: bool) -> Vec<Finding> {
    let mut shares = BTreeMap::<&str, (f64, usize)>::new();
    for layer in layers {
        let entry = shares.entry(text(layer, "bound_by")).or_default();
        entry.0 += amount(layer, "cycles") / total.max(1.0);
        entry.1 += 1;
    }
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_by(|a, b| b.1.0.total_cmp(&a.1.0));
    let listed = shares.iter().take(3).map(|(bound, (share, count))| {
        let layers = if *count == 1 { "layer" } else { "layers" };
        let by = bound_kind(bound).label;
        format!(
            "{by} for {} of the cycles ({count} {layers})",
            percent(*share)
        )
    });
    let mut bound = format!("Bound by {}.", listed.collect::<Vec<_>>().join(", "));
    let longest = layers
        .iter()
        .max_by(|a, b| amount(a, "cycles").total_cmp(&amount(b, "cycles")));
    if let Some(longest) = longest {
        bound.push_str(&format!(
            " The longest layer is {}, {} of the time.",
            text(longest, "name"),
            percent(amount(longest, "cycles") / total.max(1.0))
        ));
    }
    if is_machine {
        let mut lost = BTreeMap::<&str, f64>::new();
        for layer in layers {
            for (cause, cycles) in layer["stalls"].as_object().into_iter().flatten() {
                *lost.entry(cause).or_default() += cycles.as_f64().unwrap_or(0.0);
            }
        }
        let all: f64 = lost.values().sum();
        let mut lost: Vec<_> = lost.into_iter().collect();
        lost.sort_by(|a, b| b.1.total_cmp(&a.1));
        let listed = lost.iter().take(3);
        let listed =
            listed.map(|(cause, n)| format!("{} ({})", name_of(cause), percent(n / total)));
        if all > 0.0 {
            bound.push_str(&format!(
                " The array works in {} of the cycles; most of the others wait for {}.",
                percent(1.0 - all / total),
                listed.collect::<Vec<_>>().join(", ")
            ));
        }
    }
    let mut findings = vec![Finding {
        head: "What bounds it",
        text: bound,
    }];
    if !text(run, "advice").is_empty() {
        findings.push(Finding {
            head: "What to try next",
            text: sentence(text(run, "advice")),
        });
    }
    findings
}

fn facts(run: &Value) -> Vec<(String, String)> {
    let mut facts = vec![
        ("Accelerator".to_owned(), text(run, "arch").to_owned()),
        ("Network".to_owned(), text(run, "network").to_owned()),
        ("Dataflow".to_owned(), text(run, "dataflow").to_owned()),
    ];
    if let Some(dram) = at(run, "accelerator.dram").and_then(Value::as_str) {
        facts.push(("DRAM".to_owned(), dram.to_owned()));
    }
    facts.push(("Seed".to_owned(), amount(run, "seed").to_string()));
    facts
}

/// 2.25 mJ rather than 2.249 mJ.
fn short_joules(picojoules: f64) -> String {
    let text = joules(picojoules);
    let (number, unit) = text.split_once(' ').unwrap_or((&text, ""));
    let digits = match number.find('.') {
        Some(1 | 2) => 4,
        Some(point) => point,
        None => number.len(),
    };
    format!("{} {unit}", &number[..digits.min(number.len())])
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

fn pair(layer: &Value) -> Option<Pair> {
    Some(Pair {
        name: text(layer, "name").to_owned(),
        model: number(layer, "model_cycles")?,
        machine: number(layer, "cycles")?,
        causes: worst_causes(layer),
    })
}

/// The causes that lose most, in words.
pub fn worst_causes(layer: &Value) -> String {
    let stalls = layer["stalls"].as_object().into_iter().flatten();
    let mut stalls: Vec<_> = stalls
        .map(|(c, n)| (c, n.as_f64().unwrap_or(0.0)))
        .collect();
    stalls.sort_by(|a, b| b.1.total_cmp(&a.1));
    let names = stalls.iter().take(2).map(|(cause, _)| name_of(cause));
    names.collect::<Vec<_>>().join(", ")
}

/// A cause's class and words, in the order of reports.
const CAUSES: [(&str, &str, &str); 14] = [
    ("dram:input", "dram-1", "inputs from DRAM"),
    ("dram:weight", "dram-2", "weights from DRAM"),
    ("dram:output", "dram-3", "outputs to DRAM"),
    ("network:input", "net-1", "input network"),
    ("network:weight", "net-2", "weight network"),
    ("network:psum_in", "net-3", "sums into the array"),
    ("network:psum_out", "net-4", "sums out of the array"),
    ("bank:input", "bank-1", "banks for inputs"),
    ("bank:weight", "bank-2", "banks for weights"),
    ("bank:output", "bank-3", "banks for outputs"),
    ("delivery", "out", "delivery"),
    ("fill", "fill", "fill"),
    ("drain", "drain", "drain"),
    ("dependency", "wait", "dependency"),
];

/// A cause in words.
pub fn name_of(cause: &str) -> String {
    let found = CAUSES.iter().find(|(name, ..)| *name == cause);
    found.map_or(cause, |(_, _, words)| *words).to_owned()
}

fn cycles(layers: &[Value], is_machine: bool) -> Section {
    let lost = |layer: &Value, cause: &str| {
        let stalls = layer["stalls"].as_object();
        let found = stalls.and_then(|stalls| stalls.get(cause));
        found.and_then(Value::as_f64).unwrap_or(0.0)
    };
    let used = CAUSES
        .iter()
        .filter(|(cause, ..)| layers.iter().any(|l| lost(l, cause) > 0.0));
    let used: Vec<_> = used.collect();
    let mut kinds = vec![Kind::of(("work", "array at work"))];
    kinds.extend(
        used.iter()
            .map(|(_, class, words)| Kind::of((class, words))),
    );
    if !is_machine {
        kinds.push(Kind::of(("idle", "waiting")));
    }
    let mut head = vec!["layer", "cycles", "utilization", "at least"];
    head.extend(kinds.iter().map(|k| k.label.as_str()));
    let mut table = Table::new("Cycles of every layer", &head, 1);
    let mut rows = Vec::new();
    for layer in layers {
        let (cycles, busy) = (amount(layer, "cycles"), amount(layer, "busy_cycles"));
        let mut parts = vec![busy];
        parts.extend(used.iter().map(|(cause, ..)| lost(layer, cause)));
        if !is_machine {
            parts.push((cycles - busy).max(0.0));
        }
        let name = text(layer, "name").to_owned();
        let mut cells = vec![
            name.clone(),
            thousands(cycles as u64),
            percent(amount(layer, "utilization")),
            thousands(amount(layer, "lower_bound_cycles") as u64),
        ];
        cells.extend(parts.iter().map(|part| thousands(*part as u64)));
        table.rows.push(cells);
        rows.push(Row {
            name,
            parts,
            label: metric(cycles),
        });
    }
    let stack = Stack { kinds, rows };
    Section {
        title: "Where the cycles go".to_owned(),
        lead: if is_machine {
            "Each layer's cycles: the array at work, and each cycle without work by its cause. Causes \
             sum to the time."
        } else {
            "Each layer's cycles by the model, which tells work from waiting; simulate names the \
             causes."
        }
        .to_owned(),
        legend: stack.kinds.clone(),
        drawings: vec![(
            "Cycles of each layer by cause".to_owned(),
            drawings(|size| stack.draw(size)),
        )],
        table,
    }
}

/// A component's class and words.
const COMPONENTS: [(&str, &str, &str); 6] = [
    ("mac", "work", "MACs"),
    ("scratchpad", "out", "scratchpads"),
    ("network", "net-2", "networks"),
    ("global_buffer", "bank-2", "global buffer"),
    ("dram", "dram-2", "DRAM"),
    ("leakage", "idle", "leakage"),
];

fn energy(layers: &[Value]) -> Section {
    let kinds = COMPONENTS.map(|(_, class, words)| Kind::of((class, words)));
    let mut head = vec!["layer", "energy", "above the least"];
    head.extend(COMPONENTS.map(|(_, _, words)| words));
    let mut table = Table::new("Energy of every layer", &head, 1);
    let mut rows = Vec::new();
    for layer in layers {
        let parts = COMPONENTS.map(|(name, ..)| amount(layer, &format!("energy_pj.{name}")));
        let total = amount(layer, "energy_pj.total");
        let least = number(layer, "energy_lower_bound_pj").filter(|least| *least > 0.0);
        let name = text(layer, "name").to_owned();
        let above = least.map_or(String::new(), |least| signed(total / least - 1.0));
        let mut cells = vec![name.clone(), joules(total), above];
        cells.extend(parts.map(joules));
        table.rows.push(cells);
        rows.push(Row {
            name,
            parts: parts.to_vec(),
            label: short_joules(total),
        });
    }
    let stack = Stack {
        kinds: kinds.to_vec(),
        rows,
    };
    Section {
        title: "Where the energy goes".to_owned(),
        lead: "Each layer's energy by component, clock and leakage included.".to_owned(),
        legend: kinds.to_vec(),
        drawings: vec![(
            "Energy of each layer by component, in picojoules".to_owned(),
            drawings(|size| stack.draw(size)),
        )],
        table,
    }
}
