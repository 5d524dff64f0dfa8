//! The shape of a layer as a short text: all sizes that decide what is read and multiplied.

use crate::dims::Dim;
use crate::layer::{Layer, Window};

/// The shape as a short text. A matrix product is `M384 N768 K64`: rows, columns, and what is summed over. A
/// convolution is `K64 C3 112x112 k7x7 /2 p3`: channels out and in, output rows and columns, kernel, stride,
/// padding. `d2` is a dilation. A pair is given where rows and columns differ, as in `/1x2`; strides and
/// dilations of 1 and a padding of 0 are left out. `p0+1` pads by none before the first element and by 1 behind
/// the last. In front stand `G` groups or heads and `N` images, if there are several.
pub fn text(layer: &Layer) -> String {
    let [n, g, k, c, p, q, r, s] = Dim::ALL.map(|d| layer.size(d));
    let mut parts = Vec::new();
    if is_product(layer) {
        if g > 1 {
            parts.push(format!("G{g}"));
        }
        parts.push(format!("M{} N{k} K{c}", n * p));
        return parts.join(" ");
    }
    for (letter, size) in [("N", n), ("G", g)] {
        if size > 1 {
            parts.push(format!("{letter}{size}"));
        }
    }
    parts.push(format!("K{k} C{c} {p}x{q}"));
    if r * s > 1 {
        parts.push(format!("k{r}x{s}"));
    }
    let windows = [layer.rows(), layer.cols()];
    for (sign, usual, of) in WINDOW {
        match windows.map(of) {
            [rows, cols] if rows == usual && cols == usual => {}
            [rows, cols] if rows == cols => parts.push(format!("{sign}{rows}")),
            [rows, cols] => parts.push(format!("{sign}{rows}x{cols}")),
        }
    }
    match padding(layer) {
        [[0, 0], [0, 0]] => {}
        [rows, cols] if rows == cols => parts.push(format!("p{}", sides(rows))),
        [rows, cols] => parts.push(format!("p{}x{}", sides(rows), sides(cols))),
    }
    parts.join(" ")
}

/// The padding of an axis; both sides where they differ.
fn sides([before, behind]: [u64; 2]) -> String {
    match before == behind {
        true => before.to_string(),
        false => format!("{before}+{behind}"),
    }
}

/// The zeros before the first input element and behind the last, along rows and along columns.
///
/// Elements that no window reaches decide nothing: behind the last there are as many zeros as before the first,
/// if that gives as many outputs, or else those that windows reach.
pub fn padding(layer: &Layer) -> [[u64; 2]; 2] {
    let axis = |window: Window, outputs: Dim, taps: Dim| {
        let (outputs, taps) = (layer.size(outputs), layer.size(taps));
        let (padded, kernel) = (window.input + 2 * window.pad, window.reach(1, taps));
        let is_even = padded >= kernel && (padded - kernel) / window.stride + 1 == outputs;
        let reached = window.reach(outputs, taps);
        let behind = match is_even {
            true => window.pad,
            false => reached.saturating_sub(window.pad + window.input),
        };
        [window.pad, behind]
    };
    [
        axis(layer.rows(), Dim::P, Dim::R),
        axis(layer.cols(), Dim::Q, Dim::S),
    ]
}

type Field = fn(Window) -> u64;

/// Signs of the fields of a window, the values that go without saying, and the fields.
const WINDOW: [(&str, u64, Field); 2] = [
    ("/", 1, |window| window.stride),
    ("d", 1, |window| window.dilation),
];

/// Whether the layer multiplies two matrices: nothing slides, and there is one output column.
fn is_product(layer: &Layer) -> bool {
    let [_, _, _, _, p, q, r, s] = Dim::ALL.map(|d| layer.size(d));
    let rows = layer.rows();
    r * s * q == 1 && rows.pad == 0 && rows.input == p && layer.cols() == Window::none(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Convolution, RightOperand};

    fn convolution(edit: impl Fn(&mut Convolution)) -> Layer {
        let mut square = Convolution::square(9, [4, 8], 3, 1, 0);
        edit(&mut square);
        Layer::convolution("it", square).expect("its sizes are right")
    }

    fn check(layer: &Layer, expected: &str) {
        assert_eq!(text(layer), expected);
    }

    #[test]
    fn both_axes_are_shown_where_they_differ() {
        check(&convolution(|_| {}), "K8 C4 7x7 k3x3");
        check(&convolution(|c| c.stride = [1, 2]), "K8 C4 7x4 k3x3 /1x2");
        check(&convolution(|c| c.stride = [2, 1]), "K8 C4 4x7 k3x3 /2x1");
        check(&convolution(|c| c.stride = [2, 2]), "K8 C4 4x4 k3x3 /2");
        check(&convolution(|c| c.dilation = [1, 3]), "K8 C4 7x3 k3x3 d1x3");
        check(&convolution(|c| c.padding = [1; 4]), "K8 C4 9x9 k3x3 p1");
        check(
            &convolution(|c| c.padding = [1, 0, 1, 0]),
            "K8 C4 9x7 k3x3 p1x0",
        );
        let line = |c: &mut Convolution| {
            (c.input, c.kernel, c.stride) = ([1, 100], [1, 7], [1, 2]);
        };
        check(&convolution(line), "K8 C4 1x47 k1x7 /1x2");
    }

    #[test]
    fn sides_are_shown_where_they_differ() {
        let of = |input, [stride, pad]: [u64; 2], padding| {
            convolution(|c| {
                (c.input, c.stride, c.padding) = ([input; 2], [stride; 2], padding);
                assert_eq!(pad, padding[0]);
            })
        };
        check(&of(32, [2, 0], [0, 0, 1, 1]), "K8 C4 16x16 k3x3 /2 p0+1");
        check(&of(9, [1, 1], [1, 2, 3, 0]), "K8 C4 11x9 k3x3 p1+3x2+0");
        // The last zero of a padding of 1 all around is not reached at this stride, nor asked for.
        check(&of(32, [2, 1], [1; 4]), "K8 C4 16x16 k3x3 /2 p1");
    }

    #[test]
    fn products_are_rows_columns_and_what_is_summed() {
        let product = |heads, sizes| {
            Layer::matmul("it", heads, sizes, RightOperand::Parameters)
                .expect("its sizes are right")
        };
        check(&product(1, [384, 768, 64]), "M384 N768 K64");
        check(&product(12, [384, 384, 64]), "G12 M384 N384 K64");
        let two = product(1, [5, 10, 20]).batched(2).expect("few enough");
        check(&two, "M10 N10 K20");
        let point = convolution(|c| (c.kernel, c.input) = ([1; 2], [1; 2]));
        check(&point, "M1 N8 K4");
        check(&convolution(|c| c.kernel = [1; 2]), "K8 C4 9x9");
    }
}
