//! The states, commands and requests of a file, merged with those that all standards share.

use serde::{Deserialize, Serialize};
use stationary_document::near::nearest;

use super::names::Names;
use crate::collector::Collector;
use crate::dram::command::Command;
use crate::dram::protocol::{
    BankState, CommandKind, Deed, Level, Protocol, Request, RequestStep, RowChange, StateKind,
};

const SHARED: &str = include_str!("../commands.yaml");

/// What a file says besides [`SHARED`].
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ProtocolConfig {
    pub(super) states: Names<StateConfig>,
    pub(super) commands: Names<CommandConfig>,
    pub(super) requests: Names<Names<StepConfig>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StateConfig {
    /// Whether the bank holds a row.
    row: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandConfig {
    /// What it acts on, each bank of it; a bank by default.
    #[serde(default)]
    level: Level,
    /// The states of which a bank must be in one.
    needs: Vec<String>,
    /// The state in which it leaves the bank; by default the one in which the bank was.
    #[serde(skip_serializing_if = "Option::is_none")]
    leaves: Option<String>,
    /// What it does besides; nothing by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    does: Option<Deed>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(
    untagged,
    expecting = "a command, or {same_row: COMMAND, other_row: COMMAND}"
)]
pub(super) enum StepConfig {
    /// The command, whatever row the bank holds.
    Any(String),
    /// The commands where the bank holds the request's row, and where it holds another.
    ByRow {
        /// The command where the bank holds the request's row.
        same_row: String,
        /// The command where it holds another.
        other_row: String,
    },
}

/// Bits of a set of states; more than any standard has.
const MOST_STATES: usize = 8;
const MOST_COMMANDS: usize = 32;
/// Commands that prepare for reads and writes.
const MOST_ROW_COMMANDS: usize = 6;

impl ProtocolConfig {
    /// The protocol; the shared one where something is wrong.
    pub(super) fn resolve(self, problems: &mut Collector) -> Protocol {
        let shared = || serde_yaml::from_str::<Self>(SHARED).expect("a test reads the shared file");
        let before = problems.len();
        let merged = shared().with(self);
        let protocol = merged.protocol(problems);
        if problems.len() == before {
            complete(&protocol, problems);
        }
        if problems.len() == before {
            return protocol;
        }
        let protocol = shared().protocol(&mut Collector::default());
        // The file's own commands may stand in its rules, which are read all the same.
        with_names(protocol, &merged.commands)
    }

    fn with(mut self, own: Self) -> Self {
        merge(&mut self.states, own.states);
        merge(&mut self.commands, own.commands);
        for (request, steps) in own.requests.0 {
            match self
                .requests
                .0
                .iter_mut()
                .find(|(name, _)| *name == request)
            {
                Some((_, shared)) => merge(shared, steps),
                None => self.requests.0.push((request, steps)),
            }
        }
        self
    }

    fn protocol(&self, problems: &mut Collector) -> Protocol {
        let names = Known {
            states: names(&self.states),
            commands: names(&self.commands),
        };
        for (field, count, most) in [
            ("states", names.states.len(), MOST_STATES),
            ("commands", names.commands.len(), MOST_COMMANDS),
        ] {
            if count > most {
                let found = format!("{count} with the shared ones");
                problems.add(field, found, format!("at most {most}"));
            }
        }
        let states = self.states.0.iter().map(|(name, state)| StateKind {
            name: name.clone(),
            holds_row: state.row,
        });
        let states: Vec<_> = states.collect();
        if states[0].holds_row {
            let allowed = "false: a memory without history holds no row";
            problems.add("states.closed.row", "true", allowed);
        }
        let commands = self.commands.0.iter();
        let commands =
            commands.map(|(name, command)| command.kind(name, &states, &names, problems));
        let commands = commands.collect();
        let known = Request::ALL.map(Request::name);
        for (name, _) in &self.requests.0 {
            if !known.contains(&name.as_str()) {
                unknown("requests", name, &known, problems);
            }
        }
        let steps = Request::ALL.map(|request| {
            let mut each = self.requests.0.iter();
            let own = each.find(|(name, _)| name == request.name());
            let (_, own) = own.expect("the shared file has every request");
            steps(request, own, &names, problems)
        });
        Protocol {
            states,
            commands,
            steps,
        }
    }
}

/// The names that a file may refer to.
struct Known<'c> {
    states: Vec<&'c str>,
    commands: Vec<&'c str>,
}

impl Known<'_> {
    fn state(&self, path: &str, name: &str, problems: &mut Collector) -> BankState {
        BankState(place(path, name, &self.states, problems))
    }

    fn command(&self, path: &str, name: &str, problems: &mut Collector) -> Command {
        Command(place(path, name, &self.commands, problems))
    }
}

fn place(path: &str, name: &str, known: &[&str], problems: &mut Collector) -> u8 {
    let place = known.iter().position(|known| *known == name);
    place.unwrap_or_else(|| {
        unknown(path, name, known, problems);
        0
    }) as u8
}

fn unknown(path: &str, name: &str, known: &[&str], problems: &mut Collector) {
    let near = nearest(name, known.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?"));
    let allowed = known.join(", ") + &near.unwrap_or_default();
    problems.add(path, format!("`{name}`"), allowed);
}

fn names<V>(entries: &Names<V>) -> Vec<&str> {
    entries.0.iter().map(|(name, _)| name.as_str()).collect()
}

fn merge<V>(shared: &mut Names<V>, own: Names<V>) {
    for (name, value) in own.0 {
        match shared.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, shared)) => *shared = value,
            None => shared.0.push((name, value)),
        }
    }
}

fn with_names(mut protocol: Protocol, commands: &Names<CommandConfig>) -> Protocol {
    for (name, _) in &commands.0 {
        if protocol.find(name).is_none() && protocol.commands.len() < MOST_COMMANDS {
            let stand_in = protocol.commands[0].clone();
            let name = name.clone();
            protocol.commands.push(CommandKind { name, ..stand_in });
        }
    }
    protocol
}

impl CommandConfig {
    fn kind(
        &self,
        name: &str,
        states: &[StateKind],
        known: &Known<'_>,
        problems: &mut Collector,
    ) -> CommandKind {
        let path = |field: &str| format!("commands.{name}.{field}");
        let mut needs = vec![false; states.len()];
        for (i, state) in self.needs.iter().enumerate() {
            let state = known.state(&path(&format!("needs.{i}")), state, problems);
            needs[state.index()] = true;
        }
        if self.needs.is_empty() {
            problems.add(path("needs"), "nothing", known.states.join(", "));
        }
        let leaves = self.leaves.as_ref();
        let leaves = leaves.map(|state| known.state(&path("leaves"), state, problems));
        let holds = |state: BankState| states[state.index()].holds_row;
        let before = states.iter().zip(&needs).filter(|(_, needs)| **needs);
        let (holding, empty): (Vec<_>, Vec<_>) = before.partition(|(state, _)| state.holds_row);
        let row = match leaves.map(holds) {
            None => RowChange::Keeps,
            Some(false) if holding.is_empty() => RowChange::Keeps,
            Some(false) => RowChange::Closes,
            Some(true) if empty.is_empty() => RowChange::Keeps,
            Some(true) => {
                if !holding.is_empty() {
                    let allowed = "states that hold no row, as it opens one, or only such that do";
                    problems.add(path("needs"), self.needs.join(", "), allowed);
                }
                RowChange::Opens
            }
        };
        let moves = matches!(self.does, Some(Deed::Read | Deed::Write));
        if moves && !empty.is_empty() {
            let allowed = "states that hold a row, of which it moves a burst";
            problems.add(path("needs"), self.needs.join(", "), allowed);
        }
        let is_of_row = moves || row == RowChange::Opens;
        if is_of_row && self.level != Level::Bank {
            let allowed = "bank, as a request is for a row of one";
            problems.add(path("level"), self.level.name(), allowed);
        }
        CommandKind {
            name: name.to_owned(),
            level: self.level,
            needs,
            leaves,
            does: self.does,
            row,
        }
    }
}

/// A request's steps by state.
fn steps(
    request: Request,
    own: &Names<StepConfig>,
    known: &Known<'_>,
    problems: &mut Collector,
) -> Vec<RequestStep> {
    let path = |rest: &str| format!("requests.{}.{rest}", request.name());
    for (state, _) in &own.0 {
        if !known.states.contains(&state.as_str()) {
            let path = format!("requests.{}", request.name());
            unknown(&path, state, &known.states, problems);
        }
    }
    let each = known.states.iter().map(|state| {
        let step = own.0.iter().find(|(name, _)| name == state);
        let Some((_, step)) = step else {
            let allowed = format!("a command for a bank that is {state}");
            problems.add(path(state), "nothing", allowed);
            return RequestStep {
                same_row: Command(0),
                other_row: Command(0),
            };
        };
        let (same_row, other_row) = match step {
            StepConfig::Any(name) => {
                let command = known.command(&path(state), name, problems);
                (command, command)
            }
            StepConfig::ByRow {
                same_row,
                other_row,
            } => (
                known.command(&path(&format!("{state}.same_row")), same_row, problems),
                known.command(&path(&format!("{state}.other_row")), other_row, problems),
            ),
        };
        RequestStep {
            same_row,
            other_row,
        }
    });
    each.collect()
}

/// Whether each request comes to its end, whatever state it meets.
fn complete(protocol: &Protocol, problems: &mut Collector) {
    let before = problems.len();
    for request in Request::ALL {
        for state in protocol.each_state() {
            fitting(protocol, request, state, problems);
        }
    }
    if problems.len() > before {
        return;
    }
    for request in Request::ALL {
        for state in protocol.each_state() {
            ending(protocol, request, state, problems);
        }
        if request.deed() == Deed::Refresh {
            refreshing(protocol, request, problems);
        }
    }
    for (read, write) in [
        (Request::Read, Request::Write),
        (Request::ReadOnce, Request::WriteOnce),
    ] {
        let mut commands: Vec<_> = [read, write]
            .into_iter()
            .flat_map(|request| &protocol.steps[request as usize])
            .flat_map(|step| [step.same_row, step.other_row])
            .filter(|&command| protocol.kind(command).does.is_none())
            .collect();
        commands.sort_unstable();
        commands.dedup();
        if commands.len() > MOST_ROW_COMMANDS {
            let found = format!("{} commands that move no data", commands.len());
            let allowed = format!(
                "at most {MOST_ROW_COMMANDS}, those of {} included",
                write.name()
            );
            problems.add(format!("requests.{}", read.name()), found, allowed);
        }
    }
}

/// Whether a state's commands may go to a bank in it.
fn fitting(protocol: &Protocol, request: Request, state: BankState, problems: &mut Collector) {
    let kind = &protocol.states[state.index()];
    let step = protocol.step(request, state);
    let is_refresh = request.deed() == Deed::Refresh;
    let path = format!("requests.{}.{}", request.name(), kind.name);
    let mut add = |command: Command, allowed: String| {
        problems.add(&path, &protocol.kind(command).name, allowed);
    };
    if step.same_row != step.other_row && (is_refresh || !kind.holds_row) {
        let why = if is_refresh {
            "a refresh is for no row"
        } else {
            "the bank holds no row"
        };
        add(step.other_row, format!("one command: {why}"));
    }
    for (command, is_other) in [(step.same_row, false), (step.other_row, true)] {
        let its = protocol.kind(command);
        if !its.needs[state.index()] {
            let needing = protocol.commands.iter().filter(|c| c.needs[state.index()]);
            let names: Vec<_> = needing.map(|c| c.name.as_str()).collect();
            add(
                command,
                format!("a command that needs it: {}", names.join(", ")),
            );
        }
        if !is_refresh && its.level != Level::Bank {
            add(command, "a command to a bank".to_owned());
        }
        if request == Request::RefreshBank && its.level != Level::Bank {
            add(command, "a command to a bank".to_owned());
        }
        match its.does {
            Some(deed) if deed != request.deed() => {
                add(command, format!("none that does {}", deed.name()));
            }
            Some(_) if is_other && kind.holds_row && !is_refresh => {
                add(
                    command,
                    "under other_row none that moves data of the row".to_owned(),
                );
            }
            _ => {}
        }
    }
}

/// Whether a bank in a state is led to the request's end, from its row or from another.
fn ending(protocol: &Protocol, request: Request, state: BankState, problems: &mut Collector) {
    for is_other in [false, true] {
        let (mut at, mut is_other) = (state, is_other);
        let mut ends = false;
        // As many steps as there are states with the row, with another and with none.
        for _ in 0..2 * MOST_STATES {
            let step = protocol.step(request, at);
            let command = if is_other {
                step.other_row
            } else {
                step.same_row
            };
            let kind = protocol.kind(command);
            ends = kind.does.is_some();
            if ends {
                break;
            }
            at = kind.leaves.unwrap_or(at);
            is_other &= kind.row == RowChange::Keeps;
        }
        if !ends {
            let name = &protocol.states[state.index()].name;
            let path = format!("requests.{}.{name}", request.name());
            let found = "commands that lead back to where they began";
            problems.add(
                path,
                found,
                format!("such that lead to {}", request.deed().name()),
            );
        }
    }
}

/// Whether banks in different states, that are refreshed together, do not wait for each other.
fn refreshing(protocol: &Protocol, request: Request, problems: &mut Collector) {
    let steps = &protocol.steps[request as usize];
    let does = |step: &RequestStep| protocol.kind(step.same_row).does.is_some();
    let mut ends: Vec<_> = steps
        .iter()
        .filter(|s| does(s))
        .map(|s| s.same_row)
        .collect();
    ends.dedup();
    let path = || format!("requests.{}", request.name());
    if let [_, second, ..] = ends[..] {
        let allowed = "one command that refreshes";
        problems.add(path(), &protocol.kind(second).name, allowed);
    }
    let target = protocol.kind(ends[0]).level;
    for step in steps {
        let kind = protocol.kind(step.same_row);
        if kind.level < target {
            let allowed = format!(
                "commands to no more than what is refreshed: {}",
                target.name()
            );
            problems.add(path(), &kind.name, allowed);
        }
    }
    for states in 1..1_u32 << protocol.states.len() {
        let among = |state: BankState| states >> state.index() & 1 == 1;
        let present: Vec<_> = protocol.each_state().filter(|&s| among(s)).collect();
        let goes = |&state: &BankState| {
            let kind = protocol.kind(protocol.step(request, state).same_row);
            kind.level == Level::Bank || present.iter().all(|state| kind.needs[state.index()])
        };
        if !present.iter().any(goes) {
            let names = present
                .iter()
                .map(|s| protocol.states[s.index()].name.as_str());
            let found = names.collect::<Vec<_>>().join(" beside ");
            let allowed =
                "states of which one has a command that all of them allow, or one to a bank";
            problems.add(path(), found, allowed);
            return;
        }
    }
}
