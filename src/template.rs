//! Jinja in YAML files, as Timeloop's front end expands it before it reads them.
//!
//! ```text
//! {{add_to_path('..')}}                      another folder to look in
//! {{include_text('problem_base.yaml')}}      a file's text, expanded itself; {% include '...' %} too
//! arch: {{include('arch.yaml', 'a.b')}}      a part of a file
//! classes: {{include_all('parts/*.yaml', 'a.b')}}    of several, the lists one after the other
//! {% if path_exists('x.yaml') %} ... {{find_path('x.yaml')}} ... {{cwd()}}
//! ```
//!
//! A path that is not absolute is looked for in the file's own folder, then in those that were added.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value, context};
use stationary_document::{Node, NodeKind};
use stationary_record::read_at_most;

/// More bytes in all, or files inside of files, are no design that anybody wrote.
const MOST_BYTES: usize = 1 << 24;
const MOST_DEPTH: usize = 16;

/// What the functions of a file share with those of the files that it includes.
#[derive(Clone)]
struct Files {
    /// The folder of the file that is expanded.
    folder: PathBuf,
    depth: usize,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    paths: Vec<PathBuf>,
    bytes: usize,
}

/// Whether a text has Jinja in it, outside of comment lines.
fn is_template(text: &str) -> bool {
    let code = || {
        text.lines()
            .filter(|line| !line.trim_start().starts_with('#'))
    };
    // A comment of YAML's may begin behind a brace; Jinja's ends, too.
    let has_comment = || code().any(|line| line.contains("{#")) && text.contains("#}");
    code().any(|line| line.contains("{{") || line.contains("{%")) || has_comment()
}

/// A file's text with its Jinja expanded; as it is if there is none.
///
/// # Errors
/// Jinja that cannot be expanded: files that are not there, variables that nobody has set.
pub(crate) fn expanded(path: &Path, text: String) -> Result<String, crate::Error> {
    if !is_template(&text) {
        return Ok(text);
    }
    let files = Files {
        folder: folder(path),
        depth: 0,
        shared: Arc::default(),
    };
    files.render(&text).map_err(|error| {
        let mut messages = Vec::new();
        let mut next: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = next {
            let jinja = error.downcast_ref::<Error>();
            let detail = jinja.and_then(|error| error.detail().map(str::to_owned));
            messages.push(detail.unwrap_or_else(|| error.to_string()));
            next = error.source();
        }
        // A file that includes itself is named once.
        messages.dedup();
        let line = error
            .line()
            .map_or(String::new(), |line| format!(":{line}"));
        let message = format!("Jinja that cannot be expanded: {}", messages.join(": "));
        let mut path = path.as_os_str().to_owned();
        path.push(line);
        crate::Error::kind(Path::new(&path), message)
    })
}

fn folder(path: &Path) -> PathBuf {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn wrong(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

impl Files {
    fn render(&self, text: &str) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let files = self.clone();
        environment.add_function("cwd", move || files.folder.display().to_string());
        let files = self.clone();
        environment.add_function("add_to_path", move |path: String| {
            files.with(|shared| shared.paths.push(files.folder.join(path)));
            ""
        });
        let files = self.clone();
        environment.add_function("path_exists", move |path: String| {
            files.find(&path).is_some()
        });
        let files = self.clone();
        environment.add_function("find_path", move |path: String| {
            let found = files.needed(&path)?;
            Ok::<_, Error>(found.display().to_string())
        });
        let files = self.clone();
        environment.add_function("include_text", move |path: String| {
            files.text(&files.needed(&path)?).map(Value::from)
        });
        let files = self.clone();
        environment.add_function("include", move |path: String, key: Option<String>| {
            let part = files.part(&files.needed(&path)?, key.as_deref().unwrap_or_default())?;
            Ok::<_, Error>(flow(&part))
        });
        let files = self.clone();
        environment.add_function("include_all", move |paths: String, key: Option<String>| {
            files.parts(&paths, key.as_deref().unwrap_or_default())
        });
        environment.render_str(&with_functions(text), context! {})
    }

    fn with<T>(&self, of: impl FnOnce(&mut Shared) -> T) -> T {
        // Nothing panics while it holds the lock.
        of(&mut self.shared.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Folders in which a path is looked for.
    fn folders(&self) -> Vec<PathBuf> {
        let added = self.with(|shared| shared.paths.clone());
        std::iter::once(self.folder.clone()).chain(added).collect()
    }

    fn find(&self, path: &str) -> Option<PathBuf> {
        // An absolute path stands for itself, wherever it is joined to.
        let mut places = self.folders().into_iter().map(|folder| folder.join(path));
        places.find(|place| place.exists()).or_else(|| {
            // What `cwd()` gives begins with the folder already.
            Some(PathBuf::from(path)).filter(|path| path.exists())
        })
    }

    fn needed(&self, path: &str) -> Result<PathBuf, Error> {
        self.find(path).ok_or_else(|| {
            let folders = self.folders();
            let folders: Vec<_> = folders.iter().map(|f| f.display().to_string()).collect();
            wrong(format!("no file `{path}` in {}", folders.join(", ")))
        })
    }

    /// A file's text, expanded.
    fn text(&self, path: &Path) -> Result<String, Error> {
        let name = path.display();
        let bytes = read_at_most(path, MOST_BYTES as u64)
            .map_err(|error| wrong(format!("{name}: {error}")))?;
        let text = stationary_document::text(&name.to_string(), bytes);
        let text = text.map_err(|error| wrong(error.to_string()))?;
        let total = self.with(|shared| {
            shared.bytes = shared.bytes.saturating_add(text.len());
            shared.bytes
        });
        if self.depth >= MOST_DEPTH || total > MOST_BYTES {
            return Err(wrong(format!(
                "{name}: files included more than {MOST_DEPTH} deep, or of more than {MOST_BYTES} bytes"
            )));
        }
        if !is_template(&text) {
            return Ok(text);
        }
        let inside = Self {
            folder: folder(path),
            depth: self.depth + 1,
            shared: Arc::clone(&self.shared),
        };
        inside
            .render(&text)
            .map_err(|error| wrong(name.to_string()).with_source(error))
    }

    /// What stands in a file at a key such as `a.b`.
    fn part(&self, path: &Path, key: &str) -> Result<Node, Error> {
        let name = path.display().to_string();
        let text = self.text(path)?;
        let root = Node::parse(&name, &text).map_err(|error| wrong(error.to_string()))?;
        let mut node = &root;
        for field in key.split('.').filter(|field| !field.is_empty()) {
            let inside = node.get(field);
            node = inside.ok_or_else(|| wrong(format!("{name}: no field `{key}`")))?;
        }
        Ok(node.clone())
    }

    /// The lists that stand at a key in the files that a path with a `*` in its name stands for, as
    /// one; or what stands there, one after the other.
    fn parts(&self, paths: &str, key: &str) -> Result<String, Error> {
        let (before, after) = paths.split_once('*').unwrap_or((paths, ""));
        let (folder, prefix) = before.rsplit_once('/').unwrap_or((".", before));
        let folder = self.needed(folder)?;
        let entries = std::fs::read_dir(&folder);
        let entries = entries.map_err(|error| wrong(format!("{}: {error}", folder.display())))?;
        let mut names: Vec<String> = entries
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.starts_with(prefix) && name.ends_with(after))
            .collect();
        names.sort_unstable();
        let mut all = Vec::new();
        for name in names {
            let part = self.part(&folder.join(name), key)?;
            match &part.kind {
                NodeKind::List(items) => all.extend(items.iter().map(flow)),
                _ => all.push(flow(&part)),
            }
        }
        Ok(format!("[{}]", all.join(", ")))
    }
}

/// `{% include 'x' %}` as the function that does the same.
fn with_functions(text: &str) -> String {
    let mut rest = text;
    let mut result = String::new();
    while let Some(start) = rest.find("{%") {
        let Some(length) = rest[start..].find("%}") else {
            break;
        };
        let (tag, after) = rest[start..].split_at(length + 2);
        let inside = tag[2..length].trim_matches(|c: char| c == '-' || c.is_whitespace());
        result.push_str(&rest[..start]);
        match inside.strip_prefix("include ") {
            Some(path) => result.push_str(&format!("{{{{ include_text({}) }}}}", path.trim())),
            None => result.push_str(tag),
        }
        rest = after;
    }
    result + rest
}

/// A tree on one line.
fn flow(node: &Node) -> String {
    let value = match &node.kind {
        NodeKind::Null => "null".to_owned(),
        NodeKind::Plain(text) => match text.find([',', '[', ']', '{', '}', '#', ':', '\n']) {
            None => text.clone(),
            Some(_) => format!("'{}'", text.replace('\'', "''").replace('\n', " ")),
        },
        NodeKind::Quoted(text) => serde_json::Value::from(text.as_str()).to_string(),
        NodeKind::List(items) => {
            let items: Vec<_> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        NodeKind::Mapping(fields) => {
            let field = |(key, value): &(Node, Node)| format!("{}: {}", flow(key), flow(value));
            let fields: Vec<_> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
    };
    match node.tag.as_deref() {
        Some(tag) if !tag.contains(':') => format!("!{tag} {value}"),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = expanded(Path::new("a.yaml"), text.to_owned());
        assert_eq!(found.unwrap_or_else(|error| error.to_string()), expected);
    }

    #[test]
    fn comments_and_macros_are_expanded() {
        check("{# a note #}a: 1\n", "a: 1");
        check(
            "a: {# not Jinja's\n  b: 1}\n",
            "a: {# not Jinja's\n  b: 1}\n",
        );
        check(
            "{% macro of(x) %}{a: {{x}}}{% endmacro %}b: {{of(3)}}\n",
            "b: {a: 3}",
        );
    }

    #[test]
    fn a_file_that_includes_itself_is_named_once() {
        let folder = std::env::temp_dir().join(format!("stationary-itself-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("j.yaml");
        let text = "{{include_text('j.yaml')}}\n";
        std::fs::write(&path, text).expect("it is written");
        let error = expanded(&path, text.to_owned()).expect_err("it never ends");
        let error = error.to_string();
        assert!(
            error.contains("files included more than 16 deep"),
            "{error}"
        );
        assert!(error.matches("j.yaml").count() <= 3, "{error}");
    }
}
