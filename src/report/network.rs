//! How a network is understood: its layers' shapes, as they are simulated, without a machine.

use anyhow::Result;
use stationary::documents::{Dims, Document, Network, NetworkFigures, NetworkLayer};
use stationary::format::metric;
use stationary::scope::Scope;
use stationary::shape;
use stationary::workloads::{Layer, RightOperand};

use crate::cli::Format;
use crate::output;
use crate::report::table::{page, table};

/// The layers of a network that were picked, or all.
pub struct Shapes<'a> {
    pub name: &'a str,
    pub batch: u64,
    pub layers: &'a [Layer],
    pub scope: &'a Scope,
}

/// Figures of a layer, which add up: multiply-accumulates, and the elements of its operands.
type Figures = [u64; 4];

/// Their names for programs.
const FIGURES: [&str; 4] = ["macs", "input_words", "weight_words", "output_words"];

fn figures(layer: &Layer) -> Figures {
    [
        layer.macs(),
        layer.inputs(),
        layer.weights(),
        layer.outputs(),
    ]
}

fn named([macs, input_words, weight_words, output_words]: Figures) -> NetworkFigures {
    NetworkFigures {
        macs,
        input_words,
        weight_words,
        output_words,
    }
}

impl Shapes<'_> {
    /// In the format asked for.
    pub fn write(&self, format: Format) -> Result<String> {
        match format {
            Format::Table => Ok(self.table()),
            Format::Json => Ok(serde_json::to_string_pretty(&self.document())?),
            Format::Csv => self.csv(),
        }
    }

    fn total(&self) -> Figures {
        let add = |sum: Figures, layer: &Layer| {
            let next = figures(layer);
            std::array::from_fn(|at| sum[at].saturating_add(next[at]))
        };
        self.layers.iter().fold([0; 4], add)
    }

    fn table(&self) -> String {
        let images = if self.batch == 1 { "image" } else { "images" };
        let mut text = format!(
            "{}, {} {images}{}\n",
            self.name,
            self.batch,
            self.scope.title()
        );
        text.push_str(&page(&self.scope.text()));
        let header = [
            "layer",
            "shape",
            "MACs",
            "input words",
            "weight words",
            "output words",
        ];
        let optional = ["output words", "input words", "weight words"];
        let mut rows = table(&header, 2).optional(&optional);
        let shown = |figures: Figures| figures.map(|figure| metric(figure as f64));
        for layer in self.layers {
            let who = [layer.name().to_owned(), shape::text(layer)];
            rows.add_row(who.into_iter().chain(shown(figures(layer))));
        }
        let who = ["total".to_owned(), String::new()];
        rows.total(who.into_iter().chain(shown(self.total())));
        text + &rows.text(output::width())
    }

    fn document(&self) -> Network {
        let layer = |layer: &Layer| NetworkLayer {
            name: layer.name().to_owned(),
            shape: shape::text(layer),
            dims: Dims::from(layer),
            right: match layer.right_operand() {
                RightOperand::Parameters => "parameters",
                RightOperand::Activations => "activations",
            }
            .to_owned(),
            figures: named(figures(layer)),
        };
        Network {
            schema: Network::NAME.to_owned(),
            network: self.name.to_owned(),
            batch: self.batch,
            coverage: self.scope.document(),
            layers: self.layers.iter().map(layer).collect(),
            total: named(self.total()),
        }
    }

    fn csv(&self) -> Result<String> {
        let mut out = csv::Writer::from_writer(Vec::new());
        let names = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
        let numbers = |figures: Figures| figures.map(|figure| figure.to_string()).to_vec();
        let dims = shape::columns();
        let blanks = vec![String::new(); dims.len()];
        let header = [
            names(&["network", "batch", "layer"]),
            dims,
            names(&FIGURES),
            names(&Scope::COLUMNS),
        ];
        out.write_record(header.concat())?;
        let mut line = |layer: &str, dims: Vec<String>, figures: Figures| {
            let who = names(&[self.name, &self.batch.to_string(), layer]);
            let fields = [who, dims, numbers(figures), self.scope.fields().to_vec()];
            out.write_record(fields.concat())
        };
        for layer in self.layers {
            line(layer.name(), shape::fields(layer), figures(layer))?;
        }
        line("total", blanks, self.total())?;
        Ok(String::from_utf8(out.into_inner()?)?)
    }
}
