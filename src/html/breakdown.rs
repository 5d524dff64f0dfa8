//! Where the cycles, the energy and DRAM's words of a run go: bars whose parts are the whole.

use crate::causes::causes;
use crate::documents::{EnergyByComponent, RunLayer};
use crate::format::{joules, metric, percent, short_joules, thousands};
use crate::html::bars::{BarRow, Stack};
use crate::html::page::{Section, Table, drawings, signed, sum};
use crate::html::parity::Pair;
use crate::html::parts::{Known, Parts, Whole};

/// The array at work, among the causes.
const WORK: Known = Known::of("busy", "work", "array at work");

/// Cycles without work whose causes the model does not tell.
const WAITING: Known = Known::of("waiting", "idle", "waiting");

/// The cycles of each layer by cause: by the machine, or by the model, which knows no causes.
pub fn cycles(layers: &[RunLayer], is_machine: bool) -> Section {
    let whole = |layer: &RunLayer| {
        let (cycles, busy) = (layer.cycles as f64, layer.busy_cycles as f64);
        let waiting = (!is_machine).then_some((WAITING.name, cycles - busy));
        let stalls = layer.stalls.iter();
        let stalls = stalls.map(|(cause, cycles)| (cause.as_str(), *cycles as f64));
        let parts = [(WORK.name, busy)].into_iter().chain(waiting);
        Whole::of(parts.chain(stalls), cycles)
    };
    let causes = causes().into_iter();
    let causes = causes.map(|cause| Known::of(cause.name, cause.class, cause.words));
    let known: Vec<Known> = [WORK].into_iter().chain(causes).chain([WAITING]).collect();
    let parts = Parts::of(&known, &layers.iter().map(whole).collect::<Vec<_>>());
    let facts = |cycles, used, least| vec![thousands(cycles), used, thousands(least)];
    let rows = layers.iter().map(|layer| {
        let used = percent(layer.utilization);
        let facts = facts(layer.cycles, used, layer.lower_bound_cycles);
        (layer.name.clone(), facts)
    });
    let total = facts(
        sum(layers.iter().map(|layer| layer.cycles)),
        String::new(),
        sum(layers.iter().map(|layer| layer.lower_bound_cycles)),
    );
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
        rows.collect(),
        total,
        parts,
    )
}

/// Components of the energy.
const COMPONENTS: [Known; 6] = [
    Known::of("mac", "work", "MACs"),
    Known::of("scratchpad", "out", "scratchpads"),
    Known::of("network", "net-2", "networks"),
    Known::of("global_buffer", "bank-2", "global buffer"),
    Known::of("dram", "dram-2", "DRAM"),
    Known::of("leakage", "idle", "leakage"),
];

/// What a layer spends.
pub struct Spent<'a> {
    pub name: String,
    pub energy: &'a EnergyByComponent,
    /// What no mapping can go below, where that is known.
    pub least: Option<f64>,
}

/// The energy of each layer by component.
pub fn energy(layers: &[Spent<'_>]) -> Section {
    let wholes = layers.iter().map(|layer| layer.energy);
    let wholes = wholes.map(|energy| Whole::of(energy.components(), energy.total));
    let parts = Parts::of(&COMPONENTS, &wholes.collect::<Vec<_>>());
    let facts = |total: f64, least: Option<f64>| {
        let least = least.filter(|least| *least > 0.0);
        let above = least.map(|least| signed(total / least - 1.0));
        vec![joules(total), above.unwrap_or_default()]
    };
    let rows = layers.iter();
    let rows = rows.map(|layer| (layer.name.clone(), facts(layer.energy.total, layer.least)));
    let total = facts(
        layers.iter().map(|layer| layer.energy.total).sum(),
        layers.iter().map(|layer| layer.least).sum(),
    );
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
        rows.collect(),
        total,
        parts,
    )
}

/// Words from DRAM and to it.
const CROSSINGS: [Known; 4] = [
    Known::of("input_read", "net-1", "inputs read"),
    Known::of("weight_read", "dram-2", "weights read"),
    Known::of("output_read", "bank-1", "partial sums read back"),
    Known::of("output_write", "bank-3", "outputs written"),
];

/// What each layer moves over DRAM's link, by operand; none if nothing moves.
pub fn traffic(layers: &[RunLayer]) -> Option<Section> {
    let words = |layer: &RunLayer| sum(layer.moved.dram.crossings().map(|(_, words)| words));
    let all = sum(layers.iter().map(words));
    if all == 0 {
        return None;
    }
    let whole = |layer: &RunLayer| {
        let crossings = layer.moved.dram.crossings();
        let parts = crossings.map(|(name, words)| (name, words as f64));
        Whole::of(parts, words(layer) as f64)
    };
    let parts = Parts::of(&CROSSINGS, &layers.iter().map(whole).collect::<Vec<_>>());
    let facts = |words: u64, macs: u64| {
        let reuse = macs as f64 / words.max(1) as f64;
        vec![thousands(words), format!("{reuse:.2}")]
    };
    let rows = layers.iter();
    let rows = rows.map(|layer| (layer.name.clone(), facts(words(layer), layer.macs)));
    let total = facts(all, sum(layers.iter().map(|layer| layer.macs)));
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
        rows.collect(),
        total,
        parts,
    ))
}

/// What each layer of a search takes on the machine, against what nothing can go below.
pub fn bounds(layers: &[Pair], least: impl IntoIterator<Item = u64>) -> Section {
    const KNOWN: [Known; 2] = [
        Known::of("least", "work", "at least"),
        Known::of("above", "s2", "above its own bound"),
    ];
    let least: Vec<u64> = least.into_iter().collect();
    let whole = |(pair, least): (&Pair, &u64)| {
        let (machine, least) = (pair.machine as f64, *least as f64);
        Whole::of([("least", least), ("above", machine - least)], machine)
    };
    let both = || layers.iter().zip(&least);
    let parts = Parts::of(&KNOWN, &both().map(whole).collect::<Vec<_>>());
    let facts = |pair: &Pair, least: u64| {
        let above = pair.machine as f64 / least.max(1) as f64 - 1.0;
        vec![
            thousands(pair.machine),
            thousands(pair.model),
            signed(pair.error()),
            signed(above),
        ]
    };
    let rows = both().map(|(pair, least)| (pair.name.clone(), facts(pair, *least)));
    let all = Pair {
        model: sum(layers.iter().map(|pair| pair.model)),
        machine: sum(layers.iter().map(|pair| pair.machine)),
        ..Pair::default()
    };
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
        rows.collect(),
        facts(&all, sum(least)),
        parts,
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

/// What stands beside the parts comes with them: names and cells of the layers, and cells of all.
fn section(
    look: Look<'_>,
    layers: Vec<(String, Vec<String>)>,
    total: Vec<String>,
    parts: Parts,
) -> Section {
    let mut head = vec!["layer"];
    head.extend(look.head);
    head.extend(parts.kinds.iter().map(|kind| kind.label.as_str()));
    let mut table = Table::new(look.caption, &head, 1);
    let mut rows = Vec::new();
    for ((name, facts), own) in layers.into_iter().zip(&parts.rows) {
        let mut cells = vec![name.clone()];
        cells.extend(facts);
        cells.extend(own.iter().map(|part| (look.cell)(*part)));
        table.rows.push(cells);
        rows.push(BarRow {
            name,
            parts: own.clone(),
            label: (look.label)(own.iter().sum()),
        });
    }
    let mut all = vec!["all layers".to_owned()];
    all.extend(total);
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
        let energy = EnergyByComponent::default();
        let names = energy.components().map(|(name, _)| name);
        assert!(names.eq(COMPONENTS.map(|known| known.name)));
        for (at, one) in COMPONENTS.iter().enumerate() {
            assert!(
                COMPONENTS[..at]
                    .iter()
                    .all(|other| other.class != one.class)
            );
        }
    }
}
