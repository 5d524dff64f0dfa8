//! What a search is given besides its question.

use crate::journal::Files;
use crate::progress::Progress;
use crate::search::Cancellation;

/// Where a search keeps what it finds, what ends it early, and who waits for it.
pub struct Hooks<'a> {
    /// Where evaluations are kept.
    pub files: Files,
    /// Ends the search early, with the best so far.
    pub cancellation: Cancellation,
    /// Called when there is something that would be lost, from then on more than once.
    pub has_result: &'a (dyn Fn() + Sync),
    /// Is told of each measurement of a chip, of each kind of layer.
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
