//! The answer of `search map` as it is read.

use stationary::search::best_first::Standing;

use super::{Winner, Winners};
use crate::report::format::{joules, percent, signed_percent, table, thousands};
use crate::report::{energy, shape};

impl Winners<'_> {
    pub(super) fn table(&self) -> String {
        let winners = &self.all;
        let mut text = format!(
            "best {} mappings of {} on {}, confirmed on the machine{}\n",
            self.dataflow.title,
            self.loaded.network,
            self.loaded.accelerator.name,
            self.loaded.scope.title(),
        );
        text.push_str(&self.loaded.scope.text());
        let header = [
            "layer",
            "shape",
            "candidates",
            "model",
            "machine",
            "error",
            "above bound",
            "gain of re-check",
            "energy",
        ];
        let optional = ["shape", "gain of re-check", "candidates", "energy"];
        let mut rows = table(&header, 2).optional(&optional);
        for w in winners {
            rows.add_row([
                w.name().to_owned(),
                shape::text(self.original(w)),
                thousands(w.candidates),
                thousands(w.model),
                thousands(w.machine),
                signed_percent(w.headline().error()),
                percent(w.machine as f64 / w.lower_bound as f64 - 1.0),
                percent(w.first as f64 / w.machine as f64 - 1.0),
                joules(w.energy.total().0),
            ]);
        }
        text.push_str(&proved(winners));
        let spent = energy::sum(winners.iter().map(|w| &w.energy));
        let [machine, first] = [self.sum(|w| w.machine), self.sum(|w| w.first)];
        let bound = self.sum(|w| w.lower_bound);
        rows.total([
            "total".to_owned(),
            String::new(),
            thousands(self.sum(|w| w.candidates)),
            thousands(self.sum(|w| w.model)),
            thousands(machine),
            signed_percent(self.headline().error()),
            percent(machine as f64 / bound as f64 - 1.0),
            percent(first as f64 / machine as f64 - 1.0),
            joules(spent.total().0),
        ]);
        text.push_str(&format!(
            "{rows}\n{}, and {} in all; write the mappings with -o FILE and run them with \
             --mapping FILE\n{}",
            self.headline()
                .text(" cycles", |cycles| thousands(cycles as u64)),
            joules(spent.total().0),
            energy::shares(&spent)
        ));
        if let Some(few) = self.few_checked() {
            text.push_str(&format!("{few}\n"));
        }
        if let Some(interrupt) = self.interrupt {
            if !self.left.is_empty() {
                let left = self.left.join(", ");
                text.push_str(&format!("not reached: {left}\n"));
            }
            text.push_str(&interrupt.text());
        }
        text
    }
}

/// What is proved, over what, and by how many runs, in a line; nothing where bounds were not compared.
fn proved(winners: &[Winner<'_>]) -> String {
    let standings: Option<Vec<&Standing>> = winners.iter().map(|w| w.standing.as_ref()).collect();
    let Some(standings) = standings else {
        return String::new();
    };
    let proved = standings.iter().filter(|s| s.is_proved()).count();
    let ran: u64 = winners.iter().map(|w| w.ran).sum();
    let candidates: u64 = winners.iter().map(|w| w.candidates).sum();
    let gap = standings.iter().filter_map(|s| s.gap()).fold(0.0, f64::max);
    let open = match proved == winners.len() {
        true => String::new(),
        false => format!(
            ", the others at most {} above their optimum's bound",
            percent(gap)
        ),
    };
    format!(
        "proved on the machine, over the mapper's candidates: {proved} of {} layers{open}; {} of {} candidates ran\n",
        winners.len(),
        thousands(ran),
        thousands(candidates),
    )
}
