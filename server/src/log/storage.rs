//! The few operations the log asks of a disk, and the folder that does them for real.
//!
//! They stand behind a trait so that tests can stop the log at every single one of them.

use std::any::Any;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A flat folder of files.
pub trait Storage: Send + Sync {
    /// Keeps every other writer out until the returned value is dropped.
    ///
    /// # Errors
    /// `WouldBlock` if there is another writer.
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>>;
    /// The names of all files, in no particular order.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn list(&self) -> io::Result<Vec<String>>;
    /// Makes `name` a file of `bytes` real zeros, durable in content, replacing what was there.
    ///
    /// # Errors
    /// Whatever the disk says, above all that it is full.
    fn create_zeroed(&self, name: &str, bytes: u64) -> io::Result<()>;
    /// Opens a file that exists.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StoredFile>>;
    /// Renames a file, replacing `to` if there is one.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Removes a file; one that does not exist is no error.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// Makes creations, renames and removals durable.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn sync_directory(&self) -> io::Result<()>;
}

/// One open file.
pub trait StoredFile: Send + Sync {
    /// Its length in bytes.
    ///
    /// # Errors
    /// Whatever the disk says.
    fn bytes(&self) -> io::Result<u64>;
    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// `UnexpectedEof` behind the end, or whatever the disk says.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()>;
    /// Writes all of `bytes` at `offset`.
    ///
    /// # Errors
    /// Whatever the disk says; any part of the bytes may have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;
    /// Makes everything written durable.
    ///
    /// # Errors
    /// Whatever the disk says; nobody knows then what is durable.
    fn sync(&self) -> io::Result<()>;
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading only.
    Read,
    /// Reading and writing.
    Write,
}

/// A folder of the file system.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder that exists already and is not touched by opening it.
    #[must_use]
    pub fn existing(path: &Path) -> Self {
        Self { path: path.to_path_buf() }
    }

    /// Makes the folder, durably, if it is missing; the folder above it must exist.
    ///
    /// # Errors
    /// Whatever the disk says.
    pub fn create(path: &Path) -> io::Result<Self> {
        match fs::create_dir(path) {
            Ok(()) => {
                let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
                File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
            Err(error) => return Err(error),
        }
        Ok(Self::existing(path))
    }
}

/// Zeros are written in pieces of this size, so that preparing a segment takes little memory.
const ZEROS_BYTES: usize = 1024 * 1024;

impl Storage for Folder {
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>> {
        let path = self.path.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Box::new(file)),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            // A name that is no UTF-8 is none of ours.
            if let Ok(name) = entry?.file_name().into_string() {
                names.push(name);
            }
        }
        Ok(names)
    }

    fn create_zeroed(&self, name: &str, bytes: u64) -> io::Result<()> {
        let path = self.path.join(name);
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(path)?;
        let zeros = vec![0; ZEROS_BYTES];
        let mut left = bytes;
        while left > 0 {
            let piece = usize::try_from(left).unwrap_or(ZEROS_BYTES).min(ZEROS_BYTES);
            file.write_all(zeros.get(..piece).unwrap_or_default())?;
            left = left.saturating_sub(u64::try_from(piece).unwrap_or(left));
        }
        file.sync_all()
    }

    fn open(&self, name: &str, access: Access) -> io::Result<Arc<dyn StoredFile>> {
        let writing = access == Access::Write;
        let file = OpenOptions::new().read(true).write(writing).open(self.path.join(name))?;
        Ok(Arc::new(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn sync_directory(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }
}

impl StoredFile for File {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.read_exact_at(buffer, offset)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}
