//! What a value of each axis stands for together: names of expressions, and a question.

use super::axis::{Axis, AxisRole};
use super::constraint::{self, Names};
use super::file::PlanFile;
use crate::target::Request;

/// The question of a point.
pub(super) fn request(file: &PlanFile, axes: &[Axis], place: &[u32]) -> Request {
    let set = file.set.iter();
    let mut request = Request {
        arch: file.arch.clone().unwrap_or_default(),
        network: file.network.clone().unwrap_or_default(),
        layer: file.layers.iter().map(ToString::to_string).collect(),
        batch: file.batch.unwrap_or(1),
        dataflow: file.dataflow.clone(),
        objective: file.objective.as_ref().and_then(|name| name.parse().ok()),
        slack: (file.slack.as_ref()).and_then(|slack| slack.to_string().parse().ok()),
        set: set.map(|(path, value)| format!("{path}={value}")).collect(),
        ..Request::default()
    };
    for (axis, at) in axes.iter().zip(place) {
        let value = &axis.values[*at as usize];
        let text = value.to_string();
        match axis.role {
            AxisRole::Arch => request.arch = text,
            AxisRole::Network => request.network = text,
            AxisRole::Dataflow => request.dataflow = Some(text),
            AxisRole::Batch => request.batch = text.parse().unwrap_or(0),
            AxisRole::Field => request.set.push(format!("{}={text}", axis.name)),
        }
    }
    request
}

/// Whether a point keeps the constraints.
///
/// # Errors
/// In words: a constraint that has no answer there.
pub(super) fn keeps(file: &PlanFile, axes: &[Axis], place: &[u32]) -> Result<bool, String> {
    let names = names(file, axes, place);
    for expression in &file.constraints {
        let held = constraint::holds(expression, &names).map_err(|why| {
            let pairs = axes.iter().zip(place);
            let at: Vec<String> = pairs
                .map(|(axis, at)| format!("{} {}", axis.name, axis.values[*at as usize]))
                .collect();
            format!("where: `{expression}` at {}: {why}", at.join(", "))
        })?;
        if !held {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What expressions may name, at a point.
pub(super) fn names<'a>(file: &'a PlanFile, axes: &'a [Axis], place: &[u32]) -> Names<'a> {
    let set = file.set.iter().map(|(path, value)| (path.as_str(), value));
    let varied = axes.iter().zip(place);
    let varied = varied.map(|(axis, at)| (axis.name.as_str(), &axis.values[*at as usize]));
    set.chain(varied).collect()
}
