//! The model against the machine.

use crate::format::{percent, thousands};
use crate::html::axis::Axis;
use crate::html::bars::BarKind;
use crate::html::chart::{Chart, Dot, Line};
use crate::html::page::{Section, Table, drawings, signed};
use crate::html::svg::cut;

/// Both answers for a layer under a mapping.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    pub name: String,
    pub model: u64,
    pub machine: u64,
    /// What the machine waits for.
    pub causes: String,
}

impl Pair {
    /// How far the model is off, signed.
    pub fn error(&self) -> f64 {
        self.model as f64 / self.machine.max(1) as f64 - 1.0
    }
}

/// How many of the worst are named.
const NAMED: usize = 6;

/// The plot and its numbers; the heading names the dataflow, if there are several, and the legend what a
/// dot is.
pub fn parity(pairs: &[Pair], dataflow: &str, dot: &str) -> Section {
    let mut order: Vec<&Pair> = pairs.iter().collect();
    order.sort_by(|a, b| b.error().abs().total_cmp(&a.error().abs()));
    let both = || {
        pairs
            .iter()
            .flat_map(|p| [p.model as f64, p.machine as f64])
    };
    let (x, y) = (
        Axis::log("cycles of the machine", both()),
        Axis::log("cycles of the model", both()),
    );
    let (low, high) = (x.least, x.most);
    let diagonal = |factor: f64, class: &str, label: &str| Line {
        points: vec![[low, low * factor], [high, high * factor]],
        class: class.to_owned(),
        label: label.to_owned(),
        is_step: false,
    };
    let lines = vec![
        diagonal(1.0, "line axis", ""),
        diagonal(1.1, "line guide", ""),
        diagonal(0.9, "line guide", ""),
    ];
    let mut named: Vec<&str> = Vec::new();
    let dots = order.iter().map(|pair| {
        let is_worst = named.len() < NAMED && !named.contains(&pair.name.as_str());
        let is_worst = is_worst && pair.error().abs() >= 0.005;
        if is_worst {
            named.push(&pair.name);
        }
        Dot {
            at: [pair.machine as f64, pair.model as f64],
            radius: if is_worst { 5.0 } else { 3.5 },
            class: if is_worst { "s2" } else { "s1" }.to_owned(),
            hint: format!(
                "{}: model {}, machine {} ({})",
                pair.name,
                thousands(pair.model),
                thousands(pair.machine),
                signed(pair.error())
            ),
            label: if is_worst {
                format!("{} {}", cut(&pair.name, 120.0), signed(pair.error()))
            } else {
                String::new()
            },
        }
    });
    // The worst come first, and so find room for their names.
    let dots: Vec<Dot> = dots.collect();
    let chart = Chart {
        x,
        y,
        shape: 0.5,
        lines,
        dots,
    };
    let mut table = Table::new(
        "Model and machine, the worst first",
        &[
            "layer",
            "the machine waits for",
            "model",
            "machine",
            "error",
        ],
        2,
    );
    for pair in &order {
        table.rows.push(vec![
            pair.name.clone(),
            pair.causes.clone(),
            thousands(pair.model),
            thousands(pair.machine),
            signed(pair.error()),
        ]);
    }
    let mean = pairs.iter().map(|p| p.error().abs()).sum::<f64>() / pairs.len().max(1) as f64;
    let worst = order.first().map_or(String::new(), |worst| {
        let causes = match worst.causes.as_str() {
            "" => String::new(),
            causes => format!(", which waits for {causes}"),
        };
        format!(
            " The worst is {}, {} off{causes}.",
            worst.name,
            signed(worst.error())
        )
    });
    let of = if dataflow.is_empty() {
        String::new()
    } else {
        format!(": {dataflow}")
    };
    Section {
        title: format!("Model against machine{of}"),
        lead: format!(
            "On the diagonal both agree; the dashed lines are 10 % off. The mean absolute error is \
             {}.{worst}",
            percent(mean)
        ),
        legend: [
            ("s1", dot),
            ("s2", "the worst of those layers that are furthest off"),
        ]
        .map(BarKind::of)
        .to_vec(),
        drawings: vec![(
            format!("Cycles of the model against cycles of the machine{of}"),
            drawings(|size| chart.draw(size)),
        )],
        table,
    }
}
