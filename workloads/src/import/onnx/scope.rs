//! What is known of the tensors of one graph, and of the graphs around it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::proto::{Attribute, Node, ValueInfo};
use super::symbolic;
use super::value::Value;

/// The tensors of a graph by their names. A graph inside of an operator sees those around it; the body
/// of a function sees its own only, and the attributes of the call.
#[derive(Default)]
pub(super) struct TensorScope<'a> {
    pub(super) values: HashMap<String, Value>,
    /// Shapes that the file states, for results that cannot be followed.
    pub(super) stated: HashMap<String, Vec<u64>>,
    outer: Option<&'a TensorScope<'a>>,
    attributes: Vec<Attribute>,
    /// What stands before the names of operators.
    pub(super) prefix: String,
}

impl<'a> TensorScope<'a> {
    /// A graph inside of an operator.
    pub(super) fn inside(outer: &'a TensorScope<'a>) -> Self {
        Self {
            outer: Some(outer),
            prefix: outer.prefix.clone(),
            ..Self::default()
        }
    }

    /// The body of a function that is called with these attributes.
    pub(super) fn of_call(attributes: Vec<Attribute>, prefix: String) -> Self {
        Self {
            attributes,
            prefix,
            ..Self::default()
        }
    }

    pub(super) fn get(&self, name: &str) -> Value {
        let mut scope = Some(self);
        while let Some(here) = scope {
            if let Some(value) = here.values.get(name) {
                return value.clone();
            }
            scope = here.outer;
        }
        Value::default()
    }

    /// Notes shapes that the file states in full.
    pub(super) fn state(&mut self, infos: &[ValueInfo], named: &HashMap<String, u64>) {
        for info in infos {
            let sizes: Option<Vec<u64>> =
                info.sizes()
                    .unwrap_or_default()
                    .iter()
                    .try_fold(Vec::new(), |mut sizes, dim| {
                        let given = dim.size();
                        let size_of = |name: &str| named.get(name).copied();
                        let computed = || symbolic::size(&dim.dim_param, size_of);
                        sizes.push(
                            given
                                .or_else(|| size_of(&dim.dim_param))
                                .or_else(computed)?,
                        );
                        Some(sizes)
                    });
            // An empty shape is one that is not stated, or of a single number: neither helps.
            if let Some(sizes) = sizes.filter(|sizes| !sizes.is_empty()) {
                self.stated.insert(info.name.clone(), sizes);
            }
        }
    }

    /// The node with the attributes that it takes from the call around it.
    pub(super) fn resolved<'n>(&self, node: &'n Node) -> Cow<'n, Node> {
        if node.attribute.iter().all(|a| a.ref_attr_name.is_empty()) {
            return Cow::Borrowed(node);
        }
        let mut scope = self;
        while let Some(outer) = scope.outer {
            scope = outer;
        }
        let mut resolved = node.clone();
        resolved.attribute = node
            .attribute
            .iter()
            .filter_map(|attribute| {
                if attribute.ref_attr_name.is_empty() {
                    return Some(attribute.clone());
                }
                let is_it = |given: &&Attribute| given.name == attribute.ref_attr_name;
                let given = scope.attributes.iter().find(is_it)?;
                Some(Attribute {
                    name: attribute.name.clone(),
                    ..given.clone()
                })
            })
            .collect();
        Cow::Owned(resolved)
    }
}
