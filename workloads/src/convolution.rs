//! A convolution as frameworks spell it, before it is checked.

/// The sizes of a convolution as frameworks give them: total channels, input extents, padding. All are in
/// elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// The number of images.
    pub batch: u64,
    /// The number of groups; equal to both numbers of channels for a depthwise convolution.
    pub groups: u64,
    /// The number of input channels over all groups.
    pub in_channels: u64,
    /// The number of output channels over all groups.
    pub out_channels: u64,
    /// The rows and columns of the input, without padding.
    pub input: [u64; 2],
    /// The rows and columns of the kernel.
    pub kernel: [u64; 2],
    /// The strides along rows and columns.
    pub stride: [u64; 2],
    /// The dilations along rows and columns; 1 is none.
    pub dilation: [u64; 2],
    /// The padding at the top, left, bottom and right.
    pub padding: [u64; 4],
}

impl Convolution {
    /// A convolution of one image without groups, with square input and kernel and equal padding on all sides.
    /// `channels` are those of input and output.
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

    /// The convolution with so many groups.
    #[must_use]
    pub const fn grouped(mut self, groups: u64) -> Self {
        self.groups = groups;
        self
    }
}
