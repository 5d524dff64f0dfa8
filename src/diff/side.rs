//! One of the two runs: a folder of `--run`, or a file of `--format json`.

use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use stationary::documents::{Document, Run};
use stationary_document::from_yaml;

use super::Figures;
use crate::inputs;
use crate::record::{self, ACCELERATOR, Status};

/// A run as documents; what it does not tell is null.
pub struct Side {
    pub name: String,
    pub result: Value,
    /// Its figures, if it is that of estimate or simulate.
    pub run: Option<Figures>,
    pub options: Value,
    pub files: Value,
    pub accelerator: Value,
}

impl Side {
    /// Reads a run.
    pub fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        if !path.is_dir() {
            let (result, run) = document(path)?;
            return Ok(Self {
                name,
                result,
                run,
                options: Value::Null,
                files: Value::Null,
                accelerator: Value::Null,
            });
        }
        let Some(manifest) = record::read(path)? else {
            bail!(
                "{name}: found no {}; needed a folder of --run, or a file of --format json",
                record::MANIFEST
            );
        };
        if manifest.status != Status::Done {
            bail!("{name}: the run is not done; the same command again goes on with it");
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
            let text = inputs::read(&accelerator)?;
            from_yaml(&accelerator.display().to_string(), &text).map_err(|errors| {
                anyhow!(
                    "{}",
                    errors
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                        .join("\n")
                )
            })?
        } else {
            Value::Null
        };
        let (result, run) = document(&path.join("result.json"))?;
        Ok(Self {
            name,
            result,
            run,
            options: options.into(),
            files: files.into(),
            accelerator,
        })
    }

    /// What kind of result it is.
    pub fn schema(&self) -> &str {
        self.result["schema"].as_str().unwrap_or("")
    }

    /// The names of the layers.
    pub fn layers(&self) -> Vec<String> {
        let layers = self.result["layers"].as_array();
        let name = |layer: &Value| layer["name"].as_str().map(str::to_owned);
        layers.into_iter().flatten().filter_map(name).collect()
    }
}

fn document(path: &Path) -> Result<(Value, Option<Figures>)> {
    let text = inputs::read(path)?;
    let shown = path.display();
    let document: Value = serde_json::from_str(&text)
        .with_context(|| format!("{shown}: expected a result of --format json"))?;
    if document["schema"].as_str().is_none() {
        bail!("{shown}: found no `schema`; needed a result of --format json");
    }
    let is_run = document["schema"] == Run::NAME;
    let figures = is_run.then(|| Figures::deserialize(&document));
    let figures = figures.transpose().with_context(|| format!("{shown}"))?;
    Ok((document, figures))
}
