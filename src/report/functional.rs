//! The report of `simulate --functional`.

use anyhow::Result;
use stationary::Target;
use stationary::control_kind::ControlKind;
use stationary::csv;
use stationary::documents::{Document, Functional, FunctionalLayer};
use stationary::format::thousands;

use crate::report::table::table;

/// Output values of a layer on the machine, beside the layer by its definition.
pub struct Checked<'a> {
    pub layer: &'a str,
    pub outputs: usize,
    /// How many of them differ.
    pub wrong: usize,
    pub each_mac_once: bool,
    pub cycles: u64,
}

/// All layers.
pub struct FunctionalReport<'a> {
    pub loaded: &'a Target,
    pub control: ControlKind,
    pub checked: Vec<Checked<'a>>,
}

impl FunctionalReport<'_> {
    /// Whether all outputs are as they should be.
    pub fn is_equal(&self) -> bool {
        let mut all = self.checked.iter();
        all.all(|layer| layer.wrong == 0 && layer.each_mac_once)
    }

    /// All layers as one.
    fn total(&self) -> Checked<'static> {
        let all = || self.checked.iter();
        Checked {
            layer: "total",
            outputs: all().map(|layer| layer.outputs).sum(),
            wrong: all().map(|layer| layer.wrong).sum(),
            each_mac_once: all().all(|layer| layer.each_mac_once),
            cycles: all().map(|layer| layer.cycles).sum(),
        }
    }

    /// For people.
    pub fn table(&self) -> String {
        let header = ["layer", "each MAC once", "outputs", "differ", "cycles"];
        let mut rows = table(&header, 2);
        let row = |layer: &Checked<'_>| {
            [
                layer.layer.to_owned(),
                if layer.each_mac_once { "yes" } else { "NO" }.to_owned(),
                thousands(layer.outputs as u64),
                thousands(layer.wrong as u64),
                thousands(layer.cycles),
            ]
        };
        for layer in &self.checked {
            rows.add_row(row(layer));
        }
        rows.total(row(&self.total()));
        let verdict = match self.is_equal() {
            true => "every output value is as the layer's definition has it",
            false => "the machine's values are WRONG",
        };
        format!(
            "{} on {}: {} (values), the machine's outputs against the layer by its definition{}\n\
             {}{rows}\n{verdict}\n",
            self.loaded.network,
            self.loaded.accelerator.name,
            self.control.title(),
            self.loaded.scope.title(),
            self.loaded.scope.text(),
        )
    }

    /// As a document.
    pub fn document(&self) -> Functional {
        let layer = |layer: &Checked<'_>| FunctionalLayer {
            name: layer.layer.to_owned(),
            outputs: layer.outputs as u64,
            wrong: layer.wrong as u64,
            each_mac_once: layer.each_mac_once,
            cycles: layer.cycles,
        };
        Functional {
            schema: Functional::NAME.to_owned(),
            arch: self.loaded.accelerator.name.clone(),
            network: self.loaded.network.clone(),
            dataflow: self.control.name().to_owned(),
            batch: self.loaded.origin.batch,
            settings: self.loaded.origin.settings.clone(),
            equal: self.is_equal(),
            coverage: self.loaded.scope.document(),
            layers: self.checked.iter().map(layer).collect(),
        }
    }

    /// A line a layer, and one for all of them.
    pub fn csv(&self) -> Result<String> {
        let header = [
            "dataflow",
            "layer",
            "outputs",
            "wrong",
            "each_mac_once",
            "cycles",
        ];
        let mut lines = csv::Lines::new(&self.loaded.origin, &csv::header(&header));
        for layer in self.checked.iter().chain([&self.total()]) {
            lines.add(vec![
                self.control.name().to_owned(),
                layer.layer.to_owned(),
                layer.outputs.to_string(),
                layer.wrong.to_string(),
                layer.each_mac_once.to_string(),
                layer.cycles.to_string(),
            ]);
        }
        Ok(lines.text())
    }
}
