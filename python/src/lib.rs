//! The native half of the Python package `stationary`: inputs, work and answers. What users see of it, with
//! its documentation, is in `python/stationary/`.
//!
//! | module | holds |
//! |---|---|
//! | `inputs` | accelerators, layers, networks, and what is asked about them |
//! | `plan` | one layer with its mapping, answered at once |
//! | `verbs` | what the command line's verbs do |
//! | `environment` | searches for agents that learn |
//! | `work` | long work on a thread of its own, with signals and progress |
//! | `answer`, `table` | what was found: JSON, CSV, pages, drawings, and rows as Arrow |
//! | `error` | errors as exceptions |

mod answer;
mod environment;
mod error;
mod inputs;
mod plan;
mod table;
mod verbs;
mod work;

/// The native half of the package `stationary`.
#[pyo3::pymodule]
mod _stationary {
    #[pymodule_export]
    use super::answer::Answer;
    #[pymodule_export]
    use super::environment::{Episodes, Problem};
    #[pymodule_export]
    use super::inputs::{Arch, Layer, Network, Target, presets};
    #[pymodule_export]
    use super::plan::{Figures, Plan};
    #[pymodule_export]
    use super::verbs::{
        compare, dram_replay, estimate, search_assign, search_codesign, search_map, simulate,
        sweep, sweep_merge, validate, verify,
    };

    /// The version of the package and of the library.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
