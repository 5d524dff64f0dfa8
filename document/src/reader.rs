//! Reads a tree of another tool's making. All that is wrong is gathered, and so is all that the
//! file says and that is not used: nothing is dropped in silence.

use std::collections::HashSet;

use crate::diagnostic::Diagnostic;
use crate::near::nearest;
use crate::notes::ranked;
use crate::number;
use crate::tree::{Node, NodeKind};

/// A reader of one file's tree, which gathers problems and notes and goes on after each. Its methods return
/// None where something is wrong, after they have added a problem. Paths are those of the value inside the
/// file, such as `array.rows`.
#[derive(Debug)]
pub struct Reader {
    file: String,
    problems: Vec<Diagnostic>,
    notes: Vec<Diagnostic>,
    /// Both, to tell each thing once.
    told: HashSet<Diagnostic>,
}

/// The fields of a mapping, with the mapping's path.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'n> {
    node: &'n Node,
}

impl<'n> Fields<'n> {
    /// The value of a field; None if the field is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'n Node> {
        self.node
            .get(name)
            .filter(|value| value.kind != NodeKind::Null)
    }

    /// The first of several spellings of a field that is there, with its value.
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
    /// A reader of a file; `file` is the name that its messages carry.
    pub fn new(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            problems: Vec::new(),
            notes: Vec::new(),
            told: HashSet::new(),
        }
    }

    /// The name of the file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The problems that were found so far.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Ends the reading: the value with the notes, those that matter most first.
    ///
    /// # Errors
    /// The problems, at least one, if there are any or `value` is None.
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

    /// Adds a problem with a value.
    pub fn problem(&mut self, node: &Node, path: &str, message: impl AsRef<str>) {
        let message = placed(path, message.as_ref());
        self.push(Diagnostic::new(&self.file, node.place, message));
    }

    /// Adds a problem: a name is none of the allowed ones.
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

    /// Adds a note: a value is not used, or is taken to mean something that the file does not say.
    pub fn note(&mut self, node: &Node, path: &str, message: impl AsRef<str>) {
        let message = placed(path, message.as_ref());
        self.push_note(Diagnostic::new(&self.file, node.place, message));
    }

    /// Adds a remark on the file as a whole, which changes nothing of what is made of it.
    pub fn remark(&mut self, message: impl Into<String>) {
        self.push_note(Diagnostic::remark(&self.file, message));
    }

    fn push_note(&mut self, note: Diagnostic) {
        if self.told.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    /// The fields of a mapping. A problem if the value is no mapping or a field is not among `allowed`.
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

    /// The fields of a mapping. Fields that are not among `used` are noted.
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

    /// The fields of a mapping, whatever their names. Of fields with one name the last counts, as in PyYAML,
    /// with a note.
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

    /// The value of a field; a problem if it is missing or empty.
    pub fn required<'n>(&mut self, fields: Fields<'n>, path: &str, name: &str) -> Option<&'n Node> {
        let value = fields.get(name);
        if value.is_none() {
            self.problem(fields.node, path, format!("missing field `{name}`"));
        }
        value
    }

    /// The elements of a list; a problem if the value is no list.
    pub fn list<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n [Node]> {
        if let NodeKind::List(items) = &node.kind {
            return Some(items);
        }
        let found = node.describe();
        self.problem(node, path, format!("found {found}; needed a list"));
        None
    }

    /// The text of a word, number or quoted text; a problem if the value is none.
    pub fn text<'n>(&mut self, node: &'n Node, path: &str) -> Option<&'n str> {
        if node.text().is_none() {
            let found = node.describe();
            self.problem(node, path, format!("found {found}; needed a text"));
        }
        node.text()
    }

    /// A whole number that is not negative, as YAML readers take it: `64`, `1_000`, `0x40`; a problem if the
    /// value is none.
    pub fn count(&mut self, node: &Node, path: &str) -> Option<u64> {
        let count = node.text().and_then(number::whole);
        if count.is_none() {
            let found = node.describe();
            let needed = "a whole number, not negative";
            self.problem(node, path, format!("found {found}; needed {needed}"));
        }
        count
    }

    /// A whole number of at least 1; a problem if the value is none.
    pub fn size(&mut self, node: &Node, path: &str) -> Option<u64> {
        let count = self.count(node, path)?;
        if count == 0 {
            self.problem(node, path, "found 0; needed at least 1");
            return None;
        }
        Some(count)
    }

    /// A finite number; a problem if the value is none.
    pub fn number(&mut self, node: &Node, path: &str) -> Option<f64> {
        let number = node.text().and_then(number::real);
        if number.is_none() {
            let found = node.describe();
            self.problem(node, path, format!("found {found}; needed a number"));
        }
        number
    }

    /// The truth value of a word such as `true`, `yes` or `off`; a problem if the value is none.
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
