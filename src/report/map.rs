//! The table of `search map`.

use std::path::Path;

use stationary::energy;
use stationary::format::{joules, percent, signed_percent, some_of, thousands};
use stationary::goal;
use stationary::map::{MapResult, Winner};
use stationary::search::best_first::SearchResult;
use stationary::shape;

use crate::interrupt::Interrupt;
use crate::report::table::table as new_table;

/// The table, and what is to be known beside it.
pub fn table(
    found: &MapResult,
    interrupt: &Interrupt,
    written: Option<&Path>,
    verbose: bool,
) -> String {
    let next = match written {
        None => "write the mappings with -o FILE and run them with --mapping FILE".to_owned(),
        Some(path) => format!("run the mappings with --mapping {}", path.display()),
    };
    let winners = &found.winners;
    let mut text = format!(
        "best {} mappings of {} on {} among the mapper's candidates, confirmed on the machine{}\n",
        found.dataflow.title,
        found.target.network,
        found.target.accelerator().name,
        found.target.scope().title(),
    );
    text.push_str(&goal::line(Some(found.goal.into())));
    text.push_str(&found.target.scope().text());
    let header = [
        "layer",
        "shape",
        "candidates",
        "model",
        "machine",
        "error",
        "above own bound",
        "above bound of all",
        "gain of re-check",
        "energy",
    ];
    // Bounds of all are there where bounds were compared.
    let has_bounds = winners.iter().any(|w| w.of_any_mapping.is_some());
    let header: Vec<&str> = header
        .into_iter()
        .filter(|name| has_bounds || *name != "above bound of all")
        .collect();
    let optional = ["gain of re-check", "shape", "candidates", "energy"];
    let mut rows = new_table(&header, 2).optional(&optional);
    let above_all =
        |above: Option<f64>| has_bounds.then(|| above.map_or_else(String::new, percent));
    for w in winners {
        let figures = [
            Some(w.name().to_owned()),
            Some(shape::text(found.original(w))),
            Some(thousands(w.candidates)),
            Some(thousands(w.model)),
            Some(thousands(w.machine)),
            Some(signed_percent(w.headline().error())),
            Some(percent(w.machine as f64 / w.lower_bound as f64 - 1.0)),
            above_all(w.above_any_mapping()),
            Some(percent(w.first as f64 / w.machine as f64 - 1.0)),
            Some(joules(w.energy.total().0)),
        ];
        rows.add_row(figures.into_iter().flatten());
    }
    text.push_str(&proved(found));
    for warning in found.late().into_iter().chain(found.weak()) {
        text.push_str(&format!("warning: {warning}\n"));
    }
    if verbose {
        text.push_str(&tried(winners));
    }
    let spent = energy::sum(winners.iter().map(|w| &w.energy));
    let [machine, first] = [found.sum(|w| w.machine), found.sum(|w| w.first)];
    let bound = found.sum(|w| w.lower_bound);
    let of_any = winners
        .iter()
        .map(|w| w.of_any_mapping)
        .sum::<Option<u64>>();
    let total = [
        Some("total".to_owned()),
        Some(String::new()),
        Some(thousands(found.sum(|w| w.candidates))),
        Some(thousands(found.sum(|w| w.model))),
        Some(thousands(machine)),
        Some(signed_percent(found.headline().error())),
        Some(percent(machine as f64 / bound as f64 - 1.0)),
        above_all(of_any.map(|bound| machine as f64 / bound as f64 - 1.0)),
        Some(percent(first as f64 / machine as f64 - 1.0)),
        Some(joules(spent.total().0)),
    ];
    rows.total(total.into_iter().flatten());
    text.push_str(&format!(
        "{rows}\n{}, and {} in all; {next}\n{}",
        found
            .headline()
            .text(" cycles", |cycles| thousands(cycles as u64)),
        joules(spent.total().0),
        energy::shares(&spent)
    ));
    if let Some(few) = found.few_checked() {
        text.push_str(&format!("{few}\n"));
    }
    if found.is_cut {
        if !found.not_reached.is_empty() {
            let left = some_of(&found.not_reached);
            text.push_str(&format!("not reached: {left}\n"));
        }
        text.push_str(&interrupt.text());
    }
    text
}

/// What is proved, of which reading, over what, and by how many runs; nothing where bounds were not
/// compared.
fn proved(found: &MapResult) -> String {
    let winners = &found.winners;
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
         of {} candidates ran\n{}; the candidates leave out some {}, and -v says what they have of it\n",
        winners.len(),
        thousands(ran),
        thousands(all),
        of_all_mappings(winners),
        found.choices().join(", "),
    )
}

/// How far what was found may be from the best of all mappings, candidates or not.
fn of_all_mappings(winners: &[Winner]) -> String {
    let machine: u64 = winners.iter().map(|w| w.machine).sum();
    let Some(bound) = winners
        .iter()
        .map(|w| w.of_any_mapping)
        .sum::<Option<u64>>()
    else {
        return "over all mappings nothing is proved".to_owned();
    };
    if bound == machine {
        return "proved over all mappings, candidates or not".to_owned();
    }
    let by_gap = |a: &&Winner, b: &&Winner| {
        let [a, b] = [a, b].map(|w| w.above_any_mapping().unwrap_or(0.0));
        a.total_cmp(&b)
    };
    let worst = match winners.iter().max_by(by_gap) {
        Some(worst) if winners.len() > 1 => format!(
            ", most on {} ({})",
            worst.name(),
            percent(worst.above_any_mapping().unwrap_or(0.0))
        ),
        _ => String::new(),
    };
    format!(
        "over all mappings, candidates or not, none takes fewer than {} cycles: what was found is at most {} above \
         that{worst}",
        thousands(bound),
        percent(machine as f64 / bound as f64 - 1.0),
    )
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
