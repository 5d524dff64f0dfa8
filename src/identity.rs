//! Digests by which certificates and records refer to accelerators and layers: SHA-256 of their canonical
//! form.
//!
//! A field that is added to the format later does not change the digest of what leaves it at its default.

use stationary_arch::Accelerator;
use stationary_record::digest;
use stationary_workloads::Layer;

/// SHA-256, in hexadecimal, of the canonical form of an accelerator ([`Accelerator::identity`]).
#[must_use]
pub fn accelerator(accelerator: &Accelerator) -> String {
    digest(accelerator.identity().as_bytes())
}

/// SHA-256, in hexadecimal, of the canonical forms of layers in their order ([`Layer::identity`]).
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
