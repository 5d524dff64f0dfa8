//! One of the two runs: a folder of `--run`, or a file of `--format json`.

use std::path::Path;

use serde_json::{Map, Value, json};
use stationary_document::from_yaml;

use super::Figures;
use crate::documents::{Document, FieldError, Run, typed};
use crate::error::Error;
use crate::files;
use crate::record::{self, ACCELERATOR, Status};

/// One of two runs, as documents; those that it does not have are null.
#[derive(Clone, Debug)]
pub struct Side {
    /// The name of its file or folder.
    pub name: String,
    /// The document of its result.
    pub result: Value,
    /// Its figures; None unless it is a run of estimate or simulate.
    pub run: Option<Figures>,
    /// The options of a folder's run by their names.
    pub options: Value,
    /// The SHA-256 of a folder's inputs by their options and names.
    pub files: Value,
    /// Every field of a folder's accelerator.
    pub accelerator: Value,
}

impl Side {
    /// A run from the document of its result; messages call it `name`.
    ///
    /// # Errors
    /// A document of a run that lacks figures.
    pub fn of(name: &str, result: Value) -> Result<Self, Error> {
        let schema = result["schema"].as_str().unwrap_or_default();
        if !crate::html::is_known(schema) {
            let found = format!("found the schema `{schema}`; needed a result of --format json");
            return Err(Error::kind(Path::new(name), found));
        }
        let run = figures(&result);
        let run = run.map_err(|error| Error::kind(Path::new(name), error.to_string()))?;
        Ok(Self {
            name: name.to_owned(),
            result,
            run,
            options: Value::Null,
            files: Value::Null,
            accelerator: Value::Null,
        })
    }

    /// Reads a run from a folder, or from a file with a document.
    ///
    /// # Errors
    /// A file that is no result, a folder that is none of a run or whose run is not done.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        if !path.is_dir() {
            return Self::of(&name, document(path)?);
        }
        let Some(manifest) = record::read(path)? else {
            let found = format!(
                "found no {}; needed a folder of --run, or a file of --format json",
                record::MANIFEST
            );
            return Err(Error::kind(path, found));
        };
        if manifest.status != Status::Done {
            let found = "the run is not done; the same command again goes on with it";
            return Err(Error::kind(path, found));
        }
        let options = manifest.request.options.iter().map(|(option, values)| {
            let shown = match values.as_slice() {
                [one] => json!(one),
                several => json!(several.join(" ")),
            };
            (option.clone(), shown)
        });
        let mut options: Map<String, Value> = options.collect();
        options.insert("verb".to_owned(), json!(manifest.request.verb));
        options.insert("version".to_owned(), json!(manifest.version));
        let mut files = Map::new();
        for input in &manifest.inputs {
            files.insert(
                format!("{} {}", input.option, input.name),
                json!(input.kept.sha256),
            );
        }
        let accelerator = path.join(ACCELERATOR);
        let accelerator = if accelerator.exists() {
            let text = files::read(&accelerator)?;
            let read = from_yaml(&accelerator.display().to_string(), &text);
            read.map_err(|errors| {
                Error::content(&text, errors, "not every field of an accelerator")
            })?
        } else {
            Value::Null
        };
        record::check(path, "result.json")?;
        Ok(Self {
            options: options.into(),
            files: files.into(),
            accelerator,
            ..Self::of(&name, document(&path.join("result.json"))?)?
        })
    }

    /// The name of the result's schema, which is its kind.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.result["schema"].as_str().unwrap_or("")
    }

    /// The names of the layers.
    #[must_use]
    pub fn layers(&self) -> Vec<String> {
        let layers = self.result["layers"].as_array();
        let name = |layer: &Value| layer["name"].as_str().map(str::to_owned);
        layers.into_iter().flatten().filter_map(name).collect()
    }
}

fn document(path: &Path) -> Result<Value, Error> {
    let document: Value = serde_json::from_str(&files::read(path)?).map_err(|error| {
        let found = format!("expected a result of --format json: {error}");
        Error::kind(path, found)
    })?;
    match document["schema"].as_str() {
        Some(_) => Ok(document),
        None => {
            let found = "found no `schema`; needed a result of --format json";
            Err(Error::kind(path, found))
        }
    }
}

/// The figures of a run of estimate or simulate; nothing of another result.
fn figures(document: &Value) -> Result<Option<Figures>, FieldError> {
    let is_run = document["schema"] == Run::NAME;
    is_run.then(|| typed(document)).transpose()
}
