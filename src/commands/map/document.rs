//! The answer of `search map` as a document: JSON and CSV.

use anyhow::Result;
use serde_json::{Value, json};
use stationary::search::best_first::Standing;
use stationary::sim::Energy;
use stationary::sim::mapping_file::LayerMapping;

use super::text::choices;
use super::{Winner, Winners};
use crate::csv;
use crate::energy;
use crate::goal;
use crate::interrupt;
use crate::scope::Scope;
use crate::shape;

impl Winners<'_> {
    pub(super) fn json(&self) -> Value {
        let winners = &self.all;
        let layers: Vec<Value> = winners
            .iter()
            .map(|w| {
                json!({
                    "name": w.name(), "dims": shape::json(self.original(w)),
                    "candidates": w.candidates,
                    "model": w.model, "machine": w.machine,
                    "error": w.headline().error(),
                    "lower_bound": w.lower_bound, "model_choice_machine": w.first,
                    "certificate": certificate(std::slice::from_ref(w)),
                    "left_out": w.left_out.iter()
                        .map(|left| json!({"choice": left.choice, "tried": left.tried}))
                        .collect::<Vec<_>>(),
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
            "goal": goal::json(Some(self.goal.into())),
            "batch": self.loaded.origin.batch, "settings": self.loaded.origin.settings,
            "caveats": self.loaded.origin.caveats,
            "notes": self.notes(),
            "coverage": self.loaded.scope.json(),
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

    /// A line a layer, and one for all of them.
    pub(super) fn csv(&self) -> Result<String> {
        let figures = [
            "candidates",
            "model",
            "machine",
            "lower_bound",
            "model_choice_machine",
        ];
        let energies = |energy: &Energy| energy::columns(energy).into_iter();
        let header = [
            csv::header(&["dataflow", "layer"]),
            shape::columns(),
            csv::header(&figures),
            energies(&Energy::default()).map(|(name, _)| name).collect(),
            csv::header(&Scope::COLUMNS),
        ];
        let mut lines = csv::Lines::new(&self.loaded.origin, &header.concat())?;
        let of = |w: &Winner| [w.candidates, w.model, w.machine, w.lower_bound, w.first];
        let rest = |figures: [u64; 5], spent: &Energy| {
            let figures = figures.iter().map(u64::to_string);
            let energies = energies(spent).map(|(_, energy)| energy.to_string());
            let all = figures.chain(energies).chain(self.loaded.scope.fields());
            all.collect::<Vec<_>>()
        };
        for w in &self.all {
            let who = csv::header(&[&self.dataflow.name, w.name()]);
            let shape = shape::fields(self.original(w));
            lines.add([who, shape, rest(of(w), &w.energy)].concat())?;
        }
        let sums = [0, 1, 2, 3, 4].map(|at| self.all.iter().map(|w| of(w)[at]).sum());
        let spent = energy::sum(self.all.iter().map(|w| &w.energy));
        let who = csv::header(&[&self.dataflow.name, "total"]);
        let shape = csv::blanks(shape::columns().len());
        lines.add([who, shape, rest(sums, &spent)].concat())?;
        let text = lines.text()?;
        match self.interrupt {
            Some(_) => interrupt::marked(&text),
            None => Ok(text),
        }
    }
}

/// What is proved on the machine, of one layer or of all.
fn certificate(winners: &[Winner]) -> Value {
    let sum = |of: fn(&Winner) -> u64| winners.iter().map(of).sum::<u64>();
    let standings: Option<Vec<&Standing>> = winners.iter().map(|w| w.standing.as_ref()).collect();
    let bound = standings.as_ref().and_then(|standings| {
        let bounds = standings.iter().map(|s| s.lower_bound);
        bounds.sum::<Option<u64>>()
    });
    let machine = sum(|w| w.machine);
    let is_proved = standings.is_some_and(|s| s.iter().all(|s| s.is_proved()));
    json!({
        "kind": if is_proved { "proved" } else { "none" }, "of": "machine",
        "objective": "cycles", "over": "the mapper's candidates", "candidates": sum(|w| w.candidates),
        "left_out": choices(winners),
        "lower_bound": bound,
        "gap": bound.map(|bound| (machine - bound) as f64 / machine as f64),
        "simulations": sum(|w| w.ran),
    })
}
