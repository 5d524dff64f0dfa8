//! A convolution as frameworks spell it, before it is checked.

/// Sizes of a convolution as frameworks spell them: total channels, input extent, padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Images.
    pub batch: u64,
    /// Groups; equal to both channel counts for a depthwise convolution.
    pub groups: u64,
    /// Input channels over all groups.
    pub in_channels: u64,
    /// Output channels over all groups.
    pub out_channels: u64,
    /// Input rows and columns, unpadded.
    pub input: [u64; 2],
    /// Kernel rows and columns.
    pub kernel: [u64; 2],
    /// Strides of rows and columns.
    pub stride: [u64; 2],
    /// Dilations of rows and columns.
    pub dilation: [u64; 2],
    /// Padding: top, left, bottom, right.
    pub padding: [u64; 4],
}

impl Convolution {
    /// A square, dense convolution with equal padding on all sides.
    #[must_use]
    pub const fn square(
        input: u64,
        channels: [u64; 2],
        kernel: u64,
        stride: u64,
        pad: u64,
    ) -> Self {
        Self {
            batch: 1,
            groups: 1,
            in_channels: channels[0],
            out_channels: channels[1],
            input: [input; 2],
            kernel: [kernel; 2],
            stride: [stride; 2],
            dilation: [1; 2],
            padding: [pad; 4],
        }
    }

    /// The same with groups.
    #[must_use]
    pub const fn grouped(mut self, groups: u64) -> Self {
        self.groups = groups;
        self
    }
}
