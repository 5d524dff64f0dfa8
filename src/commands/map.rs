//! `search map`: the best mapping of each layer on fixed hardware, by the machine's word.

use std::collections::HashMap;

use anyhow::{Result, bail};
use rayon::prelude::*;
use serde_json::{Value, json};
use stationary::arch::CostModel;
use stationary::search::best_first::Standing;
use stationary::sim::mapping_file::{LayerMapping, MappingFile};
use stationary::sim::{Dataflow, Energy, Mapping, estimate};
use stationary::workloads::Layer;

use crate::Answer;
use crate::cli::{Common, Format, Map};
use crate::commands::candidates::{Effort, Found, Question};
use crate::commands::machine_runs::MachineRuns;
use crate::inputs::{self, Loaded};
use crate::output;
use crate::proof::map::Document;
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
    /// Candidates that ran on the machine.
    ran: u64,
    /// What is known of all candidates, if their bounds were compared.
    standing: Option<Standing>,
    /// The machine's.
    energy: Energy,
    /// What no mapping can go below.
    least_energy: Energy,
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
    let effort = Effort {
        recheck: args.recheck,
        certify: args.certify,
        simulations: args.proving.simulations.unwrap_or(u64::MAX),
    };
    let found: Vec<Result<Found>> = distinct
        .par_iter()
        .map(|layer| {
            let question = Question {
                loaded: &loaded,
                layer,
                dataflow,
            };
            let best = question.search(effort, &runs);
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
        .zip(&indices)
        .map(|(layer, &i)| winner(&loaded, &cost, layer, dataflow, &found[i]))
        .collect::<Result<_>>()?;
    let mappings: Vec<_> = winners.iter().map(|w| w.mapping).collect();
    let mappings = MappingFile::of(&mappings).to_yaml();
    if let Some(path) = &args.output {
        inputs::write(path, &mappings)?;
    }
    let json = to_json(&loaded, dataflow, &winners, common);
    record.keep(ACCELERATOR, || Ok(loaded.accelerator.to_yaml()))?;
    record.keep("mappings.yaml", || Ok(mappings))?;
    if args.certify {
        let certificate = Document::of(args, &loaded, dataflow, &found, &indices)?;
        let text = serde_json::to_string_pretty(&certificate)? + "\n";
        if let Some(path) = &args.proving.certificate {
            inputs::write(path, &text)?;
        }
        record.keep("certificate.json", || Ok(text))?;
    }
    record.results(|| json.clone(), || to_csv(&winners))?;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&json)?,
        Format::Csv => to_csv(&winners)?,
        Format::Table => to_table(&loaded, dataflow, &winners),
    };
    output::print(&text)?;
    Ok(Answer::Yes)
}

fn winner<'a>(
    loaded: &'a Loaded,
    cost: &CostModel,
    layer: &'a Layer,
    dataflow: &'static Dataflow,
    found: &Found,
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
        ran: found.standing.ran.len() as u64,
        standing: found.is_bounded.then(|| found.standing.clone()),
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
    text.push_str(&proved(winners));
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

/// What is proved, over what, and by how many runs, in a line; nothing where bounds were not compared.
fn proved(winners: &[Winner<'_>]) -> String {
    let standings: Option<Vec<&Standing>> = winners.iter().map(|w| w.standing.as_ref()).collect();
    let Some(standings) = standings else {
        return String::new();
    };
    let proved = standings.iter().filter(|s| s.is_proved()).count();
    let ran: u64 = winners.iter().map(|w| w.ran).sum();
    let candidates: u64 = winners.iter().map(|w| w.candidates).sum();
    let gap = standings.iter().filter_map(|s| s.gap()).fold(0.0, f64::max);
    let open = match proved == winners.len() {
        true => String::new(),
        false => format!(
            ", the others at most {} above their optimum's bound",
            percent(gap)
        ),
    };
    format!(
        "proved on the machine, over the mapper's candidates: {proved} of {} layers{open}; {} of {} candidates ran\n",
        winners.len(),
        thousands(ran),
        thousands(candidates),
    )
}

/// The same for programs: of one layer, or of all.
fn certificate(winners: &[Winner<'_>]) -> Value {
    let sum = |of: fn(&Winner<'_>) -> u64| winners.iter().map(of).sum::<u64>();
    let standings: Option<Vec<&Standing>> = winners.iter().map(|w| w.standing.as_ref()).collect();
    let bound = standings.as_ref().and_then(|standings| {
        let bounds = standings.iter().map(|s| s.lower_bound);
        bounds.sum::<Option<u64>>()
    });
    let machine = sum(|w| w.machine);
    let is_proved = standings.is_some_and(|s| s.iter().all(|s| s.is_proved()));
    json!({
        "kind": if is_proved { "proved" } else { "none" }, "of": "machine",
        "lower_bound": bound,
        "gap": bound.map(|bound| (machine - bound) as f64 / machine as f64),
        "simulations": sum(|w| w.ran),
    })
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
                "certificate": certificate(std::slice::from_ref(w)),
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
        "certificate": certificate(winners),
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
