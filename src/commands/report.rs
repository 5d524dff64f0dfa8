//! `report`: a page from a run's JSON.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use stationary::{html, record};

use crate::Answer;
use crate::cli::Report;
use crate::inputs;

/// The document of a run folder.
const RESULT: &str = "result.json";

/// Writes the page.
pub fn report(args: &Report) -> Result<Answer> {
    let path = document(&args.run)?;
    let text = inputs::read(&path)?;
    let run =
        parse(&text).with_context(|| format!("{}: needed the JSON of a run", path.display()))?;
    let is_same = |path: &Path| path.canonicalize().ok();
    if is_same(&path).is_some_and(|from| is_same(&args.output) == Some(from)) {
        bail!(
            "--output {}: it is the run itself, which a page must not replace",
            args.output.display()
        );
    }
    let page = html::render(&run).with_context(|| path.display().to_string())?;
    inputs::write(&args.output, &page)?;
    Ok(Answer::Yes)
}

/// The document; of a journal its first line, which says what it is.
fn parse(text: &str) -> serde_json::Result<Value> {
    let whole = serde_json::from_str(text);
    if whole.is_ok() {
        return whole;
    }
    let first: serde_json::Result<Value> =
        serde_json::from_str(text.lines().next().unwrap_or_default());
    first
        .ok()
        .filter(|line| line.get("schema").is_some())
        .map_or(whole, Ok)
}

/// The file itself, or that of a run folder.
fn document(run: &Path) -> Result<PathBuf> {
    if !run.is_dir() {
        return Ok(run.to_owned());
    }
    let inside = run.join(RESULT);
    if !inside.is_file() {
        bail!("{}: the folder has no {RESULT}", run.display());
    }
    record::check(run, RESULT)?;
    Ok(inside)
}
