//! RMSprop (Tieleman and Hinton, 2012) as TensorFlow has it.
//!
//! ```text
//! s = decay s + (1 - decay) g^2        s begins at 1
//! x = x - rate g / sqrt(s + epsilon)
//! ```

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor, Var};

/// RMSprop over some parameters.
#[derive(Debug)]
pub(crate) struct RmsProp {
    kept: Vec<(Var, Tensor)>,
    rate: f64,
    decay: f64,
    epsilon: f64,
}

impl RmsProp {
    pub(crate) fn new(parameters: Vec<Var>, rate: f64, decay: f64, epsilon: f64) -> Result<Self> {
        let kept = parameters.into_iter().map(|var| {
            let squares = var.ones_like()?;
            Ok((var, squares))
        });
        Ok(Self {
            kept: kept.collect::<Result<_>>()?,
            rate,
            decay,
            epsilon,
        })
    }

    pub(crate) fn step(&mut self, gradients: &GradStore) -> Result<()> {
        for (var, squares) in &mut self.kept {
            let Some(gradient) = gradients.get(var) else {
                continue;
            };
            *squares = ((&*squares * self.decay)? + (gradient.sqr()? * (1.0 - self.decay))?)?;
            let scaled = (gradient / squares.affine(1.0, self.epsilon)?.sqrt()?)?;
            var.set(&(var.as_detached_tensor() - (scaled * self.rate)?)?)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::entries;
    use super::*;
    use candle_core::Device;

    #[test]
    fn steps_follow_the_definition() {
        let x = Var::new(&[[2.0f32]], &Device::Cpu).unwrap();
        let mut rule = RmsProp::new(vec![x.clone()], 0.1, 0.5, 0.0).unwrap();
        let (mut value, mut squares) = (2.0f64, 1.0f64);
        for _ in 0..3 {
            let gradients = x.sqr().unwrap().sum_all().unwrap().backward().unwrap();
            rule.step(&gradients).unwrap();
            squares = 0.5 * squares + 0.5 * (2.0 * value).powi(2);
            value -= 0.1 * 2.0 * value / squares.sqrt();
            assert!((f64::from(entries(&x).unwrap()[0]) - value).abs() < 1e-6);
        }
    }
}
