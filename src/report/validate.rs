//! The report of `validate`.

use std::collections::BTreeMap;

use anyhow::Result;
use stationary::Target;
use stationary::csv;
use stationary::documents::{
    self, Document, Regret, Validate, ValidateDataflow, ValidateLayer, ValidateMapping,
};
use stationary::energy;
use stationary::format::{joules, percent, signed_percent, thousands};
use stationary::goal;
use stationary::scope::Scope;
use stationary::shape;
use stationary::sim::Stalls;

use crate::cli::Common;
use crate::commands::validate::{Compared, ComparedDataflow, ComparedLayer, Unmapped};
use crate::report::table::table;

/// Everything that a validation found.
pub struct ValidateReport<'a> {
    loaded: &'a Target,
    dataflows: Vec<ComparedDataflow>,
    unmapped: Vec<Unmapped>,
    mappings: usize,
    seed: u64,
}

/// Statistics over the mappings of a dataflow.
struct Summary {
    mappings: usize,
    mean: f64,
    greatest: f64,
    greatest_at: String,
    bias: f64,
    violations: usize,
    miscounts: usize,
    /// Of the energies: mean and greatest absolute error.
    energy: [f64; 2],
    /// Mean over layers with more than one mapping.
    tau: Option<f64>,
    /// Mean regret when the model's best 1, 5 and 10 are simulated.
    regret: [Option<f64>; 3],
}

const TOPS: [usize; 3] = [1, 5, 10];

impl Compared {
    fn error(&self) -> f64 {
        self.model as f64 / self.machine as f64 - 1.0
    }

    fn energy_error(&self) -> f64 {
        self.model_energy.total().0 / self.machine_energy.total().0 - 1.0
    }
}

/// Errors of the model that are worth a look.
const SEEN: f64 = 0.03;

impl<'a> ValidateReport<'a> {
    /// Collects a validation's results.
    pub fn new(
        loaded: &'a Target,
        dataflows: Vec<ComparedDataflow>,
        mappings: usize,
        seed: u64,
    ) -> Self {
        Self {
            loaded,
            dataflows,
            unmapped: Vec::new(),
            mappings,
            seed,
        }
    }

    /// The same, beside dataflows that were asked for and have no result.
    pub fn without(self, unmapped: Vec<Unmapped>) -> Self {
        Self { unmapped, ..self }
    }

    /// Whether every bound and every count held.
    pub fn is_sound(&self) -> bool {
        let all = self
            .dataflows
            .iter()
            .flat_map(|d| &d.layers)
            .flat_map(|l| &l.mappings);
        all.clone()
            .all(|m| m.lower_bound <= m.machine && m.counts_agree)
    }

    /// For people.
    pub fn table(&self, common: &Common) -> String {
        let mut text = String::new();
        for d in &self.dataflows {
            text.push_str(&format!(
                "{} on {}: {}, model against machine{}\n",
                self.loaded.network,
                self.loaded.accelerator.name,
                d.control.title(),
                self.loaded.scope.title(),
            ));
            text.push_str(&goal::line(self.loaded.chosen()));
            text.push_str(&self.loaded.scope.text());
            let header = [
                "layer",
                "shape",
                "causes of the machine's stalls",
                "model",
                "machine",
                "error",
                "bound",
                "energy",
            ];
            let mut rows = table(&header, 3).optional(&["shape", "energy", "bound"]);
            for layer in &d.layers {
                for m in layer
                    .mappings
                    .iter()
                    .take(if common.verbose { usize::MAX } else { 1 })
                {
                    rows.add_row([
                        layer.layer.name().to_owned(),
                        shape::text(&layer.layer),
                        causes(&m.stalls, m.machine, 3),
                        thousands(m.model),
                        thousands(m.machine),
                        signed_percent(m.error()),
                        percent(m.lower_bound as f64 / m.machine as f64),
                        joules(m.machine_energy.total().0),
                    ]);
                }
            }
            let firsts = d.layers.iter().filter_map(|layer| layer.mappings.first());
            let sum = |of: fn(&Compared) -> u64| firsts.clone().map(of).sum::<u64>();
            let [model, machine, bound] =
                [sum(|m| m.model), sum(|m| m.machine), sum(|m| m.lower_bound)];
            let spent = energy::sum(firsts.clone().map(|first| &first.machine_energy));
            rows.total([
                "total".to_owned(),
                String::new(),
                String::new(),
                thousands(model),
                thousands(machine),
                signed_percent(model as f64 / machine as f64 - 1.0),
                percent(bound as f64 / machine as f64),
                joules(spent.total().0),
            ]);
            text.push_str(&rows.to_string());
            text.push('\n');
            text.push_str(&summary_text(&Summary::of(&d.layers)));
            text.push_str(&explanation(&d.layers));
            text.push_str(&energy::shares(&spent));
            text.push_str(&self.next(&d.layers));
            text.push('\n');
        }
        text
    }

    /// What to look at next.
    fn next(&self, layers: &[ComparedLayer]) -> String {
        let worst = Summary::of(layers);
        if worst.greatest >= SEEN {
            return format!(
                "next: simulate --layer '{}' --trace FILE shows where the time goes in the layer that the model is \
                 furthest off\n",
                worst.greatest_at
            );
        }
        match self.mappings {
            1 if !self.loaded.has_file() => {
                "next: --mappings 20 compares mappings from the whole range, and how the model ranks them\n".to_owned()
            }
            _ => String::new(),
        }
    }

    /// As a document.
    pub fn document(&self) -> Validate {
        let left_out = self.unmapped.iter().map(|unmapped| documents::Unmapped {
            dataflow: unmapped.dataflow.clone(),
            reason: unmapped.reason.clone(),
        });
        Validate {
            schema: Validate::NAME.to_owned(),
            arch: self.loaded.accelerator.name.clone(),
            network: self.loaded.network.clone(),
            mappings: self.mappings as u64,
            goal: self.loaded.chosen().map(Into::into),
            seed: self.seed,
            batch: self.loaded.origin.batch,
            settings: self.loaded.origin.settings.clone(),
            caveats: self.loaded.origin.caveats.clone(),
            coverage: self.loaded.scope.document(),
            dataflows: self.dataflows.iter().map(of_dataflow).collect(),
            left_out: left_out.collect(),
        }
    }

    /// A line a mapping, and for each dataflow one for all layers in their first mapping.
    pub fn csv(&self) -> Result<String> {
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
        let mut lines = csv::Lines::new(&self.loaded.origin, &header.concat());
        let coverage = self.loaded.scope.fields();
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
        Ok(lines.text())
    }
}

impl Summary {
    fn of(layers: &[ComparedLayer]) -> Self {
        let all: Vec<(&str, &Compared)> = layers
            .iter()
            .flat_map(|l| l.mappings.iter().map(|m| (l.layer.name(), m)))
            .collect();
        let n = all.len() as f64;
        let worst = all
            .iter()
            .max_by(|a, b| a.1.error().abs().total_cmp(&b.1.error().abs()));
        let several: Vec<_> = layers.iter().filter(|l| l.mappings.len() > 1).collect();
        let mean = |values: Vec<f64>| {
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        };
        Self {
            mappings: all.len(),
            mean: all.iter().map(|(_, m)| m.error().abs()).sum::<f64>() / n,
            greatest: worst.map_or(0.0, |(_, m)| m.error().abs()),
            greatest_at: worst.map_or(String::new(), |(name, _)| (*name).to_owned()),
            bias: all.iter().map(|(_, m)| m.error()).sum::<f64>() / n,
            violations: all
                .iter()
                .filter(|(_, m)| m.lower_bound > m.machine)
                .count(),
            energy: {
                let errors = all.iter().map(|(_, m)| m.energy_error().abs());
                [errors.clone().sum::<f64>() / n, errors.fold(0.0, f64::max)]
            },
            miscounts: all.iter().filter(|(_, m)| !m.counts_agree).count(),
            tau: mean(
                several
                    .iter()
                    .filter_map(|l| kendall(&l.mappings))
                    .collect(),
            ),
            regret: TOPS.map(|k| mean(several.iter().map(|l| regret(&l.mappings, k)).collect())),
        }
    }
}

/// Kendall's tau-b between model and machine; `None` where one of them is the same for all.
fn kendall(mappings: &[Compared]) -> Option<f64> {
    let (mut agree, mut ties_model, mut ties_machine, mut pairs) = (0i64, 0i64, 0i64, 0i64);
    for (i, a) in mappings.iter().enumerate() {
        for b in &mappings[i + 1..] {
            let (x, y) = (
                a.model.cmp(&b.model) as i64,
                a.machine.cmp(&b.machine) as i64,
            );
            agree += x * y;
            ties_model += i64::from(x == 0);
            ties_machine += i64::from(y == 0);
            pairs += 1;
        }
    }
    let scale = ((pairs - ties_model) as f64 * (pairs - ties_machine) as f64).sqrt();
    (scale > 0.0).then(|| agree as f64 / scale)
}

/// What choosing the machine's best of the model's `k` best costs over the best of all.
fn regret(mappings: &[Compared], k: usize) -> f64 {
    let mut ranked: Vec<_> = mappings.iter().collect();
    ranked.sort_by_key(|m| m.model);
    let chosen = ranked.iter().take(k).map(|m| m.machine).min().unwrap_or(0);
    let best = mappings.iter().map(|m| m.machine).min().unwrap_or(1);
    chosen as f64 / best as f64 - 1.0
}

fn summary_text(s: &Summary) -> String {
    let mut text = format!(
        "{} mappings: mean absolute error {}, greatest {} ({}), bias {}; bound violations {}",
        s.mappings,
        percent(s.mean),
        percent(s.greatest),
        s.greatest_at,
        signed_percent(s.bias),
        s.violations
    );
    if s.miscounts > 0 {
        text.push_str(&format!("; COUNTS DIFFER in {}", s.miscounts));
    }
    if let Some(tau) = s.tau {
        text.push_str(&format!("\nwithin a layer: Kendall's tau {tau:.3}"));
    }
    for (k, regret) in TOPS.iter().zip(s.regret) {
        if let Some(regret) = regret {
            text.push_str(&format!(", regret at {k} {}", percent(regret)));
        }
    }
    text.push('\n');
    let [mean, greatest] = s.energy.map(percent);
    text.push_str(&format!(
        "energy: mean absolute error {mean}, greatest {greatest}\n"
    ));
    text
}

/// Where the cycles are that the model gets wrong: stalls of the layers, weighted by their error.
fn explanation(layers: &[ComparedLayer]) -> String {
    let (mut weights, mut error) = (BTreeMap::<&str, f64>::new(), 0.0);
    for m in layers.iter().flat_map(|l| &l.mappings) {
        let off = m.model.abs_diff(m.machine) as f64;
        let total = m.stalls.total().max(1) as f64;
        for (cause, cycles) in m.stalls.iter() {
            *weights.entry(cause.name()).or_default() += off * cycles as f64 / total;
        }
        error += off;
    }
    if error == 0.0 {
        return String::new();
    }
    let mut causes: Vec<_> = weights
        .into_iter()
        .map(|(cause, weight)| (weight / error, cause))
        .collect();
    causes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let listed: Vec<_> = causes
        .iter()
        .filter(|(share, _)| *share >= 0.005)
        .take(4)
        .map(|(share, cause)| format!("{cause} {}", percent(*share)))
        .collect();
    format!(
        "the error lies in layers that wait for: {}\n",
        listed.join(", ")
    )
}

fn causes(stalls: &Stalls, cycles: u64, most: usize) -> String {
    let mut causes: Vec<_> = stalls.iter().collect();
    causes.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    causes
        .iter()
        .take(most)
        .filter(|(_, n)| *n * 200 >= cycles)
        .map(|(cause, n)| format!("{cause} {:.0} %", 100.0 * *n as f64 / cycles as f64))
        .collect::<Vec<_>>()
        .join(", ")
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

#[cfg(test)]
mod tests {
    use stationary::sim::Energy;

    use super::*;

    fn mappings(pairs: &[(u64, u64)]) -> Vec<Compared> {
        let of = |&(model, machine): &(u64, u64)| Compared {
            model,
            machine,
            lower_bound: 0,
            busy: 0,
            stalls: Stalls::default(),
            counts_agree: true,
            model_energy: Energy::default(),
            machine_energy: Energy::default(),
        };
        pairs.iter().map(of).collect()
    }

    #[test]
    fn tau_is_one_for_the_same_order_and_minus_one_for_the_reverse() {
        assert_eq!(kendall(&mappings(&[(1, 10), (2, 20), (3, 30)])), Some(1.0));
        assert_eq!(kendall(&mappings(&[(1, 30), (2, 20), (3, 10)])), Some(-1.0));
        assert_eq!(kendall(&mappings(&[(1, 30), (1, 20)])), None);
    }

    #[test]
    fn regret_vanishes_when_the_best_is_among_those_simulated() {
        let m = mappings(&[(1, 30), (2, 20), (3, 40)]);
        assert_eq!(regret(&m, 1), 0.5);
        assert_eq!(regret(&m, 2), 0.0);
    }
}
