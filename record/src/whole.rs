//! Files that are there whole or not at all.
//!
//! ```text
//! write beside it; sync; rename into its place; sync the folder
//! ```

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Writes a file so that at every moment, a power cut included, its path has the old content or the new, never
/// a part. A crash may leave `PATH.part` behind; a write that fails, as on a full disk, does not.
///
/// # Errors
/// The system's errors; the path then has its old content.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = durable(part, bytes).and_then(|()| std::fs::rename(part, path));
    if written.is_err() {
        // It may never have been there.
        let _ = std::fs::remove_file(part);
    }
    written?;
    sync_folder(path)
}

fn durable(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the name of a file durable, as far as the system can.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Windows has no such call and renames durably by itself.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
