//! Reads a tree of another tool's making. All that is wrong is gathered, and so is all that the
//! file says and that is not used: nothing is dropped in silence.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::near::nearest;
use crate::notes::ranked;
use crate::number;
use crate::tree::{Node, NodeKind};

/// Gathers problems and notes on one file.
#[derive(Debug)]
pub struct Reader {
    file: String,
    problems: Vec<Diagnostic>,
    notes: Vec<Diagnostic>,
    /// Both, to tell each thing once.
    told: HashSet<Diagnostic>,
}

/// The fields of a mapping, and its path.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'n> {
    node: &'n Node,
}

impl<'n> Fields<'n> {
    /// A field's value; a field that is there with nothing in it counts as not there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.node
            .get(name)
            .filter(|value| value.kind != NodeKind::Null)
    }

    /// The value of the first of several spellings that is there.
    #[must_use]
    pub fn any(&self, names: &[&'static str]) -> Option<(&'static str, &'n Node)> {
        names
            .iter()
            .find_map(|name| self.get(name).map(|value| (*name, value)))
    }
}

/// `path.name`, or `name` at the top.
fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

impl Reader {
    /// A reader of a file of this name.
    pub fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            problems: Vec::new(),
            notes: Vec::new(),
            told: HashSet::new(),
        }
    }

    /// Name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What is wrong.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// The value, and what was not used on the way to it, what matters most first; or all that is
    /// wrong.
    ///
    /// # Errors
    /// The problems, at least one.
    pub fn finish<T>(self, value: Option<T>) -> Result<(T, Vec<Diagnostic>), Vec<Diagnostic>> {
        match value {
            Some(value) if self.problems.is_empty() => Ok((value, ranked(self.notes))),
            _ if self.problems.is_empty() => {
                let message = "the file lacks what it must have";
                Err(vec![Diagnostic::new(self.file, None, message)])
            }
            _ => Err(self.problems),
        }
    }

    /// Something is wrong.
    pub fn problem(&mut self, node: &Node, path: &str, message: impl AsRef<str>) {
        let message = placed(path, message.as_ref());
        self.push(Diagnostic::new(&self.file, node.place, message));
    }

    /// A name is none of the allowed ones.
    pub fn unknown(&mut self, node: &Node, path: &str, what: &str, found: &str, allowed: &[&str]) {
        let what = placed(path, what);
        self.push(Diagnostic::unknown(
            &self.file, node.place, &what, found, allowed,
        ));
    }

    fn push(&mut self, problem: Diagnostic) {
        if self.told.insert(problem.clone()) {
            self.problems.push(problem);
        }
    }

    /// Something is there and not used, or taken to mean something that the file does not say.
    pub fn note(&mut self, node: &Node, path: &str, message: impl AsRef<str>) {
        let message = placed(path, message.as_ref());
        self.push_note(Diagnostic::new(&self.file, node.place, message));
    }

    /// Notes what changes nothing of what is made of the file.
    pub fn remark(&mut self, message: impl Into<String>) {
        self.push_note(Diagnostic::remark(&self.file, message));
    }

    fn push_note(&mut self, note: Diagnostic) {
        if self.told.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    /// The fields of a mapping, all of them among `allowed`.
    pub fn fields<'n>(
        &mut self,
        node: &'n Node,
        path: &str,
        allowed: &[&str],
    ) -> Option<Fields<'n>> {
        let fields = self.open_fields(node, path)?;
        self.each_field(node, path, |reader, key, name| {
            if !allowed.contains(&name) {
                reader.unknown(key, path, "unknown field", name, allowed);
            }
        });
        Some(fields)
    }

    /// The fields of a mapping; those that are not among `used` are noted.
    pub fn noted_fields<'n>(
        &mut self,
        node: &'n Node,
        path: &str,
        used: &[&str],
    ) -> Option<Fields<'n>> {
        let fields = self.open_fields(node, path)?;
        // What stands there under its own name is not what was meant.
        let is_missing = |name: &&str| node.get(name).is_none();
        let missing: Vec<&str> = used.iter().copied().filter(is_missing).collect();
        self.each_field(node, path, |reader, key, name| {
            if !used.contains(&name) {
                let near = nearest(name, missing.iter().copied()).map(str::to_owned);
                let message = placed(&joined(path, name), "not used");
                let note = Diagnostic::new(&reader.file, key.place, message);
                reader.push_note(Diagnostic { near, ..note });
            }
        });
        Some(fields)
    }

    /// The fields of a mapping, whatever they are. Of fields with one name the last counts, as PyYAML
    /// has it, and there is a note.
    pub fn open_fields<'n>(&mut self, node: &'n Node, path: &str) -> Option<Fields<'n>> {
        let NodeKind::Mapping(pairs) = &node.kind else {
            let found = node.describe();
            self.problem(node, path, format!("found {found}; needed fields"));
            return None;
        };
        let mut seen = HashSet::new();
        for (key, _) in pairs {
            if key.text().is_some_and(|name| !seen.insert(name)) {
                let message = format!(
                    "field {} stands here twice; the last counts",
                    key.describe()
                );
                self.note(key, path, message);
            }
        }
        Some(Fields { node })
    }

    fn each_field(
        &mut self,
        node: &Node,
        path: &str,
        mut each: impl FnMut(&mut Self, &Node, &str),
    ) {
        let NodeKind::Mapping(pairs) = &node.kind else {
            return;
        };
        for (key, _) in pairs {
            match key.text() {
                Some(name) => each(self, key, name),
                None => {
                    let found = key.describe();
                    self.problem(
                        key,
                        path,
                        format!("found {found} as a field's name; needed a word"),
                    );
                }
            }
        }
    }

    /// A field that must be there.
    pub fn required<'n>(&mut self, fields: Fields<'n>, path: &str, name: &str) -> Option<&'n Node> {
        let value = fields.get(name);
        if value.is_none() {
            self.problem(fields.node, path, format!("missing field `{name}`"));
        }
        value
    }

    /// The elements of a list.
    pub fn list<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n [Node]> {
        if let NodeKind::List(items) = &node.kind {
            return Some(items);
        }
        let found = node.describe();
        self.problem(node, path, format!("found {found}; needed a list"));
        None
    }

    /// A text.
    pub fn text<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n str> {
        if node.text().is_none() {
            let found = node.describe();
            self.problem(node, path, format!("found {found}; needed a text"));
        }
        node.text()
    }

    /// A whole number that is not negative, written as YAML readers take it: `64`, `1_000`, `0x40`.
    pub fn count(&mut self, node: &Node, path: &str) -> Option<u64> {
        let count = node.text().and_then(number::whole);
        if count.is_none() {
            let found = node.describe();
            let needed = "a whole number, not negative";
            self.problem(node, path, format!("found {found}; needed {needed}"));
        }
        count
    }

    /// A whole number of at least 1.
    pub fn size(&mut self, node: &Node, path: &str) -> Option<u64> {
        let count = self.count(node, path)?;
        if count == 0 {
            self.problem(node, path, "found 0; needed at least 1");
            return None;
        }
        Some(count)
    }

    /// A finite number.
    pub fn number(&mut self, node: &Node, path: &str) -> Option<f64> {
        let number = node.text().and_then(number::real);
        if number.is_none() {
            let found = node.describe();
            self.problem(node, path, format!("found {found}; needed a number"));
        }
        number
    }

    /// A word that stands for yes or no.
    pub fn flag(&mut self, node: &Node, path: &str) -> Option<bool> {
        let flag = match node.text().map(str::to_lowercase).as_deref() {
            Some("true" | "yes" | "on") => Some(true),
            Some("false" | "no" | "off") => Some(false),
            _ => None,
        };
        if flag.is_none() {
            let found = node.describe();
            self.problem(node, path, format!("found {found}; needed True or False"));
        }
        flag
    }
}

fn placed(path: &str, message: &str) -> String {
    if path.is_empty() {
        message.to_owned()
    } else {
        format!("{path}: {message}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In time that grows with the square of their number these would take minutes.
    #[test]
    fn many_unknown_fields_are_soon_read() {
        let text: String = (0..100_000).map(|at| format!("x{at}: 1\n")).collect();
        let root = Node::parse("a.yaml", &text).expect("it is YAML");
        let mut reader = Reader::new("a.yaml");
        reader.noted_fields(&root, "", &["rows", "x7"]);
        let (_, notes) = reader.finish(Some(())).expect("nothing is wrong");
        assert_eq!(notes.len(), 1);
        assert!(
            notes[0].message.ends_with("and 99987 more names"),
            "{notes:?}"
        );
    }
}
