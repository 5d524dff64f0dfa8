//! Certificates of mappings.

use std::collections::{BTreeMap, HashSet};

use anyhow::{Context, Result, anyhow};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stationary::sim::mapping_file::LayerMapping;
use stationary::sim::{Dataflow, Pace, Tiling, run};
use stationary_record::digest;

use super::{Checks, Hashes, SCHEMA, digest_of};
use crate::cli::{Layers, Map, Target};
use crate::commands::candidates::{Found, Question};
use crate::inputs::{self, Loaded};

/// What the machine's best is proved over; nothing is claimed about other tilings.
const OVER: &str = "every candidate that the mapper visits for the layer: its best unrollings, the blocks and \
                    stagings that fit the buffer, and the loop orders of the best blocks";

/// A certificate of mappings, as it is written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub schema: String,
    pub claims: String,
    pub version: String,
    pub over: String,
    pub hashes: Hashes,
    pub inputs: Inputs,
    pub of: String,
    pub layers: Vec<Proved>,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    pub arch: String,
    pub set: Vec<String>,
    pub network: String,
    pub layer: Vec<String>,
    pub dim: Vec<String>,
    pub batch: u64,
    pub dataflow: String,
}

/// What is proved of layers that are alike.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proved {
    /// The first of them.
    pub layer: usize,
    pub name: String,
    pub kind: String,
    /// The best mapping, its place among the candidates, and its cycles.
    pub mapping: Value,
    pub place: u64,
    pub cycles: u64,
    pub lower_bound: u64,
    pub gap: f64,
    pub candidates: u64,
    pub simulations: u64,
    /// What ran: places and cycles.
    pub simulated: Vec<(u64, u64)>,
}

impl Document {
    /// The certificate of what was found for the layers that are not alike.
    pub fn of(
        args: &Map,
        loaded: &Loaded,
        dataflow: &'static Dataflow,
        found: &[Found],
        indices: &[usize],
    ) -> Result<Self> {
        let target = &args.target;
        let mut layers = Vec::new();
        for (at, found) in found.iter().enumerate() {
            let layer = indices.iter().position(|i| *i == at);
            let layer = layer.ok_or_else(|| anyhow!("what was found is of no layer"))?;
            let question = Question {
                loaded,
                layer: &loaded.layers[layer],
                dataflow,
            };
            let standing = &found.standing;
            let kind = if standing.is_proved() {
                "proved"
            } else {
                "none"
            };
            layers.push(Proved {
                layer,
                name: question.layer.name().to_owned(),
                kind: kind.to_owned(),
                mapping: serde_json::to_value(LayerMapping::of(&question.mapping(found.tiling)?))?,
                place: found.place,
                cycles: found.machine,
                lower_bound: standing.lower_bound.unwrap_or(0),
                gap: standing.gap().unwrap_or(1.0),
                candidates: found.candidates,
                simulations: standing.ran.len() as u64,
                simulated: standing.ran.clone(),
            });
        }
        let bounds: Vec<&String> = found.iter().map(|found| &found.bounds).collect();
        let counts: Vec<u64> = found.iter().map(|found| found.candidates).collect();
        Ok(Self {
            schema: SCHEMA.to_owned(),
            claims: "map".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            over: OVER.to_owned(),
            hashes: hashes(loaded, dataflow, &json!(counts), &json!(bounds)),
            inputs: Inputs {
                arch: target.arch.clone(),
                set: target.set.clone(),
                network: target.network.clone(),
                layer: target.layers.layer.clone(),
                dim: target.layers.dim.clone(),
                batch: target.layers.batch,
                dataflow: dataflow.name.to_owned(),
            },
            of: "machine".to_owned(),
            layers,
        })
    }

    fn target(&self) -> Target {
        let inputs = self.inputs.clone();
        Target {
            arch: inputs.arch,
            network: inputs.network,
            layers: Layers {
                dim: inputs.dim,
                layer: inputs.layer,
                batch: inputs.batch,
                // A certificate is about its layers, whatever else there is.
                partial: true,
            },
            set: inputs.set,
            dataflow: Some(inputs.dataflow),
            mapping: None,
            explain: false,
        }
    }

    /// Checks everything again; runs the best mappings again, or all that ran.
    ///
    /// # Errors
    /// If the certificate, or what it names, cannot be read.
    pub fn verify(&self, all: bool) -> Result<Checks> {
        let loaded = Loaded::new(&self.target())?;
        let dataflow = inputs::dataflow(&loaded.accelerator, Some(&self.inputs.dataflow))?;
        let mut checks = Checks::default();
        checks.same(
            "version",
            &self.version,
            &env!("CARGO_PKG_VERSION").to_owned(),
        );
        let questions: Option<Vec<Question<'_>>> = self
            .layers
            .iter()
            .map(|proved| {
                Some(Question {
                    loaded: &loaded,
                    layer: loaded.layers.get(proved.layer)?,
                    dataflow,
                })
            })
            .collect();
        let Some(questions) = questions else {
            checks.note("layers", false, "one does not exist".to_owned());
            return Ok(checks);
        };
        let counted: Vec<(u64, String)> = questions.par_iter().map(Question::bounds).collect();
        let counts: Vec<u64> = counted.iter().map(|(count, _)| *count).collect();
        let bounds: Vec<&String> = counted.iter().map(|(_, bounds)| bounds).collect();
        let found = hashes(&loaded, dataflow, &json!(counts), &json!(bounds));
        checks.hashes(&self.hashes, &found);
        let missing = loaded.layers.iter().find(|layer| {
            let alike = |q: &Question<'_>| {
                (
                    q.layer.sizes(),
                    q.layer.rows(),
                    q.layer.cols(),
                    q.layer.zeros(),
                ) == (layer.sizes(), layer.rows(), layer.cols(), layer.zeros())
            };
            !questions.iter().any(alike)
        });
        let detail = match missing {
            None => format!(
                "{} shapes of {} layers",
                questions.len(),
                loaded.layers.len()
            ),
            Some(layer) => format!("nothing is said of layer {}", layer.name()),
        };
        checks.note("layers", missing.is_none(), detail);
        let judged: Vec<Result<Result<String, String>>> = self
            .layers
            .par_iter()
            .zip(&questions)
            .map(|(proved, question)| proved.check(question, all))
            .collect();
        for (proved, judged) in self.layers.iter().zip(judged) {
            let judged = judged?;
            let holds = judged.is_ok();
            let detail = judged.unwrap_or_else(|flaw| flaw);
            checks.note(&proved.name, holds, detail);
        }
        Ok(checks)
    }
}

impl Proved {
    /// What holds of a layer, or what does not.
    fn check(&self, question: &Question<'_>, all: bool) -> Result<Result<String, String>> {
        let ran: BTreeMap<u64, u64> = self.simulated.iter().copied().collect();
        let mut tilings: BTreeMap<u64, (u64, Tiling)> = BTreeMap::new();
        let mut candidates = 0;
        question.visit(|place, mapping, estimate| {
            candidates += 1;
            if ran.contains_key(&place) {
                tilings.insert(place, (estimate.lower_bound, *mapping.tiling()));
            }
        });
        if ran.len() != self.simulated.len() || tilings.len() != ran.len() {
            return Ok(Err(
                "a candidate that ran stands twice, or does not exist".to_owned()
            ));
        }
        if (candidates, ran.len() as u64) != (self.candidates, self.simulations) {
            return Ok(Err(format!(
                "{candidates} candidates, {} of which ran; the certificate says {} and {}",
                ran.len(),
                self.candidates,
                self.simulations
            )));
        }
        for (place, cycles) in &ran {
            let (bound, tiling) = tilings[place];
            if *cycles < bound {
                return Ok(Err(format!(
                    "candidate {place}: {cycles} cycles, below the bound of {bound}"
                )));
            }
            if all || *place == self.place {
                let machine = run(&question.mapping(tiling)?, Pace::SkipPeriods, &mut ()).cycles;
                if machine != *cycles {
                    return Ok(Err(format!(
                        "candidate {place}: the certificate says {cycles} cycles; the machine takes {machine}"
                    )));
                }
            }
        }
        let least = ran.values().min().copied();
        if least != Some(self.cycles) || ran.get(&self.place) != least.as_ref() {
            return Ok(Err(format!(
                "the best is said to be candidate {} with {} cycles; of those that ran the least is {}",
                self.place,
                self.cycles,
                least.map_or("none".to_owned(), |least| least.to_string())
            )));
        }
        let (_, tiling) = tilings[&self.place];
        if serde_json::to_value(LayerMapping::of(&question.mapping(tiling)?))? != self.mapping {
            return Ok(Err(
                "the mapping is not that of the best candidate".to_owned()
            ));
        }
        let claimed = match self.kind.as_str() {
            "proved" => self.cycles,
            _ => self.lower_bound,
        };
        let gap = (self.cycles.saturating_sub(self.lower_bound)) as f64 / self.cycles.max(1) as f64;
        if claimed != self.lower_bound || claimed > self.cycles || gap != self.gap {
            return Ok(Err(format!(
                "called {} with a bound of {}, {} cycles and a gap of {}",
                self.kind, self.lower_bound, self.cycles, self.gap
            )));
        }
        // The same tiling may stand at several places.
        let known: HashSet<&Tiling> = tilings.values().map(|(_, tiling)| tiling).collect();
        let open = question.below(claimed);
        let open: Vec<_> = open.iter().filter(|o| !known.contains(&o.tiling)).collect();
        if let Some(open) = open.first() {
            return Ok(Err(format!(
                "candidate {} did not run, and its bound of {} is below {claimed}",
                open.candidate.place, open.candidate.bound
            )));
        }
        Ok(Ok(format!(
            "{}: {} cycles, none below {claimed} of {candidates} candidates; {} ran again, {} are taken from the \
             certificate",
            self.kind,
            self.cycles,
            if all { ran.len() } else { 1 },
            if all { 0 } else { ran.len() - 1 },
        )))
    }
}

fn hashes(loaded: &Loaded, dataflow: &Dataflow, counts: &Value, bounds: &Value) -> Hashes {
    Hashes {
        model: digest_of(bounds),
        accelerator: digest(loaded.accelerator.to_yaml().as_bytes()),
        network: digest(format!("{:?}", loaded.layers).as_bytes()),
        space: digest_of(&json!({"dataflow": dataflow.name, "candidates": counts})),
    }
}

/// Reads a certificate.
pub fn parse(text: &str) -> Result<Document> {
    serde_json::from_str(text).context("expected a certificate of mappings")
}
