//! Timeloop's mapping files.
//!
//! ```yaml
//! mapping:
//! - {target: GLB, type: temporal, factors: K=4 C=16, permutation: CK}   # inner to outer
//! - {target: GLB, type: spatial, factors: K=8, permutation: KC, split: 1}
//! - {target: GLB, type: bypass, keep: [Inputs], bypass: [Weights]}
//! ```

use crate::arch::import::timeloop::Architecture;
use crate::workloads::timeloop::TimeloopProblem;
use stationary_document::{Diagnostic, Fields, Node, NodeKind, Reader};

use super::nest::{Nest, NestLevel};

impl Nest {
    /// Reads a mapping file of a problem on an architecture.
    ///
    /// # Errors
    /// Everything that is wrong with the file, or that does not fit problem and architecture.
    pub fn read(
        file: &str,
        text: &str,
        problem: TimeloopProblem,
        architecture: Architecture,
    ) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let root = Node::parse(file, text).map_err(|error| vec![error])?;
        let mut reader = Reader::new(file);
        let levels = levels(&mut reader, &root, &problem, &architecture);
        let nest = levels.map(|levels| Self {
            problem,
            architecture,
            levels,
        });
        if let Some(nest) = nest.as_ref().filter(|_| reader.problems().is_empty()) {
            for misfit in nest.misfits() {
                reader.problem(&root, "mapping", misfit);
            }
        }
        reader.finish(nest)
    }
}

fn levels(
    reader: &mut Reader,
    root: &Node,
    problem: &TimeloopProblem,
    architecture: &Architecture,
) -> Option<Vec<NestLevel>> {
    let fields = reader.noted_fields(root, "", &["mapping"])?;
    let list = reader.required(fields, "", "mapping")?;
    let blank = NestLevel::new(problem.dims.len(), problem.spaces.len());
    let mut levels = vec![blank; architecture.storages.len()];
    for (index, node) in reader.list(list, "mapping")?.iter().enumerate() {
        // Each directive is read for itself, so that all that are wrong are named.
        let _ = directive(
            reader,
            node,
            &format!("mapping[{index}]"),
            problem,
            architecture,
            &mut levels,
        );
    }
    Some(levels)
}

fn directive(
    reader: &mut Reader,
    node: &Node,
    path: &str,
    problem: &TimeloopProblem,
    architecture: &Architecture,
    levels: &mut [NestLevel],
) -> Option<()> {
    let known = [
        "target",
        "type",
        "factors",
        "permutation",
        "split",
        "keep",
        "bypass",
    ];
    let fields = reader.fields(node, path, &known)?;
    let target = reader.required(fields, path, "target")?;
    let name = reader.text(target, path)?;
    let storages = architecture.storages.iter().map(|s| s.name.as_str());
    let containers = architecture
        .containers
        .iter()
        .map(|(name, _)| name.as_str());
    let own = storages.clone().position(|storage| storage == name);
    let around = architecture
        .containers
        .iter()
        .find(|(container, _)| container == name);
    let Some(level) = own.or(around.map(|(_, level)| *level)) else {
        let names: Vec<_> = storages.chain(containers).collect();
        reader.unknown(target, path, "unknown target", name, &names);
        return None;
    };
    let kind = reader.required(fields, path, "type")?;
    match kind.text().unwrap_or_default() {
        "temporal" => {
            let loops = loops(reader, fields, path, problem)?;
            levels[level].temporal = loops;
        }
        "spatial" => {
            let loops = loops(reader, fields, path, problem)?;
            let split = match fields.get("split") {
                Some(node) => reader
                    .count(node, &format!("{path}.split"))?
                    .min(loops.len() as u64) as usize,
                None => loops.len(),
            };
            levels[level].spatial = loops;
            levels[level].split = split;
        }
        "bypass" | "datatype" | "dataspace" => {
            for (field, kept) in [("keep", true), ("bypass", false)] {
                let Some(list) = fields.get(field) else {
                    continue;
                };
                let path = format!("{path}.{field}");
                for node in reader.list(list, &path)? {
                    let name = reader.text(node, &path)?;
                    let names: Vec<_> = problem.spaces.iter().map(|s| s.name.as_str()).collect();
                    match names.iter().position(|known| *known == name) {
                        Some(space) => levels[level].keeps[space] = kept,
                        None => reader.unknown(node, &path, "unknown data space", name, &names),
                    }
                }
            }
        }
        found => reader.unknown(
            kind,
            path,
            "unknown type",
            found,
            &["temporal", "spatial", "bypass"],
        ),
    }
    Some(())
}

/// The loops of a directive, inner to outer: permuted ones first, then the others in the problem's
/// order.
fn loops(
    reader: &mut Reader,
    fields: Fields<'_>,
    path: &str,
    problem: &TimeloopProblem,
) -> Option<Vec<(usize, u64)>> {
    let mut bounds = vec![1; problem.dims.len()];
    if let Some(node) = fields.get("factors") {
        let path = format!("{path}.factors");
        for part in words(reader, node, &path)? {
            let (dim, bound) = factor(reader, node, &path, &part, problem)?;
            bounds[dim] = bound;
        }
    }
    let mut order = Vec::new();
    if let Some(node) = fields.get("permutation") {
        let path = format!("{path}.permutation");
        let mut names = words(reader, node, &path)?;
        // One word of single letters.
        if let [word] = names.as_slice()
            && !problem.dims.contains(word)
        {
            names = word.chars().map(String::from).collect();
        }
        for name in names {
            match problem.dims.iter().position(|dim| *dim == name) {
                Some(dim) if !order.contains(&dim) => order.push(dim),
                Some(_) => {
                    reader.problem(node, &path, format!("`{name}` stands there twice"));
                    return None;
                }
                None => {
                    let dims: Vec<_> = problem.dims.iter().map(String::as_str).collect();
                    reader.unknown(node, &path, "unknown dimension", &name, &dims);
                    return None;
                }
            }
        }
    }
    order.extend(
        (0..problem.dims.len())
            .filter(|dim| !order.contains(dim))
            .collect::<Vec<_>>(),
    );
    Some(order.into_iter().map(|dim| (dim, bounds[dim])).collect())
}

/// A text's words, or a list's.
fn words(reader: &mut Reader, node: &Node, path: &str) -> Option<Vec<String>> {
    if let NodeKind::List(items) = &node.kind {
        let mut all = Vec::new();
        for item in items {
            all.push(reader.text(item, path)?.trim().to_owned());
        }
        return Some(all);
    }
    let text = reader.text(node, path)?;
    Some(text.split_whitespace().map(str::to_owned).collect())
}

/// `K=4` or `K4`.
fn factor(
    reader: &mut Reader,
    node: &Node,
    path: &str,
    part: &str,
    problem: &TimeloopProblem,
) -> Option<(usize, u64)> {
    let split = part.split_once('=').or_else(|| {
        let digits = part.find(|c: char| c.is_ascii_digit())?;
        Some(part.split_at(digits))
    });
    let (name, bound) = split.unwrap_or((part, ""));
    let Some(dim) = problem.dims.iter().position(|dim| dim == name.trim()) else {
        let dims: Vec<_> = problem.dims.iter().map(String::as_str).collect();
        reader.unknown(node, path, "unknown dimension", name, &dims);
        return None;
    };
    match bound.trim().parse::<u64>() {
        Ok(bound) if bound > 0 => Some((dim, bound)),
        Ok(_) => {
            reader.problem(
                node,
                path,
                format!(
                    "`{part}`: a factor of 0 (all that is left) is for mapspaces; give the number"
                ),
            );
            None
        }
        Err(_) if bound.contains(',') => {
            reader.problem(
                node,
                path,
                format!("`{part}`: imperfect factors are not counted; needed factors that divide"),
            );
            None
        }
        Err(_) => {
            reader.problem(
                node,
                path,
                format!("`{part}`: needed a dimension and a factor, as in K=4"),
            );
            None
        }
    }
}
