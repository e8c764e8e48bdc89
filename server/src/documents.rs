//! Documents: notices, proofs of service, evidence (design.md 3).
//!
//! A document is one file, `documents/<2 hex>/<sha256 of the plaintext>.<tag of the subject>`,
//! encrypted with the data key of the subject it concerns. Its address is the SHA-256 of what it
//! says, so the event that names the digest names these bytes and no others; the same bytes for
//! two subjects are two files, so that destroying one key takes one subject's copy alone. A file
//! comes to be under another name, is synced, renamed, and its folder is synced: only then is it
//! counted as stored, and only what is counted can be named by an event.

mod gate;
mod kind;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use shouxin_core::actor::SubjectKey;
use shouxin_core::text::Digest;
use zeroize::Zeroizing;

pub use gate::{Gate, Place};
pub use kind::Kind;

use crate::vault::{NONCE_BYTES, TAG_BYTES, Vault, VaultError};

/// Longest document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 20 << 20;

/// Where files are written before they have their name.
const INCOMING: &str = "incoming";
const MAGIC: &[u8; 16] = b"shouxin doc 1\r\n\0";
/// Magic, slot, kind, seven zeros, length of the plaintext, nonce.
const HEADER_BYTES: usize = 16 + 8 + 8 + 8 + NONCE_BYTES;
/// Characters of the subject's tag in a name: 128 bits.
const TAG_CHARS: usize = 32;

/// Documents that may be on their way in at once, and those of one key.
const UPLOADS_MAX: (usize, usize) = (4, 2);
/// The same on their way out.
const DOWNLOADS_MAX: (usize, usize) = (8, 2);

/// Why a document was refused or cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// There is nothing in it.
    #[error("the document is empty")]
    Empty,
    /// It is longer than the register takes.
    #[error("a document may have {DOCUMENT_BYTES_MAX} bytes, this one has {0}")]
    TooLarge(usize),
    /// Its bytes are of no kind that the register takes.
    #[error("the bytes are no PDF, PNG, JPEG, OFD or UTF-8 text")]
    Unknown,
    /// No such document is stored for this subject.
    #[error("no such document is stored for this subject")]
    Missing,
    /// The subject's key was destroyed: the content is gone, as it should be.
    #[error("the subject was erased, the document cannot be read any more")]
    Erased,
    /// The file is not the one that was stored.
    #[error("{path} is not what was stored there: {why}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What shows it.
        why: &'static str,
    },
    /// The key ring cannot be used.
    #[error(transparent)]
    Vault(VaultError),
    /// A file could not be used.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// The verb.
        doing: &'static str,
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl From<VaultError> for DocumentError {
    fn from(error: VaultError) -> DocumentError {
        match error {
            VaultError::Destroyed { .. } => DocumentError::Erased,
            other => DocumentError::Vault(other),
        }
    }
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> DocumentError + 'a {
    move |source| DocumentError::Io { doing, path: path.to_owned(), source }
}

/// Whose document it is: the key of the file and the slot of its data key.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// Key of the file.
    pub subject: SubjectKey,
    /// Slot of its data key.
    pub slot: u64,
}

/// What was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its address.
    pub sha256: Digest,
    /// Its length.
    pub bytes: usize,
    /// What it is.
    pub kind: Kind,
    /// Whether it was not there before.
    pub fresh: bool,
}

/// A document, decrypted. Wiped when dropped.
#[derive(Debug)]
pub struct Opened {
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub clear: Zeroizing<Vec<u8>>,
}

/// What stands before the encrypted bytes.
struct Header {
    slot: u64,
    kind: Kind,
    clear_bytes: usize,
    nonce: [u8; NONCE_BYTES],
}

/// The documents of one data folder.
pub struct Documents {
    dir: PathBuf,
    vault: Arc<Vault>,
    /// Places for uploads.
    pub uploads: Gate,
    /// Places for downloads.
    pub downloads: Gate,
    /// Names that may already be seen but are not known to be durable.
    unsynced: Mutex<BTreeSet<PathBuf>>,
    /// Numbers the files that have no name yet.
    next: AtomicU64,
}

impl Documents {
    /// Opens the documents in `dir`. What an upload left unfinished is removed; what a crash may
    /// have left under its name but not in a synced folder is synced now.
    ///
    /// # Errors
    /// [`DocumentError::Io`].
    pub fn open(dir: &Path, vault: Arc<Vault>) -> Result<Documents, DocumentError> {
        let incoming = dir.join(INCOMING);
        match fs::remove_dir_all(&incoming) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(failed("clear", &incoming)(error));
            }
            _ => {}
        }
        fs::create_dir_all(&incoming).map_err(failed("make", &incoming))?;
        for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
            sync_dir(&entry.map_err(failed("read", dir))?.path())?;
        }
        sync_dir(dir)?;
        Ok(Documents {
            dir: dir.to_owned(),
            vault,
            uploads: Gate::new(UPLOADS_MAX.0, UPLOADS_MAX.1),
            downloads: Gate::new(DOWNLOADS_MAX.0, DOWNLOADS_MAX.1),
            unsynced: Mutex::default(),
            next: AtomicU64::new(0),
        })
    }

    /// Stores a document of `owner`. When it returns, the document is durable. The same bytes
    /// again change nothing, unless what is stored under their name is damaged: then they heal it.
    ///
    /// # Errors
    /// `Empty`, `TooLarge`, `Unknown`, `Erased`, `Vault` and `Io` of [`DocumentError`].
    pub fn put(
        &self,
        owner: Owner,
        mut clear: Zeroizing<Vec<u8>>,
    ) -> Result<Stored, DocumentError> {
        let bytes = clear.len();
        match bytes {
            0 => return Err(DocumentError::Empty),
            1..=DOCUMENT_BYTES_MAX => {}
            _ => return Err(DocumentError::TooLarge(bytes)),
        }
        let kind = Kind::of_bytes(&clear).ok_or(DocumentError::Unknown)?;
        let sha256: Digest = Sha256::digest(&clear[..]).into();
        let stored = |fresh| Stored { sha256, bytes, kind, fresh };
        if self.has(owner, &sha256)? && self.get(owner, &sha256).is_ok() {
            return Ok(stored(false));
        }
        let path = self.path(owner.subject, &sha256);
        let about = about(owner.subject, &sha256, kind, bytes);
        let nonce = self.vault.seal_document(owner.slot, &about, &mut clear)?;
        let header = Header { slot: owner.slot, kind, clear_bytes: bytes, nonce };
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let incoming = self.dir.join(INCOMING).join(number.to_string());
        let written = write_synced(&incoming, &header.encode(), &clear)
            .and_then(|()| self.name(&incoming, &path));
        if written.is_err() {
            // What is left is in nobody's way: the folder is cleared at the next start.
            let _removed = fs::remove_file(&incoming);
        }
        written.map(|()| stored(true))
    }

    /// Gives a synced file its name, and syncs that.
    fn name(&self, incoming: &Path, path: &Path) -> Result<(), DocumentError> {
        let Some(folder) = path.parent() else {
            return Ok(());
        };
        if !folder.exists() {
            fs::create_dir_all(folder).map_err(failed("make", folder))?;
            sync_dir(&self.dir)?;
        }
        lock(&self.unsynced).insert(path.to_owned());
        fs::rename(incoming, path).map_err(failed("name", path))?;
        sync_dir(folder)?;
        // Left in the set if the sync failed: it is not counted before the next start.
        lock(&self.unsynced).remove(path);
        Ok(())
    }

    /// Whether a document is stored for this subject: whole, durable and under its key. What it
    /// says is compared with its address when it is read.
    ///
    /// # Errors
    /// `Erased`, `Vault` and `Io` of [`DocumentError`].
    pub fn has(&self, owner: Owner, sha256: &Digest) -> Result<bool, DocumentError> {
        let path = self.path(owner.subject, sha256);
        if lock(&self.unsynced).contains(&path) {
            return Ok(false);
        }
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed("open", &path)(error)),
        };
        if self.vault.is_destroyed(owner.slot)? {
            return Err(DocumentError::Erased);
        }
        let file_bytes = file.metadata().map_err(failed("inspect", &path))?.len();
        let header = read_header(&mut file, &path);
        Ok(header.is_ok_and(|header| header.slot == owner.slot && header.fits(file_bytes)))
    }

    /// Reads a document and compares it with its address.
    ///
    /// # Errors
    /// `Missing`, `Erased`, `Damaged`, `Vault` and `Io` of [`DocumentError`].
    pub fn get(&self, owner: Owner, sha256: &Digest) -> Result<Opened, DocumentError> {
        let path = self.path(owner.subject, sha256);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(DocumentError::Missing);
            }
            Err(error) => return Err(failed("open", &path)(error)),
        };
        let damaged = |why| DocumentError::Damaged { path: path.clone(), why };
        let file_bytes = file.metadata().map_err(failed("inspect", &path))?.len();
        let header = read_header(&mut file, &path)?;
        if header.slot != owner.slot {
            return Err(damaged("it names the key of another subject"));
        }
        if !header.fits(file_bytes) {
            return Err(damaged("its length is another"));
        }
        let mut clear = Zeroizing::new(vec![0; header.clear_bytes + TAG_BYTES]);
        file.read_exact(&mut clear).map_err(failed("read", &path))?;
        let about = about(owner.subject, sha256, header.kind, header.clear_bytes);
        let opened = self.vault.open_document(header.slot, &about, &header.nonce, &mut clear);
        opened.map_err(|error| match error {
            VaultError::Tampered { .. } => damaged("its bytes were changed"),
            other => other.into(),
        })?;
        if Digest::from(Sha256::digest(&clear[..])) != *sha256 {
            return Err(damaged("what it says has another SHA-256"));
        }
        Ok(Opened { kind: header.kind, clear })
    }

    fn path(&self, subject: SubjectKey, sha256: &Digest) -> PathBuf {
        let address = HEXLOWER.encode(sha256);
        let tag = HEXLOWER.encode(&self.vault.document_tag(&subject.to_string()));
        let (folder, tag) = (address.get(..2).unwrap_or("00"), tag.get(..TAG_CHARS));
        self.dir.join(folder).join(format!("{address}.{}", tag.unwrap_or_default()))
    }
}

impl Header {
    fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..24].copy_from_slice(&self.slot.to_be_bytes());
        bytes[24] = self.kind.code();
        bytes[32..40].copy_from_slice(&(self.clear_bytes as u64).to_be_bytes());
        bytes[40..].copy_from_slice(&self.nonce);
        bytes
    }

    fn decode(bytes: &[u8; HEADER_BYTES]) -> Option<Header> {
        let number = |from: usize| {
            let mut own = [0; 8];
            own.copy_from_slice(&bytes[from..from + 8]);
            u64::from_be_bytes(own)
        };
        let clear_bytes = usize::try_from(number(32)).ok()?;
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&bytes[40..]);
        let usable = bytes[..16] == MAGIC[..]
            && bytes[25..32] == [0; 7]
            && (1..=DOCUMENT_BYTES_MAX).contains(&clear_bytes);
        let kind = Kind::of_code(bytes[24]).filter(|_| usable)?;
        Some(Header { slot: number(16), kind, clear_bytes, nonce })
    }

    fn fits(&self, file_bytes: u64) -> bool {
        file_bytes == (HEADER_BYTES + self.clear_bytes + TAG_BYTES) as u64
    }
}

/// What the encrypted bytes are bound to: whose they are, their address, kind and length.
fn about(subject: SubjectKey, sha256: &Digest, kind: Kind, clear_bytes: usize) -> Vec<u8> {
    let mut about = sha256.to_vec();
    about.push(kind.code());
    about.extend_from_slice(&(clear_bytes as u64).to_be_bytes());
    about.extend_from_slice(subject.to_string().as_bytes());
    about
}

fn read_header(file: &mut File, path: &Path) -> Result<Header, DocumentError> {
    let mut bytes = [0; HEADER_BYTES];
    let why = "it does not begin like a document";
    let damaged = || DocumentError::Damaged { path: path.to_owned(), why };
    match file.read_exact(&mut bytes) {
        Ok(()) => Header::decode(&bytes).ok_or_else(damaged),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(damaged()),
        Err(error) => Err(failed("read", path)(error)),
    }
}

fn write_synced(path: &Path, header: &[u8], body: &[u8]) -> Result<(), DocumentError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed("make", path))?;
    file.write_all(header)
        .and_then(|()| file.write_all(body))
        .and_then(|()| file.sync_all())
        .map_err(failed("write", path))
}

fn sync_dir(path: &Path) -> Result<(), DocumentError> {
    File::open(path).and_then(|dir| dir.sync_all()).map_err(failed("sync", path))
}

/// A lock whose holder panicked is still good: no holder leaves the set half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
