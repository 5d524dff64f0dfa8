//! Timeloop's problem files: data spaces as projections of loop dimensions.
//!
//! ```text
//! Inputs[n][c][stride p + dilation r][stride q + dilation s]: a rank is a sum of terms
//! ```
//!
//! Any such problem is read; one with two operands, one result and at most two sliding windows is
//! a [`Layer`].

use stationary_document::{Diagnostic, Kind, Node, Reader};

use crate::convolution::Convolution;
use crate::layer::{Layer, RightOperand};

/// A problem: dimensions with sizes, and what they select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Name of the shape.
    pub name: String,
    /// Names of the dimensions.
    pub dims: Vec<String>,
    /// Their sizes.
    pub sizes: Vec<u64>,
    /// Operands and result.
    pub spaces: Vec<DataSpace>,
}

/// An operand or the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSpace {
    /// Its name.
    pub name: String,
    /// The ranks of the tensor, each a sum of terms.
    pub ranks: Vec<Vec<Term>>,
    /// Whether it is written: the result.
    pub is_output: bool,
}

/// A dimension times a coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Index of the dimension.
    pub dim: usize,
    /// What its index is multiplied with.
    pub coefficient: u64,
}

impl DataSpace {
    /// Whether a dimension selects among its words.
    #[must_use]
    pub fn is_relevant(&self, dim: usize) -> bool {
        self.ranks.iter().flatten().any(|term| term.dim == dim)
    }

    /// Words of a box with these extents.
    #[must_use]
    pub fn words(&self, extents: &[u64]) -> u64 {
        self.ranks
            .iter()
            .map(|rank| extent(rank, extents))
            .product()
    }
}

/// Indices of a rank that a box of these extents touches, from the first to the last.
#[must_use]
pub fn extent(rank: &[Term], extents: &[u64]) -> u64 {
    let steps = |term: &Term| term.coefficient * (extents[term.dim] - 1);
    1 + rank.iter().map(steps).sum::<u64>()
}

/// Whether a file is one of Timeloop's problems.
pub(crate) fn is_problem(root: &Node) -> bool {
    root.get("problem").is_some()
}

impl Problem {
    /// Reads a file.
    ///
    /// # Errors
    /// Everything that is wrong; the notes of a success say what is not used.
    pub fn read(file: &str, text: &str) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let root = Node::parse(file, text).map_err(|error| vec![error])?;
        let mut reader = Reader::new(file);
        let problem = Self::of(&mut reader, &root);
        reader.finish(problem)
    }

    /// The one of a tree.
    pub(crate) fn of(reader: &mut Reader, root: &Node) -> Option<Self> {
        let fields = reader.noted_fields(root, "", &["problem"])?;
        let body = reader.required(fields, "", "problem")?;
        let body = reader.fields(body, "problem", &["version", "shape", "instance", "name"])?;
        let shape = reader.required(body, "problem", "shape")?;
        let instance = reader.required(body, "problem", "instance")?;
        let at = "problem.shape";
        let known = [
            "name",
            "version",
            "dimensions",
            "coefficients",
            "data-spaces",
            "data_spaces",
        ];
        let fields = reader.fields(shape, at, &known)?;
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
        let coefficients = coefficients(reader, fields.get("coefficients"), instance)?;
        let names: Vec<&str> = dims.iter().map(String::as_str).collect();
        let sizes = sizes(reader, instance, &names, &coefficients)?;
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

    /// The layer that the problem is.
    ///
    /// # Errors
    /// Why it is none.
    pub fn layer(&self) -> Result<Layer, String> {
        let (outputs, operands): (Vec<_>, Vec<_>) = self.spaces.iter().partition(|s| s.is_output);
        let ([output], [a, b]) = (outputs.as_slice(), operands.as_slice()) else {
            let count = operands.len();
            return Err(format!(
                "it has {count} operands; a layer has an input and a weight"
            ));
        };
        let slides = |space: &DataSpace| {
            let is_window =
                |rank: &Vec<Term>| rank.len() > 1 || rank.iter().any(|t| t.coefficient != 1);
            space.ranks.iter().any(is_window)
        };
        let (input, weight) = match (slides(a), slides(b)) {
            (false, true) => (b, a),
            (true, true) => return Err("windows slide over both of its operands".to_owned()),
            (false, false) if a.name.to_lowercase().contains("weight") => (b, a),
            _ => (a, b),
        };
        let mut shape = Shape::default();
        let mut is_in_window = vec![false; self.dims.len()];
        for rank in input
            .ranks
            .iter()
            .filter(|r| r.len() > 1 || r.iter().any(|t| t.coefficient != 1))
        {
            let (positions, taps): (Vec<_>, Vec<_>) =
                rank.iter().partition(|t| output.is_relevant(t.dim));
            let ([position], taps @ ([] | [_])) = (positions.as_slice(), taps.as_slice()) else {
                return Err(format!(
                    "a rank of `{}` is not one position plus one tap",
                    input.name
                ));
            };
            let tap: Option<&&Term> = taps.first();
            shape.windows.push(Axis {
                name: self.dims[position.dim].clone(),
                outputs: self.sizes[position.dim],
                taps: tap.map_or(1, |tap| self.sizes[tap.dim]),
                stride: position.coefficient,
                dilation: tap.map_or(1, |tap| tap.coefficient),
            });
            is_in_window[position.dim] = true;
            if let Some(tap) = tap {
                is_in_window[tap.dim] = true;
            }
        }
        for dim in (0..self.dims.len()).filter(|dim| !is_in_window[*dim]) {
            let size = self.sizes[dim];
            let within = [input, weight, output].map(|space| space.is_relevant(dim));
            match within {
                [true, true, true] => shape.groups *= size,
                [true, true, false] => shape.channels *= size,
                [false, true, true] => shape.filters *= size,
                [true, false, true] => shape.rows.push((self.dims[dim].clone(), size)),
                _ if size == 1 => {}
                _ => {
                    return Err(format!(
                        "dimension `{}` is in one data space alone",
                        self.dims[dim]
                    ));
                }
            }
        }
        shape.layer(&self.name)
    }
}

/// What a problem's dimensions come to.
struct Shape {
    groups: u64,
    channels: u64,
    filters: u64,
    /// Dimensions of input and output that slide over nothing.
    rows: Vec<(String, u64)>,
    windows: Vec<Axis>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            groups: 1,
            channels: 1,
            filters: 1,
            rows: Vec::new(),
            windows: Vec::new(),
        }
    }
}

struct Axis {
    name: String,
    outputs: u64,
    taps: u64,
    stride: u64,
    dilation: u64,
}

impl Shape {
    fn layer(mut self, name: &str) -> Result<Layer, String> {
        if self.windows.is_empty() && self.rows.len() <= 1 {
            let rows = self.rows.first().map_or(1, |(_, size)| *size);
            let product = [rows, self.filters, self.channels];
            return Layer::matmul(name, self.groups, product, RightOperand::Parameters)
                .map_err(|error| error.to_string());
        }
        // What slides over nothing is the batch, or an axis with a window of one.
        let mut batch = 1;
        let is_axis =
            |name: &str| ["p", "q", "oy", "ox", "h", "w"].contains(&name.to_lowercase().as_str());
        for (name, size) in std::mem::take(&mut self.rows) {
            if is_axis(&name) && self.windows.len() < 2 {
                self.windows.push(Axis {
                    name,
                    outputs: size,
                    taps: 1,
                    stride: 1,
                    dilation: 1,
                });
            } else {
                batch *= size;
            }
        }
        if self.windows.len() > 2 {
            return Err(format!(
                "{} windows slide over it; a layer has two",
                self.windows.len()
            ));
        }
        self.windows
            .sort_by_key(|axis| !["p", "oy", "h"].contains(&axis.name.to_lowercase().as_str()));
        let mut axes = self.windows.into_iter();
        let none = || Axis {
            name: String::new(),
            outputs: 1,
            taps: 1,
            stride: 1,
            dilation: 1,
        };
        let axes = [(); 2].map(|()| axes.next().unwrap_or_else(none));
        let [rows, cols] = &axes;
        let input = |a: &Axis| (a.outputs - 1) * a.stride + (a.taps - 1) * a.dilation + 1;
        let convolution = Convolution {
            batch,
            groups: self.groups,
            in_channels: self.groups * self.channels,
            out_channels: self.groups * self.filters,
            input: [input(rows), input(cols)],
            kernel: [rows.taps, cols.taps],
            stride: [rows.stride, cols.stride],
            dilation: [rows.dilation, cols.dilation],
            padding: [0; 4],
        };
        Layer::convolution(name, convolution).map_err(|error| error.to_string())
    }
}

/// Coefficients by name: the instance's value, or the default.
fn coefficients(
    reader: &mut Reader,
    node: Option<&Node>,
    instance: &Node,
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
            (Some(value), _) => reader.size(value, &format!("problem.instance.{name}"))?,
            (None, Some(value)) => reader.size(value, &format!("{path}.default"))?,
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
    instance: &Node,
    dims: &[&str],
    coefficients: &[(String, u64)],
) -> Option<Vec<u64>> {
    let path = "problem.instance";
    let mut known = dims.to_vec();
    known.extend(coefficients.iter().map(|(name, _)| name.as_str()));
    known.extend(["densities", "version"]);
    let fields = reader.fields(instance, path, &known)?;
    if let Some(densities) = fields.get("densities") {
        reader.note(
            densities,
            &format!("{path}.densities"),
            "not used: every word counts",
        );
    }
    let mut size = |dim: &&str| {
        let value = reader.required(fields, path, dim)?;
        reader.size(value, &format!("{path}.{dim}"))
    };
    // All of them are read before any is missed.
    let read: Vec<Option<u64>> = dims.iter().map(&mut size).collect();
    read.into_iter().collect()
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
        if terms.is_empty() || matches!(rank.kind, Kind::Null) {
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
