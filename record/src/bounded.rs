//! Files read to a limit.
//!
//! A device or a pipe may have no end, and a pipe that nobody writes to has no beginning.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const MIB: u64 = 1 << 20;

/// Of what is no regular file no more is read than this.
const MOST_OF_A_STREAM: u64 = 256 * MIB;

/// How long a pipe is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads a file of at most `most` bytes.
///
/// # Errors
/// The system's errors, and one of kind `FileTooLarge` for a file that is longer or has no end.
pub fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let file = open(path)?;
    let is_regular = file.metadata()?.is_file();
    let most = match is_regular {
        true => most,
        false => most.min(MOST_OF_A_STREAM),
    };
    // Its size is only a guess at what will be read, and a wrong one costs memory.
    let size = file.metadata()?.len();
    if is_regular && size > most {
        return Err(too_long(most));
    }
    let mut bytes = Vec::with_capacity(if is_regular { size as usize } else { 0 });
    file.take(most + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > most {
        true => Err(too_long(most)),
        false => Ok(bytes),
    }
}

fn too_long(most: u64) -> io::Error {
    let message = format!("more than {} MiB, and no more is read", most / MIB);
    io::Error::new(io::ErrorKind::FileTooLarge, message)
}

/// Opens a file for reading. A pipe is waited for until a process writes to it, for a limited time.
///
/// # Errors
/// The system's errors, and one for a pipe without a writer that says how long it was waited for.
pub fn open(path: &Path) -> io::Result<File> {
    open_within(path, PATIENCE)
}

fn open_within(path: &Path, patience: Duration) -> io::Result<File> {
    if !is_pipe(path) {
        return File::open(path);
    }
    let (send, receive) = mpsc::channel();
    let owned = path.to_owned();
    // Without a writer it never ends; then it ends with the process.
    thread::spawn(move || send.send(File::open(owned)));
    receive.recv_timeout(patience).unwrap_or_else(|_| {
        let seconds = patience.as_secs_f64();
        let message = format!("a pipe that nobody wrote to within {seconds} s");
        Err(io::Error::new(io::ErrorKind::TimedOut, message))
    })
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata().is_ok_and(|data| data.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_: &Path) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("bounded-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for this test");
        folder
    }

    #[test]
    fn a_file_is_read_to_its_limit() {
        let folder = folder("limit");
        let path = folder.join("four");
        std::fs::write(&path, "four").expect("it can be written");
        assert_eq!(read_at_most(&path, 4).expect("no more than 4"), b"four");
        let error = read_at_most(&path, 3).expect_err("one byte too many");
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        let error = read_at_most(Path::new("/dev/zero"), MIB).expect_err("it has no end");
        assert!(error.to_string().contains("more than 1 MiB"), "{error}");
        std::fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn a_pipe_without_a_writer_is_left() {
        let folder = folder("pipe");
        let pipe = |name: &str| {
            let path = folder.join(name);
            let made = std::process::Command::new("mkfifo").arg(&path).status();
            assert!(made.expect("a system with pipes").success());
            path
        };
        let path = pipe("left");
        let error = open_within(&path, Duration::from_millis(50)).expect_err("nobody writes");
        assert!(error.to_string().contains("within 0.05 s"), "{error}");
        // Who was left waiting at the first would read what is written to it.
        let path = pipe("written");
        let writer = {
            let path = path.clone();
            thread::spawn(move || std::fs::write(path, "text"))
        };
        let mut text = String::new();
        let mut file = open_within(&path, Duration::from_secs(60)).expect("somebody writes");
        file.read_to_string(&mut text).expect("text");
        writer.join().expect("it ends").expect("it is read");
        assert_eq!(text, "text");
        std::fs::remove_dir_all(folder).expect("it is ours");
    }
}
