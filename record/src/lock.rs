//! One process at a time.

use std::fs::File;
use std::io;
use std::path::Path;

use fs4::TryLockError;

/// A lock between processes, held until it is dropped or the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock that a file stands for; the file is made if it is not there. None if another process
    /// holds the lock.
    ///
    /// # Errors
    /// The system's errors.
    pub fn take(path: &Path) -> io::Result<Option<Self>> {
        let file = File::options().create(true).append(true).open(path)?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}
