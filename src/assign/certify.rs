//! `search assign --certify`: the optimum on the machine, and its certificate.

use crate::format::{percent, thousands};
use crate::identity;
use crate::search::certify::{Allowed, CertifyError, Proof, certify as prove};
use crate::search::design::{DesignSpace, firsts};
use crate::search::optimizers::exact::STATES;
use crate::search::{Cancellation, Problem, ProofKind, certificate};
use crate::workloads::Layer;
use stationary_record::digest;

use super::certificate::AssignmentInstance;
use super::{AssignmentQuestion, Certificate as Document};
use crate::documents;
use crate::error::Error;
use crate::journal::OptionRuns;

/// A proof of the optimum on the machine, and its certificate.
pub struct Certified {
    /// The proof.
    pub proof: Proof,
    /// The number of options over which it is proved, those of equal layers counted once.
    pub entries: u64,
    /// The certificate, as its file has it.
    pub certificate: Document,
}

/// Proves the optimum on the machine, taking up the options that ran already. Once cancelled it ends with a
/// gap.
///
/// # Errors
/// A run that cannot be made or kept; a run faster than its bound or a proof that fails its own check, which
/// are faults of this crate.
pub fn certify(
    question: &AssignmentQuestion,
    instance: &AssignmentInstance<'_>,
    problem: &Problem,
    simulations: &OptionRuns<'_>,
    cancellation: &Cancellation,
) -> Result<Certified, Error> {
    let bounded = problem.with_table(instance.bounds.clone());
    let jobs = simulations.asked();
    let known: Vec<_> = jobs
        .iter()
        .copied()
        .zip(simulations.entries(&jobs)?)
        .collect();
    let allowed = Allowed {
        simulations: question.simulations.unwrap_or(u64::MAX),
        states: STATES,
    };
    let firsts = firsts(instance.layers);
    let proof = prove(&bounded, &firsts, &known, allowed, |jobs| {
        simulations.until(cancellation, jobs)
    })
    .map_err(|error| match error {
        CertifyError::Machine(error) => error,
        error => Error::Search(format!("certify: {error}")),
    })?;
    if let Some((point, objective)) = &proof.best {
        certificate::check(&proof.problem, point, *objective, &proof.certificate)
            .map_err(flawed)?;
    }
    let certificate = Document::of(question, instance, &proof);
    Ok(Certified {
        proof,
        entries: certificate.entries,
        certificate,
    })
}

/// That a proof of our own is wrong: a fault of this crate.
pub(super) fn flawed(flaw: impl std::fmt::Display) -> Error {
    Error::Search(format!("the certificate does not hold: {flaw}"))
}

impl Certified {
    /// The certificate as its file has it.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{:#}\n", documents::value(&self.certificate))
    }

    /// Whether the proof ended because it was cancelled, not because it was done or all runs were spent.
    pub fn is_cut(&self, cancellation: &Cancellation, question: &AssignmentQuestion) -> bool {
        let ran = self.proof.simulated.len() as u64;
        let has_more = question.simulations.is_none_or(|most| ran < most);
        let is_open = self.proof.certificate.kind == ProofKind::None;
        is_open && has_more && cancellation.is_cancelled()
    }

    /// What is proved, over what, and by how many runs, in a line of text; `show` writes an objective with
    /// its unit.
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
