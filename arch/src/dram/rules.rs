//! From rules to the constraint table.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::command::{Command, Constraint, Scope, Window};
use super::expression::{Malformed, Values, evaluate};

const SHARED: &str = include_str!("rules.yaml");

/// Rules as a file states them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rules {
    pub(super) constraints: Vec<ConstraintRule>,
    pub(super) windows: Vec<WindowRule>,
}

#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConstraintRule {
    /// The commands that have issued.
    from: Vec<Command>,
    /// The commands that wait.
    to: Vec<Command>,
    /// Where the bank of the waiting command lies, seen from that of the one that has issued.
    at: Vec<Scope>,
    /// Memory clocks of the wait: a number, or a sum of parameters of `timing` such as `tRTP + 2`.
    cycles: Sum,
}

#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WindowRule {
    /// The command that is counted in a rank.
    command: Command,
    /// How many may issue in so many `cycles`, 1 to 1024.
    count: u32,
    /// Memory clocks: a number, or a sum of parameters of `timing`.
    cycles: Sum,
}

#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(
    untagged,
    expecting = "a whole number of memory clocks, or a sum of parameters"
)]
enum Sum {
    Number(u32),
    Text(String),
}

impl Sum {
    fn cycles(&self, values: Values<'_>) -> Result<Option<u32>, Malformed> {
        let sum = match self {
            Self::Number(number) => Some(i64::from(*number)),
            Self::Text(text) => evaluate(text, values)?,
        };
        let Some(sum) = sum.filter(|&sum| sum > 0) else {
            return Ok(None);
        };
        u32::try_from(sum)
            .map(Some)
            .map_err(|_| Malformed(format!("{sum}; allowed: less than 2^32")))
    }
}

/// The table under construction: the longest wait of equals counts.
#[derive(Debug, Default)]
pub(super) struct Table {
    constraints: BTreeMap<(Command, Command, Scope), u32>,
    windows: Vec<Window>,
}

impl Table {
    /// Adds the rules that all standards share.
    pub(super) fn add_shared(&mut self, values: Values<'_>) {
        let rules: Rules = serde_yaml::from_str(SHARED).expect("a test reads the shared rules");
        let added = self.add(&rules, values);
        assert!(added.is_ok(), "the shared rules are sums: {added:?}");
    }

    /// Adds rules; errors with the path of the first that is malformed.
    pub(super) fn add(
        &mut self,
        rules: &Rules,
        values: Values<'_>,
    ) -> Result<(), (String, Malformed)> {
        for (i, rule) in rules.constraints.iter().enumerate() {
            let cycles = rule.cycles.cycles(values);
            let cycles = cycles.map_err(|e| (format!("constraints.{i}.cycles"), e))?;
            self.constrain(rule, cycles)
                .map_err(|e| (format!("constraints.{i}.at"), e))?;
        }
        for (i, rule) in rules.windows.iter().enumerate() {
            let cycles = rule.cycles.cycles(values);
            let cycles = cycles.map_err(|e| (format!("windows.{i}.cycles"), e))?;
            if !(1..=1024).contains(&rule.count) {
                let message = format!("{}; allowed: 1 to 1024", rule.count);
                return Err((format!("windows.{i}.count"), Malformed(message)));
            }
            if rule.command == Command::Refresh {
                let message = "refresh; allowed: a command to a bank".to_owned();
                return Err((format!("windows.{i}.command"), Malformed(message)));
            }
            self.windows.extend(cycles.map(|cycles| Window {
                command: rule.command,
                count: rule.count,
                cycles,
            }));
        }
        Ok(())
    }

    fn constrain(&mut self, rule: &ConstraintRule, cycles: Option<u32>) -> Result<(), Malformed> {
        for &from in &rule.from {
            for &to in &rule.to {
                for &at in &rule.at {
                    if from == Command::Refresh
                        && matches!(at, Scope::OtherBanks | Scope::OtherGroups)
                    {
                        let message = "other_banks or other_groups after refresh, which goes to \
                                       every bank of its rank; allowed: same_bank, other_ranks";
                        return Err(Malformed(message.to_owned()));
                    }
                    if let Some(cycles) = cycles {
                        let longest = self.constraints.entry((from, to, at)).or_insert(cycles);
                        *longest = cycles.max(*longest);
                    }
                }
            }
        }
        Ok(())
    }

    /// The table, sorted.
    pub(super) fn finish(self) -> (Vec<Constraint>, Vec<Window>) {
        let constraint = |((preceding, following, scope), cycles)| Constraint {
            preceding,
            following,
            scope,
            cycles,
        };
        (
            self.constraints.into_iter().map(constraint).collect(),
            self.windows,
        )
    }
}
