//! What lines of CSV have in common: whose run they are of, and how they are put together.

/// The inputs that a line of CSV is about.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The accelerator's name.
    pub arch: String,
    /// The network's name.
    pub network: String,
    /// The number of images of a run.
    pub batch: u64,
    /// The overrides of fields of the accelerator, `PATH=VALUE` each, as given.
    pub settings: Vec<String>,
    /// Sentences on what energy and area rest on besides measurements.
    pub caveats: Vec<String>,
}

impl Origin {
    /// The columns that every line begins with.
    pub const COLUMNS: [&'static str; 4] = ["arch", "network", "batch", "settings"];

    fn fields(&self) -> [String; 4] {
        [
            self.arch.clone(),
            self.network.clone(),
            self.batch.to_string(),
            self.settings.join(";"),
        ]
    }
}

/// Writing to memory, with as many fields in each line.
const MEMORY: &str = "memory takes every line";

/// A table of CSV under construction; each line begins with the origin of its run.
pub struct Lines {
    origin: Origin,
    columns: usize,
    out: csv::Writer<Vec<u8>>,
}

impl Lines {
    /// A table with its header and no lines.
    pub fn new(origin: &Origin, header: &[String]) -> Self {
        let mut out = csv::Writer::from_writer(Vec::new());
        let first = Origin::COLUMNS.iter().map(|name| (*name).to_owned());
        out.write_record(first.chain(header.iter().cloned()))
            .expect(MEMORY);
        Self {
            origin: origin.clone(),
            columns: header.len(),
            out,
        }
    }

    /// Adds a line of another run.
    ///
    /// # Panics
    /// As [`Lines::add`].
    pub fn add_of(&mut self, origin: &Origin, fields: Vec<String>) {
        self.origin.clone_from(origin);
        self.add(fields);
    }

    /// Adds a line.
    ///
    /// # Panics
    /// Another number of fields than the header has.
    pub fn add(&mut self, fields: Vec<String>) {
        assert_eq!(fields.len(), self.columns, "a line has the header's fields");
        let record = self.origin.fields().into_iter().chain(fields);
        self.out.write_record(record).expect(MEMORY);
    }

    /// The text.
    pub fn text(self) -> String {
        let bytes = self.out.into_inner().expect(MEMORY);
        String::from_utf8(bytes).expect("fields are text")
    }
}

/// The mark of what was interrupted: a last column, `interrupted`, which says so in every line of a CSV of ours.
#[must_use]
pub fn marked(text: &str) -> String {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(text.as_bytes());
    let mut out = csv::Writer::from_writer(Vec::new());
    for (at, row) in reader.records().enumerate() {
        let mut row = row.expect("it was written here");
        row.push_field(if at == 0 { "interrupted" } else { "true" });
        out.write_record(&row).expect(MEMORY);
    }
    let bytes = out.into_inner().expect(MEMORY);
    String::from_utf8(bytes).expect("fields are text")
}

/// Names as a header.
pub fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Empty fields, for what a total does not have.
pub fn blanks(count: usize) -> Vec<String> {
    vec![String::new(); count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_csv_is_marked_in_every_line() {
        let found = marked("layer,cycles\n\"a, b\",1\nc,2\n");
        let expected = "layer,cycles,interrupted\n\"a, b\",1,true\nc,2,true\n";
        assert_eq!(found, expected);
    }
}
