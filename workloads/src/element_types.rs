//! Types of the elements that a file's layers multiply.

/// An element type of a tensor, under its name in the network's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementType {
    /// The name, such as `int4`.
    pub name: &'static str,
    /// The bits of one element.
    pub bits: u32,
}

/// The element types that layers of one network multiply; of quantised operands, the type before they are
/// dequantised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementTypes {
    /// The element type of inputs; None if the file does not say.
    pub input: Option<ElementType>,
    /// The element type of weights; None if the file does not say.
    pub weight: Option<ElementType>,
    /// The number of layers with these types.
    pub layers: u64,
}
