//! A validation for programs.

use crate::csv;
use crate::documents::{
    Document, Regret, Validate, ValidateDataflow, ValidateLayer, ValidateMapping,
};
use crate::scope::Scope;
use crate::shape;

use super::{Compared, ComparedDataflow, ComparedLayer, Summary, Validation};

impl Validation {
    /// The result as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> Validate {
        Validate {
            schema: Validate::NAME.to_owned(),
            arch: self.target.accelerator().name.clone(),
            network: self.target.network.clone(),
            mappings: self.question.mappings as u64,
            goal: self.target.chosen().map(Into::into),
            seed: self.question.seed,
            batch: self.target.origin.batch,
            settings: self.target.origin.settings.clone(),
            caveats: self.target.origin.caveats.clone(),
            coverage: self.target.scope().document(),
            dataflows: self.dataflows.iter().map(of_dataflow).collect(),
            left_out: self.left_out.clone(),
        }
    }

    /// A line a mapping, and for each dataflow one for all layers in their first mapping.
    #[must_use]
    pub fn csv(&self) -> String {
        let who = ["dataflow", "layer", "mapping"];
        let figures = [
            "model",
            "machine",
            "lower_bound",
            "error",
            "model_energy_pj",
            "machine_energy_pj",
        ];
        let header = [
            csv::header(&who),
            shape::columns(),
            csv::header(&figures),
            csv::header(&Scope::COLUMNS),
        ];
        let mut lines = csv::Lines::new(&self.target.origin, &header.concat());
        let coverage = self.target.scope().fields();
        let figures = |cycles: [u64; 3], energies: [f64; 2]| {
            let [model, machine, _] = cycles;
            let error = model as f64 / machine as f64 - 1.0;
            let cycles = cycles.iter().map(u64::to_string);
            let floats = [error, energies[0], energies[1]];
            let floats = floats.iter().map(f64::to_string);
            let all = cycles.chain(floats).chain(coverage.clone());
            all.collect::<Vec<_>>()
        };
        for d in &self.dataflows {
            let who = |layer: &str, mapping: &str| csv::header(&[d.control.name(), layer, mapping]);
            let (mut cycles, mut energies) = ([0; 3], [0.0; 2]);
            for layer in &d.layers {
                for (i, m) in layer.mappings.iter().enumerate() {
                    let own = [m.model, m.machine, m.lower_bound];
                    let spent = [m.model_energy.total().0, m.machine_energy.total().0];
                    if i == 0 {
                        cycles = [0, 1, 2].map(|at| cycles[at] + own[at]);
                        energies = [0, 1].map(|at| energies[at] + spent[at]);
                    }
                    let fields = [
                        who(layer.layer.name(), &i.to_string()),
                        shape::fields(&layer.layer),
                        figures(own, spent),
                    ];
                    lines.add(fields.concat());
                }
            }
            let fields = [
                who("total", "0"),
                csv::blanks(shape::columns().len()),
                figures(cycles, energies),
            ];
            lines.add(fields.concat());
        }
        lines.text()
    }
}

fn of_dataflow(d: &ComparedDataflow) -> ValidateDataflow {
    let s = Summary::of(&d.layers);
    let layer = |layer: &ComparedLayer| ValidateLayer {
        name: layer.layer.name().to_owned(),
        dims: (&layer.layer).into(),
        mappings: layer.mappings.iter().map(of_mapping).collect(),
    };
    ValidateDataflow {
        dataflow: d.control.name().to_owned(),
        mean_abs_error: s.mean,
        max_abs_error: s.greatest,
        max_abs_error_layer: s.greatest_at.clone(),
        bias: s.bias,
        bound_violations: s.violations as u64,
        count_mismatches: s.miscounts as u64,
        energy_mean_abs_error: s.energy[0],
        energy_max_abs_error: s.energy[1],
        kendall_tau: s.tau,
        regret: Regret {
            one: s.regret[0],
            five: s.regret[1],
            ten: s.regret[2],
        },
        layers: d.layers.iter().map(layer).collect(),
    }
}

fn of_mapping(m: &Compared) -> ValidateMapping {
    ValidateMapping {
        model_cycles: m.model,
        machine_cycles: m.machine,
        lower_bound_cycles: m.lower_bound,
        error: m.error(),
        busy_cycles: m.busy,
        stalls: m
            .stalls
            .iter()
            .map(|(c, n)| (c.name().to_owned(), n))
            .collect(),
        counts_agree: m.counts_agree,
        model_energy_pj: (&m.model_energy).into(),
        machine_energy_pj: (&m.machine_energy).into(),
        machine_energy_parts_pj: (&m.machine_energy).into(),
        energy_error: m.energy_error(),
    }
}
