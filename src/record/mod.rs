//! The folder of a run: what went in, what came out, and what was found on the way.
//!
//! ```text
//! run.json           command, options, version, seed, inputs and results with their SHA-256
//! inputs/            the files as they were read, presets and templates as the YAML that they stand for
//! result.json        as `--format json` prints it
//! result.csv         as `--format csv` prints it
//! accelerator.yaml   every field, with --set applied, where there is one accelerator
//! evaluations.jsonl  searches: each evaluation as soon as it is known (see `stationary::journal`)
//! costs.csv, certificate.json    assignments: what a proof is about, and the proof
//! ```
//!
//! `run.json` comes first, with `begun`, and last, with `done` and the results. Each file is there
//! whole or not at all, so a run that was killed is one that is begun; the same command goes on with
//! it.

mod inputs;
mod request;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::ArgMatches;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stationary::journal::Files;
use stationary_record::{Lock, digest, write};

use crate::Answer;
use crate::cli::Recording;

pub use inputs::Input;
pub use request::Request;

/// The name of the first and last file.
pub const MANIFEST: &str = "run.json";

/// The name of the journal.
const EVALUATIONS: &str = "evaluations.jsonl";

/// The name of the file with every field of the accelerator.
pub const ACCELERATOR: &str = "accelerator.yaml";

/// What `run.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    pub schema: String,
    pub version: String,
    pub command: Vec<String>,
    #[serde(flatten)]
    pub request: Request,
    pub inputs: Vec<Input>,
    pub status: Status,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<Artifact>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It runs, or was interrupted.
    Begun,
    /// All results are there.
    Done,
}

/// A file of the folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artifact {
    pub file: String,
    pub sha256: String,
}

/// Keeps a run, or nothing without `--run`.
pub struct Record {
    folder: Option<Folder>,
}

struct Folder {
    path: PathBuf,
    manifest: Manifest,
    _lock: Lock,
}

impl Record {
    /// Begins a folder, or goes on with it if it is of the same request.
    pub fn open(path: Option<&Path>, matches: &ArgMatches) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self { folder: None });
        };
        let request = Request::of(matches);
        let inputs = inputs::of(&request)?;
        let program = std::iter::once("stationary".to_owned());
        let arguments = std::env::args_os().skip(1);
        let manifest = Manifest {
            schema: "stationary/record/1".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: program
                .chain(arguments.map(|a| a.to_string_lossy().into_owned()))
                .collect(),
            request,
            inputs: inputs.iter().map(|(input, _)| input.clone()).collect(),
            status: Status::Begun,
            answer: None,
            results: Vec::new(),
        };
        let cannot = || format!("--run: cannot write {}", path.display());
        std::fs::create_dir_all(path).with_context(cannot)?;
        let Some(lock) = Lock::take(&path.join(".lock")).with_context(cannot)? else {
            bail!("--run {}: another process is at work in it", path.display());
        };
        match read(path)? {
            Some(old) => same(path, &old, &manifest)?,
            None => empty(path)?,
        }
        let folder = Folder {
            path: path.to_owned(),
            manifest,
            _lock: lock,
        };
        // First: whatever else is there belongs to the run that it tells of.
        folder.save()?;
        let copies = path.join("inputs");
        if copies.exists() {
            std::fs::remove_dir_all(&copies).with_context(cannot)?;
        }
        std::fs::create_dir_all(copies).with_context(cannot)?;
        for (input, bytes) in &inputs {
            write(&path.join(&input.kept.file), bytes).with_context(cannot)?;
        }
        let folder = Some(folder);
        Ok(Self { folder })
    }

    /// Whether anything is kept.
    pub fn is_kept(&self) -> bool {
        self.folder.is_some()
    }

    /// Keeps one of the results.
    pub fn keep(&mut self, name: &str, text: impl FnOnce() -> Result<String>) -> Result<()> {
        let Some(folder) = &mut self.folder else {
            return Ok(());
        };
        let mut text = text()?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let path = folder.path.join(name);
        write(&path, text.as_bytes())
            .with_context(|| format!("--run: cannot write {}", path.display()))?;
        let kept = Artifact {
            file: name.to_owned(),
            sha256: digest(text.as_bytes()),
        };
        folder.manifest.results.retain(|k| k.file != name);
        folder.manifest.results.push(kept);
        Ok(())
    }

    /// Keeps what every verb has: its answer for programs, both ways.
    pub fn results(
        &mut self,
        json: impl FnOnce() -> Value,
        csv: impl FnOnce() -> Result<String>,
    ) -> Result<()> {
        self.keep("result.json", || Ok(serde_json::to_string_pretty(&json())?))?;
        self.keep("result.csv", csv)
    }

    /// The journal of the folder, or those that `--record` and `--resume` name.
    pub fn journal(&self, recording: &Recording) -> Files {
        let kept = self.folder.as_ref();
        let kept = kept.map(|folder| folder.path.join(EVALUATIONS));
        Files {
            to: recording.record.clone().or_else(|| kept.clone()),
            from: recording
                .resume
                .clone()
                .or(kept.filter(|path| path.exists())),
        }
    }

    /// Says that all results are there. Of a run that was interrupted they are not: it stays one that is
    /// begun, with the results of what was found.
    pub fn close(mut self, answer: Answer) -> Result<()> {
        let Some(folder) = &mut self.folder else {
            return Ok(());
        };
        for input in &folder.manifest.inputs {
            input.check()?;
        }
        if answer == Answer::Interrupted {
            return Ok(());
        }
        folder.manifest.status = Status::Done;
        folder.manifest.answer = Some(answer);
        folder.save()
    }
}

impl Folder {
    fn save(&self) -> Result<()> {
        let path = self.path.join(MANIFEST);
        let text = serde_json::to_string_pretty(&self.manifest)? + "\n";
        write(&path, text.as_bytes())
            .with_context(|| format!("--run: cannot write {}", path.display()))
    }
}

/// What a folder says of its run; nothing if it has not begun.
pub fn read(folder: &Path) -> Result<Option<Manifest>> {
    let path = folder.join(MANIFEST);
    if !path.exists() {
        return Ok(None);
    }
    let text = crate::inputs::read(&path)?;
    let manifest = serde_json::from_str(&text);
    let manifest = manifest.with_context(|| {
        format!(
            "{}: expected the manifest of a run of this version",
            path.display()
        )
    })?;
    Ok(Some(manifest))
}

/// Whether a folder's run is of the same request. One that found nothing yet is as good as none.
fn same(path: &Path, old: &Manifest, new: &Manifest) -> Result<()> {
    let found_nothing = old.status == Status::Begun && !path.join(EVALUATIONS).exists();
    if found_nothing {
        return Ok(());
    }
    let mut differences = old.request.differences(&new.request);
    if old.version != new.version {
        differences.push(format!(
            "version {} there, {} here",
            old.version, new.version
        ));
    }
    for (there, here) in old.inputs.iter().zip(&new.inputs) {
        if there.name == here.name && there.kept.sha256 != here.kept.sha256 {
            differences.push(format!("{} has changed since", here.name));
        }
    }
    if differences.is_empty() {
        return Ok(());
    }
    bail!(
        "--run {}: it holds the run of another request ({}); give another folder, or delete this one",
        path.display(),
        differences.join("; ")
    )
}

/// Whether a folder without a manifest is ours to fill.
fn empty(path: &Path) -> Result<()> {
    let ours = [".lock", "run.json.part"];
    for entry in std::fs::read_dir(path).with_context(|| format!("--run {}", path.display()))? {
        let name = entry?.file_name();
        if !ours.iter().any(|ours| name == **ours) {
            bail!(
                "--run {}: found {}; needed a new or empty folder, or one of an earlier run",
                path.display(),
                name.display()
            );
        }
    }
    Ok(())
}
