//! `search assign --certify`: the optimum on the machine, and its certificate.

use anyhow::{Result, anyhow};
use stationary::format::{percent, thousands};
use stationary::identity;
use stationary::search::certify::{Allowed, CertifyError, Proof, certify as prove};
use stationary::search::design::{DesignSpace, firsts};
use stationary::search::optimizers::exact::STATES;
use stationary::search::{Cancellation, Problem, ProofKind, certificate};
use stationary::workloads::Layer;
use stationary_record::digest;

use crate::certificates::assign::{AssignmentInstance, Document};
use crate::cli::Assign;
use crate::commands::simulations::Simulations;
use crate::inputs;

/// A proof, and how it is written.
pub struct Certified {
    pub proof: Proof,
    /// Entries of layers that are not alike.
    pub entries: u64,
    /// The certificate's file.
    pub text: String,
}

/// Proves the optimum on the machine; goes on from what ran already, and ends with a gap once cancelled.
pub fn certify(
    args: &Assign,
    instance: &AssignmentInstance<'_>,
    problem: &Problem,
    simulations: &Simulations<'_>,
    cancellation: &Cancellation,
) -> Result<Certified> {
    let bounded = problem.with_table(instance.bounds.clone());
    let jobs = simulations.asked();
    let known: Vec<_> = jobs
        .iter()
        .copied()
        .zip(simulations.entries(&jobs)?)
        .collect();
    let allowed = Allowed {
        simulations: args.proving.simulations.unwrap_or(u64::MAX),
        states: STATES,
    };
    let firsts = firsts(instance.layers);
    let proof = prove(&bounded, &firsts, &known, allowed, |jobs| {
        simulations.until(cancellation, jobs)
    })
    .map_err(|error| match error {
        CertifyError::Machine(error) => error,
        error => anyhow!("--certify: {error}"),
    })?;
    if let Some((point, objective)) = &proof.best {
        certificate::check(&proof.problem, point, *objective, &proof.certificate)
            .map_err(|flaw| anyhow!("the certificate does not hold: {flaw}"))?;
    }
    let document = Document::of(args, instance, &proof);
    let text = serde_json::to_string_pretty(&document)? + "\n";
    if let Some(path) = &args.proving.certificate {
        inputs::write(path, &text)?;
    }
    Ok(Certified {
        proof,
        entries: document.entries,
        text,
    })
}

impl Certified {
    /// Whether the proof ended because it was cancelled, not because it was done or all runs were spent.
    pub fn is_cut(&self, cancellation: &Cancellation, args: &Assign) -> bool {
        let ran = self.proof.simulated.len() as u64;
        let has_more = args.proving.simulations.is_none_or(|most| ran < most);
        let is_open = self.proof.certificate.kind == ProofKind::None;
        is_open && has_more && cancellation.is_cancelled()
    }

    /// What is proved, over what, and by how many runs, in a line.
    pub fn line(&self, show: impl Fn(f64) -> String) -> String {
        let ran = self.proof.simulated.len() as u64;
        let runs = format!(
            "{} of {} entries ran ({})",
            thousands(ran),
            thousands(self.entries),
            percent(ran as f64 / self.entries as f64),
        );
        let found = &self.proof.certificate;
        match (&self.proof.best, found.lower_bound) {
            (Some(_), _) if found.kind == ProofKind::Proved => format!(
                "proved on the machine, over all {} entries, each with the one mapping that the mapper chooses for it: \
                 {runs}\nnot proved over other mappings of an entry, nor over other levels\n",
                thousands(self.entries),
            ),
            (Some((_, value)), Some(bound)) => format!(
                "not proved: on the machine the optimum of the {} entries, each with the mapper's mapping, is {} or more, \
                 {} below this; {runs}\n",
                thousands(self.entries),
                show(bound),
                percent(found.gap(*value).unwrap_or(1.0)),
            ),
            (_, _) => format!("{runs}\n"),
        }
    }
}

/// What decides the cycles of every option.
pub fn digest_of(space: &DesignSpace, layers: &[Layer]) -> String {
    let styles: Vec<&str> = space.styles.iter().map(|style| style.name()).collect();
    let (base, layers) = (identity::accelerator(&space.base), identity::layers(layers));
    let text = format!("{base} {} {layers}", styles.join(" "));
    digest(text.as_bytes())
}
