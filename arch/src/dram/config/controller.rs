//! The controller's part of a file.

use serde::{Deserialize, Serialize};

use super::timing::Timing;
use super::{count, limits};
use crate::collector::Collector;
use crate::dram::mapping::{AddressField, AddressMapping};
use crate::dram::parameter::Parameter;
use crate::dram::protocol::Level;
use crate::dram::standard::{CommandBuses, Controller, Organization, RefreshPolicy, RowPolicy};
use crate::scalar::Count;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ControllerConfig {
    /// The fields of an address from the highest bits to the lowest, two letters each: `ro` row,
    /// `ch` channel, `ra` rank, `ba` bank, `bg` bank group, `co` column; such as `rochrababgco`.
    address_mapping: String,
    /// Reads, and as many writes, that wait in a channel for a place in a bank's queue; 32 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction_queue: Option<Count>,
    /// Commands that wait for each bank; 8 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    command_queue: Option<Count>,
    /// Whether a row stays open after an access; `open_page` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    row_policy: Option<RowPolicyConfig>,
    /// Hits on an open row after which another row may close it though more hits wait; 4 by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    row_hit_cap: Option<Count>,
    /// Waiting writes that are drained at once; the size of the transaction queue by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    write_high_mark: Option<Count>,
    /// More waiting writes than this are drained when no command waits; 8 by default, less if the
    /// queue is shorter.
    #[serde(skip_serializing_if = "Option::is_none")]
    write_low_mark: Option<Count>,
    /// What is refreshed at a time; `rank_staggered` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh: Option<RefreshConfig>,
    /// Command buses: 1 for all commands, which is the default, or 2 as HBM has them, for rows and
    /// for columns.
    #[serde(skip_serializing_if = "Option::is_none")]
    command_buses: Option<Count>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RowPolicyConfig {
    /// A row stays open until another row of its bank is needed.
    OpenPage,
    /// A row is closed after each burst.
    ClosedPage,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RefreshConfig {
    /// All banks of a rank at once, one rank after the other.
    RankStaggered,
    /// One bank after the other.
    BankStaggered,
    /// Nothing.
    None,
}

impl ControllerConfig {
    pub(super) fn resolve(
        self,
        organization: &Organization,
        refreshed: Level,
        timing: &Timing,
        problems: &mut Collector,
    ) -> Controller {
        let address_mapping = AddressMapping::parse(&self.address_mapping).unwrap_or_else(|| {
            let allowed = AddressField::ALL.map(AddressField::letters).join(", ");
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
            refresh_interval: interval(refresh, organization, refreshed, timing, problems),
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
    refreshed: Level,
    timing: &Timing,
    problems: &mut Collector,
) -> u32 {
    use Parameter as P;
    let banks = organization.banks().max(1);
    let at_a_time = organization.banks_of(refreshed).max(1);
    let (every, takes, divisor, turns) = match refresh {
        RefreshPolicy::None => return 0,
        RefreshPolicy::RankStaggered => (P::Trefi, P::Trfc, (banks / at_a_time).max(1), 1),
        RefreshPolicy::BankStaggered => (P::Trefib, P::Trfcb, 1, banks),
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
    let least = least.div_ceil(turns);
    if timing.of(every) < least {
        problems.add(
            format!("timing.{}", every.name()),
            timing.of(every).to_string(),
            format!("at least {least}, which leaves half of the time to requests"),
        );
    }
    (timing.of(every) / divisor).max(1)
}
