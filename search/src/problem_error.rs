//! Why there is no problem.

use thiserror::Error;

use crate::deployment::Deployment;
use crate::resource::Resource;
use crate::table::Levels;

/// The reason why a table, an objective and budgets make no problem.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum ProblemError {
    /// Two budgets limit one resource.
    #[error("two budgets on {0}; each resource may have one")]
    RepeatedBudget(Resource),
    /// A budget is a share, and a layer lacks one of the designs that the share lies between.
    #[error(
        "layer {layer} has no option with {levels}; a budget given as a platform or share needs this corner design in every layer"
    )]
    MissingCorner {
        /// The index of the layer.
        layer: usize,
        /// The levels of the missing option.
        levels: Levels,
    },
    /// No option is common to the layers, so that they cannot share hardware.
    #[error("deployment {0}: no option has the same levels in every layer; needed at least one")]
    NothingShared(Deployment),
    /// A limit is negative or not finite.
    #[error("the budget on {resource} is {found}; needed a finite number, not negative")]
    BadLimit {
        /// The resource that it limits.
        resource: Resource,
        /// The limit found.
        found: f64,
    },
}
