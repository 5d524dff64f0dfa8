//! The layers and the cores of a search for a chip.

use std::collections::HashMap;

use crate::error::Error;
use crate::search::codesign::{Hardware, Repeated, Task};
use crate::target::Target;
use crate::workloads::Layer;

/// The layers and the cores of a search for a chip.
pub struct Setting {
    /// The machine and the network.
    pub loaded: Target,
    /// The cores to choose from.
    pub hardware: Hardware,
    /// The shapes of layers, with how often each occurs.
    pub tasks: Vec<Repeated>,
    /// The index of each layer's task.
    pub task_of: Vec<usize>,
}

impl Setting {
    /// The setting of a machine, a network, and the cores to choose from.
    ///
    /// # Errors
    /// A layer that no schedule fits.
    pub fn new(loaded: Target, hardware: Hardware) -> Result<Self, Error> {
        let (distinct, task_of) = distinct(loaded.layers());
        let tasks = tasks(&distinct, &task_of, &hardware)?;
        Ok(Self {
            loaded,
            hardware,
            tasks,
            task_of,
        })
    }
}

/// Layers of one shape once, and which of them each layer is.
fn distinct(layers: &[Layer]) -> (Vec<Layer>, Vec<usize>) {
    let (mut firsts, mut distinct) = (HashMap::new(), Vec::new());
    let task_of = layers.iter().map(|layer| {
        let shape = (*layer.sizes(), layer.rows(), layer.cols());
        *firsts.entry(shape).or_insert_with(|| {
            distinct.push(layer.clone());
            distinct.len() - 1
        })
    });
    let task_of = task_of.collect();
    (distinct, task_of)
}

/// The tasks of layers that are not alike.
fn tasks(
    distinct: &[Layer],
    task_of: &[usize],
    hardware: &Hardware,
) -> Result<Vec<Repeated>, Error> {
    let task = |(number, layer)| {
        Ok(Repeated {
            task: Task::new(layer, hardware).map_err(Error::search)?,
            times: task_of.iter().filter(|task| **task == number).count() as u64,
        })
    };
    distinct.iter().enumerate().map(task).collect()
}
