//! Adam (Kingma and Ba, ICLR 2015, arXiv 1412.6980) and the clipping of
//! gradients by their norm.

use candle_core::backprop::GradStore;
use candle_core::{Result, Var};
use candle_nn::optim::{AdamW, Optimizer, ParamsAdamW};

/// Adam over some parameters: candle's AdamW without its decay of weights.
#[derive(Debug)]
pub(crate) struct Adam(AdamW);

impl Adam {
    /// With beta 0.9 and 0.999.
    pub(crate) fn new(parameters: Vec<Var>, rate: f64, epsilon: f64) -> Result<Self> {
        let settings = ParamsAdamW {
            lr: rate,
            beta1: 0.9,
            beta2: 0.999,
            eps: epsilon,
            weight_decay: 0.0,
        };
        Ok(Self(AdamW::new(parameters, settings)?))
    }

    pub(crate) fn step(&mut self, gradients: &GradStore) -> Result<()> {
        self.0.step(gradients)
    }

    pub(crate) fn rate(&self) -> f64 {
        self.0.learning_rate()
    }

    pub(crate) fn set_rate(&mut self, rate: f64) {
        self.0.set_learning_rate(rate);
    }
}

/// Scales the gradients of some parameters so that their joint Euclidean norm
/// is at most `most`. Gives the norm from before.
pub(crate) fn clip(gradients: &mut GradStore, parameters: &[Var], most: f64) -> Result<f64> {
    let mut squares = 0.0;
    for parameter in parameters {
        if let Some(gradient) = gradients.get(parameter) {
            squares += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
        }
    }
    let norm = squares.sqrt();
    if norm > most {
        for parameter in parameters {
            if let Some(gradient) = gradients.remove(parameter) {
                gradients.insert(parameter, (gradient * (most / norm))?);
            }
        }
    }
    Ok(norm)
}

#[cfg(test)]
mod tests {
    use super::super::entries;
    use super::*;
    use candle_core::Device;

    fn bowl(x: &Var) -> GradStore {
        x.sqr().unwrap().sum_all().unwrap().backward().unwrap()
    }

    #[test]
    fn the_first_step_is_the_rate_in_each_direction() {
        let x = Var::new(&[[3.0f32, -0.5]], &Device::Cpu).unwrap();
        let mut adam = Adam::new(vec![x.clone()], 0.1, 1e-8).unwrap();
        adam.step(&bowl(&x)).unwrap();
        for (value, expected) in entries(&x).unwrap().iter().zip([2.9, -0.4]) {
            assert!((value - expected).abs() < 1e-5, "{value}");
        }
        for _ in 0..500 {
            adam.step(&bowl(&x)).unwrap();
        }
        assert!(entries(&x).unwrap().iter().all(|x| x.abs() < 1e-2));
    }

    #[test]
    fn clipping_keeps_the_direction() {
        let x = Var::new(&[[3.0f32, -4.0]], &Device::Cpu).unwrap();
        let mut gradients = bowl(&x);
        assert_eq!(
            clip(&mut gradients, std::slice::from_ref(&x), 100.0).unwrap(),
            10.0
        );
        assert_eq!(entries(gradients.get(&x).unwrap()).unwrap(), [6.0, -8.0]);
        clip(&mut gradients, std::slice::from_ref(&x), 5.0).unwrap();
        assert_eq!(entries(gradients.get(&x).unwrap()).unwrap(), [3.0, -4.0]);
    }
}
