//! From text to a checked accelerator and back.
//!
//! ```text
//! text -> Config (types) -> overrides, one at a time -> Config -> Accelerator (checks)
//! ```

use crate::accelerator::Accelerator;
use crate::config::Config;
use crate::error::ArchError;
use crate::near::nearest;
use crate::overrides;

impl Accelerator {
    /// Reads an accelerator file ([`crate::config`] describes it). `file` is the name that errors
    /// carry; nothing is opened.
    ///
    /// # Errors
    /// [`ArchError::Yaml`] where a field is unknown, missing or of the wrong type;
    /// [`ArchError::Invalid`] with everything that no machine can have.
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
        overrides::apply(file, text, sets)?.resolve(file)
    }

    /// The file that stands for this accelerator, every field written out; reading it again gives
    /// an equal accelerator.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        serde_yaml::to_string(&Config::of(self))
            .expect("a tree of numbers, flags and strings always has a YAML form")
    }
}

fn config(file: &str, text: &str) -> Result<Config, ArchError> {
    serde_yaml::from_str(text).map_err(|error| yaml_error(file, &error))
}

pub(crate) fn yaml_error(file: &str, error: &serde_yaml::Error) -> ArchError {
    let (line, column) = error
        .location()
        .map_or((0, 0), |at| (at.line(), at.column()));
    let mut message = error.to_string();
    // The place stands before the message, where editors look for it.
    if let Some(cut) = message.rfind(&format!(" at line {line} column {column}")) {
        message.truncate(cut);
    }
    let near = near_in(&message);
    ArchError::Yaml {
        file: file.to_owned(),
        line,
        column,
        message,
        near,
    }
}

/// The near match in a message such as "unknown field `row`, expected `rows` or `cols`", whose
/// quoted words are the one found and the ones allowed.
pub(crate) fn near_in(message: &str) -> Option<String> {
    let words = &message[message
        .find("unknown field")
        .or_else(|| message.find("unknown variant"))?..];
    let mut quoted = words.split('`').skip(1).step_by(2);
    let found = quoted.next()?;
    nearest(found, quoted).map(str::to_owned)
}
