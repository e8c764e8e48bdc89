//! Whom the operator trusts to sign for which department, and what was revoked.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shouxin_plugin_wire::Date;
use signed_note::{Note, NoteError, Signature, StandardVerifier, Verifier, VerifierList};

use crate::manifest::{MANIFEST_BYTES_MAX, Manifest};

/// The keys of one department: `[[trust]]` of `plugins.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustKey {
    /// Code of the department.
    pub department: String,
    /// Each a public key `name+id+base64` of a signed note.
    pub keys: Vec<String>,
}

impl TrustKey {
    /// How an error names the entry that stands there as number so and so, from 1.
    pub fn place(&self, number: usize) -> String {
        format!("[[trust]] {number} ({})", self.department)
    }
}

/// What counts no more: `[[revoked]]` of `plugins.toml`. One of `sha256` and `key`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revoked {
    /// SHA-256 of a library, hexadecimal.
    pub sha256: Option<String>,
    /// A key as `name+id` or as the whole public key: everything that it signed.
    pub key: Option<String>,
    /// Why, for the operator who meets the refusal.
    pub reason: String,
}

/// Why the operator's list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plugins.toml: {place}: {problem}")]
pub struct TrustError {
    /// Which entry.
    pub place: String,
    /// What is wrong with it.
    pub problem: String,
}

/// What a library was refused for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalCode {
    /// The note or its manifest cannot be read.
    Malformed,
    /// No signature of a key that is trusted for that department.
    UnknownKey,
    /// A signature of a trusted key that does not fit the text.
    BadSignature,
    /// The manifest speaks of another library.
    OtherLibrary,
    /// The library was revoked.
    RevokedLibrary,
    /// The key was revoked.
    RevokedKey,
    /// Its first day has not come.
    NotYetValid,
    /// Its last day has passed.
    Expired,
}

impl RefusalCode {
    /// The code's name, as it is printed and answered.
    pub const fn as_str(self) -> &'static str {
        match self {
            RefusalCode::Malformed => "MANIFEST_MALFORMED",
            RefusalCode::UnknownKey => "MANIFEST_UNKNOWN_KEY",
            RefusalCode::BadSignature => "MANIFEST_BAD_SIGNATURE",
            RefusalCode::OtherLibrary => "MANIFEST_OTHER_LIBRARY",
            RefusalCode::RevokedLibrary => "LIBRARY_REVOKED",
            RefusalCode::RevokedKey => "KEY_REVOKED",
            RefusalCode::NotYetValid => "MANIFEST_NOT_YET_VALID",
            RefusalCode::Expired => "MANIFEST_EXPIRED",
        }
    }
}

/// A library is not admitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {detail}; {cure}", code.as_str())]
pub struct Refusal {
    /// What for.
    pub code: RefusalCode,
    /// What is so, in Chinese and English.
    pub detail: String,
    /// What would make it succeed, in Chinese and English.
    pub cure: &'static str,
}

fn refuse<T>(code: RefusalCode, detail: String, cure: &'static str) -> Result<T, Refusal> {
    Err(Refusal { code, detail, cure })
}

/// A manifest that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// What was signed.
    pub manifest: Manifest,
    /// The key that signed it, `name+id`.
    pub key_id: String,
    /// SHA-256 of the note, signatures included.
    pub note_sha256: [u8; 32],
}

/// The operator's list.
#[derive(Clone, Default)]
pub struct Trust {
    /// By department, each once: its public part as text, and what verifies with it.
    keys: BTreeMap<String, Vec<(String, StandardVerifier)>>,
    revoked_libraries: BTreeMap<[u8; 32], String>,
    revoked_keys: BTreeMap<String, String>,
}

impl std::fmt::Debug for Trust {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let departments: Vec<&String> = self.keys.keys().collect();
        f.debug_struct("Trust").field("departments", &departments).finish_non_exhaustive()
    }
}

impl Trust {
    /// Reads the entries of `plugins.toml`.
    ///
    /// # Errors
    /// The first entry that cannot be used.
    pub fn new(trusted: &[TrustKey], revoked: &[Revoked]) -> Result<Trust, TrustError> {
        let mut trust = Trust::default();
        for (number, entry) in (1..).zip(trusted) {
            let bad = |problem| TrustError { place: entry.place(number), problem };
            for key in entry.keys.iter().map(|key| key.trim()) {
                let verifier = StandardVerifier::new(key).map_err(|error| {
                    bad(format!("无法读取公钥 / the public key cannot be read: {error}"))
                })?;
                let public = key.rsplit_once('+').map_or(key, |(_, public)| public).to_owned();
                let own = trust.keys.entry(entry.department.clone()).or_default();
                let named = |(_, own): &&(String, StandardVerifier)| {
                    (own.name(), own.key_id()) == (verifier.name(), verifier.key_id())
                };
                match own.iter().find(named) {
                    None => own.push((public, verifier)),
                    // The same line pasted twice says nothing else than once.
                    Some((other, _)) if *other == public => {}
                    // A signature names its key, and these two answer to one name.
                    Some(_) => {
                        return Err(bad(format!(
                            "{}+{:08x} 对应两个不同的公钥，请保留一个 / two different keys have this name and \
                             id; leave one of them there",
                            verifier.name(),
                            verifier.key_id()
                        )));
                    }
                }
            }
        }
        for (number, entry) in (1..).zip(revoked) {
            let bad = |problem: &str| TrustError {
                place: format!("[[revoked]] {number}"),
                problem: problem.to_owned(),
            };
            match (&entry.sha256, &entry.key) {
                (Some(hash), None) => {
                    let hash = HEXLOWER.decode(hash.to_ascii_lowercase().as_bytes()).ok();
                    let hash = hash.and_then(|hash| hash.try_into().ok());
                    let hash = hash.ok_or_else(|| bad("`sha256` has 64 hexadecimal digits"))?;
                    trust.revoked_libraries.insert(hash, entry.reason.clone());
                }
                (None, Some(key)) => {
                    // A whole public key is cut to what names it.
                    let parts: Vec<&str> = key.trim().splitn(3, '+').collect();
                    let [name, id, ..] = parts.as_slice() else {
                        return Err(bad("`key` is name+id, or the whole public key"));
                    };
                    // One that is written otherwise would revoke nothing, and say so to nobody. A
                    // key that is trusted no more may stand here all the same.
                    if id.len() != 8 || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                        return Err(bad(
                            "密钥编号须为 8 位十六进制数 / the id of a `key` has 8 hexadecimal digits",
                        ));
                    }
                    let key = format!("{name}+{}", id.to_ascii_lowercase());
                    trust.revoked_keys.insert(key, entry.reason.clone());
                }
                _ => return Err(bad("one of `sha256` and `key`")),
            }
        }
        Ok(trust)
    }

    /// Why a library was revoked, if it was.
    pub fn revoked_library(&self, sha256: &[u8; 32]) -> Option<&str> {
        self.revoked_libraries.get(sha256).map(String::as_str)
    }

    /// Says whether a library with this hash may be deployed on a day by this note.
    ///
    /// # Errors
    /// Why not.
    pub fn admit(&self, note: &[u8], sha256: [u8; 32], today: Date) -> Result<Admitted, Refusal> {
        let admitted = self.known(note, sha256)?;
        let manifest = &admitted.manifest;
        if today < manifest.valid_from {
            return refuse(
                RefusalCode::NotYetValid,
                format!("清单自 {} 起有效 / it is valid from that day on", manifest.valid_from),
                "到期再部署 / deploy it then",
            );
        }
        if today > manifest.valid_until {
            return refuse(
                RefusalCode::Expired,
                format!("清单有效至 {} / it was valid until that day", manifest.valid_until),
                "请部门重新签署清单 / have the department sign it anew",
            );
        }
        Ok(admitted)
    }

    /// The same whatever the day: what was deployed once goes on relieving after its last day.
    ///
    /// # Errors
    /// Why it may not run.
    pub fn known(&self, note: &[u8], sha256: [u8; 32]) -> Result<Admitted, Refusal> {
        let malformed = |problem: String| Refusal {
            code: RefusalCode::Malformed,
            detail: format!("无法读取清单：{problem} / the manifest cannot be read"),
            cure: "请用 shouxin plugin sign 重新签署 / sign it anew with `shouxin plugin sign`",
        };
        if note.len() > MANIFEST_BYTES_MAX {
            return Err(malformed(format!("{} > {MANIFEST_BYTES_MAX}", note.len())));
        }
        if let Some(reason) = self.revoked_library(&sha256) {
            return refuse(
                RefusalCode::RevokedLibrary,
                format!("该库已被撤销：{reason} / the library was revoked"),
                "部署另一版本 / deploy another version",
            );
        }
        let note_sha256 = Sha256::digest(note).into();
        let note = Note::from_bytes(note).map_err(|error| malformed(error.to_string()))?;
        let text =
            std::str::from_utf8(note.text()).map_err(|error| malformed(error.to_string()))?;
        let manifest = Manifest::parse(text).map_err(|error| malformed(error.to_string()))?;
        let key_id = self.signed_by(&note, &manifest)?;
        if let Some(reason) = self.revoked_keys.get(&key_id) {
            return refuse(
                RefusalCode::RevokedKey,
                format!("签名密钥 {key_id} 已被撤销：{reason} / the key was revoked"),
                "请部门用有效密钥重新签署 / have it signed with a key that counts",
            );
        }
        if manifest.sha256 != sha256 {
            return refuse(
                RefusalCode::OtherLibrary,
                format!(
                    "清单所指为 {}，提交的是 {} / the manifest is about another library",
                    HEXLOWER.encode(&manifest.sha256),
                    HEXLOWER.encode(&sha256)
                ),
                "请提交同一次构建的库和清单 / give library and manifest of one build",
            );
        }
        Ok(Admitted { manifest, key_id, note_sha256 })
    }

    /// The trusted key of the manifest's department that signed this note, as `name+id`. A key that is
    /// trusted for another department signs nothing here.
    fn signed_by(&self, note: &Note, manifest: &Manifest) -> Result<String, Refusal> {
        let trusted = self.keys.get(&manifest.department).into_iter().flatten();
        let boxed =
            |(_, key): &(String, StandardVerifier)| -> Box<dyn Verifier> { Box::new(key.clone()) };
        let (code, detail, cure) = match note
            .verify(&VerifierList::new(trusted.map(boxed).collect()))
        {
            Ok((signatures, _)) => {
                let named = |own: &Signature| format!("{}+{:08x}", own.name(), own.id());
                // Several keys of the department may have signed; one that counts is enough.
                let counts = |own: &&String| !self.revoked_keys.contains_key(*own);
                let signed: Vec<String> = signatures.iter().map(named).collect();
                let found = signed.iter().find(counts).or(signed.first());
                return found.cloned().ok_or_else(|| Refusal {
                    code: RefusalCode::UnknownKey,
                    detail: "没有签名 / no signature".to_owned(),
                    cure: "请签署 / sign it",
                });
            }
            Err(NoteError::InvalidSignature { name, id }) => (
                RefusalCode::BadSignature,
                format!(
                    "{name}+{id:08x} 的签名与清单不符 / that key's signature does not fit the manifest"
                ),
                "清单签署后被改动：请重新签署 / it was changed after signing: sign it anew",
            ),
            Err(error) => (
                RefusalCode::UnknownKey,
                format!(
                    "没有 {} 受信密钥的签名 / no signature of a key that is trusted for that department \
                     ({error})",
                    manifest.department
                ),
                "在 plugins.toml 的 [[trust]] 登记其公钥，或用已登记的密钥签署 / enter its public key under \
                 [[trust]], or sign with one that stands there",
            ),
        };
        refuse(code, detail, cure)
    }
}
