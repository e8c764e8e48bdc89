//! Documents: whole files under the data key of the subject they concern. A document may be
//! twenty megabytes, so it is encrypted and decrypted in its own buffer, never in a copy.

use chacha20poly1305::aead::AeadInOut as _;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

use super::{Key, Vault, VaultError, random};

/// Bytes of the nonce that stands before an encrypted document.
pub const NONCE_BYTES: usize = 24;
/// Bytes by which a document grows: the tag that shows that nothing was changed.
pub const TAG_BYTES: usize = 16;

impl Vault {
    /// Encrypts a document in place with the data key in `slot`. `about` says what it is bound
    /// to; the same is needed to open it.
    ///
    /// # Errors
    /// As for [`Vault::seal`], but for the length, which the caller bounds.
    pub fn seal_document(
        &self,
        slot: u64,
        about: &[u8],
        document: &mut Zeroizing<Vec<u8>>,
    ) -> Result<[u8; NONCE_BYTES], VaultError> {
        let cipher = cipher(&self.data_key(slot)?)?;
        let nonce = random::<NONCE_BYTES>()?;
        cipher
            .encrypt_in_place(&XNonce::from(nonce), &aad(slot, about), &mut **document)
            .map_err(|_| VaultError::Cipher)?;
        Ok(nonce)
    }

    /// Decrypts in place what [`Vault::seal_document`] made.
    ///
    /// # Errors
    /// [`VaultError::Destroyed`] if its key is gone, [`VaultError::Tampered`] if anything about it
    /// is another, and as for [`Vault::seal`].
    pub fn open_document(
        &self,
        slot: u64,
        about: &[u8],
        nonce: &[u8; NONCE_BYTES],
        document: &mut Zeroizing<Vec<u8>>,
    ) -> Result<(), VaultError> {
        let cipher = cipher(&self.data_key(slot)?)?;
        cipher
            .decrypt_in_place(&XNonce::from(*nonce), &aad(slot, about), &mut **document)
            .map_err(|_| VaultError::Tampered { slot })
    }

    /// Whether the data key in `slot` was destroyed.
    ///
    /// # Errors
    /// As for [`Vault::seal`].
    pub fn is_destroyed(&self, slot: u64) -> Result<bool, VaultError> {
        match self.data_key(slot) {
            Ok(_) => Ok(false),
            Err(VaultError::Destroyed { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// The keyed hash that stands for a subject in the names of its documents: names of files
    /// are seen in listings and backups, and must not say about whom they are.
    pub fn document_tag(&self, subject: &str) -> [u8; 32] {
        self.master.document.tag(&[subject.as_bytes()])
    }
}

fn cipher(key: &Key) -> Result<XChaCha20Poly1305, VaultError> {
    XChaCha20Poly1305::new_from_slice(&key[..]).map_err(|_| VaultError::Cipher)
}

fn aad(slot: u64, about: &[u8]) -> Vec<u8> {
    [b"document\0".as_slice(), &slot.to_be_bytes(), about].concat()
}
