//! Points in the order of their numbers, machine by machine.

use super::Tuner;
use super::task::{DesignPoint, Measured, Task};

/// Points in a proposal.
const BATCH: usize = 16;

#[derive(Default)]
pub(super) struct Grid {
    machine: usize,
    behind: usize,
}

impl Tuner for Grid {
    fn propose(&mut self, task: &Task, remaining: usize) -> Vec<DesignPoint> {
        while self.machine < task.hardware().len() {
            let points = task.points_on(self.machine).skip(self.behind);
            let points: Vec<DesignPoint> = points.take(BATCH.min(remaining)).collect();
            if !points.is_empty() {
                self.behind += points.len();
                return points;
            }
            self.machine += 1;
            self.behind = 0;
        }
        Vec::new()
    }

    fn learn(&mut self, _: &Task, _: &[Measured]) {}
}
