//! What a certificate is about, as its verdict says it.
//!
//! A file may call itself by the name of a preset, and a setting or a pick of layers makes another
//! question of it: all of that is named.

use crate::files;
use crate::scope::Scope;

/// The subject of a certificate as it was read: names as they were given, and as the files call themselves.
pub struct About<'a> {
    /// The accelerator, as given and as it calls itself.
    pub arch: [&'a str; 2],
    /// The overrides of the accelerator's fields.
    pub set: &'a [String],
    /// The network, as given and as it calls itself.
    pub network: [&'a str; 2],
    /// The part of the network that the certificate is about.
    pub scope: &'a Scope,
    /// The sizes of dimensions that an ONNX model leaves open.
    pub dim: &'a [String],
    /// The number of images.
    pub batch: u64,
}

impl About<'_> {
    /// The subject as pairs of a name and a value, in the order in which they are shown.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = vec![("arch", named(self.arch))];
        if !self.set.is_empty() {
            fields.push(("set", self.set.join(", ")));
        }
        fields.push(("network", named(self.network)));
        let part = self.scope.title();
        if !part.is_empty() {
            fields.push(("part", part.trim_start_matches(", ").to_owned()));
        }
        if !self.dim.is_empty() {
            fields.push(("dim", self.dim.join(", ")));
        }
        if self.batch != 1 {
            fields.push(("batch", self.batch.to_string()));
        }
        fields
    }
}

/// A preset's name, or a file's with the file; that of a value with where it stands.
pub fn named([given, name]: [&str; 2]) -> String {
    match given {
        "" => format!("{name}, as the certificate itself describes it"),
        given if files::is_file(given) => format!("{name}, of the file {given}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_does_not_pass_for_a_preset() {
        assert_eq!(named(["vta", "vta"]), "vta");
        assert_eq!(
            named(["", "vta"]),
            "vta, as the certificate itself describes it"
        );
        assert_eq!(named(["my/a.yaml", "vta"]), "vta, of the file my/a.yaml");
    }
}
