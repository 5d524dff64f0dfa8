//! What any mapping, or any schedule, of a layer stays below.

use stationary_arch::Accelerator;
use stationary_workloads::Layer;

use crate::decoupled;
use crate::reach::{OutOfReach, Reach, hardwired};

impl Reach {
    /// The upper bounds of a layer on an accelerator.
    ///
    /// ```
    /// use stationary_arch::Accelerator;
    /// use stationary_sim::Reach;
    /// use stationary_workloads::{Layer, RightOperand};
    ///
    /// let product = [1 << 17, 1 << 17, 1 << 16];
    /// let layer = Layer::matmul("large", 1, product, RightOperand::Parameters)?;
    /// let accelerator = Accelerator::preset("nvdla-small", &[])?;
    /// assert!(Reach::of(&layer, &accelerator).is_ok());
    /// let slow = Accelerator::preset("nvdla-small", &[("array.pass_overhead", "100000")])?;
    /// assert_eq!(
    ///     Reach::of(&layer, &slow).unwrap_err().to_string(),
    ///     "layer `large` on nvdla-small: cycles may come to 2^67; they are counted up to 2^62"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`OutOfReach`] for the first count whose upper bound is above its limit of 2^62.
    pub fn of(layer: &Layer, accelerator: &Accelerator) -> Result<Self, OutOfReach> {
        let reach = match accelerator.decoupled {
            Some(_) => decoupled::reach(layer, accelerator),
            None => hardwired(layer, accelerator),
        };
        reach.of_layer(layer, accelerator)
    }

    /// The upper bounds of all layers of a network together.
    ///
    /// # Errors
    /// [`OutOfReach`] for a layer, or for the sum of all.
    pub fn of_all(layers: &[Layer], accelerator: &Accelerator) -> Result<Self, OutOfReach> {
        let mut all = Self::default();
        for layer in layers {
            let one = Self::of(layer, accelerator)?;
            all.bits += one.bits;
            all.cycles += one.cycles;
        }
        all.checked(|| format!("{} layers together", layers.len()), accelerator)
    }
}
