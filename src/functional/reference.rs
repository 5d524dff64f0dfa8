//! A layer by its definition, beside what instructions do to its outputs.

use crate::arch::{Accelerator, EpilogueStep};
use crate::control;
use crate::sim::Tensors;
use crate::workloads::{Dim, Layer};

/// Values for a layer; biases and addends where the machine's instructions add them.
pub(super) fn tensors(layer: &Layer, accelerator: &Accelerator) -> Tensors {
    let tensors = Tensors::patterned(layer);
    if control::of(accelerator).epilogue(accelerator).is_none() {
        return tensors;
    }
    let channels = layer.size(Dim::G) * layer.size(Dim::K);
    let residual = (0..layer.outputs()).map(|i| (i % 251) as i32 - 125);
    Tensors {
        bias: (0..channels as i32).map(|i| (i * 37) % 101 - 50).collect(),
        addends: [Vec::new(), residual.collect()],
        ..tensors
    }
}

/// What the outputs should be: the sums, through the epilogue where there is one.
pub(super) fn outputs(layer: &Layer, accelerator: &Accelerator, tensors: &Tensors) -> Vec<i64> {
    let sums = reference(layer, tensors);
    let Some(epilogue) = control::of(accelerator).epilogue(accelerator) else {
        return sums;
    };
    let Tensors { bias, addends, .. } = tensors;
    let cut = 64 - accelerator.precision.output.0;
    let plane = (layer.size(Dim::P) * layer.size(Dim::Q)) as usize;
    let outputs = sums.into_iter().enumerate().map(|(i, sum)| {
        let bias = bias[i / plane % bias.len()];
        let steps = epilogue.iter();
        let value = steps.fold(sum as i32, |v, step| match step {
            EpilogueStep::Residual => step.apply(v, addends[1][i]),
            _ => step.apply(v, bias),
        });
        i64::from(value) << cut >> cut
    });
    outputs.collect()
}

/// The layer by its definition: `[N][G][K][P][Q]`.
fn reference(layer: &Layer, tensors: &Tensors) -> Vec<i64> {
    let [n, g, k, c, p, q, r, s] = Dim::ALL.map(|d| layer.size(d));
    let (rows, cols) = (layer.rows(), layer.cols());
    let mut output = Vec::new();
    for (n, g, k) in (0..n).flat_map(|n| (0..g).flat_map(move |g| (0..k).map(move |k| (n, g, k)))) {
        for (p, q) in (0..p).flat_map(|p| (0..q).map(move |q| (p, q))) {
            let mut sum = 0;
            for (c_, r_) in (0..c).flat_map(|c| (0..r).map(move |r| (c, r))) {
                let y = (p * rows.stride + r_ * rows.dilation).wrapping_sub(rows.pad);
                if y >= rows.input {
                    continue;
                }
                for s_ in 0..s {
                    let x = (q * cols.stride + s_ * cols.dilation).wrapping_sub(cols.pad);
                    if x < cols.input {
                        let groups = layer.size(Dim::G);
                        let plane = (n * groups + g) * c + c_;
                        let input =
                            tensors.input[((plane * rows.input + y) * cols.input + x) as usize];
                        let filter = ((g * layer.size(Dim::K) + k) * c + c_) * r + r_;
                        sum += input * tensors.weight[(filter * s + s_) as usize];
                    }
                }
            }
            output.push(sum);
        }
    }
    output
}
