//! Layer tables of other tools: CSV files that their header tells apart.

mod confuciux;
mod scale_sim;
mod table;

use crate::error::NetworkError;
use crate::network::Network;

use table::Table;

/// Reads the CSV file of a known tool.
pub(crate) fn csv(file: &str, name: String, text: &str) -> Result<Network, NetworkError> {
    let table = Table::read(file, text)?;
    let columns = table.columns();
    let layers = if scale_sim::is_gemm(&columns) {
        scale_sim::products(&table)?
    } else if scale_sim::is_convolution(&columns) {
        scale_sim::convolutions(&table)?
    } else if confuciux::is_header(&columns) {
        confuciux::layers(&table)?
    } else {
        return Err(table.unknown_header(&[
            scale_sim::CONVOLUTION_HEADER,
            scale_sim::GEMM_HEADER,
            confuciux::HEADER,
        ]));
    };
    Network::of_file(file, name, layers)
}
