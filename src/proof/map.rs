//! Certificates of mappings.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::mappings::LayerMapping;
use crate::search::best_first::SearchResult;
use crate::sim::mapper::MappingSpace;
use crate::sim::{Dataflow, Pace, Tiling, run, run_within};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    About, Checks, Hashes, Inputs, LayerShape, Names, Origin, SCHEMA, Trust, Verdict, digest_of,
};
use crate::candidates::{Bounds, MappingQuery, MappingResult, distinct};
use crate::error::Error;
use crate::files;
use crate::identity;
use crate::load::embedded;
use crate::progress::Progress;
use crate::target::Target;

/// What the machine's best is proved over; nothing is claimed about other tilings.
const OVER: &str = "every candidate that the mapper visits for the layer; of the choices under left_out they have \
                    some only, and of other mappings nothing is said";

/// What is made small.
const OBJECTIVE: &str = "cycles of each layer's mapping";

/// Candidates that did not run of which a verification keeps so many; beyond that it goes through all of them again.
const FEW: usize = 10_000;

/// A certificate of mappings, as its file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingCertificate {
    /// The name of the schema: `stationary/certificate/1`.
    #[schemars(extend("const" = crate::proof::SCHEMA))]
    pub schema: String,
    /// The kind of certificate: `map`.
    #[schemars(extend("const" = "map"))]
    pub claims: String,
    /// The version of stationary that wrote it.
    pub version: String,
    /// The set of mappings over which the best is proved, in words.
    pub over: String,
    /// Digests of the inputs.
    pub hashes: Hashes,
    /// The inputs, by name or as whole files.
    pub inputs: Inputs,
    /// The names that the inputs have in their files.
    #[serde(default)]
    pub names: Names,
    /// The quantity that is proved to be least: cycles of each layer's mapping.
    pub objective: String,
    /// Whether the figures are the model's or the machine's: always `machine`.
    pub of: String,
    /// One entry for each shape of layers.
    pub layers: Vec<Proved>,
}

/// What is proved of all layers of one shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Proved {
    /// The index in the network of the first layer of this shape, from 0.
    pub layer: usize,
    /// The name of that layer.
    pub name: String,
    /// The shape of the layers.
    #[serde(default)]
    pub dims: LayerShape,
    /// The names of the other layers of this shape.
    #[serde(default)]
    pub alike: Vec<String>,
    /// `proved` if the best mapping is proved, else `none`.
    pub kind: String,
    /// The best mapping, as a file of mappings has it.
    pub mapping: Value,
    /// The place of the best mapping among the candidates, from 0.
    pub place: u64,
    /// Cycles of the best mapping on the machine.
    pub cycles: u64,
    /// Cycles that no candidate goes below.
    pub lower_bound: u64,
    /// The distance from the lower bound to the best, `(cycles - lower_bound) / cycles`, from 0 to 1; 0 is a
    /// proof.
    pub gap: f64,
    /// The number of candidates of the layer.
    pub candidates: u64,
    /// The choices of a mapping of which the candidates have some only, in words.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// The number of candidates that ran on the machine.
    pub simulations: u64,
    /// The candidates that ran to their end: pairs of the place and the cycles, in the order of places.
    pub simulated: Vec<(u64, u64)>,
    /// The places of candidates that ran until they were shown to take more cycles than the best, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beaten: Vec<u64>,
}

impl MappingCertificate {
    /// The certificate of what was found for the layers that are not alike.
    ///
    /// # Errors
    /// Results of fewer or more layers; a mapping that is not legal; inputs that cannot be read again. Of values that were read by no names, or
    /// changed since, the certificate holds the files.
    pub fn of(
        loaded: &Target,
        dataflow: &Dataflow,
        found: &[MappingResult],
    ) -> Result<Self, Error> {
        let named = loaded.request.as_ref();
        let named = named.map(|request| Inputs::named(request, dataflow));
        let inputs = match named {
            // What was changed since it was read is no longer what its names are read as.
            Some(named) if is_same(&named.target()?, loaded) => named,
            _ => Inputs::of_values(loaded, dataflow)?,
        };
        let (firsts, _) = distinct(loaded.layers());
        if found.len() != firsts.len() {
            return Err(Error::Search(format!(
                "found {} results; needed {}, one of each layer that is not like one before",
                found.len(),
                firsts.len()
            )));
        }
        let layers = firsts.iter().zip(found).map(|(first, found)| {
            let question = MappingQuery {
                target: loaded,
                layer: &loaded.layers()[*first],
                dataflow,
            };
            let space = match &found.space {
                Some(space) => space.clone(),
                None => question.space()?,
            };
            let place = found.search_result.best.map_or(0, |(_, place)| place);
            let best = (place, found.fewest);
            Proved::of(&question, *first, &space, best, &found.search_result)
        });
        let layers = layers.collect::<Result<Vec<_>, Error>>()?;
        let bounds: Vec<&String> = found.iter().map(|found| &found.bounds).collect();
        Self::over(loaded, dataflow, inputs, layers, &json!(bounds))
    }

    /// The certificate of layers of which each is known.
    fn over(
        loaded: &Target,
        dataflow: &Dataflow,
        inputs: Inputs,
        layers: Vec<Proved>,
        bounds: &Value,
    ) -> Result<Self, Error> {
        let counts: Vec<u64> = layers.iter().map(|layer| layer.candidates).collect();
        Ok(Self {
            schema: SCHEMA.to_owned(),
            claims: "map".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            over: OVER.to_owned(),
            hashes: hashes(loaded, dataflow, &counts, bounds),
            inputs: inputs.spelt(loaded)?,
            names: Names::of(&loaded.origin),
            objective: OBJECTIVE.to_owned(),
            of: "machine".to_owned(),
            layers,
        })
    }

    /// As JSON, which is what is checked.
    #[must_use]
    pub fn json(&self) -> Value {
        json!(self)
    }

    /// Runs of the machine that it rests on.
    #[must_use]
    pub fn runs(&self) -> u64 {
        let runs = |layer: &Proved| (layer.simulated.len() + layer.beaten.len()) as u64;
        self.layers.iter().map(runs).sum()
    }

    /// What its inputs are read as now.
    ///
    /// # Errors
    /// Inputs that cannot be read.
    pub fn target(&self) -> Result<Target, Error> {
        self.inputs.target()
    }

    /// Derives everything again from the question and the places of what ran.
    ///
    /// `written` is the certificate as it stands in its file, and `loaded` what [`MappingCertificate::target`] gives.
    ///
    /// # Errors
    /// If the certificate, or what it names, cannot be read.
    pub fn verify(
        &self,
        written: &Value,
        loaded: &Target,
        trust: Trust,
        progress: &dyn Progress,
    ) -> Result<Verdict, Error> {
        let dataflow = &*loaded.dataflow()?;
        let mut about = About {
            arch: [&self.inputs.arch, &loaded.accelerator().name],
            set: &self.inputs.set,
            network: [&self.inputs.network, &loaded.network],
            scope: loaded.scope(),
            dim: &self.inputs.dim,
            batch: self.inputs.batch,
        }
        .fields();
        about.extend([
            ("dataflow", dataflow.name.to_string()),
            ("objective", OBJECTIVE.to_owned()),
            ("of", "the machine".to_owned()),
            ("over", OVER.to_owned()),
        ]);
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let files = [&self.inputs.arch, &self.inputs.network];
        let origin = |found: &Hashes| {
            let mut has_files = files.iter().any(|name| files::is_file(name));
            has_files |= embedded::files(&self.inputs.set).next().is_some();
            Origin::of(self.version == version, &self.hashes, found, has_files)
        };
        let read = hashes(loaded, dataflow, &[], &Value::Null);
        let read = Hashes {
            model: self.hashes.model.clone(),
            space: self.hashes.space.clone(),
            ..read
        };
        let mut verdict = Verdict {
            about,
            origin: origin(&read),
            checks: Checks::default(),
            runs: self.runs(),
            again: 0,
            claim: match self
                .layers
                .iter()
                .filter(|layer| layer.kind != "proved")
                .count()
            {
                0 => "optima of all layers, proved".to_owned(),
                n => format!(
                    "no optima of {n} of {} shapes, but bounds",
                    self.layers.len()
                ),
            },
        };
        verdict.checks.same("version", &self.version, &version);
        if read != self.hashes {
            // Runs of other layers or machines would say nothing, and may take for ever.
            verdict.checks.inputs(&self.hashes, &read);
            return Ok(verdict);
        }
        let (firsts, _) = distinct(loaded.layers());
        let claimed: Vec<usize> = self.layers.iter().map(|layer| layer.layer).collect();
        let holds = claimed == firsts;
        let detail = match holds {
            true => format!(
                "{} shapes of {} layers",
                firsts.len(),
                loaded.layers().len()
            ),
            false => format!(
                "the certificate is of layers {claimed:?}; those that are not alike are {firsts:?}"
            ),
        };
        verdict.checks.note("layers", holds, detail);
        if !holds {
            return Ok(verdict);
        }
        let layers = self.layers.par_iter().map(|proved| {
            let layer = &loaded.layers()[proved.layer];
            let question = MappingQuery {
                target: loaded,
                layer,
                dataflow,
            };
            proved.again(&question, trust, progress)
        });
        let layers: Vec<Again> = layers.collect::<Result<_, Error>>()?;
        for (layer, again) in firsts.iter().zip(&layers) {
            let name = loaded.layers()[*layer].name();
            verdict.checks.note(name, again.holds, again.detail.clone());
            verdict.again += again.runs;
        }
        let bounds: Vec<&String> = layers.iter().map(|again| &again.bounds).collect();
        let bounds = json!(bounds);
        let counts: Vec<u64> = layers.iter().map(|again| again.candidates).collect();
        let found = hashes(loaded, dataflow, &counts, &bounds);
        verdict.origin = origin(&found);
        verdict.checks.hashes(&self.hashes, &found);
        let proved: Option<Vec<Proved>> = layers.into_iter().map(|again| again.proved).collect();
        if let Some(proved) = proved {
            let found = Self::over(loaded, dataflow, self.inputs.clone(), proved, &bounds)?;
            verdict.checks.derived(written, &json!(found));
        }
        Ok(verdict)
    }
}

/// Whether two are of the same accelerator and layers.
fn is_same(a: &Target, b: &Target) -> bool {
    let of = |target: &Target| {
        let layers = identity::layers(target.layers());
        (identity::accelerator(target.accelerator()), layers)
    };
    of(a) == of(b)
}

/// What was read: the candidates and the bounds are of the layers that are not alike.
fn hashes(loaded: &Target, dataflow: &Dataflow, candidates: &[u64], bounds: &Value) -> Hashes {
    // A bundled one is what its name says; any other is what it does, whatever it is called.
    let flow = match dataflow.is_bundled() {
        true => dataflow.name.to_string(),
        false => dataflow.identity(),
    };
    Hashes {
        model: digest_of(bounds),
        accelerator: identity::accelerator(loaded.accelerator()),
        network: identity::layers(loaded.layers()),
        space: digest_of(&json!({"dataflow": flow, "candidates": candidates})),
    }
}

/// What became of a layer when it was derived again.
struct Again {
    holds: bool,
    detail: String,
    candidates: u64,
    bounds: String,
    /// Runs that were made.
    runs: u64,
    /// Nothing where a candidate is named that does not exist.
    proved: Option<Proved>,
}

impl Proved {
    /// What is proved of a layer and those like it.
    fn of(
        question: &MappingQuery<'_>,
        first: usize,
        space: &MappingSpace,
        (place, tiling): (u64, Tiling),
        search_result: &SearchResult,
    ) -> Result<Self, Error> {
        let layers = question.target.layers();
        let (firsts, kinds) = distinct(layers);
        let others = layers.iter().enumerate().zip(&kinds);
        let alike = others.filter(|((at, _), kind)| *at != first && firsts[**kind] == first);
        let mut simulated = search_result.ran.clone();
        simulated.sort_unstable();
        let mut beaten = search_result.beaten.clone();
        beaten.sort_unstable();
        Ok(Self {
            layer: first,
            name: question.layer.name().to_owned(),
            dims: LayerShape::of(question.layer),
            alike: alike
                .map(|((_, layer), _)| layer.name().to_owned())
                .collect(),
            kind: if search_result.is_proved() {
                "proved"
            } else {
                "none"
            }
            .to_owned(),
            mapping: json!(LayerMapping::of(&question.mapping(tiling)?)),
            place,
            cycles: search_result.best.map_or(0, |(cycles, _)| cycles),
            lower_bound: search_result.lower_bound.unwrap_or(0),
            gap: search_result.gap().unwrap_or(1.0),
            candidates: space.candidates,
            left_out: space.left_out.iter().map(ToString::to_string).collect(),
            simulations: search_result.runs(),
            simulated,
            beaten,
        })
    }

    /// Derives a layer from the places of what ran.
    fn again(
        &self,
        question: &MappingQuery<'_>,
        trust: Trust,
        progress: &dyn Progress,
    ) -> Result<Again, Error> {
        let claimed: BTreeMap<u64, u64> = self.simulated.iter().copied().collect();
        let beaten: BTreeSet<u64> = self.beaten.iter().copied().collect();
        let mut tilings: BTreeMap<u64, (u64, Tiling)> = BTreeMap::new();
        let mut losing: BTreeMap<u64, Tiling> = BTreeMap::new();
        let mut candidates = 0;
        let mut bounds = Bounds::default();
        // What did not run, and could take less than what is called the best by its bound.
        let mut open: Vec<(u64, u64, Tiling)> = Vec::new();
        question.visit(|place, mapping, estimate| {
            candidates += 1;
            let bound = estimate.lower_bound;
            bounds.add(bound);
            if claimed.contains_key(&place) {
                tilings.insert(place, (bound, *mapping.tiling()));
            } else if beaten.contains(&place) {
                losing.insert(place, *mapping.tiling());
            } else if bound < self.cycles && open.len() < FEW {
                open.push((bound, place, *mapping.tiling()));
            }
        });
        let mut again = Again {
            holds: false,
            detail: String::new(),
            candidates,
            bounds: bounds.digest(),
            runs: 0,
            proved: None,
        };
        let shape = LayerShape::of(question.layer);
        if self.dims != shape {
            // Runs of another layer would say nothing, and may take for ever.
            again.detail = format!("the layer is {shape}; the certificate says {}", self.dims);
            return Ok(again);
        }
        let is_once = claimed.len() == self.simulated.len()
            && beaten.len() == self.beaten.len()
            && beaten.iter().all(|place| !claimed.contains_key(place));
        if !is_once || tilings.len() != claimed.len() || losing.len() != beaten.len() {
            again.detail = format!(
                "a candidate that ran stands twice, or is none of the {candidates} that there are"
            );
            return Ok(again);
        }
        // Before anything runs: whoever claims too little could have the machine run for ever.
        for (place, cycles) in &claimed {
            let (bound, _) = tilings[place];
            if *cycles < bound {
                again.detail =
                    format!("candidate {place}: {cycles} cycles, below its bound of {bound}");
                return Ok(again);
            }
        }
        let place = |(place, cycles): (&u64, &u64)| (*cycles, *place);
        let Some((_, least)) = claimed.iter().map(place).min() else {
            again.detail = "no candidate ran".to_owned();
            return Ok(again);
        };
        let runs = tilings.par_iter().map(|(place, (bound, tiling))| {
            progress.check()?;
            let is_run = trust == Trust::Nothing || *place == least;
            let cycles = match is_run {
                true => {
                    let mapping = question.mapping(*tiling)?;
                    let name = question.layer.name();
                    let run = || run(&mapping, Pace::SkipPeriods, &mut ()).cycles;
                    progress.during(name, claimed[place], run)
                }
                false => claimed[place],
            };
            progress.done();
            Ok((*place, *bound, cycles, is_run))
        });
        let runs: Vec<(u64, u64, u64, bool)> = runs.collect::<Result<_, Error>>()?;
        again.runs = runs.iter().filter(|(_, _, _, is_run)| *is_run).count() as u64;
        for (place, bound, cycles, _) in &runs {
            if *cycles < *bound {
                again.detail =
                    format!("candidate {place}: {cycles} cycles, below its bound of {bound}");
                return Ok(again);
            }
        }
        let best = runs
            .iter()
            .map(|(place, _, cycles, _)| (*cycles, *place))
            .min();
        let most = best.map_or(u64::MAX, |(cycles, _)| cycles);
        if trust == Trust::Runs {
            (0..losing.len()).for_each(|_| progress.done());
        } else {
            let lost = losing.par_iter().map(|(place, tiling)| {
                progress.check()?;
                let mapping = question.mapping(*tiling)?;
                let run = || run_within(&mapping, Pace::SkipPeriods, most);
                let run = progress.during(question.layer.name(), most, run);
                progress.done();
                Ok(run.map(|run| (*place, run.cycles)))
            });
            let lost = lost.collect::<Result<Vec<_>, Error>>()?;
            again.runs += losing.len() as u64;
            if let Some((place, cycles)) = lost.into_iter().flatten().next() {
                again.detail = format!(
                    "candidate {place}: {cycles} cycles; the certificate says more than the best, {most}"
                );
                return Ok(again);
            }
        }
        // The same tiling may stand at several places.
        let known = tilings.values().map(|(_, tiling)| tiling);
        let known: HashSet<&Tiling> = known.chain(losing.values()).collect();
        if most != self.cycles || open.len() == FEW {
            let below = question.below(most).into_iter();
            open = below
                .map(|open| (open.candidate.bound, open.candidate.place, open.tiling))
                .collect();
        }
        let open = open
            .iter()
            .filter(|(.., tiling)| !known.contains(tiling))
            .map(|(bound, place, _)| (*bound, *place))
            .min();
        let search_result = SearchResult {
            best,
            lower_bound: Some(open.map_or(most, |(bound, _)| bound.min(most))),
            ran: runs
                .iter()
                .map(|(place, _, cycles, _)| (*place, *cycles))
                .collect(),
            beaten: self.beaten.clone(),
        };
        let best_place = best.map_or(least, |(_, place)| place);
        let best = (best_place, tilings[&best_place].1);
        let proved = Self::of(
            question,
            self.layer,
            &question.space()?,
            best,
            &search_result,
        )?;
        let wrong = runs
            .iter()
            .find(|(place, _, cycles, _)| claimed[place] != *cycles);
        (again.holds, again.detail) = match (wrong, open) {
            (Some((place, _, cycles, _)), _) => (
                false,
                format!(
                    "candidate {place}: the certificate says {} cycles; the machine takes {cycles}",
                    claimed[place]
                ),
            ),
            (None, Some((bound, place))) if self.kind == "proved" => (
                false,
                format!("candidate {place} did not run, and its bound of {bound} is below {most}"),
            ),
            (None, _) => (
                self.name == proved.name && self.kind == proved.kind,
                proved.sentence(again.runs),
            ),
        };
        again.proved = Some(proved);
        Ok(again)
    }

    /// What is proved, over how many candidates, and on how many runs made again.
    fn sentence(&self, again: u64) -> String {
        let found = match self.kind.as_str() {
            "proved" => format!("proved: {} cycles, the least", self.cycles),
            _ => format!(
                "{} cycles, and none takes fewer than {}",
                self.cycles, self.lower_bound
            ),
        };
        let trusted = match self.simulations - again {
            0 => String::new(),
            others => format!("; the cycles of {others} others are taken from the certificate"),
        };
        format!(
            "{found} of {} candidates; {again} of {} runs made again{trusted}",
            self.candidates, self.simulations
        )
    }
}
