//! Dataflows as files.
//!
//! ```yaml
//! name: mine                # required, none of a bundled one's
//! title: weight-stationary by rows # default the name
//! rows: [R, C]              # default none: dimensions that may be unrolled along the array's rows
//! cols: [K]                 # along its columns
//! beats: [N, P, Q]          # required: advance from beat to beat, outer to inner
//! local: [S, K]             # default none: looped over inside a PE
//! ```
//!
//! How words reach the PEs and how sums leave them is no part of it: that belongs to the networks of the
//! accelerator, which refuse what they cannot deliver.

use serde::{Deserialize, Serialize};
use stationary_document::{Diagnostic, Source, from_yaml, visible};
use stationary_workloads::Dim;

use super::{Dataflow, DataflowError};

/// A dataflow as its file has it. The short name and the beats are required; a list that is left out is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Dataflow")]
pub struct DataflowConfig {
    /// The short name, by which mappings refer to it; none of a bundled dataflow's.
    pub(crate) name: String,
    /// The name in full; the short one by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Dimensions that may be unrolled along the array's rows; none by default.
    #[serde(default)]
    rows: Vec<Dim>,
    /// Dimensions that may be unrolled along the array's columns; none by default.
    #[serde(default)]
    cols: Vec<Dim>,
    /// Dimensions that advance from beat to beat, outer to inner: such that one operand stays.
    beats: Vec<Dim>,
    /// Dimensions of which a PE works on several values within a beat; none by default.
    #[serde(default)]
    local: Vec<Dim>,
}

/// A dataflow that another file refers to: the name of a bundled one, or all fields of a user's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(
    untagged,
    expecting = "ws, os, rs, is, or {name: ..., rows: ..., cols: ..., beats: ..., local: ...}"
)]
pub enum Written {
    /// The short name of a bundled dataflow.
    Name(String),
    /// The fields of a user's own dataflow.
    Own(DataflowConfig),
}

impl From<Dataflow> for Written {
    fn from(dataflow: Dataflow) -> Self {
        match dataflow.is_bundled() {
            true => Self::Name(dataflow.name.into_owned()),
            false => Self::Own(DataflowConfig::of(&dataflow)),
        }
    }
}

impl TryFrom<Written> for Dataflow {
    type Error = DataflowError;

    fn try_from(written: Written) -> Result<Self, DataflowError> {
        match written {
            Written::Name(name) => match Self::find(&name) {
                Some(dataflow) => Ok(dataflow.clone()),
                None => Err(DataflowError::Unknown(name)),
            },
            Written::Own(own) => own.dataflow(),
        }
    }
}

/// The JSON Schema of a dataflow's file.
#[must_use]
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(DataflowConfig);
    schema.insert("title".to_owned(), "Dataflow of stationary".into());
    schema
}

impl DataflowConfig {
    pub(crate) fn of(dataflow: &Dataflow) -> Self {
        Self {
            name: dataflow.name.to_string(),
            title: Some(dataflow.title.to_string()).filter(|title| *title != dataflow.name),
            rows: dataflow.rows.to_vec(),
            cols: dataflow.cols.to_vec(),
            beats: dataflow.beats.to_vec(),
            local: dataflow.local.to_vec(),
        }
    }

    /// The dataflow, checked.
    pub(crate) fn dataflow(&self) -> Result<Dataflow, DataflowError> {
        let title = self.title.as_ref().unwrap_or(&self.name);
        let dataflow = Dataflow {
            name: visible(&self.name).into_owned().into(),
            title: visible(title).into_owned().into(),
            rows: self.rows.clone().into(),
            cols: self.cols.clone().into(),
            beats: self.beats.clone().into(),
            local: self.local.clone().into(),
        };
        dataflow.check().map(|()| dataflow)
    }
}

impl Dataflow {
    /// Reads a dataflow from the text of a file, whose name `file` is used in messages. The text of a bundled
    /// dataflow, as [`Dataflow::to_yaml`] writes it, reads back as that dataflow.
    ///
    /// ```
    /// use stationary_sim::Dataflow;
    ///
    /// let mine = "{name: mine, rows: [R, C], cols: [K], beats: [N, P, Q], local: [S]}";
    /// let mine = Dataflow::from_yaml("mine.yaml", mine)?;
    /// assert_eq!(Dataflow::from_yaml("again.yaml", &mine.to_yaml())?, mine);
    /// # Ok::<(), stationary_sim::DataflowFileError>(())
    /// ```
    ///
    /// # Errors
    /// A [`DataflowFileError`] with the places of all faults: the text is not YAML of this shape, or no machine
    /// can run the dataflow.
    pub fn from_yaml(file: &str, text: &str) -> Result<Self, DataflowFileError> {
        let config: DataflowConfig = from_yaml(file, text).map_err(DataflowFileError)?;
        config.dataflow().map_err(|error| {
            let place = Source::new(text).place(&error.path());
            DataflowFileError(vec![Diagnostic::new(file, place, error.to_string())])
        })
    }

    /// The dataflow as the text of a file, from which [`Dataflow::from_yaml`] reads it back.
    #[must_use]
    pub fn to_yaml(&self) -> String {
        let dims = |dims: &[Dim]| {
            let names: Vec<_> = dims.iter().map(|dim| dim.name()).collect();
            format!("[{}]", names.join(", "))
        };
        let text = |text: &str| serde_yaml::to_string(text).unwrap_or_default();
        let [name, title] = [&self.name, &self.title].map(|name| text(name).trim_end().to_owned());
        let lines = [
            ("rows", &self.rows, "may be unrolled along the array's rows"),
            ("cols", &self.cols, "along its columns"),
            (
                "beats",
                &self.beats,
                "advance from beat to beat, outer to inner",
            ),
            ("local", &self.local, "looped over inside a PE"),
        ];
        let lines = lines.map(|(field, of, what)| {
            let written = format!("{field}: {}", dims(of));
            format!("{written:<24} # {what}\n")
        });
        format!("name: {name}\ntitle: {title}\n{}", lines.concat())
    }
}

/// The error of a dataflow's file: one diagnostic for each fault; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct DataflowFileError(Vec<Diagnostic>);

impl DataflowFileError {
    /// The faults, each with its place in the file.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0
    }
}

fn lines(errors: &[Diagnostic]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error = Dataflow::from_yaml("mine.yaml", text).expect_err("the file is wrong");
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn what_no_machine_runs() {
        check(
            "name: mine\nbeats: [P, C]",
            "mine.yaml:2:8: beats: found [P, C], with which every operand moves; allowed: some of N, P, Q \
             (weights stay), of C, R, S (outputs stay), or K (inputs stay)",
        );
        check(
            "name: mine\nbeats: []",
            "mine.yaml:2:8: beats: found none; allowed: some of N, P, Q (weights stay), of C, R, S \
             (outputs stay), or K (inputs stay)",
        );
        check(
            "name: mine\nrows: [C, C]\nbeats: [K]",
            "mine.yaml:2:11: rows: found C twice; allowed: each dimension once",
        );
        check(
            "name: mine\ncols: [K]\nbeats: [K]",
            "mine.yaml:2:8: cols: found K, which advances with beats; allowed: dimensions that do not",
        );
        check(
            "name: ws\nbeats: [K]",
            "mine.yaml:1:7: name: found `ws`, a bundled dataflow that is another; allowed: a name of its own",
        );
        check("", "mine.yaml:1:1: missing field `name`; the file is empty");
        check(
            "\n\n",
            "mine.yaml:1:1: missing field `name`; the file is empty",
        );
        check(
            "# rows\n# cols\n",
            "mine.yaml:1:1: missing field `name`; the file holds comments alone",
        );
        check(
            "name: decoupled\nbeats: [K]",
            "mine.yaml:1:7: name: found `decoupled`, which is no dataflow's name but means something else; \
             allowed: a name of its own",
        );
        check(
            "name: all\nbeats: [K]",
            "mine.yaml:1:7: name: found `all`, which is no dataflow's name but means something else; allowed: \
             a name of its own",
        );
        check(
            "name: ' '\nbeats: [K]",
            "mine.yaml:1:7: name: found ` `; allowed: letters, digits, `-` and `_`",
        );
        check(
            "name: mine\nbeat: [K]",
            "mine.yaml:2:1: unknown field `beat`, expected one of `name`, `title`, `rows`, `cols`, `beats`, \
             `local`; did you mean `beats`?",
        );
        check(
            "name: mine\nrows:\n- R\n- R\nbeats: [K]",
            "mine.yaml:4:3: rows: found R twice; allowed: each dimension once",
        );
        check(
            "name: mine\nbeats: [K]\nrows: [R, Z]",
            "mine.yaml:3:11: rows[1]: unknown name `Z`, expected one of `N`, `G`, `K`, `C`, `P`, `Q`, `R`, `S`",
        );
        check(
            "name: mine\nbeats: K",
            "mine.yaml:2:8: beats: invalid type: string \"K\", expected a list",
        );
        check(
            "name: mine\nrows: [K]",
            "mine.yaml:1:1: missing field `beats`",
        );
    }

    #[test]
    fn bundled_ones_are_read_back() {
        for dataflow in Dataflow::ALL {
            let read = Dataflow::from_yaml("again.yaml", &dataflow.to_yaml());
            assert_eq!(read.as_ref(), Ok(dataflow));
        }
    }
}
