//! Certificates of assignments.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use serde_json::{Value, json};
use stationary_record::digest;

use super::costs::{CostOrigin, Unpriced};
use super::written::{Best, Certificate, Inputs, LayerChoice, Limit, Named, Simulated, Used};
use super::{AssignmentQuestion, Costs};
use crate::csv;
use crate::documents;
use crate::error::Error;
use crate::files;
use crate::format::{area, watts};
use crate::identity;
use crate::journal::{Journal, OptionRuns};
use crate::load::embedded;
use crate::progress::Progress;
use crate::proof::{
    About, Checks, Hashes, LayerShape, Names, Origin, SCHEMA, Trust, Verdict, claim_of, digest_of,
    spelling,
};
use crate::search::certificate::prove_optimal;
use crate::search::certify::{Allowed, Job, Proof, certify};
use crate::search::design::{DesignSpace, firsts};
use crate::search::optimizers::exact::STATES;
use crate::search::{
    BudgetRequest, Certificate as Bound, Choice, CostEntry, CostTable, Cut, Deployment, Objective,
    Problem, ProofKind, Resource, certificate,
};
use crate::workloads::Layer;

/// What the machine's optimum is proved over; nothing is claimed about other mappings.
const OVER: &str = "every assignment of the entries (layer, dataflow, pe, tile), each a design with the one \
                    mapping that the mapper chooses for it";

/// The instance that a proof is about: options, layers, and the model's bounds.
pub struct AssignmentInstance<'a> {
    pub space: &'a DesignSpace,
    pub layers: &'a [Layer],
    pub bounds: &'a CostTable,
    pub origin: &'a csv::Origin,
}

impl AssignmentInstance<'_> {
    fn hashes(&self) -> Hashes {
        Hashes {
            model: digest(self.bounds.to_csv().as_bytes()),
            ..hashes(self.space, self.layers)
        }
    }

    /// The number of options, those of equal layers counted once.
    pub fn entries(&self) -> u64 {
        let firsts = firsts(self.layers);
        let own = firsts.iter().enumerate().filter(|(at, first)| at == *first);
        own.map(|(at, _)| self.bounds.layers()[at].len() as u64)
            .sum()
    }
}

/// The digests that take no bounds.
fn hashes(space: &DesignSpace, layers: &[Layer]) -> Hashes {
    let styles: Vec<&str> = space.styles.iter().map(|s| s.name()).collect();
    let choice = json!({"styles": styles, "pes": space.pes, "tiles": space.tiles});
    Hashes {
        model: String::new(),
        accelerator: identity::accelerator(&space.base),
        network: identity::layers(layers),
        space: digest_of(&choice),
    }
}

impl Certificate {
    /// The certificate of a proof.
    pub fn of(
        question: &AssignmentQuestion,
        instance: &AssignmentInstance<'_>,
        proof: &Proof,
    ) -> Self {
        let costs = question.costs.clone();
        let inputs = Inputs {
            network: costs.network.unwrap_or_default(),
            arch: costs.arch,
            set: costs.set,
            layer: costs.layer,
            dim: costs.dim,
            batch: costs.batch,
            dataflow: costs.dataflow,
            pes: costs.pes,
            tiles: costs.tiles,
        };
        let asked = question.budget.iter().map(String::as_str);
        Self::over(
            inputs,
            &question.objective.to_string(),
            asked,
            instance,
            proof,
        )
    }

    fn over<'a>(
        inputs: Inputs,
        objective: &str,
        asked: impl Iterator<Item = &'a str>,
        instance: &AssignmentInstance<'_>,
        proof: &Proof,
    ) -> Self {
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
                    .map(|c| LayerChoice::of(c.layer, c.levels()))
                    .collect(),
            }
        });
        let simulated = proof.simulated.iter();
        let firsts = firsts(instance.layers);
        let layers = instance.layers.iter().zip(firsts);
        Self {
            schema: SCHEMA.to_owned(),
            claims: "assign".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            over: OVER.to_owned(),
            hashes: instance.hashes(),
            inputs: inputs.spelt(instance.layers),
            names: Names::of(instance.origin),
            deployment: problem.deployment().to_string(),
            objective: objective.to_owned(),
            budgets: asked
                .zip(problem.budgets())
                .map(|(asked, budget)| Limit {
                    budget: spelling::budget(asked),
                    limit: budget.limit,
                })
                .collect(),
            gap: best.as_ref().and_then(|best| found.gap(best.objective)),
            best,
            kind: kind(found.kind).to_owned(),
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
            entries: instance.entries(),
            layers: layers
                .map(|(layer, first)| Named {
                    name: layer.name().to_owned(),
                    dims: LayerShape::of(layer),
                    first,
                })
                .collect(),
            simulated: simulated
                .map(|(job, entry)| Simulated::of(*job, entry.latency))
                .collect(),
        }
    }

    fn bound(&self) -> Bound {
        let cut = |&[latency, energy, value]: &[f64; 3]| Cut {
            latency,
            energy,
            value,
        };
        Bound {
            kind: match self.kind.as_str() {
                "proved" => ProofKind::Proved,
                _ => ProofKind::None,
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
            network: Some(inputs.network),
            dataflow: inputs.dataflow,
            arch: inputs.arch,
            set: inputs.set,
            pes: inputs.pes,
            tiles: inputs.tiles,
            dim: inputs.dim,
            layer: inputs.layer,
            batch: inputs.batch,
            // A certificate is about its layers, whatever else there is.
            partial: true,
            ..Costs::default()
        }
    }

    /// The certificate as JSON, as its file has it.
    #[must_use]
    pub fn json(&self) -> Value {
        documents::value(self)
    }

    /// Reads the inputs that the certificate names again.
    ///
    /// # Errors
    /// Inputs that cannot be read.
    pub fn unpriced(&self) -> Result<Unpriced, Error> {
        Unpriced::read(&self.costs())
    }

    /// Checks everything again, and derives the certificate again from the question and what ran.
    ///
    /// `written` is the certificate as it stands in its file, `unpriced` what it [names](Self::unpriced); each
    /// layer that is priced counts as done for the first of the two that wait, each run for the second.
    ///
    /// # Errors
    /// If the certificate, or what it names, cannot be read.
    pub fn verify(
        &self,
        written: &Value,
        unpriced: Unpriced,
        trust: Trust,
        [pricing, running]: [&dyn Progress; 2],
    ) -> Result<Verdict, Error> {
        let objective: Objective = self.objective.parse().map_err(Error::search)?;
        let deployment: Deployment = self.deployment.parse().map_err(Error::search)?;
        let asked = self.budgets.iter().map(|b| b.budget.parse());
        let asked: Vec<BudgetRequest> = asked.collect::<Result<_, _>>().map_err(Error::search)?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        let origin = |found: &Hashes| {
            let has_files = files::is_file(&self.inputs.network)
                || self.inputs.arch.as_deref().is_some_and(files::is_file)
                || embedded::files(&self.inputs.set).next().is_some();
            Origin::of(self.version == version, &self.hashes, found, has_files)
        };
        let given = &self.inputs;
        let arch = given.arch.as_deref().unwrap_or_default();
        let mut about = About {
            arch: [arch, &unpriced.space.base.name],
            set: &given.set,
            network: [&given.network, &unpriced.origin.network],
            scope: &unpriced.scope,
            dim: &given.dim,
            batch: given.batch,
        }
        .fields();
        let budgets: Vec<&str> = self.budgets.iter().map(|b| b.budget.as_str()).collect();
        about.extend([
            ("layers", unpriced.layers.len().to_string()),
            ("dataflow", self.inputs.dataflow.clone()),
            ("deployment", deployment.to_string()),
            ("objective", objective.to_string()),
            ("budgets", budgets.join(", ")),
            ("of", "the machine".to_owned()),
            ("over", OVER.to_owned()),
        ]);
        let read = Hashes {
            model: self.hashes.model.clone(),
            ..hashes(&unpriced.space, &unpriced.layers)
        };
        let mut verdict = Verdict {
            about,
            origin: origin(&read),
            checks: Checks::default(),
            runs: self.simulated.len() as u64,
            again: 0,
            claim: claim_of(&self.kind),
        };
        verdict.checks.same("version", &self.version, &version);
        if !verdict.checks.inputs(&self.hashes, &read) {
            // Costs and runs of other designs would say nothing, and may take for ever.
            return Ok(verdict);
        }
        let cost_source = unpriced.priced(pricing)?;
        let CostOrigin::Model {
            space,
            layers,
            bounds,
        } = &cost_source.source
        else {
            return Err(Error::Search(
                "a certificate is about our own model".to_owned(),
            ));
        };
        let instance = AssignmentInstance {
            space,
            layers,
            bounds,
            origin: &cost_source.origin,
        };
        if let Some((_, over)) = verdict.about.last_mut() {
            *over = format!("{OVER}: {} entries", instance.entries());
        }
        let found = instance.hashes();
        verdict.origin = origin(&found);
        let checks = &mut verdict.checks;
        checks.digest("model's bounds", &self.hashes.model, &found.model);
        let problem = cost_source.problem(deployment, objective, &asked)?;
        for (claimed, budget) in self.budgets.iter().zip(problem.budgets()) {
            let check = format!("limit on {}", budget.resource);
            let show = match budget.resource {
                Resource::Area => area,
                Resource::Power => watts,
            };
            checks.same_amount(&check, claimed.limit, budget.limit, show);
        }
        let bounded = problem.with_table(bounds.as_ref().clone());
        let firsts = firsts(layers);
        let Some(ran) = self.ran(&instance, &firsts, checks)? else {
            return Ok(verdict);
        };
        let chosen: Vec<Job> = match &self.best {
            Some(best) if is_point(&bounded, &best.point) => (bounded.choices(&best.point).iter())
                .map(|c| (firsts[c.layer], c.levels()))
                .collect(),
            _ => Vec::new(),
        };
        let again: Vec<Job> = match trust {
            Trust::Nothing => ran.keys().copied().collect(),
            Trust::Runs => {
                let chosen = chosen.into_iter().collect::<BTreeSet<Job>>();
                chosen
                    .into_iter()
                    .filter(|job| ran.contains_key(job))
                    .collect()
            }
        };
        verdict.again = again.len() as u64;
        let simulations = OptionRuns::new(instance.space, instance.layers, Journal::nowhere())?;
        let run = |job: &Job| {
            let name = layers[job.0].name();
            let cycles = running.during(name, ran[job], || simulations.cycles(job.0, job.1));
            running.done();
            Ok((*job, cycles?))
        };
        let runs: Vec<(Job, u64)> = again.par_iter().map(run).collect::<Result<_, Error>>()?;
        let mut found = ran.clone();
        found.extend(runs);
        note_runs(checks, &ran, &found, verdict.again);
        let known = found.iter().map(|((first, levels), cycles)| {
            let entry = instance.space.entry(&layers[*first], *levels, *cycles)?;
            Ok(((*first, *levels), entry))
        });
        let known: Vec<(Job, CostEntry)> = known.collect::<Result<_, Error>>()?;
        let allowed = Allowed {
            simulations: known.len() as u64,
            states: STATES,
        };
        let proof = certify(&bounded, &firsts, &known, allowed, |jobs| {
            let (layer, levels) = jobs[0];
            Err(Error::Search(format!(
                "layer {layer}, {levels} did not run"
            )))
        });
        let proof = match proof {
            Ok(proof) => proof,
            Err(flaw) => {
                checks.note("entries that ran", false, flaw.to_string());
                return Ok(verdict);
            }
        };
        let detail = format!("{}, each at or above its bound", known.len());
        checks.note("entries that ran", true, detail);
        let found = Self::over(
            self.inputs.clone(),
            &self.objective,
            budgets.into_iter(),
            &instance,
            &proof,
        );
        // A certificate that is another one need not be excluded by other means, however long its cuts.
        if checks.derived(written, &documents::value(found)) {
            self.claim(&proof.problem, &firsts, checks);
        }
        Ok(verdict)
    }

    /// What ran, by the certificate's word. Nothing where it names entries that do not exist, or one
    /// twice.
    fn ran(
        &self,
        instance: &AssignmentInstance<'_>,
        firsts: &[usize],
        checks: &mut Checks,
    ) -> Result<Option<BTreeMap<Job, u64>>, Error> {
        let mut ran: BTreeMap<Job, u64> = BTreeMap::new();
        for each in &self.simulated {
            let job = each.job()?;
            let (first, levels) = job;
            let options = instance.bounds.layers().get(first);
            let is_option = options.is_some_and(|all| all.iter().any(|e| e.levels() == levels));
            let bound = options.and_then(|all| all.iter().find(|e| e.levels() == levels));
            let flaw = if firsts.get(first) != Some(&first) || !is_option {
                "there is no such entry"
            } else if bound.is_some_and(|bound| each.cycles < bound.latency) {
                "its cycles are below its bound"
            } else if ran.insert(job, each.cycles).is_some() {
                "it stands twice"
            } else {
                continue;
            };
            checks.note("entries", false, format!("layer {first}, {levels}: {flaw}"));
            return Ok(None);
        }
        Ok(Some(ran))
    }

    /// The sums of the best, and that nothing is better.
    fn claim(&self, problem: &Problem, firsts: &[usize], checks: &mut Checks) {
        let certificate = self.bound();
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
            let choices: Vec<LayerChoice> = problem
                .choices(&best.point)
                .iter()
                .map(|c: &Choice| LayerChoice::of(c.layer, c.levels()))
                .collect();
            let ran = |c: &&LayerChoice| {
                let is_same = |s: &Simulated| {
                    firsts[c.layer] == s.layer
                        && (c.pe, c.tile, &c.dataflow) == (s.pe, s.tile, &s.dataflow)
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
            checks.same_amount("area", best.used.area_um2, totals.area, area);
            checks.same_amount("power", best.used.power_mw, totals.power, watts);
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
        let is_proved = certificate.kind == ProofKind::Proved;
        let claimed = match (&self.best, self.lower_bound) {
            (_, Some(bound)) => bound,
            (None, None) if is_proved => f64::INFINITY,
            _ => return,
        };
        let proof_of_optimality = prove_optimal(problem, claimed, &certificate.cuts, STATES);
        let detail = match &proof_of_optimality {
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
        checks.note("lower bound", proof_of_optimality.is_ok(), detail);
    }
}

/// Compares the cycles that the certificate has with the machine's.
fn note_runs(
    checks: &mut Checks,
    claimed: &BTreeMap<Job, u64>,
    found: &BTreeMap<Job, u64>,
    again: u64,
) {
    let wrong = claimed.iter().find(|(job, cycles)| found[job] != **cycles);
    let detail = match (wrong, claimed.len() as u64 - again) {
        (Some((job, cycles)), _) => format!(
            "layer {}, {}: the certificate says {cycles} cycles; the machine takes {}",
            job.0, job.1, found[job]
        ),
        (None, 0) => format!("{again} entries ran again, all alike"),
        (None, others) => {
            format!("{again} entries ran again, all alike; {others} are taken from the certificate")
        }
    };
    checks.note("machine", wrong.is_none(), detail);
}

fn kind(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::Proved => "proved",
        ProofKind::Conditional => "conditional",
        ProofKind::None => "none",
    }
}

/// Whether every gene has a value that exists.
fn is_point(problem: &Problem, point: &[u16]) -> bool {
    let mut genes = point.iter().enumerate();
    point.len() == problem.genes()
        && genes.all(|(gene, value)| usize::from(*value) < problem.values(gene))
}
