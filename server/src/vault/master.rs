//! The master key file, and the keys derived from it by label.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{Key, VaultError, random};

const MASTER_FILE: &str = "master.key";
/// The file under its first name, until it is whole and on disk.
const MASTER_FILE_NEW: &str = "master.key.new";
/// Owner reads and writes, nobody else anything.
const MASTER_MODE: u32 = 0o600;
const HEX_CHARS: usize = 64;
/// The digits, a line end, and one more byte that shows the file is too long.
const FILE_BYTES_MAX: u64 = HEX_CHARS as u64 + 3;

/// Keys derived from the master key; it is not kept itself beyond the wrapping key.
pub(super) struct Master {
    wrapping: HashKey,
    pub(super) person: HashKey,
    pub(super) idempotency: HashKey,
    pub(super) request: HashKey,
    pub(super) api_key: HashKey,
    pub(super) document: HashKey,
    pub(super) receipt: HashKey,
    pub(super) reported: HashKey,
}

/// A keyed hash: HMAC-SHA-256 with its key schedule ready.
pub(super) struct HashKey(Hmac<Sha256>);

impl Master {
    /// Reads the master key, or creates it if this is a new vault.
    pub(super) fn open(dir: &Path, ring_exists: bool) -> Result<Self, VaultError> {
        let path = dir.join(MASTER_FILE);
        let key = match File::open(&path) {
            Ok(file) => read(&path, file)?,
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(VaultError::io("open", &path, error));
            }
            Err(_) if ring_exists => return Err(VaultError::MasterMissing { path }),
            Err(_) => create(dir)?,
        };
        let root = HashKey::new(&key)?;
        let derive = |label: &str| HashKey::new(&root.derive(label));
        Ok(Self {
            wrapping: derive("shouxin data keys")?,
            person: derive("shouxin person lookup")?,
            idempotency: derive("shouxin idempotency keys")?,
            request: derive("shouxin requests")?,
            api_key: derive("shouxin api keys")?,
            document: derive("shouxin document names")?,
            receipt: derive("shouxin whistle receipts")?,
            reported: derive("shouxin whistle reported bodies")?,
        })
    }

    /// The key that wraps the data keys of the ring.
    pub(super) fn wrapping_key(&self) -> Key {
        self.wrapping.derive("xchacha20poly1305")
    }
}

impl HashKey {
    fn new(key: &Key) -> Result<Self, VaultError> {
        Hmac::new_from_slice(&key[..]).map(Self).map_err(|_| VaultError::Cipher)
    }

    /// The tag of a list of parts. Each goes in behind its length, so that no two lists of parts
    /// give the same bytes.
    pub(super) fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    fn derive(&self, label: &str) -> Key {
        Zeroizing::new(self.tag(&[label.as_bytes()]))
    }
}

fn read(path: &Path, mut file: File) -> Result<Key, VaultError> {
    let metadata = file.metadata().map_err(|source| VaultError::io("inspect", path, source))?;
    let mode = metadata.permissions().mode() & 0o7777;
    if mode & !MASTER_MODE != 0 {
        return Err(VaultError::MasterMode { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(Vec::with_capacity(FILE_BYTES_MAX as usize));
    (&mut file)
        .take(FILE_BYTES_MAX)
        .read_to_end(&mut text)
        .map_err(|source| VaultError::io("read", path, source))?;
    let malformed = || VaultError::MasterMalformed { path: path.to_owned() };
    let digits = text.trim_ascii_end();
    if digits.len() != HEX_CHARS || text.len() as u64 == FILE_BYTES_MAX {
        return Err(malformed());
    }
    let mut key = Zeroizing::new([0; 32]);
    HEXLOWER.decode_mut(digits, &mut key[..]).map_err(|_| malformed())?;
    Ok(key)
}

/// Writes a new key under another name first: a crash leaves either no master key or a whole one.
fn create(dir: &Path) -> Result<Key, VaultError> {
    let path = dir.join(MASTER_FILE);
    let new = dir.join(MASTER_FILE_NEW);
    let key: Key = Zeroizing::new(random()?);
    let mut text = Zeroizing::new(HEXLOWER.encode(&key[..]));
    text.push('\n');
    // One left by a crash was never in use, and its mode is whatever it was.
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(VaultError::io("remove", &new, error));
        }
        _ => {}
    }
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(MASTER_MODE)
        .open(&new)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, &path))
        .and_then(|()| File::open(dir)?.sync_all());
    written.map_err(|source| VaultError::io("create", &path, source))?;
    Ok(key)
}
