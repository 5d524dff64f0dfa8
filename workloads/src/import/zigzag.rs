//! ZigZag workloads: a YAML list of layers, each an equation with loop sizes.
//!
//! ```yaml
//! - id: 0
//!   operator_type: conv
//!   equation: O[b][k][oy][ox]+=W[k][c][fy][fx]*I[b][c][iy][ix]
//!   dimension_relations: [ix=2*ox+1*fx, iy=2*oy+1*fy]
//!   loop_dims: [B, K, C, OY, OX, FY, FX]
//!   loop_sizes: [1, 64, 3, 112, 112, 7, 7]
//! ```

use stationary_document::{Kind, Node, Reader};

use super::timeloop::{DataSpace, Problem, Term};
use crate::layer::Layer;

/// Whether a file is a ZigZag workload.
pub(crate) fn is_workload(root: &Node) -> bool {
    matches!(&root.kind, Kind::List(items) if items.iter().any(|item| item.get("equation").is_some()))
}

pub(crate) fn layers(reader: &mut Reader, root: &Node) -> Option<Vec<Layer>> {
    let mut layers = Vec::new();
    for (index, node) in reader.list(root, "")?.iter().enumerate() {
        layers.extend(layer(reader, node, &format!("[{index}]"), index));
    }
    Some(layers)
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
    ];
    let implied = ["operand_source", "pr_loop_dims", "pr_loop_sizes"];
    let known: Vec<_> = used.into_iter().chain(implied).collect();
    let fields = reader.noted_fields(node, path, &known)?;
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
    let id = fields
        .get("id")
        .and_then(Node::text)
        .map_or(index.to_string(), str::to_owned);
    let name = fields
        .get("name")
        .and_then(Node::text)
        .map_or(format!("{kind}{id}"), str::to_owned);
    let problem = Problem {
        name,
        dims: names,
        sizes: numbers,
        spaces,
    };
    let layer = if problem.is_countable() {
        problem.layer()
    } else {
        Err("it has 2^53 multiply-accumulates or words, or more".to_owned())
    };
    layer
        .map_err(|why| reader.problem(node, path, format!("not a layer: {why}")))
        .ok()
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
    let (output, operands) = equation.split_once("+=")?;
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
