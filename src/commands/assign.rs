//! `search assign`: PEs and buffer of each layer under budgets.

use std::time::Instant;

use anyhow::{Result, anyhow, bail};
use serde_json::{Map, Value, json};
use stationary::search::design::{Checked, DesignSpace, Style, default_base, recheck};
use stationary::search::{
    BudgetRequest, Kind, Objective, Outcome, Problem, Repair, Resource, Settings, Stop, Table,
    Verdict, certificate, optimizers, run,
};
use stationary::workloads::Layer;

use crate::Answer;
use crate::cli::{Assign, Common, Format};
use crate::inputs;
use crate::output;
use crate::report::format::{signed_percent, table, thousands};

/// Where the numbers come from.
enum Source {
    Table,
    Model {
        space: Box<DesignSpace>,
        layers: Vec<Layer>,
    },
}

struct Found<'a> {
    args: &'a Assign,
    problem: Problem,
    outcome: Outcome,
    checked: Vec<Checked>,
    seconds: [f64; 2],
    verbose: bool,
}

/// Searches, re-checks, reports; the answer is no if nothing feasible was found.
pub fn assign(args: &Assign, common: &Common) -> Result<Answer> {
    let objective: Objective = args.objective.parse()?;
    let budgets: Vec<BudgetRequest> = args
        .budget
        .iter()
        .map(|b| b.parse())
        .collect::<Result<_, _>>()?;
    let mut optimizer = optimizers::find(&args.optimizer, common.seed)?;
    let (costs, source) = costs(args, common)?;
    if let Some(path) = &args.export {
        inputs::write(path, &costs.to_csv())?;
    }
    let problem = Problem::new(costs, objective, &budgets)?;
    let settings = Settings {
        evaluations: args.evaluations,
        repair: Repair::default(),
        keep: args.recheck as usize,
    };
    let start = Instant::now();
    let outcome = run(&problem, &mut *optimizer, &settings);
    let search = start.elapsed().as_secs_f64();
    if let Some((point, objective)) = &outcome.best
        && outcome.stop == Stop::Proved
    {
        certificate::check(&problem, point, *objective, &outcome.certificate)
            .map_err(|flaw| anyhow!("the certificate does not hold: {flaw}"))?;
    }
    let start = Instant::now();
    let checked = match &source {
        Source::Table => Vec::new(),
        Source::Model { space, layers } => {
            let points: Vec<_> = outcome
                .leaders
                .iter()
                .map(|(point, _)| point.clone())
                .collect();
            recheck(space, layers, &problem, &points)?
        }
    };
    let seconds = [search, start.elapsed().as_secs_f64()];
    let verbose = common.verbose;
    let found = Found {
        args,
        problem,
        outcome,
        checked,
        seconds,
        verbose,
    };
    let text = match common.format {
        Format::Json => serde_json::to_string_pretty(&found.json())?,
        Format::Csv => found.csv()?,
        Format::Table => found.table(),
    };
    output::print(&text)?;
    Ok(if found.outcome.best.is_some() {
        Answer::Yes
    } else {
        Answer::No
    })
}

fn costs(args: &Assign, common: &Common) -> Result<(Table, Source)> {
    if let Some(path) = &args.table {
        let text = inputs::read(path)?;
        return Ok((
            Table::parse(&path.display().to_string(), &text)?,
            Source::Table,
        ));
    }
    let Some(network) = &args.network else {
        bail!("search assign: needed --network or --table")
    };
    let style: Style = args.dataflow.parse()?;
    let base = match &args.arch {
        Some(arch) => inputs::accelerator(arch, &args.set)?,
        None if args.set.is_empty() => default_base(),
        None => inputs::accelerator("systolic", &args.set)?,
    };
    let network = inputs::network(network, args.batch, &args.dim)?;
    let layers = inputs::layers(&network, &args.layer)?;
    let space = DesignSpace::new(base, style);
    let bar = output::progress(common, "cost table", layers.len() as u64);
    let table = space.table(&layers, &|| bar.inc(1))?;
    bar.finish_and_clear();
    Ok((
        table,
        Source::Model {
            space: Box::new(space),
            layers,
        },
    ))
}

impl Found<'_> {
    fn best(&self) -> Option<(&[u16], f64)> {
        self.outcome
            .best
            .as_ref()
            .map(|(point, objective)| (point.as_slice(), *objective))
    }

    fn is_integral(&self) -> bool {
        matches!(
            self.problem.objective(),
            Objective::Latency | Objective::Throughput
        )
    }

    fn number(&self, objective: f64) -> Value {
        if self.is_integral() {
            json!(objective as u64)
        } else {
            json!(objective)
        }
    }

    fn json(&self) -> Value {
        let best = match self.best() {
            None => json!({"feasible": false, "shortfalls": self.shortfalls()}),
            Some((point, objective)) => {
                let totals = self.problem.totals(point);
                let choices: Vec<Value> = self
                    .problem
                    .choices(point)
                    .iter()
                    .map(|c| json!({"layer": c.layer, "pe": c.pe, "tile": c.tile}))
                    .collect();
                let feasible = matches!(self.problem.verdict(point), Verdict::Feasible { .. });
                json!({
                    "feasible": feasible, "objective": self.number(objective),
                    "used": {"area_um2": totals.area, "power_mw": totals.power},
                    "choices": choices,
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
                })
            })
            .collect();
        json!({
            "schema": "stationary/search/1",
            "optimizer": self.args.optimizer,
            "objective": self.args.objective,
            "budgets": budgets,
            "best": best,
            "checked": checked,
            "certificate": {
                "kind": kind(o.certificate.kind), "of": "model",
                "lower_bound": o.certificate.lower_bound, "gap": gap,
                "multipliers": o.certificate.multipliers, "simulations": 0,
            },
            "evaluations": {
                "calls": o.evaluations.calls, "distinct": o.evaluations.distinct,
                "entries": o.evaluations.entries,
            },
            "seconds": self.seconds(),
            "curve": o.curve.iter().map(|(n, v)| json!([n, self.number(*v)])).collect::<Vec<_>>(),
            "stop": stop(o.stop),
        })
    }

    /// Wall-clock time, which differs from run to run, is given on demand only.
    fn seconds(&self) -> Value {
        let [search, recheck] = self.seconds.map(|s| self.verbose.then_some(s));
        json!({"search": search, "recheck": recheck})
    }

    fn shortfalls(&self) -> Vec<Value> {
        let of = |s: &stationary::search::Shortfall| json!({"resource": s.resource.to_string(), "limit": s.limit, "least": s.least});
        self.outcome.shortfalls.iter().map(of).collect()
    }

    fn csv(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        out.write_record(["layer", "pe", "tile"])?;
        if let Some((point, _)) = self.best() {
            for c in self.problem.choices(point) {
                out.write_record([c.layer.to_string(), c.pe.to_string(), c.tile.to_string()])?;
            }
        }
        Ok(String::from_utf8(out.into_inner()?)?)
    }

    fn table(&self) -> String {
        let Some((point, objective)) = self.best() else {
            return self.infeasible();
        };
        let o = &self.outcome;
        let mut text = format!(
            "{} {}: {} by {} ({} distinct evaluations)\n",
            if o.stop == Stop::Proved {
                "optimal"
            } else {
                "best"
            },
            self.args.objective,
            self.show(objective),
            self.args.optimizer,
            thousands(o.evaluations.distinct),
        );
        for (budget, used) in self.problem.budgets().iter().zip(self.problem.used(point)) {
            text.push_str(&format!(
                "{}: {:.4e} of {:.4e} {} used\n",
                budget.resource,
                used,
                budget.limit,
                unit(budget.resource).rsplit('_').next().unwrap_or("")
            ));
        }
        for (budget, price) in self
            .problem
            .budgets()
            .iter()
            .zip(&o.certificate.multipliers)
        {
            text.push_str(&format!(
                "shadow price of {}: {price:.3e} of the objective a unit\n",
                budget.resource
            ));
        }
        let mut rows = table(&["layer", "PEs", "tile"], 1);
        for c in self.problem.choices(point) {
            rows.add_row([c.layer.to_string(), c.pe.to_string(), c.tile.to_string()]);
        }
        text.push_str(&format!("{rows}\n"));
        for (i, c) in self.checked.iter().enumerate() {
            text.push_str(&format!(
                "re-checked {}: model {}, machine {} (model {}){}\n",
                i + 1,
                self.show(c.model()),
                self.show(c.machine()),
                signed_percent(c.error()),
                if c.is_feasible() {
                    ""
                } else {
                    "; over budget on the machine"
                },
            ));
        }
        text.push_str(&format!(
            "search {:.3} s, re-check {:.3} s\n",
            self.seconds[0], self.seconds[1]
        ));
        text
    }

    fn infeasible(&self) -> String {
        let mut text = String::from("no feasible design\n");
        for s in &self.outcome.shortfalls {
            text.push_str(&format!(
                "{}: the budget is {:.6e}; the least that any assignment takes is {:.6e}\n",
                s.resource, s.limit, s.least
            ));
        }
        text
    }

    fn show(&self, objective: f64) -> String {
        if self.is_integral() {
            thousands(objective as u64)
        } else {
            format!("{objective:.6e}")
        }
    }
}

fn unit(resource: Resource) -> &'static str {
    match resource {
        Resource::Area => "area_um2",
        Resource::Power => "power_mw",
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Proved => "proved",
        Kind::Conditional => "conditional",
        Kind::None => "none",
    }
}

fn stop(stop: Stop) -> &'static str {
    match stop {
        Stop::Proved => "proved",
        Stop::Budget => "budget",
        Stop::Exhausted => "exhausted",
        Stop::Converged => "converged",
    }
}
