//! What hardware and schedules are searched for, by the names and values that flags give.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use stationary_document::from_yaml;

use super::setting::Setting;
use crate::arch::Accelerator;
use crate::error::Error;
use crate::files;
use crate::search::codesign::{self, Hardware};
use crate::search::{BudgetRequest, BudgetSpec, Resource};
use crate::target::Request;

/// A search for one core and a schedule of each layer, on a machine that instructions control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CodesignQuestion {
    /// The accelerator, by preset name or file; it is one that instructions control.
    pub arch: String,
    /// Overrides of fields of the accelerator, `PATH=VALUE` each.
    pub set: Vec<String>,
    /// Network by preset name or file.
    pub network: String,
    /// Layers by name or index; all if empty.
    pub layer: Vec<String>,
    /// Sizes of dimensions that an ONNX model leaves open, `NAME=SIZE` each.
    pub dim: Vec<String>,
    /// The number of images of a run.
    pub batch: u64,
    /// Whether an answer for a small part of the network will do.
    pub partial: bool,
    /// Cores to choose from: `fixed`, `all`, or a file.
    pub hardware: String,
    /// The limit on the area of the machine, as `area=VALUE`; None for no limit.
    pub budget: Option<String>,
    /// The most multiply-accumulates that a core may do in a cycle; None for no limit.
    pub macs: Option<u64>,
    /// The tuner by its name, or `exact`.
    pub optimizer: String,
    /// The number of measurements that a tuner makes of each task.
    pub measurements: u64,
    /// Whether to prove the optimum of every core, and not only which core is best.
    pub every: bool,
    /// The seed of all that is drawn at random.
    pub seed: u64,
}

impl Default for CodesignQuestion {
    fn default() -> Self {
        Self {
            arch: "vta".to_owned(),
            set: Vec::new(),
            network: String::new(),
            layer: Vec::new(),
            dim: Vec::new(),
            batch: 1,
            partial: false,
            hardware: "fixed".to_owned(),
            budget: None,
            macs: None,
            optimizer: "exact".to_owned(),
            measurements: 256,
            every: false,
            seed: 0,
        }
    }
}

impl CodesignQuestion {
    /// Checks that there is an optimiser of the question's name.
    ///
    /// # Errors
    /// [`Error::Option`] or [`Error::Search`] if there is none.
    pub fn check(&self) -> Result<(), Error> {
        let name = self.optimizer.as_str();
        match name.strip_prefix("exact") {
            Some("") => return Ok(()),
            Some(codesign::CONFIDENT) => {
                let needed = "exact measures what it needs to prove: only a tuner's name may have \
                              +confidence behind it";
                return Err(Error::option("optimizer", name, needed));
            }
            _ => {}
        }
        let found = codesign::find(name, 0).map(drop);
        found.map_err(|error| {
            let more = match name.starts_with("exa") {
                true => " (or exact)",
                false => "",
            };
            Error::Search(format!(
                "optimizer: {error}, exact; a tuner's name may have {} behind it{more}",
                codesign::CONFIDENT
            ))
        })
    }

    /// Reads the accelerator and the network that the question names, and lists the cores to choose from.
    ///
    /// # Errors
    /// Inputs that cannot be read, are not allowed, or do not go together.
    pub fn read(&self) -> Result<Arc<Setting>, Error> {
        let loaded = Request {
            arch: self.arch.clone(),
            set: self.set.clone(),
            network: self.network.clone(),
            layer: self.layer.clone(),
            dim: self.dim.clone(),
            batch: self.batch,
            partial: self.partial,
            ..Request::default()
        }
        .target()?;
        let hardware = self.hardware(loaded.accelerator())?;
        Setting::new(loaded, hardware).map(Arc::new)
    }

    /// The cores to choose from, around a machine.
    fn hardware(&self, base: &Accelerator) -> Result<Hardware, Error> {
        if base.decoupled.is_none() {
            let needed = "search codesign is for machines that instructions control, such as vta; search map and \
                          search assign are for the others";
            return Err(Error::Search(format!("arch {}: {needed}", self.arch)));
        }
        let mut hardware = shaped(&self.hardware, base)?;
        if let Some(macs) = self.macs {
            hardware = hardware.of_macs(macs);
        }
        match &self.budget {
            Some(budget) => within(hardware, budget),
            None => Ok(hardware),
        }
    }
}

/// The shapes to choose from, as a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shapes {
    batch: Vec<u32>,
    block_in: Vec<u32>,
    block_out: Vec<u32>,
}

fn shaped(name: &str, base: &Accelerator) -> Result<Hardware, Error> {
    Ok(match name {
        "fixed" | "default" => Hardware::fixed(base)?,
        "all" => Hardware::all(base)?,
        name if files::is_file(name) => {
            let shapes = shapes(name)?;
            Hardware::of(base, [shapes.batch, shapes.block_in, shapes.block_out])?
        }
        name => {
            return Err(Error::option(
                "hardware",
                name,
                "needed fixed (the machine as it is), all (64 shapes), or a YAML file \
             with the lists batch, block_in and block_out",
            ));
        }
    })
}

fn within(hardware: Hardware, budget: &str) -> Result<Hardware, Error> {
    let request: BudgetRequest = budget.parse().map_err(Error::search)?;
    if request.resource != Resource::Area {
        return Err(Error::option(
            "budget",
            budget,
            "the hardware is limited by area=VALUE",
        ));
    }
    let areas = (0..hardware.len()).map(|number| hardware.area(number));
    let limit = match request.allowance {
        BudgetSpec::Absolute(limit) => limit,
        BudgetSpec::Share(share) => {
            let least = areas.clone().fold(f64::INFINITY, f64::min);
            let greatest = areas.fold(0.0, f64::max);
            least + share * (greatest - least)
        }
    };
    Ok(hardware.within(limit))
}

/// So many cores can be chosen from: each has as many schedules of every layer as another.
const MOST_CORES: usize = 4096;

fn shapes(name: &str) -> Result<Shapes, Error> {
    let text = files::read(Path::new(name))?;
    let shapes: Shapes = from_yaml(name, &text).map_err(|diagnostics| {
        let plain = format!("{name}: not a choice of hardware");
        Error::content(&text, diagnostics, plain)
    })?;
    for (knob, values) in [
        ("batch", &shapes.batch),
        ("block_in", &shapes.block_in),
        ("block_out", &shapes.block_out),
    ] {
        if values.is_empty() || !values.is_sorted_by(|a, b| a < b) {
            let needed =
                format!("{knob}: needed one value or more, each greater than the one before it");
            return Err(Error::kind(Path::new(name), needed));
        }
    }
    let counts = [&shapes.batch, &shapes.block_in, &shapes.block_out].map(Vec::len);
    let cores = counts
        .iter()
        .try_fold(1, |all: usize, n| all.checked_mul(*n));
    if cores.is_none_or(|cores| cores > MOST_CORES) {
        let [batch, block_in, block_out] = counts;
        let found = format!(
            "found {batch} x {block_in} x {block_out} cores; allowed: at most {MOST_CORES}"
        );
        return Err(Error::kind(Path::new(name), found));
    }
    Ok(shapes)
}
