//! Budgets on the sum of a resource over all layers.
//!
//! A platform's budget is a share of the way from the least to the greatest
//! uniform design (ConfuciuX, arXiv 2009.02010):
//!
//! ```text
//! B = Cmin + mul (Cmax - Cmin)
//! ```
//!
//! where Cmin and Cmax are the least and the greatest total of the four corner
//! designs, which give every layer the smallest or the greatest level of PEs
//! together with the smallest or the greatest tile level. With several dataflow
//! styles there are four corners of each. The total is that of a pipeline, in
//! which each layer has its own partition; of layers in sequence, it is that of
//! the one partition that they share.

use std::collections::BTreeSet;
use std::str::FromStr;

use thiserror::Error;

use crate::deployment::Deployment;
use crate::name::UnknownName;
use crate::problem_error::ProblemError;
use crate::resource::Resource;
use crate::table::{CostEntry, CostTable, Levels};

/// The amount of a budget, absolute or relative to a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BudgetSpec {
    /// A total in square microns (area) or milliwatts (power).
    Absolute(f64),
    /// The factor `mul` in `B = Cmin + mul (Cmax - Cmin)`, where Cmin and Cmax are the least and the greatest
    /// total of the designs that give every layer the smallest or the greatest level of PEs with the smallest
    /// or the greatest tile level (ConfuciuX, arXiv 2009.02010).
    Share(f64),
}

impl BudgetSpec {
    /// The budget that the greatest uniform design keeps.
    pub const UNLIMITED: Self = Self::Share(1.0);
    /// ConfuciuX's cloud: half of the way from the least uniform design to the greatest.
    pub const CLOUD: Self = Self::Share(0.5);
    /// ConfuciuX's IoT device: a tenth of the way.
    pub const IOT: Self = Self::Share(0.1);
    /// ConfuciuX's smallest IoT device (IoTx): a twentieth of the way.
    pub const IOTX: Self = Self::Share(0.05);
}

/// The named budgets: for each its name, its amount, and a few words on it.
pub const PLATFORMS: [(&str, BudgetSpec, &str); 4] = [
    (
        "unlimited",
        BudgetSpec::UNLIMITED,
        "every uniform design fits",
    ),
    (
        "cloud",
        BudgetSpec::CLOUD,
        "ConfuciuX's cloud: half of the way",
    ),
    (
        "iot",
        BudgetSpec::IOT,
        "ConfuciuX's IoT device: a tenth of the way",
    ),
    (
        "iotx",
        BudgetSpec::IOTX,
        "ConfuciuX's smallest IoT device: a twentieth of the way",
    ),
];

/// A budget as asked for: `area=cloud`, `power=0.3`, `area=2.5e12`,
/// `area=2.5mm2`, `power=300mW`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetRequest {
    /// The resource that is limited.
    pub resource: Resource,
    /// The amount that is allowed.
    pub allowance: BudgetSpec,
}

/// A budget on a table: the total of `resource` may not exceed `limit`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    /// The resource that is limited.
    pub resource: Resource,
    /// The greatest total allowed, in square microns (area) or milliwatts (power).
    pub limit: f64,
}

/// The error of a text that is no budget.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum UnknownBudget {
    /// The text has no equals sign.
    #[error("budget `{0}` has no `=`; expected area=VALUE or power=VALUE")]
    Shape(String),
    /// The word before the equals sign is neither `area` nor `power`.
    #[error(transparent)]
    Resource(UnknownName),
    /// The amount is neither the name of a platform nor a number.
    #[error(transparent)]
    Platform(UnknownName),
    /// The number is no amount: negative, not finite, or of a unit that is not known.
    #[error("budget `{0}`: expected a finite number, not negative")]
    Amount(String),
}

impl BudgetRequest {
    /// The budget on this table.
    ///
    /// # Errors
    /// [`ProblemError::MissingCorner`] where a share is asked for and a layer
    /// lacks a corner design, [`ProblemError::BadLimit`] where the amount is
    /// not a finite number or is negative.
    pub fn on(self, table: &CostTable, deployment: Deployment) -> Result<Budget, ProblemError> {
        let resource = self.resource;
        let limit = match self.allowance {
            BudgetSpec::Absolute(limit) => limit,
            BudgetSpec::Share(share) => {
                let (least, greatest) = corners(table, deployment, resource)?;
                least + share * (greatest - least)
            }
        };
        if limit.is_finite() && limit >= 0.0 {
            Ok(Budget { resource, limit })
        } else {
            Err(ProblemError::BadLimit {
                resource,
                found: limit,
            })
        }
    }
}

/// Cmin and Cmax. Sums run in layer order, so that they are reproducible to
/// the last bit.
pub(crate) fn corners(
    table: &CostTable,
    deployment: Deployment,
    resource: Resource,
) -> Result<(f64, f64), ProblemError> {
    let entries = || table.layers().iter().flatten();
    let range = |level: fn(&CostEntry) -> u32| {
        let levels = entries().map(level);
        [levels.clone().min().unwrap_or(0), levels.max().unwrap_or(0)]
    };
    let (pes, tiles) = (range(|e| e.pe), range(|e| e.tile));
    let styles: BTreeSet<_> = entries().map(|e| e.style).collect();
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    for style in styles {
        for (pe, tile) in pes.iter().flat_map(|&pe| tiles.map(|tile| (pe, tile))) {
            let levels = Levels { style, pe, tile };
            let mut total = 0.0;
            for (layer, options) in table.layers().iter().enumerate() {
                let entry = options.iter().find(|e| e.levels() == levels);
                let usage = entry
                    .ok_or(ProblemError::MissingCorner { layer, levels })?
                    .usage(resource);
                total = match deployment {
                    Deployment::Sequential => usage.max(total),
                    Deployment::Pipelined | Deployment::Segmented { .. } => total + usage,
                };
            }
            least = least.min(total);
            greatest = greatest.max(total);
        }
    }
    Ok((least, greatest))
}

impl FromStr for BudgetSpec {
    type Err = UnknownBudget;

    /// A platform's name in any case, a share (a number from 0 to 1), or an
    /// absolute total (a number above 1).
    fn from_str(text: &str) -> Result<Self, UnknownBudget> {
        let name = text.to_lowercase();
        if let Some((_, allowance, _)) = PLATFORMS.iter().find(|(known, _, _)| *known == name) {
            return Ok(*allowance);
        }
        match text.parse::<f64>() {
            Ok(share) if (0.0..=1.0).contains(&share) => Ok(Self::Share(share)),
            Ok(limit) if limit.is_finite() && limit > 1.0 => Ok(Self::Absolute(limit)),
            Ok(_) => Err(UnknownBudget::Amount(text.to_owned())),
            Err(_) => {
                let mut platforms: Vec<_> = PLATFORMS.iter().map(|(name, _, _)| *name).collect();
                platforms.extend(["<number>", "<number><unit>"]);
                Err(UnknownBudget::Platform(UnknownName::new(
                    "budget", text, platforms,
                )))
            }
        }
    }
}

/// Units in which an absolute budget may be given, and what one is in the
/// table's unit.
const UNITS: [(Resource, &str, f64); 4] = [
    (Resource::Area, "mm2", 1e6),
    (Resource::Area, "um2", 1.0),
    (Resource::Power, "mW", 1.0),
    (Resource::Power, "W", 1e3),
];

/// An absolute total with its unit; nothing where the text is no such thing.
fn with_unit(resource: Resource, text: &str) -> Option<Result<BudgetSpec, UnknownBudget>> {
    let units = UNITS.iter().filter(|unit| unit.0 == resource);
    let (number, factor) = units
        .filter_map(|(_, unit, factor)| Some((text.strip_suffix(unit)?, factor)))
        .find_map(|(number, factor)| Some((number.trim().parse::<f64>().ok()?, factor)))?;
    Some(if number.is_finite() && number >= 0.0 {
        Ok(BudgetSpec::Absolute(number * factor))
    } else {
        Err(UnknownBudget::Amount(text.to_owned()))
    })
}

impl FromStr for BudgetRequest {
    type Err = UnknownBudget;

    fn from_str(text: &str) -> Result<Self, UnknownBudget> {
        let Some((resource, allowance)) = text.split_once('=') else {
            return Err(UnknownBudget::Shape(text.to_owned()));
        };
        let resource = resource.trim().parse().map_err(UnknownBudget::Resource)?;
        let allowance = match with_unit(resource, allowance.trim()) {
            Some(allowance) => allowance?,
            None => allowance.trim().parse()?,
        };
        Ok(Self {
            resource,
            allowance,
        })
    }
}
