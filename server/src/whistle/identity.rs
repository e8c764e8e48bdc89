//! Identities of reporters: sealed to the office's public key, one file each outside the log.
//!
//! The private key is on no machine of the register. The log holds the SHA-256 of a ciphertext and
//! nothing else of it, so that destroying the file destroys the identity. All identities are
//! filled up to one length, and the file's times are the beginning of its day.

use std::fs::{self, File, FileTimes, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use age::x25519::Recipient;
use data_encoding::BASE32_NOPAD;
use shouxin_core::time::{Day, Timestamp};
use shouxin_core::whistle::ReportId;
use zeroize::Zeroizing;

/// Longest identity, in bytes.
pub const IDENTITY_BYTES_MAX: usize = 2048;
/// Longest ciphertext that is read back.
const CIPHERTEXT_BYTES_MAX: u64 = 16 * 1024;

/// Seals an identity to the office. It is filled up with spaces to one length for all.
pub fn seal(recipient: &Recipient, identity: &str) -> Result<Vec<u8>, age::EncryptError> {
    let mut clear = Zeroizing::new(Vec::with_capacity(IDENTITY_BYTES_MAX + 1));
    clear.extend_from_slice(identity.as_bytes());
    clear.push(b'\n');
    let length = clear.len().max(IDENTITY_BYTES_MAX + 1);
    clear.resize(length, b' ');
    age::encrypt(recipient, &clear)
}

/// The folder of ciphertexts. `new/` holds those whose report is not in the log yet: after a
/// crash what is left there belongs to nobody who was answered, and is destroyed.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder, or makes it.
    pub fn open(path: &Path) -> io::Result<Folder> {
        let folder = Folder { path: path.to_owned() };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder.new_path())?;
        File::open(path)?.sync_all()?;
        Ok(folder)
    }

    fn new_path(&self) -> PathBuf {
        self.path.join("new")
    }

    fn name(id: ReportId) -> String {
        format!("{}.age", BASE32_NOPAD.encode(&id.0))
    }

    /// Writes a ciphertext durably, as one of a report that is about to be logged.
    pub fn write_new(&self, id: ReportId, ciphertext: &[u8], day: Day) -> io::Result<()> {
        let folder = self.new_path();
        let path = folder.join(Folder::name(id));
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(ciphertext)?;
        file.set_times(times(day))?;
        file.sync_all()?;
        File::open(folder)?.sync_all()
    }

    /// Keeps the ciphertext of a report that is in the log now. One that is kept already, or was
    /// destroyed meanwhile, is left as it is.
    pub fn keep(&self, id: ReportId, day: Day) -> io::Result<()> {
        let name = Folder::name(id);
        match fs::rename(self.new_path().join(&name), self.path.join(&name)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        }
        for folder in [self.new_path(), self.path.clone()] {
            let folder = File::open(folder)?;
            folder.set_times(times(day))?;
            folder.sync_all()?;
        }
        Ok(())
    }

    /// The ciphertext of a report, if there is one.
    pub fn read(&self, id: ReportId) -> io::Result<Option<Vec<u8>>> {
        let path = self.path.join(Folder::name(id));
        match fs::metadata(&path) {
            Ok(found) if found.len() > CIPHERTEXT_BYTES_MAX => Ok(None),
            Ok(_) => fs::read(&path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Destroys a ciphertext: overwritten, synced, removed, the folder synced. None there is no
    /// error. What a copying file system, a flash drive or a backup keeps still needs the
    /// office's key; backups need their own erasure.
    pub fn destroy(&self, id: ReportId) -> io::Result<()> {
        let name = Folder::name(id);
        destroy(&self.new_path().join(&name))?;
        destroy(&self.path.join(&name))?;
        File::open(&self.path)?.sync_all()
    }

    /// Destroys what a crash left in `new/`: those reports never came into the log.
    pub fn destroy_new(&self) -> io::Result<()> {
        for entry in fs::read_dir(self.new_path())? {
            destroy(&entry?.path())?;
        }
        File::open(self.new_path())?.sync_all()
    }
}

fn destroy(path: &Path) -> io::Result<()> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    fs::remove_file(path)
}

/// The beginning of a day as the times of a file.
fn times(day: Day) -> FileTimes {
    let since = u64::try_from(Timestamp::start_of(day).0).unwrap_or_default();
    let start: SystemTime = UNIX_EPOCH + Duration::from_millis(since);
    FileTimes::new().set_accessed(start).set_modified(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day() -> Day {
        "2026-11-23".parse().unwrap()
    }

    #[test]
    fn only_the_offline_key_opens_it_and_the_length_says_nothing() {
        let key = age::x25519::Identity::generate();
        let short = seal(&key.to_public(), "李雷").unwrap();
        let long = seal(&key.to_public(), &"名".repeat(IDENTITY_BYTES_MAX / 3)).unwrap();
        // The format adds a stanza of random length; what is left is one length for all.
        let clear = age::decrypt(&key, &short).unwrap();
        assert_eq!(clear.len(), age::decrypt(&key, &long).unwrap().len());
        assert_eq!(String::from_utf8(clear).unwrap().trim_end(), "李雷");
        assert!(age::decrypt(&age::x25519::Identity::generate(), &short).is_err());
    }

    #[test]
    fn a_ciphertext_is_kept_read_and_destroyed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(&dir.path().join("sealed")).unwrap();
        let id = ReportId([3; 32]);
        folder.write_new(id, b"ciphertext", day()).unwrap();
        assert_eq!(folder.read(id).unwrap(), None, "not before its report is in the log");
        folder.keep(id, day()).unwrap();
        folder.keep(id, day()).unwrap();
        assert_eq!(folder.read(id).unwrap().as_deref(), Some(b"ciphertext".as_slice()));
        let path = dir.path().join("sealed").join(Folder::name(id));
        let modified = fs::metadata(path).unwrap().modified().unwrap();
        let since = modified.duration_since(UNIX_EPOCH).unwrap().as_millis();
        assert_eq!(i64::try_from(since).unwrap(), Timestamp::start_of(day()).0);
        folder.destroy(id).unwrap();
        folder.destroy(id).unwrap();
        assert_eq!(folder.read(id).unwrap(), None);
        folder.write_new(id, b"orphan", day()).unwrap();
        folder.destroy_new().unwrap();
        folder.keep(id, day()).unwrap();
        assert_eq!(folder.read(id).unwrap(), None, "what was destroyed is not kept");
    }
}
