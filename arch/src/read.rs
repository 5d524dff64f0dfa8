//! From text to a checked accelerator and back.
//!
//! ```text
//! text -> Config (types) -> overrides, one at a time -> Config -> Accelerator (checks)
//! ```

use stationary_document::from_yaml;

use crate::accelerator::{Accelerator, Config};
use crate::cost::CostModel;
use crate::declaration::Node;
use crate::error::{ArchError, InvalidField};
use crate::overrides;

impl Accelerator {
    /// Reads the text of an accelerator file ([`crate::config`] describes it) and checks it. `file` is the name
    /// that errors carry; no file is opened.
    ///
    /// # Errors
    /// [`ArchError::Unreadable`], if a field is unknown, missing or of the wrong type, and
    /// [`ArchError::Invalid`] with all values that no machine can have.
    pub fn from_yaml(file: &str, text: &str) -> Result<Self, ArchError> {
        config(file, text)?.resolve(file)
    }

    /// Reads an accelerator file and overrides fields of it, in order, before it is checked.
    ///
    /// A path names fields and list places, joined by dots, such as
    /// `global_buffer.partitions.0.kib`; a value is YAML. Fields that the file leaves out may be
    /// set. The file by itself must have the right fields and types, but need not be a valid
    /// machine.
    ///
    /// ```
    /// use stationary_arch::Accelerator;
    ///
    /// let text = "{name: toy, dataflows: [ws], array: {rows: 4, cols: 4}}";
    /// let toy = Accelerator::from_yaml_with("toy.yaml", text, &[("array.rows", "8")])?;
    /// assert_eq!((toy.array.rows, toy.networks.input.words_per_cycle), (8, 8));
    /// # Ok::<(), stationary_arch::ArchError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Accelerator::from_yaml`]; and [`ArchError::UnknownField`] and
    /// [`ArchError::Override`] for an override that does not fit.
    pub fn from_yaml_with(
        file: &str,
        text: &str,
        sets: &[(&str, &str)],
    ) -> Result<Self, ArchError> {
        let plain = config(file, text)?;
        if sets.is_empty() {
            return plain.resolve(file);
        }
        let resolved = overrides::apply(file, text, sets)?.resolve(file);
        resolved.map_err(|error| match (error, plain.resolve(file)) {
            (ArchError::Invalid { file, mut problems }, alone) => {
                let alone = match alone {
                    Err(ArchError::Invalid { problems, .. }) => problems,
                    _ => Vec::new(),
                };
                overrides::blame(&mut problems, &alone, sets);
                ArchError::Invalid { file, problems }
            }
            (error, _) => error,
        })
    }

    /// Checks that the cost model covers a machine that was read from `file` with these overrides, and returns
    /// it.
    ///
    /// # Errors
    /// [`ArchError::Invalid`] with the values that the cost model covers.
    pub fn priced(self, file: &str, sets: &[(&str, &str)]) -> Result<Self, ArchError> {
        let Err(error) = CostModel::of(&self) else {
            return Ok(self);
        };
        let ArchError::NoCost {
            path,
            found,
            allowed,
        } = error
        else {
            return Err(error);
        };
        // One buffer for all is no list of one in its file.
        let whole = path.replace("global_buffer.partitions.0.", "global_buffer.");
        let is_whole = sets.iter().any(|(set, _)| *set == whole);
        let problem = InvalidField {
            path: if is_whole { whole } else { path },
            found,
            allowed: format!("{allowed}, which the cost tables reach"),
            sets: Vec::new(),
        };
        Err(ArchError::Invalid {
            file: file.to_owned(),
            problems: vec![overrides::given(problem, sets)],
        })
    }

    /// The text of a file with every field written out, which reads back as an equal accelerator.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(&Self::write(self))
            .expect("a tree of numbers, flags and strings always has a YAML form")
    }
}

pub(crate) fn config(file: &str, text: &str) -> Result<Config, ArchError> {
    from_yaml(file, text).map_err(ArchError::Unreadable)
}
