//! Certificates of assignments and of chips.

pub mod assign;
pub mod codesign;

use stationary::Request;

/// What to load again of an accelerator and layers: with mappings of the mapper's own. A certificate is about its
/// layers, whatever else there is.
fn request(arch: String, network: String, set: Vec<String>) -> Request {
    Request {
        arch,
        network,
        set,
        partial: true,
        ..Request::default()
    }
}
