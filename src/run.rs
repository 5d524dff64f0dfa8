//! A run of a network: layer by layer, in sum, and as a document.

use indexmap::IndexMap;

use crate::advice::{self, Advised, words};
use crate::arch::{CostModel, Operand, PerOperand};
use crate::control::ControlKind;
use crate::csv;
use crate::documents::{self, Document};
use crate::energy;
use crate::error::Error;
use crate::evaluate::{self, LayerResult, Machines, Reading};
use crate::lanes;
use crate::misjudged;
use crate::padding;
use crate::peaks;
use crate::progress::Progress;
use crate::rereads;
use crate::scope::Scope;
use crate::shape;
use crate::sim::{Counters, Energy, Pace};
use crate::target::Target;

/// The results of a whole run: every layer of a target, by model or machine.
///
/// ```
/// use stationary::sim::Pace;
/// use stationary::{Request, Run};
///
/// let target = Request::new("shidiannao", "alexnet").target()?.pick(&["conv5"])?;
/// let run: Run = target.simulate(Pace::SkipPeriods, &())?;
/// assert!(run.layers[0].lower_bound <= run.cycles());
/// let document = run.document();
/// assert_eq!(document.total.cycles, run.cycles());
/// # Ok::<(), stationary::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Run {
    /// The inputs: accelerator, layers, and how the mappings are chosen.
    pub target: Target,
    /// How the machine is controlled.
    pub control: ControlKind,
    /// Whether the model or the machine gave the figures.
    pub reading: Reading,
    /// The figures of each layer, in the network's order.
    pub layers: Vec<LayerResult>,
    /// Changes to try next. None unless they were asked for.
    pub advised: Option<Advised>,
    /// The seed that documents name; no figure depends on it.
    pub seed: u64,
    /// The costs of the accelerator's parts, from which energy and area follow.
    pub cost: CostModel,
}

impl Run {
    /// Evaluates the layers of a target.
    ///
    /// # Errors
    /// A layer without a mapping, an accelerator that cannot be priced.
    pub fn new(target: &Target, reading: Reading, progress: &dyn Progress) -> Result<Self, Error> {
        Self::with(target, reading, &(), progress)
    }

    /// The same with a machine of the caller's.
    ///
    /// # Errors
    /// As [`Run::new`], and that machine's own.
    pub fn with(
        target: &Target,
        reading: Reading,
        machines: &dyn Machines,
        progress: &dyn Progress,
    ) -> Result<Self, Error> {
        let control = target.control()?;
        Ok(Self {
            layers: evaluate::layers(target, &control, reading, machines, progress)?,
            target: target.clone(),
            control,
            reading,
            advised: None,
            seed: 0,
            cost: CostModel::of(target.accelerator())?,
        })
    }

    /// The run with advice: changes of the accelerator and of the command line, tried on it.
    ///
    /// # Errors
    /// As [`advice::advise`].
    pub fn advised(self, progress: &dyn Progress) -> Result<Self, Error> {
        let (target, control, reading) = (&self.target, &self.control, self.reading);
        let advised = advice::advise(target, control, reading, &self.layers, progress)?;
        let advised = Some(advised);
        Ok(Self { advised, ..self })
    }

    /// The sum of the layers' cycles, of the array's clock.
    #[must_use]
    pub fn cycles(&self) -> u64 {
        self.layers.iter().map(|l| l.cycles).sum()
    }

    /// The number of multiply-accumulates of all layers.
    #[must_use]
    pub fn macs(&self) -> u64 {
        self.layers.iter().map(|l| l.layer.macs()).sum()
    }

    /// A sentence on what keeps the lanes of PEs idle. None if a PE has one lane, or at least half of the
    /// lanes work on the mean of the cycles.
    #[must_use]
    pub fn idle_lanes(&self) -> Option<String> {
        lanes::note(self.target.accelerator(), &self.layers)
    }

    /// A sentence on layers whose mappings the model chose by estimates far from the machine's cycles. None
    /// if there are none, if the model gave the figures, or if mappings come from a file.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        match self.reading {
            Reading::Machine(_) if !self.target.has_file() => {
                misjudged::note(self.target.accelerator(), &self.layers)
            }
            _ => None,
        }
    }

    /// A sentence on why a tensor that fits the buffer is read from DRAM several times; None if none is. It
    /// asks the mapper for other mappings of the layer.
    #[must_use]
    pub fn rereads(&self) -> Option<String> {
        rereads::note(&self.target, &self.control, &self.layers)
    }

    /// A sentence on a layer that would take far fewer cycles if it were padded; None if there is none. It
    /// asks the mapper for schedules of padded layers.
    #[must_use]
    pub fn padding(&self) -> Option<String> {
        padding::note(&self.target, &self.control, &self.layers)
    }

    /// The sentences to be shown beside the figures.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let of_files = self.target.notes().into_iter();
        let found = self.warning().into_iter().chain(self.idle_lanes());
        let found = found.chain(self.rereads()).chain(self.padding());
        of_files.chain(found).collect()
    }

    /// Energy of all layers by component, in picojoules.
    #[must_use]
    pub fn spent(&self) -> Energy {
        energy::sum(self.layers.iter().map(|l| &l.energy))
    }

    /// Energy of all layers, in picojoules.
    #[must_use]
    pub fn energy(&self) -> f64 {
        self.layers.iter().map(|l| l.energy.total().0).sum()
    }

    /// Energy that no mappings of these layers go below, in picojoules.
    #[must_use]
    pub fn least_energy(&self) -> f64 {
        self.layers.iter().map(|l| l.least_energy.total().0).sum()
    }

    /// Bytes that cross the DRAM interface.
    #[must_use]
    pub fn dram_bytes(&self) -> f64 {
        self.layers.iter().map(|l| l.dram_bytes).sum()
    }

    /// Operations a second in units of 10^12; a MAC is two operations.
    #[must_use]
    pub fn tops(&self) -> f64 {
        2.0 * self.macs() as f64 / self.seconds() / 1e12
    }

    /// Operations a second per watt, in units of 10^12; the power includes DRAM.
    #[must_use]
    pub fn tops_per_watt(&self) -> f64 {
        2.0 * self.macs() as f64 / self.energy()
    }

    /// The energy-delay product, in joule seconds.
    #[must_use]
    pub fn edp(&self) -> f64 {
        self.energy() * 1e-12 * self.seconds()
    }

    /// The average power in milliwatts, DRAM included.
    #[must_use]
    pub fn average_power(&self) -> f64 {
        self.energy() / self.seconds() / 1e9
    }

    /// Area of the chip in square microns.
    #[must_use]
    pub fn area(&self) -> f64 {
        self.cost.area().total.0
    }

    /// Time of the run in seconds, at the array's clock.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.cycles() as f64 / (self.target.accelerator().clock.0 as f64 * 1e3)
    }

    /// Multiply-accumulates by the array's peak over all cycles, from 0 to 1.
    #[must_use]
    pub fn utilization(&self) -> f64 {
        let peak = self.target.accelerator().array.peak();
        self.macs() as f64 / (peak * self.cycles() as f64)
    }

    /// The run as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> documents::Run {
        documents::Run {
            schema: documents::Run::NAME.to_owned(),
            reading: self.reading.name().to_owned(),
            arch: self.target.accelerator().name.clone(),
            network: self.target.network.clone(),
            dataflow: self.control.name().to_owned(),
            goal: self.target.chosen().map(Into::into),
            seed: self.seed,
            batch: self.target.origin.batch,
            settings: self.target.origin.settings.clone(),
            coverage: self.target.scope().document(),
            accelerator: peaks::document(self.target.accelerator()),
            caveats: self.target.origin.caveats.clone(),
            notes: self.notes(),
            advice: (self.advised.as_ref()).map_or(String::new(), words::sentences),
            advised: self.advised.as_ref().map(words::document),
            layers: self.layers.iter().map(Into::into).collect(),
            total: self.total(),
        }
    }

    /// All layers together, as the document has it.
    #[must_use]
    pub fn total(&self) -> documents::Total {
        documents::Total {
            cycles: self.cycles(),
            macs: self.macs(),
            energy_pj: self.energy(),
            area_um2: self.area(),
            seconds: self.seconds(),
            energy_by_component_pj: (&self.spent()).into(),
            energy_parts_pj: (&self.spent()).into(),
            energy_lower_bound_pj: self.least_energy(),
            energy_per_mac_pj: self.energy() / self.macs() as f64,
            edp_js: self.edp(),
            tops: self.tops(),
            tops_per_watt: self.tops_per_watt(),
            dram_bytes_per_mac: self.dram_bytes() / self.macs() as f64,
            area_parts_um2: (&self.cost.area().by_part().map(|area| area.0)).into(),
            average_power_mw: self.average_power(),
            peak_power_mw: self.cost.peak_power(self.target.accelerator()).0,
            peak_dram_power_mw: (self.cost.peak_dram_power(self.target.accelerator()))
                .map(|power| power.0),
        }
    }

    /// The run as CSV: a line for each layer, and one for all of them.
    #[must_use]
    pub fn csv(&self) -> String {
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
        let mut lines = csv::Lines::new(&self.target.origin, &header.concat());
        let who = |layer: &str| csv::header(&[self.reading.name(), self.control.name(), layer]);
        let numbers = |numbers: &[u64]| numbers.iter().map(u64::to_string).collect::<Vec<_>>();
        let energies = |energy: &Energy, least: f64| {
            let parts = energy::columns(energy).into_iter();
            let parts = parts.map(|(_, energy)| energy.to_string());
            let sums = [energy.total().0.to_string(), least.to_string()];
            sums.into_iter().chain(parts).collect::<Vec<_>>()
        };
        let coverage = self.target.scope().fields().to_vec();
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
            lines.add(fields.concat());
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
        lines.add(fields.concat());
        lines.text()
    }
}

/// Words that cross the DRAM interface: inputs, weights and partial sums read, outputs written.
#[doc(hidden)]
#[must_use]
pub fn dram(c: &Counters) -> [u64; 4] {
    let read = &c.dram_read;
    [read.input, read.weight, read.output, c.dram_write.output]
}

impl From<&LayerResult> for documents::RunLayer {
    fn from(l: &LayerResult) -> Self {
        let c = &l.counters;
        let per = |p: &PerOperand<u64>, what: &str| {
            Operand::ALL.map(|operand| (format!("{operand}_{what}"), p[operand]))
        };
        let outputs = |fields: [(&str, u64); 2]| fields.map(|(name, n)| (name.to_owned(), n));
        let buffer = [per(&c.buffer_fill, "fill"), per(&c.buffer_read, "read")];
        let written = outputs([
            ("output_write", c.buffer_write.output),
            ("output_drain", c.buffer_drain.output),
        ]);
        let sent = outputs([
            ("output_send", c.array_send.output),
            ("psum_hops", c.psum_hops),
        ]);
        let [input_read, weight_read, output_read, output_write] = dram(c);
        Self {
            name: l.layer.name().to_owned(),
            dims: (&l.layer).into(),
            macs: l.layer.macs(),
            cycles: l.cycles,
            model_cycles: l.model_cycles,
            compute_cycles: l.compute_cycles,
            processing_cycles: l.processing_cycles,
            lower_bound_cycles: l.lower_bound,
            busy_cycles: l.busy,
            utilization: l.utilization,
            active_pes: l.active_pes,
            active_lanes: l.active_lanes,
            stalls: l
                .stalls
                .iter()
                .map(|(s, n)| (s.name().to_owned(), n))
                .collect(),
            moved: documents::Traffic {
                dram: documents::TrafficOfDram {
                    input_read,
                    weight_read,
                    output_read,
                    output_write,
                    others: IndexMap::new(),
                },
                dram_bytes: l.dram_bytes,
                dram_written_bytes: l.dram_written,
                global_buffer: buffer.into_iter().flatten().chain(written).collect(),
                array: (per(&c.array_receive, "receive").into_iter().chain(sent)).collect(),
            },
            energy_pj: (&l.energy).into(),
            energy_parts_pj: (&l.energy).into(),
            energy_lower_bound_pj: l.least_energy.total().0,
            mapping: l.mapping.clone(),
            bound_by: l.bound_by.name().to_owned(),
            dram: l.memory.as_ref().map(|memory| documents::Dram {
                reads: memory.reads,
                writes: memory.writes,
                row_hits: memory.row_hits,
                row_misses: memory.row_misses,
                row_conflicts: memory.row_conflicts,
                refreshes: memory.refreshes,
                mean_read_latency: memory.read_latency_mean(),
            }),
        }
    }
}

impl Target {
    /// What the analytical model says of every layer.
    ///
    /// # Errors
    /// A layer without a mapping, an accelerator that cannot be priced.
    pub fn estimate(&self, progress: &dyn Progress) -> Result<Run, Error> {
        Run::new(self, Reading::Model, progress)
    }

    /// What the cycle-level machine does with every layer. All policies of time give the same figures.
    ///
    /// # Errors
    /// As [`Target::estimate`].
    pub fn simulate(&self, pace: Pace, progress: &dyn Progress) -> Result<Run, Error> {
        Run::new(self, Reading::Machine(pace), progress)
    }

    /// The same with a machine of the caller's, such as one whose runs are kept in a file
    /// ([`Checkpoints`](crate::checkpoint::Checkpoints)).
    ///
    /// # Errors
    /// As [`Target::estimate`], and that machine's own.
    pub fn simulate_with(
        &self,
        pace: Pace,
        machines: &dyn Machines,
        progress: &dyn Progress,
    ) -> Result<Run, Error> {
        Run::with(self, Reading::Machine(pace), machines, progress)
    }
}
