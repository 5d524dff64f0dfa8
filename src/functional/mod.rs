//! The machine's output values against the layer by its definition.

mod reference;

use crate::control::ControlKind;
use crate::csv;
use crate::documents::{Document, Functional, FunctionalLayer};
use crate::error::Error;
use crate::progress::Progress;
use crate::sim::Pace;
use crate::target::Target;

/// MACs beyond which carrying values takes too long and too much memory.
const LIMIT: u64 = 20_000_000;

/// The outcome of checking a layer's output values on the machine against its definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedLayer {
    /// The layer's name.
    pub layer: String,
    /// The number of output values.
    pub outputs: usize,
    /// The number of output values that differ.
    pub wrong: usize,
    /// Whether each multiply-accumulate was done exactly once.
    pub each_mac_once: bool,
    /// Cycles on the machine.
    pub cycles: u64,
}

/// The check of the output values of all layers of a target.
///
/// ```
/// use stationary::Request;
/// use stationary::functional::FunctionalCheck;
/// use stationary::sim::Pace;
///
/// let target = Request::new("nvdla-small", "mobilenet_v2").target()?.pick(&["fc"])?;
/// let found = FunctionalCheck::new(&target, Pace::SkipPeriods, &())?;
/// assert!(found.is_equal());
/// # Ok::<(), stationary::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FunctionalCheck {
    /// The target that was checked.
    pub target: Target,
    /// How the machine is controlled.
    pub control: ControlKind,
    /// The outcome for each layer, in the network's order.
    pub layers: Vec<CheckedLayer>,
}

impl FunctionalCheck {
    /// Runs each layer on the machine with values, and compares its outputs.
    ///
    /// # Errors
    /// A layer without a mapping, or of more than 20 million MACs.
    pub fn new(target: &Target, pace: Pace, progress: &dyn Progress) -> Result<Self, Error> {
        let control = target.control()?;
        if let Some(layer) = target.layers().iter().find(|layer| layer.macs() > LIMIT) {
            return Err(Error::Control(format!(
                "functional: layer `{}` has {} MACs; values are carried for at most {LIMIT}. \
                 Pick smaller layers",
                layer.name(),
                layer.macs()
            )));
        }
        let mut layers = Vec::new();
        for layer in target.layers() {
            let plan = target.plan(layer, &control)?;
            // Values are those of what the array runs: a product, where it unfolds convolutions.
            let tensors = reference::tensors(plan.layer(), plan.accelerator());
            let expected = reference::outputs(plan.layer(), plan.accelerator(), &tensors);
            let result = plan.run_functional(&tensors, pace);
            // Where MACs are not followed one by one, wrong, missing or double ones show in the outputs.
            let each_mac_once = result.each_mac_once.unwrap_or(result.output == expected);
            let pairs = expected.iter().zip(&result.output);
            layers.push(CheckedLayer {
                layer: layer.name().to_owned(),
                outputs: expected.len(),
                wrong: pairs.filter(|(a, b)| a != b).count(),
                each_mac_once,
                cycles: result.run.cycles,
            });
            progress.done();
        }
        Ok(Self {
            target: target.clone(),
            control,
            layers,
        })
    }

    /// Whether all output values are right, and each multiply-accumulate was done once.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        let mut all = self.layers.iter();
        all.all(|layer| layer.wrong == 0 && layer.each_mac_once)
    }

    /// The sums over all layers.
    #[must_use]
    pub fn total(&self) -> CheckedLayer {
        let all = || self.layers.iter();
        CheckedLayer {
            layer: "total".to_owned(),
            outputs: all().map(|layer| layer.outputs).sum(),
            wrong: all().map(|layer| layer.wrong).sum(),
            each_mac_once: all().all(|layer| layer.each_mac_once),
            cycles: all().map(|layer| layer.cycles).sum(),
        }
    }

    /// The outcome as a document, to be written as JSON.
    #[must_use]
    pub fn document(&self) -> Functional {
        let layer = |layer: &CheckedLayer| FunctionalLayer {
            name: layer.layer.clone(),
            outputs: layer.outputs as u64,
            wrong: layer.wrong as u64,
            each_mac_once: layer.each_mac_once,
            cycles: layer.cycles,
        };
        Functional {
            schema: Functional::NAME.to_owned(),
            arch: self.target.accelerator().name.clone(),
            network: self.target.network.clone(),
            dataflow: self.control.name().to_owned(),
            batch: self.target.origin.batch,
            settings: self.target.origin.settings.clone(),
            equal: self.is_equal(),
            coverage: self.target.scope().document(),
            layers: self.layers.iter().map(layer).collect(),
        }
    }

    /// The outcome as CSV: a line for each layer, and one for all of them.
    #[must_use]
    pub fn csv(&self) -> String {
        let header = [
            "dataflow",
            "layer",
            "outputs",
            "wrong",
            "each_mac_once",
            "cycles",
        ];
        let mut lines = csv::Lines::new(&self.target.origin, &csv::header(&header));
        for layer in self.layers.iter().chain([&self.total()]) {
            lines.add(vec![
                self.control.name().to_owned(),
                layer.layer.clone(),
                layer.outputs.to_string(),
                layer.wrong.to_string(),
                layer.each_mac_once.to_string(),
                layer.cycles.to_string(),
            ]);
        }
        lines.text()
    }
}
