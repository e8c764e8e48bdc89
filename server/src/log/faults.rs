//! A disk in memory that fails at a chosen operation and then crashes in a chosen way.
//!
//! It tells what a program sees (`current`) from what survives (`durable`): writes survive only
//! after a sync, names only after a sync of the folder.

use std::any::Any;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use super::storage::{Access, Storage, StoredFile};

/// What becomes of everything that was not synced when the machine stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crash {
    /// None of it survives.
    Lost,
    /// All of it survives.
    Persisted,
    /// The first half of every write survives.
    Prefix,
    /// The second half of every write survives.
    Suffix,
    /// Every other piece of 16 bytes survives.
    Alternating,
    /// The machine goes on: the cache shows everything, but believes it clean after a failed sync.
    Cached,
}

pub(super) const CRASHES: [Crash; 6] = [
    Crash::Lost,
    Crash::Persisted,
    Crash::Prefix,
    Crash::Suffix,
    Crash::Alternating,
    Crash::Cached,
];

#[derive(Clone, Default)]
struct Content {
    durable: Vec<u8>,
    current: Vec<u8>,
    pending: Vec<(usize, Vec<u8>)>,
}

#[derive(Default)]
struct Disk {
    files: Vec<Content>,
    current: BTreeMap<String, usize>,
    durable: BTreeMap<String, usize>,
    /// Operations that change something, so far.
    trace: Vec<String>,
    fail_at: Option<usize>,
}

impl Disk {
    /// Counts one operation; an error from the chosen one onwards.
    fn operation(&mut self, what: String) -> io::Result<()> {
        self.trace.push(what);
        match self.fail_at {
            Some(fail_at) if self.trace.len() > fail_at => Err(io::Error::other("injected")),
            _ => Ok(()),
        }
    }

    fn failed_before(&self) -> bool {
        self.fail_at.is_some_and(|fail_at| self.trace.len() > fail_at)
    }
}

#[derive(Clone, Default)]
pub(super) struct FaultyStorage {
    disk: Arc<Mutex<Disk>>,
}

impl FaultyStorage {
    /// Lets the operation with this index, and all after it, fail.
    pub fn fail_at(&self, operation: usize) {
        self.disk.lock().unwrap().fail_at = Some(operation);
    }

    /// What was done so far.
    pub fn trace(&self) -> Vec<String> {
        self.disk.lock().unwrap().trace.clone()
    }

    /// The disk after the crash; the old one must not be used any more.
    pub fn crash(&self, how: Crash) -> Self {
        let disk = self.disk.lock().unwrap();
        let files = disk.files.iter().map(|content| survive(content, how)).collect();
        let current = if how == Crash::Lost { disk.durable.clone() } else { disk.current.clone() };
        let durable = if how == Crash::Cached { disk.durable.clone() } else { current.clone() };
        let disk = Disk { files, current, durable, trace: Vec::new(), fail_at: None };
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// The bytes of a file as a program sees them.
    pub fn bytes_of(&self, name: &str) -> Vec<u8> {
        let disk = self.disk.lock().unwrap();
        disk.files[disk.current[name]].current.clone()
    }

    /// Flips bits of one byte, on the disk and in the cache.
    pub fn flip(&self, name: &str, offset: usize, bits: u8) {
        let mut disk = self.disk.lock().unwrap();
        let file = disk.current[name];
        disk.files[file].current[offset] ^= bits;
        disk.files[file].durable[offset] ^= bits;
    }
}

fn survive(content: &Content, how: Crash) -> Content {
    if how == Crash::Cached {
        return Content { pending: Vec::new(), ..content.clone() };
    }
    let mut durable = content.durable.clone();
    for (offset, bytes) in &content.pending {
        for (index, byte) in bytes.iter().enumerate() {
            let survives = match how {
                Crash::Lost => false,
                Crash::Persisted | Crash::Cached => true,
                Crash::Prefix => index < bytes.len() / 2,
                Crash::Suffix => index >= bytes.len() / 2,
                Crash::Alternating => (index / 16) % 2 == 1,
            };
            if survives {
                durable[offset + index] = *byte;
            }
        }
    }
    Content { current: durable.clone(), durable, pending: Vec::new() }
}

impl Storage for FaultyStorage {
    fn lock(&self) -> io::Result<Box<dyn Any + Send + Sync>> {
        Ok(Box::new(()))
    }

    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.disk.lock().unwrap().current.keys().cloned().collect())
    }

    fn create_zeroed(&self, name: &str, bytes: u64) -> io::Result<()> {
        let mut disk = self.disk.lock().unwrap();
        if disk.failed_before() {
            return Err(io::Error::other("injected"));
        }
        let bytes = usize::try_from(bytes).unwrap();
        let result = disk.operation(format!("create {name}"));
        let len = if result.is_ok() { bytes } else { bytes / 2 };
        let zeros = vec![0; len];
        let file = disk.files.len();
        disk.files.push(Content { durable: zeros.clone(), current: zeros, pending: Vec::new() });
        disk.current.insert(name.to_owned(), file);
        result
    }

    fn open(&self, name: &str, _access: Access) -> io::Result<Arc<dyn StoredFile>> {
        let disk = self.disk.lock().unwrap();
        let file = *disk.current.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(Arc::new(FaultyFile { storage: self.clone(), file }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut disk = self.disk.lock().unwrap();
        if disk.failed_before() {
            return Err(io::Error::other("injected"));
        }
        let file = disk.current.remove(from).ok_or(io::ErrorKind::NotFound)?;
        disk.current.insert(to.to_owned(), file);
        disk.operation(format!("rename {to}"))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut disk = self.disk.lock().unwrap();
        disk.operation(format!("remove {name}"))?;
        disk.current.remove(name);
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        let mut disk = self.disk.lock().unwrap();
        disk.operation("sync folder".to_owned())?;
        disk.durable = disk.current.clone();
        Ok(())
    }
}

struct FaultyFile {
    storage: FaultyStorage,
    file: usize,
}

impl StoredFile for FaultyFile {
    fn bytes(&self) -> io::Result<u64> {
        Ok(self.storage.disk.lock().unwrap().files[self.file].current.len() as u64)
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        let disk = self.storage.disk.lock().unwrap();
        let bytes = disk.files[self.file].current.get(offset..offset + buffer.len());
        buffer.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let offset = usize::try_from(offset).unwrap();
        let mut disk = self.storage.disk.lock().unwrap();
        if disk.failed_before() {
            return Err(io::Error::other("injected"));
        }
        let content = &mut disk.files[self.file];
        content.current[offset..offset + bytes.len()].copy_from_slice(bytes);
        content.pending.push((offset, bytes.to_vec()));
        disk.operation("write".to_owned())
    }

    fn sync(&self) -> io::Result<()> {
        let mut disk = self.storage.disk.lock().unwrap();
        disk.operation("sync".to_owned())?;
        let content = &mut disk.files[self.file];
        let pending = std::mem::take(&mut content.pending);
        for (offset, bytes) in pending {
            content.durable[offset..offset + bytes.len()].copy_from_slice(&bytes);
        }
        Ok(())
    }
}
