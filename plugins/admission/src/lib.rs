//! Who may put a plugin into the register: manifests, signatures, and whom a department trusts.
//!
//! A [`Manifest`] says of one library, by its SHA-256, what it is and for whom. It is signed as a
//! C2SP signed note (`c2sp.org/signed-note`, Ed25519) by a key of the department. [`Trust`] is the
//! operator's list of those keys and of what was revoked; [`Trust::admit`] is the one place that
//! says yes. Nothing here reads a file, a clock or a library: bytes and days come from outside.

mod key;
mod manifest;
mod trust;

pub use key::{KeyError, KeyPair, generate, sign, signer};
pub use manifest::{Draft, MANIFEST_BYTES_MAX, Manifest, ManifestError};
pub use trust::{Admitted, Refusal, RefusalCode, Revoked, Trust, TrustError, TrustKey};

pub use shouxin_plugin_wire::Date;
