//! The vault: data keys that can be destroyed, and everything derived from the master key.
//!
//! Personal text is sealed with the data key of its subject; destroying that key makes it
//! unreadable in every copy of the log, while the log still verifies (design.md 3). Looking a
//! person up, recognising a repeated request and checking an API key need keyed hashes, whose
//! keys come from the same master key. Lose `master.key` and every sealed text is lost with it.

mod cache;
mod document;
mod master;
mod ring;

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use shouxin_core::limits::SEALED_BYTES_MAX;
use shouxin_core::text::Sealed;
use zeroize::Zeroizing;

pub use document::{NONCE_BYTES, TAG_BYTES};

use cache::KeyCache;
use master::Master;
use ring::Ring;

/// A key, unwrapped. Wiped when dropped.
type Key = Zeroizing<[u8; 32]>;

/// Unwrapped data keys kept at hand: 4096 of 32 bytes.
const CACHED_KEYS_MAX: usize = 4096;

/// Bytes of random in a generated secret: 160 bits, 32 characters of base32.
const SECRET_BYTES: usize = 20;

/// Keys and keyed hashes of one register.
///
/// Shared through an `Arc`; its methods lock briefly and never call each other's locks.
pub struct Vault {
    master: Master,
    ring: Mutex<Ring>,
    cache: Mutex<KeyCache>,
}

/// Why the vault refused.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The data key was destroyed: the text is gone for ever, as it should be.
    #[error("the data key in slot {slot} was destroyed, the text cannot be read any more")]
    Destroyed {
        /// Slot of the key.
        slot: u64,
    },
    /// The text was changed, or moved to another place than it was sealed for.
    #[error("the text sealed with the key in slot {slot} is not the one sealed there")]
    Tampered {
        /// Slot of the key.
        slot: u64,
    },
    /// A slot of the key ring does not open with this master key.
    #[error(
        "the data key in slot {slot} does not open: the key ring is damaged or belongs to \
         another master key; restore both from the same backup"
    )]
    DamagedSlot {
        /// Slot of the key.
        slot: u64,
    },
    /// No key was ever prepared in this slot.
    #[error("the key ring has no slot {slot}, it has {slots}; is it older than the log?")]
    NoSlot {
        /// Slot asked for.
        slot: u64,
        /// Slots there are.
        slots: u64,
    },
    /// A text is longer than the register takes.
    #[error("a text may have {SEALED_BYTES_MAX} bytes, this one has {clear_bytes}")]
    TooLong {
        /// Length of the clear text.
        clear_bytes: usize,
    },
    /// The master key must be readable by its owner alone.
    #[error("{path} has mode {mode:04o}; allow its owner alone: chmod 0600")]
    MasterMode {
        /// The key file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// There is a key ring but no master key to open it.
    #[error("{path} is missing while a key ring exists; restore it, a new one would open nothing")]
    MasterMissing {
        /// The key file.
        path: PathBuf,
    },
    /// The master key file does not hold 64 hexadecimal digits.
    #[error("{path} must hold 64 hexadecimal digits; restore it from its backup")]
    MasterMalformed {
        /// The key file.
        path: PathBuf,
    },
    /// The key ring's header or length is wrong.
    #[error("{path} is no usable key ring: {why}; restore it from its backup")]
    RingMalformed {
        /// The ring file.
        path: PathBuf,
        /// What is wrong.
        why: &'static str,
    },
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
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes: {0}")]
    Random(getrandom::Error),
    /// A cipher refused lengths that are fixed in this program.
    #[error("the cipher refused to seal")]
    Cipher,
}

impl Vault {
    /// Opens the vault in `dir`. The first time it creates `master.key` (mode 0600) and an empty
    /// key ring; back both up, apart from the log.
    ///
    /// The caller holds the data directory's lock: two vaults on one ring would give slots twice.
    ///
    /// # Errors
    /// The `Master...` and `RingMalformed` kinds of [`VaultError`], [`VaultError::DamagedSlot`]
    /// if ring and master key do not belong together, and [`VaultError::Io`].
    pub fn open(dir: &Path) -> Result<Self, VaultError> {
        std::fs::create_dir_all(dir).map_err(|source| VaultError::io("create", dir, source))?;
        let master = Master::open(dir, Ring::exists(dir)?)?;
        let ring = Ring::open(dir, &master.wrapping_key())?;
        Ok(Self {
            master,
            ring: Mutex::new(ring),
            cache: Mutex::new(KeyCache::new(CACHED_KEYS_MAX)),
        })
    }

    /// The slot of a fresh data key. It is on disk already, and no other call gets it, not even
    /// after a crash; slots given but never used are simply lost.
    ///
    /// # Errors
    /// [`VaultError::Io`] or [`VaultError::Random`] when a new block of slots cannot be prepared.
    pub fn allocate(&self) -> Result<u64, VaultError> {
        lock(&self.ring).allocate()
    }

    /// Slots there are: every slot ever given lies below. A log that names a slot at or above it
    /// is younger than the ring, and going on would give that number to another key: the caller
    /// must refuse to start.
    pub fn slots(&self) -> u64 {
        lock(&self.ring).slots()
    }

    /// Destroys the data key in `slot`, in memory and on disk, before it returns. Destroying it
    /// again is no error.
    ///
    /// # Errors
    /// [`VaultError::NoSlot`], [`VaultError::Io`].
    pub fn destroy(&self, slot: u64) -> Result<(), VaultError> {
        let mut ring = lock(&self.ring);
        // The key leaves the cache while the ring is held, so that nobody can put it back between.
        lock(&self.cache).remove(slot);
        ring.destroy(slot)
    }

    /// Seals `clear` with the data key in `slot`. `label` says where the text belongs; the same
    /// label is needed to open it, so it cannot be moved elsewhere unnoticed.
    ///
    /// # Errors
    /// [`VaultError::TooLong`], [`VaultError::Destroyed`], [`VaultError::NoSlot`],
    /// [`VaultError::DamagedSlot`], [`VaultError::Io`], [`VaultError::Random`].
    pub fn seal(&self, slot: u64, label: &str, clear: &[u8]) -> Result<Sealed, VaultError> {
        let clear_bytes = u32::try_from(clear.len())
            .ok()
            .filter(|clear_bytes| *clear_bytes <= SEALED_BYTES_MAX)
            .ok_or(VaultError::TooLong { clear_bytes: clear.len() })?;
        let key = self.data_key(slot)?;
        let nonce = random::<24>()?;
        let aad = text_aad(slot, clear_bytes, label);
        let bytes = encrypt(&key, &nonce, &aad, clear)?;
        Ok(Sealed { slot, clear_bytes, nonce, bytes })
    }

    /// Opens what [`Vault::seal`] made under the same `label`. The clear text is wiped from
    /// memory when dropped.
    ///
    /// # Errors
    /// [`VaultError::Destroyed`] if its key is gone, [`VaultError::Tampered`] if the text, its
    /// stated length or its label is another, and as for [`Vault::seal`].
    pub fn open_text(
        &self,
        sealed: &Sealed,
        label: &str,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let key = self.data_key(sealed.slot)?;
        let aad = text_aad(sealed.slot, sealed.clear_bytes, label);
        decrypt(&key, &sealed.nonce, &aad, &sealed.bytes)
            .ok_or(VaultError::Tampered { slot: sealed.slot })
    }

    /// The keyed hash under which a natural person is found: the same ID number always gives the
    /// same 32 bytes, and without the master key they say nothing about it.
    pub fn person_lookup(&self, id_number: &str) -> [u8; 32] {
        self.master.person.tag(&[id_number.as_bytes()])
    }

    /// The keyed hash of an idempotency key within a scope, such as the caller.
    pub fn idempotency_tag(&self, scope: &str, key: &str) -> [u8; 32] {
        self.master.idempotency.tag(&[scope.as_bytes(), key.as_bytes()])
    }

    /// The keyed hash of a request's bytes, to tell a repetition from another request under the
    /// same idempotency key without keeping what it said.
    pub fn request_tag(&self, request: &[u8]) -> [u8; 32] {
        self.master.request.tag(&[request])
    }

    /// The keyed hash under which an API key is kept. Compare in constant time.
    pub fn api_key_hash(&self, secret: &str) -> [u8; 32] {
        self.master.api_key.tag(&[secret.as_bytes()])
    }

    /// The keyed hash under which a report of wrongdoing is kept: whoever has the receipt has the
    /// report, and nobody finds the receipt from what is kept.
    pub fn receipt_tag(&self, receipt: &str) -> [u8; 32] {
        self.master.receipt.tag(&[receipt.as_bytes()])
    }

    /// The keyed hash that is left of the code a report was about once the report is purged, to know who
    /// stands aside. It is another one for each report, so that no two purged reports are seen to be
    /// about the same body, and it leads to no code: whoever holds the master key can only try codes.
    /// It is made of codes of departments alone, some hundreds at most, and of no other body's.
    pub fn reported_tag(&self, report: &[u8], code: &str) -> [u8; 32] {
        self.master.reported.tag(&[report, code.as_bytes()])
    }

    fn data_key(&self, slot: u64) -> Result<Key, VaultError> {
        if let Some(key) = lock(&self.cache).get(slot) {
            return Ok(key);
        }
        let ring = lock(&self.ring);
        let key = ring.data_key(slot)?;
        // Still holding the ring: see `destroy`.
        lock(&self.cache).put(slot, key.clone());
        Ok(key)
    }
}

/// 32 random bytes, for salted commitments.
///
/// # Errors
/// [`VaultError::Random`].
pub fn random_salt() -> Result<[u8; 32], VaultError> {
    random()
}

/// The 128 random bits of a natural person's subject key (design.md 3).
///
/// # Errors
/// [`VaultError::Random`].
pub fn random_person_key() -> Result<[u8; 16], VaultError> {
    random()
}

/// A secret to hand out, such as an API key: 160 random bits as 32 characters of base32.
///
/// # Errors
/// [`VaultError::Random`].
pub fn random_secret() -> Result<Zeroizing<String>, VaultError> {
    let bytes = Zeroizing::new(random::<SECRET_BYTES>()?);
    Ok(Zeroizing::new(data_encoding::BASE32_NOPAD.encode(&bytes[..])))
}

impl VaultError {
    fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), source }
    }
}

fn random<const LEN: usize>() -> Result<[u8; LEN], VaultError> {
    let mut bytes = [0; LEN];
    getrandom::fill(&mut bytes).map_err(VaultError::Random)?;
    Ok(bytes)
}

/// What a sealed text is bound to besides its key. The label comes last, so that no two triples
/// give the same bytes.
fn text_aad(slot: u64, clear_bytes: u32, label: &str) -> Vec<u8> {
    [b"text\0".as_slice(), &slot.to_be_bytes(), &clear_bytes.to_be_bytes(), label.as_bytes()]
        .concat()
}

fn encrypt(key: &Key, nonce: &[u8; 24], aad: &[u8], clear: &[u8]) -> Result<Vec<u8>, VaultError> {
    let cipher = XChaCha20Poly1305::new_from_slice(&key[..]).map_err(|_| VaultError::Cipher)?;
    cipher
        .encrypt(&XNonce::from(*nonce), Payload { msg: clear, aad })
        .map_err(|_| VaultError::Cipher)
}

/// `None` if anything differs from what was encrypted.
fn decrypt(key: &Key, nonce: &[u8; 24], aad: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = XChaCha20Poly1305::new_from_slice(&key[..]).ok()?;
    let clear = cipher.decrypt(&XNonce::from(*nonce), Payload { msg: bytes, aad }).ok()?;
    Some(Zeroizing::new(clear))
}

/// A lock whose holder panicked is still good: no holder leaves its data half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
