//! `search assign`: PEs and buffer of each layer under budgets.

mod text;

use anyhow::Result;
use stationary::assign::{AssignmentQuestion, Costs};
use stationary::documents::Document as _;
use stationary::record::Record;

use crate::cli::{self, Assign, Common, Format};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::output;
use crate::report::table::page;
use crate::{Answer, judged};

/// Searches, re-checks, reports; the answer is no if nothing feasible was found.
pub fn assign(args: &Assign, common: &Common, record: &mut Record) -> Result<Answer> {
    let question = question(args, common)?;
    question.check()?;
    let interrupt = Interrupt::listen(&args.recording);
    let cost_source = inputs::cost_source(&question.costs, common)?;
    if let Some(path) = &args.export {
        inputs::write(path, &cost_source.table.to_csv())?;
    }
    let files = record.journal(args.recording.files());
    let hooks = interrupt.hooks(files, &());
    let Some(mut found) = question.search(&cost_source, &hooks)? else {
        return Ok(interrupt.nothing_found());
    };
    found.verbose = common.verbose;
    found.go_on = interrupt.document().go_on;
    if let (Some(path), Some(certified)) = (&args.proving.certificate, &found.certified) {
        inputs::write(path, &certified.text())?;
    }
    if let Some(warning) = found.warning() {
        output::report_diagnostic(&format!("warning: {warning}"));
    }
    record.keep("costs.csv", || found.problem.table().to_csv())?;
    record.keep("certificate.json", || found.certificate())?;
    let timeless = || {
        let mut document = found.document();
        // Wall-clock time differs from run to run.
        document.seconds = stationary::documents::Seconds::default();
        document.json()
    };
    record.results(timeless, || found.csv())?;
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&found.document())?,
        Format::Csv => found.csv(),
        Format::Table => page(&text::table(&found, &interrupt)),
    };
    output::print(&text)?;
    if found.is_cut && common.format != Format::Table {
        interrupt.report_diagnostic();
    }
    let answer = match found.best() {
        _ if found.is_cut => Answer::Interrupted,
        Some(_) => Answer::Yes,
        None => Answer::No,
    };
    Ok(match &cost_source.scope {
        Some(scope) => judged(scope, answer),
        None => answer,
    })
}

fn question(args: &Assign, common: &Common) -> Result<AssignmentQuestion> {
    Ok(AssignmentQuestion {
        costs: costs(&args.costs),
        deployment: args.deployment.parse()?,
        objective: args.objective.parse()?,
        budget: args.budget.clone(),
        optimizer: args.optimizer.clone(),
        evaluations: args.evaluations,
        epochs: args.learning.epochs,
        preset: args.learning.preset()?.parse()?,
        seed: common.seed,
        recheck: args.recheck,
        certify: args.certify,
        simulations: args.proving.simulations,
        explain: args.explain,
        front: args.front,
    })
}

/// What flags name.
pub fn costs(args: &cli::Costs) -> Costs {
    let (model, layers) = (args.model.clone(), args.model.layers.clone());
    Costs {
        table: args.table.clone(),
        network: args.network.clone(),
        dataflow: args.dataflow.clone(),
        shapes: args.shapes.clone(),
        arch: model.arch,
        set: model.set,
        pes: model.pes,
        tiles: model.tiles,
        dim: layers.dim,
        layer: layers.layer,
        batch: layers.batch,
        partial: layers.partial,
    }
}
