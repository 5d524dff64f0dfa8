//! The command line.

mod cli;
mod commands;
mod evaluate;
mod inputs;
mod output;
mod report;
mod style;
mod trace;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Export, Search, Verb};

/// The answer of a command that could be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// Done.
    Yes,
    /// A check failed, or there is no feasible design.
    No,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(&cli) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("error: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn dispatch(cli: &Cli) -> anyhow::Result<Answer> {
    if let Some(threads) = cli.common.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()?;
    }
    let common = &cli.common;
    match &cli.verb {
        Verb::Estimate(args) => commands::run::estimate(args, common),
        Verb::Simulate(args) => commands::run::simulate(args, common),
        Verb::Validate(args) => commands::validate::validate(args, common),
        Verb::Search {
            what: Search::Assign(args),
        } => commands::assign::assign(args, common),
        Verb::Search {
            what: Search::Map(args),
        } => commands::map::map(args, common),
        Verb::Compare(args) => commands::compare::compare(args, common),
        Verb::Dram(args) => commands::dram::dram(args, common),
        Verb::Report(args) => commands::report::report(args),
        Verb::Export {
            what: Export::Timeloop(args),
        } => commands::timeloop::export(args),
        Verb::Schema { what } => commands::write::schema(*what),
        Verb::New(args) => commands::write::new(args),
        Verb::Completions { shell } => commands::write::completions(*shell),
        Verb::Man { output } => commands::write::man(output),
        Verb::List { what } => commands::list::list(*what, common),
        Verb::Show { what, name, target } => commands::show::show(*what, name.as_deref(), target),
    }
}
