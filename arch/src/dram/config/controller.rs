//! The controller's part of a file.

use serde::Deserialize;

use super::timing::Timing;
use super::{count, limits};
use crate::check::Collector;
use crate::config::Count;
use crate::dram::mapping::{AddressMapping, Field};
use crate::dram::parameter::Parameter;
use crate::dram::standard::{CommandBuses, Controller, Organization, RefreshPolicy, RowPolicy};

#[derive(Clone, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ControllerConfig {
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

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RowPolicyConfig {
    OpenPage,
    ClosedPage,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum RefreshConfig {
    RankStaggered,
    BankStaggered,
    None,
}

impl ControllerConfig {
    pub(super) fn resolve(
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
    let banks = organization.banks().max(1);
    let (every, takes, divisor, turns) = match refresh {
        RefreshPolicy::None => return 0,
        RefreshPolicy::RankStaggered => (P::Trefi, P::Trfc, organization.ranks.max(1), 1),
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
