//! What was found, for programs.

use crate::csv::{self, Origin};
use crate::documents::{
    Compare, CompareHeadline, CompareInstance, CompareInterrupted, ComparePair, CompareProfile,
    CompareRatio, CompareRun, CompareShares, CompareSpeedup, CompareTarget, Document,
};
use crate::scope::Scope;
use crate::search::LearningEffort;
use crate::search::compare::{Expected, Ratio, TARGETS};

use super::Comparison;

impl Comparison {
    /// The result as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> Compare {
        let f = &self.figures;
        let owned = |text: &str| text.to_owned();
        let name = |at: usize| self.instances[at].name.clone();
        let ratio = |r: Ratio| CompareRatio {
            mean: finite(r.mean),
            interval: r.interval.map(finite),
            worst: finite(r.worst),
        };
        Compare {
            schema: owned(Compare::NAME),
            evaluations: self.question.evaluations,
            epochs: self
                .question
                .epochs
                .unwrap_or(LearningEffort::default().epochs),
            preset: self.question.preset.clone(),
            seed: self.question.seed,
            seeds: self.question.seeds,
            against: self.question.against.clone(),
            optimizers: self.names.iter().map(|name| name.to_string()).collect(),
            notes: self.warnings(),
            instances: (0..self.instances.len())
                .map(|at| self.instance(at))
                .collect(),
            checkpoints: f.checkpoints.clone(),
            runs: (f.run_lengths.iter().zip(&f.anytime))
                .map(|(length, anytime)| CompareRun {
                    instance: name(length.instance),
                    optimizer: length.optimizer.clone(),
                    final_gap: length.gap.map(finite),
                    expected_running_time: (length.expected.iter().zip(TARGETS))
                        .map(|(expected, target)| reached(expected, target))
                        .collect(),
                    anytime_gap: anytime.gaps.iter().map(|gaps| gaps.map(finite)).collect(),
                })
                .collect(),
            ecdf: (f.ecdf.iter())
                .map(|(optimizer, shares)| CompareShares {
                    optimizer: optimizer.clone(),
                    shares: shares.clone(),
                })
                .collect(),
            performance_profile: (f.profiles.iter())
                .map(|p| CompareProfile {
                    optimizer: p.optimizer.clone(),
                    target: p.target,
                    shares: p
                        .shares
                        .iter()
                        .map(|(factor, share)| [*factor, *share])
                        .collect(),
                })
                .collect(),
            wilcoxon: (f.comparisons.iter())
                .map(|c| ComparePair {
                    first: c.first.clone(),
                    second: c.second.clone(),
                    first_better: c.wins[0] as u64,
                    second_better: c.wins[1] as u64,
                    equal: c.wins[2] as u64,
                    p: c.p,
                    p_holm: c.adjusted,
                })
                .collect(),
            speedups: (f.speedups.iter())
                .map(|s| CompareSpeedup {
                    optimizer: s.optimizer.clone(),
                    target: s.target,
                    instances: s.instances as u64,
                    ratio: s.ratio.map(ratio),
                })
                .collect(),
            interrupted: self.is_cut.then(|| CompareInterrupted {
                go_on: self.go_on.clone(),
                runs: self.trials.len() as u64,
            }),
        }
    }

    fn instance(&self, at: usize) -> CompareInstance {
        let (i, origin, machine) = (&self.instances[at], &self.origins[at], &self.machine[at]);
        let of = match machine {
            Some(_) => "machine",
            None => self.costs[at],
        };
        CompareInstance {
            name: i.name.clone(),
            fingerprint: format!("{:016x}", i.fingerprint()),
            optimum: i.optimum,
            proved: i.is_proved,
            of: self.costs[at].to_owned(),
            arch: origin.arch.clone(),
            network: origin.network.clone(),
            batch: origin.batch,
            settings: origin.settings.clone(),
            caveats: origin.caveats.clone(),
            coverage: self.scopes[at].as_ref().map(Scope::document),
            headline: CompareHeadline {
                of: of.to_owned(),
                value: machine.map_or(i.optimum, |h| Some(h.machine)),
                model: machine.map(|h| h.model),
                error: machine.map(|h| h.error()),
            },
        }
    }

    /// The result as CSV, a line for each run.
    #[must_use]
    pub fn csv(&self) -> String {
        let header = [
            "instance",
            "optimizer",
            "seed",
            "spent",
            "best",
            "optimum",
            "of",
            "optimum_machine",
        ];
        let mut lines = csv::Lines::new(&Origin::default(), &csv::header(&header));
        for t in &self.trials {
            let i = &self.instances[t.instance];
            let best = t
                .curve
                .last()
                .map_or(String::new(), |(_, best)| best.to_string());
            let fields = vec![
                i.name.clone(),
                t.optimizer.clone(),
                t.seed.to_string(),
                t.spent.to_string(),
                best,
                i.optimum.map_or(String::new(), |o| o.to_string()),
                self.costs[t.instance].to_owned(),
                self.machine[t.instance].map_or(String::new(), |h| h.machine.to_string()),
            ];
            lines.add_of(&self.origins[t.instance], fields);
        }
        let text = lines.text();
        match self.is_cut {
            true => csv::marked(&text),
            false => text,
        }
    }
}

fn reached(expected: &Expected, target: f64) -> CompareTarget {
    CompareTarget {
        target,
        evaluations: finite(expected.evaluations),
        interval: expected.interval.map(finite),
        successes: expected.successes as u64,
        seeds: expected.seeds as u64,
        success_rate: expected.successes as f64 / expected.seeds as f64,
    }
}

/// JSON has no infinity: null says that there is no such number.
fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}
