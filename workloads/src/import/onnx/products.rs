//! Operators that multiply matrices.

use super::attention;
use super::convolution::{causal, convolution, transposed};
use super::einsum::einsum;
use super::element::ElementType;
use super::matmul::{blocked, experts, gemm, matmul};
use super::operators::is_known_domain;
use super::product::Product;
use super::proto::Node;
use super::recurrent;
use super::value::Value;

/// Where an operator's two operands stand among its inputs, if it multiplies matrices.
fn operands(op: &str) -> Option<[usize; 2]> {
    match op {
        "Conv"
        | "ConvTranspose"
        | "Gemm"
        | "MatMul"
        | "ConvInteger"
        | "MatMulInteger"
        | "MatMulInteger16"
        | "FusedConv"
        | "FusedMatMul"
        | "FusedMatMulActivation"
        | "TransposeMatMul"
        | "FusedGemm"
        | "GemmFastGelu"
        | "GemmFloat8"
        | "NhwcConv"
        | "NhwcFusedConv"
        | "DynamicQuantizeMatMul"
        | "MatMulIntegerToFloat"
        | "ConvTransposeWithDynamicPads"
        | "CausalConvWithState"
        | "DeformConv" => Some([0, 1]),
        // x, its scale and zero point, w, its own, and those of y.
        "QLinearConv" | "QLinearMatMul" | "QGemm" => Some([0, 3]),
        _ => None,
    }
}

/// Operators that multiply and take their operands otherwise.
fn takes_many(op: &str) -> bool {
    matches!(
        op,
        "Einsum" | "MatMulNBits" | "MatMulBnb4" | "MatMulFpQ4" | "MoE" | "QMoE"
    )
}

/// The product that a node is; `None` if it multiplies no matrices as far as is known here.
pub(super) fn of(node: &Node, inputs: &[Value]) -> Option<Product> {
    let op = node.op_type.as_str();
    if !is_known_domain(&node.domain) {
        return None;
    }
    // A single operand is rearranged or summed.
    if op == "Einsum" && inputs.len() == 1 {
        return None;
    }
    let pair = operands(op);
    let whole = attention::of(node, inputs).or_else(|| recurrent::of(node, inputs));
    if pair.is_none() && whole.is_none() && !takes_many(op) {
        return None;
    }
    // The operands without which nothing is known; bias and the like may be unknown.
    let needed: &[usize] = match &pair {
        Some(pair) => pair,
        None if takes_many(op) && op != "Einsum" => &[0],
        None if whole.is_some() && !matches!(op, "LSTM" | "GRU" | "RNN") => &[0],
        None => &[0, 1],
    };
    let none = Value::default();
    let operand = |at: usize| inputs.get(at).unwrap_or(&none);
    if needed.iter().any(|at| operand(*at).shape.is_none()) {
        return Some(Product::failed("the shape of an operand is not known"));
    }
    let is_empty = |at: &usize| operand(*at).shape.iter().flatten().any(|size| *size == 0);
    if needed.iter().any(is_empty) {
        return Some(Product {
            macs: Some(0),
            ..Product::failed("an operand has no elements")
        });
    }
    let found = match (op, pair) {
        (_, Some([a, b])) => {
            let (a, b) = (operand(a), operand(b));
            match op {
                "ConvTranspose" | "ConvTransposeWithDynamicPads" => transposed(node, a, b),
                "CausalConvWithState" => causal(node, a, b),
                _ if op.contains("Conv") => convolution(node, a, b),
                "Gemm" | "FusedGemm" | "QGemm" | "GemmFastGelu" | "GemmFloat8" => gemm(node, a, b),
                _ => matmul(node, a, b),
            }
        }
        ("Einsum", None) => einsum(node, inputs),
        ("MatMulNBits", None) => blocked(node, operand(0), node.int("bits", 4)),
        ("MatMulBnb4" | "MatMulFpQ4", None) => blocked(node, operand(0), 4),
        ("MoE" | "QMoE", None) => experts(node, inputs),
        _ => whole.flatten(),
    };
    let found = found.map(|mut product| {
        for value in &mut product.results {
            value.element = match op {
                _ if op.starts_with("QLinear") => product.types[0],
                "ConvInteger" | "MatMulInteger" | "MatMulInteger16" => Some(ElementType::INT32),
                _ => value.element,
            };
        }
        product
    });
    Some(found.unwrap_or_else(|| {
        let is_known = (0..inputs.len())
            .filter(|at| node.has_input(*at))
            .all(|at| inputs[at].shape.is_some());
        Product::failed(if is_known {
            "its shapes or attributes do not fit together"
        } else {
            "the shape of an operand is not known"
        })
    }))
}
