//! One of our mappings in Timeloop's terms.
//!
//! ```text
//! DRAM      loops over blocks
//! buffer    loops over passes; rows along Y, columns along X; a storage for each partition, and
//!           for what of it stays for a pass or for the layer
//! PE        the resident operand's scratchpad around the beats; the others around the local steps
//! ```

use crate::arch::import::timeloop::{Architecture, Arithmetic, Storage};
use crate::arch::{Accelerator, DramKind, Operand};
use crate::workloads::timeloop::{DataSpace, Term, TimeloopProblem};
use crate::workloads::{Dim, Layer, PerDim};

use super::nest::{Nest, NestLevel};
use crate::sim::{Mapping, Staging};

/// Data spaces stand in this order.
const SPACES: [Operand; 3] = [Operand::Weight, Operand::Input, Operand::Output];

impl Nest {
    /// The nest of a mapping. Timeloop's tiles divide, so a layer whose own do not is padded: the
    /// problem's sizes are then greater than the layer's.
    ///
    /// # Errors
    /// What Timeloop has no room for: lanes that do not divide a PE's channels, or tiles that overflow
    /// once they are padded.
    pub fn of(mapping: &Mapping) -> Result<Self, String> {
        let (layer, accelerator, tiling) =
            (mapping.layer(), mapping.accelerator(), mapping.tiling());
        // A PE's share may be stated beyond the block, which then cuts it.
        let spread = PerDim::from_fn(|d| tiling.rows[d] * tiling.cols[d]);
        let local = PerDim::from_fn(|d| tiling.local[d].min(tiling.block[d].div_ceil(spread[d])));
        let pass = PerDim::from_fn(|d| local[d] * spread[d]);
        let block = PerDim::from_fn(|d| tiling.block[d].next_multiple_of(pass[d]));
        let blocks = PerDim::from_fn(|d| layer.size(d).div_ceil(tiling.block[d]));
        let sizes = PerDim::from_fn(|d| blocks[d] * block[d]);
        let lanes = u64::from(accelerator.array.lanes);
        let in_lanes = lanes.min(local[Dim::C]);
        if local[Dim::C] % in_lanes != 0 {
            return Err(format!(
                "a PE's {} channels do not divide into {in_lanes} lanes; Timeloop's tiles divide",
                local[Dim::C]
            ));
        }
        let buffers = buffers(mapping);
        let mut architecture = architecture(accelerator, mapping.resident(), &buffers);
        // A level has one factor for each dimension: one that is unrolled along both axes needs two.
        let is_on_both = Dim::ALL
            .iter()
            .any(|d| tiling.rows[*d] > 1 && tiling.cols[*d] > 1);
        let column = usize::from(is_on_both);
        if is_on_both {
            let at = 1 + buffers.len();
            architecture
                .storages
                .insert(at, column_of(accelerator, &architecture.storages[at]));
        }
        let mut levels = vec![NestLevel::new(8, 3); architecture.storages.len()];
        for level in &mut levels {
            level.temporal.clear();
            level.spatial.clear();
            level.keeps = vec![false; 3];
            level.split = 0;
        }
        levels[0].keeps = vec![true; 3];
        for (index, buffer) in buffers.iter().enumerate() {
            levels[1 + index].keeps = SPACES.map(|o| buffer.operands.contains(&o)).to_vec();
        }
        // Tiles that stay for the layer lie outside of the loops over blocks, tiles that stay for a
        // pass inside of the loops over passes. Ours are outer to inner, Timeloop's inner to outer.
        let until = |staging: Staging| {
            buffers
                .iter()
                .filter(|b| rank(b.staging) <= rank(staging))
                .count()
        };
        let over_blocks = |d: &Dim| (d.index(), blocks[*d]);
        levels[until(Staging::Layer)].temporal =
            tiling.block_order.iter().rev().map(over_blocks).collect();
        let over_passes = |d: &Dim| (d.index(), block[*d] / pass[*d]);
        levels[until(Staging::Block)].temporal =
            tiling.pass_order.iter().rev().map(over_passes).collect();
        let partitions = buffers.len();
        let unrolled = |bounds: &PerDim<u64>| -> Vec<(usize, u64)> {
            let used = Dim::ALL.into_iter().filter(|d| bounds[*d] > 1);
            used.map(|d| (d.index(), bounds[d])).collect()
        };
        let columns = unrolled(&tiling.cols);
        levels[partitions].split = columns.len();
        levels[partitions].spatial = columns;
        levels[partitions + column]
            .spatial
            .extend(unrolled(&tiling.rows));
        let step = |d: Dim| {
            if d == Dim::C {
                local[d] / in_lanes
            } else {
                local[d]
            }
        };
        let beats = &mapping.dataflow().beats;
        let [outer, inner] = [partitions + column + 1, partitions + column + 3];
        levels[outer].temporal = beats.iter().rev().map(|d| (d.index(), step(*d))).collect();
        let rest = Dim::ALL.into_iter().rev().filter(|d| !beats.contains(d));
        levels[inner].temporal = rest.map(|d| (d.index(), step(d))).collect();
        levels[inner].spatial = vec![(Dim::C.index(), in_lanes)];
        levels[inner].split = 1;
        for (index, operand) in pads(mapping.resident()).into_iter().enumerate() {
            levels[outer + index].keeps = SPACES.map(|o| o == operand).to_vec();
        }
        for level in &mut levels {
            complete(&mut level.temporal);
            complete(&mut level.spatial);
        }
        let nest = Self {
            problem: problem(layer, &sizes),
            architecture,
            levels,
        };
        match nest.misfits().into_iter().next() {
            Some(misfit) => Err(format!("in Timeloop's count of words, {misfit}")),
            None => Ok(nest),
        }
    }
}

/// Adds the dimensions that a list of loops leaves out, outside of all others.
fn complete(loops: &mut Vec<(usize, u64)>) {
    for dim in 0..8 {
        if !loops.iter().any(|(known, _)| *known == dim) {
            loops.push((dim, 1));
        }
    }
}

/// A level that keeps nothing, one a column, as Eyeriss's models have it.
fn column_of(accelerator: &Accelerator, pad: &Storage) -> Storage {
    Storage {
        name: "column".to_owned(),
        instances: u64::from(accelerator.array.cols),
        rows: Some(1),
        words: Some(1),
        ..pad.clone()
    }
}

/// The scratchpads, outer to inner.
fn pads(resident: Operand) -> [Operand; 3] {
    match resident {
        Operand::Weight => [Operand::Weight, Operand::Input, Operand::Output],
        Operand::Input => [Operand::Input, Operand::Weight, Operand::Output],
        Operand::Output => [Operand::Output, Operand::Input, Operand::Weight],
    }
}

/// A part of the global buffer whose tiles stay equally long.
struct Buffer {
    operands: Vec<Operand>,
    staging: Staging,
    bytes: u64,
}

/// From tiles that stay long to tiles that go soon.
fn rank(staging: Staging) -> u8 {
    match staging {
        Staging::Layer => 0,
        Staging::Block => 1,
        Staging::Pass => 2,
    }
}

fn buffers(mapping: &Mapping) -> Vec<Buffer> {
    let mut buffers = Vec::new();
    for staging in [Staging::Layer, Staging::Block, Staging::Pass] {
        for partition in &mapping.accelerator().global_buffer.partitions {
            let mut operands = partition.operands.clone();
            operands.retain(|o| mapping.tiling().staging[*o] == staging);
            if !operands.is_empty() {
                let bytes = partition.bytes;
                buffers.push(Buffer {
                    operands,
                    staging,
                    bytes,
                });
            }
        }
    }
    buffers
}

fn problem(layer: &Layer, sizes: &PerDim<u64>) -> TimeloopProblem {
    let term = |dim: Dim, coefficient: u64| Term {
        dim: dim.index(),
        coefficient,
    };
    let plain =
        |dims: &[Dim]| -> Vec<Vec<Term>> { dims.iter().map(|d| vec![term(*d, 1)]).collect() };
    let window = |window: crate::workloads::Window, [output, tap]: [Dim; 2]| {
        vec![term(output, window.stride), term(tap, window.dilation)]
    };
    let mut input = plain(&[Dim::N, Dim::G, Dim::C]);
    input.push(window(layer.rows(), [Dim::P, Dim::R]));
    input.push(window(layer.cols(), [Dim::Q, Dim::S]));
    let space = |operand: Operand| DataSpace {
        name: ["Inputs", "Weights", "Outputs"][operand as usize].to_owned(),
        ranks: match operand {
            Operand::Input => input.clone(),
            Operand::Weight => plain(&[Dim::G, Dim::K, Dim::C, Dim::R, Dim::S]),
            Operand::Output => plain(&[Dim::N, Dim::G, Dim::K, Dim::P, Dim::Q]),
        },
        is_output: operand == Operand::Output,
    };
    TimeloopProblem {
        name: layer.name().to_owned(),
        dims: Dim::ALL.map(|d| d.name().to_owned()).to_vec(),
        sizes: sizes.0.to_vec(),
        spaces: SPACES.map(space).to_vec(),
    }
}

fn architecture(accelerator: &Accelerator, resident: Operand, buffers: &[Buffer]) -> Architecture {
    let array = &accelerator.array;
    let (rows, cols) = (u64::from(array.rows), u64::from(array.cols));
    let precision = &accelerator.precision;
    let bits = |operand: Operand| {
        u64::from(match operand {
            Operand::Input => precision.input.0,
            Operand::Weight => precision.weight.0,
            Operand::Output => precision.partial_sum.0,
        })
    };
    let base = Storage {
        name: "DRAM".to_owned(),
        is_dram: true,
        instances: 1,
        mesh_x: 1,
        word_bits: u64::from(precision.input.0),
        block_words: 1,
        rows: None,
        words: None,
        read_bandwidth: None,
        write_bandwidth: None,
        shared_bandwidth: None,
        keep: None,
    };
    let mut storages = vec![Storage {
        shared_bandwidth: match accelerator.dram.kind {
            DramKind::Bandwidth {
                words_per_cycle, ..
            } => Some(f64::from(words_per_cycle)),
            _ => None,
        },
        ..base.clone()
    }];
    for partition in buffers {
        // The narrowest word, so that what fits in bytes fits in words.
        let word = partition
            .operands
            .iter()
            .map(|o| bits(*o))
            .min()
            .unwrap_or(8);
        let words = partition.bytes * 8 / word;
        let names: Vec<_> = partition.operands.iter().map(|o| o.name()).collect();
        storages.push(Storage {
            name: match partition.staging {
                Staging::Layer => format!("{}_layer_buffer", names.join("_")),
                Staging::Block => format!("{}_buffer", names.join("_")),
                Staging::Pass => format!("{}_pass_buffer", names.join("_")),
            },
            is_dram: false,
            word_bits: word,
            rows: Some(words),
            words: Some(words),
            ..base.clone()
        });
    }
    for operand in pads(resident) {
        let words = accelerator.scratchpads[operand].words;
        storages.push(Storage {
            name: format!("{operand}_pad"),
            is_dram: false,
            instances: rows * cols,
            mesh_x: cols,
            word_bits: bits(operand),
            rows: Some(words),
            words: Some(words),
            ..base.clone()
        });
    }
    Architecture {
        name: accelerator
            .name
            .replace(|c: char| !c.is_ascii_alphanumeric(), "_"),
        technology: Some(accelerator.technology.0),
        storages,
        arithmetic: Arithmetic {
            name: "mac".to_owned(),
            instances: rows * cols * u64::from(array.lanes),
            mesh_x: cols * u64::from(array.lanes),
            word_bits: u64::from(precision.input.0),
        },
        containers: Vec::new(),
        cycle_seconds: None,
    }
}
