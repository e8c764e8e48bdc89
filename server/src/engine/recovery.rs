//! Brings the view up to the log: after a crash the tail, after `rebuild` everything.

use std::sync::Arc;

use shouxin_core::apply::apply;
use shouxin_core::codec;
use shouxin_core::event::erasure::ErasureEvent;
use shouxin_core::event::{Envelope, Event};
use shouxin_core::log::StoredCommit;
use shouxin_core::row::{Key, Row};
use shouxin_core::rows::{Rows, Stop};

use crate::engine::sources::{Source, encode_changes, settle};
use crate::log::LogReader;
use crate::vault::{Vault, VaultError};
use crate::view::{Applied, View, ViewError};

/// Events folded between two publications; a commit is never split.
const EVENTS_PER_STEP: usize = 4096;

/// Why the view could not be brought up to the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// The view holds more than the log: entries are missing from the log.
    #[error(
        "the view was built from {view} entries, the log holds {log}: entries of the log are \
         missing. Restore the log folder from a backup; nothing was changed"
    )]
    LogShorter {
        /// Entries the view has applied.
        view: u64,
        /// Entries of the log.
        log: u64,
    },
    /// The view was built from another log.
    #[error("the view was built from another log (chain differs at {at}); run `shouxin rebuild`")]
    OtherLog {
        /// Sequence at which they differ.
        at: u64,
    },
    /// The log cannot be read.
    #[error("reading the log: {0}")]
    Log(String),
    /// An event does not fit what came before it.
    #[error("applying the log: {0}")]
    Apply(String),
    /// The view cannot be written.
    #[error("writing the view: {0}")]
    View(#[from] ViewError),
}

struct Published<'a>(&'a View);

impl Source for Published<'_> {
    fn find(&self, key: &[u8]) -> Result<Option<Arc<[u8]>>, ViewError> {
        self.0.read().get(key)
    }
}

/// Links a person's number to their file, and undoes it when the file is erased. The tag stands in
/// no event, so it is worked out from the sealed number each time; once the data key is destroyed
/// there is nothing left to link.
pub(crate) fn link_person(rows: &mut Rows, envelope: &Envelope, vault: &Vault) -> Result<(), Stop> {
    match (&envelope.event, envelope.subject) {
        (Event::PersonRegistered { number, .. }, Some(subject)) => {
            let clear = match vault.open_text(number, &subject.to_string()) {
                Ok(clear) => clear,
                Err(VaultError::Destroyed { .. }) => return Ok(()),
                Err(error) => {
                    return Err(Stop::Defect(format!("the number of {subject}: {error}")));
                }
            };
            let Ok(clear) = std::str::from_utf8(&clear) else {
                return Ok(());
            };
            let tag = vault.person_lookup(clear);
            rows.want([Key::PersonLookup(tag), Key::PersonTag(subject)])?;
            rows.put(Key::PersonLookup(tag), Row::PersonLookup(subject))?;
            rows.put(Key::PersonTag(subject), Row::PersonTag(tag))
        }
        (Event::Erasure(ErasureEvent::Erased { .. }), Some(subject)) => {
            let Some(Row::PersonTag(tag)) = rows.get(&Key::PersonTag(subject))?.cloned() else {
                return Ok(());
            };
            rows.want([Key::PersonLookup(tag)])?;
            rows.remove(Key::PersonLookup(tag))?;
            rows.remove(Key::PersonTag(subject))
        }
        _ => Ok(()),
    }
}

/// Applies what the view lacks, up to `end` (exclusive). Calls `progress` with the entries
/// applied so far.
pub fn catch_up(
    view: &View,
    log: &LogReader,
    vault: &Vault,
    end: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, RecoveryError> {
    let applied = view.applied();
    let head = log.head();
    if applied.next > head.next {
        return Err(RecoveryError::LogShorter { view: applied.next, log: head.next });
    }
    if applied.next == head.next && applied.chain != head.chain && applied.next > 0 {
        return Err(RecoveryError::OtherLog { at: applied.next });
    }
    let mut done = 0;
    let (mut step, mut held) = (Vec::new(), 0);
    for commit in log.scan(applied.next) {
        let commit = commit.map_err(|error| RecoveryError::Log(error.to_string()))?;
        if commit.first >= end {
            break;
        }
        held += commit.entries.len();
        step.push(commit);
        if held >= EVENTS_PER_STEP {
            done += fold(view, vault, &step)?;
            step.clear();
            held = 0;
            progress(done);
        }
    }
    done += fold(view, vault, &step)?;
    progress(done);
    Ok(done)
}

/// Applies whole commits that follow what the view holds, and publishes them at once.
///
/// # Errors
/// An entry does not fit, or the view refuses.
pub fn fold(view: &View, vault: &Vault, commits: &[StoredCommit]) -> Result<u64, RecoveryError> {
    let Some(last) = commits.last() else {
        return Ok(0);
    };
    let source = Published(view);
    let mut rows = Rows::new();
    let mut count = 0;
    for commit in commits {
        for (offset, entry) in (0u64..).zip(&commit.entries) {
            let at = commit.first + offset;
            let envelope = codec::decode_event(&entry.bytes)
                .map_err(|error| RecoveryError::Apply(format!("entry {at}: {error}")))?;
            if envelope.position.sequence != at {
                let claimed = envelope.position;
                let what = format!("entry {at} says that it stands at {claimed}");
                return Err(RecoveryError::Apply(what));
            }
            let misfit = |failure| RecoveryError::Apply(format!("entry {at}: {failure:?}"));
            settle(&source, &mut rows, |rows| apply(rows, &envelope)).map_err(misfit)?;
            settle(&source, &mut rows, |rows| link_person(rows, &envelope, vault))
                .map_err(misfit)?;
            // A key ring that was restored from a backup holds keys that the log says are gone.
            if let Event::Erasure(ErasureEvent::KeyDestroyed { slot }) = envelope.event {
                vault.destroy(slot).map_err(|error| {
                    RecoveryError::Apply(format!("entry {at}: destroying a key: {error}"))
                })?;
            }
            count += 1;
        }
    }
    let changes = encode_changes(rows.take_changes())
        .map_err(|error| RecoveryError::Apply(error.to_string()))?;
    let entries = u64::try_from(last.entries.len()).unwrap_or(u64::MAX);
    view.publish(changes, Applied { next: last.first + entries, chain: last.chain_after })?;
    Ok(count)
}
