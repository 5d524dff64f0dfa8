//! The TileLink port that loads and stores share: a beat a cycle.

/// Until when the port is taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Port {
    free: u64,
}

impl Port {
    /// Takes the port for some beats, no earlier than a cycle; the cycle of the first.
    pub(super) fn take(&mut self, at: u64, beats: u64) -> u64 {
        let start = at.max(self.free);
        self.free = start + beats;
        start
    }
}
