//! One core for all layers and a schedule for each, on a machine that instructions control: the search, proofs and
//! certificates.
//!
//! ```text
//! CodesignQuestion (names) -> read -> Setting (machine, layers, cores) -> search -> CodesignResult -> document, CSV, certificate
//! ```
//!
//! ```
//! use stationary::codesign::CodesignQuestion;
//! use stationary::hooks::Hooks;
//!
//! let question = CodesignQuestion {
//!     network: "resnet18".to_owned(),
//!     layer: vec!["layer4.0.downsample".to_owned()],
//!     ..CodesignQuestion::default()
//! };
//! let setting = question.read()?;
//! let found = setting.search(&question, &Hooks::default())?.expect("it is not cancelled");
//! assert_eq!(found.document().stop, "proved");
//! # Ok::<(), stationary::Error>(())
//! ```

mod certificate;
mod document;
mod question;
mod search;
mod setting;
mod written;

pub use question::CodesignQuestion;
pub use search::{CodesignResult, FoundBy};
pub use setting::Setting;
pub use written::{Best, Certificate, Chosen, Inputs, Machine, Ran, Task};
