//! What a layer is, apart from how its file says it.

use std::fmt::Write;

use crate::dims::{Dim, PerDim};
use crate::layer::{Layer, RightOperand, Window, Zeros};
use crate::network::Network;

/// The form of the text; it changes when the same layer would be written otherwise.
const FORM: &str = "stationary layer 1";

impl Layer {
    /// A text that is the same for equal layers and differs for others: the form's name, then a line
    /// `path=value` for each property that is not as in a layer of one MAC, sorted.
    ///
    /// A property that layers are given in a later version leaves the text as it was wherever it has its
    /// default. Certificates and records refer to a digest of the text.
    ///
    /// ```
    /// use stationary_workloads::{Convolution, Layer};
    ///
    /// let layer = Layer::convolution("conv", Convolution::square(14, [32, 64], 3, 1, 1))?;
    /// let lines = "C=32\nK=64\nP=14\nQ=14\nR=3\nS=3\ncols.pad=1\nname=conv\nrows.pad=1\n";
    /// assert_eq!(layer.identity(), format!("stationary layer 1\n{lines}"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn identity(&self) -> String {
        let sizes = PerDim(Dim::ALL.map(|dim| self.size(dim)));
        let mut lines = vec![format!("name={}", self.name())];
        let sized = Dim::ALL.into_iter().filter(|dim| sizes[*dim] != 1);
        lines.extend(sized.map(|dim| format!("{}={}", dim.name(), sizes[dim])));
        for (axis, window, outputs) in [
            ("rows", self.rows(), sizes[Dim::P]),
            ("cols", self.cols(), sizes[Dim::Q]),
        ] {
            let none = Window::none(outputs);
            for (field, value, default) in [
                ("stride", window.stride, none.stride),
                ("dilation", window.dilation, none.dilation),
                ("pad", window.pad, none.pad),
                ("input", window.input, none.input),
            ] {
                if value != default {
                    lines.push(format!("{axis}.{field}={value}"));
                }
            }
        }
        if self.right_operand() == RightOperand::Activations {
            lines.push("right=activations".to_owned());
        }
        if let Some(Zeros {
            input,
            weight,
            output,
        }) = self.zeros()
        {
            lines.push(format!("zeros={input},{weight},{output}"));
        }
        lines.sort_unstable();
        let mut text = format!("{FORM}\n");
        for line in lines {
            writeln!(text, "{line}").expect("a text takes any line");
        }
        text
    }
}

impl Network {
    /// The network's name and the identities of its layers, in order.
    ///
    /// ```
    /// use stationary_workloads::zoo;
    ///
    /// let [one, other] = ["resnet18", "resnet34"].map(|name| zoo::find(name).map(|it| it.identity()));
    /// assert_ne!(one?, other?);
    /// # Ok::<(), stationary_workloads::NetworkError>(())
    /// ```
    #[must_use]
    pub fn identity(&self) -> String {
        let mut text = format!("stationary network 1\nname={}\n", self.name());
        text.extend(self.layers().iter().map(Layer::identity));
        text
    }
}
