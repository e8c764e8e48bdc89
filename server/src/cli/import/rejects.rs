//! The rejects file: what a batch did not take is on disk before the next batch is sent.
//!
//! A run that was broken off leaves what it had found; the next run of the same file goes on
//! behind it, and a run that comes to the end leaves exactly what is still wrong.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::import::RejectedLine;

/// A line of the rejects file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Written {
    line: u64,
    field: String,
    reason: String,
    detail: String,
    /// Beginning of the SHA-256 of the file it is about: a corrected file is another one.
    file: String,
}

/// The rejects file of one run.
pub(super) struct Rejects {
    path: PathBuf,
    of: String,
    /// Opened with the first reject.
    output: Option<File>,
    /// Lines that stand in the file already, from a run that was broken off.
    earlier: BTreeSet<u64>,
    /// Lines rejected in this run.
    found: BTreeSet<u64>,
}

impl Rejects {
    /// Takes up what an earlier run of the same content left.
    pub(super) fn open(path: PathBuf, hash: &str) -> io::Result<Rejects> {
        let of: String = hash.chars().take(16).collect();
        let own = read(&path)?.into_iter().filter(|written| written.file == of);
        let kept: BTreeSet<Written> = own.collect();
        // Half a line at the end, or rejects of other content, would be read as this run's.
        replace(&path, &kept)?;
        let earlier = kept.iter().map(|written| written.line).collect();
        Ok(Rejects { path, of, output: None, earlier, found: BTreeSet::new() })
    }

    /// Adds the rejects of a batch; they are durable when this returns.
    pub(super) fn add(&mut self, rejects: Vec<RejectedLine>) -> io::Result<()> {
        let mut text = String::new();
        for reject in rejects {
            self.found.insert(reject.line);
            if self.earlier.contains(&reject.line) {
                continue;
            }
            let RejectedLine { line, field, reason, detail } = reject;
            let written = Written { line, field, reason, detail, file: self.of.clone() };
            text.push_str(&serde_json::to_string(&written)?);
            text.push('\n');
        }
        if text.is_empty() {
            return Ok(());
        }
        if self.output.is_none() {
            self.output = Some(OpenOptions::new().create(true).append(true).open(&self.path)?);
            sync_folder(&self.path)?;
        }
        match &mut self.output {
            Some(output) => {
                output.write_all(text.as_bytes())?;
                output.sync_data()
            }
            None => Ok(()),
        }
    }

    /// The run came to the end: leaves what it found, by line. Says how many those are.
    pub(super) fn finish(self) -> io::Result<usize> {
        if !self.earlier.is_empty() || self.found.is_empty() {
            let found = &self.found;
            let still = read(&self.path)?.into_iter().filter(|own| found.contains(&own.line));
            replace(&self.path, &still.collect())?;
        }
        Ok(self.found.len())
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

fn read(path: &Path) -> io::Result<Vec<Written>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut found = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        found.extend(serde_json::from_slice(&line?).ok());
    }
    Ok(found)
}

/// Puts these in the file's place, whole or not at all; without any there is no file.
fn replace(path: &Path, lines: &BTreeSet<Written>) -> io::Result<()> {
    if lines.is_empty() {
        return match std::fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let temporary = PathBuf::from(name);
    let mut output = BufWriter::new(File::create(&temporary)?);
    for line in lines {
        writeln!(output, "{}", serde_json::to_string(line)?)?;
    }
    output.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(&temporary, path)?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
