//! `compare`: optimisers side by side.

mod document;
mod instances;
mod text;
mod trials;

use anyhow::Result;
use stationary::documents::Document as _;
use stationary::format::thousands;
use stationary::headline::Headline;
use stationary::search::compare::{Instance, Report, Trial, report};
use stationary::search::design::recheck;
use stationary::search::{Objective, optimizers};

use crate::Answer;
use crate::cli::{Common, Compare, Format};
use crate::commands::compare::instances::Offered;
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::record::Record;
use crate::report::markdown;
use crate::report::table::page as fitted;
use stationary::assign::{CostOrigin, CostSource};
use stationary::journal::Journal;
use stationary::journal::OptionRuns;

/// Runs what is not recorded yet, and reports.
pub fn compare(args: &Compare, common: &Common, record: &mut Record) -> Result<Answer> {
    let names = names(args)?;
    let interrupt = Interrupt::listen(&args.recording);
    let (instances, offers) = instances::instances(args, common)?;
    let (trials, is_whole) = trials::trials(args, common, &instances, &names, record, &interrupt)?;
    if trials.is_empty() && !is_whole {
        return Ok(interrupt.nothing_found());
    }
    let machine = rechecked(&instances, &offers, &interrupt)?;
    let is_cut = !is_whole || machine.is_none();
    let costs = offers.iter().flat_map(|offered| {
        let of = match offered.cost_source.source {
            CostOrigin::CostTable => "table",
            CostOrigin::Model { .. } => "model",
        };
        offered.instances.iter().map(move |_| of)
    });
    let grounds = offers.iter().flat_map(|offered| {
        let instances = offered.instances.iter();
        instances.map(|_| &offered.cost_source)
    });
    let grounds: Vec<&CostSource> = grounds.collect();
    let figures = report(
        &instances,
        &names,
        &trials,
        &args.against,
        args.evaluations,
        common.seed,
    );
    let page = Page {
        args,
        common,
        instances: &instances,
        grounds: &grounds,
        names: &names,
        trials: &trials,
        figures,
        costs: costs.collect(),
        machine: machine.unwrap_or_else(|| vec![None; instances.len()]),
        interrupt: is_cut.then_some(&interrupt),
    };
    for warning in page.warnings() {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    record.results(|| page.document().json(), || page.csv())?;
    if let Some(path) = &args.markdown {
        inputs::write(
            path,
            &markdown::page(page.instances, page.names, &page.figures, args)?,
        )?;
    }
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&page.document())?,
        Format::Csv => page.csv()?,
        Format::Table => fitted(&page.table()),
    })?;
    let mut answer = Answer::Yes;
    if is_cut {
        if common.format != Format::Table {
            interrupt.report_diagnostic();
        }
        answer = Answer::Interrupted;
    }
    let mut judged: Vec<&str> = Vec::new();
    for Offered { cost_source, .. } in &offers {
        let network = cost_source.origin.network.as_str();
        if !judged.contains(&network) {
            judged.push(network);
            answer = cost_source
                .scope
                .as_ref()
                .map_or(answer, |scope| crate::judged(scope, answer));
        }
    }
    Ok(answer)
}

/// The optimum of each instance, run on the machine; none of one on a table, which has none behind it.
/// Nothing at all if it was interrupted.
fn rechecked(
    instances: &[Instance],
    offers: &[Offered],
    interrupt: &Interrupt,
) -> Result<Option<Vec<Option<Headline>>>> {
    let mut found = vec![None; instances.len()];
    for Offered {
        cost_source,
        instances: own,
    } in offers
    {
        let CostOrigin::Model { space, layers, .. } = &cost_source.source else {
            continue;
        };
        let simulations = OptionRuns::new(space, layers, Journal::nowhere())?;
        let cycles = |layer, levels| simulations.cycles(layer, levels);
        for at in own {
            let Some(point) = &instances[*at].point else {
                continue;
            };
            if interrupt.is_asked_for() {
                return Ok(None);
            }
            let problem = &instances[*at].problem;
            let checked = recheck(space, layers, problem, std::slice::from_ref(point), cycles)?;
            found[*at] = checked.first().map(|checked| Headline {
                machine: checked.machine(),
                model: checked.model(),
            });
        }
    }
    Ok(Some(found))
}

/// The optimisers asked for, each once, the reference among them.
fn names(args: &Compare) -> Result<Vec<String>> {
    let effort = args.learning.effort()?;
    let mut names: Vec<String> = Vec::new();
    let all = || optimizers::names().into_iter().map(str::to_owned).collect();
    let asked = if args.optimizer.is_empty() {
        all()
    } else {
        args.optimizer.clone()
    };
    for name in asked.into_iter().chain([args.against.clone()]) {
        optimizers::variant(&name, &effort)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

struct Page<'a> {
    args: &'a Compare,
    common: &'a Common,
    instances: &'a [Instance],
    /// Of each instance.
    grounds: &'a [&'a CostSource],
    names: &'a [String],
    trials: &'a [Trial],
    figures: Report,
    /// Whose costs each instance has: a table's or the model's.
    costs: Vec<&'static str>,
    /// The optimum of each instance on the machine, with the model's figure.
    machine: Vec<Option<Headline>>,
    /// If Ctrl-C ended it early.
    interrupt: Option<&'a Interrupt>,
}

impl Page<'_> {
    /// A figure of an instance as it is read.
    fn show(&self, at: usize, objective: f64) -> String {
        match self.instances[at].problem.objective() {
            Objective::Latency | Objective::Throughput => thousands(objective as u64),
            Objective::Energy | Objective::Edp => format!("{objective:.6e}"),
        }
    }

    /// Where what is compared, by the model, is not what the machine takes.
    fn warnings(&self) -> Vec<String> {
        let all = self.machine.iter().enumerate();
        let warning = |(at, headline): (usize, &Option<Headline>)| {
            let advice = "; what is compared is the model's";
            let warning = headline.as_ref()?.warning(|o| self.show(at, o), advice)?;
            Some(format!("{}: {warning}", self.instances[at].name))
        };
        all.filter_map(warning).collect()
    }
}
