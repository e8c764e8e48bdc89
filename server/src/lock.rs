//! One process per data directory: an exclusive lock on the file `LOCK` in it.
//!
//! The kernel gives the lock up with the process, however that ends, so a left-over `LOCK` file
//! never has to be removed by hand. The number in it is for people: it names the holder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

/// Name of the lock file in a data directory.
const LOCK_FILE: &str = "LOCK";
/// Enough for any process number; nothing else belongs in the file.
const HOLDER_BYTES_MAX: u64 = 32;

/// Exclusive use of a data directory, until dropped.
#[derive(Debug)]
pub struct DataLock {
    /// Holds the lock: closing this descriptor releases it.
    _file: File,
}

/// Why a data directory could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process has it. Stop that one, or use another directory.
    #[error("{path} is held by process {holder}; one data directory serves one process")]
    Held {
        /// The lock file.
        path: PathBuf,
        /// Process number of the holder, or "unknown" in the moment before it is written.
        holder: String,
    },
    /// The lock file could not be used.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// The verb.
        doing: &'static str,
        /// The lock file or its directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl DataLock {
    /// Takes `dir`, creating it if need be, and writes this process's number into its lock file.
    ///
    /// # Errors
    /// [`LockError::Held`] at once if anybody else has it, this process included;
    /// [`LockError::Io`].
    pub fn acquire(dir: &Path) -> Result<Self, LockError> {
        fs::create_dir_all(dir).map_err(|source| LockError::io("create", dir, source))?;
        let path = dir.join(LOCK_FILE);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            // The holder's number must stay readable for those who come second.
            .truncate(false)
            .open(&path)
            .map_err(|source| LockError::io("open", &path, source))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::WOULDBLOCK) => {
                return Err(LockError::Held { holder: holder(&mut file), path });
            }
            Err(errno) => return Err(LockError::io("lock", &path, errno.into())),
        }
        write_holder(&mut file).map_err(|source| LockError::io("write", &path, source))?;
        Ok(Self { _file: file })
    }
}

impl LockError {
    fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }
}

fn write_holder(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(HOLDER_BYTES_MAX).read_to_string(&mut text);
    match text.trim() {
        pid if read.is_ok() && !pid.is_empty() => pid.to_owned(),
        _ => "unknown".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_holder_is_refused_with_the_number_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let first = DataLock::acquire(&data).unwrap();
        match DataLock::acquire(&data) {
            Err(LockError::Held { holder, .. }) => {
                assert_eq!(holder, std::process::id().to_string());
            }
            other => panic!("{other:?}"),
        }
        drop(first);
        DataLock::acquire(&data).unwrap();
    }

    #[test]
    fn a_longer_number_left_by_an_earlier_holder_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(LOCK_FILE), "99999999999999999999\n").unwrap();
        let _held = DataLock::acquire(dir.path()).unwrap();
        let text = fs::read_to_string(dir.path().join(LOCK_FILE)).unwrap();
        assert_eq!(text, format!("{}\n", std::process::id()));
    }
}
