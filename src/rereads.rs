//! Tensors that fit the buffer, and that a mapping of the mapper's own reads from DRAM several times: why.
//!
//! The mapper takes the least energy of the mappings within the slack of the fewest cycles. What reads a tensor
//! once may take more cycles than that, as tiles that are loaded whole keep the array waiting; or the tensor fits
//! only where the tiles of the others do not. Which it is, the mapping of least energy says.

use crate::arch::{Accelerator, Operand, PerOperand};
use crate::control::ControlKind;
use crate::evaluate::LayerResult;
use crate::sim::mapper::{Goal, Objective, Slack};
use crate::target::Target;
use crate::workloads::Layer;

/// A note on the tensor of which most words are read again, and on how many other layers read one again;
/// nothing where the mapper did not choose by cycles.
pub fn note(target: &Target, control: &ControlKind, layers: &[LayerResult]) -> Option<String> {
    let chosen = target.chosen()?;
    if chosen.goal.objective != Objective::Cycles {
        return None;
    }
    let is_chosen = |layer: &&LayerResult| match &chosen.part {
        None => true,
        Some(part) => part.iter().any(|name| name == layer.layer.name()),
    };
    let found = layers.iter().filter(is_chosen);
    let found = found.filter_map(|layer| Reread::of(target.accelerator(), layer));
    let found: Vec<Reread<'_>> = found.collect();
    let worst = found.iter().max_by_key(|reread| reread.words)?;
    let more = match found.len() - 1 {
        0 => String::new(),
        1 => ", and one of another layer".to_owned(),
        n => format!(", and of {n} layers more"),
    };
    Some(format!(
        "{} of {} are read from DRAM {} though the buffer is of their size or larger{more}: {}",
        named(worst.operand),
        worst.result.layer.name(),
        often(worst.times),
        worst.reason(target, control)?
    ))
}

fn often(times: f64) -> String {
    match format!("{times:.1}").as_str() {
        "0.0" => "not at all".to_owned(),
        "1.0" => "once".to_owned(),
        times => format!("{times} times"),
    }
}

const fn named(operand: Operand) -> &'static str {
    match operand {
        Operand::Input => "inputs",
        Operand::Weight => "weights",
        Operand::Output => "partial sums",
    }
}

/// A tensor that is read more often than it has to be.
struct Reread<'a> {
    result: &'a LayerResult,
    operand: Operand,
    times: f64,
    /// Words that are read again.
    words: u64,
}

impl<'a> Reread<'a> {
    /// The tensor of which most words are read again, if those are half of it or more.
    fn of(a: &Accelerator, result: &'a LayerResult) -> Option<Self> {
        let layer = &mapped(a, &result.layer);
        let read = &result.counters.dram_read;
        let reread = |operand: Operand| {
            let words = words(layer)[operand];
            // Sums need not come back.
            let again = read[operand].saturating_sub(match operand {
                Operand::Output => 0,
                _ => words,
            });
            (fits(a, layer, operand) && 2 * again >= words.max(1)).then(|| Self {
                result,
                operand,
                times: read[operand] as f64 / words as f64,
                words: again,
            })
        };
        let found = Operand::ALL.into_iter().filter_map(reread);
        found.max_by_key(|reread| reread.words)
    }

    /// Why it is read again.
    fn reason(&self, target: &Target, control: &ControlKind) -> Option<String> {
        let layer = &self.result.layer;
        let of = |objective, slack| {
            let mut target = target.clone();
            target.goal = Goal { objective, slack };
            let plan = target.plan(layer, control).ok()?;
            Some(plan.estimate())
        };
        let frugal = of(Objective::Energy, Slack::NONE)?;
        let tensor = words(&mapped(target.accelerator(), layer))[self.operand];
        let times = frugal.counters.dram_read[self.operand] as f64 / tensor as f64;
        if times > self.times - 0.05 {
            return Some("the mapping of least energy does not read them less".to_owned());
        }
        let fewest = of(Objective::Cycles, Slack::NONE)?.cycles;
        // Rounded up to tenths of a per cent.
        let beyond = (1000 * u128::from(frugal.cycles)).div_ceil(u128::from(fewest.max(1)));
        let percent = beyond.saturating_sub(1000) as f64 / 10.0;
        let slack = percent.to_string().parse::<Slack>();
        let takes = slack.map_or_else(|_| String::new(), |_| format!("--slack {percent} or "));
        Some(format!(
            "reading them {} takes {percent} % more cycles than the fastest mapping, and the slack is {}; \
             {takes}--objective energy reads them so",
            often(times),
            target.goal.slack
        ))
    }
}

/// The layer as the array has it.
fn mapped(a: &Accelerator, layer: &Layer) -> Layer {
    let unfolded = a.array.im2col.then(|| layer.unfolded().ok());
    unfolded.flatten().unwrap_or_else(|| layer.clone())
}

fn words(layer: &Layer) -> PerOperand<u64> {
    PerOperand {
        input: layer.inputs(),
        weight: layer.weights(),
        output: layer.outputs(),
    }
}

/// Whether all of a tensor lies in the buffer at once, outputs as sums.
fn fits(a: &Accelerator, layer: &Layer, operand: Operand) -> bool {
    let bits = match operand {
        Operand::Input => a.precision.input,
        Operand::Weight => a.precision.weight,
        Operand::Output => a.precision.partial_sum,
    };
    let bits = words(layer)[operand].saturating_mul(bits.0.into());
    let mut partitions = a.global_buffer.partitions.iter();
    partitions.any(|partition| {
        let copies = if partition.double_buffered { 2 } else { 1 };
        let holds = partition.operands.contains(&operand);
        holds && bits.div_ceil(8).saturating_mul(copies) <= partition.bytes
    })
}

#[cfg(test)]
mod tests {
    use crate::Request;

    #[track_caller]
    fn check(arch: &str, network: &str, layer: &str, slack: &str, expected: &[&str]) {
        let request = Request::new(arch, network);
        let target = request.target().and_then(|target| target.pick(&[layer]));
        let mut target = target.expect("a bundled network");
        target.goal.slack = slack.parse().expect("a slack");
        let run = target.estimate(&()).expect("it has a mapping");
        let found = run.rereads().unwrap_or_default();
        for part in expected {
            assert!(found.contains(part), "`{part}` is not in `{found}`");
        }
        assert_eq!(found.is_empty(), expected.is_empty(), "{found}");
    }

    #[test]
    fn a_tensor_that_is_read_again_for_time_is_told_of() {
        let parts = [
            "weights of layer3.0.conv1 are read from DRAM 4.0 times",
            "reading them once takes 6.4 % more cycles",
            "--slack 6.4 or --objective energy",
        ];
        check("systolic", "resnet50", "layer3.0.conv1", "2", &parts);
        check("systolic", "resnet50", "layer3.0.conv1", "6.4", &[]);
        let parts = ["partial sums of answer are", "reading them not at all"];
        check("tpu-v1", "bert_base", "answer", "2", &parts);
    }

    #[test]
    fn a_tensor_that_must_be_read_again_is_told_of() {
        let parts = [
            "conv3 are read from DRAM 2.7 times",
            "the mapping of least energy does not",
        ];
        check("eyeriss", "alexnet", "conv3", "2", &parts);
    }

    #[test]
    fn a_tensor_that_does_not_fit_or_is_read_once_is_not_told_of() {
        check("shidiannao", "alexnet", "conv1", "2", &[]);
        check("systolic", "alexnet", "fc6", "2", &[]);
    }
}
