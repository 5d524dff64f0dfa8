//! What of a command line decides the results: the verb and its options, defaults included.

use clap::{ArgMatches, Command, CommandFactory};
use stationary::record::Invocation;

use super::Cli;

/// Options that change how, or where, a result is shown, and not the result.
const ASIDE: [&str; 17] = [
    "threads",
    "format",
    "quiet",
    "verbose",
    "run",
    "record",
    "resume",
    "output",
    "export",
    "trace",
    "trace_format",
    "explain",
    "help",
    "version",
    "front_output",
    "chip",
    "certificate",
];

/// The request that a command line makes, in whatever order it is written.
pub fn request(matches: &ArgMatches) -> Invocation {
    let mut command = Cli::command();
    command.build();
    let mut request = Invocation::default();
    let (mut command, mut matches) = (&command, matches);
    loop {
        take(&mut request, command, matches);
        let Some((name, below)) = matches.subcommand() else {
            return request;
        };
        let Some(next) = command.find_subcommand(name) else {
            return request;
        };
        if !request.verb.is_empty() {
            request.verb.push(' ');
        }
        request.verb.push_str(name);
        (command, matches) = (next, below);
    }
}

fn take(request: &mut Invocation, command: &Command, matches: &ArgMatches) {
    for argument in command.get_arguments() {
        let id = argument.get_id().as_str();
        if ASIDE.contains(&id) {
            continue;
        }
        if let Ok(Some(values)) = matches.try_get_raw(id) {
            let values = values.map(|v| v.to_string_lossy().into_owned()).collect();
            request.options.insert(id.to_owned(), values);
        }
    }
}
