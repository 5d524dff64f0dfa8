//! Where the cycles, the energy and DRAM's words of a run go: bars whose parts are the whole.

use crate::arch::Operand;
use crate::sim::Energy;
use serde_json::Value;

use crate::causes::causes;
use crate::energy;
use crate::format::{joules, metric, percent, short_joules, thousands};
use crate::html::bars::{BarRow, Stack};
use crate::html::page::{Section, Table, drawings};
use crate::html::parts::{Known, Parts, Whole};
use crate::html::read::{amount, number, signed, text};

/// The array at work, among the causes.
const WORK: Known = Known {
    name: "busy",
    class: "work",
    words: "array at work",
};

/// Cycles without work whose causes the model does not tell.
const WAITING: Known = Known {
    name: "waiting",
    class: "idle",
    words: "waiting",
};

/// The cycles of each layer by cause: by the machine, or by the model, which knows no causes.
pub fn cycles(layers: &[Value], is_machine: bool) -> Section {
    let whole = |layer: &Value| {
        let (cycles, busy) = (amount(layer, "cycles"), amount(layer, "busy_cycles"));
        let parts = Whole::of(&layer["stalls"], Some(cycles));
        let parts = parts.with(WORK.name, busy);
        if is_machine {
            parts
        } else {
            parts.with(WAITING.name, cycles - busy)
        }
    };
    let known = causes().into_iter().map(|cause| Known {
        name: cause.name,
        class: cause.class,
        words: cause.words,
    });
    let known: Vec<Known> = [WORK].into_iter().chain(known).chain([WAITING]).collect();
    let parts = Parts::of(&known, &layers.iter().map(whole).collect::<Vec<_>>());
    let facts = |layer: &Value| {
        vec![
            thousands(amount(layer, "cycles") as u64),
            percent(amount(layer, "utilization")),
            thousands(amount(layer, "lower_bound_cycles") as u64),
        ]
    };
    let sum = |path: &str| layers.iter().map(|l| amount(l, path)).sum::<f64>() as u64;
    let total = vec![
        thousands(sum("cycles")),
        String::new(),
        thousands(sum("lower_bound_cycles")),
    ];
    let lead = if is_machine {
        "Each layer's cycles: the array at work, and each cycle without work by its cause. Causes \
         sum to the time."
    } else {
        "Each layer's cycles by the model, which tells work from waiting; simulate names the causes."
    };
    section(
        Look {
            title: "Where the cycles go",
            lead: format!("{lead}{}", parts.caveat("the layer's cycles")),
            drawing: "Cycles of each layer by cause",
            caption: "Cycles of every layer",
            head: &["cycles", "utilization", "at least"],
            cell: |cycles| thousands(cycles as u64),
            label: metric,
        },
        layers,
        parts,
        Facts {
            facts: &facts,
            total,
        },
    )
}

/// Words and colour of a component of the energy.
fn component(name: &'static str) -> Known {
    let (class, words) = match name {
        "mac" => ("work", "MACs"),
        "scratchpad" => ("out", "scratchpads"),
        "network" => ("net-2", "networks"),
        "global_buffer" => ("bank-2", "global buffer"),
        "dram" => ("dram-2", "DRAM"),
        "leakage" => ("idle", "leakage"),
        other => ("other-1", other),
    };
    Known { name, class, words }
}

/// The energy of each layer by component.
pub fn energy(layers: &[Value]) -> Section {
    let known = energy::components(&Energy::default()).map(|(name, _)| component(name));
    let whole = |layer: &Value| Whole::of(&layer["energy_pj"], number(layer, "energy_pj.total"));
    let parts = Parts::of(&known, &layers.iter().map(whole).collect::<Vec<_>>());
    let above = |total: f64, least: f64| match least > 0.0 {
        true => signed(total / least - 1.0),
        false => String::new(),
    };
    let facts = |layer: &Value| {
        let total = amount(layer, "energy_pj.total");
        vec![
            joules(total),
            above(total, amount(layer, "energy_lower_bound_pj")),
        ]
    };
    let sum = |path: &str| layers.iter().map(|l| amount(l, path)).sum::<f64>();
    let all = sum("energy_pj.total");
    let total = vec![joules(all), above(all, sum("energy_lower_bound_pj"))];
    section(
        Look {
            title: "Where the energy goes",
            lead: format!(
                "Each layer's energy by component, clock and leakage included.{}",
                parts.caveat("the layer's energy")
            ),
            drawing: "Energy of each layer by component, in picojoules",
            caption: "Energy of every layer",
            head: &["energy", "above the least"],
            cell: joules,
            label: short_joules,
        },
        layers,
        parts,
        Facts {
            facts: &facts,
            total,
        },
    )
}

/// An operand's words from DRAM and to it.
fn crossing(operand: Operand) -> [Known; 2] {
    let known = |name, class, words| Known { name, class, words };
    match operand {
        Operand::Input => [
            known("input_read", "net-1", "inputs read"),
            known("input_write", "net-2", "inputs written"),
        ],
        Operand::Weight => [
            known("weight_read", "dram-2", "weights read"),
            known("weight_write", "dram-3", "weights written"),
        ],
        Operand::Output => [
            known("output_read", "bank-1", "partial sums read back"),
            known("output_write", "bank-3", "outputs written"),
        ],
    }
}

/// What each layer moves over DRAM's link, by operand; none if the document does not tell.
pub fn traffic(layers: &[Value]) -> Option<Section> {
    let known = Operand::ALL.map(crossing).concat();
    let wholes = layers.iter().map(|l| Whole::of(&l["moved"]["dram"], None));
    let wholes: Vec<Whole> = wholes.collect();
    let words: f64 = wholes.iter().map(|whole| whole.total).sum();
    if words == 0.0 {
        return None;
    }
    let parts = Parts::of(&known, &wholes);
    let facts = |layer: &Value| {
        let words: f64 = Whole::of(&layer["moved"]["dram"], None).total;
        let macs = amount(layer, "macs");
        vec![
            thousands(words as u64),
            format!("{:.2}", macs / words.max(1.0)),
        ]
    };
    let macs: f64 = layers.iter().map(|l| amount(l, "macs")).sum();
    let total = vec![thousands(words as u64), format!("{:.2}", macs / words)];
    Some(section(
        Look {
            title: "What DRAM moves",
            lead: "Each layer's words from and to DRAM, by operand.".to_owned(),
            drawing: "DRAM words of each layer by operand",
            caption: "DRAM words of every layer",
            head: &["words", "MACs a word"],
            cell: |words| thousands(words as u64),
            label: metric,
        },
        layers,
        parts,
        Facts {
            facts: &facts,
            total,
        },
    ))
}

/// What each layer of a search takes on the machine, against what nothing can go below.
pub fn bounds(layers: &[Value]) -> Section {
    const KNOWN: [Known; 2] = [
        Known {
            name: "least",
            class: "work",
            words: "at least",
        },
        Known {
            name: "above",
            class: "s2",
            words: "above its own bound",
        },
    ];
    let whole = |layer: &Value| {
        let (machine, least) = (amount(layer, "machine"), amount(layer, "lower_bound"));
        let parts = Whole::of(&Value::Null, Some(machine));
        parts.with("above", machine - least).with("least", least)
    };
    let parts = Parts::of(&KNOWN, &layers.iter().map(whole).collect::<Vec<_>>());
    let facts = |machine: f64, model: f64, least: f64| {
        vec![
            thousands(machine as u64),
            thousands(model as u64),
            signed(model / machine.max(1.0) - 1.0),
            signed(machine / least.max(1.0) - 1.0),
        ]
    };
    let of = |layer: &Value| {
        let [machine, model, least] =
            ["machine", "model", "lower_bound"].map(|path| amount(layer, path));
        facts(machine, model, least)
    };
    let [machine, model, least] = ["machine", "model", "lower_bound"]
        .map(|path| layers.iter().map(|l| amount(l, path)).sum::<f64>());
    section(
        Look {
            title: "Cycles by layer",
            lead: format!(
                "Each layer on the machine: what its own mapping or schedule cannot go \
                 below, and what it takes beyond.{}",
                parts.caveat("the layer's cycles")
            ),
            drawing: "Cycles of each layer, with its lower bound",
            caption: "Cycles of every layer",
            head: &["machine", "model", "model off by", "above its own bound"],
            cell: |cycles| thousands(cycles as u64),
            label: metric,
        },
        layers,
        parts,
        Facts {
            facts: &of,
            total: facts(machine, model, least),
        },
    )
}

/// How a breakdown looks.
struct Look<'a> {
    title: &'a str,
    lead: String,
    drawing: &'a str,
    caption: &'a str,
    /// Columns between the layer's name and the parts.
    head: &'a [&'a str],
    cell: fn(f64) -> String,
    label: fn(f64) -> String,
}

/// What stands beside the parts: of a layer, and of all.
struct Facts<'a> {
    facts: &'a dyn Fn(&Value) -> Vec<String>,
    total: Vec<String>,
}

fn section(look: Look<'_>, layers: &[Value], parts: Parts, facts: Facts<'_>) -> Section {
    let mut head = vec!["layer"];
    head.extend(look.head);
    head.extend(parts.kinds.iter().map(|kind| kind.label.as_str()));
    let mut table = Table::new(look.caption, &head, 1);
    let mut rows = Vec::new();
    for (layer, own) in layers.iter().zip(&parts.rows) {
        let name = text(layer, "name").to_owned();
        let mut cells = vec![name.clone()];
        cells.extend((facts.facts)(layer));
        cells.extend(own.iter().map(|part| (look.cell)(*part)));
        table.rows.push(cells);
        rows.push(BarRow {
            name,
            parts: own.clone(),
            label: (look.label)(own.iter().sum()),
        });
    }
    let mut all = vec!["all layers".to_owned()];
    all.extend(facts.total);
    all.extend(parts.totals().into_iter().map(look.cell));
    table.rows.push(all);
    let legend = parts.kinds.clone();
    let stack = Stack {
        kinds: parts.kinds,
        rows,
    };
    // A document that tells nothing has nothing to draw.
    let drawings = match legend.is_empty() {
        true => Vec::new(),
        false => vec![(look.drawing.to_owned(), drawings(|size| stack.draw(size)))],
    };
    Section {
        title: look.title.to_owned(),
        lead: look.lead,
        legend,
        drawings,
        table,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_of_the_energy_has_its_own_words_and_colour() {
        let names = energy::components(&Energy::default()).map(|(name, _)| name);
        let known = names.map(component);
        for (at, one) in known.iter().enumerate() {
            assert_ne!(one.class, "other-1", "{}", one.name);
            assert!(known[..at].iter().all(|other| other.class != one.class));
        }
    }
}
