//! `search map`: the best mapping of each layer on fixed hardware, by the machine's word.

use std::collections::HashMap;

use anyhow::{Result, bail};
use rayon::prelude::*;
use serde_json::{Value, json};
use stationary::arch::CostModel;
use stationary::sim::mapping_file::{LayerMapping, MappingFile};
use stationary::sim::{Dataflow, Energy, Mapping, Tiling, estimate, mapper};
use stationary::workloads::Layer;

use crate::Answer;
use crate::cli::{Common, Format, Map};
use crate::commands::machine_runs::MachineRuns;
use crate::inputs::{self, Loaded};
use crate::output;
use crate::record::{ACCELERATOR, Record};
use crate::report::energy;
use crate::report::format::{joules, percent, signed_percent, table, thousands};

/// A layer's winner. It exists only with the machine's figure.
struct Winner<'a> {
    mapping: Mapping<'a>,
    model: u64,
    machine: u64,
    lower_bound: u64,
    /// The machine's figure for what the model thought best.
    first: u64,
    candidates: u64,
    /// The machine's.
    energy: Energy,
    /// What no mapping can go below.
    least_energy: Energy,
}

/// What was found for layers of one shape.
#[derive(Clone, Copy)]
struct Found {
    tiling: Tiling,
    machine: u64,
    first: u64,
    candidates: u64,
}

/// Searches, re-checks, reports.
pub fn map(args: &Map, common: &Common, record: &mut Record) -> Result<Answer> {
    if args.target.mapping.is_some() {
        bail!("search map --mapping: the search finds mappings; use simulate to run given ones");
    }
    let loaded = Loaded::new(&args.target)?;
    let dataflow = inputs::dataflow(&loaded.accelerator, args.target.dataflow.as_deref())?;
    let cost = CostModel::of(&loaded.accelerator)?;
    let bar = output::progress(common, "search map", loaded.layers.len() as u64);
    let mut firsts = HashMap::new();
    let mut distinct = Vec::new();
    let indices: Vec<usize> = loaded
        .layers
        .iter()
        .map(|layer| {
            *firsts
                .entry((*layer.sizes(), layer.rows(), layer.cols(), layer.zeros()))
                .or_insert_with(|| {
                    distinct.push(layer);
                    distinct.len() - 1
                })
        })
        .collect();
    let runs = MachineRuns::open(&args.recording, record, &loaded)?;
    let found: Vec<Result<Found>> = distinct
        .par_iter()
        .map(|layer| {
            let best = search(&loaded, layer, dataflow, args.recheck as usize, &runs);
            bar.inc(1);
            best
        })
        .collect();
    bar.finish_and_clear();
    let found = found.into_iter().collect::<Result<Vec<_>>>()?;
    runs.close()?;
    let winners: Vec<Winner<'_>> = loaded
        .layers
        .iter()
        .zip(indices)
        .map(|(layer, i)| winner(&loaded, &cost, layer, dataflow, found[i]))
        .collect::<Result<_>>()?;
    let mappings: Vec<_> = winners.iter().map(|w| w.mapping).collect();
    let mappings = MappingFile::of(&mappings).to_yaml();
    if let Some(path) = &args.output {
        inputs::write(path, &mappings)?;
    }
    let json = to_json(&loaded, dataflow, &winners, common);
    record.keep(ACCELERATOR, || Ok(loaded.accelerator.to_yaml()))?;
    record.keep("mappings.yaml", || Ok(mappings))?;
    record.results(|| json.clone(), || to_csv(&winners))?;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&json)?,
        Format::Csv => to_csv(&winners)?,
        Format::Table => to_table(&loaded, dataflow, &winners),
    };
    output::print(&text)?;
    Ok(Answer::Yes)
}

/// The machine's best of the model's best `k`.
fn search(
    loaded: &Loaded,
    layer: &Layer,
    dataflow: &'static Dataflow,
    k: usize,
    runs: &MachineRuns,
) -> Result<Found> {
    let (mut ranked, mut candidates) = (Vec::new(), 0);
    mapper::candidates(
        layer,
        &loaded.accelerator,
        dataflow,
        &mut |mapping, estimate| {
            candidates += 1;
            let key = (mapper::rank(estimate), *mapping.tiling());
            let place = ranked.partition_point(|(rank, _)| *rank <= key.0);
            if place < k && !ranked.contains(&key) {
                ranked.insert(place, key);
                ranked.truncate(k);
            }
        },
    );
    // Without a candidate the mapper says why.
    let first = mapper::map(layer, &loaded.accelerator, dataflow)?;
    let first_cycles = runs.cycles(&first)?;
    let mut best: Option<(u64, Tiling)> = None;
    for (_, tiling) in ranked {
        let cycles = if tiling == *first.tiling() {
            first_cycles
        } else {
            runs.cycles(&Mapping::new(layer, &loaded.accelerator, dataflow, tiling)?)?
        };
        if best.is_none_or(|(least, _)| cycles < least) {
            best = Some((cycles, tiling));
        }
    }
    let (machine, tiling) = best.unwrap_or((first_cycles, *first.tiling()));
    Ok(Found {
        tiling,
        machine,
        first: first_cycles,
        candidates,
    })
}

fn winner<'a>(
    loaded: &'a Loaded,
    cost: &CostModel,
    layer: &'a Layer,
    dataflow: &'static Dataflow,
    found: Found,
) -> Result<Winner<'a>> {
    let mapping = Mapping::new(layer, &loaded.accelerator, dataflow, found.tiling)?;
    let model = estimate(&mapping);
    Ok(Winner {
        mapping,
        model: model.cycles,
        machine: found.machine,
        lower_bound: model.lower_bound,
        first: found.first,
        candidates: found.candidates,
        // The machine moves the same words: only the time is its own.
        energy: Energy::of(&mapping, cost, &model.counters, found.machine),
        least_energy: Energy::least(&mapping, cost),
    })
}

fn to_table(loaded: &Loaded, dataflow: &Dataflow, winners: &[Winner<'_>]) -> String {
    let mut text = format!(
        "best {} mappings of {} on {}, confirmed on the machine\n",
        dataflow.title, loaded.network, loaded.accelerator.name
    );
    let header = [
        "layer",
        "candidates",
        "model",
        "machine",
        "error",
        "above bound",
        "gain of re-check",
        "energy",
    ];
    let mut rows = table(&header, 1);
    for w in winners {
        rows.add_row([
            w.mapping.layer().name().to_owned(),
            thousands(w.candidates),
            thousands(w.model),
            thousands(w.machine),
            signed_percent(w.model as f64 / w.machine as f64 - 1.0),
            percent(w.machine as f64 / w.lower_bound as f64 - 1.0),
            percent(w.first as f64 / w.machine as f64 - 1.0),
            joules(w.energy.total().0),
        ]);
    }
    let total: u64 = winners.iter().map(|w| w.machine).sum();
    let spent = energy::sum(winners.iter().map(|w| &w.energy));
    text.push_str(&format!(
        "{rows}\n{} cycles and {} in all; write the mappings with -o FILE and run them with \
         --mapping FILE\n{}",
        thousands(total),
        joules(spent.total().0),
        energy::shares(&spent)
    ));
    text
}

fn to_json(loaded: &Loaded, dataflow: &Dataflow, winners: &[Winner<'_>], common: &Common) -> Value {
    let layers: Vec<Value> = winners
        .iter()
        .map(|w| {
            json!({
                "name": w.mapping.layer().name(), "candidates": w.candidates,
                "model": w.model, "machine": w.machine,
                "error": w.model as f64 / w.machine as f64 - 1.0,
                "lower_bound": w.lower_bound, "model_choice_machine": w.first,
                "energy_pj": energy::json(&w.energy),
                "energy_parts_pj": energy::parts_json(&w.energy),
                "energy_lower_bound_pj": w.least_energy.total().0,
                "mapping": LayerMapping::of(&w.mapping),
            })
        })
        .collect();
    let spent = energy::sum(winners.iter().map(|w| &w.energy));
    json!({
        "schema": "stationary/search-map/1", "arch": loaded.accelerator.name,
        "network": loaded.network, "dataflow": dataflow.name, "seed": common.seed,
        "layers": layers,
        "total": {
            "machine": winners.iter().map(|w| w.machine).sum::<u64>(),
            "energy_pj": energy::json(&spent),
        },
    })
}

fn to_csv(winners: &[Winner<'_>]) -> Result<String> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let header = [
        "layer",
        "candidates",
        "model",
        "machine",
        "lower_bound",
        "model_choice_machine",
    ];
    let names = energy::columns(&Energy::default());
    let names = names.iter().map(|(name, _)| name.as_str());
    out.write_record(header.into_iter().chain(names))?;
    for w in winners {
        let fields = [
            w.mapping.layer().name().to_owned(),
            w.candidates.to_string(),
            w.model.to_string(),
            w.machine.to_string(),
            w.lower_bound.to_string(),
            w.first.to_string(),
        ];
        let energies = energy::columns(&w.energy).into_iter();
        out.write_record(
            fields
                .into_iter()
                .chain(energies.map(|(_, e)| e.to_string())),
        )?;
    }
    Ok(String::from_utf8(out.into_inner()?)?)
}
