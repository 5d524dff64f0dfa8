//! The answer of `search assign` as a document: JSON, CSV, and the files of a run.

use anyhow::Result;
use serde_json::{Map, Value, json};
use stationary::csv;
use stationary::energy;
use stationary::scope::Scope;
use stationary::search::design::Checked;
use stationary::search::optimizers::exact::Vertex;
use stationary::search::{Stop, Verdict};
use stationary::shape;

use super::found::{Found, Row, kind, unit};
use crate::commands::shortage::Shortage;
use crate::interrupt;
use crate::record::Record;

impl Found<'_> {
    /// The answer, and what a proof rests on.
    pub(super) fn keep(&self, record: &mut Record) -> Result<()> {
        let mut document = self.json();
        // Wall-clock time differs from run to run.
        document["seconds"] = json!({"table": null, "search": null, "recheck": null});
        let certificate = || {
            if let Some(certified) = &self.certified {
                return Ok(certified.text.clone());
            }
            let mut certificate = document["certificate"].clone();
            for field in ["deployment", "objective", "budgets", "best"] {
                certificate[field] = document[field].clone();
            }
            Ok(serde_json::to_string_pretty(&certificate)?)
        };
        record.keep("costs.csv", || Ok(self.problem.table().to_csv()))?;
        record.keep("certificate.json", certificate)?;
        record.results(|| document.clone(), || self.csv())
    }

    fn number(&self, objective: f64) -> Value {
        if self.is_integral() {
            json!(objective as u64)
        } else {
            json!(objective)
        }
    }

    pub(super) fn json(&self) -> Value {
        let best = match self.best() {
            None => json!({
                "feasible": false, "shortfalls": self.shortfalls(),
                "relaxation": self.relaxation.as_ref().map(|r| json!({"factor": r.factor, "bound": r.bound})),
                "explanation": self.shortage.as_ref().map(Shortage::json),
            }),
            Some((point, objective)) => {
                let totals = self.ground().totals(point);
                let choices: Vec<Value> = self.rows().iter().map(choice).collect();
                let feasible = matches!(self.ground().verdict(point), Verdict::Feasible { .. });
                let of = if self.certified.is_some() {
                    "machine"
                } else {
                    self.costs()
                };
                let headline = self.headline();
                let winner = self.winner();
                json!({
                    "feasible": feasible, "objective": self.number(objective), "of": of,
                    "machine": headline.map(|h| self.number(h.machine)),
                    "model": headline.map(|h| self.number(h.model)),
                    "error": headline.map(|h| h.error()),
                    "used": {"area_um2": totals.area, "power_mw": totals.power},
                    "machine_used": winner.map(|w| {
                        json!({"area_um2": w.totals().area, "power_mw": w.totals().power})
                    }),
                    "machine_feasible": winner.map(Checked::is_feasible),
                    "choices": choices,
                    "binding": self.binding(point).iter()
                        .map(|b| json!({"stage": b.stage, "loss": b.loss})).collect::<Vec<_>>(),
                })
            }
        };
        let budgets: Map<String, Value> = self
            .problem
            .budgets()
            .iter()
            .map(|b| (unit(b.resource).to_owned(), json!(b.limit)))
            .collect();
        let o = &self.outcome;
        let gap = self
            .best()
            .and_then(|(_, objective)| o.certificate.gap(objective));
        let checked: Vec<Value> = self
            .checked
            .iter()
            .map(|c| {
                json!({
                    "model": self.number(c.model()), "machine": self.number(c.machine()),
                    "error": c.error(), "feasible": c.is_feasible(),
                    "model_rank": self.rank(c),
                })
            })
            .collect();
        let mut document = json!({
            "schema": "stationary/search/1",
            "optimizer": self.args.optimizer,
            "network": self.args.costs.network,
            "batch": self.origin.batch,
            "settings": self.origin.settings,
            "caveats": self.origin.caveats,
            "notes": self.warning().as_slice(),
            "coverage": self.scope.map(Scope::json),
            "deployment": self.problem.deployment().to_string(),
            "objective": self.args.objective,
            "budgets": budgets,
            "headline": self.headline_json(),
            "best": best,
            "checked": checked,
            "recheck": {"run": self.checked.len(), "note": self.few_checked()},
            "certificate": {
                "kind": kind(o.certificate.kind),
                "of": if self.certified.is_some() { "machine" } else { "model" },
                "costs": if self.certified.is_some() { "machine" } else { self.costs() },
                "lower_bound": o.certificate.lower_bound, "gap": gap,
                "multipliers": o.certificate.multipliers,
                "simulations": self.certified.as_ref().map_or(0, |c| c.proof.simulated.len()),
            },
            "evaluations": {
                "calls": o.evaluations.calls, "distinct": o.evaluations.distinct,
                "entries": o.evaluations.entries,
            },
            "ranking": self.ranking_json(),
            "seconds": self.seconds(),
            "curve": o.curve.iter().map(|(n, v)| json!([n, self.number(*v)])).collect::<Vec<_>>(),
            "stop": stop(o.stop),
        });
        if let Some(certified) = &self.certified {
            document["certificate"]["entries"] = json!(certified.entries);
            document["certificate"]["rounds"] = json!(certified.proof.rounds);
        }
        if let Some(choices) = document["best"]["choices"].as_array_mut() {
            for (choice, layer) in choices.iter_mut().zip(self.layers) {
                choice["name"] = json!(layer.name());
                choice["dims"] = shape::json(layer);
            }
        }
        if let Some((point, _)) = self.best() {
            // Beside the best: a table that was exported gives the same best, and knows no components.
            document["energy_pj"] = match &self.energy {
                Some(spent) => energy::json(spent),
                None => json!({"total": 1e3 * self.ground().totals(point).energy}),
            };
            document["energy_parts_pj"] = json!(self.energy.as_ref().map(energy::parts_json));
            document["machine_energy_pj"] = json!(self.machine_energy.as_ref().map(energy::json));
        }
        if let Some(interrupt) = self.interrupt {
            document["interrupted"] = interrupt.json();
            document["stop"] = json!("interrupted");
        }
        if !self.front.is_empty() {
            document["front"] = self.front.iter().map(|v| self.vertex(v)).collect();
        }
        document
    }

    /// The figure to quote, and whose it is.
    fn headline_json(&self) -> Value {
        if let Some(headline) = self.headline() {
            return json!(headline.document(|it| self.number(it).as_number().cloned()));
        }
        self.best().map_or(Value::Null, |(_, objective)| {
            json!({"of": self.costs(), "value": self.number(objective), "model": null, "error": null})
        })
    }

    /// How the machine ranks the re-checked points; null with fewer than two.
    fn ranking_json(&self) -> Value {
        self.ranking().map_or(Value::Null, |(order, turned, pairs)| {
            json!({"model_ranks": order, "turned_pairs": turned, "pairs": pairs})
        })
    }

    fn vertex(&self, v: &Vertex) -> Value {
        let used = v.point.as_ref().map(|point| self.problem.used(point)[0]);
        json!({
            "limit": v.limit, "used": used, "objective": v.objective.map(|o| self.number(o)),
            "kind": kind(v.certificate.kind), "lower_bound": v.certificate.lower_bound,
            "multipliers": v.certificate.multipliers,
        })
    }

    /// Wall-clock time, which differs from run to run, is given on demand only.
    fn seconds(&self) -> Value {
        let [search, recheck] = self.seconds.map(|s| self.verbose.then_some(s));
        let table = self.table_seconds.filter(|_| self.verbose);
        json!({"table": table, "search": search, "recheck": recheck})
    }

    fn shortfalls(&self) -> Vec<Value> {
        let of = |s: &stationary::search::Shortfall| json!({"resource": s.resource.to_string(), "limit": s.limit, "least": s.least});
        self.outcome.shortfalls.iter().map(of).collect()
    }

    /// A line a layer, and one for all of them.
    pub(super) fn csv(&self) -> Result<String> {
        let text = self.csv_lines()?.text();
        match self.interrupt {
            Some(_) => interrupt::marked(&text),
            None => Ok(text),
        }
    }

    fn csv_lines(&self) -> Result<csv::Lines> {
        let options = ["name", "pe", "tile", "stage", "dataflow"];
        let costs = [
            "latency_cycles",
            "machine_cycles",
            "energy_nj",
            "area_um2",
            "power_mw",
        ];
        let header = [
            csv::header(&["layer"]),
            csv::header(&options),
            csv::header(&costs),
            shape::columns(),
            csv::header(&Scope::COLUMNS),
        ];
        let mut lines = csv::Lines::new(self.origin, &header.concat());
        let coverage = (self.scope).map_or(csv::blanks(Scope::COLUMNS.len()), |scope| {
            scope.fields().to_vec()
        });
        let no_shape = || csv::blanks(shape::columns().len());
        let figures = |cycles: u64, machine: Option<u64>, costs: Option<[f64; 3]>| {
            let machine = machine.map_or(String::new(), |cycles| cycles.to_string());
            let costs = costs.map_or(csv::blanks(3), |costs| {
                costs.map(|value| value.to_string()).to_vec()
            });
            [vec![cycles.to_string(), machine], costs].concat()
        };
        let Some((point, _)) = self.best() else {
            return Ok(lines);
        };
        let rows = self.rows();
        for row in &rows {
            let c = &row.choice;
            let style = c.style.map_or(String::new(), |style| style.to_string());
            let costs = self.entry(c).map(|e| [e.energy, e.area, e.power]);
            let layer = self.layers.get(c.layer);
            let fields = [
                vec![c.layer.to_string()],
                vec![layer.map_or(String::new(), |layer| layer.name().to_owned())],
                vec![
                    c.pe.to_string(),
                    c.tile.to_string(),
                    c.stage.to_string(),
                    style,
                ],
                figures(row.cycles, row.machine, costs),
                layer.map_or_else(no_shape, shape::fields),
                coverage.clone(),
            ];
            lines.add(fields.concat());
        }
        let t = self.ground().totals(point);
        let machine = rows.iter().map(|row| row.machine).sum::<Option<u64>>();
        let cycles = rows.iter().map(|row| row.cycles).sum();
        let fields = [
            csv::header(&["total"]),
            csv::blanks(options.len()),
            figures(cycles, machine, Some([t.energy, t.area, t.power])),
            no_shape(),
            coverage,
        ];
        lines.add(fields.concat());
        Ok(lines)
    }
}

fn choice(row: &Row) -> Value {
    let c = &row.choice;
    let mut choice = json!({
        "layer": c.layer, "pe": c.pe, "tile": c.tile, "stage": c.stage,
        "cycles": row.cycles, "machine_cycles": row.machine,
        "energy_pj": (row.energy.as_ref())
            .map_or_else(|| json!({"total": 1e3 * row.nanojoules}), energy::json),
        "machine_energy_pj": row.machine_energy.as_ref().map(energy::json),
    });
    if let Some(style) = c.style {
        choice["dataflow"] = json!(style.name());
    }
    choice
}

fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Proved => "proved",
        Stop::Budget => "budget",
        Stop::Exhausted => "exhausted",
        Stop::Converged => "converged",
        Stop::Interrupted => "interrupted",
    }
}
