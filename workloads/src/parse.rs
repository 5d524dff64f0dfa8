//! The one entry for files: chooses the format by extension and header.

use std::path::Path;

use crate::config;
use crate::error::NetworkError;
use crate::import;
use crate::network::Network;

/// The network in a file's text. The extension chooses the format: `.yaml` and `.yml` hold
/// networks; `.csv` holds a SCALE-Sim topology (convolutions or matrix products) or a ConfuciuX
/// layer table, told apart by the header line.
///
/// A CSV file's network has the file's name without folder and extension.
///
/// # Errors
/// Whatever is wrong with the file, with the file, the place in it, what was found and what is
/// allowed.
pub fn parse(file_name: &str, text: &str) -> Result<Network, NetworkError> {
    // Spreadsheets put a byte order mark before the first letter.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let path = Path::new(file_name);
    let part =
        |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    match part(path.extension()).to_lowercase().as_str() {
        "yaml" | "yml" => config::parse(file_name, text),
        "csv" => import::csv(file_name, part(path.file_stem()), text),
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
