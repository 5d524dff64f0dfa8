//! `estimate` and `simulate` as a page.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::causes;
use crate::format::{joules, metric, operations, percent, square_millimetres, thousands};
use crate::html::breakdown;
use crate::html::page::{Card, Finding, Page};
use crate::html::parity::{Pair, parity};
use crate::html::read::{amount, at, list, number, signed, text};
use crate::html::roofline::{self, bound_kind};

/// The page of a run.
pub fn page(run: &Value) -> Page {
    let is_machine = text(run, "reading") == "machine";
    let layers = list(run, "layers");
    let total: f64 = layers.iter().map(|l| amount(l, "cycles")).sum();
    let mut sections = vec![roofline::section(run, layers)];
    sections.push(breakdown::cycles(layers, is_machine));
    sections.push(breakdown::energy(layers));
    sections.extend(breakdown::traffic(layers));
    let pairs: Vec<Pair> = layers.iter().filter_map(pair).collect();
    if is_machine && !pairs.is_empty() {
        sections.push(parity(&pairs, "", "a layer"));
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
    let is_machine = text(run, "reading") == "machine";
    let by = if is_machine {
        beside(run, cycles)
    } else {
        " by the model".to_owned()
    };
    let mut cards = vec![
        Card::new(
            "Time a run",
            time,
            format!("{} cycles{by}", thousands(cycles as u64)),
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
        operations(1e12 * t("tops_per_watt"), "OPS/W"),
        format!("{}, DRAM included", operations(1e12 * t("tops"), "OPS")),
    ));
    cards.push(Card::new(
        "Area",
        format!("{} mm\u{b2}", square_millimetres(t("area_um2"), 2)),
        format!("{} at peak", watts(t("peak_power_mw"))),
    ));
    cards.push(Card::new(
        "DRAM traffic",
        format!("{}B", spaced(&metric(t("dram_bytes_per_mac") * macs))),
        format!("{:.3} bytes a MAC", t("dram_bytes_per_mac")),
    ));
    cards
}

/// The model's cycles beside the machine's; nothing where the document does not tell them all.
fn beside(run: &Value, machine: f64) -> String {
    let layers = list(run, "layers").iter();
    let model: Option<f64> = layers.map(|layer| number(layer, "model_cycles")).sum();
    let known = model.filter(|model| *model > 0.0 && machine > 0.0);
    known.map_or(String::new(), |model| {
        let error = signed(model / machine - 1.0);
        format!("; the model says {} ({error})", thousands(model as u64))
    })
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
            listed.map(|(cause, n)| format!("{} ({})", causes::words(cause), percent(n / total)));
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
    let names = stalls.iter().take(2).map(|(cause, _)| causes::words(cause));
    names.collect::<Vec<_>>().join(", ")
}
