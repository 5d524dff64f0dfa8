//! The DRAM file: a plain mirror of the YAML, and its checks.

mod controller;
mod names;
mod protocol;
mod timing;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use stationary_document::from_yaml;

use self::controller::ControllerConfig;
use self::names::Names;
use self::protocol::{CommandConfig, ProtocolConfig, StateConfig, StepConfig};
use self::timing::{Parameters, Timing};
use super::command::Scope;
use super::expression::{Malformed, Name};
use super::parameter::Parameter;
use super::protocol::Request;
use super::rules::{ConstraintRule, ConstraintTable, Rules, WindowRule};
use super::standard::{Given, Latencies, Organization, Picoseconds, Standard};
use crate::collector::Collector;
use crate::error::ArchError;
use crate::scalar::{Count, Number};

mod limits {
    use std::ops::RangeInclusive;

    type Limits = RangeInclusive<u64>;
    pub(super) const CHANNELS: Limits = 1..=256;
    pub(super) const RANKS: Limits = 1..=64;
    pub(super) const BANK_GROUPS: Limits = 1..=64;
    pub(super) const BANKS: Limits = 1..=64;
    pub(super) const ROWS: Limits = 1..=1 << 24;
    pub(super) const COLUMNS: Limits = 1..=1 << 20;
    pub(super) const BITS: Limits = 1..=4096;
    pub(super) const BURST: Limits = 1..=256;
    pub(super) const CYCLES: Limits = 0..=1 << 24;
    pub(super) const QUEUE: Limits = 1..=4096;
    pub(super) const COMMAND_QUEUE: Limits = 1..=255;
    pub(super) const PICOSECONDS: Limits = 1..=1_000_000;
}

/// The fields of a standard, as a DRAM file has them, or an accelerator's under `dram.kind`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DramStandard")]
pub(crate) struct StandardConfig {
    /// The name of the standard, as tables and runs show it.
    name: String,
    /// Its family, such as `ddr4` or `lpddr5`: kind and generation. It decides which published energy
    /// prices it; without one, data rate and width do.
    #[serde(skip_serializing_if = "Option::is_none")]
    family: Option<String>,
    /// The memory clock's period in nanoseconds.
    clock_ns: Number,
    /// Channels, ranks, banks, rows and the bus.
    organization: OrganizationConfig,
    /// The timing parameters of the data sheet, in memory clocks.
    timing: Parameters,
    /// States of a bank besides `closed` and `open`, by name; none by default.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    states: Names<StateConfig>,
    /// Commands, by name, besides those that all standards share, or in the place of one; none by
    /// default.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    commands: Names<CommandConfig>,
    /// What `read`, `write`, `read_once`, `write_once`, `refresh` and `refresh_bank` need of a bank in a
    /// state, by state, where it differs from what all standards share.
    #[serde(default, skip_serializing_if = "Names::is_empty")]
    requests: Names<Names<StepConfig>>,
    /// Waits between commands besides those that follow from `timing`; none by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    constraints: Vec<ConstraintRule>,
    /// Limits on how many commands issue in a time, besides those that follow from `timing`; none
    /// by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    windows: Vec<WindowRule>,
    /// The controller: address mapping, queues, page policy, refresh.
    controller: ControllerConfig,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct OrganizationConfig {
    /// Channels, each with a bus of its own; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    channels: Option<Count>,
    /// Ranks of a channel; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    ranks: Option<Count>,
    /// Bank groups of a rank; 1 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_groups: Option<Count>,
    /// Banks of a bank group.
    banks_per_group: Count,
    /// Rows of a bank.
    rows: Count,
    /// Columns of a row, each of a device's width in bits.
    columns: Count,
    /// Bits of a device's data bus.
    device_bits: Count,
    /// Bits of a channel's data bus, a whole number of devices.
    bus_bits: Count,
    /// Transfers of a burst.
    burst_length: Count,
    /// Memory clocks in which a burst passes the bus.
    burst_cycles: Count,
}

/// The schema of a file.
pub(crate) fn schema() -> schemars::Schema {
    schemars::schema_for!(StandardConfig)
}

impl Standard {
    /// Reads the text of a DRAM file ([`crate::dram`] describes it). `file` is the name that errors carry; no
    /// file is opened.
    ///
    /// # Errors
    /// [`ArchError::Unreadable`], if a field is unknown, missing or of the wrong type, and
    /// [`ArchError::Invalid`] with all values that no memory can have.
    pub fn from_yaml(file: &str, text: &str) -> Result<Self, ArchError> {
        let config: StandardConfig = from_yaml(file, text).map_err(ArchError::Unreadable)?;
        let mut problems = Collector::default();
        let standard = config.resolve(&mut problems);
        problems.into_result(file).map(|()| standard)
    }

    /// The fields of a file that reads back as an equal standard, without those that equal their defaults. They
    /// are JSON, which is YAML too.
    ///
    /// # Panics
    /// Never: fields that were read are read again.
    #[must_use]
    pub fn fields(&self) -> Value {
        let mut fields = Value::clone(&self.given.0);
        for section in ["organization", "timing", "controller"] {
            let names = fields[section].as_object().into_iter().flat_map(Map::keys);
            for name in names.cloned().collect::<Vec<_>>() {
                let mut less = fields.clone();
                let section = less[section]
                    .as_object_mut()
                    .expect("a section of the file");
                section.shift_remove(&name);
                let mut problems = Collector::default();
                // Required fields are missing then.
                let read: Option<StandardConfig> = serde_json::from_value(less.clone()).ok();
                let read = read.map(|config| config.resolve(&mut problems));
                if problems.len() == 0 && read.as_ref() == Some(self) {
                    fields = less;
                }
            }
        }
        fields
    }
}

impl StandardConfig {
    /// The standard; one that nobody sees where something is wrong.
    pub(crate) fn resolve(self, problems: &mut Collector) -> Standard {
        let fields = serde_json::to_value(&self).expect("numbers, names and lists of them");
        if self.name.trim().is_empty() {
            problems.add("name", "an empty name", "a name");
        }
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if let Some(family) = &self.family
            && !(family.starts_with(|c: char| c.is_ascii_lowercase())
                && family.chars().all(is_word))
        {
            let allowed = "lower-case letters and a generation, such as ddr4";
            problems.add("family", format!("`{family}`"), allowed);
        }
        let clock = picoseconds(self.clock_ns, problems);
        let organization = self.organization.resolve(problems);
        let timing = Timing::new(&self.timing, problems);
        let values = |name| match name {
            Name::Burst => Some(organization.burst_cycles.into()),
            Name::Parameter(parameter) => timing.get(parameter),
        };
        let own = ProtocolConfig {
            states: self.states,
            commands: self.commands,
            requests: self.requests,
        };
        let protocol = own.resolve(problems);
        let mut table = ConstraintTable::new(&protocol);
        let refuse = |problems: &mut Collector, path: &str, Malformed(message)| {
            let (found, allowed) = message.split_once("; allowed: ").unwrap_or((&message, ""));
            problems.add(path, found, allowed);
        };
        if let Err((_, message)) = table.add_shared(&values) {
            refuse(problems, "timing", message);
        }
        let own = Rules {
            constraints: self.constraints,
            windows: self.windows,
        };
        if let Err((path, message)) = table.add(&own, &values) {
            refuse(problems, &path, message);
        }
        let level = protocol.kind(protocol.last(Request::Refresh)).level;
        let controller = self.controller;
        let controller = controller.resolve(&organization, level, &timing, problems);
        let (constraints, windows, deadline) = table.finish().unwrap_or_else(|message| {
            refuse(problems, "constraints", Malformed(message));
            Default::default()
        });
        let read = protocol.last(Request::Read);
        let column = constraints.iter().filter(|c| {
            (c.preceding, c.following) == (read, read)
                && c.scope != Scope::OtherRanks
                && (c.scope == Scope::OtherGroups || organization.bank_groups == 1)
        });
        let column_to_column = column.map(|c| c.cycles).max().unwrap_or(1);
        let delay = |parameter| timing.of(Parameter::Al) + timing.of(parameter);
        Standard {
            given: Given(Arc::new(fields)),
            name: self.name,
            family: self.family,
            clock,
            organization,
            latencies: Latencies {
                read: delay(Parameter::Cl) + organization.burst_cycles,
                write: delay(Parameter::Cwl) + organization.burst_cycles,
                column_to_column,
            },
            protocol,
            constraints,
            windows,
            deadline,
            controller,
        }
    }
}

fn picoseconds(Number(nanoseconds): Number, problems: &mut Collector) -> Picoseconds {
    let picoseconds = nanoseconds * 1000.0;
    let whole = picoseconds.round();
    let limits = limits::PICOSECONDS;
    let is_inside = whole >= *limits.start() as f64 && whole <= *limits.end() as f64;
    // A decimal fraction of a nanosecond is inexact in binary; a millionth is its rounding.
    if is_inside && (picoseconds - whole).abs() < 1e-6 * whole {
        return Picoseconds(whole as u32);
    }
    let allowed = "a whole number of picoseconds, 0.001 to 1000 ns";
    problems.add("clock_ns", nanoseconds.to_string(), allowed);
    Picoseconds(1)
}

/// A count within its limits as 32 bits.
fn count(
    path: &str,
    value: Option<Count>,
    default: u32,
    limits: std::ops::RangeInclusive<u64>,
    problems: &mut Collector,
) -> u32 {
    if let Some(Count(value)) = value {
        problems.within(path, value, &limits);
    }
    value.map_or(default, |Count(value)| {
        problems.narrow(path, value, &limits)
    })
}

impl OrganizationConfig {
    fn resolve(self, problems: &mut Collector) -> Organization {
        let mut of = |field: &str, value, limits| {
            let path = format!("organization.{field}");
            count(&path, value, 1, limits, problems)
        };
        let organization = Organization {
            channels: of("channels", self.channels, limits::CHANNELS),
            ranks: of("ranks", self.ranks, limits::RANKS),
            bank_groups: of("bank_groups", self.bank_groups, limits::BANK_GROUPS),
            banks_per_group: of("banks_per_group", Some(self.banks_per_group), limits::BANKS),
            rows: of("rows", Some(self.rows), limits::ROWS),
            columns: of("columns", Some(self.columns), limits::COLUMNS),
            device_bits: of("device_bits", Some(self.device_bits), limits::BITS),
            bus_bits: of("bus_bits", Some(self.bus_bits), limits::BITS),
            burst_length: of("burst_length", Some(self.burst_length), limits::BURST),
            burst_cycles: of("burst_cycles", Some(self.burst_cycles), limits::BURST),
        };
        for (field, value) in [
            ("channels", organization.channels),
            ("ranks", organization.ranks),
            ("bank_groups", organization.bank_groups),
            ("banks_per_group", organization.banks_per_group),
            ("rows", organization.rows),
            ("columns", organization.columns),
            ("bus_bits", organization.bus_bits),
            ("burst_length", organization.burst_length),
        ] {
            if !value.is_power_of_two() && value > 0 {
                let path = format!("organization.{field}");
                problems.add(path, value.to_string(), "a power of two");
            }
        }
        if organization.columns < organization.burst_length {
            let allowed = "at least the burst_length";
            problems.add(
                "organization.columns",
                organization.columns.to_string(),
                allowed,
            );
        }
        let device_bits = organization.device_bits.max(1);
        if !organization.bus_bits.is_multiple_of(device_bits) || organization.bus_bits < 8 {
            let allowed = "whole bytes and whole devices of device_bits";
            problems.add(
                "organization.bus_bits",
                organization.bus_bits.to_string(),
                allowed,
            );
        }
        organization
    }
}
