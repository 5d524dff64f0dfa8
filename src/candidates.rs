//! The candidates of a layer, and the best of them on the cycle-level machine.
//!
//! The candidates are all that the mapper visits for the layer (see `mapper::candidates`), each tiling
//! once. What is proved is about them, not about tilings that the mapper does not make.

use std::collections::{HashMap, HashSet};

use crate::arch::CostModel;
use crate::search::Cancellation;
use crate::search::best_first::{Candidate, Failure, SearchResult, best_first};
use crate::sim::mapper::{Goal, MapperError, MappingSpace, Objective, Rank, Ranking, Score, Slack};
use crate::sim::{Dataflow, Energy, Estimate, Mapping, MappingError, Tiling, estimate, mapper};
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

/// Who runs the machine on a mapping, or knows what it took: the cycles.
pub type Runs<'a> = &'a (dyn Fn(&Mapping) -> Result<u64, Error> + Sync);

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

/// How much is run.
#[derive(Clone, Copy, Debug)]
pub struct SearchEffort {
    /// Mappings that run: the model's best.
    pub best: usize,
    /// Mappings that run at most beyond those, as long as one could win by its bound.
    pub beyond: u64,
    /// Whether the best is to be proved.
    pub certify: bool,
    /// Mappings of a layer that may run, those of the re-check included.
    pub simulations: u64,
    /// What is made small.
    pub goal: Goal,
}

impl SearchEffort {
    /// As many runs as it takes to prove the fewest cycles.
    #[must_use]
    pub fn proof() -> Self {
        Self {
            best: 1,
            beyond: 0,
            certify: true,
            simulations: u64::MAX,
            goal: Goal {
                objective: Objective::Cycles,
                slack: Slack::NONE,
            },
        }
    }
}

impl Default for SearchEffort {
    /// The model's best five on the machine, and nothing proved.
    fn default() -> Self {
        Self {
            best: 5,
            certify: false,
            goal: Goal::default(),
            ..Self::proof()
        }
    }
}

/// What was found for layers of one shape.
#[derive(Clone, Debug)]
pub struct MappingResult {
    /// The winner.
    pub tiling: Tiling,
    /// Its cycles on the machine.
    pub machine: u64,
    /// The machine's figure for what the model thought best.
    pub first: u64,
    /// Candidates, the same tiling as often as the mapper comes to it.
    pub candidates: u64,
    /// What ran, and what follows.
    pub search_result: SearchResult,
    /// What took the fewest cycles, which a certificate is about; the goal may prefer another within its slack.
    pub fewest: Tiling,
    /// What the candidates leave out, if the bounds of all of them were compared.
    pub space: Option<MappingSpace>,
    /// The digest of all bounds.
    pub bounds: String,
    /// Whether the search was cancelled before it came to its end.
    pub is_cut: bool,
}

/// A layer on an accelerator.
#[derive(Clone, Copy)]
pub struct MappingQuery<'a> {
    /// The accelerator, and what else the question is about.
    pub target: &'a Target,
    /// The layer, as the network has it.
    pub layer: &'a Layer,
    /// The dataflow.
    pub dataflow: &'a Dataflow,
}

impl<'a> MappingQuery<'a> {
    /// Visits each candidate with its place.
    pub fn visit(&self, mut visit: impl FnMut(u64, &Mapping, &Estimate)) {
        let mut place = 0;
        let accelerator = &self.target.accelerator;
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

    /// The candidates that might take fewer cycles than `most`, each tiling once, with their estimates.
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

    /// The digest of the bounds of all candidates.
    pub fn bounds(&self) -> String {
        let mut bounds = Bounds::default();
        self.visit(|_, _, estimate| bounds.add(estimate));
        bounds.digest()
    }

    /// What there are candidates of, and what they leave out.
    pub fn space(&self) -> Result<MappingSpace, Error> {
        let effort = mapper::MapperEffort::default();
        let (layer, accelerator) = (self.layer, &self.target.accelerator);
        mapper::space(layer, accelerator, self.dataflow, &effort).map_err(none_fits)
    }

    /// A candidate as a mapping.
    ///
    /// # Errors
    /// A tiling that is not legal.
    pub fn mapping(&self, tiling: Tiling) -> Result<Mapping, Error> {
        let accelerator = &self.target.accelerator;
        Mapping::new(self.layer, accelerator, self.dataflow, tiling).map_err(illegal)
    }

    /// The machine's best of the model's best few, or of all that could be better; of those that ran, once
    /// it is cancelled.
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
        let (candidates, ranked) = self.ranked(k, &mapping_effort)?;
        let accelerator = &self.target.accelerator;
        let first = mapper::map_with(self.layer, accelerator, self.dataflow, &mapping_effort)
            .map_err(none_fits)?;
        let first_cycles = runs(&first)?;
        let mut ran = Vec::new();
        for (candidate, tiling) in &ranked {
            if !ran.is_empty() && cancellation.is_cancelled() {
                break;
            }
            let cycles = match tiling == first.tiling() {
                true => first_cycles,
                false => runs(&self.mapping(*tiling)?)?,
            };
            ran.push((*candidate, cycles));
        }
        let most = match effort.certify {
            true => effort.simulations,
            false => effort.beyond,
        };
        let is_bounded = most > 0;
        let least = ran.iter().map(|(_, cycles)| *cycles).min();
        let mut open = match is_bounded {
            true => self.below(least.unwrap_or(u64::MAX)),
            false => Vec::new(),
        };
        match effort.certify {
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
        let search_result = best_first(&listed, &ran, most, cancellation, |place| {
            runs(&self.mapping(tiling(place)?)?)
        })
        .map_err(|failure| match failure {
            Failure::Machine(error) => error,
            failure => Error::Search(format!("layer {}: {failure}", self.layer.name())),
        })?;
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
        let is_open = !search_result.is_proved() && (search_result.ran.len() as u64) < most;
        let is_cut = ran.len() < ranked.len() || is_open;
        let bounds = match effort.certify {
            true => self.bounds(),
            false => String::new(),
        };
        Ok(MappingResult {
            tiling: tiling(place)?,
            machine,
            first: first_cycles,
            candidates,
            fewest: tiling(fewest)?,
            search_result,
            space: is_bounded.then(|| self.space()).transpose()?,
            bounds,
            is_cut: is_cut && cancellation.is_cancelled(),
        })
    }

    /// How many candidates there are, and the model's best few with their places.
    fn ranked(
        &self,
        k: usize,
        effort: &mapper::MapperEffort,
    ) -> Result<(u64, Vec<(Candidate, Tiling)>), Error> {
        let accelerator = &self.target.accelerator;
        let ranking =
            Ranking::new(self.layer, accelerator, self.dataflow, effort).map_err(none_fits)?;
        let mut ranked: Vec<(Rank, Candidate, Tiling)> = Vec::new();
        let mut worst = None;
        let mut candidates = 0;
        self.visit(|at, mapping, estimate| {
            candidates += 1;
            let rank = ranking.rank(mapping, estimate);
            if worst.is_some_and(|worst| rank >= worst) {
                return;
            }
            let bound = estimate.lower_bound;
            ranked.push((rank, Candidate { place: at, bound }, *mapping.tiling()));
            if ranked.len() / 2 >= k.max(FEW) {
                worst = keep_best(&mut ranked, k);
            }
        });
        keep_best(&mut ranked, k);
        let ranked = ranked
            .into_iter()
            .map(|(_, candidate, tiling)| (candidate, tiling));
        Ok((candidates, ranked.collect()))
    }
}

/// Candidates beside the best that are kept before the list is cut.
const FEW: usize = 64;

/// Cuts to the best, each tiling once and at its first place; the rank of the last, if there are enough.
fn keep_best(ranked: &mut Vec<(Rank, Candidate, Tiling)>, k: usize) -> Option<Rank> {
    ranked.sort_by_key(|(rank, candidate, _)| (*rank, candidate.place));
    let mut seen = HashSet::new();
    ranked.retain(|(_, _, tiling)| seen.len() < k && seen.insert(*tiling));
    let last = ranked.last().filter(|_| ranked.len() == k);
    last.map(|(rank, ..)| *rank)
}

/// The bounds of candidates in their order.
#[derive(Default)]
pub struct Bounds(Vec<u8>);

impl Bounds {
    /// One more.
    pub fn add(&mut self, estimate: &Estimate) {
        self.0.extend(estimate.lower_bound.to_le_bytes());
    }

    /// Of all of them.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.0)
    }
}

/// A candidate that might win.
pub struct Open {
    /// Its place and its bound.
    pub candidate: Candidate,
    /// As the model expects them.
    model: u64,
    /// The tiling.
    pub tiling: Tiling,
}
