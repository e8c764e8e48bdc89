//! A small durable map for plugin authors: what `put` returned for survives `kill -9`.
//!
//! One file of lines, `checksum json`, appended and synced one change at a time; a removal is a
//! line without a value. The file is written anew (temporary file, sync, rename, sync of the
//! folder) when more than half of it is history, and whenever something has to leave no trace. An
//! unfinished last line is what an interrupted `put` leaves, and is cut; damage anywhere else is
//! reported with its line and never repaired. All entries are held in memory.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::ops::Bound;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// First line of every store file.
const HEADER: &str = "shouxin-store 1\n";

/// The longest line, in bytes: one entry with its key.
const LINE_BYTES_MAX: usize = 64 * 1024;

/// The most entries a store holds.
const ENTRIES_MAX: usize = 1_000_000;

/// History lines that are tolerated beside as many live ones.
const HISTORY_LINES_MIN: usize = 1_000;

/// Why a store cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The system refused.
    #[error("{action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it open.
    #[error(
        "{path} is in use by another process; two instances of a plugin must not share a folder"
    )]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// A line before the last one is not what was written.
    #[error("{path} is damaged in line {line}; restore it from a backup or move it away")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: u64,
    },
    /// One entry is too long.
    #[error("an entry of {bytes} bytes is longer than the {LINE_BYTES_MAX} a store takes")]
    TooLong {
        /// How long.
        bytes: usize,
    },
    /// The store holds as much as it may.
    #[error("the store holds {ENTRIES_MAX} entries, which is all it takes")]
    Full,
    /// A value has no JSON form.
    #[error("the entry cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

#[derive(Serialize, Deserialize)]
struct Line<K, V> {
    key: K,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<V>,
}

/// A durable map from text to `T`. One process at a time.
#[derive(Debug)]
pub struct Store<T> {
    path: PathBuf,
    /// Held open: the lock ends with the process, however it ends.
    _lock: File,
    /// `None` after a failed write, until [`Store::ready`] has settled what the file holds.
    file: Option<File>,
    /// Up to here the file is written and synced; `None` while it is unknown which file has the
    /// name.
    good_bytes: Option<u64>,
    entries: BTreeMap<String, T>,
    lines: usize,
}

impl<T: Serialize + DeserializeOwned> Store<T> {
    /// Opens `folder/name.store`, making folder and file if they are missing.
    ///
    /// # Errors
    /// The file is in use, damaged, or the system refuses.
    pub fn open(folder: &Path, name: &str) -> Result<Store<T>, StoreError> {
        make_folder(folder)?;
        let path = folder.join(format!("{name}.store"));
        let lock_path = folder.join(format!("{name}.lock"));
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(io_error("open", &lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => {
                return Err(StoreError::InUse { path: lock_path });
            }
            Err(std::fs::TryLockError::Error(error)) => {
                return Err(io_error("lock", &lock_path)(error));
            }
        }
        let mut store = Store {
            path,
            _lock: lock,
            file: None,
            good_bytes: None,
            entries: BTreeMap::new(),
            lines: 0,
        };
        store.load()?;
        Ok(store)
    }

    /// The entry with this key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key)
    }

    /// All entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The entries from this key on, in the order of their keys.
    pub fn iter_from(&self, key: &str) -> impl Iterator<Item = (&str, &T)> {
        let from = (Bound::Included(key), Bound::Unbounded);
        self.entries.range::<str, _>(from).map(|(key, value)| (key.as_str(), value))
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sets an entry. When this returns, the entry is on the disk; if it fails, the old one stands
    /// (a kill at that moment may still leave the new one).
    ///
    /// # Errors
    /// The entry is too long, the store full, or the system refuses.
    pub fn put(&mut self, key: &str, value: T) -> Result<(), StoreError> {
        if self.entries.len() >= ENTRIES_MAX && !self.entries.contains_key(key) {
            return Err(StoreError::Full);
        }
        let line = encode(key, Some(&value))?;
        self.append(&line)?;
        self.entries.insert(key.to_owned(), value);
        self.compact_if_due();
        Ok(())
    }

    /// Whether an entry can be kept at all, as far as its length goes.
    pub(crate) fn fits(&self, key: &str, value: &T) -> Result<(), StoreError> {
        encode(key, Some(value)).map(|_| ())
    }

    /// Removes an entry; its last value may stay in the file until the next rewriting. Use
    /// [`Store::erase`] for what must leave no trace.
    ///
    /// # Errors
    /// The system refuses; the entry stands.
    pub fn remove(&mut self, key: &str) -> Result<(), StoreError> {
        if !self.entries.contains_key(key) {
            return Ok(());
        }
        let line = encode::<T>(key, None)?;
        self.append(&line)?;
        self.entries.remove(key);
        self.compact_if_due();
        Ok(())
    }

    /// Removes every entry that `matches`, and its history, from memory and file. The file is
    /// written anew even if nothing matches now: an interrupted removal may have left history.
    ///
    /// # Errors
    /// The system refuses; everything stands and the call can be repeated.
    pub fn erase(&mut self, matches: impl Fn(&str, &T) -> bool) -> Result<(), StoreError> {
        self.ready()?;
        self.rewrite(|key, value| !matches(key, value))?;
        self.entries.retain(|key, value| !matches(key, value));
        Ok(())
    }

    /// A rewriting that fails takes nothing from the change that was just synced: the old file
    /// stands, and the next change tries again.
    fn compact_if_due(&mut self) {
        if self.lines > 2 * self.entries.len() + HISTORY_LINES_MIN {
            let _ = self.rewrite(|_, _| true);
        }
    }

    /// Settles what the file holds if an earlier write failed.
    fn ready(&mut self) -> Result<(), StoreError> {
        match (&self.file, self.good_bytes) {
            (Some(_), _) => Ok(()),
            (None, Some(bytes)) => self.open_at(bytes),
            (None, None) => self.load(),
        }
    }

    /// Cuts the file after its good bytes and opens it for appending.
    fn open_at(&mut self, bytes: u64) -> Result<(), StoreError> {
        let file = OpenOptions::new()
            .append(true)
            .open(&self.path)
            .map_err(io_error("open", &self.path))?;
        file.set_len(bytes)
            .and_then(|()| file.sync_data())
            .map_err(io_error("write", &self.path))?;
        self.file = Some(file);
        self.good_bytes = Some(bytes);
        Ok(())
    }

    fn append(&mut self, line: &[u8]) -> Result<(), StoreError> {
        self.ready()?;
        let (Some(file), Some(bytes)) = (self.file.as_mut(), self.good_bytes) else {
            return Err(io_error("open", &self.path)(io::ErrorKind::NotFound.into()));
        };
        let written = file.write_all(line).and_then(|()| file.sync_data());
        if let Err(error) = written {
            self.file = None;
            return Err(io_error("write", &self.path)(error));
        }
        self.good_bytes = Some(bytes + line.len() as u64);
        self.lines += 1;
        Ok(())
    }

    /// Reads everything, cuts an unfinished last line, and opens the file for appending.
    fn load(&mut self) -> Result<(), StoreError> {
        let temporary = self.path.with_extension("tmp");
        match std::fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error("remove", &temporary)(error));
            }
            _ => {}
        }
        self.entries.clear();
        self.lines = 0;
        let bytes = match File::open(&self.path) {
            Ok(file) => self.read(file)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(io_error("open", &self.path)(error)),
        };
        if bytes == 0 {
            // New, or cut off before its first line was complete.
            return self.rewrite(|_, _| true);
        }
        self.open_at(bytes)
    }

    /// Takes over the good lines and returns how many bytes they have.
    fn read(&mut self, file: File) -> Result<u64, StoreError> {
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        let mut bytes = 0;
        let mut number = 0;
        let mut bad = None;
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(io_error("read", &self.path))?;
            if read == 0 {
                return Ok(bytes);
            }
            if let Some(line) = bad {
                return Err(StoreError::Damaged { path: self.path.clone(), line });
            }
            number += 1;
            let good = if number == 1 {
                line == HEADER.as_bytes()
            } else {
                match decode::<T>(&line) {
                    Some(Line { key, value: Some(value) }) => {
                        self.entries.insert(key, value);
                        true
                    }
                    Some(Line { key, value: None }) => {
                        self.entries.remove(&key);
                        true
                    }
                    None => false,
                }
            };
            if good {
                bytes += read as u64;
                self.lines += usize::from(number > 1);
            } else if number == 1 && line.ends_with(b"\n") {
                return Err(StoreError::Damaged { path: self.path.clone(), line: 1 });
            } else {
                bad = Some(number);
            }
        }
    }

    /// Replaces the file by one with the entries that `keep` says; old file or new file, never a
    /// mixture.
    fn rewrite(&mut self, keep: impl Fn(&str, &T) -> bool) -> Result<(), StoreError> {
        let temporary = self.path.with_extension("tmp");
        let mut lines = 0;
        let mut bytes = HEADER.len() as u64;
        let mut write = || -> Result<File, StoreError> {
            let failed = io_error("write", &temporary);
            let file = File::create(&temporary).map_err(&failed)?;
            let mut writer = BufWriter::new(file);
            writer.write_all(HEADER.as_bytes()).map_err(&failed)?;
            for (key, value) in &self.entries {
                if keep(key, value) {
                    let line = encode(key, Some(value))?;
                    writer.write_all(&line).map_err(&failed)?;
                    lines += 1;
                    bytes += line.len() as u64;
                }
            }
            let file = writer.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().map_err(&failed)?;
            Ok(file)
        };
        let file = write()?;
        // From here to the end, which of the two files has the name is in doubt.
        self.file = None;
        self.good_bytes = None;
        std::fs::rename(&temporary, &self.path).map_err(io_error("rename", &self.path))?;
        sync_folder(self.path.parent().unwrap_or(Path::new(".")))?;
        self.lines = lines;
        self.good_bytes = Some(bytes);
        self.file = Some(file);
        Ok(())
    }
}

/// Makes a folder that is missing, and keeps its name through a power cut.
fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).map_err(io_error("create", folder))?;
    match folder.parent() {
        Some(above) if !above.as_os_str().is_empty() => sync_folder(above),
        _ => sync_folder(Path::new(".")),
    }
}

/// Keeps the names in a folder through a power cut.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(io_error("sync", folder))
}

fn io_error(action: &'static str, path: &Path) -> impl Fn(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::Io { action, path: path.clone(), source }
}

fn encode<T: Serialize>(key: &str, value: Option<&T>) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(&Line { key, value })?;
    let mut line = format!("{:08x} ", crc32c::crc32c(&json)).into_bytes();
    line.extend_from_slice(&json);
    line.push(b'\n');
    if line.len() > LINE_BYTES_MAX {
        return Err(StoreError::TooLong { bytes: line.len() });
    }
    Ok(line)
}

fn decode<T: DeserializeOwned>(line: &[u8]) -> Option<Line<String, T>> {
    let (checksum, json) = line.strip_suffix(b"\n")?.split_at_checked(9)?;
    let checksum = std::str::from_utf8(checksum).ok()?.strip_suffix(' ')?;
    if u32::from_str_radix(checksum, 16).ok()? != crc32c::crc32c(json) {
        return None;
    }
    serde_json::from_slice(json).ok()
}

#[cfg(test)]
mod tests;
