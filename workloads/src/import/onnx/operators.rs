//! Operators by what is known of their results without looking at them.

/// Results that have the shape of the first operand.
pub(super) const LIKE_FIRST: &[&str] = &[
    "Abs",
    "Acos",
    "Acosh",
    "Asin",
    "Asinh",
    "Atan",
    "Atanh",
    "BatchNormalization",
    "Bernoulli",
    "BiasAdd",
    "BiasDropout",
    "BiasGelu",
    "BiasSoftmax",
    "BifurcationDetector",
    "BitCast",
    "BitmaskDropout",
    "BitwiseNot",
    "Cast",
    "CastLike",
    "Ceil",
    "Celu",
    "Clip",
    "Cos",
    "Cosh",
    "CumProd",
    "DequantizeBFP",
    "DequantizeLinear",
    "Dropout",
    "Elu",
    "Erf",
    "Exp",
    "FastGelu",
    "Floor",
    "Gelu",
    "GroupNorm",
    "GroupNormalization",
    "HardSigmoid",
    "HardSwish",
    "Hardmax",
    "Identity",
    "InstanceNormalization",
    "Inverse",
    "IsInf",
    "IsNaN",
    "LRN",
    "LayerNormalization",
    "LeakyRelu",
    "Log",
    "LogSoftmax",
    "LpNormalization",
    "MeanVarianceNormalization",
    "Mish",
    "Neg",
    "NhwcFusedGroupNorm",
    "Not",
    "PRelu",
    "ParametricSoftplus",
    "QLinearLeakyRelu",
    "QLinearSigmoid",
    "QLinearSoftmax",
    "QuantizeLinear",
    "QuickGelu",
    "RMSNormalization",
    "RandomNormalLike",
    "RandomUniformLike",
    "Reciprocal",
    "Relu",
    "ReverseSequence",
    "RotaryEmbedding",
    "Round",
    "ScaledTanh",
    "Scatter",
    "ScatterElements",
    "ScatterND",
    "Selu",
    "Shrink",
    "Sigmoid",
    "Sign",
    "SimplifiedLayerNormalization",
    "Sin",
    "Sinh",
    "SkipGroupNorm",
    "SkipLayerNormalization",
    "SkipSimplifiedLayerNormalization",
    "Softmax",
    "Softplus",
    "Softsign",
    "Sqrt",
    "SwiGLU",
    "Swish",
    "Tan",
    "Tanh",
    "TensorScatter",
    "ThresholdedRelu",
    "Trilu",
];

/// Results whose operands are broadcast against one another.
pub(super) const BROADCAST: &[&str] = &[
    "Add",
    "And",
    "BitShift",
    "BitwiseAnd",
    "BitwiseOr",
    "BitwiseXor",
    "Div",
    "Equal",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Max",
    "Mean",
    "Min",
    "Mod",
    "Mul",
    "Or",
    "Pow",
    "Sub",
    "Sum",
    "Where",
    "Xor",
];

/// Operators the sizes of whose results depend on the data, not on shapes.
pub(super) fn depends_on_data(op: &str) -> bool {
    matches!(
        op,
        "NonZero" | "Unique" | "NonMaxSuppression" | "Compress" | "If" | "Loop" | "StringSplit"
    )
}

/// Operators that only say anew where data lies, and move nothing.
pub(super) fn is_view(op: &str) -> bool {
    matches!(
        op,
        "Reshape"
            | "Squeeze"
            | "Unsqueeze"
            | "Flatten"
            | "Identity"
            | "Shape"
            | "Size"
            | "Constant"
            | "ConstantOfShape"
            | "Dropout"
            | "SequenceConstruct"
            | "SequenceEmpty"
            | "SequenceInsert"
            | "SequenceAt"
            | "SequenceLength"
            | "SequenceErase"
    )
}

/// The domains whose operators are known here.
pub(super) fn is_known_domain(domain: &str) -> bool {
    matches!(
        domain,
        "" | "ai.onnx" | "com.microsoft" | "com.ms.internal.nhwc"
    )
}
