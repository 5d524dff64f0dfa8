//! Rows of Gemmini's mappings as DOSA's tables have them: a format of mappings of its own.
//!
//! ```text
//! row,kind,mesh,C,K,P,Q,R,S,stride,out,tile_P,...,tile_K,order,loops,flags,mapping,cycles
//! ```
//!
//! A row is a layer, a tile and an order of loops for `tiled_conv` or `tiled_matmul`. P and tile_P are
//! columns, Q and tile_Q rows; R and tile_R are columns of the kernel, S and tile_S rows. What ran is
//! what the C function makes of it: convolutions have `out` rows and columns and a kernel of R x R
//! also where the row says otherwise (the flags `square` and `outN`). A row with the flag
//! `degenerate` has a tile in the padding, which the hardware does not define: it is read and has
//! no call. Columns that are not named here are not read.
//!
//! ```
//! let table = "\
//! row,kind,mesh,C,K,P,Q,R,S,stride,out,tile_P,tile_Q,tile_R,tile_S,tile_C,tile_K,order,loops,flags,cycles
//! 36,conv,4,64,128,56,56,1,1,1,56,8,14,1,1,8,16,PKCQRSN,1792,,1884946
//! ";
//! let rows = stationary::gemmini::read(table.as_bytes(), "mine.csv")?;
//! let call = rows[0].call.as_ref().expect("it is not degenerate");
//! assert_eq!(call.calls(), 1792);
//! assert!(call.array_time() <= 1_884_946);
//! # Ok::<(), stationary::gemmini::RowsError>(())
//! ```

use std::io::Read;

use serde::Deserialize;

use crate::sim::gemmini::{Call, CallError, Loop};

/// Rows and columns of the mesh where the table has no such column, as in the searched ones.
const MESH: u64 = 16;

/// A row of a table: a layer with the tile that one search chose for it, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The row's number, as the table gives it.
    pub number: u64,
    /// A text that is equal for rows of the same layer, so that they can be compared.
    pub layer: String,
    /// The search that found the mapping. None if the table has no such column.
    pub search: Option<String>,
    /// The call of the hardware that the row describes. None if the row has the flag `degenerate`.
    pub call: Option<Call>,
    /// The number of calls of the loop unroller. None if the table does not say.
    pub loops: Option<u64>,
    /// Measured cycles, in the clock of the chip. None if the table does not say.
    pub cycles: Option<u64>,
}

/// An error in a table of Gemmini's mappings.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// Not such a table.
    #[error("{origin}: {problem}")]
    Table {
        /// Where the table is from.
        origin: String,
        /// What is wrong, with the line.
        problem: csv::Error,
    },
    /// An order of loops that is none.
    #[error(
        "{origin}: row {row}: order: `{found}`; it names each of C, R, S, K, P, Q and N once, innermost first"
    )]
    Order {
        /// Where the table is from.
        origin: String,
        /// The row's number.
        row: u64,
        /// As written.
        found: String,
    },
    /// A call that the hardware does not take.
    #[error("{origin}: row {row}: {problem}")]
    Call {
        /// Where the table is from.
        origin: String,
        /// The row's number.
        row: u64,
        /// What is wrong with it.
        problem: CallError,
    },
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Conv,
    Matmul,
}

#[derive(Debug, Deserialize)]
struct Written {
    row: u64,
    search: Option<String>,
    kind: Kind,
    mesh: Option<u64>,
    #[serde(rename = "C")]
    channels: u64,
    #[serde(rename = "K")]
    filters: u64,
    #[serde(rename = "P")]
    columns: u64,
    #[serde(rename = "Q")]
    rows: u64,
    #[serde(rename = "R")]
    kernel_columns: u64,
    #[serde(rename = "S")]
    kernel_rows: u64,
    stride: u64,
    out: u64,
    #[serde(rename = "tile_C")]
    tile_channels: u64,
    #[serde(rename = "tile_K")]
    tile_filters: u64,
    #[serde(rename = "tile_P")]
    tile_columns: u64,
    #[serde(rename = "tile_Q")]
    tile_rows: u64,
    #[serde(rename = "tile_R")]
    tile_kernel_columns: u64,
    #[serde(rename = "tile_S")]
    tile_kernel_rows: u64,
    order: String,
    loops: Option<u64>,
    flags: Option<String>,
    cycles: Option<u64>,
}

/// Reads a table as CSV, all rows in their order; lines that begin with `#` are comments. `origin` names the
/// table in errors.
///
/// # Errors
/// [`RowsError`] on the first row that cannot be read: a field that is missing or no number, an order of
/// loops that names one twice, a tile that the hardware does not take.
pub fn read(table: impl Read, origin: &str) -> Result<Vec<Row>, RowsError> {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .from_reader(table);
    reader
        .deserialize()
        .map(|written| {
            let written: Written = written.map_err(|problem| RowsError::Table {
                origin: origin.to_owned(),
                problem,
            })?;
            row(written, origin)
        })
        .collect()
}

fn row(written: Written, origin: &str) -> Result<Row, RowsError> {
    let flags = written.flags.as_deref().unwrap_or_default();
    let is_degenerate = flags.split_whitespace().any(|flag| flag == "degenerate");
    let call = if is_degenerate {
        None
    } else {
        Some(call(&written, origin)?)
    };
    let Written {
        channels,
        filters,
        columns,
        rows,
        kernel_columns,
        kernel_rows,
        stride,
        ..
    } = written;
    let kind = match written.kind {
        Kind::Conv => "conv",
        Kind::Matmul => "matmul",
    };
    Ok(Row {
        number: written.row,
        layer: format!(
            "{kind} {channels} {filters} {columns} {rows} {kernel_columns} {kernel_rows} {stride}"
        ),
        search: written.search.filter(|search| !search.is_empty()),
        call,
        loops: written.loops,
        cycles: written.cycles,
    })
}

fn call(written: &Written, origin: &str) -> Result<Call, RowsError> {
    let order = order(&written.order).ok_or_else(|| RowsError::Order {
        origin: origin.to_owned(),
        row: written.row,
        found: written.order.clone(),
    })?;
    let mesh = written.mesh.unwrap_or(MESH);
    let tile = [
        written.tile_channels,
        written.tile_kernel_columns,
        written.tile_kernel_rows,
        written.tile_filters,
        written.tile_columns,
        written.tile_rows,
        1,
    ];
    let channels = [written.channels, written.filters];
    let call = match written.kind {
        Kind::Conv => Call::convolution(
            mesh,
            channels,
            [written.out, written.columns.saturating_mul(written.stride)],
            [written.kernel_columns, written.stride],
            tile,
            order,
        ),
        Kind::Matmul => Call::matmul(
            mesh,
            [written.channels, written.filters, written.columns],
            tile,
            order,
        ),
    };
    call.map_err(|problem| RowsError::Call {
        origin: origin.to_owned(),
        row: written.row,
        problem,
    })
}

fn order(text: &str) -> Option<[Loop; 7]> {
    let loops: Option<Vec<Loop>> = text
        .chars()
        .map(|letter| {
            Some(match letter {
                'C' => Loop::Channels,
                'R' => Loop::KernelColumns,
                'S' => Loop::KernelRows,
                'K' => Loop::Filters,
                'P' => Loop::Columns,
                'Q' => Loop::Rows,
                'N' => Loop::Images,
                _ => return None,
            })
        })
        .collect();
    loops?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::{RowsError, read};

    const HEADER: &str = "row,kind,mesh,C,K,P,Q,R,S,stride,out,tile_P,tile_Q,tile_R,tile_S,tile_C,tile_K,order,loops,flags,cycles\n";

    fn problem(line: &str) -> String {
        let read = read(format!("{HEADER}{line}\n").as_bytes(), "mine.csv");
        read.map_err(|error: RowsError| error.to_string())
            .expect_err("it cannot be read")
    }

    #[test]
    fn a_degenerate_row_has_no_call() {
        let line = "1,conv,4,8,8,6,6,3,3,1,6,6,6,3,3,8,8,CRSKPQN,1,degenerate,900\n";
        let rows = read(format!("{HEADER}{line}").as_bytes(), "mine.csv").expect("a table");
        assert_eq!(rows[0].call, None);
        assert_eq!(rows[0].cycles, Some(900));
    }

    #[test]
    fn what_is_wrong_is_said_with_the_row() {
        assert_eq!(
            problem("7,conv,5,8,8,6,6,3,3,1,6,6,6,3,3,8,8,CRSKPQN,1,,900"),
            "mine.csv: row 7: a mesh of 5 x 5; it is 4, 8, 16, 32 or 64"
        );
        assert_eq!(
            problem("7,conv,4,8,8,6,6,3,3,1,6,6,6,3,3,8,8,CRSKPQ,1,,900"),
            "mine.csv: row 7: order: `CRSKPQ`; it names each of C, R, S, K, P, Q and N once, innermost first"
        );
        assert_eq!(
            problem("7,matmul,4,8,8,6,1,1,1,1,6,6,1,1,1,8,8,CRSKPQN,1,,900"),
            "mine.csv: row 7: a tile of 6 in Columns is no multiple of the mesh"
        );
        assert!(problem("7,pool,4,8,8,6,6,3,3,1,6,6,6,3,3,8,8,CRSKPQN,1,,900").contains("pool"));
    }
}
