//! The answer of `search map` as it is read.

use stationary::energy;
use stationary::format::{joules, percent, signed_percent, thousands};
use stationary::goal;
use stationary::search::best_first::SearchResult;
use stationary::shape;

use super::{Winner, Winners};
use crate::report::table::table;

impl Winners<'_> {
    pub(super) fn table(&self, verbose: bool) -> String {
        let winners = &self.all;
        let mut text = format!(
            "best {} mappings of {} on {} among the mapper's candidates, confirmed on the machine{}\n",
            self.dataflow.title,
            self.loaded.network,
            self.loaded.accelerator.name,
            self.loaded.scope.title(),
        );
        text.push_str(&goal::line(Some(self.goal.into())));
        text.push_str(&self.loaded.scope.text());
        let header = [
            "layer",
            "shape",
            "candidates",
            "model",
            "machine",
            "error",
            "above own bound",
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
        for warning in self.weak() {
            text.push_str(&format!("warning: {warning}\n"));
        }
        if verbose {
            text.push_str(&tried(winners));
        }
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

/// What is proved, of which reading, over what, and by how many runs; nothing where bounds were not
/// compared.
fn proved(winners: &[Winner]) -> String {
    let standings: Option<Vec<&SearchResult>> =
        winners.iter().map(|w| w.search_result.as_ref()).collect();
    let Some(standings) = standings else {
        return String::new();
    };
    let proved = standings.iter().filter(|s| s.is_proved()).count();
    let ran: u64 = winners.iter().map(|w| w.ran).sum();
    let candidates = winners.iter().map(|w| w.candidates);
    let all: u64 = candidates.clone().sum();
    let of_a_layer = match (candidates.clone().min(), candidates.max()) {
        (Some(least), Some(most)) if least < most => {
            format!("{} to {}", thousands(least), thousands(most))
        }
        (least, _) => thousands(least.unwrap_or(0)),
    };
    let gap = standings.iter().filter_map(|s| s.gap()).fold(0.0, f64::max);
    let open = match proved == winners.len() {
        true => String::new(),
        false => format!(
            ", of the others the best candidate is at most {} below what was found, by the bounds of all",
            percent(gap)
        ),
    };
    format!(
        "proved on the machine, over the mapper's {of_a_layer} candidates of a layer: {proved} of {} layers{open}; {} \
         of {} candidates ran\nnot proved over what the candidates leave out ({}); -v says what they have of it\n",
        winners.len(),
        thousands(ran),
        thousands(all),
        choices(winners).join(", "),
    )
}

/// The names of the choices that candidates of some layer leave out, each once.
pub(super) fn choices(winners: &[Winner]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for left in winners.iter().flat_map(|w| &w.left_out) {
        if !names.contains(&left.choice) {
            names.push(left.choice);
        }
    }
    names
}

/// What the candidates of each layer have of the choices that they leave out.
fn tried(winners: &[Winner]) -> String {
    let mut text = String::new();
    for w in winners {
        let name = w.mapping.layer().name();
        for left in &w.left_out {
            text.push_str(&format!("{name}: {left}\n"));
        }
    }
    text
}
