//! Modules lie in layers: none imports another in a circle, parents and children aside.
//!
//! ```text
//! edges     from each file to the modules that its `use` lines and paths name
//! crates    no circle of files
//! sim       no circle of siblings either: a folder counts with all that is in it
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Module = Vec<String>;
type Graph = BTreeMap<Module, BTreeSet<Module>>;

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut found = Vec::new();
    for folder in [
        "document",
        "arch",
        "workloads",
        "record",
        "sim",
        "search",
        "trace",
        "python",
        "",
    ] {
        let graph = imports(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join(folder)
                .join("src"),
        );
        assert!(!graph.is_empty(), "{folder} has modules");
        let files = graph.iter().map(|(from, to)| {
            let apart = to
                .iter()
                .filter(|to| !from.starts_with(to) && !to.starts_with(from));
            (from.clone(), apart.cloned().collect())
        });
        for circle in circles(&files.collect()) {
            let names: Vec<String> = circle.iter().map(|module| module.join("::")).collect();
            found.push((folder, names.join(" ")));
        }
    }
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn folders_of_the_simulator_lie_in_layers() {
    let graph = imports(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sim/src"));
    let parents: BTreeSet<&[String]> = graph
        .keys()
        .filter_map(|module| Some(module.split_last()?.1))
        .collect();
    for parent in parents {
        let child = |module: &Module| {
            let is_inside = module.len() > parent.len() && module.starts_with(parent);
            is_inside.then(|| module[..=parent.len()].to_vec())
        };
        let mut siblings = Graph::new();
        for (from, to) in &graph {
            for (from, to) in to.iter().filter_map(|to| Some((child(from)?, child(to)?))) {
                if from != to {
                    siblings.entry(from).or_default().insert(to);
                }
            }
        }
        let circles = circles(&siblings);
        assert!(circles.is_empty(), "{circles:?}");
    }
}

#[test]
fn circles_are_found() {
    let module = |name: &str| vec![name.to_owned()];
    let of = |edges: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry(module(from)).or_default().insert(module(to));
        }
        circles(&graph)
    };
    assert!(of(&[("a", "b"), ("a", "c"), ("b", "c")]).is_empty());
    let ring = [["a", "b", "c"].map(module).to_vec()];
    assert_eq!(of(&[("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]), ring);
    let mut paths = BTreeSet::new();
    expand(&[], "crate::{a::b, c::{self, D as E}}", &mut paths);
    let path = |text: &str| text.split("::").map(str::to_owned).collect::<Vec<_>>();
    let expected = ["crate::a::b", "crate::c::self", "crate::c::D"].map(path);
    assert_eq!(paths, BTreeSet::from(expected));
}

/// For each file's module the modules that it names, tests aside.
fn imports(root: &Path) -> Graph {
    let mut files = BTreeMap::new();
    gather(root, &mut Vec::new(), &mut files);
    let exports = files
        .get(&Vec::new())
        .map_or_else(BTreeMap::new, |text| exports(text));
    let resolve = |from: &Module, path: &[String]| {
        let mut base = from.clone();
        let mut names = path.iter().map(String::as_str).peekable();
        while let Some(name) = names.peek() {
            match *name {
                "crate" => base.clear(),
                "super" => drop(base.pop()),
                "self" => {}
                _ => break,
            }
            names.next();
        }
        let mut rest: Vec<String> = names.map(str::to_owned).collect();
        if base.is_empty()
            && let Some(exported) = rest.first().and_then(|name| exports.get(name))
        {
            rest.splice(..1, exported.iter().cloned());
        }
        base.append(&mut rest);
        (1..=base.len())
            .rev()
            .map(|length| base[..length].to_vec())
            .find(|module| files.contains_key(module))
    };
    let edges = files.iter().map(|(from, text)| {
        let paths = paths(text);
        let to = paths.iter().filter_map(|path| resolve(from, path));
        (from.clone(), to.filter(|to| to != from).collect())
    });
    edges.collect()
}

/// The text of each module's file, without comments and tests.
fn gather(folder: &Path, module: &mut Module, files: &mut BTreeMap<Module, String>) {
    for entry in folder.read_dir().expect("a folder").flatten() {
        let path = entry.path();
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        if path.is_dir() {
            module.push(name);
            gather(&path, module, files);
            module.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a text");
            let text = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let lines = text
                .lines()
                .map(|line| line.split("//").next().unwrap_or_default());
            let text = lines.collect::<Vec<_>>().join("\n");
            let mut own = module.clone();
            if !["mod", "lib", "main"].contains(&name.as_str()) {
                own.push(name);
            }
            files.entry(own).or_default().push_str(&text);
        }
    }
}

/// Paths of a text that begin in its crate.
fn paths(text: &str) -> BTreeSet<Vec<String>> {
    let mut found = BTreeSet::new();
    for start in ["crate::", "super::"] {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        for (at, _) in text.match_indices(start) {
            if text[..at].ends_with(is_word) {
                continue;
            }
            let end = text[at..]
                .find(|c: char| !is_word(c))
                .map_or(text.len(), |end| at + end);
            let is_list = text[..end].ends_with("::") && text[end..].starts_with('{');
            let end = if is_list {
                end + closing(&text[end..])
            } else {
                end
            };
            expand(&[], &text[at..end], &mut found);
        }
    }
    found
}

/// Where the list that a text begins with ends.
fn closing(text: &str) -> usize {
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// The paths of a tree of imports.
fn expand(prefix: &[String], tree: &str, found: &mut BTreeSet<Vec<String>>) {
    let tree = tree.trim();
    let (head, list) = match tree.find('{') {
        Some(at) => (&tree[..at], Some(&tree[at + 1..tree.len() - 1])),
        None => (tree.split(" as ").next().unwrap_or_default(), None),
    };
    let names = head
        .split("::")
        .map(str::trim)
        .filter(|name| !name.is_empty());
    let path: Vec<String> = prefix
        .iter()
        .cloned()
        .chain(names.map(str::to_owned))
        .collect();
    let Some(list) = list else {
        found.insert(path);
        return;
    };
    let (mut depth, mut start) = (0, 0);
    for (at, c) in list.char_indices().chain([(list.len(), ',')]) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            if !list[start..at].trim().is_empty() {
                expand(&path, &list[start..at], found);
            }
            start = at + 1;
        }
    }
}

/// What the root of a crate hands on, by name: the path behind it.
fn exports(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeSet::new();
    for (at, start) in text.match_indices("pub use ") {
        let rest = &text[at + start.len()..];
        expand(&[], &rest[..rest.find(';').expect("an end")], &mut found);
    }
    let named = found
        .into_iter()
        .filter_map(|path| Some((path.last()?.clone(), path)));
    named.filter(|(_, path)| path.len() > 1).collect()
}

/// Sets of modules from each of which every other can be reached, the names in order.
fn circles(graph: &Graph) -> Vec<Vec<Module>> {
    let reached = |from: &Module| {
        let mut reached = BTreeSet::new();
        let mut open = vec![from];
        while let Some(module) = open.pop() {
            let next = graph.get(module).into_iter().flatten();
            open.extend(next.filter(|to| reached.insert((*to).clone())));
        }
        reached
    };
    let all: BTreeMap<&Module, BTreeSet<Module>> = graph
        .keys()
        .map(|module| (module, reached(module)))
        .collect();
    let mut circles = BTreeSet::new();
    for (module, to) in &all {
        let is_back = |other: &&Module| all.get(other).is_some_and(|back| back.contains(*module));
        let circle: Vec<Module> = to.iter().filter(is_back).cloned().collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}
