//! `compare`: optimisers side by side.

mod text;

use anyhow::Result;
use stationary::compare::ComparisonQuestion;
use stationary::documents::Document as _;
use stationary::record::Record;

use crate::cli::{Common, Compare, Costs, Format};
use crate::commands::assign::costs;
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::patience::Patience;
use crate::report::markdown;
use crate::report::table::page as fitted;
use crate::{Answer, judged};

/// Runs what is not recorded yet, and reports.
pub fn compare(args: &Compare, common: &Common, record: &mut Record) -> Result<Answer> {
    let question = question(args, common)?;
    let names = question.optimizers()?;
    let interrupt = Interrupt::listen(&args.recording);
    let instances = question.instances(|costs| inputs::cost_source(costs, common))?;
    let seeds = |name: &String| question.seeds_of(name);
    let runs: u64 = names.iter().map(seeds).sum::<Result<_, _>>()?;
    let less = "fewer --seeds or --evaluations take less, Ctrl-C ends it";
    let patience = Patience::new(common, "runs", runs * instances.all.len() as u64, less);
    let files = record.journal(args.recording.files());
    let hooks = interrupt.hooks(files, &patience);
    let found = question.run(&instances, &hooks)?;
    drop(patience);
    let Some(mut found) = found else {
        return Ok(interrupt.nothing_found());
    };
    found.go_on = interrupt.document().go_on;
    for warning in found.warnings() {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    record.results(|| found.document().json(), || found.csv())?;
    if let Some(path) = &args.markdown {
        let page = markdown::page(&found.instances, &found.names, &found.figures, args)?;
        inputs::write(path, &page)?;
    }
    output::print(&match common.format {
        Format::Json => serde_json::to_string_pretty(&found.document())?,
        Format::Csv => found.csv(),
        Format::Table => fitted(&text::tables(&found, &interrupt)),
    })?;
    let mut answer = Answer::Yes;
    if found.is_cut {
        if common.format != Format::Table {
            interrupt.report_diagnostic();
        }
        answer = Answer::Interrupted;
    }
    let mut networks: Vec<&str> = Vec::new();
    for source in &instances.sources {
        let network = source.cost_source.origin.network.as_str();
        if !networks.contains(&network) {
            networks.push(network);
            let scope = source.cost_source.scope.as_ref();
            answer = scope.map_or(answer, |scope| judged(scope, answer));
        }
    }
    Ok(answer)
}

fn question(args: &Compare, common: &Common) -> Result<ComparisonQuestion> {
    let model = Costs {
        table: None,
        network: None,
        dataflow: String::new(),
        shapes: None,
        model: args.model.clone(),
    };
    Ok(ComparisonQuestion {
        table: args.table.clone(),
        network: args.network.clone(),
        shapes: args.shapes.clone(),
        dataflow: args.dataflow.clone(),
        model: costs(&model),
        deployment: args.deployment.clone(),
        objective: args.objective.clone(),
        budget: args.budget.clone(),
        optimizer: args.optimizer.clone(),
        against: args.against.clone(),
        seeds: args.seeds,
        epoch_seeds: args.epoch_seeds,
        evaluations: args.evaluations,
        epochs: args.learning.epochs,
        preset: args.learning.preset()?,
        seed: common.seed,
    })
}
