//! What is compared on: every source of costs with every deployment, objective and budget.

use anyhow::{Result, bail};
use stationary::search::BudgetRequest;
use stationary::search::compare::Instance;

use crate::cli::{Common, Compare, Costs};
use crate::commands::assign::costs as named;
use crate::inputs;
use stationary::assign::CostSource;

/// What some instances are about, by their places.
pub(super) struct Offered {
    pub(super) cost_source: CostSource,
    pub(super) instances: Vec<usize>,
}

pub(super) fn instances(args: &Compare, common: &Common) -> Result<(Vec<Instance>, Vec<Offered>)> {
    let mut sources: Vec<(String, Costs)> = Vec::new();
    for path in &args.table {
        let costs = Costs {
            table: Some(path.clone()),
            network: None,
            dataflow: String::new(),
            shapes: args.shapes.clone(),
            model: args.model.clone(),
        };
        let stem = path.file_stem().unwrap_or(path.as_os_str());
        sources.push((stem.to_string_lossy().into_owned(), costs));
    }
    for network in &args.network {
        for dataflow in &args.dataflow {
            let costs = Costs {
                table: None,
                network: Some(network.clone()),
                dataflow: dataflow.clone(),
                shapes: None,
                model: args.model.clone(),
            };
            sources.push((format!("{network} {dataflow}"), costs));
        }
    }
    let (mut instances, mut offers): (Vec<Instance>, Vec<Offered>) = (Vec::new(), Vec::new());
    for (source, costs) in sources {
        let cost_source = inputs::cost_source(&named(&costs), common)?;
        let first = instances.len();
        for deployment in &args.deployment {
            for objective in &args.objective {
                for budget in &args.budget {
                    let requests: Vec<BudgetRequest> = budget
                        .split('+')
                        .map(str::parse)
                        .collect::<Result<_, _>>()?;
                    let problem =
                        cost_source.problem(deployment.parse()?, objective.parse()?, &requests)?;
                    let name = format!("{source}, {deployment}, {objective}, {budget}");
                    if instances.iter().any(|i| i.name == name) {
                        bail!("the instance `{name}` is asked for twice");
                    }
                    instances.push(Instance::new(name, problem));
                }
            }
        }
        offers.push(Offered {
            cost_source,
            instances: (first..instances.len()).collect(),
        });
    }
    Ok((instances, offers))
}
