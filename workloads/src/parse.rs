//! The one entry for files: chooses the format by extension and header.

use std::path::Path;

use stationary_document::Diagnostic;

use crate::error::NetworkError;
use crate::import;
use crate::network::Network;

/// Reads the network in the text of a file. The extension of `file_name` chooses the format; no file is opened:
///
/// | extension | holds |
/// |---|---|
/// | `.yaml`, `.yml` | a network of ours, a Timeloop problem or a ZigZag workload, told apart by their first fields |
/// | `.csv` | a SCALE-Sim topology (convolutions or matrix products) or a ConfuciuX layer table, told apart by the header line |
/// | `.m` | a MAESTRO network |
///
/// Where the file gives no name, the network has the file's, without folder and extension.
///
/// # Errors
/// A [`NetworkError`] with the file, the place in it, what was found and what is allowed.
pub fn parse(file_name: &str, text: &str) -> Result<Network, NetworkError> {
    parse_with_notes(file_name, text).map(|(network, _)| network)
}

/// Reads a network as [`parse`] does, with notes on what the file says and the network does not have.
///
/// # Errors
/// As [`parse`].
pub fn parse_with_notes(
    file_name: &str,
    text: &str,
) -> Result<(Network, Vec<Diagnostic>), NetworkError> {
    // Spreadsheets put a byte order mark before the first letter.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let path = Path::new(file_name);
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let name = part(path.file_stem());
    match part(path.extension()).to_lowercase().as_str() {
        "yaml" | "yml" => import::yaml(file_name, name, text),
        "csv" => import::csv(file_name, name, text),
        "m" => import::maestro(file_name, name, text),
        "" => Err(NetworkError::Extension {
            file: file_name.to_owned(),
            found: "no extension".to_owned(),
        }),
        other => Err(NetworkError::Extension {
            file: file_name.to_owned(),
            found: format!("the extension .{other}"),
        }),
    }
}
