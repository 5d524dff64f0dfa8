//! The accelerators that come with the crate, as the files in `presets/`.
//!
//! Each figure there names its source or says that it is an assumption.

use crate::accelerator::Accelerator;
use crate::bundled::bundled;
use crate::error::ArchError;
use stationary_document::near::nearest;

bundled!("presets/":
    "eyeriss",
    "gemmini",
    "nvdla-large",
    "nvdla-small",
    "shidiannao",
    "systolic",
    "systolic-rtl",
    "systolic-scalesim",
    "systolic-stonne",
    "tpu-v1",
    "vta",
    "vta-pipelined"
);

impl Accelerator {
    /// The bundled accelerator of this name, with overrides as [`Accelerator::from_yaml_with`] takes them.
    ///
    /// ```
    /// use stationary_arch::{Accelerator, DramKind};
    ///
    /// let machine = Accelerator::preset("eyeriss", &[("dram.kind", "ideal")])?;
    /// assert_eq!(machine.dram.kind, DramKind::Ideal);
    /// # Ok::<(), stationary_arch::ArchError>(())
    /// ```
    ///
    /// # Errors
    /// [`ArchError::UnknownPreset`], if there is none of this name, and the errors of the overrides.
    pub fn preset(name: &str, sets: &[(&str, &str)]) -> Result<Self, ArchError> {
        let Some(text) = find(name) else {
            return Err(ArchError::UnknownPreset {
                name: name.to_owned(),
                allowed: names().map(str::to_owned).collect(),
                near: nearest(name, names()).map(str::to_owned),
            });
        };
        Self::from_yaml_with(&format!("preset {name}"), text, sets)
    }
}
