//! Layers that fit the buffer, and of which a mapping of the mapper's own reads an operand several times: why.
//!
//! The mapper takes the least energy of the mappings within the slack of the fewest cycles. What reads an operand
//! once may take more cycles than that, as tiles that are loaded whole keep the array waiting.

use crate::arch::{Accelerator, Operand, PerOperand};
use crate::evaluate::LayerResult;
use crate::sim::mapper::{Goal, Objective};
use crate::workloads::Layer;

/// Reads of an operand from which on it is said.
const SEVERAL: f64 = 1.5;

/// A note on the layer that reads most more than it has to, and on how many others do; nothing where the mapper did
/// not choose by cycles.
pub fn note(a: &Accelerator, goal: Option<Goal>, layers: &[LayerResult]) -> Option<String> {
    let goal = goal.filter(|goal| goal.objective == Objective::Cycles)?;
    let found = layers.iter().filter_map(|layer| Reread::of(a, layer));
    let found: Vec<Reread<'_>> = found.collect();
    let worst = found.iter().max_by_key(|reread| reread.words)?;
    let more = match found.len() - 1 {
        0 => String::new(),
        1 => ", and one layer more".to_owned(),
        n => format!(", and {n} layers more"),
    };
    Some(format!(
        "{} of {} is read {:.1} times from DRAM though the layer fits the buffer{more}: of the mappings within the \
         slack of {} of the fewest cycles, the one taken has the least energy; more --slack, or --objective energy, \
         reads less",
        worst.operand, worst.name, worst.times, goal.slack
    ))
}

/// An operand that is read more often than it has to be.
struct Reread<'a> {
    name: &'a str,
    operand: Operand,
    times: f64,
    /// Words that are read again.
    words: u64,
}

impl<'a> Reread<'a> {
    fn of(a: &Accelerator, result: &'a LayerResult) -> Option<Self> {
        let unfolded = a.array.im2col.then(|| result.layer.unfolded().ok());
        let layer = unfolded.flatten();
        let layer = layer.as_ref().unwrap_or(&result.layer);
        if !fits(a, layer) {
            return None;
        }
        let operands = [
            (Operand::Input, layer.inputs()),
            (Operand::Weight, layer.weights()),
        ];
        let reread = |(operand, words): (Operand, u64)| {
            let read = result.counters.dram_read[operand];
            let times = read as f64 / words.max(1) as f64;
            (times >= SEVERAL).then(|| Self {
                name: result.layer.name(),
                operand,
                times,
                words: read - words,
            })
        };
        let found = operands.into_iter().filter_map(reread);
        found.max_by_key(|reread| reread.words)
    }
}

/// Whether all of a layer lies in the buffer at once, outputs as sums.
fn fits(a: &Accelerator, layer: &Layer) -> bool {
    let bits = PerOperand {
        input: layer.inputs().saturating_mul(a.precision.input.0.into()),
        weight: layer.weights().saturating_mul(a.precision.weight.0.into()),
        output: layer
            .outputs()
            .saturating_mul(a.precision.partial_sum.0.into()),
    };
    a.global_buffer.partitions.iter().all(|partition| {
        let copies = if partition.double_buffered { 2 } else { 1 };
        let needed = partition.operands.iter().map(|operand| bits[*operand]);
        let needed = needed.fold(0, u64::saturating_add);
        needed.div_ceil(8).saturating_mul(copies) <= partition.bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;

    #[track_caller]
    fn check(sets: &[&str], layer: &str, expected: &[&str]) {
        let request = Request {
            set: sets.iter().map(|&set| set.to_owned()).collect(),
            ..Request::new("systolic", "bert_base")
        };
        let target = request.target().and_then(|target| target.pick(&[layer]));
        let target = target.expect("a bundled network");
        let run = target.estimate(&()).expect("it has a mapping");
        let goal = target.chosen().map(|chosen| chosen.goal);
        let found = note(&target.accelerator, goal, &run.layers).unwrap_or_default();
        for part in expected {
            assert!(found.contains(part), "`{part}` is not in `{found}`");
        }
        assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
    }

    #[test]
    fn an_operand_that_is_read_again_is_told_of() {
        let parts = ["input of block0.q is read 2.0 times", "slack of 1 %"];
        check(&["global_buffer.kib=4096"], "block0.q", &parts);
    }

    #[test]
    fn a_layer_that_does_not_fit_or_is_read_once_is_not_told_of() {
        check(&["global_buffer.kib=16"], "0", &[]);
        check(&["global_buffer.kib=16384", "dram.kind=ideal"], "0", &[]);
    }
}
