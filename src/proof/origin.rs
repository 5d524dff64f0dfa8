//! What wrote a certificate, told from its digests.
//!
//! ```text
//! inputs the same, bounds or space not    another build: another model, or another mapper
//! inputs not the same, and bundled        another build, or a certificate that was changed
//! inputs not the same, and files          files that were changed, or another build
//! ```
//!
//! A certificate of another build is no forgery: nothing of it can be checked here, and it is to be
//! made anew.

use super::Hashes;

/// The build that wrote a certificate, as far as its version and its digests tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nothing says that it was another build than this one.
    #[default]
    This,
    /// A build whose model or mapper is another one.
    Other,
    /// The inputs are bundled, and not what they were.
    OtherOrChanged,
    /// The inputs are files, and not what they were.
    ChangedFiles,
}

impl Origin {
    /// Of a certificate whose inputs are bundled, or files.
    pub fn of(is_same_version: bool, claimed: &Hashes, found: &Hashes, has_files: bool) -> Self {
        let has_same_inputs =
            claimed.accelerator == found.accelerator && claimed.network == found.network;
        let has_same_bounds = claimed.model == found.model && claimed.space == found.space;
        match (has_same_inputs, has_same_bounds, has_files) {
            _ if !is_same_version => Self::Other,
            (true, true, _) => Self::This,
            (true, false, _) => Self::Other,
            (false, _, false) => Self::OtherOrChanged,
            (false, _, true) => Self::ChangedFiles,
        }
    }

    /// In a sentence, where there is something to say; `version` is the certificate's.
    pub fn sentence(self, version: &str) -> Option<String> {
        let own = env!("CARGO_PKG_VERSION");
        let why = match self {
            Self::This => return None,
            Self::Other if version != own => {
                format!("written by version {version}, and this is {own}")
            }
            Self::Other => {
                "written by another build: its inputs are the same, and the model or the \
                            mapper is not"
                    .to_owned()
            }
            Self::OtherOrChanged => {
                "written by another build, with other presets, or changed since".to_owned()
            }
            Self::ChangedFiles => {
                "the files that it is about were changed since, or another build \
                                   wrote it"
                    .to_owned()
            }
        };
        Some(format!(
            "{why}. Nothing of it can be checked here as it stands: make it anew, with --certify \
             --certificate FILE"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_tell_what_wrote_a_certificate() {
        let own = |changed: &[&str]| {
            let digest = |name: &str| format!("{name}{}", changed.contains(&name));
            Hashes {
                model: digest("model"),
                accelerator: digest("accelerator"),
                network: digest("network"),
                space: digest("space"),
            }
        };
        let check = |changed: &[&str], files: bool, expected: Origin| {
            let found = Origin::of(true, &own(changed), &own(&[]), files);
            assert_eq!(found, expected, "{changed:?}");
        };
        check(&[], false, Origin::This);
        check(&["model"], true, Origin::Other);
        check(&["space", "model"], false, Origin::Other);
        check(&["accelerator", "model"], false, Origin::OtherOrChanged);
        check(&["network"], true, Origin::ChangedFiles);
        assert_eq!(
            Origin::of(false, &own(&[]), &own(&[]), false),
            Origin::Other
        );
        assert_eq!(Origin::This.sentence("0.0.1"), None);
    }
}
