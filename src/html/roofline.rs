//! The roofline, with every layer on it.

use crate::causes::of_bound;
use crate::documents::{Run, RunLayer};
use crate::format::{metric, percent};
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::chart::{Chart, Dot, Line};
use crate::html::page::{Section, Table, drawings, sum};
use crate::sim::{Bound, DECOUPLED};

/// The class of what bounds a layer, and its words; a bound that nothing is known of by its name.
pub fn bound_kind(run: &Run, bound: &str) -> BarKind {
    // On a machine that instructions control the core does other work than MACs: it resets sums,
    // runs its ALU and issues instructions.
    let is_decoupled = run.dataflow == DECOUPLED;
    match Bound::find(bound) {
        Some(Bound::Ramp) if is_decoupled => BarKind::of(("core-2", "other work of the core")),
        Some(bound) => BarKind::of(of_bound(bound)),
        None => BarKind::of(("other-1", bound)),
    }
}

/// The bytes of a layer that take the time of a direction: all, where both directions share it.
fn counted(layer: &RunLayer, ways: f64) -> f64 {
    let bytes = layer.moved.dram_bytes;
    let written = layer.moved.dram_written_bytes;
    (bytes / ways).max(written).max(bytes - written).min(bytes)
}

/// The plot and its numbers.
pub fn section(run: &Run) -> Section {
    let (layers, accelerator) = (&run.layers, &run.accelerator);
    let peak = accelerator.peak_macs_per_cycle;
    let width = accelerator.dram_bytes_per_cycle;
    let both = accelerator.dram_bytes_per_cycle_both_ways.or(width);
    let ways = both.zip(width).map_or(1.0, |(both, width)| both / width);
    let of = |layer: &RunLayer| {
        let macs = layer.macs as f64;
        [
            macs / counted(layer, ways).max(1e-9),
            macs / layer.cycles.max(1) as f64,
        ]
    };
    let places: Vec<[f64; 2]> = layers.iter().map(of).collect();
    let ridge = width.map(|width| peak / width);
    let xs = places.iter().map(|p| p[0]).chain(ridge);
    let ys = places.iter().map(|p| p[1]).chain([peak * 1.1]);
    let what = if ways > 1.0 {
        "MACs a byte of DRAM traffic in the busier direction"
    } else {
        "MACs a byte of DRAM traffic"
    };
    let x = Axis::log(what, xs);
    let y = Axis::log("MACs a cycle", ys);
    let mut lines = Vec::new();
    let cached = accelerator.cache_bytes_per_cycle;
    if let Some(cached) = cached {
        let low = x.least.max(y.least / cached);
        let end = (peak / cached).clamp(low, x.most);
        lines.push(Line {
            points: vec![[low, low * cached], [end, end * cached]],
            class: "line roof".to_owned(),
            label: "from the cache".to_owned(),
            is_step: false,
        });
    }
    let from = ridge.unwrap_or(x.least).max(x.least);
    lines.push(Line {
        points: vec![[from, peak], [x.most, peak]],
        class: "line roof".to_owned(),
        label: format!("peak, {} MACs a cycle", metric(peak)),
        is_step: false,
    });
    if let (Some(width), Some(ridge)) = (width, ridge) {
        let low = x.least.max(y.least / width);
        let end = ridge.min(x.most);
        lines.push(Line {
            points: vec![[low, low * width], [end, end * width]],
            class: "line roof".to_owned(),
            ..Line::default()
        });
    }
    let total = sum(layers.iter().map(|layer| layer.cycles));
    let mut order: Vec<usize> = (0..layers.len()).collect();
    let share = |i: usize| layers[i].cycles as f64 / total.max(1) as f64;
    order.sort_by(|a, b| share(*b).total_cmp(&share(*a)));
    let mut legend: Vec<BarKind> = Vec::new();
    let mut dots = Vec::new();
    for (rank, &i) in order.iter().enumerate() {
        let RunLayer { name, bound_by, .. } = &layers[i];
        let kind = bound_kind(run, bound_by);
        dots.push(Dot {
            at: places[i],
            radius: 3.5 + 13.0 * share(i).sqrt(),
            class: kind.class.to_owned(),
            hint: format!(
                "{name}: {} MACs a cycle, {} MACs a byte, {} of the cycles, bound by {bound_by}",
                metric(places[i][1]),
                metric(places[i][0]),
                percent(share(i))
            ),
            label: if rank < 8 {
                name.clone()
            } else {
                String::new()
            },
        });
        if !legend.contains(&kind) {
            legend.push(kind);
        }
    }
    let mut table = Table::new(
        "Every layer of the roofline",
        &[
            "layer",
            "bound by",
            "MACs",
            "MACs a byte",
            "MACs a cycle",
            "of peak",
        ],
        2,
    );
    for (layer, [intensity, rate]) in layers.iter().zip(&places) {
        table.rows.push(vec![
            layer.name.clone(),
            layer.bound_by.clone(),
            metric(layer.macs as f64),
            metric(*intensity),
            metric(*rate),
            percent(rate / peak),
        ]);
    }
    let chart = Chart {
        x,
        y,
        shape: 0.5,
        lines,
        dots,
    };
    let mut slope = width.map_or(String::new(), |width| {
        format!(" The slope is DRAM at {width:.2} bytes a cycle")
    });
    if !slope.is_empty() {
        if ways > 1.0 {
            slope.push_str(" in a direction; reads and writes go at a time");
        }
        if let Some(cached) = cached {
            slope.push_str(&format!(
                "; what the cache in front of it holds comes at up to {cached:.2}"
            ));
        }
        slope.push('.');
    }
    Section {
        title: "Roofline".to_owned(),
        lead: format!(
            "Each layer by its reuse and its rate; larger dots take more of the time. What stands \
             well below the roof is held back by neither the array nor DRAM.{slope}"
        ),
        legend,
        drawings: vec![(
            format!("Roofline of {} layers", layers.len()),
            drawings(|size| chart.draw(size)),
        )],
        table,
    }
}
