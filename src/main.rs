//! The command line.

mod cli;
mod commands;
mod inputs;
mod interrupt;
mod output;
mod patience;
mod report;

use std::process::ExitCode;

use clap::{Arg, ArgMatches, Command, CommandFactory, FromArgMatches};

use cli::{Cli, Export, Search, Verb};
use stationary::record::{Answer, Record};
use stationary::scope::Scope;
use stationary::sim::OutOfReach;

/// An answer, which is no where it stands for too little of the network; then it is said what to do.
fn judged(scope: &Scope, answer: Answer) -> Answer {
    match scope.shortfall() {
        Some(shortfall) if answer != Answer::Interrupted => {
            output::report_diagnostic(&format!(
                "{shortfall}; so the exit code is 1: --partial accepts an answer for a part, --layer one for the layers \
                 picked"
            ));
            Answer::No
        }
        _ => answer,
    }
}

fn main() -> ExitCode {
    let matches = taking_negatives(Cli::command()).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match interrupt::watch().and_then(|()| dispatch(&cli, &matches)) {
        Ok(Answer::Yes) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Ok(Answer::Interrupted) => ExitCode::from(interrupt::exit_code()),
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            output::report_diagnostic(&format!("error: {}", output::spelt(&error)));
            // The input is right, and what is asked of it has no answer.
            let is_no = error.chain().any(|cause| {
                let own = cause.downcast_ref::<stationary::Error>();
                cause.is::<OutOfReach>() || matches!(own, Some(stationary::Error::OutOfReach(_)))
            });
            ExitCode::from(if is_no { 1 } else { 2 })
        }
    }
}

/// A number below zero is a value like another, so that what is allowed is said of it.
fn taking_negatives(command: Command) -> Command {
    let allow = |arg: Arg| match arg.get_action().takes_values() {
        true => arg.allow_negative_numbers(true),
        false => arg,
    };
    command.mut_args(allow).mut_subcommands(taking_negatives)
}

fn dispatch(cli: &Cli, matches: &ArgMatches) -> anyhow::Result<Answer> {
    if cli.common.quiet {
        output::be_quiet();
    }
    if let Some(threads) = cli.common.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads.into())
            .build_global()?;
    }
    let program = std::iter::once("stationary".to_owned());
    let arguments = std::env::args_os().skip(1);
    let arguments = arguments.map(|argument| argument.to_string_lossy().into_owned());
    let command = program.chain(arguments).collect();
    let mut record = Record::open(cli.verb.folder(), command, cli::request(matches))?;
    let answer = execute(cli, &mut record)?;
    record.close(answer)?;
    Ok(answer)
}

fn execute(cli: &Cli, record: &mut Record) -> anyhow::Result<Answer> {
    let common = &cli.common;
    match &cli.verb {
        Verb::Estimate(args) => commands::run::estimate(args, common, record),
        Verb::Simulate(args) => commands::run::simulate(args, common, record),
        Verb::Validate(args) => commands::validate::validate(args, common, record),
        Verb::Search {
            what: Search::Assign(args),
        } => commands::assign::assign(args, common, record),
        Verb::Search {
            what: Search::Codesign(args),
        } => commands::codesign::codesign(args, common, record),
        Verb::Search {
            what: Search::Map(args),
        } => commands::map::map(args, common, record),
        Verb::Compare(args) => commands::compare::compare(args, common, record),
        Verb::Sweep(args) => commands::sweep::sweep(args, common, record),
        Verb::Verify(args) => commands::verify::verify(args, common),
        Verb::Diff(args) => commands::diff::diff(args, common),
        Verb::Dram(args) => commands::dram::dram(args, common),
        Verb::Report(args) => commands::report::report(args),
        Verb::Export {
            what: Export::Timeloop(args),
        } => commands::timeloop::export(args),
        Verb::Schema { what } => commands::write::schema(*what),
        Verb::New(args) => commands::new::new(args),
        Verb::Completions { shell } => commands::write::completions(*shell),
        Verb::Man { output } => commands::write::man(output),
        Verb::List { what } => commands::list::list(*what, common),
        Verb::Show { what, name, target } => {
            commands::show::show(*what, name.as_deref(), target, common)
        }
    }
}
