//! Search over designs: hardware for each layer under budgets, and hardware together with schedules.
//!
//! The assignment problem picks one option for each layer, so that an objective is least and budgets are kept:
//!
//! ```text
//! minimise  f(x)                      latency, energy, their product, or the slowest layer
//! over      x_i in options(i)         a level of PEs and a tile level for each layer i
//! so that   sum_i w_b(i, x_i) <= B_b  for each budget b (area, power)
//! ```
//!
//! The costs come from a [`CostTable`], wherever they were measured; [`design`] makes one from the model. A
//! [`Problem`] joins the table to an [`Objective`] and [`Budget`]s; an [`Optimizer`] proposes points; [`run`]
//! evaluates, repairs, counts and records them in the same way for every optimiser. The exact optimiser ends
//! with a [`Certificate`], which [`certificate::check`] verifies from the table alone.
//!
//! | to | see |
//! |---|---|
//! | assign hardware to layers | [`Problem`], [`optimizers::find`], [`run`] |
//! | make a table of costs | [`design`] |
//! | prove an optimum on the machine | [`certify`], [`best_first`] |
//! | check a proof | [`certificate`] |
//! | tune hardware together with schedules | [`codesign`] |
//! | compare optimisers | [`compare`] |
//!
//! No clock, file, environment or global random source is read here, and
//! nothing is printed.

pub mod best_first;
mod binding;
pub mod bound;
mod budget;
mod cancellation;
pub mod certificate;
pub mod certify;
pub mod codesign;
pub mod compare;
mod deployment;
pub mod design;
mod driver;
pub mod environment;
mod fixed;
mod gaussian_process;
mod hull;
#[cfg(feature = "learn")]
mod learn;
mod name;
mod objective;
pub mod optimizers;
mod parse;
mod problem;
mod problem_error;
mod repair;
mod resource;
mod shapes;
mod style;
mod table;

pub use binding::{Binding, binding};
pub use bound::BoundViolation;
pub use budget::{Budget, BudgetRequest, BudgetSpec, PLATFORMS, UnknownBudget};
pub use cancellation::Cancellation;
pub use certificate::{Certificate, Cut, Flaw, ProofKind};
pub use deployment::{Deployment, Stage};
pub use driver::{Evaluations, Interruption, Outcome, Settings, Stop, run, run_recorded};
pub use name::UnknownName;
pub use objective::Objective;
pub use optimizers::{Access, LearningEffort, Optimizer, Preset, Status};
pub use parse::ParseError;
pub use problem::{Choice, Evaluated, Point, Problem, Shortfall, Totals, Verdict};
pub use problem_error::ProblemError;
pub use repair::Repair;
pub use resource::Resource;
pub use shapes::Shapes;
pub use style::DataflowStyle;
pub use table::{CostEntry, CostTable, Levels, TableError};
