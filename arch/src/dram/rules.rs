//! From rules to the constraint table.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stationary_document::near::nearest;

use super::command::{Command, CommandWindow, Constraint, Deadline, Scope};
use super::expression::{Malformed, Values, evaluate};
use super::protocol::{Level, Protocol};

const SHARED: &str = include_str!("rules.yaml");

/// Rules as a file states them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rules {
    pub(super) constraints: Vec<ConstraintRule>,
    pub(super) windows: Vec<WindowRule>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConstraintRule {
    /// The commands that have issued.
    from: Vec<String>,
    /// The commands that wait.
    to: Vec<String>,
    /// Where the bank of the waiting command lies, seen from that of the one that has issued.
    at: Vec<Scope>,
    /// Memory clocks of the wait: a number, or a sum of parameters of `timing` such as `tRTP + 2`.
    cycles: Sum,
    /// Memory clocks up to which the waiting command goes, where there is such a limit: it then waits for
    /// nothing else, and goes before all others.
    #[serde(skip_serializing_if = "Option::is_none")]
    within: Option<Sum>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowRule {
    /// The command that is counted in a rank.
    command: String,
    /// How many may issue in so many `cycles`, 1 to 1024.
    count: u32,
    /// Memory clocks: a number, or a sum of parameters of `timing`.
    cycles: Sum,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(
    untagged,
    expecting = "a whole number of memory clocks, or a sum of parameters"
)]
enum Sum {
    Number(u32),
    Text(String),
}

/// Clocks that no wait is as long as: a device keeps times in few bits.
const LONGEST: u32 = 1 << 14;

/// What a rule is that makes nothing wait.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NoWait {
    /// Of those that all standards share, one that this standard has no need of.
    LeftOut,
    /// Of a standard's own, a mistake.
    Refused,
}

impl Sum {
    /// None where it names a parameter that the standard does not give, or comes to no wait in a rule of all
    /// standards.
    fn cycles(&self, values: Values<'_>, no_wait: NoWait) -> Result<Option<u32>, Malformed> {
        let sum = match self {
            Self::Number(number) => Some(i64::from(*number)),
            Self::Text(text) => evaluate(text, values)?,
        };
        let Some(sum) = sum else {
            return Ok(None);
        };
        if sum <= 0 && no_wait == NoWait::LeftOut {
            return Ok(None);
        }
        match u32::try_from(sum) {
            Ok(0) | Err(_) if sum <= 0 => {
                let found = match self {
                    Self::Number(_) => format!("{sum} clocks"),
                    Self::Text(text) => format!("`{text}`, which is {sum} clocks"),
                };
                Err(Malformed(format!("{found}; allowed: at least 1")))
            }
            Ok(cycles) if cycles < LONGEST => Ok(Some(cycles)),
            _ => Err(Malformed(format!(
                "{sum} clocks; allowed: less than {LONGEST}"
            ))),
        }
    }
}

/// Constraints, windows and the limit between two commands, as a device takes them.
type Compiled = (Vec<Constraint>, Vec<CommandWindow>, Option<Deadline>);

/// The table under construction: the longest wait of equals counts.
#[derive(Debug)]
pub(super) struct ConstraintTable<'p> {
    protocol: &'p Protocol,
    constraints: BTreeMap<(Command, Command, Scope), u32>,
    windows: Vec<CommandWindow>,
    deadline: Option<Deadline>,
}

/// What is wrong, and its path.
type Wrong = (String, Malformed);

impl<'p> ConstraintTable<'p> {
    pub(super) fn new(protocol: &'p Protocol) -> Self {
        Self {
            protocol,
            constraints: BTreeMap::new(),
            windows: Vec::new(),
            deadline: None,
        }
    }

    /// Adds the rules that all standards share.
    pub(super) fn add_shared(&mut self, values: Values<'_>) -> Result<(), Wrong> {
        let rules: Rules = serde_yaml::from_str(SHARED).expect("a test reads the shared rules");
        self.add_each(&rules, values, NoWait::LeftOut)
    }

    /// Adds rules of a standard's own; errors with the path of the first that is malformed.
    pub(super) fn add(&mut self, rules: &Rules, values: Values<'_>) -> Result<(), Wrong> {
        self.add_each(rules, values, NoWait::Refused)
    }

    fn add_each(
        &mut self,
        rules: &Rules,
        values: Values<'_>,
        no_wait: NoWait,
    ) -> Result<(), Wrong> {
        for (i, rule) in rules.constraints.iter().enumerate() {
            let path = |field: &str| format!("constraints.{i}.{field}");
            let cycles = rule.cycles.cycles(values, no_wait);
            let cycles = cycles.map_err(|e| (path("cycles"), e))?;
            let from = self.commands(&path("from"), &rule.from)?;
            let to = self.commands(&path("to"), &rule.to)?;
            for &from in &from {
                self.reaches(from, &rule.at).map_err(|e| (path("at"), e))?;
                for &to in &to {
                    self.constrain(from, to, &rule.at, cycles);
                }
            }
            if let Some(within) = &rule.within {
                let most = within
                    .cycles(values, no_wait)
                    .map_err(|e| (path("within"), e))?;
                let deadline = match (&from[..], &to[..], &rule.at[..], cycles, most) {
                    (&[preceding], &[following], [Scope::SameBank], Some(least), Some(most)) => {
                        Ok(Deadline {
                            preceding,
                            following,
                            least,
                            most,
                        })
                    }
                    (.., None | Some(0), _) => Err("no `cycles`; allowed: at least one"),
                    (.., None) => Err("no clocks; allowed: at least `cycles`"),
                    _ => Err(
                        "several commands or places; allowed: one command after another at same_bank",
                    ),
                };
                let deadline = deadline.map_err(|e| (path("within"), Malformed(e.to_owned())))?;
                if self.deadline.replace(deadline).is_some() {
                    let message = "another limit; allowed: one in a standard".to_owned();
                    return Err((path("within"), Malformed(message)));
                }
            }
        }
        for (i, rule) in rules.windows.iter().enumerate() {
            let path = |field: &str| format!("windows.{i}.{field}");
            let cycles = rule.cycles.cycles(values, no_wait);
            let cycles = cycles.map_err(|e| (path("cycles"), e))?;
            if !(1..=1024).contains(&rule.count) {
                let message = format!("{}; allowed: 1 to 1024", rule.count);
                return Err((path("count"), Malformed(message)));
            }
            let command = self.command(&path("command"), &rule.command)?;
            if self.protocol.kind(command).level != Level::Bank {
                let message = format!("{}; allowed: a command to a bank", rule.command);
                return Err((path("command"), Malformed(message)));
            }
            self.windows.extend(cycles.map(|cycles| CommandWindow {
                command,
                count: rule.count,
                cycles,
            }));
        }
        Ok(())
    }

    fn commands(&self, path: &str, names: &[String]) -> Result<Vec<Command>, Wrong> {
        let each = names.iter().enumerate();
        each.map(|(i, name)| self.command(&format!("{path}.{i}"), name))
            .collect()
    }

    fn command(&self, path: &str, name: &str) -> Result<Command, Wrong> {
        self.protocol.find(name).ok_or_else(|| {
            let names = || self.protocol.commands().iter().map(|c| c.name.as_str());
            let near = nearest(name, names()).map(|near| format!("; did you mean `{near}`?"));
            let allowed = names().collect::<Vec<_>>().join(", ") + &near.unwrap_or_default();
            (
                path.to_owned(),
                Malformed(format!("`{name}`; allowed: {allowed}")),
            )
        })
    }

    /// Whether some banks lie in these places seen from all that a command acts on.
    fn reaches(&self, from: Command, at: &[Scope]) -> Result<(), Malformed> {
        let kind = self.protocol.kind(from);
        let outside: &[Scope] = match kind.level {
            Level::Channel => &[Scope::SameBank],
            Level::Rank => &[Scope::SameBank, Scope::OtherRanks],
            Level::BankGroup => &[Scope::SameBank, Scope::OtherGroups, Scope::OtherRanks],
            Level::Bank => &Scope::ALL,
        };
        let Some(inside) = at.iter().find(|scope| !outside.contains(scope)) else {
            return Ok(());
        };
        let allowed: Vec<_> = outside.iter().map(|scope| scope.name()).collect();
        Err(Malformed(format!(
            "{} after {}, which goes to every bank of its {}; allowed: {}",
            inside.name(),
            kind.name,
            kind.level.name().replace('_', " "),
            allowed.join(", ")
        )))
    }

    fn constrain(&mut self, from: Command, to: Command, at: &[Scope], cycles: Option<u32>) {
        for &at in at {
            if let Some(cycles) = cycles {
                let longest = self.constraints.entry((from, to, at)).or_insert(cycles);
                *longest = cycles.max(*longest);
            }
        }
    }

    /// The table, sorted, and the limit between two commands.
    ///
    /// # Errors
    /// A limit that could be missed.
    pub(super) fn finish(self) -> Result<Compiled, String> {
        if let Some(deadline) = &self.deadline {
            self.kept(deadline)?;
        }
        let constraint = |((preceding, following, scope), cycles)| Constraint {
            preceding,
            following,
            scope,
            cycles,
        };
        Ok((
            self.constraints.into_iter().map(constraint).collect(),
            self.windows,
            self.deadline,
        ))
    }

    /// Whether a command with a limit can always go in time. In each clock at most one command begins
    /// such a pair, and the second goes as soon as it may, before all others: so it never waits for
    /// another, if it waits for the first alone.
    fn kept(&self, deadline: &Deadline) -> Result<(), String> {
        let protocol = self.protocol;
        let [first, second] = [deadline.preceding, deadline.following].map(|c| protocol.kind(c));
        let name = &second.name;
        let waits = self
            .constraints
            .keys()
            .find(|(from, to, _)| *to == deadline.following && *from != deadline.preceding);
        if let Some((from, ..)) = waits {
            let from = &protocol.kind(*from).name;
            return Err(format!(
                "{name} after {from}; allowed: none but after {}, as it has a limit",
                first.name
            ));
        }
        let far = self
            .constraints
            .keys()
            .any(|(_, to, at)| *to == deadline.following && *at != Scope::SameBank);
        let counted = self.windows.iter().any(|w| w.command == deadline.following);
        if far || counted {
            return Err(format!(
                "more waits of {name}; allowed: one at same_bank, as it has a limit"
            ));
        }
        if deadline.least > deadline.most {
            let (least, most) = (deadline.least, deadline.most);
            return Err(format!(
                "{name} after {least} clocks within {most}; allowed: no less than it waits"
            ));
        }
        let only = "allowed: one that it alone leaves, after one command to a bank";
        let Some(state) = first.leaves.filter(|_| first.level == Level::Bank) else {
            return Err(format!(
                "no state between {} and {name}; {only}",
                first.name
            ));
        };
        let kinds = || protocol.commands().iter();
        let into = kinds().filter(|kind| kind.leaves == Some(state)).count();
        let out = kinds().filter(|kind| kind.needs[state.index()]).count();
        let needs = second.needs.iter().filter(|needs| **needs).count();
        let returns = second.leaves.is_none_or(|leaves| leaves == state);
        if into != 1 || out != 1 || needs != 1 || returns || second.does.is_some() {
            let state = &protocol.states()[state.index()].name;
            return Err(format!(
                "other commands in the state {state} than {name}; {only}"
            ));
        }
        Ok(())
    }
}
