//! The two views of an option: an index into a layer's list, and a level on each
//! of a few axes.
//!
//! ```text
//! axes    PEs, tiles; a style where options name one (MIX); where layers may
//!         join the stage before them, a last axis: 0 opens a stage, 1 joins
//! ```
//!
//! Levels are those that occur in the table, in rising order. Where a layer has
//! no option at a combination of levels, the nearest one stands for it.

use std::collections::BTreeSet;

use crate::deployment::Deployment;
use crate::problem::Problem;
use crate::style::DataflowStyle;
use crate::table::{CostEntry, Levels};

/// The levels of a problem's options.
#[derive(Clone, Debug)]
pub(super) struct ActionSpace {
    pes: Vec<u32>,
    tiles: Vec<u32>,
    styles: Vec<Option<DataflowStyle>>,
    can_join: bool,
    /// For each gene, the option at each combination, PEs changing slowest.
    options: Vec<Vec<u16>>,
    /// For each gene, the combination of each option.
    levels: Vec<Vec<[usize; 3]>>,
}

impl ActionSpace {
    pub(super) fn new(problem: &Problem) -> Self {
        let layers = problem.table().layers();
        let entries = || layers.iter().flatten();
        let pes: BTreeSet<u32> = entries().map(|e| e.pe).collect();
        let tiles: BTreeSet<u32> = entries().map(|e| e.tile).collect();
        let styles: BTreeSet<_> = entries().map(|e| e.style).collect();
        let mut space = Self {
            pes: pes.into_iter().collect(),
            tiles: tiles.into_iter().collect(),
            styles: styles.into_iter().collect(),
            can_join: matches!(problem.deployment(), Deployment::Segmented { .. }),
            options: Vec::new(),
            levels: Vec::new(),
        };
        let genes = &layers[..problem.genes()];
        space.levels = genes.iter().map(|layer| space.place(layer)).collect();
        space.options = space.levels.iter().map(|l| space.fill(l)).collect();
        space
    }

    fn place(&self, layer: &[CostEntry]) -> Vec<[usize; 3]> {
        // Every level of every entry was collected above.
        let at = |levels: &Levels| {
            [
                self.pes.partition_point(|pe| *pe < levels.pe),
                self.tiles.partition_point(|tile| *tile < levels.tile),
                self.styles.partition_point(|style| *style < levels.style),
            ]
        };
        layer.iter().map(|entry| at(&entry.levels())).collect()
    }

    fn fill(&self, levels: &[[usize; 3]]) -> Vec<u16> {
        let shape = [self.pes.len(), self.tiles.len(), self.styles.len()];
        let mut options = vec![u16::MAX; shape.iter().product()];
        let index = |at: &[usize; 3]| (at[0] * shape[1] + at[1]) * shape[2] + at[2];
        for (option, at) in levels.iter().enumerate() {
            options[index(at)] = option as u16;
        }
        if levels.len() < options.len() {
            let combinations = (0..options.len()).map(|flat| {
                let (rest, style) = (flat / shape[2], flat % shape[2]);
                [rest / shape[1], rest % shape[1], style]
            });
            let nearest = |wanted: [usize; 3]| {
                let distance = |at: &[usize; 3]| -> usize {
                    let apart = at.iter().zip(wanted).map(|(a, b)| a.abs_diff(b));
                    apart.sum()
                };
                let all = levels.iter().enumerate();
                all.min_by_key(|(_, at)| distance(at))
                    .map_or(0, |(option, _)| option as u16)
            };
            let missing = options.clone();
            for (flat, wanted) in combinations.enumerate() {
                if missing[flat] == u16::MAX {
                    options[flat] = nearest(wanted);
                }
            }
        }
        options
    }

    /// The number of levels on each axis, at least PEs and tiles.
    pub(super) fn axes(&self) -> Vec<usize> {
        let mut axes = vec![self.pes.len(), self.tiles.len()];
        if self.styles.len() > 1 {
            axes.push(self.styles.len());
        }
        if self.can_join {
            axes.push(2);
        }
        axes
    }

    /// The value of a gene at a level on each axis. The first gene cannot join.
    pub(super) fn value(&self, gene: usize, levels: &[usize]) -> u16 {
        let options = self.levels[gene].len() as u16;
        if self.can_join && gene > 0 && levels[levels.len() - 1] == 1 {
            return options;
        }
        let style = if self.styles.len() > 1 { levels[2] } else { 0 };
        let flat = (levels[0] * self.tiles.len() + levels[1]) * self.styles.len() + style;
        self.options[gene][flat]
    }

    /// The levels of a gene's value. One that joins has the lowest levels.
    pub(super) fn levels(&self, gene: usize, value: u16) -> Vec<usize> {
        let joins = usize::from(value) == self.levels[gene].len();
        let [pe, tile, style] = if joins {
            [0; 3]
        } else {
            self.levels[gene][usize::from(value)]
        };
        let mut levels = vec![pe, tile];
        if self.styles.len() > 1 {
            levels.push(style);
        }
        if self.can_join {
            levels.push(usize::from(joins));
        }
        levels
    }

    /// What stands at a level: PEs and tiles over their greatest number, else
    /// the level's place among its axis's.
    #[cfg(feature = "learn")]
    pub(super) fn share(&self, axis: usize, level: usize) -> f64 {
        let over = |numbers: &[u32]| {
            let most = numbers.last().copied().unwrap_or(1).max(1);
            f64::from(numbers[level]) / f64::from(most)
        };
        match axis {
            0 => over(&self.pes),
            1 => over(&self.tiles),
            _ => level as f64 / (self.axes()[axis] - 1).max(1) as f64,
        }
    }

    /// The numbers on the axis of PEs (0) or of tiles (1).
    pub(super) fn numbers(&self, axis: usize) -> &[u32] {
        if axis == 0 { &self.pes } else { &self.tiles }
    }
}
