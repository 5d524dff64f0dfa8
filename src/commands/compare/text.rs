//! What was found, for people.

use stationary::compare::Comparison;
use stationary::format::{percent, thousands};
use stationary::scope::Scope;
use stationary::search::compare::{Ratio, TARGETS};

use crate::interrupt::Interrupt;
use crate::report::table::table;

/// What was found, in tables.
pub fn tables(found: &Comparison, interrupt: &Interrupt) -> String {
    let interrupt = found.is_cut.then_some(interrupt);
    Page { found, interrupt }.table()
}

struct Page<'a> {
    found: &'a Comparison,
    interrupt: Option<&'a Interrupt>,
}

impl Page<'_> {
    fn table(&self) -> String {
        let mut text = String::new();
        for (at, instance) in self.found.instances.iter().enumerate() {
            text.push_str(&format!("{}\n", instance.name));
            let scope = self.found.scopes[at].as_ref();
            text.push_str(&scope.map_or(String::new(), Scope::text));
            match instance.optimum {
                None => text.push_str("no feasible design\n"),
                Some(optimum) => {
                    let costs = self.found.costs[at];
                    let word = match instance.is_proved {
                        true => format!("proved of the {costs}"),
                        false => format!("the best known to the {costs}"),
                    };
                    let figure = match &self.found.machine[at] {
                        Some(headline) => headline.text("", |o| self.found.show(at, o)),
                        None => format!("{} by the {costs}", self.found.show(at, optimum)),
                    };
                    text.push_str(&format!(
                        "optimum {figure}, {word}; gaps are by the {costs}\n{}\n",
                        self.lengths(at)
                    ));
                }
            }
        }
        text.push_str(&self.speedups());
        let mut rows = table(&["pair", "better", "worse", "equal", "p (Holm)"], 1);
        for c in &self.found.figures.comparisons {
            rows.add_row([
                format!("{} against {}", c.first, c.second),
                c.wins[0].to_string(),
                c.wins[1].to_string(),
                c.wins[2].to_string(),
                format!("{:.2e}", c.adjusted),
            ]);
        }
        text.push_str(&format!(
            "final gaps of equal instance and seed, Wilcoxon's signed ranks\n{rows}\n"
        ));
        let asked = match self.interrupt {
            Some(_) => "asked for: ",
            None => "",
        };
        text.push_str(&format!(
            "{asked}{} evaluations a run, seeds {} to {}\n",
            thousands(self.found.question.evaluations),
            self.found.question.seed,
            self.found
                .question
                .seed
                .wrapping_add(self.found.question.seeds - 1)
        ));
        if let Some(interrupt) = self.interrupt {
            text.push_str(&format!(
                "{} runs came to their end\n",
                self.found.trials.len()
            ));
            text.push_str(&interrupt.text());
        }
        text
    }

    fn speedups(&self) -> String {
        let header = ["optimizer".to_owned()]
            .into_iter()
            .chain(TARGETS.map(target));
        let header: Vec<String> = header.collect();
        let titles: Vec<&str> = header.iter().map(String::as_str).collect();
        // The last targets matter most.
        let mut rows = table(&titles, 1).optional(&titles[1..titles.len() - 1]);
        for name in &self.found.names {
            let all = self.found.figures.speedups.iter();
            let own: Vec<Option<Ratio>> = all
                .filter(|s| s.optimizer == *name)
                .map(|s| s.ratio)
                .collect();
            let row = |title: &str, cell: fn(Ratio) -> String| {
                let cells = own.iter().map(|ratio| ratio.map_or("-".to_owned(), cell));
                let row = [title.to_owned()].into_iter().chain(cells);
                row.collect::<Vec<_>>()
            };
            rows.add_row(row(name, |ratio| times(ratio.mean)));
            rows.add_row(row("  from", |ratio| times(ratio.interval[0])));
            rows.add_row(row("  to", |ratio| times(ratio.interval[1])));
            if self.found.instances.len() > 1 {
                rows.add_row(row("  worst", |ratio| times(ratio.worst)));
            }
        }
        let worst = match self.found.instances.len() {
            1 => "",
            _ => ", and the worst instance",
        };
        format!(
            "times faster than {} to within a share of the optimum, where both get there; below it \
             the 95 % interval{worst}. 0.50 is half as fast\n{rows}\n",
            self.found.question.against
        )
    }

    fn lengths(&self, instance: usize) -> String {
        let header = ["optimizer", "median gap", "quartiles"].map(str::to_owned);
        let header: Vec<String> = header.into_iter().chain(TARGETS.map(target)).collect();
        let titles: Vec<&str> = header.iter().map(String::as_str).collect();
        // The last targets matter most.
        let mut optional = vec!["quartiles"];
        optional.extend(&titles[3..titles.len() - 1]);
        let mut rows = table(&titles, 1).optional(&optional);
        for l in self
            .found
            .figures
            .run_lengths
            .iter()
            .filter(|l| l.instance == instance)
        {
            let [low, median, high] = l.gap.map(share);
            let mut row = vec![l.optimizer.clone(), median, format!("{low} to {high}")];
            row.extend(l.expected.iter().map(|e| match e.successes {
                0 => "-".to_owned(),
                n if n == e.seeds => thousands(e.evaluations.round() as u64),
                n => format!(
                    "{} ({n}/{})",
                    thousands(e.evaluations.round() as u64),
                    e.seeds
                ),
            }));
            rows.add_row(row);
        }
        format!("expected evaluations to within a share of the optimum (successes)\n{rows}")
    }
}

fn target(factor: f64) -> String {
    match factor {
        1.0 => "exact".to_owned(),
        factor => format!("{:.0} %", 100.0 * (factor - 1.0)),
    }
}

fn share(gap: f64) -> String {
    if gap.is_finite() {
        percent(gap)
    } else {
        "-".to_owned()
    }
}

fn times(ratio: f64) -> String {
    if ratio.is_finite() {
        format!("{ratio:.2}")
    } else {
        "-".to_owned()
    }
}
