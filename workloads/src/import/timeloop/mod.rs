//! The reader of Timeloop's problem files: data spaces as projections of loop dimensions.
//!
//! ```text
//! Inputs[n][c][stride p + dilation r][stride q + dilation s]: a rank is a sum of terms
//! ```
//!
//! Any such problem is read; one with two operands and one result is a [`crate::Layer`]. Without a
//! `shape`, or with its name, it is Timeloop's built-in CNN layer.

mod layer;

use stationary_document::{Diagnostic, Node, NodeKind, Reader, Variables};

pub(super) use self::layer::Padding;

/// A Timeloop problem: loop dimensions with their sizes, and the data spaces that they select from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeloopProblem {
    /// The name of the problem's shape.
    pub name: String,
    /// The names of the loop dimensions.
    pub dims: Vec<String>,
    /// The sizes of the loop dimensions, in the order of `dims`.
    pub sizes: Vec<u64>,
    /// The data spaces: operands and result.
    pub spaces: Vec<DataSpace>,
}

/// A data space of a Timeloop problem: the tensor of an operand or of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSpace {
    /// The name of the data space.
    pub name: String,
    /// The ranks of the tensor: the index of each is a sum of terms.
    pub ranks: Vec<Vec<Term>>,
    /// Whether it is written: the result.
    pub is_output: bool,
}

/// A term of a rank's index: a loop dimension times a coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// The index of the dimension in [`TimeloopProblem::dims`].
    pub dim: usize,
    /// The factor on the dimension's index.
    pub coefficient: u64,
}

impl DataSpace {
    /// Whether the index of a dimension selects among the tensor's words.
    #[must_use]
    pub fn is_relevant(&self, dim: usize) -> bool {
        self.ranks.iter().flatten().any(|term| term.dim == dim)
    }

    /// The number of words that a box with these extents of the loop dimensions touches, as the box of its
    /// ranks' extents.
    #[must_use]
    pub fn words(&self, extents: &[u64]) -> u64 {
        self.ranks
            .iter()
            .map(|rank| extent(rank, extents))
            .product()
    }
}

/// The number of indices of a rank between the first and the last that a box with these extents touches.
#[must_use]
pub fn extent(rank: &[Term], extents: &[u64]) -> u64 {
    let steps = |term: &Term| term.coefficient * (extents[term.dim] - 1);
    1 + rank.iter().map(steps).sum::<u64>()
}

/// What a problem of three sliding windows becomes.
pub(crate) const FOLDED: &str = "windows slide over three axes: one is folded, its taps as channels and its positions as \
     images; input words that its windows share count for each of them";

/// The shape that Timeloop takes where a problem gives none (`problem-shapes/cnn-layer.yaml`).
const CNN_LAYER: &str = "\
name: cnn-layer
dimensions: [R, S, P, Q, C, K, N]
coefficients:
- {name: Wstride, default: 1}
- {name: Hstride, default: 1}
- {name: Wdilation, default: 1}
- {name: Hdilation, default: 1}
data-spaces:
- {name: Weights, projection: [[[C]], [[K]], [[R]], [[S]]]}
- {name: Inputs, projection: [[[N]], [[C]], [[R, Wdilation], [P, Wstride]], [[S, Hdilation], [Q, Hstride]]]}
- {name: Outputs, projection: [[[N]], [[K]], [[Q]], [[P]]], read-write: True}
";

/// The other one that it brings along (`problem-shapes/gemm_ABZ.yaml`).
const GEMM: &str = "\
name: gemm_ABZ
dimensions: [M, N, K]
data-spaces:
- {name: A, projection: [[[M]], [[K]]]}
- {name: B, projection: [[[N]], [[K]]]}
- {name: Z, projection: [[[M]], [[N]]], read-write: True}
";

/// Timeloop's own shape of this name.
fn built_in(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase().replace('_', "-");
    let bare = [".yaml", ".cfg"]
        .into_iter()
        .find_map(|e| name.strip_suffix(e));
    match bare.unwrap_or(&name) {
        "cnn-layer" => Some(CNN_LAYER),
        "gemm-abz" => Some(GEMM),
        _ => None,
    }
}

/// Whether a file is one of Timeloop's problems.
pub(crate) fn is_problem(root: &Node) -> bool {
    root.get("problem").is_some()
}

impl TimeloopProblem {
    /// Reads the text of a problem file, with notes on what is not used. `file` is the name that the notes
    /// carry.
    ///
    /// # Errors
    /// All faults, each with its place.
    pub fn read(file: &str, text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let root = Node::parse(file, text).map_err(|error| vec![error])?;
        let mut reader = Reader::new(file);
        let problem = Self::of(&mut reader, &root);
        reader.finish(problem)
    }

    /// The one of a tree.
    pub(crate) fn of(reader: &mut Reader, root: &Node) -> Option<Self> {
        let fields = reader.noted_fields(root, "", &["problem", "variables"])?;
        let node = reader.required(fields, "", "problem")?;
        let mut variables = Variables::default();
        if let Some(scope) = fields.get("variables") {
            reader.open_fields(scope, "variables")?;
            variables.open(scope);
        }
        let body = reader.open_fields(node, "problem")?;
        let named = match body.get("shape") {
            None => Some(CNN_LAYER),
            Some(name) => match name.text() {
                Some(text) => {
                    let found = built_in(text);
                    if found.is_none() {
                        let what = "a shape of another file, named";
                        let known = ["cnn-layer", "gemm_ABZ"];
                        reader.unknown(name, "problem.shape", what, text, &known);
                        return None;
                    }
                    found
                }
                None => None,
            },
        };
        let named =
            named.map(|text| Node::parse("", text).expect("a test reads the built-in shapes"));
        let shape = named.as_ref().or(body.get("shape"))?;
        // Timeloop's older files give the sizes beside the shape.
        let instance = body.get("instance").unwrap_or(node);
        let has_instance = body.get("instance").is_some();
        let known = ["version", "shape", "instance", "name"];
        if has_instance {
            reader.noted_fields(node, "problem", &known)?;
        }
        let at = "problem.shape";
        let known = [
            "name",
            "version",
            "dimensions",
            "coefficients",
            "data-spaces",
            "data_spaces",
        ];
        let fields = reader.noted_fields(shape, at, &known)?;
        let name = fields.get("name").and_then(Node::text).unwrap_or("problem");
        let list = reader.required(fields, at, "dimensions")?;
        let path = format!("{at}.dimensions");
        let mut dims: Vec<String> = Vec::new();
        for node in reader.list(list, &path)? {
            let dim = reader.text(node, &path)?.to_owned();
            if dims.contains(&dim) {
                reader.problem(node, &path, format!("`{dim}` stands here twice"));
                return None;
            }
            dims.push(dim);
        }
        let variables = variables.inside(Some(instance));
        let coefficients = coefficients(reader, fields.get("coefficients"), instance, &variables)?;
        let names: Vec<&str> = dims.iter().map(String::as_str).collect();
        let at_sizes = if has_instance {
            "problem.instance"
        } else {
            "problem"
        };
        let sizes = sizes(
            reader,
            (instance, at_sizes),
            &names,
            &coefficients,
            &variables,
        )?;
        let spaces = fields.any(&["data-spaces", "data_spaces"]);
        let Some((field, list)) = spaces else {
            reader.problem(shape, at, "missing field `data-spaces` (or `data_spaces`)");
            return None;
        };
        let mut spaces = Vec::new();
        for (index, node) in reader.list(list, at)?.iter().enumerate() {
            let path = format!("{at}.{field}[{index}]");
            spaces.push(space(reader, node, &path, &names, &coefficients)?);
        }
        let problem = Self {
            name: name.to_owned(),
            dims,
            sizes,
            spaces,
        };
        let outputs = problem.spaces.iter().filter(|space| space.is_output);
        if outputs.count() != 1 {
            let message = "needed exactly one data space with read-write: True";
            reader.problem(list, &format!("{at}.{field}"), message);
            return None;
        }
        if !problem.is_countable() {
            reader.problem(
                instance,
                "problem.instance",
                "2^53 multiply-accumulates or words, or more",
            );
            return None;
        }
        Some(problem)
    }

    /// Whether operations and words of every data space are less than 2^53.
    pub(super) fn is_countable(&self) -> bool {
        let product = |values: &[u64]| {
            let multiply =
                |total: u64, value: &u64| total.checked_mul(*value).filter(|v| *v < 1 << 53);
            values.iter().try_fold(1, multiply)
        };
        let extent = |rank: &Vec<Term>| {
            rank.iter().try_fold(1u64, |total, term| {
                let steps = (self.sizes[term.dim] - 1).checked_mul(term.coefficient)?;
                total.checked_add(steps)
            })
        };
        let words = |space: &DataSpace| {
            let extents: Option<Vec<u64>> = space.ranks.iter().map(extent).collect();
            product(&extents?)
        };
        product(&self.sizes).is_some() && self.spaces.iter().all(|space| words(space).is_some())
    }
}

/// Coefficients by name: the instance's value, or the default.
fn coefficients(
    reader: &mut Reader,
    node: Option<&Node>,
    instance: &Node,
    variables: &Variables<'_>,
) -> Option<Vec<(String, u64)>> {
    let mut all = Vec::new();
    let Some(node) = node else { return Some(all) };
    for (index, node) in reader
        .list(node, "problem.shape.coefficients")?
        .iter()
        .enumerate()
    {
        let path = format!("problem.shape.coefficients[{index}]");
        let fields = reader.fields(node, &path, &["name", "default"])?;
        let name = reader.required(fields, &path, "name")?;
        let name = reader.text(name, &path)?.to_owned();
        let value = match (instance.get(&name), fields.get("default")) {
            (Some(value), _) => size(
                reader,
                value,
                &format!("problem.instance.{name}"),
                variables,
            )?,
            (None, Some(value)) => size(reader, value, &format!("{path}.default"), variables)?,
            (None, None) => {
                reader.problem(
                    node,
                    &path,
                    format!("`{name}` has neither a default nor a value in `instance`"),
                );
                return None;
            }
        };
        all.push((name, value));
    }
    Some(all)
}

fn sizes(
    reader: &mut Reader,
    (instance, path): (&Node, &str),
    dims: &[&str],
    coefficients: &[(String, u64)],
    variables: &Variables<'_>,
) -> Option<Vec<u64>> {
    let mut known = dims.to_vec();
    known.extend(coefficients.iter().map(|(name, _)| name.as_str()));
    known.extend(["densities", "version"]);
    if path == "problem" {
        known.extend(["shape", "name"]);
    }
    // Other keys, such as the input's `H` and `W` beside `P` and `Q`, are nothing to Timeloop.
    let fields = reader.noted_fields(instance, path, &known)?;
    if let Some(densities) = fields.get("densities") {
        reader.note(
            densities,
            &format!("{path}.densities"),
            "not used: every word counts (sparsity)",
        );
    }
    let mut of = |dim: &&str| {
        let value = reader.required(fields, path, dim)?;
        size(reader, value, &format!("{path}.{dim}"), variables)
    };
    // All of them are read before any is missed.
    let read: Vec<Option<u64>> = dims.iter().map(&mut of).collect();
    read.into_iter().collect()
}

/// A size, which may be an expression.
fn size(reader: &mut Reader, node: &Node, path: &str, variables: &Variables<'_>) -> Option<u64> {
    let node = variables.resolved(reader, node, path)?;
    reader.size(&node, path)
}

fn space(
    reader: &mut Reader,
    node: &Node,
    path: &str,
    dims: &[&str],
    coefficients: &[(String, u64)],
) -> Option<DataSpace> {
    let fields = reader.fields(
        node,
        path,
        &["name", "projection", "read-write", "read_write"],
    )?;
    let name = reader.required(fields, path, "name")?;
    let name = reader.text(name, path)?.to_owned();
    let is_output = match fields.any(&["read-write", "read_write"]) {
        Some((field, value)) => reader.flag(value, &format!("{path}.{field}"))?,
        None => false,
    };
    let projection = reader.required(fields, path, "projection")?;
    let path = format!("{path}.projection");
    let mut ranks = Vec::new();
    for rank in reader.list(projection, &path)? {
        let mut terms = Vec::new();
        for term in reader.list(rank, &path)? {
            let parts = reader.list(term, &path)?;
            let (dim, coefficient) = match parts {
                [dim] => (dim, None),
                [dim, coefficient] => (dim, Some(coefficient)),
                _ => {
                    let needed = "needed [dimension] or [dimension, coefficient]";
                    reader.problem(term, &path, format!("found {}; {needed}", term.describe()));
                    return None;
                }
            };
            let found = reader.text(dim, &path)?;
            let Some(index) = dims.iter().position(|dim| *dim == found) else {
                reader.unknown(dim, &path, "unknown dimension", found, dims);
                return None;
            };
            let coefficient = match coefficient {
                None => 1,
                Some(node) => coefficient_of(reader, node, &path, coefficients)?,
            };
            terms.push(Term {
                dim: index,
                coefficient,
            });
        }
        if terms.is_empty() || matches!(rank.kind, NodeKind::Null) {
            reader.problem(rank, &path, "a rank without terms");
            return None;
        }
        ranks.push(terms);
    }
    Some(DataSpace {
        name,
        ranks,
        is_output,
    })
}

fn coefficient_of(
    reader: &mut Reader,
    node: &Node,
    path: &str,
    all: &[(String, u64)],
) -> Option<u64> {
    let found = reader.text(node, path)?;
    if let Ok(number) = found.parse::<u64>()
        && number > 0
    {
        return Some(number);
    }
    let known = all.iter().find(|(name, _)| name == found);
    if known.is_none() {
        let names: Vec<_> = all.iter().map(|(name, _)| name.as_str()).collect();
        reader.unknown(node, path, "unknown coefficient", found, &names);
    }
    known.map(|(_, value)| *value)
}
