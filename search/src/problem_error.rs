//! Why there is no problem.

use thiserror::Error;

use crate::deployment::Deployment;
use crate::resource::Resource;
use crate::table::Levels;

/// Why a table, an objective and budgets make no problem.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ProblemError {
    /// Two budgets on one resource.
    #[error("two budgets on {0}; each resource may have one")]
    RepeatedBudget(Resource),
    /// A share of a range that the table does not span.
    #[error(
        "layer {layer} has no option with {levels}; a budget given as a platform or share needs this corner design in every layer"
    )]
    MissingCorner {
        /// The layer.
        layer: usize,
        /// The corner's levels.
        levels: Levels,
    },
    /// Layers that cannot share hardware.
    #[error("deployment {0}: no option has the same levels in every layer; needed at least one")]
    NothingShared(Deployment),
    /// A limit that is no amount.
    #[error("the budget on {resource} is {found}; needed a finite number, not negative")]
    BadLimit {
        /// The resource.
        resource: Resource,
        /// The limit found.
        found: f64,
    },
}
