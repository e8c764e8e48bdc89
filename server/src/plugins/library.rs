//! `plugins/<sha256>` in the data folder: the bytes of every library that was deployed, and beside
//! it every signed manifest by which one was given in (`plugins/<sha256 of the manifest>.manifest`).
//! The log names both by their hashes, so that what was refused changes nothing of what runs.
//!
//! Written beside, synced, renamed, folder synced: what stands under a hash is whole. Nothing is
//! ever overwritten by other bytes, because the name is the hash.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use shouxin_plugin_admission::MANIFEST_BYTES_MAX;

use crate::plugins::{AdmissionError, Verdict};

/// Files removed at one time; the rest goes at the next.
const SWEPT_MAX: usize = 1024;

/// The longest library, in bytes; the plugin host takes no longer one.
const LIBRARY_BYTES_MAX: u64 = 256 * 1024 * 1024;

fn failed(path: &Path) -> impl Fn(std::io::Error) -> AdmissionError {
    let file = path.to_owned();
    move |error| AdmissionError::File { file: file.clone(), problem: error.to_string() }
}

fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, AdmissionError> {
    let file = File::open(path).map_err(failed(path))?;
    let mut bytes = Vec::new();
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(failed(path))?;
    if bytes.len() as u64 > bytes_max {
        let problem = format!("超过 {bytes_max} 字节 / longer than that many bytes");
        return Err(AdmissionError::File { file: path.to_owned(), problem });
    }
    Ok(bytes)
}

/// Reads a library, bounded.
///
/// # Errors
/// It cannot be read or is too long.
pub fn read_library(path: &Path) -> Result<Vec<u8>, AdmissionError> {
    read(path, LIBRARY_BYTES_MAX)
}

/// Reads a signed manifest, bounded.
///
/// # Errors
/// It cannot be read or is too long.
pub fn read_manifest(path: &Path) -> Result<Vec<u8>, AdmissionError> {
    if !path.exists() {
        return Err(AdmissionError::File {
            file: path.to_owned(),
            problem:
                "没有签名清单：请部门用 shouxin plugin sign 签署 / there is no signed manifest: \
                      `shouxin plugin sign` makes it"
                    .to_owned(),
        });
    }
    read(path, MANIFEST_BYTES_MAX as u64)
}

/// SHA-256 of a library.
///
/// # Errors
/// It cannot be read or is too long.
pub fn sha256_of(path: &Path) -> Result<[u8; 32], AdmissionError> {
    Ok(Sha256::digest(read_library(path)?).into())
}

fn changed(code: &'static str, path: &Path, found: &[u8; 32]) -> AdmissionError {
    AdmissionError::Refused(Verdict::new(
        code,
        format!(
            "{}：内容的 SHA-256 为 {}，与名称不符 / the bytes are not those of its name",
            path.display(),
            HEXLOWER.encode(found)
        ),
        "请从备份恢复或重新部署 / restore it from a backup or deploy it anew",
    ))
}

/// The folder of libraries below a data folder.
#[derive(Clone, Debug)]
pub struct Libraries {
    folder: PathBuf,
}

impl Libraries {
    /// The libraries of a data folder.
    pub fn of(data: &Path) -> Libraries {
        Libraries { folder: data.join("plugins") }
    }

    /// Where a library lies.
    pub fn path(&self, sha256: &[u8; 32]) -> PathBuf {
        self.folder.join(HEXLOWER.encode(sha256))
    }

    fn note_path(&self, sha256: &[u8; 32]) -> PathBuf {
        self.folder.join(format!("{}.manifest", HEXLOWER.encode(sha256)))
    }

    /// Keeps a library and, where there is one, its signed manifest.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn keep(&self, bytes: &[u8], note: Option<&[u8]>) -> Result<[u8; 32], AdmissionError> {
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)
            .map_err(failed(&self.folder))?;
        let path = self.path(&sha256);
        // Present bytes are compared, not trusted: the disk may have lost some.
        if !path.exists() || sha256_of(&path)? != sha256 {
            self.write(&path, bytes)?;
        }
        if let Some(note) = note {
            let path = self.note_path(&Sha256::digest(note).into());
            if !path.exists() || read_manifest(&path)? != note {
                self.write(&path, note)?;
            }
        }
        Ok(sha256)
    }

    /// A kept manifest by its own SHA-256, once its bytes are known to be those of its name.
    ///
    /// # Errors
    /// It is gone, cannot be read, or was changed.
    pub fn note(&self, sha256: &[u8; 32]) -> Result<Vec<u8>, AdmissionError> {
        let path = self.note_path(sha256);
        let note = read_manifest(&path)?;
        let found: [u8; 32] = Sha256::digest(&note).into();
        match found == *sha256 {
            true => Ok(note),
            false => Err(changed("MANIFEST_CHANGED", &path, &found)),
        }
    }

    /// The library's path, once its bytes are known to be those of its name.
    ///
    /// # Errors
    /// It is gone, cannot be read, or was changed.
    pub fn whole(&self, sha256: &[u8; 32]) -> Result<PathBuf, AdmissionError> {
        let path = self.path(sha256);
        let found = sha256_of(&path)?;
        match found == *sha256 {
            true => Ok(path),
            false => Err(changed("LIBRARY_CHANGED", &path, &found)),
        }
    }

    /// The folder itself.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes libraries and manifests that nothing names any more: what was refused after it was kept, and
    /// what was replaced so long ago that nothing leads back to it. What cannot be removed stays.
    pub(super) fn sweep(&self, named: &BTreeSet<[u8; 32]>) {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut removed = 0;
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let (hash, ending) = name.split_once('.').unwrap_or((&name, ""));
            let hash = HEXLOWER.decode(hash.as_bytes()).ok();
            let hash: Option<[u8; 32]> = hash.and_then(|hash| hash.try_into().ok());
            let gone = match (hash, ending) {
                (Some(hash), "" | "manifest") => !named.contains(&hash),
                // Whoever wrote it did not come to its end.
                (Some(_), "incoming") => true,
                // Whatever else stands there is not the register's.
                _ => false,
            };
            if !gone {
                continue;
            }
            match fs::remove_file(entry.path()) {
                Ok(()) => removed += 1,
                Err(error) => tracing::warn!(%error, %name, "a library that nothing names stays"),
            }
            if removed >= SWEPT_MAX {
                return;
            }
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), AdmissionError> {
        let beside = path.with_extension("incoming");
        let mut file = File::create(&beside).map_err(failed(&beside))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed(&beside))?;
        fs::rename(&beside, path).map_err(failed(path))?;
        let folder = File::open(&self.folder).map_err(failed(&self.folder))?;
        folder.sync_all().map_err(failed(&self.folder))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn what_nothing_names_is_removed_and_nothing_else_is() {
        let data = tempfile::tempdir().unwrap();
        let libraries = Libraries::of(data.path());
        let note: [u8; 32] = Sha256::digest(b"note").into();
        let kept = libraries.keep(b"kept", Some(b"note")).unwrap();
        let refused = libraries.keep(b"refused", Some(b"another note")).unwrap();
        let other = data.path().join("plugins/README");
        fs::write(&other, "of the operator").unwrap();
        let torn = libraries.path(&[7; 32]).with_extension("incoming");
        fs::write(&torn, "half").unwrap();
        libraries.sweep(&BTreeSet::from([kept, note]));
        assert!(libraries.whole(&kept).is_ok() && libraries.note(&note).is_ok() && other.exists());
        assert!(!libraries.path(&refused).exists() && !torn.exists());
        assert_eq!(fs::read_dir(data.path().join("plugins")).unwrap().count(), 3);
    }

    #[test]
    fn what_is_kept_is_found_by_its_hash_and_a_changed_byte_is_noticed() {
        let data = tempfile::tempdir().unwrap();
        let libraries = Libraries::of(data.path());
        let sha256 = libraries.keep(b"bytes of a library", Some(b"note")).unwrap();
        let note: [u8; 32] = Sha256::digest(b"note").into();
        assert_eq!(libraries.note(&note).unwrap(), b"note");
        let path = libraries.whole(&sha256).unwrap();
        fs::write(&path, b"bytes of another").unwrap();
        assert!(libraries.whole(&sha256).unwrap_err().to_string().contains("SHA-256"));
        // Keeping it again mends it, and a manifest that is signed anew stands beside the old one.
        libraries.keep(b"bytes of a library", Some(b"newer")).unwrap();
        assert_eq!(libraries.whole(&sha256).unwrap(), path);
        assert_eq!(libraries.note(&note).unwrap(), b"note");
        assert_eq!(libraries.note(&Sha256::digest(b"newer").into()).unwrap(), b"newer");
        fs::write(libraries.note_path(&note), b"newer").unwrap();
        let changed = libraries.note(&note).unwrap_err();
        assert!(changed.to_string().contains("MANIFEST_CHANGED"));
        assert!(!changed.may_pass());
        for gone in [libraries.whole(&[0; 32]).unwrap_err(), libraries.note(&[0; 32]).unwrap_err()]
        {
            assert!(gone.may_pass(), "{gone}");
        }
    }
}
