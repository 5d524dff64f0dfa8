//! The answer of `search assign` as it is read.

use stationary::assign::{AssignmentResult, ResultRow, kind};
use stationary::energy;
use stationary::format::{
    area, beside_limit, joules, signed_percent, square_millimetres, thousands, watts,
};
use stationary::scope::Scope;
use stationary::search::{ProofKind, Resource, Stop};
use stationary::shape;

use crate::interrupt::Interrupt;
use crate::report::table::{Table, table as rows_of};

/// What was found, in a table.
pub fn table(found: &AssignmentResult, interrupt: &Interrupt) -> String {
    let interrupt = found.is_cut.then_some(interrupt);
    Page { found, interrupt }.table()
}

struct Page<'a> {
    found: &'a AssignmentResult,
    interrupt: Option<&'a Interrupt>,
}

impl Page<'_> {
    fn table(&self) -> String {
        let Some((point, objective)) = self.found.best() else {
            return self.infeasible();
        };
        let o = &self.found.outcome;
        let mut text = format!(
            "{}, by {} ({} distinct evaluations){}\n",
            self.heading(objective),
            self.found.question.optimizer,
            thousands(o.evaluations.distinct),
            self.found
                .scope
                .as_ref()
                .map_or(String::new(), Scope::title),
        );
        text.push_str(&self.found.scope.as_ref().map_or(String::new(), Scope::text));
        match &self.found.certified {
            Some(certified) => text.push_str(&certified.line(|value| self.found.show(value))),
            None => text.push_str(&self.proof(objective)),
        }
        if self
            .found
            .winner()
            .is_some_and(|winner| !winner.is_feasible())
        {
            text.push_str("over budget on the machine, as is all else that was re-checked\n");
        }
        for (budget, used) in self.found.problem.budgets().iter().zip(self.used(point)) {
            text.push_str(&format!(
                "{}: {} used\n",
                budget.resource,
                within(used, budget.limit, budget.resource),
            ));
        }
        for (budget, price) in self
            .found
            .problem
            .budgets()
            .iter()
            .zip(&o.certificate.multipliers)
        {
            let (unit, scale) = match budget.resource {
                Resource::Area => ("mm2", 1e6),
                Resource::Power => ("mW", 1.0),
            };
            text.push_str(&format!(
                "shadow price of {}: {} a {unit}, by the {}\n",
                budget.resource,
                self.found.show(price * scale),
                self.found.of(),
            ));
        }
        let total = match &self.found.machine_energy {
            Some(spent) => spent.total().0,
            None => 1e3 * self.found.decided_on().totals(point).energy,
        };
        let by = match &self.found.machine_energy {
            Some(_) => "on the machine".to_owned(),
            None => format!("by the {}", self.found.costs()),
        };
        text.push_str(&format!("energy {} {by}\n", joules(total)));
        if let Some(spent) = &self.found.machine_energy {
            text.push_str(&energy::shares(spent));
        }
        let bindings = self.found.binding(point);
        if !bindings.is_empty() {
            let first = bindings.iter().take(3);
            let stages: Vec<String> = first
                .map(|b| {
                    format!(
                        "{} ({})",
                        self.stage(point, b.stage),
                        self.found.show(b.loss)
                    )
                })
                .collect();
            let all = self.found.problem.stages(point).count();
            let who = match bindings.len() {
                every if every == all => "the budgets hold every stage back".to_owned(),
                some => format!("the budgets hold {some} of {all} stages back"),
            };
            let of = self.found.of();
            text.push_str(&format!(
                "{who}, most of all, by the {of}: {}\n",
                stages.join(", ")
            ));
        }
        text.push_str(&format!(
            "{}\nenergy, area and power of the lines by the {}\n",
            self.lines(point),
            self.found.of()
        ));
        if !self.found.front.is_empty() {
            let proof = format!("proof, of the {}", self.found.costs());
            let resource = self.found.problem.budgets()[0].resource;
            let mut rows = rows_of(
                &[
                    "limit",
                    "used",
                    &self.found.question.objective.to_string(),
                    &proof,
                ],
                0,
            );
            for v in &self.found.front {
                let used = v
                    .point
                    .as_ref()
                    .map(|point| self.found.problem.used(point)[0]);
                rows.add_row([
                    amount(resource, v.limit),
                    used.map_or("-".to_owned(), |used| amount(resource, used)),
                    v.objective.map_or("-".to_owned(), |o| self.found.show(o)),
                    kind(v.certificate.kind).to_owned(),
                ]);
            }
            text.push_str(&format!("{rows}\n"));
        }
        for (i, c) in self.found.checked.iter().enumerate() {
            let rank = match self.found.rank(c) {
                rank if self.found.checked.len() == 1 || rank == i + 1 => String::new(),
                rank => format!(", {rank} by the model"),
            };
            text.push_str(&format!(
                "re-checked {}{rank}: model {}, machine {} (model {}){}\n",
                i + 1,
                self.found.show(c.model()),
                self.found.show(c.machine()),
                signed_percent(c.error()),
                if c.is_feasible() {
                    ""
                } else {
                    "; over budget on the machine"
                },
            ));
        }
        let checked = &self.found.checked;
        let mut pairs = checked.windows(2);
        let is_level = pairs.all(|pair| {
            (pair[0].model(), pair[0].machine()) == (pair[1].model(), pair[1].machine())
        });
        match self.found.ranking() {
            Some((order, ..)) if is_level => text.push_str(&format!(
                "the best {} cost the same, by the model and on the machine\n",
                order.len(),
            )),
            Some((order, turned, pairs)) => text.push_str(&format!(
                "ranking of the best {} on the machine: {turned} of {pairs} pairs turned round\n",
                order.len(),
            )),
            None => {}
        }
        if let Some(few) = self.found.few_checked() {
            text.push_str(&format!("{few}\n"));
        }
        text.push_str(&format!(
            "search {:.3} s, re-check {:.3} s{}\n",
            self.found.seconds[0],
            self.found.seconds[1],
            self.found
                .table_seconds
                .map_or(String::new(), |table| format!(
                    ", cost table before {table:.3} s"
                )),
        ));
        if let Some(interrupt) = self.interrupt {
            text.push_str(&interrupt.text());
        }
        text
    }

    /// The figure to quote: the machine's where there is one.
    fn heading(&self, objective: f64) -> String {
        let show = |objective: f64| self.found.show(objective);
        let is_proved = self.found.outcome.stop == Stop::Proved;
        let is_optimal =
            is_proved && (self.found.certified.is_some() || self.found.costs() == "table");
        let word = if is_optimal { "optimal" } else { "best" };
        let figure = match self.found.headline() {
            Some(headline) => headline.text("", show),
            None => format!("{} by the {}", show(objective), self.found.costs()),
        };
        format!("{word} {}: {figure}", self.found.question.objective)
    }

    /// What is proved of the costs that the search saw; nothing of the machine.
    fn proof(&self, objective: f64) -> String {
        let (costs, found) = (self.found.costs(), &self.found.outcome.certificate);
        let Some(bound) = found.lower_bound else {
            return String::new();
        };
        if found.kind == ProofKind::None {
            return format!(
                "not proved: by the {costs} the optimum is {} or more\n",
                self.found.show(bound)
            );
        }
        let mut text = format!(
            "proved of the {costs}: no assignment within the budgets has less than {} by the {costs}",
            self.found.show(bound)
        );
        if objective > bound {
            text.push_str(&format!(
                "; this one has {} there, and is the best on the machine of those re-checked",
                self.found.show(objective)
            ));
        }
        match costs {
            "model" => text.push_str("; --certify proves the machine's optimum\n"),
            _ => text.push_str("; a table has no machine behind it to re-check with\n"),
        }
        text
    }

    /// What the best takes of each budget: by the machine, if it ran.
    fn used(&self, point: &[u16]) -> Vec<f64> {
        let ran = match &self.found.certified {
            Some(_) => None,
            None => self.found.winner(),
        };
        let Some(winner) = ran else {
            return self.found.decided_on().used(point);
        };
        let totals = winner.totals();
        let budgets = self.found.problem.budgets().iter();
        let used = budgets.map(|budget| match budget.resource {
            Resource::Area => totals.area,
            Resource::Power => totals.power,
        });
        used.collect()
    }

    /// A line a layer: the option chosen, and what it costs.
    fn lines(&self, point: &[u16]) -> Table {
        let header = [
            "layer",
            "shape",
            "dataflow",
            "PEs",
            "tile",
            "stage",
            self.found.costs(),
            "machine",
            "energy",
            "mm2",
            "mW",
        ];
        // Where layers differ in their dataflow, it is part of the answer.
        let all = self.found.rows();
        let first = all.first().map(|row| row.choice.style);
        let is_mixed = all.iter().any(|row| Some(row.choice.style) != first);
        let optional = ["shape", "dataflow", "mW", "energy", "mm2"];
        let optional = optional
            .into_iter()
            .filter(|&name| name != "dataflow" || !is_mixed);
        let optional: Vec<&str> = optional.collect();
        let mut rows = rows_of(&header, 3).optional(&optional);
        let cycles = |cycles: Option<u64>| cycles.map_or("-".to_owned(), thousands);
        let figures = |energy: f64, area: f64, power: f64| {
            [
                joules(1e3 * energy),
                square_millimetres(area, 3),
                format!("{power:.1}"),
            ]
        };
        let costs = &self.found.question.costs;
        let dataflow = match costs.table {
            Some(_) => String::new(),
            None => costs.dataflow.clone(),
        };
        for ResultRow {
            choice: c,
            cycles: own,
            machine,
            ..
        } in &all
        {
            let mut row = vec![
                self.found.name(c.layer),
                self.found
                    .layers
                    .get(c.layer)
                    .map_or(String::new(), shape::text),
                c.style
                    .map_or_else(|| dataflow.clone(), |style| style.to_string()),
                c.pe.to_string(),
                c.tile.to_string(),
                c.stage.to_string(),
                thousands(*own),
                cycles(*machine),
            ];
            let entry = self.found.entry(c);
            row.extend(entry.map_or(Default::default(), |e| figures(e.energy, e.area, e.power)));
            rows.add_row(row);
        }
        let t = self.found.decided_on().totals(point);
        let mut total = vec![String::new(); 6];
        total[0] = "total".to_owned();
        total.push(thousands(all.iter().map(|row| row.cycles).sum()));
        total.push(cycles(all.iter().map(|row| row.machine).sum()));
        total.extend(figures(t.energy, t.area, t.power));
        rows.total(total);
        rows
    }

    /// A stage by its layers.
    fn stage(&self, point: &[u16], stage: usize) -> String {
        let stages = self.found.problem.stages(point);
        let layers: Vec<usize> = stages
            .map(|s| s.layers)
            .nth(stage)
            .into_iter()
            .flatten()
            .collect();
        match layers.as_slice() {
            [] => stage.to_string(),
            [only] => self.found.name(*only),
            [first, .., last] => {
                format!("{} to {}", self.found.name(*first), self.found.name(*last))
            }
        }
    }

    fn infeasible(&self) -> String {
        let mut text = String::from("no feasible design\n");
        if self.found.outcome.stop == Stop::Proved {
            text.push_str(&format!("proved of the {}\n", self.found.of()));
        }
        for s in &self.found.outcome.shortfalls {
            text.push_str(&format!(
                "{}: the budget is {}; the least that any assignment takes is {}\n",
                s.resource,
                amount(s.resource, s.limit),
                amount(s.resource, s.least)
            ));
        }
        if let Some(relaxation) = &self.found.relaxation {
            text.push_str(&format!(
                "feasible with every budget multiplied by {:.6}\n",
                relaxation.factor
            ));
        }
        match &self.found.infeasibility {
            Some(infeasibility) => text.push_str(&infeasibility.text(
                &self.found.problem,
                |o| self.found.show(o),
                |layer| self.found.name(layer),
            )),
            None if self.found.outcome.stop != Stop::Proved => {
                text.push_str(
                    "not proved: --optimizer exact finds one or proves that there is none\n",
                );
            }
            None => text.push_str("--explain says what would do\n"),
        }
        text
    }
}

/// What is used of a limit.
fn within(used: f64, limit: f64, resource: Resource) -> String {
    let (scale, unit) = match resource {
        Resource::Area => (1e6, "mm2"),
        Resource::Power => (1.0, "mW"),
    };
    let [used, limit] = beside_limit(used / scale, limit / scale);
    format!("{used} of {limit} {unit}")
}

/// An amount of a resource as it is read.
fn amount(resource: Resource, amount: f64) -> String {
    match resource {
        Resource::Area => area(amount),
        Resource::Power => watts(amount),
    }
}
