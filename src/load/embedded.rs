//! Overrides that name a file, with what the file says in the place of its name.

use std::borrow::Cow;

use stationary_document::Diagnostic;

use super::standard;
use crate::arch::ArchError;
use crate::error::Error;
use crate::files::is_file;

/// The override that a DRAM standard's file may stand in.
const MEMORY: &str = "dram.kind";

/// The file that an override names, if it names one.
fn file<'a>((path, value): &(&str, &'a str)) -> Option<&'a str> {
    let name = value.trim();
    // Fields in braces may hold a stroke too.
    (*path == MEMORY && is_file(name) && !name.starts_with('{')).then_some(name)
}

/// The files that overrides of the form `PATH=VALUE` name.
pub(crate) fn files(sets: &[String]) -> impl Iterator<Item = &str> {
    let pairs = sets.iter().filter_map(|set| set.split_once('='));
    pairs.filter_map(|set| file(&set))
}

/// Overrides as they are read, each beside what was given.
pub(super) struct Embedded<'a> {
    sets: Vec<(&'a str, Cow<'a, str>)>,
    given: &'a [(&'a str, &'a str)],
    /// What of the files is not used, counted otherwise or left open.
    pub(super) notes: Vec<Diagnostic>,
}

impl<'a> Embedded<'a> {
    /// Reads the files.
    ///
    /// # Errors
    /// A file that cannot be read, or is no standard's.
    pub(super) fn of(given: &'a [(&'a str, &'a str)]) -> Result<Self, Error> {
        let mut embedded = Self {
            sets: Vec::new(),
            given,
            notes: Vec::new(),
        };
        for set in given {
            let value = match file(set) {
                Some(name) => {
                    let read = standard(name)?;
                    embedded.notes.extend(read.notes);
                    Cow::Owned(read.value.fields().to_string())
                }
                None => Cow::Borrowed(set.1),
            };
            embedded.sets.push((set.0, value));
        }
        Ok(embedded)
    }

    /// Paths and values.
    pub(super) fn sets(&self) -> Vec<(&str, &str)> {
        let sets = self.sets.iter();
        sets.map(|(path, value)| (*path, value.as_ref())).collect()
    }

    /// An error that names files as they were given.
    pub(super) fn named(&self, mut error: ArchError) -> ArchError {
        for ((path, value), (_, given)) in self.sets.iter().zip(self.given) {
            match &mut error {
                ArchError::Invalid { problems, .. } => {
                    let long = format!("{path}={value}");
                    let sets = problems.iter_mut().flat_map(|problem| &mut problem.sets);
                    for set in sets.filter(|set| **set == long) {
                        *set = format!("{path}={given}");
                    }
                }
                ArchError::Override { value: found, .. } if *found == **value => {
                    *found = (*given).to_owned();
                }
                _ => {}
            }
        }
        error
    }
}
