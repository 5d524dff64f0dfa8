//! ZigZag and Stream workloads: a YAML list of layers, each an equation with loop sizes.
//!
//! ```yaml
//! - id: 0
//!   operator_type: conv
//!   equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
//!   dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
//!   loop_dims: [B, K, C, OY, OX, FY, FX]
//!   loop_sizes: [1, 64, 3, 112, 112, 7, 7]
//!   operand_source: {W: 0, I: 0}            # its own id: a constant; another: that layer's result
//!   pr_loop_dims: [IY, IX]                  # with the rows and columns of zeros around the input
//!   padding: [[3, 2], [3, 2]]
//! ```
//!
//! A layer that sums its operands instead of multiplying them, or pools, is left out and counted.

use stationary_document::{Fields, Node, NodeKind, Reader};

use super::plain::Plain;
use super::timeloop::{DataSpace, FOLDED, Padding, Term, TimeloopProblem};
use crate::coverage::LeftOut;
use crate::element_types::{ElementType, ElementTypes};
use crate::layer::{Layer, RightOperand};

/// Layers, what is no layer, and types of elements.
pub(crate) type Read = (Vec<Layer>, Vec<LeftOut>, Vec<ElementTypes>);

/// Whether a file is a ZigZag workload.
pub(crate) fn is_workload(root: &Node) -> bool {
    matches!(&root.kind, NodeKind::List(items) if items.iter().any(|item| item.get("equation").is_some()))
}

/// Operators that multiply nothing, as their type begins.
const PLAIN: [&str; 22] = [
    "pool",
    "maxpool",
    "averagepool",
    "globalaveragepool",
    "globalmaxpool",
    "avgpool",
    "add",
    "sum",
    "max",
    "min",
    "mul",
    "div",
    "sub",
    "softmax",
    "relu",
    "gelu",
    "silu",
    "sigmoid",
    "layernorm",
    "rmsnorm",
    "concat",
    "simd",
];

/// The layers, what multiplies nothing, and the types of what the layers multiply.
pub(crate) fn layers(reader: &mut Reader, root: &Node) -> Option<Read> {
    let mut layers = Vec::new();
    let mut types: Vec<ElementTypes> = Vec::new();
    let mut plain = Plain::default();
    for (index, node) in reader.list(root, "")?.iter().enumerate() {
        let path = format!("[{index}]");
        let kind = node.get("operator_type").and_then(Node::text);
        if is_plain(node, kind) {
            plain.add(kind.unwrap_or("an operator without a type"));
        } else {
            let own = types_of(node);
            match types
                .iter_mut()
                .find(|known| known.input == own.input && known.weight == own.weight)
            {
                Some(known) => known.layers += 1,
                None => types.push(own),
            }
            layers.extend(layer(reader, node, &path, index));
        }
    }
    if let Some(note) = plain.note() {
        reader.remark(note);
    }
    let has_outputs = |node: &Node| node.get("operand_precision")?.get("O").map(|_| ());
    if reader
        .list(root, "")?
        .iter()
        .any(|node| has_outputs(node).is_some())
    {
        let message =
            "operand_precision: of O it is not used; sums are as wide as the accelerator says";
        reader.note(root, "", message);
    }
    Some((layers, plain.entries(), types))
}

/// Whole numbers by how many bits they have, less one.
const WHOLE: [&str; 16] = [
    "int1", "int2", "int3", "int4", "int5", "int6", "int7", "int8", "int9", "int10", "int11",
    "int12", "int13", "int14", "int15", "int16",
];

fn types_of(node: &Node) -> ElementTypes {
    let precision = node.get("operand_precision");
    let of = |operand| {
        let bits: u32 = precision?.get(operand)?.text()?.parse().ok()?;
        let name = WHOLE.get(usize::try_from(bits.checked_sub(1)?).ok()?)?;
        Some(ElementType { name, bits })
    };
    ElementTypes {
        input: of("I"),
        weight: of("W"),
        layers: 1,
    }
}

/// Whether a layer's type or equation, or operands of no bits, say that it multiplies nothing.
fn is_plain(node: &Node, kind: Option<&str>) -> bool {
    let folded = kind
        .unwrap_or_default()
        .to_lowercase()
        .replace(['_', '-'], "");
    let is_type = PLAIN.iter().any(|plain| {
        folded.strip_prefix(plain).is_some_and(|rest| {
            let endings = ["", "ing", "er", "ition", "d", "1d", "2d", "s", "ization"];
            endings.contains(&rest)
        })
    });
    let equation = node
        .get("equation")
        .and_then(Node::text)
        .unwrap_or_default();
    let operands = equation
        .split_once('=')
        .map_or("", |(_, operands)| operands);
    let is_sum = !operands.is_empty() && !operands.contains('*');
    let bits = |operand| node.get("operand_precision")?.get(operand)?.text();
    is_type || is_sum || bits("W") == Some("0")
}

fn layer(reader: &mut Reader, node: &Node, path: &str, index: usize) -> Option<Layer> {
    let used = [
        "id",
        "name",
        "operator_type",
        "equation",
        "dimension_relations",
        "loop_dims",
        "loop_sizes",
        "operand_precision",
        "operand_source",
        "operand_source_dimension_mapping",
        "pr_loop_dims",
        "pr_loop_sizes",
        "padding",
    ];
    let fields = reader.noted_fields(node, path, &used)?;
    let equation = reader.required(fields, path, "equation")?;
    let dims = reader.required(fields, path, "loop_dims")?;
    let dims_path = format!("{path}.loop_dims");
    let mut names = Vec::new();
    for dim in reader.list(dims, &dims_path)? {
        names.push(reader.text(dim, &dims_path)?.to_lowercase());
    }
    let sizes_path = format!("{path}.loop_sizes");
    let sizes = reader.required(fields, path, "loop_sizes")?;
    let mut numbers = Vec::new();
    for size in reader.list(sizes, &sizes_path)? {
        numbers.push(reader.size(size, &sizes_path)?);
    }
    if names.len() != numbers.len() {
        let message = format!(
            "{} sizes for {} loop dimensions",
            numbers.len(),
            names.len()
        );
        reader.problem(sizes, &sizes_path, message);
        return None;
    }
    let mut relations = Vec::new();
    if let Some(list) = fields.get("dimension_relations") {
        let at = format!("{path}.dimension_relations");
        for node in reader.list(list, &at)? {
            let text = reader.text(node, &at)?;
            let Some(relation) = relation(text, &names) else {
                let needed = "needed a sum such as ix=2*ox+1*fx of loop dimensions";
                reader.problem(node, &at, format!("found `{text}`; {needed}"));
                return None;
            };
            relations.push(relation);
        }
    }
    let at = format!("{path}.equation");
    let text = reader.text(equation, &at)?;
    let Some(spaces) = spaces(text, &names, &relations) else {
        let needed = "needed O[..]+=W[..]*I[..] over loop dimensions and related ones";
        reader.problem(equation, &at, format!("found `{text}`; {needed}"));
        return None;
    };
    let kind = fields
        .get("operator_type")
        .and_then(Node::text)
        .unwrap_or("layer");
    let id = fields.get("id").and_then(Node::text);
    let name = fields.get("name").and_then(Node::text).map_or_else(
        || format!("{kind}{}", id.map_or(index.to_string(), str::to_owned)),
        str::to_owned,
    );
    let paddings = paddings(reader, fields, path, &relations)?;
    let source = fields.get("operand_source").and_then(|node| node.get("W"));
    let is_result = source.and_then(Node::text).is_some_and(|of| Some(of) != id);
    let problem = TimeloopProblem {
        name,
        dims: names,
        sizes: numbers,
        spaces,
    };
    if problem.is_folded() {
        reader.note(node, path, FOLDED);
    }
    let right = if is_result {
        RightOperand::Activations
    } else {
        RightOperand::Parameters
    };
    let layer = if problem.is_countable() {
        problem.padded_layer(&paddings, right)
    } else {
        Err("it has 2^53 multiply-accumulates or words, or more".to_owned())
    };
    layer
        .map_err(|why| reader.problem(node, path, format!("not a layer: {why}")))
        .ok()
}

/// The zeros around the input, by the related dimension that they belong to.
fn paddings(
    reader: &mut Reader,
    fields: Fields<'_>,
    path: &str,
    relations: &[Relation],
) -> Option<Vec<Padding>> {
    let Some(dims) = fields.get("pr_loop_dims") else {
        if let Some(node) = fields.get("padding") {
            reader.problem(
                node,
                &format!("{path}.padding"),
                "missing field `pr_loop_dims`",
            );
            return None;
        }
        return Some(Vec::new());
    };
    let at = format!("{path}.pr_loop_dims");
    let mut paddings = Vec::new();
    for (index, dim) in reader.list(dims, &at)?.iter().enumerate() {
        let name = reader.text(dim, &at)?.to_lowercase();
        let Some((_, terms)) = relations.iter().find(|(related, _)| *related == name) else {
            let known: Vec<&str> = relations.iter().map(|(name, _)| name.as_str()).collect();
            reader.unknown(dim, &at, "unknown related dimension", &name, &known);
            return None;
        };
        let mut padding = Padding {
            rank: terms.clone(),
            zeros: [0; 2],
            input: None,
        };
        let item = |field: &str| match &fields.get(field)?.kind {
            NodeKind::List(items) => items.get(index),
            _ => None,
        };
        if let Some(pair) = item("padding") {
            let at = format!("{path}.padding[{index}]");
            let [before, after] = reader.list(pair, &at)? else {
                reader.problem(pair, &at, "needed the zeros before and after, as [1, 1]");
                return None;
            };
            padding.zeros = [reader.count(before, &at)?, reader.count(after, &at)?];
        }
        if let Some(size) = item("pr_loop_sizes") {
            padding.input = Some(reader.size(size, &format!("{path}.pr_loop_sizes"))?);
        }
        paddings.push(padding);
    }
    Some(paddings)
}

type Relation = (String, Vec<Term>);

fn relation(text: &str, dims: &[String]) -> Option<Relation> {
    let (name, sum) = text.split_once('=')?;
    let term = |part: &str| {
        let (coefficient, dim) = part.split_once('*').unwrap_or(("1", part));
        let coefficient = coefficient.trim().parse().ok().filter(|c| *c > 0)?;
        let dim = dims
            .iter()
            .position(|known| *known == dim.trim().to_lowercase())?;
        Some(Term { dim, coefficient })
    };
    let terms: Option<Vec<Term>> = sum.split('+').map(term).collect();
    Some((name.trim().to_lowercase(), terms?))
}

fn spaces(equation: &str, dims: &[String], relations: &[Relation]) -> Option<Vec<DataSpace>> {
    let (output, operands) = equation.split_once('=')?;
    let output = output.strip_suffix('+').unwrap_or(output);
    let (first, second) = operands.split_once('*')?;
    let mut spaces = vec![
        space(first, dims, relations)?,
        space(second, dims, relations)?,
        space(output, dims, relations)?,
    ];
    spaces[2].is_output = true;
    // The operands are in any order; the one called W is the weight.
    for space in &mut spaces {
        if space.name == "W" {
            "Weight".clone_into(&mut space.name);
        }
    }
    Some(spaces)
}

fn space(text: &str, dims: &[String], relations: &[Relation]) -> Option<DataSpace> {
    let mut parts = text.trim().split('[');
    let name = parts.next()?.trim().to_owned();
    let rank = |part: &str| {
        let index = part.trim().strip_suffix(']')?.trim().to_lowercase();
        if let Some(dim) = dims.iter().position(|known| *known == index) {
            return Some(vec![Term {
                dim,
                coefficient: 1,
            }]);
        }
        let related = relations.iter().find(|(name, _)| *name == index);
        related.map(|(_, terms)| terms.clone())
    };
    let ranks: Option<Vec<Vec<Term>>> = parts.map(rank).collect();
    Some(DataSpace {
        name,
        ranks: ranks?,
        is_output: false,
    })
}
