//! PEs and buffer of each layer under budgets: the search, its re-check on the machine, proofs and certificates.
//!
//! ```text
//! AssignmentQuestion (names) -> Costs::read -> priced -> CostSource (options and costs)
//! AssignmentQuestion + CostSource -> search -> AssignmentResult (best, re-checked, certified) -> document, CSV, certificate
//! ```
//!
//! ```
//! use stationary::assign::AssignmentQuestion;
//! use stationary::documents::Document;
//! use stationary::hooks::Hooks;
//!
//! let mut question = AssignmentQuestion::new("alexnet", &["area=iot"]);
//! question.costs.layer = vec!["conv3".to_owned(), "conv4".to_owned()];
//! (question.costs.pes, question.costs.tiles) = (Some("8,16".to_owned()), Some("1,2".to_owned()));
//! let cost_source = question.costs.read()?.priced(&())?;
//! let found = question.search(&cost_source, &Hooks::default())?.expect("it is not cancelled");
//! assert_eq!(found.document().json()["stop"], "proved");
//! # Ok::<(), stationary::Error>(())
//! ```

mod as_text;
mod certificate;
mod certify;
mod costs;
mod document;
mod infeasibility;
mod question;
mod rechecked;
mod result;
mod search;
mod written;

pub use certify::Certified;
pub use costs::{CostOrigin, CostSource, Read, Unpriced};
pub use infeasibility::Infeasibility;
pub use question::{AssignmentQuestion, Costs, Recheck};
pub use result::{AssignmentResult, ResultRow, kind, unit};
pub use written::{Best, Certificate, Inputs, LayerChoice, Limit, Named, Simulated, Used};
