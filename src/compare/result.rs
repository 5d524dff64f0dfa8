//! A comparison that ran: its trials, what follows from them, and the optima on the machine.

use super::ComparisonQuestion;
use super::instances::{Instances, Priced};
use super::trials::trials;
use crate::assign::CostOrigin;
use crate::csv::Origin;
use crate::error::Error;
use crate::format::thousands;
use crate::headline::Headline;
use crate::hooks::Hooks;
use crate::journal::{Journal, OptionRuns};
use crate::scope::Scope;
use crate::search::compare::{Instance, Report, Trial, report};
use crate::search::design::recheck;
use crate::search::{Cancellation, Objective};

/// The result of a comparison of optimisers.
pub struct Comparison {
    /// The question that was asked.
    pub question: ComparisonQuestion,
    /// The problems.
    pub instances: Vec<Instance>,
    /// For each instance, the names of accelerator and network.
    pub origins: Vec<Origin>,
    /// For each instance, how much of a network it is about; None where that is not known.
    pub scopes: Vec<Option<Scope>>,
    /// The names of the optimisers.
    pub names: Vec<String>,
    /// The runs of optimisers on instances.
    pub trials: Vec<Trial>,
    /// Statistics over the runs.
    pub figures: Report,
    /// For each instance, where its costs come from: `table` or `model`.
    pub costs: Vec<&'static str>,
    /// For each instance, its optimum on the machine beside the model's figure; None for costs from a table,
    /// or if the comparison was cancelled first.
    pub machine: Vec<Option<Headline>>,
    /// Whether it was cancelled before its end.
    pub is_cut: bool,
    /// The command that resumes the comparison; None unless it was cancelled and its runs were kept.
    pub go_on: Option<String>,
}

impl ComparisonQuestion {
    /// Runs each optimiser on each instance, except for runs that are recorded already. None if it was
    /// cancelled before a run ended.
    ///
    /// # Errors
    /// Optimisers that do not exist, a record of something else, a file that cannot be written.
    pub fn run(
        &self,
        instances: &Instances,
        hooks: &Hooks<'_>,
    ) -> Result<Option<Comparison>, Error> {
        let names = self.optimizers()?;
        let (trials, is_whole) = trials(self, &instances.all, &names, hooks)?;
        if trials.is_empty() && !is_whole {
            return Ok(None);
        }
        let machine = rechecked(instances, &hooks.cancellation)?;
        let is_cut = !is_whole || machine.is_none();
        let (all, against) = (&instances.all[..], &self.against);
        Ok(Some(Comparison {
            question: self.clone(),
            instances: all.to_vec(),
            origins: instances.of_each(|source| source.origin.clone()),
            scopes: instances.of_each(|source| source.scope.clone()),
            figures: report(all, &names, &trials, against, self.evaluations, self.seed),
            names,
            trials,
            costs: instances.costs(),
            machine: machine.unwrap_or_else(|| vec![None; all.len()]),
            is_cut,
            go_on: None,
        }))
    }
}

/// The optimum of each instance, run on the machine; none of one on a table, which has none behind it.
/// Nothing at all if it was interrupted.
fn rechecked(
    instances: &Instances,
    cancellation: &Cancellation,
) -> Result<Option<Vec<Option<Headline>>>, Error> {
    let all = &instances.all;
    let mut found = vec![None; all.len()];
    for Priced {
        cost_source,
        instances: own,
    } in &instances.sources
    {
        let CostOrigin::Model { space, layers, .. } = &cost_source.source else {
            continue;
        };
        let runs = OptionRuns::new(space, layers, Journal::nowhere())?;
        let cycles = |layer, levels| runs.cycles(layer, levels);
        for at in own {
            let Some(point) = &all[*at].point else {
                continue;
            };
            if cancellation.is_cancelled() {
                return Ok(None);
            }
            let (problem, point) = (&all[*at].problem, std::slice::from_ref(point));
            let checked = recheck(space, layers, problem, point, cycles)?;
            found[*at] = checked.first().map(|checked| Headline {
                machine: checked.machine(),
                model: checked.model(),
            });
        }
    }
    Ok(Some(found))
}

impl Comparison {
    /// An objective of the instance with this index, with its unit.
    #[must_use]
    pub fn show(&self, at: usize, objective: f64) -> String {
        match self.instances[at].problem.objective() {
            Objective::Latency | Objective::Throughput => thousands(objective as u64),
            Objective::Energy | Objective::Edp => format!("{objective:.6e}"),
        }
    }

    /// Sentences on instances whose costs by the model are far from the machine's.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let all = self.machine.iter().enumerate();
        let warning = |(at, headline): (usize, &Option<Headline>)| {
            let advice = "; what is compared is the model's";
            let warning = headline.as_ref()?.warning(|o| self.show(at, o), advice)?;
            Some(format!("{}: {warning}", self.instances[at].name))
        };
        all.filter_map(warning).collect()
    }
}
