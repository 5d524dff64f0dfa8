//! The shape of a layer, for people and for programs: all that decides what is read and multiplied.

use crate::documents::{self, Dims};
pub use crate::workloads::shape::{padding, text};
use crate::workloads::{Dim, Layer, Window};
use serde_json::Value;

type Field = fn(Window) -> u64;

/// For programs.
pub fn json(layer: &Layer) -> Value {
    documents::value(Dims::from(layer))
}

const FIELDS: [(&str, Field); 4] = [
    ("stride", |window| window.stride),
    ("dilation", |window| window.dilation),
    ("pad", |window| window.pad),
    ("input", |window| window.input),
];

/// The padding of each side, in the order of [`padding`].
const SIDES: [&str; 4] = ["pad_top", "pad_bottom", "pad_left", "pad_right"];

/// Names of the columns of [`fields`].
pub fn columns() -> Vec<String> {
    let extents = Dim::ALL.iter().map(|dim| dim.name().to_owned());
    let windows = FIELDS.iter().flat_map(|(name, _)| {
        let axes = ["rows", "cols"];
        axes.map(|axis| format!("{name}_{axis}"))
    });
    let sides = SIDES.map(str::to_owned);
    extents.chain(windows).chain(sides).collect()
}

/// The same as [`json`], for a line of CSV, and the padding of each side.
pub fn fields(layer: &Layer) -> Vec<String> {
    let windows = [layer.rows(), layer.cols()];
    let extents = Dim::ALL.into_iter().map(|dim| layer.size(dim));
    let windows = FIELDS.iter().flat_map(|(_, of)| windows.map(of));
    let sides = padding(layer).into_iter().flatten();
    let all = extents.chain(windows).chain(sides);
    all.map(|n| n.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use crate::workloads::Convolution;

    use super::*;

    fn convolution(edit: impl Fn(&mut Convolution)) -> Layer {
        let mut square = Convolution::square(9, [4, 8], 3, 1, 0);
        edit(&mut square);
        Layer::convolution("it", square).expect("its sizes are right")
    }

    #[test]
    fn sides_have_columns() {
        let layer = convolution(|c| c.padding = [1, 2, 3, 0]);
        assert_eq!(json(&layer)["pad"], serde_json::json!([1, 2]));
        assert_eq!(json(&layer)["pad_behind"], serde_json::json!([3, 0]));
        let named: Vec<_> = columns().into_iter().zip(fields(&layer)).collect();
        for (name, value) in [
            ("pad_rows", "1"),
            ("pad_cols", "2"),
            ("pad_top", "1"),
            ("pad_bottom", "3"),
            ("pad_left", "2"),
            ("pad_right", "0"),
        ] {
            let (name, value) = (name.to_owned(), value.to_owned());
            assert!(named.contains(&(name, value)), "{named:?}");
        }
    }

    #[test]
    fn programs_get_pairs() {
        let layer = convolution(|c| (c.stride, c.padding) = ([1, 2], [1, 0, 0, 0]));
        let dims = json(&layer);
        assert_eq!(dims["P"], 8);
        assert_eq!(dims["Q"], 4);
        assert_eq!(dims["stride"], serde_json::json!([1, 2]));
        assert_eq!(dims["dilation"], serde_json::json!([1, 1]));
        assert_eq!(dims["pad"], serde_json::json!([1, 0]));
        assert_eq!(dims["input"], serde_json::json!([9, 9]));
        assert_eq!(columns().len(), fields(&layer).len());
        assert_eq!(columns()[9], "stride_cols");
        assert_eq!(fields(&layer)[9], "2");
    }
}
