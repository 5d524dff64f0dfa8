//! What certificates and records refer to: digests of what an accelerator and layers are, which a field
//! that is added later with a default leaves as they are.

use stationary_arch::Accelerator;
use stationary_record::digest;
use stationary_workloads::Layer;

/// Of an accelerator ([`Accelerator::identity`]).
#[must_use]
pub fn accelerator(accelerator: &Accelerator) -> String {
    digest(accelerator.identity().as_bytes())
}

/// Of layers in their order ([`Layer::identity`]).
///
/// ```
/// use stationary::workloads::zoo;
///
/// let network = zoo::find("alexnet")?;
/// let layers = network.layers();
/// assert_ne!(stationary::identity::layers(layers), stationary::identity::layers(&layers[1..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn layers(layers: &[Layer]) -> String {
    let text: String = layers.iter().map(Layer::identity).collect();
    digest(text.as_bytes())
}
