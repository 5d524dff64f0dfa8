//! One process at a time.

use std::fs::File;
use std::io;
use std::path::Path;

use fs4::TryLockError;

/// Held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock that a file stands for, which is made if it is not there; nothing if another
    /// process holds it.
    ///
    /// # Errors
    /// The system's.
    pub fn take(path: &Path) -> io::Result<Option<Self>> {
        let file = File::options().create(true).append(true).open(path)?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
