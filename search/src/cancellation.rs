//! The wish that a search ends early.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A signal that a search is to end with what it has found so far. Clones share the signal. A search asks for
/// it between evaluations, so that an evaluation that has begun is finished. A search that is never cancelled
/// has the same results as without the signal.
#[derive(Clone, Default)]
pub struct Cancellation {
    asked: Arc<AtomicBool>,
    over: Option<Arc<dyn Fn() -> bool + Send + Sync>>,
}

impl Cancellation {
    /// Cancels: searches that share this end with what they have.
    pub fn cancel(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// A signal that is also given once `is_over` returns true: as a rule when a time has passed. It shares
    /// cancellation with this one, but holders of this one do not see `is_over`.
    #[must_use]
    pub fn until(&self, is_over: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let before = self.over.clone();
        let is_over = move || before.as_ref().is_some_and(|before| before()) || is_over();
        Self {
            asked: Arc::clone(&self.asked),
            over: Some(Arc::new(is_over)),
        }
    }

    /// Whether the search is to end.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.asked.load(Ordering::Relaxed) || self.over.as_ref().is_some_and(|over| over())
    }
}

impl fmt::Debug for Cancellation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Cancellation");
        shown.field("is_cancelled", &self.is_cancelled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_for_one_is_not_for_all() {
        let all = Cancellation::default();
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let one = all.until(move || seen.load(Ordering::Relaxed));
        assert!(!one.is_cancelled());
        over.store(true, Ordering::Relaxed);
        assert!(one.is_cancelled() && one.until(|| false).is_cancelled());
        assert!(!all.is_cancelled() && !all.until(|| false).is_cancelled());
        all.cancel();
        assert!(all.until(|| false).is_cancelled());
    }
}
