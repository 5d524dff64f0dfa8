//! What is compared, by the names and values that flags give.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::assign::Costs;
use crate::error::Error;
use crate::search::{LearningEffort, optimizers};

/// Optimisers on every table or style of every network, with every deployment, objective and budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComparisonQuestion {
    /// Tables of costs.
    pub table: Vec<PathBuf>,
    /// Networks by preset name or file, by our own model.
    pub network: Vec<String>,
    /// Network whose layers the tables' are.
    pub shapes: Option<String>,
    /// Styles of the arrays: `dla`, `shi`, `eye` or `mix` each.
    pub dataflow: Vec<String>,
    /// The model's other inputs; its table, network, style and shapes are not used.
    pub model: Costs,
    /// How layers share the hardware.
    pub deployment: Vec<String>,
    /// What is made small.
    pub objective: Vec<String>,
    /// Budgets of an instance each, joined by plus: `area=iot+power=cloud`.
    pub budget: Vec<String>,
    /// Optimisers, with a preset and epochs of their own: `confuciux:tuned@100`; every one if empty.
    pub optimizer: Vec<String>,
    /// The optimiser that speed-ups are measured against.
    pub against: String,
    /// Seeds of each.
    pub seeds: u64,
    /// Seeds of those that work in epochs, if other.
    pub epoch_seeds: Option<u64>,
    /// Points that each run may evaluate.
    pub evaluations: u64,
    /// Epochs of those that learn; 500 if left out.
    pub epochs: Option<u64>,
    /// Settings of those that learn.
    pub preset: String,
    /// The first seed.
    pub seed: u64,
}

impl Default for ComparisonQuestion {
    fn default() -> Self {
        let one = |name: &str| vec![name.to_owned()];
        Self {
            table: Vec::new(),
            network: Vec::new(),
            shapes: None,
            dataflow: one("dla"),
            model: Costs::default(),
            deployment: one("pipelined"),
            objective: one("latency"),
            budget: one("area=iot"),
            optimizer: Vec::new(),
            against: "random".to_owned(),
            seeds: 20,
            epoch_seeds: None,
            evaluations: 5_000,
            epochs: None,
            preset: "faithful".to_owned(),
            seed: 0,
        }
    }
}

impl ComparisonQuestion {
    /// What optimisers that learn may spend.
    ///
    /// # Errors
    /// A preset that does not exist.
    pub fn effort(&self) -> Result<LearningEffort, Error> {
        let preset = self.preset.parse().map_err(Error::search)?;
        let epochs = self.epochs.unwrap_or(LearningEffort::default().epochs);
        Ok(LearningEffort { epochs, preset })
    }

    /// The optimisers asked for, each once, the reference among them.
    ///
    /// # Errors
    /// One that does not exist.
    pub fn optimizers(&self) -> Result<Vec<String>, Error> {
        let effort = self.effort()?;
        let mut names: Vec<String> = Vec::new();
        let asked = match self.optimizer.is_empty() {
            true => optimizers::names().into_iter().map(str::to_owned).collect(),
            false => self.optimizer.clone(),
        };
        for name in asked.into_iter().chain([self.against.clone()]) {
            optimizers::variant(&name, &effort).map_err(Error::search)?;
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// How many seeds an optimiser runs with.
    ///
    /// # Errors
    /// One that does not exist.
    pub fn seeds_of(&self, optimizer: &str) -> Result<u64, Error> {
        let (name, _) = optimizers::variant(optimizer, &self.effort()?).map_err(Error::search)?;
        let of_epochs = self.epoch_seeds.filter(|_| optimizers::has_epochs(name));
        Ok(of_epochs.unwrap_or(self.seeds))
    }

    /// Sources of costs by name.
    pub(super) fn sources(&self) -> Vec<(String, Costs)> {
        let tables = self.table.iter().map(|path| {
            let stem = path.file_stem().unwrap_or(path.as_os_str());
            let costs = Costs {
                table: Some(path.clone()),
                network: None,
                shapes: self.shapes.clone(),
                ..self.model.clone()
            };
            (stem.to_string_lossy().into_owned(), costs)
        });
        let modelled = self.network.iter().flat_map(|network| {
            self.dataflow.iter().map(move |dataflow| {
                let costs = Costs {
                    table: None,
                    network: Some(network.clone()),
                    dataflow: dataflow.clone(),
                    shapes: None,
                    ..self.model.clone()
                };
                (format!("{network} {dataflow}"), costs)
            })
        });
        tables.chain(modelled).collect()
    }
}
