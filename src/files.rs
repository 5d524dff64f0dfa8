//! Files as they are read and written, of any format.

use std::path::Path;

use crate::error::Error;
use crate::template;
use stationary_record::read_at_most;

/// Bytes of the largest file that is read whole.
const MOST: u64 = 1 << 30;

/// Bytes of the largest ONNX model: no message of Protocol Buffers has more.
const MOST_OF_A_MODEL: u64 = 1 << 31;

/// Reads a file that is not packed.
///
/// # Errors
/// A folder, a packed file, a pointer of Git LFS, a web page, or more than a GiB (2 of an ONNX model).
pub fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    if path.is_dir() {
        let needed = "a folder; needed the name of a preset or of a file";
        return Err(Error::kind(path, needed));
    }
    let most = match path.extension().is_some_and(|end| end == "onnx") {
        true => MOST_OF_A_MODEL,
        false => MOST,
    };
    let bytes = whole(path, most)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let found = format!(
            "packed by gzip, and only traces are read so: unpack it first (gunzip {})",
            path.display()
        );
        return Err(Error::kind(path, found));
    }
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        let found = "a pointer of Git LFS and not the file itself, which git lfs pull fetches";
        return Err(Error::kind(path, found));
    }
    let beginning = bytes[..bytes.len().min(64)]
        .trim_ascii_start()
        .to_ascii_lowercase();
    if [&b"<!doctype html"[..], b"<html"]
        .iter()
        .any(|tag| beginning.starts_with(tag))
    {
        let found = "a web page, perhaps one that shows the file: download the file itself";
        return Err(Error::kind(path, found));
    }
    Ok(bytes)
}

fn whole(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    read_at_most(path, most).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

/// Reads a file as text.
///
/// # Errors
/// As [`bytes`]; text that is not UTF-8, with the line.
pub fn read(path: &Path) -> Result<String, Error> {
    let bytes = bytes(path)?;
    stationary_document::text(&path.to_string_lossy(), bytes)
        .map_err(|diagnostic| Error::content("", vec![diagnostic.clone()], diagnostic))
}

/// Reads a file as text that may be a Jinja template, and the name that says what it is when it is
/// expanded.
///
/// # Errors
/// As [`read`]; a template that cannot be expanded, with the line.
pub fn read_expanded(name: &str) -> Result<(&str, String), Error> {
    let text = read(Path::new(name))?;
    let bare = expanded_name(name);
    if is_yaml(bare) {
        Ok((bare, template::expanded(Path::new(name), text)?))
    } else {
        Ok((bare, text))
    }
}

/// What a file holds that needs no other: its bytes, or what a template expands to.
///
/// # Errors
/// As [`read_expanded`].
pub fn read_alone(name: &str) -> Result<Vec<u8>, Error> {
    if is_yaml(expanded_name(name)) {
        return Ok(read_expanded(name)?.1.into_bytes());
    }
    whole(Path::new(name), MOST_OF_A_MODEL)
}

/// A file's name without the ending that says that it is a template.
pub fn expanded_name(name: &str) -> &str {
    let bare = name.strip_suffix(".jinja2").or(name.strip_suffix(".jinja"));
    bare.unwrap_or(name)
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A name that is meant as a path rather than as a preset.
///
/// ```
/// assert!(stationary::files::is_file("mine.yaml"));
/// assert!(!stationary::files::is_file("eyeriss"));
/// ```
pub fn is_file(name: &str) -> bool {
    let extensions = [
        ".yaml", ".yml", ".csv", ".cfg", ".m", ".onnx", ".ini", ".jinja2", ".jinja", ".gz",
    ];
    // The folder that one is in and the one above are no presets.
    name.contains('/') || matches!(name, "." | "..") || extensions.iter().any(|e| name.ends_with(e))
}

/// Writes a file whole: beside it first, then in its place. A device or a pipe is written to as it is.
///
/// # Errors
/// The system's; what could not be written whole is not there.
pub fn write(path: &Path, content: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Error> {
    // A link stays, and what it names is written.
    let real = path.canonicalize();
    let real = real.as_deref().unwrap_or(path);
    let is_other = real.metadata().is_ok_and(|data| !data.is_file());
    let written = match is_other {
        true => std::fs::write(real, content),
        false => stationary_record::write(real, content.as_ref()),
    };
    written.map_err(|source| Error::Write {
        path: path.to_owned(),
        source,
    })
}
