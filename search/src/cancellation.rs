//! The wish that a search ends early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a search is to end with what it has found so far. Clones share the wish. Searches ask
/// between evaluations, so that an evaluation that has begun is finished; one that is never cancelled
/// has the same results as without it.
#[derive(Clone, Debug, Default)]
pub struct Cancellation(Arc<AtomicBool>);

impl Cancellation {
    /// Asks for the end.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the end was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
