//! Two folders for a courier where there is no network: `outbox` with what waits, `receipts` with
//! what comes back. Both stand in the plugin's own data folder; it can write nowhere else.
//!
//! A file of the outbox is complete as soon as it has its name. The names sort in the order in which
//! the courier takes them: what suspends or ends comes first.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::Deserialize;
use shouxin_outbound::Secrets;
use shouxin_plugin::{Case, Hook};

use crate::receipts::{Receipt, Receipts};

/// Files that wait for the courier before no new one about a burden is taken.
const WAITING_MAX: u32 = 10_000;

/// What the operator can set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The secrets that files are signed with: one, or two while one is exchanged.
    pub secrets: Secrets,
    /// Files that wait before no new one about a burden is taken; suspensions and ends have as many
    /// places again.
    #[serde(default = "waiting_max")]
    pub waiting_max: u32,
}

/// Beyond it, with as many again for what relieves, the folder would pass what the register lets a plugin's
/// folder hold by default (`data_files_max`), and nothing at all would be forwarded.
const WAITING_HIGHEST: u32 = 40_000;

fn waiting_max() -> u32 {
    WAITING_MAX
}

impl Settings {
    /// Says what is wrong with the settings, if anything.
    pub fn check(&self) -> Result<(), String> {
        if (1..=WAITING_HIGHEST).contains(&self.waiting_max) {
            return Ok(());
        }
        Err(format!("`waiting_max` must be from 1 to {WAITING_HIGHEST}"))
    }
}

/// Why nothing was put into the outbox.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The courier has not been.
    #[error("{waiting} documents wait for the courier, which is all that may; send the courier")]
    Full {
        /// How many wait.
        waiting: usize,
    },
    /// The case's id makes no name of a file.
    #[error("the id of the case makes no name of a file")]
    BadName,
    /// The system refused.
    #[error("the courier's folder: {0}")]
    Io(#[from] io::Error),
}

/// The folders of one plugin.
#[derive(Debug)]
pub struct Spool {
    outbox: PathBuf,
    receipts: Receipts,
    waiting_max: usize,
}

/// Whether a step relieves the subject, and goes before all that burdens it.
fn relieves(hook: Hook) -> bool {
    matches!(hook, Hook::Suspend | Hook::Lift)
}

/// The name of a step's file: what relieves begins with 0; then the register's order.
fn name(hook: Hook, case: &Case) -> Result<String, SpoolError> {
    let id = case.case_id.as_str();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    if id.is_empty() || id.len() > 64 || id.starts_with('.') || !id.bytes().all(fits) {
        return Err(SpoolError::BadName);
    }
    let class = if relieves(hook) { 0 } else { 1 };
    Ok(format!("{class}_{:020}_{id}_{hook}.json", case.step))
}

/// The step and case of a file of the outbox.
fn parts(name: &str) -> Option<(u64, &str, bool)> {
    let mut parts = name.strip_suffix(".json")?.split('_');
    let relieves = parts.next()? == "0";
    Some((parts.next()?.parse().ok()?, parts.next()?, relieves))
}

impl Spool {
    /// Makes the folders if they are missing, and removes what an interrupted write left.
    ///
    /// # Errors
    /// The system refuses.
    pub fn open(data_dir: &Path, settings: &Settings) -> io::Result<Spool> {
        let spool = Spool {
            outbox: data_dir.join("outbox"),
            receipts: Receipts::open(&data_dir.join("receipts"))?,
            waiting_max: settings.waiting_max as usize,
        };
        fs::create_dir_all(&spool.outbox)?;
        for file in fs::read_dir(&spool.outbox)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "tmp") {
                fs::remove_file(path)?;
            }
        }
        Ok(spool)
    }

    /// The names of what waits, in the courier's order.
    ///
    /// # Errors
    /// The system refuses.
    pub fn waiting(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(&self.outbox)? {
            let name = file?.file_name().to_string_lossy().into_owned();
            if parts(&name).is_some() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Puts the document of a step into the outbox, durably; a repetition replaces its own file.
    ///
    /// # Errors
    /// Full, a bad name, or the system refuses.
    pub fn put(&self, hook: Hook, case: &Case, file: &[u8]) -> Result<(), SpoolError> {
        let name = name(hook, case)?;
        let waiting = self.waiting()?;
        let places = if relieves(hook) { self.waiting_max * 2 } else { self.waiting_max };
        if waiting.len() >= places && !waiting.contains(&name) {
            return Err(SpoolError::Full { waiting: waiting.len() });
        }
        let temporary = self.outbox.join(format!("{name}.tmp"));
        let mut written = File::create(&temporary)?;
        written.write_all(file)?;
        written.sync_all()?;
        fs::rename(&temporary, self.outbox.join(&name))?;
        // Only now: what relieves is on its way, whatever becomes of the rest. A suspension takes back
        // the burdens that it has overtaken, because whoever got them afterwards would restrict
        // somebody; the resumption carries the whole case. An end takes back everything.
        if relieves(hook) {
            self.withdraw(&waiting, |step, id, relieves| {
                id == case.case_id && step < case.step && (hook == Hook::Lift || !relieves)
            })?;
        }
        File::open(&self.outbox)?.sync_all()?;
        Ok(())
    }

    /// Removes what waits and matches step, case and whether it relieves.
    fn withdraw(
        &self,
        waiting: &[String],
        matches: impl Fn(u64, &str, bool) -> bool,
    ) -> io::Result<()> {
        let of = |name: &&String| {
            parts(name).is_some_and(|(step, id, relieves)| matches(step, id, relieves))
        };
        for name in waiting.iter().filter(of) {
            match fs::remove_file(self.outbox.join(name)) {
                // The courier was faster; the later step follows it.
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes the burdens of a subject's cases from the outbox and says how many documents about them
    /// that relieve still wait: those must leave before the subject can be forgotten. If none does,
    /// what came back about the subject goes too.
    ///
    /// # Errors
    /// The system refuses.
    pub fn forget(&self, subject_key: &str, cases: &[String]) -> io::Result<usize> {
        let own = |id: &str| cases.iter().any(|case| case == id);
        self.withdraw(&self.waiting()?, |_, id, relieves| !relieves && own(id))?;
        File::open(&self.outbox)?.sync_all()?;
        let left = self.waiting()?;
        let left = left.iter().filter(|name| parts(name).is_some_and(|(_, id, _)| own(id))).count();
        if left == 0 {
            self.receipts.forget(subject_key, cases)?;
        }
        Ok(left)
    }

    /// See [`Receipts::look`].
    ///
    /// # Errors
    /// The system refuses.
    pub fn receipts(
        &mut self,
        known: impl Fn(&str) -> bool,
        now: SystemTime,
    ) -> io::Result<(Vec<(PathBuf, Receipt)>, usize)> {
        self.receipts.look(known, now)
    }
}
