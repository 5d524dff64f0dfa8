//! ConfuciuX and GAMMA layer tables: `K,C,Y,X,R,S,T`.
//!
//! `Y` and `X` are the input's rows and columns as they stand: the format has neither padding nor
//! strides (every stride is 1). `T` is 1 for a convolution and 2 for a depthwise one, whose `K` is
//! 1 (or, in some files, the channels again). Layers have no names; here they are `layer0`,
//! `layer1` and so on.

use crate::convolution::Convolution;
use crate::error::NetworkError;
use crate::layer::Layer;

use super::table::{CsvRow, CsvTable};

pub(super) const HEADER: &str = "K,C,Y,X,R,S,T";

const COLUMNS: [&str; 7] = ["K", "C", "Y", "X", "R", "S", "T"];

/// Whether the columns are those of layers, `T` last or (as it is 1 then) left out.
pub(super) fn is_header(columns: &[String]) -> bool {
    let expected = COLUMNS.map(str::to_lowercase);
    columns == expected || columns == &expected[..6]
}

/// A table whose first line is a layer and no header, as the scripts around the tools leave them.
pub(super) fn headless(table: CsvTable<'_>) -> Result<CsvTable<'_>, CsvTable<'_>> {
    let is_number = |value: &String| value.parse::<u64>().is_ok();
    if table.header().len() == COLUMNS.len() && table.header().iter().all(is_number) {
        return Ok(table.without_header(&COLUMNS));
    }
    Err(table)
}

pub(super) fn layers(table: &CsvTable<'_>) -> Result<Vec<Layer>, NetworkError> {
    table.layers(layer)
}

fn layer(index: usize, row: &CsvRow<'_>) -> Result<Layer, NetworkError> {
    let name = format!("layer{index}");
    let [k, c] = [row.size(0)?, row.size(1)?];
    let convolution = Convolution {
        batch: 1,
        groups: 1,
        in_channels: c,
        out_channels: k,
        input: [row.size(2)?, row.size(3)?],
        kernel: [row.size(4)?, row.size(5)?],
        stride: [1; 2],
        dilation: [1; 2],
        padding: [0; 4],
    };
    let convolution = match row.text(6) {
        "" | "1" => convolution,
        "2" if k == 1 || k == c => Convolution {
            groups: c,
            out_channels: c,
            ..convolution
        },
        "2" => {
            let channels = match c {
                1 => "1, as C is".to_owned(),
                _ => format!("1, or {c} as C is"),
            };
            let expected = format!("{channels}, for T = 2 is a depthwise convolution");
            return Err(row.value(0, &expected));
        }
        _ => return Err(row.value(6, "1 (convolution) or 2 (depthwise convolution)")),
    };
    row.layer(&name, Layer::convolution(&name, convolution))
}
