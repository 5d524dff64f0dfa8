//! The layer that a problem is.

use super::{DataSpace, Term, TimeloopProblem};
use crate::convolution::Convolution;
use crate::layer::{Layer, RightOperand};

/// Zeros around the input along one of its ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Padding {
    /// The rank's terms.
    pub(crate) rank: Vec<Term>,
    /// Zeros before and after the input.
    pub(crate) zeros: [u64; 2],
    /// Elements of the input, if the file says; else what the windows reach less the zeros.
    pub(crate) input: Option<u64>,
}

impl TimeloopProblem {
    /// The problem as a layer.
    ///
    /// # Errors
    /// The reason, in words, why it is none: the number of its operands, or the way in which their indices are
    /// formed.
    pub fn layer(&self) -> Result<Layer, String> {
        self.padded_layer(&[], RightOperand::Parameters)
    }

    /// Windows that slide over more than two axes are folded: a third axis' taps count as channels
    /// and its positions as images, so that words which its windows share count for each of them.
    pub(crate) fn is_folded(&self) -> bool {
        let windows = |space: &DataSpace| space.ranks.iter().filter(|rank| rank.len() > 1).count();
        self.spaces.iter().any(|space| windows(space) > 2)
    }

    /// The same, with zeros around the input, and a product's right operand as it is.
    pub(crate) fn padded_layer(
        &self,
        paddings: &[Padding],
        right: RightOperand,
    ) -> Result<Layer, String> {
        let (outputs, operands): (Vec<_>, Vec<_>) = self.spaces.iter().partition(|s| s.is_output);
        let ([output], [a, b]) = (outputs.as_slice(), operands.as_slice()) else {
            let count = operands.len();
            return Err(format!(
                "it has {count} operands; a layer has an input and a weight"
            ));
        };
        let slides = |space: &DataSpace| {
            let is_window =
                |rank: &Vec<Term>| rank.len() > 1 || rank.iter().any(|t| t.coefficient != 1);
            space.ranks.iter().any(is_window)
        };
        let (input, weight) = match (slides(a), slides(b)) {
            (false, true) => (b, a),
            (true, true) => return Err("windows slide over both of its operands".to_owned()),
            (false, false) if a.name.to_lowercase().contains("weight") => (b, a),
            _ => (a, b),
        };
        let mut shape = ProblemShape::default();
        let mut is_in_window = vec![false; self.dims.len()];
        let is_window = |r: &&Vec<Term>| r.len() > 1 || r.iter().any(|t| t.coefficient != 1);
        for rank in &input.ranks.iter().filter(is_window).collect::<Vec<_>>() {
            let (positions, taps): (Vec<_>, Vec<_>) =
                rank.iter().partition(|t| output.is_relevant(t.dim));
            let ([position], taps @ ([] | [_])) = (positions.as_slice(), taps.as_slice()) else {
                return Err(format!(
                    "a rank of `{}` is not one position plus one tap",
                    input.name
                ));
            };
            let tap: Option<&&Term> = taps.first();
            shape.windows.push(WindowAxis {
                name: self.dims[position.dim].clone(),
                outputs: self.sizes[position.dim],
                taps: tap.map_or(1, |tap| self.sizes[tap.dim]),
                stride: position.coefficient,
                dilation: tap.map_or(1, |tap| tap.coefficient),
                padding: paddings
                    .iter()
                    .find(|padding| padding.rank == **rank)
                    .cloned(),
            });
            is_in_window[position.dim] = true;
            if let Some(tap) = tap {
                is_in_window[tap.dim] = true;
            }
        }
        for dim in (0..self.dims.len()).filter(|dim| !is_in_window[*dim]) {
            let size = self.sizes[dim];
            let within = [input, weight, output].map(|space| space.is_relevant(dim));
            match within {
                [true, true, true] => shape.groups *= size,
                [true, true, false] => shape.channels *= size,
                [false, true, true] => shape.filters *= size,
                [true, false, true] => shape.rows.push((self.dims[dim].clone(), size)),
                _ if size == 1 => {}
                _ => {
                    return Err(format!(
                        "dimension `{}` is in one data space alone",
                        self.dims[dim]
                    ));
                }
            }
        }
        shape.layer(&self.name, right)
    }
}

/// What a problem's dimensions come to.
struct ProblemShape {
    groups: u64,
    channels: u64,
    filters: u64,
    /// Dimensions of input and output that slide over nothing.
    rows: Vec<(String, u64)>,
    windows: Vec<WindowAxis>,
}

impl Default for ProblemShape {
    fn default() -> Self {
        Self {
            groups: 1,
            channels: 1,
            filters: 1,
            rows: Vec::new(),
            windows: Vec::new(),
        }
    }
}

struct WindowAxis {
    name: String,
    outputs: u64,
    taps: u64,
    stride: u64,
    dilation: u64,
    padding: Option<Padding>,
}

impl WindowAxis {
    /// An axis of a window of one.
    fn plain(name: String, outputs: u64) -> Self {
        Self {
            name,
            outputs,
            taps: 1,
            stride: 1,
            dilation: 1,
            padding: None,
        }
    }

    /// Whether it can be folded without counting a word twice: its windows share none.
    fn is_apart(&self) -> bool {
        self.outputs == 1 || self.stride > (self.taps - 1) * self.dilation
    }

    /// Elements from the first that a window reaches to the last, and of those that are zeros before
    /// and after the input.
    fn input(&self) -> Result<(u64, [u64; 2]), String> {
        let extent = (self.outputs - 1) * self.stride + (self.taps - 1) * self.dilation + 1;
        let Some(padding) = &self.padding else {
            return Ok((extent, [0; 2]));
        };
        let [before, after] = padding.zeros;
        let inside = extent.checked_sub(before).filter(|inside| *inside > 0);
        let inside = inside.ok_or(format!(
            "{before} rows of padding before the {extent} that its windows reach"
        ))?;
        // The last window may end before the padding does, and even before the input.
        let input = padding.input.unwrap_or(inside.saturating_sub(after).max(1));
        // Loops are what counts: input that no window reaches must not make room for another.
        let input = input.min(inside.saturating_add(self.stride - 1));
        Ok((input, [before, inside.saturating_sub(input)]))
    }
}

impl ProblemShape {
    fn layer(mut self, name: &str, right: RightOperand) -> Result<Layer, String> {
        if self.windows.is_empty() && self.rows.len() <= 1 {
            let rows = self.rows.first().map_or(1, |(_, size)| *size);
            let product = [rows, self.filters, self.channels];
            return Layer::matmul(name, self.groups, product, right)
                .map_err(|error| error.to_string());
        }
        // What slides over nothing is the batch, or an axis with a window of one.
        let mut batch = 1;
        let is_axis =
            |name: &str| ["p", "q", "oy", "ox", "h", "w"].contains(&name.to_lowercase().as_str());
        for (name, size) in std::mem::take(&mut self.rows) {
            if is_axis(&name) && self.windows.len() < 2 {
                self.windows.push(WindowAxis::plain(name, size));
            } else {
                batch *= size;
            }
        }
        // Two axes stay; the others fold, those first that lose nothing by it.
        while self.windows.len() > 2 {
            let price = |axis: &WindowAxis| (!axis.is_apart(), is_axis(&axis.name), axis.taps);
            let places = 0..self.windows.len();
            let first = places.min_by_key(|&at| price(&self.windows[at]));
            let axis = self.windows.remove(first.unwrap_or(0));
            let too_large = || "it has 2^53 multiply-accumulates or words, or more".to_owned();
            batch = axis.outputs.checked_mul(batch).ok_or_else(too_large)?;
            let channels = self.channels.checked_mul(axis.taps);
            self.channels = channels.ok_or_else(too_large)?;
        }
        self.windows
            .sort_by_key(|axis| !["p", "oy", "h"].contains(&axis.name.to_lowercase().as_str()));
        let mut axes = self.windows.into_iter();
        let axes = [(); 2].map(|()| {
            axes.next()
                .unwrap_or_else(|| WindowAxis::plain(String::new(), 1))
        });
        let [rows, cols] = &axes;
        let (height, [top, bottom]) = rows.input()?;
        let (width, [left, right]) = cols.input()?;
        let convolution = Convolution {
            batch,
            groups: self.groups,
            in_channels: self.groups * self.channels,
            out_channels: self.groups * self.filters,
            input: [height, width],
            kernel: [rows.taps, cols.taps],
            stride: [rows.stride, cols.stride],
            dilation: [rows.dilation, cols.dilation],
            padding: [top, left, bottom, right],
        };
        Layer::convolution(name, convolution).map_err(|error| error.to_string())
    }
}
