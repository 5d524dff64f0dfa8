//! Networks of other tools: CSV tables that their header tells apart, YAML files that their first
//! fields do, and files with an extension of their own.

mod confuciux;
mod maestro;
mod names;
pub mod onnx;
mod plain;
mod scale_sim;
mod table;
pub mod timeloop;
mod zigzag;

use stationary_document::{Diagnostic, Node, Reader, ranked};

use crate::config;
use crate::coverage::{Coverage, LeftOut};
use crate::error::{NetworkError, second_named};
use crate::layer::Layer;
use crate::network::Network;

use table::CsvTable;

/// Reads the CSV file of a known tool.
pub(crate) fn csv(file: &str, name: String, text: &str) -> Result<Noted, NetworkError> {
    let table = CsvTable::read(file, text)?;
    let columns = table.columns();
    let (layers, notes) = if scale_sim::is_gemm(&columns) {
        scale_sim::products(&table)?
    } else if confuciux::is_header(&columns) {
        (confuciux::layers(&table)?, Vec::new())
    } else if scale_sim::is_convolution(&table) {
        scale_sim::convolutions(&table)?
    } else {
        without_names(table)?
    };
    network((file, text), name, layers, notes)
}

/// Tables that name no layers, and may have no header.
fn without_names(table: CsvTable<'_>) -> Result<(Vec<Layer>, Vec<Diagnostic>), NetworkError> {
    let table = match scale_sim::nameless(table) {
        Ok(products) => return products,
        Err(table) => table,
    };
    match confuciux::headless(table) {
        Ok(table) => {
            let note = table.note("no header; taken as K, C, Y, X, R, S, T, the first line too");
            Ok((confuciux::layers(&table)?, vec![note]))
        }
        Err(table) => Err(table.unknown_header(&[
            scale_sim::CONVOLUTION_HEADER,
            scale_sim::GEMM_HEADER,
            confuciux::HEADER,
            "M,N,K",
        ])),
    }
}

/// A network of another tool's layers, each of which gets a name of its own.
fn network(
    (file, text): (&str, &str),
    name: String,
    mut layers: Vec<Layer>,
    mut notes: Vec<Diagnostic>,
) -> Result<Noted, NetworkError> {
    let renamed = names::tell_apart(&mut layers);
    if let Some((old, new)) = renamed.first() {
        let count = renamed.len();
        let message = format!(
            "layers share names; {count} of them got another, such as `{new}` for a second `{old}`"
        );
        notes.push(Diagnostic::new(file, second_named(text, old), message));
    }
    Ok((Network::of_file(file, name, layers)?, ranked(notes)))
}

/// A network that is not all of its file.
fn covering(network: Network, left_out: Vec<LeftOut>, without_products: Vec<LeftOut>) -> Network {
    let coverage = Coverage {
        left_out,
        without_products,
        ..Coverage::complete(network.layers().len() as u64)
    };
    network.with_coverage(coverage)
}

/// A network with what reading it left out.
pub(crate) type Noted = (Network, Vec<Diagnostic>);

/// Reads a YAML file: ours, Timeloop's or ZigZag's.
pub(crate) fn yaml(file: &str, name: String, text: &str) -> Result<Noted, NetworkError> {
    // A text that is no YAML is reported by our own format's reader.
    let root = Node::parse(file, text).ok();
    let foreign = root.filter(|root| timeloop::is_problem(root) || zigzag::is_workload(root));
    let Some(root) = foreign else {
        return Ok((config::parse(file, text)?, Vec::new()));
    };
    let mut reader = Reader::new(file);
    let read = if zigzag::is_workload(&root) {
        zigzag::layers(&mut reader, &root)
    } else {
        timeloop::TimeloopProblem::of(&mut reader, &root).and_then(|problem| {
            if problem.is_folded() {
                reader.note(&root, "problem", timeloop::FOLDED);
            }
            let layer = problem.layer();
            let layer = layer
                .map_err(|why| reader.problem(&root, "problem", format!("not a layer: {why}")));
            Some((vec![layer.ok()?], Vec::new(), Vec::new()))
        })
    };
    let (read, notes) = reader.finish(read).map_err(NetworkError::Unreadable)?;
    let (layers, without_products, types) = read;
    let (network, notes) = network((file, text), name, layers, notes)?;
    let network = covering(network, Vec::new(), without_products).with_element_types(types);
    Ok((network, notes))
}

/// Reads a MAESTRO network.
pub(crate) fn maestro(file: &str, name: String, text: &str) -> Result<Noted, NetworkError> {
    let read = maestro::read(file, text).map_err(NetworkError::Unreadable)?;
    let name = read.name.unwrap_or(name);
    let (network, notes) = network((file, text), name, read.layers, read.notes)?;
    Ok((
        covering(network, read.left_out, read.without_products),
        notes,
    ))
}
