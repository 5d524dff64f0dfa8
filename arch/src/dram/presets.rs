//! The DRAM standards that come with the crate, as the files in `presets/dram/`.
//!
//! Each names its source. Where two simulators disagree on a standard, both are here.

use super::standard::Standard;
use crate::bundled::bundled;
use crate::error::ArchError;
use stationary_document::near::nearest;

bundled!("../presets/dram/":
    "ddr3-1600",
    "ddr4-2400",
    "ddr4-3200",
    "ddr5-4800",
    "gddr5",
    "gddr6",
    "gddr6-ramulator",
    "hbm1",
    "hbm2",
    "hbm2-ramulator",
    "hbm3",
    "lpddr4-2400",
    "lpddr5-6400",
);

impl Standard {
    /// The bundled standard of this name.
    ///
    /// ```
    /// use stationary_arch::dram::Standard;
    ///
    /// let error = Standard::preset("ddr4-2440").unwrap_err().to_string();
    /// assert!(error.ends_with("did you mean `ddr4-2400`?"), "{error}");
    /// ```
    ///
    /// # Errors
    /// [`ArchError::UnknownDram`], if there is none, with the near match and all names.
    pub fn preset(name: &str) -> Result<Self, ArchError> {
        let Some(text) = find(name) else {
            return Err(ArchError::UnknownDram {
                name: name.to_owned(),
                allowed: names().map(str::to_owned).collect(),
                near: nearest(name, names()).map(str::to_owned),
            });
        };
        Self::from_yaml(&format!("preset {name}"), text)
    }

    /// Whether the standard equals the bundled one of its name in all fields, so that the name stands for it.
    ///
    /// ```
    /// use stationary_arch::dram::Standard;
    ///
    /// let ddr4 = Standard::preset("ddr4-2400")?;
    /// assert!(ddr4.is_bundled());
    /// let fields = ddr4.fields().to_string();
    /// assert_eq!(Standard::from_yaml("same.yaml", &fields)?, ddr4);
    /// let other = fields.replace("\"CL\":17", "\"CL\":16");
    /// assert!(!Standard::from_yaml("mine.yaml", &other)?.is_bundled());
    /// # Ok::<(), stationary_arch::ArchError>(())
    /// ```
    #[must_use]
    pub fn is_bundled(&self) -> bool {
        Self::preset(self.name()).is_ok_and(|preset| preset == *self)
    }
}
