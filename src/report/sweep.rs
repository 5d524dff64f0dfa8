//! The table of `sweep`: the front, what is best, and why points failed.

use stationary::documents::{Sweep, SweepPoint};
use stationary::format::{percent, thousands};
use stationary::sweep::{SweepObjective, objectives};

use crate::report::table::table as new_table;

/// Points of the front that are shown.
const MOST: usize = 40;
/// Reasons that are shown.
const REASONS: usize = 5;

/// The table, and what is to be known beside it.
pub fn table(sweep: &Sweep) -> String {
    let failed: u64 = sweep.failed.iter().map(|failure| failure.points).sum();
    let ran = sweep.points.len() as u64 - failed;
    let part = sweep.shard.map_or(String::new(), |shard| {
        format!(
            ", shard {} of {} of {}",
            shard.index,
            shard.of,
            thousands(sweep.planned)
        )
    });
    let mut text = format!(
        "{} by {}: {} points ({}{part}), {} with figures, {} that cannot run\n",
        subject(sweep),
        sweep.verb,
        thousands(sweep.points.len() as u64),
        sweep.points_by,
        thousands(ran),
        thousands(failed),
    );
    for network in &sweep.networks {
        let coverage = &network.coverage;
        let left_out: u64 = coverage.left_out.iter().map(|entry| entry.count).sum();
        if left_out > 0 {
            let most = if coverage.is_upper_bound {
                "at most "
            } else {
                ""
            };
            text.push_str(&format!(
                "coverage of {}: {most}{} of the MACs; operators left out: {}\n",
                network.name,
                percent(coverage.macs),
                thousands(left_out)
            ));
        }
    }
    if ran > 0 {
        text.push_str(&front(sweep));
    }
    for failure in sweep.failed.iter().take(REASONS) {
        text.push_str(&format!(
            "{} cannot run, such as point {}: {}\n",
            points(failure.points),
            failure.first,
            failure.error
        ));
    }
    if let Some(more) = sweep.failed.len().checked_sub(REASONS).filter(|n| *n > 0) {
        text.push_str(&format!(
            "and {more} more reasons; --format json lists them\n"
        ));
    }
    text
}

/// What networks, and how much of each, on what accelerators.
fn subject(sweep: &Sweep) -> String {
    let networks = sweep.networks.iter().map(|network| {
        let part = network
            .coverage
            .picked
            .filter(|picked| picked.layers < picked.of);
        let part = part.map_or(String::new(), |picked| {
            let noun = if picked.of == 1 { "layer" } else { "layers" };
            let share = percent(picked.macs);
            format!(
                ", {} of {} {noun} ({share} of their MACs)",
                picked.layers, picked.of
            )
        });
        format!("{}{part}", network.name)
    });
    let networks = networks.collect::<Vec<_>>().join("; ");
    let machines = match sweep.axes.iter().find(|axis| axis.name == "arch") {
        Some(axis) => format!("{} accelerators", axis.values.len()),
        None => (sweep.fixed.get("arch")).map_or(String::new(), ToString::to_string),
    };
    format!("{networks} on {machines}")
}

fn points(count: u64) -> String {
    match count {
        1 => "1 point".to_owned(),
        count => format!("{} points", thousands(count)),
    }
}

fn front(sweep: &Sweep) -> String {
    let objectives = objectives(sweep);
    let varied: Vec<usize> = (0..sweep.axes.len())
        .filter(|at| sweep.axes[*at].values.len() > 1)
        .collect();
    let mut header = vec!["point"];
    header.extend(varied.iter().map(|at| sweep.axes[*at].name.as_str()));
    header.extend(objectives.iter().map(|objective| objective.name()));
    header.push("best in");
    let mut rows = new_table(&header, 0).texts(&["best in"]);
    let find = |number: u64| -> Option<&SweepPoint> {
        let at = sweep
            .points
            .binary_search_by_key(&number, |point| point.point);
        at.ok().map(|at| &sweep.points[at])
    };
    // The best of each objective stand, however long the front is.
    let best: Vec<u64> = sweep.best.values().copied().collect();
    let mut shown: Vec<u64> = sweep.front.iter().copied().take(MOST).collect();
    shown.extend(
        best.iter()
            .filter(|number| !shown.contains(number))
            .copied()
            .collect::<Vec<_>>(),
    );
    shown.sort_unstable();
    shown.dedup();
    for number in &shown {
        let Some((point, figures)) = find(*number).and_then(|p| Some((p, p.figures.as_ref()?)))
        else {
            continue;
        };
        let best_in = sweep.best.iter().filter(|(_, best)| *best == number);
        let best_in: Vec<&str> = best_in.map(|(name, _)| name.as_str()).collect();
        let mut row = vec![number.to_string()];
        row.extend(varied.iter().map(|at| point.values[*at].to_string()));
        row.extend(objectives.iter().map(|objective| objective.show(figures)));
        row.push(best_in.join(", "));
        rows.add_row(row);
    }
    let names: Vec<&str> = objectives
        .iter()
        .map(|one| SweepObjective::name(*one))
        .collect();
    let more = match sweep.front.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!("{more} more points of the front: --format csv or json lists them\n"),
    };
    format!(
        "front of {} ({} of {} points; of equal ones the first)\n{rows}\n{more}",
        names.join(", "),
        sweep.front.len(),
        thousands(sweep.points.len() as u64),
    )
}
