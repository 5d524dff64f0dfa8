//! The hooks of a search: a journal of evaluations, cancellation, and reports of progress.

use crate::journal::Files;
use crate::progress::Progress;
use crate::search::Cancellation;

/// The hooks of a search: where it keeps evaluations, what ends it early, and what its progress is reported
/// to.
pub struct Hooks<'a> {
    /// The files in which evaluations are kept, and from which they are taken.
    pub files: Files,
    /// Ends the search early, with the best found so far.
    pub cancellation: Cancellation,
    /// Called when there is a result that would be lost if the process ended; it may be called again.
    pub has_result: &'a (dyn Fn() + Sync),
    /// Receives the progress of the search: a unit for each measurement of a chip or each shape of layers.
    pub progress: &'a dyn Progress,
}

impl Default for Hooks<'_> {
    fn default() -> Self {
        Self {
            files: Files::default(),
            cancellation: Cancellation::default(),
            has_result: &|| {},
            progress: &(),
        }
    }
}
