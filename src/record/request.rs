//! What decides a run's results: the verb and its options, defaults included.

use std::collections::BTreeMap;

use clap::{ArgMatches, Command, CommandFactory};
use serde::{Deserialize, Serialize};

use crate::cli::Cli;

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

/// A verb with the value of each option that decides the result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub verb: String,
    pub options: BTreeMap<String, Vec<String>>,
}

impl Request {
    /// The request that a command line makes, in whatever order it is written.
    pub fn of(matches: &ArgMatches) -> Self {
        let mut command = Cli::command();
        command.build();
        let mut request = Self {
            verb: String::new(),
            options: BTreeMap::new(),
        };
        let (mut command, mut matches) = (&command, matches);
        loop {
            request.take(command, matches);
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

    fn take(&mut self, command: &Command, matches: &ArgMatches) {
        for argument in command.get_arguments() {
            let id = argument.get_id().as_str();
            if ASIDE.contains(&id) {
                continue;
            }
            if let Ok(Some(values)) = matches.try_get_raw(id) {
                let values = values.map(|v| v.to_string_lossy().into_owned()).collect();
                self.options.insert(id.to_owned(), values);
            }
        }
    }

    /// The values of an option; none if it is not given.
    pub fn values(&self, option: &str) -> &[String] {
        self.options.get(option).map_or(&[], Vec::as_slice)
    }

    /// What another request says otherwise, a phrase each.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        if self.verb != other.verb {
            differences.push(format!("{} there, {} here", self.verb, other.verb));
        }
        let shown = |values: &[String]| match values {
            [] => "nothing".to_owned(),
            values => values.join(" "),
        };
        for option in self.names(other) {
            let (there, here) = (self.values(option), other.values(option));
            if there != here {
                let (there, here) = (shown(there), shown(here));
                differences.push(format!("--{option}: {there} there, {here} here"));
            }
        }
        differences
    }

    /// The options that either request has.
    pub fn names<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a String> {
        let more = other.options.keys();
        let more = more.filter(|name| !self.options.contains_key(*name));
        self.options.keys().chain(more)
    }
}
