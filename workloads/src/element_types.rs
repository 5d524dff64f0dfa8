//! Types of the elements that a file's layers multiply.

/// A type of elements, as its file names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementType {
    /// Its name, such as `int4`.
    pub name: &'static str,
    /// Bits of one element.
    pub bits: u32,
}

/// What layers of one network multiply with what. Of operands that are quantised, the type before
/// they are dequantised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ElementTypes {
    /// Of inputs, if the file tells.
    pub input: Option<ElementType>,
    /// Of weights, if the file tells.
    pub weight: Option<ElementType>,
    /// How many layers have these types.
    pub layers: u64,
}
