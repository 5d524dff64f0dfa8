//! Mappings as files: a serde mirror of [`Tiling`], one entry a layer.
//!
//! ```yaml
//! layers:
//!   - layer: conv2
//!     dataflow: rs
//!     part: {P: 28}              # extents run as a layer of their own; left out: the whole layer
//!     block: {K: 64, C: 2}       # extents in the global buffer; left out: the whole part
//!     local: {K: 16, C: 2, S: 5} # extents in a PE; left out: 1, or all for streaming dimensions
//!     rows: {R: 5, P: 2}         # unrolling; left out: 1
//!     cols: {P: 14}
//!     block_order: GNPQKCRS      # outer to inner
//!     pass_order: GNPQKCRS
//!     staging: {weight: pass}    # block, pass or layer; left out: block
//!     data_banks: 16             # banks of inputs and weights, where none is shared; left out: as needed
//!     wt_banks: 16
//!   - layer: conv3               # or, instead of all that, Eyeriss's published parameters
//!     row_stationary: {m: 64, n: 4, e: 13, p: 16, q: 4, r: 1, t: 4}
//!   - {layer: conv4, data_banks: 16, wt_banks: 16} # only the buffer's banks: the mapper does the rest,
//!                                # in as few parts as they have room for
//!   - {layer: conv5, dataflow: {name: mine, rows: [R, C], cols: [K], beats: [N, P, Q]}} # one of one's own
//! others: map                    # layers that are not listed: refuse (if left out) or map
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::error::MappingFileError;
use super::layer_file::{FileEntry, LayerFile};
use super::row_stationary::RowStationary;
use crate::arch::{Accelerator, Operand, PerOperand};
use crate::sim::mapper::{self, MapperEffort};
use crate::sim::{
    Dataflow, DataflowError, Mapping, Staging, Tiling, WrittenDataflow, estimate, lowered,
};
use crate::workloads::{Dim, Layer, PerDim};

/// The JSON Schema of a mapping file.
#[must_use]
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(MappingFile);
    schema.insert("title".to_owned(), "Mappings of stationary".into());
    let description = "Mappings of the layers of a network.";
    schema.insert("description".to_owned(), description.into());
    schema
}

/// Mappings of the layers of a network.
pub type MappingFile = LayerFile<LayerMapping>;

/// The dataflows of a file that are written in it; the bundled ones are named.
#[must_use]
pub fn own_dataflows(file: &MappingFile) -> Vec<Dataflow> {
    let written = file
        .entries()
        .iter()
        .filter_map(|entry| entry.dataflow.clone());
    let own = written.filter(|written| matches!(written, WrittenDataflow::Own(_)));
    own.filter_map(|own| own.try_into().ok()).collect()
}

/// The mapping of one layer, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerMapping {
    /// The name of the layer in its network.
    layer: String,
    /// The dataflow: ws, os, rs, is, or one of one's own, as its file has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dataflow: Option<WrittenDataflow>,
    /// Eyeriss's published parameters, in the place of all extents and orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row_stationary: Option<RowStationary>,
    /// Extents, by dimension, that run as a layer of their own; the whole layer where left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    part: BTreeMap<Dim, u64>,
    /// Extents, by dimension, in the global buffer; the whole part where left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    block: BTreeMap<Dim, u64>,
    /// Extents, by dimension, in a PE; left out 1, or all of a dimension that is streamed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    local: BTreeMap<Dim, u64>,
    /// Indices, by dimension, side by side along the rows of the array; 1 where left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    rows: BTreeMap<Dim, u64>,
    /// Indices, by dimension, side by side along the columns of the array; 1 where left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    cols: BTreeMap<Dim, u64>,
    /// The loops over blocks, outer to inner: each of N G K C P Q R S once; GNPQKCRS by default.
    #[serde(default = "default_order")]
    block_order: String,
    /// The loops over the passes of a block, outer to inner: each of N G K C P Q R S once; GNPQKCRS
    /// by default.
    #[serde(default = "default_order")]
    pass_order: String,
    /// How long an operand's tile stays in the buffer, by operand; `block` where left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    staging: BTreeMap<Operand, StagingName>,
    /// Banks of the buffer for inputs, where operands share none; left out or 0, as many as needed.
    #[serde(default, skip_serializing_if = "is_zero")]
    data_banks: u32,
    /// Banks of the buffer for weights, where operands share none; left out or 0, as many as
    /// needed.
    #[serde(default, skip_serializing_if = "is_zero")]
    wt_banks: u32,
}

fn is_zero(banks: &u32) -> bool {
    *banks == 0
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
enum StagingName {
    /// For a whole block, whose passes read it again and again.
    Block,
    /// For one pass.
    Pass,
    /// For the whole layer, or the part of it that is run.
    Layer,
}

fn default_order() -> String {
    "GNPQKCRS".to_owned()
}

impl FileEntry for LayerMapping {
    fn layer(&self) -> &str {
        &self.layer
    }
}

impl MappingFile {
    /// Reads a file's text; `file` is the name that errors carry.
    ///
    /// # Errors
    /// Text that is not YAML of this shape.
    pub fn parse(file: &str, text: &str) -> Result<Self, MappingFileError> {
        Self::read(file, text).map_err(MappingFileError::Unreadable)
    }

    /// The file of some mappings, each under its layer's name.
    #[must_use]
    pub fn of<'m>(mappings: impl IntoIterator<Item = &'m Mapping>) -> Self {
        mappings.into_iter().map(LayerMapping::of).collect()
    }

    /// Dataflow and tiling of a layer.
    ///
    /// # Errors
    /// No entry for the layer, or one with an unknown dataflow or loop order, or with published
    /// parameters that do not fit.
    pub fn tiling(
        &self,
        file: &str,
        layer: &Layer,
        accelerator: &Accelerator,
    ) -> Result<(Arc<Dataflow>, Tiling), MappingFileError> {
        match self.find(layer) {
            // A layer that cannot be unfolded is an error of the mapping.
            Some(entry) => {
                let layer = Arc::from(layer);
                entry.tiling(&lowered(&layer, accelerator).unwrap_or(layer), accelerator)
            }
            None => Err(MappingFileError::Missing {
                file: file.to_owned(),
                layer: layer.name().to_owned(),
                present: self
                    .entries()
                    .iter()
                    .map(|e| e.layer.as_str())
                    .collect::<Vec<_>>()
                    .join(", "),
            }),
        }
    }
}

impl LayerMapping {
    /// A mapping as it is written: extents that say nothing are left out.
    #[must_use]
    pub fn of(mapping: &Mapping) -> Self {
        let t = mapping.tiling();
        let layer = mapping.layer();
        let dataflow = mapping.dataflow();
        let unlike = |values: &PerDim<u64>, usual: &dyn Fn(Dim) -> u64| {
            Dim::ALL
                .into_iter()
                .filter(|d| values[*d] != usual(*d))
                .map(|d| (d, values[d]))
                .collect()
        };
        let order = |dims: [Dim; 8]| dims.iter().map(|d| d.name()).collect();
        let staged = Operand::ALL
            .into_iter()
            .map(|o| (o, StagingName::from(t.staging[o])));
        Self {
            layer: layer.name().to_owned(),
            dataflow: Some(Dataflow::clone(dataflow).into()),
            row_stationary: None,
            part: unlike(&t.part, &|d| layer.size(d)),
            block: unlike(&t.block, &|d| t.part[d]),
            local: unlike(&t.local, &|d| usual_local(dataflow, layer, d)),
            rows: unlike(&t.rows, &|_| 1),
            cols: unlike(&t.cols, &|_| 1),
            block_order: order(t.block_order),
            pass_order: order(t.pass_order),
            staging: staged.filter(|(_, s)| *s != StagingName::Block).collect(),
            data_banks: t.banks.input,
            wt_banks: t.banks.weight,
        }
    }

    /// The same for another layer of equal shape.
    #[must_use]
    pub fn renamed(self, layer: &str) -> Self {
        Self {
            layer: layer.to_owned(),
            ..self
        }
    }

    fn tiling(
        &self,
        layer: &Layer,
        accelerator: &Accelerator,
    ) -> Result<(Arc<Dataflow>, Tiling), MappingFileError> {
        if self.has_banks_alone() {
            return self.mapped(layer, accelerator);
        }
        if let Some(parameters) = &self.row_stationary {
            self.has_no_tiling()?;
            return parameters.tiling(layer, accelerator).map_err(|problem| {
                MappingFileError::RowStationary {
                    layer: self.layer.clone(),
                    problem,
                }
            });
        }
        let dataflow = self.dataflow()?;
        let or = |values: &BTreeMap<Dim, u64>, usual: &dyn Fn(Dim) -> u64| {
            PerDim::from_fn(|d| values.get(&d).copied().unwrap_or_else(|| usual(d)))
        };
        let staging = |o| {
            self.staging
                .get(&o)
                .copied()
                .unwrap_or(StagingName::Block)
                .into()
        };
        let part = or(&self.part, &|d| layer.size(d));
        let tiling = Tiling {
            part,
            block: or(&self.block, &|d| part[d]),
            local: or(&self.local, &|d| usual_local(&dataflow, layer, d)),
            rows: or(&self.rows, &|_| 1),
            cols: or(&self.cols, &|_| 1),
            block_order: self.order("block_order", &self.block_order)?,
            pass_order: self.order("pass_order", &self.pass_order)?,
            staging: PerOperand::from_fn(staging),
            banks: self.banks(),
        };
        Ok((dataflow, tiling))
    }

    /// The dataflow, if it is one.
    fn dataflow(&self) -> Result<Arc<Dataflow>, MappingFileError> {
        let unknown = |found: &str| MappingFileError::Dataflow {
            layer: self.layer.clone(),
            found: found.to_owned(),
        };
        let Some(written) = &self.dataflow else {
            return Err(unknown(""));
        };
        match Dataflow::try_from(written.clone()) {
            Ok(dataflow) => Ok(dataflow.into()),
            Err(DataflowError::Unknown(name)) => Err(unknown(&name)),
            Err(problem) => Err(MappingFileError::Own {
                layer: self.layer.clone(),
                problem,
            }),
        }
    }

    fn banks(&self) -> PerOperand<u32> {
        PerOperand {
            input: self.data_banks,
            weight: self.wt_banks,
            output: 0,
        }
    }

    /// The dataflow that the mapping names, or that its parameters are of; none where it leaves the choice, or names
    /// none that there is.
    pub(crate) fn named_dataflow(&self) -> Option<Arc<Dataflow>> {
        match &self.row_stationary {
            Some(_) => Dataflow::find("rs").map(|dataflow| dataflow.clone().into()),
            None => self.dataflow().ok(),
        }
    }

    /// Whether banks are all that is given.
    fn has_banks_alone(&self) -> bool {
        self.banks() != PerOperand::default()
            && self.row_stationary.is_none()
            && self.has_no_tiling().is_ok()
            && self.dataflow.is_none()
    }

    /// The mapper's choice with these banks.
    fn mapped(
        &self,
        layer: &Layer,
        accelerator: &Accelerator,
    ) -> Result<(Arc<Dataflow>, Tiling), MappingFileError> {
        let effort = MapperEffort {
            banks: self.banks(),
            ..MapperEffort::default()
        };
        let offered = accelerator.dataflows.iter();
        let best = offered
            .filter_map(|name| Dataflow::find(name))
            .map(|dataflow| mapper::map_with(layer, accelerator, dataflow, &effort))
            .min_by_key(|mapping| match mapping {
                Ok(mapping) => estimate(mapping).cycles,
                Err(_) => u64::MAX,
            });
        match best {
            Some(Ok(mapping)) => Ok((Arc::clone(mapping.dataflow()), *mapping.tiling())),
            Some(Err(error)) => Err(MappingFileError::Banks {
                layer: self.layer.clone(),
                problem: error.to_string(),
            }),
            None => Err(MappingFileError::Dataflow {
                layer: self.layer.clone(),
                found: String::new(),
            }),
        }
    }

    fn has_no_tiling(&self) -> Result<(), MappingFileError> {
        let extents = [
            ("part", &self.part),
            ("block", &self.block),
            ("local", &self.local),
            ("rows", &self.rows),
            ("cols", &self.cols),
        ];
        let is_row_stationary = match &self.dataflow {
            None => true,
            Some(WrittenDataflow::Name(name)) => name == "rs",
            Some(WrittenDataflow::Own(_)) => false,
        };
        let mut given = extents
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(field, _)| field);
        let field = given.next().or_else(|| {
            [
                ("staging", !self.staging.is_empty()),
                ("block_order", self.block_order != default_order()),
                ("pass_order", self.pass_order != default_order()),
                ("dataflow", !is_row_stationary),
            ]
            .into_iter()
            .find_map(|(field, is_given)| is_given.then_some(field))
        });
        field.map_or(Ok(()), |field| {
            Err(MappingFileError::Both {
                layer: self.layer.clone(),
                field,
            })
        })
    }

    fn order(&self, field: &'static str, text: &str) -> Result<[Dim; 8], MappingFileError> {
        let dims = Dim::ALL.map(|d| text.find(d.name()).map(|place| (place, d)));
        let mut places: Vec<_> = dims.into_iter().flatten().collect();
        places.sort_unstable();
        let order: Vec<_> = places.into_iter().map(|(_, d)| d).collect();
        <[Dim; 8]>::try_from(order)
            .ok()
            .filter(|_| text.len() == 8)
            .ok_or_else(|| MappingFileError::Order {
                layer: self.layer.clone(),
                field,
                found: text.to_owned(),
            })
    }
}

/// The local extent of a dimension that a file says nothing of.
fn usual_local(dataflow: &Dataflow, layer: &Layer, dim: Dim) -> u64 {
    if dataflow.beats.contains(&dim) {
        layer.size(dim)
    } else {
        1
    }
}

impl From<Staging> for StagingName {
    fn from(staging: Staging) -> Self {
        match staging {
            Staging::Block => Self::Block,
            Staging::Pass => Self::Pass,
            Staging::Layer => Self::Layer,
        }
    }
}

impl From<StagingName> for Staging {
    fn from(name: StagingName) -> Self {
        match name {
            StagingName::Block => Self::Block,
            StagingName::Pass => Self::Pass,
            StagingName::Layer => Self::Layer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ROW_STATIONARY;
    use crate::workloads::zoo;

    #[test]
    fn written_mappings_read_back_the_same() -> Result<(), Box<dyn std::error::Error>> {
        let accelerator = Accelerator::preset("eyeriss", &[])?;
        let network = zoo::find("alexnet")?;
        for layer in network.layers().iter().take(3) {
            let mapping = mapper::map(layer, &accelerator, &ROW_STATIONARY)?;
            let text = MappingFile::of([&mapping]).to_yaml();
            let (dataflow, tiling) =
                MappingFile::parse("m.yaml", &text)?.tiling("m.yaml", layer, &accelerator)?;
            assert_eq!((&*dataflow.name, &tiling), ("rs", mapping.tiling()));
        }
        Ok(())
    }

    #[test]
    fn errors_name_the_place() {
        let check = |text: &str, expected: &str| {
            let layer = &zoo::find("alexnet").expect("a bundled network").layers()[0].clone();
            let accelerator = Accelerator::preset("eyeriss", &[]).expect("a bundled preset");
            let error = MappingFile::parse("m.yaml", text)
                .and_then(|file| file.tiling("m.yaml", layer, &accelerator).map(|_| ()))
                .expect_err("the file is wrong");
            assert!(error.to_string().contains(expected), "{error}");
        };
        check(
            "layers: [{layer: conv1, dataflow: xs}]",
            "unknown dataflow `xs`",
        );
        check(
            "layers: [{layer: conv9, dataflow: rs}]",
            "no mapping for layer `conv1`; it has: conv9",
        );
        check(
            "layers: [{layer: conv1, dataflow: rs, block: {K: -4}}]",
            ": layers[0].block",
        );
        check(
            "layers: [{layer: conv1, dataflow: rs, pass_order: NGKC}]",
            "pass_order is `NGKC`",
        );
        let published = "row_stationary: {m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 3}";
        check(
            &format!("layers: [{{layer: conv1, {published}}}]"),
            "row_stationary.t is 3; it must lie between 1 and 2, the sets that the array has room",
        );
        check(
            &format!("layers: [{{layer: conv1, rows: {{R: 11}}, {published}}}]"),
            "layer `conv1`: `rows` beside `row_stationary`",
        );
    }
}
