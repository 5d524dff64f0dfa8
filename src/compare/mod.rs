//! Optimisers side by side: the same problems, equal budgets, many seeds.
//!
//! ```text
//! ComparisonQuestion (names) -> read -> priced sources -> Instances -> run -> Comparison -> document, CSV
//! ```
//!
//! ```
//! use stationary::compare::ComparisonQuestion;
//! use stationary::hooks::Hooks;
//!
//! let mut question = ComparisonQuestion {
//!     network: vec!["alexnet".to_owned()],
//!     optimizer: vec!["exact".to_owned(), "random".to_owned()],
//!     seeds: 2,
//!     evaluations: 20,
//!     ..ComparisonQuestion::default()
//! };
//! question.model.layer = vec!["conv3".to_owned()];
//! (question.model.pes, question.model.tiles) = (Some("8,16".to_owned()), Some("1,2".to_owned()));
//! let instances = question.instances(|costs| costs.read()?.priced(&()))?;
//! let found = question.run(&instances, &Hooks::default())?.expect("it is not cancelled");
//! assert_eq!(found.trials.len(), 4);
//! # Ok::<(), stationary::Error>(())
//! ```

mod document;
mod instances;
mod question;
mod result;
mod trials;

pub use instances::{Instances, Priced};
pub use question::ComparisonQuestion;
pub use result::Comparison;
