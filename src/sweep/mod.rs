//! Studies over many accelerators and networks: a plan, its points, and what is best of them.
//!
//! ```text
//! plan file -> SweepPlan (checked: axes, points) -> run -> documents::Sweep (points, front, best)
//! shards of one plan -> merged -> the same document
//! ```
//!
//! | file | holds |
//! |---|---|
//! | `file` | a plan as it is written |
//! | `axis`, `constraint`, `points` | values of an axis, expressions over them, which combinations |
//! | `check`, `plan` | what is wrong in a plan, and one that is right |
//! | `machine`, `known`, `run` | a point's inputs, what is known of layers on machines, all points |
//! | `front`, `summary`, `merge`, `csv` | what points say together, shards joined, lines |

mod axis;
mod check;
mod combination;
mod constraint;
mod csv;
mod file;
mod front;
mod known;
mod machine;
mod merge;
mod plan;
mod points;
mod run;
mod summary;

pub use axis::{Axis, AxisRole};
pub use file::{All, AxisFile, Number, PlanFile, PointsFile, SweepObjective, SweepVerb};
pub use merge::merged;
pub use plan::SweepPlan;
pub use points::Place;
pub use run::Swept;
pub use summary::objectives;
