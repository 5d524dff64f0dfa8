//! What Timeloop counts of the layers of a network.

use stationary_document::{Diagnostic, Node};

use super::{Counts, Nest};
use crate::arch::import::timeloop::Architecture;
use crate::csv::{self, Origin};
use crate::documents::{Document, Timeloop, TimeloopLayer};
use crate::error::Error;
use crate::files;
use crate::scope::Scope;
use crate::target::{Remark, Request, Target};
use crate::workloads::timeloop::TimeloopProblem;
use crate::workloads::{Dim, Layer};

/// What each level of a hierarchy holds, reads and is filled with, layer by layer, as Timeloop counts.
///
/// ```
/// use stationary::Request;
/// use stationary::timeloop::Accesses;
///
/// let layer = vec!["fc6".to_owned()];
/// let request = Request { layer, ..Request::new("systolic", "alexnet") };
/// let accesses = Accesses::of(&request)?;
/// assert!(accesses.layers[0].counts.energy_pj > 0.0);
/// # Ok::<(), stationary::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Accesses {
    /// How much of the network it is about; None for a problem in Timeloop's files.
    pub scope: Option<Scope>,
    /// The counts of each layer.
    pub layers: Vec<TimeloopLayer>,
    /// Remarks on the inputs.
    pub remarks: Vec<Remark>,
    origin: Origin,
}

impl Accesses {
    /// Of the mappings of a network's layers, or of Timeloop's own files where the request names such.
    ///
    /// # Errors
    /// Inputs that cannot be read; a mapping that Timeloop has no nest for.
    pub fn of(request: &Request) -> Result<Self, Error> {
        let mut accesses = Self {
            scope: None,
            layers: Vec::new(),
            remarks: Vec::new(),
            origin: Origin {
                arch: request.arch.clone(),
                network: request.network.clone(),
                batch: request.batch,
                settings: request.set.clone(),
                caveats: Vec::new(),
            },
        };
        if let Some(nest) = accesses.own(request)? {
            let name = nest.problem().name.clone();
            let counts = nest.count();
            accesses.layers.push(TimeloopLayer { name, counts });
            return Ok(accesses);
        }
        let target = request.target()?;
        accesses.remarks.extend(target.remarks.iter().cloned());
        for LayerNest {
            name,
            nest,
            padding,
        } in nests(&target)?
        {
            accesses.remarks.extend(padding.map(Remark::Note));
            let nest = nest.map_err(|why| Error::Control(format!("layer `{name}`: {why}")))?;
            let counts = nest.count();
            accesses.layers.push(TimeloopLayer { name, counts });
        }
        accesses.scope = Some(target.scope().clone());
        Ok(accesses)
    }

    /// The nest of Timeloop's own files.
    fn own(&mut self, request: &Request) -> Result<Option<Nest>, Error> {
        let Some(architecture) = text_with(&request.arch, &["architecture", "arch"])? else {
            return Ok(None);
        };
        let mapping = request.mapping.as_deref();
        let (Some(problem), Some(text)) = (
            text_with(&request.network, &["problem"])?,
            mapping.map_or(Ok(None), |name| text_with(name, &["mapping"]))?,
        ) else {
            return Err(Error::Control(format!(
                "--counting timeloop: {} is a Timeloop architecture; --network and --mapping must be a \
                 Timeloop problem and mapping",
                request.arch
            )));
        };
        if !request.set.is_empty() || !request.layer.is_empty() || request.batch != 1 {
            let why = "--counting timeloop of Timeloop's files takes no --set, --layer or --batch";
            return Err(Error::Control(why.to_owned()));
        }
        let read = Architecture::read(&request.arch, &architecture);
        let architecture = self.noted(&architecture, read)?;
        let read = TimeloopProblem::read(&request.network, &problem);
        let problem = self.noted(&problem, read)?;
        let read = Nest::read(mapping.unwrap_or_default(), &text, problem, architecture);
        self.noted(&text, read).map(Some)
    }

    /// What was read, once it is noted what of it is left out.
    fn noted<T>(
        &mut self,
        text: &str,
        read: Result<(T, Vec<Diagnostic>), Vec<Diagnostic>>,
    ) -> Result<T, Error> {
        let (value, left_out) = read.map_err(|errors| {
            let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
            Error::content(text, errors, lines.join("\n"))
        })?;
        self.remarks.extend(left_out.iter().map(Remark::of));
        Ok(value)
    }

    /// As a document.
    #[must_use]
    pub fn document(&self) -> Timeloop {
        Timeloop {
            schema: Timeloop::NAME.to_owned(),
            arch: self.origin.arch.clone(),
            network: self.origin.network.clone(),
            coverage: self.scope.as_ref().map(Scope::document),
            layers: self.layers.clone(),
        }
    }

    /// A line for each level and space, one for the multipliers of a layer and one for all of it.
    #[must_use]
    pub fn csv(&self) -> String {
        let header = [
            "layer",
            "level",
            "space",
            "tile",
            "instances",
            "reads",
            "updates",
            "fills",
            "cycles",
            "energy_pj",
        ];
        let mut lines = csv::Lines::new(&self.origin, &csv::header(&header));
        let sum = |layer: &str, of: &str, cycles: u64, energy: f64| {
            let mut fields = csv::header(&[layer, of]);
            fields.extend(csv::blanks(6));
            fields.extend([cycles.to_string(), energy.to_string()]);
            fields
        };
        for TimeloopLayer { name, counts } in &self.layers {
            for c in &counts.levels {
                let numbers = [c.tile, c.instances, c.reads, c.updates, c.fills, c.cycles];
                let mut fields = csv::header(&[name, &c.level, &c.space]);
                fields.extend(numbers.iter().map(u64::to_string));
                fields.push(c.energy_pj.to_string());
                lines.add(fields);
            }
            lines.add(sum(name, "multipliers", counts.cycles, multipliers(counts)));
            lines.add(sum(name, "total", counts.cycles, counts.energy_pj));
        }
        let cycles = self.layers.iter().map(|layer| layer.counts.cycles).sum();
        let energy = self.layers.iter().map(|layer| layer.counts.energy_pj).sum();
        lines.add(sum("total", "total", cycles, energy));
        lines.text()
    }
}

/// Energy of the multipliers in picojoules: the total less that of all levels.
#[must_use]
pub fn multipliers(counts: &Counts) -> f64 {
    let levels: f64 = counts.levels.iter().map(|c| c.energy_pj).sum();
    counts.energy_pj - levels
}

/// A layer's mapping in Timeloop's terms.
#[derive(Clone, Debug)]
pub struct LayerNest {
    /// The layer's name.
    pub name: String,
    /// The nest, or the reason why Timeloop has none.
    pub nest: Result<Nest, String>,
    /// The sizes that had to grow, as Timeloop's tiles divide; None if none had to.
    pub padding: Option<String>,
}

/// The nest of each layer's mapping.
///
/// # Errors
/// A layer without a mapping; a machine that instructions control.
pub fn nests(target: &Target) -> Result<Vec<LayerNest>, Error> {
    let dataflow = &*target.dataflow()?;
    let nest = |layer: &Layer| {
        let nest = Nest::of(&target.mapping(layer, dataflow)?);
        let padding = nest.as_ref().ok();
        Ok(LayerNest {
            name: layer.name().to_owned(),
            padding: padding.and_then(|nest| padded(layer, nest.problem())),
            nest,
        })
    };
    target.layers().iter().map(nest).collect()
}

/// What is to be known of sizes that had to grow.
fn padded(layer: &Layer, problem: &TimeloopProblem) -> Option<String> {
    let grown = |(dim, size): (Dim, &u64)| {
        let own = layer.size(dim);
        (own != *size).then(|| format!("{dim} {own} to {size}"))
    };
    let grown: Vec<String> = Dim::ALL
        .into_iter()
        .zip(&problem.sizes)
        .filter_map(grown)
        .collect();
    (!grown.is_empty()).then(|| {
        format!(
            "layer `{}` is padded, as Timeloop's tiles divide: {}",
            layer.name(),
            grown.join(", ")
        )
    })
}

/// The text of a file that has one of these fields at its top.
fn text_with(name: &str, fields: &[&str]) -> Result<Option<String>, Error> {
    if !files::is_file(name) {
        return Ok(None);
    }
    let (name, text) = files::read_expanded(name)?;
    let root = Node::parse(name, &text).ok();
    let has_one = root.is_some_and(|root| fields.iter().any(|field| root.get(field).is_some()));
    Ok(has_one.then_some(text))
}
