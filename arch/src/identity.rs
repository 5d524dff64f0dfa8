//! What an accelerator is, apart from how its file says it.

use crate::accelerator::Accelerator;
use crate::declaration::{At, Node};

/// The form of the text; it changes when the same accelerator would be written otherwise.
const FORM: &str = "stationary accelerator 1";

impl Accelerator {
    /// A text that is the same for equal accelerators and differs for others: the form's name, then a line
    /// `path=value` for each field without its default value, sorted.
    ///
    /// A field that is added to the accelerator in a later version leaves the text as it was wherever it has
    /// its default. Certificates and records refer to a digest of the text. Of a DRAM standard it has the name
    /// if that is a preset, else the fields.
    ///
    /// ```
    /// use stationary_arch::Accelerator;
    ///
    /// let text = "{name: toy, dataflows: [ws], array: {rows: 4, cols: 8, lanes: 1}}";
    /// let toy = Accelerator::from_yaml("toy.yaml", text)?;
    /// let lines = "array.cols=8\narray.rows=4\ndataflows=[\"ws\"]\nname=toy\n";
    /// assert_eq!(toy.identity(), format!("stationary accelerator 1\n{lines}"));
    /// # Ok::<(), stationary_arch::ArchError>(())
    /// ```
    #[must_use]
    pub fn identity(&self) -> String {
        let mut lines = Vec::new();
        Self::differing(self, &self.defaults(), &At::ROOT, &mut lines);
        lines.sort_unstable();
        let mut text = format!("{FORM}\n");
        for line in lines {
            // A value of several lines is no other field.
            text.push_str(&line.replace('\\', "\\\\").replace('\n', "\\n"));
            text.push('\n');
        }
        text
    }
}
