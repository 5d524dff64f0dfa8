//! Overrides without which a run has the same figures.
//!
//! ```text
//! for each override: name, clock, size, area and powers are the same without it, the model's figures
//!                    are, and the machine's  =>  it changes nothing here
//! ```
//!
//! Most overrides are known to matter by the first comparison. Those that are not are tried as advice is:
//! on the kinds of layers that take the most of the run, by the model first. What the machine would be at
//! for too long is not tried, and nothing is said of it.

use std::collections::HashMap;

use crate::arch::{Accelerator, CostModel};
use crate::sim::Pace;
use serde_json::Value;

use crate::advice::MOST_CYCLES;
use crate::control::ControlKind;
use crate::evaluate::{self, LayerResult, Reading};
use crate::format::percent;
use crate::peaks;
use crate::progress::{Progress, UnderWay};
use crate::target::Target;
use crate::unread::Flows;

/// Kinds of layers that an override is tried on.
const KINDS: usize = 8;
/// Overrides that are tried on layers at most.
const OVERRIDES: usize = 4;

/// A note on each override without which the figures of a run are the same, or that gives a field the value
/// that it has. Those that [`idle`](super::idle) tells of are left out.
pub fn notes(
    target: &Target,
    control: &ControlKind,
    reading: Reading,
    layers: &[LayerResult],
    progress: &dyn Progress,
) -> Vec<String> {
    let run = Run {
        target,
        control,
        reading,
        layers,
        progress,
    };
    let here = whole(target.accelerator());
    let own = target.own_dataflows();
    let request = target.request.as_ref();
    let flows = request.map_or(Flows::First, |request| request.flows(&own));
    let with = super::read(target.accelerator().clone(), flows);
    let withouts: Vec<(usize, Accelerator)> = (0..target.sets().len())
        .filter_map(|at| {
            let others = [&target.sets()[..at], &target.sets()[at + 1..]].concat();
            Some((at, target.overridden(&others).ok()?))
        })
        .collect();
    let (standing, others): (Vec<_>, Vec<_>) = withouts
        .into_iter()
        .partition(|(_, without)| without == target.accelerator());
    let told = standing.iter().filter(|(at, _)| is_told(target, *at));
    let mut notes: Vec<String> = told
        .map(|(at, _)| {
            let name = &target.accelerator().name;
            format!(
                "--set {}: {name} has this value without it",
                target.sets()[*at]
            )
        })
        .collect();
    let candidates = others.into_iter().filter(|(_, without)| {
        super::read(without.clone(), flows) != with && whole(without) == here
    });
    let (kinds, share) = run.kinds();
    let same = candidates
        .take(OVERRIDES)
        .filter(|(_, without)| run.is_same(without, &kinds));
    let tried = if share < 1.0 {
        format!(
            " (tried on the layers that take {} of the cycles)",
            percent(share)
        )
    } else {
        String::new()
    };
    notes.extend(same.map(|(at, _)| {
        let set = &target.sets()[at];
        format!("--set {set}: no figure of this run depends on it{tried}")
    }));
    notes
}

/// Whether an override that changes nothing is the last of its field, and the field is read.
fn is_told(target: &Target, at: usize) -> bool {
    let path = |set: &String| set.split('=').next().map(str::to_owned);
    let field = path(&target.sets()[at]);
    let is_last = target.sets()[at + 1..].iter().all(|set| path(set) != field);
    is_last && field.is_some_and(|field| super::is_read(target.accelerator(), &field))
}

/// What a run says besides its layers.
pub(super) fn whole(a: &Accelerator) -> Option<(Value, CostModel, [Option<f64>; 2])> {
    let cost = CostModel::of(a).ok()?;
    let powers = [
        Some(cost.peak_power(a).0),
        cost.peak_dram_power(a).map(|power| power.0),
    ];
    let mut size = peaks::json(a);
    size["name"] = a.name.clone().into();
    Some((size, cost, powers))
}

struct Run<'a> {
    target: &'a Target,
    control: &'a ControlKind,
    reading: Reading,
    layers: &'a [LayerResult],
    progress: &'a dyn Progress,
}

impl Run<'_> {
    /// A layer of each kind of those that take the most of the run, and the share that they take.
    fn kinds(&self) -> (Vec<usize>, f64) {
        let mut sums = HashMap::new();
        for (at, (layer, result)) in self.target.layers().iter().zip(self.layers).enumerate() {
            let kind = sums
                .entry(evaluate::key(self.target, layer))
                .or_insert((0, at));
            kind.0 += result.cycles;
        }
        let mut kinds: Vec<(u64, usize)> = sums.into_values().collect();
        kinds.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let sum = |kinds: &[(u64, usize)]| kinds.iter().map(|(cycles, _)| cycles).sum::<u64>();
        let all = sum(&kinds);
        kinds.truncate(KINDS);
        let share = sum(&kinds) as f64 / all as f64;
        (kinds.into_iter().map(|(_, at)| at).collect(), share)
    }

    fn is_same(&self, without: &Accelerator, kinds: &[usize]) -> bool {
        // What an accelerator offers decides what runs where the command names none.
        let control = self.target.style_on(without);
        if !control.is_ok_and(|control| control.name() == self.control.name()) {
            return false;
        }
        let picked = kinds.iter().map(|at| self.target.layers()[*at].clone());
        let changed = self.target.changed(without.clone(), picked.collect());
        let under_way = UnderWay(self.progress);
        let results =
            |reading| evaluate::layers(&changed, self.control, reading, &(), &under_way).ok();
        let known = || kinds.iter().map(|at| &self.layers[*at]);
        let is_short = known().map(|known| known.cycles).sum::<u64>() <= MOST_CYCLES;
        let Some(model) = results(Reading::Model) else {
            return false;
        };
        let is_same_model = model.iter().zip(known()).all(|(found, known)| {
            found.model_cycles == known.model_cycles && found.counters == known.counters
        });
        let is_same = |found: Vec<LayerResult>| {
            let mut pairs = found.iter().zip(known());
            pairs.all(|(found, known)| found.figures() == known.figures())
        };
        is_same_model
            && match self.reading {
                Reading::Model => is_same(model),
                // All paces give the same figures, and this is the fastest.
                Reading::Machine(_) => {
                    is_short && results(Reading::Machine(Pace::SkipPeriods)).is_some_and(is_same)
                }
            }
    }
}
