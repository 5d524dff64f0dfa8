//! A long short-term memory over a sequence (Hochreiter and Schmidhuber, Neural
//! Computation 9(8), 1997), with the gates of PyTorch.
//!
//! ```text
//! i, f, g, o = split(x_t W_x + b + h_{t-1} W_h)
//! c_t = sigmoid(f) c_{t-1} + sigmoid(i) tanh(g)
//! h_t = sigmoid(o) tanh(c_t)
//! ```
//!
//! The products with x_t are one matrix product for the whole sequence. What is
//! left is one operation with its derivative written out, since a graph of a
//! dozen small operations a step costs more than the arithmetic.

use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, Var, bail};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::dense::accumulate;
use super::{Dense, Frozen, entries, uniform};

/// A cell with its weights.
#[derive(Clone, Debug)]
pub(crate) struct Lstm {
    input: Dense,
    recurrent: Var,
}

/// A copy of the weights and a state, for one step after the other.
#[derive(Clone, Debug)]
pub(crate) struct FrozenLstm {
    input: Frozen,
    recurrent: Vec<f32>,
    hidden: Vec<f32>,
    cell: Vec<f32>,
}

impl Lstm {
    /// Entries uniform within one over the square root of the width.
    pub(crate) fn new(inputs: usize, width: usize, rng: &mut Xoshiro256PlusPlus) -> Result<Self> {
        let limit = 1.0 / (width as f64).sqrt();
        Ok(Self {
            input: Dense {
                weight: uniform((inputs, 4 * width), limit, rng)?,
                bias: uniform((1, 4 * width), limit, rng)?,
            },
            recurrent: uniform((width, 4 * width), limit, rng)?,
        })
    }

    /// The hidden states of a sequence that begins with nothing remembered:
    /// one row a step.
    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let gates = self.input.forward(x)?.contiguous()?;
        gates.apply_op2(&self.recurrent, Recurrence)
    }

    pub(crate) fn parameters(&self) -> Vec<Var> {
        let [weight, bias] = self.input.parameters();
        vec![weight, bias, self.recurrent.clone()]
    }

    pub(crate) fn frozen(&self) -> Result<FrozenLstm> {
        let recurrent = entries(&self.recurrent)?;
        let width = self.recurrent.dim(0)?;
        Ok(FrozenLstm {
            input: self.input.frozen()?,
            recurrent,
            hidden: vec![0.0; width],
            cell: vec![0.0; width],
        })
    }
}

impl FrozenLstm {
    /// Takes one step; gives the hidden state after it.
    pub(crate) fn step(&mut self, x: &[f32]) -> &[f32] {
        let mut gates = self.input.apply(x);
        accumulate(&self.hidden, &self.recurrent, &mut gates);
        let next = TimeStep::new(&mut gates, &self.cell);
        self.hidden = next.hidden;
        self.cell = next.cell;
        &self.hidden
    }
}

/// What one step computes. The gates are kept after their activation.
struct TimeStep {
    cell: Vec<f32>,
    hidden: Vec<f32>,
}

impl TimeStep {
    fn new(gates: &mut [f32], cell: &[f32]) -> Self {
        let width = cell.len();
        for (at, gate) in gates.iter_mut().enumerate() {
            *gate = if at / width == 2 {
                gate.tanh()
            } else {
                1.0 / (1.0 + (-*gate).exp())
            };
        }
        let next = |j: usize| gates[width + j] * cell[j] + gates[j] * gates[2 * width + j];
        let cell: Vec<f32> = (0..width).map(next).collect();
        let hidden = (0..width).map(|j| gates[3 * width + j] * cell[j].tanh());
        Self {
            hidden: hidden.collect(),
            cell,
        }
    }
}

/// From the gates' share of the inputs (steps x 4 width) and the recurrent
/// weights (width x 4 width) to the hidden states (steps x width).
struct Recurrence;

/// Everything that the steps of a sequence computed.
struct Tape {
    gates: Vec<f32>,
    cells: Vec<f32>,
    hidden: Vec<f32>,
}

fn run(gates: &[f32], recurrent: &[f32], width: usize) -> Tape {
    let mut gates = gates.to_vec();
    let mut cells = Vec::with_capacity(gates.len() / 4);
    let mut hidden: Vec<f32> = Vec::with_capacity(gates.len() / 4);
    let mut last = TimeStep {
        cell: vec![0.0; width],
        hidden: vec![0.0; width],
    };
    for gates in gates.chunks_exact_mut(4 * width) {
        accumulate(&last.hidden, recurrent, gates);
        last = TimeStep::new(gates, &last.cell);
        cells.extend_from_slice(&last.cell);
        hidden.extend_from_slice(&last.hidden);
    }
    Tape {
        gates,
        cells,
        hidden,
    }
}

impl CustomOp2 for Recurrence {
    fn name(&self) -> &'static str {
        "lstm"
    }

    fn cpu_fwd(
        &self,
        gates: &CpuStorage,
        gates_layout: &Layout,
        recurrent: &CpuStorage,
        recurrent_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (steps, width) = (gates_layout.dims()[0], recurrent_layout.dims()[0]);
        let (Some(gates_at), Some(recurrent_at)) = (
            gates_layout.contiguous_offsets(),
            recurrent_layout.contiguous_offsets(),
        ) else {
            bail!("the recurrence reads contiguous matrices");
        };
        let gates = &gates.as_slice::<f32>()?[gates_at.0..gates_at.1];
        let recurrent = &recurrent.as_slice::<f32>()?[recurrent_at.0..recurrent_at.1];
        let hidden = run(gates, recurrent, width).hidden;
        Ok((CpuStorage::F32(hidden), Shape::from((steps, width))))
    }

    fn bwd(
        &self,
        gates: &Tensor,
        recurrent: &Tensor,
        _hidden: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (steps, width) = gradient.dims2()?;
        let weights = entries(recurrent)?;
        let tape = run(&entries(gates)?, &weights, width);
        let transposed = entries(&recurrent.t()?.contiguous()?)?;
        let outer = entries(gradient)?;
        let mut gate_gradients = vec![0.0; steps * 4 * width];
        let mut cell_gradient = vec![0.0; width];
        let mut hidden_gradient = vec![0.0; width];
        for t in (0..steps).rev() {
            let before = t.checked_sub(1).map(|t| &tape.cells[t * width..][..width]);
            let gates = &tape.gates[t * 4 * width..][..4 * width];
            let own = &mut gate_gradients[t * 4 * width..][..4 * width];
            for j in 0..width {
                let [i, f, g, o] = [0, 1, 2, 3].map(|gate| gates[gate * width + j]);
                let squashed = tape.cells[t * width + j].tanh();
                let hidden = hidden_gradient[j] + outer[t * width + j];
                let cell = cell_gradient[j] + hidden * o * (1.0 - squashed * squashed);
                own[j] = cell * g * i * (1.0 - i);
                own[width + j] = cell * before.map_or(0.0, |c| c[j]) * f * (1.0 - f);
                own[2 * width + j] = cell * i * (1.0 - g * g);
                own[3 * width + j] = hidden * squashed * o * (1.0 - o);
                cell_gradient[j] = cell * f;
            }
            hidden_gradient.fill(0.0);
            accumulate(own, &transposed, &mut hidden_gradient);
        }
        let device = gradient.device();
        let gate_gradients = Tensor::from_vec(gate_gradients, (steps, 4 * width), device)?;
        // Step t reads the hidden state of step t - 1; the first one reads zeros.
        let recurrent = if steps > 1 {
            let before = Tensor::from_vec(
                tape.hidden[..(steps - 1) * width].to_vec(),
                (steps - 1, width),
                device,
            )?;
            let after = gate_gradients.narrow(0, 1, steps - 1)?.contiguous()?;
            before.t()?.matmul(&after)?
        } else {
            recurrent.zeros_like()?
        };
        Ok((Some(gate_gradients), Some(recurrent)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::matrix;
    use super::*;
    use candle_core::backprop::GradStore;
    use candle_nn::ops::sigmoid;
    use rand::{RngExt, SeedableRng};

    /// The same recurrence as a graph of candle's own operations.
    fn oracle(lstm: &Lstm, x: &Tensor) -> Tensor {
        let (steps, _) = x.dims2().unwrap();
        let width = lstm.recurrent.dim(0).unwrap();
        let from_inputs = lstm.input.forward(x).unwrap();
        let zeros = Tensor::zeros((1, width), x.dtype(), x.device()).unwrap();
        let (mut hidden, mut cell) = (zeros.clone(), zeros);
        let mut rows = Vec::new();
        for t in 0..steps {
            let own = from_inputs.narrow(0, t, 1).unwrap();
            let gates = (own + hidden.matmul(&lstm.recurrent).unwrap()).unwrap();
            let gate = |at: usize| gates.narrow(1, at * width, width).unwrap();
            let [i, f, o] = [0, 1, 3].map(|at| sigmoid(&gate(at)).unwrap());
            cell = ((f * cell).unwrap() + (i * gate(2).tanh().unwrap()).unwrap()).unwrap();
            hidden = (o * cell.tanh().unwrap()).unwrap();
            rows.push(hidden.clone());
        }
        Tensor::cat(&rows, 0).unwrap()
    }

    fn close(a: &Tensor, b: &Tensor) {
        for (a, b) in entries(a).unwrap().iter().zip(entries(b).unwrap()) {
            assert!((a - b).abs() < 1e-5 * (1.0 + b.abs()), "{a} {b}");
        }
    }

    #[test]
    fn the_fused_sequence_equals_the_graph_of_small_operations() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(5);
        for steps in [1, 2, 9] {
            let lstm = Lstm::new(4, 6, rng).unwrap();
            let mut draw = |columns: usize| -> Tensor {
                let row = |_| (0..columns).map(|_| rng.random_range(-1.0..1.0)).collect();
                matrix(&(0..steps).map(row).collect::<Vec<_>>()).unwrap()
            };
            let x = Var::from_tensor(&draw(4)).unwrap();
            let pull = draw(6);
            let [fused, graph] = [lstm.forward(&x).unwrap(), oracle(&lstm, &x)];
            close(&fused, &graph);
            let backward = |hidden: &Tensor| -> GradStore {
                (hidden * &pull)
                    .unwrap()
                    .sum_all()
                    .unwrap()
                    .backward()
                    .unwrap()
            };
            let [fused, graph] = [backward(&fused), backward(&graph)];
            for var in lstm.parameters().iter().chain([&x]) {
                let gradient = |store: &GradStore| match store.get(var) {
                    Some(gradient) => gradient.clone(),
                    None => var.zeros_like().unwrap(),
                };
                close(&gradient(&fused), &gradient(&graph));
            }
        }
    }

    #[test]
    fn a_frozen_cell_takes_the_same_steps() {
        let rng = &mut Xoshiro256PlusPlus::seed_from_u64(6);
        let lstm = Lstm::new(3, 5, rng).unwrap();
        let rows: Vec<Vec<f32>> = (0..7)
            .map(|_| (0..3).map(|_| rng.random_range(-1.0..1.0)).collect())
            .collect();
        let whole: Vec<Vec<f32>> = (lstm.forward(&matrix(&rows).unwrap()).unwrap())
            .to_vec2()
            .unwrap();
        let mut frozen = lstm.frozen().unwrap();
        for (row, expected) in rows.iter().zip(&whole) {
            for (a, b) in frozen.step(row).iter().zip(expected) {
                assert!((a - b).abs() < 1e-5, "{a} {b}");
            }
        }
    }
}
