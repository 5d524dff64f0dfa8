//! What is compared on: every source of costs with every deployment, objective and budget.

use super::ComparisonQuestion;
use crate::assign::{CostOrigin, CostSource, Costs};
use crate::error::Error;
use crate::search::BudgetRequest;
use crate::search::compare::Instance;

/// The problems, and where their costs come from.
pub struct Instances {
    /// The problems.
    pub all: Vec<Instance>,
    /// The sources of costs.
    pub sources: Vec<Priced>,
}

/// A source of costs, with the instances that are about it.
pub struct Priced {
    /// The source.
    pub cost_source: CostSource,
    /// The indices of these instances.
    pub instances: Vec<usize>,
}

impl ComparisonQuestion {
    /// The problems of the question: `price` is called to read and price each source of costs, which takes a
    /// while.
    ///
    /// # Errors
    /// Those of `price`, names that do not exist, an instance that is asked for twice.
    pub fn instances(
        &self,
        price: impl Fn(&Costs) -> Result<CostSource, Error>,
    ) -> Result<Instances, Error> {
        let (mut all, mut sources): (Vec<Instance>, Vec<Priced>) = (Vec::new(), Vec::new());
        for (source, costs) in self.sources() {
            let cost_source = price(&costs)?;
            let first = all.len();
            for deployment in &self.deployment {
                for objective in &self.objective {
                    for budget in &self.budget {
                        let requests = budget.split('+').map(str::parse);
                        let requests: Vec<BudgetRequest> =
                            requests.collect::<Result<_, _>>().map_err(Error::search)?;
                        let problem = cost_source.problem(
                            deployment.parse().map_err(Error::search)?,
                            objective.parse().map_err(Error::search)?,
                            &requests,
                        )?;
                        let name = format!("{source}, {deployment}, {objective}, {budget}");
                        if all.iter().any(|i: &Instance| i.name == name) {
                            let text = format!("the instance `{name}` is asked for twice");
                            return Err(Error::Search(text));
                        }
                        all.push(Instance::new(name, problem));
                    }
                }
            }
            sources.push(Priced {
                cost_source,
                instances: (first..all.len()).collect(),
            });
        }
        Ok(Instances { all, sources })
    }
}

impl Instances {
    /// Of each instance, whose costs it has.
    pub(super) fn costs(&self) -> Vec<&'static str> {
        self.of_each(|source| match source.source {
            CostOrigin::CostTable => "table",
            CostOrigin::Model { .. } => "model",
        })
    }

    /// Of each instance, something of the source of its costs.
    pub(super) fn of_each<T>(&self, of: impl Fn(&CostSource) -> T) -> Vec<T> {
        let mut all = Vec::new();
        for source in &self.sources {
            all.extend(source.instances.iter().map(|_| of(&source.cost_source)));
        }
        all
    }
}
