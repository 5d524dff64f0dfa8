//! A request inside of the controller.

/// A request on its way to a bank.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
)]
pub(super) struct QueueEntry {
    pub(super) address: u64,
    pub(super) tag: u64,
    pub(super) pushed: u64,
    pub(super) bank: u32,
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) is_write: bool,
}
