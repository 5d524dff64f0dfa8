//! Models written node by node, with names given by the builder.

use prost::Message;

use super::super::proto::{
    Attribute, Dimension, Graph, Model, Node, OperatorSet, Shape, Tensor, TensorType, Type,
    ValueInfo,
};

const FLOAT: i32 = 1;
const UINT8: i32 = 2;
const INT64: i32 = 7;

/// A graph that is being written.
pub(super) struct Builder {
    graph: Graph,
    prefix: String,
    count: usize,
}

impl Builder {
    pub(super) fn new() -> Self {
        Self::inside("")
    }

    /// The graph of an operator, whose names begin with a word of their own.
    pub(super) fn inside(prefix: &str) -> Self {
        Self {
            graph: Graph::default(),
            prefix: prefix.to_owned(),
            count: 0,
        }
    }

    fn name(&mut self) -> String {
        self.count += 1;
        format!("{}v{}", self.prefix, self.count)
    }

    /// An input; a size of -1 is open, under the name `open`.
    pub(super) fn input(&mut self, name: &str, sizes: &[i64]) -> String {
        self.typed(name, sizes, FLOAT)
    }

    pub(super) fn number(&mut self, name: &str) -> String {
        self.typed(name, &[], INT64)
    }

    fn typed(&mut self, name: &str, sizes: &[i64], elem_type: i32) -> String {
        let dim = |size: &i64| Dimension {
            dim_value: Some(*size).filter(|size| *size > 0),
            dim_param: if *size < 0 {
                "open".to_owned()
            } else {
                String::new()
            },
        };
        let shape = Some(Shape {
            dim: sizes.iter().map(dim).collect(),
        });
        self.graph.input.push(ValueInfo {
            name: name.to_owned(),
            r#type: Some(Type {
                tensor_type: Some(TensorType { elem_type, shape }),
            }),
        });
        name.to_owned()
    }

    fn tensor(&mut self, tensor: Tensor) -> String {
        let name = self.name();
        self.graph.initializer.push(Tensor {
            name: name.clone(),
            ..tensor
        });
        name
    }

    /// Weights, without their values.
    pub(super) fn weights(&mut self, dims: &[i64]) -> String {
        self.tensor(Tensor {
            dims: dims.to_vec(),
            data_type: FLOAT,
            ..Tensor::default()
        })
    }

    /// Weights of bytes, in which others may be packed.
    pub(super) fn bytes(&mut self, dims: &[i64]) -> String {
        self.tensor(Tensor {
            dims: dims.to_vec(),
            data_type: UINT8,
            ..Tensor::default()
        })
    }

    /// A list of whole numbers.
    pub(super) fn ints(&mut self, values: &[i64]) -> String {
        self.tensor(Tensor {
            dims: vec![values.len() as i64],
            data_type: INT64,
            int64_data: values.to_vec(),
            ..Tensor::default()
        })
    }

    /// One whole number.
    pub(super) fn int(&mut self, value: i64) -> String {
        self.tensor(Tensor {
            data_type: INT64,
            int64_data: vec![value],
            ..Tensor::default()
        })
    }

    pub(super) fn floats(&mut self, values: &[f32]) -> String {
        self.tensor(Tensor {
            dims: vec![values.len() as i64],
            data_type: FLOAT,
            float_data: values.to_vec(),
            ..Tensor::default()
        })
    }

    /// An operator of one result; one of ONNX Runtime's has `com.microsoft:` before its name.
    pub(super) fn op(&mut self, op: &str, inputs: &[&str], attributes: Vec<Attribute>) -> String {
        self.op_of(op, inputs, attributes, 1).remove(0)
    }

    /// An operator of several results.
    pub(super) fn op_of(
        &mut self,
        op: &str,
        inputs: &[&str],
        attribute: Vec<Attribute>,
        results: usize,
    ) -> Vec<String> {
        let output: Vec<String> = (0..results).map(|_| self.name()).collect();
        let (domain, op_type) = op.split_once(':').unwrap_or(("", op));
        self.graph.node.push(Node {
            op_type: op_type.to_owned(),
            domain: domain.to_owned(),
            name: output[0].clone(),
            input: inputs.iter().map(|name| (*name).to_owned()).collect(),
            output: output.clone(),
            attribute,
            ..Node::default()
        });
        output
    }

    /// The graph with these results.
    pub(super) fn graph(mut self, results: &[&str]) -> Graph {
        let output = |name: &&str| ValueInfo {
            name: (*name).to_owned(),
            r#type: None,
        };
        self.graph.output = results.iter().map(output).collect();
        self.graph
    }

    /// The model's bytes.
    pub(super) fn model(self, opset: i64) -> Vec<u8> {
        let set = |domain: &str, version| OperatorSet {
            domain: domain.to_owned(),
            version,
        };
        Model {
            graph: Some(self.graph(&[])),
            opset_import: vec![set("", opset), set("com.microsoft", 1)],
            ..Model::default()
        }
        .encode_to_vec()
    }
}

/// An attribute that is a graph.
pub(super) fn body(name: &str, graph: Graph) -> Attribute {
    Attribute {
        name: name.to_owned(),
        g: Some(Box::new(graph)),
        ..Attribute::default()
    }
}
