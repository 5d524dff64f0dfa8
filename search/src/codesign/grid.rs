//! Points in the order of their numbers, machine by machine.

use super::Tuner;
use super::task::{Measured, Point, Task};

/// Points in a proposal.
const BATCH: usize = 16;

#[derive(Default)]
pub(super) struct Grid {
    machine: usize,
    behind: usize,
}

impl Tuner for Grid {
    fn propose(&mut self, task: &Task, room: usize) -> Vec<Point> {
        while self.machine < task.hardware().len() {
            let points = task.points_on(self.machine).skip(self.behind);
            let points: Vec<Point> = points.take(BATCH.min(room)).collect();
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
