//! The options of an assignment and what they cost.

use std::time::Instant;

use super::Costs;
use crate::csv::Origin;
use crate::error::Error;
use crate::progress::Progress;
use crate::scope::Scope;
use crate::search::design::{DesignSpace, Tables, default_base, parse_levels};
use crate::search::{
    BudgetRequest, CostTable, DataflowStyle, Deployment, Objective, Problem, Shapes,
};
use crate::target::{self, Remark, overrides, sizes};
use crate::unread::{self, Flows};
use crate::workloads::{Layer, Network};
use crate::{files, load};

/// Where the costs of the options come from.
pub enum CostOrigin {
    /// A file with a table of costs.
    CostTable,
    /// The analytical model, over designs of our own.
    Model {
        /// The designs behind the options.
        space: Box<DesignSpace>,
        /// The layers.
        layers: Vec<Layer>,
        /// Lower bounds on each option's costs on the machine.
        bounds: Box<CostTable>,
    },
}

/// The options of an assignment with their costs.
pub struct CostSource {
    /// The options and their costs: cycles, nanojoules, square microns and milliwatts.
    pub table: CostTable,
    /// The layers' shapes, for optimisers that learn; None if they are not known.
    pub shapes: Option<Shapes>,
    /// The layers behind a table from a file; empty if they are not known.
    pub known: Vec<Layer>,
    /// Where the costs come from.
    pub source: CostOrigin,
    /// How much of a network the options are for; None for a table from a file.
    pub scope: Option<Scope>,
    /// The names of accelerator and network.
    pub origin: Origin,
    /// Wall-clock seconds for the table; None if it was read from a file.
    pub seconds: Option<f64>,
    /// Remarks on the inputs.
    pub remarks: Vec<Remark>,
}

impl CostSource {
    /// The problem of assigning these options under a question's budgets.
    ///
    /// # Errors
    /// Budgets, or a deployment, that the options do not allow.
    pub fn problem(
        &self,
        deployment: Deployment,
        objective: Objective,
        budgets: &[BudgetRequest],
    ) -> Result<Problem, Error> {
        let problem = Problem::deployed(self.table.clone(), deployment, objective, budgets);
        let problem = problem.map_err(Error::search)?;
        Ok(match &self.shapes {
            Some(shapes) => problem.seen_as(shapes.clone()),
            None => problem,
        })
    }
}

impl Costs {
    fn network(
        &self,
        name: &str,
        remarks: &mut Vec<Remark>,
    ) -> Result<(Network, Vec<Layer>), Error> {
        let read = load::network(name, &sizes(&self.dim)?)?;
        remarks.extend(read.notes.iter().map(Remark::of));
        let network = match self.batch {
            1 => read.value,
            images => read.value.batched(images)?,
        };
        let picks: Vec<&str> = self.layer.iter().map(String::as_str).collect();
        let layers = match picks.as_slice() {
            [] => network.layers().to_vec(),
            picks => target::picked(&network, picks)?,
        };
        Ok((network, layers))
    }

    /// The layers that a table is said to be of.
    fn known(
        &self,
        network: &str,
        table: &CostTable,
        remarks: &mut Vec<Remark>,
    ) -> Result<Vec<Layer>, Error> {
        let (network, mut layers) = self.network(network, remarks)?;
        let (found, wanted) = (layers.len(), table.layers().len());
        if found < wanted {
            let needed = format!("it has {found} layers, the table {wanted}");
            return Err(Error::option("shapes", network.name(), needed));
        }
        if found > wanted {
            remarks.push(Remark::Alters(format!(
                "shapes {}: it has {found} layers; the table's are taken for the first {wanted}",
                network.name()
            )));
            layers.truncate(wanted);
        }
        Ok(layers)
    }

    /// Reads the table, or the network and accelerator that the model will make a table of.
    ///
    /// # Errors
    /// Inputs that cannot be read, are not allowed, or do not go together.
    pub fn read(&self) -> Result<Read, Error> {
        let Some(path) = &self.table else {
            return Ok(Read::Unpriced(Box::new(Unpriced::read(self)?)));
        };
        if self.pes.is_some() || self.tiles.is_some() {
            let text = "a table has its own levels; pes and tiles are for a network";
            return Err(Error::Search(text.to_owned()));
        }
        let text = files::read(path)?;
        let name = path.display().to_string();
        let table = CostTable::parse(&name, &text).map_err(Error::search)?;
        let mut remarks = Vec::new();
        let known = match &self.shapes {
            Some(network) => self.known(network, &table, &mut remarks)?,
            None => Vec::new(),
        };
        Ok(Read::CostSource(Box::new(CostSource {
            table,
            shapes: (!known.is_empty()).then(|| Shapes::of(&known)),
            known,
            source: CostOrigin::CostTable,
            scope: None,
            origin: Origin {
                arch: String::new(),
                network: name,
                batch: self.batch,
                settings: self.set.clone(),
                caveats: Vec::new(),
            },
            seconds: None,
            remarks,
        })))
    }
}

/// Options that were read, with or without their costs.
pub enum Read {
    /// Options with the costs of a table from a file.
    CostSource(Box<CostSource>),
    /// Options whose costs the model has yet to compute, which takes a while.
    Unpriced(Box<Unpriced>),
}

impl Read {
    /// Remarks on the inputs.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        match self {
            Self::CostSource(cost_source) => &cost_source.remarks,
            Self::Unpriced(unpriced) => &unpriced.remarks,
        }
    }

    /// The number of options that the model has to price; 0 for a table from a file.
    #[must_use]
    pub fn to_price(&self) -> usize {
        match self {
            Self::CostSource(_) => 0,
            Self::Unpriced(unpriced) => unpriced.layers.len(),
        }
    }

    /// Computes the costs where they are not known; reports a unit of progress for each layer.
    ///
    /// # Errors
    /// A design that cannot be made or priced.
    pub fn priced(self, progress: &dyn Progress) -> Result<CostSource, Error> {
        match self {
            Self::CostSource(cost_source) => Ok(*cost_source),
            Self::Unpriced(unpriced) => unpriced.priced(progress),
        }
    }
}

/// Overrides of what the options of an assignment decide, so that they change nothing.
fn replaced(sets: &[(&str, &str)]) -> Vec<String> {
    let decided = ["array.rows", "array.cols", "dataflows", "scratchpads."];
    let is_decided = |path: &str| decided.iter().any(|start| path.starts_with(start));
    let sets = sets.iter().filter(|(path, _)| is_decided(path));
    let warning = |(path, value): &(&str, &str)| {
        format!(
            "set {path}={value}: it changes nothing, as each option has an array and scratchpads of \
             its own; pes and tiles choose them"
        )
    };
    sets.map(warning).collect()
}

/// The options of an assignment, before their costs are computed.
pub struct Unpriced {
    /// The designs behind the options.
    pub space: DesignSpace,
    /// The layers of the network.
    pub layers: Vec<Layer>,
    /// How much of a network the layers are.
    pub scope: Scope,
    /// The names of accelerator and network.
    pub origin: Origin,
    /// Remarks on the inputs.
    pub remarks: Vec<Remark>,
}

impl Unpriced {
    /// Designs for all layers of a network, both of them values.
    ///
    /// ```
    /// use stationary::assign::{AssignmentQuestion, Unpriced};
    /// use stationary::hooks::Hooks;
    /// use stationary::load;
    /// use stationary::search::DataflowStyle;
    /// use stationary::search::design::{DesignSpace, default_base};
    /// use stationary::workloads::Network;
    ///
    /// let alexnet = load::network("alexnet", &[])?.value;
    /// let network = Network::new("two", alexnet.layers()[2..4].to_vec())?;
    /// let mut space = DesignSpace::new(default_base(), &[DataflowStyle::ALL[0]]);
    /// (space.pes, space.tiles) = (vec![8, 16], vec![1, 2]);
    /// let cost_source = Unpriced::new(space, &network).priced(&())?;
    /// let question = AssignmentQuestion::new("two", &["area=iot"]);
    /// let found = question.search(&cost_source, &Hooks::default())?.expect("it is not cancelled");
    /// assert!(found.best().is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(space: DesignSpace, network: &Network) -> Self {
        let layers = network.layers().to_vec();
        let origin = Origin {
            arch: space.base.name.clone(),
            network: network.name().to_owned(),
            batch: 1,
            settings: Vec::new(),
            caveats: target::caveats(&space.base),
        };
        Self {
            scope: Scope::new(network, &layers, false, false),
            remarks: origin.caveats.iter().cloned().map(Remark::Alters).collect(),
            space,
            layers,
            origin,
        }
    }

    /// Reads what the options name.
    ///
    /// # Errors
    /// Inputs that cannot be read, are not allowed, or do not go together.
    pub fn read(costs: &Costs) -> Result<Self, Error> {
        let Some(network) = &costs.network else {
            return Err(Error::Search("needed a network or a table".to_owned()));
        };
        let styles = match costs.dataflow.as_str() {
            "mix" => DataflowStyle::ALL.to_vec(),
            name => vec![name.parse().map_err(Error::search)?],
        };
        let mut remarks = Vec::new();
        let sets = overrides(&costs.set)?;
        let base = match &costs.arch {
            None if sets.is_empty() => default_base(),
            arch => {
                let arch = arch.as_deref().unwrap_or("systolic");
                let read = load::accelerator(arch, &sets)?;
                remarks.extend(read.notes.iter().map(Remark::of));
                let again = |sets: &[(&str, &str)]| Some(load::accelerator(arch, sets).ok()?.value);
                let idle = unread::idle(&read.value, &sets, Flows::All, again);
                remarks.extend(idle.into_iter().map(Remark::Idle));
                read.value
            }
        };
        let (network, layers) = costs.network(network, &mut remarks)?;
        let scope = Scope::new(&network, &layers, !costs.layer.is_empty(), costs.partial);
        let origin = Origin {
            arch: base.name.clone(),
            network: network.name().to_owned(),
            batch: costs.batch,
            settings: costs.set.clone(),
            caveats: target::caveats(&base),
        };
        remarks.extend(origin.caveats.iter().cloned().map(Remark::Alters));
        let mut space = DesignSpace::new(base, &styles);
        if let Some(pes) = &costs.pes {
            space.pes = parse_levels(pes).map_err(Error::search)?;
        }
        if let Some(tiles) = &costs.tiles {
            space.tiles = parse_levels(tiles).map_err(Error::search)?;
        }
        remarks.extend(replaced(&sets).into_iter().map(Remark::Idle));
        Ok(Self {
            space,
            layers,
            scope,
            origin,
            remarks,
        })
    }

    /// Computes the costs of all options by the model; reports a unit of progress for each layer.
    ///
    /// # Errors
    /// A design that cannot be made or priced.
    pub fn priced(self, progress: &dyn Progress) -> Result<CostSource, Error> {
        let start = Instant::now();
        let Tables { estimates, bounds } = self.space.tables(&self.layers, &|| progress.done())?;
        Ok(CostSource {
            table: estimates,
            shapes: Some(Shapes::of(&self.layers)),
            known: Vec::new(),
            source: CostOrigin::Model {
                space: Box::new(self.space),
                layers: self.layers,
                bounds: Box::new(bounds),
            },
            scope: Some(self.scope),
            origin: self.origin,
            seconds: Some(start.elapsed().as_secs_f64()),
            remarks: self.remarks,
        })
    }
}
