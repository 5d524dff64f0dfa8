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
mod invocation;

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stationary_record::{Lock, digest};

use crate::documents::Document;
use crate::error::Error;
use crate::files;
use crate::journal::Files;

pub use inputs::Input;
pub use invocation::Invocation;

/// The name of the first and last file.
pub const MANIFEST: &str = "run.json";

/// The name of the journal.
const EVALUATIONS: &str = "evaluations.jsonl";

/// The name of the file with every field of the accelerator.
pub const ACCELERATOR: &str = "accelerator.yaml";

/// The content of `run.json`: the command, its inputs and its results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// The name of the schema: `stationary/record/1`.
    pub schema: String,
    /// The version of stationary that ran.
    pub version: String,
    /// The command line, word by word.
    pub command: Vec<String>,
    /// The verb and the options that decide the results.
    #[serde(flatten)]
    pub request: Invocation,
    /// The files and presets that were read.
    pub inputs: Vec<Input>,
    /// How far it is.
    pub status: Status,
    /// The answer; left out as long as the run is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// The files of results.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub results: Vec<Artifact>,
}

impl Document for Manifest {
    const NAME: &'static str = "stationary/record/1";
    const TITLE: &'static str = "Run in a folder by stationary";
}

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The question was answered.
    Yes,
    /// A check failed, or there is no feasible design.
    No,
    /// The run was interrupted; its results are what was found until then.
    Interrupted,
}

/// Whether a run is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The run is under way, or was interrupted.
    Begun,
    /// All results are there.
    Done,
}

/// A file in the folder of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Artifact {
    /// Its path in the folder.
    pub file: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// Keeps a run in a folder, or nothing.
///
/// ```
/// use stationary::record::{Answer, Record, Invocation, read};
///
/// let folder = std::env::temp_dir().join(format!("stationary-{}", std::process::id()));
/// let arch = ("arch".to_owned(), vec!["eyeriss".to_owned()]);
/// let request = Invocation { verb: "estimate".to_owned(), options: [arch].into() };
/// let mut record = Record::open(Some(&folder), vec!["a program".to_owned()], request)?;
/// record.keep("result.csv", || "cycles\n17\n".to_owned())?;
/// record.close(Answer::Yes)?;
/// let kept = read(&folder)?.expect("a run");
/// assert_eq!(kept.inputs[0].name, "eyeriss");
/// assert_eq!(kept.answer, Some(Answer::Yes));
/// # std::fs::remove_dir_all(folder).ok();
/// # Ok::<(), stationary::Error>(())
/// ```
pub struct Record {
    folder: Option<Folder>,
}

struct Folder {
    path: PathBuf,
    manifest: Manifest,
    _lock: Lock,
}

impl Record {
    /// Begins a folder, or goes on with it if it is of the same request. `command` is what the run is called by.
    ///
    /// # Errors
    /// Inputs that cannot be read; a folder that cannot be written, that another process is at work in, or that
    /// holds something else.
    pub fn open(
        path: Option<&Path>,
        command: Vec<String>,
        request: Invocation,
    ) -> Result<Self, Error> {
        let Some(path) = path else {
            return Ok(Self { folder: None });
        };
        let inputs = inputs::of(&request)?;
        let manifest = Manifest {
            schema: Manifest::NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command,
            request,
            inputs: inputs.iter().map(|(input, _)| input.clone()).collect(),
            status: Status::Begun,
            answer: None,
            results: Vec::new(),
        };
        let cannot = |source| Error::Write {
            path: path.to_owned(),
            source,
        };
        std::fs::create_dir_all(path).map_err(cannot)?;
        let Some(lock) = Lock::take(&path.join(".lock")).map_err(cannot)? else {
            return Err(refused(path, "another process is at work in it"));
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
            std::fs::remove_dir_all(&copies).map_err(cannot)?;
        }
        std::fs::create_dir_all(copies).map_err(cannot)?;
        for (input, bytes) in &inputs {
            files::write(&path.join(&input.kept.file), bytes)?;
        }
        let folder = Some(folder);
        Ok(Self { folder })
    }

    /// Whether anything is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.folder.is_some()
    }

    /// Keeps one of the results.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&mut self, name: &str, text: impl FnOnce() -> String) -> Result<(), Error> {
        let Some(folder) = &mut self.folder else {
            return Ok(());
        };
        let mut text = text();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        files::write(&folder.path.join(name), &text)?;
        let kept = Artifact {
            file: name.to_owned(),
            sha256: digest(text.as_bytes()),
        };
        folder.manifest.results.retain(|k| k.file != name);
        folder.manifest.results.push(kept);
        Ok(())
    }

    /// Keeps what every run has: its answer for programs, both ways.
    ///
    /// # Errors
    /// As [`Record::keep`].
    pub fn results(
        &mut self,
        json: impl FnOnce() -> Value,
        csv: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        self.keep("result.json", || format!("{:#}", json()))?;
        self.keep("result.csv", csv)
    }

    /// The journal of the folder, but for what is given elsewhere.
    #[must_use]
    pub fn journal(&self, given: Files) -> Files {
        let kept = self.folder.as_ref();
        let kept = kept.map(|folder| folder.path.join(EVALUATIONS));
        Files {
            to: given.to.or_else(|| kept.clone()),
            from: given.from.or(kept.filter(|path| path.exists())),
        }
    }

    /// Says that all results are there. Of a run that was interrupted they are not: it stays one that is
    /// begun, with the results of what was found.
    ///
    /// # Errors
    /// An input that is another than it was; a folder that cannot be written.
    pub fn close(mut self, answer: Answer) -> Result<(), Error> {
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
    fn save(&self) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(&self.manifest).expect("it has text for keys");
        files::write(&self.path.join(MANIFEST), &(text + "\n"))
    }
}

/// Reads the manifest of a folder; None if no run has begun there.
///
/// # Errors
/// A manifest that cannot be read, or that is of another version.
pub fn read(folder: &Path) -> Result<Option<Manifest>, Error> {
    let path = folder.join(MANIFEST);
    if !path.exists() {
        return Ok(None);
    }
    let manifest = serde_json::from_str(&files::read(&path)?).map_err(|error| {
        let found = format!("expected the manifest of a run of this version: {error}");
        Error::kind(&path, found)
    })?;
    Ok(Some(manifest))
}

/// Checks that a result in a folder is the one that its run kept; a file that no run kept is as it is.
///
/// # Errors
/// A manifest that cannot be read; a file that cannot be read, or whose content has another digest.
pub fn check(folder: &Path, file: &str) -> Result<(), Error> {
    let Some(manifest) = read(folder)? else {
        return Ok(());
    };
    let Some(kept) = manifest.results.iter().find(|kept| kept.file == file) else {
        return Ok(());
    };
    let path = folder.join(file);
    let content = files::read(&path)?;
    match digest(content.as_bytes()) == kept.sha256 {
        true => Ok(()),
        false => {
            let found = "it was changed since the run; the same command again writes it anew";
            Err(Error::kind(&path, found))
        }
    }
}

/// Whether a folder's run is of the same request. One that found nothing yet is as good as none.
fn same(path: &Path, old: &Manifest, new: &Manifest) -> Result<(), Error> {
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
    let found = differences.join("; ");
    let needed = format!(
        "it holds the run of another request ({found}); give another folder, or delete this one"
    );
    Err(refused(path, needed))
}

/// Whether a folder without a manifest is ours to fill.
fn empty(path: &Path) -> Result<(), Error> {
    let ours = [".lock", "run.json.part"];
    let unread = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(path).map_err(unread)? {
        let name = entry.map_err(unread)?.file_name();
        if !ours.iter().any(|ours| name == **ours) {
            let needed = format!(
                "found {}; needed a new or empty folder, or one of an earlier run",
                name.display()
            );
            return Err(refused(path, needed));
        }
    }
    Ok(())
}

fn refused(path: &Path, needed: impl Into<String>) -> Error {
    Error::option("run", &path.to_string_lossy(), needed)
}
