//! The candidates of a layer, and the best of them on the cycle-level machine.
//!
//! The candidates are all that the mapper visits for the layer (see `mapper::candidates`), each tiling
//! once. What is proved is about them, not about tilings that the mapper does not make.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;

use crate::arch::CostModel;
use crate::search::Cancellation;
use crate::search::best_first::{Candidate, Failure, SearchResult, best_first};
use crate::search::bound::hold;
use crate::sim::mapper::{Goal, MapperError, MappingSpace, Objective, Score, Slack, Survey};
use crate::sim::{
    Dataflow, Energy, Estimate, Mapping, MappingError, Tiling, estimate, mapper, space_bound,
};
use crate::workloads::Layer;
use stationary_record::digest;

use crate::error::{Error, Unmapped};
use crate::target::Target;

/// The first of each kind of layers that are alike (of the same shape), and for each layer the place of its kind
/// among these.
pub fn distinct(layers: &[Layer]) -> (Vec<usize>, Vec<usize>) {
    let mut kinds = HashMap::new();
    let mut firsts = Vec::new();
    let kind = layers.iter().enumerate().map(|(at, layer)| {
        let shape = (*layer.sizes(), layer.rows(), layer.cols(), layer.zeros());
        *kinds.entry(shape).or_insert_with(|| {
            firsts.push(at);
            firsts.len() - 1
        })
    });
    let kind = kind.collect();
    (firsts, kind)
}

/// A function that gives the machine's cycles of a mapping if they are at most the number given beside it, in cycles of the
/// array's clock, and `None` if they are more: it runs the machine, or takes them from a journal of earlier runs.
pub type Runs<'a> = &'a (dyn Fn(&Mapping, u64) -> Result<Option<u64>, Error> + Sync);

/// The cycles of a mapping, however many.
fn whole(runs: Runs<'_>, mapping: &Mapping) -> Result<u64, Error> {
    let cycles = runs(mapping, u64::MAX)?;
    cycles.ok_or_else(|| Error::Search("a mapping ran without an end".to_owned()))
}

fn none_fits(error: MapperError) -> Error {
    unmapped(error.into())
}

fn illegal(error: MappingError) -> Error {
    unmapped(error.into())
}

fn unmapped(why: Unmapped) -> Error {
    Error::NoMapping {
        place: String::new(),
        why,
        more: String::new(),
    }
}

/// How many mappings of a layer a search may run on the machine, when it stops, and what it minimises.
#[derive(Clone, Copy, Debug)]
pub struct SearchEffort {
    /// How many mappings run in any case: so many of the best by the model.
    pub best: usize,
    /// How many more mappings may run, as long as their lower bounds allow them to win.
    pub beyond: u64,
    /// Whether to prove that no candidate takes fewer cycles.
    pub certify: bool,
    /// Runs of the machine allowed for one layer, `best` included.
    pub simulations: u64,
    /// The distance from the lower bound on all mappings, as a share of it, within which a mapping is good
    /// enough to stop the search. None: all candidates that could win are run.
    pub gap: Option<Slack>,
    /// The objective, and the slack within which a second quantity decides.
    pub goal: Goal,
}

/// Nodes of a search for the bound on all mappings of a layer: about a second.
const SPACE_EFFORT: u64 = 1 << 21;

/// The same where no time is left.
const LATE_EFFORT: u64 = 1 << 14;

impl SearchEffort {
    /// The effort to prove the fewest cycles: as many runs as it takes.
    #[must_use]
    pub fn proof() -> Self {
        Self {
            best: 1,
            beyond: 0,
            certify: true,
            simulations: u64::MAX,
            gap: None,
            goal: Goal {
                objective: Objective::Cycles,
                slack: Slack::NONE,
            },
        }
    }
}

impl Default for SearchEffort {
    /// The five best by the model run on the machine, and nothing is proved.
    fn default() -> Self {
        Self {
            best: 5,
            certify: false,
            goal: Goal::default(),
            ..Self::proof()
        }
    }
}

/// The result of a search over the mappings of a layer; it holds for all layers of the same shape.
#[derive(Clone, Debug)]
pub struct MappingResult {
    /// The tiling of the mapping that was chosen.
    pub tiling: Tiling,
    /// Its cycles on the machine.
    pub machine: u64,
    /// Cycles on the machine of the mapping that the model ranks first.
    pub first: u64,
    /// The number of candidates; a tiling that the mapper makes several times counts each time.
    pub candidates: u64,
    /// The candidates that ran on the machine, and the lower bound over all candidates.
    pub search_result: SearchResult,
    /// The tiling with the fewest cycles on the machine, which a certificate is about; the goal may prefer
    /// another within its slack.
    pub fewest: Tiling,
    /// Which choices the candidates leave out. None if the bounds of all candidates were not compared.
    pub space: Option<MappingSpace>,
    /// A lower bound on the cycles of every mapping of the layer, candidate or not. None if bounds were not
    /// compared.
    pub of_any_mapping: Option<u64>,
    /// SHA-256 of the lower bounds of all candidates, in hexadecimal; empty if nothing is to be proved.
    pub bounds: String,
    /// Whether the search was cancelled before its end.
    pub is_cut: bool,
    /// Whether the search ended because its time limit was over.
    pub is_late: bool,
}

/// A layer, an accelerator and a dataflow: what mappings are searched for.
#[derive(Clone, Copy)]
pub struct MappingQuery<'a> {
    /// The target, of which the accelerator is used.
    pub target: &'a Target,
    /// The layer, as the network has it.
    pub layer: &'a Layer,
    /// The dataflow.
    pub dataflow: &'a Dataflow,
}

impl<'a> MappingQuery<'a> {
    /// Calls `visit` with each candidate: its place in the mapper's order (from 0), the mapping, and the
    /// model's estimate. No candidate, no call.
    pub fn visit(&self, mut visit: impl FnMut(u64, &Mapping, &Estimate)) {
        let mut place = 0;
        let accelerator = self.target.accelerator();
        mapper::candidates(
            self.layer,
            accelerator,
            self.dataflow,
            &mut |mapping, estimate| {
                visit(place, mapping, estimate);
                place += 1;
            },
        );
    }

    /// The candidates whose lower bound is below `most` cycles, each tiling once, with their estimates.
    pub fn below(&self, most: u64) -> Vec<Open> {
        let mut seen = HashSet::new();
        let mut open = Vec::new();
        self.visit(|place, mapping, estimate| {
            if estimate.lower_bound < most && seen.insert(*mapping.tiling()) {
                open.push(Open {
                    candidate: Candidate {
                        place,
                        bound: estimate.lower_bound,
                    },
                    model: estimate.cycles,
                    tiling: *mapping.tiling(),
                });
            }
        });
        open
    }

    /// How many candidates there are, and which choices of a mapping they leave out.
    ///
    /// # Errors
    /// [`Error::NoMapping`] if no candidate fits, or the accelerator does not offer the dataflow.
    pub fn space(&self) -> Result<MappingSpace, Error> {
        let effort = mapper::MapperEffort::default();
        let (layer, accelerator) = (self.layer, self.target.accelerator());
        mapper::space(layer, accelerator, self.dataflow, &effort).map_err(none_fits)
    }

    /// The mapping with the tiling of a candidate.
    ///
    /// # Errors
    /// [`Error::NoMapping`] if the tiling is not legal.
    pub fn mapping(&self, tiling: Tiling) -> Result<Mapping, Error> {
        let accelerator = self.target.accelerator();
        Mapping::new(self.layer, accelerator, self.dataflow, tiling).map_err(illegal)
    }

    /// Runs the model's best mappings on the machine, with `beyond` or `certify` also others that could win
    /// by their bounds, and chooses by the machine's figures. Once cancelled, it chooses among those that
    /// ran.
    ///
    /// # Errors
    /// [`Error::NoMapping`] if no candidate fits; the error of `runs`; an accelerator that cannot be priced;
    /// [`Error::Search`] if a run is faster than its bound, which is a fault of this crate.
    pub fn search(
        &self,
        effort: SearchEffort,
        runs: Runs<'_>,
        cancellation: &Cancellation,
    ) -> Result<MappingResult, Error> {
        let k = effort
            .best
            .min(usize::try_from(effort.simulations).unwrap_or(usize::MAX));
        // Without a candidate the mapper says why.
        let mapping_effort = mapper::MapperEffort {
            goal: effort.goal,
            ..mapper::MapperEffort::default()
        };
        let accelerator = self.target.accelerator();
        let first = mapper::map_with(self.layer, accelerator, self.dataflow, &mapping_effort)
            .map_err(none_fits)?;
        let first_cycles = whole(runs, &first)?;
        let most = match effort.certify {
            true => effort.simulations,
            false => effort.beyond,
        };
        let is_bounded = most > 0;
        let Surveyed {
            space,
            ranked,
            mut open,
            bounds,
        } = self.survey(
            k,
            &mapping_effort,
            match (is_bounded, effort.certify) {
                (true, _) => Some(first_cycles),
                (false, true) => Some(0),
                (false, false) => None,
            },
        )?;
        let mut ran = Vec::new();
        for (candidate, tiling) in &ranked {
            if !ran.is_empty() && cancellation.is_cancelled() {
                break;
            }
            let cycles = match tiling == first.tiling() {
                true => first_cycles,
                false => whole(runs, &self.mapping(*tiling)?)?,
            };
            ran.push((*candidate, cycles));
        }
        let least = ran.iter().map(|(_, cycles)| *cycles).min();
        let of_any_mapping = is_bounded
            .then(|| {
                let effort = match cancellation.is_cancelled() {
                    true => LATE_EFFORT,
                    false => SPACE_EFFORT,
                };
                self.of_any_mapping(least.unwrap_or(first_cycles), effort)
            })
            .transpose()?;
        let enough = effort.gap.zip(of_any_mapping);
        let enough = enough.map_or(0, |(gap, bound)| gap.above(bound));
        // A proof over all runs the fewest in the order of bounds; what is good enough comes sooner in the model's.
        match effort.certify && effort.gap.is_none() {
            true => open.sort_unstable_by_key(|o| (o.candidate.bound, o.model, o.candidate.place)),
            false => open.sort_unstable_by_key(|o| (o.model, o.candidate.place)),
        }
        let ranked_tilings = ranked
            .iter()
            .map(|(candidate, tiling)| (candidate.place, *tiling));
        let open_tilings = open.iter().map(|o| (o.candidate.place, o.tiling));
        let tilings: HashMap<u64, Tiling> = ranked_tilings.chain(open_tilings).collect();
        let tiling = |place: u64| {
            let tiling = tilings.get(&place).copied();
            tiling.ok_or_else(|| Error::Search(format!("no candidate has the place {place}")))
        };
        let listed: Vec<Candidate> = open.iter().map(|o| o.candidate).collect();
        let faulty =
            |what: &dyn Display| Error::Search(format!("layer {}: {what}", self.layer.name()));
        let search_result = best_first(
            &listed,
            &ran,
            (most, enough),
            cancellation,
            |place, within| runs(&self.mapping(tiling(place)?)?, within),
        )
        .map_err(|failure| match failure {
            Failure::Machine(error) => error,
            failure => faulty(&failure),
        })?;
        if let (Some(bound), Some((cycles, _))) = (of_any_mapping, search_result.best) {
            let what = || "the best candidate, by the bound on all mappings".to_owned();
            hold(what, "cycles", bound, cycles).map_err(|violation| faulty(&violation))?;
        }
        let cost = CostModel::of(accelerator)?;
        let score = |(place, cycles): &(u64, u64)| {
            let mapping = self.mapping(tiling(*place)?)?;
            let counters = estimate(&mapping).counters;
            let energy = Energy::of(&mapping, &cost, &counters, *cycles).total();
            let cycles = *cycles;
            Ok(Score { cycles, energy })
        };
        let scores = search_result
            .ran
            .iter()
            .map(score)
            .collect::<Result<Vec<_>, Error>>()?;
        let chosen = effort.goal.choose(&scores);
        let (place, machine) = *chosen
            .and_then(|at| search_result.ran.get(at))
            .ok_or_else(|| Error::Search(format!("layer {}: nothing ran", self.layer.name())))?;
        let fewest = search_result.best.map_or(place, |(_, place)| place);
        let is_open = !search_result.is_proved() && search_result.runs() < most;
        let is_cut = ran.len() < ranked.len() || is_open;
        Ok(MappingResult {
            tiling: tiling(place)?,
            machine,
            first: first_cycles,
            fewest: tiling(fewest)?,
            search_result,
            candidates: space.candidates,
            space: is_bounded.then_some(space),
            of_any_mapping,
            bounds: match effort.certify {
                true => bounds,
                false => String::new(),
            },
            is_cut: is_cut && cancellation.is_cancelled(),
            is_late: false,
        })
    }

    /// A bound on the cycles of every mapping, and at most `least`, which one of them takes.
    fn of_any_mapping(&self, least: u64, effort: u64) -> Result<u64, Error> {
        let accelerator = self.target.accelerator();
        let bound = space_bound(self.layer, accelerator, self.dataflow, least, effort);
        Ok(bound.map_err(illegal)?.cycles)
    }

    /// Goes through all candidates once: the model's best few, and, if bounds are asked for, those that might take
    /// fewer cycles than `most`.
    fn survey(
        &self,
        k: usize,
        effort: &mapper::MapperEffort,
        most: Option<u64>,
    ) -> Result<Surveyed, Error> {
        let accelerator = self.target.accelerator();
        let survey = Survey::new(self.layer, accelerator, self.dataflow, effort);
        let mut survey = survey.map_err(none_fits)?;
        let space = survey.space();
        let mut bounds = Bounds::default();
        let mut below = Vec::new();
        if let Some(most) = most {
            for (bound, place) in survey.lower_bounds().into_iter().zip(0..) {
                bounds.add(bound);
                if bound < most {
                    below.push(Candidate { place, bound });
                }
            }
        }
        let mut seen = HashSet::new();
        let mut open = Vec::new();
        for candidate in below {
            let tiling = survey.tiling(candidate.place);
            if seen.insert(tiling) {
                open.push(Open {
                    candidate,
                    model: survey.estimate(candidate.place).cycles,
                    tiling,
                });
            }
        }
        let ranked = survey.best(k, effort.goal).into_iter().map(|place| {
            let bound = survey.estimate(place).lower_bound;
            (Candidate { place, bound }, survey.tiling(place))
        });
        Ok(Surveyed {
            ranked: ranked.collect(),
            space,
            open,
            bounds: bounds.digest(),
        })
    }
}

/// What going through all candidates tells.
struct Surveyed {
    /// What there are.
    space: MappingSpace,
    /// The model's best, with their places.
    ranked: Vec<(Candidate, Tiling)>,
    /// Those that might win.
    open: Vec<Open>,
    /// The digest of all bounds.
    bounds: String,
}

/// The lower bounds of candidates in the mapper's order, to be digested.
#[derive(Default)]
pub struct Bounds(Vec<u8>);

impl Bounds {
    /// Appends the bound of the next candidate, in cycles.
    pub fn add(&mut self, bound: u64) {
        self.0.extend(bound.to_le_bytes());
    }

    /// SHA-256 in hexadecimal of all bounds, eight bytes each, little-endian.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.0)
    }
}

/// A candidate whose bound allows it to win.
pub struct Open {
    /// Its place in the mapper's order, and its lower bound in cycles.
    pub candidate: Candidate,
    /// Its cycles by the model's estimate.
    pub model: u64,
    /// Its tiling.
    pub tiling: Tiling,
}
