//! An append-only file of checked lines.
//!
//! ```text
//! line = {...,"crc":"xxxxxxxx"}      CRC-32 of the line's bytes before `,"crc"`
//! read = the longest run of whole lines from the start
//! ```
//!
//! Each line is a JSON object, so that other tools read the file too. A process that dies leaves a
//! prefix of what it wrote; a machine that dies may leave anything behind what was last synced. In
//! both cases no whole line follows the first that is not whole, and the rest is dropped. A whole
//! line behind a broken one is no such case: then the file was damaged, which is an error.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bounded::read_at_most;
use crate::whole::{sync_folder, write};

/// Lines are handed to the system at once, which a killed process cannot take back, and to the disk
/// no more often than this. So a power cut loses what took no longer than this to find.
const BETWEEN_SYNCS: Duration = Duration::from_millis(200);

/// The reason why a log cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The log cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Read {
        /// The path of the log.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
    /// The log cannot be written.
    #[error("cannot write {}: {cause}", path.display())]
    Write {
        /// The path of the log.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
    /// Whole lines follow one that is not.
    #[error(
        "{}:{line}: the line is damaged, and whole lines follow; expected a record as this tool writes it",
        path.display()
    )]
    Damaged {
        /// The path of the log.
        path: PathBuf,
        /// The number of the damaged line, from 1.
        line: usize,
    },
}

/// A log that is open for further lines.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: File,
    synced: Instant,
}

impl Log {
    /// Opens a log and reads the lines that it holds, or makes an empty one. A torn end, which a crash leaves,
    /// is cut off the file.
    ///
    /// # Errors
    /// [`LogError::Damaged`], if whole lines follow one that is not, and the system's errors.
    pub fn resume(path: &Path) -> Result<(Self, Vec<Value>), LogError> {
        let io = |cause| unwritten(path, cause);
        let mut options = File::options();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(io)?;
        sync_folder(path).map_err(io)?;
        let (lines, whole) = whole_lines(path)?;
        file.set_len(whole).map_err(io)?;
        file.seek(SeekFrom::End(0)).map_err(io)?;
        Ok((Self::at(path, file), lines))
    }

    /// Makes a log that begins with some lines, in place of any file that is there.
    ///
    /// # Errors
    /// [`LogError::Write`].
    pub fn create(path: &Path, lines: &[Value]) -> Result<Self, LogError> {
        let io = |cause| unwritten(path, cause);
        write(path, text(lines).as_bytes()).map_err(io)?;
        let file = File::options().append(true).open(path).map_err(io)?;
        Ok(Self::at(path, file))
    }

    /// Sorts all lines but the first by a key, in one step: threads that run side by side append lines in any
    /// order. Lines of equal keys keep their order.
    ///
    /// # Errors
    /// [`LogError`], if the log cannot be read or written.
    pub fn sort_by_key<K: Ord>(self, key: impl FnMut(&Value) -> K) -> Result<Self, LogError> {
        let found = read(&self.path)?;
        let mut sorted = found.clone();
        if let Some((_, lines)) = sorted.split_first_mut() {
            lines.sort_by_cached_key(key);
        }
        if sorted == found {
            return Ok(self);
        }
        Self::create(&self.path, &sorted)
    }

    fn at(path: &Path, file: File) -> Self {
        Self {
            path: path.to_owned(),
            file,
            synced: Instant::now(),
        }
    }

    /// Appends lines, which must be JSON objects without a member `crc`. A process that is killed then loses
    /// none of them; a power cut may lose the last ones, unless [`Log::sync`] was called.
    ///
    /// # Errors
    /// [`LogError::Write`].
    pub fn append(&mut self, lines: &[Value]) -> Result<(), LogError> {
        self.file
            .write_all(text(lines).as_bytes())
            .map_err(|e| unwritten(&self.path, e))?;
        if self.synced.elapsed() < BETWEEN_SYNCS {
            return Ok(());
        }
        self.sync()
    }

    /// Waits until all lines are on the disk, where a power cut leaves them.
    ///
    /// # Errors
    /// [`LogError::Write`].
    pub fn sync(&mut self) -> Result<(), LogError> {
        self.file
            .sync_data()
            .map_err(|e| unwritten(&self.path, e))?;
        self.synced = Instant::now();
        Ok(())
    }
}

/// Reads the whole lines of a log, without their checksums. A torn end is left out, but stays in the file.
///
/// # Errors
/// [`LogError::Damaged`], if whole lines follow one that is not, and [`LogError::Read`].
pub fn read(path: &Path) -> Result<Vec<Value>, LogError> {
    Ok(whole_lines(path)?.0)
}

/// A log of more bytes is not read.
const MOST: u64 = 16 << 30;

/// The whole lines, and the bytes that they take.
fn whole_lines(path: &Path) -> Result<(Vec<Value>, u64), LogError> {
    let bytes = read_at_most(path, MOST).map_err(|e| unread(path, e))?;
    let mut lines = Vec::new();
    let (mut whole, mut torn) = (0, None);
    for (at, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        match (parse(line), torn) {
            (Some(value), None) => {
                lines.push(value);
                whole += line.len() as u64;
            }
            (Some(_), Some(line)) => {
                let path = path.to_owned();
                return Err(LogError::Damaged { path, line });
            }
            (None, None) => torn = Some(at + 1),
            (None, Some(_)) => {}
        }
    }
    Ok((lines, whole))
}

/// `,"crc":"xxxxxxxx"}` and the end of the line.
const TAIL: usize = 8 + 8 + 2 + 1;

fn parse(line: &[u8]) -> Option<Value> {
    let (body, tail) = line.split_at_checked(line.len().checked_sub(TAIL)?)?;
    if tail != tail_of(body).as_bytes() {
        return None;
    }
    let text = [body, b"}"].concat();
    serde_json::from_slice(&text).ok()
}

fn tail_of(body: &[u8]) -> String {
    format!(",\"crc\":\"{:08x}\"}}\n", crc32fast::hash(body))
}

fn text(lines: &[Value]) -> String {
    let mut text = String::new();
    for line in lines {
        let line = line.to_string();
        let body = line.strip_suffix('}').filter(|body| body.len() > 1);
        let body = body
            .unwrap_or_else(|| panic!("a log holds JSON objects that are not empty; found {line}"));
        text.push_str(body);
        text.push_str(&tail_of(body.as_bytes()));
    }
    text
}

fn unread(path: &Path, cause: io::Error) -> LogError {
    let path = path.to_owned();
    LogError::Read { path, cause }
}

fn unwritten(path: &Path, cause: io::Error) -> LogError {
    let path = path.to_owned();
    LogError::Write { path, cause }
}
