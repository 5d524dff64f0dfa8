//! What was found, for programs.

use anyhow::Result;
use serde_json::{Value, json};
use stationary::csv::{self, Origin};
use stationary::scope::Scope;
use stationary::search::LearningEffort;
use stationary::search::compare::TARGETS;

use crate::commands::compare::Page;
use crate::interrupt;

impl Page<'_> {
    pub(super) fn json(&self) -> Value {
        let f = &self.figures;
        let instances: Vec<Value> = (self.instances.iter())
            .enumerate()
            .map(|(at, i)| {
                let g = self.grounds[at];
                let machine = &self.machine[at];
                let of = if machine.is_some() {
                    "machine"
                } else {
                    self.costs[at]
                };
                json!({
                    "name": i.name, "fingerprint": format!("{:016x}", i.fingerprint()),
                    "optimum": i.optimum, "proved": i.is_proved, "of": self.costs[at],
                    "arch": g.origin.arch, "network": g.origin.network, "batch": g.origin.batch,
                    "settings": g.origin.settings, "caveats": g.origin.caveats,
                    "coverage": g.scope.as_ref().map(Scope::json),
                    "headline": {
                        "of": of, "value": machine.map_or(i.optimum, |h| Some(h.machine)),
                        "model": machine.map(|h| h.model), "error": machine.map(|h| h.error()),
                    },
                })
            })
            .collect();
        let name = |at: usize| &self.instances[at].name;
        let lengths: Vec<Value> = (f.run_lengths.iter().zip(&f.anytime))
            .map(|(l, a)| {
                let targets = l.expected.iter().zip(TARGETS).map(|(e, target)| {
                    json!({
                        "target": target, "evaluations": finite(e.evaluations),
                        "interval": e.interval.map(finite),
                        "successes": e.successes, "seeds": e.seeds,
                        "success_rate": e.successes as f64 / e.seeds as f64,
                    })
                });
                json!({
                    "instance": name(l.instance), "optimizer": l.optimizer,
                    "final_gap": l.gap.map(finite),
                    "expected_running_time": targets.collect::<Vec<_>>(),
                    "anytime_gap": a.gaps.iter().map(|g| g.map(finite)).collect::<Vec<_>>(),
                })
            })
            .collect();
        let ecdf = f
            .ecdf
            .iter()
            .map(|(o, shares)| json!({"optimizer": o, "shares": shares}));
        let profiles = f
            .profiles
            .iter()
            .map(|p| json!({"optimizer": p.optimizer, "target": p.target, "shares": p.shares}));
        let comparisons = f.comparisons.iter().map(|c| {
            let [first, second, ties] = c.wins;
            json!({
                "first": c.first, "second": c.second,
                "first_better": first, "second_better": second, "equal": ties,
                "p": c.p, "p_holm": c.adjusted,
            })
        });
        let speedups = f.speedups.iter().map(|s| {
            let ratio = s.ratio.map(|r| {
                json!({
                    "mean": finite(r.mean), "interval": r.interval.map(finite),
                    "worst": finite(r.worst),
                })
            });
            json!({
                "optimizer": s.optimizer, "target": s.target, "instances": s.instances,
                "ratio": ratio,
            })
        });
        let mut document = json!({
            "schema": "stationary/compare/1",
            "evaluations": self.args.evaluations,
            "epochs": self.args.learning.epochs.unwrap_or(LearningEffort::default().epochs),
            "preset": self.args.learning.preset, "seed": self.common.seed,
            "seeds": self.args.seeds, "against": self.args.against,
            "optimizers": self.names,
            "notes": self.warnings(),
            "instances": instances,
            "checkpoints": f.checkpoints,
            "runs": lengths,
            "ecdf": ecdf.collect::<Vec<_>>(),
            "performance_profile": profiles.collect::<Vec<_>>(),
            "wilcoxon": comparisons.collect::<Vec<_>>(),
            "speedups": speedups.collect::<Vec<_>>(),
        });
        if let Some(interrupt) = self.interrupt {
            document["interrupted"] = interrupt.json();
            document["interrupted"]["runs"] = json!(self.trials.len());
        }
        document
    }

    /// A line a run.
    pub(super) fn csv(&self) -> Result<String> {
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
        for t in self.trials {
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
            lines.add_of(&self.grounds[t.instance].origin, fields);
        }
        let text = lines.text();
        match self.interrupt {
            Some(_) => interrupt::marked(&text),
            None => Ok(text),
        }
    }
}

/// JSON has no infinity: null says that there is no such number.
fn finite(number: f64) -> Value {
    if number.is_finite() {
        json!(number)
    } else {
        Value::Null
    }
}
