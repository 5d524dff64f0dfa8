//! The answer of `search map` as a document: JSON and CSV.

use anyhow::Result;
use serde_json::{Value, json};
use stationary::search::best_first::Standing;
use stationary::sim::Energy;
use stationary::sim::mapping_file::LayerMapping;

use super::{Winner, Winners};
use crate::interrupt;
use crate::report::energy;

impl Winners<'_> {
    pub(super) fn json(&self) -> Value {
        let winners = &self.all;
        let layers: Vec<Value> = winners
            .iter()
            .map(|w| {
                json!({
                    "name": w.name(), "candidates": w.candidates,
                    "model": w.model, "machine": w.machine,
                    "error": w.headline().error(),
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
        let headline = self.headline();
        let mut document = json!({
            "schema": "stationary/search-map/1", "arch": self.loaded.accelerator.name,
            "network": self.loaded.network, "dataflow": self.dataflow.name, "seed": self.seed,
            "headline": headline.json(|cycles| json!(cycles as u64)),
            "layers": layers,
            "certificate": certificate(winners),
            "recheck": {"note": self.few_checked()},
            "total": {
                "machine": headline.machine as u64, "model": headline.model as u64,
                "error": headline.error(), "energy_pj": energy::json(&spent),
            },
        });
        if let Some(interrupt) = self.interrupt {
            document["interrupted"] = interrupt.json();
            document["interrupted"]["not_reached"] = json!(self.left);
        }
        document
    }

    pub(super) fn csv(&self) -> Result<String> {
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
        for w in &self.all {
            let fields = [
                w.name().to_owned(),
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
        let text = String::from_utf8(out.into_inner()?)?;
        match self.interrupt {
            Some(_) => interrupt::marked(&text),
            None => Ok(text),
        }
    }
}

/// What is proved on the machine, of one layer or of all.
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
