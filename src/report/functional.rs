//! The table of `simulate --functional`.

use stationary::format::thousands;
use stationary::functional::{CheckedLayer, FunctionalCheck};

use crate::report::table::table as new_table;

/// For people.
pub fn table(found: &FunctionalCheck) -> String {
    let header = ["layer", "each MAC once", "outputs", "differ", "cycles"];
    let mut rows = new_table(&header, 2);
    let row = |layer: &CheckedLayer| {
        [
            layer.layer.clone(),
            if layer.each_mac_once { "yes" } else { "NO" }.to_owned(),
            thousands(layer.outputs as u64),
            thousands(layer.wrong as u64),
            thousands(layer.cycles),
        ]
    };
    for layer in &found.layers {
        rows.add_row(row(layer));
    }
    rows.total(row(&found.total()));
    let verdict = match found.is_equal() {
        true => "every output value is as the layer's definition has it",
        false => "the machine's values are WRONG",
    };
    format!(
        "{} on {}: {} (values), the machine's outputs against the layer by its definition{}\n\
         {}{rows}\n{verdict}\n",
        found.target.network,
        found.target.accelerator().name,
        found.control.title(),
        found.target.scope().title(),
        found.target.scope().text(),
    )
}
