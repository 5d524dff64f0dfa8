//! A model's inputs and weights, with sizes for what it leaves open.

use std::collections::{BTreeMap, HashMap};

use stationary_document::Diagnostic;

use super::batch::{Axes, Batch, is_batch_name, is_name};
use super::element::ElementType;
use super::number::Number;
use super::proto::{Graph, ValueInfo};
use super::scope::TensorScope;
use super::symbolic;
use super::value::Value;

/// Sizes from the command line, and which of them were of use.
struct Given<'a> {
    dims: &'a [(&'a str, u64)],
    is_used: Vec<bool>,
    /// Names that could be given.
    open: Vec<String>,
}

impl Given<'_> {
    fn find(&mut self, name: &str) -> Option<u64> {
        let at = self.dims.iter().position(|(given, _)| *given == name)?;
        self.is_used[at] = true;
        Some(self.dims[at].1)
    }

    /// The size of a name in an expression.
    fn part(&mut self, name: &str, named: &HashMap<String, u64>) -> Option<u64> {
        self.find(name)
            .or_else(|| named.get(name).copied())
            .or(is_batch_name(name).then_some(1))
    }
}

/// The sizes of names that stand alone somewhere, for those that others are computed from.
fn named(axes: &Axes<'_>, given: &mut Given<'_>) -> HashMap<String, u64> {
    let mut named = HashMap::new();
    for input in axes.inputs() {
        for (at, dim) in input.sizes().unwrap_or_default().iter().enumerate() {
            if dim.size().is_some() || !is_name(&dim.dim_param) {
                continue;
            }
            let size = given.find(&dim.dim_param);
            let is_batch = axes.batch(&input.name, dim, at) != Batch::Not;
            if let Some(size) = size.or(is_batch.then_some(1)) {
                named.entry(dim.dim_param.clone()).or_insert(size);
            }
        }
    }
    named
}

/// What is told of a model's inputs.
pub(super) struct Inputs {
    /// Sizes of dimensions by their names.
    pub(super) named: HashMap<String, u64>,
    /// Inputs that are single whole numbers, and were not given.
    pub(super) numbers: Vec<String>,
    /// What was taken as the batch, though its name does not say so, in words.
    pub(super) assumed: Vec<String>,
}

/// Fills a scope with the graph's weights and inputs; or says what is wrong.
pub(super) fn fill(
    scope: &mut TensorScope<'_>,
    graph: &Graph,
    dims: &[(&str, u64)],
) -> Result<Inputs, Vec<String>> {
    weights(scope, graph);
    let mut given = Given {
        dims,
        is_used: vec![false; dims.len()],
        open: Vec::new(),
    };
    let inputs: Vec<&ValueInfo> = graph
        .input
        .iter()
        .filter(|input| !scope.values.contains_key(&input.name))
        .collect();
    let axes = Axes::new(graph, inputs);
    let (mut problems, mut numbers, mut assumed) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut named = named(&axes, &mut given);
    for input in axes.inputs() {
        let element = ElementType::of(i64::from(input.elem_type()));
        let Some(sizes) = input.sizes() else {
            scope.values.insert(input.name.clone(), Value::default());
            continue;
        };
        let mut resolved = Vec::new();
        for (at, dim) in sizes.iter().enumerate() {
            if let Some(size) = dim.size() {
                resolved.push(size);
                continue;
            }
            let place = format!("{}.{at}", input.name);
            let name = Some(&dim.dim_param).filter(|name| is_name(name));
            let parts = name.and_then(|name| symbolic::names_in(name));
            given.open.extend(name.cloned());
            given.open.extend(parts.iter().flatten().cloned());
            given.open.push(place.clone());
            // A place alone, then a name that stands for several.
            let size = given
                .find(&place)
                .or_else(|| given.find(name?))
                .or_else(|| symbolic::size(name?, |part| given.part(part, &named)))
                .or_else(|| match axes.batch(&input.name, dim, at) {
                    Batch::Not => None,
                    Batch::Sure => Some(1),
                    Batch::Assumed => {
                        let (key, what) = match name {
                            Some(name) => (name, format!("its open dimension `{name}`")),
                            None => (&place, format!("dimension {at} is 0 in the file; it")),
                        };
                        assumed.entry(key.clone()).or_insert_with(|| {
                            let input = &input.name;
                            format!(
                                "input `{input}`: {what} is taken as the batch, and as 1; --dim \
                                 {key}=SIZE gives another"
                            )
                        });
                        Some(1)
                    }
                });
            match size {
                Some(size) => {
                    if let Some(name) = name {
                        named.entry(name.clone()).or_insert(size);
                    }
                    resolved.push(size);
                }
                None => {
                    let mut missing: Vec<&str> = parts
                        .iter()
                        .flatten()
                        .map(String::as_str)
                        .filter(|part| given.part(part, &named).is_none())
                        .collect();
                    missing.sort_unstable();
                    if missing.is_empty() {
                        missing.push(name.unwrap_or(&place));
                    }
                    let flags: Vec<_> = missing.iter().map(|n| format!("--dim {n}=SIZE")).collect();
                    problems.push(format!(
                        "input `{}`: dimension {at} has no size in the file; give it with {}",
                        input.name,
                        flags.join(" ")
                    ));
                }
            }
        }
        let mut value = Value::shaped(Some(resolved)).typed(element);
        // A single whole number, such as a sampling rate, may be given as one.
        let is_number = value.shape.iter().flatten().all(|size| *size == 1);
        if is_number && element.is_some_and(ElementType::is_whole) {
            given.open.push(input.name.clone());
            let number = given.find(&input.name);
            if number.is_none() {
                numbers.push(input.name.clone());
            }
            if let Some(number) = number {
                let shape = value.shape.clone().unwrap_or_default();
                let number = Number::Whole(i64::try_from(number).unwrap_or(i64::MAX));
                value = Value::with_elements(shape, Some(vec![number])).typed(element);
            }
        }
        scope.values.insert(input.name.clone(), value);
    }
    given.open.retain(|name| !name.is_empty());
    for ((name, _), _) in dims.iter().zip(&given.is_used).filter(|(_, used)| !**used) {
        let allowed: Vec<&str> = given.open.iter().map(String::as_str).collect();
        let unknown =
            Diagnostic::unknown("", None, "--dim names no open dimension:", name, &allowed);
        problems.push(unknown.to_string().trim_start_matches(": ").to_owned());
    }
    if problems.is_empty() {
        Ok(Inputs {
            named,
            numbers,
            assumed: assumed.into_values().collect(),
        })
    } else {
        Err(problems)
    }
}

/// Puts the weights of a graph into a scope.
pub(super) fn weights(scope: &mut TensorScope<'_>, graph: &Graph) {
    for tensor in &graph.initializer {
        scope.values.insert(tensor.name.clone(), Value::of(tensor));
    }
    for sparse in &graph.sparse_initializer {
        let Some(values) = &sparse.values else {
            continue;
        };
        let dims: Option<Vec<u64>> = sparse.dims.iter().map(|d| u64::try_from(*d).ok()).collect();
        let value = Value {
            is_parameter: true,
            ..Value::shaped(dims).typed(ElementType::of(i64::from(values.data_type)))
        };
        scope.values.insert(values.name.clone(), value);
    }
}
