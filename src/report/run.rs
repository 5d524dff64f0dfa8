//! The report of `estimate` and `simulate`.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Map, Value, json};
use stationary::arch::{CostModel, Operand, PerOperand};
use stationary::sim::{Counters, Energy};
use stationary::workloads::Dim;

use crate::advice::Advised;
use crate::cli::Common;
use crate::evaluate::{LayerResult, Reading};
use crate::inputs::Loaded;
use crate::report::advice;
use crate::report::energy;
use crate::report::format::{joules, metric, percent, shape, table, thousands};
use crate::report::peaks;
use crate::style::Style;

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

    /// What the figures rest on besides measurements, a line each.
    pub fn caveats(&self) -> &[String] {
        self.cost.caveats()
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
            "seed": self.seed,
            "accelerator": peaks::json(&self.loaded.accelerator),
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

    /// A line a layer.
    pub fn csv(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let header = [
            "layer",
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
        let names = energy::columns(&Energy::default());
        let names = names.iter().map(|(name, _)| name.as_str());
        out.write_record(header.into_iter().chain(names))?;
        for l in &self.layers {
            let c = &l.counters;
            let fields = [
                l.layer.name().to_owned(),
                l.layer.macs().to_string(),
                l.cycles.to_string(),
                l.compute_cycles.to_string(),
                l.lower_bound.to_string(),
                l.utilization.to_string(),
                l.active_pes.to_string(),
                l.bound_by.name().to_owned(),
                c.dram_read.input.to_string(),
                c.dram_read.weight.to_string(),
                c.dram_read.output.to_string(),
                c.dram_write.output.to_string(),
                l.energy.total().0.to_string(),
                l.least_energy.total().0.to_string(),
            ];
            let energies = energy::columns(&l.energy).into_iter();
            let energies = energies.map(|(_, energy)| energy.to_string());
            out.write_record(fields.into_iter().chain(energies))?;
        }
        Ok(String::from_utf8(out.into_inner()?)?)
    }

    /// For people.
    pub fn table(&self, common: &Common) -> String {
        let a = &self.loaded.accelerator;
        let mut text = format!(
            "{} on {}: {} ({}), {} x {} PEs at {} MHz\n",
            self.loaded.network,
            a.name,
            self.style.title(),
            self.reading.name(),
            a.array.rows,
            a.array.cols,
            a.clock.0 / 1000
        );
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
        let mut rows = table(&header, 3);
        for l in &self.layers {
            rows.add_row([
                l.layer.name().to_owned(),
                shape(&l.layer),
                l.bound_by.name().to_owned(),
                metric(l.layer.macs() as f64),
                thousands(l.cycles),
                percent(l.utilization),
                thousands(l.active_pes),
                metric(dram_words(&l.counters) as f64),
                joules(l.energy.total().0),
            ]);
        }
        let words: u64 = self.layers.iter().map(|l| dram_words(&l.counters)).sum();
        rows.add_row([
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
        if let Some(advised) = &self.advised {
            text.push_str(&advice::lines(&a.name, advised));
        }
        text
    }

    fn figures(&self) -> String {
        let (energy, macs) = (self.energy(), self.macs() as f64);
        let area = self.cost.area().by_part().map(|area| area.0 / 1e6);
        format!(
            "{:.3} ms a run, {:.0} mW on average with DRAM, {:.0} without and then {:.0} at peak, {:.3} TOPS, \
             {:.3} TOPS/W, {:.3e} J s\n\
             {:.2} pJ and {:.4} bytes of DRAM a MAC; {:.2} times the energy that no mapping can go \
             below\n{}\
             {:.2} mm2: PEs {:.2}, scratchpads {:.2}, networks {:.2}, buffer {:.2}, DRAM interface \
             {:.2}\n",
            self.seconds() * 1e3,
            self.average_power(),
            self.average_power() * (1.0 - self.spent().dram().0 / energy),
            self.cost.peak_power(&self.loaded.accelerator).0,
            self.tops(),
            self.tops_per_watt(),
            self.edp(),
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
            *sums.entry(cause).or_default() += cycles;
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
                l.mapping.json()
            ));
        }
        text
    }
}

fn dram_words(c: &Counters) -> u64 {
    c.dram_read.input + c.dram_read.weight + c.dram_read.output + c.dram_write.output
}

fn layer_json(l: &LayerResult) -> Value {
    let layer = &l.layer;
    let mut dims = Map::new();
    for dim in Dim::ALL {
        dims.insert(dim.name().to_owned(), json!(layer.size(dim)));
    }
    dims.insert("stride".to_owned(), json!(layer.rows().stride));
    let stalls: Map<String, Value> = l
        .stalls
        .iter()
        .map(|(s, n)| (s.to_owned(), json!(n)))
        .collect();
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
        "dims": dims,
        "macs": layer.macs(),
        "cycles": l.cycles,
        "model_cycles": l.model_cycles,
        "compute_cycles": l.compute_cycles,
        "processing_cycles": l.processing_cycles,
        "lower_bound_cycles": l.lower_bound,
        "busy_cycles": l.busy,
        "utilization": l.utilization,
        "active_pes": l.active_pes,
        "stalls": stalls,
        "moved": {
            "dram": {
                "input_read": c.dram_read.input, "weight_read": c.dram_read.weight,
                "output_read": c.dram_read.output, "output_write": c.dram_write.output,
            },
            "dram_bytes": l.dram_bytes,
            "global_buffer": buffer,
            "array": array,
        },
        "energy_pj": energy::json(&l.energy),
        "energy_parts_pj": energy::parts_json(&l.energy),
        "energy_lower_bound_pj": l.least_energy.total().0,
        "mapping": l.mapping.json(),
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
