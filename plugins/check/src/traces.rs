//! Looks for what must not be left in a folder: in names and bytes of every file, in every spelling
//! a program is likely to have used. What a plugin encrypts or compresses is not seen.

use std::fs::File;
use std::path::Path;

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};
use sha2::{Digest, Sha256};

/// Bytes of a folder that are searched.
const BYTES_MAX: u64 = 1 << 30;

/// Files and folders that are looked at.
const FILES_MAX: usize = 100_000;

/// A spelling shorter than this would be found by accident.
const NEEDLE_BYTES_MIN: usize = 6;

/// Texts in every spelling.
pub(crate) struct Search {
    automaton: AhoCorasick,
    /// What each pattern of the automaton is.
    names: Vec<String>,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Each place with a trace, once for each spelling; at most a few.
    pub(crate) traces: Vec<String>,
    /// How often a trace was found.
    pub(crate) count: u64,
    /// Bytes of all files.
    pub(crate) bytes: u64,
}

/// How many places are named.
const TRACES_MAX: usize = 5;

impl Search {
    /// `texts` are what is looked for, each with what it is.
    ///
    /// # Errors
    /// The search cannot be built.
    pub(crate) fn new<'a>(
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Search, String> {
        let (mut needles, mut names) = (Vec::new(), Vec::new());
        for (what, text) in texts {
            for (spelling, needle) in spellings(text) {
                if needle.len() >= NEEDLE_BYTES_MIN {
                    needles.push(needle);
                    names.push(format!("{what} ({spelling})"));
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .build(needles)
            .map_err(|error| format!("the search cannot be built: {error}"))?;
        Ok(Search { automaton, names })
    }

    /// Searches a folder and everything below it. Links are not followed.
    ///
    /// # Errors
    /// Something cannot be read, or there is more than is searched.
    pub(crate) fn folder(&self, folder: &Path) -> Result<Found, String> {
        let mut found = Found::default();
        let mut open = vec![folder.to_owned()];
        let mut files = 0;
        while let Some(path) = open.pop() {
            let failed =
                |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
            for entry in std::fs::read_dir(&path).map_err(failed)? {
                let path = entry.map_err(failed)?.path();
                let failed =
                    |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
                files += 1;
                if files > FILES_MAX {
                    return Err(format!("more than {FILES_MAX} files; the rest was not searched"));
                }
                let name = path.file_name().unwrap_or_default();
                let place = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
                self.text(name.as_encoded_bytes(), &format!("the name of {place}"), &mut found);
                let kind = path.symlink_metadata().map_err(failed)?;
                if kind.is_dir() {
                    open.push(path);
                } else if kind.is_symlink() {
                    let target = std::fs::read_link(&path).map_err(failed)?;
                    let target = target.as_os_str().as_encoded_bytes();
                    self.text(target, &format!("the target of {place}"), &mut found);
                } else if kind.is_file() {
                    found.bytes = found.bytes.saturating_add(kind.len());
                    if found.bytes > BYTES_MAX {
                        return Err(format!(
                            "more than {BYTES_MAX} bytes; the rest was not searched"
                        ));
                    }
                    let file = match File::open(&path) {
                        // The plugin may remove a temporary file of its own at any time.
                        Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                        file => file.map_err(failed)?,
                    };
                    for hit in self.automaton.stream_find_iter(file) {
                        let hit = hit.map_err(failed)?.pattern().as_usize();
                        found.add(self.names.get(hit), &place);
                    }
                }
            }
        }
        Ok(found)
    }

    fn text(&self, text: &[u8], place: &str, found: &mut Found) {
        for hit in self.automaton.find_iter(text) {
            found.add(self.names.get(hit.pattern().as_usize()), place);
        }
    }
}

impl Found {
    fn add(&mut self, what: Option<&String>, place: &str) {
        self.count += 1;
        let what = what.map_or("", String::as_str);
        let trace = format!("{what} in {place}");
        if self.traces.len() < TRACES_MAX && !self.traces.contains(&trace) {
            self.traces.push(trace);
        }
    }
}

/// Bytes of all files in a folder and below it; what cannot be read counts nothing.
pub(crate) fn size(folder: &Path) -> u64 {
    let mut bytes = 0u64;
    let mut open = vec![folder.to_owned()];
    let mut files = 0;
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).into_iter().flatten().flatten() {
            files += 1;
            if files > FILES_MAX {
                return bytes;
            }
            match entry.metadata() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) => bytes = bytes.saturating_add(kind.len()),
                Err(_) => {}
            }
        }
    }
    bytes
}

/// The ways in which a program may have written a text.
fn spellings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let utf8 = text.as_bytes();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut all = vec![
        ("UTF-8", utf8.to_vec()),
        ("UTF-16", little.clone()),
        ("UTF-16", big.clone()),
        ("hexadecimal", HEXLOWER.encode(utf8).into_bytes()),
        ("hexadecimal of UTF-16", HEXLOWER.encode(&little).into_bytes()),
        ("hexadecimal of UTF-16", HEXLOWER.encode(&big).into_bytes()),
        ("SHA-256", Sha256::digest(utf8).to_vec()),
        ("SHA-256 in hexadecimal", HEXLOWER.encode(&Sha256::digest(utf8)).into_bytes()),
    ];
    for shift in 0..3 {
        all.extend(in_base64(utf8, shift).into_iter().map(|needle| ("base64", needle)));
    }
    if !text.is_ascii() {
        all.push(("GB18030", encoding_rs::GB18030.encode(text).0.into_owned()));
        let escaped = text.encode_utf16().map(|unit| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04x}"),
        });
        all.push(("escaped JSON", escaped.collect::<String>().into_bytes()));
        let percent = utf8.iter().map(|byte| match byte.is_ascii_alphanumeric() {
            true => char::from(*byte).to_string(),
            false => format!("%{byte:02x}"),
        });
        all.push(("percent encoding", percent.collect::<String>().into_bytes()));
    }
    all.retain(|(spelling, needle)| *spelling == "UTF-8" || needle != utf8);
    all
}

/// The part of a base64 text that does not depend on what stands before or behind, if `shift` bytes
/// stand before in the first group of three.
fn in_base64(bytes: &[u8], shift: usize) -> Vec<Vec<u8>> {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(bytes);
    // Only whole groups of three that are all ours, and the whole characters of the first one.
    let from = (shift * 8).div_ceil(6);
    let until = padded.len() * 8 / 6;
    [BASE64_NOPAD.encode(&padded), BASE64URL_NOPAD.encode(&padded)]
        .iter()
        .filter_map(|text| text.get(from..until).map(|part| part.as_bytes().to_vec()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "尤溪县查验0AF3有限公司";

    fn traces(write: impl FnOnce(&Path)) -> Found {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path());
        let search = Search::new([("name", NAME), ("case", "M-1234567890")]).unwrap();
        search.folder(folder.path()).unwrap()
    }

    #[test]
    fn every_spelling_is_found_wherever_it_stands() {
        for lead in ["", "x", "xy", "xyz"] {
            let text = format!("{lead}{NAME}尾");
            for bytes in [
                text.as_bytes().to_vec(),
                text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
                text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
                HEXLOWER.encode(text.as_bytes()).into_bytes(),
                HEXLOWER.encode(text.as_bytes()).to_uppercase().into_bytes(),
                data_encoding::BASE64.encode(text.as_bytes()).into_bytes(),
                BASE64URL_NOPAD.encode(text.as_bytes()).into_bytes(),
                encoding_rs::GBK.encode(&text).0.into_owned(),
            ] {
                let found = traces(|folder| {
                    let deep = folder.join("a/b");
                    std::fs::create_dir_all(&deep).unwrap();
                    // Across the border of two reads.
                    let mut content = vec![b'.'; 65_530];
                    content.extend_from_slice(&bytes);
                    std::fs::write(deep.join("file"), content).unwrap();
                });
                assert_eq!(found.count, 1, "{lead:?}: {:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }

    #[test]
    fn names_of_files_and_targets_of_links_are_searched_too() {
        let found = traces(|folder| {
            std::fs::write(folder.join("M-1234567890.json"), "{}").unwrap();
            std::os::unix::fs::symlink("cases/m-1234567890", folder.join("newest")).unwrap();
        });
        assert_eq!(found.count, 2, "{found:?}");
        assert!(found.traces.iter().any(|trace| trace.contains("the name of M-1234567890.json")));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let found = traces(|folder| {
            std::fs::write(folder.join("a"), "尤溪县查验0AF4有限公司 M-1234567891").unwrap();
        });
        assert_eq!((found.count, found.bytes > 0), (0, true), "{found:?}");
    }
}
