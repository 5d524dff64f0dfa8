//! The options of an assignment and what they cost.

use anyhow::{Result, bail};
use stationary::search::design::{DesignSpace, default_base, parse_levels};
use stationary::search::{Style, Table};
use stationary::workloads::Layer;

use crate::cli::{Common, Costs};
use crate::{inputs, output};

/// Where the numbers come from.
pub enum Source {
    /// A file.
    Table,
    /// Our own model.
    Model {
        /// The designs behind the options.
        space: Box<DesignSpace>,
        /// The layers.
        layers: Vec<Layer>,
    },
}

/// Reads a table, or fills one by the model.
pub fn load(args: &Costs, common: &Common) -> Result<(Table, Source)> {
    let model = &args.model;
    if let Some(path) = &args.table {
        if model.pes.is_some() || model.tiles.is_some() {
            bail!("--table has its own levels; --pes and --tiles are for --network");
        }
        let text = inputs::read(path)?;
        let table = Table::parse(&path.display().to_string(), &text)?;
        return Ok((table, Source::Table));
    }
    let Some(network) = &args.network else {
        bail!("needed --network or --table")
    };
    let styles = match args.dataflow.as_str() {
        "mix" => Style::ALL.to_vec(),
        name => vec![name.parse()?],
    };
    let base = match &model.arch {
        Some(arch) => inputs::accelerator(arch, &model.set)?,
        None if model.set.is_empty() => default_base(),
        None => inputs::accelerator("systolic", &model.set)?,
    };
    let network = inputs::network(network, model.batch, &model.dim)?;
    let layers = inputs::layers(&network, &model.layer)?;
    let mut space = DesignSpace::new(base, &styles);
    if let Some(pes) = &model.pes {
        space.pes = parse_levels(pes)?;
    }
    if let Some(tiles) = &model.tiles {
        space.tiles = parse_levels(tiles)?;
    }
    let bar = output::progress(common, "cost table", layers.len() as u64);
    let table = space.table(&layers, &|| bar.inc(1))?;
    bar.finish_and_clear();
    let space = Box::new(space);
    Ok((table, Source::Model { space, layers }))
}
