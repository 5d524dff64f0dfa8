//! The answer of `search assign` as it is read.

use stationary::search::Stop;

use super::found::{COLUMNS, Found, fields, kind, unit};
use crate::report::energy;
use crate::report::format::{joules, signed_percent, table, thousands};

impl Found<'_> {
    pub(super) fn table(&self) -> String {
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
        if let Some(certified) = &self.certified {
            text.push_str(&certified.line(|value| self.show(value)));
        }
        for (budget, used) in self.problem.budgets().iter().zip(self.ground().used(point)) {
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
        let totals = self.ground().totals(point);
        text.push_str(&format!("energy {}\n", joules(1e3 * totals.energy)));
        if let Some(spent) = &self.energy {
            text.push_str(&energy::shares(spent));
        }
        let bindings = self.binding(point);
        if !bindings.is_empty() {
            let first = bindings.iter().take(3);
            let stages: Vec<String> = first
                .map(|b| format!("{} ({:.3e})", b.stage, b.loss))
                .collect();
            text.push_str(&format!(
                "{} of {} stages bind, most of all: {}\n",
                bindings.len(),
                self.problem.stages(point).count(),
                stages.join(", ")
            ));
        }
        let mut rows = table(&COLUMNS, 1);
        for c in self.problem.choices(point) {
            rows.add_row(fields(&c));
        }
        text.push_str(&format!("{rows}\n"));
        if !self.front.is_empty() {
            let mut rows = table(&["limit", "used", &self.args.objective, "proof"], 0);
            for v in &self.front {
                let used = v.point.as_ref().map(|point| self.problem.used(point)[0]);
                rows.add_row([
                    format!("{:.4e}", v.limit),
                    used.map_or("-".to_owned(), |used| format!("{used:.4e}")),
                    v.objective.map_or("-".to_owned(), |o| self.show(o)),
                    kind(v.certificate.kind).to_owned(),
                ]);
            }
            text.push_str(&format!("{rows}\n"));
        }
        for (i, c) in self.checked.iter().enumerate() {
            let rank = match self.rank(c) {
                rank if self.checked.len() == 1 || rank == i + 1 => String::new(),
                rank => format!(", {rank} by the model"),
            };
            text.push_str(&format!(
                "re-checked {}{rank}: model {}, machine {} (model {}){}\n",
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
        if let Some((order, turned, pairs)) = self.ranking() {
            text.push_str(&format!(
                "ranking of the best {} on the machine: {turned} of {pairs} pairs turned round\n",
                order.len(),
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
        if let Some(relaxation) = &self.relaxation {
            text.push_str(&format!(
                "feasible with every budget multiplied by {:.6}\n",
                relaxation.factor
            ));
        }
        match &self.shortage {
            Some(shortage) => text.push_str(&shortage.text(&self.problem, |o| self.show(o))),
            None if self.outcome.stop != Stop::Proved => {
                text.push_str(
                    "not proved: --optimizer exact finds one or proves that there is none\n",
                );
            }
            None => text.push_str("--explain says what would do\n"),
        }
        text
    }
}
