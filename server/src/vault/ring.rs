//! The key ring: wrapped data keys in fixed slots of one file, found by number.
//!
//! Layout: a block of 72 bytes as header (magic, version, a check that the master key fits), then
//! slots of 72 bytes: nonce (24), wrapped key and its tag (48). A slot of zeros is a destroyed
//! key. Slots are prepared in blocks and synced once per block, so giving one out costs no I/O;
//! after a restart the rest of a started block is skipped, since nobody knows which were given.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Key, VaultError, decrypt, encrypt, random};

const RING_FILE: &str = "ring";
/// The file under its first name, until its header is on disk.
const RING_FILE_NEW: &str = "ring.new";
const SLOT_BYTES: usize = 72;
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
const HEADER_MAGIC: &[u8; 16] = b"shouxin ring 1\r\n";
/// Slots prepared with one sync: 288 KiB.
pub(super) const BLOCK_SLOTS: u64 = 4096;

/// An open key ring. Its owner is the only process that has it open.
pub(super) struct Ring {
    path: PathBuf,
    file: File,
    wrapping: Key,
    /// The next slot to give out.
    next: u64,
    /// Slots on disk.
    prepared: u64,
}

impl Ring {
    /// Whether there is a ring in `dir`.
    pub(super) fn exists(dir: &Path) -> Result<bool, VaultError> {
        let path = dir.join(RING_FILE);
        path.try_exists().map_err(|source| VaultError::io("inspect", &path, source))
    }

    /// Opens or creates the ring in `dir`. Every slot that is already there counts as given.
    pub(super) fn open(dir: &Path, wrapping: &Key) -> Result<Self, VaultError> {
        let path = dir.join(RING_FILE);
        if !Self::exists(dir)? {
            create(dir, wrapping)?;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(&path)
            .map_err(|source| VaultError::io("open", &path, source))?;
        let bytes =
            file.metadata().map_err(|source| VaultError::io("inspect", &path, source))?.len();
        let Some(slot_bytes) = bytes.checked_sub(SLOT_BYTES as u64) else {
            return Err(VaultError::RingMalformed { path, why: "it has no whole header" });
        };
        let mut header = [0; SLOT_BYTES];
        file.read_exact_at(&mut header, 0)
            .map_err(|source| VaultError::io("read", &path, source))?;
        check_header(&path, &header, wrapping)?;
        // A crash while a block was prepared leaves part of it. None of it was ever given, and
        // preparing starts again at the last whole block.
        let prepared = slot_bytes / SLOT_BYTES as u64 / BLOCK_SLOTS * BLOCK_SLOTS;
        Ok(Self { path, file, wrapping: wrapping.clone(), next: prepared, prepared })
    }

    pub(super) fn allocate(&mut self) -> Result<u64, VaultError> {
        if self.next == self.prepared {
            self.prepare_block()?;
        }
        let slot = self.next;
        self.next += 1;
        Ok(slot)
    }

    pub(super) fn slots(&self) -> u64 {
        self.prepared
    }

    pub(super) fn data_key(&self, slot: u64) -> Result<Key, VaultError> {
        let mut bytes = [0; SLOT_BYTES];
        self.file
            .read_exact_at(&mut bytes, self.position(slot)?)
            .map_err(|source| VaultError::io("read", &self.path, source))?;
        if bytes == [0; SLOT_BYTES] {
            return Err(VaultError::Destroyed { slot });
        }
        unwrap_key(&self.wrapping, slot, &bytes).ok_or(VaultError::DamagedSlot { slot })
    }

    /// Overwrites the slot in place. What a copying file system, a flash drive or a backup keeps
    /// of the old bytes is still wrapped by the master key; backups need their own erasure.
    pub(super) fn destroy(&mut self, slot: u64) -> Result<(), VaultError> {
        let position = self.position(slot)?;
        self.file
            .write_all_at(&[0; SLOT_BYTES], position)
            .and_then(|()| self.file.sync_data())
            .map_err(|source| VaultError::io("erase a key in", &self.path, source))
    }

    /// Where a slot lies in the file.
    fn position(&self, slot: u64) -> Result<u64, VaultError> {
        if slot >= self.prepared {
            return Err(VaultError::NoSlot { slot, slots: self.prepared });
        }
        Ok((slot + 1) * SLOT_BYTES as u64)
    }

    /// Writes and syncs one more block of keys. Nothing changes in memory unless all succeeds.
    fn prepare_block(&mut self) -> Result<(), VaultError> {
        let mut block = Vec::with_capacity(BLOCK_SLOTS as usize * SLOT_BYTES);
        for slot in self.prepared..self.prepared + BLOCK_SLOTS {
            let key: Key = Zeroizing::new(random()?);
            block.extend_from_slice(&wrap_key(&self.wrapping, slot, &key)?);
        }
        let position = (self.prepared + 1) * SLOT_BYTES as u64;
        self.file
            .write_all_at(&block, position)
            .and_then(|()| self.file.sync_all())
            .map_err(|source| VaultError::io("extend", &self.path, source))?;
        self.prepared += BLOCK_SLOTS;
        Ok(())
    }
}

/// Slot number under which the header's check is wrapped: no data key ever has it.
const HEADER_SLOT: u64 = u64::MAX;

/// The magic, padded to a slot, with the tag of the empty text under the wrapping key.
fn header(wrapping: &Key) -> Result<[u8; SLOT_BYTES], VaultError> {
    let nonce = random::<NONCE_BYTES>()?;
    let tag = encrypt(wrapping, &nonce, &slot_aad(HEADER_SLOT), b"")?;
    let mut header = [0; SLOT_BYTES];
    header[..16].copy_from_slice(HEADER_MAGIC);
    header[16..40].copy_from_slice(&nonce);
    header[40..56].copy_from_slice(tag.get(..16).ok_or(VaultError::Cipher)?);
    Ok(header)
}

fn check_header(path: &Path, header: &[u8; SLOT_BYTES], wrapping: &Key) -> Result<(), VaultError> {
    if header[..16] != HEADER_MAGIC[..] {
        let why = "it does not begin like one of this version";
        return Err(VaultError::RingMalformed { path: path.to_owned(), why });
    }
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(&header[16..40]);
    match decrypt(wrapping, &nonce, &slot_aad(HEADER_SLOT), &header[40..56]) {
        Some(_) => Ok(()),
        None => {
            let why = "it belongs to another master key";
            Err(VaultError::RingMalformed { path: path.to_owned(), why })
        }
    }
}

/// Creates an empty ring, whole or not at all.
fn create(dir: &Path, wrapping: &Key) -> Result<(), VaultError> {
    let path = dir.join(RING_FILE);
    let new = dir.join(RING_FILE_NEW);
    let header = header(wrapping)?;
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&new)
        .and_then(|file| {
            file.write_all_at(&header, 0)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&new, &path))
        .and_then(|()| File::open(dir)?.sync_all())
        .map_err(|source| VaultError::io("create", &path, source))
}

fn wrap_key(wrapping: &Key, slot: u64, key: &Key) -> Result<[u8; SLOT_BYTES], VaultError> {
    let nonce = random::<NONCE_BYTES>()?;
    let wrapped = encrypt(wrapping, &nonce, &slot_aad(slot), &key[..])?;
    let mut bytes = [0; SLOT_BYTES];
    bytes[..NONCE_BYTES].copy_from_slice(&nonce);
    let rest = &mut bytes[NONCE_BYTES..];
    if wrapped.len() != rest.len() {
        return Err(VaultError::Cipher);
    }
    rest.copy_from_slice(&wrapped);
    Ok(bytes)
}

fn unwrap_key(wrapping: &Key, slot: u64, bytes: &[u8; SLOT_BYTES]) -> Option<Key> {
    let mut nonce = [0; NONCE_BYTES];
    nonce.copy_from_slice(&bytes[..NONCE_BYTES]);
    let clear = decrypt(wrapping, &nonce, &slot_aad(slot), &bytes[NONCE_BYTES..])?;
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    if clear.len() != KEY_BYTES {
        return None;
    }
    key.copy_from_slice(&clear);
    Some(key)
}

/// A wrapped key opens only in its own slot, so slots cannot be exchanged.
fn slot_aad(slot: u64) -> [u8; 13] {
    let mut aad = *b"slot\0........";
    aad[5..].copy_from_slice(&slot.to_be_bytes());
    aad
}
