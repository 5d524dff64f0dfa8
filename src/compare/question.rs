//! What is compared, by the names and values that flags give.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::assign::Costs;
use crate::error::Error;
use crate::search::{LearningEffort, optimizers};

/// A comparison of optimisers on every table or network, with every style, deployment, objective and budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ComparisonQuestion {
    /// Files with tables of costs.
    pub table: Vec<PathBuf>,
    /// Networks by preset name or file, whose costs the model computes.
    pub network: Vec<String>,
    /// The network whose layers the tables are about.
    pub shapes: Option<String>,
    /// Styles of the arrays: `dla`, `shi`, `eye` or `mix` each.
    pub dataflow: Vec<String>,
    /// The model's other inputs; its table, network, style and shapes are not used.
    pub model: Costs,
    /// How layers share the hardware.
    pub deployment: Vec<String>,
    /// The objectives that are minimised, an instance each.
    pub objective: Vec<String>,
    /// Budgets of an instance each, joined by plus: `area=iot+power=cloud`.
    pub budget: Vec<String>,
    /// Optimisers, with a preset and epochs of their own: `confuciux:tuned@100`; every one if empty.
    pub optimizer: Vec<String>,
    /// The optimiser that speed-ups are measured against.
    pub against: String,
    /// The number of seeds that each optimiser runs with.
    pub seeds: u64,
    /// The number of seeds of optimisers that work in epochs; None for as many as `seeds`.
    pub epoch_seeds: Option<u64>,
    /// The number of points that each run may evaluate.
    pub evaluations: u64,
    /// Epochs of optimisers that learn; 500 if left out.
    pub epochs: Option<u64>,
    /// Settings of optimisers that learn: `faithful`, `tuned` or `as-published`.
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
    /// The evaluations, epochs and settings of optimisers that learn.
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

    /// The number of seeds that an optimiser runs with.
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
