//! What the courier brings back: a folder that others write, so that anything may lie in it.
//!
//! A receipt of something that was forwarded is taken over and removed. Everything else stays for a
//! while, is counted, and then ends; it never keeps a receipt behind it from being looked at.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

/// The longest receipt file, in bytes.
const RECEIPT_BYTES_MAX: u64 = 4 * 1024;

/// The most files that are looked at in one call.
const LOOKED_AT_MAX: usize = 1_000;

/// The longest receipt number, in bytes.
const NUMBER_BYTES_MAX: usize = 128;

/// How long a file stays that is no receipt of anything that was forwarded.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A longer file is not looked through when a subject is forgotten: it goes, whosever it is.
const LOOKED_THROUGH_BYTES_MAX: u64 = 1024 * 1024;

/// What the courier brings back.
#[derive(Debug, Deserialize)]
pub struct Receipt {
    /// Of the document that was received.
    pub idempotency_key: String,
    /// The receiver's number.
    pub receipt: String,
}

/// The folder.
#[derive(Debug)]
pub struct Receipts {
    folder: PathBuf,
    /// The last name that was looked at. The next look goes on behind it, so that what stays here does
    /// not hide what came later.
    after: OsString,
}

impl Receipts {
    /// Makes the folder if it is missing.
    ///
    /// # Errors
    /// The system refuses.
    pub fn open(folder: &Path) -> io::Result<Receipts> {
        fs::create_dir_all(folder)?;
        Ok(Receipts { folder: folder.to_owned(), after: OsString::new() })
    }

    /// The receipts of keys that are `known`, each with its file, and how many other files were seen.
    /// Those that have lain here for 30 days are removed instead.
    ///
    /// # Errors
    /// The system refuses.
    pub fn look(
        &mut self,
        known: impl Fn(&str) -> bool,
        now: SystemTime,
    ) -> io::Result<(Vec<(PathBuf, Receipt)>, usize)> {
        let (mut receipts, mut others) = (Vec::new(), 0);
        for name in self.next_names()? {
            let path = self.folder.join(&name);
            self.after = name;
            let Ok(metadata) = fs::symlink_metadata(&path) else {
                // Taken away meanwhile.
                continue;
            };
            match read_receipt(&path, &metadata).filter(|own| known(&own.idempotency_key)) {
                Some(receipt) => receipts.push((path, receipt)),
                None if is_over(&metadata, now) && fs::remove_file(&path).is_ok() => {}
                None => others += 1,
            }
        }
        Ok((receipts, others))
    }

    /// The names that are looked at now: those behind the last one, then those before it.
    fn next_names(&self) -> io::Result<Vec<OsString>> {
        let (mut behind, mut before) = (BTreeSet::new(), BTreeSet::new());
        for file in fs::read_dir(&self.folder)? {
            let name = file?.file_name();
            let names = if name > self.after { &mut behind } else { &mut before };
            names.insert(name);
            // However many there are, no more of them are held than are looked at.
            if names.len() > LOOKED_AT_MAX {
                names.pop_last();
            }
        }
        Ok(behind.into_iter().chain(before).take(LOOKED_AT_MAX).collect())
    }

    /// Removes every file that names the subject or one of its cases, in its name or in what it says.
    ///
    /// # Errors
    /// The system refuses.
    pub fn forget(&self, subject_key: &str, cases: &[String]) -> io::Result<()> {
        let own = |text: &str| {
            holds(text, subject_key) || cases.iter().any(|case_id| holds(text, case_id))
        };
        for file in fs::read_dir(&self.folder)? {
            let file = file?;
            let path = file.path();
            let Some(metadata) = gone_is_none(fs::symlink_metadata(&path))? else {
                continue;
            };
            if metadata.is_dir() {
                // Nothing reads what lies below, and nobody was told to put anything there.
                continue;
            }
            let goes = own(&file.file_name().to_string_lossy())
                || match metadata.is_file() {
                    true => says(&path)?.is_none_or(|text| own(&text)),
                    false => false,
                };
            if goes {
                gone_is_none(fs::remove_file(&path))?;
            }
        }
        File::open(&self.folder)?.sync_all()
    }
}

/// Whether a file has lain here for so long that it ends. The time of its last change of place or
/// owner counts, which no courier's medium brings along.
fn is_over(metadata: &Metadata, now: SystemTime) -> bool {
    let put_here = u64::try_from(metadata.ctime()).unwrap_or_default();
    let put_here = UNIX_EPOCH.checked_add(Duration::from_secs(put_here));
    let age = put_here.and_then(|put_here| now.duration_since(put_here).ok());
    age.is_some_and(|age| age > KEPT)
}

fn gone_is_none<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a file says, with what it says in escapes beside it; `None` if that is too long to look through.
fn says(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let Some(file) = gone_is_none(File::open(path))? else {
        return Ok(Some(String::new()));
    };
    file.take(LOOKED_THROUGH_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LOOKED_THROUGH_BYTES_MAX {
        return Ok(None);
    }
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    if let Ok(receipt) = serde_json::from_slice::<Receipt>(&bytes) {
        text.extend(["\n", &receipt.idempotency_key, "\n", &receipt.receipt]);
    }
    Ok(Some(text))
}

/// Whether a text names something, and not only something else that begins or ends like it.
fn holds(text: &str, name: &str) -> bool {
    let ends = |before: Option<char>| before.is_none_or(|c| !c.is_ascii_alphanumeric());
    let begins = |rest: &str| {
        let mut rest = rest.chars();
        match rest.next() {
            // `M-0` is not in `M-0.1042`, and is in `M-0.json`.
            Some('.') => rest.next().is_none_or(|c| !c.is_ascii_digit()),
            next => ends(next),
        }
    };
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            ends(text.get(..at).and_then(|before| before.chars().next_back()))
                && text.get(at + name.len()..).is_some_and(begins)
        })
}

fn read_receipt(path: &Path, metadata: &Metadata) -> Option<Receipt> {
    // A named pipe or a device would hold up the reader.
    if !metadata.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(RECEIPT_BYTES_MAX + 1).read_to_end(&mut bytes).ok()?;
    if bytes.len() as u64 > RECEIPT_BYTES_MAX {
        return None;
    }
    let receipt: Receipt = serde_json::from_slice(&bytes).ok()?;
    let number = receipt.receipt.as_str();
    let fits = !number.trim().is_empty() && number.len() <= NUMBER_BYTES_MAX;
    (fits && !number.chars().any(char::is_control)).then_some(receipt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_where_it_stands_for_itself() {
        for text in ["M-0.1", "{\"M-0.1/lift/9\"}", "收据M-0.1.json", "a_M-0.1_b", "see M-0.1."] {
            assert!(holds(text, "M-0.1"), "{text}");
        }
        for text in ["", "M-0.10", "M-0.1.5", "XM-0.1", "M-0.1a", "M-0"] {
            assert!(!holds(text, "M-0.1"), "{text}");
        }
        assert!(!holds("anything", ""));
    }

    #[test]
    fn what_is_no_receipt_ends_after_thirty_days_and_a_receipt_does_not() {
        let folder = tempfile::TempDir::new().unwrap();
        let mut receipts = Receipts::open(folder.path()).unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("known", r#"{"idempotency_key": "M-1/lift/9", "receipt": "1"}"#);
        write("unknown", r#"{"idempotency_key": "M-2/lift/9", "receipt": "1"}"#);
        write("none", "none");
        fs::create_dir(folder.path().join("below")).unwrap();
        let mut look = |days: u64| {
            let later = Duration::from_secs(days * 24 * 60 * 60);
            let known = |key: &str| key == "M-1/lift/9";
            let (receipts, others) = receipts.look(known, SystemTime::now() + later).unwrap();
            (receipts.len(), others, fs::read_dir(folder.path()).unwrap().count())
        };
        assert_eq!(look(29), (1, 3, 4));
        assert_eq!(look(31), (1, 1, 2), "the folder below is not this one's to remove");
    }
}
