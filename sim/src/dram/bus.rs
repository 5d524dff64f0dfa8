//! What has crossed a channel's data bus.

/// Bursts that crossed the bus, and those whose last data is still on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(super) struct DataBus {
    crossed: u64,
    /// The clock from which each other burst has crossed, in no order: a write's data is sooner.
    ends: Vec<u64>,
}

/// More than any standard has on its way at once, so that they are mostly settled in bulk.
const MANY: usize = 256;

impl DataBus {
    /// A column command issued `now`, whose last data passes before the clock `end`.
    pub(super) fn add(&mut self, end: u64, now: u64) {
        if self.ends.len() >= MANY {
            let before = self.ends.len();
            self.ends.retain(|&end| end > now);
            self.crossed += (before - self.ends.len()) as u64;
        }
        self.ends.push(end);
    }

    /// Bursts that have crossed in the clocks before `now`.
    pub(super) fn crossed(&self, now: u64) -> u64 {
        let ended = self.ends.iter().filter(|&&end| end <= now);
        self.crossed + ended.count() as u64
    }
}
