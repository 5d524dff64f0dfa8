//! The options of an assignment and what they cost.

use std::time::Instant;

use anyhow::{Result, bail};
use stationary::csv::Origin;
use stationary::scope::Scope;
use stationary::search::design::{DesignSpace, Tables, default_base, parse_levels};
use stationary::search::{
    BudgetRequest, CostTable, DataflowStyle, Deployment, LearningEffort, Objective, Preset,
    Problem, Shapes,
};
use stationary::unread::Flows;
use stationary::workloads::Layer;

use crate::cli::{Common, Costs, Learning};
use crate::patience::Patience;
use crate::{Answer, judged};
use crate::{inputs, output};

/// Where the numbers come from.
pub enum CostOrigin {
    /// A file.
    CostTable,
    /// Our own model.
    Model {
        /// The designs behind the options.
        space: Box<DesignSpace>,
        /// The layers.
        layers: Vec<Layer>,
        /// The least that the machine may make of each option.
        bounds: Box<CostTable>,
    },
}

/// What there is to choose from.
pub struct CostSource {
    /// The options and what they cost.
    pub table: CostTable,
    /// What learned optimisers see of the layers, if that is known.
    pub shapes: Option<Shapes>,
    /// The layers of a table, if they are known: for their names and shapes.
    pub known: Vec<Layer>,
    /// Where the costs come from.
    pub source: CostOrigin,
    /// How much of a network the options are for; nothing is known of a table.
    pub scope: Option<Scope>,
    /// Whose costs they are.
    pub origin: Origin,
    /// What the table took, where it was made.
    pub seconds: Option<f64>,
}

impl CostSource {
    /// An answer about these options, which is no where they are for too little of a network.
    pub fn judge(&self, answer: Answer) -> Answer {
        match &self.scope {
            Some(scope) => judged(scope, answer),
            None => answer,
        }
    }

    /// A problem with the layers' shapes.
    pub fn problem(
        &self,
        deployment: Deployment,
        objective: Objective,
        budgets: &[BudgetRequest],
    ) -> Result<Problem> {
        let problem = Problem::deployed(self.table.clone(), deployment, objective, budgets)?;
        Ok(match &self.shapes {
            Some(shapes) => problem.seen_as(shapes.clone()),
            None => problem,
        })
    }
}

/// What learned optimisers may spend.
pub fn effort(learning: &Learning) -> Result<LearningEffort> {
    let preset = match (learning.as_published, learning.preset.as_str()) {
        (false, name) => name.parse()?,
        (true, "faithful" | "as-published") => Preset::AsPublished,
        (true, name) => bail!("--as-published and --preset {name} exclude each other"),
    };
    let epochs = learning.epochs.unwrap_or(LearningEffort::default().epochs);
    Ok(LearningEffort { epochs, preset })
}

/// The layers that a table is said to be of.
fn known(network: &str, args: &Costs, table: &CostTable) -> Result<Vec<Layer>> {
    let network = inputs::network(network, &args.model.layers)?;
    let mut layers = inputs::layers(&network, &args.model.layers)?;
    let (found, wanted) = (layers.len(), table.layers().len());
    if found < wanted {
        bail!(
            "--shapes {}: it has {found} layers, the table {wanted}",
            network.name()
        );
    }
    if found > wanted {
        output::report_diagnostic(&format!(
            "warning: --shapes {}: it has {found} layers; the table's are taken for the first {wanted}",
            network.name()
        ));
        layers.truncate(wanted);
    }
    Ok(layers)
}

/// Overrides of what the options of an assignment decide, so that they change nothing.
fn replaced(sets: &[(&str, &str)]) -> Vec<String> {
    let decided = ["array.rows", "array.cols", "dataflows", "scratchpads."];
    let is_decided = |path: &str| decided.iter().any(|start| path.starts_with(start));
    let sets = sets.iter().filter(|(path, _)| is_decided(path));
    let warning = |(path, value): &(&str, &str)| {
        format!(
            "--set {path}={value}: it changes nothing, as each option has an array and scratchpads of \
             its own; --pes and --tiles choose them"
        )
    };
    sets.map(warning).collect()
}

/// What there is to choose from, before it is known what it costs.
pub struct Unpriced {
    pub space: DesignSpace,
    pub layers: Vec<Layer>,
    pub scope: Scope,
    pub origin: Origin,
}

/// Reads a table, or fills one by the model.
pub fn load(args: &Costs, common: &Common) -> Result<CostSource> {
    let model = &args.model;
    if let Some(path) = &args.table {
        if model.pes.is_some() || model.tiles.is_some() {
            bail!("--table has its own levels; --pes and --tiles are for --network");
        }
        let text = inputs::read(path)?;
        let table = CostTable::parse(&path.display().to_string(), &text)?;
        let known = match &args.shapes {
            Some(network) => known(network, args, &table)?,
            None => Vec::new(),
        };
        return Ok(CostSource {
            table,
            shapes: (!known.is_empty()).then(|| Shapes::of(&known)),
            known,
            source: CostOrigin::CostTable,
            scope: None,
            origin: Origin {
                arch: String::new(),
                network: path.display().to_string(),
                batch: model.layers.batch,
                settings: model.set.clone(),
                caveats: Vec::new(),
            },
            seconds: None,
        });
    }
    Unpriced::read(args)?.priced(common)
}

impl Unpriced {
    /// Reads what the options name.
    pub fn read(args: &Costs) -> Result<Self> {
        let model = &args.model;
        let Some(network) = &args.network else {
            bail!("needed --network or --table")
        };
        let styles = match args.dataflow.as_str() {
            "mix" => DataflowStyle::ALL.to_vec(),
            name => vec![name.parse()?],
        };
        let base = match &model.arch {
            Some(arch) => inputs::accelerator(arch, &model.set, Flows::All)?,
            None if model.set.is_empty() => default_base(),
            None => inputs::accelerator("systolic", &model.set, Flows::All)?,
        };
        let network = inputs::network(network, &model.layers)?;
        let layers = inputs::layers(&network, &model.layers)?;
        let scope = inputs::scope(&network, &layers, &model.layers);
        let origin = Origin {
            arch: base.name.clone(),
            network: network.name().to_owned(),
            batch: model.layers.batch,
            settings: model.set.clone(),
            caveats: inputs::caveats(&base),
        };
        inputs::warn(&origin.caveats);
        let mut space = DesignSpace::new(base, &styles);
        if let Some(pes) = &model.pes {
            space.pes = parse_levels(pes)?;
        }
        if let Some(tiles) = &model.tiles {
            space.tiles = parse_levels(tiles)?;
        }
        inputs::warn(&replaced(&inputs::overrides(&model.set)?));
        Ok(Self {
            space,
            layers,
            scope,
            origin,
        })
    }

    /// Fills a table by the model.
    pub fn priced(self, common: &Common) -> Result<CostSource> {
        let Self {
            space,
            layers,
            scope,
            origin,
        } = self;
        let less = "fewer layers or levels take less, Ctrl-C ends it";
        let patience = Patience::new(common, "cost table", layers.len() as u64, less);
        let start = Instant::now();
        let Tables { estimates, bounds } = space.tables(&layers, &|| patience.done())?;
        drop(patience);
        let space = Box::new(space);
        let bounds = Box::new(bounds);
        Ok(CostSource {
            table: estimates,
            shapes: Some(Shapes::of(&layers)),
            known: Vec::new(),
            source: CostOrigin::Model {
                space,
                layers,
                bounds,
            },
            scope: Some(scope),
            origin,
            seconds: Some(start.elapsed().as_secs_f64()),
        })
    }
}
