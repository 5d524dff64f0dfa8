//! The time that the array alone needs: a lower bound on a run.
//!
//! ```text
//! sum over pairs of max(4, rows), or of the mesh if the next pair brings weights
//! ```

use super::call::{Call, Kind, Loop};
use super::chip::LEAST_PAIR;

impl Call {
    /// Cycles in which the array is busy with the whole layer: a lower bound of a run's cycles.
    pub fn array_time(&self) -> u64 {
        let mesh = self.mesh;
        let blocks = |which: Loop| self.lengths(which, |length| length.div_ceil(mesh));
        match self.kind {
            Kind::Convolution { .. } => {
                let sets = blocks(Loop::Filters)
                    * self.lengths(Loop::KernelRows, |length| length)
                    * self.lengths(Loop::KernelColumns, |length| length)
                    * blocks(Loop::Channels);
                let columns = |rows: u64| {
                    self.lengths(Loop::Columns, |columns| {
                        let rest = columns % mesh;
                        let rest = if rest == 0 { 0 } else { rest.max(LEAST_PAIR) };
                        let row = columns / mesh * mesh.max(LEAST_PAIR) + rest;
                        let last = if rest == 0 { mesh } else { rest };
                        rows * row + mesh.max(last) - last
                    })
                };
                sets * self.lengths(Loop::Rows, columns)
            }
            Kind::Matmul => {
                let sets = blocks(Loop::Filters) * blocks(Loop::Channels);
                // The last pair of weights is followed by a preload of the mesh.
                sets * blocks(Loop::Columns) * mesh
            }
        }
    }

    /// The sum over the tiles of a loop of a figure of their lengths.
    fn lengths(&self, which: Loop, figure: impl Fn(u64) -> u64) -> u64 {
        let index = which as usize;
        let (extent, tile) = (self.extents[index], self.tile[index]);
        let rest = extent % tile;
        let rest = if rest == 0 { 0 } else { figure(rest) };
        extent / tile * figure(tile) + rest
    }
}
