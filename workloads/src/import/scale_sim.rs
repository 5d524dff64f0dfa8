//! SCALE-Sim topologies: convolutions, or matrix products (`-i gemm`).
//!
//! A convolution is read as SCALE-Sim counts it (`topology_utils.py`): input sizes include the
//! padding, and `outputs = ceil((input - filter + stride) / stride)`. Where that is one more than
//! the whole windows in the input, the last window gets the missing rows or columns as padding at
//! the bottom or right, so that both tools count the same MACs. A name with `DP` in it is a
//! depthwise convolution: every channel has its own `Num Filter` filters.
//!
//! A matrix product may have a fifth column: a whole number is its batch, with operands of its own for
//! each (a batched `dot_general`), and `N:M` is sparsity; with both, the batch is the sixth.
//!
//! SCALE-Sim passes over the first line unread and takes columns by their place. So does this
//! reader, as long as the header does not speak against it: a column that is named as another one
//! is refused, and one behind the last is noted and not used.

use std::ops::RangeInclusive;

use stationary_document::Diagnostic;

use crate::convolution::Convolution;
use crate::error::NetworkError;
use crate::layer::{Layer, RightOperand};

use super::table::{CsvRow, CsvTable};

pub(super) const CONVOLUTION_HEADER: &str = "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";
pub(super) const GEMM_HEADER: &str = "Layer, M, N, K,";

/// Layers, and what is not used.
pub(super) type Noted = (Vec<Layer>, Vec<Diagnostic>);

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Input,
    Kernel,
    Channels,
    Filters,
    Stride,
    /// Density of the weights, as `2:4`.
    Sparsity,
}

/// The columns of a convolution behind its name, in their places.
const CONVOLUTION: [Column; 7] = [
    Column::Input,
    Column::Input,
    Column::Kernel,
    Column::Kernel,
    Column::Channels,
    Column::Filters,
    Column::Stride,
];

/// Values of a convolution with one stride: its name and [`CONVOLUTION`].
const WIDTH: usize = CONVOLUTION.len() + 1;

impl Column {
    /// What a folded name most plainly speaks of, if it speaks of anything.
    fn named(name: &str) -> Option<Self> {
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let is = |words: &[&str]| words.contains(&name);
        if has(&["stride"]) {
            Some(Self::Stride)
        } else if has(&["spars", "densit"]) {
            Some(Self::Sparsity)
        } else if has(&[
            "numfilt",
            "numberoffilt",
            "nofilt",
            "outchannel",
            "outputchannel",
        ]) || is(&["filters", "k", "m", "ofmaps", "numofmap"])
        {
            Some(Self::Filters)
        } else if has(&["channel"]) || is(&["c", "depth"]) {
            Some(Self::Channels)
        } else if has(&["filterh", "filterw", "kernel", "filth", "filtw"])
            || is(&["r", "s", "fh", "fw"])
        {
            Some(Self::Kernel)
        } else if has(&["ifmap", "input", "image"])
            || is(&["h", "w", "ih", "iw", "height", "width"])
        {
            Some(Self::Input)
        } else {
            None
        }
    }
}

/// Whether the columns are those of matrix products, in whatever order they are named.
pub(super) fn is_gemm(columns: &[String]) -> bool {
    let Some(mut named) = columns.get(1..4).map(<[String]>::to_vec) else {
        return false;
    };
    named.sort_unstable();
    named == ["k", "m", "n"]
}

/// Whether columns and rows may be those of convolutions: no column is named as another one, at least
/// one is named as itself, and rows are long enough.
pub(super) fn is_convolution(table: &CsvTable<'_>) -> bool {
    let columns = table.columns();
    let named = columns.get(1..).unwrap_or_default().iter().zip(CONVOLUTION);
    let named: Vec<_> = named
        .filter_map(|(name, place)| Some((Column::named(name)?, place, name)))
        // `S` is a stride, or the columns of a kernel.
        .map(|(column, place, name)| match (place, name.as_str()) {
            (Column::Stride, "s") => (place, place),
            _ => (column, place),
        })
        .collect();
    let is_name = columns
        .first()
        .is_some_and(|name| Column::named(name).is_none());
    let is_in_place = named.iter().all(|(column, place)| column == place);
    // A header that says nothing is passed over, if there is one: then no number stands in it.
    let is_header = || {
        let is_number = |value: &String| value.parse::<f64>().is_ok();
        let is_filled = table.column(1).next().is_some();
        let names = table.header();
        is_filled && names.len() >= WIDTH && !names.iter().any(is_number)
    };
    is_name
        && is_in_place
        && (!named.is_empty() || is_header())
        && table.widths().is_none_or(|(_, most)| most >= WIDTH)
}

/// Columns of a matrix product: its name, M, N, K.
const PRODUCT_WIDTH: usize = 4;

pub(super) fn products(table: &CsvTable<'_>) -> Result<Noted, NetworkError> {
    let mut notes = Vec::new();
    if table.columns()[1..PRODUCT_WIDTH] != ["m", "n", "k"] {
        let named = table.header()[1..PRODUCT_WIDTH].join(", ");
        notes.push(table.note(format!(
            "columns are named {named}; taken by place as M, N, K, as SCALE-Sim does"
        )));
    }
    let batch = batch_column(table);
    let layers = table.layers_within(PRODUCT_WIDTH..=usize::MAX, |index, row| {
        let name = name(row, index);
        let product = [row.size(1)?, row.size(2)?, row.size(3)?];
        let batch = match batch.filter(|&column| !row.text(column).is_empty()) {
            Some(column) => row.size(column)?,
            None => 1,
        };
        let right = if batch > 1 {
            RightOperand::Activations
        } else {
            RightOperand::Parameters
        };
        row.layer(&name, Layer::matmul(&name, batch, product, right))
    })?;
    if let Some(column) = batch {
        notes.push(table.note(format!(
            "column {} is taken as the batch of each product, as SCALE-Sim does",
            column + 1
        )));
    }
    notes.extend(unused(table, PRODUCT_WIDTH, batch));
    Ok((layers, notes))
}

/// The column that holds the batch, if one does.
fn batch_column(table: &CsvTable<'_>) -> Option<usize> {
    let is = |column: usize, is: fn(&str) -> bool| {
        let mut values = table.column(column).peekable();
        values.peek().is_some() && values.all(is)
    };
    let is_number = |value: &str| value.parse::<u64>().is_ok();
    let is_ratio = |value: &str| value.contains(':');
    let [fifth, sixth] = [PRODUCT_WIDTH, PRODUCT_WIDTH + 1];
    if is(fifth, is_number) {
        Some(fifth)
    } else {
        (is(fifth, is_ratio) && is(sixth, is_number)).then_some(sixth)
    }
}

/// Products under the names of their sizes alone, `M,N,K` in any order, or under none.
pub(super) fn nameless(table: CsvTable<'_>) -> Result<Result<Noted, NetworkError>, CsvTable<'_>> {
    let columns = table.columns();
    let is_number = |value: &String| value.parse::<u64>().is_ok();
    let places = ["m", "n", "k"].map(|size| columns.iter().position(|column| column == size));
    let (table, places, note) = match places {
        [Some(m), Some(n), Some(k)] if columns.len() == 3 => (table, [m, n, k], None),
        _ if columns.len() == 3 && table.header().iter().all(is_number) => {
            let table = table.without_header(&["M", "N", "K"]);
            let message = "no header; taken as M, N, K, the first line too";
            let note = table.note(message);
            (table, [0, 1, 2], Some(note))
        }
        _ => return Err(table),
    };
    let layers = table.layers(|index, row| {
        let name = format!("layer{index}");
        let [m, n, k] = places.map(|column| row.size(column));
        let product = Layer::matmul(&name, 1, [m?, n?, k?], RightOperand::Parameters);
        row.layer(&name, product)
    });
    Ok(layers.map(|layers| (layers, note.into_iter().collect())))
}

pub(super) fn convolutions(table: &CsvTable<'_>) -> Result<Noted, NetworkError> {
    let columns = table.columns();
    // The column behind the stride is another one if it is named so, or not at all.
    let is_stride = |value: &str| value.parse::<u64>().is_ok();
    let has_second = match columns.get(WIDTH) {
        Some(name) if !name.is_empty() => Column::named(name) == Some(Column::Stride),
        _ => table.column(WIDTH).next().is_some() && table.column(WIDTH).all(is_stride),
    };
    let strides = [WIDTH - 1, if has_second { WIDTH } else { WIDTH - 1 }];
    let widths: RangeInclusive<usize> = strides[1] + 1..=usize::MAX;
    let layers = table.layers_within(widths, |index, row| convolution(row, index, strides))?;
    let mut notes = Vec::new();
    let unnamed: Vec<&str> = columns
        .iter()
        .zip(table.header())
        .skip(1)
        .take(WIDTH - 1)
        .filter(|(folded, _)| Column::named(folded).is_none())
        .map(|(_, name)| name.as_str())
        .collect();
    if !unnamed.is_empty() {
        notes.push(table.note(format!(
            "columns {} are taken by their place, as SCALE-Sim does",
            list(&unnamed)
        )));
    }
    notes.extend(unused(table, strides[1] + 1, None));
    Ok((layers, notes))
}

/// Notes on the columns from one on, but for one that is used.
fn unused(table: &CsvTable<'_>, from: usize, used: Option<usize>) -> Vec<Diagnostic> {
    let widest = table.widths().map_or(0, |(_, most)| most);
    let mut notes = Vec::new();
    for column in from..widest.max(table.header().len()) {
        let name = table.header().get(column).map_or("", String::as_str);
        let Some(first) = table.column(column).next().filter(|_| used != Some(column)) else {
            continue;
        };
        let is_sparsity =
            Column::named(&name.to_lowercase()) == Some(Column::Sparsity) || first.contains(':');
        if is_sparsity {
            if table.column(column).any(|ratio| !is_dense(ratio)) {
                let message = format!("sparsity (such as {first}) is not used: every word counts");
                notes.insert(0, table.note(message));
            }
        } else {
            let name = if name.is_empty() {
                format!("column {}", column + 1)
            } else {
                format!("column `{name}`")
            };
            notes.push(table.note(format!("{name}: not used")));
        }
    }
    notes
}

/// Whether of `N:M` all are there.
fn is_dense(ratio: &str) -> bool {
    let parts = ratio.split_once(':');
    parts.is_none_or(|(some, all)| some.trim() == all.trim())
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// The row's name; SCALE-Sim asks for none.
fn name(row: &CsvRow<'_>, index: usize) -> String {
    match row.text(0) {
        "" => format!("layer{index}"),
        name => name.to_owned(),
    }
}

fn convolution(row: &CsvRow<'_>, index: usize, strides: [usize; 2]) -> Result<Layer, NetworkError> {
    let name = name(row, index);
    let input = [row.size(1)?, row.size(2)?];
    let kernel = [row.size(3)?, row.size(4)?];
    let [channels, filters] = [row.size(5)?, row.size(6)?];
    let stride = [row.size(strides[0])?, row.size(strides[1])?];
    let missing = |axis: usize| match input[axis].checked_sub(kernel[axis]) {
        Some(slack) => (stride[axis] - slack % stride[axis]) % stride[axis],
        None => 0, // The layer's own check reports the kernel.
    };
    let depthwise = name.contains("DP");
    let convolution = Convolution {
        batch: 1,
        groups: if depthwise { channels } else { 1 },
        in_channels: channels,
        out_channels: if depthwise {
            channels.saturating_mul(filters)
        } else {
            filters
        },
        input,
        kernel,
        stride,
        dilation: [1; 2],
        padding: [0, 0, missing(0), missing(1)],
    };
    row.layer(&name, Layer::convolution(&name, convolution))
}
