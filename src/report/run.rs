//! The report of `estimate` and `simulate`.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value, json};
use stationary::arch::{CostModel, Operand, PerOperand};
use stationary::sim::{Counters, Energy};

use crate::advice::Advised;
use crate::cli::Common;
use crate::csv;
use crate::energy;
use crate::evaluate::{LayerResult, Reading};
use crate::format::{energy_delay, joules, metric, operations, percent, thousands, time, watts};
use crate::goal;
use crate::lanes;
use crate::misjudged;
use crate::peaks;
use crate::report::advice;
use crate::report::table::table;
use crate::scope::Scope;
use crate::shape;
use crate::style::Style;
use stationary::Target as Loaded;

/// Everything that a run found.
pub struct RunReport<'a> {
    loaded: &'a Loaded,
    style: Style,
    reading: Reading,
    layers: Vec<LayerResult>,
    advised: Option<Advised>,
    seed: u64,
    cost: CostModel,
}

impl<'a> RunReport<'a> {
    /// Collects a run's results.
    pub fn new(
        loaded: &'a Loaded,
        style: Style,
        reading: Reading,
        layers: Vec<LayerResult>,
        advised: Option<Advised>,
        seed: u64,
    ) -> Result<Self> {
        let cost = CostModel::of(&loaded.accelerator)?;
        Ok(Self {
            loaded,
            style,
            reading,
            layers,
            advised,
            seed,
            cost,
        })
    }

    fn cycles(&self) -> u64 {
        self.layers.iter().map(|l| l.cycles).sum()
    }

    fn macs(&self) -> u64 {
        self.layers.iter().map(|l| l.layer.macs()).sum()
    }

    /// What of the machine does nothing.
    fn idle_lanes(&self) -> Option<String> {
        lanes::note(&self.loaded.accelerator, self.style, &self.layers)
    }

    /// Where the model that chose the mappings is far off; the model itself cannot know it.
    pub fn warning(&self) -> Option<String> {
        match self.reading {
            Reading::Machine(_) if !self.loaded.has_file() => {
                misjudged::note(self.style, &self.layers)
            }
            _ => None,
        }
    }

    /// What is to be known beside the figures, a line each.
    fn notes(&self) -> Vec<String> {
        let of_files = self.loaded.notes().into_iter();
        let found = self.warning().into_iter().chain(self.idle_lanes());
        of_files.chain(found).collect()
    }

    fn spent(&self) -> Energy {
        energy::sum(self.layers.iter().map(|l| &l.energy))
    }

    fn energy(&self) -> f64 {
        self.layers.iter().map(|l| l.energy.total().0).sum()
    }

    fn least_energy(&self) -> f64 {
        self.layers.iter().map(|l| l.least_energy.total().0).sum()
    }

    fn dram_bytes(&self) -> f64 {
        self.layers.iter().map(|l| l.dram_bytes).sum()
    }

    /// Operations a second, a multiply and an add to a MAC.
    fn tops(&self) -> f64 {
        2.0 * self.macs() as f64 / self.seconds() / 1e12
    }

    fn tops_per_watt(&self) -> f64 {
        2.0 * self.macs() as f64 / self.energy()
    }

    /// In joules times seconds.
    fn edp(&self) -> f64 {
        self.energy() * 1e-12 * self.seconds()
    }

    /// In mW, DRAM included.
    fn average_power(&self) -> f64 {
        self.energy() / self.seconds() / 1e9
    }

    fn area(&self) -> f64 {
        self.cost.area().total.0
    }

    fn seconds(&self) -> f64 {
        self.cycles() as f64 / (self.loaded.accelerator.clock.0 as f64 * 1e3)
    }

    fn utilization(&self) -> f64 {
        let a = &self.loaded.accelerator.array;
        let peak = u64::from(a.rows) * u64::from(a.cols) * u64::from(a.lanes);
        self.macs() as f64 / (peak as f64 * self.cycles() as f64)
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let layers: Vec<Value> = self.layers.iter().map(layer_json).collect();
        json!({
            "schema": "stationary/run/1",
            "reading": self.reading.name(),
            "arch": self.loaded.accelerator.name,
            "network": self.loaded.network,
            "dataflow": self.style.name(),
            "goal": goal::json(self.loaded.chosen()),
            "seed": self.seed,
            "batch": self.loaded.origin.batch,
            "settings": self.loaded.origin.settings,
            "coverage": self.loaded.scope.json(),
            "accelerator": peaks::json(&self.loaded.accelerator),
            "caveats": self.loaded.origin.caveats,
            "notes": self.notes(),
            "advice": self.advised.as_ref().map_or(String::new(), advice::sentences),
            "advised": self.advised.as_ref().map(advice::json),
            "layers": layers,
            "total": {
                "cycles": self.cycles(), "macs": self.macs(), "energy_pj": self.energy(),
                "area_um2": self.area(), "seconds": self.seconds(),
                "energy_by_component_pj": energy::json(&self.spent()),
                "energy_parts_pj": energy::parts_json(&self.spent()),
                "energy_lower_bound_pj": self.least_energy(),
                "energy_per_mac_pj": self.energy() / self.macs() as f64,
                "edp_js": self.edp(),
                "tops": self.tops(),
                "tops_per_watt": self.tops_per_watt(),
                "dram_bytes_per_mac": self.dram_bytes() / self.macs() as f64,
                "area_parts_um2": energy::by_part(&self.cost.area().by_part().map(|area| area.0)),
                "average_power_mw": self.average_power(),
                "peak_power_mw": self.cost.peak_power(&self.loaded.accelerator).0,
                "peak_dram_power_mw":
                    self.cost.peak_dram_power(&self.loaded.accelerator).map(|power| power.0),
            },
        })
    }

    /// A line a layer, and one for all of them.
    pub fn csv(&self) -> Result<String> {
        let who = ["reading", "dataflow", "layer"];
        let figures = [
            "macs",
            "cycles",
            "compute_cycles",
            "lower_bound_cycles",
            "utilization",
            "active_pes",
            "bound_by",
            "dram_input_read",
            "dram_weight_read",
            "dram_output_read",
            "dram_output_write",
            "energy_pj",
            "energy_lower_bound_pj",
        ];
        let energies = energy::columns(&Energy::default()).into_iter();
        let energies = energies.map(|(name, _)| name);
        let header = [
            csv::header(&who),
            shape::columns(),
            csv::header(&figures),
            energies.collect(),
            csv::header(&Scope::COLUMNS),
        ];
        let mut lines = csv::Lines::new(&self.loaded.origin, &header.concat())?;
        let who = |layer: &str| csv::header(&[self.reading.name(), self.style.name(), layer]);
        let numbers = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>();
        let energies = |energy: &Energy, least: f64| {
            let parts = energy::columns(energy).into_iter();
            let parts = parts.map(|(_, energy)| energy.to_string());
            let sums = [energy.total().0.to_string(), least.to_string()];
            sums.into_iter().chain(parts).collect::<Vec<_>>()
        };
        let coverage = self.loaded.scope.fields().to_vec();
        for l in &self.layers {
            let times = [l.layer.macs(), l.cycles, l.compute_cycles, l.lower_bound];
            let use_of = [
                l.utilization.to_string(),
                l.active_pes.to_string(),
                l.bound_by.name().to_owned(),
            ];
            let fields = [
                who(l.layer.name()),
                shape::fields(&l.layer),
                numbers(&times),
                use_of.to_vec(),
                numbers(&dram(&l.counters)),
                energies(&l.energy, l.least_energy.total().0),
                coverage.clone(),
            ];
            lines.add(fields.concat())?;
        }
        let sum = |of: fn(&LayerResult) -> u64| self.layers.iter().map(of).sum::<u64>();
        let times = [
            self.macs(),
            self.cycles(),
            sum(|l| l.compute_cycles),
            sum(|l| l.lower_bound),
        ];
        let words = [0, 1, 2, 3].map(|at| self.layers.iter().map(|l| dram(&l.counters)[at]).sum());
        let fields = [
            who("total"),
            csv::blanks(shape::columns().len()),
            numbers(&times),
            vec![self.utilization().to_string(), String::new(), String::new()],
            numbers(&words),
            energies(&self.spent(), self.least_energy()),
            coverage,
        ];
        lines.add(fields.concat())?;
        lines.text()
    }

    /// For people.
    pub fn table(&self, common: &Common) -> String {
        let a = &self.loaded.accelerator;
        let mut text = format!(
            "{} on {}: {} ({}), {} x {} PEs at {} MHz{}\n",
            self.loaded.network,
            a.name,
            self.style.title(),
            self.reading.name(),
            a.array.rows,
            a.array.cols,
            a.clock.0 / 1000,
            self.loaded.scope.title(),
        );
        text.push_str(&self.loaded.scope.text());
        text.push_str(&goal::line(self.loaded.chosen()));
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
        for l in &self.layers {
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
        let words: u64 = self.layers.iter().flat_map(|l| dram(&l.counters)).sum();
        rows.total([
            "total".to_owned(),
            String::new(),
            String::new(),
            metric(self.macs() as f64),
            thousands(self.cycles()),
            percent(self.utilization()),
            String::new(),
            metric(words as f64),
            joules(self.energy()),
        ]);
        text.push_str(&rows.to_string());
        text.push('\n');
        text.push_str(&self.figures());
        if let Reading::Machine(_) = self.reading {
            text.push_str(&self.stalls());
        }
        if common.verbose {
            text.push_str(&self.details());
        }
        if let Some(note) = self.idle_lanes() {
            text.push_str(&format!("{note}\n"));
        }
        if let Some(advised) = &self.advised {
            text.push_str(&advice::lines(&a.name, advised));
        }
        text
    }

    fn figures(&self) -> String {
        let (energy, macs) = (self.energy(), self.macs() as f64);
        let area = self.cost.area().by_part().map(|area| area.0 / 1e6);
        // An ideal memory has no greatest power.
        let dram = self.cost.peak_dram_power(&self.loaded.accelerator);
        let dram = dram.map_or(String::new(), |power| {
            format!(", {} in DRAM", watts(power.0))
        });
        format!(
            "{} a run; {}, {}; EDP {}\n\
             power: {} on average, DRAM included, {} of it on the chip; at most {} on the chip{}\n\
             {:.2} pJ and {:.4} bytes of DRAM a MAC; {:.2} times the energy that no mapping can go \
             below\n{}\
             {:.2} mm2: PEs {:.2}, scratchpads {:.2}, networks {:.2}, buffer {:.2}, DRAM interface \
             {:.2}\n",
            time(self.seconds()),
            operations(1e12 * self.tops(), "OPS"),
            operations(1e12 * self.tops_per_watt(), "OPS/W"),
            energy_delay(self.edp()),
            watts(self.average_power()),
            watts(self.average_power() * (1.0 - self.spent().dram().0 / energy)),
            watts(self.cost.peak_power(&self.loaded.accelerator).0),
            dram,
            energy / macs,
            self.dram_bytes() / macs,
            energy / self.least_energy(),
            energy::shares(&self.spent()),
            area.total(),
            area.pes,
            area.scratchpads,
            area.networks,
            area.global_buffer,
            area.dram_interface,
        )
    }

    fn stalls(&self) -> String {
        let total = self.cycles();
        let busy: u64 = total - self.layers.iter().map(|l| l.stalls.total()).sum::<u64>();
        let mut sums = BTreeMap::<&str, u64>::new();
        for (cause, cycles) in self.layers.iter().flat_map(|l| l.stalls.iter()) {
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

    fn details(&self) -> String {
        let mut text = String::new();
        for l in &self.layers {
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
}

/// Words that cross the DRAM interface: inputs, weights and partial sums read, outputs written.
fn dram(c: &Counters) -> [u64; 4] {
    let read = &c.dram_read;
    [read.input, read.weight, read.output, c.dram_write.output]
}

fn layer_json(l: &LayerResult) -> Value {
    let layer = &l.layer;
    let per = |p: &PerOperand<u64>, what: &str| -> Vec<(String, Value)> {
        Operand::ALL
            .iter()
            .map(|o| (format!("{o}_{what}"), json!(p[*o])))
            .collect()
    };
    let c = &l.counters;
    let buffer: Map<String, Value> = [
        per(&c.buffer_fill, "fill"),
        per(&c.buffer_read, "read"),
        vec![
            ("output_write".to_owned(), json!(c.buffer_write.output)),
            ("output_drain".to_owned(), json!(c.buffer_drain.output)),
        ],
    ]
    .concat()
    .into_iter()
    .collect();
    let array: Map<String, Value> = [
        per(&c.array_receive, "receive"),
        vec![
            ("output_send".to_owned(), json!(c.array_send.output)),
            ("psum_hops".to_owned(), json!(c.psum_hops)),
        ],
    ]
    .concat()
    .into_iter()
    .collect();
    let mut json = json!({
        "name": layer.name(),
        "dims": shape::json(layer),
        "macs": layer.macs(),
        "cycles": l.cycles,
        "model_cycles": l.model_cycles,
        "compute_cycles": l.compute_cycles,
        "processing_cycles": l.processing_cycles,
        "lower_bound_cycles": l.lower_bound,
        "busy_cycles": l.busy,
        "utilization": l.utilization,
        "active_pes": l.active_pes,
        "active_lanes": l.active_lanes,
        "stalls": l.stalls,
        "moved": {
            "dram": {
                "input_read": c.dram_read.input, "weight_read": c.dram_read.weight,
                "output_read": c.dram_read.output, "output_write": c.dram_write.output,
            },
            "dram_bytes": l.dram_bytes,
            "dram_written_bytes": l.dram_written,
            "global_buffer": buffer,
            "array": array,
        },
        "energy_pj": energy::json(&l.energy),
        "energy_parts_pj": energy::parts_json(&l.energy),
        "energy_lower_bound_pj": l.least_energy.total().0,
        "mapping": json!(l.mapping),
        "bound_by": l.bound_by.name(),
    });
    if let Some(memory) = &l.memory {
        json["dram"] = json!({
            "reads": memory.reads, "writes": memory.writes, "row_hits": memory.row_hits,
            "row_misses": memory.row_misses, "row_conflicts": memory.row_conflicts,
            "refreshes": memory.refreshes, "mean_read_latency": memory.read_latency_mean(),
        });
    }
    json
}
