//! The DRAM file: a plain mirror of the YAML, and its checks.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::command::{Command, Scope};
use super::expression::{Malformed, Name};
use super::mapping::{AddressMapping, Field};
use super::parameter::Parameter;
use super::rules::{ConstraintRule, Rules, Table, WindowRule};
use super::standard::{
    CommandBuses, Controller, Latencies, Organization, Picoseconds, RefreshPolicy, RowPolicy,
    Standard,
};
use crate::check::Collector;
use crate::config::{Count, Number};
use crate::error::ArchError;
use crate::read::yaml_error;

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

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    name: String,
    clock_ns: Number,
    organization: OrganizationConfig,
    timing: BTreeMap<Parameter, Count>,
    #[serde(default)]
    constraints: Vec<ConstraintRule>,
    #[serde(default)]
    windows: Vec<WindowRule>,
    controller: ControllerConfig,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganizationConfig {
    channels: Option<Count>,
    ranks: Option<Count>,
    bank_groups: Option<Count>,
    banks_per_group: Count,
    rows: Count,
    columns: Count,
    device_bits: Count,
    bus_bits: Count,
    burst_length: Count,
    burst_cycles: Count,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ControllerConfig {
    address_mapping: String,
    transaction_queue: Option<Count>,
    command_queue: Option<Count>,
    row_policy: Option<RowPolicyConfig>,
    row_hit_cap: Option<Count>,
    write_high_mark: Option<Count>,
    write_low_mark: Option<Count>,
    refresh: Option<RefreshConfig>,
    command_buses: Option<Count>,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RowPolicyConfig {
    OpenPage,
    ClosedPage,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RefreshConfig {
    RankStaggered,
    BankStaggered,
    None,
}

impl Standard {
    /// Reads a DRAM file ([`crate::dram`] describes it). `file` is the name that errors carry;
    /// nothing is opened.
    ///
    /// # Errors
    /// [`ArchError::Yaml`] where a field is unknown, missing or of the wrong type;
    /// [`ArchError::Invalid`] with everything that no memory can have.
    pub fn from_yaml(file: &str, text: &str) -> Result<Self, ArchError> {
        let config: Config = serde_yaml::from_str(text).map_err(|e| yaml_error(file, &e))?;
        let mut problems = Collector::default();
        let standard = config.resolve(&mut problems);
        problems.into_result(file).map(|()| standard)
    }
}

impl Config {
    fn resolve(self, problems: &mut Collector) -> Standard {
        if self.name.trim().is_empty() {
            problems.add("name", "an empty name", "a name");
        }
        let clock = picoseconds(self.clock_ns, problems);
        let organization = self.organization.resolve(problems);
        let timing = Timing::new(&self.timing, problems);
        let values = |name| match name {
            Name::Burst => Some(organization.burst_cycles.into()),
            Name::Parameter(parameter) => timing.get(parameter),
        };
        let mut table = Table::default();
        table.add_shared(&values);
        let own = Rules {
            constraints: self.constraints,
            windows: self.windows,
        };
        if let Err((path, Malformed(message))) = table.add(&own, &values) {
            let (found, allowed) = message.split_once("; allowed: ").unwrap_or((&message, ""));
            problems.add(path, found, allowed);
        }
        let controller = self.controller.resolve(&organization, &timing, problems);
        let (constraints, windows) = table.finish();
        let column = constraints.iter().filter(|c| {
            (c.preceding, c.following) == (Command::Read, Command::Read)
                && c.scope != Scope::OtherRanks
                && (c.scope == Scope::OtherGroups || organization.bank_groups == 1)
        });
        let column_to_column = column.map(|c| c.cycles).max().unwrap_or(1);
        let delay = timing.of(Parameter::Al) + timing.of(Parameter::Cl);
        Standard {
            name: self.name,
            clock,
            organization,
            latencies: Latencies {
                read: delay + organization.burst_cycles,
                column_to_column,
            },
            constraints,
            windows,
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
        problems.within(path, value, limits.clone());
    }
    problems.narrow(path, value, default, limits)
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

/// The parameters, with those that follow from others.
struct Timing(BTreeMap<Parameter, u32>);

impl Timing {
    fn new(given: &BTreeMap<Parameter, Count>, problems: &mut Collector) -> Self {
        use Parameter as P;
        let mut values = BTreeMap::new();
        for (parameter, value) in given {
            let path = format!("timing.{}", parameter.name());
            let cycles = count(&path, Some(*value), 0, limits::CYCLES, problems);
            values.insert(*parameter, cycles);
        }
        for (parameter, from) in [
            (P::Trcdrd, P::Trcd),
            (P::Trcdwr, P::Trcd),
            (P::TccdL, P::TccdS),
            (P::TrrdL, P::TrrdS),
            (P::TwtrL, P::TwtrS),
        ] {
            if let Some(&cycles) = values.get(&from) {
                values.entry(parameter).or_insert(cycles);
            }
        }
        if let (Some(&tras), Some(&trp)) = (values.get(&P::Tras), values.get(&P::Trp)) {
            values.entry(P::Trc).or_insert(tras + trp);
        }
        values.entry(P::Al).or_insert(0);
        for parameter in [
            P::Cl,
            P::Cwl,
            P::Trcdrd,
            P::Trcdwr,
            P::Trp,
            P::Tras,
            P::TccdS,
            P::TccdL,
            P::TrrdS,
            P::TrrdL,
            P::TwtrS,
            P::TwtrL,
            P::Twr,
            P::Trtp,
            P::Trtrs,
            P::Tfaw,
        ] {
            if !values.contains_key(&parameter) {
                let allowed = "a number of memory clocks";
                problems.add(format!("timing.{}", parameter.name()), "nothing", allowed);
            }
        }
        Self(values)
    }

    fn get(&self, parameter: Parameter) -> Option<i64> {
        self.0.get(&parameter).copied().map(i64::from)
    }

    fn of(&self, parameter: Parameter) -> u32 {
        self.0.get(&parameter).copied().unwrap_or(0)
    }
}

impl ControllerConfig {
    fn resolve(
        self,
        organization: &Organization,
        timing: &Timing,
        problems: &mut Collector,
    ) -> Controller {
        let address_mapping = AddressMapping::parse(&self.address_mapping).unwrap_or_else(|| {
            let allowed = Field::ALL.map(Field::letters).join(", ");
            problems.add(
                "controller.address_mapping",
                format!("`{}`", self.address_mapping),
                format!("each of {allowed} once, such as `rochrababgco`"),
            );
            AddressMapping::parse("rochrababgco").expect("each field stands once")
        });
        let mut of = |field: &str, value, default, limits| {
            let path = format!("controller.{field}");
            count(&path, value, default, limits, problems)
        };
        let queue = of(
            "transaction_queue",
            self.transaction_queue,
            32,
            limits::QUEUE,
        );
        let marks = 0..=u64::from(queue);
        let high = 1..=u64::from(queue);
        let write_high_mark = of("write_high_mark", self.write_high_mark, queue, high);
        let write_low_mark = of("write_low_mark", self.write_low_mark, queue.min(8), marks);
        let command_queue = of(
            "command_queue",
            self.command_queue,
            8,
            limits::COMMAND_QUEUE,
        );
        let row_hit_cap = of("row_hit_cap", self.row_hit_cap, 4, limits::CYCLES);
        let buses = of("command_buses", self.command_buses, 1, 1..=2);
        let refresh = match self.refresh {
            None | Some(RefreshConfig::RankStaggered) => RefreshPolicy::RankStaggered,
            Some(RefreshConfig::BankStaggered) => RefreshPolicy::BankStaggered,
            Some(RefreshConfig::None) => RefreshPolicy::None,
        };
        Controller {
            address_mapping,
            transaction_queue: queue,
            command_queue,
            row_policy: match self.row_policy {
                None | Some(RowPolicyConfig::OpenPage) => RowPolicy::OpenPage,
                Some(RowPolicyConfig::ClosedPage) => RowPolicy::ClosedPage,
            },
            row_hit_cap,
            write_high_mark,
            write_low_mark,
            refresh,
            refresh_interval: interval(refresh, organization, timing, problems),
            command_buses: if buses == 2 {
                CommandBuses::RowAndColumn
            } else {
                CommandBuses::Shared
            },
        }
    }
}

/// Memory clocks between two refreshes of a channel. A refresh must leave time for work, or no
/// request would ever be done.
fn interval(
    refresh: RefreshPolicy,
    organization: &Organization,
    timing: &Timing,
    problems: &mut Collector,
) -> u32 {
    use Parameter as P;
    let (every, takes, targets) = match refresh {
        RefreshPolicy::None => return 0,
        RefreshPolicy::RankStaggered => (P::Trefi, P::Trfc, organization.ranks),
        RefreshPolicy::BankStaggered => (P::Trefib, P::Trfcb, 1),
    };
    for parameter in [every, takes] {
        if timing.get(parameter).is_none() {
            let path = format!("timing.{}", parameter.name());
            problems.add(
                path,
                "nothing",
                "a number of memory clocks, which `refresh` needs",
            );
            return 1;
        }
    }
    // Closing all rows, refreshing and opening one again, with as much time left for work.
    let least = 2 * (timing.of(takes) + timing.of(P::Trc) + timing.of(P::Trp));
    if timing.of(every) < least {
        problems.add(
            format!("timing.{}", every.name()),
            timing.of(every).to_string(),
            format!("at least {least}, twice what a refresh takes with closing and opening a row"),
        );
    }
    (timing.of(every) / targets.max(1)).max(1)
}
