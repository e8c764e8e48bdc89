//! Keys of departments, and signing with them.

use signed_note::{Note, Signer as _, StandardSigner, is_key_name_valid};

use crate::manifest::Manifest;

/// A key of a department, as text (`c2sp.org/signed-note`).
#[derive(Clone, PartialEq, Eq)]
pub struct KeyPair {
    /// `PRIVATE+KEY+name+id+base64`: stays with whoever signs, in a file that nobody else reads.
    pub private: String,
    /// `name+id+base64`: what the operator enters in `plugins.toml`.
    pub public: String,
}

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Why there is no key, or nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The name of a key has no blanks and no `+`, and is not empty.
    #[error(
        "密钥名称不得为空，不得含空格或加号 / a key's name is not empty and has no blank and no `+`"
    )]
    Name,
    /// The text is no key of this kind.
    #[error("无法读取密钥：{0} / the key cannot be read: {0}")]
    Key(String),
    /// Signing failed.
    #[error("签名失败：{0} / signing failed: {0}")]
    Sign(String),
}

/// A new Ed25519 key under this name, e.g. `procurement-2026`.
///
/// # Errors
/// The name cannot be a key's.
pub fn generate(name: &str) -> Result<KeyPair, KeyError> {
    if !is_key_name_valid(name) {
        return Err(KeyError::Name);
    }
    let (private, public) = signed_note::generate_key(&mut rand_core::OsRng, name);
    Ok(KeyPair { private, public })
}

/// Signs a manifest: the note that stands beside the library.
///
/// # Errors
/// The text is no private key.
pub fn sign(manifest: &Manifest, private: &str) -> Result<Vec<u8>, KeyError> {
    let signer = StandardSigner::new(private.trim());
    let signer = signer.map_err(|error| KeyError::Key(error.to_string()))?;
    let failed = |error: signed_note::NoteError| KeyError::Sign(error.to_string());
    let mut note = Note::new(manifest.text().as_bytes(), &[]).map_err(failed)?;
    note.add_sigs(&[&signer]).map_err(failed)?;
    Ok(note.to_bytes())
}

/// A private key as `name+id`: how it is named in the log and on pages.
///
/// # Errors
/// The text is no private key.
pub fn signer(private: &str) -> Result<String, KeyError> {
    let signer = StandardSigner::new(private.trim());
    let signer = signer.map_err(|error| KeyError::Key(error.to_string()))?;
    Ok(format!("{}+{:08x}", signer.name(), signer.key_id()))
}
