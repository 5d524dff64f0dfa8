//! What was found as a document and as CSV.

use crate::csv;
use crate::documents::{
    self, Best, BestFound, BestMissing, Binding, Document, EnergyOrTotal, Ranking, RecheckOfSearch,
    Rechecked, RelaxationOf, Search, SearchCertificate, SearchChoice, SearchEvaluations, Seconds,
    ShortfallOf, TotalEnergy, Used,
};
use crate::scope::Scope;
use crate::search::design::Checked;
use crate::search::optimizers::exact::Vertex;
use crate::search::{Stop, Totals, Verdict};
use crate::shape;
use crate::workloads::Layer;
use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Number;

use super::infeasibility::Infeasibility;
use super::result::{AssignmentResult, ResultRow, kind, unit};

/// What is proved of an assignment over the model's costs or a table's.
#[derive(Serialize)]
struct Bounds {
    #[serde(flatten)]
    certificate: SearchCertificate,
    deployment: String,
    objective: String,
    budgets: IndexMap<String, f64>,
    best: Best,
}

impl AssignmentResult {
    /// The certificate as text, as `certificate.json` of a run's folder has it; it states what is proved.
    #[must_use]
    pub fn certificate(&self) -> String {
        if let Some(certified) = &self.certified {
            return certified.text();
        }
        let document = self.document();
        let whole = Bounds {
            certificate: document.certificate,
            deployment: document.deployment,
            objective: document.objective,
            budgets: document.budgets,
            best: document.best,
        };
        format!("{:#}", documents::value(whole))
    }

    fn number(&self, objective: f64) -> Number {
        match Number::from_f64(objective) {
            Some(number) if !self.is_integral() => number,
            _ => Number::from(objective as u64),
        }
    }

    /// The result as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> Search {
        let best = self.best();
        let o = &self.outcome;
        let is_certified = self.certified.is_some();
        // Beside the best: a table that was exported gives the same best, and knows no components.
        let energy = best.map(|(point, _)| match &self.energy {
            Some(spent) => EnergyOrTotal::Known(spent.into()),
            None => EnergyOrTotal::Total(TotalEnergy {
                total: 1e3 * self.decided_on().totals(point).energy,
            }),
        });
        let budgets = self.problem.budgets().iter();
        Search {
            schema: Search::NAME.to_owned(),
            optimizer: self.question.optimizer.clone(),
            network: self.question.costs.network.clone(),
            batch: self.origin.batch,
            settings: self.origin.settings.clone(),
            caveats: self.origin.caveats.clone(),
            notes: self.warning().into_iter().collect(),
            coverage: self.scope.as_ref().map(Scope::document),
            deployment: self.problem.deployment().to_string(),
            objective: self.question.objective.to_string(),
            budgets: budgets
                .map(|b| (unit(b.resource).to_owned(), b.limit))
                .collect(),
            headline: self.headline_document(),
            best: match best {
                Some((point, objective)) => Best::Found(Box::new(self.found(point, objective))),
                None => Best::Nothing(self.missing()),
            },
            checked: self.checked.iter().map(|c| self.rechecked(c)).collect(),
            recheck: RecheckOfSearch {
                run: self.checked.len() as u64,
                note: self.few_checked(),
            },
            certificate: SearchCertificate {
                kind: kind(o.certificate.kind).to_owned(),
                of: if is_certified { "machine" } else { "model" }.to_owned(),
                costs: if is_certified {
                    "machine"
                } else {
                    self.costs()
                }
                .to_owned(),
                lower_bound: o.certificate.lower_bound,
                gap: best.and_then(|(_, objective)| o.certificate.gap(objective)),
                multipliers: o.certificate.multipliers.clone(),
                simulations: self
                    .certified
                    .as_ref()
                    .map_or(0, |c| c.proof.simulated.len() as u64),
                entries: self.certified.as_ref().map(|c| c.entries),
                rounds: self.certified.as_ref().map(|c| c.proof.rounds),
            },
            evaluations: SearchEvaluations {
                calls: o.evaluations.calls,
                distinct: o.evaluations.distinct,
                entries: o.evaluations.entries,
            },
            ranking: self.ranking().map(|(order, turned, pairs)| Ranking {
                model_ranks: order.into_iter().map(|rank| rank as u64).collect(),
                turned_pairs: turned as u64,
                pairs: pairs as u64,
            }),
            seconds: self.seconds(),
            curve: o.curve.iter().map(|(n, v)| (*n, self.number(*v))).collect(),
            stop: match self.is_cut {
                true => "interrupted",
                false => stop(o.stop),
            }
            .to_owned(),
            energy_parts_pj: energy
                .is_some()
                .then(|| self.energy.as_ref().map(Into::into)),
            machine_energy_pj: energy
                .is_some()
                .then(|| self.machine_energy.as_ref().map(Into::into)),
            energy_pj: energy,
            interrupted: self.is_cut.then(|| documents::Interrupted {
                go_on: self.go_on.clone(),
                not_reached: None,
            }),
            front: (!self.front.is_empty())
                .then(|| self.front.iter().map(|v| self.vertex(v)).collect()),
        }
    }

    fn found(&self, point: &[u16], objective: f64) -> BestFound {
        let used = |totals: Totals| Used {
            area_um2: totals.area,
            power_mw: totals.power,
        };
        let of = match self.certified {
            Some(_) => "machine",
            None => self.costs(),
        };
        let (headline, winner) = (self.headline(), self.winner());
        let choices = self.rows().into_iter().enumerate();
        BestFound {
            feasible: matches!(self.decided_on().verdict(point), Verdict::Feasible { .. }),
            objective: self.number(objective),
            of: of.to_owned(),
            machine: headline.map(|h| self.number(h.machine)),
            model: headline.map(|h| self.number(h.model)),
            error: headline.map(|h| h.error()),
            used: used(self.decided_on().totals(point)),
            machine_used: winner.map(|w| used(*w.totals())),
            machine_feasible: winner.map(Checked::is_feasible),
            choices: choices
                .map(|(at, row)| choice(&row, self.layers.get(at)))
                .collect(),
            binding: (self.binding(point).iter())
                .map(|b| Binding {
                    stage: b.stage as u64,
                    loss: b.loss,
                })
                .collect(),
        }
    }

    fn missing(&self) -> BestMissing {
        BestMissing {
            feasible: false,
            shortfalls: (self.outcome.shortfalls.iter())
                .map(|s| ShortfallOf {
                    resource: s.resource.to_string(),
                    limit: s.limit,
                    least: s.least,
                    over: None,
                })
                .collect(),
            relaxation: self.relaxation.as_ref().map(|r| RelaxationOf {
                factor: r.factor,
                bound: r.bound,
            }),
            explanation: self.infeasibility.as_ref().map(Infeasibility::document),
        }
    }

    fn rechecked(&self, c: &Checked) -> Rechecked {
        Rechecked {
            model: self.number(c.model()),
            machine: self.number(c.machine()),
            error: c.error(),
            feasible: c.is_feasible(),
            model_rank: self.rank(c) as u64,
        }
    }

    /// The figure to quote, and whose it is.
    fn headline_document(&self) -> Option<documents::Headline> {
        if let Some(headline) = self.headline() {
            return Some(headline.document(|it| Some(self.number(it))));
        }
        let (_, objective) = self.best()?;
        Some(documents::Headline {
            of: self.costs().to_owned(),
            value: Some(self.number(objective)),
            model: None,
            error: None,
        })
    }

    fn vertex(&self, v: &Vertex) -> documents::Vertex {
        documents::Vertex {
            limit: v.limit,
            used: v.point.as_ref().map(|point| self.problem.used(point)[0]),
            objective: v.objective.map(|o| self.number(o)),
            kind: kind(v.certificate.kind).to_owned(),
            lower_bound: v.certificate.lower_bound,
            multipliers: v.certificate.multipliers.clone(),
        }
    }

    /// Wall-clock time, which differs from run to run, is given on demand only.
    fn seconds(&self) -> Seconds {
        let [search, recheck] = self.seconds.map(|s| self.verbose.then_some(s));
        let table = self.table_seconds.filter(|_| self.verbose);
        Seconds {
            table,
            search,
            recheck,
        }
    }

    /// The result as CSV: a line for each layer, and one for all of them.
    #[must_use]
    pub fn csv(&self) -> String {
        let text = self.csv_lines().text();
        match self.is_cut {
            true => csv::marked(&text),
            false => text,
        }
    }

    fn csv_lines(&self) -> csv::Lines {
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
        let mut lines = csv::Lines::new(&self.origin, &header.concat());
        let coverage = self
            .scope
            .as_ref()
            .map_or(csv::blanks(Scope::COLUMNS.len()), |scope| {
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
            return lines;
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
        let t = self.decided_on().totals(point);
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
        lines
    }
}

fn choice(row: &ResultRow, layer: Option<&Layer>) -> SearchChoice {
    let c = &row.choice;
    SearchChoice {
        layer: c.layer as u64,
        pe: c.pe.into(),
        tile: c.tile.into(),
        stage: c.stage as u64,
        cycles: row.cycles,
        machine_cycles: row.machine,
        energy_pj: match &row.energy {
            Some(spent) => EnergyOrTotal::Known(spent.into()),
            None => EnergyOrTotal::Total(TotalEnergy {
                total: 1e3 * row.nanojoules,
            }),
        },
        machine_energy_pj: row.machine_energy.as_ref().map(Into::into),
        dataflow: c.style.map(|style| style.name().to_owned()),
        name: layer.map(|layer| layer.name().to_owned()),
        dims: layer.map(Into::into),
    }
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
