//! Certificates of assignments.

mod document;

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use serde_json::json;
use stationary::search::certificate::exclude;
use stationary::search::certify::{Job, Proof};
use stationary::search::design::{DesignSpace, firsts};
use stationary::search::optimizers::exact::STATES;
use stationary::search::{
    BudgetRequest, Certificate, Choice, Cut, Deployment, Kind, Objective, Problem, Table,
    certificate,
};
use stationary::workloads::Layer;
use stationary_record::digest;

use super::{Checks, Hashes, SCHEMA, digest_of};
use crate::cli::{Assign, Common, Costs, Layers, Model};
use crate::commands::costs::{self, Source};
use crate::commands::simulations::Simulations;
use crate::record::Journal;

pub use document::{Best, Document, Inputs, Limit, Place, Simulated, Used};

/// What the machine's optimum is proved over; nothing is claimed about other mappings.
const OVER: &str = "every assignment of the entries (layer, dataflow, pe, tile), each a design with the one \
                    mapping that the mapper chooses for it";

/// What a proof is about.
pub struct Subject<'a> {
    pub space: &'a DesignSpace,
    pub layers: &'a [Layer],
    pub bounds: &'a Table,
}

impl Subject<'_> {
    fn hashes(&self) -> Hashes {
        let styles: Vec<&str> = self.space.styles.iter().map(|s| s.name()).collect();
        let space = json!({"styles": styles, "pes": self.space.pes, "tiles": self.space.tiles});
        Hashes {
            model: digest(self.bounds.to_csv().as_bytes()),
            accelerator: digest(self.space.base.to_yaml().as_bytes()),
            network: digest(format!("{:?}", self.layers).as_bytes()),
            space: digest_of(&space),
        }
    }

    /// Entries of layers that are not alike.
    pub fn entries(&self) -> u64 {
        let firsts = firsts(self.layers);
        let own = firsts.iter().enumerate().filter(|(at, first)| at == *first);
        own.map(|(at, _)| self.bounds.layers()[at].len() as u64)
            .sum()
    }
}

impl Document {
    /// The certificate of a proof.
    pub fn of(args: &Assign, subject: &Subject<'_>, proof: &Proof) -> Self {
        let (costs, model) = (&args.costs, &args.costs.model);
        let problem = &proof.problem;
        let found = &proof.certificate;
        let best = proof.best.as_ref().map(|(point, objective)| {
            let totals = problem.totals(point);
            let choices = problem.choices(point);
            Best {
                objective: *objective,
                used: Used {
                    area_um2: totals.area,
                    power_mw: totals.power,
                },
                point: point.clone(),
                choices: choices
                    .iter()
                    .map(|c| Place::of(c.layer, c.levels()))
                    .collect(),
            }
        });
        let budgets = args.budget.iter().zip(problem.budgets());
        let simulated = proof
            .simulated
            .iter()
            .map(|((layer, levels), entry)| Simulated {
                option: Place::of(*layer, *levels),
                cycles: entry.latency,
            });
        Self {
            schema: SCHEMA.to_owned(),
            claims: "assign".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            over: OVER.to_owned(),
            hashes: subject.hashes(),
            inputs: Inputs {
                network: costs.network.clone().unwrap_or_default(),
                arch: model.arch.clone(),
                set: model.set.clone(),
                layer: model.layers.layer.clone(),
                dim: model.layers.dim.clone(),
                batch: model.layers.batch,
                dataflow: costs.dataflow.clone(),
                pes: model.pes.clone(),
                tiles: model.tiles.clone(),
            },
            deployment: problem.deployment().to_string(),
            objective: args.objective.clone(),
            budgets: budgets
                .map(|(asked, budget)| Limit {
                    budget: asked.clone(),
                    limit: budget.limit,
                })
                .collect(),
            gap: best.as_ref().and_then(|best| found.gap(best.objective)),
            best,
            kind: match found.kind {
                Kind::Proved => "proved",
                Kind::Conditional => "conditional",
                Kind::None => "none",
            }
            .to_owned(),
            of: "machine".to_owned(),
            lower_bound: found.lower_bound,
            multipliers: found.multipliers.clone(),
            relaxation: found.relaxation,
            cuts: found
                .cuts
                .iter()
                .map(|c| [c.latency, c.energy, c.value])
                .collect(),
            simulations: proof.simulated.len() as u64,
            entries: subject.entries(),
            simulated: simulated.collect(),
        }
    }

    fn certificate(&self) -> Certificate {
        let cut = |&[latency, energy, value]: &[f64; 3]| Cut {
            latency,
            energy,
            value,
        };
        Certificate {
            kind: match self.kind.as_str() {
                "proved" => Kind::Proved,
                _ => Kind::None,
            },
            lower_bound: self.lower_bound,
            relaxation: self.relaxation,
            multipliers: self.multipliers.clone(),
            cuts: self.cuts.iter().map(cut).collect(),
        }
    }

    fn costs(&self) -> Costs {
        let inputs = self.inputs.clone();
        Costs {
            table: None,
            network: Some(inputs.network),
            dataflow: inputs.dataflow,
            shapes: None,
            model: Model {
                arch: inputs.arch,
                set: inputs.set,
                pes: inputs.pes,
                tiles: inputs.tiles,
                layers: Layers {
                    dim: inputs.dim,
                    layer: inputs.layer,
                    batch: inputs.batch,
                    // A certificate is about its layers, whatever else there is.
                    partial: true,
                },
            },
        }
    }

    /// Checks everything again.
    ///
    /// # Errors
    /// If the certificate, or what it names, cannot be read.
    pub fn verify(&self, all: bool, common: &Common) -> Result<Checks> {
        let objective: Objective = self.objective.parse()?;
        let deployment: Deployment = self.deployment.parse()?;
        let asked = self.budgets.iter().map(|b| b.budget.parse());
        let asked: Vec<BudgetRequest> = asked.collect::<Result<_, _>>()?;
        let offer = costs::load(&self.costs(), common)?;
        let Source::Model {
            space,
            layers,
            bounds,
        } = &offer.source
        else {
            return Err(anyhow!("a certificate is about our own model"));
        };
        let subject = Subject {
            space,
            layers,
            bounds,
        };
        let mut checks = Checks::default();
        checks.same(
            "version",
            &self.version,
            &env!("CARGO_PKG_VERSION").to_owned(),
        );
        checks.hashes(&self.hashes, &subject.hashes());
        let problem = offer.problem(deployment, objective, &asked)?;
        for (claimed, budget) in self.budgets.iter().zip(problem.budgets()) {
            let check = format!("limit on {}", budget.resource);
            checks.same(&check, &claimed.limit, &budget.limit);
        }
        let firsts = firsts(layers);
        let Some(problem) = self.put(&problem, &subject, &firsts, all, &mut checks)? else {
            return Ok(checks);
        };
        self.claim(&problem, &firsts, &mut checks);
        Ok(checks)
    }

    /// Puts what ran in the place of bounds; runs the chosen entries again, or all. Nothing where the
    /// certificate has entries that do not exist.
    fn put(
        &self,
        problem: &Problem,
        subject: &Subject<'_>,
        firsts: &[usize],
        all: bool,
        checks: &mut Checks,
    ) -> Result<Option<Problem>> {
        let mut ran: BTreeMap<Job, u64> = BTreeMap::new();
        for each in &self.simulated {
            let job = each.option.job()?;
            if ran.insert(job, each.cycles).is_some() {
                let detail = format!("layer {}, {} stands twice", job.0, job.1);
                checks.note("entries", false, detail);
                return Ok(None);
            }
        }
        let mut table = problem
            .with_table(subject.bounds.clone())
            .table()
            .layers()
            .to_vec();
        let mut placed = 0_u64;
        let mut below = None;
        for (job, cycles) in &ran {
            let (first, levels) = *job;
            let is_own = firsts.get(first) == Some(&first);
            let place = subject.bounds.layers().get(first);
            let place = place.and_then(|layer| layer.iter().position(|e| e.levels() == levels));
            let (true, Some(place)) = (is_own, place) else {
                let detail = format!("layer {first}, {levels}: there is no such entry");
                checks.note("entries", false, detail);
                return Ok(None);
            };
            let bound = subject.bounds.layers()[first][place].latency;
            if *cycles < bound {
                below = Some(format!(
                    "layer {first}, {levels}: {cycles} cycles, below the bound of {bound}"
                ));
            }
            let entry = subject
                .space
                .entry(&subject.layers[first], levels, *cycles)?;
            for (layer, _) in firsts.iter().enumerate().filter(|(_, f)| **f == first) {
                table[layer][place] = entry;
            }
            placed += 1;
        }
        let holds = below.is_none();
        let detail = below.unwrap_or_else(|| format!("{placed}, each at or above its bound"));
        checks.note("entries that ran", holds, detail);
        let problem = problem.with_table(Table::new(table)?);
        let chosen: Vec<Job> = match &self.best {
            Some(best) if is_point(&problem, &best.point) => {
                let choices = problem.choices(&best.point);
                choices
                    .iter()
                    .map(|c| (firsts[c.layer], c.levels()))
                    .collect()
            }
            _ => Vec::new(),
        };
        let again: Vec<Job> = match all {
            true => ran.keys().copied().collect(),
            false => {
                let mut jobs = chosen;
                jobs.sort_unstable();
                jobs.dedup();
                jobs
            }
        };
        let journal = Journal::nowhere();
        let simulations = Simulations::new(subject.space, subject.layers, journal)?;
        let found = simulations.all(&again)?;
        let mut wrong = None;
        for (job, cycles) in again.iter().zip(found) {
            let (layer, levels) = job;
            match ran.get(job) {
                Some(claimed) if *claimed == cycles => {}
                Some(claimed) => {
                    wrong = Some(format!(
                        "layer {layer}, {levels}: the certificate says {claimed} cycles; the machine takes {cycles}"
                    ));
                }
                None => {
                    wrong = Some(format!(
                        "layer {layer}, {levels}: chosen, but not among the entries that ran"
                    ));
                }
            }
        }
        let holds = wrong.is_none();
        let others = ran.len().saturating_sub(again.len());
        let detail = wrong.unwrap_or_else(|| match others {
            0 => format!("{} entries ran again, all alike", again.len()),
            n => format!(
                "{} entries ran again, all alike; {n} are taken from the certificate (--all runs them too)",
                again.len()
            ),
        });
        checks.note("machine", holds, detail);
        Ok(Some(problem))
    }

    /// The sums of the best, and that nothing is better.
    fn claim(&self, problem: &Problem, firsts: &[usize], checks: &mut Checks) {
        let certificate = self.certificate();
        checks.same(
            "simulations",
            &self.simulations,
            &(self.simulated.len() as u64),
        );
        if let Some(best) = &self.best {
            if !is_point(problem, &best.point) {
                checks.note(
                    "choices",
                    false,
                    "they are not one option for each layer".to_owned(),
                );
                return;
            }
            let choices: Vec<Place> = problem
                .choices(&best.point)
                .iter()
                .map(|c: &Choice| Place::of(c.layer, c.levels()))
                .collect();
            let ran = |c: &&Place| {
                let is_same = |s: &Simulated| {
                    firsts[c.layer] == s.option.layer
                        && (c.pe, c.tile, &c.dataflow)
                            == (s.option.pe, s.option.tile, &s.option.dataflow)
                };
                self.simulated.iter().any(is_same)
            };
            let holds = choices == best.choices && choices.iter().all(|c| ran(&c));
            let detail = match holds {
                true => format!("{} layers, every one of an entry that ran", choices.len()),
                false => "they differ from the options named, or did not run".to_owned(),
            };
            checks.note("choices", holds, detail);
            let totals = problem.totals(&best.point);
            checks.same("area, um2", &best.used.area_um2, &totals.area);
            checks.same("power, mW", &best.used.power_mw, &totals.power);
            checks.same("objective", &best.objective, &problem.value(&best.point));
            let checked = certificate::check(problem, &best.point, best.objective, &certificate);
            let detail = match &checked {
                Ok(()) => format!("{}, budgets kept", best.objective),
                Err(flaw) => flaw.to_string(),
            };
            checks.note("sums and budgets", checked.is_ok(), detail);
            let gap = certificate.gap(best.objective);
            let shown = |gap: Option<f64>| gap.map_or("none".to_owned(), |gap| gap.to_string());
            checks.same("gap", &shown(self.gap), &shown(gap));
        }
        let is_proved = certificate.kind == Kind::Proved;
        let claimed = match (&self.best, self.lower_bound) {
            (_, Some(bound)) => bound,
            (None, None) if is_proved => f64::INFINITY,
            _ => return,
        };
        let excluded = exclude(problem, claimed, &certificate.cuts, STATES);
        let detail = match &excluded {
            Ok(found) if found.listed == 0 => {
                format!(
                    "nothing below {claimed}, by multipliers alone ({})",
                    found.relaxation
                )
            }
            Ok(found) => format!(
                "nothing below {claimed}: {} by multipliers, {} prefixes listed for the rest",
                found.relaxation, found.listed
            ),
            Err(doubt) => doubt.to_string(),
        };
        checks.note("lower bound", excluded.is_ok(), detail);
    }
}

/// Whether every gene has a value that exists.
fn is_point(problem: &Problem, point: &[u16]) -> bool {
    let mut genes = point.iter().enumerate();
    point.len() == problem.genes()
        && genes.all(|(gene, value)| usize::from(*value) < problem.values(gene))
}

/// Reads a certificate.
pub fn parse(text: &str) -> Result<Document> {
    serde_json::from_str(text).context("expected a certificate of an assignment")
}
