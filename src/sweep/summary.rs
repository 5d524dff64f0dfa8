//! What a sweep's points say together: the front, the best of each objective, and why points failed.

use std::cmp::Ordering;

use indexmap::IndexMap;

use super::file::SweepObjective;
use super::front::front;
use crate::documents::{Sweep, SweepFailure, SweepFigures, SweepPoint};
use crate::format::{area, energy_delay, joules, thousands, time, watts};

impl SweepObjective {
    /// The figure of this objective: cycles, seconds, picojoules, joule seconds, square microns, or
    /// milliwatts.
    #[must_use]
    pub fn of(self, figures: &SweepFigures) -> f64 {
        match self {
            Self::Cycles => figures.cycles as f64,
            Self::Seconds => figures.seconds,
            Self::Energy => figures.energy_pj,
            Self::Edp => figures.edp_js,
            Self::Area => figures.area_um2,
            Self::Power => figures.average_power_mw,
        }
    }

    /// The figure of this objective with its unit, for tables.
    #[must_use]
    pub fn show(self, figures: &SweepFigures) -> String {
        let value = self.of(figures);
        match self {
            Self::Cycles => thousands(figures.cycles),
            Self::Seconds => time(value),
            Self::Energy => joules(value),
            Self::Edp => energy_delay(value),
            Self::Area => area(value),
            Self::Power => watts(value),
        }
    }

    /// The name of the objective with the unit of its axis in plots, and the factor to that unit.
    #[must_use]
    pub const fn drawn(self) -> (&'static str, f64) {
        match self {
            Self::Cycles => ("cycles", 1.0),
            Self::Seconds => ("time in ms", 1e3),
            Self::Energy => ("energy in uJ", 1e-6),
            Self::Edp => ("energy x delay in mJ ms", 1e6),
            Self::Area => ("area in mm2", 1e-6),
            Self::Power => ("power in mW", 1.0),
        }
    }
}

/// The objectives of a document; a name that is no objective is left out.
#[must_use]
pub fn objectives(sweep: &Sweep) -> Vec<SweepObjective> {
    let names = sweep.objectives.iter();
    names
        .filter_map(|name| SweepObjective::find(name))
        .collect()
}

/// A sweep with what follows from its points.
pub(super) fn summed_up(sweep: Sweep) -> Sweep {
    let objectives = objectives(&sweep);
    let ran = sweep.points.iter();
    let ran = ran.filter_map(|point| Some((point.point, point.figures.as_ref()?)));
    let (numbers, figures): (Vec<u64>, Vec<&SweepFigures>) = ran.unzip();
    let of = |objective: SweepObjective| figures.iter().map(move |of| objective.of(of));
    let values: Vec<Vec<f64>> = figures
        .iter()
        .map(|figures| objectives.iter().map(|o| o.of(figures)).collect())
        .collect();
    let best = objectives.iter().filter_map(|objective| {
        // Of equals the one that is on the front.
        let least = of(*objective).zip(&values).enumerate();
        let compare = |a: &[f64], b: &[f64]| {
            let pairs = a.iter().zip(b);
            pairs.map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne())
        };
        let (at, _) = least.min_by(|(_, (a, all_a)), (_, (b, all_b))| {
            let others = || compare(all_a, all_b).unwrap_or(Ordering::Equal);
            a.total_cmp(b).then_with(others)
        })?;
        Some((objective.name().to_owned(), numbers[at]))
    });
    Sweep {
        best: best.collect(),
        front: front(&values).into_iter().map(|at| numbers[at]).collect(),
        failed: failures(&sweep.points),
        ..sweep
    }
}

/// Reasons that differ in their numbers alone are one.
fn failures(points: &[SweepPoint]) -> Vec<SweepFailure> {
    let mut failures: IndexMap<String, SweepFailure> = IndexMap::new();
    for point in points {
        let Some(error) = &point.error else { continue };
        let kind = error.split(|c: char| c.is_ascii_digit() || c == '.');
        let kind: Vec<&str> = kind.filter(|part| !part.is_empty()).collect();
        let failure = failures.entry(kind.join("#"));
        let failure = failure.or_insert_with(|| SweepFailure {
            error: error.clone(),
            points: 0,
            first: point.point,
        });
        failure.points += 1;
    }
    let mut failures: Vec<SweepFailure> = failures.into_values().collect();
    failures.sort_by_key(|failure| (u64::MAX - failure.points, failure.first));
    failures
}
