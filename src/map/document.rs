//! The answer of `search map` as a document: JSON and CSV.

use super::{MapResult, Winner, choices};
use crate::csv;
use crate::documents::{self, Claim, Document, Map, MapLayer, MapTotal, Reduced};
use crate::energy;
use crate::goal::Chosen;
use crate::mappings::LayerMapping;
use crate::scope::Scope;
use crate::search::best_first::SearchResult;
use crate::shape;
use crate::sim::Energy;

impl MapResult {
    /// The result as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> Map {
        let winners = &self.winners;
        let spent = energy::sum(winners.iter().map(|w| &w.energy));
        let headline = self.headline();
        Map {
            schema: Map::NAME.to_owned(),
            arch: self.target.accelerator().name.clone(),
            network: self.target.network.clone(),
            dataflow: self.dataflow.name.to_string(),
            seed: self.question.seed,
            goal: Some(Chosen::from(self.goal).into()),
            batch: self.target.origin.batch,
            settings: self.target.origin.settings.clone(),
            caveats: self.target.origin.caveats.clone(),
            notes: self.notes(),
            coverage: self.target.scope().document(),
            headline: headline.whole(),
            layers: winners.iter().map(|w| self.layer(w)).collect(),
            certificate: claim(winners),
            recheck: documents::Recheck {
                note: self.few_checked(),
            },
            total: MapTotal {
                machine: headline.machine as u64,
                model: headline.model as u64,
                error: headline.error(),
                energy_pj: (&spent).into(),
            },
            interrupted: self.is_cut.then(|| documents::Interrupted {
                go_on: self.go_on.clone(),
                not_reached: Some(self.not_reached.clone()),
            }),
        }
    }

    fn layer(&self, w: &Winner) -> MapLayer {
        let left_out = w.left_out.iter().map(|left| Reduced {
            choice: left.choice.to_owned(),
            tried: left.tried.to_owned(),
        });
        MapLayer {
            name: w.name().to_owned(),
            dims: self.original(w).into(),
            candidates: w.candidates,
            model: w.model,
            machine: w.machine,
            error: w.headline().error(),
            lower_bound: w.lower_bound,
            model_choice_machine: w.first,
            certificate: claim(std::slice::from_ref(w)),
            left_out: left_out.collect(),
            energy_pj: (&w.energy).into(),
            energy_parts_pj: (&w.energy).into(),
            energy_lower_bound_pj: w.least_energy.total().0,
            mapping: LayerMapping::of(&w.mapping),
        }
    }

    /// The result as CSV: a line for each layer, and one for all of them.
    #[must_use]
    pub fn csv(&self) -> String {
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
        let mut lines = csv::Lines::new(&self.target.origin, &header.concat());
        let of = |w: &Winner| [w.candidates, w.model, w.machine, w.lower_bound, w.first];
        let rest = |figures: [u64; 5], spent: &Energy| {
            let figures = figures.iter().map(u64::to_string);
            let energies = energies(spent).map(|(_, energy)| energy.to_string());
            let all = figures.chain(energies).chain(self.target.scope().fields());
            all.collect::<Vec<_>>()
        };
        for w in &self.winners {
            let who = csv::header(&[&self.dataflow.name, w.name()]);
            let shape = shape::fields(self.original(w));
            lines.add([who, shape, rest(of(w), &w.energy)].concat());
        }
        let sums = [0, 1, 2, 3, 4].map(|at| self.winners.iter().map(|w| of(w)[at]).sum());
        let spent = energy::sum(self.winners.iter().map(|w| &w.energy));
        let who = csv::header(&[&self.dataflow.name, "total"]);
        let shape = csv::blanks(shape::columns().len());
        lines.add([who, shape, rest(sums, &spent)].concat());
        let text = lines.text();
        match self.is_cut {
            true => csv::marked(&text),
            false => text,
        }
    }
}

/// What is proved on the machine, of one layer or of all.
fn claim(winners: &[Winner]) -> Claim {
    let sum = |of: fn(&Winner) -> u64| winners.iter().map(of).sum::<u64>();
    let standings: Option<Vec<&SearchResult>> =
        winners.iter().map(|w| w.search_result.as_ref()).collect();
    let bound = standings.as_ref().and_then(|standings| {
        let bounds = standings.iter().map(|s| s.lower_bound);
        bounds.sum::<Option<u64>>()
    });
    let machine = sum(|w| w.machine);
    let of_any = winners
        .iter()
        .map(|w| w.of_any_mapping)
        .sum::<Option<u64>>();
    let is_proved = standings.is_some_and(|s| s.iter().all(|s| s.is_proved()));
    Claim {
        kind: if is_proved { "proved" } else { "none" }.to_owned(),
        of: "machine".to_owned(),
        objective: "cycles".to_owned(),
        over: "the mapper's candidates".to_owned(),
        candidates: sum(|w| w.candidates),
        left_out: choices(winners).into_iter().map(str::to_owned).collect(),
        lower_bound: bound,
        gap: bound.map(|bound| (machine - bound) as f64 / machine as f64),
        any_mapping_lower_bound: of_any,
        any_mapping_gap: of_any.map(|bound| (machine - bound) as f64 / machine as f64),
        simulations: sum(|w| w.ran),
    }
}
