//! What travels with a machine's words: nothing, or their values.

/// Follows a machine. It is told of each action when that is complete, in the machine's order, so that a
/// value can only be used where it has arrived.
pub(crate) trait Payload<Action> {
    /// Whether anything is carried, so that no action may be left out.
    const CARRIES: bool = true;

    /// An action is complete.
    fn done(&mut self, action: &Action);
}

impl<Action> Payload<Action> for () {
    const CARRIES: bool = false;

    fn done(&mut self, _: &Action) {}
}
