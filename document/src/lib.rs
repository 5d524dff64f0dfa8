//! Text files with places: what the readers of all files share, whatever a file describes.
//!
//! | module | holds |
//! |---|---|
//! | [`Diagnostic`] | one thing that is wrong, or not used, and where |
//! | [`Node`] | a YAML tree in which every value knows its place |
//! | [`Reader`] | reads a tree of another tool's making: all that is wrong, all that is not used |
//! | [`Variables`] | names that expressions in a tree may use |
//! | [`ranked`] | notes in the order in which they matter |
//! | [`from_yaml`] | a typed file, with all its errors instead of the first |
//! | [`text()`] | a file's bytes as text |
//! | [`Source`] | the text of a file, to find a path in it |
//! | [`arithmetic`] | expressions in Python's spelling |
//! | [`near`] | the name that a misspelt one most likely meant |
//!
//! ```
//! use stationary_document::{Node, Reader};
//!
//! let root = Node::parse("a.yaml", "{rows: 4, colour: red}")?;
//! let mut reader = Reader::new("a.yaml");
//! let fields = reader.fields(&root, "", &["rows", "cols"]).expect("it is a mapping");
//! assert_eq!(reader.count(fields.get("rows").expect("it is there"), "rows"), Some(4));
//! assert_eq!(reader.problems()[0].to_string(), "a.yaml:1:11: unknown field `colour`; allowed: rows, cols");
//! # Ok::<(), stationary_document::Diagnostic>(())
//! ```

pub mod arithmetic;
mod diagnostic;
mod loose;
mod merged;
pub mod near;
mod notes;
mod number;
mod outline;
mod position;
mod reader;
mod source;
mod text;
mod tree;
mod typed;
mod variables;
mod visible;
mod wording;

pub use diagnostic::Diagnostic;
pub use merged::grouped;
pub use notes::{alters_an_answer, ranked};
pub use position::Position;
pub use reader::{Fields, Reader};
pub use source::Source;
pub use text::text;
pub use tree::{Node, NodeKind};
pub use typed::{from_yaml, suggestion_in};
pub use variables::Variables;
pub use visible::{is_hidden, visible, visible_lines};
pub use wording::in_words;
