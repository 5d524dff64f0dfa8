//! `estimate` and `simulate` on a terminal.

use std::collections::BTreeMap;

use serde_json::json;
use stationary::Run;
use stationary::advice::{Advised, words};
use stationary::energy;
use stationary::evaluate::Reading;
use stationary::format::{
    energy_delay, joules, metric, operations, parts_of_area, percent, thousands, time, watts,
};
use stationary::goal;
use stationary::run::dram;
use stationary::shape;

use crate::cli::Common;
use crate::report::table::table;

/// For people.
pub fn text(run: &Run, common: &Common) -> String {
    let a = run.target.accelerator();
    let mut text = format!(
        "{} on {}: {} ({}), {} x {} PEs at {} MHz{}\n",
        run.target.network,
        a.name,
        run.control.title(),
        run.reading.name(),
        a.array.rows,
        a.array.cols,
        a.clock.0 / 1000,
        run.target.scope().title(),
    );
    text.push_str(&run.target.scope().text());
    text.push_str(&goal::line(run.target.chosen()));
    let header = [
        "layer",
        "shape",
        "bound by",
        "MACs",
        "cycles",
        "util",
        "PEs",
        "DRAM words",
        "energy",
    ];
    let optional = ["PEs", "MACs", "DRAM words", "energy", "bound by"];
    let mut rows = table(&header, 3).optional(&optional);
    for l in &run.layers {
        rows.add_row([
            l.layer.name().to_owned(),
            shape::text(&l.layer),
            l.bound_by.name().to_owned(),
            metric(l.layer.macs() as f64),
            thousands(l.cycles),
            percent(l.utilization),
            thousands(l.active_pes),
            metric(dram(&l.counters).iter().sum::<u64>() as f64),
            joules(l.energy.total().0),
        ]);
    }
    let words: u64 = run.layers.iter().flat_map(|l| dram(&l.counters)).sum();
    rows.total([
        "total".to_owned(),
        String::new(),
        String::new(),
        metric(run.macs() as f64),
        thousands(run.cycles()),
        percent(run.utilization()),
        String::new(),
        metric(words as f64),
        joules(run.energy()),
    ]);
    text.push_str(&rows.to_string());
    text.push('\n');
    text.push_str(&figures(run));
    if let Reading::Machine(_) = run.reading {
        text.push_str(&stalls(run));
    }
    if common.verbose {
        text.push_str(&details(run));
    }
    let notes = [run.idle_lanes(), run.rereads(), run.padding()];
    for note in notes.into_iter().flatten() {
        text.push_str(&format!("{note}\n"));
    }
    text
}

/// What to change, for people.
pub fn advice(run: &Run, advised: &Advised) -> String {
    words::lines(&run.target.accelerator().name, advised)
}

fn figures(run: &Run) -> String {
    let (energy, macs) = (run.energy(), run.macs() as f64);
    let area = run.cost.area().by_part();
    let area = parts_of_area(
        [
            area.total(),
            area.pes,
            area.scratchpads,
            area.networks,
            area.global_buffer,
            area.dram_interface,
        ]
        .map(|part| part.0),
    );
    let [total, pes, scratchpads, networks, buffer, interface] = area;
    // An ideal memory has no greatest power.
    let dram = run.cost.peak_dram_power(run.target.accelerator());
    let dram = dram.map_or(String::new(), |power| {
        format!(", {} in DRAM", watts(power.0))
    });
    format!(
        "{} a run; {}, {}; EDP {}\n\
         power: {} on average, DRAM included, {} of it on the chip; at most {} on the chip{}\n\
         {:.2} pJ and {:.4} bytes of DRAM a MAC; {:.2} times the energy that no mapping can go \
         below\n{}\
         {total} mm2: PEs {pes}, scratchpads {scratchpads}, networks {networks}, buffer {buffer}, DRAM interface \
         {interface}\n",
        time(run.seconds()),
        operations(1e12 * run.tops(), "OPS"),
        operations(1e12 * run.tops_per_watt(), "OPS/W"),
        energy_delay(run.edp()),
        watts(run.average_power()),
        watts(run.average_power() * (1.0 - run.spent().dram().0 / energy)),
        watts(run.cost.peak_power(run.target.accelerator()).0),
        dram,
        energy / macs,
        run.dram_bytes() / macs,
        energy / run.least_energy(),
        energy::shares(&run.spent()),
    )
}

fn stalls(run: &Run) -> String {
    let total = run.cycles();
    let busy: u64 = total - run.layers.iter().map(|l| l.stalls.total()).sum::<u64>();
    let mut sums = BTreeMap::<&str, u64>::new();
    for (cause, cycles) in run.layers.iter().flat_map(|l| l.stalls.iter()) {
        *sums.entry(cause.name()).or_default() += cycles;
    }
    let mut causes: Vec<(u64, &str)> = sums.into_iter().map(|(s, n)| (n, s)).collect();
    causes.sort_by(|a, b| b.cmp(a));
    let share = |cycles: u64| percent(cycles as f64 / total as f64);
    let listed: Vec<_> = causes
        .iter()
        .map(|(cycles, name)| format!("{name} {}", share(*cycles)))
        .collect();
    format!(
        "cycles: array at work {}; waiting for {}\n",
        share(busy),
        listed.join(", ")
    )
}

fn details(run: &Run) -> String {
    let mut text = String::new();
    for l in &run.layers {
        let stalls: Vec<_> = l
            .stalls
            .iter()
            .map(|(s, n)| format!("{s} {}", thousands(n)))
            .collect();
        text.push_str(&format!(
            "{}: at least {} cycles, busy {}{}{}; mapping {}\n",
            l.layer.name(),
            thousands(l.lower_bound),
            thousands(l.busy),
            if stalls.is_empty() { "" } else { ", " },
            stalls.join(", "),
            json!(l.mapping)
        ));
    }
    text
}
